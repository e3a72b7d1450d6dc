//! Planted differences between the books: what finances and settlements say of the points of an order.

use super::reports::renew_settlements;
use super::reports::settlements::{self, GRANTED, POINTS, RETURNED, Transaction};
use crate::keep;
use crate::server::Server;
use crate::shop::MARKETS;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

/// The most differences.
const MOST: usize = 1000;

/// The books that agree in an honest shop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Book {
    Finances,
    Settlements,
}

/// How the settlements differ from the finances in the points of an order.
///
/// `POST /_sandbox/points` takes the same as JSON: `{"kind": "missingGrant"}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum PointsDifference {
    /// The settlement lacks the points that were granted.
    MissingGrant,
    /// The settlement has one point more granted.
    WrongAmount,
    /// The settlement has the granted points with the other sign.
    WrongSign,
    /// The settlement has the returned points twice.
    DoubledReturn,
    /// Only the settlement has the order; finances lack it.
    OnlyInSettlement,
    /// Only finances have the order; the settlement lacks it.
    OnlyInFinances,
}

/// A difference of an order.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Planted {
    order_id: String,
    kind: PointsDifference,
}

/// The differences of a sandbox.
#[derive(Debug, Default)]
pub(crate) struct Differences {
    planted: Mutex<Vec<Planted>>,
}

impl Differences {
    /// The part of the state that is kept between runs.
    pub(crate) fn saved(&self) -> serde_json::Result<Value> {
        keep::saved(&self.planted)
    }

    pub(crate) fn restore(&self, saved: Value) -> serde_json::Result<()> {
        keep::restore(&self.planted, saved)
    }

    fn planted(&self) -> MutexGuard<'_, Vec<Planted>> {
        self.planted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All differences.
    pub(crate) fn shown(&self) -> Value {
        // Texts always encode to JSON.
        serde_json::to_value(&*self.planted()).unwrap_or_default()
    }

    /// Changes the transactions to those that a book has.
    pub(super) fn apply(&self, transactions: &mut Vec<Transaction<'_>>, book: Book) {
        for Planted { order_id, kind } in self.planted().iter() {
            match (kind, book) {
                (PointsDifference::OnlyInSettlement, Book::Finances)
                | (PointsDifference::OnlyInFinances, Book::Settlements) => {
                    transactions.retain(|part| part.order.id != *order_id);
                }
                (PointsDifference::OnlyInSettlement | PointsDifference::OnlyInFinances, _) | (_, Book::Finances) => {}
                (_, Book::Settlements) => change(transactions, order_id, *kind),
            }
        }
    }
}

/// Changes the first amount of an order that the difference is about.
fn change(transactions: &mut Vec<Transaction<'_>>, order_id: &str, kind: PointsDifference) {
    let is_it = |part: &Transaction<'_>| part.order.id == order_id && part.description == description(kind);
    let Some(place) = transactions.iter().position(is_it) else { return };
    let part = &mut transactions[place];
    match kind {
        PointsDifference::WrongAmount => part.amount -= 1,
        PointsDifference::WrongSign => part.amount = -part.amount,
        PointsDifference::DoubledReturn => {
            let again = part.clone();
            transactions.insert(place, again);
        }
        _ => {
            transactions.remove(place);
        }
    }
}

/// The amounts that a difference is about.
fn description(kind: PointsDifference) -> &'static str {
    if kind == PointsDifference::DoubledReturn { RETURNED } else { GRANTED }
}

/// Plants a difference in the points of an order, or of the first order by id that allows it and has none yet: its amounts
/// are in a settlement that has ended. Returns the order's id, or says why it cannot.
pub(crate) fn plant(server: &Server, kind: PointsDifference, order_id: Option<&str>) -> Result<String, String> {
    let mut planted = server.differences.planted();
    if planted.len() >= MOST {
        return Err(format!("There are already {MOST} differences; DELETE removes them."));
    }
    let mut until = settlements::first_end(server.began);
    let from = until - settlements::LENGTH;
    while until + settlements::LENGTH <= server.clock.now() {
        until += settlements::LENGTH;
    }
    let mut found = candidates(server, from, until, kind);
    found
        .retain(|id| !planted.iter().any(|known| known.order_id == *id) && order_id.is_none_or(|wanted| wanted == *id));
    found.sort();
    let id = found.first().cloned().ok_or_else(|| match order_id {
        Some(id) => format!("The order {id:?} has no such points in an ended settlement, or a difference already."),
        None => "No order is left that has such points in an ended settlement.".to_owned(),
    })?;
    planted.push(Planted { order_id: id.clone(), kind });
    drop(planted);
    renew_settlements(&server.documents);
    Ok(id)
}

/// Makes the books agree again.
pub(crate) fn clear(server: &Server) {
    server.differences.planted().clear();
    renew_settlements(&server.documents);
}

/// The orders that a difference can be planted in.
fn candidates(server: &Server, from: SystemTime, until: SystemTime, kind: PointsDifference) -> Vec<String> {
    let honest = MARKETS.iter().flat_map(|market| settlements::honest(&server.shop, market, from..until));
    let with_points = honest.filter(|part| part.kind == POINTS && part.description == description(kind));
    with_points.map(|part| part.order.id.clone()).collect()
}
