//! A slice that is being written.

use super::copy::{self, Rows};
use super::gaps;
use super::removed::{self, Current};
use super::session::Session;
use super::table::{absent, of, type_of};
use super::{Claim, Shared};
use crate::destination::sql::quoted;
use crate::destination::{SliceId, SliceSource, SliceState, Writing};
use crate::mutex::locked;
use crate::{Batch, Kind, Rejected, Schema, Stream};
use bytes::Bytes;
use futures_util::SinkExt;
use jiff::{Timestamp, Unit};
use spapi_core::{BoxFuture, Error, ErrorKind};
use std::pin::pin;
use std::sync::Arc;
use tokio::task::JoinHandle;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Transaction};

/// The bytes of dead letters that wait in memory.
const LETTERS: usize = 256 * 1024;

/// A slice that is being written to Postgres.
pub(super) struct PostgresWriting {
    shared: Arc<Shared>,
    writer: Arc<Session>,
    claim: Claim,
    id: SliceId,
    schema: Arc<Schema>,
    kind: Kind,
    rows: Staging,
    letters: Staging,
    /// Dead letters that are not in their temporary table yet.
    waiting: Rows,
    /// The copy of the rows before, which the server takes while the next ones are read.
    copying: Option<JoinHandle<Result<(), Error>>>,
}

/// How the rows of a stream with a key of its own are moved. Each way does what the one before cannot do, and takes half as
/// long again or more. Where a way fails at a key, the index notices, and the next slices of the stream begin with the next way.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// No key of the slice is there.
    Insert,
    /// Keys may be there, but none repeats within the slice.
    Upsert,
    /// Keys may repeat, and each of their rows gets its ordinal.
    Count,
}

/// Whether a key was there already, or came twice.
fn is_of_key(error: &tokio_postgres::Error) -> bool {
    [SqlState::UNIQUE_VIOLATION, SqlState::CARDINALITY_VIOLATION].iter().any(|code| error.code() == Some(code))
}

/// A temporary table of the writer's session.
struct Staging {
    table: String,
    columns: String,
    is_made: bool,
    count: u64,
}

impl PostgresWriting {
    pub fn new(
        shared: Arc<Shared>,
        writer: Arc<Session>,
        claim: Claim,
        id: SliceId,
        schema: Arc<Schema>,
        kind: Kind,
    ) -> Self {
        let number = {
            let mut next = locked(&shared.next);
            *next += 1;
            *next
        };
        let columns: Vec<_> =
            schema.columns.iter().map(|column| format!("{} {}", quoted(&column.name), type_of(column.kind))).collect();
        let rows = Staging::new(format!("pg_temp.spapi_{number}"), columns.join(", "));
        let letters = Staging::new(
            format!("pg_temp.spapi_{number}_rejected"),
            "\"column\" text, reason text, \"row\" text".to_owned(),
        );
        Self { shared, writer, claim, id, schema, kind, rows, letters, waiting: Rows::new(), copying: None }
    }

    fn letter(&mut self, column: &str, reason: &str, row: &str) {
        let [column, reason, row] = [column, reason, row].map(copy::storable);
        self.waiting.texts([&*column, &*reason, &*row].into_iter());
    }

    /// Waits for the copy before.
    async fn copied(&mut self) -> Result<(), Error> {
        let Some(copying) = &mut self.copying else { return Ok(()) };
        let copied = copying.await;
        self.copying = None;
        copied.unwrap_or_else(|error| {
            Err(Error::new(ErrorKind::Config, "the copy to Postgres was cut off").with_source(error))
        })
    }

    /// Sends rows on, while the caller goes on.
    fn copy(&mut self, rows: Rows, place: fn(&mut Self) -> &mut Staging) {
        if rows.count() == 0 {
            return;
        }
        let staging = place(self);
        staging.count += rows.count();
        let make = (!std::mem::replace(&mut staging.is_made, true))
            .then(|| format!("create temp table {} ({})", staging.table.replace("pg_temp.", ""), staging.columns));
        let table = staging.table.clone();
        let writer = Arc::clone(&self.writer);
        self.copying = Some(tokio::spawn(async move {
            let client = writer.client.lock().await;
            copy_into(&client, make.as_deref(), &table, rows.finish()).await.map_err(|error| {
                // A copy that the server refuses can leave the session without an answer to what comes next.
                writer.give_up();
                writer.failed(&error)
            })
        }));
    }

    async fn flush(&mut self) -> Result<(), Error> {
        self.copied().await?;
        let waiting = std::mem::replace(&mut self.waiting, Rows::new());
        self.copy(waiting, |this| &mut this.letters);
        Ok(())
    }

    async fn move_rows(&self, transaction: &mut Transaction<'_>) -> Result<(), tokio_postgres::Error> {
        let table = self.shared.place.table(self.schema.stream);
        let SliceId { connection, marketplace, slice, .. } = &self.id;
        let is_upsert = self.schema.has_own_key() && self.kind != Kind::Snapshot;
        if self.schema.has_own_key() {
            let rows = self.rows.is_made.then_some(&*self.rows.table);
            let key = self.key_without_ordinal();
            let current = Current { id: &self.id, schema: &self.schema, kind: self.kind, rows, key: &key };
            removed::note(transaction, &self.shared.place, &current).await?;
        }
        if self.kind == Kind::Snapshot {
            let of = of(&[Schema::CONNECTION, Schema::MARKETPLACE]);
            transaction.execute(&format!("delete from {table} where {of}"), &[connection, marketplace]).await?;
        } else if !self.schema.has_own_key() {
            let of = of(&[Schema::CONNECTION, Schema::MARKETPLACE, Schema::SLICE]);
            transaction.execute(&format!("delete from {table} where {of}"), &[connection, marketplace, slice]).await?;
        }
        if self.rows.count == 0 {
            return Ok(());
        }
        if is_upsert {
            transaction.execute(&self.remove_repeats(&table), &[connection, marketplace]).await?;
        }
        if !self.schema.has_own_key() {
            transaction.execute(&self.insert(&table, false, false), &[]).await?;
            return Ok(());
        }
        let ways = || locked(&self.shared.ways);
        let mut way = ways().get(self.schema.stream).copied().unwrap_or(Way::Insert);
        while way != Way::Count {
            let attempt = transaction.savepoint("attempt").await?;
            let insert = self.insert(&table, way == Way::Upsert, false);
            match attempt.execute(&insert, &[]).await {
                Ok(moved) if moved == self.rows.count => return attempt.commit().await,
                // Rows with an older cursor were left out, of which one may have had a key that repeats.
                Ok(_) => way = Way::Count,
                Err(error) if is_of_key(&error) => {
                    way = if way == Way::Insert && is_upsert { Way::Upsert } else { Way::Count };
                    ways().insert(self.schema.stream, way);
                }
                Err(error) => return Err(error),
            }
            attempt.rollback().await?;
        }
        transaction.execute(&self.insert(&table, is_upsert, true), &[]).await.map(drop)
    }

    /// Removes the further rows of the keys that the slice has, of which it may have fewer now.
    fn remove_repeats(&self, table: &str) -> String {
        let ordinal = quoted(Schema::ORDINAL);
        let of = of(&[Schema::CONNECTION, Schema::MARKETPLACE]);
        let key = self.key_without_ordinal();
        let values: Vec<_> = key.iter().map(|(name, value)| format!("old.{name} = {value}")).collect();
        format!(
            "delete from {table} as old using {} as new where old.{ordinal} > 0 and {}
             and exists (select 1 from {table} where {of} and {ordinal} > 0)",
            self.rows.table,
            values.join(" and ")
        )
    }

    /// The columns of the key, each with its value in the temporary table `new`.
    fn key_without_ordinal(&self) -> Vec<(String, String)> {
        let columns = self.schema.key.iter().map(|index| &self.schema.columns[*index]);
        let columns = columns.filter(|column| column.name != Schema::ORDINAL);
        columns
            .map(|column| {
                let name = quoted(&column.name);
                let value = format!("coalesce(new.{name}, {})", absent(column.kind));
                (name, value)
            })
            .collect()
    }

    /// Moves the rows. With `counts` the second row of a key within the slice gets the ordinal 1, and so on; without it a key that
    /// repeats is an error. A row that is there already is replaced, unless its cursor is newer.
    fn insert(&self, table: &str, is_upsert: bool, counts: bool) -> String {
        let schema = &self.schema;
        let names: Vec<_> = schema.columns.iter().map(|column| quoted(&column.name)).collect();
        let key_values = self.key_without_ordinal();
        let ordinal = quoted(Schema::ORDINAL);
        let values = names.iter().map(|name| {
            if *name == ordinal && schema.has_own_key() {
                if !counts {
                    return "0".to_owned();
                }
                let parts: Vec<_> = key_values.iter().map(|(_, value)| value.as_str()).collect();
                return format!("row_number() over (partition by {} order by new.{ordinal}) - 1", parts.join(", "));
            }
            let of_key = key_values.iter().find(|(key, _)| key == name);
            of_key.map_or_else(|| format!("new.{name}"), |(_, value)| value.clone())
        });
        let values: Vec<_> = values.collect();
        let mut insert = format!(
            "insert into {table} as old ({}) select {} from {} as new",
            names.join(", "),
            values.join(", "),
            self.rows.table
        );
        if is_upsert {
            let key: Vec<_> = schema.key.iter().map(|index| names[*index].clone()).collect();
            let sets = names.iter().enumerate().filter(|(index, _)| !schema.key.contains(index));
            let sets: Vec<_> = sets.map(|(_, name)| format!("{name} = excluded.{name}")).collect();
            insert += &format!(" on conflict ({}) do update set {}", key.join(", "), sets.join(", "));
            let cursor = Stream::find(schema.stream).ok().and_then(|stream| stream.cursor);
            if let Some(column) = cursor.and_then(|cursor| schema.column(cursor)) {
                // Times as texts have the order of their bytes.
                let order = if type_of(schema.columns[column].kind) == "text" { " collate \"C\"" } else { "" };
                let cursor = &names[column];
                insert += &format!(
                    " where excluded.{cursor} is null or old.{cursor} is null or excluded.{cursor} >= old.{cursor}{order}"
                );
            }
        }
        insert
    }

    /// The state of the slice, and its dead letters.
    async fn note(
        &self,
        transaction: &Transaction<'_>,
        source: SliceSource,
    ) -> Result<SliceState, tokio_postgres::Error> {
        let place = &self.shared.place;
        let SliceId { connection, stream, marketplace, slice } = &self.id;
        let rejected = place.table("_spapi_rejected");
        let of = of(&["connection", "stream", "marketplace", "slice"]);
        transaction
            .execute(&format!("delete from {rejected} where {of}"), &[connection, stream, marketplace, slice])
            .await?;
        gaps::remove(transaction, place, &self.id).await?;
        if self.letters.is_made {
            let insert = format!(
                "insert into {rejected} select $1::text, $2::text, $3::text, $4::text, * from {}",
                self.letters.table
            );
            transaction.execute(&insert, &[connection, stream, marketplace, slice]).await?;
        }
        let (rows, rejected) = (self.rows.count as i64, self.letters.count as i64);
        // Postgres keeps microseconds.
        let now = Timestamp::now();
        let committed_at = now.round(Unit::Microsecond).unwrap_or(now);
        let upsert = format!(
            "insert into {} as state values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1, $10)
             on conflict (connection, stream, marketplace, slice) do update set \"to\" = excluded.\"to\",
                request_id = excluded.request_id, document_id = excluded.document_id, rows = excluded.rows,
                rejected = excluded.rejected, generation = state.generation + 1, committed_at = excluded.committed_at
             returning generation",
            place.table("_spapi_slices")
        );
        let SliceSource { to, request_id, document_id } = &source;
        let state = transaction
            .query_one(
                &upsert,
                &[connection, stream, marketplace, slice, to, request_id, document_id, &rows, &rejected, &committed_at],
            )
            .await?;
        Ok(SliceState {
            id: self.id.clone(),
            source,
            rows: self.rows.count,
            rejected: self.letters.count,
            generation: state.get::<_, i64>(0) as u64,
            committed_at: committed_at.to_string(),
        })
    }
}

impl Staging {
    fn new(table: String, columns: String) -> Self {
        Self { table, columns, is_made: false, count: 0 }
    }
}

async fn copy_into(
    client: &Client,
    make: Option<&str>,
    table: &str,
    bytes: Bytes,
) -> Result<(), tokio_postgres::Error> {
    if let Some(make) = make {
        client.batch_execute(make).await?;
    }
    let sink = client.copy_in::<_, Bytes>(&format!("copy {table} from stdin (format binary)")).await?;
    let mut sink = pin!(sink);
    sink.send(bytes).await?;
    sink.finish().await.map(drop)
}

impl Writing for PostgresWriting {
    fn write(&mut self, batch: Batch) -> BoxFuture<'_, Result<(), Error>> {
        Box::pin(async move {
            let schema = Arc::clone(&self.schema);
            let mut rows = Rows::new();
            let start = self.rows.count;
            for row in &batch.rows {
                // Where the ordinal is counted at the commit, the place of the row stands in its column until then.
                let place = schema.has_own_key().then(|| start + rows.count());
                if let Err((column, why)) = rows.push(&schema, row, place) {
                    self.letter(&column, why, &copy::letter(&schema, row));
                }
            }
            self.copied().await?;
            self.copy(rows, |this| &mut this.rows);
            if self.waiting.size() > LETTERS { self.flush().await } else { Ok(()) }
        })
    }

    fn reject(&mut self, why: Rejected, row: String) -> BoxFuture<'_, Result<(), Error>> {
        self.letter(&why.column, &why.reason, &row);
        Box::pin(async move { if self.waiting.size() > LETTERS { self.flush().await } else { Ok(()) } })
    }

    fn commit(mut self: Box<Self>, source: SliceSource) -> BoxFuture<'static, Result<SliceState, Error>> {
        Box::pin(async move {
            self.flush().await?;
            self.copied().await?;
            let writer = Arc::clone(&self.writer);
            let failed = |error| writer.failed(&error);
            let mut client = writer.client.lock().await;
            let mut transaction = client.transaction().await.map_err(failed)?;
            self.claim.hold(&self.id.connection, &self.shared.place, &writer, &transaction).await?;
            self.move_rows(&mut transaction).await.map_err(failed)?;
            let state = self.note(&transaction, source).await.map_err(failed)?;
            transaction.commit().await.map_err(failed)?;
            Ok(state)
        })
    }
}

impl Drop for PostgresWriting {
    fn drop(&mut self) {
        let (copying, writer) = (self.copying.take(), Arc::clone(&self.writer));
        let tables: Vec<_> =
            [&self.rows, &self.letters].iter().filter(|it| it.is_made).map(|it| it.table.clone()).collect();
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        if tables.is_empty() {
            return;
        }
        runtime.spawn(async move {
            if let Some(copying) = copying {
                let _ = copying.await;
            }
            if !writer.has_ended() {
                // Tables that cannot be removed go with the session.
                let _ = writer
                    .client
                    .lock()
                    .await
                    .batch_execute(&format!("drop table if exists {}", tables.join(", ")))
                    .await;
            }
        });
    }
}
