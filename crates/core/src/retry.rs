//! Decides when a call is tried again, and after how long.

use crate::clock::Clock;
use crate::error::Error;
use spapi_types::operation::Repeat;
use std::fmt;
use std::time::Duration;
use tokio::time::Instant;

/// How often, how long and how fast a call is tried again.
///
/// A call is always tried again if Amazon throttled it (429) or the client could not connect, unless the server's
/// certificate is not trusted. After a server's error (408, 5xx), a timeout or a lost answer it is tried again only if
/// a second time does no harm ([`Repeat::Safe`] and [`Repeat::Idempotent`]). Any other call then fails with an error
/// whose [`outcome_unknown`] is true, because a second report or payout is worse than an error.
///
/// The waits double from the first to the longest, and each is shortened at random by up to half. `Retry-After` and,
/// after a 429, the operation's known rate make them longer.
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

    /// Makes a single attempt.
    pub fn none() -> Self {
        Self::new().attempts(1)
    }

    /// Sets how many attempts are made in all. At least one is made.
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts.max(1);
        self
    }

    /// Sets how long after its start a call may begin another attempt.
    pub fn total_time(mut self, time: Duration) -> Self {
        self.total_time = time;
        self
    }

    /// Sets the wait before the second attempt, and the longest wait before any attempt.
    pub fn backoff(mut self, first: Duration, longest: Duration) -> Self {
        self.first_wait = first;
        self.longest_wait = longest;
        self
    }

    /// How long to wait after attempt number `failed`, which counts from 1. The wait is not shorter than `at_least`.
    /// `None` if no further attempt may follow: the policy's attempts are used up, or the wait would end after the
    /// policy's total time, of which `elapsed` has passed.
    pub fn wait(&self, failed: u32, at_least: Duration, elapsed: Duration) -> Option<Duration> {
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

/// Sends something as often as a policy allows. The client's calls, logins and documents all use this loop;
/// [`Client::retry`](crate::Client::retry) gives it to others.
pub struct Retry<'a> {
    pub(crate) policy: &'a RetryPolicy,
    /// Whether the server may receive it twice.
    pub(crate) repeat: Repeat,
    /// The longest wait that a server may ask for.
    pub(crate) longest_wait: Duration,
    pub(crate) clock: &'a dyn Clock,
}

/// Something that the loop attempts.
pub(crate) trait Attempt: Send {
    type Output: Send;

    /// Prepares the next attempt, after a wait of the given length. An error ends the loop. If an attempt was made
    /// before, the loop returns that attempt's error.
    fn ready(&mut self, _waited: Duration) -> impl Future<Output = Result<(), Error>> + Send {
        std::future::ready(Ok(()))
    }

    /// Makes the attempt of this number, from 1.
    fn run(&mut self, number: u32) -> impl Future<Output = Result<Self::Output, Error>> + Send;

    /// Gets the error of an attempt and decides what follows.
    fn failed(&mut self, error: &Error) -> Reaction {
        Reaction::After(error.retry_after().unwrap_or_default())
    }
}

/// What follows a failed attempt.
pub(crate) enum Reaction {
    /// Another attempt, at once.
    Now,
    /// What the policy says, after at least this wait.
    After(Duration),
}

struct Closure<F>(F);

impl<F, T, Answer> Attempt for Closure<F>
where
    F: FnMut(u32) -> Answer + Send,
    T: Send,
    Answer: Future<Output = Result<T, Error>> + Send,
{
    type Output = T;

    fn run(&mut self, number: u32) -> impl Future<Output = Result<T, Error>> + Send {
        (self.0)(number)
    }
}

impl<'a> Retry<'a> {
    /// Sets a policy in place of the client's.
    #[must_use]
    pub fn policy(mut self, policy: &'a RetryPolicy) -> Self {
        self.policy = policy;
        self
    }

    /// Makes attempts until one succeeds or no further one may follow. `attempt` gets the number of the attempt, from
    /// 1.
    ///
    /// # Errors
    /// The error of the last attempt, with the number of attempts.
    pub async fn run<T, Answer>(&self, attempt: impl FnMut(u32) -> Answer + Send) -> Result<T, Error>
    where
        T: Send,
        Answer: Future<Output = Result<T, Error>> + Send,
    {
        self.drive(&mut Closure(attempt)).await
    }

    pub(crate) async fn drive<A: Attempt>(&self, attempt: &mut A) -> Result<A::Output, Error> {
        let started = Instant::now();
        let mut made = 0;
        let mut waited = Duration::ZERO;
        let mut last = None;
        loop {
            if let Err(error) = attempt.ready(waited).await {
                // How the last attempt failed says more than why no further one can be made.
                return Err(last.unwrap_or(error));
            }
            made += 1;
            let error = match attempt.run(made).await {
                Ok(output) => return Ok(output),
                Err(error) => error.with_attempts(made),
            };
            let at_least = match attempt.failed(&error) {
                Reaction::After(at_least) => at_least,
                Reaction::Now => {
                    (waited, last) = (Duration::ZERO, None);
                    continue;
                }
            };
            if !may_repeat(&error, self.repeat) {
                return Err(error);
            }
            let wait = self.policy.wait(made, at_least, started.elapsed());
            let is_too_long =
                |wait: Duration| at_least > self.longest_wait || (error.is_throttled() && wait > self.longest_wait);
            let Some(wait) = wait.filter(|wait| !is_too_long(*wait)) else {
                let is_asked_to_wait = error.is_throttled() && !at_least.is_zero();
                return Err(match () {
                    () if at_least > self.longest_wait => error.with_long_wait(at_least, self.longest_wait),
                    () if is_asked_to_wait => error.with_retry_after(at_least),
                    () => error,
                });
            };
            let wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
            tracing::debug!(attempt = made, wait_ms, "trying again");
            self.clock.sleep(wait).await;
            (waited, last) = (wait, Some(error));
        }
    }
}

impl fmt::Debug for Retry<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Retry").field("policy", self.policy).field("repeat", &self.repeat).finish_non_exhaustive()
    }
}

/// Whether a call that failed with this error may be sent again without asking the caller.
fn may_repeat(error: &Error, repeat: Repeat) -> bool {
    let never_left = error.never_left() && !error.is_untrusted();
    never_left || error.is_throttled() || (error.is_transient() && repeat.may_repeat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    const NOW: Duration = Duration::ZERO;

    #[test]
    fn waits_double_within_limits_and_are_randomized() {
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

    #[derive(Debug)]
    struct Hurried;

    impl Clock for Hurried {
        fn now(&self) -> std::time::SystemTime {
            std::time::SystemTime::UNIX_EPOCH
        }

        fn sleep(&self, _: Duration) -> crate::BoxFuture<'_, ()> {
            Box::pin(std::future::ready(()))
        }
    }

    /// Is ready a number of times, and fails each time that it runs.
    struct Failing {
        ready: u32,
        runs: u32,
    }

    impl Attempt for Failing {
        type Output = ();

        async fn ready(&mut self, _: Duration) -> Result<(), Error> {
            self.ready = self.ready.checked_sub(1).ok_or_else(|| Error::new(ErrorKind::Quota, "no quota"))?;
            Ok(())
        }

        async fn run(&mut self, number: u32) -> Result<(), Error> {
            self.runs = number;
            Err(Error::new(ErrorKind::Lost, "lost"))
        }

        fn failed(&mut self, _: &Error) -> Reaction {
            // This is the reaction to a refused token.
            if self.runs == 1 { Reaction::Now } else { Reaction::After(Duration::ZERO) }
        }
    }

    #[tokio::test]
    async fn the_loop_returns_the_most_informative_error() {
        let policy = RetryPolicy::new().attempts(4);
        for (ready, repeat, runs, said) in [
            (0, Repeat::Safe, 0, "no quota"),
            (1, Repeat::Safe, 1, "no quota"),
            (2, Repeat::Safe, 2, "lost, after 2 attempts"),
            (9, Repeat::Safe, 4, "lost, after 4 attempts"),
            (9, Repeat::Once, 2, "lost, after 2 attempts"),
        ] {
            let retry = Retry { policy: &policy, repeat, longest_wait: NOW, clock: &Hurried };
            let mut failing = Failing { ready, runs: 0 };
            let error = retry.drive(&mut failing).await.unwrap_err();
            assert_eq!((failing.runs, error.to_string()), (runs, said.to_owned()));
        }
    }

    #[tokio::test]
    async fn a_server_that_requests_a_longer_wait_than_allowed_ends_the_loop() {
        let policy = RetryPolicy::new();
        let asks = |kind, wait| {
            Error::new(kind, "busy").with_status(http::StatusCode::SERVICE_UNAVAILABLE).with_retry_after(wait)
        };
        for (wait, attempts) in [(Duration::from_secs(9), 5), (Duration::from_secs(11), 1)] {
            let longest_wait = Duration::from_secs(10);
            let retry = Retry { policy: &policy, repeat: Repeat::Safe, longest_wait, clock: &Hurried };
            let mut made = 0;
            let error = retry
                .run(|number| {
                    made = number;
                    std::future::ready(Err::<(), _>(asks(ErrorKind::Answer, wait)))
                })
                .await
                .unwrap_err();
            assert_eq!((made, error.retry_after()), (attempts, Some(wait)));
        }
    }

    #[test]
    fn the_number_of_attempts_and_the_total_time_are_limited() {
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
