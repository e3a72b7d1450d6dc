//! When a call is tried again, and after how long.

use crate::error::Error;
use crate::operation::Repeat;
use std::time::Duration;

/// How often, how long and how fast a call is tried again.
///
/// A call that Amazon throttled (429) is always tried again. After a server's error (408, 5xx), a timeout or a lost
/// answer only a call that bears repeating is; another fails with an error whose [`outcome_unknown`] is true, since a
/// second report or payout is worse than a question. A connection that never came about is tried again always,
/// unless the server's certificate is not to be trusted.
///
/// Waits double from the first to the longest, and a random part of up to half is taken off. `Retry-After` and, after
/// a 429, the operation's known rate make them longer.
///
/// [`outcome_unknown`]: crate::Error::outcome_unknown
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    attempts: u32,
    total_time: Duration,
    first_wait: Duration,
    longest_wait: Duration,
}

impl RetryPolicy {
    /// 5 attempts within 10 minutes, with waits from half a second to a minute.
    pub fn new() -> Self {
        Self {
            attempts: 5,
            total_time: Duration::from_secs(600),
            first_wait: Duration::from_millis(500),
            longest_wait: Duration::from_secs(60),
        }
    }

    /// One attempt and no more.
    pub fn none() -> Self {
        Self::new().attempts(1)
    }

    /// Sets how many attempts are made in all; at least one is.
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts.max(1);
        self
    }

    /// Sets how long after its start a call may still begin another attempt.
    pub fn total_time(mut self, time: Duration) -> Self {
        self.total_time = time;
        self
    }

    /// Sets the wait before the second attempt and the longest before any.
    pub fn backoff(mut self, first: Duration, longest: Duration) -> Self {
        self.first_wait = first;
        self.longest_wait = longest;
        self
    }

    /// The wait after so many failed attempts, if another is to be made: no shorter than `at_least`, and begun after
    /// `elapsed` of the call's time.
    pub(crate) fn wait(&self, failed: u32, at_least: Duration, elapsed: Duration) -> Option<Duration> {
        if failed >= self.attempts {
            return None;
        }
        let doubled = self.first_wait.saturating_mul(2_u32.saturating_pow(failed.saturating_sub(1)));
        let wait = doubled.min(self.longest_wait).mul_f64(1.0 - fastrand::f64() / 2.0).max(at_least);
        (elapsed.saturating_add(wait) <= self.total_time).then_some(wait)
    }
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self::new()
    }
}

/// Whether a call that failed so may be sent again without asking.
pub(crate) fn may_repeat(error: &Error, repeat: Repeat) -> bool {
    let never_left = error.never_left() && !error.is_untrusted();
    never_left || error.is_throttled() || (error.is_transient() && repeat.may_repeat())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::ZERO;

    #[test]
    fn waits_double_within_bounds_and_are_spread() {
        let policy = RetryPolicy::new().attempts(40).backoff(Duration::from_secs(1), Duration::from_secs(8));
        for (failed, longest) in [(1, 1), (2, 2), (3, 4), (4, 8), (5, 8), (39, 8)] {
            let longest = Duration::from_secs(longest);
            for _ in 0..200 {
                let wait = policy.wait(failed, NOW, NOW).unwrap();
                assert!(wait <= longest && wait >= longest / 2, "{failed}: {wait:?}");
            }
        }
        let spread: std::collections::HashSet<_> = (0..50).map(|_| policy.wait(4, NOW, NOW)).collect();
        assert!(spread.len() > 10);
    }

    #[test]
    fn attempts_and_total_time_end_it() {
        let policy = RetryPolicy::new().attempts(3).total_time(Duration::from_secs(100));
        assert!(policy.wait(2, NOW, NOW).is_some());
        assert_eq!(policy.wait(3, NOW, NOW), None);
        assert_eq!(policy.wait(1, Duration::from_secs(60), Duration::from_secs(40)), Some(Duration::from_secs(60)));
        assert_eq!(policy.wait(1, Duration::from_secs(60), Duration::from_secs(41)), None);
        assert_eq!(policy.wait(1, Duration::MAX, NOW), None);
        assert_eq!(RetryPolicy::none().wait(1, NOW, NOW), None);
        assert_eq!(RetryPolicy::new().attempts(0), RetryPolicy::none());
    }
}
