//! `models/rows/<TYPE>.toml`: the columns of each report type.

mod check;

pub(crate) use check::is_report_type;

use crate::known;
use anyhow::{Context, Result};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// The report types, by name.
#[derive(Debug, Default)]
pub struct Reports(pub BTreeMap<String, Report>);

/// A file: the rows of a report type, or the name of another type with the same rows.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    pub format: Option<Format>,
    pub same_as: Option<String>,
    #[serde(default)]
    pub rows: Vec<Rows>,
}

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    Tsv,
    Csv,
    Json,
    Xml,
}

/// One kind of rows of a report.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rows {
    /// The name of the structure.
    pub name: String,
    /// Whether a header without any known name is read by position.
    #[serde(default)]
    pub by_position: bool,
    /// For JSON and XML, the path of the list or the elements that hold the rows.
    pub at: Option<String>,
    /// For JSON and XML, the path below them of a list with a row for each element.
    pub each: Option<String>,
    pub columns: Vec<Column>,
}

/// A column.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// As Amazon writes it in English; for JSON and XML the path below `at`.
    pub name: String,
    /// The name of the structure's field.
    pub field: String,
    pub kind: Kind,
    /// Whether it is absent or blank in some marketplaces, for some sellers or in some years.
    #[serde(default)]
    pub optional: bool,
    /// Whether it is a part of what tells a row from all others.
    #[serde(default)]
    pub key: bool,
    /// Which part of its dates comes first.
    pub order: Option<Order>,
    /// Values that are known. There may be others.
    #[serde(default)]
    pub values: Vec<String>,
    /// Other English names.
    #[serde(default)]
    pub also: Vec<String>,
    /// The name in other languages, by language tag.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
}

/// What the values of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    Text,
    Id,
    Integer,
    Decimal,
    LocalDecimal,
    Boolean,
    Date,
    DateTime,
}

/// Which part of a date comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Order {
    DayFirst,
    MonthFirst,
    Marketplace,
}

impl Format {
    pub fn is_table(self) -> bool {
        matches!(self, Self::Tsv | Self::Csv)
    }
}

impl Kind {
    pub fn is_text(self) -> bool {
        matches!(self, Self::Text | Self::Id)
    }

    pub fn is_date(self) -> bool {
        matches!(self, Self::Date | Self::DateTime)
    }
}

impl Column {
    /// Whether a row may lack the value. The text of a column that always stands there is empty instead.
    pub fn is_nullable(&self) -> bool {
        self.optional || !self.kind.is_text()
    }
}

impl Reports {
    /// Reads a folder such as `models/rows`. If the folder does not exist, the result has no rows.
    ///
    /// # Errors
    /// When a file cannot be read or parsed, or has rows that cannot be generated, with file, row and column.
    pub fn read(folder: &Path) -> Result<Self> {
        let reports = Self(known::read_folder(folder, "<REPORT_TYPE>.toml", check::is_report_type)?);
        check::check(&reports).with_context(|| format!("in {}", folder.display()))?;
        Ok(reports)
    }

    /// The types that have rows of their own, with those rows.
    pub fn own(&self) -> impl Iterator<Item = (&str, Format, &[Rows])> {
        self.0.iter().filter_map(|(name, report)| Some((name.as_str(), report.format?, report.rows.as_slice())))
    }
}
