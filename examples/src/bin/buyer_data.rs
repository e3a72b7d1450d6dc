//! Reads the names and addresses of buyers: in Orders v0 with a restricted data token, in 2026-01-01 by `includedData`.
//!
//! Both need the application's role Direct-to-Consumer Shipping. Do not log what you read here.
#![expect(
    deprecated,
    reason = "of the two versions of orders, only v0 has restricted data tokens; Amazon retires it in 2027"
)]

use spapi_core::{DataElement, DateTime, Marketplace};
use spapi_orders::{v0, v2026_01_01};
use std::error::Error;
use std::time::{Duration, SystemTime};
use v2026_01_01::types::GetOrderIncludedData;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let connection = spapi_examples::connect(Marketplace::JP).await?;
    let last_week = SystemTime::now() - Duration::from_secs(7 * 24 * 3600);

    // ANCHOR: token
    // The client creates one restricted data token for all pages, and renews it.
    let mut unshipped = v0::Orders::new(&connection.client)
        .get_orders()
        .marketplace_ids([Marketplace::JP])
        .created_after(DateTime::from(last_week).to_string())
        .order_statuses(["Unshipped"])
        .restricted([DataElement::ShippingAddress])
        .items();
    let mut ids = Vec::new();
    while let Some(order) = unshipped.try_next().await? {
        let address = order.shipping_address.unwrap_or_default();
        println!("v0\t{}\t{}", order.amazon_order_id, address.name.unwrap_or_default());
        ids.push(order.amazon_order_id);
    }
    // ANCHOR_END: token

    // ANCHOR: included
    // This version has no such token: the application's roles decide what the answer holds.
    let orders = v2026_01_01::Orders::new(&connection.client);
    for id in ids.iter().take(3) {
        let answer = orders.get_order(id).included_data([GetOrderIncludedData::Recipient]).send().await?;
        let recipient = answer.order.recipient.clone().unwrap_or_default();
        let address = recipient.delivery_address.unwrap_or_default();
        println!("2026-01-01\t{id}\t{}", address.name.unwrap_or_default());
    }
    // ANCHOR_END: included
    Ok(())
}
