//! Messages to delete and to hide, which are sent several at a time.

use super::call::limited;
use super::run::{Done, LONGEST_CALL, PAUSES, Run};
use super::{Queue, QueueError, QueueErrorKind, Receipt, Refused};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// How long a message waits for others that are deleted by the same call.
const LINGER: Duration = Duration::from_millis(20);

/// How many calls are under way at a time.
const MOST_CALLS: usize = 8;

/// How often one message is tried to be deleted or hidden.
const MOST_ATTEMPTS: u32 = 8;

#[derive(Default)]
pub(super) struct Outbox {
    deletions: Vec<Deletion>,
    changes: Vec<Change>,
    calls: usize,
    due: Option<Instant>,
    failures: u32,
    not_before: Option<Instant>,
}

/// A message to delete.
pub(super) struct Deletion {
    receipt: Receipt,
    attempts: u32,
}

/// A message to hide for a time.
pub(super) struct Change {
    receipt: Receipt,
    visibility: Duration,
    attempts: u32,
}

impl Outbox {
    pub fn delete(&mut self, receipts: impl IntoIterator<Item = Receipt>) {
        self.deletions.extend(receipts.into_iter().map(|receipt| Deletion { receipt, attempts: 0 }));
    }

    pub fn change(&mut self, receipt: Receipt, visibility: Duration) {
        self.changes.push(Change { receipt, visibility, attempts: 0 });
    }

    pub fn is_empty(&self) -> bool {
        self.has_nothing_to_send() && self.calls == 0
    }

    /// How many messages are still to be deleted.
    pub fn unsent(&self) -> usize {
        self.deletions.len()
    }

    /// When something must be sent.
    pub fn next(&self) -> Option<Instant> {
        self.due.max(self.not_before.filter(|_| self.due.is_some()))
    }

    fn has_nothing_to_send(&self) -> bool {
        self.deletions.is_empty() && self.changes.is_empty()
    }

    /// The next messages for one call, if it is time for one.
    fn take<T>(list: &mut Vec<T>, at_once: usize, is_due: bool) -> Option<Vec<T>> {
        match list.len() {
            0 => None,
            waiting if waiting >= at_once => Some(list.drain(..at_once).collect()),
            _ => is_due.then(|| std::mem::take(list)),
        }
    }

    fn failed(&mut self) {
        self.failures = self.failures.saturating_add(1);
        self.not_before = Some(Instant::now() + PAUSES.after(self.failures));
    }
}

impl<Q: Queue> Run<Q> {
    /// Sends what fills a call, and all of it when it is time.
    pub fn flush(&mut self, now: Instant) {
        if self.outbox.has_nothing_to_send() {
            self.outbox.due = None;
            return;
        }
        let due = *self.outbox.due.get_or_insert(now + LINGER);
        if self.outbox.not_before.is_some_and(|time| now < time) {
            return;
        }
        // Nothing is on its way that could fill it.
        let is_due = now >= due || (self.is_stopping && self.flights.is_empty());
        let at_once = self.queue.at_once().max(1);
        while self.outbox.calls < MOST_CALLS {
            let queue = Arc::clone(&self.queue);
            if let Some(batch) = Outbox::take(&mut self.outbox.changes, at_once, is_due) {
                self.work.spawn(async move {
                    let changes: Vec<_> =
                        batch.iter().map(|change| (change.receipt.clone(), change.visibility)).collect();
                    let change = async move { queue.change_visibility(&changes).await };
                    let result = limited(QueueErrorKind::Connect, "the queue", LONGEST_CALL, change).await;
                    Done::Changed { batch, result }
                });
            } else if let Some(batch) = Outbox::take(&mut self.outbox.deletions, at_once, is_due) {
                self.work.spawn(async move {
                    let receipts: Vec<_> = batch.iter().map(|deletion| deletion.receipt.clone()).collect();
                    let delete = async move { queue.delete(&receipts).await };
                    let result = limited(QueueErrorKind::Connect, "the queue", LONGEST_CALL, delete).await;
                    Done::Deleted { batch, result }
                });
            } else {
                break;
            }
            self.outbox.calls += 1;
        }
        if self.outbox.has_nothing_to_send() {
            self.outbox.due = None;
        } else if is_due {
            // All calls are under way; the next that ends makes room.
            self.outbox.due = Some(now + LINGER);
        }
    }

    pub fn deleted(&mut self, batch: Vec<Deletion>, result: Result<Vec<Refused>, QueueError>) {
        for (deletion, error) in self.outcome(batch, result) {
            let attempts = deletion.attempts + 1;
            if error.kind() == QueueErrorKind::Receipt || attempts >= MOST_ATTEMPTS || self.fatal.is_some() {
                self.metrics.add(|counters| &counters.undeleted, 1);
                tracing::warn!(%error, "a handled message cannot be deleted, and may come again");
            } else {
                self.outbox.deletions.push(Deletion { attempts, ..deletion });
            }
        }
    }

    pub fn changed(&mut self, batch: Vec<Change>, result: Result<Vec<Refused>, QueueError>) {
        for (change, error) in self.outcome(batch, result) {
            let attempts = change.attempts + 1;
            if error.kind() == QueueErrorKind::Receipt || attempts >= MOST_ATTEMPTS || self.fatal.is_some() {
                // It comes back when its time is over, at the latest.
                tracing::debug!(%error, "a message cannot be hidden or given back");
            } else {
                self.outbox.changes.push(Change { attempts, ..change });
            }
        }
    }

    /// What of a batch was refused, and why.
    fn outcome<T>(&mut self, batch: Vec<T>, result: Result<Vec<Refused>, QueueError>) -> Vec<(T, QueueError)> {
        self.outbox.calls = self.outbox.calls.saturating_sub(1);
        match result {
            Ok(refused) => {
                let may_pass = refused.iter().any(|refused| refused.error.kind() != QueueErrorKind::Receipt);
                if may_pass {
                    self.outbox.failed();
                } else {
                    (self.outbox.failures, self.outbox.not_before) = (0, None);
                }
                let mut batch: Vec<_> = batch.into_iter().map(Some).collect();
                let take = |refused: Refused| Some((batch.get_mut(refused.index)?.take()?, refused.error));
                refused.into_iter().filter_map(take).collect()
            }
            Err(error) => {
                self.outbox.failed();
                if error.kind().most_failures().is_some_and(|most| self.outbox.failures >= most) {
                    self.fatal.get_or_insert(error.clone());
                }
                batch.into_iter().map(|item| (item, error.clone())).collect()
            }
        }
    }
}
