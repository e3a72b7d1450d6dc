//! The file of a connection as it is written.

use super::{Connection, DestinationSettings, FileFormat};
use spapi_core::{Error, ErrorKind};
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, Value};

/// The names of settings that have several. A file has one of each row, or it has all of the last row and none before it.
const SAME: [&[&str]; 7] = [
    &["environment", "aws_environment"],
    &["region", "marketplaces"],
    &["account_type", "aws_seller_partner_account_type"],
    &["start_date", "replication_start_date"],
    &["end_date", "replication_end_date"],
    &["wait_between_requests", "wait_to_avoid_fatal_errors"],
    &["credentials_file", "lwa_client_id", "lwa_app_id", "lwa_client_secret", "refresh_token"],
];

/// The text of a connection's file, to write a new one or to change some settings of one that exists. What is not changed stays as
/// it is, with its comments.
///
/// ```
/// use spapi_sync::{DestinationSettings, Draft};
/// use std::path::Path;
///
/// let mut draft = Draft::new();
/// draft.set("name", "amazon-jp");
/// draft.set("region", "JP");
/// draft.set_list("objects", ["GET_MERCHANT_LISTINGS_ALL_DATA"]);
/// draft.set_destination(&DestinationSettings::Sqlite("jp.db".into()));
/// assert_eq!(draft.read(Path::new("jp.toml"))?.name, "amazon-jp");
/// # Ok::<(), spapi_core::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Draft(DocumentMut);

impl Draft {
    /// An empty file.
    pub fn new() -> Self {
        Self::default()
    }

    /// The file at this path, which may lack settings.
    ///
    /// # Errors
    /// When it cannot be read, or is not TOML. The error shows no line of it, which may have a secret.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let failed = |what: &str| Error::new(ErrorKind::Config, format!("{}: {what}", path.display()));
        let text = fs::read_to_string(path).map_err(|error| failed("it cannot be read").with_source(error))?;
        let document = text.trim_start_matches('\u{feff}').parse();
        document.map(Self).map_err(|_| failed("it is not TOML").with_hint("Correct it with an editor."))
    }

    /// Sets a setting. Another name of the same setting is removed.
    pub fn set(&mut self, key: &str, value: impl Into<Setting>) {
        for same in SAME.iter().filter(|same| same.contains(&key)) {
            same.iter().filter(|name| **name != key).for_each(|name| drop(self.0.remove(name)));
        }
        let mut value = match value.into() {
            Setting::Text(text) => Value::from(text),
            Setting::Number(number) => Value::from(number),
            Setting::Flag(is) => Value::from(is),
            Setting::List(texts) => Value::from(texts.into_iter().collect::<Array>()),
        };
        if let Some(before) = self.0.get(key).and_then(Item::as_value) {
            *value.decor_mut() = before.decor().clone();
        }
        self.0[key] = Item::Value(value);
    }

    /// Sets a setting to a list of texts.
    pub fn set_list<'a>(&mut self, key: &str, texts: impl IntoIterator<Item = &'a str>) {
        self.set(key, Setting::List(texts.into_iter().map(str::to_owned).collect()));
    }

    /// Sets where the rows go, in place of what the file says of it. Paths are written as they are given: relative ones are relative
    /// to the file.
    pub fn set_destination(&mut self, destination: &DestinationSettings) {
        let mut table = Table::new();
        let text = |text: &str| Item::Value(text.into());
        let path = |path: &Path| text(&path.display().to_string());
        let form = |table: &mut Table, format: FileFormat| {
            // Parquet is what a file has that does not say.
            match format {
                FileFormat::Parquet => {}
                FileFormat::Csv => drop(table.insert("format", text("csv"))),
                FileFormat::Jsonl => drop(table.insert("format", text("jsonl"))),
            }
        };
        match destination {
            DestinationSettings::Sqlite(file) => drop(table.insert("sqlite", path(file))),
            DestinationSettings::Postgres { env, schema } => {
                let mut settings = InlineTable::new();
                settings.insert("env", env.as_str().into());
                if schema != "public" {
                    settings.insert("schema", schema.as_str().into());
                }
                table.insert("postgres", Item::Value(settings.into()));
            }
            DestinationSettings::Folder { path: folder, format } => {
                table.insert("folder", path(folder));
                form(&mut table, *format);
            }
            DestinationSettings::Bucket { url, format } => {
                table.insert("bucket", text(url));
                form(&mut table, *format);
            }
        }
        self.0["destination"] = Item::Table(table);
    }

    /// Sets the report options, by the name of a stream or a report type, in place of those that the file has.
    pub fn set_report_options(&mut self, options: &BTreeMap<String, BTreeMap<String, String>>) {
        self.remove("report_options");
        let mut all = Table::new();
        all.set_implicit(true);
        for (name, options) in options {
            let options = options.iter().map(|(option, value)| (option.as_str(), Value::from(value.as_str())));
            all.insert(name, Item::Table(options.collect()));
        }
        if !all.is_empty() {
            self.0["report_options"] = Item::Table(all);
        }
    }

    /// Removes a setting by all of its names, if the file has it.
    pub fn remove(&mut self, key: &str) {
        let same = SAME.iter().find(|same| same.contains(&key)).copied().unwrap_or_default();
        same.iter().chain([&key]).for_each(|name| drop(self.0.remove(name)));
    }

    /// Removes the settings of streams that are no longer among these objects, which a connection would refuse.
    pub fn keep_streams(&mut self, objects: &[&str]) {
        if let Some(streams) = self.0.get_mut("streams").and_then(Item::as_table_like_mut) {
            let names: Vec<_> = streams.iter().map(|(name, _)| name.to_owned()).collect();
            let is_kept = |name: &str| objects.iter().any(|object| object.eq_ignore_ascii_case(name));
            names.iter().filter(|name| !is_kept(name)).for_each(|name| drop(streams.remove(name)));
        }
    }

    /// The text of the file.
    pub fn text(&self) -> String {
        self.0.to_string()
    }

    /// Reads the text as a run would, as a file at this path.
    ///
    /// # Errors
    /// When a setting is wrong, unknown or missing. The error names the file and the key and says what to do.
    pub fn read(&self, path: &Path) -> Result<Connection, Error> {
        Connection::parse(&self.text(), &path.display().to_string(), path.parent().unwrap_or(Path::new("")))
    }

    /// Writes a new file, which only its owner can read and write.
    ///
    /// # Errors
    /// When something has that name, or the file cannot be written.
    pub fn save_new(&self, path: &Path) -> io::Result<()> {
        let mut file = private(path)?;
        file.write_all(self.text().as_bytes())?;
        file.sync_all()
    }

    /// Writes the file in the place of one that exists, in one step: a reader finds the old text or the new.
    ///
    /// # Errors
    /// When it cannot be written. Then the old file stays.
    pub fn save(&self, path: &Path) -> io::Result<()> {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(".new");
        let new: PathBuf = path.with_file_name(name);
        // What an interrupted save has left.
        let _ = fs::remove_file(&new);
        self.save_new(&new)?;
        fs::rename(&new, path)
    }
}

/// The value of a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Setting {
    /// A text.
    Text(String),
    /// A whole number.
    Number(i64),
    /// True or false.
    Flag(bool),
    /// A list of texts.
    List(Vec<String>),
}

impl From<&str> for Setting {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Setting {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Setting {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<bool> for Setting {
    fn from(is: bool) -> Self {
        Self::Flag(is)
    }
}

/// A new file that only its owner can read and write.
fn private(path: &Path) -> io::Result<fs::File> {
    let mut rules = fs::OpenOptions::new();
    rules.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut rules, 0o600);
    rules.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn least() -> Draft {
        let mut draft = Draft::new();
        draft.set("name", "a");
        draft.set("region", "JP");
        draft.set_list("objects", ["GET_AFN_INVENTORY_DATA"]);
        draft
    }

    #[test]
    fn any_text_is_read_back_as_it_was_set() {
        for text in ["plain", "a \"b\" \\ c", "日本\u{7f}\u{1}", "'''\n\"\"\""] {
            let mut draft = least();
            draft.set_destination(&DestinationSettings::Sqlite(text.trim().into()));
            let connection = draft.read(Path::new("a.toml")).unwrap();
            assert_eq!(connection.destination, Some(DestinationSettings::Sqlite(text.trim().into())), "{text:?}");
        }
    }

    #[test]
    fn each_destination_is_read_back() {
        let postgres = |schema: &str| DestinationSettings::Postgres { env: "URL".into(), schema: schema.into() };
        for destination in [
            postgres("public"),
            postgres("amazon"),
            DestinationSettings::Folder { path: "out".into(), format: FileFormat::Parquet },
            DestinationSettings::Bucket { url: "s3://a/b".into(), format: FileFormat::Jsonl },
        ] {
            let mut draft = least();
            draft.set_destination(&destination);
            assert_eq!(draft.read(Path::new("a.toml")).unwrap().destination, Some(destination));
        }
    }

    #[test]
    fn report_options_are_replaced_as_a_whole() {
        let mut draft = least();
        let options = |value: &str| {
            let options = BTreeMap::from([("aggregatedByTimePeriod".to_owned(), value.to_owned())]);
            BTreeMap::from([("GET_LEDGER_SUMMARY_VIEW_DATA".to_owned(), options)])
        };
        for value in ["DAILY", "WEEKLY"] {
            draft.set_report_options(&options(value));
            assert_eq!(draft.read(Path::new("a.toml")).unwrap().report_options, options(value));
        }
        draft.set_report_options(&BTreeMap::new());
        assert!(draft.read(Path::new("a.toml")).unwrap().report_options.is_empty());
    }

    #[test]
    fn a_change_keeps_comments_and_removes_the_other_name_of_a_setting() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.toml");
        let text = "# Ours.\nname = \"a\" # short\nreplication_start_date = \"2024-01-01T00:00:00Z\"\nregion = \"JP\"\n\
                    objects = [\"Orders\", \"OrderItems\"]\n\n[streams.OrderItems]\nlookback_days = 1\n";
        fs::write(&path, text).unwrap();
        let mut draft = Draft::open(&path).unwrap();
        draft.set("name", "b");
        draft.set("start_date", "2025-01-01T00:00:00Z");
        draft.set_list("objects", ["Orders"]);
        draft.keep_streams(&["Orders"]);
        draft.save(&path).unwrap();
        let after = fs::read_to_string(&path).unwrap();
        assert!(after.starts_with("# Ours.\nname = \"b\" # short\n"), "{after}");
        assert!(!after.contains("replication_start_date") && !after.contains("lookback_days"), "{after}");
        assert_eq!(Connection::open(&path).unwrap().name, "b");
        assert!(draft.save_new(&path).is_err(), "an existing file stays");
        fs::write(&path, "secret = Atzr|x").unwrap();
        let error = Draft::open(&path).unwrap_err().to_string();
        assert!(error.contains("it is not TOML") && !error.contains("Atzr"), "{error}");
    }
}
