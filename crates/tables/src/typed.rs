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
