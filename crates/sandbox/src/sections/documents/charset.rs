//! Encodes and decodes texts in the charsets of Amazon's flat files.

use crate::shop::Market;
use encoding_rs::{EncoderResult, Encoding};

/// A charset, and its name in the content types of Amazon's documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Charset {
    Utf8,
    ShiftJis,
    Windows1252,
}

impl Charset {
    /// The charset of a marketplace's flat files.
    pub(crate) fn of(market: &Market) -> Self {
        match market.currency() {
            "JPY" => Self::ShiftJis,
            "EUR" => Self::Windows1252,
            _ => Self::Utf8,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::ShiftJis => "Shift_JIS",
            Self::Windows1252 => "Cp1252",
        }
    }

    /// The line end of its files: Amazon uses both.
    pub(crate) fn line_end(self) -> &'static str {
        match self {
            Self::Utf8 => "\n",
            Self::ShiftJis | Self::Windows1252 => "\r\n",
        }
    }

    /// The text in bytes. A character that the charset lacks becomes a question mark, as in Amazon's files.
    pub(crate) fn encode(self, text: &str) -> Vec<u8> {
        let encoding = match self {
            Self::Utf8 => return text.as_bytes().to_vec(),
            Self::ShiftJis => encoding_rs::SHIFT_JIS,
            Self::Windows1252 => encoding_rs::WINDOWS_1252,
        };
        let mut encoder = encoding.new_encoder();
        let (mut rest, mut bytes) = (text, Vec::new());
        loop {
            // If the length is unknown, encode piece by piece.
            let room = encoder.max_buffer_length_from_utf8_without_replacement(rest.len()).unwrap_or(1 << 16);
            bytes.reserve(room + 1);
            let (result, read) = encoder.encode_from_utf8_to_vec_without_replacement(rest, &mut bytes, true);
            rest = &rest[read..];
            match result {
                EncoderResult::InputEmpty => return bytes,
                EncoderResult::OutputFull => {}
                EncoderResult::Unmappable(_) => bytes.push(b'?'),
            }
        }
    }
}

/// The text of bytes whose content type names their charset. Without a charset, or with an unknown one, they are UTF-8.
/// Invalid bytes become the replacement character.
pub(crate) fn decode(content_type: &str, bytes: &[u8]) -> String {
    let parameters = content_type.split(';').skip(1).filter_map(|parameter| parameter.split_once('='));
    let named = parameters
        .filter(|(name, _)| name.trim().eq_ignore_ascii_case("charset"))
        .find_map(|(_, value)| Encoding::for_label(value.trim().trim_matches('"').as_bytes()));
    named.unwrap_or(encoding_rs::UTF_8).decode(bytes).0.into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_outside_the_charset_becomes_a_question_mark() {
        assert_eq!(Charset::ShiftJis.encode("髙橋é"), b"\xFB\xFC\x8B\xB4?");
        assert_eq!(Charset::Windows1252.encode("Größe 髙€"), b"Gr\xF6\xDFe ?\x80");
        assert_eq!(Charset::Utf8.encode("髙é"), "髙é".as_bytes());
        let long = "é注".repeat(100_000);
        assert_eq!(Charset::ShiftJis.encode(&long).len(), 300_000);
    }

    #[test]
    fn the_content_type_names_the_charset() {
        assert_eq!(decode("text/plain; charset=Shift_JIS", b"\xFB\xFC\x8B\xB4"), "髙橋");
        assert_eq!(decode("text/plain;charset=\"iso-8859-1\"", b"\xE9"), "é");
        assert_eq!(decode("text/plain; charset=unknown", "é".as_bytes()), "é");
        assert_eq!(decode("application/json", "é".as_bytes()), "é");
    }
}
