//! Orders that arrive after the start, and what becomes of them as time goes on.

use super::generate;
use super::{Market, Order, Status};
use crate::keep::forms;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::time::SystemTime;

/// The most orders that arrive after the start.
const MOST: usize = 10_000;

/// An order that arrived after the start.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Arrival {
    #[serde(with = "forms::market")]
    market: &'static Market,
    id: String,
    /// Its number among the arrivals, which decides it together with the seed.
    number: u64,
    created: SystemTime,
    /// How many of its stages have come.
    stages: usize,
    /// When the next stage comes; `None` after the last one.
    next: Option<SystemTime>,
}

/// The arrivals of a shop.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Arrivals {
    all: Vec<Arrival>,
    /// Until when orders have arrived by themselves.
    pub(super) until: Option<SystemTime>,
}

/// A change of an order.
#[derive(Clone, Debug)]
pub(crate) struct Stage {
    pub(crate) at: SystemTime,
    /// What the order is from then on.
    pub(crate) order: Order,
    /// The status before; `None` for a new order.
    pub(crate) before: Option<Status>,
}

impl Arrivals {
    /// A new order; `None` if there are too many.
    pub(super) fn add(
        &mut self,
        seed: u64,
        market: &'static Market,
        known: &HashMap<String, usize>,
        created: SystemTime,
    ) -> Option<String> {
        if self.all.len() >= MOST {
            return None;
        }
        let number = self.all.len() as u64;
        let is_taken = |id: &str| known.contains_key(id) || self.all.iter().any(|arrival| arrival.id == id);
        let id = generate::id_of_arrival(seed, number, market, is_taken);
        self.all.push(Arrival { market, id: id.clone(), number, created, stages: 0, next: Some(created) });
        Some(id)
    }

    /// The stages that have come since the last look, by time.
    pub(super) fn take_due(&mut self, seed: u64, now: SystemTime) -> Vec<Stage> {
        let mut due = Vec::new();
        for arrival in self.all.iter_mut().filter(|arrival| arrival.next.is_some_and(|next| next <= now)) {
            let stages = generate::life(seed, arrival.number, arrival.market, &arrival.id, arrival.created);
            let last = arrival.stages.checked_sub(1).and_then(|last| stages.get(last));
            let mut before = last.map(|(_, order)| order.status);
            for (at, order) in stages.iter().skip(arrival.stages).take_while(|(at, _)| *at <= now) {
                arrival.stages += 1;
                due.push(Stage { at: *at, order: order.clone(), before });
                before = Some(order.status);
            }
            arrival.next = stages.get(arrival.stages).map(|(at, _)| *at);
        }
        due.sort_by(|one, other| (one.at, &one.order.id).cmp(&(other.at, &other.order.id)));
        due
    }

    /// The present states of all arrivals, which a shop that continues starts with.
    pub(super) fn present(&self, seed: u64) -> Vec<Order> {
        let present = |arrival: &Arrival| {
            let stages = generate::life(seed, arrival.number, arrival.market, &arrival.id, arrival.created);
            stages.into_iter().take(arrival.stages).next_back().map(|(_, order)| order)
        };
        self.all.iter().filter_map(present).collect()
    }
}
