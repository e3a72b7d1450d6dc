//! What a bucket holds, and what it learns of its real rate.
//!
//! Amazon's real limits differ from the documented ones, mostly downwards, and are told by a header that is often
//! absent and by refusals. The header is followed within bounds. A refusal empties the bucket. A second one says how
//! fast Amazon's bucket really filled in between: it was empty at both, so what passed is what it was given.

use crate::operation::Rate;
use std::time::Duration;

/// How far from the documented rate what is learned may lead, as a factor both ways.
const BOUND: f64 = 10.0;

/// What a refusal leaves of the rate, at the least and at the most.
const CUT: (f64, f64) = (0.7, 0.97);

/// What each call that passes gives back of a rate that was cut, as a part of the full one.
const RECOVERY: f64 = 1.0 / 2000.0;

/// The longest that a call is taken to need to reach Amazon, in seconds.
const LONGEST_FLIGHT: f64 = 1.0;

/// The longest that one refusal holds a bucket shut, in seconds.
const LONGEST_SHUT: f64 = 3600.0;

/// A bucket's content and what it has learned. Times are seconds of the clock of whoever keeps it.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "quota-files", derive(serde::Deserialize, serde::Serialize))]
pub(super) struct State {
    /// The calls in it; below 0 while it is held shut.
    pub calls: f64,
    /// When it held them.
    pub at: f64,
    /// The rate at which it fills.
    pub per_second: f64,
    /// The rate to which it recovers: the documented one, or the header's.
    pub full: f64,
    /// How many waves of refusals there were.
    pub refusals: u64,
    /// When the last of them began.
    pub refused_at: Option<f64>,
    /// What Amazon's bucket was given since then: the calls that passed, and what ran over while it was full.
    pub given: f64,
}

/// How a call was taken.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Taken {
    /// When, by the bucket's clock.
    pub at: f64,
    /// Whether the bucket was full.
    pub was_full: bool,
    /// The refusals that were known by then.
    pub refusals: u64,
}

impl State {
    /// A full bucket.
    pub fn new(rate: Rate, now: f64) -> Self {
        Self {
            calls: capacity(rate),
            at: now,
            per_second: rate.per_second,
            full: rate.per_second,
            refusals: 0,
            refused_at: None,
            given: 0.0,
        }
    }

    /// With every number within its bounds, since it comes from a file that anything may have written.
    #[cfg(feature = "quota-files")]
    pub fn within(self, rate: Rate) -> Self {
        let bounded = |per_second: f64| per_second.clamp(rate.per_second / BOUND, rate.per_second * BOUND);
        let full = bounded(self.full);
        let per_second = bounded(self.per_second).min(full);
        let shut = 1.0 - LONGEST_SHUT * per_second;
        Self { calls: self.calls.clamp(shut.min(0.0), capacity(rate)), per_second, full, ..self }
    }

    /// Fills it up to now. A clock that was set back fills nothing.
    pub fn fill(&mut self, rate: Rate, now: f64) {
        let filled = (now - self.at).max(0.0) * self.per_second;
        let calls = self.calls + filled;
        self.calls = calls.min(capacity(rate));
        self.given += calls - self.calls;
        self.at = now;
    }

    /// Takes a call, if there is one.
    pub fn take(&mut self, rate: Rate) -> Option<Taken> {
        if !self.until(1.0).is_zero() {
            return None;
        }
        let was_full = self.calls >= capacity(rate);
        self.calls -= 1.0;
        Some(Taken { at: self.at, was_full, refusals: self.refusals })
    }

    /// How long until so many calls are in it, if none is taken.
    pub fn until(&self, calls: f64) -> Duration {
        let lacking = calls - self.calls;
        // A millionth of a call is the clock's rounding, not a call that is missing.
        if lacking < 1e-6 {
            return Duration::ZERO;
        }
        Duration::try_from_secs_f64(lacking / self.per_second).unwrap_or(Duration::MAX)
    }

    /// Gives a call back that did not reach Amazon.
    pub fn give_back(&mut self, rate: Rate) {
        self.calls = (self.calls + 1.0).min(capacity(rate));
    }

    /// A call has come back from Amazon, or was lost on its way.
    ///
    /// Amazon's bucket began to fill when the call arrived there, not when it was taken here. Once it fills, both fill
    /// alike; so only the first call from a full bucket makes a difference, which is taken off.
    pub fn landed(&mut self, taken: Taken) {
        if taken.was_full {
            self.calls -= (self.at - taken.at).clamp(0.0, LONGEST_FLIGHT) * self.per_second;
        }
    }

    /// Amazon let a call pass, and may have said its rate.
    pub fn passed(&mut self, rate: Rate, header: Option<f64>) {
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

    /// Amazon refused a call for its quota: its bucket is empty, and so is this one now.
    ///
    /// Calls that were on their way together are refused together; the first of them speaks for all.
    pub fn refused(&mut self, rate: Rate, taken: Taken, retry_after: Option<Duration>) {
        let shut = retry_after.map_or(0.0, |wait| wait.as_secs_f64().min(LONGEST_SHUT) * self.per_second - 1.0);
        self.calls = self.calls.min(0.0).min(-shut);
        if taken.refusals != self.refusals {
            return;
        }
        // Before the first it is not known how full Amazon's bucket was, so nothing follows for its rate.
        if let Some(since) = self.refused_at {
            let measured = self.given / (self.at - since).max(f64::MIN_POSITIVE);
            let cut = measured.clamp(self.per_second * CUT.0, self.per_second * CUT.1);
            self.per_second = cut.max(rate.per_second / BOUND).min(self.per_second);
        }
        self.refusals += 1;
        self.refused_at = Some(self.at);
        self.given = 0.0;
    }
}

/// How many calls a bucket holds. The header never says it, so it stays as documented.
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

    /// Calls as soon as the bucket allows it, until so many have passed. Gives the time it took and the refusals.
    fn call(state: &mut State, rate: Rate, server: &mut Server, calls: u32, header: Option<f64>) -> (f64, u32) {
        let (mut now, mut passed, mut refused) = (state.at, 0, 0);
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
        let mut state = State::new(rate, 0.0);
        let mut server = Server::new(0.0167, 20.0);
        let (time, refused) = call(&mut state, rate, &mut server, 500, None);
        assert_eq!(refused, 0);
        assert!((time - 480.0 / 0.0167).abs() < 1.0, "{time}");
        assert_eq!(state.per_second, 0.0167);
    }

    #[test]
    fn a_bucket_that_others_have_spent_is_emptied_once_and_keeps_its_rate() {
        let rate = rate(0.5, 30);
        let mut state = State::new(rate, 0.0);
        let mut server = Server::new(0.5, 30.0);
        server.calls = 0.5;
        let (_, refused) = call(&mut state, rate, &mut server, 200, None);
        assert_eq!((refused, state.per_second), (1, 0.5));
    }

    #[test]
    fn a_stricter_server_is_found_out_by_its_refusals() {
        for (factor, documented) in [(0.5, 0.0167), (0.5, 5.0), (0.8, 0.5), (0.25, 2.0), (0.95, 1.0)] {
            let rate = rate(documented, 20);
            let real = documented * factor;
            let mut state = State::new(rate, 0.0);
            let mut server = Server::new(real, 10.0);
            call(&mut state, rate, &mut server, 50, None);
            let (time, refused) = call(&mut state, rate, &mut server, 1000, None);
            let reached = 1000.0 / time / real;
            assert!((0.9..=1.01).contains(&reached), "{factor} of {documented}: {reached}");
            assert!(refused < 60, "{factor} of {documented}: {refused}");
        }
    }

    #[test]
    fn a_pause_does_not_look_like_a_slow_rate() {
        let rate = rate(1.0, 10);
        let mut state = State::new(rate, 0.0);
        // Every hour a burst of ten that a smaller bucket refuses at the sixth.
        let mut server = Server::new(1.0, 5.0);
        for hour in 1..10 {
            let (_, refused) = call(&mut state, rate, &mut server, 20, None);
            assert_eq!(refused, 1);
            state.fill(rate, f64::from(hour) * 3600.0);
        }
        assert!(state.per_second > 0.7, "{}", state.per_second);
    }

    #[test]
    fn the_header_is_followed_within_bounds() {
        let rate = rate(1.0, 5);
        let mut state = State::new(rate, 0.0);
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
        let mut state = State::new(rate, 0.0);
        let mut server = Server::new(2.5, 7.0);
        let (_, refused) = call(&mut state, rate, &mut server, 500, Some(2.5));
        assert_eq!((refused, state.per_second), (1, 2.5));
    }

    #[test]
    fn a_cut_rate_recovers_slowly_and_a_header_does_not_hurry_it() {
        let rate = rate(1.0, 5);
        let mut state = State::new(rate, 0.0);
        let refuse = |state: &mut State, now| {
            state.fill(rate, now);
            let taken = Taken { at: now, was_full: false, refusals: state.refusals };
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
        // However often it is refused, it stays above the bound.
        for now in 2..100 {
            refuse(&mut state, f64::from(now));
        }
        assert_eq!(state.per_second, 0.1);
    }

    #[test]
    fn calls_refused_together_cut_once() {
        let rate = rate(1.0, 5);
        let mut state = State::new(rate, 0.0);
        let wave: Vec<_> = (0..5).map(|_| state.take(rate).unwrap()).collect();
        wave.iter().for_each(|taken| state.refused(rate, *taken, None));
        assert_eq!((state.refusals, state.per_second), (1, 1.0));
        state.fill(rate, 1.0);
        let late = Taken { refusals: 0, ..state.take(rate).unwrap() };
        state.refused(rate, late, None);
        assert_eq!((state.refusals, state.per_second), (1, 1.0));
    }

    #[test]
    fn retry_after_holds_the_bucket_shut() {
        let rate = rate(2.0, 5);
        let mut state = State::new(rate, 0.0);
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
        let mut state = State::new(rate, 0.0);
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
    fn a_clock_set_back_fills_nothing_and_stops_nothing() {
        let rate = rate(1.0, 2);
        let mut state = State::new(rate, 1000.0);
        state.take(rate).unwrap();
        state.fill(rate, 10.0);
        assert_eq!((state.calls, state.at), (1.0, 10.0));
        state.fill(rate, 11.0);
        assert_eq!(state.calls, 2.0);
    }
}
