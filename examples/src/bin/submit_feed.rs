//! Sets the stock of a listing with a feed: creates a document, uploads it, creates the feed, waits, and reads the result.
//!
//! `submit_feed [SKU] [QUANTITY]`

use serde_json::json;
use spapi_core::Marketplace;
use spapi_feeds::v2021_06_30::Feeds;
use spapi_feeds::v2021_06_30::types::{CreateFeedDocumentSpecification, CreateFeedSpecification, FeedProcessingStatus};
use std::error::Error;

const FEED_TYPE: &str = "JSON_LISTINGS_FEED";
const CONTENT_TYPE: &str = "application/json; charset=UTF-8";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let sku = arguments.next().unwrap_or_else(|| "茶器-急須01".to_owned());
    let quantity: u32 = arguments.next().map_or(Ok(5), |text| text.parse())?;
    let connection = spapi_examples::connect(Marketplace::JP).await?;
    let client = &connection.client;
    let feeds = Feeds::new(client);

    let content = json!({
        "header": { "sellerId": "A1SELLER", "version": "2.0", "issueLocale": "ja_JP" },
        "messages": [{
            "messageId": 1,
            "sku": sku,
            "operationType": "PATCH",
            "productType": "PRODUCT",
            "patches": [{
                "op": "replace",
                "path": "/attributes/fulfillment_availability",
                "value": [{ "fulfillment_channel_code": "DEFAULT", "quantity": quantity }],
            }],
        }],
    });
    let created = feeds.create_feed_document(CreateFeedDocumentSpecification::new(CONTENT_TYPE)).send().await?;
    client.upload(&created.url, CONTENT_TYPE).send(content.to_string()).await?;

    // If this answer is lost, `Error::outcome_unknown` is true: look for the feed with `get_feeds` before you repeat it.
    let specification = CreateFeedSpecification::new(FEED_TYPE, &created.feed_document_id, [Marketplace::JP]);
    let feed_id = feeds.create_feed(specification).send().await?.feed_id.clone();

    let result_id = loop {
        let feed = feeds.get_feed(&feed_id).send().await?;
        match &feed.processing_status {
            FeedProcessingStatus::Done => break feed.result_feed_document_id.clone().unwrap_or_default(),
            FeedProcessingStatus::Cancelled | FeedProcessingStatus::Fatal => {
                return Err(format!("feed {feed_id} ended as {}", feed.processing_status).into());
            }
            _ => tokio::time::sleep(connection.poll_interval).await,
        }
    };

    // Amazon may refuse single messages of a feed that is `DONE`; the result names them.
    let document = feeds.get_feed_document(result_id).send().await?;
    let compression = document.compression_algorithm.as_ref().map(ToString::to_string);
    let download = client.download(&document.url).compression(compression.as_deref());
    let text = download.open().await?.text()?.collect(1_000_000).await?;
    let result: serde_json::Value = serde_json::from_str(&text)?;
    println!(
        "{}: {} messages accepted, {} refused",
        sku, result["summary"]["messagesAccepted"], result["summary"]["messagesInvalid"]
    );
    for issue in result["issues"].as_array().into_iter().flatten() {
        println!("message {}: {}", issue["messageId"], issue["message"]);
    }
    Ok(())
}
