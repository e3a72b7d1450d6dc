//! A document as a table.

use super::charset::Decoded;
use super::header::Table;
use super::pipeline::Pieces;
use super::reading::Reading;
use super::row::{NamedRow, RowError};
use super::split::{Dialect, Found};
use crate::decimal::DecimalMark;
use crate::error::{Error, ErrorKind};
use serde::de::DeserializeOwned;
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
pub struct Rows<T> {
    pieces: Pieces<Decoded>,
    table: Table,
    is_flexible: bool,
    mark: Option<DecimalMark>,
    rows: u64,
    replaced: u64,
    ended: bool,
    over: bool,
    value: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> Rows<T> {
    pub(super) fn new(pieces: Pieces<Decoded>, dialect: Dialect, reading: &Reading) -> Self {
        Self {
            pieces,
            table: Table::new(dialect, reading.limits),
            is_flexible: dialect.is_flexible(),
            mark: reading.mark,
            rows: 0,
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
        self.find(Table::find_header).await?;
        Ok(self.table.columns().names())
    }

    /// The lines before the row that names the columns, each as its fields. Usually there are none. Blank lines are
    /// left out. A preamble has at most 50 lines.
    ///
    /// You may drop the future: nothing is lost.
    ///
    /// # Errors
    /// When the document cannot be read up to the header.
    pub async fn preamble(&mut self) -> Result<&[Vec<String>], Error> {
        self.find(Table::find_header).await?;
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
        if !self.find(Table::advance).await? {
            return Ok(None);
        }
        self.rows += 1;
        let (columns, mut row) = (self.table.columns(), self.table.row());
        let (expected, count) = (self.table.width(), columns.names().len());
        if row.len() == expected {
            row = row.first(count);
        } else if !self.is_flexible {
            let others = match expected == count {
                true => format!("there are {count} columns"),
                false => format!("the first rows have {expected}"),
            };
            return Err(self.unreadable(&RowError::new(format!("it has {} fields, and {others}", row.len()))));
        }
        NamedRow::new(columns, row, self.mark).read().map(Some).map_err(|error| self.unreadable(&error))
    }

    /// Loads until the wanted part is in the table, or the document ends.
    async fn find(&mut self, look: fn(&mut Table, bool) -> Result<Found, Error>) -> Result<bool, Error> {
        while !self.over {
            match look(&mut self.table, self.ended) {
                Ok(Found::Row) => return Ok(true),
                Ok(Found::Nothing) if self.ended => self.over = true,
                Ok(Found::Nothing) => match self.pieces.try_next().await {
                    Ok(Some(piece)) => {
                        self.replaced += piece.replaced;
                        self.table.push(&piece.text);
                    }
                    Ok(None) => self.ended = true,
                    Err(error) => return Err(self.failed(error)),
                },
                Err(error) => return Err(self.failed(error)),
            }
        }
        Ok(false)
    }

    fn failed(&mut self, error: Error) -> Error {
        self.over = true;
        let mut progress = error.progress().unwrap_or(self.pieces.progress());
        progress.rows = self.rows;
        error.with_progress(progress)
    }

    fn unreadable(&self, error: &RowError) -> Error {
        let row = self.rows;
        let place = match &error.column {
            Some(column) => format!("row {row}, column {column}"),
            None => format!("row {row}"),
        };
        let message = format!("the document cannot be read at {place}: {}", error.reason);
        Error::new(ErrorKind::Decode, message).with_decode_path(place).with_hint(error.hint)
    }
}

/// Does not show what was read.
impl<T> fmt::Debug for Rows<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rows").field("rows", &self.rows).finish_non_exhaustive()
    }
}
