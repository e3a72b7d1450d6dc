//! How far the tables of a connection are.

use crate::destination::{Gap, SliceState, Tables};
use crate::{Connection, Kind, PlannedSlice, Stream, plan_next};
use spapi_core::{Error, Marketplace};
use spapi_types::DateTime;
use std::time::{Duration, SystemTime};

/// How far a stream of a marketplace is.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Standing {
    /// The stream.
    pub stream: &'static Stream,
    /// The country code of the marketplace. `None` if the rows of all come together.
    pub marketplace: Option<&'static str>,
    /// How many rows the table holds.
    pub rows: u64,
    /// How many slices are committed.
    pub slices: usize,
    /// How many rows went to the dead letters.
    pub rejected: u64,
    /// The ends of what was read. `None` for a stream that is read as a whole, and if nothing was read.
    pub span: Option<(DateTime, DateTime)>,
    /// How long before now that ends; for a stream that is read as a whole, how long ago it was read.
    pub behind: Option<Duration>,
    /// Where slices are missing, and the slices that failed.
    pub gaps: Vec<Hole>,
    /// When the last slice was committed, in UTC and ISO 8601.
    pub last_commit: Option<String>,
    /// The slices that the next run reads, if it began now.
    pub due: Vec<PlannedSlice>,
    /// The shortest time in seconds that the quotas allow for them.
    pub shortest_seconds: u64,
}

/// A time whose rows are missing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Hole {
    /// Its first moment, or the name of the slice of a stream that is read as a whole.
    pub from: DateTime,
    /// The first moment after it. Empty for a stream that is read as a whole.
    pub to: DateTime,
    /// What is known of its last failure. `None` if it was not asked for.
    pub failed: Option<Gap>,
}

/// How far each stream of a connection is, in the connection's order, each once for each marketplace.
///
/// # Errors
/// When the destination cannot be read, or a plan fails.
pub async fn standings(
    connection: &Connection,
    tables: &mut dyn Tables,
    now: SystemTime,
) -> Result<Vec<Standing>, Error> {
    let committed = tables.states(&connection.name).await?;
    let failed = tables.gaps(&connection.name).await?;
    let plan = plan_next(connection, &committed, now)?;
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
            due: planned.slices,
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
}
