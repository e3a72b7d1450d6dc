//! Removes secrets from texts that servers send.
//!
//! A server may repeat in an error what it received. Errors and logs must not show that, so the code that makes an
//! error from an answer masks the secrets of the request: plain, percent-encoded, or escaped as in JSON or XML, also
//! twice.

use http::{HeaderMap, HeaderValue};
use std::ops::Range;

/// Replaces a secret.
const MASKED: &str = "[hidden]";
/// How many times a text may have been encoded.
const LAYERS: usize = 3;
/// How many first characters of a secret a text may show.
const TELLING: usize = 16;

/// Secrets that must not be shown.
pub(crate) struct Mask<'a>(Vec<&'a str>);

impl<'a> Mask<'a> {
    /// Masks these secrets, except those too short to be distinguished from words.
    pub(crate) fn new(secrets: impl IntoIterator<Item = &'a str>) -> Self {
        let is_word = |text: &str| text.len() < 8 && text.bytes().all(|byte| byte.is_ascii_alphabetic());
        Self(secrets.into_iter().filter(|secret| secret.len() >= 4 && !is_word(secret)).collect())
    }

    /// Masks the secrets in a text.
    pub(crate) fn text(&self, text: &mut String) {
        let mut hits = self.find(text);
        if hits.is_empty() {
            return;
        }
        hits.sort_by_key(|hit| hit.start);
        let mut out = String::with_capacity(text.len());
        let mut end = 0;
        for hit in hits {
            if hit.start >= end {
                out.push_str(&text[end..hit.start]);
                out.push_str(MASKED);
            }
            end = end.max(hit.end);
        }
        out.push_str(&text[end..]);
        *text = out;
    }

    /// Masks the secrets in the values of headers.
    pub(crate) fn headers(&self, headers: &mut HeaderMap) {
        for value in headers.values_mut() {
            let mut text = String::from_utf8_lossy(value.as_bytes()).into_owned();
            if !self.find(&text).is_empty() {
                self.text(&mut text);
                *value = HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static(MASKED));
            }
        }
    }

    fn find(&self, text: &str) -> Vec<Range<usize>> {
        // Most texts are too short to hold one.
        if self.0.iter().all(|secret| text.len() < enough(secret)) {
            return Vec::new();
        }
        let mut layer: Vec<_> = text.bytes().enumerate().map(|(at, byte)| (byte, at..at + 1)).collect();
        let mut hits = Vec::new();
        for _ in 0..LAYERS {
            for secret in &self.0 {
                find(&layer, secret, &mut hits);
            }
            let decoded = decoded(&layer);
            if decoded.len() == layer.len() {
                break;
            }
            layer = decoded;
        }
        // A match covers whole characters.
        for hit in &mut hits {
            while !text.is_char_boundary(hit.start) {
                hit.start -= 1;
            }
            while !text.is_char_boundary(hit.end) {
                hit.end += 1;
            }
        }
        hits
    }
}

/// How much of a secret must not be shown.
fn enough(secret: &str) -> usize {
    secret.len().min(TELLING)
}

/// A byte and its offset in the text.
type Byte = (u8, Range<usize>);

/// Finds the secret, or a long part of its beginning.
fn find(layer: &[Byte], secret: &str, hits: &mut Vec<Range<usize>>) {
    let mut at = 0;
    while at < layer.len() {
        let same =
            layer[at..].iter().zip(secret.bytes()).take_while(|((byte, _), wanted)| is_same(*byte, *wanted)).count();
        if same >= enough(secret) {
            hits.push(layer[at].1.start..layer[at + same - 1].1.end);
            at += same;
        } else {
            at += 1;
        }
    }
}

/// A form writes `+` for a space.
fn is_same(byte: u8, wanted: u8) -> bool {
    byte == wanted || (byte == b'+' && wanted == b' ')
}

/// The text after removing one layer of encoding wherever there is one.
fn decoded(layer: &[Byte]) -> Vec<Byte> {
    let mut out = Vec::with_capacity(layer.len());
    let mut at = 0;
    while let Some((byte, place)) = layer.get(at) {
        let rest: Vec<u8> = layer[at + 1..].iter().take(8).map(|(byte, _)| *byte).collect();
        let found = match byte {
            b'%' => hex(&rest, 2).map(|code| (code, 3)),
            b'\\' => escape(&rest),
            b'&' => reference(&rest),
            _ => None,
        };
        let (code, length) = found.unwrap_or((u32::from(*byte), 1));
        let range = place.start..layer[at + length - 1].1.end;
        match u8::try_from(code) {
            Ok(byte) => out.push((byte, range)),
            Err(_) => {
                let char = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
                out.extend(char.encode_utf8(&mut [0; 4]).bytes().map(|byte| (byte, range.clone())));
            }
        }
        at += length;
    }
    out
}

/// The code of so many hexadecimal digits.
fn hex(text: &[u8], digits: usize) -> Option<u32> {
    let text = std::str::from_utf8(text.get(..digits)?).ok()?;
    text.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u32::from_str_radix(text, 16).ok()).flatten()
}

/// The code after a backslash, and its length including the backslash.
fn escape(rest: &[u8]) -> Option<(u32, usize)> {
    match rest.first()? {
        b'u' => hex(rest.get(1..)?, 4).map(|code| (code, 6)),
        b'x' => hex(rest.get(1..)?, 2).map(|code| (code, 4)),
        byte @ (b'"' | b'\'' | b'\\' | b'/') => Some((u32::from(*byte), 2)),
        _ => None,
    }
}

/// The code after an ampersand, and its length including the ampersand.
fn reference(rest: &[u8]) -> Option<(u32, usize)> {
    let end = rest.iter().position(|byte| *byte == b';')?;
    let code = match &rest[..end] {
        b"amp" => u32::from(b'&'),
        b"lt" => u32::from(b'<'),
        b"gt" => u32::from(b'>'),
        b"quot" => u32::from(b'"'),
        b"apos" => u32::from(b'\''),
        [b'#', b'x' | b'X', digits @ ..] => hex(digits, digits.len())?,
        [b'#', digits @ ..] => std::str::from_utf8(digits).ok()?.parse().ok()?,
        _ => return None,
    };
    Some((code, end + 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "Atzr|a/b\"c d+e=";

    fn masked(text: &str) -> String {
        let mut text = text.to_owned();
        Mask::new([SECRET]).text(&mut text);
        text
    }

    #[test]
    fn a_secret_is_masked_in_each_form_that_a_server_may_repeat_it_in() {
        let escaped = r#"Atzr|a\/b\"c d+e="#;
        for copy in [
            SECRET,
            "Atzr%7Ca%2Fb%22c%20d%2Be%3D",
            "Atzr%7ca%2fb%22c+d%2be%3d",
            "Atzr|a/b%22c+d%2Be=",
            "Atzr%257Ca%252Fb%2522c%2520d%252Be%253D",
            escaped,
            r#"Atzr\u007ca\u002fb\u0022c d\u002Be\u003d"#,
            r#"Atzr|a\\\/b\\\"c d+e="#,
            "Atzr|a/b&quot;c d+e=",
            "Atzr&#124;a&#x2f;b&#34;c d+e&#x3D;",
            "Atzr%7Ca%2Fb%22c%20d%2Be=",
        ] {
            assert_eq!(masked(copy), MASKED, "{copy}");
            assert_eq!(masked(&format!("é {copy}é {copy}.")), format!("é {MASKED}é {MASKED}."), "{copy}");
        }
    }

    #[test]
    fn the_beginning_of_a_long_secret_is_masked_too() {
        let secret = "Atza|0123456789abcdefghijklmnopqrstuvwxyz";
        let mut text = format!("the token {}... and {} are bad", &secret[..20], &secret[..10]);
        Mask::new([secret]).text(&mut text);
        assert_eq!(text, format!("the token {MASKED}... and Atza|01234 are bad"));
    }

    #[test]
    fn other_texts_stay_as_they_are() {
        for text in ["", "Atzr", "100% of a\\b & c; %zz \\u12 &#; é\u{1f600}", "Atzr|a/b"] {
            assert_eq!(masked(text), text);
        }
        // A word is not a secret, and neither is nothing.
        let mut text = "the secret token".to_owned();
        Mask::new(["", "the", "secret", "token"]).text(&mut text);
        assert_eq!(text, "the secret token");
    }

    #[test]
    fn headers_are_masked_and_the_others_stay_to_the_byte() {
        let mut headers = HeaderMap::new();
        headers.insert("x-one", HeaderValue::from_static("id Atza|12345 x"));
        headers.insert("x-two", HeaderValue::from_bytes(b"caf\xe9").unwrap());
        Mask::new(["Atza|12345"]).headers(&mut headers);
        assert_eq!(headers["x-one"], "id [hidden] x");
        assert_eq!(headers["x-two"].as_bytes(), b"caf\xe9");
    }
}
