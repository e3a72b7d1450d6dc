//! What is not XML at all, by its first bytes, so that an error says what it is.

use super::error::{ReadError, ReadErrorKind};
use serde::de::IgnoredAny;

/// How files begin that are neither text nor packed with gzip, zip or tar.
const MAGIC: [(&[u8], &str); 14] = [
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "an image"),
    (b"GIF8", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"PAR1", "a Parquet file"),
    (b"SQLite format 3", "a SQLite database"),
    (b"\xd0\xcf\x11\xe0", "an old file of Excel or Word"),
    (b"PK\x03\x04", "a zip"),
    (b"\x1f\x8b", "packed with gzip"),
    (b"BZh", "packed with bzip2"),
    (b"\xfd7zXZ", "packed with xz"),
    (b"(\xb5/\xfd", "packed with zstd"),
    (b"7z\xbc\xaf", "packed with 7-Zip"),
    (b"Rar!", "packed with RAR"),
];

/// Refuses bytes that are not text.
pub(super) fn refuse_bytes(start: &[u8]) -> Result<(), ReadError> {
    let refused = |what: &str| Err(ReadError::new(ReadErrorKind::Binary, None, format!("it is {what}, and not XML")));
    if let Some((_, what)) = MAGIC.iter().find(|(magic, _)| start.starts_with(magic)) {
        return refused(what);
    }
    // In UTF-16 every other byte of a tag is zero.
    let is_utf_16 = start.starts_with(b"\xff\xfe") || start.starts_with(b"\xfe\xff");
    let first = start.iter().find(|byte| **byte != 0 && !byte.is_ascii_whitespace());
    match start.contains(&0) && !is_utf_16 && first.is_some_and(|first| *first != b'<') {
        true => refused("not text"),
        false => Ok(()),
    }
}

/// Refuses text that is JSON or a flat file. Other text, such as the headers of HTTP, may have XML in it.
pub(super) fn refuse_text(text: &str) -> Result<(), ReadError> {
    if text.starts_with('<') {
        return Ok(());
    }
    let refused = |kind, message: &str| Err(ReadError::new(kind, None, message));
    if is_json(text) {
        return refused(ReadErrorKind::Json, "it is JSON, and MWS answered with XML");
    }
    match separator(text) {
        Some('\t') => refused(ReadErrorKind::FlatFile, "it is a flat file with tabs between its columns, and not XML"),
        Some(_) => refused(ReadErrorKind::FlatFile, "it is a flat file with commas between its columns, and not XML"),
        None => Ok(()),
    }
}

/// Whether the text is an object or a list of JSON, or begins one.
fn is_json(text: &str) -> bool {
    let begins = text.starts_with(['{', '[']);
    begins
        && match serde_json::Deserializer::from_str(text).into_iter::<IgnoredAny>().next() {
            Some(Err(error)) => error.is_eof(),
            read => read.is_some(),
        }
}

/// What stands between the columns of a flat file: as often in its second line as in its first.
fn separator(text: &str) -> Option<char> {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let (first, second) = (lines.next()?, lines.next());
    let counts = |separator: char| {
        let count = first.matches(separator).count();
        let same = second.map(|second| second.matches(separator).count() == count);
        (count, same)
    };
    match (counts('\t'), counts(',')) {
        // The text may be cut within its second line.
        ((1.., _), _) => Some('\t'),
        (_, (1.., Some(true))) => Some(','),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_xml_is_told_apart() {
        let kind = |text: &str| refuse_text(text).err().map(|error| error.kind());
        for text in ["{}", "[]", "{\"payload\": {\"Orders\": [", "[{\"a\":1},", "{\n"] {
            assert_eq!(kind(text), Some(ReadErrorKind::Json), "{text}");
        }
        for text in ["sku\tprice\nA\t1\n", "sku\tprice", "sku,price\nA,1\n"] {
            assert_eq!(kind(text), Some(ReadErrorKind::FlatFile), "{text}");
        }
        for text in [
            "<a>\t</a>",
            "HTTP/1.1 200 OK\r\n\r\n<a/>",
            "[2019-01-02 03:04:05] <a/>",
            "[info] <a/>",
            "Dear all, this is the answer:\n<a/>",
            "{ and no more } <a/>",
        ] {
            assert_eq!(kind(text), None, "{text}");
        }
    }

    #[test]
    fn bytes_that_are_not_text_are_told_apart_from_utf_16() {
        for bytes in [&b"%PDF-1.4"[..], b"\x89PNG\r\n", b"PAR1", b"BZh91AY", b"\x7fELF\0\0", b"\0\x01\x02"] {
            assert_eq!(refuse_bytes(bytes).map_err(|error| error.kind()), Err(ReadErrorKind::Binary), "{bytes:?}");
        }
        for bytes in [&b"<a/>"[..], b"<\0a\0", b"\0<\0a", b"\xff\xfe{\0", b"\0\0\0", b"", b"\x8a\xbf", b"HTTP/1.1"] {
            assert_eq!(refuse_bytes(bytes), Ok(()), "{bytes:?}");
        }
    }
}
