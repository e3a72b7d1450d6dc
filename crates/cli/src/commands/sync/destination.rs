//! The destination of a connection.

use crate::exit::Failure;
#[cfg(feature = "parquet")]
use spapi_sync::Files;
use spapi_sync::{Connection, DestinationSettings, Sqlite, Tables};
use std::path::Path;

/// The destination's name in messages. `file` is that of the connection.
pub fn name(connection: &Connection, file: &Path) -> Result<String, Failure> {
    match &connection.destination {
        Some(DestinationSettings::Sqlite(database)) => Ok(database.display().to_string()),
        #[cfg(feature = "parquet")]
        Some(DestinationSettings::Folder { path, .. }) => Ok(path.display().to_string()),
        #[cfg(feature = "cloud")]
        Some(DestinationSettings::Bucket { url, .. }) => Ok(url.clone()),
        None => Err(Failure::usage(format!("{}: destination: it is missing", file.display()))
            .with_next("add [destination] and below it sqlite = \"FILE\"")),
        Some(_) => Err(not_here(file)),
    }
}

/// Opens the destination for a run.
pub async fn open(connection: &Connection, file: &Path) -> Result<Box<dyn Tables>, Failure> {
    match &connection.destination {
        Some(DestinationSettings::Sqlite(database)) => Ok(Box::new(Sqlite::open(database)?)),
        #[cfg(feature = "parquet")]
        Some(DestinationSettings::Folder { path, format }) => Ok(Box::new(Files::folder(path, *format))),
        #[cfg(feature = "cloud")]
        Some(DestinationSettings::Bucket { url, format }) => Ok(Box::new(Files::bucket(url, *format)?)),
        _ => Err(not_here(file)),
    }
}

/// Opens a destination that runs have filled. `None` if none has.
pub async fn open_filled(connection: &Connection, file: &Path) -> Result<Option<Box<dyn Tables>>, Failure> {
    match &connection.destination {
        Some(DestinationSettings::Sqlite(database)) if !database.exists() => Ok(None),
        Some(DestinationSettings::Sqlite(database)) => Ok(Some(Box::new(Sqlite::open_filled(database)?))),
        #[cfg(feature = "parquet")]
        Some(DestinationSettings::Folder { path, .. }) if !path.exists() => Ok(None),
        #[cfg(feature = "parquet")]
        Some(DestinationSettings::Folder { path, format }) => Ok(Some(Box::new(Files::filled_folder(path, *format)?))),
        #[cfg(feature = "cloud")]
        Some(DestinationSettings::Bucket { url, format }) => Ok(Some(Box::new(Files::bucket(url, *format)?))),
        _ => Err(not_here(file)),
    }
}

/// Says that nothing was read yet.
pub fn is_empty(connection: &Connection, destination: &str, file: &Path) -> Failure {
    Failure::usage(format!("{}: nothing was read yet: {destination} has no rows", connection.name))
        .with_next(format!("read it: spapi sync run {}", file.display()))
}

fn not_here(file: &Path) -> Failure {
    let mut known = vec!["sqlite = \"FILE\""];
    if cfg!(feature = "parquet") {
        known.push("folder = \"FOLDER\"");
    }
    if cfg!(feature = "cloud") {
        known.push("bucket = \"URL\"");
    }
    Failure::usage(format!("{}: destination: this program was built without it", file.display()))
        .with_next(format!("write {} below [destination], or use a program with it", known.join(" or ")))
}
