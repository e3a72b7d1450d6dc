//! The numbers of one quota: the store's or, while the store fails, this process's own.

use super::learn::{QuotaState, usable};
use super::store::{QuotaAnswer, QuotaChange, QuotaKey, QuotaStore};
use crate::auth::StoreError;
use crate::error::{Error, ErrorKind};
use crate::operation::Rate;
use spapi_types::text::printable;
use std::future::poll_fn;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Duration;
use tokio::time::{Instant, timeout};

/// How long to wait for a store.
pub(super) const LONGEST_ANSWER: Duration = Duration::from_secs(2);

/// How long a store that failed is not asked, so that not every call waits for it.
const REST: Duration = Duration::from_secs(5);

/// The same for a store without which no call is sent, so that calls go on soon after it works again.
const REST_OF_REQUIRED: Duration = Duration::from_secs(1);

/// A store, and how many of its quotas cannot be used now.
#[derive(Clone)]
pub(super) struct Place {
    pub store: Arc<dyn QuotaStore>,
    failing: Arc<AtomicUsize>,
}

impl Place {
    pub fn new(store: Arc<dyn QuotaStore>) -> Self {
        Self { store, failing: Arc::default() }
    }
}

/// The numbers of one quota.
pub(super) struct Numbers {
    key: QuotaKey,
    /// As documented.
    pub rate: Rate,
    place: Place,
    /// The holder of this lock asks the store, so that this process makes one change at a time, in order.
    turn: tokio::sync::Mutex<()>,
    known: Mutex<Known>,
}

/// What this process knows of a quota.
struct Known {
    state: QuotaState,
    /// The time of the state.
    read_at: Instant,
    /// How the store failed last time.
    failure: Option<Failure>,
}

/// A failure of a store.
struct Failure {
    /// The store is not asked until then.
    rest_until: Instant,
    reason: String,
}

impl Known {
    /// The current state, if nobody else took a call.
    fn look(&self, rate: Rate) -> QuotaState {
        self.apply(rate, &QuotaChange::Look).state
    }

    fn apply(&self, rate: Rate, change: &QuotaChange) -> QuotaAnswer {
        change.apply(Some(&self.state), rate, self.state.time().saturating_add(self.read_at.elapsed()))
    }

    fn set(&mut self, state: QuotaState) {
        self.state = state;
        self.read_at = Instant::now();
    }
}

impl Numbers {
    pub fn new(key: QuotaKey, rate: Rate, place: Place) -> Self {
        let rate = usable(rate);
        let known = Known { state: QuotaState::full(rate, 0.0), read_at: Instant::now(), failure: None };
        Self { key, rate, place, turn: tokio::sync::Mutex::default(), known: Mutex::new(known) }
    }

    /// Applies a change.
    ///
    /// # Errors
    /// If the store fails and no call may be sent without it. Changes that follow a call do not fail.
    pub async fn apply(&self, change: &QuotaChange) -> Result<QuotaAnswer, Error> {
        let _turn = self.turn.lock().await;
        if self.known().failure.as_ref().is_some_and(|failure| Instant::now() < failure.rest_until) {
            return self.apply_without_store(change);
        }
        match self.ask(change).await {
            Ok(mut answer) => {
                answer.state = QuotaChange::Look.apply(Some(&answer.state), self.rate, answer.state.time()).state;
                let mut known = self.known();
                known.set(answer.state);
                let had_failed = known.failure.take().is_some();
                drop(known);
                if had_failed && self.place.failing.fetch_sub(1, Ordering::Relaxed) == 1 {
                    tracing::info!("the quota store works again");
                }
                Ok(answer)
            }
            Err(error) => {
                let is_required = self.place.store.is_required();
                let rest_until = Instant::now() + if is_required { REST_OF_REQUIRED } else { REST };
                // The operation may come from a server's text.
                let reason = printable(&error.to_string()).up_to(300).to_string();
                let operation = &*self.key.operation;
                let failure = Failure { rest_until, reason: reason.clone() };
                let had_failed = self.known().failure.replace(failure).is_some();
                if !had_failed && self.place.failing.fetch_add(1, Ordering::Relaxed) == 0 {
                    match is_required {
                        true => tracing::warn!(operation, error = reason, "the quota store failed; calls stop"),
                        false => tracing::warn!(
                            operation,
                            error = reason,
                            "the quota store failed; calls go on with the numbers of this process"
                        ),
                    }
                } else {
                    tracing::debug!(operation, error = reason, "the quota store failed");
                }
                self.apply_without_store(change)
            }
        }
    }

    fn apply_without_store(&self, change: &QuotaChange) -> Result<QuotaAnswer, Error> {
        let precedes_call = matches!(change, QuotaChange::Take | QuotaChange::Look);
        let mut known = self.known();
        if precedes_call && self.place.store.is_required() {
            let failure = known.failure.as_ref();
            let reason = failure.map_or("it is not known why", |failure| &failure.reason);
            let wait = failure.map(|failure| failure.rest_until.saturating_duration_since(Instant::now()));
            let message =
                format!("the quota store failed, and no call is sent without it: {}", reason.trim_end_matches('.'));
            let error = Error::new(ErrorKind::Connect, message).with_retry_after(wait.unwrap_or_default());
            return Err(error.with_hint("Nothing was sent. Calls go on when the store works again."));
        }
        let answer = known.apply(self.rate, change);
        known.set(answer.state);
        Ok(answer)
    }

    /// The state that this process knows, without asking the store.
    pub fn look(&self) -> QuotaState {
        self.known().look(self.rate)
    }

    async fn ask(&self, change: &QuotaChange) -> Result<QuotaAnswer, StoreError> {
        let mut asked = self.place.store.update(&self.key, self.rate, change);
        // A store in memory answers at once, and this saves a timer.
        match poll_fn(|context| Poll::Ready(asked.as_mut().poll(context))).await {
            Poll::Ready(answer) => answer,
            Poll::Pending => match timeout(LONGEST_ANSWER, asked).await {
                Ok(answer) => answer,
                Err(_) => Err(format!("it did not answer within {} s", LONGEST_ANSWER.as_secs()).into()),
            },
        }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::super::bucket::{Bucket, Lane};
    use super::super::memory::Memory;
    use super::*;
    use crate::future::BoxFuture;

    const RATE: Rate = Rate::new(0.001, 10);

    /// How a store answers.
    #[derive(Clone, Copy, PartialEq)]
    enum Behaviour {
        Good,
        Failing,
        Silent,
        Slow,
    }

    /// A store in memory whose behaviour a test sets. Clones share one store.
    #[derive(Clone)]
    struct TestStore {
        memory: Arc<Memory>,
        behaviour: Arc<Mutex<Behaviour>>,
        asked: Arc<AtomicUsize>,
        is_required: bool,
    }

    impl TestStore {
        fn new(behaviour: Behaviour) -> Self {
            let behaviour = Arc::new(Mutex::new(behaviour));
            Self { memory: Arc::new(Memory::new()), behaviour, asked: Arc::default(), is_required: false }
        }

        fn set(&self, behaviour: Behaviour) {
            *self.behaviour.lock().unwrap() = behaviour;
        }

        fn asked(&self) -> usize {
            self.asked.load(Ordering::Relaxed)
        }

        fn numbers(&self) -> Numbers {
            let key = QuotaKey { server: "s".into(), application: "a".into(), seller: None, operation: "o".into() };
            Numbers::new(key, RATE, Place::new(Arc::new(self.clone())))
        }

        /// How many calls are left in the store itself.
        async fn left(&self) -> f64 {
            let numbers = self.numbers();
            self.memory.update(&numbers.key, RATE, &QuotaChange::Look).await.unwrap().state.calls
        }
    }

    impl QuotaStore for TestStore {
        fn is_required(&self) -> bool {
            self.is_required
        }

        fn update<'a>(
            &'a self,
            key: &'a QuotaKey,
            rate: Rate,
            change: &'a QuotaChange,
        ) -> BoxFuture<'a, Result<QuotaAnswer, StoreError>> {
            self.asked.fetch_add(1, Ordering::Relaxed);
            let behaviour = *self.behaviour.lock().unwrap();
            Box::pin(async move {
                match behaviour {
                    Behaviour::Good => {}
                    Behaviour::Failing => return Err("the database is\u{202e} down\u{1b}[31m".into()),
                    Behaviour::Silent => std::future::pending().await,
                    Behaviour::Slow => tokio::time::sleep(Duration::from_millis(100)).await,
                }
                self.memory.update(key, rate, change).await
            })
        }
    }

    async fn take(numbers: &Numbers) -> bool {
        numbers.apply(&QuotaChange::Take).await.unwrap().taken.is_some()
    }

    #[tokio::test(start_paused = true)]
    async fn while_the_store_fails_the_last_known_numbers_apply() {
        let store = TestStore::new(Behaviour::Good);
        let (numbers, other) = (store.numbers(), store.numbers());
        for _ in 0..3 {
            assert!(take(&numbers).await && take(&other).await);
        }
        store.set(Behaviour::Failing);
        let asked = store.asked();
        let mut taken = 0;
        while take(&numbers).await {
            taken += 1;
        }
        assert_eq!(taken, 5, "the calls that were left when the store last answered");
        assert_eq!(store.asked() - asked, 1, "the store is not called again for a while");
        store.set(Behaviour::Good);
        assert!(!take(&numbers).await);
        tokio::time::sleep(REST).await;
        assert!(take(&numbers).await, "the store's numbers apply again");
        assert!((store.left().await - 3.0).abs() < 0.1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_store_that_never_answered_leaves_the_documented_burst() {
        let numbers = TestStore::new(Behaviour::Failing).numbers();
        for _ in 0..RATE.burst {
            assert!(take(&numbers).await);
        }
        assert!(!take(&numbers).await);
    }

    #[tokio::test(start_paused = true)]
    async fn no_call_is_taken_while_a_required_store_fails() {
        for behaviour in [Behaviour::Failing, Behaviour::Silent] {
            let store = TestStore { is_required: true, ..TestStore::new(Behaviour::Good) };
            let bucket = Arc::new(Bucket::new(store.numbers()));
            let mut last = bucket.take(Lane::Interactive, Duration::ZERO).await.unwrap();
            last.set_used(true);
            store.set(behaviour);
            let asked = store.asked();
            for _ in 0..3 {
                let Err(error) = bucket.take(Lane::Interactive, Duration::MAX).await else { panic!("it was taken") };
                assert!(error.is_connect() && error.to_string().contains("no call is sent without it"), "{error}");
                assert!(error.to_string().contains("Nothing was sent"), "{error}");
                assert!(error.retry_after().unwrap() <= REST_OF_REQUIRED);
            }
            assert_eq!(store.asked() - asked, 1, "the store is not called again for a while");
            // The answer to a call that was sent before needs no store.
            last.answered(http::StatusCode::OK, &http::HeaderMap::new(), None).await;
            store.set(Behaviour::Good);
            tokio::time::sleep(REST_OF_REQUIRED).await;
            drop(bucket.take(Lane::Interactive, Duration::ZERO).await.unwrap());
            assert!((store.left().await - 9.0).abs() < 0.1, "the failures took nothing");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_store_that_does_not_answer_is_waited_for_once() {
        let store = TestStore::new(Behaviour::Silent);
        let numbers = store.numbers();
        let start = Instant::now();
        for _ in 0..RATE.burst {
            assert!(take(&numbers).await);
        }
        assert_eq!((start.elapsed(), store.asked()), (LONGEST_ANSWER, 1));
    }

    #[tokio::test(start_paused = true)]
    async fn the_stores_response_time_does_not_count_as_waiting() {
        for behaviour in [Behaviour::Slow, Behaviour::Silent] {
            let bucket = Arc::new(Bucket::new(TestStore::new(behaviour).numbers()));
            for _ in 0..3 {
                let mut permit = bucket.take(Lane::Interactive, Duration::ZERO).await.unwrap();
                permit.set_used(true);
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_caller_dropped_while_the_store_takes_its_call_returns_the_call() {
        for millis in [0, 50, 99, 101] {
            let store = TestStore::new(Behaviour::Slow);
            let bucket = Arc::new(Bucket::new(store.numbers()));
            let _ = timeout(Duration::from_millis(millis), bucket.take(Lane::Interactive, Duration::ZERO)).await;
            tokio::time::sleep(Duration::from_secs(1)).await;
            assert_eq!(store.left().await, 10.0, "dropped after {millis} ms");
        }
    }

    #[test]
    fn a_call_dropped_outside_a_runtime_stays_taken() {
        let store = TestStore::new(Behaviour::Good);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let bucket = Arc::new(Bucket::new(store.numbers()));
        let permit = runtime.block_on(bucket.take(Lane::Interactive, Duration::ZERO)).unwrap();
        // A slow store would need a timer, which exists only within a runtime.
        store.set(Behaviour::Slow);
        drop(permit);
        let left = runtime.block_on(store.left());
        assert!((9.0..9.1).contains(&left), "{left}");
    }

    /// Keeps the log messages above the level `DEBUG`.
    #[derive(Clone, Default)]
    struct Messages(Arc<Mutex<Vec<String>>>);

    impl tracing::field::Visit for Messages {
        fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn std::fmt::Debug) {
            self.0.lock().unwrap().last_mut().unwrap().push_str(&format!(" {field}={value:?}"));
        }
    }

    impl tracing::Subscriber for Messages {
        fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
            metadata.target().ends_with("numbers") && *metadata.level() < tracing::Level::DEBUG
        }

        fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::Id {
            tracing::Id::from_u64(1)
        }

        fn record(&self, _: &tracing::Id, _: &tracing::span::Record<'_>) {}

        fn record_follows_from(&self, _: &tracing::Id, _: &tracing::Id) {}

        fn event(&self, event: &tracing::Event<'_>) {
            self.0.lock().unwrap().push(event.metadata().level().to_string());
            event.record(&mut self.clone());
        }

        fn enter(&self, _: &tracing::Id) {}

        fn exit(&self, _: &tracing::Id) {}
    }

    #[tokio::test(start_paused = true)]
    async fn a_failure_and_its_end_are_each_logged_once_for_all_quotas_of_a_store() {
        let messages = Messages::default();
        let _logged = tracing::subscriber::set_default(messages.clone());
        let store = TestStore::new(Behaviour::Failing);
        let place = Place::new(Arc::new(store.clone()));
        let numbers = |operation: &str| {
            let key = QuotaKey { operation: operation.into(), ..store.numbers().key };
            Numbers::new(key, RATE, place.clone())
        };
        let quotas = [numbers("one"), numbers("two")];
        for behaviour in [Behaviour::Failing, Behaviour::Failing, Behaviour::Good, Behaviour::Good] {
            store.set(behaviour);
            for numbers in &quotas {
                take(numbers).await;
            }
            tokio::time::sleep(REST).await;
        }
        let messages = messages.0.lock().unwrap();
        assert_eq!(messages.len(), 2, "{messages:?}");
        assert!(
            messages[0].starts_with("WARN") && messages[0].contains("the database is\u{fffd} down [31m"),
            "{messages:?}"
        );
        assert!(messages[1].starts_with("INFO") && messages[1].contains("works again"), "{messages:?}");
    }
}
