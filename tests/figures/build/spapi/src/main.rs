//! Prints the ids of a seller's orders.

use spapi_core::{Client, Credentials, Marketplace};
use spapi_orders::v2026_01_01::Orders;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = Client::builder(Marketplace::JP).credentials(Credentials::from_env()?).build()?;
    let search = Orders::new(&client).search_orders();
    let mut orders = search.marketplace_ids([Marketplace::JP]).created_after("2026-01-01T00:00:00Z").items();
    while let Some(order) = orders.try_next().await? {
        println!("{}", order.order_id);
    }
    Ok(())
}
