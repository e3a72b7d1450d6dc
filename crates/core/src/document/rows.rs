//! A document as a table.

use super::pipeline::Pieces;
use super::row::{NamedRow, RowError};
use super::split::{Dialect, Found, Splitter};
use crate::error::{Error, Kind};
use serde::de::DeserializeOwned;
use std::fmt;
use std::marker::PhantomData;

/// The rows of a document, each as a `T`. Made by [`Document::rows`](super::Document::rows).
///
/// Of a field, serde's types read so: an option is none where the field is empty; numbers and `true`, `yes`, `Y`, `1`
/// and their opposites may have spaces around them; anything else is the text as it stands. Blank lines are no rows.
pub struct Rows<T> {
    pieces: Pieces<String>,
    splitter: Splitter,
    dialect: Dialect,
    names: Option<Vec<String>>,
    rows: u64,
    ended: bool,
    over: bool,
    value: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> Rows<T> {
    pub(super) fn new(pieces: Pieces<String>, dialect: Dialect) -> Self {
        Self {
            pieces,
            splitter: Splitter::new(dialect),
            dialect,
            names: None,
            rows: 0,
            ended: false,
            over: false,
            value: PhantomData,
        }
    }

    /// The names of the columns, without spaces around them; none where the document is empty. Dropping the future
    /// loses nothing.
    ///
    /// # Errors
    /// When the document cannot be read so far.
    pub async fn columns(&mut self) -> Result<&[String], Error> {
        self.load_columns().await?;
        Ok(self.names.as_deref().unwrap_or_default())
    }

    /// The next row, or `None` after the last. Dropping the future loses nothing.
    ///
    /// # Errors
    /// When a row cannot be read as a `T` or has another number of fields than there are columns;
    /// [`Error::decode_path`] says which, and one can go on with the next row. When the document cannot be read
    /// further, as when the connection breaks; then it is over.
    pub async fn try_next(&mut self) -> Result<Option<T>, Error> {
        self.load_columns().await?;
        if !self.find().await? {
            return Ok(None);
        }
        self.rows += 1;
        let names = self.names.as_deref().unwrap_or_default();
        let row = self.splitter.row();
        if row.len() != names.len() && !self.dialect.is_flexible() {
            let reason = format!("it has {} fields, and there are {} columns", row.len(), names.len());
            return Err(self.unreadable(&RowError { column: None, reason }));
        }
        T::deserialize(NamedRow { names, row }).map(Some).map_err(|error| self.unreadable(&error))
    }

    async fn load_columns(&mut self) -> Result<(), Error> {
        if self.names.is_none() && self.find().await? {
            let row = self.splitter.row();
            let names = (0..row.len()).filter_map(|index| row.get(index)).map(|name| name.trim().to_owned());
            self.names = Some(names.collect());
        }
        Ok(())
    }

    /// Loads until there is a row in the splitter, or none to come.
    async fn find(&mut self) -> Result<bool, Error> {
        while !self.over {
            match self.splitter.advance(self.ended) {
                Ok(Found::Row) => return Ok(true),
                Ok(Found::Nothing) if self.ended => self.over = true,
                Ok(Found::Nothing) => match self.pieces.try_next().await {
                    Ok(Some(piece)) => self.splitter.push(&piece),
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
        let mut progress = error.progress().unwrap_or_default();
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
        Error::new(Kind::Decode, message).with_decode_path(place)
    }
}

/// Without what was read.
impl<T> fmt::Debug for Rows<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rows").field("dialect", &self.dialect).field("rows", &self.rows).finish_non_exhaustive()
    }
}
