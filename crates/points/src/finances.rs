//! The events of Finances that are about points.
#![allow(deprecated, reason = "the newer version does not say what points cost")]

use crate::movement::{Meaning, Movement};
use spapi_finances::v0::types::{Currency, FinancialEvents, ShipmentEvent, ShipmentItem};

/// What points cost and gave back in events of Finances v0: those of shipments, refunds, guarantee claims and chargebacks.
///
/// The list of settled shipments (`ShipmentSettleEventList`) repeats shipments, and does not count.
pub fn movements(events: &FinancialEvents) -> impl Iterator<Item = Movement> {
    let lists = [
        &events.shipment_event_list,
        &events.refund_event_list,
        &events.guarantee_claim_event_list,
        &events.chargeback_event_list,
    ];
    lists.into_iter().flatten().flat_map(|event| {
        let items = event.shipment_item_list.iter().chain(&event.shipment_item_adjustment_list);
        items.flat_map(move |item| {
            let granted = movement(event, item, Meaning::Granted, item.cost_of_points_granted.as_ref());
            granted.into_iter().chain(movement(event, item, Meaning::Returned, item.cost_of_points_returned.as_ref()))
        })
    })
}

fn movement(event: &ShipmentEvent, item: &ShipmentItem, meaning: Meaning, cost: Option<&Currency>) -> Option<Movement> {
    let cost = cost?;
    let movement = Movement::new(event.amazon_order_id.clone().unwrap_or_default(), meaning, cost.currency_amount?);
    let movement = movement.sku(item.seller_sku.clone().unwrap_or_default());
    let movement = movement.currency(cost.currency_code.clone().unwrap_or_default());
    Some(movement.posted(event.posted_date.clone().unwrap_or_default()))
}
