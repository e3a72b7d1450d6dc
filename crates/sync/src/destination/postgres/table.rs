//! The tables of a schema of the database.

use super::session::Session;
use crate::destination::sql::quoted;
use crate::schema::{Column, ColumnKind};
use crate::{Kind, Schema};
use spapi_core::{Error, ErrorKind};
use tokio_postgres::Client;

/// The tables of the state, in the order in which they are made.
const STATE: [&str; 5] = ["_spapi_slices", "_spapi_rejected", "_spapi_removed", "_spapi_gaps", "_spapi_runs"];

/// A schema of the database.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub schema: String,
}

impl Place {
    /// A table's name in a statement.
    pub fn table(&self, name: &str) -> String {
        format!("{}.{}", quoted(&self.schema), quoted(name))
    }

    /// Whether the tables of the state are there.
    pub async fn has_state(&self, client: &Client) -> Result<bool, tokio_postgres::Error> {
        let found = client
            .query_one(
                "select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace
                 where n.nspname = $1 and c.relname = any($2)",
                &[&self.schema, &STATE.as_slice()],
            )
            .await?;
        Ok(found.get::<_, i64>(0) == STATE.len() as i64)
    }

    /// Makes the schema and the tables of the state if they are missing.
    pub async fn prepare(&self, client: &Client) -> Result<(), tokio_postgres::Error> {
        if self.has_state(client).await? {
            return Ok(());
        }
        // Postgres asks for the right to make a schema even if it exists.
        let has_schema = client.query_opt("select 1 from pg_namespace where nspname = $1", &[&self.schema]).await?;
        let schema = match has_schema {
            Some(_) => String::new(),
            None => format!("create schema if not exists {};", quoted(&self.schema)),
        };
        let [slices, rejected, removed, gaps, runs] = STATE.map(|name| self.table(name));
        let key = "connection text collate \"C\" not null, stream text collate \"C\" not null,
                   marketplace text collate \"C\" not null, slice text collate \"C\" not null";
        let tables = format!(
            "{}
             {schema}
             create table if not exists {slices} (
                {key},
                \"to\" text not null, request_id text not null, document_id text not null,
                rows bigint not null, rejected bigint not null, generation bigint not null,
                committed_at timestamptz not null,
                primary key (connection, stream, marketplace, slice)
             );
             create table if not exists {rejected} (
                {key},
                \"column\" text not null, reason text not null, \"row\" text not null
             );
             create index if not exists \"_spapi_rejected_by_slice\" on {rejected} (connection, stream, marketplace, slice);
             create table if not exists {removed} (
                {key},
                \"key\" jsonb not null, removed_at timestamptz not null
             );
             create table if not exists {gaps} (
                {key},
                \"to\" text not null, reason text not null, attempts bigint not null, failed_at timestamptz not null,
                not_before timestamptz,
                primary key (connection, stream, marketplace, slice)
             );
             create table if not exists {runs} (
                connection text collate \"C\" not null primary key, epoch bigint not null, begun_at timestamptz not null
             );",
            self.alone()
        );
        // Statements that are sent together are one transaction.
        client.batch_execute(&tables).await
    }

    /// Lets one program at a time change the schema, until the end of the transaction: two that make the same table at once
    /// would fail.
    pub fn alone(&self) -> String {
        format!("select pg_advisory_xact_lock({});", super::key_of(&["schema", &self.schema]))
    }

    /// Makes the table of a stream, or adds the columns that it lacks.
    pub async fn fit(&self, session: &Session, client: &Client, schema: &Schema, kind: Kind) -> Result<(), Error> {
        let failed = |error| session.failed(&error);
        let table = self.table(schema.stream);
        let mut found = self.columns(client, schema.stream).await.map_err(failed)?;
        if found.is_empty() {
            let definitions: Vec<_> = (0..schema.columns.len()).map(|index| definition(schema, index)).collect();
            let key: Vec<_> = schema.key.iter().map(|index| quoted(&schema.columns[*index].name)).collect();
            let key = key.join(", ");
            // Rows of a key that repeats are few, and each commit looks for them.
            let repeats = match kind == Kind::Snapshot || !schema.has_own_key() {
                true => String::new(),
                false => format!("create index on {table} ({key}) where {} > 0;", quoted(Schema::ORDINAL)),
            };
            let create = format!(
                "{} create table {table} ({}, primary key ({key})); {repeats}",
                self.alone(),
                definitions.join(", ")
            );
            match client.batch_execute(&create).await {
                // Another run was faster.
                Err(error) if error.code() == Some(&tokio_postgres::error::SqlState::DUPLICATE_TABLE) => {}
                made => return made.map_err(failed),
            }
            found = self.columns(client, schema.stream).await.map_err(failed)?;
        }
        self.check(schema, &found)?;
        let missing =
            schema.columns.iter().enumerate().filter(|(_, column)| !found.iter().any(|it| it.name == column.name));
        let added: Vec<_> =
            missing.map(|(index, _)| format!("add column if not exists {}", definition(schema, index))).collect();
        if added.is_empty() {
            return Ok(());
        }
        let alter = format!("{} alter table {table} {};", self.alone(), added.join(", "));
        client.batch_execute(&alter).await.map_err(failed)
    }

    fn check(&self, schema: &Schema, found: &[Found]) -> Result<(), Error> {
        let name = format!("{}.{}", self.schema, schema.stream);
        let wrong = |what: String, hint: &str| Err(Error::new(ErrorKind::Config, what).with_hint(hint.to_owned()));
        if found.iter().any(|column| !column.is_of_table) {
            return wrong(
                format!("{name} of the Postgres database is not a table"),
                "Give another schema, or rename what has the name.",
            );
        }
        let key: Vec<_> = found.iter().filter(|column| column.is_key).collect();
        let is_key = |column: &&Found| schema.key.iter().any(|index| schema.columns[*index].name == column.name);
        if key.len() != schema.key.len() || !key.iter().all(is_key) {
            return wrong(
                format!("the Postgres database has a table {name} with another key"),
                "It is of another program or version. Give another schema, or remove the table and its slices.",
            );
        }
        for column in &schema.columns {
            let wanted = type_of(column.kind);
            if let Some(other) = found.iter().find(|it| it.name == column.name && it.kind != wanted) {
                return wrong(
                    format!(
                        "the column {} of the table {name} is {}, and the stream has {wanted}",
                        column.name, other.kind
                    ),
                    "Change its type with alter table, or give another schema. A view can show it in any type.",
                );
            }
        }
        Ok(())
    }

    /// The columns of a table. None if there is no table.
    async fn columns(&self, client: &Client, table: &str) -> Result<Vec<Found>, tokio_postgres::Error> {
        let rows = client
            .query(
                "select a.attname::text, format_type(a.atttypid, a.atttypmod),
                    coalesce(a.attnum = any(i.indkey), false), c.relkind in ('r', 'p')
                 from pg_class c
                 join pg_namespace n on n.oid = c.relnamespace
                 join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
                 left join pg_index i on i.indrelid = c.oid and i.indisprimary
                 where n.nspname = $1 and c.relname = $2",
                &[&self.schema, &table],
            )
            .await?;
        let found = |row: &tokio_postgres::Row| Found {
            name: row.get(0),
            kind: row.get(1),
            is_key: row.get(2),
            is_of_table: row.get(3),
        };
        Ok(rows.iter().map(found).collect())
    }
}

/// A column that the database has.
struct Found {
    name: String,
    kind: String,
    is_key: bool,
    is_of_table: bool,
}

/// A column of a table. Texts of a key have the order of their bytes, which is fast and the same on each system.
fn definition(schema: &Schema, index: usize) -> String {
    let Column { name, kind, .. } = &schema.columns[index];
    let (name, of) = (quoted(name), type_of(*kind));
    match (schema.key.contains(&index), kind) {
        (false, _) => format!("{name} {of}"),
        (true, ColumnKind::Text) => format!("{name} {of} collate \"C\" not null default {}", absent(*kind)),
        (true, _) => format!("{name} {of} not null default {}", absent(*kind)),
    }
}

/// The same as `copy::absent`, for rows that other programs add.
fn absent(kind: ColumnKind) -> &'static str {
    match kind {
        ColumnKind::Text => "''",
        ColumnKind::Integer | ColumnKind::Decimal => "0",
        ColumnKind::Boolean => "false",
        ColumnKind::Date => "'1900-01-01'",
        ColumnKind::Timestamp => "'1900-01-01T00:00:00Z'",
        ColumnKind::Json => "'null'",
    }
}

/// The type of a column, as Postgres names it.
pub(super) fn type_of(kind: ColumnKind) -> &'static str {
    match kind {
        ColumnKind::Text => "text",
        ColumnKind::Integer => "bigint",
        ColumnKind::Decimal => "numeric",
        ColumnKind::Boolean => "boolean",
        ColumnKind::Date => "date",
        ColumnKind::Timestamp => "timestamp with time zone",
        ColumnKind::Json => "jsonb",
    }
}

/// The columns of a stream's key without the ordinal.
pub(super) fn key_without_ordinal(schema: &Schema) -> Vec<String> {
    let columns = schema.key.iter().map(|index| &schema.columns[*index]);
    columns.filter(|column| column.name != Schema::ORDINAL).map(|column| quoted(&column.name)).collect()
}

/// The condition that columns have the values of the first parameters.
pub(super) fn of(columns: &[&str]) -> String {
    let conditions = columns.iter().enumerate().map(|(index, name)| format!("{} = ${}", quoted(name), index + 1));
    conditions.collect::<Vec<_>>().join(" and ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Stream;

    #[test]
    fn what_is_absent_in_a_key_is_the_default_of_its_column() {
        use crate::Value::{Boolean, Date, Decimal, Integer, Json, Text, Timestamp};
        use ColumnKind as Kind;
        for kind in [Kind::Text, Kind::Integer, Kind::Decimal, Kind::Boolean, Kind::Date, Kind::Timestamp, Kind::Json] {
            let shown = match super::super::copy::absent(kind) {
                Text(text) | Date(text) | Json(text) => format!("'{text}'"),
                Integer(number) => number.to_string(),
                Decimal(number) => number.to_string(),
                Boolean(is) => is.to_string(),
                Timestamp(time) => format!("'{}'", jiff::Timestamp::from_microsecond(time).unwrap()),
                crate::Value::Null => String::new(),
            };
            assert_eq!(shown, absent(kind), "{kind:?}");
        }
    }

    #[test]
    fn names_are_short_enough_to_be_kept_whole() {
        for stream in Stream::all() {
            assert!(stream.name.len() <= 63, "{}", stream.name);
            for column in Schema::of(stream).columns {
                assert!(column.name.len() <= 63, "{}: {}", stream.name, column.name);
            }
        }
        assert_eq!(quoted("a\"b"), "\"a\"\"b\"");
    }
}
