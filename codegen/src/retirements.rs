//! `models/retirements.toml`: Amazon's announced retirements and their days.

use super::catalog::Section;
use anyhow::{Context, Result, ensure};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::Deserialize;
use spapi_types::operation::{ApiName, OperationName};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// All rows of the file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retirements {
    #[serde(default, rename = "retirement")]
    rows: Vec<Row>,
}

/// A row.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    kind: Kind,
    /// For a version `section@version`, for an operation `section@version operation`, otherwise Amazon's name of the
    /// type.
    name: String,
    /// For a notification, the version of its payload, if Amazon does not retire all of them.
    payload: Option<String>,
    on: String,
    instead: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    Version,
    Operation,
    Report,
    Feed,
    Notification,
    DataKiosk,
}

/// Amazon's announced end of something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retirement {
    /// The day, as `YYYY-MM-DD`.
    pub on: String,
    /// The replacement.
    pub instead: Option<String>,
}

/// A type of report, feed, notification or Data Kiosk schema that Amazon retires.
#[derive(Debug)]
pub struct RetiredType<'a> {
    /// The section whose calls name it.
    pub section: &'static str,
    /// Amazon's name of it.
    pub name: &'a str,
    /// For a notification, the version of its payload, if Amazon does not retire all of them.
    pub payload: Option<&'a str>,
    pub retirement: Retirement,
}

impl Retirements {
    /// Reads the file; without it Amazon retires nothing.
    ///
    /// # Errors
    /// When the file cannot be read, a date in it is not valid, or a name does not have the form of its kind.
    pub fn read(path: &Path) -> Result<Self> {
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(error).with_context(|| format!("{} cannot be opened", path.display())),
        };
        let found: Self = toml::from_str(&text).with_context(|| format!("{} cannot be parsed", path.display()))?;
        for row in &found.rows {
            row.check().with_context(|| format!("{}: {}", path.display(), row.name))?;
        }
        Ok(found)
    }

    /// Lines about retirements within the next four months or the last two, the earliest first.
    ///
    /// # Errors
    /// When `today` is not a day.
    pub fn near(&self, today: Option<&str>) -> Result<Vec<String>> {
        let today: Date = match today {
            Some(today) => today.parse().with_context(|| format!("{today} is not a day"))?,
            None => Timestamp::now().to_zoned(TimeZone::UTC).date(),
        };
        // Days of this form sort as strings.
        let from = today.saturating_sub(2.months()).to_string();
        let to = today.saturating_add(4.months()).to_string();
        let today = today.to_string();
        let mut rows: Vec<_> = self.rows.iter().filter(|row| from <= row.on && row.on <= to).collect();
        rows.sort_by(|a, b| (&a.on, &a.name).cmp(&(&b.on, &b.name)));
        Ok(rows.iter().map(|row| row.line(&today)).collect())
    }

    /// Adds the retirements of a section's versions and operations to it.
    pub fn tell(&self, section: &mut Section) {
        for row in &self.rows {
            let Some(place) = row.place() else { continue };
            for api in section.apis.iter_mut().filter(|api| place.is_in(&section.name, &api.module)) {
                match &place.operation {
                    Some(operation) => {
                        api.retirements.insert(operation.clone(), row.retirement());
                    }
                    None => api.retirement = Some(row.retirement()),
                }
            }
        }
    }

    /// The retired types, in the order of the file.
    pub fn types(&self) -> impl Iterator<Item = RetiredType<'_>> {
        self.rows.iter().filter_map(|row| {
            let section = match row.kind {
                Kind::Version | Kind::Operation => return None,
                Kind::Report => "reports",
                Kind::Feed => "feeds",
                Kind::Notification => "notifications",
                Kind::DataKiosk => "data-kiosk",
            };
            let payload = row.payload.as_deref();
            Some(RetiredType { section, name: &row.name, payload, retirement: row.retirement() })
        })
    }

    /// A line for each row whose version or operation is not among the models. `operations` has the ids of an API by
    /// section and module.
    pub fn superfluous(&self, operations: &BTreeMap<(&str, &str), Vec<&str>>) -> Vec<String> {
        let is_there = |place: Place| {
            let mut apis = operations.iter().filter(|((section, module), _)| place.is_in(section, module));
            apis.any(|(_, ids)| place.operation.as_deref().is_none_or(|operation| ids.contains(&operation)))
        };
        let gone = self.rows.iter().filter(|row| !row.place().is_none_or(is_there));
        gone.map(|row| format!("models/retirements.toml has a row for {}, which is not among the models", row.name))
            .collect()
    }
}

impl Retirement {
    /// A sentence: `Amazon retires it on 2027-03-27; replacement: orders v2026_01_01.`
    pub fn sentence(&self) -> String {
        match &self.instead {
            Some(instead) => format!("Amazon retires it on {}; replacement: {instead}.", self.on),
            None => format!("Amazon retires it on {}.", self.on),
        }
    }
}

/// The version or operation of a row.
struct Place {
    api: ApiName,
    /// `None` if Amazon retires the whole version.
    operation: Option<String>,
}

impl Place {
    /// Whether it belongs to the API of that section and module.
    fn is_in(&self, section: &str, module: &str) -> bool {
        self.api.section() == section && self.api.has_version(module)
    }
}

impl Row {
    /// `None` for a type. A name without a version has no place, because Amazon retires an API or operation of a
    /// version.
    fn place(&self) -> Option<Place> {
        let (api, operation) = match self.kind {
            Kind::Version => (self.name.parse::<ApiName>().ok()?, None),
            Kind::Operation => {
                let name: OperationName = self.name.parse().ok()?;
                (name.api().clone(), Some(name.id().to_owned()))
            }
            _ => return None,
        };
        api.version()?;
        Some(Place { api, operation })
    }

    fn check(&self) -> Result<()> {
        check_date(&self.on)?;
        let (is_right, form) = match self.kind {
            Kind::Version => (self.place().is_some(), "its section and version, as `orders@v0`"),
            Kind::Operation => (self.place().is_some(), "its section, version and id, as `orders@v0 getOrders`"),
            _ => (!self.name.is_empty() && !self.name.contains(char::is_whitespace), "one word"),
        };
        ensure!(is_right, "the name of this kind is {form}");
        ensure!(self.payload.is_none() || self.kind == Kind::Notification, "only a notification has a payload");
        Ok(())
    }

    fn retirement(&self) -> Retirement {
        Retirement { on: self.on.clone(), instead: self.instead.clone() }
    }

    fn line(&self, today: &str) -> String {
        let kind = match self.kind {
            Kind::Version => "the version",
            Kind::Operation => "the operation",
            Kind::Report => "the report type",
            Kind::Feed => "the feed type",
            Kind::Notification => "the notification",
            Kind::DataKiosk => "the Data Kiosk schema",
        };
        let word = if self.on.as_str() < today { "was to be retired" } else { "is retired" };
        let payload = self.payload.as_ref().map(|payload| format!(" with payload {payload}")).unwrap_or_default();
        let instead = self.instead.as_ref().map(|instead| format!("; replacement: {instead}")).unwrap_or_default();
        format!("{kind} {}{payload} {word} on {}{instead}", self.name, self.on)
    }
}

/// Fails if a string is not a day of the form `YYYY-MM-DD`.
///
/// # Errors
/// When it is not, with the string.
pub fn check_date(date: &str) -> Result<()> {
    let is_day = date.parse::<Date>().is_ok_and(|day| day.to_string() == date);
    ensure!(is_day, "a date is YYYY-MM-DD, not {date:?}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Retirements> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("retirements.toml");
        fs::write(&path, text).unwrap();
        Retirements::read(&path)
    }

    fn row(kind: &str, name: &str, on: &str) -> String {
        format!("[[retirement]]\nkind = \"{kind}\"\nname = \"{name}\"\non = \"{on}\"\n")
    }

    #[test]
    fn near_retirements_are_listed_soonest_first() {
        assert_eq!(Retirements::default().near(Some("2026-09-01")).unwrap(), Vec::<String>::new());
        let text = [
            row("report", "LATER", "2027-01-02"),
            row("report", "SOON", "2027-01-01"),
            row("report", "TODAY", "2026-09-01"),
            row("report", "PAST", "2026-07-01"),
            row("report", "LONG_PAST", "2026-06-30"),
        ];
        let found = read(&text.concat()).unwrap();
        assert_eq!(
            found.near(Some("2026-09-01")).unwrap(),
            [
                "the report type PAST was to be retired on 2026-07-01",
                "the report type TODAY is retired on 2026-09-01",
                "the report type SOON is retired on 2027-01-01",
            ]
        );
        assert!(found.near(Some("2026-02-30")).is_err());
    }

    #[test]
    fn an_incomplete_row_is_refused() {
        let cases = [
            (row("report", "X", "soon"), "X: a date is YYYY-MM-DD"),
            (row("version", "orders", "2027-01-01"), "its section and version"),
            (row("version", "orders v0", "2027-01-01"), "its section and version"),
            (row("operation", "getOrders", "2027-01-01"), "its section, version and id"),
            (row("operation", "orders getOrders", "2027-01-01"), "its section, version and id"),
            (row("report", "X", "2027-01-01") + "payload = \"1.0\"\n", "only a notification"),
            (row("thing", "X", "2027-01-01"), "unknown variant"),
        ];
        for (text, said) in cases {
            let error = format!("{:#}", read(&text).unwrap_err());
            assert!(error.contains("retirements.toml") && error.contains(said), "{error}");
        }
    }

    #[test]
    fn a_row_for_something_unknown_is_reported() {
        let text = [row("version", "orders@v0", "2027-01-01"), row("operation", "orders@v0 gone", "2027-01-01")];
        let found = read(&text.concat()).unwrap();
        let other_spelling = read(&row("version", "orders@2026-01-01", "2027-01-01")).unwrap();
        let operations = BTreeMap::from([(("orders", "v2026_01_01"), vec!["getOrder"])]);
        assert_eq!(other_spelling.superfluous(&operations), Vec::<String>::new());
        assert_eq!(
            found.superfluous(&BTreeMap::from([(("orders", "v0"), vec!["getOrders"])])),
            ["models/retirements.toml has a row for orders@v0 gone, which is not among the models"]
        );
    }

    #[test]
    fn the_projects_own_file_reads() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models/retirements.toml");
        assert!(Retirements::read(&path).unwrap().near(Some("2026-08-05")).unwrap().len() > 3);
    }
}
