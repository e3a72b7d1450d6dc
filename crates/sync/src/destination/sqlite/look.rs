//! Shows rows of a file of SQLite that runs have filled.

use super::tables::has_table;
use super::{Sqlite, failed, of};
use crate::destination::sql::quoted;
use crate::{Schema, Stream};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row, params_from_iter};
use spapi_core::Error;

/// A part of the rows of a table, as texts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Page {
    /// The names of the columns.
    pub columns: Vec<String>,
    /// The rows. A cell is `None` if it is null.
    pub rows: Vec<Vec<Option<String>>>,
}

/// A row that did not fit, from the dead letters.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeadLetter {
    /// The name of its stream.
    pub stream: String,
    /// Amazon's id of the marketplace; empty if the rows of all come together.
    pub marketplace: String,
    /// The name of its slice.
    pub slice: String,
    /// The column that did not fit.
    pub column: String,
    /// Why.
    pub reason: String,
    /// The text of the row.
    pub row: String,
}

impl Sqlite {
    /// Rows of a stream and a marketplace, those of the newest slice first. `None` if there is no table. The marketplace is empty if the rows of
    /// all come together.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn page(
        &self,
        connection: &str,
        stream: &'static Stream,
        marketplace: &str,
        (first, count): (u64, u32),
    ) -> Result<Option<Page>, Error> {
        let place = [connection.to_owned(), marketplace.to_owned()];
        let read = move |database: &Connection| {
            let columns = columns(database, stream)?;
            if columns.is_empty() {
                return Ok(None);
            }
            let select = format!(
                "select * from {} where {} order by {} desc, rowid limit {count} offset {first}",
                quoted(stream.name),
                of(&[Schema::CONNECTION, Schema::MARKETPLACE]),
                quoted(Schema::SLICE)
            );
            let rows = rows(database, &select, &place, columns.len())?;
            Ok(Some(Page { columns, rows }))
        };
        self.shared
            .blocking(move |shared, inner| read(&inner.connection).map_err(|error| failed(&shared.path, error)))
            .await
    }

    /// Cells of these columns, of the rows of a stream and a marketplace whose first of the columns is `since` or after it, in that column's order:
    /// at most `most` rows. A column that the table lacks is null. `None` if there is no table.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn cells(
        &self,
        connection: &str,
        stream: &'static Stream,
        marketplace: &str,
        columns_wanted: &'static [&'static str],
        (since, most): (String, u32),
    ) -> Result<Option<Vec<Vec<Option<String>>>>, Error> {
        let place = [connection.to_owned(), marketplace.to_owned(), since];
        let read = move |database: &Connection| {
            let there = columns(database, stream)?;
            let Some(first) = columns_wanted.first().filter(|first| there.iter().any(|name| name == *first)) else {
                return Ok((!there.is_empty()).then(Vec::new));
            };
            let select = columns_wanted.iter().map(|name| match there.iter().any(|there| there == name) {
                true => quoted(name),
                false => "null".to_owned(),
            });
            let select = format!(
                "select {} from {} where {} and {first} >= ? order by {first} desc limit {most}",
                select.collect::<Vec<_>>().join(", "),
                quoted(stream.name),
                of(&[Schema::CONNECTION, Schema::MARKETPLACE]),
                first = quoted(first),
            );
            rows(database, &select, &place, columns_wanted.len()).map(Some)
        };
        self.shared
            .blocking(move |shared, inner| read(&inner.connection).map_err(|error| failed(&shared.path, error)))
            .await
    }

    /// The rows of a connection that did not fit, those of the newest slice first.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn dead_letters(&self, connection: &str, (first, count): (u64, u32)) -> Result<Vec<DeadLetter>, Error> {
        let place = [connection.to_owned()];
        let read = move |database: &Connection| {
            let select = format!(
                "select stream, marketplace, slice, \"column\", reason, row from _spapi_rejected where connection = ? \
                 order by slice desc, rowid limit {count} offset {first}"
            );
            let mut statement = database.prepare(&select)?;
            let letters = statement.query_map(params_from_iter(&place), |row| {
                Ok(DeadLetter {
                    stream: row.get(0)?,
                    marketplace: row.get(1)?,
                    slice: row.get(2)?,
                    column: row.get(3)?,
                    reason: row.get(4)?,
                    row: row.get(5)?,
                })
            })?;
            letters.collect::<rusqlite::Result<Vec<_>>>()
        };
        self.shared
            .blocking(move |shared, inner| read(&inner.connection).map_err(|error| failed(&shared.path, error)))
            .await
    }
}

/// The columns of a stream's table. Empty if there is none.
pub(super) fn columns(database: &Connection, stream: &Stream) -> rusqlite::Result<Vec<String>> {
    if !has_table(database, stream.name)? {
        return Ok(Vec::new());
    }
    let mut statement = database.prepare("select name from pragma_table_info(?) order by cid")?;
    statement.query_map([stream.name], |row| row.get(0))?.collect()
}

fn rows(
    database: &Connection,
    select: &str,
    place: &[String],
    width: usize,
) -> rusqlite::Result<Vec<Vec<Option<String>>>> {
    let mut statement = database.prepare(select)?;
    let rows =
        statement.query_map(params_from_iter(place), |row| (0..width).map(|index| cell(row, index)).collect())?;
    rows.collect()
}

fn cell(row: &Row<'_>, index: usize) -> rusqlite::Result<Option<String>> {
    Ok(match row.get_ref(index)? {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(number.to_string()),
        ValueRef::Real(number) => Some(number.to_string()),
        ValueRef::Text(text) => Some(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) => Some(format!("({} bytes)", bytes.len())),
    })
}
