//! Changes the price of an offer and nothing else, and shows what else changed.
//!
//! `change_price [SKU] [PRICE]`

use spapi_core::{Decimal, Marketplace};
use spapi_listings::Listings;
use std::error::Error;
use std::time::Duration;

const MARKETPLACE: Marketplace = Marketplace::JP;
const SELLER_ID: &str = "A1SELLER";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let sku = arguments.next().unwrap_or_else(|| "SENCHA-100".to_owned());
    let price: Decimal = arguments.next().unwrap_or_else(|| "1180".to_owned()).parse()?;
    let connection = spapi_examples::connect(MARKETPLACE).await?;
    let listings =
        Listings::new(&connection.client, SELLER_ID).polling(connection.poll_interval, Duration::from_secs(15));

    // ANCHOR: price
    let plan = listings.price(&sku, MARKETPLACE, price).plan().await?;
    println!("{sku}: {} {} before", plan.before().unwrap_or_default(), plan.currency());

    // Reads the listing again, sends the patch once, and reads the listing until it shows the price.
    let change = plan.apply().await?;
    println!("{sku}: {change}");
    for other in &change.others {
        println!("also changed: {other}");
    }
    // ANCHOR_END: price
    Ok(())
}
