//! A configuration of Airbyte's source, of 4.6.4 or 6.x.

use super::keys::{Keys, shown};
use super::own::{account, app_id, environment, marketplaces, name, time};
use super::{Connection, credentials};
use crate::airbyte::Version;
use serde_json::{Map, Value};
use spapi_core::Error;
use std::collections::BTreeMap;
use std::time::SystemTime;

/// The settings that only Airbyte's source has.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AirbyteSettings {
    /// The hours of a slice of financial events.
    pub financial_events_step_hours: u32,
    /// The most financial events on a page, 1 to 100.
    pub financial_events_per_page: u32,
    /// How many hours old a finished report may be to be taken instead of a new one.
    pub max_done_report_age_hours: u32,
    /// How many streams are read at a time.
    pub workers: u32,
    /// How many reports are requested at a time.
    pub most_jobs: u32,
    /// How many hours before its cursor a report stream reads again. `None`: the stream's own.
    pub lookback_hours: Option<u32>,
    /// How many seconds it waits before it requests a failed report again.
    pub failed_retry_wait_seconds: u32,
    /// How often it repeats a `createReport` that Amazon refused with 429.
    pub create_retries: u32,
    /// Whether it stops at the first 429.
    pub stops_on_rate_limit: bool,
    /// Which inbound shipments it reads.
    pub inbound: Inbound,
    /// The version whose catalog, keys, steps and defaults count.
    pub version: Version,
    /// What it does as Airbyte's source does, although that is wrong.
    pub quirks: Quirks,
}

/// Where Airbyte's source is wrong, and a connection wants the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Quirks {
    /// `latin-1`: every document of a report is read as Latin-1. Otherwise it is read in its own charset.
    pub latin1: bool,
    /// `empty-xml-orders`: `GET_XML_ALL_ORDERS_DATA_BY_ORDER_DATE_GENERAL` has no records.
    pub empty_xml_orders: bool,
    /// `cancelled-stays`: the cursor does not pass a slice for which Amazon made no document.
    pub cancelled_stays: bool,
    /// `few-options`: `report_options_list` counts only for the streams for which Airbyte's source sends it.
    pub few_options: bool,
    /// `text-dates`: dates of tables are the texts of the document. Otherwise those of columns that the catalog declares as such are
    /// in ISO 8601, and null where they are empty.
    pub text_dates: bool,
}

impl Quirks {
    /// Their names in a configuration.
    pub const NAMES: [&str; 5] = ["latin-1", "empty-xml-orders", "cancelled-stays", "few-options", "text-dates"];
}

/// Which inbound shipments are read, by the time of their last update.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Inbound {
    /// Those of the last days.
    Days(u32),
    /// Those of a fixed range. Without an end, up to now.
    Fixed(Option<SystemTime>, Option<SystemTime>),
}

/// The steps of financial events by their names, in hours.
pub(crate) const STEPS: [(&str, u32); 13] = [
    ("1H", 1),
    ("2H", 2),
    ("4H", 4),
    ("6H", 6),
    ("8H", 8),
    ("12H", 12),
    ("1D", 24),
    ("7D", 7 * 24),
    ("14D", 14 * 24),
    ("30D", 30 * 24),
    ("60D", 60 * 24),
    ("90D", 90 * 24),
    ("180D", 180 * 24),
];

type Options = BTreeMap<String, BTreeMap<String, String>>;

/// The name of a connection whose configuration has none.
const NAME: &str = "airbyte";

pub(super) fn read(table: Map<String, Value>, file: &str) -> Result<Connection, Error> {
    let mut keys = Keys::new(file, String::new(), table);
    let mut notes = Vec::new();
    let name = name(&mut keys)?;
    let environment = environment(&mut keys)?;
    let marketplaces = marketplaces(&mut keys)?;
    let account = account(&mut keys, &["account_type"])?;
    let credentials = credentials::read_given(&mut keys)?;
    let app_id = app_id(&mut keys).unwrap_or_else(|error| {
        notes.push(error.to_string());
        None
    });
    let start = time(&mut keys, &["replication_start_date"], &mut notes)?;
    let end = time(&mut keys, &["replication_end_date"], &mut notes)?;
    let period_in_days = keys.whole(&["period_in_days"], 1..=u32::MAX)?;
    let is_spaced = keys.flag(&["wait_to_avoid_fatal_errors"], false)?;
    let include_pii = keys.flag(&["include_pii"], false)?;
    let mut report_options = options_list(&mut keys)?;
    if report_options.is_empty() {
        report_options = options_text(&mut keys)?;
    }
    if let Some((key, granularity)) = keys.text(&["sales_and_traffic_report_asin_granularity"])? {
        if !["PARENT", "CHILD", "SKU"].contains(&granularity.as_str()) {
            let what = format!("{} is not a granularity", shown(&granularity));
            return Err(keys.wrong(key, what, "Write PARENT, CHILD or SKU."));
        }
        let options = report_options.entry("GET_SALES_AND_TRAFFIC_REPORT".to_owned()).or_default();
        options.insert("asinGranularity".to_owned(), granularity);
    }
    let airbyte = settings(&mut keys, &mut notes)?;
    // A platform adds keys of its own.
    keys.ignore_others();
    Ok(Connection {
        name: name.unwrap_or_else(|| NAME.to_owned()),
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
        hash_key_file: None,
        newest_first: false,
        streams: Vec::new(),
        every: None,
        raw_documents: None,
        destination: None,
        airbyte: Some(airbyte),
        notes,
    })
}

fn settings(keys: &mut Keys<'_>, notes: &mut Vec<String>) -> Result<AirbyteSettings, Error> {
    let step = match keys.text(&["financial_events_step"])? {
        None => 180 * 24,
        Some((key, word)) => {
            // 4.6.4 writes days without their letter.
            let full = if word.bytes().all(|byte| byte.is_ascii_digit()) { format!("{word}D") } else { word.clone() };
            let step = STEPS.iter().find(|(name, _)| *name == full).map(|(_, hours)| *hours);
            step.ok_or_else(|| {
                let names: Vec<_> = STEPS.iter().map(|(name, _)| *name).collect();
                keys.wrong(
                    key,
                    format!("{} is not a step", shown(&word)),
                    format!("Write one of {}.", names.join(", ")),
                )
            })?
        }
    };
    let rolling_days = keys.whole(&["inbound_rolling_days"], 1..=u32::MAX)?.unwrap_or(30);
    let start = time(keys, &["inbound_start_datetime"], notes)?.map(|(_, start)| start);
    let end = time(keys, &["inbound_end_datetime"], notes)?.map(|(_, end)| end);
    let inbound = match keys.text(&["inbound_replication_mode"])? {
        None => Inbound::Days(rolling_days),
        Some((_, mode)) if mode == "rolling_days" => Inbound::Days(rolling_days),
        Some((_, mode)) if mode == "fixed" => Inbound::Fixed(start, end),
        Some((key, mode)) => {
            return Err(keys.wrong(key, format!("{} is not a mode", shown(&mode)), "Write rolling_days or fixed."));
        }
    };
    let version = match keys.text(&["airbyte_version"])? {
        None => Version::V6,
        Some((_, name)) if name.starts_with("6.") => Version::V6,
        Some((_, name)) if name == "4.6.4" => Version::V4,
        Some((key, name)) => {
            return Err(keys.wrong(key, format!("{} is not a version", shown(&name)), "Write 6.x or 4.6.4."));
        }
    };
    let mut quirks = Quirks::default();
    if let Some((key, names)) = keys.texts(&["airbyte_quirks"])? {
        for name in names {
            match name.as_str() {
                "latin-1" => quirks.latin1 = true,
                "empty-xml-orders" => quirks.empty_xml_orders = true,
                "cancelled-stays" => quirks.cancelled_stays = true,
                "few-options" => quirks.few_options = true,
                "text-dates" => quirks.text_dates = true,
                other => {
                    let hint = format!("Write some of {}.", Quirks::NAMES.join(", "));
                    return Err(keys.wrong(key, format!("{} is none", shown(other)), hint));
                }
            }
        }
    }
    Ok(AirbyteSettings {
        version,
        quirks,
        financial_events_step_hours: step,
        financial_events_per_page: keys.whole(&["financial_events_max_results_per_page"], 1..=100)?.unwrap_or(100),
        max_done_report_age_hours: keys.whole(&["max_done_report_age_hours"], 0..=72)?.unwrap_or(0),
        workers: keys.whole(&["num_workers"], 2..=10)?.unwrap_or(2),
        most_jobs: keys.whole(&["max_async_job_count"], 1..=u32::MAX)?.unwrap_or(2),
        lookback_hours: keys.whole(&["report_stream_lookback_window_in_hours"], 0..=u32::MAX)?,
        failed_retry_wait_seconds: keys.whole(&["failed_retry_wait_time_in_seconds"], 1..=14400)?.unwrap_or(1800),
        create_retries: keys.whole(&["creation_requester_429_max_retries"], 0..=u32::MAX)?.unwrap_or(5),
        stops_on_rate_limit: keys.flag(&["stop_sync_on_rate_limit"], false)?,
        inbound,
    })
}

/// The options as both versions have them: a list with an entry for each stream.
fn options_list(keys: &mut Keys<'_>) -> Result<Options, Error> {
    const KEY: &str = "report_options_list";
    let mut all = Options::new();
    let Some((key, value)) = keys.take(&[KEY])? else { return Ok(all) };
    let hint = "Write entries with report_name, stream_name and options_list.";
    let Value::Array(entries) = value else { return Err(keys.wrong(key, "it is not a list", hint)) };
    let mut names = Vec::new();
    for entry in entries {
        let Value::Object(entry) = entry else { return Err(keys.wrong(key, "an entry is not an object", hint)) };
        let text = |name: &str| entry.get(name).and_then(Value::as_str).map(|text| text.trim().to_owned());
        let (Some(stream), report) = (text("stream_name"), text("report_name")) else {
            return Err(keys.wrong(key, "an entry has no stream_name", hint));
        };
        if names.contains(&stream) {
            let what = format!("two entries have the stream_name {}", shown(&stream));
            return Err(keys.wrong(key, what, "Give each its own stream_name."));
        }
        let mut options = BTreeMap::new();
        for option in entry.get("options_list").and_then(Value::as_array).into_iter().flatten() {
            let part = |name: &str| option.get(name).and_then(Value::as_str).map(str::to_owned);
            let (Some(name), Some(value)) = (part("option_name"), part("option_value")) else {
                let what = format!("an option of {} has no option_name or option_value", shown(&stream));
                return Err(keys.wrong(key, what, hint));
            };
            if options.insert(name.clone(), value).is_some() {
                let what = format!("the option {} of {} is there twice", shown(&name), shown(&stream));
                return Err(keys.wrong(key, what, "Remove one."));
            }
        }
        // An entry counts for the report of its stream_name and of its report_name.
        for name in [Some(stream.clone()), report].into_iter().flatten() {
            all.entry(name).or_default().extend(options.clone());
        }
        names.push(stream);
    }
    Ok(all)
}

/// The options as older versions had them: JSON in a text.
fn options_text(keys: &mut Keys<'_>) -> Result<Options, Error> {
    let Some((key, text)) = keys.text(&["report_options"])? else { return Ok(Options::new()) };
    serde_json::from_str(&text).map_err(|_| {
        let hint = "Write an object with an object of options for each report type.";
        keys.wrong(key, "it is not a text with JSON", hint)
    })
}
