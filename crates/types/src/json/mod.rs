//! Reads JSON leniently.
//!
//! Amazon's answers, events and documents do not always spell a value as its type expects, and one odd value must not
//! cost a page. serde_json cannot be lenient, so this module has its own reader. It reads a value as the type expects
//! if its meaning is clear. If the value cannot be read, it is absent if the type allows that. Only text that is not
//! JSON is an error for all types:
//!
//! | in the text | is read as |
//! | --- | --- |
//! | `"false"`, `"1"`, `1` for a flag; `"12"`, `12.0`, `1.2e1` for an integer; `"1.5"` for a float | what it says |
//! | a number or flag for a text | its letters, with every digit |
//! | `[]` or `""` for an object, `{}` or `""` for a list | an empty one |
//! | a value that cannot be read as its type, such as `"n/a"` for a number or a list for an object | `None` in an `Option`, else as if the field were missing |
//! | a member that occurs twice in an object | the last one |
//! | half of a surrogate pair, or bytes that are not UTF-8, within a text | U+FFFD |
//! | a raw control character within a text | itself |
//!
//! The outermost value is never absent: `[]` or null instead of an object is an error. Values that serde buffers before
//! it knows the type (in untagged, internally tagged and flattened types of your own) must be spelled as the type
//! expects.
//!
//! ```
//! use spapi_types::json::{self, NoteKind};
//!
//! #[derive(serde::Deserialize)]
//! struct Line {
//!     sku: String,
//!     quantity: Option<u32>,
//! }
//!
//! let text = br#"[{"sku": 12, "quantity": "3"}, {"sku": "A", "quantity": "n/a"}]"#;
//! let (lines, notes) = json::read_with_notes::<Vec<Line>>(text)?;
//! assert_eq!((lines[0].sku.as_str(), lines[0].quantity), ("12", Some(3)));
//! assert_eq!((lines[1].sku.as_str(), lines[1].quantity), ("A", None));
//! let unread = notes.iter().find(|note| note.kind == NoteKind::Unread).unwrap();
//! assert_eq!(unread.path, "[1].quantity");
//! # Ok::<(), json::DecodeError>(())
//! ```

mod deserializer;
mod failure;
mod fit;
pub mod path;
mod reader;
mod rules;
mod scan;
mod spelling;
mod strict;
#[cfg(test)]
mod tests;

use crate::text::from_utf8_lossy;
use failure::Failure;
pub use fit::{Fit, fit};
use reader::Reader;
use rules::Rules;
use serde::de::DeserializeOwned;
use std::borrow::Cow;
use std::fmt;
pub use strict::{Repeated, StrictError, read_strictly};

/// Reads a value.
///
/// # Errors
/// When the text is not JSON, or its outermost value is not of the type.
pub fn read<T: DeserializeOwned>(text: &[u8]) -> Result<T, DecodeError> {
    read_with_notes(text).map(|(value, _)| value)
}

/// Reads a value, and notes at most ten deviations of the text from the type.
///
/// # Errors
/// The errors of [`read`].
pub fn read_with_notes<T: DeserializeOwned>(text: &[u8]) -> Result<(T, Vec<Note>), DecodeError> {
    read_value(text, Watch::Few)
}

/// Reads a value, and notes all deviations of the text from the type, up to 10,000: also members that the type does not
/// know or that occur twice. It takes longer than [`read_with_notes`].
///
/// # Errors
/// The errors of [`read`].
pub fn read_with_all_notes<T: DeserializeOwned>(text: &[u8]) -> Result<(T, Vec<Note>), DecodeError> {
    read_value(text, Watch::All)
}

/// A text without the byte order mark at its beginning, if it has one.
pub fn without_byte_order_mark(text: &[u8]) -> &[u8] {
    text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text)
}

/// Whether a text has only white space, after a byte order mark or without one.
pub fn is_blank(text: &[u8]) -> bool {
    without_byte_order_mark(text).iter().all(u8::is_ascii_whitespace)
}

fn read_value<T: DeserializeOwned>(text: &[u8], watch: Watch) -> Result<(T, Vec<Note>), DecodeError> {
    let mut value = None;
    let notes = read_by(text, watch, &mut |reader| {
        value = Some(T::deserialize(reader)?);
        Ok(())
    })?;
    value.map(|value| (value, notes)).ok_or_else(|| DecodeError::new("", "it is empty"))
}

/// Reads a text again until nothing unreadable is left. Nothing here depends on the type.
fn read_by(
    text: &[u8],
    watch: Watch,
    read: &mut dyn FnMut(&mut Reader<'_, '_>) -> Result<(), Failure>,
) -> Result<Vec<Note>, DecodeError> {
    if is_blank(text) {
        return Err(DecodeError::new("", "it is empty"));
    }
    let text = from_utf8_lossy(text);
    let is_lossy = matches!(text, Cow::Owned(_));
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
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

/// How many deviations of a text from its type are remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Watch {
    /// A few, for a log.
    Few,
    /// All of them, also members that the type does not know, up to a limit that no genuine answer reaches.
    All,
}

impl Watch {
    fn most_notes(self) -> usize {
        match self {
            Self::Few => 10,
            Self::All => 10_000,
        }
    }
}

/// A deviation of a text from its type. It holds no value of the text.
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

/// Why an answer or another text could not be read. It gives the path and what was expected, and never the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError {
    path: String,
    reason: String,
    is_only_errors: bool,
}

impl DecodeError {
    /// An error at a path such as `payload.Orders[3].PurchaseDate`, empty for the whole text. The reason is shown and
    /// logged, so it must not contain values of the text.
    pub fn new(path: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { path: path.into(), reason: reason.into(), is_only_errors: false }
    }

    /// The error for an answer that holds only errors although its status is a success.
    pub fn only_errors() -> Self {
        Self { is_only_errors: true, ..Self::new("", "it holds only errors") }
    }

    /// Whether the answer holds only errors although its status is a success.
    pub fn is_only_errors(&self) -> bool {
        self.is_only_errors
    }

    /// The path of the value that could not be read, empty for the whole text.
    pub fn path(&self) -> &str {
        &self.path
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
