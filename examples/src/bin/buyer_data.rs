//! Reads the name and address of an order's buyer, with a restricted data token.
//!
//! The application needs the role Direct-to-Consumer Shipping for it. Do not log what you read here.

use spapi_core::{DataElement, Marketplace};
use spapi_orders::v0::Orders;
use std::error::Error;
use std::time::{Duration, SystemTime};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let connection = spapi_examples::connect(Marketplace::JP).await?;
    let orders = Orders::new(&connection.client);
    let last_week = SystemTime::now() - Duration::from_secs(7 * 24 * 3600);

    // One restricted data token serves all pages of a list. The client creates and renews it.
    let mut unshipped = orders
        .get_orders()
        .marketplace_ids([Marketplace::JP])
        .created_after(spapi_core::DateTime::from(last_week).to_string())
        .order_statuses(["Unshipped"])
        .restricted([DataElement::ShippingAddress])
        .items();
    let mut first = None;
    while let Some(order) = unshipped.try_next().await? {
        let address = order.shipping_address.unwrap_or_default();
        println!("{} goes to {}", order.amazon_order_id, address.name.unwrap_or_default());
        first = first.or(Some(order.amazon_order_id));
    }

    // Without `.restricted()`, Amazon refuses this operation.
    let Some(id) = first else { return Ok(()) };
    let answer = orders.get_order_address(id).restricted().send().await?;
    let address = answer.payload.as_ref().and_then(|payload| payload.shipping_address.clone()).unwrap_or_default();
    println!("{} {}", address.postal_code.unwrap_or_default(), address.address_line1.unwrap_or_default());
    Ok(())
}
