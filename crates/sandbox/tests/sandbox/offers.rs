//! A feed changes prices and quantities, and the report on all listings shows it.

use crate::support::{Caller, JP, US, builder, presigned};
use reqwest::Client;
use serde_json::{Value, json};
use std::collections::HashMap;

const FEEDS: &str = "/feeds/2021-06-30";
const REPORTS: &str = "/reports/2021-06-30";
const JSON: &str = "application/json; charset=UTF-8";

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is not a text"))
}

async fn ended(caller: &Caller, path: &str) -> Value {
    let mut job = Value::Null;
    for _ in 0..3 {
        job = caller.body(path, &[]).await;
    }
    assert_eq!(job["processingStatus"], json!("DONE"), "{job}");
    job
}

/// Submits a listings feed with these messages, and returns its processing report.
async fn feed(caller: &Caller, marketplace: &str, messages: Value) -> Value {
    let caller = &caller.at(marketplace);
    let document = caller.post(&format!("{FEEDS}/documents"), &json!({ "contentType": JSON })).await.body;
    let feed = json!({ "header": { "sellerId": "A1SELLER", "version": "2.0" }, "messages": messages });
    let upload = Client::new().put(text(&document["url"])).header("content-type", JSON);
    assert_eq!(presigned(upload.body(feed.to_string())).await.status, 200);
    let order = json!({
        "feedType": "JSON_LISTINGS_FEED",
        "marketplaceIds": [marketplace],
        "inputFeedDocumentId": document["feedDocumentId"],
    });
    let created = caller.post(&format!("{FEEDS}/feeds"), &order).await.body;
    let ended = ended(caller, &format!("{FEEDS}/feeds/{}", text(&created["feedId"]))).await;
    let path = format!("{FEEDS}/documents/{}", text(&ended["resultFeedDocumentId"]));
    let document = caller.body(&path, &[]).await;
    serde_json::from_str(presigned(Client::new().get(text(&document["url"]))).await.text()).unwrap()
}

/// Price, quantity and status of each SKU, by the report on all listings.
async fn listings(caller: &Caller, marketplace: &str) -> HashMap<String, [String; 3]> {
    let caller = &caller.at(marketplace);
    let options = json!({ "preferredReportDocumentLocale": "en_US" });
    let order = json!({
        "reportType": "GET_MERCHANT_LISTINGS_ALL_DATA",
        "marketplaceIds": [marketplace],
        "reportOptions": options,
    });
    let created = caller.post(&format!("{REPORTS}/reports"), &order).await.body;
    let ended = ended(caller, &format!("{REPORTS}/reports/{}", text(&created["reportId"]))).await;
    let path = format!("{REPORTS}/documents/{}", text(&ended["reportDocumentId"]));
    let document = caller.body(&path, &[]).await;
    let bytes = presigned(Client::new().get(text(&document["url"]))).await.bytes;
    // These texts are ASCII in each charset.
    let report = String::from_utf8_lossy(&bytes).into_owned();
    let mut lines = report.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    let columns = lines.next().unwrap();
    let place = |name: &str| columns.iter().position(|column| *column == name).unwrap();
    let places = ["price", "quantity", "status"].map(place);
    let sku = place("seller-sku");
    lines.map(|row| (row[sku].to_owned(), places.map(|place| row[place].to_owned()))).collect()
}

fn offer(price: impl Into<Value>) -> Value {
    json!([{ "currency": "USD", "audience": "ALL", "our_price": [{ "schedule": [{ "value_with_tax": price.into() }] }] }])
}

fn stock(quantity: impl Into<Value>) -> Value {
    json!([{ "fulfillment_channel_code": "DEFAULT", "quantity": quantity.into() }])
}

fn patch(id: u32, sku: &str, name: &str, value: &Value) -> Value {
    let patch = json!({ "op": "replace", "path": format!("/attributes/{name}"), "value": value });
    json!({ "messageId": id, "sku": sku, "operationType": "PATCH", "productType": "PRODUCT", "patches": [patch] })
}

fn update(id: u32, kind: &str, sku: &str, attributes: &Value) -> Value {
    json!({ "messageId": id, "sku": sku, "operationType": kind, "productType": "PRODUCT", "attributes": attributes })
}

#[tokio::test]
async fn the_listings_show_what_a_feed_changes_and_nothing_else_changes() {
    let sandbox = builder().compressed_documents(false).start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    let (before, japan) = (listings(&caller, US).await, listings(&caller, JP).await);
    let orders = [("createdAfter", "2026-10-01"), ("includedData", "PROCEEDS")];
    let placed = caller.body("/orders/2026-01-01/orders", &orders).await;
    let business = json!({ "audience": "B2B", "our_price": [{ "schedule": [{ "value_with_tax": 1 }] }] });
    let both = json!([business, offer(12)[0]]);
    let report = feed(
        &caller,
        US,
        json!([
            patch(1, "BOARD-L", "purchasable_offer", &offer(23.5)),
            patch(2, "MUG+SAUCER", "fulfillment_availability", &stock(0)),
            update(
                3,
                "PARTIAL_UPDATE",
                "SPOON-5",
                &json!({ "purchasable_offer": both, "fulfillment_availability": stock(31) })
            ),
            // Amazon ships it and counts its stock.
            patch(4, "BOARD-S", "fulfillment_availability", &stock(9)),
            patch(5, "SENCHA-100", "purchasable_offer", &offer(1)),
            update(
                6,
                "PARTIAL_UPDATE",
                "SKILLET-10",
                &json!({ "brand": [{ "value": "Skillet", "language_tag": "en_US" }] })
            ),
        ]),
    )
    .await;
    assert_eq!((&report["summary"]["messagesAccepted"], &report["issues"]), (&json!(6), &json!([])));

    let after = listings(&caller, US).await;
    assert_eq!(after["BOARD-L"], ["23.50".to_owned(), before["BOARD-L"][1].clone(), "Active".into()]);
    assert_eq!(after["MUG+SAUCER"], ["28.95", "0", "Inactive"]);
    assert_eq!(after["SPOON-5"], ["12.00", "31", "Active"]);
    let changed = ["BOARD-L", "MUG+SAUCER", "SPOON-5"];
    for (sku, listing) in &before {
        assert_eq!(after[sku] == *listing, !changed.contains(&sku.as_str()), "{sku}");
    }
    assert_eq!(listings(&caller, JP).await, japan);
    assert_eq!(caller.body("/orders/2026-01-01/orders", &orders).await, placed, "existing orders do not change");

    // Another feed continues from there.
    feed(&caller, US, json!([patch(1, "SPOON-5", "fulfillment_availability", &stock(30))])).await;
    assert_eq!(listings(&caller, US).await["SPOON-5"], ["12.00", "30", "Active"]);
}

#[tokio::test]
async fn a_price_goes_to_the_marketplace_that_it_names() {
    let sandbox = builder().compressed_documents(false).start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    let mut yen = offer(1200);
    yen[0]["marketplace_id"] = json!(JP);
    yen[0]["currency"] = json!("JPY");
    let mut dollars = offer(9);
    dollars[0]["marketplace_id"] = json!(US);
    let both = json!([dollars[0], yen[0]]);
    let messages = json!([
        patch(1, "SENCHA-100", "purchasable_offer", &both),
        patch(2, "BOARD-L", "purchasable_offer", &both),
        patch(3, "TIMER", "purchasable_offer", &yen),
    ]);
    for marketplace in [US, JP] {
        feed(&caller, marketplace, messages.clone()).await;
    }
    assert_eq!(listings(&caller, JP).await["SENCHA-100"][0], "1200");
    let listings = listings(&caller, US).await;
    assert_eq!([&listings["BOARD-L"][0], &listings["TIMER"][0]], ["9.00", "12.49"]);
}

#[tokio::test]
async fn an_invalid_value_is_an_issue_and_changes_nothing() {
    let sandbox = builder().compressed_documents(false).start().await.unwrap();
    let caller = Caller::new(&sandbox).await.at(US);
    let before = listings(&caller, US).await;
    let values = [json!(0), json!(-1), json!(1.005), json!("9"), json!(1e300)];
    let mut messages: Vec<Value> = (1..)
        .zip(&values)
        .map(|(id, price)| patch(id, "BOARD-L", "purchasable_offer", &offer(price.clone())))
        .collect();
    for (id, quantity) in [(11, json!(-1)), (12, json!(1.5)), (13, json!("3"))] {
        messages.push(patch(id, "BOARD-L", "fulfillment_availability", &stock(quantity)));
    }
    let attributes = json!({ "purchasable_offer": offer(5), "fulfillment_availability": stock(-1) });
    messages.push(update(14, "PARTIAL_UPDATE", "BOARD-L", &attributes));
    let report = feed(&caller, US, json!(messages)).await;
    assert_eq!((&report["summary"]["messagesInvalid"], &report["summary"]["messagesAccepted"]), (&json!(9), &json!(0)));
    let names: Vec<&str> = report["issues"].as_array().unwrap().iter().map(|i| text(&i["attributeName"])).collect();
    assert_eq!(names[..5], ["purchasable_offer"; 5]);
    assert_eq!(names[5..], ["fulfillment_availability"; 4]);
    assert_eq!(listings(&caller, US).await, before);
}
