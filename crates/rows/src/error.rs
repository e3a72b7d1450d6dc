//! Why a JSON or XML document is not the rows that were asked for.

use spapi_tables::{TableError, TableErrorKind};
use std::fmt;

/// Why a JSON or XML document could not be read. It never repeats a value of the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadError {
    reason: String,
    row: Option<u64>,
    column: Option<&'static str>,
}

impl ReadError {
    pub(crate) fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), row: None, column: None }
    }

    pub(crate) fn of_cell(column: &'static str, reason: &str) -> Self {
        Self { column: Some(column), ..Self::new(reason) }
    }

    pub(crate) fn at(mut self, row: u64) -> Self {
        self.row = Some(row);
        self
    }

    /// The number of the element, from 1, among those that have rows. If there is one, the elements after it can be
    /// read. `None` if the document cannot be read further.
    pub fn row(&self) -> Option<u64> {
        self.row
    }

    /// The name of the column that could not be read.
    pub fn column(&self) -> Option<&'static str> {
        self.column
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the document cannot be read")?;
        if let Some(row) = self.row {
            write!(f, " at element {row}")?;
        }
        if let Some(column) = self.column {
            write!(f, ", column {column}")?;
        }
        write!(f, ": {}", self.reason)
    }
}

impl std::error::Error for ReadError {}

impl From<ReadError> for TableError {
    fn from(error: ReadError) -> Self {
        match error.row {
            Some(row) => Self::new(TableErrorKind::Value, error.reason).at(row, error.column.map(str::to_owned)),
            None => Self::new(TableErrorKind::OtherFormat, error.to_string()),
        }
    }
}
