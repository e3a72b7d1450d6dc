//! The form of the rows of a stream: columns with types, a key, and values.

use crate::{Clock, DocumentForm, Origin, SliceId, Stream};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime as CivilDateTime};
use serde::Serialize;
use spapi_rows::{Kind as RowKind, OwnedValue};
use spapi_types::{DateTime, Decimal};
use std::borrow::Cow;

/// The columns of a stream's table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Schema {
    /// The name of the stream.
    pub stream: &'static str,
    /// The columns. Those of the connector come first: [`CONNECTION`](Self::CONNECTION), [`MARKETPLACE`](Self::MARKETPLACE),
    /// [`SLICE`](Self::SLICE), [`ORDINAL`](Self::ORDINAL) and [`OTHERS`](Self::OTHERS).
    pub columns: Vec<Column>,
    /// The indexes of the columns by which a row is upserted.
    pub key: Vec<usize>,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Column {
    /// Its name, unique in the table.
    pub name: String,
    /// The type of its values.
    pub kind: ColumnKind,
    /// Whether a row may lack it.
    pub nullable: bool,
}

/// The type of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ColumnKind {
    /// Text.
    Text,
    /// A whole number of 64 bits.
    Integer,
    /// An exact number.
    Decimal,
    /// True or false.
    Boolean,
    /// A day of the calendar.
    Date,
    /// A moment, which keeps no zone: it is written in UTC.
    Timestamp,
    /// JSON.
    Json,
}

/// A value of a row.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Value {
    /// None.
    Null,
    /// A text.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// An exact number.
    Decimal(Decimal),
    /// True or false.
    Boolean(bool),
    /// A day, as `2026-01-31`.
    Date(String),
    /// A moment, in microseconds from the start of 1970 in UTC.
    Timestamp(i64),
    /// JSON as text.
    Json(String),
}

impl Value {
    /// Adds the value as text, if there is one: a number with all its digits, a moment such as
    /// `2026-01-31T09:00:00.000000Z`, whose texts have the order of their times.
    pub(crate) fn write_text(&self, out: &mut String) -> bool {
        use std::fmt::Write;
        // Writing to a String cannot fail.
        let _ = match self {
            Self::Null => return false,
            Self::Text(text) | Self::Date(text) | Self::Json(text) => out.write_str(text),
            Self::Integer(number) => write!(out, "{number}"),
            Self::Decimal(number) => write!(out, "{number}"),
            Self::Boolean(is) => write!(out, "{is}"),
            Self::Timestamp(microseconds) => match Timestamp::from_microsecond(*microseconds) {
                Ok(time) => write!(out, "{time:.6}"),
                Err(_) => return false,
            },
        };
        true
    }
}

/// A row with a value that does not fit its column. It goes to the dead letters with its reason.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rejected {
    /// The column.
    pub column: String,
    /// What was expected. It does not repeat the value.
    pub reason: Cow<'static, str>,
}

impl std::fmt::Display for Rejected {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the column {}: {}", self.column, self.reason)
    }
}

impl std::error::Error for Rejected {}

impl Schema {
    /// The name of the connection that read the row.
    pub const CONNECTION: &str = "_connection";
    /// The id of the marketplace; empty if the rows of all come together.
    pub const MARKETPLACE: &str = "_marketplace";
    /// The slice that a row came with: its start as `2026-01-31T00:00:00Z`, or `whole`.
    pub const SLICE: &str = "_slice";
    /// Which of the rows of a slice with the same key it is, from 0.
    pub const ORDINAL: &str = "_ordinal";
    /// What is not known, as a JSON object: of a report the columns as texts, of an object of JSON its other fields.
    pub const OTHERS: &str = "_others";

    /// The columns of the connector, before those of the row.
    pub(crate) const OWN: usize = 5;
    /// The index of [`OTHERS`](Self::OTHERS).
    pub(crate) const OTHERS_INDEX: usize = 4;

    /// The schema of a stream. Without known columns it has those of the connector alone, and `_others` has the whole row.
    pub fn of(stream: &'static Stream) -> Self {
        let mut columns = Self::own_columns();
        let known = stream.row_type().map(|rows| rows.columns).unwrap_or_default();
        columns.extend(known.iter().map(|column| Column {
            name: column.field.to_owned(),
            kind: kind(column.kind),
            nullable: column.nullable,
        }));
        columns.extend(stream.fields.iter().map(|field| Column {
            name: field.name.to_owned(),
            kind: field.kind,
            nullable: true,
        }));
        let place = |name: &str| columns.iter().position(|column| column.name == name);
        let mut key: Vec<usize> = [Self::CONNECTION, Self::MARKETPLACE].into_iter().filter_map(place).collect();
        let own_key: Vec<usize> = stream.key.iter().filter_map(|field| place(field)).collect();
        // A row that has no time of its own has figures of its slice, and the next slice has others.
        let has_time =
            own_key.iter().any(|index| matches!(columns[*index].kind, ColumnKind::Date | ColumnKind::Timestamp));
        let is_of_slice =
            matches!(stream.origin, Origin::Report { .. }) && stream.clock == Some(Clock::Period) && !has_time;
        // Without a key of its own a row is known by its slice, which is replaced as a whole.
        match is_of_slice || own_key.is_empty() || own_key.len() < stream.key.len() {
            true => key.extend(place(Self::SLICE)),
            false => key.extend(own_key),
        }
        key.extend(place(Self::ORDINAL));
        Self { stream: stream.name, columns, key }
    }

    /// The columns of the connector.
    fn own_columns() -> Vec<Column> {
        let own = [
            (Self::CONNECTION, ColumnKind::Text, false),
            (Self::MARKETPLACE, ColumnKind::Text, false),
            (Self::SLICE, ColumnKind::Text, false),
            (Self::ORDINAL, ColumnKind::Integer, false),
            (Self::OTHERS, ColumnKind::Json, true),
        ];
        own.map(|(name, kind, nullable)| Column { name: name.to_owned(), kind, nullable }).into()
    }

    /// The columns of the table of a notification type: those of a [`NotificationRow`](crate::NotificationRow).
    pub fn of_notifications(table: &'static str) -> Self {
        let mut columns = Self::own_columns();
        let fields = [
            ("notification_id", ColumnKind::Text, false),
            ("notification_type", ColumnKind::Text, false),
            ("payload_version", ColumnKind::Text, false),
            ("event_time", ColumnKind::Timestamp, true),
            ("publish_time", ColumnKind::Timestamp, true),
            ("seller_id", ColumnKind::Text, true),
            ("marketplace_id", ColumnKind::Text, true),
            ("payload", ColumnKind::Json, true),
        ];
        columns.extend(fields.map(|(name, kind, nullable)| Column { name: name.to_owned(), kind, nullable }));
        let key = [Self::CONNECTION, Self::MARKETPLACE, "notification_id", Self::ORDINAL];
        let key = key.into_iter().filter_map(|name| columns.iter().position(|column| column.name == name)).collect();
        Self { stream: table, columns, key }
    }

    /// The columns of rows in this [form](crate::RowForm::Document). Such a row is known by its slice and its ordinal.
    pub fn of_documents(stream: &'static Stream, form: &DocumentForm) -> Self {
        let mut schema = Self::of(stream);
        schema.columns.truncate(Self::OWN);
        let fields = form.fields.iter();
        schema.columns.extend(fields.map(|field| Column {
            name: field.clone(),
            kind: ColumnKind::Text,
            nullable: true,
        }));
        let key = [Self::CONNECTION, Self::MARKETPLACE, Self::SLICE, Self::ORDINAL];
        schema.key = key.into_iter().filter_map(|name| schema.column(name)).collect();
        schema
    }

    /// Whether the stream has a key of its own. Without one a row is known by its slice and its ordinal.
    pub fn has_own_key(&self) -> bool {
        !self.key.iter().any(|index| self.columns[*index].name == Self::SLICE)
    }

    /// The indexes of the key's columns that are not the connector's.
    pub(crate) fn own_key(&self) -> impl Iterator<Item = usize> {
        self.key.iter().copied().filter(|index| *index >= Self::OWN)
    }

    /// The index of a column.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    /// A row of the table from the values of a report's columns, each of the column of the same index, and the names and texts
    /// of the columns that are not known. The ordinal is 0 until a [`Batcher`](crate::Batcher) counts it.
    ///
    /// # Errors
    /// When a value does not fit its column, or there are fewer values or more than columns.
    pub fn row<'a>(
        &self,
        id: &SliceId,
        values: &[OwnedValue],
        unknown: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Vec<Value>, Rejected> {
        let columns = &self.columns[Self::OWN..];
        if columns.len() != values.len() {
            return Err(Rejected {
                column: self.stream.to_owned(),
                reason: "the row has not as many values as columns".into(),
            });
        }
        let mut out = Vec::with_capacity(self.columns.len());
        out.push(Value::Text(id.connection.clone()));
        out.push(Value::Text(id.marketplace.clone()));
        out.push(Value::Text(id.slice.clone()));
        out.push(Value::Integer(0));
        out.push(others(unknown));
        for (column, value) in columns.iter().zip(values) {
            let rejected = |reason: &'static str| Rejected { column: column.name.clone(), reason: reason.into() };
            let value = convert(column.kind, value).map_err(rejected)?;
            if value == Value::Null && !column.nullable {
                return Err(rejected("the value is missing"));
            }
            out.push(value);
        }
        Ok(out)
    }

    /// A row in the [form of documents](crate::RowForm::Document) from its JSON, with the texts of the further columns.
    pub(crate) fn document(
        &self,
        id: &SliceId,
        json: String,
        fields: impl IntoIterator<Item = Option<String>>,
    ) -> Vec<Value> {
        let mut out = vec![
            Value::Text(id.connection.clone()),
            Value::Text(id.marketplace.clone()),
            Value::Text(id.slice.clone()),
            Value::Integer(0),
            Value::Json(json),
        ];
        out.extend(fields.into_iter().map(|field| field.map_or(Value::Null, Value::Text)));
        out
    }
}

fn kind(kind: RowKind) -> ColumnKind {
    match kind {
        RowKind::Integer => ColumnKind::Integer,
        RowKind::Decimal | RowKind::LocalDecimal => ColumnKind::Decimal,
        RowKind::Boolean => ColumnKind::Boolean,
        RowKind::Date => ColumnKind::Date,
        RowKind::DateTime => ColumnKind::Timestamp,
        _ => ColumnKind::Text,
    }
}

fn convert(kind: ColumnKind, value: &OwnedValue) -> Result<Value, &'static str> {
    Ok(match (kind, value) {
        (_, OwnedValue::Null) => Value::Null,
        (ColumnKind::Text, OwnedValue::Text(text)) => Value::Text(text.clone()),
        (ColumnKind::Integer, OwnedValue::Integer(number)) => Value::Integer(*number),
        (ColumnKind::Decimal, OwnedValue::Decimal(number)) => Value::Decimal(*number),
        (ColumnKind::Decimal, OwnedValue::Integer(number)) => Value::Decimal(Decimal::from(*number)),
        (ColumnKind::Boolean, OwnedValue::Boolean(is)) => Value::Boolean(*is),
        (ColumnKind::Date, OwnedValue::DateTime(time)) => Value::Date(day(time)?),
        (ColumnKind::Timestamp, OwnedValue::DateTime(time)) => Value::Timestamp(microseconds(time)?),
        _ => return Err("the value has another type than the column"),
    })
}

/// The day that a text names, in its own zone. A month such as `10/2026`, which reports by months have, is its first day.
pub(crate) fn day(time: &DateTime) -> Result<String, &'static str> {
    let text = time.as_str().trim();
    let day = text.parse::<CivilDateTime>().map(|time| time.date()).or_else(|_| text.parse::<Date>());
    let of_month = || {
        let (month, year) = text.split_once('/')?;
        Date::new(year.parse().ok().filter(|_| year.len() == 4)?, month.parse().ok()?, 1).ok()
    };
    day.ok().or_else(of_month).map(|day| day.to_string()).ok_or("expected a date")
}

/// The moment that a text names. A text without a zone is one in UTC.
pub(crate) fn microseconds(time: &DateTime) -> Result<i64, &'static str> {
    const WANTED: &str = "expected a date and time";
    if let Ok(moment) = time.as_str().trim().parse::<Timestamp>() {
        return Ok(moment.as_microsecond());
    }
    let moment = time.to_system_time().map_err(|_| WANTED)?;
    Timestamp::try_from(moment).map(|moment| moment.as_microsecond()).map_err(|_| WANTED)
}

/// Unknown columns as a JSON object. A name that comes twice has a number behind it.
fn others<'a>(unknown: impl IntoIterator<Item = (&'a str, &'a str)>) -> Value {
    let mut object = serde_json::Map::new();
    for (name, value) in unknown {
        let mut free = name.to_owned();
        let mut count = 1;
        while object.contains_key(&free) {
            count += 1;
            free = format!("{name} ({count})");
        }
        object.insert(free, serde_json::Value::String(value.to_owned()));
    }
    if object.is_empty() { Value::Null } else { Value::Json(serde_json::Value::Object(object).to_string()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use spapi_rows::JsonReader;

    fn schema(stream: &str) -> Schema {
        Schema::of(Stream::find(stream).unwrap())
    }

    fn id(marketplace: &str) -> SliceId {
        SliceId { marketplace: marketplace.to_owned(), ..SliceId::default() }
    }

    fn key(schema: &Schema) -> Vec<&str> {
        schema.key.iter().map(|index| schema.columns[*index].name.as_str()).collect()
    }

    #[test]
    fn columns_have_real_types_and_names_of_their_own() {
        let listings = schema("GET_MERCHANT_LISTINGS_ALL_DATA");
        let kind = |name: &str| listings.columns[listings.column(name).unwrap()].kind;
        assert_eq!((kind("price"), kind("quantity")), (ColumnKind::Decimal, ColumnKind::Integer));
        assert_eq!((kind("seller_sku"), kind("open_date")), (ColumnKind::Text, ColumnKind::Timestamp));
        assert_eq!(key(&listings), ["_connection", "_marketplace", "seller_sku", "_ordinal"]);
        assert_eq!(key(&schema("GET_LEDGER_DETAIL_VIEW_DATA")), ["_connection", "_marketplace", "_slice", "_ordinal"]);
        assert_eq!(key(&schema("Orders")), ["_connection", "_marketplace", "AmazonOrderId", "_ordinal"]);
        // The figures of a product are of the whole slice.
        let slice = ["_connection", "_marketplace", "_slice", "_ordinal"];
        for figures in ["GET_SALES_AND_TRAFFIC_REPORT", "GET_BRAND_ANALYTICS_SEARCH_TERMS_REPORT"] {
            assert_eq!(key(&schema(figures)), slice, "{figures}");
        }
        let by_date = key(&schema("GET_SALES_AND_TRAFFIC_REPORT_BY_DATE")).join(" ");
        assert_eq!(by_date, "_connection _marketplace date _ordinal");
        for stream in Stream::all() {
            let schema = Schema::of(stream);
            let mut names: Vec<_> = schema.columns.iter().map(|column| column.name.to_ascii_lowercase()).collect();
            names.sort();
            names.dedup();
            assert_eq!(names.len(), schema.columns.len(), "{}", stream.name);
            assert!(schema.key.len() >= 4, "{}", stream.name);
        }
    }

    #[test]
    fn a_row_has_a_value_for_each_column_and_keeps_what_is_not_known() {
        let stream = Stream::find("GET_VENDOR_REAL_TIME_INVENTORY_REPORT").unwrap();
        let schema = Schema::of(stream);
        let mut reader = JsonReader::of(stream.row_type().unwrap());
        reader.push(
            br#"{"reportData": [{"startTime": "2026-01-01T09:00:00+09:00", "endTime": "2026-01-01T01:00:00Z",
            "asin": "B000000001", "highlyAvailableInventory": 3, "new": "x"}]}"#,
        );
        reader.end();
        let row = reader.try_next().unwrap().unwrap();
        let values = schema.row(&id("A1VC38T7YXB528"), row.values(), [("new", "x"), ("new", "y")]).unwrap();
        assert_eq!(values.len(), schema.columns.len());
        let value = |name: &str| &values[schema.column(name).unwrap()];
        assert_eq!(value("asin"), &Value::Text("B000000001".to_owned()));
        assert_eq!(value("start_time"), &Value::Timestamp(1_767_225_600_000_000));
        assert_eq!(value(Schema::OTHERS), &Value::Json("{\"new\":\"x\",\"new (2)\":\"y\"}".to_owned()));
        assert_eq!(value(Schema::MARKETPLACE), &Value::Text("A1VC38T7YXB528".to_owned()));
    }

    #[test]
    fn a_value_that_does_not_fit_rejects_the_row_with_its_column() {
        let time = |text: &str| OwnedValue::DateTime(DateTime::from(text));
        assert_eq!(convert(ColumnKind::Date, &time("2026-01-02")), Ok(Value::Date("2026-01-02".to_owned())));
        let zoned = convert(ColumnKind::Date, &time("2026-01-02T23:00:00-08:00"));
        assert_eq!(zoned, Ok(Value::Date("2026-01-02".to_owned())));
        assert_eq!(convert(ColumnKind::Timestamp, &time("1970-01-01T00:00:01Z")), Ok(Value::Timestamp(1_000_000)));
        assert_eq!(convert(ColumnKind::Timestamp, &time("1970-01-01")), Ok(Value::Timestamp(0)));
        assert_eq!(convert(ColumnKind::Date, &time("10/2026")), Ok(Value::Date("2026-10-01".to_owned())));
        for wrong in ["08/07/16", "13/2026", "10/26", "x/2026"] {
            assert_eq!(convert(ColumnKind::Date, &time(wrong)), Err("expected a date"), "{wrong}");
        }
        assert_eq!(convert(ColumnKind::Timestamp, &time("soon")), Err("expected a date and time"));
        assert!(convert(ColumnKind::Integer, &OwnedValue::Text("x".to_owned())).is_err());
        let schema = schema("GET_VENDOR_REAL_TIME_INVENTORY_REPORT");
        let rejected = schema.row(&id("m"), &[OwnedValue::Null], []).unwrap_err();
        assert!(rejected.to_string().contains("as many values"), "{rejected}");
        let mut values = vec![OwnedValue::Null; schema.columns.len() - Schema::OWN];
        values[0] = time("soon");
        let rejected = schema.row(&id("m"), &values, []).unwrap_err();
        assert_eq!((rejected.column.as_str(), &*rejected.reason), ("start_time", "expected a date and time"));
    }
}
