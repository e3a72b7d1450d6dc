//! The consumer and its settings.

use super::backoff::Backoff;
use super::queue::LONGEST_HIDDEN;
use super::run::Run;
use super::summary::Metrics;
use super::window::Limits;
use super::{Handler, Marks, MessageFailure, Queue, SendMessage, Stopped, Summary};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// How long the id of a handled notification counts: longer than a queue of Amazon SQS keeps a message, which is 14 days at
/// most.
pub(super) const WINDOW: Duration = Duration::from_secs(15 * 24 * 3600);

/// How many ids are kept. In memory each takes about 70 bytes.
pub(super) const MOST_IDS: usize = 250_000;

/// Takes notifications from a queue to a handler. [The module](super) says what is promised.
///
/// ```no_run
/// use spapi_events::consume::{Consumer, Delivery, FolderQueue};
///
/// # async fn f() -> Result<(), Box<dyn std::error::Error>> {
/// let queue = FolderQueue::open("notifications")?;
/// let consumer = Consumer::new(queue, |delivery: Delivery| async move {
///     println!("{} {:?}", delivery.notification_type.as_str(), delivery.id());
///     Ok(())
/// });
/// let summary = consumer.run(std::future::pending()).await?;
/// println!("{summary}");
/// # Ok(()) }
/// ```
pub struct Consumer<Q> {
    queue: Arc<Q>,
    handler: Arc<dyn Handler>,
    settings: Settings,
    metrics: Metrics,
}

pub(super) struct Settings {
    pub concurrency: usize,
    pub wait: Duration,
    pub visibility: Duration,
    pub longest: Duration,
    pub grace: Duration,
    pub backoff: Backoff,
    pub window: Limits,
    pub marks: Option<Arc<dyn Marks>>,
    pub dead_letters: Option<Arc<dyn SendMessage>>,
    pub on_failure: Option<Arc<dyn Fn(&MessageFailure) + Send + Sync>>,
    pub most_attempts: Option<u32>,
    pub until_empty: bool,
    pub limit: Option<u64>,
}

impl<Q: Queue> Consumer<Q> {
    /// A consumer with one handler for all notifications. [`Router`](super::Router) is one that has a handler for each type.
    pub fn new(queue: Q, handler: impl Handler) -> Self {
        let settings = Settings {
            concurrency: 20,
            wait: Duration::from_secs(20),
            visibility: Duration::from_secs(60),
            longest: Duration::from_secs(10 * 60),
            grace: Duration::from_secs(20),
            backoff: Backoff { first: Duration::from_secs(10), longest: Duration::from_secs(15 * 60) },
            window: Limits { longest: WINDOW, most: MOST_IDS },
            marks: None,
            dead_letters: None,
            on_failure: None,
            most_attempts: None,
            until_empty: false,
            limit: None,
        };
        Self { queue: Arc::new(queue), handler: Arc::new(handler), settings, metrics: Metrics::default() }
    }

    /// Sets how many notifications are worked on at a time. By default 20, at least 1.
    pub fn concurrency(mut self, most: usize) -> Self {
        self.settings.concurrency = most.max(1);
        self
    }

    /// Sets how long one call waits for messages in an empty queue, at most 12 hours. By default, and at most at Amazon SQS, 20
    /// seconds.
    pub fn wait(mut self, wait: Duration) -> Self {
        self.settings.wait = wait.min(LONGEST_HIDDEN);
        self
    }

    /// Sets for how long a message is hidden from others, between a second and 12 hours. By default a minute. While a handler
    /// works, it is hidden again and again, so that this is the time after which the messages of a killed process come back.
    pub fn visibility(mut self, visibility: Duration) -> Self {
        self.settings.visibility = visibility.clamp(Duration::from_secs(1), LONGEST_HIDDEN);
        self
    }

    /// Sets how long a handler may work on one notification, at most 11 hours. By default 10 minutes. After that it is dropped
    /// at its next `await`, which counts as a failure. Marks and a dead letter's place have that time for one call too.
    pub fn longest(mut self, longest: Duration) -> Self {
        self.settings.longest = longest.min(LONGEST_HIDDEN - Duration::from_secs(3600));
        self
    }

    /// Sets how long handlers may go on after the consumer was asked to stop, at most 12 hours. By default 20 seconds. After that
    /// they are dropped, and their messages can be received again at once.
    pub fn grace(mut self, grace: Duration) -> Self {
        self.settings.grace = grace.min(LONGEST_HIDDEN);
        self
    }

    /// Sets how long a message is hidden after its handler has failed for the first time, and the longest time after further
    /// failures, each of which doubles it. Both are 12 hours at most, by default 10 seconds and 15 minutes.
    ///
    /// The queue's own rule says after how many times it moves a message to its dead-letter queue.
    pub fn backoff(mut self, first: Duration, longest: Duration) -> Self {
        let first = first.min(LONGEST_HIDDEN);
        self.settings.backoff = Backoff { first, longest: longest.clamp(first, LONGEST_HIDDEN) };
        self
    }

    /// Sets how long the id of a handled notification counts, and how many ids are kept in memory. By default 15 days and
    /// 250,000. With none, a notification that comes again is handled again.
    pub fn dedupe(mut self, longest: Duration, most: usize) -> Self {
        self.settings.window = Limits { longest, most };
        self
    }

    /// Keeps the ids of handled notifications beyond this process.
    pub fn marks(mut self, marks: impl Marks) -> Self {
        self.settings.marks = Some(Arc::new(marks));
        self
    }

    /// Puts messages that cannot be read there, and deletes them from the queue once they are stored. Without this they stay in
    /// the queue, until it moves them to its own dead-letter queue or they are too old.
    pub fn dead_letters(mut self, to: impl SendMessage) -> Self {
        self.settings.dead_letters = Some(Arc::new(to));
        self
    }

    /// Treats a message as a dead letter too if its handler fails and it was received that often, where
    /// [`dead_letters`](Self::dead_letters) are stored. By default the queue decides.
    pub fn most_attempts(mut self, most: u32) -> Self {
        self.settings.most_attempts = Some(most);
        self
    }

    /// Calls a function for each message that was not handled, each time: with what it is known by, what happened, and where it is
    /// now. Without this the log alone has them. The function must not block. Notifications that the handler
    /// [declined](super::HandlerError::declined) are not among them.
    pub fn on_failure(mut self, report: impl Fn(&MessageFailure) + Send + Sync + 'static) -> Self {
        self.settings.on_failure = Some(Arc::new(report));
        self
    }

    /// Stops when the queue shows no more messages. Messages that are hidden, for example after a failure, are left.
    pub fn until_empty(mut self) -> Self {
        self.settings.until_empty = true;
        self
    }

    /// Stops after that many notifications were given to the handler, without those that it declined.
    pub fn limit(mut self, most: u64) -> Self {
        self.settings.limit = Some(most);
        self
    }

    /// Numbers that can be read while it runs.
    pub fn metrics(&self) -> Metrics {
        self.metrics.clone()
    }

    /// Runs until `stop` is ready, such as `tokio::signal::ctrl_c()`, or until the settings say so. It then receives nothing
    /// more, lets handlers finish within the [grace time](Self::grace), deletes what was handled, and gives the rest back to the
    /// queue.
    ///
    /// If the future is dropped instead, handlers are dropped at once, and their messages come back when the visibility timeout
    /// ends.
    ///
    /// # Errors
    /// When the queue cannot be used at all: it is gone, or the credentials are refused. When marks cannot be written, or not in
    /// time: the messages of what was handled are deleted then. When the code of a queue or of marks panics again and again. A
    /// fault that may pass is waited for with growing pauses.
    pub async fn run(self, stop: impl Future<Output = ()> + Send) -> Result<Summary, Stopped> {
        let Self { queue, handler, settings, metrics } = self;
        Run::new(queue, handler, settings, metrics).run(stop).await
    }
}

impl<Q> fmt::Debug for Consumer<Q> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Settings { concurrency, visibility, longest, grace, .. } = &self.settings;
        f.debug_struct("Consumer")
            .field("concurrency", concurrency)
            .field("visibility", visibility)
            .field("longest", longest)
            .field("grace", grace)
            .finish_non_exhaustive()
    }
}
