//! Inbound plans: what the seller wants to send to Amazon, and the shipment that becomes of it.

use crate::keep::{self, forms};
use crate::login::Account;
use crate::shop::Market;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

/// The most plans, and the most operations, that the sandbox keeps; it drops the oldest ones.
const MOST: usize = 1000;

const DAY: Duration = Duration::from_secs(24 * 3600);

/// When a shipment gets each status after its transport is confirmed.
const COURSE: [(u32, &str); 4] = [(0, "READY_TO_SHIP"), (1, "IN_TRANSIT"), (3, "RECEIVING"), (5, CLOSED)];

/// The last status of a shipment.
pub(super) const CLOSED: &str = "CLOSED";

/// Units of a SKU in a plan.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Line {
    pub(super) msku: String,
    pub(super) quantity: u32,
    pub(super) label_owner: String,
    pub(super) prep_owner: String,
}

/// A plan with one placement and one shipment.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Plan {
    pub(super) account: Account,
    #[serde(with = "forms::market")]
    pub(super) market: &'static Market,
    pub(super) number: u64,
    pub(super) name: String,
    pub(super) source: Value,
    pub(super) lines: Vec<Line>,
    pub(super) created: SystemTime,
    pub(super) updated: SystemTime,
    /// Whether a placement was offered, and taken.
    pub(super) is_placed: bool,
    pub(super) is_confirmed: bool,
    /// Whether a transport was offered, and when it was taken.
    pub(super) has_transport: bool,
    pub(super) sent: Option<SystemTime>,
    /// Whether the units are in the stock.
    pub(super) has_arrived: bool,
}

impl Plan {
    pub(super) fn id(&self) -> String {
        long_id("wf", self.number)
    }

    pub(super) fn placement_id(&self) -> String {
        long_id("pl", self.number)
    }

    pub(super) fn shipment_id(&self) -> String {
        long_id("sh", self.number)
    }

    pub(super) fn transport_id(&self) -> String {
        long_id("to", self.number)
    }

    /// The shipment's id on labels and in the older version of the API.
    pub(super) fn confirmation_id(&self) -> String {
        format!("FBA15S{:06}", self.number)
    }

    /// The status of its shipment at a time.
    pub(super) fn status(&self, now: SystemTime) -> &'static str {
        match self.sent {
            None if self.is_confirmed => "WORKING",
            None => "UNCONFIRMED",
            Some(sent) => {
                let come = COURSE.iter().rev().find(|(days, _)| sent + DAY * *days <= now);
                come.map_or("READY_TO_SHIP", |(_, status)| *status)
            }
        }
    }

    /// When its units are in the stock.
    pub(super) fn arrives(&self) -> Option<SystemTime> {
        let days = COURSE.iter().find(|(_, status)| *status == CLOSED).map_or(0, |(days, _)| *days);
        self.sent.map(|sent| sent + DAY * days)
    }
}

/// An id in the form that plans and their parts have.
fn long_id(prefix: &str, number: u64) -> String {
    format!("{prefix}00000000-0000-4000-8000-{number:012x}")
}

/// A call that Amazon works on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Operation {
    pub(super) account: Account,
    pub(super) id: String,
    pub(super) name: String,
    /// How often its state was asked for.
    pub(super) asked: u32,
}

#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct State {
    pub(super) plans: VecDeque<Plan>,
    operations: VecDeque<Operation>,
    /// The number of plans and operations so far, which makes each id unique.
    made: u64,
}

impl State {
    pub(super) fn next(&mut self) -> u64 {
        self.made += 1;
        self.made
    }

    pub(super) fn add(&mut self, plan: Plan) {
        if self.plans.len() >= MOST {
            self.plans.pop_front();
        }
        self.plans.push_back(plan);
    }

    /// A new operation; returns its id.
    pub(super) fn operate(&mut self, account: Account, name: &str) -> String {
        let id = long_id("", self.next());
        if self.operations.len() >= MOST {
            self.operations.pop_front();
        }
        self.operations.push_back(Operation { account, id: id.clone(), name: name.to_owned(), asked: 0 });
        id
    }

    /// Counts a question for the state of an operation, and returns it.
    pub(super) fn ask(&mut self, account: Account, id: &str) -> Option<Operation> {
        let operation = self.operations.iter_mut().find(|known| known.account == account && known.id == id)?;
        operation.asked = operation.asked.saturating_add(1);
        Some(operation.clone())
    }
}

/// The inbound plans of all sellers.
#[derive(Debug, Default)]
pub(crate) struct Plans {
    state: Mutex<State>,
}

impl Plans {
    /// The part of the state that is kept between runs.
    pub(crate) fn saved(&self) -> serde_json::Result<Value> {
        keep::saved(&self.state)
    }

    pub(crate) fn restore(&self, saved: Value) -> serde_json::Result<()> {
        keep::restore(&self.state, saved)
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The units that have come into the stock of a marketplace, each with its time, its shipment and its SKU.
    pub(in crate::sections) fn received(&self, market: &Market) -> Vec<(SystemTime, String, String, u32)> {
        let state = self.state();
        let of_market = state.plans.iter().filter(|plan| plan.has_arrived && plan.market == market);
        let units = of_market.flat_map(|plan| {
            let at = plan.arrives().unwrap_or(plan.updated);
            plan.lines.iter().map(move |line| (at, plan.confirmation_id(), line.msku.clone(), line.quantity))
        });
        units.collect()
    }

    /// The shipments whose placement is confirmed.
    pub(super) fn shipments(&self, market: &Market) -> Vec<Plan> {
        self.state().plans.iter().filter(|plan| plan.is_confirmed && plan.market == market).cloned().collect()
    }
}
