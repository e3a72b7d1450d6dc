//! The catalog of a connection's streams, and the choice that a user makes in it.

use super::messages::property;
use super::read;
use crate::connection::{ChosenStream, Connection};
use crate::engine::refusal;
use crate::plan::marketplaces;
use crate::{Kind, Schema, Stream};
use serde_json::{Map, Value as Json, json};
use spapi_core::{Error, ErrorKind};
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

/// The catalog: the streams that the connection names, or all that its account can have, each with its columns. Streams that a
/// run would refuse are left out. Nothing is called.
pub fn discover(connection: &Connection, now: SystemTime) -> Json {
    let is_chosen = !connection.streams.is_empty();
    let all;
    let chosen = match is_chosen {
        true => &connection.streams,
        false => {
            let has = |stream: &&'static Stream| stream.parties().contains(&connection.account);
            all = Stream::all().iter().filter(has).map(ChosenStream::new).collect();
            &all
        }
    };
    let entries = chosen.iter().filter_map(|chosen| {
        let schema = schemas(connection, chosen, now).into_iter().next()?;
        Some(entry(chosen.stream, &schema, is_chosen))
    });
    json!({ "streams": entries.collect::<Vec<_>>() })
}

/// The schema of each marketplace of which a run would read the stream.
pub(super) fn schemas(connection: &Connection, chosen: &ChosenStream, now: SystemTime) -> Vec<Arc<Schema>> {
    let marketplaces = marketplaces(chosen.stream, &connection.marketplaces).into_iter();
    marketplaces
        .filter_map(|marketplace| refusal(connection, chosen, marketplace, now).ok())
        .map(|sieve| sieve.kept)
        .collect()
}

/// The column by which the newer of two rows is known.
pub(super) fn cursor<'a>(stream: &Stream, schema: &'a Schema) -> Option<&'a str> {
    let cursor = stream.cursor.and_then(|cursor| schema.column(cursor))?;
    Some(&schema.columns[cursor].name)
}

/// Whether a row is not what it should be without the column.
fn is_needed(stream: &Stream, schema: &Schema, index: usize) -> bool {
    index < Schema::OWN || schema.key.contains(&index) || cursor(stream, schema) == Some(&*schema.columns[index].name)
}

fn entry(stream: &Stream, schema: &Schema, is_selected: bool) -> Json {
    let key: Vec<_> = schema.key.iter().map(|index| &*schema.columns[*index].name).collect();
    let mut metadata = Map::new();
    metadata.insert("inclusion".to_owned(), json!("available"));
    metadata.insert("table-key-properties".to_owned(), json!(key));
    let method = match stream.kind {
        Kind::Snapshot => "FULL_TABLE",
        Kind::Incremental => "INCREMENTAL",
    };
    metadata.insert("forced-replication-method".to_owned(), json!(method));
    let cursor = cursor(stream, schema).filter(|_| stream.kind == Kind::Incremental);
    metadata.insert("valid-replication-keys".to_owned(), json!(cursor.into_iter().collect::<Vec<_>>()));
    metadata.insert("selected-by-default".to_owned(), json!(is_selected));
    if is_selected {
        metadata.insert("selected".to_owned(), json!(true));
    }
    let mut all = vec![json!({ "breadcrumb": [], "metadata": metadata })];
    let mut properties = Map::new();
    for (index, column) in schema.columns.iter().enumerate() {
        properties.insert(column.name.clone(), property(schema, index));
        let inclusion = if is_needed(stream, schema, index) { "automatic" } else { "available" };
        all.push(json!({
            "breadcrumb": ["properties", column.name],
            "metadata": { "inclusion": inclusion, "selected-by-default": true },
        }));
    }
    let mut entry = json!({
        "tap_stream_id": stream.name,
        "stream": stream.name,
        "schema": { "type": "object", "properties": properties },
        "key_properties": key,
        "replication_method": method,
        "metadata": all,
    });
    if let Some(cursor) = cursor {
        entry["replication_key"] = json!(cursor);
    }
    entry
}

/// Takes the streams and columns that a catalog selects as those of the connection, with the settings that the connection has for
/// them. Columns that a row needs stay.
///
/// # Errors
/// When the file cannot be read or is not a catalog, or names a stream that does not exist, or selects none.
pub fn choose(connection: &mut Connection, path: &Path) -> Result<(), Error> {
    let catalog = read(path, "the catalog that --discover writes")?;
    choose_by(connection, &catalog, &path.display().to_string())
}

fn choose_by(connection: &mut Connection, catalog: &Json, file: &str) -> Result<(), Error> {
    let wrong =
        |what: String, hint: &'static str| Error::new(ErrorKind::Config, format!("{file}: {what}")).with_hint(hint);
    const HINT: &str = "Write the catalog with --discover.";
    let Some(entries) = catalog.get("streams").and_then(Json::as_array) else {
        return Err(wrong("streams: it is missing, or is not a list".to_owned(), HINT));
    };
    let mut selected: Vec<ChosenStream> = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        let name = ["tap_stream_id", "stream"].iter().find_map(|name| entry.get(name).and_then(Json::as_str));
        let Some(name) = name else { return Err(wrong(format!("streams[{index}]: it has no tap_stream_id"), HINT)) };
        if !is_selected(entry, &[]).unwrap_or(false) {
            continue;
        }
        let stream = Stream::find(name).map_err(|error| wrong(format!("streams[{index}]: {error}"), HINT))?;
        if selected.iter().any(|other| other.stream.name == stream.name) {
            return Err(wrong(format!("streams[{index}]: {} is there twice", stream.name), "Remove one."));
        }
        let known = connection.streams.iter().find(|known| known.stream.name == stream.name);
        let mut chosen = known.cloned().unwrap_or_else(|| ChosenStream::new(stream));
        let schema = Schema::of(stream);
        for (index, column) in schema.columns.iter().enumerate() {
            let is_out = is_selected(entry, &["properties", &column.name]) == Some(false);
            if is_out && !is_needed(stream, &schema, index) && !chosen.columns.drop.contains(&column.name) {
                chosen.columns.drop.push(column.name.clone());
            }
        }
        selected.push(chosen);
    }
    if selected.is_empty() {
        let hint = "Set \"selected\": true in the metadata of a stream, or choose it with Meltano's `select`.";
        return Err(wrong(format!("none of its {} streams is selected", entries.len()), hint));
    }
    connection.streams = selected;
    Ok(())
}

/// Whether the metadata of a part of a stream selects it. `None` if they do not say so.
fn is_selected(entry: &Json, part: &[&str]) -> Option<bool> {
    let flag = |object: &Json, name: &str| object.get(name).and_then(Json::as_bool);
    let of_part = |one: &&Json| {
        let names = one.get("breadcrumb").and_then(Json::as_array).map(|names| names.iter().map(Json::as_str));
        names.is_some_and(|names| names.eq(part.iter().copied().map(Some)))
    };
    let metadata = entry.get("metadata").and_then(Json::as_array).and_then(|all| all.iter().find(of_part));
    let metadata = metadata.and_then(|one| one.get("metadata"));
    let said = metadata.and_then(|metadata| flag(metadata, "selected"));
    // Catalogs of older taps have no metadata.
    let older =
        || part.is_empty().then(|| flag(entry, "selected").or_else(|| flag(entry.get("schema")?, "selected")))?;
    said.or_else(older).or_else(|| metadata.and_then(|metadata| flag(metadata, "selected-by-default")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LISTINGS: &str = "GET_MERCHANT_LISTINGS_ALL_DATA";

    fn connection(objects: &str, rest: &str) -> Connection {
        let text = format!("name = \"a\"\nregion = \"JP\"\nobjects = [{objects}]\n{rest}");
        Connection::parse(&text, "a.toml", Path::new("")).unwrap()
    }

    fn airbyte(account: &str) -> Connection {
        let config = json!({
            "aws_environment": "PRODUCTION", "region": "JP", "account_type": account,
            "lwa_app_id": "amzn1.application-oa2-client.a", "lwa_client_secret": "s", "refresh_token": "t",
        });
        Connection::parse(&config.to_string(), "config.json", Path::new("")).unwrap()
    }

    fn names(catalog: &Json) -> Vec<&str> {
        catalog["streams"].as_array().unwrap().iter().map(|entry| entry["stream"].as_str().unwrap()).collect()
    }

    #[test]
    fn the_catalog_has_the_streams_that_a_run_would_read_with_key_and_cursor() {
        let now = SystemTime::now();
        let seller = discover(&airbyte("Seller"), now);
        let seller = names(&seller);
        assert!(seller.len() > 60 && seller.contains(&"Orders") && seller.contains(&LISTINGS), "{}", seller.len());
        // A report with buyers' data needs include_pii.
        assert!(!seller.contains(&"GET_FLAT_FILE_ACTIONABLE_ORDER_DATA_SHIPPING"));
        assert!(!seller.contains(&"VendorOrders"));
        assert!(names(&discover(&airbyte("Vendor"), now)).contains(&"VendorOrders"));

        let catalog = discover(&connection("\"Orders\", \"GET_MERCHANT_LISTINGS_ALL_DATA\"", ""), now);
        assert_eq!(names(&catalog), ["Orders", LISTINGS]);
        let [orders, listings] = [0, 1].map(|index| &catalog["streams"][index]);
        assert_eq!(orders["key_properties"], json!(["_connection", "_marketplace", "AmazonOrderId", "_ordinal"]));
        assert_eq!(
            (&orders["replication_method"], &orders["replication_key"]),
            (&json!("INCREMENTAL"), &json!("LastUpdateDate"))
        );
        assert_eq!((&listings["replication_method"], listings.get("replication_key")), (&json!("FULL_TABLE"), None));
        assert_eq!(listings["schema"]["properties"]["price"], json!({ "type": ["number", "null"] }));
        assert_eq!(listings["schema"]["properties"]["seller_sku"], json!({ "type": ["string"] }));
    }

    #[test]
    fn the_selected_streams_and_columns_are_read_and_what_a_row_needs_stays() {
        let now = SystemTime::now();
        let rest = format!("[streams.{LISTINGS}]\nfilter = {{ status = \"Active\" }}\ndrop = [\"item_note\"]");
        let mut connection = connection("\"Orders\", \"GET_MERCHANT_LISTINGS_ALL_DATA\"", &rest);
        let mut catalog = discover(&connection, now);
        let set = |catalog: &mut Json, stream: usize, breadcrumb: Json, selected: bool| {
            let all = catalog["streams"][stream]["metadata"].as_array_mut().unwrap();
            all.iter_mut().find(|one| one["breadcrumb"] == breadcrumb).unwrap()["metadata"]["selected"] =
                json!(selected);
        };
        set(&mut catalog, 0, json!([]), false);
        for column in ["price", "seller_sku", "_others", "_marketplace"] {
            set(&mut catalog, 1, json!(["properties", column]), false);
        }
        choose_by(&mut connection, &catalog, "catalog.json").unwrap();
        assert_eq!(connection.streams.len(), 1);
        let chosen = &connection.streams[0];
        assert_eq!((chosen.stream.name, &chosen.filter["status"]), (LISTINGS, &vec!["Active".to_owned()]));
        assert_eq!(chosen.columns.drop, ["item_note", "price"]);
        let schema = &schemas(&connection, chosen, now)[0];
        assert!(schema.column("price").is_none() && schema.column("seller_sku").is_some());
    }

    #[test]
    fn what_is_not_a_catalog_or_selects_nothing_is_refused_by_its_file() {
        let select = |streams: Json| {
            choose_by(&mut airbyte("Seller"), &json!({ "streams": streams }), "catalog.json")
                .map_err(|error| error.to_string())
        };
        let selected = |name: &str| json!({ "tap_stream_id": name, "metadata": [{ "breadcrumb": [], "metadata": { "selected": true } }] });
        assert_eq!(select(json!([selected("Orders")])), Ok(()));
        // An older form.
        assert_eq!(select(json!([{ "stream": "Orders", "schema": { "selected": true } }])), Ok(()));
        for (streams, part) in [
            (json!([selected("Ordres")]), "there is no stream Ordres"),
            (json!([selected("Orders"), selected("orders")]), "Orders is there twice"),
            (json!([{ "schema": {} }]), "streams[0]: it has no tap_stream_id"),
            (json!([{ "tap_stream_id": "Orders" }]), "none of its 1 streams is selected"),
            (json!({}), "streams: it is missing"),
        ] {
            let error = select(streams).unwrap_err();
            assert!(error.contains("catalog.json") && error.contains(part), "{error}");
        }
    }
}
