//! The gaps of earlier runs: how often each failed, and which are not to be asked for yet.

use super::lane::Due;
use super::progress::SliceOutcome;
use crate::ChosenStream;
use crate::destination::{Gap, SliceId};
use spapi_core::{DateTime, Error, ErrorKind};
use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, SystemTime};

/// The pause after the first failure of a report that Amazon could not make. Each further one is four times as long.
const FIRST_PAUSE: Duration = Duration::from_secs(30 * 60);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(24 * 3600);

/// The gaps of a connection that no slice of this run has taken.
pub(super) struct Gaps(BTreeMap<SliceId, Gap>);

impl Gaps {
    pub fn new(gaps: Vec<Gap>) -> Self {
        Self(gaps.into_iter().map(|gap| (gap.id.clone(), gap)).collect())
    }

    /// Takes the gaps of due slices: how often each failed, by the name of the slice. Slices that are not to be asked for yet are
    /// removed, and returned as gaps.
    pub fn take(
        &mut self,
        due: &mut Vec<Due<'_>>,
        now: SystemTime,
        retries_all: bool,
    ) -> (HashMap<String, u64>, Vec<SliceOutcome>) {
        let mut attempts = HashMap::new();
        let mut resting = Vec::new();
        due.retain(|due| {
            let Some(gap) = self.0.remove(&due.id) else { return true };
            attempts.insert(due.id.slice.clone(), gap.attempts);
            let is_resting = DateTime::from(gap.not_before.as_str()).to_system_time().is_ok_and(|time| time > now);
            if is_resting && !retries_all {
                let why = Error::new(ErrorKind::NotFound, gap.reason)
                    .with_hint(format!("It is asked for again after {}.", gap.not_before));
                resting.push(SliceOutcome::Gap { id: gap.id, why });
                return false;
            }
            true
        });
        (attempts, resting)
    }

    /// The slices that are left of these streams: no run asks for them any more, because others cover them.
    pub fn left(self, streams: &[ChosenStream]) -> Vec<SliceId> {
        let is_read = |id: &SliceId| streams.iter().any(|chosen| chosen.stream.name == id.stream);
        self.0.into_keys().filter(is_read).collect()
    }
}

/// Until when a report rests that Amazon could not make for the so many-th time.
pub(super) fn rest_until(attempts: u64, now: SystemTime) -> SystemTime {
    let times = 4_u32.saturating_pow(u32::try_from(attempts.saturating_sub(1)).unwrap_or(u32::MAX));
    now + FIRST_PAUSE.saturating_mul(times).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pauses_grow_to_a_day() {
        let now = SystemTime::UNIX_EPOCH;
        let minutes = |attempts| rest_until(attempts, now).duration_since(now).unwrap().as_secs() / 60;
        assert_eq!([0, 1, 2, 3, 4, 1000].map(minutes), [30, 30, 120, 480, 1440, 1440]);
    }
}
