//! Lines about the movements of units in Amazon's warehouses, and their sums.
//!
//! The last balance is today's stock, and every earlier one follows from it and the movements.

use super::returns::disposition;
use super::{Cell, Line, Lines, Source, of_product, warehouse};
use crate::shop::{FulfilledBy, Product};
use crate::time::calendar::{self, Granularity};
use std::time::SystemTime;

/// The conditions that units are counted by.
const DISPOSITIONS: [&str; 3] = ["SELLABLE", "DEFECTIVE", "CARRIER_DAMAGED"];

const PERIODS: [(&str, Granularity); 3] =
    [("DAILY", Granularity::Day), ("WEEKLY", Granularity::Week), ("MONTHLY", Granularity::Month)];

/// The kind of a movement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Event {
    Shipment,
    /// Units that have come from the seller.
    Receipt,
    Return,
    /// Units that go back to the seller.
    Removal,
    /// Units that Amazon has paid for.
    Reimbursement,
}

impl Event {
    /// Its name, which the option for it takes too.
    fn name(self) -> &'static str {
        match self {
            Self::Shipment => "Shipments",
            Self::Receipt => "Receipts",
            Self::Return => "CustomerReturns",
            Self::Removal => "VendorReturns",
            Self::Reimbursement => "Adjustments",
        }
    }
}

/// Units of a product that moved.
#[derive(Clone, Debug)]
struct Movement {
    at: SystemTime,
    event: Event,
    product: &'static Product,
    reference: String,
    /// Below 0 if the units left.
    quantity: i64,
    disposition: &'static str,
}

/// Every movement in the report's range.
pub(in super::super) fn detail(source: Source<'_>) -> Lines<'_> {
    let wanted = source.report.option("eventType", "").to_owned();
    let names = ["", "Adjustments", "CustomerReturns", "Receipts", "Shipments", "VendorReturns", "WhseTransfers"];
    if !names.contains(&wanted.as_str()) {
        return Err(format!("The option eventType has no value {wanted:?}; it takes {}.", names[1..].join(", ")));
    }
    let market = source.market();
    let movements = movements(source)
        .into_iter()
        .filter(move |movement| source.covers(movement.at) && (wanted.is_empty() || movement.event.name() == wanted));
    Ok(Box::new(movements.map(move |movement| {
        let mut line = of_product(movement.product);
        line.extend([
            ("date", calendar::day(movement.at).into()),
            ("event_type", Cell::from(movement.event.name())),
            ("reference_id", movement.reference.into()),
            ("quantity", movement.quantity.into()),
            ("fulfillment_center", warehouse(market).into()),
            ("disposition", movement.disposition.into()),
            ("reason", Cell::Blank),
            ("country", market.marketplace.country_code().into()),
            ("reconciled_quantity", 0_u32.into()),
            ("unreconciled_quantity", 0_u32.into()),
            ("date_and_time", movement.at.into()),
        ]);
        line
    })))
}

/// The balances and the sums of the movements, by period, product and condition.
pub(in super::super) fn summary(source: Source<'_>) -> Lines<'_> {
    let period = source.report.choice("aggregatedByTimePeriod", &PERIODS, Granularity::Month)?;
    let by_place = source.report.choice("aggregateByLocation", &[("COUNTRY", false), ("FC", true)], false)?;
    let market = source.market();
    let location = if by_place { warehouse(market) } else { market.marketplace.country_code() };
    let stocks = source.server.inventory.of(market);
    let movements = movements(source);
    let mut lines: Vec<Line<'_>> = Vec::new();
    let (first, last) = (calendar::day(source.report.from), calendar::day(source.report.until));
    for (from, until) in period.periods(period.first_day(first), period.next(last)).filter(|(from, _)| *from <= last) {
        for product in market.products {
            for of in DISPOSITIONS {
                let mine = || movements.iter().filter(|moved| moved.product == product && moved.disposition == of);
                let sum = |is_in: &dyn Fn(&Movement) -> bool| -> i64 {
                    mine().filter(|moved| is_in(moved)).map(|moved| moved.quantity).sum()
                };
                let stock = stocks.iter().find(|stock| of == "SELLABLE" && stock.sku == product.sku);
                let now =
                    stock.map_or(0, |stock| i64::try_from(stock.fulfillable + stock.reserved).unwrap_or(i64::MAX));
                let end = now - sum(&|moved| calendar::day(moved.at) > until);
                let of_event = |event: Event| {
                    sum(&|moved| moved.event == event && (from..=until).contains(&calendar::day(moved.at)))
                };
                let events = [Event::Shipment, Event::Receipt, Event::Return, Event::Removal, Event::Reimbursement];
                let events = events.map(of_event);
                let start = end - events.iter().sum::<i64>();
                if start == 0 && end == 0 && events == [0; 5] {
                    continue;
                }
                let [shipments, receipts, returns, removals, others] = events;
                let mut line = of_product(product);
                // A period is named by its last day; months only by the month.
                let month = (period == Granularity::Month).then(|| until.strftime("%m/%Y").to_string());
                line.extend([
                    ("date", month.map_or(Cell::Day(until), Cell::from)),
                    ("disposition", of.into()),
                    ("starting_warehouse_balance", start.into()),
                    ("customer_shipments", shipments.into()),
                    ("customer_returns", returns.into()),
                    ("receipts", receipts.into()),
                    ("vendor_returns", removals.into()),
                    ("other_events", others.into()),
                    ("ending_warehouse_balance", end.into()),
                    ("location", location.into()),
                ]);
                for field in [
                    "in_transit_between_warehouses",
                    "warehouse_transfer_in_out",
                    "found",
                    "lost",
                    "damaged",
                    "disposed",
                    "unknown_events",
                ] {
                    line.insert(field, 0_u32.into());
                }
                lines.push(line);
            }
        }
    }
    Ok(Box::new(lines.into_iter()))
}

/// All movements of the marketplace, by time.
fn movements(source: Source<'_>) -> Vec<Movement> {
    let market = source.market();
    let mut movements = Vec::new();
    let orders = source.server.shop.orders();
    for order in orders.filter(|order| order.market == market && order.fulfilled_by == FulfilledBy::Amazon) {
        for item in order.items.iter().filter(|item| item.shipped > 0) {
            movements.push(Movement {
                at: order.updated,
                event: Event::Shipment,
                product: item.product,
                reference: order.id.clone(),
                quantity: -i64::from(item.shipped),
                disposition: "SELLABLE",
            });
        }
        let Some((item, returned)) = order.return_of_item() else { continue };
        let quantity = i64::from(returned.quantity);
        let back = [
            (Some(returned.received), Event::Return, quantity),
            (returned.removed(), Event::Removal, -quantity),
            (returned.reimbursed(), Event::Reimbursement, -quantity),
        ];
        movements.extend(back.into_iter().filter_map(|(at, event, quantity)| {
            Some(Movement {
                at: at?,
                event,
                product: item.product,
                reference: order.id.clone(),
                quantity,
                disposition: disposition(returned),
            })
        }));
    }
    let server = source.server;
    let sent = server.fulfillment.sent(market, server.clock.now());
    let sent = sent.into_iter().map(|(at, id, sku, units)| (at, Event::Shipment, id, sku, -i64::from(units)));
    let received = server.plans.received(market);
    let received = received.into_iter().map(|(at, id, sku, units)| (at, Event::Receipt, id, sku, i64::from(units)));
    movements.extend(sent.chain(received).filter_map(|(at, event, reference, sku, quantity)| {
        let product = market.products.iter().find(|product| product.sku == sku)?;
        Some(Movement { at, event, product, reference, quantity, disposition: "SELLABLE" })
    }));
    movements.sort_by_key(|movement| movement.at);
    movements
}
