//! The shop is kept between runs.

use crate::support::{Caller, DE, JP, answer, builder, now, presigned};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use spapi_sandbox::{Builder, CLIENT_ID, CLIENT_SECRET, Clock, REFRESH_TOKEN, Sandbox};
use std::path::Path;
use std::time::Duration;

const REPORTS: &str = "/reports/2021-06-30/reports";
const UPLOADS: &str = "/feeds/2021-06-30/documents";
const ORDERS: &str = "/orders/2026-01-01/orders?createdAfter=2026-10-01";

/// The sandbox of a run. Each has its own clock, which starts at the same time.
fn kept_in(folder: &Path) -> Builder {
    builder().clock(Clock::stopped_at(now())).keep_in(folder)
}

async fn failure(folder: &Path) -> String {
    kept_in(folder).start().await.unwrap_err().to_string()
}

async fn done(caller: &Caller, path: &str) -> Value {
    let mut report = Value::Null;
    for _ in 0..3 {
        report = caller.body(path, &[]).await;
    }
    report
}

#[tokio::test]
async fn the_next_run_continues_with_the_shop() {
    let folder = tempfile::tempdir().unwrap();
    let sandbox = kept_in(folder.path()).seed(7).orders(30).seller("Atzr|second").start().await.unwrap();
    let caller = Caller::of(&sandbox, "Atzr|second").await;
    let orders = caller.body(ORDERS, &[]).await;
    let order = json!({ "reportType": "GET_MERCHANT_LISTINGS_ALL_DATA", "marketplaceIds": [JP] });
    let id = |answer: &Value, name: &str| answer[name].as_str().unwrap().to_owned();
    let waiting = format!("{REPORTS}/{}", id(&caller.post(REPORTS, &order).await.body, "reportId"));
    let ended = format!("{REPORTS}/{}", id(&caller.post(REPORTS, &order).await.body, "reportId"));
    let report = done(&caller, &ended).await;
    let upload = caller.post(UPLOADS, &json!({ "contentType": "text/plain" })).await.body;
    let put = Client::new().put(id(&upload, "url")).header("content-type", "text/plain").body("sku\tprice\nA\t1\n");
    assert_eq!(presigned(put).await.status, 200);
    let german = json!({ "sellerSku": "NEU", "marketplaceId": DE, "productName": "Neu" });
    assert_eq!(caller.at(DE).post("/fba/inventory/v1/items", &german).await.status, 200);
    let secret = sandbox.rotate_client_secret();
    let restricted =
        caller.restricted(json!([{ "method": "GET", "path": "/orders/v0/orders/{orderId}/address" }])).await;
    sandbox.clock().advance(Duration::from_secs(60));
    // The next request writes what the `Sandbox` itself changed.
    caller.body("/sellers/v1/account", &[]).await;
    drop(sandbox);

    // The second run has the seed, orders and sellers of the first.
    let sandbox = kept_in(folder.path()).seed(8).orders(3).start().await.unwrap();
    assert_eq!(sandbox.client_secret(), secret);
    assert_eq!(sandbox.clock().now(), now() + Duration::from_secs(60));
    let before = caller.token().to_owned();
    let caller = Caller::with_token(&sandbox, &before);
    assert_eq!(caller.body(ORDERS, &[]).await["orders"], orders["orders"]);
    assert_eq!(caller.body(&ended, &[]).await, report);
    let document = format!("/reports/2021-06-30/documents/{}", id(&report, "reportDocumentId"));
    let url = id(&caller.body(&document, &[]).await, "url");
    assert!(presigned(Client::new().get(url)).await.unpacked().starts_with(b"\x8f\xa4\x95\x69"), "in Shift_JIS");
    assert_eq!(done(&caller, &waiting).await["processingStatus"], json!("DONE"));
    let url = id(&caller.body(&format!("{UPLOADS}/{}", id(&upload, "feedDocumentId")), &[]).await, "url");
    assert_eq!(presigned(Client::new().get(url)).await.text(), "sku\tprice\nA\t1\n");
    caller.at(DE).post("/fba/inventory/v1/items", &german).await.error(400, "InvalidInput");
    let first = id(&caller.body(ORDERS, &[]).await["orders"][0], "orderId");
    let restricted = Caller::with_token(&sandbox, restricted.token());
    assert_eq!(restricted.get(&format!("/orders/v0/orders/{first}/address"), &[]).await.status, 200);
    // Each id is unique.
    let next = id(&caller.post(REPORTS, &order).await.body, "reportId");
    assert!(!waiting.ends_with(&next) && !ended.ends_with(&next));
}

#[tokio::test]
async fn the_next_run_has_the_listings_and_processes_what_was_not_done() {
    let folder = tempfile::tempdir().unwrap();
    let sandbox = kept_in(folder.path()).start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    let path = "/listings/2021-08-01/items/A1SELLER/NEW";
    let query = [("marketplaceIds", JP), ("includedData", "summaries,attributes,issues,offers")];
    let plain = |value: &str| json!([{ "value": value, "marketplace_id": JP }]);
    let body = json!({
        "productType": "PRODUCT",
        "requirements": "LISTING_OFFER_ONLY",
        "attributes": { "condition_type": plain("new_new"), "merchant_suggested_asin": plain("B0SBXJ0001") },
    });
    let put = answer(caller.request(Method::PUT, path).query(&[("marketplaceIds", JP)]).json(&body)).await;
    assert_eq!(put.body["status"], json!("ACCEPTED"), "{:?}", put.body);
    let deleted = "/listings/2021-08-01/items/A1SELLER/HASHI-23";
    answer(caller.request(Method::DELETE, deleted).query(&[("marketplaceIds", JP)])).await;
    let accepted = caller.body(path, &query).await;
    assert_eq!(accepted["summaries"][0].get("asin"), None);
    drop(sandbox);

    let sandbox = kept_in(folder.path()).start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    assert_eq!(caller.body(path, &query).await, accepted);
    caller.body(deleted, &query).await;
    sandbox.clock().advance(Duration::from_secs(60));
    let found = caller.body(path, &query).await;
    assert_eq!(found["attributes"], accepted["attributes"]);
    assert_eq!(found["summaries"][0]["asin"], json!("B0SBXJ0001"));
    caller.get(deleted, &query).await.error(404, "NotFound");
    let next = answer(caller.request(Method::PUT, path).query(&[("marketplaceIds", JP)]).json(&body)).await;
    assert_ne!(next.body["submissionId"], put.body["submissionId"]);
}

#[tokio::test]
async fn a_dropped_document_leaves_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let sandbox = kept_in(folder.path()).document_bytes(100_000).start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    for _ in 0..5 {
        let url = caller.post(UPLOADS, &json!({ "contentType": "text/plain" })).await.body["url"].clone();
        let put = Client::new().put(url.as_str().unwrap()).header("content-type", "text/plain");
        assert_eq!(presigned(put.body(vec![b'x'; 40_000])).await.status, 200);
    }
    let files: Vec<_> = std::fs::read_dir(folder.path().join("documents")).unwrap().collect();
    assert_eq!(files.len(), 2);
    #[cfg(unix)]
    for path in files.into_iter().map(|file| file.unwrap().path()).chain([folder.path().join("sandbox.json")]) {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", path.display());
    }
}

#[tokio::test]
async fn a_folder_serves_one_sandbox_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let first = kept_in(folder.path()).start().await.unwrap();
    let message = failure(folder.path()).await;
    assert!(message.contains("another sandbox") && message.contains(folder.path().to_str().unwrap()), "{message}");
    drop(first);
    kept_in(folder.path()).build().unwrap();
}

#[tokio::test]
async fn a_corrupt_or_foreign_file_is_named_and_left_unchanged() {
    let folder = tempfile::tempdir().unwrap();
    drop(kept_in(folder.path()).start().await.unwrap());
    let path = folder.path().join("sandbox.json");
    let good = std::fs::read_to_string(&path).unwrap();
    let cut = good[..good.len() / 2].to_owned();
    let mut other: Value = serde_json::from_str(&good).unwrap();
    other["form"] = json!("spapi-sandbox 999");
    let mut unknown: Value = serde_json::from_str(&good).unwrap();
    unknown["reports"]["jobs"]["jobs"][0]["kind"] = json!("GET_NOTHING");
    let mut escaping: Value = serde_json::from_str(&good).unwrap();
    escaping["documents"][1]["../../victim"] = json!({});
    let texts =
        [String::new(), cut, "{}".into(), "[1]".into(), other.to_string(), unknown.to_string(), escaping.to_string()];
    for text in texts {
        std::fs::write(&path, &text).unwrap();
        let message = failure(folder.path()).await;
        assert!(message.contains(path.to_str().unwrap()) && message.contains("name another folder"), "{message}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text, "it is not touched");
    }
    std::fs::write(&path, &good).unwrap();
    drop(kept_in(folder.path()).start().await.unwrap());
    std::fs::remove_file(&path).unwrap();
    std::fs::create_dir(&path).unwrap();
    assert!(failure(folder.path()).await.contains("not a regular file"));
}

#[tokio::test]
async fn a_document_whose_file_is_missing_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let sandbox = kept_in(folder.path()).start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    let upload = caller.post(UPLOADS, &json!({ "contentType": "text/plain" })).await.body;
    let put = Client::new().put(upload["url"].as_str().unwrap()).header("content-type", "text/plain").body("x");
    assert_eq!(presigned(put).await.status, 200);
    drop(sandbox);
    let id = upload["feedDocumentId"].as_str().unwrap();
    std::fs::remove_file(folder.path().join("documents").join(id)).unwrap();
    assert!(failure(folder.path()).await.contains(id));
}

#[tokio::test]
async fn a_revoked_consent_stays_revoked() {
    let folder = tempfile::tempdir().unwrap();
    let login = async |sandbox: &Sandbox| {
        let form = [
            ("grant_type", "refresh_token"),
            ("client_id", CLIENT_ID),
            ("client_secret", CLIENT_SECRET),
            ("refresh_token", REFRESH_TOKEN),
        ];
        Client::new().post(sandbox.token_url()).form(&form).send().await.unwrap().status().as_u16()
    };
    let sandbox = kept_in(folder.path()).start().await.unwrap();
    let revoke = Client::new().request(Method::POST, format!("{}/_sandbox/revocations", sandbox.url()));
    assert_eq!(revoke.json(&json!({ "seller": REFRESH_TOKEN })).send().await.unwrap().status(), 204);
    drop(sandbox);
    let sandbox = kept_in(folder.path()).start().await.unwrap();
    assert_eq!(login(&sandbox).await, 400);
    drop(sandbox);
    let fresh = builder().start().await.unwrap();
    assert_eq!(login(&fresh).await, 200);
}
