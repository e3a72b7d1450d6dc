//! The rows as they are written. The enums and their variants have the names of those of `spapi-document-types`.

use serde::Deserialize;
use std::collections::BTreeMap;

/// A row of `reports.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    pub title: String,
    pub category: String,
    pub format: Format,
    #[serde(default)]
    pub quoted: bool,
    pub charset: Option<TextCharset>,
    #[serde(default)]
    pub local_numbers: bool,
    #[serde(default)]
    pub availability: Vec<Availability>,
    pub access: Option<Access>,
    #[serde(default)]
    pub roles: Vec<String>,
    pub parties: Option<Vec<Party>>,
    pub marketplaces: Option<Marketplaces>,
    pub marketplace_ids: Option<MarketplaceIds>,
    pub dates: Option<Dates>,
    #[serde(default)]
    pub dates_only: bool,
    pub longest_days: Option<u32>,
    pub history_days: Option<u32>,
    pub periods: Option<Periods>,
    pub delay_hours: Option<u32>,
    pub retention_days: Option<u32>,
    pub frequency: Option<Frequency>,
    #[serde(default)]
    pub schemas: Vec<String>,
    pub status: Option<Status>,
    pub instead: Option<String>,
    pub note: Option<String>,
    #[serde(default)]
    pub unsure: Vec<String>,
    #[serde(default)]
    pub options: Options,
}

/// A row of `feeds.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Feed {
    pub title: String,
    pub category: String,
    pub format: Format,
    pub content_type: String,
    pub processing_report: Option<ProcessingReport>,
    pub parties: Option<Vec<Party>>,
    pub marketplaces: Option<Marketplaces>,
    pub most_messages: Option<u32>,
    pub frequency: Option<Frequency>,
    #[serde(default)]
    pub schemas: Vec<String>,
    pub status: Option<Status>,
    pub instead: Option<String>,
    pub note: Option<String>,
    #[serde(default)]
    pub unsure: Vec<String>,
    #[serde(default)]
    pub options: Options,
}

/// A row of `data_kiosk.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dataset {
    pub title: String,
    pub version: String,
    pub schema: Option<String>,
    pub parties: Option<Vec<Party>>,
    #[serde(default)]
    pub roles: Vec<String>,
    pub retention_days: Option<u32>,
    pub status: Option<Status>,
    pub instead: Option<String>,
    pub note: Option<String>,
    #[serde(default)]
    pub unsure: Vec<String>,
    pub queries: BTreeMap<String, Query>,
}

/// A query of a dataset.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Query {
    pub rounding: Option<Rounding>,
    #[serde(default)]
    pub utc: bool,
    pub history_days: Option<u32>,
    pub future_days: Option<u32>,
    pub most_products: Option<u32>,
    pub marketplace_ids: Option<MarketplaceIds>,
}

/// A row of `families.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Family {
    pub format: Format,
    #[serde(default)]
    pub quoted: bool,
    pub charset: Option<TextCharset>,
    #[serde(default)]
    pub local_numbers: bool,
}

/// The options of a type by name.
pub type Options = BTreeMap<String, OptionRow>;

/// An option of a type.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OptionRow {
    kind: Option<OptionKind>,
    #[serde(default)]
    pub required: bool,
    #[serde(default)]
    pub values: Vec<String>,
    pub default: Option<String>,
    pub separator: Option<String>,
    pub longest: Option<u32>,
    pub party: Option<Party>,
}

impl OptionRow {
    /// The kind, by rule the one that the values show.
    pub fn kind(&self) -> OptionKind {
        let by_rule = if self.values.is_empty() { OptionKind::Text } else { OptionKind::Choice };
        self.kind.unwrap_or(by_rule)
    }
}

/// The periods of a report.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Periods {
    pub option: Option<String>,
    pub unit: Option<Unit>,
    pub rounding: Option<Rounding>,
    pub several: Option<bool>,
    #[serde(default)]
    pub utc: bool,
    #[serde(default)]
    pub longest: BTreeMap<String, u32>,
    #[serde(default)]
    pub history: BTreeMap<String, u32>,
}

/// The most requests in some time.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Frequency {
    pub times: u32,
    pub minutes: u32,
}

/// `"all"`, or country codes.
#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "`marketplaces` is \"all\" or a list of country codes")]
pub enum Marketplaces {
    Word(All),
    Only(Vec<String>),
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum All {
    All,
}

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($variant:ident),+ })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum $name { $($variant),+ }
    )+};
}

pub(crate) use words;

words! {
    Format { Tsv, Csv, Json, Xml, Text, Pdf, Xlsx, Zip }
    Availability { Requested, Scheduled, Automatic }
    Access { RestrictedRole, RestrictedDataToken }
    Party { Seller, Vendor }
    MarketplaceIds { One, Several, Ignored, Refused }
    Dates { Required, Optional, Ignored, Refused }
    Status { Unlisted, Removed }
    ProcessingReport { Json, Xml, FlatFile }
    OptionKind { Text, Flag, Choice, List, DateTime, Locale, Marketplace, Currency }
    Rounding { None, Inward, Outward, MustFit, Unknown }
    Unit { Hour, Day, Week, Month, Quarter, Year }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum TextCharset {
    #[serde(rename = "utf-8")]
    Utf8,
    #[serde(rename = "by-marketplace")]
    ByMarketplace,
}

impl Unit {
    /// The period that an option's value means.
    pub fn of_value(value: &str) -> Option<Self> {
        Some(match value {
            "DAY" | "DAILY" => Self::Day,
            "WEEK" | "WEEKLY" => Self::Week,
            "MONTH" | "MONTHLY" => Self::Month,
            "QUARTER" | "QUARTERLY" => Self::Quarter,
            "YEAR" | "YEARLY" => Self::Year,
            _ => return None,
        })
    }
}
