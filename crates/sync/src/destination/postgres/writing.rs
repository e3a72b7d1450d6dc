//! A slice that is being written.

use super::Shared;
use super::claim::Claim;
use super::copy::{self, Rows};
use super::gaps;
use super::removed::{self, Current};
use super::session::Session;
use super::spool::{CopyError, Spool};
use super::table::{key_without_ordinal, of, type_of};
use crate::destination::sql::quoted;
use crate::destination::{SliceId, SliceSource, SliceState, Writing};
use crate::mutex::locked;
use crate::{Batch, Kind, Rejected, Schema, Stream};
use jiff::{Timestamp, Unit};
use spapi_core::{BoxFuture, Error};
use std::sync::Arc;
use tokio_postgres::Transaction;
use tokio_postgres::error::SqlState;

/// The bytes of dead letters that wait in memory.
const LETTERS: usize = 256 * 1024;

/// A slice that is being written to Postgres: its rows wait on this side until the commit.
pub(super) struct PostgresWriting {
    shared: Arc<Shared>,
    writer: Arc<Session>,
    claim: Arc<Claim>,
    id: SliceId,
    schema: Arc<Schema>,
    kind: Kind,
    rows: Spool,
    letters: Spool,
    /// Dead letters that are not in their spool yet.
    waiting: Rows,
}

/// How the rows of a stream with a key of its own get into its table. Each way does what the one before cannot do, and takes
/// twice as long or more. Where a way fails at a key, the index notices, and the next slices of the stream begin with the next
/// way.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// No key of the slice is there: the rows are copied into the table.
    Copy,
    /// Keys may be there, but none repeats within the slice.
    Upsert,
    /// Keys may repeat, and each of their rows gets its ordinal.
    Count,
}

/// The temporary table of a transaction from which rows are moved.
const STAGED: &str = "pg_temp.spapi_staged";
/// The columns of a dead letter.
const LETTER: &str = "connection, stream, marketplace, slice, \"column\", reason, \"row\"";

/// Whether a key was there already, or came twice.
fn is_of_key(error: &tokio_postgres::Error) -> bool {
    [SqlState::UNIQUE_VIOLATION, SqlState::CARDINALITY_VIOLATION].iter().any(|code| error.code() == Some(code))
}

impl PostgresWriting {
    pub fn new(
        shared: Arc<Shared>,
        writer: Arc<Session>,
        claim: Arc<Claim>,
        id: SliceId,
        schema: Arc<Schema>,
        kind: Kind,
    ) -> Self {
        let (rows, letters) = (Spool::new(), Spool::new());
        Self { shared, writer, claim, id, schema, kind, rows, letters, waiting: Rows::new() }
    }

    fn letter(&mut self, column: &str, reason: &str, row: &str) {
        let SliceId { connection, stream, marketplace, slice } = &self.id;
        let [column, reason, row] = [column, reason, row].map(copy::storable);
        self.waiting.texts([connection, stream, marketplace, slice, &*column, &*reason, &*row].into_iter());
    }

    async fn flush(&mut self) -> Result<(), Error> {
        self.letters.add(std::mem::replace(&mut self.waiting, Rows::new())).await
    }

    async fn flush_if_long(&mut self) -> Result<(), Error> {
        if self.waiting.bytes().len() > LETTERS { self.flush().await } else { Ok(()) }
    }

    async fn move_rows(&mut self, transaction: &mut Transaction<'_>) -> Result<(), CopyError> {
        let table = self.shared.place.table(self.schema.stream);
        let SliceId { connection, marketplace, slice, .. } = &self.id;
        let has_own_key = self.schema.has_own_key();
        let is_upsert = has_own_key && self.kind != Kind::Snapshot;
        let was_read = has_own_key && self.was_read(transaction).await?;
        let mut is_staged = false;
        if was_read && removed::is_noted(&self.id.stream, self.kind) {
            is_staged = stage(&mut self.rows, &self.schema, transaction).await?;
            let current =
                Current { id: &self.id, schema: &self.schema, kind: self.kind, rows: is_staged.then_some(STAGED) };
            removed::note(transaction, &self.shared.place, &current).await?;
        }
        if self.kind == Kind::Snapshot {
            let of = of(&[Schema::CONNECTION, Schema::MARKETPLACE]);
            transaction.execute(&format!("delete from {table} where {of}"), &[connection, marketplace]).await?;
        } else if !has_own_key {
            let of = of(&[Schema::CONNECTION, Schema::MARKETPLACE, Schema::SLICE]);
            transaction.execute(&format!("delete from {table} where {of}"), &[connection, marketplace, slice]).await?;
        }
        if self.rows.count() == 0 {
            return Ok(());
        }
        let columns = names(&self.schema).join(", ");
        if !has_own_key {
            return self.rows.copy(transaction, &table, &columns).await;
        }
        let ways = || locked(&self.shared.ways);
        let mut way = ways().get(self.schema.stream).copied().unwrap_or(Way::Copy);
        if way == Way::Copy && is_upsert && was_read {
            // Its rows are there already.
            way = Way::Upsert;
        }
        if way == Way::Copy {
            let attempt = transaction.savepoint("attempt").await?;
            match self.rows.copy(&attempt, &table, &columns).await {
                Err(CopyError::Refused(error)) if is_of_key(&error) => {
                    way = if is_upsert { Way::Upsert } else { Way::Count };
                    ways().insert(self.schema.stream, way);
                }
                copied => {
                    copied?;
                    return Ok(attempt.commit().await?);
                }
            }
            attempt.rollback().await?;
        }
        if !is_staged {
            stage(&mut self.rows, &self.schema, transaction).await?;
        }
        if is_upsert {
            transaction.execute(&self.remove_repeats(&table), &[connection, marketplace]).await?;
        }
        if way == Way::Upsert {
            let attempt = transaction.savepoint("attempt").await?;
            match attempt.execute(&self.insert(&table, true, false), &[]).await {
                Ok(moved) if moved == self.rows.count() => return Ok(attempt.commit().await?),
                // Rows with an older cursor were left out, of which one may have had a key that repeats.
                Ok(_) => {}
                Err(error) if is_of_key(&error) => {
                    ways().insert(self.schema.stream, Way::Count);
                }
                Err(error) => return Err(error.into()),
            }
            attempt.rollback().await?;
        }
        transaction.execute(&self.insert(&table, is_upsert, true), &[]).await?;
        Ok(())
    }

    /// Whether the slice was committed before.
    async fn was_read(&self, transaction: &Transaction<'_>) -> Result<bool, tokio_postgres::Error> {
        let SliceId { connection, stream, marketplace, slice } = &self.id;
        let of = of(&["connection", "stream", "marketplace", "slice"]);
        let known = format!("select 1 from {} where {of}", self.shared.place.table("_spapi_slices"));
        Ok(transaction.query_opt(&known, &[connection, stream, marketplace, slice]).await?.is_some())
    }

    /// Removes the further rows of the keys that the slice has, of which it may have fewer now.
    fn remove_repeats(&self, table: &str) -> String {
        let ordinal = quoted(Schema::ORDINAL);
        let of = of(&[Schema::CONNECTION, Schema::MARKETPLACE]);
        let key = key_without_ordinal(&self.schema);
        let values: Vec<_> = key.iter().map(|name| format!("old.{name} = new.{name}")).collect();
        format!(
            "delete from {table} as old using {STAGED} as new where old.{ordinal} > 0 and {}
             and exists (select 1 from {table} where {of} and {ordinal} > 0)",
            values.join(" and ")
        )
    }

    /// Moves the rows. With `counts` the second row of a key within the slice gets the ordinal 1, and so on; without it a key that
    /// repeats is an error. A row that is there already is replaced, unless its cursor is newer.
    fn insert(&self, table: &str, is_upsert: bool, counts: bool) -> String {
        let schema = &self.schema;
        let names = names(schema);
        let ordinal = quoted(Schema::ORDINAL);
        let values = names.iter().map(|name| match *name == ordinal && counts {
            // A new table has its rows in the order of the copy.
            true => {
                format!("row_number() over (partition by {} order by ctid) - 1", key_without_ordinal(schema).join(", "))
            }
            false => name.clone(),
        });
        let mut insert = format!(
            "insert into {table} as old ({}) select {} from {STAGED}",
            names.join(", "),
            values.collect::<Vec<_>>().join(", ")
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
    async fn note(&mut self, transaction: &Transaction<'_>, source: SliceSource) -> Result<SliceState, CopyError> {
        let place = &self.shared.place;
        let SliceId { connection, stream, marketplace, slice } = &self.id;
        let rejected = place.table("_spapi_rejected");
        let of = of(&["connection", "stream", "marketplace", "slice"]);
        transaction
            .execute(&format!("delete from {rejected} where {of}"), &[connection, stream, marketplace, slice])
            .await?;
        gaps::remove(transaction, place, &self.id).await?;
        if self.letters.count() > 0 {
            self.letters.copy(transaction, &rejected, LETTER).await?;
        }
        let (rows, rejected) = (self.rows.count() as i64, self.letters.count() as i64);
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
            rows: self.rows.count(),
            rejected: self.letters.count(),
            generation: state.get::<_, i64>(0) as u64,
            committed_at: committed_at.to_string(),
        })
    }
}

/// Copies rows into the temporary table. Returns whether there are any.
async fn stage(rows: &mut Spool, schema: &Schema, transaction: &Transaction<'_>) -> Result<bool, CopyError> {
    if rows.count() == 0 {
        return Ok(false);
    }
    let columns = schema.columns.iter().map(|column| format!("{} {}", quoted(&column.name), type_of(column.kind)));
    let columns = columns.collect::<Vec<_>>().join(", ");
    let name = STAGED.replace("pg_temp.", "");
    transaction.batch_execute(&format!("create temp table {name} ({columns}) on commit drop")).await?;
    rows.copy(transaction, STAGED, &names(schema).join(", ")).await?;
    Ok(true)
}

/// The names of all columns.
fn names(schema: &Schema) -> Vec<String> {
    schema.columns.iter().map(|column| quoted(&column.name)).collect()
}

impl Writing for PostgresWriting {
    fn write(&mut self, batch: Batch) -> BoxFuture<'_, Result<(), Error>> {
        Box::pin(async move {
            let schema = Arc::clone(&self.schema);
            let mut rows = Rows::new();
            for row in &batch.rows {
                if let Err((column, why)) = rows.push(&schema, row) {
                    self.letter(&column, why, &copy::letter(&schema, row));
                }
            }
            self.rows.add(rows).await?;
            self.flush_if_long().await
        })
    }

    fn reject(&mut self, why: Rejected, row: String) -> BoxFuture<'_, Result<(), Error>> {
        self.letter(&why.column, &why.reason, &row);
        Box::pin(self.flush_if_long())
    }

    fn commit(mut self: Box<Self>, source: SliceSource) -> BoxFuture<'static, Result<SliceState, Error>> {
        Box::pin(async move {
            self.flush().await?;
            let writer = Arc::clone(&self.writer);
            let failed = |error| writer.failed(&error);
            let mut client = writer.client.lock().await;
            let mut transaction = client.transaction().await.map_err(failed)?;
            self.claim.hold(&self.shared.place, &writer, &transaction).await?;
            let moved = self.move_rows(&mut transaction).await;
            let noted = match moved {
                Ok(()) => self.note(&transaction, source).await,
                Err(error) => Err(error),
            };
            let state = noted.map_err(|error| {
                // A copy that fails can leave the session without an answer to what comes next.
                writer.give_up();
                error.of(&writer)
            })?;
            transaction.commit().await.map_err(failed)?;
            Ok(state)
        })
    }
}
