//! The messages that are worked on.

use super::call::too_slow;
use super::failure::{FailureCause, MessagePlace, Subject};
use super::run::{LAST_STORES, Run};
use super::window::Key;
use super::{Queue, QueueErrorKind, Receipt};
use std::collections::HashMap;
use std::time::Duration;
use tokio::task::AbortHandle;
use tokio::time::Instant;

/// The messages that are worked on, which are hidden until that is over.
pub(super) struct Flights {
    pub by_number: HashMap<u64, Flight>,
    pub by_key: HashMap<Key, u64>,
    /// How many there were.
    pub numbers: u64,
    /// How many notifications were given to the handler, without those that it has declined.
    pub begun: u64,
    /// The call that writes marks, and for whom.
    pub marking: Option<(AbortHandle, Vec<u64>)>,
    pub visibility: Duration,
    next: Option<Instant>,
}

pub(super) struct Flight {
    /// Of the message, and of others with the same notification that came meanwhile.
    pub receipts: Vec<Receipt>,
    pub key: Option<Key>,
    pub subject: Subject,
    /// For a dead letter.
    pub body: Option<Vec<u8>>,
    pub hidden_until: Instant,
    pub stage: Stage,
}

/// What is done for a message.
pub(super) enum Stage {
    Handling(AbortHandle),
    /// It is handled, but without a mark yet.
    Handled,
    /// It becomes a dead letter, which is known by that key, for that reason.
    Storing(AbortHandle, Key, FailureCause),
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

    /// When messages must be hidden again.
    pub fn next(&self) -> Option<Instant> {
        self.next.filter(|_| !self.is_empty())
    }

    pub fn add(&mut self, number: u64, flight: Flight) {
        if let Some(key) = flight.key {
            self.by_key.insert(key, number);
        }
        self.by_number.insert(number, flight);
        self.next.get_or_insert(Instant::now() + self.visibility / 4);
    }

    pub fn remove(&mut self, number: u64) -> Option<Flight> {
        let flight = self.by_number.remove(&number)?;
        if let Some(key) = flight.key {
            self.by_key.remove(&key);
        }
        Some(flight)
    }

    /// Those at a stage, the oldest first.
    pub fn at(&self, is_there: impl Fn(&Stage) -> bool) -> Vec<u64> {
        let mut numbers: Vec<_> =
            self.by_number.iter().filter(|(_, flight)| is_there(&flight.stage)).map(|(number, _)| *number).collect();
        numbers.sort_unstable();
        numbers
    }
}

impl<Q: Queue> Run<Q> {
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
        for number in self.flights.at(|stage| matches!(stage, Stage::Storing(..))) {
            self.drop_flight(number);
        }
        if let Some((task, _)) = self.flights.marking.take() {
            task.abort();
            let longest = self.settings.grace + LAST_STORES;
            self.fatal.get_or_insert_with(|| too_slow(QueueErrorKind::Storage, "the marks", longest));
        }
        self.flights.at(|stage| matches!(stage, Stage::Handled)).into_iter().for_each(|number| self.succeeded(number));
    }

    fn drop_flight(&mut self, number: u64) {
        let Some(flight) = self.flights.remove(number) else { return };
        let cause = match flight.stage {
            Stage::Handling(task) => {
                task.abort();
                FailureCause::Stopped
            }
            Stage::Storing(task, _, cause) => {
                task.abort();
                cause
            }
            Stage::Handled => return self.outbox.delete(flight.receipts),
        };
        self.report(flight.subject, cause, MessagePlace::Queue { hidden_for: Duration::ZERO, not_stored: None });
        self.give_back(flight.receipts);
    }
}
