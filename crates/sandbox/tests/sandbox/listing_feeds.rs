//! Feeds act on the same listings as the operations do.

use crate::support::{Caller, JP, US, builder, presigned};
use reqwest::Client;
use serde_json::{Value, json};
use std::time::Duration;

const FEEDS: &str = "/feeds/2021-06-30";
const ITEMS: &str = "/listings/2021-08-01/items/A1SELLER";
const JSON: &str = "application/json; charset=UTF-8";

/// Submits a feed, and returns its result document.
async fn submitted(caller: &Caller, kind: &str, marketplace: &str, content_type: &str, text: String) -> String {
    let document = caller.post(&format!("{FEEDS}/documents"), &json!({ "contentType": content_type })).await.body;
    let upload = Client::new().put(document["url"].as_str().unwrap()).header("content-type", content_type);
    assert_eq!(presigned(upload.body(text)).await.status, 200);
    let order = json!({
        "feedType": kind,
        "marketplaceIds": [marketplace],
        "inputFeedDocumentId": document["feedDocumentId"],
    });
    let id = caller.post(&format!("{FEEDS}/feeds"), &order).await.body["feedId"].as_str().unwrap().to_owned();
    let mut feed = Value::Null;
    for _ in 0..3 {
        feed = caller.body(&format!("{FEEDS}/feeds/{id}"), &[]).await;
    }
    assert_eq!(feed["processingStatus"], json!("DONE"), "{feed}");
    let path = format!("{FEEDS}/documents/{}", feed["resultFeedDocumentId"].as_str().unwrap());
    let url = caller.body(&path, &[]).await["url"].as_str().unwrap().to_owned();
    presigned(Client::new().get(url)).await.text().to_owned()
}

/// Submits a listings feed, and returns its report.
async fn feed(caller: &Caller, header: Value, messages: Value) -> Value {
    let mut whole = json!({ "sellerId": "A1SELLER", "version": "2.0" });
    whole.as_object_mut().unwrap().extend(header.as_object().unwrap().clone());
    let text = json!({ "header": whole, "messages": messages }).to_string();
    serde_json::from_str(&submitted(caller, "JSON_LISTINGS_FEED", US, JSON, text).await).unwrap()
}

async fn item(caller: &Caller, marketplace: &str, sku: &str) -> Value {
    let query = [
        ("marketplaceIds", marketplace),
        ("includedData", "summaries,attributes,issues,offers"),
        ("identifiersType", "SKU"),
        ("identifiers", sku),
    ];
    caller.body(ITEMS, &query).await["items"][0].clone()
}

fn offer(amount: f64) -> Value {
    json!([{ "currency": "USD", "audience": "ALL", "our_price": [{ "schedule": [{ "value_with_tax": amount }] }] }])
}

fn message(id: u32, sku: &str, operation: &str, members: &Value) -> Value {
    let mut message = json!({ "messageId": id, "sku": sku, "operationType": operation });
    message.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    message
}

fn patch(op: &str, name: &str, value: &Value) -> Value {
    let patch = json!({ "op": op, "path": format!("/attributes/{name}"), "value": value });
    json!({ "productType": "PRODUCT", "patches": [patch] })
}

/// The message id, code and name of each issue.
fn issues(report: &Value) -> Vec<(u64, &str, &str)> {
    let issues = report["issues"].as_array().unwrap().iter();
    issues
        .map(|issue| {
            let text = |name: &str| issue[name].as_str().unwrap();
            (issue["messageId"].as_u64().unwrap(), text("code"), text("attributeName"))
        })
        .collect()
}

#[tokio::test]
async fn the_four_operations_change_the_listings_that_the_api_shows() {
    let sandbox = builder().compressed_documents(false).start().await.unwrap();
    let caller = Caller::new(&sandbox).await.at(US);
    let plain = |value: &str| json!([{ "value": value, "marketplace_id": US }]);
    let offer_only = json!({ "condition_type": plain("new_new"), "merchant_suggested_asin": plain("B0SBXU0001"), "purchasable_offer": offer(9.0) });
    let report = feed(
        &caller,
        json!({}),
        json!([
            message(1, "NEW", "UPDATE", &json!({ "productType": "PRODUCT", "requirements": "LISTING_OFFER_ONLY", "attributes": offer_only })),
            message(2, "SPOON-5", "PARTIAL_UPDATE", &json!({ "productType": "PRODUCT", "attributes": { "purchasable_offer": offer(20.0) } })),
            message(3, "TIMER", "PATCH", &patch("merge", "purchasable_offer", &json!([{ "marketplace_id": US, "currency": "USD", "audience": "ALL", "our_price": offer(13.0)[0]["our_price"] }]))),
            message(4, "JAR-3", "DELETE", &json!({})),
        ]),
    )
    .await;
    assert_eq!((&report["summary"]["messagesAccepted"], &report["issues"]), (&json!(4), &json!([])), "{report}");
    sandbox.clock().advance(Duration::from_secs(60));
    assert_eq!(item(&caller, US, "NEW").await["summaries"][0]["asin"], json!("B0SBXU0001"));
    let spoon = item(&caller, US, "SPOON-5").await;
    assert_eq!(spoon["offers"][0]["price"]["amount"], json!("20.00"));
    let offers = spoon["attributes"]["purchasable_offer"].as_array().unwrap();
    assert_eq!(offers[0].get("discounted_price"), None, "a partial update replaces the instance whole");
    assert_eq!(offers[1]["audience"], json!("B2B"), "the other audience stays");
    assert_eq!(item(&caller, US, "TIMER").await["offers"][0]["price"]["amount"], json!("13.00"));
    assert_eq!(item(&caller, US, "JAR-3").await, Value::Null);
}

#[tokio::test]
async fn a_message_with_a_member_that_its_operation_forbids_is_invalid() {
    let sandbox = builder().compressed_documents(false).start().await.unwrap();
    let caller = Caller::new(&sandbox).await.at(US);
    let before = item(&caller, US, "TIMER").await;
    let attributes = json!({ "productType": "PRODUCT", "attributes": { "purchasable_offer": offer(20.0) } });
    let with = |members: &Value, name: &str, value: Value| {
        let mut members = members.clone();
        members[name] = value;
        members
    };
    let patches = patch("replace", "purchasable_offer", &offer(20.0));
    let report = feed(
        &caller,
        json!({}),
        json!([
            message(1, "TIMER", "UPDATE", &with(&attributes, "patches", json!([]))),
            message(2, "TIMER", "PARTIAL_UPDATE", &with(&attributes, "requirements", json!("LISTING"))),
            message(3, "TIMER", "PATCH", &with(&patches, "attributes", json!({}))),
            message(4, "TIMER", "PATCH", &with(&patches, "requirements", json!("LISTING"))),
            message(5, "TIMER", "DELETE", &json!({ "productType": "PRODUCT" })),
            message(6, "TIMER", "UPDATE", &with(&attributes, "requirements", json!("ALL"))),
            message(7, "TIMER", "PATCH", &patch("replace", "purchasable_offer/0", &offer(20.0))),
            message(8, "TIMER", "PATCH", &patch("replace", "purchasable_offer", &json!([{}]))),
            message(9, "TIMER", "PATCH", &patch("replace", "purchasable_offer", &offer(0.0))),
            message(
                10,
                "TIMER",
                "UPDATE",
                &json!({ "productType": "KITCHEN", "attributes": { "purchasable_offer": offer(20.0) } })
            ),
        ]),
    )
    .await;
    assert_eq!(report["summary"]["messagesInvalid"], json!(10), "{report}");
    let found = issues(&report);
    let expected = [
        (1, "99022", "patches"),
        (2, "99022", "requirements"),
        (3, "99022", "attributes"),
        (4, "99022", "requirements"),
        (5, "99022", "productType"),
        (6, "99022", "requirements"),
        (7, "99022", "path"),
        (8, "99022", "purchasable_offer"),
        (9, "4000001", "purchasable_offer"),
    ];
    assert_eq!(found[..9], expected);
    assert!(found[9..].contains(&(10, "90220", "item_name")), "{found:?}");
    assert_eq!(item(&caller, US, "TIMER").await, before);
}

#[tokio::test]
async fn errors_of_the_catalog_show_in_the_listing_and_not_in_the_report() {
    let sandbox = builder().compressed_documents(false).start().await.unwrap();
    let caller = Caller::new(&sandbox).await.at(US);
    let stray = patch("replace", "purchasable_offer", &offer(20.0));
    let report = feed(&caller, json!({}), json!([message(1, "TYPO", "PATCH", &stray)])).await;
    assert_eq!((&report["summary"]["messagesAccepted"], &report["issues"]), (&json!(1), &json!([])));
    assert_eq!(item(&caller, US, "TYPO").await["issues"], json!([]));
    sandbox.clock().advance(Duration::from_secs(60));
    assert_eq!(item(&caller, US, "TYPO").await["issues"][0]["code"], json!("8560"));

    // The header asks for the listings in the report.
    let header = json!({ "report": { "includedData": ["issues", "summaries"], "apiVersion": "2021-08-01" } });
    let messages = json!([
        message(1, "OTHER", "PATCH", &stray),
        message(2, "TIMER", "PATCH", &stray),
        message(3, "JAR-3", "DELETE", &json!({}))
    ]);
    let report = feed(&caller, header.clone(), messages).await;
    assert_eq!(report["header"]["report"], header["report"]);
    assert_eq!(report["issues"], json!([]));
    assert_eq!(report["summary"]["itemSummary"], json!({ "items": 3, "errors": 1, "warnings": 0 }));
    let items = report["items"].as_array().unwrap();
    assert_eq!(items.iter().map(|item| &item["sku"]).collect::<Vec<_>>(), ["OTHER", "TIMER", "JAR-3"]);
    assert_eq!((&items[0]["issues"][0]["code"], &items[1]["issues"]), (&json!("8560"), &json!([])));
}

#[tokio::test]
async fn the_points_feed_sets_the_points_of_an_offer() {
    let sandbox = builder().compressed_documents(false).start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    let points = async |sku: &str| item(&caller, JP, sku).await["offers"][0]["points"]["pointsNumber"].as_i64();
    assert_eq!((points("SENCHA-100").await, points("HASHI-23").await), (Some(10), Some(16)));
    let text = "sku\tpoints_percent\nSENCHA-100\t5\nHASHI-23\t0\nNONE\t5\nTENUGUI-ASA\t101\n".to_owned();
    let kind = "POST_FLAT_FILE_OFFER_POINTS_PREFERENCE_DATA";
    submitted(&caller, kind, JP, "text/tab-separated-values; charset=UTF-8", text).await;
    assert_eq!(points("SENCHA-100").await, Some(10), "it takes a while");
    sandbox.clock().advance(Duration::from_secs(60));
    assert_eq!((points("SENCHA-100").await, points("HASHI-23").await), (Some(54), None));
    assert_eq!(points("TENUGUI-ASA").await, Some(8), "its row is invalid");
}
