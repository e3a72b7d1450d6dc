//! Lines about what follows a sale: returns, replacements, removals, reimbursements and feedback.

use super::orders::sorted;
use super::{Cell, Line, Lines, Source, of_product, warehouse};
use crate::shop::{Condition, FulfilledBy, Item, Order, Return};
use crate::time::calendar;
use std::time::SystemTime;

/// What came back to Amazon's warehouses.
pub(in super::super) fn to_amazon(source: Source<'_>) -> Lines<'_> {
    let returned = returned(source, FulfilledBy::Amazon, |returned| Some(returned.received));
    Ok(Box::new(returned.map(|(order, item, returned)| {
        let mut line = base(order, item, returned);
        line.extend([
            ("return_date", returned.received.into()),
            ("fulfillment_center_id", Cell::from(warehouse(order.market))),
            ("detailed_disposition", disposition(returned).into()),
            ("reason", returned.reason.into()),
            (
                "status",
                if returned.reimbursed().is_some() { "Reimbursed" } else { "Unit returned to inventory" }.into(),
            ),
            ("license_plate_number", format!("LPN{:010}", returned.number).into()),
            ("customer_comments", Cell::Blank),
        ]);
        line
    })))
}

/// What came back to the seller.
pub(in super::super) fn to_seller(source: Source<'_>) -> Lines<'_> {
    let returned = returned(source, FulfilledBy::Merchant, |returned| Some(returned.requested));
    Ok(Box::new(returned.map(|(order, item, returned)| {
        let mut line = base(order, item, returned);
        line.extend([
            ("order_date", calendar::day(order.created).into()),
            ("return_request_date", calendar::day(returned.requested).into()),
            ("return_request_status", Cell::from("Approved")),
            ("amazon_rma_id", format!("D{:010}RRMA", returned.number).into()),
            ("label_type", "AmazonUnPaidLabel".into()),
            ("label_cost", Cell::Amount(0)),
            ("currency_code", order.market.currency().into()),
            ("label_to_be_paid_by", "Customer".into()),
            ("a_to_z_claim", false.into()),
            ("is_prime", order.prime.into()),
            ("return_quantity", returned.quantity.into()),
            ("return_reason", returned.reason.into()),
            ("in_policy", true.into()),
            ("return_type", "C-Returns".into()),
            ("resolution", "StandardRefund".into()),
            ("return_delivery_date", calendar::day(returned.received).into()),
            ("order_amount", Cell::Amount(order.total())),
            ("order_quantity", order.items.iter().map(|item| item.quantity).sum::<u32>().into()),
            ("refunded_amount", Cell::Amount(item.price + item.tax_on_top(order.market))),
            ("category", "Kitchen".into()),
        ]);
        line
    })))
}

/// What Amazon sent instead of a returned item.
pub(in super::super) fn replacements(source: Source<'_>) -> Lines<'_> {
    let returned = returned(source, FulfilledBy::Amazon, |returned| Some(returned.received));
    Ok(Box::new(returned.filter_map(|(order, item, returned)| {
        let replacement = returned.replacement.as_ref()?;
        let mut line = base(order, item, returned);
        line.extend([
            ("shipment_date", returned.received.into()),
            ("fulfillment_center_id", Cell::from(warehouse(order.market))),
            ("original_fulfillment_center_id", warehouse(order.market).into()),
            ("replacement_reason_code", 1_u32.into()),
            ("replacement_amazon_order_id", replacement.into()),
            ("original_amazon_order_id", Cell::from(&order.id)),
        ]);
        Some(line)
    })))
}

/// The removals of unsellable units. A removal is finished at once, so that its order and its shipment agree.
pub(in super::super) fn removals(source: Source<'_>) -> Lines<'_> {
    let removed = returned(source, FulfilledBy::Amazon, Return::removed);
    Ok(Box::new(removed.map(|(order, item, returned)| {
        let at = returned.removed();
        let mut line = base(order, item, returned);
        line.extend([
            ("request_date", Cell::from(at)),
            ("shipment_date", at.into()),
            ("last_updated_date", at.into()),
            ("order_id", format!("RMV{:010}", returned.number).into()),
            ("order_source", "Seller-initiated Manual Removal".into()),
            ("order_type", "Return".into()),
            ("removal_order_type", "Return".into()),
            ("service_speed", "Standard".into()),
            ("order_status", "Completed".into()),
            ("disposition", "Unsellable".into()),
            ("requested_quantity", returned.quantity.into()),
            ("cancelled_quantity", 0_u32.into()),
            ("disposed_quantity", 0_u32.into()),
            ("shipped_quantity", returned.quantity.into()),
            ("in_process_quantity", 0_u32.into()),
            ("removal_fee", Cell::Amount(0)),
            ("currency", order.market.currency().into()),
            ("carrier", "UPS".into()),
            ("tracking_number", format!("1Z{:010}", returned.number).into()),
        ]);
        line
    })))
}

/// What Amazon paid for damaged units.
pub(in super::super) fn reimbursements(source: Source<'_>) -> Lines<'_> {
    let reimbursed = returned(source, FulfilledBy::Amazon, Return::reimbursed);
    Ok(Box::new(reimbursed.map(|(order, item, returned)| {
        let mut line = base(order, item, returned);
        line.extend([
            ("approval_date", Cell::from(returned.reimbursed())),
            ("reimbursement_id", returned.number.to_string().into()),
            ("case_id", Cell::Blank),
            ("reason", "Damaged_Warehouse".into()),
            ("condition", "NewItem".into()),
            ("currency_unit", order.market.currency().into()),
            ("amount_per_unit", Cell::Amount(item.price / i64::from(returned.quantity.max(1)))),
            ("amount_total", Cell::Amount(item.price)),
            ("quantity_reimbursed_cash", returned.quantity.into()),
            ("quantity_reimbursed_inventory", 0_u32.into()),
            ("quantity_reimbursed_total", returned.quantity.into()),
        ]);
        line
    })))
}

/// The buyers' opinions on the seller.
pub(in super::super) fn feedback(source: Source<'_>) -> Lines<'_> {
    let is_rated = move |order: &Order| order.feedback.as_ref().is_some_and(|feedback| source.covers(feedback.at));
    let orders =
        sorted(source, |order| order.feedback.as_ref().map_or(order.updated, |feedback| feedback.at), is_rated);
    Ok(Box::new(orders.filter_map(|order| {
        let feedback = order.feedback.as_ref()?;
        Some(Line::from([
            ("date", calendar::day(feedback.at).into()),
            ("rating", feedback.rating.into()),
            ("comments", Cell::from(if feedback.rating > 3 { "+" } else { "-" })),
            ("response", Cell::Blank),
            ("order_id", Cell::from(&order.id)),
            ("rater_email", Cell::from(&order.buyer.email)),
        ]))
    })))
}

/// The returns whose time is in the report's range, in order.
fn returned(
    source: Source<'_>,
    to: FulfilledBy,
    time: fn(&Return) -> Option<SystemTime>,
) -> impl Iterator<Item = (&Order, &Item, &Return)> {
    let is_wanted = move |order: &Order| {
        order.fulfilled_by == to && order.returned.as_ref().and_then(time).is_some_and(|time| source.covers(time))
    };
    let by_arrival = |order: &Order| order.returned.as_ref().map_or(order.updated, |returned| returned.received);
    sorted(source, by_arrival, is_wanted)
        .filter_map(|order| order.return_of_item().map(|(item, returned)| (order, item, returned)))
}

fn base<'a>(order: &'a Order, item: &'a Item, returned: &'a Return) -> Line<'a> {
    let mut line = of_product(item.product);
    line.extend([
        ("order_id", Cell::from(&order.id)),
        ("amazon_order_id", Cell::from(&order.id)),
        ("quantity", returned.quantity.into()),
        ("fnsku", item.product.fnsku().into()),
    ]);
    line
}

/// The condition of returned units in reports.
pub(in super::super) fn disposition(returned: &Return) -> &'static str {
    match returned.condition {
        Condition::Sellable => "SELLABLE",
        Condition::Defective => "DEFECTIVE",
        Condition::CarrierDamaged => "CARRIER_DAMAGED",
    }
}
