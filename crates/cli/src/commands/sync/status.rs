//! `spapi sync status`: how far each table is.

use crate::exit::Failure;
use crate::notes;
use crate::output::table::Column;
use crate::output::{self, Format};
use crate::syncing::{destination, file};
use clap::Args;
use serde_json::{Value, json};
use spapi_core::{DateTime, Marketplace};
use spapi_sync::{Connection, Gap, Kind, SliceState, Stream, Tables};
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

/// How far a stream of a marketplace is.
struct Standing {
    stream: &'static Stream,
    marketplace: Option<&'static str>,
    rows: u64,
    slices: usize,
    rejected: u64,
    /// The ends of what was read.
    span: Option<(DateTime, DateTime)>,
    /// How long before now that ends.
    behind: Option<Duration>,
    /// Where slices are missing, and the slices that failed.
    gaps: Vec<Hole>,
    last_commit: Option<String>,
    /// How many slices the next run reads, if it began now.
    due: usize,
    /// The shortest time in seconds that the quotas allow for them.
    shortest_seconds: u64,
}

/// A time whose rows are missing.
struct Hole {
    from: DateTime,
    to: DateTime,
    /// What is known of its last failure. `None` if it was not asked for.
    failed: Option<Gap>,
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
    let standings = standings(&connection, &mut *tables, SystemTime::now()).await?;
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

async fn standings(
    connection: &Connection,
    tables: &mut dyn Tables,
    now: SystemTime,
) -> Result<Vec<Standing>, Failure> {
    let committed = tables.states(&connection.name).await?;
    let failed = tables.gaps(&connection.name).await?;
    let plan = spapi_sync::plan_next(connection, &committed, now)?;
    let mut standings = Vec::new();
    for planned in plan.streams {
        let id = planned.marketplace.and_then(|code| code.parse::<Marketplace>().ok()).map(Marketplace::id);
        let is_own = |slice: &&SliceState| {
            slice.id.stream == planned.stream.name && slice.id.marketplace == id.unwrap_or_default()
        };
        let own: Vec<_> = committed.iter().filter(is_own).collect();
        let spans = own.iter().filter_map(|slice| span(slice)).collect();
        let (span, holes) = covered(connection.start, spans);
        let is_own = |gap: &&Gap| gap.id.stream == planned.stream.name && gap.id.marketplace == id.unwrap_or_default();
        let gaps = with_failures(holes, failed.iter().filter(is_own));
        let last_commit = own.iter().map(|slice| slice.committed_at.clone()).max();
        let until = match planned.stream.kind {
            Kind::Snapshot => last_commit.as_deref().and_then(|time| DateTime::from(time).to_system_time().ok()),
            _ => span.map(|(_, to)| to),
        };
        let times = |(from, to): (SystemTime, SystemTime)| (DateTime::from(from), DateTime::from(to));
        standings.push(Standing {
            stream: planned.stream,
            marketplace: planned.marketplace,
            rows: tables.rows(&connection.name, planned.stream, id.unwrap_or_default()).await?.unwrap_or_default(),
            slices: own.len(),
            rejected: own.iter().map(|slice| slice.rejected).sum(),
            span: span.map(times),
            behind: until.and_then(|until| now.duration_since(until).ok()),
            gaps,
            last_commit,
            due: planned.slices.len(),
            shortest_seconds: planned.shortest_seconds,
        });
    }
    Ok(standings)
}

/// The ends of a committed slice. `None` for a stream that is read as a whole.
fn span(slice: &SliceState) -> Option<(SystemTime, SystemTime)> {
    let time = |text: &str| DateTime::from(text).to_system_time().ok();
    Some((time(&slice.id.slice)?, time(&slice.source.to)?))
}

type Span = (SystemTime, SystemTime);

/// The ends of all spans together, and the gaps between them and after the start.
fn covered(start: Option<SystemTime>, mut spans: Vec<Span>) -> (Option<Span>, Vec<Span>) {
    spans.sort();
    let Some(&(first, _)) = spans.first() else { return (None, Vec::new()) };
    let mut until = start.unwrap_or(first);
    let mut gaps = Vec::new();
    for (from, to) in spans {
        if from > until {
            gaps.push((until, from));
        }
        until = until.max(to);
    }
    (Some((first, until)), gaps)
}

/// The holes between committed slices, and the slices that failed. A hole that a failed slice explains is not listed twice.
fn with_failures<'a>(holes: Vec<Span>, failed: impl Iterator<Item = &'a Gap>) -> Vec<Hole> {
    let mut all: Vec<_> = failed
        .map(|gap| Hole { from: gap.id.slice.as_str().into(), to: gap.to.as_str().into(), failed: Some(gap.clone()) })
        .collect();
    for (from, to) in holes {
        let lies_within = |hole: &Hole| {
            let time = |time: &DateTime| time.to_system_time().ok();
            time(&hole.from).is_some_and(|start| start < to) && time(&hole.to).is_some_and(|end| end > from)
        };
        if !all.iter().any(lies_within) {
            all.push(Hole { from: from.into(), to: to.into(), failed: None });
        }
    }
    all
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
        one.due.to_string(),
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
        "due": one.due,
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
    fn what_lies_between_spans_is_a_gap() {
        let at = |seconds: u64| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        let span = |from, to| (at(from), at(to));
        assert_eq!(covered(None, vec![]), (None, vec![]));
        let spans = vec![span(30, 40), span(10, 20), span(20, 25), span(12, 15)];
        assert_eq!(covered(None, spans.clone()), (Some(span(10, 40)), vec![span(25, 30)]));
        assert_eq!(covered(Some(at(5)), spans).1, [span(5, 10), span(25, 30)]);
    }

    #[test]
    fn ages_have_their_largest_unit() {
        assert_eq!([5, 150, 9000, 200_000].map(|seconds| age(Duration::from_secs(seconds))), ["5s", "2m", "2h", "2d"]);
        assert_eq!(to_seconds("2026-01-31T09:00:00.123Z"), "2026-01-31T09:00:00Z");
    }
}
