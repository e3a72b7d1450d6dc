//! Finances: the seller's account, from the same bookings as the settlements.

mod notices;
pub(super) mod v0;
pub(super) mod v2024_06_19;

pub(super) use notices::notify;

use super::differences::Book;
use super::reports::settlements::{self, Event, Transaction};
use crate::http::{ApiError, Query};
use crate::sections::marketplaces;
use crate::server::Server;
use crate::shop::{Market, Order, markets_of};
use spapi_types::Region;
use std::ops::Range;
use std::time::SystemTime;

/// What was booked at one time for one order.
struct Booking<'a> {
    event: Event,
    at: SystemTime,
    order: &'a Order,
    parts: Vec<Transaction<'a>>,
}

impl Booking<'_> {
    fn total(&self) -> i64 {
        self.parts.iter().map(|part| part.amount).sum()
    }

    /// Its id, which no other booking has.
    fn id(&self) -> String {
        let kind = match self.event {
            Event::Order => "S",
            Event::Refund => "R",
            Event::Reimbursement => "A",
        };
        format!("{kind}-{}", self.order.id)
    }
}

/// The bookings of a region's marketplaces in a range.
fn bookings<'a>(server: &'a Server, markets: &[&'static Market], range: &Range<SystemTime>) -> Vec<Booking<'a>> {
    let mut bookings: Vec<Booking<'a>> = Vec::new();
    for market in markets {
        let mut parts = settlements::transactions(server, market, range.clone(), Book::Finances);
        parts.sort_by(|one, other| (&one.order.id, one.event).cmp(&(&other.order.id, other.event)));
        for part in parts {
            match bookings.last_mut() {
                Some(last) if last.order.id == part.order.id && last.event == part.event => last.parts.push(part),
                _ => bookings.push(Booking { event: part.event, at: part.at, order: part.order, parts: vec![part] }),
            }
        }
    }
    bookings
}

/// The marketplaces that a call asks for: all of the region without the parameter.
fn markets(region: Region, query: &Query) -> Result<Vec<&'static Market>, ApiError> {
    match query.text("marketplaceId") {
        Some(id) => marketplaces::read(region, "marketplaceId", vec![id]),
        None => Ok(markets_of(region).collect()),
    }
}

/// An amount as a number, which JSON has for it here.
fn number(market: &Market, units: i64) -> f64 {
    // The amounts of the shop have few digits, which a number keeps.
    market.amount(units).parse().unwrap_or_default()
}
