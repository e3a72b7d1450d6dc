//! Percent-encodes every byte except the unreserved ones, so that all servers and URL libraries read it the same way.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// All bytes except the unreserved ones of RFC 3986.
const ALL: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
const ALL_BUT_SLASHES: &AsciiSet = &ALL.remove(b'/');

/// Appends the text with every byte outside `A-Z a-z 0-9 - _ ~ .` encoded.
pub(crate) fn push(out: &mut String, text: &str) {
    out.extend(utf8_percent_encode(text, ALL));
}

/// The same, but slashes stay.
pub(crate) fn push_keeping_slashes(out: &mut String, text: &str) {
    out.extend(utf8_percent_encode(text, ALL_BUT_SLASHES));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_reserved_bytes_are_encoded() {
        let mut out = String::new();
        push(&mut out, r"A/B C+é%\~.-_");
        assert_eq!(out, "A%2FB%20C%2B%C3%A9%25%5C~.-_");
        out.clear();
        push_keeping_slashes(&mut out, "a/b c");
        assert_eq!(out, "a/b%20c");
    }
}
