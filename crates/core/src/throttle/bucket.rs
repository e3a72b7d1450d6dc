//! A bucket of calls, and the queue for it.

use super::learn::{QuotaState, TakenCall};
use super::numbers::{LONGEST_ANSWER, Numbers};
use super::store::QuotaChange;
use crate::detached::Finish;
use crate::error::{Error, ErrorKind};
use http::{HeaderMap, HeaderName, StatusCode};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::{Instant, timeout};

const RATE_LIMIT: HeaderName = HeaderName::from_static("x-amzn-ratelimit-limit");

/// How late a timer may be before the wait counts as too long.
const GRACE: Duration = Duration::from_millis(100);

/// The lanes of a bucket's queue. Each is served before the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lane {
    /// Calls that had their turn and that Amazon refused.
    Again,
    Interactive,
    Batch,
}

const LANES: usize = 3;

/// A bucket that holds up to a burst of calls and fills at a rate.
pub(crate) struct Bucket {
    numbers: Numbers,
    /// How many calls wait in each lane, including the one whose turn it is.
    queued: Mutex<[u32; LANES]>,
    /// The first caller in a lane holds the lane's lock, and the lock passes on in the order of asking. So only the
    /// first of each lane ever wakes.
    turns: [tokio::sync::Mutex<()>; LANES],
    /// Wakes the waiting callers when a lane is empty or a call has ended.
    changed: Notify,
}

impl Bucket {
    pub(super) fn new(numbers: Numbers) -> Self {
        Self { numbers, queued: Mutex::default(), turns: Default::default(), changed: Notify::new() }
    }

    /// What is left, as far as this process knows.
    pub(super) fn look(&self) -> QuotaState {
        self.numbers.look()
    }

    /// Waits for a call and takes it. A caller that is dropped while it waits leaves the queue and takes nothing.
    ///
    /// # Errors
    /// At once if the wait would be longer than `longest`, or later if it becomes longer because others go first or the
    /// rate drops. Also if the store fails and no call may be sent without it.
    pub(crate) async fn take(self: &Arc<Self>, lane: Lane, longest: Duration) -> Result<Permit, Error> {
        let (_place, before) = self.join(lane);
        self.admit(before, longest).await?;
        let queued_at = Instant::now();
        let mut serve = pin!(self.serve(lane, queued_at, longest));
        let mut bound = longest.saturating_add(GRACE);
        let last = bound.saturating_add(LONGEST_ANSWER);
        loop {
            if let Ok(served) = timeout(bound, serve.as_mut()).await {
                return served;
            }
            let (waited, ahead) = (queued_at.elapsed(), self.ahead(lane));
            let left = self.numbers.look().until(f64::from(ahead) + 1.0);
            // If a call is left, the wait is for the store rather than for the quota.
            if !left.is_zero() || waited >= last {
                return Err(self.too_long(waited.saturating_add(left), longest));
            }
            bound = GRACE;
        }
    }

    async fn serve(self: &Arc<Self>, lane: Lane, queued_at: Instant, longest: Duration) -> Result<Permit, Error> {
        let _turn = self.turns[lane as usize].lock().await;
        loop {
            // Created before the state is read, so that no later change is missed.
            let changed = self.changed.notified();
            if self.ahead(lane) > 0 {
                changed.await;
                continue;
            }
            let wait = match Finish::new(Arc::clone(self).take_one()).await? {
                Ok(permit) => return Ok(permit),
                Err(state) => state.until(1.0),
            };
            let in_all = queued_at.elapsed().saturating_add(wait);
            if in_all > longest.saturating_add(GRACE) {
                return Err(self.too_long(in_all, longest));
            }
            // After either of them the state is read again.
            let _ = timeout(wait, changed).await;
        }
    }

    /// Takes a call, or returns the state if it has none.
    async fn take_one(self: Arc<Self>) -> Result<Result<Permit, QuotaState>, Error> {
        let answer = self.numbers.apply(&QuotaChange::Take).await?;
        Ok(match answer.taken {
            Some(taken) => Ok(Permit { bucket: self, taken, is_used: false, is_settled: false }),
            None => Err(answer.state),
        })
    }

    /// Joins the end of the lane, and returns how many calls go first.
    fn join(&self, lane: Lane) -> (Place<'_>, u32) {
        let mut queued = self.queued();
        let before = queued[..=lane as usize].iter().sum();
        queued[lane as usize] += 1;
        (Place { bucket: self, lane }, before)
    }

    /// Refuses a wait that would be too long.
    async fn admit(&self, before: u32, longest: Duration) -> Result<(), Error> {
        let wait = |state: &QuotaState| state.until(f64::from(before) + 1.0);
        let mut expected = wait(&self.numbers.look());
        if expected > longest {
            // Other processes may have left more in the store than this process knows.
            expected = wait(&self.numbers.apply(&QuotaChange::Look).await?.state);
        }
        if expected > longest {
            return Err(self.too_long(expected, longest));
        }
        if !expected.is_zero() {
            tracing::debug!(wait_s = expected.as_secs_f64(), "waiting for the quota");
        }
        Ok(())
    }

    fn too_long(&self, wait: Duration, longest: Duration) -> Error {
        let message = format!(
            "the local quota of {} calls a second (burst {}) is used up: the call must wait {:.1} s; \
             `longest_wait` allows {:.1} s",
            self.numbers.look().per_second,
            self.numbers.rate.burst,
            wait.as_secs_f64(),
            longest.as_secs_f64(),
        );
        let error = Error::new(ErrorKind::Quota, message).with_retry_after(wait);
        error.with_hint("Nothing was sent. Call again later, or allow a longer wait.")
    }

    /// How long the bucket takes to fill by one call.
    pub(crate) fn interval(&self) -> Duration {
        Duration::try_from_secs_f64(1.0 / self.numbers.look().per_second).unwrap_or(Duration::MAX)
    }

    /// How many calls wait in the lanes that are served before this one.
    fn ahead(&self, lane: Lane) -> u32 {
        self.queued()[..lane as usize].iter().sum()
    }

    fn queued(&self) -> MutexGuard<'_, [u32; LANES]> {
        self.queued.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A call that was taken from a bucket. It is given back unless it is used.
pub(crate) struct Permit {
    bucket: Arc<Bucket>,
    taken: TakenCall,
    is_used: bool,
    /// Whether the bucket knows the call's outcome.
    is_settled: bool,
}

impl Permit {
    /// Sets whether the call reaches Amazon, which counts it then.
    pub(crate) fn set_used(&mut self, is_used: bool) {
        self.is_used = is_used;
    }

    /// Learns from Amazon's answer to the call.
    pub(crate) async fn answered(&mut self, status: StatusCode, headers: &HeaderMap, retry_after: Option<Duration>) {
        let taken = self.taken;
        let change = if status == StatusCode::TOO_MANY_REQUESTS {
            QuotaChange::Refused { taken, retry_after }
        } else {
            let per_second = headers.get(RATE_LIMIT).and_then(|value| value.to_str().ok()?.trim().parse().ok());
            QuotaChange::Passed { taken, per_second }
        };
        self.is_settled = true;
        let bucket = Arc::clone(&self.bucket);
        // After a call nothing fails.
        let _ = Finish::new(async move { bucket.numbers.apply(&change).await }).await;
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let (is_used, taken) = (self.is_used, self.taken);
        if self.is_settled || (is_used && !taken.was_full) {
            return;
        }
        let bucket = Arc::clone(&self.bucket);
        let settle = async move {
            let change = if is_used { QuotaChange::Lost { taken } } else { QuotaChange::GiveBack };
            let _ = bucket.numbers.apply(&change).await;
            if !is_used {
                bucket.changed.notify_waiters();
            }
        };
        Finish::new(settle).detach();
    }
}

/// A place in a bucket's queue. Dropping it leaves the queue.
struct Place<'bucket> {
    bucket: &'bucket Bucket,
    lane: Lane,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut queued = self.bucket.queued();
        let left = &mut queued[self.lane as usize];
        *left -= 1;
        if *left == 0 {
            drop(queued);
            self.bucket.changed.notify_waiters();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::memory::Memory;
    use super::super::numbers::Place as Kept;
    use super::super::store::QuotaKey;
    use super::*;
    use crate::operation::Rate;
    use std::future::Future;

    const PATIENT: Duration = Duration::from_secs(3600);

    async fn spend(bucket: &Arc<Bucket>, longest: Duration) -> Result<(), Error> {
        spend_in(bucket, Lane::Interactive, longest).await
    }

    async fn spend_in(bucket: &Arc<Bucket>, lane: Lane, longest: Duration) -> Result<(), Error> {
        bucket.take(lane, longest).await?.set_used(true);
        Ok(())
    }

    fn bucket(per_second: f64, burst: u32) -> Arc<Bucket> {
        let rate = Rate::new(per_second, burst);
        let key = QuotaKey { server: "s".into(), application: "a".into(), seller: None, operation: "o".into() };
        Arc::new(Bucket::new(Numbers::new(key, rate, Kept::new(Arc::new(Memory::new())))))
    }

    #[tokio::test(start_paused = true)]
    async fn a_burst_passes_at_once_and_further_calls_at_the_rate() {
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
        assert!(spend(&bucket, Duration::ZERO).await.is_err(), "the bucket saves up at most a burst");
    }

    #[tokio::test(start_paused = true)]
    async fn waiting_calls_are_served_in_the_order_of_arrival() {
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
    async fn a_call_that_would_wait_too_long_fails_and_names_the_wait() {
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
        assert!(error.to_string().contains("must wait 20.0 s; `longest_wait` allows 15.0 s"), "{error}");
        waiting.await.unwrap().unwrap();
        spend(&bucket, Duration::from_secs(10)).await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_dropped_while_waiting_takes_nothing_and_delays_no_other() {
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
        assert_eq!(*bucket.queued(), [0; LANES]);
    }

    #[tokio::test(start_paused = true)]
    async fn an_uncounted_call_is_returned_and_a_refused_call_empties_the_bucket() {
        let bucket = bucket(1.0, 2);
        drop(bucket.take(Lane::Interactive, Duration::ZERO).await.unwrap());
        let mut refused = bucket.take(Lane::Interactive, Duration::ZERO).await.unwrap();
        refused.set_used(true);
        refused.set_used(false);
        drop(refused);
        spend(&bucket, Duration::ZERO).await.unwrap();
        spend(&bucket, Duration::ZERO).await.unwrap();
        assert!(spend(&bucket, Duration::ZERO).await.is_err());
        tokio::time::sleep(bucket.interval()).await;
        let mut refused = bucket.take(Lane::Interactive, Duration::ZERO).await.unwrap();
        refused.answered(StatusCode::TOO_MANY_REQUESTS, &HeaderMap::new(), None).await;
        let start = Instant::now();
        spend(&bucket, PATIENT).await.unwrap();
        assert_eq!(start.elapsed(), bucket.interval());
    }

    #[tokio::test(start_paused = true)]
    async fn lanes_are_served_by_priority_and_each_in_the_order_of_arrival() {
        let bucket = bucket(1.0, 1);
        spend(&bucket, PATIENT).await.unwrap();
        let served = Arc::new(Mutex::new(Vec::new()));
        let spawn = |lane, number| {
            let (bucket, served) = (Arc::clone(&bucket), Arc::clone(&served));
            tokio::spawn(async move {
                spend_in(&bucket, lane, PATIENT).await.unwrap();
                served.lock().unwrap().push((lane, number));
            })
        };
        let (again, interactive, batch) = (Lane::Again, Lane::Interactive, Lane::Batch);
        let mut tasks: Vec<_> = [batch, batch, interactive, interactive, again].map(|lane| spawn(lane, 1)).into();
        // Two are served; then more come, while a batch call is the next.
        tokio::time::sleep(Duration::from_millis(3500)).await;
        tasks.extend([spawn(batch, 2), spawn(interactive, 2), spawn(interactive, 3)]);
        for task in tasks {
            task.await.unwrap();
        }
        let order = [
            (again, 1),
            (interactive, 1),
            (interactive, 1),
            (interactive, 2),
            (interactive, 3),
            (batch, 1),
            (batch, 1),
            (batch, 2),
        ];
        assert_eq!(*served.lock().unwrap(), order);
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_overtaken_for_too_long_fails_and_names_the_wait() {
        let bucket = bucket(1.0, 1);
        spend(&bucket, PATIENT).await.unwrap();
        let spawn = |lane, longest| {
            let bucket = Arc::clone(&bucket);
            tokio::spawn(async move { spend_in(&bucket, lane, longest).await })
        };
        let batch = spawn(Lane::Batch, Duration::from_secs(2));
        tokio::task::yield_now().await;
        let before: Vec<_> = (0..5).map(|_| spawn(Lane::Interactive, PATIENT)).collect();
        let error = batch.await.unwrap().unwrap_err();
        let wait = error.retry_after().unwrap().as_secs_f64();
        assert!((wait - 6.0).abs() < 0.01, "{wait}");
        for task in before {
            task.await.unwrap().unwrap();
        }
        assert_eq!(*bucket.queued(), [0; LANES]);
    }

    #[tokio::test(start_paused = true)]
    async fn when_a_lane_is_empty_the_next_lane_is_served() {
        let bucket = bucket(1.0, 1);
        spend(&bucket, PATIENT).await.unwrap();
        let spawn = |lane| {
            let bucket = Arc::clone(&bucket);
            tokio::spawn(async move { spend_in(&bucket, lane, PATIENT).await })
        };
        let (batch, interactive) = (spawn(Lane::Batch), spawn(Lane::Interactive));
        tokio::task::yield_now().await;
        interactive.abort();
        let start = Instant::now();
        batch.await.unwrap().unwrap();
        assert_eq!(start.elapsed().as_secs(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_returned_call_goes_to_the_next_in_the_queue() {
        let bucket = bucket(0.001, 1);
        let permit = bucket.take(Lane::Interactive, PATIENT).await.unwrap();
        let waiting = tokio::spawn({
            let bucket = Arc::clone(&bucket);
            async move { spend(&bucket, PATIENT).await }
        });
        tokio::task::yield_now().await;
        let start = Instant::now();
        drop(permit);
        waiting.await.unwrap().unwrap();
        assert!(start.elapsed() < Duration::from_secs(1));
    }

    /// Counts how often a future is woken.
    struct Counted<F> {
        future: std::pin::Pin<Box<F>>,
        polls: Arc<std::sync::atomic::AtomicU32>,
    }

    impl<F: Future> Future for Counted<F> {
        type Output = F::Output;

        fn poll(
            mut self: std::pin::Pin<&mut Self>,
            context: &mut std::task::Context<'_>,
        ) -> std::task::Poll<F::Output> {
            self.polls.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            self.future.as_mut().poll(context)
        }
    }

    #[tokio::test(start_paused = true)]
    async fn ten_thousand_waiting_calls_do_not_wake_each_other() {
        const CALLS: u32 = 10_000;
        let bucket = bucket(5.0, 15);
        let polls = Arc::new(std::sync::atomic::AtomicU32::new(0));
        let start = Instant::now();
        let tasks: Vec<_> = (0..CALLS)
            .map(|number| {
                let bucket = Arc::clone(&bucket);
                let lane = if number % 2 == 0 { Lane::Interactive } else { Lane::Batch };
                let future = Box::pin(async move { spend_in(&bucket, lane, PATIENT).await });
                tokio::spawn(Counted { future, polls: Arc::clone(&polls) })
            })
            .collect();
        for task in tasks {
            task.await.unwrap().unwrap();
        }
        let ideal = f64::from(CALLS - 15) / 5.0;
        let taken = start.elapsed().as_secs_f64();
        assert!((ideal..ideal * 1.001).contains(&taken), "{taken} s, and {ideal} s is ideal");
        let polls = polls.load(std::sync::atomic::Ordering::Relaxed);
        assert!(polls <= 4 * CALLS, "{polls}");
        assert_eq!(*bucket.queued(), [0; LANES]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_dropped_at_any_await_leaves_nothing_behind() {
        let bucket = bucket(1.0, 1);
        for lane in [Lane::Again, Lane::Interactive, Lane::Batch] {
            for millis in (0..3000).step_by(250) {
                // One caller has the call, one is the first of its lane, and one waits behind it.
                spend_in(&bucket, Lane::Again, PATIENT).await.unwrap();
                let dropped = timeout(Duration::from_millis(millis), async {
                    tokio::join!(bucket.take(lane, PATIENT), bucket.take(lane, PATIENT))
                });
                let _ = dropped.await;
                assert_eq!(*bucket.queued(), [0; LANES]);
                tokio::time::sleep(Duration::from_secs(1)).await;
                spend(&bucket, Duration::ZERO).await.unwrap();
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    }
}
