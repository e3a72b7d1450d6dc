//! The rows as they are written. The enums and their variants have the names of those of `spapi-sync`.

use crate::documents::words;
use serde::Deserialize;
use std::collections::BTreeMap;

/// A row of `streams.toml`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    pub title: Option<String>,
    pub report: Option<String>,
    pub rows: Option<String>,
    #[serde(default)]
    pub options: BTreeMap<String, String>,
    #[serde(default)]
    pub defaults: BTreeMap<String, String>,
    pub operation: Option<String>,
    pub list: Option<String>,
    pub each: Option<String>,
    #[serde(default)]
    pub arguments: BTreeMap<String, String>,
    pub marketplace: Option<String>,
    pub from: Option<String>,
    pub to: Option<String>,
    pub interval: Option<String>,
    pub parent: Option<Parent>,
    pub query: Option<QueryRow>,
    pub kind: Option<StreamKind>,
    pub clock: Option<Clock>,
    pub most_days: Option<u32>,
    #[serde(default)]
    pub key: Vec<String>,
    /// Objects whose fields are columns.
    #[serde(default)]
    pub flat: Vec<String>,
    /// Fields that the model calls texts and that have times.
    #[serde(default)]
    pub times: Vec<String>,
    pub cursor: Option<String>,
    #[serde(default)]
    pub lookback_days: u32,
    pub final_days: Option<u32>,
}

/// The stream whose rows a stream is called for.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parent {
    pub stream: String,
    pub field: String,
    pub argument: String,
}

/// A query of Data Kiosk.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QueryRow {
    pub dataset: String,
    pub name: String,
    pub each: Option<String>,
    /// The arguments beside dates and marketplaces.
    #[serde(default)]
    pub arguments: String,
    /// Fields that are not asked for.
    #[serde(default)]
    pub without: Vec<String>,
}

/// A row of `airbyte.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AirbyteRow {
    pub places: Places,
    pub cursor: Option<String>,
    #[serde(default)]
    pub cursor_is: CursorIs,
    pub cursor_as: Option<CursorAs>,
    #[serde(default)]
    pub key: Vec<String>,
    #[serde(default)]
    pub key_v4: Vec<String>,
    #[serde(default)]
    pub key_v6: Vec<String>,
    pub step: Step,
    pub most_days: Option<u32>,
    pub absent_days: Option<u32>,
    #[serde(default)]
    pub v4_once: bool,
    pub start_days: Option<u32>,
    pub start_days_v4: Option<u32>,
    #[serde(default)]
    pub end_minutes: u32,
    #[serde(default)]
    pub lookback: bool,
    #[serde(default)]
    pub lookback_hours: u32,
    #[serde(default)]
    pub lookback_hours_v4: u32,
    #[serde(default)]
    pub options: BTreeMap<String, String>,
    pub user_options: Option<Versions>,
    #[serde(default)]
    pub injected: Vec<String>,
}

/// The places in the catalogs.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Places {
    pub v4: Option<u32>,
    pub seller: Option<u32>,
    pub vendor: Option<u32>,
}

/// A row of `airbyte_columns.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnsRow {
    /// Of a table of `spapi-rows`: its columns that the stream lacks.
    pub without: Option<Vec<String>>,
    pub columns: Vec<ColumnRow>,
}

/// A column: its name alone, or a table.
#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "a column is a name or a table with a name")]
pub enum ColumnRow {
    Name(String),
    Table(ColumnTable),
}

/// A column that is not by rule.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnTable {
    pub name: String,
    pub of: Option<String>,
    pub is: Option<String>,
    pub only: Option<Version>,
}

words! {
    StreamKind { Snapshot, Incremental }
    Clock { Created, Updated, Happened, Period, Made }
    Step { Period, Fixed, Month, LastWeek, EventsStep, Parent, Once }
    CursorAs { Date, Time, OffsetTime }
    AirbyteKind { String, Number, Integer, Int32, Int64, Boolean, Object, Array, Date, DateTime, Timestamp }
}

/// Where a cursor comes from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CursorIs {
    #[default]
    Row,
    SliceEnd,
    Parent,
}

/// A version of Airbyte's source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Version {
    #[serde(rename = "4.6.4")]
    V4,
    #[serde(rename = "6.x")]
    V6,
}

/// One version or both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Versions {
    #[serde(rename = "both")]
    Both,
    #[serde(rename = "6.x")]
    V6,
}
