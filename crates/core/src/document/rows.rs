//! A document as a table.

use super::pipeline::Pieces;
use super::reading::Reading;
use crate::error::Error;
use spapi_tables::{Decoded, Dialect, Found, TableError, TableReader, TableRow};
use std::fmt;
use std::marker::PhantomData;

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
pub struct Rows<T: TableRow> {
    pieces: Pieces<Decoded>,
    table: TableReader,
    columns: Option<T::Columns>,
    replaced: u64,
    ended: bool,
    over: bool,
    value: PhantomData<fn() -> T>,
}

impl<T: TableRow> Rows<T> {
    pub(super) fn new(pieces: Pieces<Decoded>, dialect: Dialect, reading: &Reading) -> Self {
        Self {
            pieces,
            table: TableReader::new(dialect, reading.limits)
                .decimal_mark(reading.mark)
                .for_marketplace(reading.marketplace),
            columns: None,
            replaced: 0,
            ended: false,
            over: false,
            value: PhantomData,
        }
    }

    /// The names of the columns, without spaces around them. Empty if the document is empty. If several columns have
    /// the name `a`, the further ones are called `a (2)`, `a (3)` and so on, so that a map keeps them all.
    ///
    /// You may drop the future: nothing is lost.
    ///
    /// # Errors
    /// When the document cannot be read up to the header.
    pub async fn columns(&mut self) -> Result<&[String], Error> {
        self.find(TableReader::find_header).await?;
        Ok(self.table.columns())
    }

    /// The lines before the row that names the columns, each as its fields. Usually there are none. Blank lines are
    /// left out. A preamble has at most 50 lines.
    ///
    /// You may drop the future: nothing is lost.
    ///
    /// # Errors
    /// When the document cannot be read up to the header.
    pub async fn preamble(&mut self) -> Result<&[Vec<String>], Error> {
        self.find(TableReader::find_header).await?;
        Ok(self.table.preamble())
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
        if !self.find(TableReader::advance).await? {
            return Ok(None);
        }
        let columns = match self.columns.take() {
            Some(columns) => columns,
            None => T::find_columns(&self.table).map_err(|error| self.failed(error.into()))?,
        };
        let row = T::read_row(&columns, &self.table);
        self.columns = Some(columns);
        Ok(Some(row?))
    }

    /// Loads until the wanted part is in the table, or the document ends.
    async fn find(&mut self, look: fn(&mut TableReader) -> Result<Found, TableError>) -> Result<bool, Error> {
        while !self.over {
            match look(&mut self.table) {
                Ok(Found::Row) => return Ok(true),
                Ok(Found::Nothing) if self.ended => self.over = true,
                Ok(Found::Nothing) => match self.pieces.try_next().await {
                    Ok(Some(piece)) => {
                        self.replaced += piece.replaced;
                        self.table.push(&piece.text);
                    }
                    Ok(None) => {
                        self.ended = true;
                        self.table.end();
                    }
                    Err(error) => return Err(self.failed(error)),
                },
                Err(error) => return Err(self.failed(error.into())),
            }
        }
        Ok(false)
    }

    fn failed(&mut self, error: Error) -> Error {
        self.over = true;
        let mut progress = error.progress().unwrap_or(self.pieces.progress());
        progress.rows = self.table.row_number();
        error.with_progress(progress)
    }
}

/// Does not show what was read.
impl<T: TableRow> fmt::Debug for Rows<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rows").field("rows", &self.table.row_number()).finish_non_exhaustive()
    }
}
