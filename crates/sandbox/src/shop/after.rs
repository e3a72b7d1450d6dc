//! What follows a sale: returns and feedback.

use super::random::Random;
use super::{FulfilledBy, Order, Status};
use std::time::{Duration, SystemTime};

const DAY: Duration = Duration::from_secs(24 * 3600);

/// How many of a hundred shipped orders come back, and how many get feedback.
const RETURNED_PERCENT: u64 = 12;
const FEEDBACK_PERCENT: u64 = 15;

/// The return of an item, with its whole quantity.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Return {
    /// The item's index in the order.
    pub(crate) item: usize,
    pub(crate) quantity: u32,
    pub(crate) requested: SystemTime,
    /// When the units arrived, and the buyer got the money back or a replacement was sent.
    pub(crate) received: SystemTime,
    pub(crate) reason: &'static str,
    pub(crate) condition: Condition,
    /// The id of the order that replaces the item. If there is one, the buyer gets no money back.
    pub(crate) replacement: Option<String>,
    /// The number in the ids of what follows from it, such as removals.
    pub(crate) number: u64,
}

impl Return {
    /// When the seller has the unsellable units removed.
    pub(crate) fn removed(&self) -> Option<SystemTime> {
        matches!(self.condition, Condition::Defective).then(|| self.received + DAY)
    }

    /// When Amazon pays for units that were damaged on their way.
    pub(crate) fn reimbursed(&self) -> Option<SystemTime> {
        matches!(self.condition, Condition::CarrierDamaged).then(|| self.received + DAY)
    }
}

/// The condition of returned units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Condition {
    Sellable,
    Defective,
    CarrierDamaged,
}

/// A buyer's opinion on the seller.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Feedback {
    pub(crate) at: SystemTime,
    /// From 1 to 5.
    pub(crate) rating: u32,
}

/// Each reason of a return, with the condition of the units.
const REASONS: [(&str, Condition); 5] = [
    ("UNWANTED_ITEM", Condition::Sellable),
    ("ORDERED_WRONG_ITEM", Condition::Sellable),
    ("NOT_AS_DESCRIBED", Condition::Sellable),
    ("DEFECTIVE", Condition::Defective),
    ("DAMAGED_BY_CARRIER", Condition::CarrierDamaged),
];

/// Adds to the order what has followed it by `now`.
pub(super) fn follow(order: &mut Order, random: &mut Random, replacement: impl FnOnce() -> String, now: SystemTime) {
    let (returned, rated) = (random.percent(RETURNED_PERCENT), random.percent(FEEDBACK_PERCENT));
    let item = random.below(order.items.len() as u64) as usize;
    let (reason, condition) = random.pick(&REASONS);
    let hours = |least: u64, random: &mut Random| Duration::from_secs(3600 * (least + random.below(5 * 24)));
    let requested = order.updated + hours(4 * 24, random);
    let received = requested + hours(2 * 24, random);
    let at = order.updated + hours(3 * 24, random);
    let (number, rating) = (random.below(10_000_000_000), random.pick(&[5, 5, 5, 5, 4, 4, 3, 1]));
    let is_replaced = order.fulfilled_by == FulfilledBy::Amazon && random.percent(80);
    if order.status != Status::Shipped {
        return;
    }
    // A day is left for the removal or the reimbursement.
    if returned && received + DAY < now {
        order.returned = Some(Return {
            item,
            quantity: order.items[item].quantity,
            requested,
            received,
            reason,
            condition,
            replacement: (condition == Condition::Defective && is_replaced).then(replacement),
            number,
        });
    }
    order.feedback = (rated && at < now).then_some(Feedback { at, rating });
}
