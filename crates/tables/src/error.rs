//! Why a text is not a table.

use crate::charset::CharsetSource;
use std::fmt;

/// Why a text could not be decoded, or a table could not be read. It never repeats a value of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableError {
    kind: TableErrorKind,
    message: String,
    place: Option<Place>,
}

/// What is wrong with a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TableErrorKind {
    /// Its bytes are not of the charset. The text cannot be read further.
    Charset(CharsetSource),
    /// It has characters that the charset to encode it in does not have.
    NotEncodable,
    /// A row has more bytes than [`Limits::longest_row`](crate::Limits::longest_row). The table cannot be read further.
    RowTooLong,
    /// A row has more columns than [`Limits::most_columns`](crate::Limits::most_columns). The table cannot be read
    /// further.
    TooManyColumns,
    /// It ends within quotation marks.
    OpenQuotes,
    /// The header row lacks columns that the type of the rows needs. No row can be read as that type.
    MissingColumns,
    /// A row has another number of fields than the header. The rows after it can be read.
    FieldCount,
    /// A row cannot be read as its type. The rows after it can be read.
    Value,
    /// It is not the JSON or XML that the type of the rows is read from. It cannot be read further.
    OtherFormat,
    /// A number has a comma that may begin the fraction or group digits, as in `1,234`. The rows after it can be read.
    AmbiguousComma,
}

/// Where in a table an error is. Shows as `row 3, column sku`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Place {
    /// The number of the row below the header, from 1.
    pub row: u64,
    /// The name of the column, or its number from 1 if it has no name, made [printable](spapi_types::text::printable)
    /// and cut to 80 characters. `None` if the error is about the row.
    pub column: Option<String>,
}

impl TableError {
    /// An error about the whole text. The message must not repeat a value of it.
    pub fn new(kind: TableErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), place: None }
    }

    /// Sets the number of the row, from 1, and the name of the column in a form that is safe to show.
    pub fn at(mut self, row: u64, column: Option<String>) -> Self {
        self.place = Some(Place { row, column });
        self
    }

    /// What is wrong.
    pub fn kind(&self) -> TableErrorKind {
        self.kind
    }

    /// Where, if it is about a row that was found.
    pub fn place(&self) -> Option<&Place> {
        self.place.as_ref()
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.column {
            Some(column) => write!(f, "row {}, column {column}", self.row),
            None => write!(f, "row {}", self.row),
        }
    }
}

impl fmt::Display for TableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Some(place) => write!(f, "the document cannot be read at {place}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for TableError {}
