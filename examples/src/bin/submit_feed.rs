//! Sets the stock of a listing with a feed, waits until Amazon has processed it, and reads the processing report.
//!
//! `submit_feed [SKU] [QUANTITY]`

use serde_json::json;
use spapi_core::Marketplace;
use spapi_jobs::{Feeds, ListingsFeed, ListingsMessage, ListingsPatch};
use std::error::Error;
use std::time::Duration;

const MARKETPLACE: Marketplace = Marketplace::JP;
const SELLER_ID: &str = "A1SELLER";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let sku = arguments.next().unwrap_or_else(|| "茶器-急須01".to_owned());
    let quantity: u32 = arguments.next().map_or(Ok(5), |text| text.parse())?;
    let connection = spapi_examples::connect(MARKETPLACE).await?;
    let feeds = Feeds::new(&connection.client).polling(connection.poll_interval, Duration::from_secs(60));

    // ANCHOR: feed
    let stock = json!([{ "fulfillment_channel_code": "DEFAULT", "quantity": quantity }]);
    let patch = ListingsPatch::replace("fulfillment_availability", stock)?;
    let messages = [ListingsMessage::patch(&sku, "PRODUCT", [patch])?];

    // More than 25,000 messages, or 10 MiB, become several feeds.
    for part in ListingsFeed::new(SELLER_ID).issue_locale("ja_JP").parts(messages) {
        let mut job = feeds.submit_listings([MARKETPLACE], part?).job()?;
        while let Some(state) = job.try_next().await? {
            eprintln!("{state}");
        }
        // Amazon may refuse single messages of a feed that it has processed. The report names them.
        let report = job.await?.result()?.report().await?;
        let count = |number: Option<u64>| number.unwrap_or_default();
        println!(
            "{sku}: {} messages accepted, {} refused",
            count(report.totals.accepted),
            count(report.totals.invalid)
        );
        for issue in report.issues {
            println!("{} {}: {}", issue.severity, issue.sku.unwrap_or_default(), issue.message);
        }
    }
    // ANCHOR_END: feed
    Ok(())
}
