//! The times of settlements.

use spapi_types::DateTime;
use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

/// The time of a settlement.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Period {
    /// Amazon's id of the settlement.
    pub id: String,
    /// When it begins.
    pub start: SystemTime,
    /// When it ends.
    pub end: SystemTime,
}

impl Period {
    /// The time of the settlement of that id.
    pub fn new(id: impl Into<String>, start: SystemTime, end: SystemTime) -> Self {
        Self { id: id.into(), start, end }
    }
}

/// How far apart the end of a settlement and the start of the next may be. Some say only the day.
const GAP: Duration = Duration::from_secs(24 * 3600);

/// The times of the settlements that are read.
#[derive(Debug, Default)]
pub(super) struct Periods {
    /// The end of the last one that begins at a time.
    ends: BTreeMap<SystemTime, SystemTime>,
}

impl Periods {
    pub(super) fn add(&mut self, period: Period) {
        let end = self.ends.entry(period.start).or_insert(period.end);
        *end = period.end.max(*end);
    }

    /// Whether settlements are read from that moment on, without a gap, until `lag` later.
    pub(super) fn reach(&self, moment: SystemTime, lag: Duration) -> bool {
        let Some(until) = moment.checked_add(lag) else { return false };
        let mut reached: Option<SystemTime> = None;
        for (start, end) in &self.ends {
            match reached {
                // It begins too late for the moment, or leaves a gap behind what is reached.
                None if *start > moment => return false,
                Some(reached) if start.duration_since(reached).is_ok_and(|gap| gap > GAP) => return false,
                _ if *end > moment => reached = Some(reached.map_or(*end, |known| known.max(*end))),
                _ => {}
            }
            if reached.is_some_and(|reached| reached >= until) {
                return true;
            }
        }
        false
    }
}

/// The moment of a time. `None` if it cannot be read.
pub(super) fn moment(time: &DateTime) -> Option<SystemTime> {
    time.to_system_time().ok()
}
