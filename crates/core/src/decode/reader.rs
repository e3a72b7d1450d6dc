//! Reads JSON text piece by piece, and knows the path of each piece.
//!
//! Nothing here depends on a type: it is compiled once, and [`super::deserializer`] builds on it what serde asks for.

use super::failure::{Failure, Place, Reason};
use super::rules::{Check, Checks, Passes, Rules};
use super::spelling::{self, Fits, Integer, Token};
use super::{Note, NoteKind, Watch};
use crate::json_path;
use memchr::memchr2;
use serde::de::Expected;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

/// How deep lists and objects may be nested where types read them, as in serde_json. What no type reads may be deeper.
const MOST_DEPTH: usize = 128;

type Result<T> = std::result::Result<T, Failure>;

pub(super) struct Reader<'de, 'rules> {
    text: &'de str,
    offset: usize,
    /// The lists and objects that the value at hand stands in.
    open: Vec<Open>,
    rules: &'rules Rules,
    watch: Watch,
    notes: Vec<Note>,
    /// Whether U+FFFD may stand for bytes that were not UTF-8.
    pub(super) has_replacements: bool,
}

/// A list or object that is being read.
struct Open {
    names: Names,
    /// How many elements or members have begun.
    count: usize,
    /// Where the key and value of the member at hand stand.
    key: usize,
    value: usize,
    is_closed: bool,
}

/// What the names of an object are.
#[derive(Clone, Copy)]
pub(super) enum Names {
    /// There are none: it is a list.
    None,
    /// Those of a structure with these fields, or others that it does not know. The visitor's name tells the
    /// structure; the address of its fields does not, since equal lists may be one.
    Of { fields: &'static [&'static str], visitor: &'static str },
    /// Data: the type is a map.
    Data,
    /// Not known.
    Unknown,
}

impl<'de, 'rules> Reader<'de, 'rules> {
    pub(super) fn new(text: &'de str, rules: &'rules Rules, watch: Watch) -> Self {
        Self { text, offset: 0, open: Vec::new(), rules, watch, notes: Vec::new(), has_replacements: false }
    }

    /// Nothing but white space may follow the value.
    pub(super) fn end(&mut self) -> Result<()> {
        self.skip_space();
        if self.offset == self.text.len() { Ok(()) } else { Err(self.broken()) }
    }

    pub(super) fn into_notes(self) -> Vec<Note> {
        self.notes
    }

    fn bytes(&self) -> &'de [u8] {
        self.text.as_bytes()
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.bytes().get(self.offset).copied()
    }

    fn skip_space(&mut self) {
        while let Some(b' ' | b'\n' | b'\t' | b'\r') = self.peek() {
            self.offset += 1;
        }
    }

    /// Where the next value begins.
    pub(super) fn begin(&mut self) -> usize {
        self.skip_space();
        self.offset
    }

    /// Takes a word such as `null`, if it stands here.
    pub(super) fn take(&mut self, word: &str) -> bool {
        let found = self.bytes()[self.offset..].starts_with(word.as_bytes());
        if found {
            self.offset += word.len();
        }
        found
    }

    /// What is wrong with text that is no JSON here.
    fn broken(&self) -> Failure {
        let reason = if self.offset >= self.text.len() { Reason::EndsEarly } else { Reason::Syntax };
        self.failed(Failure::new(reason), self.offset)
    }

    /// A failure at the value at hand.
    fn failed(&self, mut failure: Failure, start: usize) -> Failure {
        failure.set_place(Place { start, path: self.path() });
        failure
    }

    /// The letters of a string without an escape, or what its escapes mean. The quotation mark is next.
    ///
    /// Half of a surrogate pair becomes U+FFFD, and a raw control character is kept.
    pub(super) fn string(&mut self) -> Result<Cow<'de, str>> {
        if self.peek() != Some(b'"') {
            return Err(self.broken());
        }
        self.offset += 1;
        let begin = self.offset;
        let mut start = begin;
        let mut unescaped = String::new();
        let mut is_replaced = false;
        loop {
            let Some(length) = memchr2(b'"', b'\\', &self.bytes()[self.offset..]) else {
                self.offset = self.text.len();
                return Err(self.broken());
            };
            let end = self.offset + length;
            self.offset = end + 1;
            if self.bytes()[end] == b'"' {
                let last = &self.text[start..end];
                let string = if unescaped.is_empty() {
                    Cow::Borrowed(last)
                } else {
                    unescaped.push_str(last);
                    Cow::Owned(unescaped)
                };
                is_replaced |= self.has_replacements && string.contains(char::REPLACEMENT_CHARACTER);
                if is_replaced || self.has_raw_control(&self.bytes()[begin..end]) {
                    self.note(NoteKind::Replaced);
                }
                return Ok(string);
            }
            unescaped.push_str(&self.text[start..end]);
            self.escape(&mut unescaped, &mut is_replaced)?;
            start = self.offset;
        }
    }

    /// Whether a text has a raw control character, which is only looked for where somebody wants to know.
    fn has_raw_control(&self, raw: &[u8]) -> bool {
        self.watch == Watch::All && raw.iter().any(|byte| *byte < 0x20)
    }

    /// Reads what follows a backslash.
    fn escape(&mut self, out: &mut String, is_replaced: &mut bool) -> Result<()> {
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
                out.push(self.code_point(unit)?.unwrap_or_else(|| {
                    *is_replaced = true;
                    char::REPLACEMENT_CHARACTER
                }));
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

    /// Reads a scalar, or an empty list or object, and only looks at one that is not empty.
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

    /// Takes both brackets where nothing stands between them.
    fn take_empty(&mut self, end: u8) -> bool {
        let start = self.offset;
        self.offset += 1;
        self.skip_space();
        let is_empty = self.peek() == Some(end);
        self.offset = if is_empty { self.offset + 1 } else { start };
        is_empty
    }

    /// A scalar, as the type wants it.
    pub(super) fn flag(&mut self, start: usize, expected: &dyn Expected) -> Result<bool> {
        if self.take("true") {
            return Ok(true);
        }
        if self.take("false") {
            return Ok(false);
        }
        let token = self.token()?;
        let flag = spelling::flag(&token).ok_or_else(|| self.unfit(start, &token, expected, spelling::fits_flag))?;
        self.note(NoteKind::Respelled);
        Ok(flag)
    }

    pub(super) fn integer(&mut self, start: usize, expected: &dyn Expected) -> Result<Integer> {
        let token = self.token()?;
        if let Token::Number(digits) = &token {
            if let Ok(value) = digits.parse() {
                return Ok(Integer::Unsigned(value));
            }
            if let Ok(value) = digits.parse() {
                return Ok(Integer::Negative(value));
            }
        }
        let value =
            spelling::integer(&token).ok_or_else(|| self.unfit(start, &token, expected, spelling::fits_integer))?;
        if !matches!(token, Token::Number(_)) {
            self.note(NoteKind::Respelled);
        }
        Ok(value)
    }

    pub(super) fn float(&mut self, start: usize, expected: &dyn Expected) -> Result<f64> {
        let token = self.token()?;
        let value = spelling::float(&token).ok_or_else(|| self.unfit(start, &token, expected, spelling::fits_float))?;
        if !matches!(token, Token::Number(_)) {
            self.note(NoteKind::Respelled);
        }
        Ok(value)
    }

    pub(super) fn text(&mut self, start: usize, expected: &dyn Expected) -> Result<Cow<'de, str>> {
        if self.peek() == Some(b'"') {
            return self.string();
        }
        let token = self.token()?;
        let text = spelling::text(token).map_err(|token| self.unfit(start, &token, expected, spelling::fits_text))?;
        self.note(NoteKind::Respelled);
        Ok(text)
    }

    /// The variant's name of an enum that is a text, or `None` where an object with the name and a value is next.
    pub(super) fn variant(&mut self, start: usize, expected: &dyn Expected) -> Result<Option<Cow<'de, str>>> {
        let token = self.token()?;
        match spelling::text(token) {
            Ok(text) => Ok(Some(text)),
            Err(Token::Object { is_empty: false }) => Ok(None),
            Err(token) => Err(self.unfit(start, &token, expected, spelling::fits_enum)),
        }
    }

    pub(super) fn null(&mut self, start: usize, expected: &dyn Expected) -> Result<()> {
        match self.token()? {
            Token::Null => Ok(()),
            token => Err(self.unfit(start, &token, expected, spelling::fits_unit)),
        }
    }

    /// Opens a list. What only stands for an empty one is opened as that.
    pub(super) fn open_list(&mut self, start: usize, expected: &dyn Expected) -> Result<()> {
        if self.peek() == Some(b'[') {
            return self.push(Names::None);
        }
        let token = self.token()?;
        if self.open.is_empty() || !spelling::fits_list(&token) {
            return Err(self.unfit(start, &token, expected, spelling::fits_list));
        }
        self.push_empty(Names::None)
    }

    /// Opens an object. What only stands for an empty one is opened as that, but not in the place of the whole answer.
    pub(super) fn open_object(&mut self, start: usize, names: Names, expected: &dyn Expected) -> Result<()> {
        if self.peek() == Some(b'{') {
            return self.push(names);
        }
        let token = self.token()?;
        if self.open.is_empty() || !spelling::fits_object(&token) {
            return Err(self.unfit(start, &token, expected, spelling::fits_object));
        }
        self.push_empty(names)
    }

    fn push(&mut self, names: Names) -> Result<()> {
        if self.open.len() >= MOST_DEPTH {
            return Err(self.failed(Failure::new(Reason::TooDeep), self.offset));
        }
        self.offset += 1;
        self.open.push(Open { names, count: 0, key: 0, value: 0, is_closed: false });
        Ok(())
    }

    fn push_empty(&mut self, names: Names) -> Result<()> {
        self.note(NoteKind::Respelled);
        self.open.push(Open { names, count: 0, key: 0, value: 0, is_closed: true });
        Ok(())
    }

    /// Leaves a list or object that its type has read.
    pub(super) fn close(&mut self) -> Result<()> {
        let is_list = self.open.last().is_some_and(|open| matches!(open.names, Names::None));
        let goes_on = if is_list { self.next_element()? } else { self.next_key()?.is_some() };
        self.open.pop();
        if goes_on { Err(self.failed(Failure::new(Reason::TooLong), self.offset)) } else { Ok(()) }
    }

    /// Whether the list at hand has another element, which is next.
    pub(super) fn next_element(&mut self) -> Result<bool> {
        let Some(open) = self.open.last() else { return Ok(false) };
        if open.is_closed {
            return Ok(false);
        }
        let is_first = open.count == 0;
        self.skip_space();
        match self.peek() {
            Some(b']') => {
                self.offset += 1;
                self.closed();
                return Ok(false);
            }
            Some(b',') if !is_first => {
                self.offset += 1;
                self.skip_space();
            }
            Some(_) if is_first => {}
            _ => return Err(self.broken()),
        }
        self.begun(0);
        Ok(true)
    }

    /// The name of the next member of the object at hand, if there is one. Its value is next.
    pub(super) fn next_key(&mut self) -> Result<Option<Cow<'de, str>>> {
        loop {
            let Some(open) = self.open.last() else { return Ok(None) };
            if open.is_closed {
                return Ok(None);
            }
            let is_first = open.count == 0;
            self.skip_space();
            match self.peek() {
                Some(b'}') => {
                    self.offset += 1;
                    self.closed();
                    return Ok(None);
                }
                Some(b',') if !is_first => {
                    self.offset += 1;
                    self.skip_space();
                }
                Some(_) if is_first => {}
                _ => return Err(self.broken()),
            }
            let at = self.offset;
            let key = self.string()?;
            self.skip_space();
            self.begun(at);
            if !self.take(":") {
                return Err(self.broken());
            }
            self.skip_space();
            if let Some(open) = self.open.last_mut() {
                open.value = self.offset;
            }
            if self.rules.is_repeated(at) {
                self.note(NoteKind::Repeated);
                self.skip_value()?;
            } else if self.omits(&key)? {
                self.note(NoteKind::Unread);
                self.skip_value()?;
            } else {
                return Ok(Some(key));
            }
        }
    }

    fn begun(&mut self, key: usize) {
        if let Some(open) = self.open.last_mut() {
            open.count += 1;
            open.key = key;
            open.value = self.offset;
        }
    }

    fn closed(&mut self) {
        if let Some(open) = self.open.last_mut() {
            open.is_closed = true;
        }
    }

    /// The object's names are asked for as those of fields, though the type did not list them.
    pub(super) fn names_are_fields(&mut self) {
        if let Some(open) = self.open.last_mut() {
            if matches!(open.names, Names::Data) {
                open.names = Names::Unknown;
            }
        }
    }

    /// Whether a rule passes the member over whose value is next.
    fn omits(&mut self, key: &str) -> Result<bool> {
        let rules = self.rules;
        match self.open.last() {
            Some(Open { names: Names::Of { visitor, .. }, .. }) if !rules.are_none() => {
                match rules.of(&Passes::Member(visitor, key.to_owned())) {
                    Some(checks) => self.fails(checks),
                    None => Ok(false),
                }
            }
            _ => Ok(false),
        }
    }

    /// Whether the value that is next is null, or passed over as good as null. If so, it is taken.
    pub(super) fn take_none(&mut self, option: &'static str) -> Result<bool> {
        if self.take("null") {
            return Ok(true);
        }
        let rules = self.rules;
        if rules.are_none() {
            return Ok(false);
        }
        let Some(checks) = rules.of(&Passes::Option(option)) else { return Ok(false) };
        let fails = self.fails(checks)?;
        if fails {
            self.note(NoteKind::Unread);
            self.skip_value()?;
        }
        Ok(fails)
    }

    /// Whether the value that is next fails a check. It stays the next.
    fn fails(&mut self, checks: &Checks) -> Result<bool> {
        let start = self.offset;
        let notes = self.notes.len();
        let token = self.token()?;
        let letters = &self.text[start..self.offset];
        self.offset = start;
        self.notes.truncate(notes);
        Ok(checks.is_unfit(&token) || checks.looks_at_letters() && checks.has_letters(hash(letters)))
    }

    /// A value that cannot be read as what its type wants.
    fn unfit(&self, start: usize, token: &Token<'_>, expected: &dyn Expected, fits: Fits) -> Failure {
        self.failed(Failure::unexpected(expected, token.name()), start).checked_by(Check::Unfit(fits))
    }

    /// The type refused a scalar that was well spelt.
    pub(super) fn refused(&self, failure: Failure, start: usize) -> Failure {
        if failure.place().is_some() {
            return failure;
        }
        self.failed(failure, start).checked_by(Check::Same(hash(&self.text[start..self.offset])))
    }

    /// The type refused a list or object that is still open, or something in it.
    pub(super) fn refused_within(&mut self, failure: Failure, start: usize) -> Failure {
        self.open.pop();
        if failure.place().is_some() {
            return failure;
        }
        let failure = self.failed(failure, start);
        let is_object = self.bytes().get(start) == Some(&b'{');
        match failure.reason() {
            // A type of scalars.
            Reason::Unexpected { found: Some("an object" | "a list"), .. } => {
                failure.checked_by(Check::Unfit(spelling::is_scalar))
            }
            // What stood for an empty object lacks what the type requires.
            Reason::Missing(_) if !is_object => failure.checked_by(Check::Unfit(spelling::is_object)),
            _ => failure,
        }
    }

    /// An `Option` could not be read whose value begins there: next time it is `None`.
    pub(super) fn option_failed(&self, mut failure: Failure, start: usize, option: &'static str) -> Failure {
        // The answer as a whole is never absent.
        if !self.open.is_empty() {
            failure.pass(start, || Passes::Option(option));
        }
        failure
    }

    /// A member of the object at hand could not be read: next time it is absent, if the object is a structure.
    pub(super) fn member_failed(&mut self, failure: Failure) -> Failure {
        let Some(Open { names, key, value, .. }) = self.open.last() else { return failure };
        let (names, key, start) = (*names, *key, *value);
        let is_scalar = !matches!(self.bytes().get(start), Some(b'[' | b'{'));
        let mut failure = match failure.place() {
            // What comes from a function that reads the field says no place.
            None if is_scalar => self.refused(failure, start),
            None => self.failed(failure, start),
            Some(_) => failure,
        };
        if let Names::Of { visitor, .. } = names {
            failure.pass(start, || Passes::Member(visitor, self.key_at(key).into_owned()));
        }
        failure
    }

    /// An element of the list at hand could not be read.
    pub(super) fn element_failed(&self, failure: Failure) -> Failure {
        let start = self.open.last().map_or(self.offset, |open| open.value);
        if failure.place().is_some() { failure } else { self.failed(failure, start) }
    }

    /// Passes over a value that no type reads.
    pub(super) fn skip_unknown(&mut self) -> Result<()> {
        if let (Watch::All, Some(Open { names: Names::Of { .. } | Names::Unknown, .. })) =
            (self.watch, self.open.last())
        {
            self.note(NoteKind::Unknown);
        }
        self.skip_value()
    }

    /// Passes over a value, however deep. It must be JSON, as all that is read must.
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

    /// The text of a value, as it stands.
    pub(super) fn raw_value(&mut self) -> Result<&'de str> {
        let start = self.begin();
        self.skip_value()?;
        Ok(&self.text[start..self.offset])
    }

    /// Where the keys stand of all members that come again later in their object. A text that is no JSON has those
    /// before the fault.
    pub(super) fn repeated_members(mut self) -> HashSet<usize> {
        let mut repeated = HashSet::new();
        // Of each open object the keys so far, of each open list nothing. Deeper than types read none are kept.
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

    /// Remembers that the value at hand was not read as it stands.
    pub(super) fn note(&mut self, kind: NoteKind) {
        if self.notes.len() < self.watch.most_notes() {
            let path = self.path();
            self.notes.push(Note { path, kind });
        }
    }

    /// The path of the value at hand.
    fn path(&self) -> String {
        let mut path = String::new();
        for open in self.open.iter().filter(|open| open.count > 0) {
            match open.names {
                Names::None => json_path::push_index(&mut path, open.count - 1),
                Names::Data => json_path::push_data(&mut path),
                Names::Of { fields, .. } => match self.key_at(open.key) {
                    key if fields.contains(&&*key) => json_path::push_name(&mut path, &key),
                    key => json_path::push_key(&mut path, &key),
                },
                Names::Unknown => json_path::push_key(&mut path, &self.key_at(open.key)),
            }
        }
        path
    }

    fn key_at(&self, offset: usize) -> Cow<'de, str> {
        let mut reader = Reader::new(self.text, self.rules, Watch::Off);
        reader.offset = offset;
        reader.string().unwrap_or_default()
    }
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}
