//! Claims: what keeps other programs from writing to a connection or a stream.

use super::key_of;
use super::session::Session;
use super::table::Place;
use crate::destination::{SliceId, StreamId, not_claimed, overtaken};
use jiff::Timestamp;
use spapi_core::{Error, ErrorKind};
use std::collections::HashMap;
use std::sync::Arc;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Transaction};

/// How long a claim waits for the server to notice that the session of a run before is gone, and for a commit that is under way.
const PATIENCE: &str = "3s";
/// The table of the numbers of streams, which only programs on several machines need.
const STREAMS: &str = "_spapi_streams";

/// The claims of a destination.
#[derive(Default)]
pub(super) struct Claims {
    connections: HashMap<String, Arc<Claim>>,
    streams: HashMap<StreamId, Arc<Claim>>,
}

impl Claims {
    /// Whether the whole connection is claimed.
    pub fn has(&self, connection: &str) -> bool {
        self.connections.contains_key(connection)
    }

    /// Adds a claim, in the place of an earlier one of the same.
    pub fn add(&mut self, claim: Claim) {
        let claim = Arc::new(claim);
        match &claim.of {
            Of::Connection { .. } => drop(self.connections.insert(claim.connection.clone(), Arc::clone(&claim))),
            Of::Stream { stream, .. } => drop(self.streams.insert(stream.clone(), Arc::clone(&claim))),
        }
    }

    /// The claim that a slice belongs to.
    pub fn of(&self, slice: &SliceId) -> Result<Arc<Claim>, Error> {
        let SliceId { connection, stream, marketplace, .. } = slice.clone();
        let claim = self.streams.get(&StreamId { connection, stream, marketplace });
        let claim = claim.or_else(|| self.connections.get(&slice.connection));
        claim.cloned().ok_or_else(|| not_claimed(&slice.connection))
    }
}

/// What keeps other programs away.
pub(super) struct Claim {
    connection: String,
    /// The number of the run of the connection. A commit of another one is refused.
    run: i64,
    of: Of,
}

/// What is claimed.
enum Of {
    /// The whole connection.
    Connection {
        /// The server's process of the session that has the lock.
        process: i32,
        /// The key of the lock.
        key: i64,
    },
    /// One stream of one marketplace.
    Stream {
        stream: StreamId,
        /// The number of its claim. A commit of another one is refused.
        epoch: i64,
    },
}

impl Claim {
    /// Claims a connection, whose lock the session may hold already.
    pub async fn take(session: &Session, place: &Place, connection: String, is_held: bool) -> Result<Self, Error> {
        let client = session.client.lock().await;
        let key = connection_key(place, &connection);
        if !is_held {
            lock(&client, key).await.map_err(|error| match error.code() {
                Some(&SqlState::LOCK_NOT_AVAILABLE) => is_run(session, &connection),
                _ => session.failed(&error),
            })?;
        }
        // It waits for a commit of the run before, which the server may still be at.
        let take = format!(
            "insert into {} as run values ($1, 1, $2)
             on conflict (connection) do update set epoch = run.epoch + 1, begun_at = excluded.begun_at
             returning epoch, pg_backend_pid()",
            place.table("_spapi_runs")
        );
        let taken = client.query_one(&take, &[&connection, &Timestamp::now()]).await;
        let taken = taken.map_err(|error| session.failed(&error))?;
        Ok(Self { connection, run: taken.get(0), of: Of::Connection { process: taken.get(1), key } })
    }

    /// Claims a stream, from whichever program had it.
    pub async fn take_stream(session: &Session, place: &Place, stream: StreamId) -> Result<Self, Error> {
        let mut client = session.client.lock().await;
        let failed = |error| session.failed(&error);
        prepare(&client, place).await.map_err(failed)?;
        let taken = match take_number(&mut client, place, &stream).await {
            Err(error) if error.code() == Some(&SqlState::LOCK_NOT_AVAILABLE) => {
                // A program that stands still in the middle of a commit would keep the stream for as long as it does.
                let end = "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted and objsubid = 1
                    and (classid::bigint << 32 | objid::bigint) = $1 and pid <> pg_backend_pid()
                    and database = (select oid from pg_database where datname = current_database())";
                client.query(end, &[&stream_key(place, &stream)]).await.map_err(failed)?;
                take_number(&mut client, place, &stream).await
            }
            taken => taken,
        };
        match taken.map_err(failed)? {
            Some((run, epoch)) => {
                Ok(Self { connection: stream.connection.clone(), run, of: Of::Stream { stream, epoch } })
            }
            None => Err(is_run(session, &stream.connection)),
        }
    }

    /// Checks in a transaction that the claim holds, and makes another claim wait for its end.
    pub async fn hold(&self, place: &Place, session: &Session, transaction: &Transaction<'_>) -> Result<(), Error> {
        let failed = |error| session.failed(&error);
        match &self.of {
            Of::Connection { process, key } => {
                let select = format!(
                    "select epoch, exists (
                        select 1 from pg_locks where locktype = 'advisory' and granted and objsubid = 1 and pid = $2
                        and (classid::bigint << 32 | objid::bigint) = $3
                        and database = (select oid from pg_database where datname = current_database())
                     ) from {} where connection = $1 for share",
                    place.table("_spapi_runs")
                );
                let found = transaction.query_opt(&select, &[&self.connection, process, key]).await.map_err(failed)?;
                match found {
                    Some(run) if run.get::<_, i64>(0) == self.run && run.get(1) => Ok(()),
                    Some(run) if run.get::<_, i64>(0) == self.run => Err(lost(&self.connection)),
                    _ => Err(overtaken(&self.connection)),
                }
            }
            Of::Stream { stream, epoch } => {
                // The next claim waits for this lock, and knows by it which session to end.
                let share = "select pg_advisory_xact_lock_shared($1)";
                transaction.execute(share, &[&stream_key(place, stream)]).await.map_err(failed)?;
                let select = format!(
                    "select run.epoch, stream.epoch from {} as run join {} as stream using (connection)
                     where connection = $1 and stream.stream = $2 and stream.marketplace = $3 for share of run",
                    place.table("_spapi_runs"),
                    place.table(STREAMS)
                );
                let StreamId { connection, stream, marketplace } = stream;
                let found = transaction.query_opt(&select, &[connection, stream, marketplace]).await.map_err(failed)?;
                match found {
                    Some(found) if found.get::<_, i64>(0) == self.run && found.get::<_, i64>(1) == *epoch => Ok(()),
                    _ => Err(overtaken(connection)),
                }
            }
        }
    }
}

/// The numbers of the run and of the stream, or `None` if a run has claimed the connection.
async fn take_number(
    client: &mut Client,
    place: &Place,
    stream: &StreamId,
) -> Result<Option<(i64, i64)>, tokio_postgres::Error> {
    let transaction = client.transaction().await?;
    transaction.batch_execute(&format!("set local lock_timeout = '{PATIENCE}'")).await?;
    let is_free = "select pg_try_advisory_xact_lock_shared($1)";
    let is_free = transaction.query_one(is_free, &[&connection_key(place, &stream.connection)]).await?;
    if !is_free.get::<_, bool>(0) {
        return Ok(None);
    }
    transaction.execute("select pg_advisory_xact_lock($1)", &[&stream_key(place, stream)]).await?;
    let StreamId { connection, stream, marketplace } = stream;
    let now = Timestamp::now();
    let runs = place.table("_spapi_runs");
    let begin = format!("insert into {runs} values ($1, 0, $2) on conflict (connection) do nothing");
    transaction.execute(&begin, &[connection, &now]).await?;
    let run = format!("select epoch from {runs} where connection = $1");
    let run = transaction.query_one(&run, &[connection]).await?.get(0);
    let take = format!(
        "insert into {} as stream values ($1, $2, $3, 1, $4)
         on conflict (connection, stream, marketplace) do update set epoch = stream.epoch + 1, begun_at = excluded.begun_at
         returning epoch",
        place.table(STREAMS)
    );
    let epoch = transaction.query_one(&take, &[connection, stream, marketplace, &now]).await?.get(0);
    transaction.commit().await?;
    Ok(Some((run, epoch)))
}

/// Makes the table of the numbers if it is missing.
async fn prepare(client: &Client, place: &Place) -> Result<(), tokio_postgres::Error> {
    let find = "select 1 from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = $1 and c.relname = $2";
    if client.query_opt(find, &[&place.schema, &STREAMS]).await?.is_some() {
        return Ok(());
    }
    let table = place.table(STREAMS);
    let create = format!(
        "{} create table if not exists {table} (
            connection text collate \"C\" not null, stream text collate \"C\" not null, marketplace text collate \"C\" not null,
            epoch bigint not null, begun_at timestamptz not null, primary key (connection, stream, marketplace)
         );",
        place.alone()
    );
    client.batch_execute(&create).await
}

/// Takes the lock of a connection for the session.
async fn lock(client: &Client, key: i64) -> Result<(), tokio_postgres::Error> {
    client.batch_execute(&format!("set lock_timeout = '{PATIENCE}'")).await?;
    let taken = client.batch_execute(&format!("select pg_advisory_lock({key})")).await;
    client.batch_execute("set lock_timeout = 0").await?;
    taken
}

fn connection_key(place: &Place, connection: &str) -> i64 {
    key_of(&["connection", &place.schema, connection])
}

fn stream_key(place: &Place, stream: &StreamId) -> i64 {
    key_of(&["stream", &place.schema, &stream.connection, &stream.stream, &stream.marketplace])
}

/// A run has claimed the connection.
fn is_run(session: &Session, connection: &str) -> Error {
    let message = format!("another run of the connection {connection} writes to {}", session.name());
    Error::new(ErrorKind::Config, message).with_hint("Wait for its end, or end that program.")
}

/// The session that held a claim is gone.
pub(super) fn lost(connection: &str) -> Error {
    let message =
        format!("the claim of the connection {connection} is lost: the server ended the session that held it");
    Error::new(ErrorKind::Config, message).with_hint("Run again: what was committed is whole.")
}
