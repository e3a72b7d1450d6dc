//! Settlements: what Amazon paid out every two weeks for each marketplace. They exist without a request.

use super::Report;
use super::lines::stock::COMMISSION;
use super::lines::{Cell, Line, Lines, Source};
use crate::sections::differences::Book;
use crate::server::Server;
use crate::shop::{FulfilledBy, Item, MARKETS, Market, Order, Shop};
use crate::time::{calendar, dates};
use std::ops::Range;
use std::time::{Duration, SystemTime};

const DAY: Duration = Duration::from_secs(24 * 3600);

/// The time that a settlement covers.
pub(in crate::sections) const LENGTH: Duration = Duration::from_secs(14 * 24 * 3600);

/// How many there are for each marketplace at the start: the orders reach back 45 days.
const COUNT: u32 = 3;

/// The end of the first settlement at the start. The third ended with the previous day.
pub(in crate::sections) fn first_end(now: SystemTime) -> SystemTime {
    calendar::start(calendar::day(now)) - LENGTH * (COUNT - 1)
}

/// The id of a settlement, which all its reports name.
pub(in crate::sections) fn id(market: &Market, until: SystemTime) -> String {
    let place = MARKETS.iter().position(|known| known == market).unwrap_or_default();
    format!("1{:05}{place:05}", dates::seconds(until) / DAY.as_secs())
}

/// The settlement's total and its transactions.
pub(super) fn lines(source: Source<'_>) -> Lines<'_> {
    let (market, report) = (source.market(), source.report);
    let transactions = transactions(source.server, market, report.from..report.until, Book::Settlements);
    let total: i64 = transactions.iter().map(|transaction| transaction.amount).sum();
    let id = id(market, report.until);
    let mut first = blank(report, &id);
    first.extend([
        ("settlement_start_date", report.from.into()),
        ("settlement_end_date", report.until.into()),
        ("deposit_date", (report.until + DAY).into()),
        ("total_amount", Cell::Amount(total)),
        ("currency", market.currency().into()),
    ]);
    let rows = transactions.into_iter().map(move |transaction| transaction.line(blank(report, &id), market));
    Ok(Box::new(std::iter::once(first).chain(rows)))
}

/// A line of the settlement that says nothing yet, with every column that the report can have.
fn blank(report: &Report, id: &str) -> Line<'static> {
    let known = spapi_rows::report(report.kind.name).and_then(|known| known.rows.first());
    let columns = known.map_or(&[][..], |rows| rows.columns);
    let mut line: Line<'static> = columns.iter().map(|column| (column.field, Cell::Blank)).collect();
    line.insert("settlement_id", id.to_owned().into());
    line
}

/// The kind of the amounts of points, and what they say of a sale and of what was given back.
pub(in crate::sections) const POINTS: &str = "Points";
pub(in crate::sections) const GRANTED: &str = "PointsGranted";
pub(in crate::sections) const RETURNED: &str = "PointsReturned";

/// What a transaction is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::sections) enum Event {
    Order,
    Refund,
    Reimbursement,
}

impl Event {
    /// Its name among the types of transactions.
    pub(in crate::sections) fn name(self) -> &'static str {
        match self {
            Self::Order => "Shipment",
            Self::Refund => "Refund",
            Self::Reimbursement => "Adjustment",
        }
    }
}

/// An amount of one kind for one item of an order.
#[derive(Clone, Debug)]
pub(in crate::sections) struct Transaction<'a> {
    pub(in crate::sections) event: Event,
    pub(in crate::sections) at: SystemTime,
    pub(in crate::sections) order: &'a Order,
    pub(in crate::sections) item: &'a Item,
    pub(in crate::sections) quantity: u32,
    pub(in crate::sections) kind: &'static str,
    pub(in crate::sections) description: &'static str,
    pub(in crate::sections) amount: i64,
}

impl<'a> Transaction<'a> {
    /// Adds what the transaction says to a blank line.
    fn line(self, mut line: Line<'a>, market: &'static Market) -> Line<'a> {
        let Self { event, at, order, item, quantity, kind, description, amount } = self;
        let name = match event {
            Event::Order => "Order",
            Event::Refund => "Refund",
            Event::Reimbursement => "other-transaction",
        };
        let channel = if order.fulfilled_by == FulfilledBy::Amazon { "AFN" } else { "MFN" };
        line.extend([
            ("transaction_type", Cell::from(name)),
            ("order_id", Cell::from(&order.id)),
            ("merchant_order_id", order.seller_order_id.as_ref().unwrap_or(&order.id).into()),
            ("marketplace_name", market.name.into()),
            ("amount_type", kind.into()),
            ("amount_description", description.into()),
            ("amount", Cell::Amount(amount)),
            ("fulfillment_id", channel.into()),
            ("posted_date", at.into()),
            ("posted_date_time", at.into()),
            ("order_item_code", Cell::from(&item.id)),
            ("sku", item.product.sku.into()),
            ("quantity_purchased", quantity.into()),
        ]);
        // The older report has columns of their own for each kind of amount.
        let (kind_field, amount_field) = match kind {
            "ItemPrice" => ("price_type", "price_amount"),
            "ItemFees" | "Points" => ("item_related_fee_type", "item_related_fee_amount"),
            "Promotion" => ("promotion_type", "promotion_amount"),
            _ => ("other_fee_reason_description", "other_fee_amount"),
        };
        line.extend([(kind_field, Cell::from(description)), (amount_field, Cell::Amount(amount))]);
        line
    }
}

/// The transactions of a marketplace in a range, by time, as one of the books has them.
pub(in crate::sections) fn transactions<'a>(
    server: &'a Server,
    market: &'static Market,
    range: Range<SystemTime>,
    book: Book,
) -> Vec<Transaction<'a>> {
    let mut transactions = honest(&server.shop, market, range);
    server.differences.apply(&mut transactions, book);
    transactions
}

/// The transactions of a marketplace in a range, by time, without planted differences.
pub(in crate::sections) fn honest<'a>(
    shop: &'a Shop,
    market: &'static Market,
    range: Range<SystemTime>,
) -> Vec<Transaction<'a>> {
    let mut transactions = Vec::new();
    for order in shop.orders().filter(|order| order.market == market) {
        if order.units_shipped() > 0 && range.contains(&order.updated) {
            let shipped = order.items.iter().filter(|item| item.shipped > 0);
            transactions.extend(shipped.flat_map(|item| of_item(order, item)));
        }
        let Some((item, returned)) = order.return_of_item() else { continue };
        if returned.replacement.is_none() && range.contains(&returned.received) {
            transactions.extend(of_item(order, item).filter(|sale| sale.description != "Shipping").map(|sale| {
                let (event, at, amount) = (Event::Refund, returned.received, -sale.amount);
                let description = if sale.description == GRANTED { RETURNED } else { sale.description };
                Transaction { event, at, amount, description, ..sale }
            }));
        }
        let reimbursed =
            returned.reimbursed().filter(|at| order.fulfilled_by == FulfilledBy::Amazon && range.contains(at));
        transactions.extend(reimbursed.map(|at| Transaction {
            event: Event::Reimbursement,
            at,
            order,
            item,
            quantity: returned.quantity,
            kind: "FBA Inventory Reimbursement",
            description: "WAREHOUSE_DAMAGE",
            amount: item.price,
        }));
    }
    transactions.sort_by(|one, other| (one.at, &one.order.id).cmp(&(other.at, &other.order.id)));
    transactions
}

/// The proceeds and costs of an item.
fn of_item<'a>(order: &'a Order, item: &'a Item) -> impl Iterator<Item = Transaction<'a>> {
    // If prices include the tax, it is part of the principal.
    let tax = item.tax_on_top(order.market);
    let discount = item.promotion.map_or(0, |promotion| promotion.discount);
    [
        ("ItemPrice", "Principal", item.price),
        ("ItemPrice", "Shipping", item.shipping),
        ("ItemPrice", "Tax", tax),
        ("Promotion", "Principal", -discount),
        ("ItemFees", "Commission", -(item.price * COMMISSION / 100)),
        (POINTS, GRANTED, -item.points.unwrap_or(0)),
        // In those states Amazon itself withholds the tax.
        ("ItemWithheldTax", "MarketplaceFacilitatorTax-Principal", -tax),
    ]
    .into_iter()
    .filter(|(.., amount)| *amount != 0)
    .map(move |(kind, description, amount)| Transaction {
        event: Event::Order,
        at: order.updated,
        order,
        item,
        quantity: item.shipped,
        kind,
        description,
        amount,
    })
}
