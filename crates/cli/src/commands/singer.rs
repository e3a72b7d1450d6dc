//! `spapi singer`: a tap of Singer. Only messages go to stdout.

use crate::exit::Failure;
use crate::journal::Memory;
use crate::notes;
use crate::syncing::file::{self, Call};
use crate::syncing::{self, summary};
use clap::Args;
use serde_json::{Value, json};
use spapi_sync::{RunOptions, singer};
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::time::SystemTime;

const HELP: &str = "\
The configuration is the file of a connection in TOML or JSON, or the JSON of Airbyte's source for this API. Its destination is \
not used: rows and state go to stdout as messages of Singer, and everything else to stderr.

Examples:
  spapi singer --config jp.toml --discover > catalog.json
  spapi singer --config jp.toml --catalog catalog.json | target-jsonl >> state.jsonl
  tail -1 state.jsonl > state.json
  spapi singer --config jp.toml --catalog catalog.json --state state.json | target-jsonl >> state.jsonl";

#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct Options {
    /// The configuration.
    #[arg(short, long, value_name = "FILE", required_unless_present = "about")]
    config: Option<PathBuf>,

    /// Write the catalog of all streams, without a call to Amazon.
    #[arg(short, long, conflicts_with_all = ["catalog", "state"])]
    discover: bool,

    /// The catalog, in which streams and columns are selected [default: the objects of the connection].
    #[arg(long, visible_alias = "properties", value_name = "FILE")]
    catalog: Option<PathBuf>,

    /// The state that the target printed last.
    #[arg(short, long, value_name = "FILE")]
    state: Option<PathBuf>,

    /// Write as JSON what the tap can do and which settings it has.
    #[arg(long, conflicts_with_all = ["config", "discover", "catalog", "state"])]
    about: bool,

    #[command(flatten)]
    memory: Memory,

    #[command(flatten)]
    call: Call,
}

pub async fn run(options: Options) -> Result<(), Failure> {
    let Some(config) = &options.config else { return print(&about()) };
    let mut connection = file::open(config)?;
    let now = SystemTime::now();
    if options.discover {
        return print(&singer::discover(&connection, now));
    }
    match &options.catalog {
        Some(catalog) => singer::choose(&mut connection, catalog)?,
        None if connection.streams.is_empty() => {
            return Err(Failure::usage("--catalog is missing, and the configuration names no objects")
                .with_next("write a catalog with --discover, and select streams in it"));
        }
        None => {}
    }
    if connection.newest_first {
        notes::note("newest_first is not used: a target would replace newer rows with older ones");
        connection.newest_first = false;
    }
    let state = options.state.map(singer::Bookmarks::open).transpose()?.unwrap_or_default();
    let reach = options.call.reach(&connection);
    let connected = reach.connect_for(&connection).await?;
    let store = file::raw_documents(&connection)?;
    file::expire(&connection, store.as_ref())?;
    let sources = syncing::sources(&connected.client, &reach, options.memory.open(&reach)?, store.as_ref());
    let mut target = singer::Target::new(BufWriter::with_capacity(BUFFER, io::stdout()), &connection, state, now);

    let (summary, stopped) = syncing::run(
        &sources,
        &connection,
        &mut target,
        RunOptions::new().now(now),
        "the run ends at the next state; a second signal ends it at once",
        |error| connected.failure(error),
    )
    .await?;
    target.finish().await?;
    for stream in summary.streams.iter().filter(|stream| stream.rejected > 0) {
        notes::warn(format!(
            "{}: {} rows do not fit; they are in _spapi_rejected",
            stream.stream.name, stream.rejected
        ));
    }
    let failure = stopped.map(|failure| failure.with_next("run it again with the last state"));
    failure.or_else(|| summary::missing(&summary)).map_or(Ok(()), Err)
}

/// The bytes that wait for the target. Each state sends them.
const BUFFER: usize = 256 * 1024;

/// Writes a value of JSON to stdout.
fn print(value: &Value) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    Ok(writeln!(out, "{value:#}").and_then(|()| out.flush())?)
}

/// What the tap says of itself, in the form of Meltano's library for taps.
fn about() -> Value {
    let text = |title: &str| json!({ "type": ["string", "null"], "title": title });
    let secret = |title: &str| json!({ "type": ["string", "null"], "title": title, "secret": true });
    json!({
        "name": "tap-spapi",
        "description": env!("CARGO_PKG_DESCRIPTION"),
        "version": env!("CARGO_PKG_VERSION"),
        "capabilities": ["about", "activate-version", "catalog", "discover", "properties", "state"],
        "settings": {
            "type": "object",
            "properties": {
                "name": text("Name of the connection, a part of each row's key"),
                "region": text("Country code of the marketplace"),
                "account_type": text("Seller or Vendor"),
                "aws_environment": text("PRODUCTION or SANDBOX"),
                "lwa_app_id": secret("LWA client id"),
                "lwa_client_secret": secret("LWA client secret"),
                "refresh_token": secret("Refresh token"),
                "replication_start_date": text("Start, in UTC"),
                "replication_end_date": text("End, in UTC"),
                "period_in_days": { "type": ["integer", "null"], "title": "Days of a slice" },
                "include_pii": { "type": ["boolean", "null"], "title": "Whether buyers' personal data are read" },
            },
            "required": ["region", "lwa_app_id", "lwa_client_secret", "refresh_token"],
        },
    })
}
