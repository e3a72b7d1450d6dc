//! The destination of a connection.

use crate::exit::Failure;
use spapi_sync::{Connection, DestinationSettings, Tables};
use std::path::Path;

/// The destination's name in messages. `file` is that of the connection.
pub fn name(connection: &Connection, file: &Path) -> Result<String, Failure> {
    match &connection.destination {
        None => Err(Failure::usage(format!("{}: destination: it is missing", file.display()))
            .with_next("add [destination] and below it sqlite = \"FILE\"")),
        Some(settings) if settings.is_supported() => Ok(settings.shown()),
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
    Ok(supported(settings, file)?.open().await?)
}

/// Opens a destination that runs have filled. `None` if none has.
pub async fn open_filled(connection: &Connection, file: &Path) -> Result<Option<Box<dyn Tables>>, Failure> {
    match &connection.destination {
        Some(settings) => Ok(supported(settings, file)?.open_filled().await?),
        None => Err(not_here(file)),
    }
}

/// The settings, if this program has what they need.
fn supported<'a>(settings: &'a DestinationSettings, file: &Path) -> Result<&'a DestinationSettings, Failure> {
    if !settings.is_supported() {
        return Err(not_here(file));
    }
    match settings {
        DestinationSettings::Postgres { env, .. } if std::env::var_os(env).is_none() => {
            let message = format!("{}: destination.postgres.env: the variable {env} is not set", file.display());
            let next = "set it to the URL of the database: postgres://USER:PASSWORD@HOST:PORT/DATABASE";
            Err(Failure::usage(message).with_next(next))
        }
        settings => Ok(settings),
    }
}

/// Checks that a database can be reached, and changes nothing.
pub async fn check(connection: &Connection, file: &Path) -> Result<(), Failure> {
    match &connection.destination {
        Some(DestinationSettings::Postgres { .. }) => open_filled(connection, file).await.map(drop),
        _ => Ok(()),
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
    if cfg!(feature = "postgres") {
        known.push("postgres = { env = \"NAME\" }");
    }
    Failure::usage(format!("{}: destination: this program was built without it", file.display()))
        .with_next(format!("write {} below [destination], or use a program with it", known.join(" or ")))
}
