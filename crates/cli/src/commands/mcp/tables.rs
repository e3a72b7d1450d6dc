//! The tools for the tables that connections fill: which there are, and chosen rows of one.

use super::answer::Answer;
use super::columns::hidden_of_table;
use super::service::Service;
use crate::catalog::{close_to, did_you_mean};
use crate::exit::Failure;
use crate::syncing::file;
use rmcp::schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use spapi_sync::{
    Comparison, Condition, Connection, DestinationSettings, Select, Selected, SqliteReader, Stream, Value as Cell,
};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The most rows of one answer, and those without a number.
pub const MOST_ROWS: u32 = 1000;
pub const USUAL_ROWS: u32 = 50;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(crate = "rmcp::schemars")]
pub struct List {
    /// The name of a connection, if the server has several.
    connection: Option<String>,
    /// Only this table, with its columns.
    table: Option<String>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(crate = "rmcp::schemars")]
pub struct Query {
    /// The name of the connection, if the server has several.
    connection: Option<String>,
    /// The table, such as GET_MERCHANT_LISTINGS_ALL_DATA. list_tables has them.
    table: String,
    /// The columns, in their order. Without them all that may be shown.
    #[serde(default)]
    columns: Vec<String>,
    /// Conditions, all of which a row must meet.
    #[serde(default)]
    conditions: Vec<Where>,
    /// The column by which the rows are sorted.
    order_by: Option<String>,
    /// Whether the greatest comes first.
    #[serde(default)]
    descending: bool,
    /// How many rows to leave out first.
    #[serde(default)]
    first: u64,
    /// The most rows: 50 unless another number up to 1000 is given.
    count: Option<u32>,
}

/// A condition of a row.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(crate = "rmcp::schemars")]
pub struct Where {
    column: String,
    /// Amounts and numbers are compared by their size, times and everything else as text.
    comparison: Sign,
    /// The value; not for "empty" and "not empty".
    #[serde(default)]
    value: Value,
}

#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub enum Sign {
    #[serde(rename = "=")]
    Is,
    #[serde(rename = "!=")]
    IsNot,
    #[serde(rename = "<")]
    Less,
    #[serde(rename = "<=")]
    AtMost,
    #[serde(rename = ">")]
    Greater,
    #[serde(rename = ">=")]
    AtLeast,
    #[serde(rename = "contains")]
    Contains,
    #[serde(rename = "empty")]
    IsEmpty,
    #[serde(rename = "not empty")]
    IsNotEmpty,
}

impl Sign {
    fn comparison(self) -> Comparison {
        match self {
            Self::Is => Comparison::Is,
            Self::IsNot => Comparison::IsNot,
            Self::Less => Comparison::Less,
            Self::AtMost => Comparison::AtMost,
            Self::Greater => Comparison::Greater,
            Self::AtLeast => Comparison::AtLeast,
            Self::Contains => Comparison::Contains,
            Self::IsEmpty => Comparison::IsEmpty,
            Self::IsNotEmpty => Comparison::IsNotEmpty,
        }
    }
}

/// A connection whose tables are in a file of SQLite.
pub struct Source {
    connection: Connection,
    file: PathBuf,
    database: PathBuf,
}

impl Source {
    /// Reads the file of a connection.
    ///
    /// # Errors
    /// When it is not the file of a connection, or its destination is another one than a file of SQLite.
    pub fn open(path: &Path) -> Result<Self, Failure> {
        let connection = file::open(path)?;
        match &connection.destination {
            Some(DestinationSettings::Sqlite(database)) => {
                Ok(Self { database: database.clone(), file: path.to_owned(), connection })
            }
            _ => Err(Failure::usage(format!("{}: destination: models read only files of SQLite", path.display()))
                .with_next("leave this --connection out, or sync it into a file: sqlite = \"FILE\"")),
        }
    }

    /// The reader. The connection may have run for the first time since the server began.
    fn reader(&self) -> Result<SqliteReader, Failure> {
        SqliteReader::open(&self.database).map_err(|error| {
            Failure::from(error).with_next(format!("ask the user to run it: spapi sync run {}", self.file.display()))
        })
    }

    /// The stream whose table has this name.
    fn stream(&self, name: &str) -> Result<&'static Stream, Failure> {
        let known = || self.connection.streams.iter().map(|chosen| chosen.stream.name);
        let found = self.connection.streams.iter().find(|chosen| chosen.stream.name.eq_ignore_ascii_case(name.trim()));
        found.map(|chosen| chosen.stream).ok_or_else(|| {
            let close = did_you_mean(&close_to(name, known()));
            Failure::usage(format!("{} has no table {name:?}{close}", self.connection.name))
                .with_next(format!("its tables are {}", known().collect::<Vec<_>>().join(", ")))
        })
    }
}

/// The connection of this name, or the only one.
fn source<'a>(service: &'a Service, name: Option<&str>) -> Result<&'a Source, Failure> {
    let names = || service.sources.iter().map(|source| source.connection.name.as_str()).collect::<Vec<_>>().join(", ");
    let found = match (name, service.sources.as_slice()) {
        (_, []) => {
            return Err(Failure::usage("this server has no connection whose tables could be read").with_next(
                "ask the person who runs this server to start it with --connection FILE, the file of `spapi sync`",
            ));
        }
        (None, [only]) => Some(only),
        (None, _) => {
            return Err(
                Failure::usage("the server has several connections").with_next(format!("name one: {}", names()))
            );
        }
        (Some(name), all) => all.iter().find(|source| source.connection.name == name),
    };
    found.ok_or_else(|| {
        Failure::usage(format!("there is no connection {:?}", name.unwrap_or_default()))
            .with_next(format!("name one: {}", names()))
    })
}

pub async fn list(service: &Service, list: &List) -> Result<Answer, Failure> {
    let sources: Vec<_> = match &list.connection {
        None if list.table.is_none() && !service.sources.is_empty() => service.sources.iter().collect(),
        name => vec![source(service, name.as_deref())?],
    };
    let mut connections = Vec::new();
    let mut left_out = BTreeSet::new();
    for source in sources {
        let reader = source.reader()?;
        let wanted = list.table.as_deref().map(|name| source.stream(name)).transpose()?;
        let streams = source.connection.streams.iter().map(|chosen| chosen.stream);
        let mut tables = Vec::new();
        for stream in streams.filter(|stream| wanted.is_none_or(|wanted| wanted.name == stream.name)) {
            let held = reader.table(&source.connection.name, stream).await?;
            let mut table = json!({
                "table": stream.name,
                "rows": held.as_ref().map(|table| table.rows),
                "last_commit": held.as_ref().and_then(|table| table.last_commit.clone()),
            });
            if wanted.is_some() {
                let columns = held.map(|table| table.columns).unwrap_or_default();
                let hidden = hidden_of_table(service.shield, stream, &columns);
                table["columns"] =
                    columns.iter().filter(|column| !hidden.contains(*column)).map(String::as_str).collect();
                left_out.extend(hidden);
            }
            tables.push(table);
        }
        let codes = source.connection.marketplaces.iter().map(|marketplace| marketplace.country_code());
        connections.push(json!({
            "connection": source.connection.name,
            "marketplaces": codes.collect::<Vec<_>>(),
            "tables": tables,
        }));
    }
    let next = list.table.is_none().then(|| "call list_tables with a table to see its columns".to_owned());
    Ok(Answer { left_out, ..Answer::known(json!({ "connections": connections })) }.with_more(next))
}

pub async fn query(service: &Service, query: &Query) -> Result<Answer, Failure> {
    let source = source(service, query.connection.as_deref())?;
    let stream = source.stream(&query.table)?;
    let reader = source.reader()?;
    let count = query.count.unwrap_or(USUAL_ROWS);
    if count == 0 || count > MOST_ROWS {
        return Err(Failure::usage(format!("count {count}: give 1 to {MOST_ROWS}")));
    }
    let named = query.columns.iter().chain(query.conditions.iter().map(|one| &one.column)).chain(&query.order_by);
    let named: Vec<_> = named.map(|name| name.to_ascii_lowercase()).collect();
    if let Some(column) = hidden_of_table(service.shield, stream, &named).first() {
        return Err(Failure::usage(format!(
            "the column {column} is not known, or has buyers' data, which this server does not show"
        ))
        .with_next("leave it out; the person who runs this server can start it with --include-buyer-data"));
    }
    let mut select = Select::new(&source.connection.name, stream, count);
    (select.columns, select.first) = (query.columns.clone(), query.first);
    select.order = query.order_by.clone().map(|column| (column, query.descending));
    select.conditions = query.conditions.iter().map(condition).collect::<Result<_, _>>()?;
    let Selected { columns, rows, has_more, .. } = reader.select(select).await?;
    let mut left_out = hidden_of_table(service.shield, stream, &columns);
    // What stands between the rows and around them.
    let mut room = service.size.saturating_sub(4096);
    let mut shown = Vec::new();
    let all = rows.len();
    for row in rows {
        let mut object = Map::new();
        for (name, cell) in columns.iter().zip(row).filter(|(name, _)| !left_out.contains(*name)) {
            object.extend(value(cell).map(|value| (name.clone(), value)));
        }
        let cleaned = service.shield.clean(Value::Object(object));
        left_out.extend(cleaned.left_out);
        let length = cleaned.value.to_string().len() + 1;
        if length > room && !shown.is_empty() {
            break;
        }
        room = room.saturating_sub(length);
        shown.push(cleaned.value);
    }
    let next = query.first + shown.len() as u64;
    let more = (has_more || shown.len() < all).then(|| format!("further rows: the same query with first {next}"));
    let data = json!({ "table": stream.name, "count": shown.len(), "rows": shown });
    Ok(Answer { left_out, list: Some("rows"), ..Answer::foreign(data) }.with_more(more))
}

fn condition(condition: &Where) -> Result<Condition, Failure> {
    let comparison = condition.comparison.comparison();
    let value = match &condition.value {
        Value::Null if matches!(comparison, Comparison::IsEmpty | Comparison::IsNotEmpty) => String::new(),
        Value::String(text) => text.clone(),
        Value::Number(_) | Value::Bool(_) => condition.value.to_string(),
        _ => {
            return Err(Failure::usage(format!("the condition on {} needs a value", condition.column))
                .with_next("give value as a text, a number, or true or false"));
        }
    };
    Ok(Condition::new(&condition.column, comparison, value))
}

/// A cell that is not empty.
fn value(cell: Cell) -> Option<Value> {
    match cell {
        Cell::Integer(number) => Some(number.into()),
        Cell::Boolean(is) => Some(is.into()),
        Cell::Text(text) if !text.is_empty() => Some(text.into()),
        _ => None,
    }
}
