//! The destination of a connection.

use crate::exit::Failure;
use spapi_sync::{Connection, DestinationSettings, Sqlite, Tables};
use std::path::Path;

/// The destination's name in messages. `file` is that of the connection.
pub fn name(connection: &Connection, file: &Path) -> Result<String, Failure> {
    match &connection.destination {
        Some(DestinationSettings::Sqlite(database)) => Ok(database.display().to_string()),
        None => Err(Failure::usage(format!("{}: destination: it is missing", file.display()))
            .with_next("add [destination] and below it sqlite = \"FILE\"")),
        Some(_) => Err(not_here(file)),
    }
}

/// Opens the destination for a run.
pub async fn open(connection: &Connection, file: &Path) -> Result<Box<dyn Tables>, Failure> {
    match &connection.destination {
        Some(DestinationSettings::Sqlite(database)) => Ok(Box::new(Sqlite::open(database)?)),
        _ => Err(not_here(file)),
    }
}

/// Opens a destination that runs have filled. `None` if none has.
pub async fn open_filled(connection: &Connection, file: &Path) -> Result<Option<Box<dyn Tables>>, Failure> {
    match &connection.destination {
        Some(DestinationSettings::Sqlite(database)) if !database.exists() => Ok(None),
        Some(DestinationSettings::Sqlite(database)) => Ok(Some(Box::new(Sqlite::open_filled(database)?))),
        _ => Err(not_here(file)),
    }
}

/// Says that nothing was read yet.
pub fn is_empty(connection: &Connection, destination: &str, file: &Path) -> Failure {
    Failure::usage(format!("{}: nothing was read yet: {destination} has no rows", connection.name))
        .with_next(format!("read it: spapi sync run {}", file.display()))
}

fn not_here(file: &Path) -> Failure {
    Failure::usage(format!("{}: destination: this version writes SQLite only", file.display()))
        .with_next("write sqlite = \"FILE\" below [destination]")
}
