//! `models/retirements.toml`: what Amazon has announced to end, and which of it is near.

use std::fs;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use super::{pin, source};

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    retirement: Vec<Row>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    kind: Kind,
    name: String,
    on: String,
    instead: Option<String>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    Version,
    Operation,
    Report,
    Feed,
    Notification,
    DataKiosk,
}

const DAY: u64 = 86_400;

/// Lines on what ends within four months of `today`, or has ended in the last two; the soonest first.
///
/// # Errors
/// When the file does not read, or a day in it is none. A folder without the file has no such lines.
pub fn near(folder: &Path, today: Option<&str>) -> Result<Vec<String>> {
    let path = folder.join("retirements.toml");
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error).with_context(|| format!("{} does not open", path.display())),
    };
    let file: File = toml::from_str(&text).with_context(|| format!("{} does not read", path.display()))?;
    let now = match today {
        Some(today) => seconds(today)?,
        None => SystemTime::now().duration_since(UNIX_EPOCH).context("the clock stands before 1970")?.as_secs(),
    };
    let day = |time: u64| source::date(time);
    let (from, today, to) = (day(now.saturating_sub(61 * DAY)), day(now), day(now + 122 * DAY));
    let mut rows = file.retirement;
    for row in &rows {
        pin::check_date(&row.on).with_context(|| format!("{}: {}", path.display(), row.name))?;
    }
    // Days of this form are in order as texts are.
    rows.retain(|row| from <= row.on && row.on <= to);
    rows.sort_by(|a, b| (&a.on, &a.name).cmp(&(&b.on, &b.name)));
    Ok(rows.iter().map(|row| row.line(&today)).collect())
}

impl Row {
    fn line(&self, today: &str) -> String {
        let kind = match self.kind {
            Kind::Version => "the version",
            Kind::Operation => "the operation",
            Kind::Report => "the report type",
            Kind::Feed => "the feed type",
            Kind::Notification => "the notification",
            Kind::DataKiosk => "the Data Kiosk schema",
        };
        let word = if self.on.as_str() < today { "was to end" } else { "ends" };
        let instead = self.instead.as_ref().map(|instead| format!("; instead: {instead}")).unwrap_or_default();
        format!("{kind} {} {word} on {}{instead}", self.name, self.on)
    }
}

/// The start of a day, in seconds since 1970.
fn seconds(day: &str) -> Result<u64> {
    pin::check_date(day)?;
    let found = (0..100_000).map(|days| days * DAY).find(|time| source::date(*time) == day);
    ensure!(found.is_some(), "{day} is no day");
    Ok(found.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_near_is_told_the_soonest_first() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(near(folder.path(), Some("2026-09-01")).unwrap(), Vec::<String>::new());
        let row =
            |name: &str, on: &str| format!("[[retirement]]\nkind = \"report\"\nname = \"{name}\"\non = \"{on}\"\n");
        let text = [
            row("LATER", "2027-01-02"),
            row("SOON", "2027-01-01"),
            row("TODAY", "2026-09-01"),
            row("PAST", "2026-07-02"),
            row("LONG_PAST", "2026-07-01"),
        ];
        fs::write(folder.path().join("retirements.toml"), text.concat()).unwrap();
        assert_eq!(
            near(folder.path(), Some("2026-09-01")).unwrap(),
            [
                "the report type PAST was to end on 2026-07-02",
                "the report type TODAY ends on 2026-09-01",
                "the report type SOON ends on 2027-01-01",
            ]
        );
        assert!(near(folder.path(), Some("2026-02-30")).is_err());
        fs::write(folder.path().join("retirements.toml"), row("X", "soon")).unwrap();
        assert!(format!("{:#}", near(folder.path(), None).unwrap_err()).contains("X: a date is YYYY-MM-DD"));
    }

    #[test]
    fn the_projects_own_file_reads() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models");
        assert!(near(&folder, Some("2026-08-05")).unwrap().len() > 3);
    }
}
