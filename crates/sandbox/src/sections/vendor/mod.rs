//! What Amazon orders of a vendor: purchase orders of the shop's products, and labels of direct fulfillment.

pub(super) mod direct_fulfillment;
pub(super) mod orders;

use crate::shop::{Market, markets_of};
use crate::time::{calendar, dates};
use serde_json::{Value, json};
use spapi_types::Region;
use std::time::{Duration, SystemTime};

const DAY: Duration = Duration::from_secs(24 * 3600);

/// How many days lie between two purchase orders, and how many there are for each marketplace.
const EVERY: u32 = 3;
const COUNT: u32 = 20;

/// The ages in days at which Amazon's order is confirmed and received.
const CONFIRMED: u32 = 4;
const RECEIVED: u32 = 12;

/// A purchase order. Its changes follow from its age.
#[derive(Clone, Copy)]
struct PurchaseOrder {
    market: &'static Market,
    created: SystemTime,
    age: u32,
}

impl PurchaseOrder {
    fn number(self) -> String {
        format!("P{}{:05}", self.market.marketplace.country_code(), dates::seconds(self.created) / DAY.as_secs())
    }

    fn is_confirmed(self) -> bool {
        self.age >= CONFIRMED
    }

    fn is_received(self) -> bool {
        self.age >= RECEIVED
    }

    /// When it was last changed.
    fn updated(self) -> SystemTime {
        let after = match (self.is_received(), self.is_confirmed()) {
            (true, _) => RECEIVED,
            (false, true) => CONFIRMED,
            (false, false) => 0,
        };
        self.created + DAY * after
    }

    /// Its products, each with the ordered units.
    fn lines(self) -> impl Iterator<Item = (&'static crate::shop::Product, u32)> {
        let first = (dates::seconds(self.created) / DAY.as_secs()) as usize;
        let products = self.market.products;
        (0..3.min(products.len()))
            .map(move |place| (&products[(first + place) % products.len()], 12 * (1 + place as u32)))
    }
}

/// The purchase orders of a region at the start of the sandbox.
fn purchase_orders(region: Region, began: SystemTime) -> Vec<PurchaseOrder> {
    let newest = calendar::start(calendar::day(began)) - DAY;
    let of_market = |market| {
        (0..COUNT).map(move |number| (market, number * EVERY)).map(move |(market, age)| PurchaseOrder {
            market,
            created: newest - DAY * age,
            age,
        })
    };
    markets_of(region).flat_map(of_market).collect()
}

/// The vendor's cost of a unit, in the currency's smallest unit.
fn cost(price: i64) -> i64 {
    price * 6 / 10
}

fn money(market: &Market, units: i64) -> Value {
    json!({ "currencyCode": market.currency(), "amount": market.amount(units) })
}

fn party(id: &str, market: &Market) -> Value {
    let address = json!({
        "name": "Amazon",
        "addressLine1": "1-1 Sandbox",
        "city": "Odawara",
        "postalCode": "250-0000",
        "countryCode": market.marketplace.country_code(),
    });
    json!({ "partyId": id, "address": address })
}
