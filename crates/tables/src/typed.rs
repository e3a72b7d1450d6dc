//! Types that know how to be read from a row.

use crate::error::TableError;
use crate::reader::TableReader;
use serde::de::DeserializeOwned;

/// A type that rows of a table are read as.
///
/// Every type that serde deserializes is one: [`TableReader::read`] says how. A type of other crates, such as those of
/// `spapi-rows`, may find its columns in the header itself.
pub trait TableRow: Sized {
    /// Where the type's columns are in a table.
    type Columns: Send + Sync;

    /// Finds the type's columns, after the header is found.
    ///
    /// # Errors
    /// When the header is not one of this type. No row of the table can be read then.
    fn find_columns(table: &TableReader) -> Result<Self::Columns, TableError>;

    /// Reads the row that was found last.
    ///
    /// # Errors
    /// When the row cannot be read as this type. The rows after it can still be read.
    fn read_row(columns: &Self::Columns, table: &TableReader) -> Result<Self, TableError>;

    /// A reader of documents that are not tables, for a type whose rows come from JSON or XML. `None` for all others.
    fn text_reader() -> Option<Box<dyn TextReader<Self>>> {
        None
    }
}

/// Reads rows from a document that is not a table and whose text comes in pieces.
pub trait TextReader<T>: Send + Sync {
    /// Adds text, when there are no more rows in the text so far.
    fn push(&mut self, text: &str);

    /// Says that no more text comes.
    fn end(&mut self);

    /// The next row. `None` if more text is needed, or no text is left.
    ///
    /// # Errors
    /// When a row cannot be read: the error has its [place](TableError::place), and the rows after it can be read. An
    /// error without a place says that the document cannot be read further.
    fn try_next(&mut self) -> Result<Option<T>, TableError>;
}

impl<T: DeserializeOwned> TableRow for T {
    type Columns = ();

    fn find_columns(_: &TableReader) -> Result<(), TableError> {
        Ok(())
    }

    fn read_row((): &(), table: &TableReader) -> Result<Self, TableError> {
        table.read()
    }
}
