//! Clients' data take a limited amount of memory, however long the sandbox runs.

use crate::support::{Caller, JP, builder, presigned};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use spapi_sandbox::REFRESH_TOKEN;

const FEEDS: &str = "/feeds/2021-06-30/feeds";
const UPLOADS: &str = "/feeds/2021-06-30/documents";
const REPORTS: &str = "/reports/2021-06-30/reports";
const TEXT: &str = "text/plain";

async fn place(caller: &Caller) -> (String, String) {
    let answer = caller.post(UPLOADS, &json!({ "contentType": TEXT })).await.body;
    let text = |name: &str| answer[name].as_str().unwrap().to_owned();
    (text("feedDocumentId"), text("url"))
}

async fn put(url: &str, body: impl Into<reqwest::Body>) -> crate::support::Downloaded {
    presigned(Client::new().put(url).header("content-type", TEXT).body(body)).await
}

async fn uploaded(caller: &Caller, bytes: usize) -> String {
    let (id, url) = place(caller).await;
    assert_eq!(put(&url, vec![b'x'; bytes]).await.status, 200);
    id
}

async fn is_kept(caller: &Caller, id: &str) -> bool {
    caller.get(&format!("{UPLOADS}/{id}"), &[]).await.status == 200
}

fn feed(document: &str) -> Value {
    json!({ "feedType": "UPLOAD_VAT_INVOICE", "marketplaceIds": [JP], "inputFeedDocumentId": document })
}

#[tokio::test]
async fn the_oldest_unused_uploads_are_dropped_first() {
    let sandbox = builder().document_bytes(1_000_000).start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    let used = uploaded(&caller, 300_000).await;
    assert_eq!(caller.post(FEEDS, &feed(&used)).await.status, 202);
    let mut uploads = Vec::new();
    for _ in 0..5 {
        uploads.push(uploaded(&caller, 200_000).await);
    }
    let mut kept = Vec::new();
    for id in &uploads {
        kept.push(is_kept(&caller, id).await);
    }
    assert_eq!(kept, [false, false, true, true, true], "the kept uploads together are within the limit");
    assert!(is_kept(&caller, &used).await, "a feed uses the upload");
    let message = caller.post(FEEDS, &feed(&uploads[0])).await;
    assert!(message.error(400, "InvalidInput").contains("inputFeedDocumentId"));
    // When no unused upload is left, the used ones are dropped too.
    uploaded(&caller, 900_000).await;
    assert!(!is_kept(&caller, &used).await && !is_kept(&caller, &uploads[4]).await);
}

#[tokio::test]
async fn a_document_larger_than_the_limit_is_refused_and_drops_no_other() {
    let sandbox = builder().document_bytes(100_000).start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    let small = uploaded(&caller, 50_000).await;
    let (_, url) = place(&caller).await;
    put(&url, vec![b'x'; 100_001]).await.refused(400, "EntityTooLarge");
    assert!(is_kept(&caller, &small).await);
}

#[tokio::test]
async fn the_document_of_a_report_that_was_dropped_is_made_again() {
    let sandbox = builder().document_bytes(100_000).start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    let order = json!({ "reportType": "GET_MERCHANT_LISTINGS_ALL_DATA", "marketplaceIds": [JP] });
    let id = caller.post(REPORTS, &order).await.body["reportId"].as_str().unwrap().to_owned();
    let mut report = Value::Null;
    for _ in 0..3 {
        report = caller.body(&format!("{REPORTS}/{id}"), &[]).await;
    }
    let path = format!("/reports/2021-06-30/documents/{}", report["reportDocumentId"].as_str().unwrap());
    let download = async || {
        let url = caller.body(&path, &[]).await["url"].as_str().unwrap().to_owned();
        (presigned(Client::new().get(&url)).await.bytes, url)
    };
    let (before, url) = download().await;
    uploaded(&caller, 100_000).await;
    presigned(Client::new().get(&url)).await.refused(404, "NoSuchKey");
    assert_eq!(download().await.0, before);
}

#[tokio::test]
async fn the_length_of_every_kept_text_is_limited() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    let grantless = Caller::of_scope(&sandbox, "sellingpartnerapi::notifications").await;
    let long = "x".repeat(100_000);
    for (caller, path, body) in [
        (
            &caller,
            REPORTS,
            json!({ "reportType": "GET_MERCHANT_LISTINGS_ALL_DATA", "marketplaceIds": [JP], "reportOptions": { "a": &long[..5000] } }),
        ),
        (&caller, UPLOADS, json!({ "contentType": long })),
        (
            &caller,
            "/fba/inventory/v1/items",
            json!({ "sellerSku": "A", "marketplaceId": JP, "productName": &long[..501] }),
        ),
        (
            &caller,
            "/tokens/2021-03-01/restrictedDataToken",
            json!({ "restrictedResources": [{ "method": "GET", "path": format!("/orders/v0/orders/{}", &long[..500]) }] }),
        ),
        (
            &grantless,
            "/notifications/v1/destinations",
            json!({ "name": long, "resourceSpecification": { "sqs": { "arn": "arn:aws:sqs:a:b:c" } } }),
        ),
        (
            &caller,
            "/notifications/v1/subscriptions/ORDER_CHANGE",
            json!({ "payloadVersion": long, "destinationId": "1" }),
        ),
    ] {
        let refused = caller.post(path, &body).await;
        assert!(matches!(refused.status.as_u16(), 400 | 413), "{path}: {refused:?}");
        let message = refused.body["errors"][0]["message"].as_str().unwrap();
        assert!(message.contains("bytes") && message.len() < 300, "{path}: {message}");
    }
    for (path, body) in [
        ("/_sandbox/authorizationCodes", json!({ "seller": REFRESH_TOKEN, "redirectUri": long })),
        ("/_sandbox/faults", json!({ "on": format!("orders{}getOrders", " ".repeat(300)), "kind": "reset" })),
    ] {
        let refused = caller.post(path, &body).await;
        assert!(refused.error(400, "InvalidInput").contains("bytes"), "{path}");
    }
    let request = caller
        .request(Method::POST, "/fba/inventory/v1/items/inventory")
        .header("x-amzn-idempotency-token", &long[..501]);
    let refused = crate::support::answer(request.json(&json!({ "inventoryItems": [] }))).await;
    assert!(refused.error(400, "InvalidInput").contains("x-amzn-idempotency-token"));
}
