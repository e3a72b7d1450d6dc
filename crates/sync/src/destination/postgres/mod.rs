//! A schema of a Postgres database.

mod claim;
mod copy;
mod gaps;
mod removed;
mod session;
mod spool;
mod table;
mod tables;
mod writing;

use super::{Destination, Gap, SliceId, SliceSource, SliceState, StreamId, Writing};
use crate::{Kind, Schema};
use claim::{Claim, Claims};
use jiff::Timestamp;
use session::{ADVICE, Session};
use sha2::{Digest, Sha256};
use spapi_core::{BoxFuture, Error, ErrorKind};
use spapi_stores::Database;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex};
use table::Place;
use tokio_postgres::Transaction;
use writing::Way;

/// How many sessions write. More streams than that share them: sessions are scarce on small servers, which have few processors.
const WRITERS: usize = 4;
/// A schema of a Postgres database: a table for each stream, `_spapi_slices` with the state, `_spapi_gaps` with the gaps,
/// `_spapi_rejected` with the dead letters and `_spapi_runs` with the runs of each connection.
///
/// Columns have real types: `text`, `bigint`, `numeric`, `boolean`, `date`, `timestamptz` and `jsonb`. A row that Postgres cannot
/// store, such as one with the character U+0000, goes to the dead letters.
///
/// One session has the claims and the state, and up to four write. The rows of an open slice wait in memory, and from 1 MiB on in
/// a file of the folder for temporary files. A commit copies them in one transaction with the state: into the table of the stream,
/// or, where that has rows with the same keys, by way of a temporary table.
///
/// A claim of a connection is an advisory lock of the first session. A run that loses that session can no longer commit. A claim of a
/// stream is a number that grows with each claim, which a commit compares.
pub struct Postgres {
    database: Arc<Database>,
    /// Apart from what open slices share, so that the locks are free once this is dropped.
    state: Session,
    shared: Arc<Shared>,
    claims: Claims,
    writers: Vec<Arc<Session>>,
}

/// What open slices share with the destination.
struct Shared {
    place: Place,
    /// How the rows of a stream get into its table, if not in the quickest way.
    ways: Mutex<HashMap<&'static str, Way>>,
}

impl Postgres {
    /// Opens a schema of the database with a URL such as `postgres://user:password@host:5432/database?sslmode=verify-full`. The schema
    /// and the tables of the state are created if they are missing.
    ///
    /// `sslmode` is `disable`, `prefer`, `require` or `verify-full`, as in Postgres's own programs: only the last one checks the
    /// server's certificate, by those of the system or of the file `sslrootcert`.
    ///
    /// # Errors
    /// When the URL cannot be read, there is no such server or database, or it refuses the user. No error has the URL.
    pub async fn connect(url: &str, schema: &str) -> Result<Self, Error> {
        let opened = Self::open(url, schema).await?;
        let prepared = {
            let client = opened.state.client.lock().await;
            opened.shared.place.prepare(&client).await
        };
        prepared.map_err(|error| opened.state.failed(&error))?;
        Ok(opened)
    }

    /// Opens a schema that a run has filled. Nothing is created, so that a user with the right to read is enough. `None` if no
    /// run has filled it.
    ///
    /// # Errors
    /// Those of [`connect`](Self::connect).
    pub async fn connect_filled(url: &str, schema: &str) -> Result<Option<Self>, Error> {
        let opened = Self::open(url, schema).await?;
        let has_state = {
            let client = opened.state.client.lock().await;
            opened.shared.place.has_state(&client).await
        };
        Ok(has_state.map_err(|error| opened.state.failed(&error))?.then_some(opened))
    }

    async fn open(url: &str, schema: &str) -> Result<Self, Error> {
        if schema.is_empty() || schema.len() > 63 || schema.contains('\0') || schema.starts_with("pg_") {
            let message = format!("{schema:?} cannot be the name of a schema");
            return Err(
                Error::new(ErrorKind::Config, message).with_hint("Give up to 63 bytes that do not begin with pg_.")
            );
        }
        let database = Arc::new(Database::parse(url, &ADVICE)?);
        let state = Session::open(&database).await?;
        let place = Place { schema: schema.to_owned() };
        let shared = Arc::new(Shared { place, ways: Mutex::default() });
        Ok(Self { database, state, shared, claims: Claims::default(), writers: Vec::new() })
    }

    /// A session for a slice: one that is free, a new one, or else the one with the fewest slices.
    async fn writer(&mut self) -> Result<Arc<Session>, Error> {
        self.writers.retain(|writer| !writer.has_ended());
        let least = self.writers.iter().min_by_key(|writer| Arc::strong_count(writer));
        match least {
            Some(writer) if Arc::strong_count(writer) == 1 || self.writers.len() >= WRITERS => Ok(Arc::clone(writer)),
            _ => {
                let opened = Arc::new(Session::open(&self.database).await?);
                self.writers.push(Arc::clone(&opened));
                Ok(opened)
            }
        }
    }
}

impl Destination for Postgres {
    fn claim(&mut self, connection: &str) -> BoxFuture<'_, Result<(), Error>> {
        let connection = connection.to_owned();
        Box::pin(async move {
            let is_held = self.claims.has(&connection);
            let claim = Claim::take(&self.state, &self.shared.place, connection, is_held).await?;
            self.claims.add(claim);
            Ok(())
        })
    }

    fn claim_stream(&mut self, stream: StreamId) -> BoxFuture<'_, Result<(), Error>> {
        Box::pin(async move {
            let claim = Claim::take_stream(&self.state, &self.shared.place, stream).await?;
            self.claims.add(claim);
            Ok(())
        })
    }

    fn begin(
        &mut self,
        id: SliceId,
        schema: Arc<Schema>,
        kind: Kind,
    ) -> BoxFuture<'_, Result<Box<dyn Writing>, Error>> {
        Box::pin(async move {
            let claim = self.claims.of(&id)?;
            if self.state.has_ended() {
                return Err(claim::lost(&id.connection));
            }
            {
                let client = self.state.client.lock().await;
                self.shared.place.fit(&self.state, &client, &schema, kind).await?;
            }
            let writer = self.writer().await?;
            let begun = writing::PostgresWriting::new(Arc::clone(&self.shared), writer, claim, id, schema, kind);
            Ok(Box::new(begun) as Box<dyn Writing>)
        })
    }

    fn states(&mut self, connection: &str) -> BoxFuture<'_, Result<Vec<SliceState>, Error>> {
        let connection = connection.to_owned();
        Box::pin(async move {
            let select = format!(
                "select stream, marketplace, slice, \"to\", request_id, document_id, rows, rejected, generation, committed_at
                 from {} where connection = $1 order by stream, marketplace, slice",
                self.shared.place.table("_spapi_slices")
            );
            let client = self.state.client.lock().await;
            let rows = client.query(&select, &[&connection]).await;
            let rows = rows.map_err(|error| self.state.failed(&error))?;
            let number = |row: &tokio_postgres::Row, index: usize| row.get::<_, i64>(index) as u64;
            let state = |row: &tokio_postgres::Row| SliceState {
                id: SliceId {
                    connection: connection.clone(),
                    stream: row.get(0),
                    marketplace: row.get(1),
                    slice: row.get(2),
                },
                source: SliceSource { to: row.get(3), request_id: row.get(4), document_id: row.get(5) },
                rows: number(row, 6),
                rejected: number(row, 7),
                generation: number(row, 8),
                committed_at: row.get::<_, Timestamp>(9).to_string(),
            };
            Ok(rows.iter().map(state).collect())
        })
    }

    fn gaps(&mut self, connection: &str) -> BoxFuture<'_, Result<Vec<Gap>, Error>> {
        let connection = connection.to_owned();
        Box::pin(async move {
            let client = self.state.client.lock().await;
            gaps::all(&client, &self.shared.place, &connection).await.map_err(|error| self.state.failed(&error))
        })
    }

    fn note_gap(&mut self, gap: Gap) -> BoxFuture<'_, Result<(), Error>> {
        Box::pin(async move {
            let noted = gaps::Noted::new(gap)?;
            self.holding(noted.id(), async |transaction| noted.write(transaction, &self.shared.place).await).await
        })
    }

    fn close_gap(&mut self, slice: SliceId) -> BoxFuture<'_, Result<(), Error>> {
        Box::pin(async move {
            self.holding(&slice, async |transaction| gaps::remove(transaction, &self.shared.place, &slice).await).await
        })
    }
}

impl Postgres {
    /// Does something for a slice in a transaction of its own, if its claim still holds.
    async fn holding<T>(
        &self,
        slice: &SliceId,
        work: impl AsyncFnOnce(&Transaction<'_>) -> Result<T, tokio_postgres::Error>,
    ) -> Result<T, Error> {
        let claim = self.claims.of(slice)?;
        let failed = |error| self.state.failed(&error);
        let mut client = self.state.client.lock().await;
        let transaction = client.transaction().await.map_err(failed)?;
        claim.hold(&self.shared.place, &self.state, &transaction).await?;
        let done = work(&transaction).await.map_err(failed)?;
        transaction.commit().await.map_err(failed)?;
        Ok(done)
    }
}

/// The key of an advisory lock.
fn key_of(parts: &[&str]) -> i64 {
    let mut hash = Sha256::new_with_prefix("spapi-sync");
    for part in parts {
        hash.update([0]);
        hash.update(part);
    }
    let mut first = [0; 8];
    first.copy_from_slice(&hash.finalize()[..8]);
    i64::from_be_bytes(first)
}

impl fmt::Debug for Postgres {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Postgres")
            .field("database", &self.database.name())
            .field("schema", &self.shared.place.schema)
            .finish_non_exhaustive()
    }
}
