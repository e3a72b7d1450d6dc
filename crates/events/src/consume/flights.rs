//! Notifications that handlers work on, and what becomes of their messages.

use super::call::{limited, too_slow};
use super::handler::HandlerError;
use super::intake::Arrived;
use super::run::{Done, LAST_STORES, PAUSES, Run};
use super::window::{self, Key};
use super::{Delivery, Handler, Message, Queue, QueueError, Receipt};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{Instant, timeout};

/// How often a dead letter is tried to be stored before its message is left to the queue for a while.
const MOST_STORES: u32 = 3;

/// The messages that are worked on, which are hidden until that is over.
pub(super) struct Flights {
    by_number: HashMap<u64, Flight>,
    by_key: HashMap<Key, u64>,
    /// How many there were.
    numbers: u64,
    /// How many notifications were given to the handler.
    begun: u64,
    /// The call that writes marks, and for whom.
    marking: Option<(AbortHandle, Vec<u64>)>,
    visibility: Duration,
    next: Option<Instant>,
}

struct Flight {
    /// Of the message, and of others with the same notification that came meanwhile.
    receipts: Vec<Receipt>,
    id: Option<String>,
    key: Option<Key>,
    message_id: String,
    /// For a dead letter.
    body: Option<Vec<u8>>,
    receive_count: u32,
    hidden_until: Instant,
    stage: Stage,
}

/// What is done for a message.
enum Stage {
    Handling(AbortHandle),
    /// It is handled, but without a mark yet.
    Handled,
    /// It becomes a dead letter.
    Storing(AbortHandle),
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
            numbers: 0,
            begun: 0,
            marking: None,
            visibility,
            next: None,
        }
    }

    pub fn len(&self) -> usize {
        self.by_number.len()
    }

    pub fn is_empty(&self) -> bool {
        self.by_number.is_empty()
    }

    /// How many notifications were given to the handler.
    pub fn begun(&self) -> u64 {
        self.begun
    }

    /// When messages must be hidden again.
    pub fn next(&self) -> Option<Instant> {
        self.next.filter(|_| !self.is_empty())
    }

    fn add(&mut self, number: u64, flight: Flight) {
        if let Some(key) = flight.key {
            self.by_key.insert(key, number);
        }
        self.by_number.insert(number, flight);
        self.next.get_or_insert(Instant::now() + self.visibility / 4);
    }

    fn remove(&mut self, number: u64) -> Option<Flight> {
        let flight = self.by_number.remove(&number)?;
        if let Some(key) = flight.key {
            self.by_key.remove(&key);
        }
        Some(flight)
    }

    /// Those at a stage, the oldest first.
    fn at(&self, is_there: impl Fn(&Stage) -> bool) -> Vec<u64> {
        let mut numbers: Vec<_> =
            self.by_number.iter().filter(|(_, flight)| is_there(&flight.stage)).map(|(number, _)| *number).collect();
        numbers.sort_unstable();
        numbers
    }
}

impl<Q: Queue> Run<Q> {
    /// Decides what becomes of a message.
    pub fn arrive(&mut self, arrived: Arrived) {
        let Arrived { message, decoded, id, is_marked } = arrived;
        if self.is_stopping {
            return self.give_back(vec![message.receipt]);
        }
        let key = match decoded {
            Ok(_) => id.as_ref().map(window::key),
            // It has no id of a notification. If it comes again while it is stored, it is known by this.
            Err(_) => Some(window::key([message.message_id.as_bytes(), &message.body].concat())),
        };
        if is_marked || key.is_some_and(|key| self.window.contains(key)) {
            self.metrics.add(|counters| &counters.duplicates, 1);
            return self.outbox.delete([message.receipt]);
        }
        let number = key.and_then(|key| self.flights.by_key.get(&key));
        if let Some(flight) = number.and_then(|number| self.flights.by_number.get_mut(number)) {
            return flight.receipts.push(message.receipt);
        }
        let Message { body, receipt, message_id, receive_count, .. } = message;
        let receive_count = receive_count.unwrap_or(1);
        let number = self.flights.numbers;
        self.flights.numbers += 1;
        let has_place = self.settings.dead_letters.is_some();
        let (stage, body) = match decoded {
            Ok(delivery) => (self.begin(number, delivery), has_place.then_some(body)),
            Err(error) => {
                self.metrics.add(|counters| &counters.undecodable, 1);
                tracing::warn!(message_id, %error, "a message cannot be read");
                match self.store(number, body) {
                    Some(stage) => (stage, None),
                    None => return self.hide(vec![receipt], receive_count),
                }
            }
        };
        let hidden_until = Instant::now() + self.flights.visibility;
        let receipts = vec![receipt];
        self.flights.add(number, Flight { receipts, id, key, message_id, body, receive_count, hidden_until, stage });
    }

    fn begin(&mut self, number: u64, delivery: Delivery) -> Stage {
        self.flights.begun += 1;
        let (handler, longest) = (Arc::clone(&self.handler), self.settings.longest);
        Stage::Handling(self.work.spawn(async move {
            let outcome = handle(handler, delivery, longest).await;
            Done::Handled { number, outcome }
        }))
    }

    pub fn handled(&mut self, number: u64, outcome: Outcome) {
        let Some(flight) = self.flights.by_number.get_mut(&number) else { return };
        let why = match outcome {
            Outcome::Done => {
                flight.stage = Stage::Handled;
                self.metrics.add(|counters| &counters.handled, 1);
                if self.settings.marks.is_none() || flight.id.is_none() {
                    self.succeeded(number);
                }
                return;
            }
            Outcome::Failed(error) => error.to_string(),
            Outcome::Panicked => "it panicked".to_owned(),
            Outcome::TooLong => format!("it took longer than {:?}", self.settings.longest),
        };
        self.metrics.add(|counters| &counters.failed, 1);
        let (message_id, receive_count) = (&flight.message_id, flight.receive_count);
        tracing::warn!(message_id, receive_count, why, "a handler has failed");
        let is_last = self.settings.most_attempts.is_some_and(|most| receive_count >= most);
        let body = flight.body.take().filter(|_| is_last);
        match body.and_then(|body| self.store(number, body)) {
            Some(stage) => {
                if let Some(flight) = self.flights.by_number.get_mut(&number) {
                    flight.stage = stage;
                }
            }
            None => self.leave(number),
        }
    }

    /// Has the messages of a notification deleted, which is handled.
    fn succeeded(&mut self, number: u64) {
        let Some(flight) = self.flights.remove(number) else { return };
        self.metrics.add(|counters| &counters.duplicates, flight.receipts.len() - 1);
        if let Some(key) = flight.key {
            self.window.insert(key, self.start.elapsed().as_secs());
        }
        self.outbox.delete(flight.receipts);
    }

    /// Stores a dead letter, if there is a place for it.
    fn store(&mut self, number: u64, body: Vec<u8>) -> Option<Stage> {
        let (dead_letters, longest) = (self.settings.dead_letters.clone()?, self.settings.longest);
        let body = Arc::new(body);
        Some(Stage::Storing(self.work.spawn(async move {
            let send = || {
                let (dead_letters, body) = (Arc::clone(&dead_letters), Arc::clone(&body));
                limited("the place for dead letters", longest, async move { dead_letters.send(&body).await })
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
        })))
    }

    pub fn stored(&mut self, number: u64, result: Result<(), QueueError>) {
        match result {
            Ok(()) => {
                let Some(flight) = self.flights.remove(number) else { return };
                self.metrics.add(|counters| &counters.dead, flight.receipts.len());
                self.outbox.delete(flight.receipts);
            }
            Err(error) => {
                tracing::error!(%error, "a dead letter cannot be stored, and stays in the queue");
                self.leave(number);
            }
        }
    }

    /// Leaves messages to the queue, for another attempt after a while.
    fn leave(&mut self, number: u64) {
        if let Some(flight) = self.flights.remove(number) {
            self.hide(flight.receipts, flight.receive_count);
        }
    }

    fn hide(&mut self, receipts: Vec<Receipt>, receive_count: u32) {
        let pause = self.settings.backoff.after(receive_count);
        receipts.into_iter().for_each(|receipt| self.outbox.change(receipt, pause));
    }

    /// Marks what was handled, unless marks are being written.
    pub fn mark(&mut self) {
        let Some(marks) = self.settings.marks.clone().filter(|_| self.flights.marking.is_none()) else { return };
        let numbers = self.flights.at(|stage| matches!(stage, Stage::Handled));
        let ids: Vec<String> = numbers.iter().filter_map(|number| self.flights.by_number[number].id.clone()).collect();
        if ids.is_empty() {
            return;
        }
        let longest = self.settings.longest;
        let task = self.work.spawn(async move {
            let result = limited("the marks", longest, async move { marks.mark(&ids).await }).await;
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

    /// Hides the messages that are still worked on before others can receive them.
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
        self.flights.next = (!self.flights.is_empty()).then(|| now + visibility / 4);
    }

    /// Drops the handlers that are still at work, and gives their messages back.
    pub fn drop_handlers(&mut self) {
        for number in self.flights.at(|stage| matches!(stage, Stage::Handling(_))) {
            self.drop_flight(number);
        }
    }

    /// Waits no longer for dead letters and marks. What is handled is deleted, also without a mark.
    pub fn drop_stores(&mut self) {
        for number in self.flights.at(|stage| matches!(stage, Stage::Storing(_))) {
            self.drop_flight(number);
        }
        if let Some((task, _)) = self.flights.marking.take() {
            task.abort();
            self.fatal.get_or_insert_with(|| too_slow("the marks", self.settings.grace + LAST_STORES));
        }
        self.flights.at(|stage| matches!(stage, Stage::Handled)).into_iter().for_each(|number| self.succeeded(number));
    }

    fn drop_flight(&mut self, number: u64) {
        let Some(flight) = self.flights.remove(number) else { return };
        if let Stage::Handling(task) | Stage::Storing(task) = flight.stage {
            task.abort();
        }
        self.give_back(flight.receipts);
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
