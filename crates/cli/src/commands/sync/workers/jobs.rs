//! `spapi sync jobs`: what the workers do.

use super::database::Database;
use crate::exit::{Exit, Failure};
use crate::notes;
use crate::number::noun;
use crate::output::table::Column;
use crate::output::{self, Format};
use crate::syncing::file;
use clap::Args;
use serde_json::{Value, json};
use spapi_core::DateTime;
use spapi_sync::cluster::{Cluster, ConnectionFolder, StreamJob, StreamJobState};
use std::path::PathBuf;

#[derive(Debug, Args)]
pub struct Options {
    #[command(flatten)]
    database: Database,

    /// Only the streams of this connection.
    #[arg(value_name = "CONNECTION")]
    connection: Option<String>,

    /// Only streams whose last job failed or left something out.
    #[arg(long)]
    failed: bool,

    /// Queue the streams of a connection of this name first, whatever its schedule is.
    #[arg(long, value_name = "CONNECTION", requires = "connections")]
    queue: Option<String>,

    /// The folder with the files of the connections, for --queue.
    #[arg(long, value_name = "FOLDER")]
    connections: Option<PathBuf>,

    /// The format of the list.
    #[arg(short, long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

const COLUMNS: &[Column] = &[
    Column::text("CONNECTION"),
    Column::text("STREAM"),
    Column::text("MARKET"),
    Column::text("STATE"),
    Column::text("SINCE OR NEXT"),
    Column::text("UP TO"),
    Column::number("ROWS"),
    Column::number("FAILURES"),
    Column::text("WHY"),
];

pub async fn run(options: Options) -> Result<(), Failure> {
    let cluster = options.database.connect().await?;
    if let (Some(name), Some(folder)) = (&options.queue, &options.connections) {
        queue(&cluster, name, ConnectionFolder::new(folder)).await?;
    }
    let listing = cluster.list().await.map_err(|error| Failure::from(error).with_exit(Exit::Failed))?;
    let is_wanted = |one: &&StreamJob| {
        options.connection.as_ref().is_none_or(|name| one.id.connection == *name)
            && (!options.failed || !one.failure.is_empty())
    };
    let streams = listing.streams.iter().filter(is_wanted);
    output::list(options.format, COLUMNS, streams, |one| row(one), |one| json(one))?;
    let workers = listing.workers;
    let is_are = if workers == 1 { "is" } else { "are" };
    notes::note(format!("{workers} {} {is_are} alive", noun(workers, "worker")));
    if listing.is_draining {
        notes::note("the workers rest; let them go on: spapi sync drain --resume");
    }
    Ok(())
}

async fn queue(cluster: &Cluster, name: &str, folder: ConnectionFolder) -> Result<(), Failure> {
    let Some(connection) = folder.find(name).await? else {
        let (known, errors) = folder.all().await?;
        errors.iter().for_each(notes::warn);
        let names: Vec<_> = known.iter().map(|connection| &*connection.name).collect();
        return Err(Failure::usage(format!("no file of the folder has a connection {name}"))
            .with_next(format!("name one of {}", names.join(", "))));
    };
    let queued = cluster.queue(&connection).await?;
    notes::note(format!(
        "{queued} {} of {name} {} queued",
        noun(queued, "stream"),
        if queued == 1 { "is" } else { "are" }
    ));
    Ok(())
}

fn state(state: StreamJobState) -> &'static str {
    match state {
        StreamJobState::Running => "running",
        StreamJobState::Queued => "queued",
        StreamJobState::Failing => "failing",
        StreamJobState::Failed => "failed",
        _ => "idle",
    }
}

fn row(one: &StreamJob) -> Vec<String> {
    let time = |time: &Option<DateTime>| time.as_ref().map(|time| to_seconds(time.as_str())).unwrap_or_default();
    vec![
        one.id.connection.clone(),
        if one.id.stream.is_empty() { "(all)".to_owned() } else { one.id.stream.clone() },
        if one.id.marketplace.is_empty() { "all".to_owned() } else { file::code(&one.id.marketplace) },
        state(one.state).to_owned(),
        time(&one.at),
        time(&one.covered_until),
        one.rows.to_string(),
        one.failures.to_string(),
        one.failure.clone(),
    ]
}

fn json(one: &StreamJob) -> Value {
    json!({
        "connection": one.id.connection,
        "stream": Some(&one.id.stream).filter(|name| !name.is_empty()),
        "marketplace": Some(&one.id.marketplace).filter(|id| !id.is_empty()).map(|id| file::code(id)),
        "state": state(one.state),
        "at": one.at,
        "worker": Some(&one.worker).filter(|name| !name.is_empty()),
        "failures": one.failures,
        "coveredUntil": one.covered_until,
        "wholeAt": one.whole_at,
        "rows": one.rows,
        "failure": Some(&one.failure).filter(|why| !why.is_empty()),
    })
}

/// A time without the parts of its seconds.
fn to_seconds(time: &str) -> String {
    match time.split_once('.') {
        Some((seconds, _)) => format!("{seconds}Z"),
        None => time.to_owned(),
    }
}
