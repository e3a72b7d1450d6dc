//! The events of Finances of a reconciliation.
#![allow(deprecated, reason = "the newer version does not say what points cost")]

use crate::connection::Problem;
use crate::notes;
use spapi_core::{Client, DateTime};
use spapi_finances::v0::Finances;
use spapi_points::{EDGE, Reconciliation, movements};
use std::ops::Range;
use std::time::{Duration, SystemTime};

/// How far Finances looks at once. Amazon answers nothing beyond 180 days.
const SLICE: Duration = Duration::from_secs(90 * 24 * 3600);

/// How near to now Amazon takes the end of a range.
const NOW: Duration = Duration::from_secs(180);

/// Adds the events of Finances, from before the range until after it.
pub async fn read(
    client: &Client,
    range: &Range<SystemTime>,
    now: SystemTime,
    points: &mut Reconciliation,
) -> Result<(), Problem> {
    let finances = Finances::new(client);
    let mut from = range.start.checked_sub(EDGE).unwrap_or(SystemTime::UNIX_EPOCH);
    let last = range.end.checked_add(EDGE).unwrap_or(range.end);
    let newest = now.checked_sub(NOW).unwrap_or(now);
    while from < last.min(newest) {
        let until = from.checked_add(SLICE).unwrap_or(last).min(last);
        let mut call = finances.list_financial_events().max_results_per_page(100).posted_after(DateTime::from(from));
        // Without an end Amazon gives all until now.
        if until < newest {
            call = call.posted_before(DateTime::from(until));
        }
        let mut pages = call.pages();
        while let Some(page) = notes::while_waiting(pages.try_next()).await? {
            let events = page.payload.as_ref().and_then(|payload| payload.financial_events.as_ref());
            events.into_iter().flat_map(movements).for_each(|movement| points.booked(movement));
        }
        from = until;
    }
    Ok(())
}
