//! Percent-encodes every byte except the unreserved ones, so that all servers and URL libraries read it the same way.

use std::fmt::{self, Display, Write};

/// Appends what is written to it, percent-encoded.
struct Encoder<'out> {
    out: &'out mut String,
    keep_slashes: bool,
}

impl Encoder<'_> {
    fn push(&mut self, text: &str) {
        const HEX: &[u8; 16] = b"0123456789ABCDEF";
        for byte in text.bytes() {
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'~' | b'.' => self.out.push(char::from(byte)),
                b'/' if self.keep_slashes => self.out.push('/'),
                _ => {
                    let [high, low] = [byte >> 4, byte & 15].map(|half| char::from(HEX[usize::from(half)]));
                    self.out.extend(['%', high, low]);
                }
            }
        }
    }
}

impl Write for Encoder<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.push(text);
        Ok(())
    }
}

/// Appends the value with every byte outside `A-Z a-z 0-9 - _ ~ .` encoded.
pub(crate) fn push(out: &mut String, value: &dyn Display) -> fmt::Result {
    write!(Encoder { out, keep_slashes: false }, "{value}")
}

/// The same for text, which cannot fail.
pub(crate) fn push_str(out: &mut String, text: &str) {
    Encoder { out, keep_slashes: false }.push(text);
}

/// The same for text whose slashes stay.
pub(crate) fn push_str_keeping_slashes(out: &mut String, text: &str) {
    Encoder { out, keep_slashes: true }.push(text);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_reserved_bytes_are_encoded() {
        let mut out = String::new();
        push(&mut out, &r"A/B C+é%\~.-_").unwrap();
        assert_eq!(out, "A%2FB%20C%2B%C3%A9%25%5C~.-_");
        out.clear();
        push_str_keeping_slashes(&mut out, "a/b c");
        assert_eq!(out, "a/b%20c");
    }
}
