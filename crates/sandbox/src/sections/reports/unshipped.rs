//! Orders that the seller still has to ship, with their recipients.

use super::table::Table;
use super::{Outcome, Report};
use crate::sections::documents::charset::Charset;
use crate::server::Server;
use crate::shop::{FulfilledBy, Order, Status};
use crate::time::dates;
use std::time::Duration;

/// How far back the report reaches, for any range.
const REACH: Duration = Duration::from_secs(38 * 24 * 3600);

const COLUMNS: [&str; 21] = [
    "order-id",
    "order-item-id",
    "purchase-date",
    "promise-date",
    "buyer-email",
    "buyer-name",
    "buyer-phone-number",
    "sku",
    "product-name",
    "quantity-purchased",
    "quantity-shipped",
    "quantity-to-ship",
    "recipient-name",
    "ship-address-1",
    "ship-address-2",
    "ship-city",
    "ship-state",
    "ship-postal-code",
    "ship-country",
    "is-business-order",
    "sales-channel",
];

pub(super) fn make(report: &Report, server: &Server) -> Outcome {
    let now = server.clock.now();
    let mut orders: Vec<&Order> = server
        .shop
        .orders()
        .iter()
        .filter(|order| report.course.markets.contains(&order.market) && order.created + REACH >= now)
        .filter(|order| order.fulfilled_by == FulfilledBy::Merchant)
        .filter(|order| matches!(order.status, Status::Unshipped | Status::PartiallyShipped))
        .collect();
    orders.sort_by_key(|order| (order.created, &order.id));
    let shows_channel = match report.choice("ShowSalesChannel", &[("true", true), ("false", false)], false) {
        Ok(shows) => shows,
        Err(problem) => return Outcome::Failed(problem),
    };
    let columns = if shows_channel { &COLUMNS[..] } else { &COLUMNS[..COLUMNS.len() - 1] };
    let mut table = Table::new(Charset::of(report.course.market()), columns);
    for order in orders {
        rows(&mut table, order);
    }
    if table.rows() == 0 { Outcome::NoData } else { Outcome::Document(table.finish()) }
}

fn rows(table: &mut Table, order: &Order) {
    let buyer = &order.buyer;
    let (created, promised) = (dates::text(order.created), dates::text(order.ship_by.1));
    for item in order.items.iter().filter(|item| item.shipped < item.quantity) {
        let [ordered, shipped, open] =
            [item.quantity, item.shipped, item.quantity - item.shipped].map(|n| n.to_string());
        let business = order.business.to_string();
        let values: [&str; COLUMNS.len()] = [
            order.id.as_str(),
            &item.id,
            &created,
            &promised,
            &buyer.email,
            &buyer.name,
            &buyer.phone,
            item.product.sku,
            item.product.title,
            &ordered,
            &shipped,
            &open,
            &buyer.name,
            &buyer.street,
            buyer.building.as_deref().unwrap_or_default(),
            buyer.city,
            buyer.region.unwrap_or_default(),
            &buyer.postal_code,
            order.market.marketplace.country_code(),
            &business,
            order.market.name,
        ];
        table.row(&values);
    }
}
