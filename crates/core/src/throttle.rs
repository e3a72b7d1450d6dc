//! The local quota: calls wait here so that Amazon need not refuse them.

use crate::error::{Error, Kind};
use crate::operation::{Operation, Rate};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// The rate of every operation in Amazon's sandbox.
pub(crate) const SANDBOX_RATE: Rate = Rate { per_second: 5.0, burst: 15 };

/// A bucket of calls for each operation.
pub(crate) struct Quota {
    common_rate: Option<Rate>,
    buckets: Mutex<HashMap<Key, Arc<Bucket>>>,
}

/// Section, version and id.
type Key = [String; 3];

impl Quota {
    /// Buckets of the operations' own rates, or of one rate that holds for each.
    pub(crate) fn new(common_rate: Option<Rate>) -> Self {
        Self { common_rate, buckets: Mutex::default() }
    }

    /// The bucket of an operation; none where its rate is not known.
    pub(crate) fn bucket(&self, operation: &Operation) -> Option<Arc<Bucket>> {
        let rate = self.common_rate.or(operation.rate)?;
        if !(rate.per_second.is_finite() && rate.per_second > 0.0) {
            return None;
        }
        let key = [&operation.section, &operation.version, &operation.id].map(|part| part.to_string());
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        Some(Arc::clone(buckets.entry(key).or_insert_with(|| Arc::new(Bucket::new(rate)))))
    }
}

/// A bucket that holds up to a burst of calls and fills at a rate.
pub(crate) struct Bucket {
    rate: Rate,
    level: Mutex<Level>,
    /// Whoever holds it is the next to be served; the lock hands itself on in the order of asking.
    turn: tokio::sync::Mutex<()>,
}

struct Level {
    calls: f64,
    at: Instant,
    /// How many wait for a call, the one whose turn it is among them.
    queued: u32,
}

impl Bucket {
    fn new(rate: Rate) -> Self {
        let level = Level { calls: capacity(rate), at: Instant::now(), queued: 0 };
        Self { rate, level: Mutex::new(level), turn: tokio::sync::Mutex::default() }
    }

    /// Waits for a call and takes it. Whoever is dropped while waiting leaves the queue and takes nothing.
    ///
    /// # Errors
    /// At once when the wait would be longer than `longest`.
    pub(crate) async fn take(&self, longest: Duration) -> Result<Permit<'_>, Error> {
        let place = self.join(longest)?;
        let _turn = self.turn.lock().await;
        loop {
            let wait = {
                let mut level = self.level();
                let wait = self.until(&level, 1.0);
                if wait.is_zero() {
                    level.calls -= 1.0;
                    drop(level);
                    drop(place);
                    return Ok(Permit { bucket: self, is_used: false });
                }
                wait
            };
            tokio::time::sleep(wait).await;
        }
    }

    /// Takes a place at the end of the queue, unless it would be too long.
    fn join(&self, longest: Duration) -> Result<Place<'_>, Error> {
        let mut level = self.level();
        let wait = self.until(&level, f64::from(level.queued) + 1.0);
        if wait <= longest {
            level.queued += 1;
            return Ok(Place(self));
        }
        let message = format!(
            "the local quota of {} calls a second (burst {}) is spent: the call would have waited {:.1} s, and {:.1} s \
             is the longest it may",
            self.rate.per_second,
            self.rate.burst,
            wait.as_secs_f64(),
            longest.as_secs_f64(),
        );
        let error = Error::new(Kind::Quota, message).with_retry_after(wait);
        Err(error.with_hint("Nothing was sent. Call again later, or allow a longer wait."))
    }

    /// Amazon's own bucket was found empty: so is this one now.
    pub(crate) fn empty(&self) {
        let mut level = self.level();
        level.calls = level.calls.min(0.0);
    }

    /// How long it takes to fill one call's worth.
    pub(crate) fn interval(&self) -> Duration {
        Duration::try_from_secs_f64(1.0 / self.rate.per_second).unwrap_or(Duration::MAX)
    }

    /// How long until so many calls are in the bucket, if none is taken.
    fn until(&self, level: &Level, calls: f64) -> Duration {
        let lacking = calls - level.calls;
        // A billionth of a call is the clock's rounding, not a call that is missing.
        if lacking < 1e-9 {
            return Duration::ZERO;
        }
        Duration::try_from_secs_f64(lacking / self.rate.per_second).unwrap_or(Duration::MAX)
    }

    /// The level as of now.
    fn level(&self) -> MutexGuard<'_, Level> {
        let mut level = self.level.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let filled = now.saturating_duration_since(level.at).as_secs_f64() * self.rate.per_second;
        level.calls = (level.calls + filled).min(capacity(self.rate));
        level.at = now;
        level
    }
}

fn capacity(rate: Rate) -> f64 {
    f64::from(rate.burst.max(1))
}

/// A call that was taken from a bucket, and goes back unless it is used.
pub(crate) struct Permit<'bucket> {
    bucket: &'bucket Bucket,
    is_used: bool,
}

impl Permit<'_> {
    /// Says whether the call reaches Amazon, where it counts.
    pub(crate) fn set_used(&mut self, is_used: bool) {
        self.is_used = is_used;
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        if !self.is_used {
            let mut level = self.bucket.level();
            level.calls = (level.calls + 1.0).min(capacity(self.bucket.rate));
        }
    }
}

/// A place in a bucket's queue, given up when dropped.
struct Place<'bucket>(&'bucket Bucket);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.level().queued -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Method;

    const PATIENT: Duration = Duration::from_secs(3600);

    async fn spend(bucket: &Bucket, longest: Duration) -> Result<(), Error> {
        bucket.take(longest).await?.set_used(true);
        Ok(())
    }

    fn bucket(per_second: f64, burst: u32) -> Arc<Bucket> {
        let operation = Operation::new("s", "v", "o", Method::GET, "/").rate(per_second, burst);
        Quota::new(None).bucket(&operation).unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn a_burst_goes_through_and_the_rest_at_the_rate() {
        let bucket = bucket(2.0, 3);
        let start = Instant::now();
        let mut times = Vec::new();
        for _ in 0..5 {
            spend(&bucket, PATIENT).await.unwrap();
            times.push(start.elapsed().as_millis());
        }
        assert_eq!(times, [0, 0, 0, 500, 1000]);
        tokio::time::sleep(Duration::from_secs(100)).await;
        for _ in 0..3 {
            spend(&bucket, Duration::ZERO).await.unwrap();
        }
        assert!(spend(&bucket, Duration::ZERO).await.is_err(), "no more than a burst is saved up");
    }

    #[tokio::test(start_paused = true)]
    async fn those_who_wait_are_served_in_the_order_of_asking() {
        let bucket = bucket(1.0, 1);
        let served = Arc::new(Mutex::new(Vec::new()));
        let tasks: Vec<_> = (0..20)
            .map(|number| {
                let (bucket, served) = (Arc::clone(&bucket), Arc::clone(&served));
                tokio::spawn(async move {
                    spend(&bucket, PATIENT).await.unwrap();
                    served.lock().unwrap().push(number);
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(*served.lock().unwrap(), (0..20).collect::<Vec<_>>());
    }

    #[tokio::test(start_paused = true)]
    async fn who_would_wait_too_long_is_told_how_long() {
        let bucket = bucket(0.1, 1);
        spend(&bucket, Duration::ZERO).await.unwrap();
        let waiting = tokio::spawn({
            let bucket = Arc::clone(&bucket);
            async move { spend(&bucket, PATIENT).await }
        });
        tokio::task::yield_now().await;
        let error = spend(&bucket, Duration::from_secs(15)).await.unwrap_err();
        assert!(error.is_throttled() && error.status().is_none());
        assert_eq!(error.retry_after(), Some(Duration::from_secs(20)));
        assert!(error.to_string().contains("would have waited 20.0 s, and 15.0 s is the longest"), "{error}");
        waiting.await.unwrap().unwrap();
        spend(&bucket, Duration::from_secs(10)).await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn who_is_dropped_while_waiting_takes_nothing_and_holds_nobody_up() {
        let bucket = bucket(1.0, 1);
        spend(&bucket, PATIENT).await.unwrap();
        let spawn = || {
            let bucket = Arc::clone(&bucket);
            tokio::spawn(async move { spend(&bucket, PATIENT).await })
        };
        let first = spawn();
        let second = spawn();
        tokio::task::yield_now().await;
        first.abort();
        assert!(first.await.unwrap_err().is_cancelled());
        let start = Instant::now();
        second.await.unwrap().unwrap();
        assert_eq!(start.elapsed().as_secs(), 1);
        assert_eq!(bucket.level().queued, 0);
    }

    #[tokio::test(start_paused = true)]
    async fn what_amazon_did_not_count_is_put_back_and_what_it_refused_empties() {
        let bucket = bucket(1.0, 2);
        drop(bucket.take(Duration::ZERO).await.unwrap());
        let mut refused = bucket.take(Duration::ZERO).await.unwrap();
        refused.set_used(true);
        refused.set_used(false);
        drop(refused);
        spend(&bucket, Duration::ZERO).await.unwrap();
        spend(&bucket, Duration::ZERO).await.unwrap();
        assert!(spend(&bucket, Duration::ZERO).await.is_err());
        tokio::time::sleep(bucket.interval()).await;
        bucket.empty();
        let start = Instant::now();
        spend(&bucket, PATIENT).await.unwrap();
        assert_eq!(start.elapsed(), bucket.interval());
    }

    #[test]
    fn buckets_are_kept_apart_by_operation_and_an_unknown_rate_has_none() {
        let operation = |version, id| Operation::new("s", version, id, Method::GET, "/").rate(1.0, 1);
        let quota = Quota::new(None);
        let first = quota.bucket(&operation("v0", "a")).unwrap();
        assert!(Arc::ptr_eq(&first, &quota.bucket(&operation("v0", "a")).unwrap()));
        assert!(!Arc::ptr_eq(&first, &quota.bucket(&operation("v1", "a")).unwrap()));
        assert!(!Arc::ptr_eq(&first, &quota.bucket(&operation("v0", "b")).unwrap()));
        let unknown = Operation::new("s", "v", "o", Method::GET, "/");
        assert!(quota.bucket(&unknown).is_none());
        for odd in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(quota.bucket(&unknown.clone().rate(odd, 1)).is_none());
        }
        let sandbox = Quota::new(Some(SANDBOX_RATE));
        assert_eq!(sandbox.bucket(&unknown).unwrap().rate, SANDBOX_RATE);
        assert_eq!(sandbox.bucket(&operation("v0", "a")).unwrap().rate, SANDBOX_RATE);
    }
}
