//! What is wrong between the amounts of two sides.

use super::Side;
use serde::{Serialize, Serializer};
use spapi_types::Decimal;
use std::fmt;

/// What does not match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum What {
    /// Finances has it, and no settlement.
    NotSettled,
    /// A settlement has it, and Finances has not.
    NotBooked,
    /// One side has it more than once.
    Doubled(Side),
    /// One side has it with the other sign.
    Sign,
    /// The amounts differ.
    Amount,
}

impl What {
    /// Its name: `notSettled`, `notBooked`, `doubledInSettlements`, `doubledInFinances`, `sign` or `amount`.
    pub fn name(self) -> &'static str {
        match self {
            Self::NotSettled => "notSettled",
            Self::NotBooked => "notBooked",
            Self::Doubled(Side::Settlements) => "doubledInSettlements",
            Self::Doubled(Side::Finances) => "doubledInFinances",
            Self::Sign => "sign",
            Self::Amount => "amount",
        }
    }
}

impl Serialize for What {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// In words: `in Finances, and in no settlement`.
impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotSettled => f.write_str("in Finances, and in no settlement"),
            Self::NotBooked => f.write_str("in a settlement, and not in Finances"),
            Self::Doubled(side) => write!(f, "more than once in {side}"),
            Self::Sign => f.write_str("the signs differ"),
            Self::Amount => f.write_str("the amounts differ"),
        }
    }
}

/// What is wrong between the amounts of an order, SKU and meaning. `None` if both sides have the same sum.
pub(super) fn compare(settled: &[Decimal], booked: &[Decimal]) -> Option<What> {
    // Sums of 28 digits do not come from Amazon. They are no reason to panic.
    let sum = |amounts: &[Decimal]| amounts.iter().try_fold(Decimal::ZERO, |sum, amount| sum.checked_add(*amount));
    let (settled_sum, booked_sum) = (sum(settled), sum(booked));
    if settled_sum.is_some() && settled_sum == booked_sum {
        return None;
    }
    Some(match (settled, booked) {
        ([], _) => What::NotSettled,
        (_, []) => What::NotBooked,
        _ if repeats(settled, booked) => What::Doubled(Side::Settlements),
        _ if repeats(booked, settled) => What::Doubled(Side::Finances),
        _ if settled_sum.zip(booked_sum).is_some_and(|(one, other)| one == -other) => What::Sign,
        _ => What::Amount,
    })
}

/// Whether `longer` has all amounts of `shorter`, and the others are repetitions of those.
fn repeats(longer: &[Decimal], shorter: &[Decimal]) -> bool {
    if longer.len() <= shorter.len() {
        return false;
    }
    let mut rest = longer.to_vec();
    for amount in shorter {
        match rest.iter().position(|other| other == amount) {
            Some(index) => rest.swap_remove(index),
            None => return false,
        };
    }
    rest.iter().all(|amount| shorter.contains(amount))
}
