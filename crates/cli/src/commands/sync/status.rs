//! `spapi sync status`: how far each table is.

use crate::exit::Failure;
use crate::notes;
use crate::output::table::Column;
use crate::output::{self, Format};
use crate::syncing::{destination, file};
use clap::Args;
use serde_json::{Value, json};
use spapi_core::DateTime;
use spapi_sync::{Gap, Hole, Standing};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

#[derive(Debug, Args)]
pub struct Options {
    /// The file of the connection.
    #[arg(value_name = "CONNECTION")]
    connection: PathBuf,

    /// The format of the list.
    #[arg(short, long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

const COLUMNS: &[Column] = &[
    Column::text("STREAM"),
    Column::text("MARKET"),
    Column::number("ROWS"),
    Column::number("SLICES"),
    Column::text("FROM"),
    Column::text("UP TO"),
    Column::text("BEHIND"),
    Column::number("GAPS"),
    Column::number("DUE"),
    Column::number("REJECTED"),
    Column::text("LAST COMMIT"),
];

pub async fn run(options: &Options) -> Result<(), Failure> {
    let connection = file::open(&options.connection)?;
    let name = destination::name(&connection, &options.connection)?;
    let Some(mut tables) = destination::open_filled(&connection, &options.connection).await? else {
        return Err(destination::is_empty(&connection, &name, &options.connection));
    };
    let standings = spapi_sync::standings(&connection, &mut *tables, SystemTime::now()).await?;
    let failures: Vec<_> =
        standings.iter().flat_map(|one| one.gaps.iter().filter_map(|hole| hole.failed.clone())).collect();
    let holes: usize = standings.iter().map(|one| one.gaps.len()).sum();
    let shortest = standings.iter().map(|one| one.shortest_seconds).max().unwrap_or_default();
    let rejected: u64 = standings.iter().map(|one| one.rejected).sum();
    output::list(options.format, COLUMNS, standings.into_iter(), row, json)?;
    for gap in &failures {
        notes::warn(why(gap));
    }
    if holes > failures.len() {
        notes::note("the next run reads the gaps between committed slices; --format json has their times");
    }
    if shortest >= 60 {
        notes::note(format!("under the quotas the next run takes at least {}", age(Duration::from_secs(shortest))));
    }
    if let Some(every) = &connection.every
        && let Some(next) = every.next_after(SystemTime::now())
    {
        notes::note(format!("every {every}: the next run is due at {}", DateTime::from(next)));
    }
    if rejected > 0 {
        notes::note("rejected rows are in the table _spapi_rejected, each with its reason");
    }
    Ok(())
}

/// A failed slice, with its reason.
fn why(gap: &Gap) -> String {
    let Gap { id, reason, attempts, failed_at, not_before, .. } = gap;
    let times = if *attempts == 1 { "once".to_owned() } else { format!("{attempts} times") };
    let rests = match not_before.as_str() {
        "" => String::new(),
        time => format!("; it is asked for again after {time}, or with `spapi sync run --retry`"),
    };
    let place = [&*id.stream, &file::code(&id.marketplace), &id.slice].join(" ");
    format!("gap: {place} failed {times}, the last time at {}: {reason}{rests}", to_seconds(failed_at))
}

fn row(one: &Standing) -> Vec<String> {
    let (from, to) = one.span.as_ref().map(|(from, to)| (from.as_str(), to.as_str())).unwrap_or_default();
    vec![
        one.stream.name.to_owned(),
        one.marketplace.unwrap_or("all").to_owned(),
        one.rows.to_string(),
        one.slices.to_string(),
        from.to_owned(),
        if one.slices == 0 { "never read".to_owned() } else { to.to_owned() },
        one.behind.map(age).unwrap_or_default(),
        one.gaps.len().to_string(),
        one.due.len().to_string(),
        one.rejected.to_string(),
        one.last_commit.as_deref().map(to_seconds).unwrap_or_default(),
    ]
}

fn json(one: &Standing) -> Value {
    json!({
        "stream": one.stream.name,
        "marketplace": one.marketplace,
        "rows": one.rows,
        "slices": one.slices,
        "rejected": one.rejected,
        "from": one.span.as_ref().map(|(from, _)| from),
        "to": one.span.as_ref().map(|(_, to)| to),
        "secondsBehind": one.behind.map(|behind| behind.as_secs()),
        "gaps": one.gaps.iter().map(hole).collect::<Vec<_>>(),
        "due": one.due.len(),
        "shortestSeconds": one.shortest_seconds,
        "lastCommit": one.last_commit,
    })
}

fn hole(hole: &Hole) -> Value {
    // A stream that is read as a whole has no times.
    let known = |time: &DateTime| time.to_system_time().is_ok().then(|| time.to_string());
    let mut json = json!({ "from": known(&hole.from), "to": known(&hole.to) });
    if let Some(gap) = &hole.failed {
        json["reason"] = gap.reason.as_str().into();
        json["attempts"] = gap.attempts.into();
        json["failedAt"] = gap.failed_at.as_str().into();
        json["notBefore"] = Some(&gap.not_before).filter(|time| !time.is_empty()).cloned().into();
    }
    json
}

/// A time without the parts of its seconds.
fn to_seconds(time: &str) -> String {
    match time.split_once('.') {
        Some((seconds, _)) => format!("{seconds}Z"),
        None => time.to_owned(),
    }
}

/// A duration in its largest unit.
fn age(lasted: Duration) -> String {
    let seconds = lasted.as_secs();
    match seconds {
        0..=119 => format!("{seconds}s"),
        120..=7199 => format!("{}m", seconds / 60),
        7200..=172_799 => format!("{}h", seconds / 3600),
        _ => format!("{}d", seconds / 86400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_have_their_largest_unit() {
        assert_eq!([5, 150, 9000, 200_000].map(|seconds| age(Duration::from_secs(seconds))), ["5s", "2m", "2h", "2d"]);
        assert_eq!(to_seconds("2026-01-31T09:00:00.123Z"), "2026-01-31T09:00:00Z");
    }
}
