//! The messages of a tap, a line of JSON each.

use crate::{ColumnKind, Schema, Stream, Value};
use jiff::Timestamp;
use serde_json::{Map, Value as Json, json};
use std::fmt::Write;

/// The JSON schema of a column.
pub(super) fn property(schema: &Schema, index: usize) -> Json {
    let column = &schema.columns[index];
    let (mut types, format) = match column.kind {
        ColumnKind::Text => (vec!["string"], None),
        ColumnKind::Integer => (vec!["integer"], None),
        ColumnKind::Decimal => (vec!["number"], None),
        ColumnKind::Boolean => (vec!["boolean"], None),
        ColumnKind::Date => (vec!["string"], Some("date")),
        ColumnKind::Timestamp => (vec!["string"], Some("date-time")),
        ColumnKind::Json => (vec!["object", "array"], None),
    };
    if column.nullable && !schema.key.contains(&index) {
        types.push("null");
    }
    let mut property = Map::new();
    property.insert("type".to_owned(), json!(types));
    property.extend(format.map(|format| ("format".to_owned(), json!(format))));
    Json::Object(property)
}

/// A SCHEMA message.
pub(super) fn schema(schema: &Schema, cursor: Option<&str>) -> Json {
    let names = schema.columns.iter().enumerate().map(|(index, column)| (column.name.clone(), property(schema, index)));
    let key: Vec<_> = schema.key.iter().map(|index| &*schema.columns[*index].name).collect();
    json!({
        "type": "SCHEMA",
        "stream": schema.stream,
        "schema": { "type": "object", "properties": names.collect::<Map<_, _>>() },
        "key_properties": key,
        "bookmark_properties": cursor.into_iter().collect::<Vec<_>>(),
    })
}

/// The lines of records of a stream.
pub(super) struct Records {
    /// The part before the first value.
    head: String,
    /// The names of the columns, each with the signs around it.
    names: Vec<String>,
    /// What a value of each column is where the row has none.
    absent: Vec<&'static str>,
}

impl Records {
    /// `version` is that of a snapshot.
    pub fn new(schema: &Schema, extracted: Timestamp, version: Option<i64>) -> Self {
        let version = version.map(|version| format!("\"version\":{version},")).unwrap_or_default();
        let head = format!(
            "{{\"type\":\"RECORD\",\"stream\":{},\"time_extracted\":\"{extracted:.6}\",{version}\"record\":",
            Json::from(schema.stream)
        );
        let names = schema.columns.iter().enumerate();
        let names = names.map(|(index, column)| {
            let before = if index == 0 { '{' } else { ',' };
            format!("{before}{}:", Json::from(&*column.name))
        });
        let absent = schema
            .columns
            .iter()
            .enumerate()
            .map(|(index, column)| if !schema.key.contains(&index) { "null" } else { absent_in_key(column.kind) });
        Self { head, names: names.collect(), absent: absent.collect() }
    }

    /// Adds the line of a row.
    pub fn line(&self, row: &[Value], out: &mut String) {
        out.push_str(&self.head);
        for (index, (name, value)) in self.names.iter().zip(row).enumerate() {
            out.push_str(name);
            self.value(index, value, out);
        }
        out.push_str("}}\n");
    }

    /// Adds the value of the column of this index.
    pub fn value(&self, index: usize, value: &Value, out: &mut String) {
        push(out, value, self.absent[index]);
    }
}

/// The value of a column of the key where the row has none: a target's key takes no null.
fn absent_in_key(kind: ColumnKind) -> &'static str {
    match kind {
        ColumnKind::Text => "\"\"",
        ColumnKind::Integer | ColumnKind::Decimal => "0",
        ColumnKind::Boolean => "false",
        ColumnKind::Date => "\"0001-01-01\"",
        ColumnKind::Timestamp => "\"0001-01-01T00:00:00.000000Z\"",
        ColumnKind::Json => "{}",
    }
}

fn push(out: &mut String, value: &Value, absent: &str) {
    // Writing to a text cannot fail.
    let _ = match value {
        Value::Null => write!(out, "{absent}"),
        Value::Text(text) | Value::Date(text) => write!(out, "{}", Json::from(&**text)),
        Value::Integer(number) => write!(out, "{number}"),
        Value::Decimal(number) => write!(out, "{number}"),
        Value::Boolean(is) => write!(out, "{is}"),
        Value::Timestamp(microseconds) => match Timestamp::from_microsecond(*microseconds) {
            Ok(moment) => write!(out, "\"{moment:.6}\""),
            Err(_) => write!(out, "{absent}"),
        },
        Value::Json(json) => write!(out, "{json}"),
    };
}

/// The name of the stream of rows that do not fit.
pub(super) const REJECTED: &str = "_spapi_rejected";

/// The SCHEMA message of the rows that do not fit.
pub(super) fn rejected_schema() -> Json {
    let text = json!({ "type": ["string"] });
    json!({
        "type": "SCHEMA",
        "stream": REJECTED,
        "schema": { "type": "object", "properties": {
            "connection": text, "stream": text, "marketplace": text, "slice": text, "ordinal": { "type": ["integer"] },
            "column": text, "reason": text, "row": text,
        } },
        "key_properties": ["connection", "stream", "marketplace", "slice", "ordinal"],
        "bookmark_properties": [],
    })
}

/// The message that ends the rows of older versions of a snapshot.
pub(super) fn activate(stream: &Stream, version: i64) -> Json {
    json!({ "type": "ACTIVATE_VERSION", "stream": stream.name, "version": version })
}

#[cfg(test)]
mod tests {
    use super::*;
    use spapi_types::Decimal;

    #[test]
    fn a_record_is_json_with_every_digit_and_without_null_in_its_key() {
        let schema = Schema::of(Stream::find("GET_MERCHANT_LISTINGS_ALL_DATA").unwrap());
        let mut row = vec![Value::Null; schema.columns.len()];
        let mut set = |name: &str, value: Value| row[schema.column(name).unwrap()] = value;
        set(Schema::CONNECTION, Value::Text("a\n\"ü\"".to_owned()));
        set(Schema::ORDINAL, Value::Integer(i64::MAX));
        set(Schema::OTHERS, Value::Json("{\"n\":1.10}".to_owned()));
        set("price", Value::Decimal("12345678901234567890.123456789".parse::<Decimal>().unwrap()));
        set("open_date", Value::Timestamp(1_767_225_600_000_001));
        let mut out = String::new();
        Records::new(&schema, Timestamp::UNIX_EPOCH, Some(7)).line(&row, &mut out);
        assert_eq!(out.matches('\n').count(), 1);
        assert!(out.contains("\"price\":12345678901234567890.123456789,"), "{out}");
        let read: Json = serde_json::from_str(&out).unwrap();
        assert_eq!((&read["version"], &read["stream"]), (&json!(7), &json!(schema.stream)));
        let record = &read["record"];
        assert_eq!(record["_connection"], "a\n\"ü\"");
        assert_eq!(record["_ordinal"], json!(i64::MAX));
        assert_eq!(record["_others"], json!({ "n": 1.10 }));
        assert_eq!(record["open_date"], "2026-01-01T00:00:00.000001Z");
        assert_eq!((&record["seller_sku"], &record["quantity"]), (&json!(""), &Json::Null));
        assert_eq!(record.as_object().unwrap().len(), schema.columns.len());
    }
}
