//! The destination that is the target of a tap.

use super::bookmarks::Bookmarks;
use super::catalog::{cursor, schemas};
use super::messages::{REJECTED, Records, activate, rejected_schema, schema as schema_message};
use crate::connection::Connection;
use crate::destination::{Destination, SliceId, SliceSource, SliceState, Writing};
use crate::mutex::locked;
use crate::{Batch, Gap, Kind, Rejected, Schema, Stream, Value};
use jiff::Timestamp;
use serde_json::{Value as Json, json};
use spapi_core::{BoxFuture, Error, ErrorKind};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

/// The target of a tap, which takes rows and states as lines of JSON.
///
/// The records of a slice are written as they come, and its commit writes the state, with the slices that were committed. So a target
/// gets each slice at least once. A state is written once more at the [end](Self::finish).
///
/// What targets do not do, the tap cannot: an older row replaces a newer one if it comes later, and rows that are no longer in a
/// slice stay.
pub struct Target<W> {
    shared: Arc<Shared<W>>,
}

struct Shared<W> {
    inner: Mutex<Inner<W>>,
    /// The version of the snapshots of this run: its start in milliseconds.
    version: i64,
}

struct Inner<W> {
    out: W,
    bookmarks: Bookmarks,
    /// The streams whose schema was written.
    described: BTreeSet<&'static str>,
    /// The marketplaces of each snapshot that are not committed yet.
    missing: BTreeMap<&'static str, usize>,
}

/// A slice that is being written to a target.
struct TargetWriting<W> {
    shared: Arc<Shared<W>>,
    slice: Arc<Mutex<Slice>>,
}

/// What was written of a slice.
struct Slice {
    id: SliceId,
    schema: Arc<Schema>,
    stream: &'static Stream,
    kind: Kind,
    records: Records,
    ordinals: Option<Ordinals>,
    rows: u64,
    rejected: u64,
}

impl<W: Write + Send + 'static> Target<W> {
    /// A target behind this output, which has the slices of the state. `connection` is the one that is run, and `now` the start
    /// of the run.
    pub fn new(out: W, connection: &Connection, state: Bookmarks, now: SystemTime) -> Self {
        let snapshots = connection.streams.iter().filter(|chosen| chosen.stream.kind == Kind::Snapshot);
        let missing = snapshots.map(|chosen| (chosen.stream.name, schemas(connection, chosen, now).len())).collect();
        let inner = Inner { out, bookmarks: state, described: BTreeSet::new(), missing };
        let version = Timestamp::try_from(now).map_or(0, Timestamp::as_millisecond);
        Self { shared: Arc::new(Shared { inner: Mutex::new(inner), version }) }
    }

    /// Writes the last state. Some targets forget a state that records follow.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub async fn finish(&self) -> Result<(), Error> {
        self.shared.blocking(|_, inner| inner.state()).await
    }
}

impl<W: Write + Send + 'static> Destination for Target<W> {
    fn claim(&mut self, _: &str) -> BoxFuture<'_, Result<(), Error>> {
        // The program that runs the tap sees to it that it runs once.
        Box::pin(std::future::ready(Ok(())))
    }

    fn begin(
        &mut self,
        id: SliceId,
        schema: Arc<Schema>,
        kind: Kind,
    ) -> BoxFuture<'_, Result<Box<dyn Writing>, Error>> {
        Box::pin(async move {
            let stream = Stream::find(schema.stream)
                .map_err(|error| Error::new(ErrorKind::Input, "a schema of an unknown stream").with_source(error))?;
            let version = (kind == Kind::Snapshot).then_some(self.shared.version);
            let records = Records::new(&schema, Timestamp::now(), version);
            let ordinals = schema.has_own_key().then(|| Ordinals::new(&schema)).flatten();
            let described = Arc::clone(&schema);
            self.shared
                .blocking(move |_, inner| match inner.described.insert(described.stream) {
                    true => inner.line(&schema_message(&described, cursor(stream, &described))),
                    false => Ok(()),
                })
                .await?;
            let slice = Slice { id, schema, stream, kind, records, ordinals, rows: 0, rejected: 0 };
            let writing = TargetWriting { shared: Arc::clone(&self.shared), slice: Arc::new(Mutex::new(slice)) };
            Ok(Box::new(writing) as Box<dyn Writing>)
        })
    }

    fn states(&mut self, connection: &str) -> BoxFuture<'_, Result<Vec<SliceState>, Error>> {
        let states = locked(&self.shared.inner).bookmarks.states(connection);
        Box::pin(std::future::ready(Ok(states)))
    }

    fn gaps(&mut self, connection: &str) -> BoxFuture<'_, Result<Vec<Gap>, Error>> {
        let gaps = locked(&self.shared.inner).bookmarks.gaps(connection);
        Box::pin(std::future::ready(Ok(gaps)))
    }

    fn note_gap(&mut self, gap: Gap) -> BoxFuture<'_, Result<(), Error>> {
        self.shared.blocking(move |_, inner| {
            inner.bookmarks.note_gap(gap);
            inner.state()
        })
    }

    fn close_gap(&mut self, slice: SliceId) -> BoxFuture<'_, Result<(), Error>> {
        // The next state is without it.
        locked(&self.shared.inner).bookmarks.close_gap(&slice);
        Box::pin(std::future::ready(Ok(())))
    }
}

impl<W: Write + Send + 'static> Writing for TargetWriting<W> {
    fn write(&mut self, batch: Batch) -> BoxFuture<'_, Result<(), Error>> {
        let slice = Arc::clone(&self.slice);
        self.shared.blocking(move |_, inner| {
            let slice = &mut *locked(&slice);
            let mut lines = String::new();
            for mut row in batch.rows {
                if let Some(ordinals) = &mut slice.ordinals {
                    ordinals.count(&mut row, &slice.records);
                }
                slice.records.line(&row, &mut lines);
                slice.rows += 1;
            }
            inner.write(lines.as_bytes())
        })
    }

    fn reject(&mut self, why: Rejected, row: String) -> BoxFuture<'_, Result<(), Error>> {
        let slice = Arc::clone(&self.slice);
        self.shared.blocking(move |_, inner| {
            let slice = &mut *locked(&slice);
            if inner.described.insert(REJECTED) {
                inner.line(&rejected_schema())?;
            }
            let SliceId { connection, stream, marketplace, slice: name } = &slice.id;
            let record = json!({
                "connection": connection, "stream": stream, "marketplace": marketplace, "slice": name,
                "ordinal": slice.rejected, "column": why.column, "reason": why.reason, "row": row,
            });
            slice.rejected += 1;
            inner.line(&json!({ "type": "RECORD", "stream": REJECTED, "record": record }))
        })
    }

    fn commit(self: Box<Self>, source: SliceSource) -> BoxFuture<'static, Result<SliceState, Error>> {
        let slice = Arc::clone(&self.slice);
        self.shared.blocking(move |shared, inner| {
            let slice = locked(&slice);
            if slice.kind == Kind::Snapshot
                && let Some(missing) = inner.missing.get_mut(slice.schema.stream)
            {
                // A version is that of a stream. With the first marketplace the rows of the others would go.
                *missing = missing.saturating_sub(1);
                if *missing == 0 {
                    inner.line(&activate(slice.stream, shared.version))?;
                }
            }
            inner.bookmarks.commit(&slice.id, &source);
            inner.state()?;
            Ok(SliceState {
                id: slice.id.clone(),
                source,
                rows: slice.rows,
                rejected: slice.rejected,
                generation: 1,
                committed_at: Timestamp::now().to_string(),
            })
        })
    }
}

impl<W: Write> Inner<W> {
    fn state(&mut self) -> Result<(), Error> {
        self.line(&json!({ "type": "STATE", "value": self.bookmarks.to_json() }))?;
        self.out.flush().map_err(gone)
    }

    fn line(&mut self, message: &Json) -> Result<(), Error> {
        self.write(format!("{message}\n").as_bytes())
    }

    fn write(&mut self, lines: &[u8]) -> Result<(), Error> {
        self.out.write_all(lines).map_err(gone)
    }
}

/// The error of an output that cannot be written.
fn gone(error: std::io::Error) -> Error {
    Error::new(ErrorKind::Config, "the target does not take the messages")
        .with_hint("See what it says on stderr. The next run continues after the last state that it printed.")
        .with_source(error)
}

impl<W: Write + Send + 'static> Shared<W> {
    /// Writes on a thread that may block: a target takes nothing while it stores what it has.
    fn blocking<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self, &mut Inner<W>) -> Result<T, Error> + Send + 'static,
    ) -> BoxFuture<'static, Result<T, Error>> {
        let shared = Arc::clone(self);
        let done = tokio::task::spawn_blocking(move || work(&shared, &mut locked(&shared.inner)));
        Box::pin(async move {
            done.await
                .unwrap_or_else(|error| Err(Error::new(ErrorKind::Config, "writing was cut off").with_source(error)))
        })
    }
}

/// Counts the rows of a slice that have the same key. It keeps eight bytes and some more for each key.
struct Ordinals {
    /// The index of the column of the ordinal.
    column: usize,
    /// The indexes of the other columns of the key.
    key: Vec<usize>,
    /// The text of one value, which is used again and again.
    text: String,
    seen: HashSet<u64>,
    /// The last ordinal of the keys that repeat.
    last: HashMap<u64, i64>,
}

impl Ordinals {
    fn new(schema: &Schema) -> Option<Self> {
        let column = schema.column(Schema::ORDINAL)?;
        let key = schema.key.iter().copied().filter(|index| *index != column).collect();
        Some(Self { column, key, text: String::new(), seen: HashSet::new(), last: HashMap::new() })
    }

    /// Sets the ordinal of a row. A value that is absent counts as the one that stands for it.
    fn count(&mut self, row: &mut [Value], records: &Records) {
        let mut hasher = DefaultHasher::new();
        for index in &self.key {
            self.text.clear();
            records.value(*index, &row[*index], &mut self.text);
            self.text.hash(&mut hasher);
        }
        let key = hasher.finish();
        let ordinal = match self.seen.insert(key) {
            true => 0,
            false => {
                let last = self.last.entry(key).or_default();
                *last += 1;
                *last
            }
        };
        row[self.column] = Value::Integer(ordinal);
    }
}
