//! Follows the orders that Amazon ships for other shops: their status, their packages, and where those are.
//!
//! `track_order [ORDER]`; without an id, the orders of the last 30 days

use spapi_core::{Client, Marketplace};
use spapi_fulfillment_outbound::v2020_07_01::{FulfillmentOutbound, types};
use std::error::Error;
use std::time::{Duration, SystemTime};

const MARKETPLACE: Marketplace = Marketplace::JP;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let connection = spapi_examples::connect(MARKETPLACE).await?;
    let outbound = FulfillmentOutbound::new(&connection.client);
    if connection.is_sandbox() {
        // A new sandbox has no orders of other shops. This one is a day old when it is tracked.
        order(&connection.client).await?;
        connection.pass(Duration::from_secs(24 * 3600));
    }

    let mut ids: Vec<String> = std::env::args().skip(1).take(1).collect();
    if ids.is_empty() {
        let since = SystemTime::now() - Duration::from_secs(30 * 24 * 3600);
        let mut orders = outbound.list_all_fulfillment_orders().query_start_date(since).items();
        while let Some(order) = orders.try_next().await? {
            ids.push(order.seller_fulfillment_order_id);
        }
    }
    for id in ids {
        let found = outbound.get_fulfillment_order(&id).send().await?.payload()?;
        println!("{id}\t{}", found.fulfillment_order.fulfillment_order_status);
        let packages = found.fulfillment_shipments.iter().flat_map(|shipment| &shipment.fulfillment_shipment_package);
        for number in packages.filter_map(|package| package.package_number) {
            let tracked = outbound.get_package_tracking_details().package_number(number).send().await?.payload()?;
            let status = tracked.current_status.map(|status| status.to_string()).unwrap_or_default();
            println!(
                "package {number}\t{} {}\t{status}\t{}",
                tracked.carrier_code.unwrap_or_default(),
                tracked.tracking_number.unwrap_or_default(),
                tracked.estimated_arrival_date.unwrap_or_default()
            );
        }
    }
    Ok(())
}

/// Orders a unit of something that Amazon's warehouses hold, as `ship_order` does.
async fn order(client: &Client) -> Result<(), Box<dyn Error>> {
    let sku = spapi_examples::stocked_sku(client, MARKETPLACE).await?;
    let order = types::CreateFulfillmentOrderRequest::new(
        types::Address::new("4-5-6 Honmachi", "JP", "A Buyer", "540-0000").city("Osaka"),
        "Thank you for your order.",
        SystemTime::now(),
        "web-shop-1002",
        [types::CreateFulfillmentOrderItem::new(1, "line-1", sku)],
        "web-shop-1002",
        types::ShippingSpeedCategory::Standard,
    );
    FulfillmentOutbound::new(client).create_fulfillment_order(order.marketplace_id(MARKETPLACE)).send().await?;
    Ok(())
}
