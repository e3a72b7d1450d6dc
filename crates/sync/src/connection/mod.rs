//! Connections: what is synced, for whom, and where it goes.

mod airbyte;
mod credentials;
mod draft;
mod keys;
mod moment;
mod own;
mod streams;
#[cfg(test)]
mod tests;

pub(crate) use airbyte::STEPS;
pub use airbyte::{AirbyteSettings, Inbound, Quirks};
pub use credentials::{CredentialSource, Reference};
pub use draft::{Draft, Setting};
pub(crate) use streams::slice_days;
pub use streams::{ChosenStream, ColumnChoice};

use crate::Schedule;
use serde_json::{Map, Value};
use spapi_core::{Error, ErrorKind, Marketplace};
use spapi_metadata::document_types::Party;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// The settings of a connection.
///
/// A file of ours is TOML:
///
/// ```toml
/// name = "amazon-jp"                   # unique among all connections
/// environment = "PRODUCTION"           # or SANDBOX
/// region = "JP"                        # or marketplaces = ["DE", "FR"], all of one region of the API
/// account_type = "Seller"              # or Vendor
/// credentials_file = "amazon-jp.json"  # or lwa_client_id, lwa_client_secret = { env = "NAME" } and refresh_token
/// app_id = "amzn1.sellerapps.app.0"
/// start_date = "2024-01-01T00:00:00Z"  # UTC
/// end_date = "2024-12-31T00:00:00Z"
/// period_in_days = 90                  # of a slice, 365 without it
/// wait_between_requests = true
/// hash_key_file = "amazon-jp.key"      # at least 32 random bytes, for columns that are hashed
/// every = "6h"                         # or a cron expression in UTC: "15 6 * * *"
/// objects = ["GET_MERCHANT_LISTINGS_ALL_DATA", "orders_2026_01_01"]
///
/// [report_options.GET_LEDGER_SUMMARY_VIEW_DATA]
/// aggregatedByTimePeriod = "DAILY"
///
/// [streams.orders_2026_01_01]
/// lookback_days = 7
/// drop = ["buyer"]
///
/// [raw_documents]                      # keeps reports encrypted, to read their rows again without quota
/// folder = "raw"
/// key_file = "amazon-jp.raw.key"       # at least 32 random bytes
/// keep_days = 30
///
/// [destination]
/// sqlite = "amazon.db"
/// ```
///
/// The names of the settings of Airbyte's source work too. A file that begins with `{` is JSON: with `objects` it has the same
/// settings, and without it is a configuration of Airbyte's source, of 4.6.4 or 6.x, as Airbyte wrote it, which may have a `name`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Connection {
    /// Its name, unique among all connections. An Airbyte configuration without one has `airbyte`.
    pub name: String,
    /// Which of Amazon's servers it uses.
    pub environment: Environment,
    /// The marketplaces, all of one region of the API, each once.
    pub marketplaces: Vec<Marketplace>,
    /// Whose account it is.
    pub account: Party,
    /// Where the credentials are.
    pub credentials: CredentialSource,
    /// The id of the application, which no call needs.
    pub app_id: Option<String>,
    /// The start of what is synced. `None`: two years before now.
    pub start: Option<SystemTime>,
    /// The first moment after what is synced. `None`: now.
    pub end: Option<SystemTime>,
    /// The days of a slice, before the limits of a stream.
    pub period_in_days: Option<u32>,
    /// Report options by the name of a stream or a report type, as name and value.
    pub report_options: BTreeMap<String, BTreeMap<String, String>>,
    /// Whether requests for reports are spread evenly, instead of as many at once as the quota allows.
    pub is_spaced: bool,
    /// Whether buyers' personal data are asked for.
    pub include_pii: bool,
    /// The file with the key by which columns are hashed. At least 32 bytes, without the white space around them.
    pub hash_key_file: Option<PathBuf>,
    /// Whether the newest slice comes first.
    pub newest_first: bool,
    /// The streams. Empty for an Airbyte configuration, where the catalog chooses them.
    pub streams: Vec<ChosenStream>,
    /// When runs begin. `None` if each is begun by hand or by another scheduler.
    pub every: Option<Schedule>,
    /// Where raw documents are kept. `None` if they are not.
    pub raw_documents: Option<RawDocumentSettings>,
    /// Where the rows go. `None` if a command says so.
    pub destination: Option<DestinationSettings>,
    /// The settings that only Airbyte's source has. `None` for a file of ours.
    pub airbyte: Option<AirbyteSettings>,
    /// What to say about the settings: times that were written in another zone, slices that a limit makes shorter.
    pub notes: Vec<String>,
}

/// Which of Amazon's servers a connection uses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Environment {
    /// The real ones.
    #[default]
    Production,
    /// Amazon's static sandbox.
    Sandbox,
}

/// Where raw documents are kept, encrypted.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RawDocumentSettings {
    /// The folder.
    pub folder: PathBuf,
    /// The file with the key.
    pub key_file: PathBuf,
    /// After how many days they are removed. 30 without a setting.
    pub keep_days: u32,
}

/// Where rows go.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DestinationSettings {
    /// A file of SQLite.
    Sqlite(PathBuf),
    /// A schema of a PostgreSQL database.
    Postgres {
        /// The variable of the environment that has the database's URL.
        env: String,
        /// The schema.
        schema: String,
    },
    /// A folder of files.
    Folder {
        /// The folder.
        path: PathBuf,
        /// Their form.
        format: FileFormat,
    },
    /// A bucket of files.
    Bucket {
        /// Its URL: `s3://BUCKET/PREFIX`, `gs://BUCKET/PREFIX` or `az://CONTAINER/PREFIX`.
        url: String,
        /// Their form.
        format: FileFormat,
    },
}

/// The form of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FileFormat {
    /// Parquet.
    Parquet,
    /// CSV with a header.
    Csv,
    /// A JSON object on each line.
    Jsonl,
}

/// The longest file that is read.
const LONGEST: u64 = 1024 * 1024;

impl Connection {
    /// Reads a file.
    ///
    /// # Errors
    /// When the file cannot be read, or a setting is wrong, unknown or missing. The error names the file and the key and says
    /// what to do. It shows no secret.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let file = path.display().to_string();
        let reading = |error: std::io::Error| {
            Error::new(ErrorKind::Config, format!("{file}: it cannot be read")).with_source(error)
        };
        if std::fs::metadata(path).map_err(reading)?.len() > LONGEST {
            let error = Error::new(ErrorKind::Config, format!("{file}: it has more than {LONGEST} bytes"));
            return Err(error.with_hint("Give the file of a connection."));
        }
        let text = std::fs::read_to_string(path).map_err(reading)?;
        let folder = path.parent().unwrap_or(Path::new(""));
        Self::parse(&text, &file, folder)
    }

    /// Reads the text of a file. `file` is its name in errors, and paths in it are relative to `folder`.
    ///
    /// # Errors
    /// The errors of [`open`](Self::open).
    pub fn parse(text: &str, file: &str, folder: &Path) -> Result<Self, Error> {
        let text = text.trim_start_matches('\u{feff}');
        if !text.trim_start().starts_with('{') {
            return own::parse(text, file, folder);
        }
        let table: Map<String, Value> = serde_json::from_str(text).map_err(|error| own::not_json(file, &error))?;
        match table.contains_key("objects") {
            true => own::read(table, file, folder),
            false => airbyte::read(table, file),
        }
    }

    /// Reads the connections of a folder: its files that end with `.toml`, in the order of their names.
    ///
    /// # Errors
    /// When a file is wrong, or two connections have one name.
    pub fn open_all(folder: impl AsRef<Path>) -> Result<Vec<Self>, Error> {
        let folder = folder.as_ref();
        let reading = |error: std::io::Error| {
            Error::new(ErrorKind::Config, format!("the folder {} cannot be read", folder.display())).with_source(error)
        };
        let entries = std::fs::read_dir(folder).map_err(reading)?;
        let paths =
            entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>().map_err(reading)?;
        let mut paths: Vec<_> =
            paths.into_iter().filter(|path| path.extension().is_some_and(|end| end == "toml")).collect();
        paths.sort();
        let mut taken: HashMap<String, PathBuf> = HashMap::new();
        let mut connections = Vec::new();
        for path in paths {
            let connection = Self::open(&path)?;
            if let Some(other) = taken.insert(connection.name.to_lowercase(), path.clone()) {
                let what = format!("{} has a connection of this name too", other.display());
                return Err(keys::wrong(&path.display().to_string(), "name", what, "Give one of both another name."));
            }
            connections.push(connection);
        }
        Ok(connections)
    }

    /// The start of what is synced.
    pub fn start_at(&self, now: SystemTime) -> SystemTime {
        let two_years = std::time::Duration::from_secs(730 * 24 * 3600);
        self.start.unwrap_or_else(|| now.checked_sub(two_years).unwrap_or(SystemTime::UNIX_EPOCH))
    }

    /// The first moment after what is synced.
    pub fn end_at(&self, now: SystemTime) -> SystemTime {
        self.end.map_or(now, |end| end.min(now))
    }

    /// The report options that a stream sends: those that it always sends, those of the connection, and its defaults for others.
    pub fn options_of(&self, stream: &crate::Stream) -> BTreeMap<String, String> {
        let crate::Origin::Report { report_type, options, defaults, .. } = &stream.origin else {
            return BTreeMap::new();
        };
        let mut all: BTreeMap<_, _> =
            defaults.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        for name in [*report_type, stream.name] {
            all.extend(self.report_options.get(name).cloned().unwrap_or_default());
        }
        all.extend(options.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        all
    }
}
