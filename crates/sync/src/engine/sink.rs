//! Takes the rows of a slice to the destination.

use super::lane::{Due, Failed, Teller, Told};
use crate::destination::{SliceId, SliceSource, SliceState, Writing};
use crate::{Batch, Batcher, Rejected, Schema, Stream, Value};
use std::sync::Arc;

/// A slice that is being written.
pub(super) struct Sink<'a, W> {
    pub stream: &'static Stream,
    pub id: &'a SliceId,
    pub schema: Arc<Schema>,
    batcher: Batcher,
    writing: W,
    teller: &'a Teller,
    read: &'a mut u64,
}

impl<'a, W: Writing> Sink<'a, W> {
    pub fn new(due: &'a Due<'_>, schema: Arc<Schema>, writing: W, teller: &'a Teller, read: &'a mut u64) -> Self {
        let batcher = Batcher::new(Arc::clone(&schema));
        Self { stream: due.chosen.stream, id: &due.id, schema, batcher, writing, teller, read }
    }

    /// Takes a row.
    pub async fn push(&mut self, row: Vec<Value>) -> Result<(), Failed> {
        match self.batcher.push(row) {
            Some(batch) => self.write(batch).await,
            None => Ok(()),
        }
    }

    /// Takes a row that does not fit.
    pub async fn reject(&mut self, why: Rejected, row: String) -> Result<(), Failed> {
        self.writing.reject(why, row).await.map_err(Failed::Run)
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
