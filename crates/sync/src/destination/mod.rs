//! Where rows go, together with the state of the slices that they came in.

#[cfg(feature = "files")]
mod files;
#[cfg(any(feature = "files", feature = "sqlite"))]
mod names;
mod open;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
mod sql;
#[cfg(feature = "sqlite")]
mod sqlite;

#[cfg(feature = "files")]
pub use files::Files;
#[cfg(feature = "postgres")]
pub use postgres::Postgres;
#[cfg(feature = "sqlite")]
pub use sqlite::{Comparison, Condition, DeadLetter, Page, Select, Selected, Sqlite, SqliteReader, TableInfo};

use crate::{Batch, Kind, Rejected, Schema, Stream};
use spapi_core::{BoxFuture, Error, ErrorKind};
use std::fmt;
use std::sync::Arc;

/// A destination of rows, which keeps the state of the slices too, so that both change together.
///
/// A slice is written in three steps. [`begin`](Self::begin) opens it, [`Writing::write`] and [`Writing::reject`] take its rows,
/// and [`Writing::commit`] makes the rows and the state visible, all or none. A slice that was dropped, or whose process was
/// killed, leaves nothing visible. Several slices of different streams may be open at a time.
pub trait Destination: Send {
    /// Takes a connection for this value, until it is dropped. Slices of the connection that another value has open can no longer
    /// be committed.
    ///
    /// # Errors
    /// When another run of the connection has it, or the destination cannot be used.
    fn claim(&mut self, connection: &str) -> BoxFuture<'_, Result<(), Error>>;

    /// Takes one stream of one marketplace for this value, from whichever value had it: slices of the stream that another value has
    /// open can no longer be committed. The other streams of the connection stay with those who have them. It is for programs on
    /// several machines, of which a queue gives each stream to one.
    ///
    /// # Errors
    /// When a run has [claimed](Self::claim) the whole connection, the destination cannot be used, or it has one state for a whole
    /// connection, as files have.
    fn claim_stream(&mut self, stream: StreamId) -> BoxFuture<'_, Result<(), Error>> {
        Box::pin(async move {
            let message = format!("{}: this destination cannot be claimed stream by stream", stream.connection);
            Err(Error::new(ErrorKind::Config, message).with_hint("Claim the whole connection."))
        })
    }

    /// Opens a slice of a connection or a stream that was [claimed](Self::claim). A table that does not exist is created, and columns that it lacks are added.
    ///
    /// # Errors
    /// When the destination cannot be used, or neither the connection nor the stream was claimed.
    fn begin(
        &mut self,
        slice: SliceId,
        schema: Arc<Schema>,
        kind: Kind,
    ) -> BoxFuture<'_, Result<Box<dyn Writing>, Error>>;

    /// The slices of a connection that were committed, in the order of stream, marketplace and slice.
    ///
    /// # Errors
    /// When the destination cannot be used.
    fn states(&mut self, connection: &str) -> BoxFuture<'_, Result<Vec<SliceState>, Error>>;

    /// The gaps of a connection, in the order of stream, marketplace and slice.
    ///
    /// # Errors
    /// When the destination cannot be used.
    fn gaps(&mut self, connection: &str) -> BoxFuture<'_, Result<Vec<Gap>, Error>>;

    /// Keeps why a slice could not be read, in the place of what was kept for it before. The commit of the slice removes it.
    ///
    /// # Errors
    /// When the destination cannot do so, or the connection was not claimed, or another value has claimed it since.
    fn note_gap(&mut self, gap: Gap) -> BoxFuture<'_, Result<(), Error>>;

    /// Removes a gap whose slice is not asked for any more. One that does not exist is left alone.
    ///
    /// # Errors
    /// The errors of [`note_gap`](Self::note_gap).
    fn close_gap(&mut self, slice: SliceId) -> BoxFuture<'_, Result<(), Error>>;
}

/// A destination that keeps the rows, so that they can be counted and forgotten.
pub trait Tables: Destination {
    /// How many rows of a connection and a marketplace the table of a stream holds. `None` if there is no table. The
    /// marketplace is empty if the rows of all come together.
    ///
    /// # Errors
    /// When the destination cannot be read.
    fn rows(
        &mut self,
        connection: &str,
        stream: &'static Stream,
        marketplace: &str,
    ) -> BoxFuture<'_, Result<Option<u64>, Error>>;

    /// Forgets slices of a connection that was [claimed](Destination::claim), so that the next run reads them again. Their rows
    /// are removed at once, except those of a snapshot, which the next run replaces. Slices that were not committed are left
    /// alone, but for their gaps, which are removed. Returns how many rows were removed.
    ///
    /// # Errors
    /// When the destination cannot be written. Then nothing was forgotten.
    fn forget(&mut self, slices: Vec<SliceId>) -> BoxFuture<'_, Result<u64, Error>>;
}

/// A slice that is being written.
pub trait Writing: Send {
    /// Takes rows. They are not visible yet.
    ///
    /// # Errors
    /// When the destination cannot take them. Then the slice is to be dropped and read again.
    fn write(&mut self, batch: Batch) -> BoxFuture<'_, Result<(), Error>>;

    /// Takes a row that does not fit, for the table of dead letters, with the text of the row.
    ///
    /// # Errors
    /// The errors of [`write`](Self::write).
    fn reject(&mut self, why: Rejected, row: String) -> BoxFuture<'_, Result<(), Error>>;

    /// Makes the rows and the state of the slice visible at once. A slice that was committed before is replaced. `source` says
    /// where the rows come from.
    ///
    /// # Errors
    /// When the destination cannot do so, or another value has claimed the connection. Then nothing is visible.
    fn commit(self: Box<Self>, source: SliceSource) -> BoxFuture<'static, Result<SliceState, Error>>;
}

/// Which slice it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SliceId {
    /// The connection's name.
    pub connection: String,
    /// The stream's name.
    pub stream: String,
    /// Amazon's id of the marketplace; empty if the rows of all come together.
    pub marketplace: String,
    /// The [name](crate::PlannedSlice::name) of the slice.
    pub slice: String,
}

/// Which stream of which marketplace it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StreamId {
    /// The connection's name.
    pub connection: String,
    /// The stream's name.
    pub stream: String,
    /// Amazon's id of the marketplace; empty if the rows of all come together.
    pub marketplace: String,
}

impl StreamId {
    /// Whether it is the stream of a slice.
    pub fn has(&self, slice: &SliceId) -> bool {
        self.connection == slice.connection && self.stream == slice.stream && self.marketplace == slice.marketplace
    }
}

/// As `CONNECTION/STREAM/MARKETPLACE`. No name has a slash.
impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.connection, self.stream, self.marketplace)
    }
}

/// Where the rows of a slice come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SliceSource {
    /// The first moment after the slice, in ISO 8601; empty for a stream that is read as a whole.
    pub to: String,
    /// Amazon's id of the report or query; empty if an operation listed the rows.
    pub request_id: String,
    /// Amazon's id of the document, or those of a query's pages with blanks between them; empty if there was none, because there was no
    /// data.
    pub document_id: String,
}

/// A slice that could not be read so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gap {
    /// Which slice it is.
    pub id: SliceId,
    /// The first moment after the slice, in ISO 8601; empty for a stream that is read as a whole.
    pub to: String,
    /// Why, with Amazon's reason if Amazon gave one.
    pub reason: String,
    /// How often it failed.
    pub attempts: u64,
    /// When it failed the last time, in UTC and ISO 8601.
    pub failed_at: String,
    /// Before this moment no run asks for it again, in UTC and ISO 8601. Empty if the next run does.
    pub not_before: String,
}

/// The state of a committed slice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SliceState {
    /// Which slice it is.
    pub id: SliceId,
    /// Where its rows come from.
    pub source: SliceSource,
    /// How many rows it had.
    pub rows: u64,
    /// How many rows went to the dead letters.
    pub rejected: u64,
    /// How often the slice was committed. Each commit of a snapshot is a generation, which replaces all rows of the one before.
    pub generation: u64,
    /// When it was committed the last time, in UTC and ISO 8601.
    pub committed_at: String,
}

/// A slice was begun, or a gap changed, without a claim.
#[cfg(any(feature = "files", feature = "postgres", feature = "sqlite"))]
fn not_claimed(connection: &str) -> Error {
    Error::new(ErrorKind::Input, format!("the connection {connection} was not claimed"))
}

/// Another value has claimed the connection since.
#[cfg(any(feature = "files", feature = "postgres", feature = "sqlite"))]
fn overtaken(connection: &str) -> Error {
    let message = format!("another run of the connection {connection} has begun");
    Error::new(ErrorKind::Config, message).with_hint("Let one program run a connection at a time.")
}
