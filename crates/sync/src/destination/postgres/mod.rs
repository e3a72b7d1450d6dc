//! A schema of a Postgres database.

mod copy;
mod gaps;
mod removed;
mod session;
mod spool;
mod table;
mod tables;
mod writing;

use super::{Destination, Gap, SliceId, SliceSource, SliceState, Writing, not_claimed, overtaken};
use crate::{Kind, Schema};
use jiff::Timestamp;
use session::{ADVICE, Session};
use sha2::{Digest, Sha256};
use spapi_core::{BoxFuture, Error, ErrorKind};
use spapi_stores::Database;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex};
use table::Place;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Transaction};
use writing::Way;

/// How many sessions write. More streams than that share them: sessions are scarce on small servers, which have few processors.
const WRITERS: usize = 4;
/// How long a claim waits for the server to notice that the session of a run before is gone.
const PATIENCE: &str = "3s";

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
/// A claim of a connection is an advisory lock of the first session. A run that loses that session can no longer commit.
pub struct Postgres {
    database: Arc<Database>,
    /// Apart from what open slices share, so that the locks are free once this is dropped.
    state: Session,
    shared: Arc<Shared>,
    claims: HashMap<String, Claim>,
    writers: Vec<Arc<Session>>,
}

/// What open slices share with the destination.
struct Shared {
    place: Place,
    /// How the rows of a stream get into its table, if not in the quickest way.
    ways: Mutex<HashMap<&'static str, Way>>,
}

/// What keeps other runs of a connection away.
#[derive(Clone, Copy)]
struct Claim {
    /// The server's process of the session that has the lock.
    process: i32,
    /// The key of the lock.
    key: i64,
    /// The number of the run. A commit of another one is refused.
    epoch: i64,
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
        Ok(Self { database, state, shared, claims: HashMap::new(), writers: Vec::new() })
    }

    fn claim_of(&self, connection: &str) -> Result<Claim, Error> {
        let claim = self.claims.get(connection).copied();
        claim.ok_or_else(|| not_claimed(connection))
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
            let client = self.state.client.lock().await;
            let key = key_of(&["connection", &self.shared.place.schema, &connection]);
            if !self.claims.contains_key(&connection) {
                lock(&client, key).await.map_err(|error| match error.code() {
                    Some(&SqlState::LOCK_NOT_AVAILABLE) => {
                        let message =
                            format!("another run of the connection {connection} writes to {}", self.database.name());
                        Error::new(ErrorKind::Config, message).with_hint("Wait for its end, or end that program.")
                    }
                    _ => self.state.failed(&error),
                })?;
            }
            // It waits for a commit of the run before, which the server may still be at.
            let runs = self.shared.place.table("_spapi_runs");
            let take = format!(
                "insert into {runs} as run values ($1, 1, $2)
                 on conflict (connection) do update set epoch = run.epoch + 1, begun_at = excluded.begun_at
                 returning epoch, pg_backend_pid()"
            );
            let taken = client.query_one(&take, &[&connection, &Timestamp::now()]).await;
            let taken = taken.map_err(|error| self.state.failed(&error))?;
            let claim = Claim { process: taken.get(1), key, epoch: taken.get(0) };
            self.claims.insert(connection, claim);
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
            let claim = self.claim_of(&id.connection)?;
            if self.state.has_ended() {
                return Err(lost(&id.connection));
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
            self.holding(&noted.id().connection, async |transaction| noted.write(transaction, &self.shared.place).await)
                .await
        })
    }

    fn close_gap(&mut self, slice: SliceId) -> BoxFuture<'_, Result<(), Error>> {
        Box::pin(async move {
            self.holding(&slice.connection, async |transaction| {
                gaps::remove(transaction, &self.shared.place, &slice).await
            })
            .await
        })
    }
}

impl Postgres {
    /// Does something in a transaction of its own, if the connection is still claimed.
    async fn holding<T>(
        &self,
        connection: &str,
        work: impl AsyncFnOnce(&Transaction<'_>) -> Result<T, tokio_postgres::Error>,
    ) -> Result<T, Error> {
        let claim = self.claim_of(connection)?;
        let failed = |error| self.state.failed(&error);
        let mut client = self.state.client.lock().await;
        let transaction = client.transaction().await.map_err(failed)?;
        claim.hold(connection, &self.shared.place, &self.state, &transaction).await?;
        let done = work(&transaction).await.map_err(failed)?;
        transaction.commit().await.map_err(failed)?;
        Ok(done)
    }
}

impl Claim {
    /// Checks in a transaction that the claim holds, and makes another claim wait for its end.
    async fn hold(
        &self,
        connection: &str,
        place: &Place,
        session: &Session,
        transaction: &Transaction<'_>,
    ) -> Result<(), Error> {
        let select = format!(
            "select epoch, exists (
                select 1 from pg_locks where locktype = 'advisory' and granted and objsubid = 1 and pid = $2
                and (classid::bigint << 32 | objid::bigint) = $3
                and database = (select oid from pg_database where datname = current_database())
             ) from {} where connection = $1 for share",
            place.table("_spapi_runs")
        );
        let found = transaction.query_opt(&select, &[&connection, &self.process, &self.key]).await;
        let found = found.map_err(|error| session.failed(&error))?;
        if found.as_ref().is_none_or(|run| run.get::<_, i64>(0) != self.epoch) {
            return Err(overtaken(connection));
        }
        if found.is_none_or(|run| !run.get::<_, bool>(1)) { Err(lost(connection)) } else { Ok(()) }
    }
}

fn lost(connection: &str) -> Error {
    let message =
        format!("the claim of the connection {connection} is lost: the server ended the session that held it");
    Error::new(ErrorKind::Config, message).with_hint("Run again: what was committed is whole.")
}

/// Takes the lock of a connection for the session.
async fn lock(client: &Client, key: i64) -> Result<(), tokio_postgres::Error> {
    client.batch_execute(&format!("set lock_timeout = '{PATIENCE}'")).await?;
    let taken = client.batch_execute(&format!("select pg_advisory_lock({key})")).await;
    client.batch_execute("set lock_timeout = 0").await?;
    taken
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
