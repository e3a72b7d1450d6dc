//! What sellers hear of offers, reports, feeds, queries, stock and product types, and the application of its secret.

use crate::support::{Caller, JP, US, answer, builder, heard, presigned, subscribe};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use spapi_sandbox::{CLIENT_ID, Sandbox};
use std::time::Duration;

const OFFERS: &str = "ANY_OFFER_CHANGED";

/// Sets the price of a listing.
async fn price(caller: &Caller, marketplace: &str, sku: &str, price: f64, currency: &str) {
    let value = json!([{
        "currency": currency,
        "our_price": [{ "schedule": [{ "value_with_tax": price }] }],
    }]);
    offer(caller, marketplace, sku, value).await;
}

/// Replaces the instance of an offer of a listing.
async fn offer(caller: &Caller, marketplace: &str, sku: &str, offer: Value) {
    let patch = json!({ "op": "replace", "path": "/attributes/purchasable_offer", "value": offer });
    let path = format!("/listings/2021-08-01/items/A1SPAPISANDBOX/{sku}");
    let request = caller.request(Method::PATCH, &path).query(&[("marketplaceIds", marketplace)]);
    let answer = answer(request.json(&json!({ "productType": "PRODUCT", "patches": [patch] }))).await;
    assert_eq!(answer.body["status"], json!("ACCEPTED"), "{:?}", answer.body);
}

/// Sends a feed of points, and asks for it until it has ended.
async fn points(caller: &Caller, sku: &str, percent: u8) {
    let content_type = "text/tab-separated-values; charset=UTF-8";
    let made = caller.post("/feeds/2021-06-30/documents", &json!({ "contentType": content_type })).await.body;
    let upload = Client::new().put(made["url"].as_str().unwrap()).header("content-type", content_type);
    let text = format!("sku\tpoints_percent\n{sku}\t{percent}\n");
    assert_eq!(presigned(upload.body(text)).await.status, 200);
    let order = json!({
        "feedType": "POST_FLAT_FILE_OFFER_POINTS_PREFERENCE_DATA",
        "marketplaceIds": [JP],
        "inputFeedDocumentId": made["feedDocumentId"],
    });
    let made = caller.post("/feeds/2021-06-30/feeds", &order).await.body;
    let path = format!("/feeds/2021-06-30/feeds/{}", made["feedId"].as_str().unwrap());
    for _ in 0..3 {
        caller.get(&path, &[]).await;
    }
}

fn of_kind(sandbox: &Sandbox, wanted: &str) -> Vec<Value> {
    heard(sandbox).into_iter().filter(|(kind, _)| kind == wanted).map(|(_, payload)| payload).collect()
}

#[tokio::test]
async fn a_new_price_is_heard_and_points_in_japan_with_it() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    subscribe(&sandbox, &caller, JP, &[(OFFERS, "1.0")], Value::Null).await;
    price(&caller, JP, "HASHI-23", 1500.0, "JPY").await;
    sandbox.clock().advance(Duration::from_secs(6));
    let sent = of_kind(&sandbox, OFFERS);
    assert_eq!(sent.len(), 1, "{sent:?}");
    points(&caller, "HASHI-23", 10).await;
    sandbox.clock().advance(Duration::from_secs(6));
    let sent = of_kind(&sandbox, OFFERS);
    let sent = &sent[1]["AnyOfferChangedNotification"];
    assert_eq!(sent["OfferChangeTrigger"]["MarketplaceId"], json!(JP));
    let own = sent["Offers"].as_array().unwrap().iter().find(|offer| offer["SellerId"] == "A1SPAPISANDBOX").unwrap();
    assert_eq!((&own["ListingPrice"]["Amount"], &own["Points"]), (&json!(1500), &json!({ "PointsNumber": 150 })));
    let best = &sent["Summary"]["BuyBoxPrices"][0];
    let amount = |price: &Value| price["Amount"].as_i64().unwrap();
    let landed =
        amount(&best["ListingPrice"]) + amount(&best["Shipping"]) - best["Points"]["PointsNumber"].as_i64().unwrap();
    assert_eq!(amount(&best["LandedPrice"]), landed);
}

#[tokio::test]
async fn a_dearer_price_than_the_competitors_is_no_longer_healthy() {
    const HEALTH: &str = "PRICING_HEALTH";
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await.at(US);
    subscribe(&sandbox, &caller, US, &[(HEALTH, "1.0")], Value::Null).await;
    price(&caller, US, "SPOON-5", 1.0, "USD").await;
    sandbox.clock().advance(Duration::from_secs(6));
    assert_eq!(of_kind(&sandbox, HEALTH), [] as [Value; 0]);
    price(&caller, US, "SPOON-5", 900.0, "USD").await;
    sandbox.clock().advance(Duration::from_secs(6));
    let sent = of_kind(&sandbox, HEALTH);
    assert_eq!(sent.len(), 1);
    let amount = |pointer: &str| sent[0].pointer(pointer).unwrap().as_f64().unwrap();
    assert_eq!(amount("/merchantOffer/listingPrice/amount"), 900.0);
    assert!(amount("/summary/buyBoxPrices/0/landedPrice/amount") < 900.0);
    let threshold = amount("/summary/referencePrice/competitivePriceThreshold/amount");
    assert_eq!(threshold, amount("/summary/buyBoxPrices/0/landedPrice/amount"));
}

#[tokio::test]
async fn a_new_price_for_companies_is_heard_by_itself() {
    const COMPANIES: &str = "B2B_ANY_OFFER_CHANGED";
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await.at(US);
    subscribe(&sandbox, &caller, US, &[(OFFERS, "1.0"), (COMPANIES, "1.0")], Value::Null).await;
    let set = |value: f64, share: u8| {
        let levels = json!([{ "lower_bound": 5, "value": share }]);
        json!([{
            "currency": "USD",
            "audience": "B2B",
            "our_price": [{ "schedule": [{ "value_with_tax": value }] }],
            "quantity_discount_plan": [{ "schedule": [{ "discount_type": "percent", "levels": levels }] }],
        }])
    };
    price(&caller, US, "SPOON-5", 10.0, "USD").await;
    sandbox.clock().advance(Duration::from_secs(6));
    let before = of_kind(&sandbox, OFFERS).len();
    for (value, share, tier) in [(8.0, 10, 7.2), (8.0, 25, 6.0)] {
        offer(&caller, US, "SPOON-5", set(value, share)).await;
        sandbox.clock().advance(Duration::from_secs(6));
        assert_eq!(of_kind(&sandbox, OFFERS).len(), before, "the offer to everybody is as it was");
        let sent = of_kind(&sandbox, COMPANIES);
        let sent = &sent.last().unwrap()["B2BAnyOfferChangedNotification"];
        let own =
            sent["Offers"].as_array().unwrap().iter().find(|offer| offer["SellerId"] == "A1SPAPISANDBOX").unwrap();
        assert_eq!(own["ListingPrice"]["Amount"], json!(value));
        assert_eq!(own["QuantityDiscountPrice"][0]["QuantityTier"], json!(5));
        assert_eq!(own["QuantityDiscountPrice"][0]["ListingPrice"]["Amount"], json!(tier));
    }
    assert_eq!(of_kind(&sandbox, COMPANIES).len(), 2);
}

#[tokio::test]
async fn changes_of_an_item_are_joined_within_the_period() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await.at(US);
    let settings = json!({ "aggregationTimePeriod": "FiveMinutes" });
    let filter = json!({ "eventFilterType": OFFERS, "marketplaceIds": [US], "aggregationSettings": settings });
    subscribe(&sandbox, &caller, US, &[(OFFERS, "1.0")], json!({ "eventFilter": filter })).await;
    for amount in [10.0, 11.0, 12.0, 13.0] {
        price(&caller, US, "SPOON-5", amount, "USD").await;
        sandbox.clock().advance(Duration::from_secs(10));
    }
    let prices = |sandbox: &Sandbox| -> Vec<f64> {
        let own = |sent: &Value| {
            let offers = sent["AnyOfferChangedNotification"]["Offers"].as_array().unwrap().clone();
            let own = offers.into_iter().find(|offer| offer["SellerId"] == "A1SPAPISANDBOX").unwrap();
            own["ListingPrice"]["Amount"].as_f64().unwrap()
        };
        of_kind(sandbox, OFFERS).iter().map(own).collect()
    };
    assert_eq!(prices(&sandbox), [10.0]);
    sandbox.clock().advance(Duration::from_secs(300));
    assert_eq!(prices(&sandbox), [10.0, 13.0]);
    sandbox.clock().advance(Duration::from_secs(900));
    assert_eq!(prices(&sandbox).len(), 2);
}

#[tokio::test]
async fn the_seller_whose_job_ends_hears_of_it() {
    let sandbox = builder().seller("Atzr|second").start().await.unwrap();
    let (seller, other) = (Caller::new(&sandbox).await, Caller::of(&sandbox, "Atzr|second").await);
    let kinds = [
        ("REPORT_PROCESSING_FINISHED", "2020-09-04"),
        ("FEED_PROCESSING_FINISHED", "2020-09-04"),
        ("DATA_KIOSK_QUERY_PROCESSING_FINISHED", "2023-11-15"),
    ];
    for caller in [&seller, &other] {
        subscribe(&sandbox, caller, JP, &kinds, Value::Null).await;
    }
    let order = json!({ "reportType": "GET_AFN_INVENTORY_DATA", "marketplaceIds": [JP] });
    let reports = "/reports/2021-06-30/reports";
    let made = seller.post(reports, &order).await.body;
    let path = format!("{reports}/{}", made["reportId"].as_str().unwrap());
    for _ in 0..2 {
        seller.get(&path, &[]).await;
    }
    assert!(heard(&sandbox).is_empty());
    let report = seller.body(&path, &[]).await;
    let sent = heard(&sandbox);
    assert_eq!(sent.len(), 1, "{sent:?}");
    let payload = &sent[0].1["reportProcessingFinishedNotification"];
    for name in ["reportId", "reportType", "processingStatus", "reportDocumentId"] {
        assert_eq!(payload[name], report[name]);
    }
    points(&seller, "HASHI-23", 5).await;
    let second = seller.post(reports, &order).await.body;
    seller.delete(&format!("{reports}/{}", second["reportId"].as_str().unwrap()), &[]).await;
    let query = "{analytics_salesAndTraffic_2024_04_24{salesAndTrafficByDate(aggregateBy:DAY,startDate:\"2026-11-01\",\
                 endDate:\"2026-11-20\",marketplaceIds:[\"A1VC38T7YXB528\"]){startDate}}}";
    let queries = "/dataKiosk/2023-11-15/queries";
    let made = seller.post(queries, &json!({ "query": query })).await.body;
    for _ in 0..3 {
        seller.get(&format!("{queries}/{}", made["queryId"].as_str().unwrap()), &[]).await;
    }
    let sent = heard(&sandbox);
    let statuses: Vec<&Value> = sent
        .iter()
        .map(|(_, payload)| {
            payload.pointer("/processingStatus").unwrap_or_else(|| {
                let inner = payload.as_object().unwrap().values().next().unwrap();
                &inner["processingStatus"]
            })
        })
        .collect();
    assert_eq!(statuses, ["DONE", "DONE", "CANCELLED", "DONE"]);
    assert_eq!(sent[3].1["query"], json!(query));
}

#[tokio::test]
async fn the_application_gets_its_new_secret_in_its_queue() {
    let sandbox = builder().start().await.unwrap();
    sandbox.rotate_client_secret();
    assert!(sandbox.notifications().is_empty(), "there is no queue");
    let seller = Caller::new(&sandbox).await;
    subscribe(&sandbox, &seller, JP, &[("ORDER_CHANGE", "1.0")], Value::Null).await;
    let secret = sandbox.rotate_client_secret();
    let sent = of_kind(&sandbox, "APPLICATION_OAUTH_CLIENT_NEW_SECRET");
    let sent = &sent[0]["applicationOAuthClientNewSecretNotification"];
    assert_eq!((&sent["clientId"], &sent["newClientSecret"]), (&json!(CLIENT_ID), &json!(secret)));
    assert_eq!(sent["oldClientSecretExpiryTime"], json!("2026-11-29T09:00:00Z"));
    let url = format!("{}/_sandbox/clientSecretExpiry", sandbox.url());
    assert_eq!(Client::new().post(url).json(&json!({ "inDays": 30 })).send().await.unwrap().status(), 204);
    let sent = of_kind(&sandbox, "APPLICATION_OAUTH_CLIENT_SECRET_EXPIRY");
    assert_eq!(
        sent[0]["applicationOAuthClientSecretExpiryNotification"]["clientSecretExpiryTime"],
        json!("2026-12-22T09:00:00Z")
    );
}

#[tokio::test]
async fn the_next_versions_of_product_types_come_once() {
    let sandbox = builder().start().await.unwrap();
    let seller = Caller::new(&sandbox).await;
    let kind = "PRODUCT_TYPE_DEFINITIONS_CHANGE";
    subscribe(&sandbox, &seller, US, &[(kind, "1.0")], Value::Null).await;
    let caller = seller.at(US);
    let latest = async || {
        let path = "/definitions/2020-09-01/productTypes/LUGGAGE";
        caller.body(path, &[("marketplaceIds", US)]).await["productTypeVersion"]["version"].clone()
    };
    let before = latest().await;
    let url = format!("{}/_sandbox/productTypes", sandbox.url());
    assert_eq!(Client::new().post(url).send().await.unwrap().status(), 204);
    assert_ne!(latest().await, before);
    sandbox.clock().advance(Duration::from_secs(40 * 24 * 3600));
    let sent = of_kind(&sandbox, kind);
    assert_eq!(sent.len(), 1, "{sent:?}");
    assert_eq!(sent[0]["MarketplaceId"], json!(US));
    assert!(sent[0]["NewProductTypes"].as_array().unwrap().contains(&json!("LUGGAGE")));
}

#[tokio::test]
async fn added_units_are_heard_once() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    subscribe(&sandbox, &caller, JP, &[("FBA_INVENTORY_AVAILABILITY_CHANGES", "1.0")], Value::Null).await;
    let item = json!({ "sellerSku": "NEW", "marketplaceId": JP, "productName": "New" });
    caller.post("/fba/inventory/v1/items", &item).await;
    for _ in 0..2 {
        let add =
            caller.request(Method::POST, "/fba/inventory/v1/items/inventory").header("x-amzn-idempotency-token", "1");
        let units = json!({ "inventoryItems": [{ "sellerSku": "NEW", "marketplaceId": JP, "quantity": 7 }] });
        assert_eq!(answer(add.json(&units)).await.status, 200);
    }
    let sent = heard(&sandbox);
    assert_eq!(sent.len(), 1);
    let stock = &sent[0].1["FulfillmentInventoryByMarketplace"][0]["FulfillmentInventory"];
    assert_eq!(stock["Fulfillable"], json!(7));
}
