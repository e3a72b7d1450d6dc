//! The destination of a connection.

use crate::exit::Failure;
#[cfg(feature = "parquet")]
use spapi_sync::Files;
#[cfg(feature = "postgres")]
use spapi_sync::Postgres;
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
        Some(DestinationSettings::Postgres { env, schema }) if cfg!(feature = "postgres") => {
            Ok(format!("the schema {schema} of the database that {env} names"))
        }
        Some(DestinationSettings::Postgres { .. }) => {
            Err(Failure::usage(format!("{}: destination: this program was built without Postgres", file.display()))
                .with_next(
                    "install it with Postgres: cargo install spapi-cli --features postgres; or write sqlite = \"FILE\"",
                ))
        }
        Some(_) => Err(not_here(file)),
    }
}

/// Opens the destination for a run.
pub async fn open(connection: &Connection, file: &Path) -> Result<Box<dyn Tables>, Failure> {
    match &connection.destination {
        Some(settings) => open_at(settings, file).await,
        None => Err(not_here(file)),
    }
}

/// Opens a destination by its settings. `file` is where they are, for errors.
pub async fn open_at(settings: &DestinationSettings, file: &Path) -> Result<Box<dyn Tables>, Failure> {
    match settings {
        DestinationSettings::Sqlite(database) => Ok(Box::new(Sqlite::open(database)?)),
        #[cfg(feature = "postgres")]
        DestinationSettings::Postgres { env, schema } => {
            Ok(Box::new(Postgres::connect(&url(env, file)?, schema).await?))
        }
        #[cfg(feature = "parquet")]
        DestinationSettings::Folder { path, format } => Ok(Box::new(Files::folder(path, *format))),
        #[cfg(feature = "cloud")]
        DestinationSettings::Bucket { url, format } => Ok(Box::new(Files::bucket(url, *format)?)),
        _ => Err(not_here(file)),
    }
}

/// Opens a destination that runs have filled. `None` if none has.
pub async fn open_filled(connection: &Connection, file: &Path) -> Result<Option<Box<dyn Tables>>, Failure> {
    match &connection.destination {
        Some(DestinationSettings::Sqlite(database)) if !database.exists() => Ok(None),
        Some(DestinationSettings::Sqlite(database)) => Ok(Some(Box::new(Sqlite::open_filled(database)?))),
        #[cfg(feature = "postgres")]
        Some(DestinationSettings::Postgres { env, schema }) => {
            let filled = Postgres::connect_filled(&url(env, file)?, schema).await?;
            Ok(filled.map(|tables| Box::new(tables) as Box<dyn Tables>))
        }
        #[cfg(feature = "parquet")]
        Some(DestinationSettings::Folder { path, .. }) if !path.exists() => Ok(None),
        #[cfg(feature = "parquet")]
        Some(DestinationSettings::Folder { path, format }) => Ok(Some(Box::new(Files::filled_folder(path, *format)?))),
        #[cfg(feature = "cloud")]
        Some(DestinationSettings::Bucket { url, format }) => Ok(Some(Box::new(Files::bucket(url, *format)?))),
        _ => Err(not_here(file)),
    }
}

/// Checks that a database can be reached, and changes nothing.
pub async fn check(connection: &Connection, file: &Path) -> Result<(), Failure> {
    match &connection.destination {
        Some(DestinationSettings::Postgres { .. }) => open_filled(connection, file).await.map(drop),
        _ => Ok(()),
    }
}

#[cfg(feature = "postgres")]
fn url(env: &str, file: &Path) -> Result<String, Failure> {
    std::env::var(env).map_err(|_| {
        Failure::usage(format!("{}: destination.postgres.env: the variable {env} is not set", file.display()))
            .with_next("set it to the URL of the database: postgres://USER:PASSWORD@HOST:PORT/DATABASE")
    })
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
    if cfg!(feature = "postgres") {
        known.push("postgres = { env = \"NAME\" }");
    }
    Failure::usage(format!("{}: destination: this program was built without it", file.display()))
        .with_next(format!("write {} below [destination], or use a program with it", known.join(" or ")))
}
