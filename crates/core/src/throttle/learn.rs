//! The state of a bucket, and how it learns its real rate.
//!
//! Amazon's real limits differ from the documented ones and are usually lower. A header, which is often absent, and
//! refusals reveal them. The bucket follows the header within bounds. A refusal empties the bucket. A second refusal
//! shows how fast Amazon's bucket really filled between the two: it was empty at both, so it had been filled by the
//! calls that passed.

use crate::operation::Rate;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How far a learned rate may be from the documented one, as a factor in both directions.
const BOUND: f64 = 10.0;

/// The part of the rate that remains after a refusal: the least and the most.
const CUT: (f64, f64) = (0.7, 0.97);

/// The part of the full rate that a reduced rate regains with each call that passes.
const RECOVERY: f64 = 1.0 / 2000.0;

/// The longest time that a call is assumed to need to reach Amazon, in seconds.
const LONGEST_FLIGHT: f64 = 1.0;

/// The longest time that one refusal closes a bucket, in seconds.
const LONGEST_SHUT: f64 = 3600.0;

/// The most calls that are counted between two refusals. At ten a second they last for years.
const MOST_GIVEN: f64 = 1e10;

/// The slowest and the fastest documented rate that are used, in calls a second.
const RATES: (f64, f64) = (1e-9, 1e9);

/// The rate within these bounds. It is the slowest if the number is not positive.
pub(super) fn usable(rate: Rate) -> Rate {
    let is_positive = rate.per_second.is_finite() && rate.per_second > 0.0;
    let per_second = if is_positive { rate.per_second } else { 0.0 };
    Rate::new(per_second.clamp(RATES.0, RATES.1), rate.burst)
}

/// What is left of a quota, and what is known of its rate. A [`QuotaStore`](super::QuotaStore) saves it in its
/// serialized form and need not interpret it. A store that applies changes by itself, as a database can, keeps the members of
/// that form: they have the names of the fields in the source, and do not change within a major version.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize)]
pub struct QuotaState {
    /// The documented rate that the learning started from, in calls a second.
    documented: f64,
    /// The number of calls left. Negative while the bucket is closed.
    pub(super) calls: f64,
    /// The time of that number, in seconds of the store's clock.
    filled_at: f64,
    /// The rate at which it fills.
    pub(super) per_second: f64,
    /// The rate that it recovers to: the documented one, or the header's.
    full: f64,
    /// How many waves of refusals there were.
    refusals: u64,
    /// When the last of them began.
    refused_at: Option<f64>,
    /// How far Amazon's bucket has filled since then: the calls that passed, and what overflowed while it was full.
    given: f64,
}

/// A call that was taken from a quota, and the quota's state then.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize)]
pub struct TakenCall {
    /// When, by the store's clock.
    taken_at: f64,
    /// Whether the bucket was full.
    pub(super) was_full: bool,
    /// The waves of refusals until then.
    refusals: u64,
}

impl QuotaState {
    /// A full bucket.
    pub(super) fn full(rate: Rate, now: f64) -> Self {
        Self {
            documented: rate.per_second,
            calls: capacity(rate),
            filled_at: now,
            per_second: rate.per_second,
            full: rate.per_second,
            refusals: 0,
            refused_at: None,
            given: 0.0,
        }
    }

    /// An empty bucket.
    #[cfg(feature = "quota-files")]
    pub(super) fn spent(rate: Rate, now: f64) -> Self {
        Self { calls: 0.0, ..Self::full(rate, now) }
    }

    /// The calls that are left, at the time of this state. 0 while the quota is used up.
    pub fn calls_left(&self) -> f64 {
        self.calls.max(0.0)
    }

    /// The time of this state, by the store's clock.
    pub(super) fn time(&self) -> Duration {
        Duration::try_from_secs_f64(self.filled_at).unwrap_or_default()
    }

    /// Brings every number within its bounds, because another program may have written them. What was learned from
    /// another documented rate is dropped.
    #[expect(clippy::float_cmp, reason = "the very number that was written")]
    pub(super) fn within(self, rate: Rate, now: f64) -> Self {
        let new = Self::full(rate, now);
        let this = match self.documented == rate.per_second {
            true => self,
            false => Self { calls: self.calls, filled_at: self.filled_at, ..new },
        };
        let finite = |number: f64, or: f64| if number.is_finite() { number } else { or };
        let bounded = |per_second: f64| {
            finite(per_second, rate.per_second).clamp(rate.per_second / BOUND, rate.per_second * BOUND)
        };
        let full = bounded(this.full);
        let per_second = bounded(this.per_second).min(full);
        let shut = (1.0 - LONGEST_SHUT * per_second).min(0.0);
        Self {
            documented: rate.per_second,
            calls: finite(this.calls, 0.0).clamp(shut, capacity(rate)),
            filled_at: finite(this.filled_at, now).clamp(0.0, now),
            per_second,
            full,
            refusals: this.refusals,
            refused_at: this.refused_at.map(|time| finite(time, now).clamp(0.0, now)),
            given: finite(this.given, 0.0).clamp(0.0, MOST_GIVEN),
        }
    }

    /// Fills it up to now. If the clock was set back, nothing is added.
    pub(super) fn fill(&mut self, rate: Rate, now: f64) {
        let filled = (now - self.filled_at).max(0.0) * self.per_second;
        let calls = self.calls + filled;
        self.calls = calls.min(capacity(rate));
        self.given += calls - self.calls;
        self.filled_at = now;
    }

    /// Takes a call, if there is one.
    pub(super) fn take(&mut self, rate: Rate) -> Option<TakenCall> {
        if !self.until(1.0).is_zero() {
            return None;
        }
        let was_full = self.calls >= capacity(rate);
        self.calls -= 1.0;
        Some(TakenCall { taken_at: self.filled_at, was_full, refusals: self.refusals })
    }

    /// How long until it has that many calls, if none is taken.
    pub(super) fn until(&self, calls: f64) -> Duration {
        let lacking = calls - self.calls;
        // A shortage of a millionth of a call is only rounding of the clock.
        if lacking < 1e-6 {
            return Duration::ZERO;
        }
        Duration::try_from_secs_f64(lacking / self.per_second).unwrap_or(Duration::MAX)
    }

    /// Returns a call that did not reach Amazon.
    pub(super) fn give_back(&mut self, rate: Rate) {
        self.calls = (self.calls + 1.0).min(capacity(rate));
    }

    /// Notes that a call was answered, or was lost on its way.
    ///
    /// Amazon's bucket began to fill when the call arrived there rather than when it was taken here. After that both
    /// fill alike. So only the first call from a full bucket makes a difference, which is subtracted.
    pub(super) fn landed(&mut self, taken: TakenCall) {
        if taken.was_full {
            #[expect(clippy::manual_clamp, reason = "clamp would let NaN through")]
            let flight = (self.filled_at - taken.taken_at).max(0.0).min(LONGEST_FLIGHT);
            self.calls -= flight * self.per_second;
        }
    }

    /// Notes that Amazon let a call pass and perhaps sent its rate.
    pub(super) fn passed(&mut self, rate: Rate, header: Option<f64>) {
        self.given += 1.0;
        if let Some(header) = header.filter(|header| header.is_finite() && *header > 0.0) {
            let was_cut = self.per_second < self.full;
            self.full = header.clamp(rate.per_second / BOUND, rate.per_second * BOUND);
            if !was_cut || self.per_second > self.full {
                self.per_second = self.full;
            }
        }
        self.per_second = (self.per_second + self.full * RECOVERY).min(self.full);
    }

    /// Notes that Amazon refused a call for its quota. Its bucket is empty, so this one is emptied too.
    ///
    /// Calls that were on their way together are refused together. Only the first of them reduces the rate.
    pub(super) fn refused(&mut self, rate: Rate, taken: TakenCall, retry_after: Option<Duration>) {
        if taken.refusals == self.refusals {
            self.begin_wave(rate);
        }
        let shut = retry_after.map_or(0.0, |wait| wait.as_secs_f64().min(LONGEST_SHUT) * self.per_second - 1.0);
        self.calls = self.calls.min(0.0).min(-shut);
    }

    fn begin_wave(&mut self, rate: Rate) {
        // Before the first refusal nothing is known about Amazon's bucket, so its rate cannot be computed.
        if let Some(since) = self.refused_at {
            let measured = self.given / (self.filled_at - since).max(f64::MIN_POSITIVE);
            let cut = measured.clamp(self.per_second * CUT.0, self.per_second * CUT.1);
            self.per_second = cut.max(rate.per_second / BOUND).min(self.per_second);
        }
        // Only a change of the number matters, so it may wrap.
        self.refusals = self.refusals.wrapping_add(1);
        self.refused_at = Some(self.filled_at);
        self.given = 0.0;
    }
}

/// How many calls a bucket holds. The header does not contain it, so the documented number stays.
fn capacity(rate: Rate) -> f64 {
    f64::from(rate.burst.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(per_second: f64, burst: u32) -> Rate {
        Rate::new(per_second, burst)
    }

    /// A server's bucket, whose rate and burst need not be the documented ones.
    struct Server {
        rate: f64,
        burst: f64,
        calls: f64,
        at: f64,
    }

    impl Server {
        fn new(rate: f64, burst: f64) -> Self {
            Self { rate, burst, calls: burst, at: 0.0 }
        }

        fn take(&mut self, now: f64) -> bool {
            self.calls = (self.calls + (now - self.at) * self.rate).min(self.burst);
            self.at = now;
            let is_there = self.calls > 1.0 - 1e-9;
            if is_there {
                self.calls -= 1.0;
            }
            is_there
        }
    }

    /// Makes calls as soon as the bucket allows, until `calls` have passed. Returns the time and the number of refusals.
    fn call(state: &mut QuotaState, rate: Rate, server: &mut Server, calls: u32, header: Option<f64>) -> (f64, u32) {
        let (mut now, mut passed, mut refused) = (state.filled_at, 0, 0);
        let start = now;
        while passed < calls {
            now += state.until(1.0).as_secs_f64();
            state.fill(rate, now);
            let taken = state.take(rate).unwrap();
            if server.take(now) {
                passed += 1;
                state.passed(rate, header);
                state.landed(taken);
            } else {
                refused += 1;
                state.refused(rate, taken, None);
            }
        }
        (now - start, refused)
    }

    #[test]
    fn at_the_documented_rate_nothing_is_refused() {
        let rate = rate(0.0167, 20);
        let mut state = QuotaState::full(rate, 0.0);
        let mut server = Server::new(0.0167, 20.0);
        let (time, refused) = call(&mut state, rate, &mut server, 500, None);
        assert_eq!(refused, 0);
        assert!((time - 480.0 / 0.0167).abs() < 1.0, "{time}");
        assert_eq!(state.per_second, 0.0167);
    }

    #[test]
    fn a_bucket_that_other_programs_spent_is_emptied_once_and_keeps_its_rate() {
        let rate = rate(0.5, 30);
        let mut state = QuotaState::full(rate, 0.0);
        let mut server = Server::new(0.5, 30.0);
        server.calls = 0.5;
        let (_, refused) = call(&mut state, rate, &mut server, 200, None);
        assert_eq!((refused, state.per_second), (1, 0.5));
    }

    #[test]
    fn the_rate_of_a_stricter_server_is_learned_from_refusals() {
        for (factor, documented) in [(0.5, 0.0167), (0.5, 5.0), (0.8, 0.5), (0.25, 2.0), (0.95, 1.0)] {
            let rate = rate(documented, 20);
            let real = documented * factor;
            let mut state = QuotaState::full(rate, 0.0);
            let mut server = Server::new(real, 10.0);
            call(&mut state, rate, &mut server, 50, None);
            let (time, refused) = call(&mut state, rate, &mut server, 1000, None);
            let reached = 1000.0 / time / real;
            assert!((0.9..=1.01).contains(&reached), "{factor} of {documented}: {reached}");
            assert!(refused < 60, "{factor} of {documented}: {refused}");
        }
    }

    #[test]
    fn a_pause_is_not_mistaken_for_a_slow_rate() {
        let rate = rate(1.0, 10);
        let mut state = QuotaState::full(rate, 0.0);
        // Each hour brings a burst of ten calls, of which the server's smaller bucket refuses the sixth.
        let mut server = Server::new(1.0, 5.0);
        for hour in 1..10 {
            let (_, refused) = call(&mut state, rate, &mut server, 20, None);
            assert_eq!(refused, 1);
            state.fill(rate, f64::from(hour) * 3600.0);
        }
        assert!(state.per_second > 0.7, "{}", state.per_second);
    }

    #[test]
    fn the_rate_in_the_header_is_adopted_within_limits() {
        let rate = rate(1.0, 5);
        let mut state = QuotaState::full(rate, 0.0);
        for (header, learned) in [(0.5, 0.5), (2.0, 2.0), (1e9, 10.0), (1e-9, 0.1)] {
            state.passed(rate, Some(header));
            assert_eq!(state.per_second, learned);
        }
        for odd in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            state.passed(rate, Some(odd));
            assert_eq!((state.per_second, state.full), (0.1, 0.1));
        }
        assert_eq!(capacity(rate), 5.0);
    }

    #[test]
    fn with_the_header_a_stricter_server_refuses_once() {
        let rate = rate(5.0, 15);
        let mut state = QuotaState::full(rate, 0.0);
        let mut server = Server::new(2.5, 7.0);
        let (_, refused) = call(&mut state, rate, &mut server, 500, Some(2.5));
        assert_eq!((refused, state.per_second), (1, 2.5));
    }

    #[test]
    fn a_reduced_rate_recovers_slowly_whatever_the_header_says() {
        let rate = rate(1.0, 5);
        let mut state = QuotaState::full(rate, 0.0);
        let refuse = |state: &mut QuotaState, now| {
            state.fill(rate, now);
            let taken = TakenCall { taken_at: now, was_full: false, refusals: state.refusals };
            state.refused(rate, taken, None);
        };
        refuse(&mut state, 0.0);
        refuse(&mut state, 1.0);
        assert_eq!(state.per_second, 0.7);
        state.passed(rate, Some(1.0));
        assert!(state.per_second < 0.701);
        for _ in 0..599 {
            state.passed(rate, None);
        }
        assert!((state.per_second - 1.0).abs() < 1e-9);
        // Further refusals do not reduce the rate below the lower limit.
        for now in 2..100 {
            refuse(&mut state, f64::from(now));
        }
        assert_eq!(state.per_second, 0.1);
    }

    #[test]
    fn calls_refused_together_reduce_the_rate_once() {
        let rate = rate(1.0, 5);
        let mut state = QuotaState::full(rate, 0.0);
        let wave: Vec<_> = (0..5).map(|_| state.take(rate).unwrap()).collect();
        wave.iter().for_each(|taken| state.refused(rate, *taken, None));
        assert_eq!((state.refusals, state.per_second), (1, 1.0));
        state.fill(rate, 1.0);
        let late = TakenCall { refusals: 0, ..state.take(rate).unwrap() };
        state.refused(rate, late, None);
        assert_eq!((state.refusals, state.per_second), (1, 1.0));
    }

    #[test]
    fn the_bucket_stays_closed_for_retry_after() {
        let rate = rate(2.0, 5);
        let mut state = QuotaState::full(rate, 0.0);
        let taken = state.take(rate).unwrap();
        state.refused(rate, taken, Some(Duration::from_secs(7)));
        assert_eq!(state.until(1.0), Duration::from_secs(7));
        state.refused(rate, taken, Some(Duration::ZERO));
        assert_eq!(state.until(1.0), Duration::from_secs(7));
        state.refused(rate, taken, Some(Duration::MAX));
        assert_eq!(state.until(1.0), Duration::from_secs(3600));
    }

    #[test]
    fn a_full_bucket_fills_from_when_its_first_call_arrived() {
        let rate = rate(1.0, 2);
        let mut state = QuotaState::full(rate, 0.0);
        let [first, second] = [state.take(rate).unwrap(), state.take(rate).unwrap()];
        state.fill(rate, 0.25);
        state.landed(first);
        state.landed(second);
        assert_eq!(state.until(1.0), Duration::from_secs(1));
        state.fill(rate, 100.0);
        let slow = state.take(rate).unwrap();
        state.fill(rate, 160.0);
        state.landed(slow);
        assert_eq!(state.calls, 1.0, "no more than a second is taken off");
    }

    #[test]
    fn a_clock_that_is_set_back_neither_fills_nor_blocks_the_bucket() {
        let rate = rate(1.0, 2);
        let mut state = QuotaState::full(rate, 1000.0);
        state.take(rate).unwrap();
        state.fill(rate, 10.0);
        assert_eq!((state.calls, state.filled_at), (1.0, 10.0));
        state.fill(rate, 11.0);
        assert_eq!(state.calls, 2.0);
    }

    /// Numbers that another program could have written into the stored state.
    const HOSTILE: [f64; 12] = [
        0.0,
        -0.0,
        -1.0,
        1e300,
        -1e300,
        f64::MAX,
        f64::MIN,
        f64::MIN_POSITIVE,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::NAN,
        4e9,
    ];

    #[test]
    fn no_stored_number_blocks_calls_or_lets_more_than_a_burst_pass() {
        use super::super::QuotaChange;
        let rate = rate(0.5, 5);
        let now = Duration::from_secs(1_800_000_000);
        let good = QuotaState { refused_at: Some(1e9), given: 7.0, ..QuotaState::full(rate, 1.7e9) };
        let mut states = vec![good];
        for odd in HOSTILE {
            states.extend([
                QuotaState { documented: odd, ..good },
                QuotaState { calls: odd, ..good },
                QuotaState { filled_at: odd, ..good },
                QuotaState { per_second: odd, ..good },
                QuotaState { full: odd, ..good },
                QuotaState { refused_at: Some(odd), ..good },
                QuotaState { given: odd, ..good },
                QuotaState {
                    documented: rate.per_second,
                    calls: odd,
                    filled_at: odd,
                    per_second: odd,
                    full: odd,
                    refusals: u64::MAX,
                    refused_at: Some(odd),
                    given: odd,
                },
            ]);
        }
        states.extend([u64::MAX, u64::MAX - 1, 0].map(|refusals| QuotaState { refusals, ..good }));
        let takens = HOSTILE.map(|taken_at| TakenCall { taken_at, was_full: true, refusals: u64::MAX });
        for stored in states {
            let mut calls = 0;
            let mut state = QuotaChange::Look.apply(Some(&stored), rate, now).state;
            while let Some(taken) = state.take(rate) {
                calls += 1;
                assert!(calls <= 5, "{stored:?}");
                let header = Some(f64::MAX);
                for change in [
                    QuotaChange::Lost { taken },
                    QuotaChange::Passed { taken, per_second: header },
                    QuotaChange::Refused { taken, retry_after: Some(Duration::MAX) },
                ] {
                    let after = change.apply(Some(&stored), rate, now).state;
                    assert!(after.until(1.0) <= Duration::from_secs(3602), "{stored:?}, {change:?}: {after:?}");
                }
            }
            for taken in takens {
                let refused = QuotaChange::Refused { taken, retry_after: None }.apply(Some(&stored), rate, now).state;
                assert!((0.05..=5.0).contains(&refused.per_second), "{stored:?}: {refused:?}");
                assert!(refused.calls.is_finite() && refused.until(1.0) <= Duration::from_secs(3602), "{refused:?}");
            }
            assert!(state.until(1.0) <= Duration::from_secs(3600), "{stored:?}: {state:?}");
        }
    }

    #[test]
    fn the_maximum_count_of_refusals_still_distinguishes_waves() {
        let rate = rate(1.0, 5);
        let mut state = QuotaState { refusals: u64::MAX, ..QuotaState::full(rate, 0.0) };
        let wave = [state.take(rate).unwrap(), state.take(rate).unwrap()];
        wave.iter().for_each(|taken| state.refused(rate, *taken, None));
        assert_eq!((state.refusals, state.per_second), (0, 1.0));
        state.fill(rate, 1.0);
        let next = state.take(rate).unwrap();
        state.refused(rate, next, None);
        assert_eq!((state.refusals, state.per_second), (1, 0.7));
    }

    #[test]
    fn no_documented_rate_blocks_calls() {
        use super::super::QuotaChange;
        for per_second in HOSTILE {
            let rate = rate(per_second, 0);
            let mut state = None;
            for second in 0..3 {
                let now = Duration::from_secs(second);
                let taken = QuotaChange::Take.apply(state.as_ref(), rate, now);
                let Some(call) = taken.taken else { continue };
                let passed = QuotaChange::Passed { taken: call, per_second: Some(f64::MAX) };
                state = Some(passed.apply(Some(&taken.state), rate, now).state);
            }
            let state = state.unwrap();
            assert!(state.calls.is_finite() && state.per_second > 0.0, "{per_second}: {state:?}");
        }
    }
}
