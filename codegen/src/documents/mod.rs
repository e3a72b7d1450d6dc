//! `models/documents`: what is known of report types, feed types and Data Kiosk datasets.
//!
//! Nothing here is from Amazon's models. [`Documents::read`] refuses a row that says what cannot be.

mod check;
mod rows;

pub(crate) use rows::words;
pub use rows::{
    Access, Availability, Dataset, Dates, Family, Feed, Format, Frequency, MarketplaceIds, Marketplaces, OptionKind,
    OptionRow, Options, Party, Periods, ProcessingReport, Query, Report, Rounding, Status, TextCharset, Unit,
};

use super::retirements::{Retirement, Retirements};
use anyhow::{Context, Result, bail, ensure};
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::path::Path;

/// The rows of a file by name.
pub type Rows<T> = BTreeMap<String, T>;

/// All rows of the folder.
#[derive(Debug, Default)]
pub struct Documents {
    pub reports: Rows<Report>,
    pub feeds: Rows<Feed>,
    pub datasets: Rows<Dataset>,
    pub families: Rows<Family>,
}

const REPORTS: &str = "reports.toml";
const FEEDS: &str = "feeds.toml";
const DATA_KIOSK: &str = "data_kiosk.toml";
const FAMILIES: &str = "families.toml";

impl Documents {
    /// Reads the folder; a missing file has no rows.
    ///
    /// # Errors
    /// When a file cannot be read or parsed, or a row says what cannot be, with the names of file and row.
    pub fn read(folder: &Path) -> Result<Self> {
        let found = Self {
            reports: read(&folder.join(REPORTS), Report::check)?,
            feeds: read(&folder.join(FEEDS), Feed::check)?,
            datasets: read(&folder.join(DATA_KIOSK), Dataset::check)?,
            families: read(&folder.join(FAMILIES), Family::check)?,
        };
        let both = found.feeds.keys().find(|name| found.reports.contains_key(*name));
        if let Some(name) = both {
            bail!("{name} is a row of {REPORTS} and of {FEEDS} in {}: remove one", folder.display());
        }
        distinct_titles(&folder.join(REPORTS), found.reports.iter().map(|(name, row)| (name, &row.title)))?;
        distinct_titles(&folder.join(FEEDS), found.feeds.iter().map(|(name, row)| (name, &row.title)))?;
        Ok(found)
    }

    /// Fails if a retired type has no row, or if its row says too how it ends.
    ///
    /// # Errors
    /// When it does, with the names of the rows.
    pub fn check_retirements(&self, retirements: &Retirements) -> Result<()> {
        for kind in retirements.types() {
            let (file, status) = match kind.section {
                "reports" => (REPORTS, self.reports.get(kind.name).map(|row| row.status)),
                "feeds" => (FEEDS, self.feeds.get(kind.name).map(|row| row.status)),
                "data-kiosk" => (DATA_KIOSK, self.datasets.get(kind.name).map(|row| row.status)),
                _ => continue,
            };
            let name = kind.name;
            let status = status.with_context(|| {
                format!("models/retirements.toml retires {name}, which has no row in models/documents/{file}: add one")
            })?;
            ensure!(
                status.is_none(),
                "models/documents/{file}: {name}: it has a status, and models/retirements.toml has its day: remove one"
            );
        }
        Ok(())
    }
}

/// The retirement of a type of a section, if one is announced.
pub fn retirement(retirements: &Retirements, section: &str, name: &str) -> Option<Retirement> {
    retirements.types().find(|kind| kind.section == section && kind.name == name).map(|kind| kind.retirement)
}

fn read<T: DeserializeOwned>(path: &Path, check: fn(&T, &str) -> Result<()>) -> Result<Rows<T>> {
    let table: toml::Table = crate::known::read(path)?;
    let row = |(name, value): (String, toml::Value)| {
        let context = || format!("{}: {name}", path.display());
        let row: T = value.try_into().with_context(context)?;
        check(&row, &name).with_context(context)?;
        Ok((name, row))
    };
    table.into_iter().map(row).collect()
}

fn distinct_titles<'a>(path: &Path, titles: impl Iterator<Item = (&'a String, &'a String)>) -> Result<()> {
    let mut taken = BTreeMap::new();
    for (name, title) in titles {
        if let Some(other) = taken.insert(title, name) {
            bail!("{}: {name}: it has the title of {other}, {title:?}", path.display());
        }
    }
    Ok(())
}
