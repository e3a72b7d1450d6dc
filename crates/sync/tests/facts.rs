//! Compares what is known of Airbyte's source with a table of it that lies beside some checkouts.

use spapi_metadata::document_types::Party;
use spapi_sync::airbyte::{AirbyteStream, AirbyteType, CursorOrigin, Step, Version};
use spapi_sync::{Kind, Stream};
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

/// A file of facts. `None` where it is not, with a word about it.
fn facts(name: &str) -> Option<Vec<HashMap<String, String>>> {
    let folder = std::env::var_os("SPAPI_FACTS").map(PathBuf::from);
    let folder = folder.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/facts"));
    let path = folder.join(name);
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("skipped: there is no {}", path.display());
        return None;
    };
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(text.as_bytes());
    Some(reader.deserialize().map(|row| row.unwrap()).collect())
}

#[test]
fn airbytes_streams_are_those_of_the_facts() {
    let Some(facts) = facts("airbyte_streams.csv") else { return };
    assert_eq!(AirbyteStream::all().len(), facts.len());
    for row in facts {
        let name = row["stream"].as_str();
        let stream = Stream::find(name).unwrap();
        let known = stream.airbyte().unwrap_or_else(|| panic!("{name} is not known"));
        let place = |key: &str| row[key].parse::<u32>().ok();
        assert_eq!(known.v4_place, place("order_4_6_4"), "{name}");
        assert_eq!(known.seller_place, place("order_6_x_seller"), "{name}");
        assert_eq!(known.vendor_place, place("order_6_x_vendor"), "{name}");
        assert_eq!(known.is_in(Version::V4), row["in_4_6_4"] == "y", "{name}");
        assert_eq!(known.is_in(Version::V6), row["in_6_x"] == "y", "{name}");
        let cursor = row["cursor_field"].split(' ').next().unwrap();
        assert_eq!(known.cursor.map_or("", |cursor| cursor.field), cursor, "{name}");
        assert_eq!(known.cursor.is_some(), row["sync_modes"].contains("incremental"), "{name}");
        let is_injected = row["cursor_field"].contains("injected") || row["cursor_field"].contains("overwritten");
        assert_eq!(known.cursor.is_some_and(|cursor| cursor.origin == CursorOrigin::SliceEnd), is_injected, "{name}");
        for key in known.key.v4.iter().chain(known.key.v6) {
            assert!(row["primary_key"].contains(key), "{name}: {key}");
        }
        assert_eq!(known.key.v6.is_empty(), row["primary_key"].contains("none"), "{name}");
        let days = match known.step.v6 {
            Step::Period { most_days, .. } | Step::EventsStep { most_days } => most_days.to_string(),
            Step::Fixed { days } => days.to_string(),
            Step::Month => "month".to_owned(),
            _ => String::new(),
        };
        assert_eq!(row["cap_days"].trim_start_matches("6.x "), days, "{name}");
        for field in known.injected {
            assert!(row["injected_fields"].contains(field), "{name}: {field}");
        }
        assert_eq!(known.injected.is_empty(), row["injected_fields"] == "none", "{name}");
        for (option, value) in known.options {
            assert!(row["report_options_sent"].contains(&format!("{option}={value}")) || *value == "PARENT", "{name}");
        }
    }
}

#[test]
fn airbytes_columns_are_those_of_the_facts() {
    let Some(facts) = facts("airbyte_columns.csv") else { return };
    type Seen = BTreeSet<(String, String, bool)>;
    let mut expected: HashMap<(String, Version), Seen> = HashMap::new();
    for row in &facts {
        let types: Vec<_> = row["json_types"].split('|').collect();
        let kind =
            match (types.iter().find(|kind| **kind != "null"), row["format"].as_str(), row["airbyte_type"].as_str()) {
                (_, "date-time", "timestamp_with_timezone") => "Timestamp".to_owned(),
                (_, "date-time", _) => "DateTime".to_owned(),
                (_, "date", _) => "Date".to_owned(),
                (_, "int32", _) => "Int32".to_owned(),
                (_, "int64", _) => "Int64".to_owned(),
                (Some(&"string"), ..) => "Text".to_owned(),
                (Some(kind), ..) => format!("{}{}", kind[..1].to_uppercase(), &kind[1..]),
                (None, ..) => panic!("{row:?}"),
            };
        let column = (row["column"].replace(" > ", "."), kind, types.contains(&"null"));
        for (version, other) in [(Version::V4, "6.0.6"), (Version::V6, "4.6.4")] {
            if row["in_version"] != other {
                expected.entry((row["stream"].clone(), version)).or_default().insert(column.clone());
            }
        }
    }
    for stream in AirbyteStream::all() {
        for version in [Version::V4, Version::V6] {
            let columns = stream.columns_of(version);
            let found: Seen =
                columns.map(|column| (column.name.to_owned(), format!("{:?}", column.kind), column.nullable)).collect();
            let expected = expected.get(&(stream.name.to_owned(), version)).cloned().unwrap_or_default();
            // A stream that a version lacks has the columns of the other.
            if stream.is_in(version) {
                assert_eq!(found, expected, "{} {version:?}", stream.name);
            }
        }
    }
}

#[test]
fn columns_of_tables_are_fields_of_rows() {
    for known in AirbyteStream::all() {
        let stream = Stream::find(known.name).unwrap();
        let fields: Vec<_> =
            stream.row_type().into_iter().flat_map(|rows| rows.columns).map(|column| column.field).collect();
        for column in known.columns {
            assert!(column.field.is_none_or(|field| fields.contains(&field)), "{} {}", known.name, column.name);
            assert!(!column.name.is_empty());
        }
    }
    let settlement = Stream::find("GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE").unwrap();
    assert_eq!(settlement.kind, Kind::Incremental);
    let id = settlement.airbyte().unwrap().columns.iter().find(|column| column.name == "settlement-id").unwrap();
    assert_eq!((id.field, id.kind), (Some("settlement_id"), AirbyteType::Text));
}

/// The columns of a JSON schema as the facts have them: path, types, format and Airbyte's type.
fn columns(schema: &serde_json::Value, path: &str, all: &mut BTreeSet<[String; 4]>) {
    for (name, column) in schema["properties"].as_object().into_iter().flatten() {
        let path = if path.is_empty() { name.clone() } else { format!("{path} > {name}") };
        let mut types: Vec<_> = match &column["type"] {
            serde_json::Value::Array(types) => types.iter().filter_map(|one| one.as_str()).collect(),
            one => one.as_str().into_iter().collect(),
        };
        types.sort_by_key(|one| *one != "null");
        let text = |key: &str| column[key].as_str().unwrap_or_default().to_owned();
        all.insert([path.clone(), types.join("|"), text("format"), text("airbyte_type")]);
        columns(column, &path, all);
        columns(&column["items"], &format!("{path}[]"), all);
    }
}

#[test]
fn the_catalogs_are_those_of_the_facts() {
    let (Some(streams), Some(facts)) = (facts("airbyte_streams.csv"), facts("airbyte_columns.csv")) else { return };
    let mut seen = BTreeSet::new();
    for (version, account, place, other) in [
        (Version::V4, Party::Seller, "order_4_6_4", "6.0.6"),
        (Version::V6, Party::Seller, "order_6_x_seller", "4.6.4"),
        (Version::V6, Party::Vendor, "order_6_x_vendor", "4.6.4"),
    ] {
        let catalog = spapi_sync::airbyte::catalog(version, account);
        let mut placed: Vec<_> =
            streams.iter().filter_map(|row| Some((row[place].parse::<u32>().ok()?, row))).collect();
        placed.sort_by_key(|(place, _)| *place);
        let found = catalog["streams"].as_array().unwrap();
        assert_eq!(found.len(), placed.len());
        for (entry, (_, row)) in found.iter().zip(placed) {
            let name = row["stream"].as_str();
            assert_eq!(entry["name"], name);
            let is_incremental = row["sync_modes"].contains("incremental");
            assert_eq!(
                entry["supported_sync_modes"].as_array().unwrap().len(),
                1 + usize::from(is_incremental),
                "{name}"
            );
            let cursor = row["cursor_field"].split(' ').next().unwrap();
            assert_eq!(entry["default_cursor_field"][0].as_str().unwrap_or_default(), cursor, "{name}");
            let mut expected: BTreeSet<[String; 4]> = facts
                .iter()
                .filter(|row| row["stream"] == name && row["in_version"] != other)
                .map(|row| {
                    let path = row["column"].clone();
                    [path, row["json_types"].clone(), row["format"].clone(), row["airbyte_type"].clone()]
                })
                .collect();
            if name == "VendorOrdersStatus" {
                // Without its cursor in the schema, a destination refuses the stream.
                expected.insert(["createdBefore", "null|string", "date-time", ""].map(str::to_owned));
            }
            let mut found = BTreeSet::new();
            columns(&entry["json_schema"], "", &mut found);
            assert_eq!(found, expected, "{name} {version:?}");
            seen.insert(name.to_owned());
        }
    }
    assert_eq!(seen.len(), 60);
}
