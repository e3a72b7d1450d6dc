//! Settlements: what Amazon paid out every two weeks for each marketplace. They exist without a request.

use super::table::Table;
use super::{Outcome, Report, Specification, TYPES};
use crate::sections::documents::charset::Charset;
use crate::server::Server;
use crate::shop::{FulfilledBy, MARKETS, Market, Order};
use crate::time::calendar::{self, Granularity};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

pub(super) const NAME: &str = "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2";

const DAY: Duration = Duration::from_secs(24 * 3600);
const LENGTH: Duration = Duration::from_secs(14 * 24 * 3600);

/// How many there are for each marketplace: the orders reach back 45 days.
const COUNT: u32 = 3;

/// Amazon's commission on a price, in percent.
const COMMISSION: i64 = 15;

const COLUMNS: [&str; 18] = [
    "settlement-id",
    "settlement-start-date",
    "settlement-end-date",
    "deposit-date",
    "total-amount",
    "currency",
    "transaction-type",
    "order-id",
    "merchant-order-id",
    "marketplace-name",
    "amount-type",
    "amount-description",
    "amount",
    "fulfillment-id",
    "posted-date-time",
    "order-item-code",
    "sku",
    "quantity-purchased",
];

/// The settlements before `now`: the marketplace of each, its first moment and its end. The newest ended with the previous
/// day.
pub(super) fn periods(now: SystemTime) -> impl Iterator<Item = (&'static Market, SystemTime, SystemTime)> {
    let last = calendar::start(Granularity::Day.first_day(calendar::day(now)));
    (0..COUNT).rev().flat_map(move |back| {
        let until = last - LENGTH * back;
        MARKETS.iter().map(move |market| (market, until - LENGTH, until))
    })
}

/// The request that a settlement's report would have.
pub(super) fn specification(market: &'static Market) -> Specification {
    let kind = TYPES.iter().find(|kind| kind.name == NAME).unwrap_or(&TYPES[0]);
    Specification { kind, markets: vec![market], options: Arc::default() }
}

pub(super) fn make(report: &Report, server: &Server) -> Outcome {
    let market = report.course.market();
    let mut orders: Vec<&Order> = server
        .shop
        .orders()
        .iter()
        .filter(|order| order.market == market && order.units_shipped() > 0)
        .filter(|order| (report.from..report.until).contains(&order.updated))
        .collect();
    orders.sort_by_key(|order| (order.updated, &order.id));
    let lines: Vec<Line> = orders.into_iter().flat_map(lines).collect();
    let total: i64 = lines.iter().map(|line| line.amount).sum();

    let mut table = Table::new(Charset::of(market), &COLUMNS);
    let id = &report.course.id;
    let [from, until, deposit] = [report.from, report.until, report.until + DAY].map(|time| moment(market, time));
    table.row(&[
        id,
        &from,
        &until,
        &deposit,
        &amount(market, total),
        market.currency(),
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
    ]);
    for line in lines {
        let Line { order, item_id, sku, quantity, kind, description, amount: units } = line;
        let channel = if order.fulfilled_by == FulfilledBy::Amazon { "AFN" } else { "MFN" };
        table.row(&[
            id,
            "",
            "",
            "",
            "",
            "",
            "Order",
            &order.id,
            order.seller_order_id.as_ref().unwrap_or(&order.id),
            market.name,
            kind,
            description,
            &amount(market, units),
            channel,
            &moment(market, order.updated),
            item_id,
            sku,
            &quantity.to_string(),
        ]);
    }
    Outcome::Document(table.finish())
}

/// An amount of one kind for one item of an order.
struct Line<'a> {
    order: &'a Order,
    item_id: &'a str,
    sku: &'a str,
    quantity: u32,
    kind: &'static str,
    description: &'static str,
    amount: i64,
}

/// The proceeds and costs of an order, for the items that were shipped.
fn lines(order: &Order) -> impl Iterator<Item = Line<'_>> {
    order.items.iter().filter(|item| item.shipped > 0).flat_map(move |item| {
        // If prices include the tax, it is part of the principal.
        let tax = item.tax_on_top(order.market);
        let discount = item.promotion.map_or(0, |promotion| promotion.discount);
        [
            ("ItemPrice", "Principal", item.price),
            ("ItemPrice", "Shipping", item.shipping),
            ("ItemPrice", "Tax", tax),
            ("Promotion", "Principal", -discount),
            ("ItemFees", "Commission", -(item.price * COMMISSION / 100)),
            ("Points", "PointsGranted", -item.points.unwrap_or(0)),
            // In those states Amazon itself withholds the tax.
            ("ItemWithheldTax", "MarketplaceFacilitatorTax-Principal", -tax),
        ]
        .into_iter()
        .filter(|(.., amount)| *amount != 0)
        .map(move |(kind, description, amount)| Line {
            order,
            item_id: &item.id,
            sku: item.product.sku,
            quantity: item.shipped,
            kind,
            description,
            amount,
        })
    })
}

/// An amount in the country's number format.
fn amount(market: &Market, units: i64) -> String {
    let text = market.amount(units);
    if market.currency() == "EUR" { text.replace('.', ",") } else { text }
}

/// A time in the country's format.
fn moment(market: &Market, time: SystemTime) -> String {
    let text = crate::time::dates::text(time);
    let (date, time) = text.trim_end_matches('Z').split_once('T').unwrap_or((&text, ""));
    let mut parts = date.split('-');
    let [year, month, day] = [(); 3].map(|()| parts.next().unwrap_or_default());
    match market.currency() {
        "EUR" => format!("{day}.{month}.{year} {time} UTC"),
        "JPY" => format!("{year}/{month}/{day} {time} UTC"),
        _ => format!("{year}-{month}-{day} {time} UTC"),
    }
}
