//! Reads the first page of a list and goes on with the others later, as another process would.

use spapi_core::Marketplace;
use spapi_orders::v2026_01_01::Orders;
use std::error::Error;
use std::time::{Duration, SystemTime};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let connection = spapi_examples::connect(Marketplace::JP).await?;
    let orders = Orders::new(&connection.client);
    let last_month = SystemTime::now() - Duration::from_secs(30 * 24 * 3600);

    // ANCHOR: pages
    let search =
        || orders.search_orders().marketplace_ids([Marketplace::JP]).created_after(last_month).max_results_per_page(20);
    let mut pages = search().pages();
    let first = pages.try_next().await?.map_or(0, |page| page.orders.len());
    println!("first page: {first} orders");

    // Keep the token where the orders are kept, once they are there.
    let Some(token) = pages.next_token().map(str::to_owned) else { return Ok(()) };

    // Later, with the same arguments: a token belongs to its query.
    let mut others = search().pagination_token(token).items();
    let mut count = 0;
    while others.try_next().await?.is_some() {
        count += 1;
    }
    println!("other pages: {count} orders");
    // ANCHOR_END: pages
    Ok(())
}
