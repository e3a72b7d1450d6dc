//! Why an archive cannot be read.

use std::fmt;
use std::io;

/// A place in a text, both numbers from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The line.
    pub line: u64,
    /// The character in the line.
    pub column: u64,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

/// What is wrong with an archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ReadErrorKind {
    /// The bytes could not be read from the disk or from where they come.
    Io,
    /// The bytes are not of the charset, or it declares one that is not known: [`Reader::charset`](super::Reader::charset) sets
    /// the right one.
    Charset,
    /// It is not XML, or not XML alone.
    NotXml,
    /// It is JSON.
    Json,
    /// It is a flat file: a text with tabs or commas between its columns.
    FlatFile,
    /// It is not text, or packed in a way that must be unpacked first.
    Binary,
    /// It ends in the middle of a document.
    CutOff,
    /// It has a document type declaration, or refers to an entity of one.
    Forbidden,
    /// It has more levels, or a longer element, than an answer of MWS can have.
    TooLarge,
    /// It is XML that MWS did not make, or that this module does not read.
    UnknownDocument,
    /// It is a report without the rows that [`Reader::rows`](super::Reader::rows) chooses.
    UnknownRows,
}

/// Why an archive cannot be read further, and where. It repeats no text of the archive but the names of elements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadError {
    kind: ReadErrorKind,
    position: Option<Position>,
    message: String,
}

impl ReadError {
    pub(super) fn new(kind: ReadErrorKind, position: Option<Position>, message: impl Into<String>) -> Self {
        Self { kind, position, message: message.into() }
    }

    pub(super) fn io(error: &io::Error) -> Self {
        Self::new(ReadErrorKind::Io, None, error.to_string())
    }

    /// What is wrong.
    pub fn kind(&self) -> ReadErrorKind {
        self.kind
    }

    /// Where the archive cannot be read further. `None` if it cannot be read at all.
    pub fn position(&self) -> Option<Position> {
        self.position
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(position) = self.position {
            write!(f, "{position}: ")?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for ReadError {}

/// The name of an element as an error shows it: printable, and not long.
pub(super) fn shown(name: &str) -> String {
    spapi_types::text::printable(name).up_to(80).to_string()
}
