//! Text from outside, made harmless for a terminal.

use spapi_core::text::{is_printable, printable};
use std::borrow::Cow;
use std::fmt::Write;

/// The text with each of its lines made harmless, for our own texts of several lines.
pub fn printable_lines(text: &str) -> String {
    text.split('\n').map(|line| printable(line).to_string()).collect::<Vec<_>>().join("\n")
}

/// The same JSON value, with the characters that are not printable written as `\uXXXX`. Outside of texts JSON has only
/// blanks of them.
pub fn escaped_json(json: &str) -> Cow<'_, str> {
    let is_risky =
        |character: char| !matches!(character, '\t' | '\n' | '\r') && !is_printable(character.encode_utf8(&mut [0; 4]));
    if !json.contains(is_risky) {
        return Cow::Borrowed(json);
    }
    let mut out = String::with_capacity(json.len() + 16);
    for character in json.chars() {
        if is_risky(character) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                // Writing to a String cannot fail.
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(character);
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_our_own_stay_lines() {
        assert_eq!(printable_lines("error\n  next: \u{1b}]0;x\u{7}\r"), "error\n  next:  ]0;x  ");
    }

    #[test]
    fn escaped_json_has_the_same_value() {
        let json = "{\"靴\u{202e}\": \"a\u{9b}31m\u{7f}\\n\u{e0041}\",\n\t\"b\": 1.10}";
        let escaped = escaped_json(json);
        assert_eq!(escaped, "{\"靴\\u202e\": \"a\\u009b31m\\u007f\\n\\udb40\\udc41\",\n\t\"b\": 1.10}");
        let value = |json: &str| serde_json::from_str::<serde_json::Value>(json).unwrap();
        assert_eq!(value(&escaped), value(json));
    }
}
