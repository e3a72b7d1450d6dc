//! Reads JSON text piece by piece, without interpreting it.

use super::spelling::Token;
use memchr::memchr2;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

/// How deep lists and objects may be nested in values that types read, as in serde_json. Other values may be nested
/// deeper.
pub(super) const MOST_DEPTH: usize = 128;

type Result<T> = std::result::Result<T, Broken>;

/// Why a text is not JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Broken {
    Syntax,
    EndsEarly,
}

/// A position in a text, and the functions that read on from there.
#[derive(Clone, Copy)]
pub(super) struct Scan<'de> {
    pub text: &'de str,
    pub offset: usize,
    pub looks_for: Oddities,
    /// Whether a string since the last reset had the odd character or half of a surrogate pair.
    pub is_odd: bool,
}

/// What makes a string odd, besides half of a surrogate pair.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Oddities {
    /// U+FFFD, if it may replace bytes that were not UTF-8.
    pub replacements: bool,
    /// A raw control character.
    pub controls: bool,
}

impl<'de> Scan<'de> {
    pub(super) fn new(text: &'de str, offset: usize, looks_for: Oddities) -> Self {
        Self { text, offset, looks_for, is_odd: false }
    }

    fn bytes(&self) -> &'de [u8] {
        self.text.as_bytes()
    }

    #[inline]
    pub(super) fn peek(&self) -> Option<u8> {
        self.bytes().get(self.offset).copied()
    }

    #[inline]
    pub(super) fn skip_space(&mut self) {
        while let Some(b' ' | b'\n' | b'\t' | b'\r') = self.peek() {
            self.offset += 1;
        }
    }

    /// Takes a word such as `null`, if it is next.
    #[inline]
    pub(super) fn take(&mut self, word: &str) -> bool {
        let found = self.bytes()[self.offset..].starts_with(word.as_bytes());
        if found {
            self.offset += word.len();
        }
        found
    }

    /// The error for text that is not JSON here.
    pub(super) fn broken(&self) -> Broken {
        if self.offset >= self.text.len() { Broken::EndsEarly } else { Broken::Syntax }
    }

    /// The letters of a string without an escape, or the characters of its escapes. The quotation mark is next.
    ///
    /// Half of a surrogate pair becomes U+FFFD, and a raw control character is kept.
    pub(super) fn string(&mut self) -> Result<Cow<'de, str>> {
        if self.peek() != Some(b'"') {
            return Err(self.broken());
        }
        let begin = self.offset + 1;
        self.offset = begin;
        let piece = self.until_quote_or_escape()?;
        let string = match self.bytes()[self.offset - 1] {
            b'"' => Cow::Borrowed(piece),
            _ => Cow::Owned(self.unescaped(piece)?),
        };
        self.is_odd |= self.looks_for.replacements && string.contains(char::REPLACEMENT_CHARACTER)
            || self.looks_for.controls && self.has_raw_control(begin);
        Ok(string)
    }

    /// The rest of a string that has an escape: its characters so far are given, and what follows the backslash is next.
    #[cold]
    fn unescaped(&mut self, before: &str) -> Result<String> {
        let mut unescaped = before.to_owned();
        loop {
            self.escape(&mut unescaped)?;
            unescaped.push_str(self.until_quote_or_escape()?);
            if self.bytes()[self.offset - 1] == b'"' {
                return Ok(unescaped);
            }
        }
    }

    /// The text before the next quotation mark or backslash, which is taken too.
    #[inline]
    fn until_quote_or_escape(&mut self) -> Result<&'de str> {
        let Some(length) = memchr2(b'"', b'\\', &self.bytes()[self.offset..]) else {
            self.offset = self.text.len();
            return Err(self.broken());
        };
        let piece = &self.text[self.offset..self.offset + length];
        self.offset += length + 1;
        Ok(piece)
    }

    /// Whether the string that was just read, and began at this offset, has a raw control character.
    fn has_raw_control(&self, begin: usize) -> bool {
        self.bytes()[begin..self.offset].iter().any(|byte| *byte < 0x20)
    }

    /// Reads what follows a backslash.
    fn escape(&mut self, out: &mut String) -> Result<()> {
        let Some(byte) = self.peek() else { return Err(self.broken()) };
        let char = match byte {
            b'"' | b'\\' | b'/' => char::from(byte),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                self.offset += 1;
                let unit = self.code_unit()?;
                let char = self.code_point(unit)?;
                self.is_odd |= char.is_none();
                out.push(char.unwrap_or(char::REPLACEMENT_CHARACTER));
                return Ok(());
            }
            _ => return Err(self.broken()),
        };
        self.offset += 1;
        out.push(char);
        Ok(())
    }

    /// The character that a unit of UTF-16 begins; `None` for half of a pair.
    fn code_point(&mut self, unit: u16) -> Result<Option<char>> {
        if let Some(char) = char::from_u32(u32::from(unit)) {
            return Ok(Some(char));
        }
        let after = self.offset;
        if (0xd800..0xdc00).contains(&unit) && self.take("\\u") {
            let low = self.code_unit()?;
            if let Some(Ok(char)) = char::decode_utf16([unit, low]).next() {
                return Ok(Some(char));
            }
            self.offset = after;
        }
        Ok(None)
    }

    /// Four hexadecimal digits.
    fn code_unit(&mut self) -> Result<u16> {
        let digits = self.bytes().get(self.offset..self.offset + 4);
        let Some(digits) = digits.filter(|digits| digits.iter().all(u8::is_ascii_hexdigit)) else {
            return Err(self.broken());
        };
        self.offset += 4;
        let unit = digits.iter().fold(0, |unit, digit| unit << 4 | char::from(*digit).to_digit(16).unwrap_or_default());
        Ok(u16::try_from(unit).unwrap_or_default())
    }

    /// The digits of a number.
    pub(super) fn number(&mut self) -> Result<&'de str> {
        let start = self.offset;
        if self.peek() == Some(b'-') {
            self.offset += 1;
        }
        match self.peek() {
            Some(b'0') => self.offset += 1,
            Some(b'1'..=b'9') => self.digits()?,
            _ => return Err(self.broken()),
        }
        if self.peek() == Some(b'.') {
            self.offset += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.offset += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.offset += 1;
            }
            self.digits()?;
        }
        Ok(&self.text[start..self.offset])
    }

    fn digits(&mut self) -> Result<()> {
        let start = self.offset;
        while let Some(b'0'..=b'9') = self.peek() {
            self.offset += 1;
        }
        if self.offset == start { Err(self.broken()) } else { Ok(()) }
    }

    /// Reads a scalar, or an empty list or object. Of one that is not empty it reads nothing.
    pub(super) fn token(&mut self) -> Result<Token<'de>> {
        self.skip_space();
        match self.peek() {
            Some(b'"') => self.string().map(Token::Text),
            Some(b'-' | b'0'..=b'9') => self.number().map(Token::Number),
            Some(b'[') => Ok(Token::List { is_empty: self.take_empty(b']') }),
            Some(b'{') => Ok(Token::Object { is_empty: self.take_empty(b'}') }),
            _ if self.take("null") => Ok(Token::Null),
            _ if self.take("true") => Ok(Token::Flag(true)),
            _ if self.take("false") => Ok(Token::Flag(false)),
            _ => Err(self.broken()),
        }
    }

    /// Takes both brackets if nothing is between them.
    fn take_empty(&mut self, end: u8) -> bool {
        let start = self.offset;
        self.offset += 1;
        self.skip_space();
        let is_empty = self.peek() == Some(end);
        self.offset = if is_empty { self.offset + 1 } else { start };
        is_empty
    }

    /// Passes over a value, however deep. It must be valid JSON too.
    pub(super) fn skip_value(&mut self) -> Result<()> {
        let mut within = Vec::new();
        loop {
            match self.token()? {
                Token::List { is_empty: false } => {
                    self.offset += 1;
                    within.push(b']');
                    continue;
                }
                Token::Object { is_empty: false } => {
                    self.offset += 1;
                    within.push(b'}');
                    self.skip_name()?;
                    continue;
                }
                _ => {}
            }
            loop {
                let Some(end) = within.last() else { return Ok(()) };
                self.skip_space();
                match self.peek() {
                    Some(b',') => {
                        self.offset += 1;
                        if *end == b'}' {
                            self.skip_name()?;
                        }
                        break;
                    }
                    Some(byte) if byte == *end => {
                        self.offset += 1;
                        within.pop();
                    }
                    _ => return Err(self.broken()),
                }
            }
        }
    }

    fn skip_name(&mut self) -> Result<()> {
        self.skip_space();
        self.string()?;
        self.skip_space();
        if self.take(":") { Ok(()) } else { Err(self.broken()) }
    }

    /// The offsets of the keys of all members that occur again later in their object. If the text is not JSON, those
    /// before the fault.
    pub(super) fn repeated_members(mut self) -> HashSet<usize> {
        let mut repeated = HashSet::new();
        // The keys so far of each open object. Lists have none. Levels deeper than types may read are ignored.
        let mut within: Vec<Option<HashMap<Cow<'de, str>, usize>>> = Vec::new();
        let mut deeper: usize = 0;
        while let Some(byte) = {
            self.skip_space();
            self.peek()
        } {
            match byte {
                b'{' | b'[' if within.len() >= MOST_DEPTH => deeper += 1,
                b'{' => within.push(Some(HashMap::new())),
                b'[' => within.push(None),
                b'}' | b']' if deeper > 0 => deeper -= 1,
                b'}' | b']' => {
                    within.pop();
                }
                b'"' => {
                    let at = self.offset;
                    let Ok(string) = self.string() else { break };
                    self.skip_space();
                    if let (Some(b':'), 0, Some(Some(keys))) = (self.peek(), deeper, within.last_mut()) {
                        repeated.extend(keys.insert(string, at));
                    }
                    continue;
                }
                _ => {}
            }
            self.offset += 1;
        }
        repeated
    }
}
