//! Notifications that handlers work on, and what becomes of their messages.

use super::handler::HandlerError;
use super::intake::Arrived;
use super::run::{Done, PAUSES, Run};
use super::window::{self, Key};
use super::{Delivery, Handler, Message, Queue, QueueError, Receipt};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{Instant, timeout};

/// How often a dead letter is tried to be stored before its message is left to the queue for a while.
const MOST_STORES: u32 = 3;

/// The handlers at work.
pub(super) struct Flights {
    by_number: HashMap<u64, Flight>,
    by_key: HashMap<Key, u64>,
    begun: u64,
    /// Dead letters that are being stored.
    stores: usize,
    /// Handled, but without a mark yet.
    succeeded: Vec<(Option<String>, Vec<Receipt>)>,
    visibility: Duration,
    next: Option<Instant>,
}

struct Flight {
    /// Of the message, and of others with the same notification that came meanwhile.
    receipts: Vec<Receipt>,
    id: Option<String>,
    message_id: String,
    /// For a dead letter.
    body: Option<Vec<u8>>,
    receive_count: u32,
    hidden_until: Instant,
    task: AbortHandle,
}

/// How a handler ended.
pub(super) enum Outcome {
    Done,
    Failed(HandlerError),
    Panicked,
    TooLong,
}

impl Flights {
    pub fn new(visibility: Duration) -> Self {
        Self {
            by_number: HashMap::new(),
            by_key: HashMap::new(),
            begun: 0,
            stores: 0,
            succeeded: Vec::new(),
            visibility,
            next: None,
        }
    }

    pub fn len(&self) -> usize {
        self.by_number.len() + self.stores
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0 && self.succeeded.is_empty()
    }

    /// How many notifications were given to the handler.
    pub fn begun(&self) -> u64 {
        self.begun
    }

    /// When messages must be hidden again.
    pub fn next(&self) -> Option<Instant> {
        self.next.filter(|_| !self.by_number.is_empty())
    }
}

impl<Q: Queue> Run<Q> {
    /// Decides what becomes of a message.
    pub fn arrive(&mut self, arrived: Arrived) {
        let Arrived { message, decoded, id, is_marked } = arrived;
        if self.is_stopping {
            return self.give_back(vec![message.receipt]);
        }
        let key = id.as_deref().map(window::key);
        match decoded {
            Err(error) => {
                self.metrics.add(|counters| &counters.undecodable, 1);
                tracing::warn!(message_id = message.message_id, %error, "a message cannot be read");
                self.bury_or_hide(vec![message.receipt], Some(message.body), message.receive_count.unwrap_or(1));
            }
            Ok(_) if is_marked || key.is_some_and(|key| self.window.contains(key)) => {
                self.metrics.add(|counters| &counters.duplicates, 1);
                self.outbox.delete([message.receipt]);
            }
            Ok(delivery) => match key.and_then(|key| self.flights.by_key.get(&key)) {
                Some(number) => {
                    if let Some(flight) = self.flights.by_number.get_mut(number) {
                        flight.receipts.push(message.receipt);
                    }
                }
                None => self.begin(delivery, message, id, key),
            },
        }
    }

    fn begin(&mut self, delivery: Delivery, message: Message, id: Option<String>, key: Option<Key>) {
        let Message { body, receipt, message_id, receive_count, .. } = message;
        let number = self.flights.begun;
        self.flights.begun += 1;
        let (handler, longest) = (Arc::clone(&self.handler), self.settings.longest);
        let task = self.work.spawn(async move {
            let outcome = handle(handler, delivery, longest).await;
            Done::Handled { number, outcome }
        });
        if let Some(key) = key {
            self.flights.by_key.insert(key, number);
        }
        let now = Instant::now();
        let flight = Flight {
            receipts: vec![receipt],
            id,
            message_id,
            body: self.settings.dead_letters.is_some().then_some(body),
            receive_count: receive_count.unwrap_or(1),
            hidden_until: now + self.flights.visibility,
            task,
        };
        self.flights.by_number.insert(number, flight);
        self.flights.next.get_or_insert(now + self.flights.visibility / 4);
    }

    pub fn handled(&mut self, number: u64, outcome: Outcome) {
        let Some(flight) = self.flights.by_number.remove(&number) else { return };
        let key = flight.id.as_deref().map(window::key);
        if let Some(key) = key {
            self.flights.by_key.remove(&key);
        }
        let why = match outcome {
            Outcome::Done => {
                self.metrics.add(|counters| &counters.handled, 1);
                self.metrics.add(|counters| &counters.duplicates, flight.receipts.len() - 1);
                if let Some(key) = key {
                    self.window.insert(key, self.start.elapsed().as_secs());
                }
                return self.flights.succeeded.push((flight.id, flight.receipts));
            }
            Outcome::Failed(error) => error.to_string(),
            Outcome::Panicked => "it panicked".to_owned(),
            Outcome::TooLong => format!("it took longer than {:?}", self.settings.longest),
        };
        self.metrics.add(|counters| &counters.failed, 1);
        let (message_id, receive_count) = (&flight.message_id, flight.receive_count);
        tracing::warn!(message_id, receive_count, why, "a handler has failed");
        let is_last = self.settings.most_attempts.is_some_and(|most| receive_count >= most);
        self.bury_or_hide(flight.receipts, flight.body.filter(|_| is_last), receive_count);
    }

    /// Stores a dead letter, if there is one and a place for it. Hides the messages for a while otherwise.
    fn bury_or_hide(&mut self, receipts: Vec<Receipt>, body: Option<Vec<u8>>, receive_count: u32) {
        match (body, self.settings.dead_letters.clone()) {
            (Some(body), Some(dead_letters)) => {
                self.flights.stores += 1;
                self.work.spawn(async move {
                    let mut result = dead_letters.send(&body).await;
                    for attempt in 1..MOST_STORES {
                        if result.is_ok() {
                            break;
                        }
                        tokio::time::sleep(PAUSES.after(attempt)).await;
                        result = dead_letters.send(&body).await;
                    }
                    Done::Stored { receipts, receive_count, result }
                });
            }
            _ => self.hide(receipts, receive_count),
        }
    }

    fn hide(&mut self, receipts: Vec<Receipt>, receive_count: u32) {
        let pause = self.settings.backoff.after(receive_count);
        receipts.into_iter().for_each(|receipt| self.outbox.change(receipt, pause));
    }

    pub fn stored(&mut self, receipts: Vec<Receipt>, receive_count: u32, result: Result<(), QueueError>) {
        self.flights.stores -= 1;
        match result {
            Ok(()) => {
                self.metrics.add(|counters| &counters.dead, receipts.len());
                self.outbox.delete(receipts);
            }
            Err(error) => {
                tracing::error!(%error, "a dead letter cannot be stored, and stays in the queue");
                self.hide(receipts, receive_count);
            }
        }
    }

    /// Marks what was handled, and has its messages deleted.
    pub async fn mark(&mut self) {
        let succeeded = std::mem::take(&mut self.flights.succeeded);
        let ids: Vec<String> = succeeded.iter().filter_map(|(id, _)| id.clone()).collect();
        if let Some(marks) = self.settings.marks.clone().filter(|_| !ids.is_empty()) {
            if let Err(error) = marks.mark(&ids).await {
                // The work is done. Without marks the next duplicate would be handled, so it must not go on.
                self.fatal.get_or_insert(error);
            }
        }
        succeeded.into_iter().for_each(|(_, receipts)| self.outbox.delete(receipts));
    }

    /// Hides the messages of handlers that are still at work before others can receive them.
    pub fn hide_again(&mut self, now: Instant) {
        if self.flights.next.is_none_or(|next| now < next) {
            return;
        }
        let visibility = self.flights.visibility;
        for flight in self.flights.by_number.values_mut() {
            if flight.hidden_until.saturating_duration_since(now) <= visibility / 2 {
                flight.hidden_until = now + visibility;
                flight.receipts.iter().for_each(|receipt| self.outbox.change(receipt.clone(), visibility));
            }
        }
        self.flights.next = (!self.flights.by_number.is_empty()).then(|| now + visibility / 4);
    }

    /// Drops the handlers that are still at work, and gives their messages back.
    pub fn drop_flights(&mut self) {
        for (_, flight) in std::mem::take(&mut self.flights.by_number) {
            flight.task.abort();
            self.give_back(flight.receipts);
        }
        self.flights.by_key.clear();
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
