//! What a consumer has done, in numbers.

use serde::Serialize;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// How many messages a consumer has received, and what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Summary {
    /// Messages that were received, each time they were.
    pub received: u64,
    /// Notifications whose handler has succeeded.
    pub handled: u64,
    /// Messages that were deleted because their notification was handled before, or at the same time by way of another message, or
    /// because they were stored as dead letters before.
    pub duplicates: u64,
    /// Messages whose notification the handler declined, each time it did. They stay in the queue.
    pub declined: u64,
    /// How often a handler failed, panicked or took too long.
    pub failed: u64,
    /// How often a message could not be read.
    pub undecodable: u64,
    /// Messages that were stored as dead letters.
    pub dead: u64,
    /// Messages that were given back to the queue when the consumer stopped.
    pub released: u64,
    /// Messages that are handled but could not be deleted. They come again, as duplicates.
    pub undeleted: u64,
}

/// One line for a user: `12 received, 10 handled, 2 duplicates`. Of the numbers after the first two, those that are zero are left out.
impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} received, {} handled", self.received, self.handled)?;
        let others = [
            (self.duplicates, if self.duplicates == 1 { "duplicate" } else { "duplicates" }),
            (self.declined, "left to others"),
            (self.failed, "failed"),
            (self.undecodable, "not readable"),
            (self.dead, if self.dead == 1 { "dead letter" } else { "dead letters" }),
            (self.released, "given back"),
            (self.undeleted, "not deleted"),
        ];
        others.iter().filter(|(number, _)| *number > 0).try_for_each(|(number, what)| write!(f, ", {number} {what}"))
    }
}

/// The numbers of a running consumer. Clones show the same numbers.
#[derive(Clone, Debug, Default)]
pub struct Metrics(Arc<Counters>);

#[derive(Debug, Default)]
pub(super) struct Counters {
    pub received: AtomicU64,
    pub handled: AtomicU64,
    pub duplicates: AtomicU64,
    pub declined: AtomicU64,
    pub failed: AtomicU64,
    pub undecodable: AtomicU64,
    pub dead: AtomicU64,
    pub released: AtomicU64,
    pub undeleted: AtomicU64,
}

impl Metrics {
    /// The numbers now.
    pub fn summary(&self) -> Summary {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Summary {
            received: read(&self.0.received),
            handled: read(&self.0.handled),
            duplicates: read(&self.0.duplicates),
            declined: read(&self.0.declined),
            failed: read(&self.0.failed),
            undecodable: read(&self.0.undecodable),
            dead: read(&self.0.dead),
            released: read(&self.0.released),
            undeleted: read(&self.0.undeleted),
        }
    }

    pub(super) fn add(&self, counter: fn(&Counters) -> &AtomicU64, number: usize) {
        counter(&self.0).fetch_add(number as u64, Ordering::Relaxed);
    }
}
