//! A file of SQLite.

mod look;
mod select;
mod tables;

pub use look::{DeadLetter, Page};
pub use select::{Comparison, Condition, Select, Selected, SqliteReader, TableInfo};

use super::sql::{literal, quoted};
use super::{Destination, Gap, SliceId, SliceSource, SliceState, Writing, names, not_claimed, overtaken};
use crate::mutex::locked;
use crate::schema::ColumnKind;
use crate::{Batch, Kind, Rejected, Schema, Stream, Value};
use jiff::Timestamp;
use rusqlite::types::{ToSqlOutput, Value as Cell};
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params, params_from_iter};
use spapi_core::{BoxFuture, Error, ErrorKind};
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

/// How long a statement waits for another program that writes.
const BUSY: Duration = Duration::from_secs(30);

/// The memory for pages in KiB, by SQLite's rule as a negative number. Keys that come in no order need many pages of their index at a
/// time.
const CACHE: i64 = -24 * 1024;

/// A file of SQLite: a table for each stream, `_spapi_slices` with the state, `_spapi_gaps` with the gaps,
/// `_spapi_rejected` with the dead letters, `_spapi_removed` with the keys of rows that Amazon no longer has, and `_spapi_runs` with the runs of each connection.
///
/// Amounts are exact, as texts. Times are texts such as `2026-01-31T09:00:00.000000Z`, and days texts such as `2026-01-31`.
///
/// The rows of an open slice are in a temporary table, which SQLite keeps outside of the file and removes with the process. A
/// commit moves them in one transaction with the state. What may block runs on the threads that tokio has for that.
///
/// A claim of a connection locks an empty file beside the database, whose name ends with `.lock`. A lock whose process ended is
/// free. Clones share their claims.
#[derive(Clone)]
pub struct Sqlite {
    shared: Arc<Shared>,
    /// Apart from what open slices share, so that the locks are free once this is dropped.
    claims: Arc<Mutex<Claims>>,
}

type Claims = HashMap<String, Claim>;

struct Shared {
    path: PathBuf,
    inner: Mutex<Inner>,
}

struct Inner {
    connection: Connection,
    /// The number of the next temporary table.
    next: u64,
    /// The streams of which a key came again, within a slice or from an earlier one. Their rows are moved by upserts.
    repeating: HashSet<&'static str>,
}

/// What keeps other runs of a connection away.
struct Claim {
    /// The number of the run. A commit of another one is refused.
    epoch: u64,
    lock: File,
}

/// A slice that is being written to SQLite.
pub struct SqliteWriting {
    shared: Arc<Shared>,
    work: Arc<Work>,
}

/// What the steps of a slice share.
struct Work {
    id: SliceId,
    schema: Arc<Schema>,
    kind: Kind,
    epoch: u64,
    staging: String,
}

impl Sqlite {
    /// Opens a file, which is created if it does not exist.
    ///
    /// # Errors
    /// When it cannot be opened, or is not one of SQLite.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        Self::prepare(path.as_ref().to_owned())
    }

    /// Opens a file that a run has filled.
    ///
    /// # Errors
    /// When there is no such file, or no run has filled it.
    pub fn open_filled(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref().to_owned();
        tables::check(&path)?;
        Self::prepare(path)
    }

    fn prepare(path: PathBuf) -> Result<Self, Error> {
        let open = || {
            let connection = Connection::open(&path)?;
            connection.busy_timeout(BUSY)?;
            connection.pragma_update(None, "journal_mode", "WAL")?;
            connection.pragma_update(None, "synchronous", "FULL")?;
            connection.pragma_update(None, "temp_store", "FILE")?;
            connection.pragma_update(None, "cache_size", CACHE)?;
            connection.execute_batch(
                "create table if not exists _spapi_slices (
                    connection text not null, stream text not null, marketplace text not null, slice text not null,
                    \"to\" text not null, request_id text not null, document_id text not null,
                    rows integer not null, rejected integer not null, generation integer not null,
                    committed_at text not null,
                    primary key (connection, stream, marketplace, slice)
                );
                create table if not exists _spapi_rejected (
                    connection text not null, stream text not null, marketplace text not null, slice text not null,
                    \"column\" text not null, reason text not null, row text not null
                );
                create index if not exists _spapi_rejected_by_slice
                    on _spapi_rejected (connection, stream, marketplace, slice);
                create table if not exists _spapi_gaps (
                    connection text not null, stream text not null, marketplace text not null, slice text not null,
                    \"to\" text not null, reason text not null, attempts integer not null, failed_at text not null,
                    not_before text not null,
                    primary key (connection, stream, marketplace, slice)
                );
                create table if not exists _spapi_removed (
                    connection text not null, stream text not null, marketplace text not null, slice text not null,
                    key text not null, removed_at text not null
                );
                create table if not exists _spapi_runs (
                    connection text not null primary key, epoch integer not null, begun_at text not null
                );",
            )?;
            Ok(connection)
        };
        let connection = open().map_err(|error| failed(&path, error))?;
        let shared = Shared { path, inner: Mutex::new(Inner { connection, next: 0, repeating: HashSet::new() }) };
        Ok(Self { shared: Arc::new(shared), claims: Arc::default() })
    }
}

impl Destination for Sqlite {
    fn claim(&mut self, connection: &str) -> BoxFuture<'_, Result<(), Error>> {
        let connection = connection.to_owned();
        let claims = Arc::clone(&self.claims);
        self.shared.blocking(move |shared, inner| claim(shared, inner, &mut locked(&claims), connection))
    }

    fn begin(
        &mut self,
        id: SliceId,
        schema: Arc<Schema>,
        kind: Kind,
    ) -> BoxFuture<'_, Result<Box<dyn Writing>, Error>> {
        Box::pin(async move {
            let epoch = self.epoch(&id.connection)?;
            let begun = self.shared.blocking(move |shared, inner| {
                let staging = format!("_staging_{}", inner.next);
                inner.next += 1;
                create(&inner.connection, &schema).map_err(|error| error.into_error(&shared.path))?;
                let columns: Vec<_> = schema.columns.iter().map(|column| quoted(&column.name)).collect();
                let tables = format!(
                    "create temp table {staging} ({});
                     create temp table {staging}_rejected (\"column\" text, reason text, row text)",
                    columns.join(", ")
                );
                inner.connection.execute_batch(&tables).map_err(|error| failed(&shared.path, error))?;
                Ok(Work { id, schema, kind, epoch, staging })
            });
            let work = Arc::new(begun.await?);
            Ok(Box::new(SqliteWriting { shared: Arc::clone(&self.shared), work }) as Box<dyn Writing>)
        })
    }

    fn states(&mut self, connection: &str) -> BoxFuture<'_, Result<Vec<SliceState>, Error>> {
        let connection = connection.to_owned();
        self.shared.blocking(move |shared, inner| {
            states(&inner.connection, &connection).map_err(|error| failed(&shared.path, error))
        })
    }

    fn gaps(&mut self, connection: &str) -> BoxFuture<'_, Result<Vec<Gap>, Error>> {
        let connection = connection.to_owned();
        self.shared.blocking(move |shared, inner| {
            gaps(&inner.connection, &connection).map_err(|error| failed(&shared.path, error))
        })
    }

    fn note_gap(&mut self, gap: Gap) -> BoxFuture<'_, Result<(), Error>> {
        self.change_gap(gap.id.connection.clone(), move |transaction| {
            let Gap { id, to, reason, attempts, failed_at, not_before } = &gap;
            let SliceId { connection, stream, marketplace, slice } = id;
            let insert = "insert or replace into _spapi_gaps values (?, ?, ?, ?, ?, ?, ?, ?, ?)";
            transaction.execute(
                insert,
                params![connection, stream, marketplace, slice, to, reason, attempts, failed_at, not_before],
            )
        })
    }

    fn close_gap(&mut self, slice: SliceId) -> BoxFuture<'_, Result<(), Error>> {
        self.change_gap(slice.connection.clone(), move |transaction| {
            let SliceId { connection, stream, marketplace, slice } = &slice;
            let delete = format!("delete from _spapi_gaps where {OF_SLICE}");
            transaction.execute(&delete, [connection, stream, marketplace, slice])
        })
    }
}

impl Sqlite {
    /// Changes a gap, if the connection is still claimed.
    fn change_gap(
        &self,
        connection: String,
        change: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<usize> + Send + 'static,
    ) -> BoxFuture<'_, Result<(), Error>> {
        Box::pin(async move {
            let epoch = self.epoch(&connection)?;
            let changed = self.shared.blocking(move |shared, inner| {
                let begin = || {
                    let transaction = inner.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
                    if epoch_of(&transaction, &connection)? != epoch {
                        return Ok(false);
                    }
                    change(&transaction)?;
                    transaction.commit().map(|()| true)
                };
                match begin().map_err(|error| failed(&shared.path, error))? {
                    true => Ok(()),
                    false => Err(overtaken(&connection)),
                }
            });
            changed.await
        })
    }

    /// The epoch of a claimed connection.
    fn epoch(&self, connection: &str) -> Result<u64, Error> {
        let epoch = locked(&self.claims).get(connection).map(|claim| claim.epoch);
        epoch.ok_or_else(|| not_claimed(connection))
    }
}

/// The condition that a row is of a slice: connection, stream, marketplace and slice.
const OF_SLICE: &str = "connection = ?1 and stream = ?2 and marketplace = ?3 and slice = ?4";

fn epoch_of(transaction: &Transaction<'_>, connection: &str) -> rusqlite::Result<u64> {
    transaction.query_row("select epoch from _spapi_runs where connection = ?", [connection], |row| row.get(0))
}

fn gaps(database: &Connection, connection: &str) -> rusqlite::Result<Vec<Gap>> {
    let mut statement = database.prepare(
        "select stream, marketplace, slice, \"to\", reason, attempts, failed_at, not_before from _spapi_gaps
         where connection = ? order by stream, marketplace, slice",
    )?;
    let rows = statement.query_map([connection], |row| {
        Ok(Gap {
            id: SliceId {
                connection: connection.to_owned(),
                stream: row.get(0)?,
                marketplace: row.get(1)?,
                slice: row.get(2)?,
            },
            to: row.get(3)?,
            reason: row.get(4)?,
            attempts: row.get(5)?,
            failed_at: row.get(6)?,
            not_before: row.get(7)?,
        })
    })?;
    rows.collect()
}

fn states(database: &Connection, connection: &str) -> rusqlite::Result<Vec<SliceState>> {
    let mut statement = database.prepare(
        "select stream, marketplace, slice, \"to\", request_id, document_id, rows, rejected, generation, committed_at
         from _spapi_slices where connection = ? order by stream, marketplace, slice",
    )?;
    let rows = statement.query_map([connection], |row| {
        Ok(SliceState {
            id: SliceId {
                connection: connection.to_owned(),
                stream: row.get(0)?,
                marketplace: row.get(1)?,
                slice: row.get(2)?,
            },
            source: SliceSource { to: row.get(3)?, request_id: row.get(4)?, document_id: row.get(5)? },
            rows: row.get(6)?,
            rejected: row.get(7)?,
            generation: row.get(8)?,
            committed_at: row.get(9)?,
        })
    })?;
    rows.collect()
}

/// Locks a connection against other processes and takes the next epoch.
fn claim(shared: &Shared, inner: &mut Inner, claims: &mut Claims, connection: String) -> Result<(), Error> {
    let lock = match claims.remove(&connection) {
        Some(claim) => claim.lock,
        None => lock(&shared.path, &connection)?,
    };
    let take = || {
        inner.connection.query_row(
            "insert into _spapi_runs values (?1, 1, ?2)
             on conflict (connection) do update set epoch = epoch + 1, begun_at = excluded.begun_at returning epoch",
            params![connection, Timestamp::now().to_string()],
            |row| row.get(0),
        )
    };
    let epoch = take().map_err(|error| failed(&shared.path, error))?;
    claims.insert(connection, Claim { epoch, lock });
    Ok(())
}

fn lock(path: &Path, connection: &str) -> Result<File, Error> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(names::safe(connection));
    name.push(".lock");
    let file = path.with_file_name(name);
    let cannot = |error: std::io::Error| {
        Error::new(ErrorKind::Config, format!("the file {} cannot be locked", file.display())).with_source(error)
    };
    let opened = File::options().create(true).truncate(false).write(true).open(&file).map_err(cannot)?;
    match fs4::FileExt::try_lock(&opened) {
        Ok(()) => Ok(opened),
        Err(fs4::TryLockError::WouldBlock) => {
            let message = format!("another run of the connection {connection} writes to {}", path.display());
            Err(Error::new(ErrorKind::Config, message).with_hint("Wait for its end, or end that program."))
        }
        Err(fs4::TryLockError::Error(error)) => Err(cannot(error)),
    }
}

impl Writing for SqliteWriting {
    fn write(&mut self, batch: Batch) -> BoxFuture<'_, Result<(), Error>> {
        let work = Arc::clone(&self.work);
        self.shared.blocking(move |shared, inner| {
            work.write(&mut inner.connection, &batch).map_err(|error| failed(&shared.path, error))
        })
    }

    fn reject(&mut self, why: Rejected, row: String) -> BoxFuture<'_, Result<(), Error>> {
        let work = Arc::clone(&self.work);
        self.shared.blocking(move |shared, inner| {
            let insert = format!("insert into temp.{}_rejected values (?, ?, ?)", work.staging);
            let inserted = inner.connection.execute(&insert, params![why.column, &*why.reason, row]);
            inserted.map(drop).map_err(|error| failed(&shared.path, error))
        })
    }

    fn commit(self: Box<Self>, source: SliceSource) -> BoxFuture<'static, Result<SliceState, Error>> {
        let work = Arc::clone(&self.work);
        Box::pin(async move {
            self.shared
                .blocking(move |shared, inner| {
                    let committed = work.commit(inner, source).map_err(|error| failed(&shared.path, error))?;
                    committed.ok_or_else(|| overtaken(&work.id.connection))
                })
                .await
        })
    }
}

impl Work {
    fn write(&self, connection: &mut Connection, batch: &Batch) -> rusqlite::Result<()> {
        let transaction = connection.transaction()?;
        let marks = vec!["?"; self.schema.columns.len()].join(", ");
        let mut statement =
            transaction.prepare_cached(&format!("insert into temp.{} values ({marks})", self.staging))?;
        for row in &batch.rows {
            statement.execute(params_from_iter(row.iter().map(cell)))?;
        }
        drop(statement);
        transaction.commit()
    }

    /// Commits. `None` if another run has begun since.
    fn commit(&self, inner: &mut Inner, source: SliceSource) -> rusqlite::Result<Option<SliceState>> {
        let transaction = inner.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let SliceId { connection, stream, marketplace, slice } = &self.id;
        if epoch_of(&transaction, connection)? != self.epoch {
            return Ok(None);
        }
        let table = quoted(self.schema.stream);
        if self.schema.has_own_key() {
            self.note_removed(&transaction)?;
        }
        if self.kind == Kind::Snapshot {
            let of = of(&[Schema::CONNECTION, Schema::MARKETPLACE]);
            transaction.execute(&format!("delete from {table} where {of}"), [connection, marketplace])?;
        } else if !self.schema.has_own_key() {
            let of = of(&[Schema::CONNECTION, Schema::MARKETPLACE, Schema::SLICE]);
            transaction.execute(&format!("delete from {table} where {of}"), [connection, marketplace, slice])?;
        }
        if self.schema.has_own_key() && self.kind != Kind::Snapshot {
            transaction.execute(&self.remove_repeats(), [])?;
        }
        self.move_rows(&transaction, &mut inner.repeating)?;
        let count = |table: &str| -> rusqlite::Result<u64> {
            transaction.query_row(&format!("select count(*) from temp.{table}"), [], |row| row.get(0))
        };
        let (rows, rejected) = (count(&self.staging)?, count(&format!("{}_rejected", self.staging))?);
        let id = [connection, stream, marketplace, slice];
        for table in ["_spapi_rejected", "_spapi_gaps"] {
            transaction.execute(&format!("delete from {table} where {OF_SLICE}"), id)?;
        }
        transaction.execute(
            &format!("insert into _spapi_rejected select ?1, ?2, ?3, ?4, * from temp.{}_rejected", self.staging),
            id,
        )?;
        let generation: u64 = transaction.query_row(
            &format!("select coalesce(max(generation), 0) + 1 from _spapi_slices where {OF_SLICE}"),
            id,
            |row| row.get(0),
        )?;
        let committed_at = Timestamp::now().to_string();
        transaction.execute(
            "insert or replace into _spapi_slices values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            params![
                connection,
                stream,
                marketplace,
                slice,
                source.to,
                source.request_id,
                source.document_id,
                rows,
                rejected,
                generation,
                committed_at
            ],
        )?;
        transaction.commit()?;
        Ok(Some(SliceState { id: self.id.clone(), source, rows, rejected, generation, committed_at }))
    }

    /// Notes the keys of rows that Amazon no longer has, and removes the rows: those of the snapshot before, or of the slice when
    /// it was read before, which the new rows lack.
    fn note_removed(&self, transaction: &Transaction<'_>) -> rusqlite::Result<()> {
        let SliceId { connection, stream, marketplace, slice } = &self.id;
        let is_whole = self.kind == Kind::Snapshot;
        if !is_whole && !Stream::find(stream).is_ok_and(|stream| stream.is_complete()) {
            return Ok(());
        }
        // Without an earlier commit there is nothing to look for, which saves a look at the whole table.
        let known = format!("select 1 from _spapi_slices where {OF_SLICE}");
        let place = [connection, stream, marketplace, slice];
        if transaction.query_row(&known, place, |_| Ok(())).optional()?.is_none() {
            return Ok(());
        }
        let table = quoted(self.schema.stream);
        let key = self.key_without_ordinal();
        let names = self.schema.own_key().map(|index| &self.schema.columns[index].name);
        let parts: Vec<_> = names.map(|name| format!("{}, {}", literal(name), quoted(name))).collect();
        let values: Vec<_> = key.iter().map(|(name, value)| format!("kept.{name} = {value}")).collect();
        let gone = format!(
            "{table}.{} = ?1 and {table}.{} = ?3{} and {table}.rowid not in
             (select kept.rowid from temp.{} join {table} as kept on {})",
            quoted(Schema::CONNECTION),
            quoted(Schema::MARKETPLACE),
            if is_whole { " and ?4 = ?4".to_owned() } else { format!(" and {table}.{} = ?4", quoted(Schema::SLICE)) },
            self.staging,
            values.join(" and ")
        );
        transaction.execute(
            &format!(
                "insert into _spapi_removed
                 select distinct ?1, ?2, ?3, ?4, json_object({}), ?5 from {table} where {gone}",
                parts.join(", ")
            ),
            params![connection, stream, marketplace, slice, Timestamp::now().to_string()],
        )?;
        // ?2 is the stream, which the condition does not have.
        transaction.execute(&format!("delete from {table} where {gone} and ?2 = ?2"), place)?;
        Ok(())
    }

    /// Removes the further rows of the keys that the slice has, of which it may have fewer now.
    fn remove_repeats(&self) -> String {
        let table = quoted(self.schema.stream);
        let key = self.key_without_ordinal();
        let values: Vec<_> = key.iter().map(|(name, value)| format!("{table}.{name} = {value}")).collect();
        format!(
            "delete from {table} where {} > 0 and exists (select 1 from temp.{} where {})",
            quoted(Schema::ORDINAL),
            self.staging,
            values.join(" and ")
        )
    }

    /// The columns of the key, each with its value in the temporary table. A value that is absent there is empty or 0.
    fn key_without_ordinal(&self) -> Vec<(String, String)> {
        let columns = self.schema.key.iter().map(|index| &self.schema.columns[*index]);
        let columns = columns.filter(|column| column.name != Schema::ORDINAL);
        columns
            .map(|column| {
                let name = quoted(&column.name);
                let absent = if is_integer(column.kind) { "0" } else { "''" };
                let value = format!("coalesce({}.{name}, {absent})", self.staging);
                (name, value)
            })
            .collect()
    }

    /// Moves the rows. To count those of each key sorts all of them, so that is done only if a key comes again.
    fn move_rows(&self, transaction: &Transaction<'_>, repeating: &mut HashSet<&'static str>) -> rusqlite::Result<()> {
        let stream = self.schema.stream;
        if self.schema.has_own_key() && !repeating.contains(stream) {
            match transaction.execute(&self.insert(false), []) {
                // A statement that fails undoes itself.
                Err(error) if is_of_key(&error) => repeating.insert(stream),
                moved => return moved.map(drop),
            };
        }
        transaction.execute(&(self.insert(true) + &self.on_conflict()), []).map(drop)
    }

    /// Inserts the rows into their table. With `counts` the second row of a key within the slice gets the ordinal 1, and so on.
    fn insert(&self, counts: bool) -> String {
        let schema = &self.schema;
        let names: Vec<_> = schema.columns.iter().map(|column| quoted(&column.name)).collect();
        let key_values = self.key_without_ordinal();
        let ordinal = quoted(Schema::ORDINAL);
        let values: Vec<_> = names
            .iter()
            .map(|name| {
                if *name == ordinal && schema.has_own_key() {
                    if !counts {
                        return "0".to_owned();
                    }
                    let parts: Vec<_> = key_values.iter().map(|(_, value)| value.as_str()).collect();
                    return format!("row_number() over (partition by {} order by rowid) - 1", parts.join(", "));
                }
                let of_key = key_values.iter().find(|(key, _)| key == name);
                of_key.map_or_else(|| name.clone(), |(_, value)| value.clone())
            })
            .collect();
        format!(
            "insert into {} ({}) select {} from temp.{} where true",
            quoted(schema.stream),
            names.join(", "),
            values.join(", "),
            self.staging
        )
    }

    /// A row that is there already is replaced, unless its cursor is newer.
    fn on_conflict(&self) -> String {
        let schema = &self.schema;
        let names: Vec<_> = schema.columns.iter().map(|column| quoted(&column.name)).collect();
        let key: Vec<_> = schema.key.iter().map(|index| names[*index].clone()).collect();
        let sets = names.iter().enumerate().filter(|(index, _)| !schema.key.contains(index));
        let sets: Vec<_> = sets.map(|(_, name)| format!("{name} = excluded.{name}")).collect();
        let table = quoted(schema.stream);
        let cursor = Stream::find(schema.stream).ok().and_then(|stream| stream.cursor);
        let cursor = cursor.filter(|cursor| schema.column(cursor).is_some()).map(quoted);
        let newer = cursor.map_or_else(String::new, |cursor| {
            format!(
                " where excluded.{cursor} is null or {table}.{cursor} is null or excluded.{cursor} >= {table}.{cursor}"
            )
        });
        format!(" on conflict ({}) do update set {}{newer}", key.join(", "), sets.join(", "))
    }
}

/// Whether a key was there already, or came twice.
fn is_of_key(error: &rusqlite::Error) -> bool {
    use rusqlite::ffi::{SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_UNIQUE};
    let code = error.sqlite_error().map(|error| error.extended_code);
    [SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_UNIQUE].iter().any(|of_key| code == Some(*of_key))
}

impl Drop for SqliteWriting {
    fn drop(&mut self) {
        let (shared, staging) = (Arc::clone(&self.shared), self.work.staging.clone());
        let remove = move || {
            let tables = format!("drop table if exists temp.{staging}; drop table if exists temp.{staging}_rejected");
            // Tables that cannot be removed go with the process.
            let _ = shared.lock().connection.execute_batch(&tables);
        };
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn_blocking(remove)),
            Err(_) => remove(),
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        locked(&self.inner)
    }

    /// Does what may block on a thread that may.
    fn blocking<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self, &mut Inner) -> Result<T, Error> + Send + 'static,
    ) -> BoxFuture<'static, Result<T, Error>> {
        let shared = Arc::clone(self);
        let done = tokio::task::spawn_blocking(move || work(&shared, &mut shared.lock()));
        Box::pin(async move {
            done.await.unwrap_or_else(|error| {
                Err(Error::new(ErrorKind::Config, "the work on the SQLite file was cut off").with_source(error))
            })
        })
    }
}

/// Why a table cannot be made.
enum Unfit {
    Sqlite(rusqlite::Error),
    /// The table of this name has another key.
    Key(&'static str),
}

impl From<rusqlite::Error> for Unfit {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl Unfit {
    fn into_error(self, path: &Path) -> Error {
        match self {
            Self::Sqlite(error) => failed(path, error),
            Self::Key(table) => {
                let message = format!("the SQLite file {} has a table {table} with another key", path.display());
                let hint =
                    "It is of another program or version. Give another path, or remove the table and its slices.";
                Error::new(ErrorKind::Config, message).with_hint(hint)
            }
        }
    }
}

/// Creates the table of a stream, or adds the columns that it lacks.
fn create(connection: &Connection, schema: &Schema) -> Result<(), Unfit> {
    let table = quoted(schema.stream);
    let definition = |index: usize| {
        let column = &schema.columns[index];
        let kind = if is_integer(column.kind) { "integer" } else { "text" };
        // A key with a null would not be a key.
        let default = match (schema.key.contains(&index), kind) {
            (false, _) => "",
            (true, "integer") => " not null default 0",
            (true, _) => " not null default ''",
        };
        format!("{} {kind}{default}", quoted(&column.name))
    };
    let definitions: Vec<_> = (0..schema.columns.len()).map(definition).collect();
    let key: Vec<_> = schema.key.iter().map(|index| quoted(&schema.columns[*index].name)).collect();
    connection.execute_batch(&format!(
        "create table if not exists {table} ({}, primary key ({}))",
        definitions.join(", "),
        key.join(", ")
    ))?;
    let mut statement = connection.prepare("select name, pk > 0 from pragma_table_info(?)")?;
    let present = statement.query_map([schema.stream], |row| Ok((row.get::<_, String>(0)?, row.get::<_, bool>(1)?)))?;
    let present = present.collect::<rusqlite::Result<Vec<_>>>()?;
    let in_key = |name: &str| schema.key.iter().any(|index| schema.columns[*index].name.eq_ignore_ascii_case(name));
    let of_key = present.iter().filter(|(_, is_key)| *is_key);
    if of_key.clone().count() != schema.key.len() || !of_key.clone().all(|(name, _)| in_key(name)) {
        return Err(Unfit::Key(schema.stream));
    }
    for (index, column) in schema.columns.iter().enumerate() {
        if !present.iter().any(|(name, _)| name.eq_ignore_ascii_case(&column.name)) {
            connection.execute_batch(&format!("alter table {table} add column {}", definition(index)))?;
        }
    }
    Ok(())
}

fn is_integer(kind: ColumnKind) -> bool {
    matches!(kind, ColumnKind::Integer | ColumnKind::Boolean)
}

/// The condition that these columns have given values.
fn of(columns: &[&str]) -> String {
    columns.iter().map(|name| format!("{} = ?", quoted(name))).collect::<Vec<_>>().join(" and ")
}

fn cell(value: &Value) -> ToSqlOutput<'_> {
    ToSqlOutput::Owned(match value {
        Value::Null => Cell::Null,
        Value::Text(text) | Value::Date(text) | Value::Json(text) => return ToSqlOutput::from(text.as_str()),
        Value::Integer(number) => Cell::Integer(*number),
        Value::Decimal(number) => Cell::Text(number.to_string()),
        Value::Boolean(is) => Cell::Integer(i64::from(*is)),
        Value::Timestamp(microseconds) => match Timestamp::from_microsecond(*microseconds) {
            // Always with six digits of the second, so that texts have the order of their times.
            Ok(time) => Cell::Text(format!("{time:.6}")),
            Err(_) => Cell::Null,
        },
    })
}

fn failed(path: &Path, error: rusqlite::Error) -> Error {
    let message = format!("the SQLite file {} cannot be used: {error}", path.display());
    let hint = match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked) => {
            "Another program writes to it. End that program, or wait for it."
        }
        Some(rusqlite::ErrorCode::DiskFull) => {
            "The disk is full. Make room and run again: what was committed is whole."
        }
        Some(rusqlite::ErrorCode::SystemIoFailure) => {
            "The disk is full or fails. Make room or mend it, and run again: what was committed is whole."
        }
        Some(rusqlite::ErrorCode::NotADatabase) => "It is not a file of SQLite. Give another path.",
        Some(rusqlite::ErrorCode::CannotOpen) => "Create its folder, or give another path.",
        Some(rusqlite::ErrorCode::ReadOnly) => "It is read-only. Change its permissions, or give another path.",
        _ => "Run again: what was committed is whole.",
    };
    Error::new(ErrorKind::Config, message).with_hint(hint).with_source(error)
}

impl fmt::Debug for Sqlite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sqlite").field("path", &self.shared.path).finish_non_exhaustive()
    }
}
