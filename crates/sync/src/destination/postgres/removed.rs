//! Rows that Amazon no longer has.

use super::table::{Place, key_without_ordinal};
use crate::destination::SliceId;
use crate::destination::sql::{literal, quoted};
use crate::{Kind, Schema, Stream};
use jiff::Timestamp;
use tokio_postgres::Transaction;
use tokio_postgres::types::ToSql;

/// The table with their keys.
const TABLE: &str = "_spapi_removed";

/// What a slice has now.
pub(super) struct Current<'a> {
    pub id: &'a SliceId,
    pub schema: &'a Schema,
    pub kind: Kind,
    /// The temporary table with its rows. `None` if it has none.
    pub rows: Option<&'a str>,
}

/// Whether [`note`] has to look when a slice is read again.
pub(super) fn is_noted(stream: &str, kind: Kind) -> bool {
    kind == Kind::Snapshot || Stream::find(stream).is_ok_and(|stream| stream.is_complete())
}

/// Notes the keys of rows that Amazon no longer has, and removes the rows: those of the snapshot before, or of the slice when it
/// was read before, which the new rows lack.
pub(super) async fn note(
    transaction: &Transaction<'_>,
    place: &Place,
    current: &Current<'_>,
) -> Result<(), tokio_postgres::Error> {
    let Current { id, schema, kind, rows } = current;
    let SliceId { connection, stream, marketplace, slice } = id;
    let is_whole = *kind == Kind::Snapshot;
    let table = place.table(schema.stream);
    let names = schema.own_key().map(|index| &schema.columns[index].name);
    let parts: Vec<_> = names.map(|name| format!("{}, old.{}", literal(name), quoted(name))).collect();
    let mut gone = "old.\"_connection\" = $1 and old.\"_marketplace\" = $2".to_owned();
    let mut values: Vec<&(dyn ToSql + Sync)> = vec![connection, marketplace];
    if !is_whole {
        gone += " and old.\"_slice\" = $3";
        values.push(slice);
    }
    if let Some(rows) = rows {
        let same: Vec<_> = key_without_ordinal(schema).iter().map(|name| format!("old.{name} = new.{name}")).collect();
        gone += &format!(" and not exists (select 1 from {rows} as new where {})", same.join(" and "));
    }
    let next = values.len() + 1;
    let now = Timestamp::now();
    let insert = format!(
        "insert into {} select distinct $1::text, ${next}::text, $2::text, ${}::text, jsonb_build_object({}), ${}::timestamptz
         from {table} as old where {gone}",
        place.table(TABLE),
        next + 1,
        parts.join(", "),
        next + 2
    );
    let mut all = values.clone();
    all.extend([stream as &(dyn ToSql + Sync), slice, &now]);
    transaction.execute(&insert, &all).await?;
    transaction.execute(&format!("delete from {table} as old where {gone}"), &values).await.map(drop)
}
