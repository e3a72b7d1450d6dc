//! Has Amazon ship an order from another shop out of the seller's stock (multi-channel fulfillment): asks what it costs, then
//! orders.
//!
//! `ship_order [SKU]`

use spapi_core::Marketplace;
use spapi_fulfillment_outbound::v2020_07_01::{FulfillmentOutbound, types};
use std::error::Error;
use std::time::SystemTime;

const MARKETPLACE: Marketplace = Marketplace::JP;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let connection = spapi_examples::connect(MARKETPLACE).await?;
    let sku = match std::env::args().nth(1) {
        Some(sku) => sku,
        None => spapi_examples::stocked_sku(&connection.client, MARKETPLACE).await?,
    };
    let outbound = FulfillmentOutbound::new(&connection.client);
    let address = types::Address::new("4-5-6 Honmachi", "JP", "A Buyer", "540-0000").city("Osaka");

    let item = types::GetFulfillmentPreviewItem::new(1, "line-1", &sku);
    let preview = types::GetFulfillmentPreviewRequest::new(address.clone(), [item]).marketplace_id(MARKETPLACE);
    let previews = outbound.get_fulfillment_preview(preview).send().await?.payload()?;
    for preview in previews.fulfillment_previews {
        let fees = preview
            .estimated_fees
            .iter()
            .map(|fee| format!("{} {}", fee.amount.value.unwrap_or_default(), fee.amount.currency_code));
        println!("{}\t{}", preview.shipping_speed_category, fees.collect::<Vec<_>>().join(" + "));
    }

    // Amazon refuses an id that it has already, so a repeated program does not ship twice.
    let id = "web-shop-1001";
    let order = types::CreateFulfillmentOrderRequest::new(
        address,
        "Thank you for your order.",
        SystemTime::now(),
        id,
        [types::CreateFulfillmentOrderItem::new(1, "line-1", &sku)],
        id,
        types::ShippingSpeedCategory::Standard,
    );
    outbound.create_fulfillment_order(order.marketplace_id(MARKETPLACE)).send().await?;
    let made = outbound.get_fulfillment_order(id).send().await?.payload()?;
    println!("{id}\t{}", made.fulfillment_order.fulfillment_order_status);
    Ok(())
}
