//! Shows what Amazon's warehouses hold, and sets the stock of a listing that the seller ships.
//!
//! `manage_stock [SKU] [QUANTITY]`

use spapi_core::Marketplace;
use spapi_fba_inventory::v1::{FbaInventory, types::GetInventorySummariesGranularityType};
use spapi_listings::Listings;
use std::error::Error;
use std::time::Duration;

const MARKETPLACE: Marketplace = Marketplace::JP;
const SELLER_ID: &str = "A1SELLER";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let sku = arguments.next().unwrap_or_else(|| "茶器-急須01".to_owned());
    let quantity: u64 = arguments.next().map_or(Ok(5), |text| text.parse())?;
    let connection = spapi_examples::connect(MARKETPLACE).await?;

    let summaries = FbaInventory::new(&connection.client)
        .get_inventory_summaries()
        .granularity_type(GetInventorySummariesGranularityType::Marketplace)
        .granularity_id(MARKETPLACE)
        .marketplace_ids([MARKETPLACE])
        .details(true);
    let mut summaries = summaries.items();
    while let Some(item) = summaries.try_next().await? {
        let details = item.inventory_details.unwrap_or_default();
        let (ready, coming) = (details.fulfillable_quantity, details.inbound_shipped_quantity);
        println!(
            "{}\t{} ready\t{} on the way",
            item.seller_sku.unwrap_or_default(),
            ready.unwrap_or_default(),
            coming.unwrap_or_default()
        );
    }

    // ANCHOR: quantity
    // Reads the listing, changes nothing but the quantity, and reads the listing until it shows it.
    let listings =
        Listings::new(&connection.client, SELLER_ID).polling(connection.poll_interval, Duration::from_secs(15));
    let change = listings.quantity(&sku, MARKETPLACE, quantity).plan().await?.apply().await?;
    println!("{sku}: {change}");
    // ANCHOR_END: quantity
    Ok(())
}
