//! The stock in Amazon's warehouses: its pages, whose tokens expire soon, and its changes.

use crate::support::{Answer, Caller, JP, US, answer, builder};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::HashSet;
use std::time::Duration;

const SUMMARIES: &str = "/fba/inventory/v1/summaries";
const ITEMS: &str = "/fba/inventory/v1/items";
const QUERY: [(&str, &str); 3] = [("granularityType", "Marketplace"), ("granularityId", JP), ("marketplaceIds", JP)];

fn summaries(body: &Value) -> Vec<Value> {
    body["payload"]["inventorySummaries"].as_array().expect("summaries").clone()
}

#[tokio::test]
async fn pages_follow_each_other_until_their_token_expires() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    let first = caller.body(SUMMARIES, &QUERY).await;
    assert_eq!(first["payload"]["granularity"], json!({ "granularityType": "Marketplace", "granularityId": JP }));
    let token = first["pagination"]["nextToken"].as_str().expect("more").to_owned();
    let next = [&QUERY[..], &[("nextToken", token.as_str())]].concat();
    sandbox.clock().advance(Duration::from_secs(29));
    let second = caller.body(SUMMARIES, &next).await;
    assert!(second.get("pagination").is_none());
    let (first, second) = (summaries(&first), summaries(&second));
    let skus: HashSet<&str> = first.iter().chain(&second).map(|stock| stock["sellerSku"].as_str().unwrap()).collect();
    assert_eq!((first.len(), second.len(), skus.len()), (5, 3, 8));
    assert!(first.iter().all(|stock| stock.get("inventoryDetails").is_none()));

    sandbox.clock().advance(Duration::from_secs(1));
    assert!(caller.get(SUMMARIES, &next).await.error(400, "InvalidInput").contains("expired"));
    let guess = [&QUERY[..], &[("nextToken", "guess")]].concat();
    caller.get(SUMMARIES, &guess).await.error(400, "InvalidInput");
}

#[tokio::test]
async fn filters_choose_summaries_and_details_are_optional() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    let with = |more: &[(&'static str, &'static str)]| [&QUERY[..], more].concat();
    let detailed = summaries(&caller.body(SUMMARIES, &with(&[("details", "true")])).await);
    for stock in &detailed {
        let details = &stock["inventoryDetails"];
        let parts = ["fulfillableQuantity", "inboundShippedQuantity"].map(|name| details[name].as_u64().unwrap());
        let reserved = details["reservedQuantity"]["totalReservedQuantity"].as_u64().unwrap();
        assert_eq!(stock["totalQuantity"], json!(parts.iter().sum::<u64>() + reserved));
    }
    let one = with(&[("sellerSku", "SENCHA/100g x3")]);
    assert_eq!(summaries(&caller.body(SUMMARIES, &one).await).len(), 1);
    let two = with(&[("sellerSkus", "SENCHA/100g x3,HOJICHA-200,nothing")]);
    assert_eq!(summaries(&caller.body(SUMMARIES, &two).await).len(), 2);
    let none = with(&[("startDateTime", "2026-11-22T09:00:00Z")]);
    assert_eq!(summaries(&caller.body(SUMMARIES, &none).await).len(), 0);
    for (name, value) in [("granularityType", "Region"), ("granularityId", US), ("marketplaceIds", "A1VC38T7YXB528,X")]
    {
        let query: Vec<_> = QUERY.into_iter().map(|(n, v)| if n == name { (n, value) } else { (n, v) }).collect();
        caller.get(SUMMARIES, &query).await.error(400, "InvalidInput");
    }
}

#[tokio::test]
async fn the_stock_can_be_changed() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    let item = json!({ "sellerSku": "NEW/1", "marketplaceId": JP, "productName": "新しいもの" });
    assert_eq!(caller.post(ITEMS, &item).await.status, 200);
    caller.post(ITEMS, &item).await.error(400, "InvalidInput");
    let query = [&QUERY[..], &[("sellerSku", "NEW/1")]].concat();
    assert_eq!(summaries(&caller.body(SUMMARIES, &query).await)[0]["totalQuantity"], json!(0));

    let add = async |token: &str, sku: &str| -> Answer {
        let body = json!({ "inventoryItems": [{ "sellerSku": sku, "marketplaceId": JP, "quantity": 7 }] });
        let request = caller.request(Method::POST, &format!("{ITEMS}/inventory"));
        answer(request.header("x-amzn-idempotency-token", token).json(&body)).await
    };
    for (token, total) in [("one", 7), ("one", 7), ("two", 14)] {
        assert_eq!(add(token, "NEW/1").await.status, 200);
        let found = summaries(&caller.body(SUMMARIES, &query).await);
        assert_eq!(found[0]["totalQuantity"], json!(total), "the same token adds once");
    }
    add("three", "nothing").await.error(404, "NotFound");
    caller.post(&format!("{ITEMS}/inventory"), &json!({})).await.error(400, "InvalidInput");

    let path = format!("{ITEMS}/NEW%2F1");
    assert_eq!(caller.delete(&path, &[]).await.0, 400);
    assert_eq!(caller.delete(&path, &[("marketplaceId", JP)]).await, (200, "{}".to_owned()));
    assert_eq!(caller.delete(&path, &[("marketplaceId", JP)]).await.0, 404);
    assert!(summaries(&caller.body(SUMMARIES, &query).await).is_empty());
}
