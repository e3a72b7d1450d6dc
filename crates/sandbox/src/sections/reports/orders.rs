//! All orders by order date or by last update, with a row for each item.

use super::table::Table;
use super::{Outcome, Report};
use crate::sections::documents::charset::Charset;
use crate::server::Server;
use crate::shop::{FulfilledBy, Order, Speed, Status};
use crate::time::dates;
use std::time::{Duration, SystemTime};

/// The longest range.
const LONGEST: Duration = Duration::from_secs(30 * 24 * 3600);

const COLUMNS: [&str; 30] = [
    "amazon-order-id",
    "merchant-order-id",
    "purchase-date",
    "last-updated-date",
    "order-status",
    "fulfillment-channel",
    "sales-channel",
    "order-channel",
    "ship-service-level",
    "product-name",
    "sku",
    "asin",
    "item-status",
    "quantity",
    "currency",
    "item-price",
    "item-tax",
    "shipping-price",
    "shipping-tax",
    "gift-wrap-price",
    "gift-wrap-tax",
    "item-promotion-discount",
    "ship-promotion-discount",
    "ship-city",
    "ship-state",
    "ship-postal-code",
    "ship-country",
    "promotion-ids",
    "is-business-order",
    "points-granted",
];

pub(super) fn by_order_date(report: &Report, server: &Server) -> Outcome {
    make(report, server, |order| order.created)
}

pub(super) fn by_last_update(report: &Report, server: &Server) -> Outcome {
    make(report, server, |order| order.updated)
}

fn make(report: &Report, server: &Server, time: fn(&Order) -> SystemTime) -> Outcome {
    if report.until.duration_since(report.from).unwrap_or_default() > LONGEST {
        return Outcome::Failed("The range from dataStartTime to dataEndTime is longer than 30 days.".into());
    }
    let mut orders: Vec<&Order> = server
        .shop
        .orders()
        .iter()
        .filter(|order| report.course.markets.contains(&order.market))
        .filter(|order| (report.from..=report.until).contains(&time(order)))
        .collect();
    orders.sort_by_key(|order| (time(order), &order.id));
    // Only Japan has the last column, points.
    let columns = if report.course.market().currency() == "JPY" { &COLUMNS[..] } else { &COLUMNS[..COLUMNS.len() - 1] };
    let mut table = Table::new(Charset::of(report.course.market()), columns);
    for order in orders {
        rows(&mut table, order);
    }
    if table.rows() == 0 { Outcome::NoData } else { Outcome::Document(table.finish()) }
}

fn rows(table: &mut Table, order: &Order) {
    let date = |time| dates::text(time).replace('Z', "+00:00");
    let (created, updated) = (date(order.created), date(order.updated));
    let status = match order.status {
        Status::PendingAvailability | Status::Pending => "Pending",
        Status::Unshipped | Status::Unfulfillable => "Unshipped",
        Status::PartiallyShipped => "Shipping",
        Status::Shipped => "Shipped",
        Status::Cancelled => "Cancelled",
    };
    // The report shows only the buyer's place.
    let buyer = order.known_buyer();
    for item in &order.items {
        let amount = |units| if order.has_amounts() { order.market.amount(units) } else { String::new() };
        let (quantity, business) = (item.quantity.to_string(), order.business.to_string());
        let (price, tax) = (amount(item.price), amount(item.tax));
        let (shipping, shipping_tax) = (amount(item.shipping), amount(item.shipping_tax));
        let discount = item.promotion.map_or_else(String::new, |promotion| amount(promotion.discount));
        let points = item.points.map_or_else(String::new, |points| points.to_string());
        let values: [&str; COLUMNS.len()] = [
            &order.id,
            order.seller_order_id.as_ref().unwrap_or(&order.id),
            created.as_str(),
            &updated,
            status,
            if order.fulfilled_by == FulfilledBy::Amazon { "Amazon" } else { "Merchant" },
            order.market.name,
            "",
            match order.speed {
                Speed::Standard => "Standard",
                Speed::Expedited => "Expedited",
                Speed::NextDay => "NextDay",
            },
            item.product.title,
            item.product.sku,
            item.product.asin,
            status,
            &quantity,
            if order.has_amounts() { order.market.currency() } else { "" },
            &price,
            &tax,
            &shipping,
            &shipping_tax,
            "",
            "",
            &discount,
            "",
            buyer.map_or("", |buyer| buyer.city),
            buyer.and_then(|buyer| buyer.region).unwrap_or_default(),
            buyer.map_or("", |buyer| &buyer.postal_code),
            buyer.map_or("", |_| order.market.marketplace.country_code()),
            item.promotion.map_or("", |promotion| promotion.id),
            &business,
            &points,
        ];
        table.row(&values);
    }
}
