//! Messages that were not handled: stored as dead letters, or left to the queue.

use super::call::limited;
use super::failure::{FailureCause, MessageFailure, MessagePlace, Subject};
use super::flights::Stage;
use super::run::{Done, PAUSES, Run};
use super::window;
use super::{Queue, QueueError, QueueErrorKind, Receipt};
use std::sync::Arc;
use std::time::Duration;

/// How often a dead letter is tried to be stored before its message is left to the queue for a while.
const MOST_STORES: u32 = 3;

impl<Q: Queue> Run<Q> {
    /// Stores a dead letter, if there is a place for it. Otherwise the cause is given back.
    pub fn store(
        &mut self,
        number: u64,
        subject: &Subject,
        body: Vec<u8>,
        cause: FailureCause,
    ) -> Result<Stage, FailureCause> {
        let Some(dead_letters) = self.settings.dead_letters.clone() else { return Err(cause) };
        let letter = window::key_of_message(&subject.message_id, &body);
        let (body, longest) = (Arc::new(body), self.settings.longest);
        let task = self.work.spawn(async move {
            let send = || {
                let (dead_letters, body) = (Arc::clone(&dead_letters), Arc::clone(&body));
                let send = async move { dead_letters.send(&body).await };
                limited(QueueErrorKind::Storage, "the place for dead letters", longest, send)
            };
            let mut result = send().await;
            for attempt in 1..MOST_STORES {
                if result.is_ok() {
                    break;
                }
                tokio::time::sleep(PAUSES.after(attempt)).await;
                result = send().await;
            }
            Done::Stored { number, result }
        });
        Ok(Stage::Storing(task, letter, cause))
    }

    pub fn stored(&mut self, number: u64, result: Result<(), QueueError>) {
        let Some(flight) = self.flights.remove(number) else { return };
        let Stage::Storing(_, letter, cause) = flight.stage else { return };
        match result {
            Ok(()) => {
                self.letters.insert(letter, self.start.elapsed().as_secs());
                self.metrics.add(|counters| &counters.dead, flight.receipts.len());
                self.report(flight.subject, cause, MessagePlace::DeadLetters);
                self.outbox.delete(flight.receipts);
            }
            Err(error) => self.hide(flight.receipts, flight.subject, cause, Some(error)),
        }
    }

    /// Leaves messages to the queue, for another attempt after a while.
    pub fn leave(&mut self, number: u64, cause: FailureCause, not_stored: Option<QueueError>) {
        if let Some(flight) = self.flights.remove(number) {
            self.hide(flight.receipts, flight.subject, cause, not_stored);
        }
    }

    pub fn hide(
        &mut self,
        receipts: Vec<Receipt>,
        subject: Subject,
        cause: FailureCause,
        not_stored: Option<QueueError>,
    ) {
        let hidden_for = self.hide_for_a_while(receipts, subject.receive_count);
        self.report(subject, cause, MessagePlace::Queue { hidden_for, not_stored });
    }

    /// Hides messages that were received that often. Returns for how long.
    pub fn hide_for_a_while(&mut self, receipts: Vec<Receipt>, receive_count: u32) -> Duration {
        let pause = self.settings.backoff.after(receive_count);
        receipts.into_iter().for_each(|receipt| self.outbox.change(receipt, pause));
        pause
    }

    /// Says that a message was not handled.
    pub fn report(&self, subject: Subject, cause: FailureCause, place: MessagePlace) {
        let failure = MessageFailure::new(subject, cause, place);
        tracing::warn!(message_id = failure.message_id, receive_count = failure.receive_count, %failure, "not handled");
        if let Some(on_failure) = &self.settings.on_failure {
            on_failure(&failure);
        }
    }
}
