//! Which slices a run reads.

use crate::connection::{ChosenStream, Connection};
use crate::plan::{PlannedSlice, slices};
use crate::{Kind, SliceState};
use spapi_core::{DateTime, Error, Marketplace};
use std::time::{Duration, SystemTime};

/// The slices of a stream that are to be read: those that were never committed, holes between committed ones, and those that
/// may have changed since.
///
/// Committed slices keep their ends, so that a slice that is read again replaces its rows. Only the last one grows.
///
/// # Errors
/// The errors of [`slices`].
pub(crate) fn due(
    connection: &Connection,
    chosen: &ChosenStream,
    marketplace: Marketplace,
    committed: &[&SliceState],
    now: SystemTime,
) -> Result<Vec<PlannedSlice>, Error> {
    let (start, end) = (connection.start_at(now), connection.end_at(now));
    let plan = |from, to| slices(connection, chosen, marketplace, (from, to), now);
    if chosen.stream.kind == Kind::Snapshot {
        return plan(start, end);
    }
    let mut known: Vec<_> = committed.iter().filter_map(|state| ends(state)).collect();
    known.sort();
    let Some(&(last_from, last_to)) = known.last() else { return plan(start, end) };
    let lookback = Duration::from_secs(u64::from(chosen.lookback_days) * 24 * 3600);
    let changing = last_to.checked_sub(lookback).unwrap_or(SystemTime::UNIX_EPOCH);
    // Without a start of the connection's own, the first slice says where it began.
    let mut covered = match connection.start {
        Some(start) => start,
        None => known.first().map_or(start, |(from, _)| (*from).min(start)),
    };
    let mut due = Vec::new();
    for &(from, to) in &known[..known.len() - 1] {
        if from > covered {
            due.extend(plan(covered, from)?);
        }
        if to > changing && to > covered {
            due.push(PlannedSlice { from: Some(from.into()), to: Some(to.into()) });
        }
        covered = covered.max(to);
    }
    if last_from > covered {
        due.extend(plan(covered, last_from)?);
    }
    let tail = plan(last_from, end)?;
    let is_unchanged = |slice: &PlannedSlice| {
        lookback.is_zero() && slice.from == Some(last_from.into()) && slice.to.as_ref().and_then(time) == Some(last_to)
    };
    due.extend(tail.into_iter().filter(|slice| !is_unchanged(slice)));
    if connection.newest_first {
        due.sort_by_key(|slice| std::cmp::Reverse(slice.from.as_ref().and_then(time)));
    } else {
        due.sort_by_key(|slice| slice.from.as_ref().and_then(time));
    }
    Ok(due)
}

/// The ends of a committed slice. `None` if it has none.
fn ends(state: &SliceState) -> Option<(SystemTime, SystemTime)> {
    let read = |text: &str| time(&DateTime::from(text));
    Some((read(&state.id.slice)?, read(&state.source.to)?))
}

fn time(time: &DateTime) -> Option<SystemTime> {
    time.to_system_time().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{SliceId, SliceSource, Stream};
    use std::path::Path;

    fn at(text: &str) -> SystemTime {
        DateTime::from(text).to_system_time().unwrap()
    }

    fn committed(from: &str, to: &str) -> SliceState {
        let id = SliceId { slice: from.to_owned(), ..SliceId::default() };
        SliceState {
            id,
            source: SliceSource { to: to.to_owned(), ..SliceSource::default() },
            rows: 0,
            rejected: 0,
            generation: 1,
            committed_at: String::new(),
        }
    }

    /// The due slices of thirty days as days of the year 2026, in month and day.
    fn days(rest: &str, states: &[(&str, &str)], now: &str) -> Vec<String> {
        let text = format!(
            "name = \"a\"\nregion = \"JP\"\nobjects = [\"GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL\"]\n{rest}"
        );
        let connection = Connection::parse(&text, "a.toml", Path::new("")).unwrap();
        let full =
            |day: &str| format!("{}T00:00:00Z", if day.len() > 5 { day.to_owned() } else { format!("2026-{day}") });
        let states: Vec<_> = states.iter().map(|(from, to)| committed(&full(from), &full(to))).collect();
        let states: Vec<_> = states.iter().collect();
        // The last slice ends two minutes before now.
        let now = at(&full(now)) + Duration::from_secs(120);
        let due = due(&connection, &connection.streams[0], Marketplace::JP, &states, now).unwrap();
        let day = |time: &Option<DateTime>| time.as_ref().unwrap().as_str()[5..10].to_owned();
        due.iter().map(|slice| format!("{} {}", day(&slice.from), day(&slice.to))).collect()
    }

    const START: &str = "start_date = \"2026-01-01T00:00:00Z\"\n";
    const LOOKBACK: &str = "[streams.GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL]\nlookback_days = 40\n";

    #[test]
    fn a_run_reads_what_is_new_and_the_last_slice_grows() {
        assert_eq!(days(START, &[], "02-10"), ["01-01 01-31", "01-31 02-10"]);
        let states = [("01-01", "01-31"), ("01-31", "02-10")];
        assert_eq!(days(START, &states, "02-20"), ["01-31 02-20"]);
        assert_eq!(days(START, &states, "03-10"), ["01-31 03-02", "03-02 03-10"]);
        assert!(days(START, &states, "02-10").is_empty());
    }

    #[test]
    fn a_hole_is_filled_and_slices_keep_their_ends() {
        let states = [("01-01", "01-11"), ("01-20", "02-10")];
        assert_eq!(days(START, &states, "02-12"), ["01-11 01-20", "01-20 02-12"]);
        let earlier = "start_date = \"2025-12-25T00:00:00Z\"\n";
        assert_eq!(days(earlier, &states, "02-10"), ["12-25 01-01", "01-11 01-20"]);
        let later = "start_date = \"2026-01-15T00:00:00Z\"\n";
        assert_eq!(days(later, &states, "02-10"), ["01-15 01-20"]);
    }

    #[test]
    fn what_may_have_changed_is_read_again_with_the_same_ends() {
        let states = [("01-01", "01-11"), ("01-11", "01-31"), ("01-31", "02-25")];
        let rest = format!("{START}{LOOKBACK}");
        assert_eq!(days(&rest, &states, "02-25"), ["01-11 01-31", "01-31 02-25"]);
        let newest = format!("newest_first = true\n{rest}");
        assert_eq!(days(&newest, &states, "02-26"), ["01-31 02-26", "01-11 01-31"]);
    }

    #[test]
    fn without_a_start_the_first_slice_says_where_it_began() {
        // The two years before now begin within the first slice.
        let states = [("2023-06-01", "01-11"), ("01-11", "01-31")];
        assert_eq!(days("", &states, "02-01"), ["01-11 02-01"]);
    }

    /// How much of the time before now a stream need not have yet: its periods may not be over.
    const LONGEST_PERIOD: Duration = Duration::from_secs(31 * 24 * 3600);

    #[test]
    fn every_stream_is_due_as_planned_from_its_start_to_its_end_without_holes() {
        let now = at("2026-11-29T20:15:30Z");
        let start = now - Duration::from_secs(200 * 24 * 3600);
        let mut checked = 0;
        for stream in Stream::all().iter().filter(|stream| stream.kind == Kind::Incremental) {
            let account = if stream.parties().contains(&spapi_metadata::document_types::Party::Seller) {
                "Seller"
            } else {
                "Vendor"
            };
            for days in [7, 30, 365] {
                let text = format!(
                    "name = \"a\"\nregion = \"JP\"\naccount_type = \"{account}\"\nperiod_in_days = {days}\nstart_date = \"{}\"\nobjects = [\"{}\"]",
                    DateTime::from(start),
                    stream.name
                );
                let connection = Connection::parse(&text, "a.toml", Path::new("")).unwrap();
                let name = stream.name;
                let planned = crate::plan(&connection, now).unwrap();
                if crate::plan::why_not(stream, Some(Marketplace::JP), now).is_some() {
                    continue;
                }
                let chosen = &connection.streams[0];
                let due = due(&connection, chosen, Marketplace::JP, &[], now).unwrap();
                assert_eq!(due, planned.streams[0].slices, "{name} {days}");
                let moment = |time: &Option<DateTime>| time.as_ref().and_then(self::time).unwrap();
                let (Some(first), Some(last)) = (due.first(), due.last()) else { panic!("{name}: nothing is due") };
                for (one, next) in due.iter().zip(&due[1..]) {
                    assert_eq!(one.to, next.from, "{name} {days}");
                }
                // Amazon has some for fewer days only, and finds reports of the last 90.
                let known = stream.report_type();
                let limits =
                    [known.and_then(|known| known.history_days), stream.query().and_then(|query| query.history_days)];
                let is_found = matches!(stream.origin, crate::Origin::Report { is_found: true, .. });
                let back = limits.into_iter().flatten().chain(is_found.then_some(90)).min().filter(|days| *days < 200);
                let wanted = match back {
                    Some(back) => now - Duration::from_secs(u64::from(back) * 24 * 3600) + 2 * LONGEST_PERIOD,
                    None => start,
                };
                assert!(moment(&first.from) <= wanted, "{name} {days} begins at {:?}", first.from);
                let latest = now - Duration::from_secs((u64::from(chosen.lag_hours) * 3600).max(120));
                assert!(moment(&last.to) <= latest, "{name} {days} ends at {:?}", last.to);
                let left = latest.duration_since(moment(&last.to)).unwrap();
                assert!(left < LONGEST_PERIOD, "{name} {days} ends at {:?}", last.to);
                checked += 1;
            }
        }
        assert!(checked > 200, "{checked}");
    }
}
