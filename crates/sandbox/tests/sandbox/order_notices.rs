//! Orders that arrive after the start, and what sellers hear of them.

use crate::support::{Caller, JP, US, builder, heard, subscribe};
use serde_json::{Value, json};
use spapi_types::Marketplace;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

const DAY: Duration = Duration::from_secs(24 * 3600);
const KIND: &str = "ORDER_CHANGE";

/// The order that each notification is about, with the kind of the change and the status.
fn changes(heard: &[(String, Value)]) -> Vec<(String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let of_orders = heard.iter().filter(|(kind, _)| kind == KIND);
    let change = |(_, payload): &(String, Value)| {
        let change = &payload["OrderChangeNotification"];
        (text(&change["AmazonOrderId"]), text(&change["OrderChangeType"]), text(&change["Summary"]["OrderStatus"]))
    };
    of_orders.map(change).collect()
}

#[tokio::test]
async fn an_order_is_paid_and_shipped_and_each_change_is_heard() {
    let sandbox = builder().start().await.unwrap();
    let seller = Caller::new(&sandbox).await;
    subscribe(&sandbox, &seller, JP, &[(KIND, "1.0")], Value::Null).await;
    let before = sandbox.place_orders(Marketplace::US, 1).unwrap();
    let ids = sandbox.place_orders(Marketplace::JP, 40).unwrap();
    assert!(!ids.contains(&before[0]));
    let first = changes(&heard(&sandbox));
    assert_eq!(first.len(), 40, "{first:?}");
    assert!(first.iter().all(|(_, kind, status)| kind == "OrderStatusChange" && status == "Pending"));
    sandbox.clock().advance(10 * DAY);
    // The tokens from before have expired.
    let seller = Caller::new(&sandbox).await;
    let mut statuses: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let (mut by_buyers, all) = (0, changes(&heard(&sandbox)));
    for (id, kind, status) in &all {
        match kind.as_str() {
            "OrderStatusChange" => statuses.entry(id.clone()).or_default().push(status.clone()),
            _ => by_buyers += 1,
        }
    }
    assert_eq!(statuses.keys().cloned().collect::<BTreeSet<_>>(), ids.iter().cloned().collect());
    assert!(by_buyers > 0, "a buyer cancels");
    let mut ends = BTreeSet::new();
    for (id, statuses) in &statuses {
        let order = seller.body(&format!("/orders/v0/orders/{id}"), &[]).await["payload"].clone();
        assert_eq!(order["OrderStatus"], json!(statuses.last()), "{id}");
        assert_eq!(statuses[0], "Pending");
        ends.insert(statuses[1..].join(" "));
    }
    assert!(ends.contains("Unshipped Shipped") && ends.contains("Unshipped Canceled"), "{ends:?}");
}

#[tokio::test]
async fn the_stock_and_the_account_follow_the_orders() {
    let sandbox = builder().start().await.unwrap();
    let stock = async || {
        // A token does not outlive the days that pass.
        let caller = Caller::new(&sandbox).await;
        let query = [("granularityType", "Marketplace"), ("granularityId", JP), ("marketplaceIds", JP)];
        let (mut units, mut next) = (0, None::<String>);
        loop {
            let more: Vec<_> = next.iter().map(|token: &String| ("nextToken", token.as_str())).collect();
            let body = caller.body("/fba/inventory/v1/summaries", &[&query[..], &more].concat()).await;
            let summaries = body["payload"]["inventorySummaries"].as_array().unwrap();
            units += summaries.iter().map(|summary| summary["totalQuantity"].as_u64().unwrap()).sum::<u64>();
            next = body["pagination"]["nextToken"].as_str().map(str::to_owned);
            if next.is_none() {
                return units;
            }
        }
    };
    subscribe(
        &sandbox,
        &Caller::new(&sandbox).await,
        JP,
        &[("FBA_INVENTORY_AVAILABILITY_CHANGES", "1.0")],
        Value::Null,
    )
    .await;
    let before = stock().await;
    let ids = sandbox.place_orders(Marketplace::JP, 30).unwrap();
    assert_eq!(stock().await, before, "reserved units are still there");
    sandbox.clock().advance(10 * DAY);
    let sent = heard(&sandbox);
    assert!(sent.len() > 20, "{}", sent.len());
    assert!(stock().await < before);
    let caller = Caller::new(&sandbox).await;
    let range = [("postedAfter", "2026-11-22T00:00:00Z")];
    let mut booked = Vec::new();
    let mut body = caller.body("/finances/2024-06-19/transactions", &range).await;
    loop {
        booked.extend(
            body["payload"]["transactions"]
                .as_array()
                .unwrap()
                .iter()
                .map(|booking| booking["relatedIdentifiers"][0]["relatedIdentifierValue"].as_str().unwrap().to_owned()),
        );
        let Some(token) = body["payload"]["nextToken"].as_str() else { break };
        body = caller.body("/finances/2024-06-19/transactions", &[("nextToken", token)]).await;
    }
    assert!(ids.iter().filter(|id| booked.contains(id)).count() > 20, "{booked:?}");
}

#[tokio::test]
async fn a_filter_chooses_the_changes() {
    let sandbox = builder().start().await.unwrap();
    let seller = Caller::new(&sandbox).await;
    let filter = json!({ "eventFilterType": KIND, "orderChangeTypes": ["BuyerRequestedChange"] });
    subscribe(&sandbox, &seller, JP, &[(KIND, "1.0")], json!({ "eventFilter": filter })).await;
    sandbox.place_orders(Marketplace::JP, 40).unwrap();
    sandbox.clock().advance(10 * DAY);
    let changes = changes(&heard(&sandbox));
    assert!(!changes.is_empty() && changes.iter().all(|(_, kind, _)| kind == "BuyerRequestedChange"), "{changes:?}");
}

#[tokio::test]
async fn orders_arrive_by_themselves_and_a_kept_shop_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let kept = || builder().keep_in(folder.path()).orders_per_day(4);
    let list = async |sandbox: &spapi_sandbox::Sandbox| {
        let caller = Caller::new(sandbox).await.at(US);
        let query = [("MarketplaceIds", US), ("CreatedAfter", "2026-11-22T09:00:00Z")];
        let body = caller.body("/orders/v0/orders", &query).await;
        let order = |order: &Value| (order["AmazonOrderId"].clone(), order["OrderStatus"].clone());
        body["payload"]["Orders"].as_array().unwrap().iter().map(order).collect::<Vec<_>>()
    };
    let sandbox = kept().start().await.unwrap();
    sandbox.clock().advance(3 * DAY + Duration::from_secs(600));
    let first = list(&sandbox).await;
    assert_eq!(first.len(), 12, "{first:?}");
    drop(sandbox);
    let sandbox = kept().start().await.unwrap();
    assert_eq!(list(&sandbox).await, first);
    sandbox.clock().advance(DAY);
    let later = list(&sandbox).await;
    assert_eq!(later.len(), 16);
    let ids = |list: &[(Value, Value)]| list.iter().map(|(id, _)| id.to_string()).collect::<BTreeSet<_>>();
    assert!(ids(&later).is_superset(&ids(&first)));
}

#[tokio::test]
async fn a_wrong_request_for_orders_says_what_is_possible() {
    let sandbox = builder().start().await.unwrap();
    assert!(sandbox.place_orders(Marketplace::FR, 1).unwrap_err().to_string().contains("does not sell"));
    assert!(sandbox.place_orders(Marketplace::JP, 1001).unwrap_err().to_string().contains("at most 1000"));
}
