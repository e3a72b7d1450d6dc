//! The catalog: what can be read, and what a user chose of it.

use super::messages::Messages;
use super::{AirbyteColumn, AirbyteStream, AirbyteType, Version};
use crate::Connection;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use spapi_core::{Error, ErrorKind};
use spapi_metadata::document_types::Party;
use std::io;

/// Writes the catalog: the streams of the configuration's version and account. It calls nothing.
///
/// # Errors
/// When the messages cannot be written.
pub fn discover(connection: &Connection, messages: &Messages) -> io::Result<()> {
    let version = connection.airbyte.as_ref().map_or(Version::V6, |settings| settings.version);
    messages.catalog(&catalog(version, connection.account))
}

/// The catalog of a version for an account.
pub fn catalog(version: Version, account: Party) -> Value {
    let place = |stream: &AirbyteStream| match (version, account) {
        (Version::V4, _) => stream.v4_place,
        (Version::V6, Party::Vendor) => stream.vendor_place,
        (Version::V6, _) => stream.seller_place,
    };
    let mut placed: Vec<_> = AirbyteStream::all().iter().filter_map(|stream| Some((place(stream)?, stream))).collect();
    placed.sort_by_key(|(place, _)| *place);
    json!({ "streams": placed.iter().map(|(_, stream)| entry(stream, version)).collect::<Vec<_>>() })
}

fn entry(stream: &AirbyteStream, version: Version) -> Value {
    let modes: &[&str] = if stream.cursor.is_some() { &["full_refresh", "incremental"] } else { &["full_refresh"] };
    let mut entry = json!({
        "name": stream.name,
        "json_schema": json_schema(stream, version),
        "supported_sync_modes": modes,
        "is_resumable": stream.cursor.is_some(),
    });
    if let Some(cursor) = stream.cursor {
        entry["source_defined_cursor"] = json!(true);
        entry["default_cursor_field"] = json!([cursor.field]);
    }
    let key = stream.key.of(version);
    if !key.is_empty() {
        entry["source_defined_primary_key"] = key.iter().map(|field| json!([field])).collect();
    }
    if version == Version::V6 {
        entry["is_file_based"] = json!(false);
    }
    entry
}

/// The JSON schema of a stream's records. They may have other members too.
pub fn json_schema(stream: &AirbyteStream, version: Version) -> Value {
    let mut root = object();
    for column in stream.columns_of(version) {
        // The name of a table's column may end with a full stop.
        let is_path = !column.name.ends_with('.');
        let path: Vec<_> = if is_path { column.name.split('.').collect() } else { vec![column.name] };
        insert(&mut root, &path, column);
    }
    // A column by which a destination removes doubled rows must be there.
    if let Some(cursor) = stream.cursor
        && root["properties"].get(cursor.field).is_none()
        && version == Version::V6
    {
        root["properties"][cursor.field] = json!({ "type": ["null", "string"], "format": "date-time" });
    }
    root["$schema"] = json!("http://json-schema.org/draft-07/schema#");
    root
}

fn object() -> Value {
    json!({ "type": "object", "properties": {}, "additionalProperties": true })
}

/// Puts a column at its place below the columns that have it.
fn insert(schema: &mut Value, path: &[&str], column: &AirbyteColumn) {
    let (Some((first, rest)), Value::Object(schema)) = (path.split_first(), schema) else { return };
    let (name, is_list) = first.strip_suffix("[]").map_or((*first, false), |name| (name, true));
    let properties = schema.entry("properties").or_insert_with(|| Value::Object(Map::new()));
    if rest.is_empty() {
        properties[name] = schema_of(column);
        return;
    }
    let inner = &mut properties[name];
    if inner.is_null() {
        *inner = json!({ "type": ["null", if is_list { "array" } else { "object" }] });
    }
    match is_list {
        true => {
            if inner.get("items").is_none() {
                inner["items"] = json!({ "type": "object", "additionalProperties": true });
            }
            insert(&mut inner["items"], rest, column);
        }
        false => insert(inner, rest, column),
    }
}

fn schema_of(column: &AirbyteColumn) -> Value {
    let (kind, format) = match column.kind {
        AirbyteType::Text => ("string", None),
        AirbyteType::Date => ("string", Some("date")),
        AirbyteType::DateTime | AirbyteType::Timestamp => ("string", Some("date-time")),
        AirbyteType::Number => ("number", None),
        AirbyteType::Integer => ("integer", None),
        AirbyteType::Int32 => ("integer", Some("int32")),
        AirbyteType::Int64 => ("integer", Some("int64")),
        AirbyteType::Boolean => ("boolean", None),
        AirbyteType::Object => ("object", None),
        AirbyteType::Array => ("array", None),
    };
    let mut schema = json!({ "type": if column.nullable { json!(["null", kind]) } else { json!(kind) } });
    if let Some(format) = format {
        schema["format"] = json!(format);
    }
    if column.kind == AirbyteType::Timestamp {
        schema["airbyte_type"] = json!("timestamp_with_timezone");
    }
    if column.kind == AirbyteType::Object {
        schema["additionalProperties"] = json!(true);
    }
    schema
}

/// What a user chose of the catalog. What else a platform writes into it is ignored.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    /// The names of the streams, in their order, each once. The mode in which one is read is left to the state: with a state it is
    /// continued, and without one it is read from its start.
    pub streams: Vec<String>,
}

#[derive(Deserialize)]
struct Configured {
    streams: Vec<ConfiguredStream>,
}

#[derive(Deserialize)]
struct ConfiguredStream {
    stream: Named,
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

impl Catalog {
    /// Reads a catalog. `file` is its name in errors.
    ///
    /// # Errors
    /// When it is not one.
    pub fn parse(text: &str, file: &str) -> Result<Self, Error> {
        let configured: Configured = serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|error| {
            Error::new(ErrorKind::Config, format!("{file}: it is not a configured catalog: {error}"))
                .with_hint("Give the catalog as Airbyte writes it: streams, each with a stream that has a name.")
        })?;
        let mut streams: Vec<String> = Vec::new();
        for ConfiguredStream { stream: Named { name } } in configured.streams {
            if !streams.contains(&name) {
                streams.push(name);
            }
        }
        Ok(Self { streams })
    }
}
