//! Those who wait for a listing, woken by notifications of a queue.

use crate::amazon::{Amazon, Stored, offer};
use serde_json::{Value, json};
use spapi_core::Marketplace;
use spapi_events::consume::{ChannelQueue, Consumer, Router};
use spapi_listings::WaitEnded;
use spapi_listings::events::LISTINGS_TYPES;
use std::time::Duration;
use tokio::time::{Instant, sleep};

const DE: Marketplace = Marketplace::DE;

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[tokio::test(start_paused = true)]
async fn each_notification_about_the_sku_makes_it_look_at_once() {
    let payload = json!({ "SellerId": "A1", "MarketplaceId": DE.id(), "Asin": "B000000001", "Sku": "A-1" });
    let with = |sku: &str| {
        let mut payload = payload.clone();
        payload["Sku"] = sku.into();
        payload
    };
    let messages: [(&str, &str, Value); 4] = [
        ("LISTINGS_ITEM_STATUS_CHANGE", "1.0", payload.clone()),
        ("LISTINGS_ITEM_ISSUES_CHANGE", "1.0", payload.clone()),
        ("LISTINGS_ITEM_ISSUES_CHANGE", "2023-12-13", payload.clone()),
        ("LISTINGS_ITEM_MFN_QUANTITY_CHANGE", "1.0", payload.clone()),
    ];
    for (kind, version, payload) in messages {
        let amazon = Amazon::new();
        let stored = Stored {
            since: Instant::now() + seconds(65),
            ..Stored::new(json!({ "purchasable_offer": [offer(DE, "ALL", 20.0)] }))
        };
        amazon.state().listings.insert("A-1".to_owned(), stored);
        let listings = amazon.listings(DE).polling(seconds(1200), seconds(1200));
        let queue = ChannelQueue::new();
        let router = Router::new().on_types(LISTINGS_TYPES, listings.clone());
        tokio::spawn(Consumer::new(queue.clone(), router).run(std::future::pending()));
        let send = move |payload: &Value| {
            let message = json!({ "NotificationType": kind, "PayloadVersion": version, "Payload": payload });
            queue.push(message.to_string());
        };
        let other = with("B-2");
        tokio::spawn(async move {
            sleep(seconds(30)).await;
            send(&other);
            sleep(seconds(40)).await;
            send(&payload);
        });
        let start = Instant::now();
        let waited = listings.wait("A-1", DE).await.unwrap();
        assert_eq!((waited.ended, waited.looks, start.elapsed()), (WaitEnded::Reached, 2, seconds(70)), "{kind}");
    }
}
