//! The shop and its orders, in a form that does not depend on any API.

mod after;
mod arrivals;
mod buyers;
mod catalog;
mod generate;
pub(crate) mod listings;
mod markets;
pub(crate) mod product_types;
mod random;

pub(crate) use after::{Condition, Return};
pub(crate) use arrivals::Stage;
pub(crate) use buyers::Buyer;
pub(crate) use catalog::{Catalog, Entry, Role, gtin, own_eans};
pub(crate) use markets::{MARKETS, Market, Product, amount, by_amazon, fn_sku, ids, market, markets_of};
pub(crate) use random::Random;

use crate::keep;
use arrivals::Arrivals;
use serde_json::Value;
use spapi_types::Region;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

/// A shop in memory.
#[derive(Debug)]
pub(crate) struct Shop {
    seed: u64,
    /// How many orders arrive each day in each marketplace after the start.
    per_day: u32,
    began: SystemTime,
    /// Every state of every order: an order that changes gets another one, and answers that use the old one keep it.
    states: boxcar::Vec<Order>,
    present: RwLock<Present>,
    arrivals: Mutex<Arrivals>,
}

/// The present states of the orders.
#[derive(Debug, Default)]
struct Present {
    /// The index of each order's state.
    states: Vec<usize>,
    /// The place of each order in that list by its id.
    places: HashMap<String, usize>,
}

impl Shop {
    /// The shop of a seed, with this many orders in each region, from the weeks before `now`. Later, `per_day` orders arrive
    /// each day in each marketplace.
    pub(crate) fn new(seed: u64, orders: usize, now: SystemTime, per_day: u32) -> Self {
        let shop = Self {
            seed,
            per_day,
            began: now,
            states: boxcar::Vec::new(),
            present: RwLock::default(),
            arrivals: Mutex::default(),
        };
        generate::orders(seed, orders, now).into_iter().for_each(|order| shop.put(order));
        shop
    }

    /// Adds an order, or replaces the one with the same id.
    fn put(&self, order: Order) {
        let id = order.id.clone();
        let state = self.states.push(order);
        let mut present = self.present.write().unwrap_or_else(PoisonError::into_inner);
        let Present { states, places } = &mut *present;
        match places.get(&id).and_then(|place| states.get_mut(*place)) {
            Some(known) => *known = state,
            None => {
                places.insert(id, states.len());
                states.push(state);
            }
        }
    }

    /// The order with this id, if the region has it.
    pub(crate) fn order(&self, region: Region, id: &str) -> Option<&Order> {
        let present = self.present.read().unwrap_or_else(PoisonError::into_inner);
        let state = present.places.get(id).and_then(|place| present.states.get(*place)).copied()?;
        self.states.get(state).filter(|order| order.market.region() == region)
    }

    /// Every order of every region, in no particular order.
    pub(crate) fn orders(&self) -> impl Iterator<Item = &Order> + Clone {
        let states = self.present.read().unwrap_or_else(PoisonError::into_inner).states.clone();
        states.into_iter().filter_map(|state| self.states.get(state))
    }

    fn arrivals(&self) -> MutexGuard<'_, Arrivals> {
        self.arrivals.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Places a new order, and returns its id; `None` if there are too many. [`settle`](Self::settle) shows it.
    pub(crate) fn place(&self, market: &'static Market, now: SystemTime) -> Option<String> {
        let present = self.present.read().unwrap_or_else(PoisonError::into_inner);
        self.arrivals().add(self.seed, market, &present.places, now)
    }

    /// Lets orders arrive and change until `now`, and returns what happened, by time.
    pub(crate) fn settle(&self, now: SystemTime) -> Vec<Stage> {
        if self.per_day > 0 {
            let step = Duration::from_secs(24 * 3600) / self.per_day;
            loop {
                let next = self.arrivals().until.unwrap_or(self.began) + step;
                if next > now || !MARKETS.iter().all(|market| self.place(market, next).is_some()) {
                    break;
                }
                self.arrivals().until = Some(next);
            }
        }
        let due = self.arrivals().take_due(self.seed, now);
        due.iter().for_each(|stage| self.put(stage.order.clone()));
        due
    }

    /// The part of the state that is kept between runs.
    pub(crate) fn saved(&self) -> serde_json::Result<Value> {
        keep::saved(&self.arrivals)
    }

    pub(crate) fn restore(&self, saved: Value) -> serde_json::Result<()> {
        keep::restore(&self.arrivals, saved)?;
        let present = self.arrivals().present(self.seed);
        present.into_iter().for_each(|order| self.put(order));
        Ok(())
    }
}

/// An order. Its times are whole seconds.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Order {
    /// Amazon's id, in the form 3-7-7.
    pub(crate) id: String,
    /// The seller's own order id, if there is one.
    pub(crate) seller_order_id: Option<String>,
    pub(crate) market: &'static Market,
    pub(crate) created: SystemTime,
    pub(crate) updated: SystemTime,
    pub(crate) status: Status,
    pub(crate) fulfilled_by: FulfilledBy,
    pub(crate) speed: Speed,
    pub(crate) payment: Payment,
    pub(crate) business: bool,
    pub(crate) prime: bool,
    /// The earliest and the latest time of dispatch.
    pub(crate) ship_by: (SystemTime, SystemTime),
    /// The earliest and the latest time of delivery.
    pub(crate) deliver_by: (SystemTime, SystemTime),
    pub(crate) items: Vec<Item>,
    /// The packages that the seller shipped; none for an order that Amazon ships.
    pub(crate) packages: Vec<Package>,
    pub(crate) buyer: Buyer,
    /// The return of one of its items, if it has arrived.
    pub(crate) returned: Option<Return>,
    pub(crate) feedback: Option<after::Feedback>,
}

impl Order {
    /// Whether answers show amounts: not before payment, and not after the order is cancelled.
    pub(crate) fn has_amounts(&self) -> bool {
        !matches!(self.status, Status::PendingAvailability | Status::Pending | Status::Cancelled)
    }

    /// The buyer; `None` before payment.
    pub(crate) fn known_buyer(&self) -> Option<&Buyer> {
        let paid = !matches!(self.status, Status::PendingAvailability | Status::Pending);
        paid.then_some(&self.buyer)
    }

    /// The total that the buyer pays, in the currency's smallest unit.
    pub(crate) fn total(&self) -> i64 {
        self.items.iter().map(|item| item.total(self.market)).sum()
    }

    /// The returned item and its return.
    pub(crate) fn return_of_item(&self) -> Option<(&Item, &Return)> {
        self.returned.as_ref().and_then(|returned| Some((self.items.get(returned.item)?, returned)))
    }

    /// How many units have been shipped.
    pub(crate) fn units_shipped(&self) -> u32 {
        self.items.iter().map(|item| item.shipped).sum()
    }

    /// How many units are still to ship.
    pub(crate) fn units_unshipped(&self) -> u32 {
        match self.status {
            Status::Cancelled => 0,
            _ => self.items.iter().map(|item| item.quantity - item.shipped).sum(),
        }
    }
}

/// The status of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Status {
    /// Ordered before its release.
    PendingAvailability,
    /// Not paid yet.
    Pending,
    Unshipped,
    PartiallyShipped,
    Shipped,
    Cancelled,
    /// Amazon cannot ship it.
    Unfulfillable,
}

/// Who ships the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FulfilledBy {
    Amazon,
    Merchant,
}

/// The shipping speed that the buyer chose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Speed {
    Standard,
    Expedited,
    NextDay,
}

/// The payment method of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Payment {
    CreditCard,
    CashOnDelivery,
    ConvenienceStore,
    Invoice,
}

/// An item of an order. Amounts are in the currency's smallest unit, for the whole quantity.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Item {
    pub(crate) id: String,
    pub(crate) product: &'static Product,
    pub(crate) quantity: u32,
    pub(crate) shipped: u32,
    pub(crate) price: i64,
    /// The tax on the price: on top of it, or included if [`Market::tax_included`].
    pub(crate) tax: i64,
    pub(crate) shipping: i64,
    pub(crate) shipping_tax: i64,
    pub(crate) promotion: Option<Promotion>,
    /// Amazon Points that the buyer gets; only in Japan.
    pub(crate) points: Option<i64>,
    pub(crate) gift: bool,
    /// Why the buyer asked to cancel, if the buyer did.
    pub(crate) cancel_reason: Option<&'static str>,
}

impl Item {
    /// What the buyer pays for the item.
    pub(crate) fn total(&self, market: &Market) -> i64 {
        let discount = self.promotion.map_or(0, |promotion| promotion.discount);
        self.price + self.shipping + self.tax_on_top(market) - discount
    }

    /// The taxes on top of price and shipping.
    pub(crate) fn tax_on_top(&self, market: &Market) -> i64 {
        if market.tax_included { 0 } else { self.tax + self.shipping_tax }
    }
}

/// A discount on an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Promotion {
    pub(crate) id: &'static str,
    pub(crate) discount: i64,
}

/// A package that the seller shipped.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Package {
    /// Its number within the order.
    pub(crate) reference: String,
    pub(crate) carrier: &'static str,
    pub(crate) service: &'static str,
    pub(crate) tracking_number: String,
    pub(crate) sent: SystemTime,
    pub(crate) delivered: bool,
    /// Each item's id and its units in the package.
    pub(crate) contents: Vec<(String, u32)>,
}
