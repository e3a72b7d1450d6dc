//! The limits that Amazon has for each report type beside the quota of the operation.
//!
//! Amazon makes some types only once in a while, and refuses `createReport` for one type although the operation's quota has
//! calls left. Each type has a lane of its own, so that a type that has to wait does not stop the others.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};
use tokio::time::Instant;

/// How long a type rests after its first refusal. Each further refusal in a row doubles it.
const FIRST_REST: Duration = Duration::from_secs(60);
const LONGEST_REST: Duration = Duration::from_secs(1800);

/// The lanes by type and marketplaces.
#[derive(Debug, Default)]
pub(crate) struct Lanes(Mutex<HashMap<String, Arc<Lane>>>);

impl Lanes {
    pub fn of(&self, name: &str) -> Arc<Lane> {
        let mut lanes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(lanes.entry(name.to_owned()).or_default())
    }
}

/// The requests for one type.
#[derive(Debug, Default)]
pub(crate) struct Lane {
    state: Mutex<State>,
    /// Held by the job whose turn it is, so that one request of a type is on its way at a time.
    turn: Arc<tokio::sync::Mutex<()>>,
}

#[derive(Debug, Default)]
struct State {
    free_at: Option<Instant>,
    refusals: u32,
    /// When the last report was created, by Amazon's list, after which the type rested.
    rested_after: Option<SystemTime>,
}

impl Lane {
    /// Waits for the turn.
    pub async fn turn(&self) -> tokio::sync::OwnedMutexGuard<()> {
        Arc::clone(&self.turn).lock_owned().await
    }

    /// When the next request may be sent, if that is in the future.
    pub fn free_at(&self) -> Option<Instant> {
        self.state().free_at.filter(|free_at| *free_at > Instant::now())
    }

    /// The client's clock, which may skip waits, has waited for a rest that ends at this time.
    pub fn waited_until(&self, free_at: Instant) {
        let mut state = self.state();
        // Another job may have been refused since, and then the type rests again.
        if state.free_at == Some(free_at) {
            state.free_at = None;
        }
    }

    /// Amazon took a request. The next one may follow after this time.
    pub fn passed(&self, least_interval: Option<Duration>) {
        let mut state = self.state();
        state.refusals = 0;
        state.free_at = least_interval.and_then(|interval| Instant::now().checked_add(interval));
    }

    /// Begins a rest after the report that was created then, and returns whether it did: it rests once after a report, because
    /// the time of creation is by another clock.
    pub fn rest_after(&self, created: SystemTime, rest: Duration) -> bool {
        let mut state = self.state();
        let is_new = state.rested_after.replace(created) != Some(created);
        if is_new {
            state.free_at = Instant::now().checked_add(rest);
        }
        is_new
    }

    /// Amazon refused a request because there were too many (429).
    pub fn refused(&self, retry_after: Option<Duration>, least_interval: Option<Duration>) {
        let mut state = self.state();
        let doubled = FIRST_REST.saturating_mul(2_u32.saturating_pow(state.refusals)).min(LONGEST_REST);
        state.refusals = state.refusals.saturating_add(1);
        let rest = doubled.max(retry_after.unwrap_or_default());
        // Amazon counts from a request that this program may not know, so the interval is the longest sensible rest.
        let rest = least_interval.map_or(rest, |interval| rest.min(interval.max(retry_after.unwrap_or_default())));
        state.free_at = Instant::now().checked_add(rest);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    #[tokio::test(start_paused = true)]
    async fn a_refused_type_rests_longer_each_time_and_alone() {
        let lanes = Lanes::default();
        let (one, other) = (lanes.of("one"), lanes.of("other"));
        for minutes in [1, 2, 4, 8, 16, 30, 30] {
            one.refused(None, None);
            assert_eq!(lanes.of("one").free_at(), Some(Instant::now() + minutes * MINUTE));
        }
        assert_eq!(other.free_at(), None);
        one.refused(Some(60 * MINUTE), None);
        assert_eq!(one.free_at(), Some(Instant::now() + 60 * MINUTE));
        one.passed(None);
        assert_eq!(one.free_at(), None);
        one.refused(None, None);
        tokio::time::sleep(MINUTE).await;
        assert_eq!(one.free_at(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_type_with_an_interval_waits_for_it() {
        let lane = Lane::default();
        lane.passed(Some(30 * MINUTE));
        assert_eq!(lane.free_at(), Some(Instant::now() + 30 * MINUTE));
        for _ in 0..9 {
            lane.refused(None, Some(5 * MINUTE));
        }
        assert_eq!(lane.free_at(), Some(Instant::now() + 5 * MINUTE));
    }

    #[tokio::test(start_paused = true)]
    async fn a_rest_that_was_waited_for_is_over_and_a_later_one_is_not() {
        let lane = Lane::default();
        lane.refused(None, None);
        let first = lane.free_at().unwrap();
        lane.refused(None, None);
        lane.waited_until(first);
        let second = lane.free_at().unwrap();
        assert_eq!(second, Instant::now() + 2 * MINUTE);
        lane.waited_until(second);
        assert_eq!(lane.free_at(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_type_rests_once_after_a_report() {
        let lane = Lane::default();
        let created = SystemTime::UNIX_EPOCH;
        assert!(lane.rest_after(created, MINUTE));
        tokio::time::sleep(MINUTE).await;
        assert!(!lane.rest_after(created, MINUTE));
        assert_eq!(lane.free_at(), None);
        assert!(lane.rest_after(created + MINUTE, MINUTE));
        assert_eq!(lane.free_at(), Some(Instant::now() + MINUTE));
    }
}
