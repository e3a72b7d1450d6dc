//! The orders of both APIs: filters, amounts, and that both show the same shop.

use crate::support::{Answer, Caller, DE, JP, US, builder};
use serde_json::{Value, json};
use spapi_core::DateTime;
use spapi_sandbox::Sandbox;
use std::collections::HashSet;
use std::time::{Duration, SystemTime};

const V0: &str = "/orders/v0/orders";
const V2026: &str = "/orders/2026-01-01/orders";
const ALL_DATA: (&str, &str) = (
    "includedData",
    "BUYER,RECIPIENT,PROCEEDS,EXPENSE,PROMOTION,CANCELLATION,FULFILLMENT,PACKAGES,TAX,PAYMENT,FULFILLMENT_ORDERS",
);

async fn v0(caller: &Caller, query: &[(&str, &str)]) -> Vec<Value> {
    list(caller.body(V0, query).await.pointer("/payload/Orders"))
}

async fn v2026(caller: &Caller, query: &[(&str, &str)]) -> Vec<Value> {
    list(caller.body(V2026, query).await.get("orders"))
}

fn list(orders: Option<&Value>) -> Vec<Value> {
    orders.and_then(Value::as_array).expect("a list of orders").clone()
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("{name} is not a text in {value}"))
}

fn values<'a>(orders: &'a [Value], name: &str) -> HashSet<&'a str> {
    orders.iter().map(|order| text(order, name)).collect()
}

/// An amount in hundredths, for any currency.
fn cents(amount: &str) -> i64 {
    let (whole, part) = amount.split_once('.').unwrap_or((amount, "00"));
    assert_eq!(part.len(), 2, "{amount}");
    let sign = if whole.starts_with('-') { -1 } else { 1 };
    whole.parse::<i64>().unwrap() * 100 + sign * part.parse::<i64>().unwrap()
}

#[tokio::test]
async fn both_versions_show_the_same_orders() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    for (marketplace, currency, channel) in
        [(JP, "JPY", "Amazon.co.jp"), (US, "USD", "Amazon.com"), (DE, "EUR", "Amazon.de")]
    {
        let caller = caller.at(marketplace);
        let old = v0(&caller, &[("MarketplaceIds", marketplace), ("CreatedAfter", "2026-10-01")]).await;
        let new = v2026(&caller, &[("marketplaceIds", marketplace), ("createdAfter", "2026-10-01"), ALL_DATA]).await;
        assert_eq!((old.len(), new.len()), (100, 100));
        for (old, new) in old.iter().zip(&new) {
            let id = text(old, "AmazonOrderId");
            assert_eq!(text(new, "orderId"), id);
            assert_eq!(text(old, "SalesChannel"), channel);
            assert_eq!(new["salesChannel"]["marketplaceId"], old["MarketplaceId"]);
            assert_eq!(new["createdTime"], old["PurchaseDate"]);
            assert_eq!(new["lastUpdatedTime"], old["LastUpdateDate"]);
            let status = text(&new["fulfillment"], "fulfillmentStatus").replace('_', "").to_lowercase();
            assert_eq!(status.replace("cancelled", "canceled"), text(old, "OrderStatus").to_lowercase());
            assert_eq!(old.get("OrderTotal").is_some(), new.get("proceeds").is_some());

            let items = caller.body(&format!("{V0}/{id}/orderItems"), &[]).await["payload"].clone();
            assert_eq!(items["AmazonOrderId"], json!(id));
            let items = items["OrderItems"].as_array().unwrap();
            let lines = new["orderItems"].as_array().unwrap();
            assert_eq!(items.len(), lines.len());
            let mut total = 0;
            for (item, line) in items.iter().zip(lines) {
                assert_eq!(line["orderItemId"], item["OrderItemId"]);
                assert_eq!(line["product"]["sellerSku"], item["SellerSKU"]);
                assert_eq!(line["product"]["asin"], item["ASIN"]);
                assert_eq!(line["quantityOrdered"], item["QuantityOrdered"]);
                let points = &line["expense"]["pointsCost"]["pointsGranted"];
                assert_eq!(points["pointsNumber"], item["PointsGranted"]["PointsNumber"]);
                assert!(points.is_null() || currency == "JPY", "points are Japan's alone");
                let Some(proceeds) = line.get("proceeds") else {
                    assert!(item.get("ItemPrice").is_none(), "no amounts in either");
                    continue;
                };
                assert_eq!(item["ItemPrice"]["CurrencyCode"], json!(currency));
                let sum: i64 = proceeds["breakdowns"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|part| cents(text(&part["subtotal"], "amount")))
                    .sum();
                assert_eq!(sum, cents(text(&proceeds["proceedsTotal"], "amount")));
                total += sum;
            }
            if let Some(grand) = old.get("OrderTotal") {
                assert_eq!(grand["Amount"], new["proceeds"]["grandTotal"]["amount"]);
                assert_eq!(cents(text(grand, "Amount")), total);
                assert_eq!(text(grand, "Amount").contains('.'), currency != "JPY", "yen have no decimals");
            }

            let alone = caller.body(&format!("{V0}/{id}"), &[]).await;
            assert_eq!(&alone["payload"], old);
            let alone = caller.body(&format!("{V2026}/{id}"), &[ALL_DATA]).await;
            assert_eq!(&alone["order"], new);
            for private in ["BuyerInfo", "ShippingAddress"] {
                assert!(old.get(private).is_none(), "{private}");
            }
        }
    }
}

#[tokio::test]
async fn japanese_orders_grant_points() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    let query = [("MarketplaceIds", JP), ("CreatedAfter", "2026-10-01"), ("OrderStatuses", "Shipped")];
    let mut granted = 0;
    for order in v0(&caller, &query).await {
        let path = format!("{V0}/{}/orderItems", text(&order, "AmazonOrderId"));
        for item in list(caller.body(&path, &[]).await.pointer("/payload/OrderItems")) {
            assert!(!text(&item, "Title").is_ascii(), "a Japanese title: {item}");
            let Some(points) = item.get("PointsGranted") else { continue };
            let number = points["PointsNumber"].as_i64().unwrap();
            let value = json!({ "CurrencyCode": "JPY", "Amount": number.to_string() });
            assert_eq!(points["PointsMonetaryValue"], value, "a point is worth a yen");
            granted += 1;
        }
    }
    assert!(granted > 10, "{granted}");
}

#[tokio::test]
async fn filters_select_orders_and_can_be_combined() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    let base = [("MarketplaceIds", JP), ("CreatedAfter", "2026-10-01")];
    let all = v0(&caller, &base).await;
    for (filter, field, values_of) in [
        ("OrderStatuses", "OrderStatus", "Shipped,Canceled"),
        ("FulfillmentChannels", "FulfillmentChannel", "MFN"),
        ("PaymentMethods", "PaymentMethod", "COD,CVS"),
        ("AmazonOrderIds", "AmazonOrderId", text(&all[0], "AmazonOrderId")),
        ("SellerOrderId", "SellerOrderId", text(&all[1], "SellerOrderId")),
    ] {
        let chosen = v0(&caller, &[&base[..], &[(filter, values_of)]].concat()).await;
        let expected: Vec<_> =
            all.iter().filter(|order| values_of.split(',').any(|value| order[field] == value)).collect();
        assert_eq!(chosen.iter().collect::<Vec<_>>(), expected, "{filter}");
        assert!(!chosen.is_empty() && chosen.len() < all.len(), "{filter}");
    }
    for (filter, value) in
        [("EasyShipShipmentStatuses", "Delivered"), ("BuyerEmail", "a@example.com"), ("IsISPU", "true")]
    {
        let chosen = v0(&caller, &[&base[..], &[(filter, value)]].concat()).await;
        assert!(chosen.is_empty(), "{filter}: no order of the shop matches");
    }
    assert_eq!(v0(&caller, &[&base[..], &[("IsISPU", "false")]].concat()).await, all);

    let base = [("marketplaceIds", JP), ("createdAfter", "2026-10-01"), ("includedData", "FULFILLMENT")];
    let all = v2026(&caller, &base).await;
    for (filter, field, value) in [
        ("fulfillmentStatuses", "fulfillmentStatus", "UNSHIPPED,PARTIALLY_SHIPPED"),
        ("fulfilledBy", "fulfilledBy", "AMAZON"),
    ] {
        let chosen = v2026(&caller, &[&base[..], &[(filter, value)]].concat()).await;
        let fits = |order: &&Value| value.split(',').any(|value| order["fulfillment"][field] == value);
        assert_eq!(chosen.iter().collect::<Vec<_>>(), all.iter().filter(fits).collect::<Vec<_>>(), "{filter}");
        assert!(!chosen.is_empty() && chosen.len() < all.len(), "{filter}");
    }
    let no_marketplace = v2026(&caller, &[("createdAfter", "2026-11-21")]).await;
    let markets: HashSet<_> =
        no_marketplace.iter().map(|order| text(&order["salesChannel"], "marketplaceId")).collect();
    assert_eq!(
        markets,
        HashSet::from([JP]),
        "this version does not require marketplaceIds; without it, the marketplaces of the region count"
    );
}

#[tokio::test]
async fn only_requested_datasets_are_in_the_answer() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    let base = [("createdAfter", "2026-11-01")];
    // Only Japan has points, and only the United States has taxes on top.
    let v2026 = async |_: &Caller, query: &[(&str, &str)]| {
        [v2026(&caller.at(JP), query).await, v2026(&caller.at(US), query).await].concat()
    };
    let optional = [
        "buyer",
        "recipient",
        "fulfillment",
        "proceeds",
        "payment",
        "packages",
        "promotion",
        "expense",
        "cancellation",
        "tax",
    ];
    let names = |orders: &[Value]| -> HashSet<String> {
        let lines = orders.iter().flat_map(|order| order["orderItems"].as_array().unwrap());
        let present = orders.iter().chain(lines).flat_map(|value| value.as_object().unwrap().keys().cloned());
        present.filter(|name| optional.contains(&name.as_str())).collect()
    };
    assert!(names(&v2026(&caller, &base).await).is_empty());
    for name in optional {
        let dataset = name.to_uppercase();
        let asked = [&base[..], &[("includedData", &dataset)]].concat();
        assert_eq!(names(&v2026(&caller, &asked).await), HashSet::from([name.to_owned()]));
    }
    let asked = [&base[..], &[("includedData", "FULFILLMENT_ORDERS")]].concat();
    assert_eq!(v2026(&caller, &asked).await, v2026(&caller, &base).await);
    caller.get(V2026, &[&base[..], &[("includedData", "EVERYTHING")]].concat()).await.error(400, "InvalidInput");

    // A later page has the datasets of the first, unless it asks for others.
    let first = [&base[..], &[("includedData", "FULFILLMENT"), ("maxResultsPerPage", "50")]].concat();
    let body = caller.body(V2026, &first).await;
    let token = text(&body["pagination"], "nextToken");
    let page = async |query: &[(&str, &str)]| names(&list(caller.body(V2026, query).await.get("orders")));
    assert!(page(&[("paginationToken", token)]).await.contains("fulfillment"));
    let others = [("paginationToken", token), ("includedData", "PROCEEDS")];
    assert_eq!(page(&others).await, HashSet::from(["proceeds".to_owned()]));
}

#[tokio::test]
async fn periods_are_inclusive_and_end_two_minutes_ago() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await.at(DE);
    let all = v0(&caller, &[("MarketplaceIds", DE), ("CreatedAfter", "2026-10-01")]).await;
    assert!(all.is_sorted_by_key(|order| text(order, "PurchaseDate").to_owned()));
    let (third, tenth) = (text(&all[2], "PurchaseDate"), text(&all[9], "PurchaseDate"));
    let query = [("MarketplaceIds", DE), ("CreatedAfter", third), ("CreatedBefore", tenth)];
    assert_eq!(v0(&caller, &query).await, all[2..=9]);

    let updated = v0(&caller, &[("MarketplaceIds", DE), ("LastUpdatedAfter", "2026-10-01")]).await;
    assert!(updated.is_sorted_by_key(|order| text(order, "LastUpdateDate").to_owned()));
    assert_eq!(values(&updated, "AmazonOrderId"), values(&all, "AmazonOrderId"));

    let body = caller.body(V0, &[("MarketplaceIds", DE), ("CreatedAfter", "2026-11-01")]).await;
    assert_eq!(body["payload"]["CreatedBefore"], json!("2026-11-22T08:58:00Z"));
    let body = caller.body(V2026, &[("lastUpdatedAfter", "2026-11-01")]).await;
    assert_eq!(body["lastUpdatedBefore"], json!("2026-11-22T08:58:00Z"));
    assert!(v2026(&caller, &[("createdAfter", "2026-11-22T09:00:00Z")]).await.is_empty());
    // A percent-encoded offset works; a date without a time means its first moment.
    let day = v2026(&caller, &[("createdAfter", "2026-11-20")]).await;
    assert_eq!(v2026(&caller, &[("createdAfter", "2026-11-20T09:00:00+09:00")]).await, day);
}

#[tokio::test]
async fn an_unknown_parameter_is_ignored_and_named() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    let query = [("createdAfter", "2026-01-01"), ("marketplaceIDs", "A1VC38T7YXB528"), ("x", "1")];
    let found = caller.get("/orders/2026-01-01/orders", &query).await;
    assert_eq!(found.header("x-sandbox-unknown"), Some("marketplaceIDs, x"));
    let known = caller.get("/orders/2026-01-01/orders", &query[..1]).await;
    assert_eq!(known.header("x-sandbox-unknown"), None);
    assert!(known.body["orders"] == found.body["orders"]);
}

#[tokio::test]
async fn the_error_of_a_wrong_query_names_the_parameter() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    let jp = ("MarketplaceIds", JP);
    let after = ("CreatedAfter", "2026-11-01");
    let cases: &[(&[(&str, &str)], &str)] = &[
        (&[], "MarketplaceIds"),
        (&[after], "MarketplaceIds"),
        (&[after, ("marketplaceIds", JP)], "MarketplaceIds"),
        (&[after, ("MarketplaceIds", "")], "MarketplaceIds"),
        (&[after, ("MarketplaceIds", ",")], "MarketplaceIds"),
        (&[after, ("MarketplaceIds", "A13V1IB3VIYZZH")], "MarketplaceIds"),
        (&[after, jp, ("MarketplaceIds", US)], "MarketplaceIds"),
        (&[jp], "CreatedAfter"),
        (&[jp, ("CreatedBefore", "2026-11-01")], "CreatedAfter"),
        (&[jp, after, ("LastUpdatedAfter", "2026-11-01")], "LastUpdatedAfter"),
        (&[jp, after, ("LastUpdatedBefore", "2026-11-02")], "LastUpdatedBefore"),
        (&[jp, ("LastUpdatedAfter", "2026-11-01"), ("CreatedBefore", "2026-11-02")], "CreatedBefore"),
        (&[jp, after, ("CreatedBefore", "2026-10-31")], "CreatedBefore"),
        (&[jp, after, ("CreatedBefore", "2026-11-22T08:58:01Z")], "CreatedBefore"),
        (&[jp, ("CreatedAfter", "yesterday")], "CreatedAfter"),
        (&[jp, ("CreatedAfter", "2026-02-30")], "CreatedAfter"),
        (&[jp, ("CreatedAfter", "2026-11-01T00:00:00 09:00")], "CreatedAfter"),
        (&[jp, after, ("OrderStatuses", "Shipped,Lost")], "OrderStatuses"),
        (&[jp, after, ("IsISPU", "perhaps")], "IsISPU"),
        (&[jp, after, ("LatestDeliveryDateAfter", "soon")], "LatestDeliveryDateAfter"),
    ];
    for (query, name) in cases {
        let answer: Answer = caller.get(V0, query).await;
        let message = answer.error(400, "InvalidInput");
        assert!(message.contains(name), "{query:?}: {message}");
    }
    for (query, name) in [
        (vec![("marketplaceIds", JP)], "createdAfter"),
        (vec![("createdAfter", "2026-11-01"), ("lastUpdatedAfter", "2026-11-01")], "lastUpdatedAfter"),
        (vec![("createdAfter", "2026-11-01"), ("fulfillmentStatuses", "Shipped")], "fulfillmentStatuses"),
    ] {
        let answer = caller.get(V2026, &query).await;
        assert!(answer.error(400, "InvalidInput").contains(name), "{query:?}");
    }
}

#[tokio::test]
async fn an_unknown_order_is_not_found() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    for path in [
        "/orders/v0/orders/249-0000000-0000000",
        "/orders/v0/orders/249-0000000-0000000/orderItems",
        "/orders/2026-01-01/orders/249-0000000-0000000",
    ] {
        let answer = caller.get(path, &[]).await;
        assert!(answer.error(404, "NotFound").contains("249-0000000-0000000"), "{path}");
    }
}

#[tokio::test]
async fn the_same_seed_makes_the_same_shop() {
    let query = [("createdAfter", "2026-10-01"), ALL_DATA];
    let mut bodies = Vec::new();
    for seed in [7, 7, 8] {
        let sandbox = builder().seed(seed).orders(60).start().await.unwrap();
        let body = Caller::new(&sandbox).await.body(V2026, &query).await;
        assert_eq!(body["orders"].as_array().unwrap().len(), 60);
        bodies.push(body);
    }
    assert_eq!(bodies[0], bodies[1]);
    assert_ne!(bodies[0], bodies[2]);
}

#[tokio::test]
async fn by_default_the_orders_are_recent() {
    let sandbox = Sandbox::start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    let week = DateTime::from(SystemTime::now() - Duration::from_secs(7 * 24 * 3600));
    let query = [("marketplaceIds", JP), ("createdAfter", week.as_str())];
    let recent = v2026(&caller, &query).await;
    assert!(recent.len() > 20, "{}", recent.len());
}
