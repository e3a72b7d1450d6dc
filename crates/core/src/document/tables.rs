//! Turns the errors of tables and charsets into the client's, with what to do about them.

use crate::error::{Error, ErrorKind};
use spapi_tables::{CharsetSource, TableError, TableErrorKind};
use std::borrow::Cow;

impl From<TableError> for Error {
    fn from(error: TableError) -> Self {
        let kind = match error.kind() {
            TableErrorKind::NotEncodable => ErrorKind::Input,
            _ => ErrorKind::Decode,
        };
        let converted = Self::new(kind, error.to_string()).with_hint(hint(error.kind()));
        match error.place() {
            Some(place) => converted.with_decode_path(place.to_string()),
            None => converted,
        }
    }
}

fn hint(kind: TableErrorKind) -> Cow<'static, str> {
    let hint = match kind {
        TableErrorKind::Charset(source) => return charset_hint(source).into(),
        TableErrorKind::RowTooLong => {
            "The document may not be a table, or its quotation marks may be plain characters. If the row is right, \
             allow more with Download::longest_row."
        }
        TableErrorKind::TooManyColumns => {
            "The document may not be a table of this dialect. If the row is right, allow more with \
             Download::most_columns."
        }
        TableErrorKind::MissingColumns => {
            "The document may be of another type, or of another charset: set it with Download::charset."
        }
        TableErrorKind::OtherFormat => "The document may be of another type than that of its rows, or cut off.",
        TableErrorKind::OpenQuotes => "It may be cut off. Load it again.",
        TableErrorKind::AmbiguousComma => {
            "Say what the document is with Download::of_type, or what its commas mean with Download::decimal_mark."
        }
        _ => "",
    };
    hint.into()
}

/// Where the charset came from, and what to do.
fn charset_hint(source: CharsetSource) -> String {
    const OR_ANOTHER: &str = "If it is another, set it with Download::charset; else read on";
    let (from, then) = match source {
        CharsetSource::Set => ("This charset was set with Download::charset.", "Set another, or read on"),
        CharsetSource::Declared => ("The document declares this charset.", OR_ANOTHER),
        CharsetSource::ByteOrderMark => {
            ("A byte order mark at the beginning of the document says this charset.", "To go on, read it")
        }
        CharsetSource::Utf8 => ("The document declares no charset, and begins as UTF-8.", OR_ANOTHER),
        CharsetSource::Utf16 => ("The document declares no charset, and begins as UTF-16.", OR_ANOTHER),
        CharsetSource::Fallback => {
            ("The document declares no charset and is not UTF-8, so the fallback was taken.", OR_ANOTHER)
        }
        _ => (
            "The document declares no charset. Set it with Download::charset, or what it probably is with \
             Download::of_type or Download::fallback;",
            "or read it",
        ),
    };
    format!("{from} {then} with U+FFFD for what cannot be decoded: Download::lossy.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use spapi_tables::{Charset, Decoded, Dialect, Limits, TableReader, TextDecoder};

    #[test]
    fn the_hint_fits_where_the_charset_came_from() {
        let late = [&"é".repeat(100_000).into_bytes()[..], b"\xe9"].concat();
        let fallback = || TextDecoder::undecided(Some(Charset::SHIFT_JIS));
        let known = |source| TextDecoder::known(Charset::UTF_8, source);
        for (mut decoder, bytes, has, has_not) in [
            (known(CharsetSource::Set), &b"\xe9"[..], "was set with Download::charset", "declares"),
            (known(CharsetSource::Declared), b"\xe9", "The document declares this charset", "fallback"),
            (TextDecoder::undecided(None), b"\xe9", "declares no charset. Set it", "was taken"),
            (fallback(), b"\xff", "so the fallback was taken", "Download::of_type"),
            (fallback(), &late, "begins as UTF-8", "fallback"),
            (TextDecoder::undecided(None), b"\xef\xbb\xbf\xff", "byte order mark", "Download::charset"),
        ] {
            let error = Error::from(decoder.decode(bytes, true, &mut Decoded::default()).unwrap_err());
            let shown = error.to_string();
            assert!(shown.contains(has) && !shown.contains(has_not) && shown.contains("Download::lossy"), "{shown}");
            assert!(error.is_decode() && error.decode_path().is_none());
        }
    }

    #[test]
    fn a_text_that_a_charset_cannot_write_is_bad_input() {
        let error = Error::from(Charset::WINDOWS_1252.encode("～ Mary").unwrap_err());
        assert!(error.is_input() && error.to_string().contains("windows-1252 does not have"), "{error}");
    }

    #[test]
    fn a_row_beyond_the_limits_says_what_to_set() {
        let limits = Limits { longest_row: 5, most_columns: 2 };
        for (text, setting) in
            [("a\tb\n123456\t\n", "Download::longest_row"), ("a\tb\n1\t\t\n", "Download::most_columns")]
        {
            let mut reader = TableReader::new(Dialect::TSV, limits);
            reader.push(text);
            let error = Error::from(reader.advance().unwrap_err());
            assert!(error.is_decode() && error.to_string().contains(setting), "{error}");
        }
    }
}
