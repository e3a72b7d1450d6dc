//! A file of SQLite.

use super::{Destination, SliceId, SliceSource, SliceState, Writing};
use crate::schema::ColumnKind;
use crate::{Batch, Kind, Rejected, Schema, Stream, Value};
use jiff::Timestamp;
use rusqlite::types::{ToSqlOutput, Value as Cell};
use rusqlite::{Connection, TransactionBehavior, params, params_from_iter};
use spapi_core::{BoxFuture, Error, ErrorKind};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long a statement waits for another program that writes.
const BUSY: Duration = Duration::from_secs(30);

/// A file of SQLite: a table for each stream, `_spapi_slices` with the state and `_spapi_rejected` with the dead letters.
///
/// Amounts are exact, as texts. Times are texts such as `2026-01-31T09:00:00.000000Z`, and days texts such as `2026-01-31`.
///
/// The rows of an open slice are in a temporary table, which SQLite keeps outside of the file and removes with the process. A
/// commit moves them in one transaction with the state. The calls block the thread for as long as SQLite takes.
#[derive(Clone)]
pub struct Sqlite {
    shared: Arc<Shared>,
}

struct Shared {
    path: PathBuf,
    inner: Mutex<Inner>,
}

struct Inner {
    connection: Connection,
    /// The number of the next temporary table.
    next: u64,
}

/// A slice that is being written to SQLite.
pub struct SqliteWriting {
    shared: Arc<Shared>,
    id: SliceId,
    schema: Arc<Schema>,
    kind: Kind,
    staging: String,
    rejected: Vec<(Rejected, String)>,
}

impl Sqlite {
    /// Opens a file, which is created if it does not exist.
    ///
    /// # Errors
    /// When it cannot be opened, or is not one of SQLite.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref().to_owned();
        let open = || {
            let connection = Connection::open(&path)?;
            connection.busy_timeout(BUSY)?;
            connection.pragma_update(None, "journal_mode", "WAL")?;
            connection.pragma_update(None, "synchronous", "FULL")?;
            connection.pragma_update(None, "temp_store", "FILE")?;
            connection.execute_batch(
                "create table if not exists _spapi_slices (
                    connection text not null, stream text not null, marketplace text not null, slice text not null,
                    \"to\" text not null, request_id text not null, document_id text not null,
                    rows integer not null, rejected integer not null, committed_at text not null,
                    primary key (connection, stream, marketplace, slice)
                );
                create table if not exists _spapi_rejected (
                    connection text not null, stream text not null, marketplace text not null, slice text not null,
                    \"column\" text not null, reason text not null, row text not null
                );
                create index if not exists _spapi_rejected_by_slice
                    on _spapi_rejected (connection, stream, marketplace, slice);",
            )?;
            Ok(connection)
        };
        let connection = open().map_err(|error| failed(&path, error))?;
        Ok(Self { shared: Arc::new(Shared { path, inner: Mutex::new(Inner { connection, next: 0 }) }) })
    }

    fn begin_now(&self, id: SliceId, schema: Arc<Schema>, kind: Kind) -> Result<SqliteWriting, Error> {
        let mut inner = self.shared.lock();
        let staging = format!("_staging_{}", inner.next);
        inner.next += 1;
        let table = || {
            create(&inner.connection, &schema)?;
            let columns: Vec<_> = schema.columns.iter().map(|column| quoted(&column.name)).collect();
            inner.connection.execute_batch(&format!("create temp table {staging} ({})", columns.join(", ")))
        };
        table().map_err(|error| failed(&self.shared.path, error))?;
        Ok(SqliteWriting { shared: Arc::clone(&self.shared), id, schema, kind, staging, rejected: Vec::new() })
    }

    fn states_now(&self, connection: &str) -> Result<Vec<SliceState>, Error> {
        let inner = self.shared.lock();
        let read = || {
            let mut statement = inner.connection.prepare(
                "select stream, marketplace, slice, \"to\", request_id, document_id, rows, rejected from _spapi_slices
                 where connection = ? order by stream, marketplace, slice",
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
                })
            })?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        read().map_err(|error| failed(&self.shared.path, error))
    }
}

impl Destination for Sqlite {
    type Writing = SqliteWriting;

    fn begin(
        &mut self,
        slice: SliceId,
        schema: Arc<Schema>,
        kind: Kind,
    ) -> BoxFuture<'_, Result<Self::Writing, Error>> {
        Box::pin(async move { self.begin_now(slice, schema, kind) })
    }

    fn states(&mut self, connection: &str) -> BoxFuture<'_, Result<Vec<SliceState>, Error>> {
        let connection = connection.to_owned();
        Box::pin(async move { self.states_now(&connection) })
    }
}

impl Writing for SqliteWriting {
    fn write(&mut self, batch: Batch) -> BoxFuture<'_, Result<(), Error>> {
        Box::pin(async move { self.write_now(&batch).map_err(|error| failed(&self.shared.path, error)) })
    }

    fn reject(&mut self, why: Rejected, row: String) -> BoxFuture<'_, Result<(), Error>> {
        self.rejected.push((why, row));
        Box::pin(std::future::ready(Ok(())))
    }

    fn commit(self, source: SliceSource) -> BoxFuture<'static, Result<SliceState, Error>> {
        Box::pin(async move { self.commit_now(source).map_err(|error| failed(&self.shared.path, error)) })
    }
}

impl SqliteWriting {
    fn write_now(&self, batch: &Batch) -> rusqlite::Result<()> {
        let mut inner = self.shared.lock();
        let transaction = inner.connection.transaction()?;
        let marks = vec!["?"; self.schema.columns.len()].join(", ");
        let mut statement =
            transaction.prepare_cached(&format!("insert into temp.{} values ({marks})", self.staging))?;
        for row in &batch.rows {
            statement.execute(params_from_iter(row.iter().map(cell)))?;
        }
        drop(statement);
        transaction.commit()
    }

    fn commit_now(&self, source: SliceSource) -> rusqlite::Result<SliceState> {
        let mut inner = self.shared.lock();
        let transaction = inner.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let SliceId { connection, stream, marketplace, slice } = &self.id;
        let table = quoted(self.schema.stream);
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
        transaction.execute(&self.upsert(), [])?;
        let rows: u64 =
            transaction.query_row(&format!("select count(*) from temp.{}", self.staging), [], |row| row.get(0))?;
        transaction.execute(
            "delete from _spapi_rejected where connection = ? and stream = ? and marketplace = ? and slice = ?",
            [connection, stream, marketplace, slice],
        )?;
        for (why, row) in &self.rejected {
            transaction.execute(
                "insert into _spapi_rejected values (?, ?, ?, ?, ?, ?, ?)",
                params![connection, stream, marketplace, slice, why.column, &*why.reason, row],
            )?;
        }
        let rejected = self.rejected.len() as u64;
        transaction.execute(
            "insert or replace into _spapi_slices values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
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
                Timestamp::now().to_string()
            ],
        )?;
        transaction.commit()?;
        Ok(SliceState { id: self.id.clone(), source, rows, rejected })
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

    /// Moves the rows. The second row of a key within the slice gets the ordinal 1, and so on. A row that is there already is
    /// replaced, unless its cursor is newer.
    fn upsert(&self) -> String {
        let schema = &self.schema;
        let names: Vec<_> = schema.columns.iter().map(|column| quoted(&column.name)).collect();
        let key: Vec<_> = schema.key.iter().map(|index| names[*index].clone()).collect();
        let key_values = self.key_without_ordinal();
        let ordinal = quoted(Schema::ORDINAL);
        let values: Vec<_> = names
            .iter()
            .map(|name| {
                if *name == ordinal && schema.has_own_key() {
                    let parts: Vec<_> = key_values.iter().map(|(_, value)| value.as_str()).collect();
                    return format!("row_number() over (partition by {} order by rowid) - 1", parts.join(", "));
                }
                let of_key = key_values.iter().find(|(key, _)| key == name);
                of_key.map_or_else(|| name.clone(), |(_, value)| value.clone())
            })
            .collect();
        let sets = names.iter().enumerate().filter(|(index, _)| !schema.key.contains(index));
        let sets: Vec<_> = sets.map(|(_, name)| format!("{name} = excluded.{name}")).collect();
        let table = quoted(schema.stream);
        let cursor = Stream::find(schema.stream).ok().and_then(|stream| stream.cursor).map(quoted);
        let newer = cursor.map_or_else(String::new, |cursor| {
            format!(
                " where excluded.{cursor} is null or {table}.{cursor} is null or excluded.{cursor} >= {table}.{cursor}"
            )
        });
        format!(
            "insert into {table} ({}) select {} from temp.{} where true on conflict ({}) do update set {}{newer}",
            names.join(", "),
            values.join(", "),
            self.staging,
            key.join(", "),
            sets.join(", ")
        )
    }
}

impl Drop for SqliteWriting {
    fn drop(&mut self) {
        // A table that cannot be removed goes with the process.
        let _ = self.shared.lock().connection.execute_batch(&format!("drop table if exists temp.{}", self.staging));
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Creates the table of a stream, or adds the columns that it lacks.
fn create(connection: &Connection, schema: &Schema) -> rusqlite::Result<()> {
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
    let mut statement = connection.prepare("select name from pragma_table_info(?)")?;
    let present = statement.query_map([schema.stream], |row| row.get::<_, String>(0))?;
    let present = present.collect::<rusqlite::Result<Vec<_>>>()?;
    for (index, column) in schema.columns.iter().enumerate() {
        if !present.iter().any(|name| name.eq_ignore_ascii_case(&column.name)) {
            connection.execute_batch(&format!("alter table {table} add column {}", definition(index)))?;
        }
    }
    Ok(())
}

fn is_integer(kind: ColumnKind) -> bool {
    matches!(kind, ColumnKind::Integer | ColumnKind::Boolean)
}

/// The condition that these columns have given values.
pub(super) fn of(columns: &[&str]) -> String {
    columns.iter().map(|name| format!("{} = ?", quoted(name))).collect::<Vec<_>>().join(" and ")
}

pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
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

pub(super) fn failed(path: &Path, error: rusqlite::Error) -> Error {
    let message = format!("the SQLite file {} cannot be used: {error}", path.display());
    let hint = match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked) => {
            "Another program writes to it. End that program, or wait for it."
        }
        Some(rusqlite::ErrorCode::DiskFull) => {
            "The disk is full. Make room and run again: what was committed is whole."
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
