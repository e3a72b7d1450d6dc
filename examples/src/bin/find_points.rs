//! Finds the Amazon Points of a product's offers in Japan.
//!
//! `find_points [SKU]`

use spapi_core::{Marketplace, Method, Value};
use std::error::Error;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let sku = std::env::args().nth(1).unwrap_or_else(|| "SENCHA-100".to_owned());
    let connection = spapi_examples::connect(Marketplace::JP).await?;

    // ANCHOR: find
    let request = connection
        .client
        .request(Method::GET, "/products/pricing/v0/listings/{SellerSKU}/offers")
        .path("SellerSKU", &sku)
        .query("MarketplaceId", Marketplace::JP.id())
        .query("ItemCondition", "New");
    let answer: Value = request.send().await?.json()?;

    // The same function finds them in orders, finances, notifications and archives.
    for found in spapi_points::find(&answer) {
        println!("{}\t{} points", found.pointer, found.points.number.unwrap_or_default());
    }
    // ANCHOR_END: find
    Ok(())
}
