//! Lists the orders of a seller in Japan, all pages.

use spapi_core::Marketplace;
use spapi_orders::v2026_01_01::Orders;
use std::error::Error;
use std::time::{Duration, SystemTime};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let connection = spapi_examples::connect(Marketplace::JP).await?;
    let last_week = SystemTime::now() - Duration::from_secs(7 * 24 * 3600);

    // ANCHOR: items
    let search =
        Orders::new(&connection.client).search_orders().marketplace_ids([Marketplace::JP]).created_after(last_week);
    let mut orders = search.items();
    while let Some(order) = orders.try_next().await? {
        println!("{}\t{}\t{} items", order.order_id, order.created_time.unwrap_or_default(), order.order_items.len());
    }
    // ANCHOR_END: items
    Ok(())
}
