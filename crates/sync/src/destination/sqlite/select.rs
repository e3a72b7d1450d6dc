//! Reads chosen rows of a file of SQLite that runs have filled, and cannot change it.

use super::{failed, look, of, tables};
use crate::destination::sql::quoted;
use crate::mutex::locked;
use crate::schema::ColumnKind;
use crate::{Schema, Stream, Value};
use rusqlite::types::{Value as Cell, ValueRef};
use rusqlite::{Connection, InterruptHandle, OpenFlags, params_from_iter};
use spapi_core::{Error, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// Reads the tables of a file of SQLite that runs have filled. It opens the file for reading alone, each time anew, so that a run can
/// write meanwhile.
#[derive(Clone, Debug)]
pub struct SqliteReader {
    path: PathBuf,
}

/// Which rows of a stream's table to read.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Select {
    /// The name of the connection whose rows they are.
    pub connection: String,
    /// The stream.
    pub stream: &'static Stream,
    /// The columns, in their order. If there are none, all but those of the connector.
    pub columns: Vec<String>,
    /// The conditions, all of which a row must meet.
    pub conditions: Vec<Condition>,
    /// The column by which the rows are sorted, and whether the greatest comes first. Without it they come as they are stored.
    pub order: Option<(String, bool)>,
    /// How many of them to leave out first.
    pub first: u64,
    /// The most rows to read.
    pub count: u32,
}

impl Select {
    /// The first rows of a table, at most so many.
    pub fn new(connection: impl Into<String>, stream: &'static Stream, count: u32) -> Self {
        Self {
            connection: connection.into(),
            stream,
            columns: Vec::new(),
            conditions: Vec::new(),
            order: None,
            first: 0,
            count,
        }
    }
}

/// What a row must have in a column.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Condition {
    /// The column.
    pub column: String,
    /// How its value is compared.
    pub comparison: Comparison,
    /// The value that it is compared with. It does not count where the comparison needs none.
    pub value: String,
}

impl Condition {
    /// A condition.
    pub fn new(column: impl Into<String>, comparison: Comparison, value: impl Into<String>) -> Self {
        Self { column: column.into(), comparison, value: value.into() }
    }
}

/// How a value is compared: numbers and amounts by their size, everything else as text. Times are texts whose order is that of the
/// times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Comparison {
    /// It is equal.
    Is,
    /// It is another one.
    IsNot,
    /// It is less.
    Less,
    /// It is less or equal.
    AtMost,
    /// It is greater.
    Greater,
    /// It is greater or equal.
    AtLeast,
    /// The text has this part, in any case of the letters A to Z.
    Contains,
    /// There is no value.
    IsEmpty,
    /// There is a value.
    IsNotEmpty,
}

/// The rows that a [`Select`] finds.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Selected {
    /// The names of the columns.
    pub columns: Vec<String>,
    /// The rows. Amounts, times and JSON are texts.
    pub rows: Vec<Vec<Value>>,
    /// Whether there are further rows.
    pub has_more: bool,
}

/// A table of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TableInfo {
    /// The columns, without those of the connector.
    pub columns: Vec<String>,
    /// How many rows of the connection it holds.
    pub rows: u64,
    /// When a slice was committed the last time, in UTC and ISO 8601. `None` if none was.
    pub last_commit: Option<String>,
}

impl SqliteReader {
    /// Opens a file that a run has filled.
    ///
    /// # Errors
    /// When there is no such file, or no run has filled it.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref().to_owned();
        tables::check(&path)?;
        Ok(Self { path })
    }

    /// What the table of a stream holds of a connection. `None` if there is no table.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn table(&self, connection: &str, stream: &'static Stream) -> Result<Option<TableInfo>, Error> {
        let connection = connection.to_owned();
        let read = move |database: &Connection| {
            let mut columns = look::columns(database, stream).map_err(Unread::Failed)?;
            if columns.is_empty() {
                return Ok(None);
            }
            columns.retain(|name| !is_own(name));
            let count = format!("select count(*) from {} where {}", quoted(stream.name), of(&[Schema::CONNECTION]));
            let rows = database.query_row(&count, [&connection], |row| row.get(0)).map_err(Unread::Failed)?;
            let last = "select max(committed_at) from _spapi_slices where connection = ? and stream = ?";
            let last_commit = database
                .query_row(last, [connection.as_str(), stream.name], |row| row.get(0))
                .map_err(Unread::Failed)?;
            Ok(Some(TableInfo { columns, rows, last_commit }))
        };
        self.blocking(read).await
    }

    /// The rows of a table. Dropping the future ends the search in the file.
    ///
    /// # Errors
    /// When there is no table, a column is not in it, a value is not of its column's kind, or the file cannot be read.
    pub async fn select(&self, select: Select) -> Result<Selected, Error> {
        self.blocking(move |database| select.read(database)).await
    }

    async fn blocking<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, Unread> + Send + 'static,
    ) -> Result<T, Error> {
        let path = self.path.clone();
        let running = Running::default();
        let state = Arc::clone(&running.0);
        let done = tokio::task::spawn_blocking(move || {
            let connection =
                Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)
                    .and_then(|connection| connection.busy_timeout(super::BUSY).map(|()| connection))
                    .map_err(|error| failed(&path, error))?;
            {
                let mut state = locked(&state);
                if state.is_dropped {
                    return Err(cut_off());
                }
                state.handle = Some(connection.get_interrupt_handle());
            }
            read(&connection).map_err(|unread| match unread {
                Unread::Failed(error) => failed(&path, error),
                Unread::Refused(error) => *error,
            })
        });
        let result = done.await.unwrap_or_else(|error| Err(cut_off().with_source(error)));
        drop(running);
        result
    }
}

fn cut_off() -> Error {
    Error::new(ErrorKind::Config, "the work on the SQLite file was cut off")
}

/// A search in the file, which ends when nobody waits for it any more.
#[derive(Default)]
struct Running(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    is_dropped: bool,
    handle: Option<InterruptHandle>,
}

impl Drop for Running {
    fn drop(&mut self) {
        let mut state = locked(&self.0);
        state.is_dropped = true;
        if let Some(handle) = &state.handle {
            handle.interrupt();
        }
    }
}

/// Why rows were not read.
enum Unread {
    Failed(rusqlite::Error),
    Refused(Box<Error>),
}

fn refused(message: String, hint: String) -> Unread {
    Unread::Refused(Box::new(Error::new(ErrorKind::Input, message).with_hint(hint)))
}

impl Select {
    fn read(&self, database: &Connection) -> Result<Selected, Unread> {
        let there = look::columns(database, self.stream).map_err(Unread::Failed)?;
        if there.is_empty() {
            return Err(refused(
                format!("there is no table {}", self.stream.name),
                "Run the connection first, or name another table.".to_owned(),
            ));
        }
        let schema = Schema::of(self.stream);
        let table = Table { stream: self.stream, there, schema };
        let columns = match self.columns.as_slice() {
            [] => table.there.iter().filter(|name| !is_own(name)).cloned().collect(),
            chosen => chosen.iter().map(|name| table.column(name)).collect::<Result<Vec<_>, _>>()?,
        };
        let mut values = vec![Cell::Text(self.connection.clone())];
        let mut conditions = vec![of(&[Schema::CONNECTION])];
        for condition in &self.conditions {
            conditions.push(table.condition(condition, &mut values)?);
        }
        let order = match &self.order {
            None => String::new(),
            Some((name, is_descending)) => {
                let column = table.column(name)?;
                let direction = if *is_descending { " desc" } else { "" };
                format!(" order by {}{direction}, rowid", table.compared(&column))
            }
        };
        let selected: Vec<_> = columns.iter().map(|name| quoted(name)).collect();
        let sql = format!(
            "select {} from {} where {}{order} limit {} offset {}",
            selected.join(", "),
            quoted(self.stream.name),
            conditions.join(" and "),
            u64::from(self.count) + 1,
            self.first
        );
        let is_flag: Vec<_> = columns.iter().map(|name| table.kind(name) == Some(ColumnKind::Boolean)).collect();
        let read = || {
            let mut statement = database.prepare(&sql)?;
            let rows = statement.query_map(params_from_iter(&values), |row| {
                (0..columns.len()).map(|index| Ok(value(row.get_ref(index)?, is_flag[index]))).collect()
            })?;
            rows.collect::<rusqlite::Result<Vec<Vec<Value>>>>()
        };
        let mut rows = read().map_err(Unread::Failed)?;
        let has_more = rows.len() > self.count as usize;
        rows.truncate(self.count as usize);
        Ok(Selected { columns, rows, has_more })
    }
}

/// A table with the columns that it has.
struct Table {
    stream: &'static Stream,
    there: Vec<String>,
    schema: Schema,
}

impl Table {
    /// The column of that name, as the table spells it.
    fn column(&self, name: &str) -> Result<String, Unread> {
        self.there.iter().find(|there| there.eq_ignore_ascii_case(name)).cloned().ok_or_else(|| {
            let shown = spapi_types::text::printable(name).up_to(80).to_string();
            refused(
                format!("the table {} has no column {shown}", self.stream.name),
                format!("Its columns are {}.", self.there.join(", ")),
            )
        })
    }

    fn kind(&self, column: &str) -> Option<ColumnKind> {
        self.schema.column(column).map(|index| self.schema.columns[index].kind)
    }

    /// A column in the form in which its values have their order.
    fn compared(&self, column: &str) -> String {
        match self.kind(column) {
            Some(ColumnKind::Decimal) => format!("cast({} as real)", quoted(column)),
            _ => quoted(column),
        }
    }

    fn condition(&self, condition: &Condition, values: &mut Vec<Cell>) -> Result<String, Unread> {
        let column = self.column(&condition.column)?;
        let compared = self.compared(&column);
        let sign = match condition.comparison {
            Comparison::Is => "=",
            Comparison::IsNot => "<>",
            Comparison::Less => "<",
            Comparison::AtMost => "<=",
            Comparison::Greater => ">",
            Comparison::AtLeast => ">=",
            Comparison::IsEmpty => return Ok(format!("coalesce({}, '') = ''", quoted(&column))),
            Comparison::IsNotEmpty => return Ok(format!("coalesce({}, '') <> ''", quoted(&column))),
            Comparison::Contains => {
                values.push(Cell::Text(condition.value.to_ascii_lowercase()));
                return Ok(format!("instr(lower({}), ?) > 0", quoted(&column)));
            }
        };
        values.push(self.value(&column, &condition.value)?);
        Ok(format!("{compared} {sign} ?"))
    }

    /// A value of a condition in the form in which the column has its values.
    fn value(&self, column: &str, text: &str) -> Result<Cell, Unread> {
        let wrong = |wants: &str| {
            let shown = spapi_types::text::printable(text).up_to(80).to_string();
            refused(format!("the column {column} is compared with {wants}, not {shown}"), format!("Give {wants}."))
        };
        match self.kind(column) {
            Some(ColumnKind::Integer) => text.parse().map(Cell::Integer).map_err(|_| wrong("a whole number")),
            Some(ColumnKind::Decimal) => match text.parse::<f64>() {
                Ok(number) if number.is_finite() => Ok(Cell::Real(number)),
                _ => Err(wrong("a number")),
            },
            Some(ColumnKind::Boolean) => match text {
                "true" | "1" => Ok(Cell::Integer(1)),
                "false" | "0" => Ok(Cell::Integer(0)),
                _ => Err(wrong("true or false")),
            },
            _ => Ok(Cell::Text(text.to_owned())),
        }
    }
}

/// Whether a column is the connector's, and not of the row.
fn is_own(name: &str) -> bool {
    [Schema::CONNECTION, Schema::SLICE, Schema::ORDINAL].contains(&name)
}

fn value(cell: ValueRef<'_>, is_flag: bool) -> Value {
    match cell {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) if is_flag => Value::Boolean(number != 0),
        ValueRef::Integer(number) => Value::Integer(number),
        ValueRef::Real(number) => Value::Text(number.to_string()),
        ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) => Value::Text(format!("({} bytes)", bytes.len())),
    }
}
