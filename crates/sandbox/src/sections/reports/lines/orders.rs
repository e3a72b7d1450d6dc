//! Lines about orders: a line for each item.

use super::{Cell, Line, Lines, Source, of_product, warehouse};
use crate::shop::{FulfilledBy, Item, Order, Payment, Speed, Status};
use std::time::{Duration, SystemTime};

/// How far back the report on unshipped orders reaches, for any range.
const REACH: Duration = Duration::from_secs(38 * 24 * 3600);

pub(in super::super) fn by_order_date(source: Source<'_>) -> Lines<'_> {
    Ok(all(source, |order| order.created))
}

pub(in super::super) fn by_last_update(source: Source<'_>) -> Lines<'_> {
    Ok(all(source, |order| order.updated))
}

/// Orders that the seller still has to ship, with their recipients.
pub(in super::super) fn unshipped(source: Source<'_>) -> Lines<'_> {
    let now = source.server.clock.now();
    let shows_channel = source.report.choice("ShowSalesChannel", &[("true", true), ("false", false)], false)?;
    let is_open = move |order: &Order| {
        order.created + REACH >= now
            && order.fulfilled_by == FulfilledBy::Merchant
            && matches!(order.status, Status::Unshipped | Status::PartiallyShipped)
    };
    let items = sorted(source, |order| order.created, is_open)
        .flat_map(|order| order.items.iter().map(move |item| (order, item)))
        .filter(|(_, item)| item.shipped < item.quantity);
    Ok(Box::new(items.map(move |(order, item)| {
        let mut line = line(order, item);
        if !shows_channel {
            line.remove("sales_channel");
        }
        let late = now.duration_since(order.ship_by.1).map_or(0, |late| late.as_secs() / (24 * 3600));
        line.extend([
            ("reporting_date", now.into()),
            ("promise_date", order.ship_by.1.into()),
            ("days_past_promise", late.into()),
            ("verge_of_cancellation", (late > 20).into()),
            ("verge_of_late_shipment", (late > 0).into()),
        ]);
        line
    })))
}

/// What Amazon has shipped.
pub(in super::super) fn shipments(source: Source<'_>) -> Lines<'_> {
    Ok(Box::new(shipped_items(source).map(|(order, item)| {
        let mut line = line(order, item);
        line.insert("fulfillment_channel", "AFN".into());
        // The report shows only the buyer's place.
        for field in
            ["buyer_email", "buyer_name", "buyer_phone_number", "recipient_name", "ship_address_1", "ship_address_2"]
        {
            line.insert(field, Cell::Blank);
        }
        line
    })))
}

/// The discounts on what Amazon has shipped.
pub(in super::super) fn promotions(source: Source<'_>) -> Lines<'_> {
    let items = shipped_items(source);
    Ok(Box::new(items.filter_map(|(order, item)| {
        let promotion = item.promotion?;
        let mut line = line(order, item);
        line.extend([
            ("item_promotion_id", promotion.id.into()),
            ("description", promotion.id.into()),
            ("promotion_rule_value", "5".into()),
        ]);
        Some(line)
    })))
}

/// The items that Amazon has shipped in the report's range.
fn shipped_items(source: Source<'_>) -> impl Iterator<Item = (&Order, &Item)> {
    let is_shipped = move |order: &Order| {
        order.fulfilled_by == FulfilledBy::Amazon && order.status == Status::Shipped && source.covers(order.updated)
    };
    sorted(source, |order| order.updated, is_shipped)
        .flat_map(|order| order.items.iter().map(move |item| (order, item)))
}

fn all(source: Source<'_>, time: fn(&Order) -> SystemTime) -> Box<dyn Iterator<Item = Line<'_>> + '_> {
    let orders = sorted(source, time, move |order| source.covers(time(order)));
    Box::new(orders.flat_map(|order| order.items.iter().map(move |item| line(order, item))))
}

/// The orders of the report's marketplaces that the condition holds for, by time.
pub(in super::super) fn sorted<'a>(
    source: Source<'a>,
    time: fn(&Order) -> SystemTime,
    is_wanted: impl Fn(&Order) -> bool,
) -> std::vec::IntoIter<&'a Order> {
    let course = &source.report.course;
    let orders = source.server.shop.orders().filter(|order| course.markets.contains(&order.market));
    let mut orders: Vec<&Order> = orders.filter(|order| is_wanted(order)).collect();
    orders.sort_by_key(|order| (time(order), &order.id));
    orders.into_iter()
}

/// The status of an order in reports.
pub(in super::super) fn status(order: &Order) -> &'static str {
    match order.status {
        Status::PendingAvailability | Status::Pending => "Pending",
        Status::Unshipped | Status::Unfulfillable => "Unshipped",
        Status::PartiallyShipped => "Shipping",
        Status::Shipped => "Shipped",
        Status::Cancelled => "Cancelled",
    }
}

/// The shipping speed of an order in reports.
pub(in super::super) fn service(order: &Order) -> &'static str {
    match order.speed {
        Speed::Standard => "Standard",
        Speed::Expedited => "Expedited",
        Speed::NextDay => "NextDay",
    }
}

/// An item of an order.
fn line<'a>(order: &'a Order, item: &'a Item) -> Line<'a> {
    let amount = |units| if order.has_amounts() { Cell::Amount(units) } else { Cell::Blank };
    let by_amazon = order.fulfilled_by == FulfilledBy::Amazon;
    let mut line = of_product(item.product);
    line.extend([
        ("order_id", Cell::from(&order.id)),
        ("amazon_order_id", Cell::from(&order.id)),
        ("merchant_order_id", order.seller_order_id.as_ref().unwrap_or(&order.id).into()),
        ("order_item_id", Cell::from(&item.id)),
        ("amazon_order_item_id", Cell::from(&item.id)),
        ("merchant_order_item_id", Cell::Blank),
        ("purchase_date", order.created.into()),
        ("payments_date", order.created.into()),
        ("last_updated_date", order.updated.into()),
        ("reporting_date", order.updated.into()),
        ("order_status", status(order).into()),
        ("item_status", status(order).into()),
        ("sales_channel", order.market.name.into()),
        ("order_channel", Cell::Blank),
        ("ship_service_level", service(order).into()),
        ("quantity", item.quantity.into()),
        ("currency", if order.has_amounts() { order.market.currency().into() } else { Cell::Blank }),
        ("item_price", amount(item.price)),
        ("item_tax", amount(item.tax)),
        ("shipping_price", amount(item.shipping)),
        ("shipping_tax", amount(item.shipping_tax)),
        ("gift_wrap_price", Cell::Blank),
        ("gift_wrap_tax", Cell::Blank),
        ("item_promotion_discount", item.promotion.map_or(Cell::Blank, |promotion| amount(promotion.discount))),
        ("ship_promotion_discount", Cell::Blank),
        ("promotion_ids", item.promotion.map(|promotion| promotion.id).into()),
        ("is_business_order", order.business.into()),
        ("is_prime", order.prime.into()),
    ]);
    // Only Japan has points.
    if order.market.currency() == "JPY" {
        line.insert("points_granted", item.points.filter(|_| order.has_amounts()).into());
    }
    line.extend(if by_amazon { shipment(order, item) } else { open(order, item) });
    line.insert("fulfillment_channel", if by_amazon { "Amazon" } else { "Merchant" }.into());
    line.extend(recipient(order));
    line
}

/// What Amazon's shipment adds.
fn shipment<'a>(order: &'a Order, item: &'a Item) -> Line<'a> {
    // The last digits of an item's id are those of its shipment.
    let number = item.id.get(5..).unwrap_or(&item.id);
    Line::from([
        ("shipment_id", format!("D{number}").into()),
        ("shipment_item_id", format!("S{number}").into()),
        ("shipment_date", order.updated.into()),
        ("quantity_shipped", item.shipped.into()),
        ("carrier", "AMZN_LOGISTICS".into()),
        ("tracking_number", format!("TBA{number}").into()),
        ("estimated_arrival_date", order.deliver_by.1.into()),
        ("fulfillment_center_id", warehouse(order.market).into()),
    ])
}

/// What the seller's shipment adds.
fn open<'a>(order: &Order, item: &Item) -> Line<'a> {
    let payment = match order.payment {
        Payment::CreditCard => "Standard",
        Payment::CashOnDelivery => "COD",
        Payment::ConvenienceStore => "CVS",
        Payment::Invoice => "Invoice",
    };
    Line::from([
        ("quantity_purchased", item.quantity.into()),
        ("quantity_shipped", item.shipped.into()),
        ("quantity_to_ship", (item.quantity - item.shipped).into()),
        ("payment_method", payment.into()),
    ])
}

/// The buyer and the address. The columns of a report decide what it shows of them.
fn recipient(order: &Order) -> Line<'_> {
    let buyer = order.known_buyer();
    let text = |text: fn(&crate::shop::Buyer) -> &str| Cell::from(buyer.map(text));
    Line::from([
        ("buyer_email", text(|buyer| &buyer.email)),
        ("buyer_name", text(|buyer| &buyer.name)),
        ("buyer_phone_number", text(|buyer| &buyer.phone)),
        ("recipient_name", text(|buyer| &buyer.name)),
        ("ship_address_1", text(|buyer| &buyer.street)),
        ("ship_address_2", text(|buyer| buyer.building.as_deref().unwrap_or_default())),
        ("ship_city", text(|buyer| buyer.city)),
        ("ship_state", text(|buyer| buyer.region.unwrap_or_default())),
        ("ship_postal_code", text(|buyer| &buyer.postal_code)),
        ("ship_country", buyer.map(|_| order.market.marketplace.country_code()).into()),
    ])
}
