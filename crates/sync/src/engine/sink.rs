//! Takes the rows of a slice to the destination.

use super::lane::{Due, Failed, Teller, Told};
use super::sieve::Sieve;
use crate::destination::{SliceId, SliceSource, SliceState, Writing};
use crate::{Batch, Batcher, Rejected, Schema, Stream, Value};
use serde_json::{Map, Value as Json};
use std::sync::Arc;

/// What stands in a dead letter for a value that is not shown.
const HIDDEN: &str = "***";

/// A slice that is being written.
pub(super) struct Sink<'a, W> {
    pub stream: &'static Stream,
    pub id: &'a SliceId,
    /// The form of the rows that it takes.
    pub schema: Arc<Schema>,
    sieve: &'a Sieve<'a>,
    batcher: Batcher,
    writing: W,
    teller: &'a Teller,
    read: &'a mut u64,
}

/// A cell of a row that does not fit.
pub(super) struct Cell<'a> {
    /// The name of its column.
    pub name: &'a str,
    /// The field that it is. `None` if it is not known.
    pub field: Option<&'a str>,
    /// The text.
    pub text: &'a str,
}

impl<'a, W: Writing> Sink<'a, W> {
    pub fn new(due: &'a Due<'_>, sieve: &'a Sieve<'a>, writing: W, teller: &'a Teller, read: &'a mut u64) -> Self {
        let batcher = Batcher::new(Arc::clone(&sieve.kept));
        let schema = Arc::clone(&sieve.full);
        Self { stream: due.chosen.stream, id: &due.id, schema, sieve, batcher, writing, teller, read }
    }

    /// Takes a row.
    pub async fn push(&mut self, row: Vec<Value>) -> Result<(), Failed> {
        let Some(row) = self.sieve.pass(row) else { return Ok(()) };
        match self.batcher.push(row) {
            Some(batch) => self.write(batch).await,
            None => Ok(()),
        }
    }

    /// Takes an object of JSON as a row. `parent` is what it belongs to.
    pub async fn object(&mut self, object: &Json, parent: &Json) -> Result<(), Failed> {
        match self.schema.object(self.id, object, parent) {
            Ok(row) => self.push(row).await,
            // Any field of it may have buyers' data.
            Err(why) => self.writing.reject(why, String::new()).await.map_err(Failed::Run),
        }
    }

    /// Takes a row that does not fit. Values that are hidden in the table are hidden here too, and so are those of which
    /// it is not known what they are, if the stream has any such values.
    pub async fn reject<'c>(&mut self, why: Rejected, cells: impl Iterator<Item = Cell<'c>>) -> Result<(), Failed> {
        let has_secrets = self.sieve.has_secrets();
        let mut object = Map::new();
        for cell in cells {
            let is_shown =
                cell.field.map_or(!has_secrets && self.sieve.shows(cell.name), |field| self.sieve.shows(field));
            let text = if is_shown || cell.text.is_empty() { cell.text } else { HIDDEN };
            object.insert(cell.name.to_owned(), Json::String(text.to_owned()));
        }
        self.writing.reject(why, Json::Object(object).to_string()).await.map_err(Failed::Run)
    }

    /// Writes what is left, and commits the slice.
    pub async fn commit(mut self, source: SliceSource) -> Result<SliceState, Failed> {
        if let Some(batch) = self.batcher.finish() {
            self.write(batch).await?;
        }
        self.writing.commit(source).await.map_err(Failed::Run)
    }

    async fn write(&mut self, batch: Batch) -> Result<(), Failed> {
        let rows = batch.rows.len() as u64;
        self.writing.write(batch).await.map_err(Failed::Run)?;
        *self.read += rows;
        self.teller.tell(Told::Read(rows)).await;
        Ok(())
    }
}
