//! Decodes the bytes of a text.

use crate::error::{TableError, TableErrorKind};
use encoding_rs::{Decoder, DecoderResult, Encoding};
use std::fmt;
use std::str::FromStr;

/// How a document writes its characters.
///
/// It is parsed from a name of the web or of Java: `UTF-8`, `utf8`, `Cp1252`, `Shift_JIS`, `Windows-31J`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Charset(&'static Encoding);

impl Charset {
    /// UTF-8.
    pub const UTF_8: Self = Self(encoding_rs::UTF_8);
    /// Windows-1252, which Java calls Cp1252. ISO-8859-1 is read as this, because Amazon's documents with that name use
    /// its letters too.
    pub const WINDOWS_1252: Self = Self(encoding_rs::WINDOWS_1252);
    /// Shift_JIS with the extensions of Windows, which Java calls Windows-31J or MS932.
    pub const SHIFT_JIS: Self = Self(encoding_rs::SHIFT_JIS);

    /// The name in the web's Encoding Standard, such as `windows-1252`.
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// Encodes a text in this charset, for an upload. For UTF-16 it writes UTF-8, as the web does.
    ///
    /// # Errors
    /// When the charset does not have one of the characters.
    pub fn encode(self, text: &str) -> Result<Vec<u8>, TableError> {
        let (bytes, _, lossy) = self.0.encode(text);
        if lossy {
            let message = format!("the text has characters that {} does not have", self.name());
            return Err(TableError::new(TableErrorKind::NotEncodable, message));
        }
        Ok(bytes.into_owned())
    }

    /// The charset that a content type such as `text/plain; charset=Cp1252` declares, if it declares one.
    ///
    /// # Errors
    /// When the declared charset is not known.
    pub fn of_content_type(content_type: &str) -> Result<Option<Self>, UnknownCharset> {
        let parameters = content_type.split(';').skip(1).filter_map(|parameter| parameter.split_once('='));
        for (name, value) in parameters {
            let value = value.trim().trim_matches(['"', '\'']);
            if name.trim().eq_ignore_ascii_case("charset") && !value.is_empty() {
                return value.parse().map(Some);
            }
        }
        Ok(None)
    }
}

impl FromStr for Charset {
    type Err = UnknownCharset;

    fn from_str(name: &str) -> Result<Self, UnknownCharset> {
        let lower = name.trim().to_ascii_lowercase();
        // Names of Java that the web does not have.
        let label = match lower.replace('_', "-").as_str() {
            "cp932" | "ms932" | "ms-932" | "x-windows-31j" | "windows-932" | "cswindows31j" | "cp943" | "cp943c" => {
                "shift_jis"
            }
            "cp936" | "ms936" | "windows-936" => "gbk",
            "cp949" | "ms949" | "x-windows-949" => "euc-kr",
            "cp950" | "ms950" | "x-windows-950" => "big5",
            "shift-jis" => "shift_jis",
            "utf-8-bom" | "x-utf-8-bom" => "utf-8",
            dashed => match dashed.strip_prefix("iso8859-") {
                Some(part) => return known(&format!("iso-8859-{part}"), name),
                None => return known(&lower, name).or_else(|_| known(dashed, name)),
            },
        };
        known(label, name)
    }
}

fn known(label: &str, name: &str) -> Result<Charset, UnknownCharset> {
    match Encoding::for_label_no_replacement(label.as_bytes()) {
        Some(encoding) => Ok(Charset(encoding)),
        None => Err(UnknownCharset { name: name.chars().take(40).collect() }),
    }
}

impl fmt::Debug for Charset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Shows as [`name`](Self::name).
impl fmt::Display for Charset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The error for an unknown name of a charset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownCharset {
    name: String,
}

impl fmt::Display for UnknownCharset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the charset {:?} is not known", self.name)
    }
}

impl std::error::Error for UnknownCharset {}

/// How many bytes are held back to distinguish UTF-8 from another charset, from the first character that is not ASCII.
const LOOK_AHEAD: usize = 64 * 1024;

/// Text, and how many of its characters replace bytes that could not be decoded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decoded {
    /// The text.
    pub text: String,
    /// How many of its characters are U+FFFD for bytes that could not be decoded.
    pub replaced: u64,
}

/// Why a charset is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CharsetSource {
    /// The caller set it.
    Set,
    /// The document declares it.
    Declared,
    /// A byte order mark at the beginning says it.
    ByteOrderMark,
    /// Nothing is declared, and the text begins as UTF-8.
    Utf8,
    /// Nothing is declared, and the text begins as ASCII in UTF-16.
    Utf16,
    /// Nothing is declared and the text is not UTF-8, so it is the fallback.
    Fallback,
    /// Nothing is declared, the text is not UTF-8, and there is no fallback.
    Unknown,
}

/// Decodes bytes to text: strictly, or on request with U+FFFD for what cannot be decoded.
pub struct TextDecoder {
    state: State,
    lossy: bool,
    /// How many bytes were decoded.
    position: u64,
    /// Why the charset is used.
    source: CharsetSource,
}

enum State {
    /// Nothing is declared: ASCII is passed on. From the first other byte, all bytes are held until there are enough to
    /// distinguish UTF-8 from the fallback.
    Undecided {
        held: Vec<u8>,
        at_start: bool,
        fallback: Option<Charset>,
    },
    Known(Decoder),
}

impl TextDecoder {
    /// For a known charset. A byte order mark takes precedence. `source` is given back in errors.
    pub fn known(charset: Charset, source: CharsetSource) -> Self {
        Self { state: State::Known(charset.0.new_decoder()), lossy: false, position: 0, source }
    }

    /// For UTF-8, or else the fallback.
    ///
    /// To decide, it holds up to 64 KiB from the first character that is not ASCII.
    pub fn undecided(fallback: Option<Charset>) -> Self {
        let state = State::Undecided { held: Vec::new(), at_start: true, fallback };
        Self { state, lossy: false, position: 0, source: CharsetSource::Unknown }
    }

    /// Replaces bytes that cannot be decoded with U+FFFD, if `lossy`.
    pub fn lossy(mut self, lossy: bool) -> Self {
        self.lossy = lossy;
        self
    }

    /// Appends to `decoded` what can be decoded. `last` says that no bytes follow these.
    ///
    /// # Errors
    /// When the bytes are not of the charset. Everything before them has been appended.
    pub fn decode(&mut self, bytes: &[u8], last: bool, decoded: &mut Decoded) -> Result<(), TableError> {
        let State::Undecided { held, at_start, fallback } = &mut self.state else {
            return self.decode_known(bytes, last, decoded);
        };
        held.extend_from_slice(bytes);
        if *at_start {
            if held.len() < 4 && !last {
                return Ok(());
            }
            *at_start = false;
            if let Some(encoding) = utf_16_of_ascii(held) {
                let held = std::mem::take(held);
                self.state = State::Known(encoding.new_decoder());
                self.source = CharsetSource::Utf16;
                return self.decode_known(&held, last, decoded);
            }
            if let Some((encoding, _)) = Encoding::for_bom(held) {
                let held = std::mem::take(held);
                self.state = State::Known(encoding.new_decoder());
                self.source = CharsetSource::ByteOrderMark;
                return self.decode_known(&held, last, decoded);
            }
        }
        let ascii = Encoding::ascii_valid_up_to(held);
        if ascii > 0 {
            decoded.text.push_str(&String::from_utf8_lossy(&held[..ascii]));
            held.drain(..ascii);
            self.position += ascii as u64;
        }
        if held.is_empty() || (held.len() < LOOK_AHEAD && !last) {
            return Ok(());
        }
        let (charset, source) = match fallback {
            _ if is_utf_8(held, last) => (Charset::UTF_8, CharsetSource::Utf8),
            Some(fallback) => (*fallback, CharsetSource::Fallback),
            None => (Charset::UTF_8, CharsetSource::Unknown),
        };
        self.source = source;
        let held = std::mem::take(held);
        self.state = State::Known(charset.0.new_decoder_without_bom_handling());
        self.decode_known(&held, last, decoded)
    }

    fn decode_known(&mut self, mut bytes: &[u8], last: bool, decoded: &mut Decoded) -> Result<(), TableError> {
        let State::Known(decoder) = &mut self.state else { return Ok(()) };
        let text = &mut decoded.text;
        loop {
            text.reserve(decoder.max_utf8_buffer_length_without_replacement(bytes.len()).unwrap_or(bytes.len()));
            let (result, read) = decoder.decode_to_string_without_replacement(bytes, text, last);
            self.position += read as u64;
            bytes = &bytes[read..];
            match result {
                DecoderResult::InputEmpty => return Ok(()),
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) if self.lossy => {
                    text.push(char::REPLACEMENT_CHARACTER);
                    decoded.replaced += 1;
                }
                DecoderResult::Malformed(wrong, after) => {
                    let offset = self.position.saturating_sub(u64::from(wrong) + u64::from(after));
                    let name = decoder.encoding().name();
                    let message = format!("the document's text is not {name} at byte {offset}");
                    return Err(TableError::new(TableErrorKind::Charset(self.source), message));
                }
            }
        }
    }
}

/// The byte order of UTF-16 without a byte order mark: every other byte of two characters of ASCII is zero, which in
/// a text of another charset none is.
fn utf_16_of_ascii(bytes: &[u8]) -> Option<&'static Encoding> {
    match bytes {
        [first, 0, second, 0, ..] if *first != 0 && *second != 0 => Some(encoding_rs::UTF_16LE),
        [0, first, 0, second, ..] if *first != 0 && *second != 0 => Some(encoding_rs::UTF_16BE),
        _ => None,
    }
}

/// Whether bytes are UTF-8 with few exceptions. No other charset looks so much like UTF-8 by chance, and another
/// charset would spoil all other characters for the few.
fn is_utf_8(bytes: &[u8], last: bool) -> bool {
    let (mut characters, mut wrong) = (0, 0);
    let mut chunks = bytes.utf8_chunks().peekable();
    while let Some(chunk) = chunks.next() {
        characters += chunk.valid().chars().filter(|character| !character.is_ascii()).count();
        // The bytes may end in the middle of a character.
        let is_cut = chunks.peek().is_none() && !last && is_begun(chunk.invalid());
        wrong += usize::from(!chunk.invalid().is_empty() && !is_cut);
    }
    wrong == 0 || characters >= UTF_8_TO_ONE * wrong
}

/// How many UTF-8 characters a text must have for each exception to count as UTF-8.
const UTF_8_TO_ONE: usize = 20;

/// Whether bytes could be the beginning of a character of UTF-8.
fn is_begun(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(mut decoder: TextDecoder, bytes: &[u8], piece: usize) -> (Decoded, Result<(), TableError>) {
        let mut decoded = Decoded::default();
        let result = bytes
            .chunks(piece)
            .try_for_each(|piece| decoder.decode(piece, false, &mut decoded))
            .and_then(|()| decoder.decode(&[], true, &mut decoded));
        (decoded, result)
    }

    fn read(decoder: TextDecoder, bytes: &[u8], piece: usize) -> Result<String, (String, String)> {
        match decode(decoder, bytes, piece) {
            (decoded, Ok(())) => Ok(decoded.text),
            (decoded, Err(error)) => Err((decoded.text, error.to_string())),
        }
    }

    fn known(charset: Charset) -> TextDecoder {
        TextDecoder::known(charset, CharsetSource::Declared)
    }

    #[test]
    fn web_names_and_java_names_are_known() {
        for (charset, names) in [
            (Charset::UTF_8, &["UTF-8", "utf8", "UTF8", "utf_8", " Utf-8 "][..]),
            (Charset::WINDOWS_1252, &["Cp1252", "windows-1252", "ISO-8859-1", "ISO8859_1", "latin1", "US-ASCII"]),
            (Charset::SHIFT_JIS, &["SHIFT_JIS", "Shift-JIS", "SJIS", "Windows-31J", "MS932", "Cp932", "csWindows31J"]),
        ] {
            for name in names {
                assert_eq!(name.parse(), Ok(charset), "{name}");
            }
        }
        for name in ["EUC_JP", "EUC-JP", "ISO8859_15", "GBK", "MS936", "Big5", "UTF-16LE", "UTF-16", "Cp1250"] {
            assert!(name.parse::<Charset>().is_ok(), "{name}");
        }
        for name in ["", "x", "iso-2022-kr", "replacement"] {
            assert!(name.parse::<Charset>().is_err(), "{name}");
        }
    }

    #[test]
    fn the_charset_of_a_content_type_is_read_in_each_form() {
        let of = |text: &str| Charset::of_content_type(text).unwrap();
        assert_eq!(of("text/plain; charset=Cp1252"), Some(Charset::WINDOWS_1252));
        assert_eq!(of("text/plain;Charset = \"utf8\" ; x=y"), Some(Charset::UTF_8));
        for none in ["text/plain", "text/plain;charset=", "", ";", "text/plain; charset"] {
            assert_eq!(of(none), None);
        }
        assert!(Charset::of_content_type("text/plain; charset=martian").is_err());
    }

    #[test]
    fn known_charsets_across_every_cut() {
        let japanese: &[u8] = b"\x81\x60\x87\x40\xfb\xfc\xb1\r\n";
        for piece in [1, 2, 3, 100] {
            assert_eq!(read(known(Charset::SHIFT_JIS), japanese, piece).unwrap(), "～①髙ｱ\r\n");
            assert_eq!(read(known(Charset::WINDOWS_1252), b"\xe9\x80", piece).unwrap(), "é€");
            assert_eq!(read(known(Charset::UTF_8), "\u{feff}é€".as_bytes(), piece).unwrap(), "é€");
            assert_eq!(read(known(Charset::SHIFT_JIS), "\u{feff}é€".as_bytes(), piece).unwrap(), "é€");
            for (charset, bytes, before, place) in [
                (Charset::UTF_8, &b"abc\xc3\xa9\xe9d"[..], "abcé", "UTF-8 at byte 5"),
                (Charset::UTF_8, b"abc\xe2\x82", "abc", "UTF-8 at byte 3"),
                (Charset::SHIFT_JIS, b"ab\x81\x60\x81\xff", "ab～", "Shift_JIS at byte 4"),
                (Charset::SHIFT_JIS, b"ab\x81", "ab", "Shift_JIS at byte 2"),
            ] {
                let (text, error) = read(known(charset), bytes, piece).unwrap_err();
                assert!(text == before && error.contains(place), "{piece}: {text}: {error}");
            }
        }
    }

    #[test]
    fn undeclared_text_is_utf_8_or_else_the_fallback() {
        let long = "plain ascii\n".repeat(20_000);
        for piece in [1, 2, 3, 1000, 1_000_000] {
            for start in ["", long.as_str()] {
                let with = |bytes: &[u8]| [start.as_bytes(), bytes].concat();
                let fallback = || TextDecoder::undecided(Some(Charset::SHIFT_JIS));
                let none = || TextDecoder::undecided(None);
                assert_eq!(read(none(), &with("é€".as_bytes()), piece).unwrap(), format!("{start}é€"));
                assert_eq!(read(fallback(), &with("é€".as_bytes()), piece).unwrap(), format!("{start}é€"));
                assert_eq!(read(fallback(), &with(b"\x81\x60\n"), piece).unwrap(), format!("{start}～\n"));
                // Half-width katakana that could be UTF-8, and then a letter that could not.
                assert_eq!(read(fallback(), &with(b"\xc3\xbf\n\x81\x60"), piece).unwrap(), format!("{start}ﾃｿ\n～"));
                let (text, error) = read(none(), &with(b"\xe9\n"), piece).unwrap_err();
                assert_eq!(text, start);
                assert!(error.contains(&format!("not UTF-8 at byte {}", start.len())), "{error}");
            }
            let utf_16: Vec<u8> = "\u{feff}é".encode_utf16().flat_map(u16::to_le_bytes).collect();
            assert_eq!(read(TextDecoder::undecided(None), &utf_16, piece).unwrap(), "é");
            let unmarked = "sku\t数量\n".encode_utf16();
            for bytes in [
                unmarked.clone().flat_map(u16::to_le_bytes).collect(),
                unmarked.flat_map(u16::to_be_bytes).collect::<Vec<_>>(),
            ] {
                assert_eq!(read(TextDecoder::undecided(None), &bytes, piece).unwrap(), "sku\t数量\n");
            }
            for zeros in ["a\0b", "\0\0\0\0", "a\0", "\0a\0\0"] {
                assert_eq!(read(TextDecoder::undecided(None), zeros.as_bytes(), piece).unwrap(), zeros);
            }
            assert_eq!(read(TextDecoder::undecided(None), "\u{feff}é".as_bytes(), piece).unwrap(), "é");
            assert_eq!(read(TextDecoder::undecided(None), b"", piece).unwrap(), "");
        }
        // A few wrong bytes do not make it another charset.
        let most = [&"Café, ".repeat(30).into_bytes()[..], b"\xe9 and so on"].concat();
        for (fallback, is_lossy) in
            [(Charset::WINDOWS_1252, false), (Charset::SHIFT_JIS, true), (Charset::WINDOWS_1252, true)]
        {
            let decoder = TextDecoder::undecided(Some(fallback)).lossy(is_lossy);
            match decode(decoder, &most, 64) {
                (decoded, Ok(())) => {
                    assert!(is_lossy && decoded.text == "Café, ".repeat(30) + "\u{fffd} and so on", "{}", decoded.text);
                }
                (_, Err(error)) => assert!(!is_lossy && error.to_string().contains("not UTF-8 at byte 210"), "{error}"),
            }
        }
        let few = "Ã© ".repeat(3) + "Ã";
        let (few, _, _) = encoding_rs::WINDOWS_1252.encode(&few);
        assert!(read(TextDecoder::undecided(Some(Charset::WINDOWS_1252)), &few, 9).unwrap().ends_with("Ã© Ã"));
        // Once it is UTF-8, it stays so.
        let bytes = [&"é".repeat(100_000).into_bytes()[..], b"\xe9"].concat();
        for piece in [999, 1_000_000] {
            let decoder = TextDecoder::undecided(Some(Charset::WINDOWS_1252));
            let (text, error) = read(decoder, &bytes, piece).unwrap_err();
            assert!(text.len() == 200_000 && error.contains("byte 200000"), "{error}");
        }
    }

    #[test]
    fn a_lossy_reading_replaces_and_counts_what_cannot_be_decoded_and_nothing_else() {
        for (charset, bytes, text, replaced) in [
            (Charset::SHIFT_JIS, &b"a\tb\n\x83\x65\x83\t2\n\x81\x60\t3"[..], "a\tb\nテ\u{fffd}\t2\n～\t3", 1),
            (Charset::UTF_8, b"\xe9\t\xe2\x82\n\xc3\xa9", "\u{fffd}\t\u{fffd}\né", 2),
            (Charset::UTF_8, b"abc\xe2\x82", "abc\u{fffd}", 1),
            (Charset::UTF_8, "é\u{fffd}".as_bytes(), "é\u{fffd}", 0),
            (Charset::WINDOWS_1252, b"\x81\x8d\x8f\x90\x9d", "\u{81}\u{8d}\u{8f}\u{90}\u{9d}", 0),
        ] {
            for piece in [1, 2, 3, 100] {
                for decoder in [known(charset), TextDecoder::undecided(Some(charset))] {
                    let (decoded, result) = decode(decoder.lossy(true), bytes, piece);
                    result.unwrap();
                    assert_eq!((decoded.text.as_str(), decoded.replaced), (text, replaced), "{charset} {piece}");
                }
            }
        }
        let (decoded, result) = decode(TextDecoder::undecided(None).lossy(true), &[0xff; 200_000], 999);
        result.unwrap();
        assert_eq!((decoded.text.chars().count(), decoded.replaced), (200_000, 200_000));
    }

    #[test]
    fn the_error_says_where_the_charset_came_from() {
        let late = [&"é".repeat(100_000).into_bytes()[..], b"\xe9"].concat();
        let fallback = || TextDecoder::undecided(Some(Charset::SHIFT_JIS));
        for (decoder, bytes, source) in [
            (TextDecoder::known(Charset::UTF_8, CharsetSource::Set), &b"\xe9"[..], CharsetSource::Set),
            (known(Charset::UTF_8), b"\xe9", CharsetSource::Declared),
            (TextDecoder::undecided(None), b"\xe9", CharsetSource::Unknown),
            (fallback(), b"\xff", CharsetSource::Fallback),
            (fallback(), &late, CharsetSource::Utf8),
            (TextDecoder::undecided(None), b"\xef\xbb\xbf\xff", CharsetSource::ByteOrderMark),
        ] {
            let error = decode(decoder, bytes, 7).1.unwrap_err();
            assert_eq!(error.kind(), TableErrorKind::Charset(source), "{error}");
        }
    }

    #[test]
    fn text_is_encoded_or_refused() {
        assert_eq!(Charset::SHIFT_JIS.encode("～").unwrap(), b"\x81\x60");
        assert!(
            Charset::WINDOWS_1252.encode("～ Mary").unwrap_err().to_string().contains("windows-1252 does not have")
        );
    }
}
