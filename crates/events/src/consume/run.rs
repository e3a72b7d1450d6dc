//! The consumer at work: one task that decides, and others that wait for the queue and for handlers.

use super::backoff::Backoff;
use super::consumer::{MOST_IDS, Settings, WINDOW};
use super::flights::Flights;
use super::handling::Outcome;
use super::intake::{self, Arrived, Failed};
use super::outbox::{Change, Deletion, Outbox};
use super::summary::Metrics;
use super::window::{Limits, Window};
use super::{Handler, Queue, QueueError, QueueErrorKind, Receipt, Refused, Stopped, Summary};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

/// How many calls receive at a time while the queue has more than one call brings.
const MOST_RECEIVES: usize = 8;

/// How long it waits for more free places before it asks for a few messages.
const HOLD: Duration = Duration::from_millis(20);

/// The pauses after failed calls.
pub(super) const PAUSES: Backoff = Backoff { first: Duration::from_millis(500), longest: Duration::from_secs(60) };

/// How long a call of the queue may take, besides the time that it waits for messages. What it has done then is not known.
pub(super) const LONGEST_CALL: Duration = Duration::from_secs(60);

/// How long, after it was asked to stop, it waits for calls that receive: what such a call may have brought is otherwise hidden
/// until the visibility timeout ends.
const LAST_RECEIVES: Duration = Duration::from_secs(2);

/// How long, after the grace time, it waits for calls that delete and give back.
const LAST_CALLS: Duration = Duration::from_secs(10);

/// How long, after the grace time, it waits for marks and for dead letters that are being stored. What is left of the time above is
/// for their messages.
pub(super) const LAST_STORES: Duration = Duration::from_secs(5);

/// The time when there is nothing to wake for.
const LATER: Duration = Duration::from_secs(3600);

pub(super) struct Run<Q> {
    pub queue: Arc<Q>,
    pub handler: Arc<dyn Handler>,
    pub settings: Settings,
    pub metrics: Metrics,
    pub work: JoinSet<Done>,
    pub intake: Intake,
    pub flights: Flights,
    pub window: Window,
    /// The messages that were stored as dead letters.
    pub letters: Window,
    pub outbox: Outbox,
    /// When it began: the times of the window count from here.
    pub start: Instant,
    /// Why it cannot go on.
    pub fatal: Option<QueueError>,
    pub is_stopping: bool,
}

/// What a task has done.
pub(super) enum Done {
    Received { asked: usize, result: Result<Vec<Arrived>, Failed> },
    Handled { number: u64, outcome: Outcome },
    Stored { number: u64, result: Result<(), QueueError> },
    Marked { result: Result<(), QueueError> },
    Deleted { batch: Vec<Deletion>, result: Result<Vec<Refused>, QueueError> },
    Changed { batch: Vec<Change>, result: Result<Vec<Refused>, QueueError> },
}

/// The calls that receive.
#[derive(Default)]
pub(super) struct Intake {
    /// How many are under way, and for how many messages.
    calls: usize,
    asked: usize,
    /// Whether the last one brought as many messages as it asked for.
    is_full: bool,
    /// Whether the last one brought nothing.
    is_empty: bool,
    failures: u32,
    not_before: Option<Instant>,
    hold_until: Option<Instant>,
}

impl<Q: Queue> Run<Q> {
    pub fn new(queue: Arc<Q>, handler: Arc<dyn Handler>, settings: Settings, metrics: Metrics) -> Self {
        let (window, flights) = (Window::new(settings.window), Flights::new(settings.visibility));
        Self {
            queue,
            handler,
            settings,
            metrics,
            work: JoinSet::new(),
            intake: Intake::default(),
            flights,
            window,
            letters: Window::new(Limits { longest: WINDOW, most: MOST_IDS }),
            outbox: Outbox::default(),
            start: Instant::now(),
            fatal: None,
            is_stopping: false,
        }
    }

    pub async fn run(mut self, stop: impl Future<Output = ()> + Send) -> Result<Summary, Stopped> {
        let mut stop = pin!(stop);
        while self.fatal.is_none() && !self.is_over() {
            let now = Instant::now();
            self.receive(now);
            self.hide_again(now);
            self.flush(now);
            let wake = self.wake(now);
            tokio::select! {
                biased;
                () = &mut stop => break,
                Some(done) = self.work.join_next(), if !self.work.is_empty() => self.note_all(done),
                () = sleep_until(wake) => {}
            }
        }
        self.finish().await
    }

    /// Lets handlers finish, gives the rest back and deletes what was handled.
    async fn finish(mut self) -> Result<Summary, Stopped> {
        self.is_stopping = true;
        let begin = Instant::now();
        let grace_end = begin + self.settings.grace;
        let receives_end = begin + LAST_RECEIVES.min(self.settings.grace);
        let stores_end = grace_end + LAST_STORES;
        let end = grace_end + LAST_CALLS;
        loop {
            let now = Instant::now();
            if now >= receives_end {
                self.intake.calls = 0;
            }
            if now >= grace_end {
                self.drop_handlers();
            }
            if now >= stores_end {
                self.drop_stores();
            }
            self.hide_again(now);
            self.flush(now);
            let is_done = self.intake.calls == 0 && self.flights.is_empty() && self.outbox.is_empty();
            if is_done || now >= end {
                break;
            }
            let times = [receives_end, grace_end, stores_end, end, self.wake(now)];
            let wake = times.into_iter().filter(|time| *time > now).min().unwrap_or(end);
            tokio::select! {
                Some(done) = self.work.join_next(), if !self.work.is_empty() => self.note_all(done),
                () = sleep_until(wake) => {}
            }
        }
        self.metrics.add(|counters| &counters.undeleted, self.outbox.unsent());
        let summary = self.metrics.summary();
        match self.fatal.take() {
            None => {
                tracing::info!(%summary, "the consumer has stopped");
                Ok(summary)
            }
            Some(error) => {
                tracing::error!(%error, %summary, "the consumer has stopped");
                Err(Stopped { error, summary })
            }
        }
    }

    /// Whether the settings say that it is enough.
    fn is_over(&self) -> bool {
        let is_enough = (self.settings.until_empty && self.intake.is_empty) || self.left() == Some(0);
        is_enough && self.intake.calls == 0 && self.flights.is_empty() && self.outbox.is_empty()
    }

    /// How many notifications may still be given to the handler.
    fn left(&self) -> Option<usize> {
        let left = self.settings.limit?.saturating_sub(self.flights.begun);
        Some(usize::try_from(left).unwrap_or(usize::MAX))
    }

    /// Starts calls that receive, for as many messages as there are free places.
    fn receive(&mut self, now: Instant) {
        let Settings { concurrency, wait, visibility, until_empty, .. } = self.settings;
        let at_once = self.queue.at_once().max(1);
        while self.intake.calls < if self.intake.is_full { MOST_RECEIVES } else { 1 } {
            if self.intake.not_before.is_some_and(|time| now < time) || (until_empty && self.intake.is_empty) {
                return;
            }
            let free = concurrency.saturating_sub(self.flights.len().saturating_add(self.intake.asked));
            let free = self.left().map_or(free, |left| free.min(left.saturating_sub(self.intake.asked)));
            if free == 0 {
                return;
            }
            // One call for each message that ends would cost ten times as many.
            if free < at_once.min(concurrency.div_ceil(2)) && !self.flights.is_empty() {
                let until = *self.intake.hold_until.get_or_insert(now + HOLD);
                if now < until {
                    return;
                }
            }
            self.intake.hold_until = None;
            let asked = free.min(at_once);
            self.intake.calls += 1;
            self.intake.asked += asked;
            let (queue, marks) = (Arc::clone(&self.queue), self.settings.marks.clone());
            self.work.spawn(async move {
                let result = intake::receive(queue, marks, asked, wait, visibility).await;
                Done::Received { asked, result }
            });
        }
    }

    /// When there is something to do although no task has ended.
    fn wake(&self, now: Instant) -> Instant {
        let times = [self.intake.not_before, self.intake.hold_until, self.flights.next(), self.outbox.next()];
        times.into_iter().flatten().filter(|time| *time > now).min().unwrap_or(now + LATER)
    }

    /// Takes note of what ended, and of all else that has ended by now, so that marks are written together.
    fn note_all(&mut self, first: Result<Done, tokio::task::JoinError>) {
        let mut next = Some(first);
        while let Some(done) = next {
            match done {
                Ok(done) => self.note(done),
                // Foreign code is called by tasks of its own. A fault of ours must not be silent.
                Err(error) if error.is_panic() => {
                    let error = QueueError::new(QueueErrorKind::Panicked, "a task of the consumer panicked");
                    self.fatal.get_or_insert(error);
                }
                // A task that was aborted has nothing to say.
                Err(_) => {}
            }
            next = self.work.try_join_next();
        }
        self.mark();
    }

    fn note(&mut self, done: Done) {
        match done {
            Done::Received { asked, result } => self.received(asked, result),
            Done::Handled { number, outcome } => self.handled(number, outcome),
            Done::Stored { number, result } => self.stored(number, result),
            Done::Marked { result } => self.marked(result),
            Done::Deleted { batch, result } => self.deleted(batch, result),
            Done::Changed { batch, result } => self.changed(batch, result),
        }
    }

    fn received(&mut self, asked: usize, result: Result<Vec<Arrived>, Failed>) {
        self.intake.calls = self.intake.calls.saturating_sub(1);
        self.intake.asked = self.intake.asked.saturating_sub(asked);
        match result {
            Ok(arrived) => {
                self.intake.failures = 0;
                self.intake.not_before = None;
                self.intake.is_full = arrived.len() >= asked;
                self.intake.is_empty = arrived.is_empty();
                self.metrics.add(|counters| &counters.received, arrived.len());
                arrived.into_iter().for_each(|arrived| self.arrive(arrived));
            }
            Err(Failed { error, receipts }) => {
                self.give_back(receipts);
                self.intake.is_full = false;
                self.intake.failures = self.intake.failures.saturating_add(1);
                let pause = PAUSES.after(self.intake.failures);
                self.intake.not_before = Some(Instant::now() + pause);
                match error.kind().most_failures() {
                    Some(most) if self.intake.failures >= most => self.fatal = Some(error),
                    _ => tracing::warn!(%error, ?pause, "messages cannot be received; trying again"),
                }
            }
        }
    }

    /// Lets others receive messages at once.
    pub fn give_back(&mut self, receipts: Vec<Receipt>) {
        self.metrics.add(|counters| &counters.released, receipts.len());
        receipts.into_iter().for_each(|receipt| self.outbox.change(receipt, Duration::ZERO));
    }
}
