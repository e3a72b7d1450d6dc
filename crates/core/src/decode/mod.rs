//! Decodes the bytes of an answer to a value.
//!
//! Amazon's answers do not always spell a value as its models say, and one odd value must not cost a page. serde_json
//! cannot be lenient, so this module has its own JSON reader. It reads a value as the type expects if its meaning is
//! clear. If the value cannot be read, it is absent if the type allows that. Only text that is not JSON is an error for
//! all types:
//!
//! | in the answer | is read as |
//! | --- | --- |
//! | `"false"`, `"1"`, `1` for a flag; `"12"`, `12.0`, `1.2e1` for an integer; `"1.5"` for a float | what it says |
//! | a number or flag for a text | its letters, with every digit |
//! | `[]` or `""` for an object, `{}` or `""` for a list | an empty one |
//! | a value that cannot be read as its type, such as `"n/a"` for a number or a list for an object | `None` in an `Option`, else as if the field were missing |
//! | a member that occurs twice in an object | the last one |
//! | half of a surrogate pair, or bytes that are not UTF-8, within a text | U+FFFD |
//! | a raw control character within a text | itself |
//!
//! The whole answer is never absent: `[]` or null instead of an object is an error. Values that serde buffers before it
//! knows the type (in untagged, internally tagged and flattened types of your own) must be spelled as the type expects.

mod deserializer;
mod failure;
mod reader;
mod rules;
mod scan;
mod spelling;
#[cfg(test)]
mod tests;

use crate::absent::Elements;
use crate::error::bare;
use crate::observe::Noted;
use crate::response::RawResponse;
use failure::Failure;
use reader::{Names, Reader};
use rules::Rules;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::borrow::Cow;
use std::fmt;

/// Reads an answer's value.
pub type Decode<T> = fn(&RawResponse) -> Result<T, DecodeError>;

/// Reads the body as JSON.
///
/// # Errors
/// When the body is not JSON, or not of that type. Also when the list of a page cannot be read, because an empty page
/// would look like the last one.
pub fn json<T: DeserializeOwned + Serialize>(response: &RawResponse) -> Result<T, DecodeError> {
    Noted::note::<T>();
    let read = read_noting(response.body());
    if let Some(members) = bare::members(response.body()) {
        if is_unknown::<T>(response, members) {
            return Err(DecodeError::for_errors());
        }
    }
    let (value, notes) = read?;
    match notes.into_iter().find(|note| note.kind == NoteKind::Unread && response.holds_items(&note.path)) {
        Some(note) => Err(DecodeError::new(note.path, "the items of the page cannot be read")),
        None => Ok(value),
    }
}

/// Decodes the body as a JSON list. Null elements are dropped.
///
/// # Errors
/// When the body is not JSON, or not a list of that type.
pub fn json_list<T: DeserializeOwned + Serialize>(response: &RawResponse) -> Result<Vec<T>, DecodeError> {
    json(response).map(|Elements(list)| list)
}

/// Reads the body as JSON, if there is one: `None` for 204 and for an empty body.
///
/// # Errors
/// When there is a body that is not JSON, or not of that type.
pub fn json_or_empty<T: DeserializeOwned + Serialize>(response: &RawResponse) -> Result<Option<T>, DecodeError> {
    let is_empty = response.body().iter().all(u8::is_ascii_whitespace);
    if is_empty || response.status() == http::StatusCode::NO_CONTENT { Ok(None) } else { json(response).map(Some) }
}

/// For answers without a value. Of the body only errors are read.
///
/// # Errors
/// When the body is an error.
pub fn empty(response: &RawResponse) -> Result<(), DecodeError> {
    if bare::members(response.body()).is_some() { Err(DecodeError::for_errors()) } else { Ok(()) }
}

/// Whether a path is that of an element of the whole answer.
fn is_of_element(path: &str) -> bool {
    path.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'[' | b']'))
}

/// Whether the type has a place for none of the members of a body. If it accepts any name, the body is data where
/// something was done.
fn is_unknown<T: DeserializeOwned>(response: &RawResponse, members: usize) -> bool {
    let mut names = None;
    let read = read_by(response.body(), Watch::All, &mut |reader| {
        let read = T::deserialize(&mut *reader).map(drop);
        names = reader.first_names();
        read
    });
    match (read, names) {
        (Err(_), _) => true,
        // Elements of a list of another kind.
        (Ok(notes), _) if notes.iter().any(|note| note.kind == NoteKind::Unread && is_of_element(&note.path)) => true,
        (Ok(notes), Some(Names::Of { .. })) => {
            notes.iter().filter(|note| note.kind == NoteKind::Unknown).count() == members
        }
        _ => response.is_of_reading(),
    }
}

pub(crate) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, DecodeError> {
    read_noting(body).map(|(value, _)| value)
}

/// Decodes a value, and notes a few deviations of the answer from its type.
fn read_noting<T: DeserializeOwned>(body: &[u8]) -> Result<(T, Vec<Note>), DecodeError> {
    let (value, notes) = read_value(body, Watch::Off)?;
    for Note { path, kind } in &notes {
        tracing::debug!(path, ?kind, "the answer is not spelt as its type says");
    }
    Ok((value, notes))
}

/// Decodes a value, and notes the deviations of the answer from its type and what the type does not know.
#[cfg(feature = "observe")]
pub(crate) fn read_watched<T: DeserializeOwned>(body: &[u8]) -> Result<(T, Vec<Note>), DecodeError> {
    read_value(body, Watch::All)
}

fn read_value<T: DeserializeOwned>(body: &[u8], watch: Watch) -> Result<(T, Vec<Note>), DecodeError> {
    let mut value = None;
    let notes = read_by(body, watch, &mut |reader| {
        value = Some(T::deserialize(reader)?);
        Ok(())
    })?;
    value.map(|value| (value, notes)).ok_or_else(|| DecodeError::new("", "it is empty"))
}

/// Reads a text again until nothing unreadable is left. Nothing here depends on the type.
fn read_by(
    body: &[u8],
    watch: Watch,
    read: &mut dyn FnMut(&mut Reader<'_, '_>) -> Result<(), Failure>,
) -> Result<Vec<Note>, DecodeError> {
    let text = String::from_utf8_lossy(body);
    let is_lossy = matches!(text, Cow::Owned(_));
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    if text.bytes().all(|byte| byte.is_ascii_whitespace()) {
        return Err(DecodeError::new("", "it is empty"));
    }
    let mut rules = Rules::default();
    if watch == Watch::All {
        rules.find_repeated(text);
    }
    loop {
        let mut reader = Reader::new(text, is_lossy, &rules, watch);
        let failure = match read(&mut reader).and_then(|()| reader.end()) {
            Ok(()) => return Ok(reader.into_notes()),
            Err(failure) => failure,
        };
        if !rules.learn(text, &failure) {
            return Err(rules.error(&failure));
        }
    }
}

/// How many deviations of an answer from its type are remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Watch {
    /// A few, for the log.
    Off,
    /// All of them, also members that the type does not know, up to a limit that no genuine answer reaches.
    #[cfg_attr(not(feature = "observe"), allow(dead_code))]
    All,
}

impl Watch {
    fn most_notes(self) -> usize {
        match self {
            Self::Off => 10,
            Self::All => 10_000,
        }
    }
}

/// A deviation of an answer from its type. It holds no value of the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Note {
    /// The path, such as `payload.Orders[3].IsGift`. A key of a map is `{key}`.
    pub path: String,
    /// The kind of deviation.
    pub kind: NoteKind,
}

/// How a value deviates from its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NoteKind {
    /// It has the same meaning in another spelling.
    Respelled,
    /// It cannot be read, and is treated as absent.
    Unread,
    /// Its member occurs again later in its object, and the later one counts.
    Repeated,
    /// Parts of the text are not characters, or not allowed by JSON.
    Replaced,
    /// The type does not know it.
    Unknown,
}

/// Why an answer could not be read. It gives the path and what was expected, and never the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError {
    path: String,
    reason: String,
    /// Whether the answer is an error, though its status is a success.
    is_for_errors: bool,
}

impl DecodeError {
    /// An error at a path such as `payload.Orders[3].PurchaseDate`, empty for the whole answer. The reason is shown and
    /// logged, so it must not contain values of the answer.
    pub fn new(path: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { path: path.into(), reason: reason.into(), is_for_errors: false }
    }

    fn for_errors() -> Self {
        Self { is_for_errors: true, ..Self::new("", "it holds only errors") }
    }

    pub(crate) fn is_for_errors(&self) -> bool {
        self.is_for_errors
    }

    /// The path in the answer of the value that could not be read.
    pub fn path(&self) -> &str {
        &self.path
    }

    pub(crate) fn into_path(self) -> String {
        self.path
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            write!(f, "the answer cannot be read: {}", self.reason)
        } else {
            write!(f, "the answer cannot be read at {}: {}", self.path, self.reason)
        }
    }
}

impl std::error::Error for DecodeError {}
