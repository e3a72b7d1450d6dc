//! Text that came from outside, made harmless for a terminal.

use std::borrow::Cow;
use std::fmt::Write;

/// On one line, and without what would move a terminal's cursor, change its colours or turn the direction of writing.
pub fn printable(text: &str) -> Cow<'_, str> {
    match text.contains(is_control) {
        false => Cow::Borrowed(text),
        true => Cow::Owned(text.replace(is_control, " ")),
    }
}

/// As [`printable`], line by line, for text of ours that has several.
pub fn printable_lines(text: &str) -> Cow<'_, str> {
    match text.contains(|character| character != '\n' && is_control(character)) {
        false => Cow::Borrowed(text),
        true => Cow::Owned(text.replace(|character| character != '\n' && is_control(character), " ")),
    }
}

/// The same JSON, with such characters written as `\uXXXX`. What is not between quotes has none but blanks.
pub fn escaped_json(json: &str) -> Cow<'_, str> {
    let is_risky = |character: char| is_control(character) && !matches!(character, '\t' | '\n' | '\r');
    if !json.contains(is_risky) {
        return Cow::Borrowed(json);
    }
    let mut out = String::with_capacity(json.len() + 16);
    for character in json.chars() {
        if is_risky(character) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                // A String takes all that is written.
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(character);
        }
    }
    Cow::Owned(out)
}

/// Controls, and the marks that turn the direction of writing around.
fn is_control(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn controls_and_marks_of_direction_become_blanks() {
        assert_eq!(printable("a\u{1b}[31mred\nnext\u{9b}1m\u{202e}x\u{7f}"), "a [31mred next 1m x ");
        assert_eq!(printable("靴下 é"), "靴下 é");
        assert_eq!(printable_lines("error\n  next: \u{1b}]0;x\u{7}\r"), "error\n  next:  ]0;x  ");
    }

    #[test]
    fn escaped_json_has_the_same_value() {
        let json = "{\"靴\u{202e}\": \"a\u{9b}31m\u{7f}\\n\",\n\t\"b\": 1.10}";
        let escaped = escaped_json(json);
        assert_eq!(escaped, "{\"靴\\u202e\": \"a\\u009b31m\\u007f\\n\",\n\t\"b\": 1.10}");
        let value = |json: &str| serde_json::from_str::<serde_json::Value>(json).unwrap();
        assert_eq!(value(&escaped), value(json));
    }
}
