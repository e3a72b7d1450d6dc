//! Decides what becomes of a message that was received.

use super::failure::{FailureCause, Subject};
use super::flights::Flight;
use super::intake::Arrived;
use super::run::Run;
use super::window;
use super::{Message, Queue};
use tokio::time::Instant;

impl<Q: Queue> Run<Q> {
    /// Decides what becomes of a message.
    pub fn arrive(&mut self, arrived: Arrived) {
        let Arrived { message, decoded, id, is_marked } = arrived;
        if self.is_stopping {
            return self.give_back(vec![message.receipt]);
        }
        // What was stored as a dead letter is not stored again, also if its deletion had no effect.
        let is_letter_key_needed = decoded.is_err() || !self.letters.is_empty();
        let letter = is_letter_key_needed.then(|| window::key_of_message(&message.message_id, &message.body));
        let key = match decoded {
            Ok(_) => id.as_ref().map(window::key),
            // It has no id of a notification. If it comes again while it is stored, it is known by this.
            Err(_) => letter,
        };
        let is_letter = letter.is_some_and(|letter| self.letters.contains(letter));
        if is_marked || is_letter || key.is_some_and(|key| self.window.contains(key)) {
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
        let subject = |notification_type| Subject { message_id, notification_type, notification_id: id, receive_count };
        let (subject, stage, body) = match decoded {
            Ok(delivery) => {
                let subject = subject(Some(delivery.notification_type.as_str().to_owned()));
                (subject, self.begin(number, delivery), has_place.then_some(body))
            }
            Err(error) => {
                let subject = subject(None);
                self.metrics.add(|counters| &counters.undecodable, 1);
                match self.store(number, &subject, body, FailureCause::Unreadable(error)) {
                    Ok(stage) => (subject, stage, None),
                    Err(cause) => return self.hide(vec![receipt], subject, cause, None),
                }
            }
        };
        let hidden_until = Instant::now() + self.flights.visibility;
        self.flights.add(number, Flight { receipts: vec![receipt], key, subject, body, hidden_until, stage });
    }
}
