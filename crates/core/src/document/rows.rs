//! A document as a table.

use super::pipeline::Pieces;
use super::reading::Reading;
use crate::error::Error;
use spapi_tables::{Decoded, Dialect, Found, TableError, TableReader, TableRow, TextReader};
use std::fmt;

/// The rows of a document, each as a `T`. [`Document::rows`](super::Document::rows) makes it.
///
/// The first row names the columns. If there are lines before it, such as the summary of a processing report, the remarks
/// of a date range report or the settings and labels of a flat-file template, they are the [`preamble`](Self::preamble).
/// Lines of nothing but spaces are not rows. A row that repeats all of several names below other rows is not one either:
/// documents that were joined have it. If each row ends with a delimiter more or less than the header, the fields are read
/// all the same.
///
/// A field is read as its type requires. If it cannot be, the error gives the row and column:
///
/// | type | field |
/// | --- | --- |
/// | `Option` | `None` where it is blank |
/// | [`Amount`](crate::decimal::Amount), for money, and a [`Decimal`](crate::Decimal) by the modules of [`decimal`](crate::decimal) | exact, in the notations listed in [`decimal`](crate::decimal); what `1,234` means is known from [`Download::of_type`](super::Download::of_type) |
/// | floats and integers | in the same notations; an integer may have a fraction of zeros |
/// | `bool` | `true`, `yes`, `Y`, `1` and their opposites |
/// | [`DateTime`](crate::DateTime), `String` and others | the unchanged text |
///
/// A type of the crate `spapi-rows` finds its columns by any of their names and says itself how it reads them.
///
/// If that type is of a report in JSON or XML, the document is read as such, and has neither a header nor a preamble.
pub struct Rows<T: TableRow> {
    pieces: Pieces<Decoded>,
    source: Source<T>,
    replaced: u64,
    ended: bool,
    over: bool,
}

enum Source<T: TableRow> {
    Table {
        table: Box<TableReader>,
        columns: Option<T::Columns>,
    },
    /// JSON or XML.
    Text {
        reader: Box<dyn TextReader<T>>,
        rows: u64,
    },
}

impl<T: TableRow> Rows<T> {
    pub(super) fn new(pieces: Pieces<Decoded>, dialect: Dialect, reading: &Reading) -> Self {
        let source = match T::text_reader() {
            Some(reader) => Source::Text { reader, rows: 0 },
            None => {
                let table = TableReader::new(dialect, reading.limits);
                let table = table.decimal_mark(reading.mark).for_marketplace(reading.marketplace);
                Source::Table { table: Box::new(table), columns: None }
            }
        };
        Self { pieces, source, replaced: 0, ended: false, over: false }
    }

    /// The names of the columns, without spaces around them. Empty if the document is empty. If several columns have
    /// the name `a`, the further ones are called `a (2)`, `a (3)` and so on, so that a map keeps them all.
    ///
    /// You may drop the future: nothing is lost.
    ///
    /// # Errors
    /// When the document cannot be read up to the header.
    pub async fn columns(&mut self) -> Result<&[String], Error> {
        self.find(Source::find_header).await?;
        Ok(self.table().map_or(&[], TableReader::columns))
    }

    /// The lines before the row that names the columns, each as its fields. Usually there are none. Blank lines are
    /// left out. A preamble has at most 50 lines.
    ///
    /// You may drop the future: nothing is lost.
    ///
    /// # Errors
    /// When the document cannot be read up to the header.
    pub async fn preamble(&mut self) -> Result<&[Vec<String>], Error> {
        self.find(Source::find_header).await?;
        Ok(self.table().map_or(&[], TableReader::preamble))
    }

    /// The line below the last row that says how many rows there are, or their sum, such as `Total: 12`. It is not a row,
    /// because it has one field while the table has several columns. `None` before the end, and if there is no such line.
    pub fn closing(&self) -> Option<&str> {
        self.table().and_then(TableReader::closing)
    }

    /// How many characters of the text loaded so far could not be decoded and were replaced with U+FFFD. Always 0
    /// without [`Download::lossy`](super::Download::lossy).
    pub fn replaced(&self) -> u64 {
        self.replaced
    }

    /// The next row, or `None` after the last. You may drop the future: nothing is lost.
    ///
    /// # Errors
    /// When a row cannot be read as a `T`, or its number of fields differs from the number of columns.
    /// [`Error::decode_path`] says which row, and the rows after it can still be read. Also an error if the document
    /// cannot be read further, for example when the connection breaks. After that there are no more rows.
    pub async fn try_next(&mut self) -> Result<Option<T>, Error> {
        Ok(self.find(Source::next).await?.transpose()?)
    }

    fn table(&self) -> Option<&TableReader> {
        match &self.source {
            Source::Table { table, .. } => Some(&**table),
            Source::Text { .. } => None,
        }
    }

    /// Loads until what is wanted is there, or the document ends.
    async fn find<F>(&mut self, look: fn(&mut Source<T>) -> Result<Option<F>, TableError>) -> Result<Option<F>, Error> {
        while !self.over {
            match look(&mut self.source) {
                Ok(Some(found)) => return Ok(Some(found)),
                Ok(None) => {}
                Err(error) => return Err(self.failed(error.into())),
            }
            if self.ended {
                self.over = true;
                break;
            }
            match self.pieces.try_next().await {
                Ok(Some(piece)) => {
                    self.replaced += piece.replaced;
                    self.source.push(&piece.text);
                }
                Ok(None) => {
                    self.ended = true;
                    self.source.end();
                }
                Err(error) => return Err(self.failed(error)),
            }
        }
        Ok(None)
    }

    fn failed(&mut self, error: Error) -> Error {
        self.over = true;
        let mut progress = error.progress().unwrap_or(self.pieces.progress());
        progress.rows = self.source.rows();
        error.with_progress(progress)
    }
}

impl<T: TableRow> Source<T> {
    fn push(&mut self, text: &str) {
        match self {
            Self::Table { table, .. } => table.push(text),
            Self::Text { reader, .. } => reader.push(text),
        }
    }

    fn end(&mut self) {
        match self {
            Self::Table { table, .. } => table.end(),
            Self::Text { reader, .. } => reader.end(),
        }
    }

    /// How many rows were found.
    fn rows(&self) -> u64 {
        match self {
            Self::Table { table, .. } => table.row_number(),
            Self::Text { rows, .. } => *rows,
        }
    }

    /// Finds the header of a table.
    fn find_header(&mut self) -> Result<Option<()>, TableError> {
        match self {
            Self::Table { table, .. } => table.find_header().map(|found| (found == Found::Row).then_some(())),
            Self::Text { .. } => Ok(Some(())),
        }
    }

    /// Finds the next row. The inner error is that of the row: the rows after it can be read.
    fn next(&mut self) -> Result<Option<Result<T, TableError>>, TableError> {
        match self {
            Self::Table { table, columns } => {
                if table.advance()? == Found::Nothing {
                    return Ok(None);
                }
                let columns = match columns {
                    Some(columns) => columns,
                    None => columns.insert(T::find_columns(table)?),
                };
                Ok(Some(T::read_row(columns, table)))
            }
            Self::Text { reader, rows } => match reader.try_next() {
                Ok(None) => Ok(None),
                Err(error) if error.place().is_none() => Err(error),
                row => {
                    *rows += 1;
                    Ok(row.transpose())
                }
            },
        }
    }
}

/// Does not show what was read.
impl<T: TableRow> fmt::Debug for Rows<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rows").field("rows", &self.source.rows()).finish_non_exhaustive()
    }
}
