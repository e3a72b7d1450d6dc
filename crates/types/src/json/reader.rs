//! Reads the values of a JSON text as a type expects them, and knows the path of each.
//!
//! Nothing here depends on a type, so it is compiled once. [`super::deserializer`] builds serde's interface on it.

use super::failure::{Failure, Place, Reason};
use super::rules::{Check, Checks, Passes, Rules};
use super::scan::{Broken, MOST_DEPTH, Oddities, Scan};
use super::spelling::{self, Fits, Integer, Token};
use super::{Note, NoteKind, Watch, path};
use serde::de::Expected;
use std::borrow::Cow;
use std::hash::{DefaultHasher, Hash, Hasher};

type Result<T> = std::result::Result<T, Failure>;

pub(super) struct Reader<'de, 'rules> {
    scan: Scan<'de>,
    /// The lists and objects that contain the current value.
    open: Vec<Open>,
    rules: &'rules Rules,
    watch: Watch,
    notes: Vec<Note>,
    /// What the names in the first object are.
    first_names: Option<Names>,
}

/// A list or object that is being read.
struct Open {
    names: Names,
    /// How many elements or members have begun.
    count: usize,
    /// The offsets of the current member's key and value.
    key: usize,
    value: usize,
    is_closed: bool,
}

/// What the names in an object are.
#[derive(Clone, Copy)]
pub(super) enum Names {
    /// There are none: it is a list.
    None,
    /// The fields of a structure, and perhaps names that it does not know. The visitor's name identifies the structure.
    /// The address of the list of fields does not, because the compiler may merge equal lists.
    Of { fields: &'static [&'static str], visitor: &'static str },
    /// Data: the type is a map, or accepts any value.
    Data,
    /// Fields, of a type that does not list them.
    Fields,
}

impl<'de, 'rules> Reader<'de, 'rules> {
    /// A reader at the beginning of a text. If the bytes were not UTF-8, it watches for U+FFFD.
    pub(super) fn new(text: &'de str, is_lossy: bool, rules: &'rules Rules, watch: Watch) -> Self {
        let looks_for = Oddities { replacements: is_lossy, controls: watch == Watch::All };
        Self {
            scan: Scan::new(text, 0, looks_for),
            open: Vec::new(),
            rules,
            watch,
            notes: Vec::new(),
            first_names: None,
        }
    }

    /// Nothing but white space may follow the value.
    pub(super) fn end(&mut self) -> Result<()> {
        self.scan.skip_space();
        if self.scan.offset == self.scan.text.len() { Ok(()) } else { Err(self.broken()) }
    }

    /// What the names in the first object are, if there was an object.
    pub(super) fn first_names(&self) -> Option<Names> {
        self.first_names
    }

    pub(super) fn into_notes(self) -> Vec<Note> {
        self.notes
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.scan.peek()
    }

    /// Where the next value begins.
    pub(super) fn begin(&mut self) -> usize {
        self.scan.skip_space();
        self.scan.offset
    }

    /// Takes a word such as `null`, if it is next.
    pub(super) fn take(&mut self, word: &str) -> bool {
        self.scan.take(word)
    }

    pub(super) fn string(&mut self) -> Result<Cow<'de, str>> {
        let read = self.scan.string();
        self.scanned(read)
    }

    pub(super) fn number(&mut self) -> Result<&'de str> {
        let read = self.scan.number();
        self.scanned(read)
    }

    fn token(&mut self) -> Result<Token<'de>> {
        let read = self.scan.token();
        self.scanned(read)
    }

    fn skip_value(&mut self) -> Result<()> {
        let read = self.scan.skip_value();
        self.scanned(read)
    }

    /// Adds the offset to a syntax error, and notes an odd string.
    #[inline]
    fn scanned<T>(&mut self, read: std::result::Result<T, Broken>) -> Result<T> {
        if self.scan.is_odd {
            self.scan.is_odd = false;
            self.note(NoteKind::Replaced);
        }
        match read {
            Ok(value) => Ok(value),
            Err(broken) => Err(self.not_json(broken)),
        }
    }

    /// The error for text that is not JSON here.
    fn broken(&self) -> Failure {
        self.not_json(self.scan.broken())
    }

    #[cold]
    fn not_json(&self, broken: Broken) -> Failure {
        self.failed(Failure::new(Reason::NotJson(broken)), self.scan.offset)
    }

    /// A failure at the current value.
    fn failed(&self, mut failure: Failure, start: usize) -> Failure {
        failure.set_place(Place { start, path: self.path() });
        failure
    }

    /// Reads a scalar as the type expects it.
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

    /// The variant's name of an enum that is a text, or `None` if an object with the name and a value is next.
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

    /// Opens a list. A value that only means an empty list is opened as one.
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

    /// Opens an object. A value that only means an empty object is opened as one, unless it is the whole answer.
    pub(super) fn open_object(&mut self, start: usize, names: Names, expected: &dyn Expected) -> Result<()> {
        if self.peek() == Some(b'{') {
            self.first_names.get_or_insert(names);
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
            return Err(self.failed(Failure::new(Reason::TooDeep), self.scan.offset));
        }
        self.scan.offset += 1;
        self.open.push(Open { names, count: 0, key: 0, value: 0, is_closed: false });
        Ok(())
    }

    fn push_empty(&mut self, names: Names) -> Result<()> {
        self.note(NoteKind::Respelled);
        self.open.push(Open { names, count: 0, key: 0, value: 0, is_closed: true });
        Ok(())
    }

    /// Closes a list or object that its type has read.
    pub(super) fn close(&mut self) -> Result<()> {
        let is_list = self.open.last().is_some_and(|open| matches!(open.names, Names::None));
        let goes_on = if is_list { self.next_element()? } else { self.next_key()?.is_some() };
        self.open.pop();
        if goes_on { Err(self.failed(Failure::new(Reason::TooLong), self.scan.offset)) } else { Ok(()) }
    }

    /// Whether the current list has another element, which is then next.
    pub(super) fn next_element(&mut self) -> Result<bool> {
        let Some(open) = self.open.last() else { return Ok(false) };
        if open.is_closed {
            return Ok(false);
        }
        let is_first = open.count == 0;
        self.scan.skip_space();
        match self.peek() {
            Some(b']') => {
                self.scan.offset += 1;
                self.closed();
                return Ok(false);
            }
            Some(b',') if !is_first => {
                self.scan.offset += 1;
                self.scan.skip_space();
            }
            Some(_) if is_first => {}
            _ => return Err(self.broken()),
        }
        self.begun(0);
        Ok(true)
    }

    /// The name of the next member of the current object, if there is one. Its value is then next.
    pub(super) fn next_key(&mut self) -> Result<Option<Cow<'de, str>>> {
        loop {
            let Some(open) = self.open.last() else { return Ok(None) };
            if open.is_closed {
                return Ok(None);
            }
            let is_first = open.count == 0;
            self.scan.skip_space();
            match self.peek() {
                Some(b'}') => {
                    self.scan.offset += 1;
                    self.closed();
                    return Ok(None);
                }
                Some(b',') if !is_first => {
                    self.scan.offset += 1;
                    self.scan.skip_space();
                }
                Some(_) if is_first => {}
                _ => return Err(self.broken()),
            }
            let at = self.scan.offset;
            let key = self.string()?;
            self.scan.skip_space();
            self.begun(at);
            if !self.take(":") {
                return Err(self.broken());
            }
            self.scan.skip_space();
            if let Some(open) = self.open.last_mut() {
                open.value = self.scan.offset;
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
            open.value = self.scan.offset;
        }
    }

    fn closed(&mut self) {
        if let Some(open) = self.open.last_mut() {
            open.is_closed = true;
        }
    }

    /// The type asks for the object's names as field names, though it did not list them.
    pub(super) fn names_are_fields(&mut self) {
        if let Some(open) = self.open.last_mut() {
            if matches!(open.names, Names::Data) {
                open.names = Names::Fields;
            }
        }
    }

    /// Whether a rule passes over the member whose value is next.
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

    /// Whether the next value is null, or passed over like null. If so, it is taken.
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

    /// Whether the next value fails a check. It stays the next.
    fn fails(&mut self, checks: &Checks) -> Result<bool> {
        let start = self.scan.offset;
        let notes = self.notes.len();
        let token = self.token()?;
        let letters = &self.scan.text[start..self.scan.offset];
        self.scan.offset = start;
        self.notes.truncate(notes);
        Ok(checks.is_unfit(&token) || checks.looks_at_letters() && checks.has_letters(hash(letters)))
    }

    /// The failure for a value that cannot be read as its type expects.
    fn unfit(&self, start: usize, token: &Token<'_>, expected: &dyn Expected, fits: Fits) -> Failure {
        self.failed(Failure::unexpected(expected, token.name()), start).with_check(Check::Unfit(fits))
    }

    /// The failure for a scalar that could be read but that the type refused.
    pub(super) fn refused(&self, failure: Failure, start: usize) -> Failure {
        if failure.place().is_some() {
            return failure;
        }
        self.failed(failure, start).with_check(Check::Same(hash(&self.scan.text[start..self.scan.offset])))
    }

    /// The failure for a list or object that is still open and that the type refused, or something in it.
    pub(super) fn refused_within(&mut self, failure: Failure, start: usize) -> Failure {
        self.open.pop();
        if failure.place().is_some() {
            return failure;
        }
        let failure = self.failed(failure, start);
        let is_object = self.scan.text.as_bytes().get(start) == Some(&b'{');
        match failure.reason() {
            // A type of scalars.
            Reason::Unexpected { found: Some("an object" | "a list"), .. } => {
                failure.with_check(Check::Unfit(spelling::is_scalar))
            }
            // The value that meant an empty object lacks what the type requires.
            Reason::Missing(_) if !is_object => failure.with_check(Check::Unfit(spelling::is_object)),
            _ => failure,
        }
    }

    /// The value that begins here could not be read for an `Option`: the next reading makes it `None`.
    pub(super) fn option_failed(&self, mut failure: Failure, start: usize, option: &'static str) -> Failure {
        // The whole answer is never absent.
        if !self.open.is_empty() {
            failure.pass(start, || Passes::Option(option));
        }
        failure
    }

    /// A member of the current object could not be read: if the object is a structure, the next reading treats it as
    /// absent.
    pub(super) fn member_failed(&mut self, failure: Failure) -> Failure {
        let Some(Open { names, key, value, .. }) = self.open.last() else { return failure };
        let (names, key, start) = (*names, *key, *value);
        let is_scalar = !matches!(self.scan.text.as_bytes().get(start), Some(b'[' | b'{'));
        let mut failure = match failure.place() {
            // An error from a function that reads the field has no path.
            None if is_scalar => self.refused(failure, start),
            None => self.failed(failure, start),
            Some(_) => failure,
        };
        if let Names::Of { visitor, .. } = names {
            failure.pass(start, || Passes::Member(visitor, self.key_at(key).into_owned()));
        }
        failure
    }

    /// An element of the current list could not be read.
    pub(super) fn element_failed(&self, failure: Failure) -> Failure {
        let start = self.open.last().map_or(self.scan.offset, |open| open.value);
        if failure.place().is_some() { failure } else { self.failed(failure, start) }
    }

    /// Passes over a value that no type reads.
    pub(super) fn skip_unknown(&mut self) -> Result<()> {
        if let (Watch::All, Some(Open { names: Names::Of { .. } | Names::Fields, .. })) = (self.watch, self.open.last())
        {
            self.note(NoteKind::Unknown);
        }
        self.skip_value()
    }

    /// The text of a value, unchanged.
    pub(super) fn raw_value(&mut self) -> Result<&'de str> {
        let start = self.begin();
        self.skip_value()?;
        Ok(&self.scan.text[start..self.scan.offset])
    }

    /// Notes that the current value was not read as it is written.
    pub(super) fn note(&mut self, kind: NoteKind) {
        if self.notes.len() < self.watch.most_notes() {
            let path = self.path();
            self.notes.push(Note { path, kind });
        }
    }

    /// The path of the current value.
    fn path(&self) -> String {
        let mut path = String::new();
        for open in self.open.iter().filter(|open| open.count > 0) {
            match open.names {
                Names::None => path::push_index(&mut path, open.count - 1),
                Names::Data => path::push_data(&mut path),
                Names::Of { fields, .. } => match self.key_at(open.key) {
                    key if fields.contains(&&*key) => path::push_name(&mut path, &key),
                    key => path::push_key(&mut path, &key),
                },
                Names::Fields => path::push_key(&mut path, &self.key_at(open.key)),
            }
        }
        path
    }

    fn key_at(&self, offset: usize) -> Cow<'de, str> {
        Scan::new(self.scan.text, offset, Oddities::default()).string().unwrap_or_default()
    }
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}
