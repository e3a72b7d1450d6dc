//! Jobs that a consumer of notifications wakes.

use crate::support::{Amazon, LISTINGS};
use serde_json::json;
use spapi_core::Marketplace;
use spapi_events::consume::{ChannelQueue, Consumer, Router};
use spapi_jobs::{DataKiosk, Feeds, Reports};
use std::time::Duration;
use tokio::time::Instant;

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test(start_paused = true)]
async fn a_notification_of_the_queue_wakes_its_job_and_is_deleted() {
    let amazon = Amazon::new();
    amazon.state().processing = 10 * MINUTE;
    let client = amazon.client();
    let reports = Reports::new(&client).polling(600 * MINUTE, 600 * MINUTE);
    let router = Router::new()
        .on_type("REPORT_PROCESSING_FINISHED", reports.clone())
        .on_type("FEED_PROCESSING_FINISHED", Feeds::new(&client))
        .on_type("DATA_KIOSK_QUERY_PROCESSING_FINISHED", DataKiosk::new(&client));
    let queue = ChannelQueue::new();
    let send = |kind: &str, payload: serde_json::Value| {
        let version = if kind.starts_with("DATA") { "2023-11-15" } else { "2020-09-04" };
        let message = json!({ "notificationType": kind, "payloadVersion": version, "payload": payload });
        queue.push(message.to_string());
    };
    let consumer = tokio::spawn(Consumer::new(queue.clone(), router).run(tokio::time::sleep(30 * MINUTE)));
    let start = Instant::now();
    let sending = async {
        tokio::time::sleep(10 * MINUTE + Duration::from_secs(5)).await;
        send("FEED_PROCESSING_FINISHED", json!({ "feedProcessingFinishedNotification": { "feedId": "1" } }));
        send("DATA_KIOSK_QUERY_PROCESSING_FINISHED", json!({ "queryId": "1" }));
        send("REPORT_PROCESSING_FINISHED", json!({ "reportProcessingFinishedNotification": { "reportId": "2" } }));
        tokio::time::sleep(5 * MINUTE).await;
        send("REPORT_PROCESSING_FINISHED", json!({ "reportProcessingFinishedNotification": { "reportId": "1" } }));
    };
    let (outcome, ()) = tokio::join!(reports.request(LISTINGS, [Marketplace::DE]).into_future(), sending);
    outcome.unwrap().document().unwrap();
    let took = start.elapsed();
    assert!(took >= 15 * MINUTE && took < 16 * MINUTE, "{took:?}");
    let summary = consumer.await.unwrap().unwrap();
    assert_eq!((summary.handled, summary.failed, queue.len()), (4, 0, 0));
}
