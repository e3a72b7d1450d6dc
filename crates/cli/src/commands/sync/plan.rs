//! `spapi sync plan`: what a first run would do.

use crate::exit::Failure;
use crate::notes;
use crate::output::table::{Column, Table};
use crate::output::{Format, JsonOut, json as json_output, screen};
use crate::syncing::file;
use clap::Args;
use serde_json::json;
use spapi_sync::{CallCount, Kind, PlannedStream};
use std::io::{self, Write};
use std::path::PathBuf;
use std::time::SystemTime;

#[derive(Debug, Args)]
pub struct Options {
    /// The file of the connection.
    #[arg(value_name = "CONNECTION")]
    connection: PathBuf,

    /// Only this stream.
    #[arg(long, value_name = "NAME")]
    stream: Option<String>,

    /// The format of the plan. jsonl has a line for each stream and marketplace.
    #[arg(short, long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

const COLUMNS: &[Column] = &[
    Column::text("STREAM"),
    Column::text("MARKET"),
    Column::text("KIND"),
    Column::number("SLICES"),
    Column::text("FROM"),
    Column::text("TO"),
    Column::number("CALLS"),
    Column::number("SHORTEST"),
    Column::text("NOTES"),
];

pub fn run(options: &Options) -> Result<(), Failure> {
    let mut connection = file::open(&options.connection)?;
    if let Some(name) = &options.stream {
        file::only(&mut connection, name)?;
    }
    let plan = spapi_sync::plan(&connection, SystemTime::now())?;
    match options.format {
        Format::Json => {
            writeln!(JsonOut::new(), "{}", json_output::indented(&json!(plan).to_string()))?;
        }
        Format::Jsonl => {
            let mut out = JsonOut::new();
            for stream in &plan.streams {
                writeln!(out, "{}", json!(stream))?;
            }
        }
        Format::Table => {
            let mut table = Table::new(io::stdout().lock(), COLUMNS).wrapped_to(screen::width());
            for stream in &plan.streams {
                table.push(row(stream))?;
            }
            table.finish()?;
            for call in &plan.calls {
                notes::note(format!("{}: {} calls", call.operation, count(std::slice::from_ref(call))));
            }
            notes::note(format!(
                "the quotas allow all of it in {} at the earliest; how long Amazon makes reports comes on top",
                lasting(plan.shortest_seconds)
            ));
        }
    }
    Ok(())
}

fn row(stream: &PlannedStream) -> Vec<String> {
    let times = stream.slices.iter().filter_map(|slice| Some((slice.from.as_ref()?, slice.to.as_ref()?)));
    let from = times.clone().map(|(from, _)| from.as_str()).min().unwrap_or_default();
    let to = times.map(|(_, to)| to.as_str()).max().unwrap_or_default();
    vec![
        stream.stream.name.to_owned(),
        stream.marketplace.unwrap_or("all").to_owned(),
        match stream.kind {
            Kind::Snapshot => "snapshot".to_owned(),
            _ => "incremental".to_owned(),
        },
        stream.slices.len().to_string(),
        from.to_owned(),
        to.to_owned(),
        count(&stream.calls),
        lasting(stream.shortest_seconds),
        stream.notes.join("; "),
    ]
}

/// The number of calls, with a plus if there can be more.
fn count(calls: &[CallCount]) -> String {
    let least: u64 = calls.iter().map(|call| call.least).sum();
    let more = if calls.iter().any(|call| call.can_be_more) { "+" } else { "" };
    format!("{least}{more}")
}

/// A time in its two largest units.
fn lasting(seconds: u64) -> String {
    let (days, hours, minutes) = (seconds / 86400, seconds / 3600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds}s"),
        (0, 0, _) => format!("{minutes}m {}s", seconds % 60),
        (0, ..) => format!("{hours}h {minutes}m"),
        _ => format!("{days}d {hours}h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_its_two_largest_units() {
        let shown = [0, 59, 61, 3600, 90_000].map(lasting);
        assert_eq!(shown, ["0s", "59s", "1m 1s", "1h 0m", "1d 1h"]);
    }
}
