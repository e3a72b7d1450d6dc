//! The connection of `spapi sync run --demo`: the embedded sandbox into a database of the current folder.

use crate::exit::{Exit, Failure};
use crate::notes;
use crate::time::Moment;
use spapi_core::DateTime;
use spapi_sync::Connection;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The file of the connection.
const FILE: &str = "demo.toml";
/// The folder that keeps the shop, so that later runs continue with the same orders.
pub const SHOP: &str = "demo-shop";
/// The connection's name.
const NAME: &str = "demo";
/// How far back the first run begins: two slices of orders.
const BACK: Duration = Duration::from_secs(59 * 86400);

/// The path of the connection, which is written if it does not exist.
pub fn file() -> Result<PathBuf, Failure> {
    let path = Path::new(FILE);
    let start = Moment::ago(BACK).map(DateTime::from).unwrap_or_else(|| DateTime::from("2026-01-01T00:00:00Z"));
    let day = &start.as_str()[.."2026-01-01".len()];
    let failed = |error: io::Error| Failure::new(Exit::Failed, format!("{FILE} cannot be written: {error}"));
    match fs::File::create_new(path) {
        Ok(mut file) => {
            file.write_all(text(day).as_bytes()).map_err(failed)?;
            notes::note(format!("{FILE} is the connection of this demo"));
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(failed(error)),
    }
    Ok(path.to_owned())
}

/// Refuses another connection of that file, whose database would get made-up rows.
pub fn check(connection: &Connection) -> Result<(), Failure> {
    match connection.name == NAME {
        true => Ok(()),
        false => Err(Failure::usage(format!("{FILE} is another connection than the demo's"))
            .with_next("run the demo in another folder")),
    }
}

/// None of these reports is made only twice an hour, for which a second run would wait.
fn text(day: &str) -> String {
    format!(
        r#"# A made-up shop in Japan, for `spapi sync run --demo`.
name = "{NAME}"
region = "JP"
start_date = "{day}T00:00:00Z"
objects = [
    "GET_MERCHANT_LISTINGS_ALL_DATA",
    "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL",
    "GET_FLAT_FILE_RETURNS_DATA_BY_RETURN_DATE",
    "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2",
    "fba_inventory_summaries",
]

[destination]
sqlite = "demo.db"
"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_demo_is_a_connection() {
        let connection = Connection::parse(&text("2026-01-01"), FILE, Path::new("")).unwrap();
        assert_eq!((connection.name.as_str(), connection.streams.len()), (NAME, 5));
    }
}
