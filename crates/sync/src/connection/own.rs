//! A file of ours.

use super::keys::{Keys, shown, wrong};
use super::{
    Connection, DestinationSettings, Environment, FileFormat, RawDocumentSettings, credentials, moment, streams,
};
use crate::Schedule;
use serde_json::{Map, Number, Value};
use spapi_core::{Error, ErrorKind, Marketplace};
use spapi_metadata::document_types::Party;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::SystemTime;

/// The longest name.
const LONGEST_NAME: usize = 63;

pub(super) fn parse(text: &str, file: &str, folder: &Path) -> Result<Connection, Error> {
    let table: toml::Table = toml::from_str(text).map_err(|error| {
        // The whole error would show the line, which may have a secret.
        let line = error.span().map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
        Error::new(ErrorKind::Config, format!("{file}: line {line}: {}", error.message()))
            .with_hint("Write it as TOML: name = \"value\".")
    })?;
    read(json_table(table), file, folder)
}

/// Reads the settings as a table.
pub(super) fn read(table: Map<String, Value>, file: &str, folder: &Path) -> Result<Connection, Error> {
    let mut keys = Keys::new(file, String::new(), table);
    let mut notes = Vec::new();

    let name = match name(&mut keys)? {
        Some(name) => name,
        None => return Err(keys.wrong("name", "it is missing", "Add name.")),
    };
    let environment = environment(&mut keys)?;
    let marketplaces = marketplaces(&mut keys)?;
    let account = account(&mut keys, &["account_type", "aws_seller_partner_account_type"])?;
    let credentials = credentials::read(&mut keys, folder)?;
    let app_id = app_id(&mut keys)?;
    let start = time(&mut keys, &["start_date", "replication_start_date"], &mut notes)?;
    let end = time(&mut keys, &["end_date", "replication_end_date"], &mut notes)?;
    if let (Some((_, start)), Some((key, end))) = (start, end)
        && end <= start
    {
        return Err(keys.wrong(key, "it is not after start_date", "Give a later end, or leave it out for now."));
    }
    let period_in_days = keys.whole(&["period_in_days"], 1..=3660)?;
    let is_spaced = keys.flag(&["wait_between_requests", "wait_to_avoid_fatal_errors"], false)?;
    let include_pii = keys.flag(&["include_pii"], false)?;
    let hash_key_file = keys.text(&["hash_key_file"])?.map(|(_, file)| folder.join(file));
    let newest_first = keys.flag(&["newest_first"], false)?;
    let every = match keys.text(&["every"])? {
        None => None,
        Some((key, text)) => {
            Some(Schedule::parse(&text).map_err(|what| keys.wrong(key, what, "Write every = \"6h\"."))?)
        }
    };
    let report_options = options(&mut keys)?;
    let chosen = streams::read(&mut keys, account)?;
    let raw_documents = raw_documents(&mut keys, folder)?;
    let destination = destination(&mut keys, folder)?;
    keys.finish()?;
    notes.extend(streams::notes(&chosen, period_in_days));
    Ok(Connection {
        name,
        environment,
        marketplaces,
        account,
        credentials,
        app_id,
        start: start.map(|(_, start)| start),
        end: end.map(|(_, end)| end),
        period_in_days,
        report_options,
        is_spaced,
        include_pii,
        hash_key_file,
        newest_first,
        streams: chosen,
        every,
        raw_documents,
        destination,
        airbyte: None,
        notes,
    })
}

/// The name of the connection, if it has one.
pub(super) fn name(keys: &mut Keys<'_>) -> Result<Option<String>, Error> {
    let Some((key, name)) = keys.text(&["name"])? else { return Ok(None) };
    if name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) || name.contains(['/', '\\']) {
        let hint = format!("Write at most {LONGEST_NAME} characters, without slashes.");
        return Err(keys.wrong(key, "it cannot be the name of a connection", hint));
    }
    Ok(Some(name))
}

pub(super) fn environment(keys: &mut Keys<'_>) -> Result<Environment, Error> {
    match keys.text(&["environment", "aws_environment"])? {
        None => Ok(Environment::Production),
        Some((_, word)) if word.eq_ignore_ascii_case("PRODUCTION") => Ok(Environment::Production),
        Some((_, word)) if word.eq_ignore_ascii_case("SANDBOX") => Ok(Environment::Sandbox),
        Some((key, word)) => {
            Err(keys.wrong(key, format!("{} is not an environment", shown(&word)), "Write PRODUCTION or SANDBOX."))
        }
    }
}

pub(super) fn marketplaces(keys: &mut Keys<'_>) -> Result<Vec<Marketplace>, Error> {
    let region = keys.text(&["region"])?;
    let several = keys.texts(&["marketplaces"])?;
    let (key, names) = match (region, several) {
        (Some((key, region)), None) => (key, vec![region]),
        (None, Some((key, names))) if !names.is_empty() => (key, names),
        (Some(_), Some((key, _))) => {
            return Err(keys.wrong(key, "region names a marketplace too", "Remove region."));
        }
        (None, _) => {
            let hint = "Write region = \"JP\" with the country's code, or marketplaces = [\"DE\", \"FR\"].";
            return Err(keys.wrong("region", "it is missing", hint));
        }
    };
    let mut found: Vec<Marketplace> = Vec::new();
    for name in names {
        let marketplace: Marketplace = name.trim().parse().map_err(|_| {
            let hint = "Write the code of its country, such as JP, US or DE.";
            keys.wrong(key, format!("{} is not a marketplace", shown(&name)), hint)
        })?;
        if let Some(other) = found.first().filter(|other| other.region() != marketplace.region()) {
            let (a, b) = (other.country_code(), marketplace.country_code());
            let what = format!("{a} and {b} belong to different regions of the API, and a refresh token is for one");
            return Err(keys.wrong(key, what, "Make a connection for each region."));
        }
        if !found.contains(&marketplace) {
            found.push(marketplace);
        }
    }
    Ok(found)
}

pub(super) fn account(keys: &mut Keys<'_>, names: &[&'static str]) -> Result<Party, Error> {
    match keys.text(names)? {
        None => Ok(Party::Seller),
        Some((_, word)) if word.eq_ignore_ascii_case("Seller") => Ok(Party::Seller),
        Some((_, word)) if word.eq_ignore_ascii_case("Vendor") => Ok(Party::Vendor),
        Some((key, word)) => {
            Err(keys.wrong(key, format!("{} is not a type of account", shown(&word)), "Write Seller or Vendor."))
        }
    }
}

pub(super) fn app_id(keys: &mut Keys<'_>) -> Result<Option<String>, Error> {
    let Some((key, id)) = keys.text(&["app_id"])? else { return Ok(None) };
    match credentials::not_an_app_id(&id) {
        None => Ok(Some(id)),
        Some(what) => {
            let hint = "Leave it out, or write the application's own id, which begins with amzn1.sellerapps. or amzn1.sp.solution.";
            Err(keys.wrong(key, what, hint))
        }
    }
}

pub(super) fn time(
    keys: &mut Keys<'_>,
    names: &[&'static str],
    notes: &mut Vec<String>,
) -> Result<Option<(&'static str, SystemTime)>, Error> {
    let Some((key, text)) = keys.text(names)? else { return Ok(None) };
    let moment = moment::read(&text).map_err(|(what, hint)| keys.wrong(key, what, hint))?;
    notes.extend(moment.note.map(|note| format!("{key}: {note}")));
    Ok(Some((key, moment.time)))
}

fn options(keys: &mut Keys<'_>) -> Result<BTreeMap<String, BTreeMap<String, String>>, Error> {
    let mut all = BTreeMap::new();
    let Some((key, table)) = keys.table(&["report_options"])? else { return Ok(all) };
    let inner = keys.within(key, Map::new());
    for (name, options) in table {
        let Value::Object(options) = options else {
            let hint = format!("Write the options below [report_options.{}].", shown(&name));
            return Err(inner.wrong(&name, "it is not a table of options", hint));
        };
        let options = options.into_iter().map(|(option, value)| match value {
            Value::String(value) => Ok((option, value)),
            Value::Bool(value) => Ok((option, value.to_string())),
            Value::Number(value) => Ok((option, value.to_string())),
            _ => Err(inner.wrong(&name, format!("the option {} is not a text", shown(&option)), "Write it as a text.")),
        });
        let options = options.collect::<Result<BTreeMap<_, _>, _>>()?;
        streams::check_options(&inner, &name, &options)?;
        all.insert(name, options);
    }
    Ok(all)
}

fn raw_documents(keys: &mut Keys<'_>, folder: &Path) -> Result<Option<RawDocumentSettings>, Error> {
    let Some((key, table)) = keys.table(&["raw_documents"])? else { return Ok(None) };
    let mut inner = keys.within(key, table);
    let (_, path) = inner.required_text(&["folder"])?;
    let (_, key_file) = inner.required_text(&["key_file"])?;
    let keep_days = inner.whole(&["keep_days"], 1..=3650)?.unwrap_or(30);
    inner.finish()?;
    Ok(Some(RawDocumentSettings { folder: folder.join(path), key_file: folder.join(key_file), keep_days }))
}

fn destination(keys: &mut Keys<'_>, folder: &Path) -> Result<Option<DestinationSettings>, Error> {
    let Some((key, table)) = keys.table(&["destination"])? else { return Ok(None) };
    let mut inner = keys.within(key, table);
    let sqlite = inner.text(&["sqlite"])?;
    let postgres = inner.table(&["postgres"])?;
    let files = inner.text(&["folder"])?;
    let bucket = inner.text(&["bucket"])?;
    let format = inner.text(&["format"])?;
    let format = match &format {
        None => None,
        Some((key, _)) if files.is_none() && bucket.is_none() => {
            return Err(inner.wrong(key, "it belongs to a folder or a bucket", "Remove it, or add folder or bucket."));
        }
        Some((key, word)) => Some(match word.to_ascii_lowercase().as_str() {
            "parquet" => FileFormat::Parquet,
            "csv" => FileFormat::Csv,
            "jsonl" => FileFormat::Jsonl,
            _ => {
                let what = format!("{} is not a form of files", shown(word));
                return Err(inner.wrong(key, what, "Write parquet, csv or jsonl."));
            }
        }),
    };
    let format_or_parquet = format.unwrap_or(FileFormat::Parquet);
    let destination = match (sqlite, postgres, files, bucket) {
        (Some((_, path)), None, None, None) => DestinationSettings::Sqlite(folder.join(path)),
        (None, Some((key, table)), None, None) => postgres_of(&inner, key, table)?,
        (None, None, Some((_, path)), None) => {
            DestinationSettings::Folder { path: folder.join(path), format: format_or_parquet }
        }
        (None, None, None, Some((key, url))) => {
            const SCHEMES: [&str; 3] = ["s3://", "gs://", "az://"];
            if !SCHEMES.iter().any(|scheme| url.starts_with(scheme)) || url.contains(['@', '?']) {
                let hint =
                    "Write s3://BUCKET/PREFIX, gs://BUCKET/PREFIX or az://CONTAINER/PREFIX, without credentials.";
                return Err(inner.wrong(key, "it is not the URL of a bucket", hint));
            }
            DestinationSettings::Bucket { url, format: format_or_parquet }
        }
        _ => {
            let hint = "Write one of sqlite = \"FILE\", postgres = { env = \"NAME\" }, folder = \"FOLDER\" and bucket = \"URL\".";
            return Err(wrong_table(keys, key, hint));
        }
    };
    inner.finish()?;
    Ok(Some(destination))
}

fn postgres_of(keys: &Keys<'_>, key: &str, table: Map<String, Value>) -> Result<DestinationSettings, Error> {
    let mut inner = keys.within(key, table);
    if inner.take(&["url"])?.is_some() {
        // It may have a password.
        let hint =
            "Put the URL into a variable of the environment, and write postgres = { env = \"NAME\" } with its name.";
        return Err(keys.wrong(key, "a URL does not belong into the file", hint));
    }
    let Some((_, env)) = inner.text(&["env"])? else {
        let hint = "Write postgres = { env = \"NAME\" } with the variable of the environment that has the URL.";
        return Err(keys.wrong(key, "it names no variable", hint));
    };
    let schema = inner.text(&["schema"])?;
    if let Some((key, name)) = &schema
        && (name.len() > 63 || name.starts_with("pg_") || name.contains('\0'))
    {
        return Err(inner.wrong(
            key,
            "it cannot be the name of a schema",
            "Write up to 63 bytes that do not begin with pg_.",
        ));
    }
    inner.finish()?;
    Ok(DestinationSettings::Postgres { env, schema: schema.map_or_else(|| "public".to_owned(), |(_, name)| name) })
}

fn wrong_table(keys: &Keys<'_>, key: &str, hint: &str) -> Error {
    keys.wrong(key, "it does not name exactly one destination", hint)
}

/// A table as JSON, with dates as the texts that they are written as.
fn json_table(table: toml::Table) -> Map<String, Value> {
    table.into_iter().map(|(key, value)| (key, json(value))).collect()
}

fn json(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => Value::String(text),
        toml::Value::Integer(number) => Value::Number(number.into()),
        toml::Value::Float(number) => Number::from_f64(number).map_or(Value::Null, Value::Number),
        toml::Value::Boolean(is) => Value::Bool(is),
        toml::Value::Datetime(time) => Value::String(time.to_string()),
        toml::Value::Array(list) => Value::Array(list.into_iter().map(json).collect()),
        toml::Value::Table(table) => Value::Object(json_table(table)),
    }
}

/// An error of a file that is not even JSON.
pub(super) fn not_json(file: &str, error: &serde_json::Error) -> Error {
    let what = format!("it is not JSON at line {}, column {}", error.line(), error.column());
    wrong(file, "the file", what, "Give the configuration as Airbyte writes it, or a connection as TOML.")
}
