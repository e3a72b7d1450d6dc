//! Gives notifications to the handler, and marks those that it has handled.

use super::call::limited;
use super::failure::FailureCause;
use super::flights::Stage;
use super::handler::HandlerError;
use super::run::{Done, Run};
use super::{Delivery, Handler, Queue, QueueError, QueueErrorKind};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::timeout;

/// How a handler ended.
pub(super) enum Outcome {
    Done,
    Failed(HandlerError),
    Panicked,
    TooLong,
}

impl<Q: Queue> Run<Q> {
    pub fn begin(&mut self, number: u64, delivery: Delivery) -> Stage {
        self.flights.begun += 1;
        let (handler, longest) = (Arc::clone(&self.handler), self.settings.longest);
        Stage::Handling(self.work.spawn(async move {
            let outcome = handle(handler, delivery, longest).await;
            Done::Handled { number, outcome }
        }))
    }

    pub fn handled(&mut self, number: u64, outcome: Outcome) {
        let Some(flight) = self.flights.by_number.get_mut(&number) else { return };
        let cause = match outcome {
            Outcome::Done => {
                flight.stage = Stage::Handled;
                self.metrics.add(|counters| &counters.handled, 1);
                if self.settings.marks.is_none() || flight.subject.notification_id.is_none() {
                    self.succeeded(number);
                }
                return;
            }
            Outcome::Failed(error) if error.is_declined() => return self.declined(number),
            Outcome::Failed(error) => FailureCause::Failed(error),
            Outcome::Panicked => FailureCause::Panicked,
            Outcome::TooLong => FailureCause::TooLong(self.settings.longest),
        };
        self.metrics.add(|counters| &counters.failed, 1);
        let is_last = self.settings.most_attempts.is_some_and(|most| flight.subject.receive_count >= most);
        let Some(body) = flight.body.take().filter(|_| is_last) else { return self.leave(number, cause, None) };
        let subject = flight.subject.clone();
        match self.store(number, &subject, body, cause) {
            Ok(stage) => {
                if let Some(flight) = self.flights.by_number.get_mut(&number) {
                    flight.stage = stage;
                }
            }
            Err(cause) => self.leave(number, cause, None),
        }
    }

    /// Leaves the messages of a notification to others, because the handler does not take it.
    fn declined(&mut self, number: u64) {
        let Some(flight) = self.flights.remove(number) else { return };
        self.flights.begun = self.flights.begun.saturating_sub(1);
        self.metrics.add(|counters| &counters.declined, flight.receipts.len());
        self.hide_for_a_while(flight.receipts, flight.subject.receive_count);
    }

    /// Has the messages of a notification deleted, which is handled.
    pub fn succeeded(&mut self, number: u64) {
        let Some(flight) = self.flights.remove(number) else { return };
        self.metrics.add(|counters| &counters.duplicates, flight.receipts.len() - 1);
        if let Some(key) = flight.key {
            self.window.insert(key, self.start.elapsed().as_secs());
        }
        self.outbox.delete(flight.receipts);
    }

    /// Marks what was handled, unless marks are being written.
    pub fn mark(&mut self) {
        let Some(marks) = self.settings.marks.clone().filter(|_| self.flights.marking.is_none()) else { return };
        let numbers = self.flights.at(|stage| matches!(stage, Stage::Handled));
        let id = |number: &u64| self.flights.by_number[number].subject.notification_id.clone();
        let ids: Vec<String> = numbers.iter().filter_map(id).collect();
        if ids.is_empty() {
            return;
        }
        let longest = self.settings.longest;
        let task = self.work.spawn(async move {
            let mark = async move { marks.mark(&ids).await };
            let result = limited(QueueErrorKind::Storage, "the marks", longest, mark).await;
            Done::Marked { result }
        });
        self.flights.marking = Some((task, numbers));
    }

    pub fn marked(&mut self, result: Result<(), QueueError>) {
        let Some((_, numbers)) = self.flights.marking.take() else { return };
        if let Err(error) = result {
            // The work is done. Without marks the next duplicate would be handled, so it must not go on.
            self.fatal.get_or_insert(error);
        }
        numbers.into_iter().for_each(|number| self.succeeded(number));
    }
}

/// Has a handler work, whatever it does.
async fn handle(handler: Arc<dyn Handler>, delivery: Delivery, longest: Duration) -> Outcome {
    // A task of its own, which catches a panic. The set drops it with this one.
    let mut task = JoinSet::new();
    task.spawn(async move { handler.handle(delivery).await });
    match timeout(longest, task.join_next()).await {
        Ok(Some(Ok(Ok(())))) => Outcome::Done,
        Ok(Some(Ok(Err(error)))) => Outcome::Failed(error),
        Ok(Some(Err(_)) | None) => Outcome::Panicked,
        Err(_) => Outcome::TooLong,
    }
}
