//! A slice that is being written to files.

use super::encode::{Encoded, Encoder, Whole, ending};
use super::manifest::{Part, Slice};
use super::store::{blocking, failed};
use super::{HASH, REJECTED, Run, Shared, locked, market, overtaken, safe};
use crate::destination::{SliceId, SliceSource, SliceState, Writing};
use crate::{Batch, Kind, Rejected, Schema};
use jiff::Timestamp;
use spapi_core::{BoxFuture, Error};
use std::io;
use std::sync::{Arc, Mutex};

/// A slice that is being written to files.
pub(super) struct FilesWriting {
    shared: Arc<Shared>,
    id: SliceId,
    kind: Kind,
    run: Run,
    /// `None` after an error, and after the commit.
    encoder: Arc<Mutex<Option<Encoder>>>,
}

impl FilesWriting {
    pub fn new(shared: Arc<Shared>, id: SliceId, schema: Arc<Schema>, kind: Kind, run: Run) -> Self {
        let encoder = Encoder::new(Arc::clone(&shared.store), id.clone(), schema, shared.format);
        Self { shared, id, kind, run, encoder: Arc::new(Mutex::new(Some(encoder))) }
    }

    /// Takes rows where it may block. An error is the last thing that the slice does.
    async fn encode<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Option<Encoder>) -> io::Result<T> + Send + 'static,
    ) -> Result<T, Error> {
        let (encoder, shared) = (Arc::clone(&self.encoder), Arc::clone(&self.shared));
        let done = blocking(move || {
            let mut encoder = locked(&encoder);
            work(&mut encoder).map_err(|error| {
                *encoder = None;
                failed(format!("a slice cannot be written to {}", shared.store.name()), error)
            })
        });
        match done.await {
            Ok(done) => Ok(done),
            Err(error) => Err(self.why(error).await),
        }
    }

    /// Why something failed: a run that has begun meanwhile may have removed the files that were not visible yet.
    async fn why(&self, error: Error) -> Error {
        let is_ours = self.shared.has(&self.run, &self.id.connection).await.unwrap_or(true);
        if is_ours { error } else { overtaken(&self.id.connection) }
    }

    /// The path of a file of this slice.
    fn path(&self, below: &str, sha256: &str, ending: &str) -> String {
        let SliceId { connection, stream, marketplace, slice } = &self.id;
        let (stream, connection, marketplace) = (safe(stream), safe(connection), market(marketplace));
        let folder = match below.is_empty() {
            true => format!("{stream}/{connection}"),
            false => format!("{below}/{connection}/{stream}"),
        };
        format!("{folder}/{marketplace}/{}.{}.{ending}", short(slice), &sha256[..HASH])
    }

    /// Makes a file visible, which does not count yet.
    async fn place(&self, whole: Option<Whole>, below: &str, ending: &str) -> Result<Option<Part>, Error> {
        let Some(Whole { staged, bytes, sha256 }) = whole else { return Ok(None) };
        let path = self.path(below, &sha256, ending);
        if let Err(error) = self.shared.store.place_staged(staged, &path).await {
            return Err(self.why(error).await);
        }
        Ok(Some(Part { path, bytes, sha256 }))
    }
}

/// The name of a slice in a file's name. A moment is written without the characters that Windows refuses: `20260131T000000Z`.
fn short(slice: &str) -> String {
    let is_plain = slice.bytes().all(|byte| byte.is_ascii_digit() || b"TZ:-.".contains(&byte));
    match is_plain && slice.parse::<Timestamp>().is_ok() {
        true => slice.replace([':', '-', '.'], ""),
        false => safe(slice),
    }
}

fn cut_off() -> io::Error {
    io::Error::other("an earlier part of the slice could not be written")
}

impl Writing for FilesWriting {
    fn write(&mut self, batch: Batch) -> BoxFuture<'_, Result<(), Error>> {
        Box::pin(self.encode(move |encoder| encoder.as_mut().ok_or_else(cut_off)?.write(&batch)))
    }

    fn reject(&mut self, why: Rejected, row: String) -> BoxFuture<'_, Result<(), Error>> {
        Box::pin(self.encode(move |encoder| encoder.as_mut().ok_or_else(cut_off)?.reject(&why, &row)))
    }

    fn commit(self: Box<Self>, source: SliceSource) -> BoxFuture<'static, Result<SliceState, Error>> {
        Box::pin(async move {
            let Encoded { counts, rows, letters } =
                self.encode(|encoder| encoder.take().ok_or_else(cut_off)?.finish()).await?;
            if !self.shared.has(&self.run, &self.id.connection).await? {
                return Err(overtaken(&self.id.connection));
            }
            let file = self.place(rows, "", ending(self.shared.format)).await?;
            let rejected_file = self.place(letters, REJECTED, "jsonl").await?;
            let mut slice = Slice {
                slice: self.id.slice.clone(),
                to: source.to.clone(),
                request_id: source.request_id.clone(),
                document_id: source.document_id.clone(),
                rows: counts.rows,
                rejected: counts.rejected,
                generation: 1,
                committed_at: Timestamp::now().to_string(),
                is_forgotten: false,
                file,
                rejected_file,
            };
            let mut state = SliceState {
                id: self.id.clone(),
                source,
                rows: slice.rows,
                rejected: slice.rejected,
                generation: 1,
                committed_at: slice.committed_at.clone(),
            };
            let is_snapshot = self.kind == Kind::Snapshot;
            state.generation = self
                .shared
                .change(&self.run, &[&self.id], |tables| {
                    let table = &mut tables[0];
                    if let Some(known) = table.find(&slice.slice).filter(|known| !known.is_forgotten) {
                        slice.generation = known.generation + 1;
                    }
                    if is_snapshot {
                        table.slices.retain(|known| !known.is_forgotten);
                        table.slices.iter_mut().for_each(|known| known.file = None);
                    }
                    let generation = slice.generation;
                    table.close_gap(&slice.slice);
                    table.put(slice);
                    generation
                })
                .await?;
            Ok(state)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn slices_have_names_that_every_system_takes() {
        assert_eq!(short("2026-01-31T00:00:00Z"), "20260131T000000Z");
        assert_eq!(short("2026-01-31T00:00:00.802Z"), "20260131T000000802Z");
        assert_eq!((short("whole"), short("50001: a")), ("whole".to_owned(), "50001+3a+20a".to_owned()));
    }
}
