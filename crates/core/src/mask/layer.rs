//! A text as it came, and without one layer of encoding after the other.

use std::ops::Range;

/// Bytes, and where each of them is in the text as it came.
pub(super) struct Layer {
    bytes: Vec<u8>,
    ranges: Vec<Range<usize>>,
}

/// The bytes that a search compares.
pub(super) struct Folded {
    pub bytes: Vec<u8>,
    pub ranges: Vec<Range<usize>>,
}

/// The byte that a search compares for this one. `None` for what a server may put between the characters of a secret, such
/// as line breaks and characters without width; for what a form may write as another of these; and for the signs in which
/// the alphabets of base64 differ.
pub(super) fn fold(byte: u8) -> Option<u8> {
    match byte {
        b'+' | b'-' | b':' => None,
        b'_' => Some(b'/'),
        b'!'..=b'~' => Some(byte.to_ascii_lowercase()),
        _ => None,
    }
}

impl Layer {
    pub(super) fn of(text: &str) -> Self {
        Self { bytes: text.as_bytes().to_vec(), ranges: (0..text.len()).map(|at| at..at + 1).collect() }
    }

    pub(super) fn folded(&self) -> Folded {
        let both = self.bytes.iter().zip(&self.ranges);
        let (bytes, ranges) = both.filter_map(|(byte, range)| Some((fold(*byte)?, range.clone()))).unzip();
        Folded { bytes, ranges }
    }

    /// The text after removing one layer of encoding wherever there is one. `None` if there is none.
    pub(super) fn decoded(&self) -> Option<Self> {
        if !self.bytes.iter().any(|byte| matches!(byte, b'%' | b'\\' | b'&')) {
            return None;
        }
        let mut out =
            Self { bytes: Vec::with_capacity(self.bytes.len()), ranges: Vec::with_capacity(self.bytes.len()) };
        let mut at = 0;
        while let Some(byte) = self.bytes.get(at) {
            let rest = &self.bytes[at + 1..];
            let found = match byte {
                b'%' => hex(rest, 2).map(|code| (code, 3)),
                b'\\' => escape(rest),
                b'&' => reference(&rest[..rest.len().min(LONGEST_REFERENCE)]),
                _ => None,
            };
            let (code, length) = found.unwrap_or((u32::from(*byte), 1));
            let range = self.ranges[at].start..self.ranges[at + length - 1].end;
            match u8::try_from(code) {
                Ok(byte) => out.push(byte, range),
                Err(_) => {
                    let char = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
                    char.encode_utf8(&mut [0; 4]).bytes().for_each(|byte| out.push(byte, range.clone()));
                }
            }
            at += length;
        }
        (out.bytes.len() < self.bytes.len()).then_some(out)
    }

    fn push(&mut self, byte: u8, range: Range<usize>) {
        self.bytes.push(byte);
        self.ranges.push(range);
    }
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
        // White space is passed over, so that it does not matter which.
        b'b' | b'f' | b'n' | b'r' | b't' => Some((u32::from(b' '), 2)),
        byte @ (b'"' | b'\'' | b'\\' | b'/') => Some((u32::from(*byte), 2)),
        _ => None,
    }
}

/// HTML's names of the characters that are neither letters nor digits.
const NAMES: &[(&[u8], u8)] = &[
    (b"amp", b'&'),
    (b"apos", b'\''),
    (b"ast", b'*'),
    (b"bsol", b'\\'),
    (b"colon", b':'),
    (b"comma", b','),
    (b"commat", b'@'),
    (b"dollar", b'$'),
    (b"equals", b'='),
    (b"excl", b'!'),
    (b"grave", b'`'),
    (b"gt", b'>'),
    (b"Hat", b'^'),
    (b"lbrace", b'{'),
    (b"lbrack", b'['),
    (b"lcub", b'{'),
    (b"lowbar", b'_'),
    (b"lpar", b'('),
    (b"lsqb", b'['),
    (b"lt", b'<'),
    (b"midast", b'*'),
    (b"NewLine", b' '),
    (b"nbsp", b' '),
    (b"num", b'#'),
    (b"percnt", b'%'),
    (b"period", b'.'),
    (b"plus", b'+'),
    (b"quest", b'?'),
    (b"quot", b'"'),
    (b"rbrace", b'}'),
    (b"rbrack", b']'),
    (b"rcub", b'}'),
    (b"rpar", b')'),
    (b"rsqb", b']'),
    (b"semi", b';'),
    (b"shy", b' '),
    (b"sol", b'/'),
    (b"Tab", b' '),
    (b"UnderBar", b'_'),
    (b"verbar", b'|'),
    (b"vert", b'|'),
    (b"VerticalLine", b'|'),
    (b"zwj", b' '),
    (b"zwnj", b' '),
    (b"ZeroWidthSpace", b' '),
];

/// The length of the longest reference without its ampersand.
const LONGEST_REFERENCE: usize = 16;

/// The code after an ampersand, and its length including the ampersand.
fn reference(rest: &[u8]) -> Option<(u32, usize)> {
    let end = rest.iter().position(|byte| *byte == b';')?;
    let code = match &rest[..end] {
        [b'#', b'x' | b'X', digits @ ..] => hex(digits, digits.len())?,
        [b'#', digits @ ..] => std::str::from_utf8(digits).ok()?.parse().ok()?,
        name => u32::from(NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))?.1),
    };
    Some((code, end + 2))
}
