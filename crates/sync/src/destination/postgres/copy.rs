//! Rows in the binary form of COPY.

use crate::schema::ColumnKind;
use crate::{Schema, Value};
use bytes::{BufMut, Bytes, BytesMut};
use jiff::Timestamp;
use jiff::civil::{Date, date};
use serde::de::IgnoredAny;
use serde_json::{Map, Value as Json};
use spapi_types::Decimal;
use std::borrow::Cow;
use tokio_postgres::types::{ToSql, Type};

const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
const END: &[u8] = &(-1_i16).to_be_bytes();
/// The start of Postgres's time in microseconds after 1970.
const EPOCH: i64 = 946_684_800_000_000;
/// Its first day, and the same in microseconds after 1970.
const FIRST: Date = date(-4713, 11, 24);
const FIRST_MICROSECOND: i64 = -2_440_588 * 86_400_000_000;
/// The longest value.
const LONGEST: usize = (1 << 30) - 1;
/// The bytes of a key that an index takes. Its page would take a few more.
const LONGEST_KEY: usize = 2600;

/// Rows of a COPY.
pub(super) struct Rows {
    bytes: BytesMut,
    count: u64,
}

impl Rows {
    pub fn new() -> Self {
        Self { bytes: BytesMut::new(), count: 0 }
    }

    /// What stands before all rows of a COPY.
    pub fn start() -> Bytes {
        Bytes::from_static(HEADER)
    }

    /// What stands after them.
    pub fn end() -> Bytes {
        Bytes::from_static(END)
    }

    /// The rows, without start and end.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Adds a row of texts.
    pub fn texts<'a>(&mut self, texts: impl ExactSizeIterator<Item = &'a str>) {
        self.bytes.put_u16(texts.len() as u16);
        for text in texts {
            put(&mut self.bytes, text.as_bytes());
        }
        self.count += 1;
    }

    /// Adds a row. In a stream with a key of its own the ordinal is 0, and what is absent in the key is [`absent`].
    ///
    /// # Errors
    /// The column that Postgres would refuse, and why. Then the row is not added.
    pub fn push(&mut self, schema: &Schema, row: &[Value]) -> Result<(), (String, &'static str)> {
        let start = self.bytes.len();
        let added = self.add(schema, row);
        match added {
            Ok(()) => self.count += 1,
            Err(_) => self.bytes.truncate(start),
        }
        added
    }

    fn add(&mut self, schema: &Schema, row: &[Value]) -> Result<(), (String, &'static str)> {
        if row.len() != schema.columns.len() {
            return Err((schema.stream.to_owned(), "the row has not as many values as columns"));
        }
        self.bytes.put_u16(row.len() as u16);
        let has_own_key = schema.has_own_key();
        let mut key = 0;
        for (index, (column, value)) in schema.columns.iter().zip(row).enumerate() {
            let before = self.bytes.len();
            let is_key = schema.key.contains(&index);
            let counted = is_key && has_own_key && column.name == Schema::ORDINAL;
            let encoded = match value {
                _ if counted => encode(column.kind, &Value::Integer(0), &mut self.bytes),
                Value::Null if is_key => encode(column.kind, &absent(column.kind), &mut self.bytes),
                value => encode(column.kind, value, &mut self.bytes),
            };
            encoded.map_err(|why| (column.name.clone(), why))?;
            if is_key {
                key += self.bytes.len() - before;
                if key > LONGEST_KEY {
                    return Err((column.name.clone(), "the key is too long for an index of Postgres"));
                }
            }
        }
        Ok(())
    }
}

/// What stands in a key for a value that is absent: a key with a null would not be a key.
pub(super) fn absent(kind: ColumnKind) -> Value {
    match kind {
        ColumnKind::Text => Value::Text(String::new()),
        ColumnKind::Integer => Value::Integer(0),
        ColumnKind::Decimal => Value::Decimal(Decimal::ZERO),
        ColumnKind::Boolean => Value::Boolean(false),
        ColumnKind::Date => Value::Date("1900-01-01".to_owned()),
        ColumnKind::Timestamp => Value::Timestamp(-2_208_988_800_000_000),
        ColumnKind::Json => Value::Json("null".to_owned()),
    }
}

fn encode(kind: ColumnKind, value: &Value, out: &mut BytesMut) -> Result<(), &'static str> {
    match (kind, value) {
        (_, Value::Null) => out.put_i32(-1),
        (ColumnKind::Text, Value::Text(text)) => {
            if text.as_bytes().contains(&0) {
                return Err("Postgres cannot store the character U+0000");
            }
            length(text.len())?;
            put(out, text.as_bytes());
        }
        (ColumnKind::Integer, Value::Integer(number)) => put(out, &number.to_be_bytes()),
        (ColumnKind::Boolean, Value::Boolean(is)) => put(out, &[u8::from(*is)]),
        (ColumnKind::Decimal, Value::Decimal(number)) => sql(out, number, &Type::NUMERIC)?,
        (ColumnKind::Date, Value::Date(text)) => {
            let day: Date = text.parse().map_err(|_| "expected a date")?;
            if day < FIRST {
                return Err("the date is out of range");
            }
            sql(out, &day, &Type::DATE)?;
        }
        (ColumnKind::Timestamp, Value::Timestamp(microseconds)) => {
            // Postgres goes on to years that no text of ISO 8601 has.
            if *microseconds < FIRST_MICROSECOND || Timestamp::from_microsecond(*microseconds).is_err() {
                return Err("the time is out of range");
            }
            put(out, &(microseconds - EPOCH).to_be_bytes());
        }
        (ColumnKind::Json, Value::Json(text)) => {
            check_json(text)?;
            out.put_i32(length(text.len() + 1)?);
            // The version of the form.
            out.put_u8(1);
            out.put_slice(text.as_bytes());
        }
        _ => return Err("the value has another type than the column"),
    }
    Ok(())
}

fn put(out: &mut BytesMut, bytes: &[u8]) {
    out.put_i32(bytes.len() as i32);
    out.put_slice(bytes);
}

fn length(length: usize) -> Result<i32, &'static str> {
    i32::try_from(length.min(LONGEST + 1)).ok().filter(|_| length <= LONGEST).ok_or("the value is too long")
}

fn sql(out: &mut BytesMut, value: &impl ToSql, kind: &Type) -> Result<(), &'static str> {
    let start = out.len();
    out.put_i32(0);
    value.to_sql(kind, out).map_err(|_| "the value is out of range")?;
    let size = length(out.len() - start - 4)?;
    out[start..start + 4].copy_from_slice(&size.to_be_bytes());
    Ok(())
}

/// Checks that a text is JSON that Postgres takes: it decodes each escape.
fn check_json(text: &str) -> Result<(), &'static str> {
    if serde_json::from_str::<IgnoredAny>(text).is_err() {
        return Err("expected JSON");
    }
    if text.contains("\\u") {
        // It decodes escapes, and refuses half of a surrogate pair.
        let value: Json = serde_json::from_str(text).map_err(|_| "expected JSON")?;
        if has_nul(&value) {
            return Err("Postgres cannot store the character U+0000");
        }
    }
    Ok(())
}

fn has_nul(value: &Json) -> bool {
    match value {
        Json::String(text) => text.contains('\0'),
        Json::Array(list) => list.iter().any(has_nul),
        Json::Object(object) => object.iter().any(|(name, value)| name.contains('\0') || has_nul(value)),
        _ => false,
    }
}

/// A row as the text of a dead letter, with what the table would show.
pub(super) fn letter(schema: &Schema, row: &[Value]) -> String {
    let shown = schema.columns.iter().zip(row).enumerate().filter(|(index, _)| *index + 1 >= Schema::OWN);
    let values = shown.filter_map(|(_, (column, value))| {
        let value = match value {
            Value::Null => return None,
            Value::Text(text) | Value::Date(text) => Json::from(text.as_str()),
            Value::Integer(number) => Json::from(*number),
            Value::Decimal(number) => Json::from(number.to_string()),
            Value::Boolean(is) => Json::from(*is),
            Value::Timestamp(time) => Timestamp::from_microsecond(*time)
                .map_or_else(|_| Json::from(*time), |time| Json::from(time.to_string())),
            Value::Json(text) => serde_json::from_str(text).unwrap_or_else(|_| Json::from(text.as_str())),
        };
        Some((column.name.clone(), value))
    });
    Json::Object(values.collect::<Map<_, _>>()).to_string()
}

/// A text that Postgres can store. In a text of JSON this is how the character is written.
pub(super) fn storable(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { text.replace('\0', "\\u0000").into() } else { text.into() }
}
