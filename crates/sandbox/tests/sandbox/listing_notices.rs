//! Notifications of changed listings wait for the sellers who have subscribed to them.

use crate::support::{Caller, DE, US, answer, builder, heard, subscribe};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use std::time::Duration;

const STATUS: &str = "LISTINGS_ITEM_STATUS_CHANGE";
const ISSUES: &str = "LISTINGS_ITEM_ISSUES_CHANGE";
const QUANTITY: &str = "LISTINGS_ITEM_MFN_QUANTITY_CHANGE";

/// Sets the seller's quantity.
async fn stock(caller: &Caller, marketplace: &str, sku: &str, quantity: u64) {
    let value = json!([{ "fulfillment_channel_code": "DEFAULT", "quantity": quantity }]);
    let patch = json!({ "op": "merge", "path": "/attributes/fulfillment_availability", "value": value });
    let path = format!("/listings/2021-08-01/items/A1SELLER/{sku}");
    let request = caller.request(Method::PATCH, &path).query(&[("marketplaceIds", marketplace)]);
    let answer = answer(request.json(&json!({ "productType": "PRODUCT", "patches": [patch] }))).await;
    assert_eq!(answer.body["status"], json!("ACCEPTED"), "{:?}", answer.body);
}

#[tokio::test]
async fn a_subscribed_seller_hears_of_quantity_status_and_issues() {
    let sandbox = builder().start().await.unwrap();
    let seller = Caller::new(&sandbox).await;
    let caller = seller.at(US);
    stock(&caller, US, "SPOON-5", 3).await;
    sandbox.clock().advance(Duration::from_secs(60));
    assert!(heard(&sandbox).is_empty(), "nobody has subscribed");
    subscribe(&sandbox, &seller, US, &[(STATUS, "1.0"), (ISSUES, "2023-12-13"), (QUANTITY, "1.0")], Value::Null).await;
    stock(&caller, US, "SPOON-5", 0).await;
    let sent = heard(&sandbox);
    let quantity =
        json!({ "SellerId": "A1SELLER", "Sku": "SPOON-5", "FulfillmentChannelCode": "DEFAULT", "Quantity": 0 });
    assert_eq!(sent, [(QUANTITY.to_owned(), quantity)]);
    sandbox.clock().advance(Duration::from_secs(6));
    let status = |status: Value| {
        json!({
            "SellerId": "A1SELLER",
            "MarketplaceId": US,
            "Asin": "B0SBXU0007",
            "Sku": "SPOON-5",
            "CreatedDate": "2026-05-06T09:00:00Z",
            "Status": status,
        })
    };
    assert_eq!(heard(&sandbox)[1..], [(STATUS.to_owned(), status(json!(["DISCOVERABLE"])))]);
    let issue = json!({
        "code": "18742",
        "message": "Not allowed.",
        "severity": "ERROR",
        "enforcements": { "actions": [{ "action": "LISTING_SUPPRESSED" }, { "action": "SEARCH_SUPPRESSED" }], "exemption": { "status": "NOT_EXEMPT" } },
    });
    sandbox.impose_issues(spapi_types::Marketplace::US, "SPOON-5", &[issue]).unwrap();
    let issues = |severities: Value, actions: Value| {
        json!({
            "SellerId": "A1SELLER",
            "MarketplaceId": US,
            "Asin": "B0SBXU0007",
            "Sku": "SPOON-5",
            "Severities": severities,
            "EnforcementActions": actions,
        })
    };
    let suppressed = issues(json!(["ERROR"]), json!(["LISTING_SUPPRESSED", "SEARCH_SUPPRESSED"]));
    assert_eq!(heard(&sandbox)[2..], [(ISSUES.to_owned(), suppressed), (STATUS.to_owned(), status(json!([])))]);
    sandbox.impose_issues(spapi_types::Marketplace::US, "SPOON-5", &[]).unwrap();
    let none = (ISSUES.to_owned(), issues(json!(["NONE"]), json!([])));
    assert_eq!(heard(&sandbox)[4..], [none, (STATUS.to_owned(), status(json!(["DISCOVERABLE"])))]);
    let path = "/listings/2021-08-01/items/A1SELLER/SPOON-5";
    answer(caller.request(Method::DELETE, path).query(&[("marketplaceIds", US)])).await;
    sandbox.clock().advance(Duration::from_secs(6));
    assert_eq!(heard(&sandbox)[6..], [(STATUS.to_owned(), status(json!(["DELETED"])))]);
}

#[tokio::test]
async fn the_envelope_names_the_subscription_and_the_queue_can_be_read_and_emptied_over_http() {
    let sandbox = builder().seller("Atzr|second").start().await.unwrap();
    let (first, second) = (Caller::new(&sandbox).await, Caller::of(&sandbox, "Atzr|second").await);
    for seller in [&first, &second] {
        subscribe(&sandbox, seller, DE, &[(QUANTITY, "1.0")], Value::Null).await;
    }
    stock(&first.at(DE), DE, "BECHER-350", 17).await;
    let url = format!("{}/_sandbox/notifications", sandbox.url());
    let read = async || {
        let text = Client::new().get(&url).send().await.unwrap().text().await.unwrap();
        serde_json::from_str::<Value>(&text).unwrap()["notifications"].as_array().unwrap().clone()
    };
    let waiting = read().await;
    assert_eq!(waiting.len(), 2, "both sellers share the shop");
    assert_eq!((&waiting[0]["region"], waiting[0]["destinationId"].is_string()), (&json!("eu"), true));
    let notification = &waiting[0]["notification"];
    for (name, value) in
        [("NotificationVersion", "1.0"), ("PayloadVersion", "1.0"), ("EventTime", "2026-11-22T09:00:00Z")]
    {
        assert_eq!(notification[name], json!(value));
    }
    let ids: Vec<&Value> =
        waiting.iter().map(|it| &it["notification"]["NotificationMetadata"]["NotificationId"]).collect();
    assert_ne!(ids[0], ids[1]);
    let subscribed = first.at(DE).body(&format!("/notifications/v1/subscriptions/{QUANTITY}"), &[]).await;
    assert_eq!(notification["NotificationMetadata"]["SubscriptionId"], subscribed["payload"]["subscriptionId"]);
    assert_eq!(Client::new().delete(&url).send().await.unwrap().status(), 204);
    assert!(read().await.is_empty());
}

#[tokio::test]
async fn the_first_version_knows_fewer_actions() {
    let sandbox = builder().start().await.unwrap();
    let seller = Caller::new(&sandbox).await;
    subscribe(&sandbox, &seller, DE, &[(ISSUES, "1.0")], Value::Null).await;
    let issue = json!({
        "code": "18742",
        "message": "Not allowed.",
        "severity": "WARNING",
        "enforcements": { "actions": [{ "action": "LISTING_SUPPRESSED" }], "exemption": { "status": "NOT_EXEMPT" } },
    });
    sandbox.impose_issues(spapi_types::Marketplace::DE, "WECKER", &[issue]).unwrap();
    let sent = heard(&sandbox);
    assert_eq!(sent.len(), 1, "{sent:?}");
    assert_eq!(sent[0].1["Severities"], json!(["WARNING"]));
    assert_eq!(sent[0].1["EnforcementActions"], json!([]), "the first version knows the other action only");
}
