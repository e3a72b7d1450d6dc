//! Compares what settlements and Finances say of the points of orders.

mod compare;
#[cfg(test)]
mod tests;
mod time;

pub use compare::What;
pub use time::Period;

use crate::movement::{Meaning, Movement};
use compare::compare;
use serde::Serialize;
use spapi_types::{DateTime, Decimal};
use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::ops::Range;
use std::time::{Duration, SystemTime};
use time::{Periods, moment};

/// By how much the two sides may book one thing at different times: a settlement can name the day only, and in another zone.
/// Read both sides for that much longer than the range.
pub const EDGE: Duration = Duration::from_secs(2 * 24 * 3600);

/// How long after its event a settlement may have its row, unless [`Reconciliation::lag`] says otherwise: Amazon reserves
/// money for some days after the delivery, and what happens near the end of a settlement can be in the next one. It is the
/// usual length of a settlement.
pub const LAG: Duration = Duration::from_secs(14 * 24 * 3600);

/// Compares points granted and returned by order, item and meaning: each amount of Finances must be in settlements, and the
/// other way round.
///
/// Only what was booked in the range is judged, by either side's time. What is outside of it, but was read, still counts as
/// the other half. Points of an event that no settlement has are a difference only once settlements were read, without a gap,
/// up to the event's time and the [lag](Self::lag). Until then they are [open](Outcome::open).
///
/// Amounts of one order, SKU and meaning are added up before they are compared, so that several shipments may be one row. If
/// one side does not name the SKUs of an order, the whole order is compared. A SKU of which a charset has lost letters (a `?` is
/// in their place) is the one that fits it.
///
/// It needs memory for each amount of points, and for nothing else: about 200 bytes each.
///
/// ```
/// use spapi_points::{Meaning, Movement, Period, Reconciliation, What};
/// use std::time::{Duration, SystemTime};
///
/// let day = |day: u64| SystemTime::UNIX_EPOCH + Duration::from_secs(day * 24 * 3600);
/// let mut points = Reconciliation::new(day(0)..day(10));
/// points.settlement(Period::new("11", day(0), day(14)));
/// points.settlement(Period::new("12", day(14), day(28)));
/// let granted = |order: &str, amount: i64| Movement::new(order, Meaning::Granted, amount).posted(day(1));
/// points.settled(granted("503-1", -10));
/// points.booked(granted("503-1", -10));
/// points.booked(granted("503-2", -322));
///
/// let outcome = points.finish();
/// assert_eq!(outcome.orders, 2);
/// assert_eq!(outcome.differences[0].order_id, "503-2");
/// assert_eq!(outcome.differences[0].what, What::NotSettled);
/// ```
#[derive(Debug)]
pub struct Reconciliation {
    range: Range<SystemTime>,
    lag: Duration,
    periods: Periods,
    /// The amounts of an order, of both sides.
    orders: BTreeMap<String, Vec<Entry>>,
    ids: HashSet<String>,
}

/// Where an amount is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Side {
    /// Settlement reports.
    Settlements,
    /// Events of Finances.
    Finances,
}

/// `settlements` or `Finances`.
impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Settlements => "settlements",
            Self::Finances => "Finances",
        })
    }
}

/// An amount of an order.
#[derive(Debug)]
struct Entry {
    side: Side,
    meaning: Meaning,
    sku: Option<Box<str>>,
    amount: Decimal,
    posted: Option<SystemTime>,
}

/// Amounts that do not match.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Difference {
    /// Amazon's id of the order. Empty if a row names none.
    pub order_id: String,
    /// The SKU. `None` if the whole order was compared.
    pub sku: Option<String>,
    /// Whether the points were granted or returned.
    pub meaning: Meaning,
    /// What is wrong.
    pub what: What,
    /// What settlements have. `None` if they have nothing.
    #[serde(with = "spapi_types::decimal::text_option")]
    pub settled: Option<Decimal>,
    /// What Finances has. `None` if it has nothing.
    #[serde(with = "spapi_types::decimal::text_option")]
    pub booked: Option<Decimal>,
    /// When it was booked first.
    pub posted: Option<DateTime>,
}

/// What came of a reconciliation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Outcome {
    /// How many orders have points in the range.
    pub orders: u64,
    /// How many amounts of an order, SKU and meaning match.
    pub matching: u64,
    /// What does not match, by order.
    pub differences: Vec<Difference>,
    /// What Finances has and settlements may still have later, by order.
    pub open: Vec<Difference>,
}

impl Reconciliation {
    /// Compares what was booked in this range.
    pub fn new(range: Range<SystemTime>) -> Self {
        Self { range, lag: LAG, periods: Periods::default(), orders: BTreeMap::new(), ids: HashSet::new() }
    }

    /// Sets how long after its event a settlement may have its row: [`LAG`] by default.
    pub fn lag(mut self, lag: Duration) -> Self {
        self.lag = lag;
        self
    }

    /// Notes a settlement whose rows are read. Returns whether it is new: leave out the rows of one that was read before, such
    /// as the same settlement in another form.
    pub fn settlement(&mut self, period: Period) -> bool {
        let is_new = self.ids.insert(period.id.clone());
        if is_new {
            self.periods.add(period);
        }
        is_new
    }

    /// Adds what a row of a settlement says.
    pub fn settled(&mut self, movement: Movement) {
        self.add(Side::Settlements, movement);
    }

    /// Adds what an event of Finances says.
    pub fn booked(&mut self, movement: Movement) {
        self.add(Side::Finances, movement);
    }

    fn add(&mut self, side: Side, movement: Movement) {
        let Movement { order_id, sku, meaning, amount, posted, .. } = movement;
        let posted = posted.as_ref().and_then(moment);
        let entry = Entry { side, meaning, sku: sku.map(String::into_boxed_str), amount, posted };
        self.orders.entry(order_id).or_default().push(entry);
    }

    /// Compares all amounts.
    pub fn finish(self) -> Outcome {
        let mut outcome = Outcome::default();
        for (order_id, entries) in &self.orders {
            let mut is_in_range = false;
            for group in groups(entries) {
                if !group.iter().any(|entry| self.is_in_range(entry)) {
                    continue;
                }
                is_in_range = true;
                match self.judge(order_id, entries, &group) {
                    None => outcome.matching += 1,
                    Some((difference, true)) => outcome.open.push(difference),
                    Some((difference, false)) => outcome.differences.push(difference),
                }
            }
            outcome.orders += u64::from(is_in_range);
        }
        outcome
    }

    /// Whether an amount was booked in the range. One whose time cannot be read counts.
    fn is_in_range(&self, entry: &Entry) -> bool {
        entry.posted.is_none_or(|posted| self.range.contains(&posted))
    }

    /// What is wrong with the amounts of one order, SKU and meaning, and whether a later settlement can still mend it.
    fn judge(&self, order_id: &str, order: &[Entry], group: &[&Entry]) -> Option<(Difference, bool)> {
        let of = |side| group.iter().filter(|entry| entry.side == side).map(|entry| entry.amount).collect::<Vec<_>>();
        let (settled, booked) = (of(Side::Settlements), of(Side::Finances));
        let what = compare(&settled, &booked)?;
        let first = group.first()?;
        let posted = group.iter().filter_map(|entry| entry.posted).min();
        // Sums of 28 digits do not come from Amazon. They are no reason to panic.
        let sum = |amounts: &[Decimal]| {
            let sum = amounts.iter().try_fold(Decimal::ZERO, |sum, amount| sum.checked_add(*amount));
            sum.filter(|_| !amounts.is_empty())
        };
        let difference = Difference {
            order_id: order_id.to_owned(),
            sku: first.sku.as_deref().filter(|_| names_skus(order)).map(|sku| whole(sku, order).to_owned()),
            meaning: first.meaning,
            what,
            settled: sum(&settled),
            booked: sum(&booked),
            posted: posted.map(DateTime::from),
        };
        Some((difference, self.is_open(group)))
    }

    /// Whether settlements have nothing but what Finances has, and what they lack can still come.
    fn is_open(&self, group: &[&Entry]) -> bool {
        let is_due = |entry: &Entry| entry.posted.is_some_and(|posted| self.periods.reach(posted, self.lag));
        let booked = group.iter().filter(|entry| entry.side == Side::Finances);
        let mut lacking: Vec<_> = booked.map(|entry| (entry.amount, is_due(entry))).collect();
        // What is due was settled first.
        lacking.sort_by_key(|(_, is_due)| !is_due);
        for settled in group.iter().filter(|entry| entry.side == Side::Settlements) {
            match lacking.iter().position(|(amount, _)| *amount == settled.amount) {
                Some(index) => lacking.remove(index),
                None => return false,
            };
        }
        !lacking.is_empty() && lacking.iter().all(|(_, is_due)| !is_due)
    }
}

/// Whether all amounts of an order name a SKU.
fn names_skus(order: &[Entry]) -> bool {
    order.iter().all(|entry| entry.sku.is_some())
}

/// What stands in place of a letter that a charset does not have. Japan's reports are in Shift_JIS.
const LOST: [char; 2] = ['?', char::REPLACEMENT_CHARACTER];

/// The SKU of the order that this one is, if it has lost letters.
fn whole<'a>(sku: &'a str, order: &'a [Entry]) -> &'a str {
    if !sku.contains(LOST) {
        return sku;
    }
    let fits = |other: &&str| {
        !other.contains(LOST)
            && other.chars().count() == sku.chars().count()
            && other.chars().zip(sku.chars()).all(|(whole, letter)| whole == letter || LOST.contains(&letter))
    };
    order.iter().filter_map(|entry| entry.sku.as_deref()).find(fits).unwrap_or(sku)
}

/// The amounts of an order by meaning and, if all name it, SKU.
fn groups(order: &[Entry]) -> Vec<Vec<&Entry>> {
    let by_sku = names_skus(order);
    let mut groups: BTreeMap<(Meaning, Option<&str>), Vec<&Entry>> = BTreeMap::new();
    for entry in order {
        let sku = entry.sku.as_deref().filter(|_| by_sku).map(|sku| whole(sku, order));
        groups.entry((entry.meaning, sku)).or_default().push(entry);
    }
    groups.into_values().collect()
}
