//! The protocol of Singer, in which Meltano and others run a program that reads (a tap): the catalog of a connection's streams,
//! the choice of a user in it, and a [`Destination`](crate::Destination) that writes messages.
//!
//! ```no_run
//! # async fn tap() -> Result<(), spapi_core::Error> {
//! use spapi_core::Client;
//! use spapi_sync::{Connection, RunOptions, Sources, run, singer};
//! use std::path::Path;
//! use std::time::SystemTime;
//!
//! let mut connection = Connection::open("config.json")?;
//! singer::choose(&mut connection, Path::new("catalog.json"))?;
//! let state = singer::Bookmarks::open("state.json")?;
//! let client = Client::builder(connection.marketplaces[0]).credentials(connection.credentials.open()?).build()?;
//! let mut target = singer::Target::new(std::io::stdout(), &connection, state, SystemTime::now());
//! run(&Sources::new(&client), &connection, &mut target, RunOptions::new(), |_| ()).await?;
//! target.finish().await?;
//! # Ok(()) }
//! ```

mod bookmarks;
mod catalog;
mod messages;
mod target;

pub use bookmarks::Bookmarks;
pub use catalog::{choose, discover};
pub use target::Target;

use serde_json::Value as Json;
use spapi_core::{Error, ErrorKind};
use std::path::Path;

/// The longest file that is read: a catalog has the columns of all streams.
const LONGEST: u64 = 64 * 1024 * 1024;

/// Reads a file of JSON. `what` is what it should be.
fn read(path: &Path, what: &str) -> Result<Json, Error> {
    let wrong = |problem: String| {
        Error::new(ErrorKind::Config, format!("{}: {problem}", path.display())).with_hint(format!("Give {what}."))
    };
    let reading = |error: std::io::Error| wrong("it cannot be read".to_owned()).with_source(error);
    if std::fs::metadata(path).map_err(reading)?.len() > LONGEST {
        return Err(wrong(format!("it has more than {LONGEST} bytes")));
    }
    let text = std::fs::read_to_string(path).map_err(reading)?;
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.is_empty() {
        return Ok(Json::Null);
    }
    serde_json::from_str(text)
        .map_err(|error| wrong(format!("it is not JSON at line {}, column {}", error.line(), error.column())))
}
