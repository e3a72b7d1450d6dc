//! Validates the notifications that the sandbox sends against Amazon's schemas of their types.

use crate::schemas::Schemas;
use crate::support::{Caller, JP, US, answer, builder, fulfillment_order, heard, presigned, subscribe};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use spapi_types::Marketplace;
use std::collections::BTreeMap;
use std::time::Duration;

/// Each type that the sandbox sends, with its version and its schema.
const KINDS: [(&str, &str, &str); 14] = [
    ("ANY_OFFER_CHANGED", "1.0", "AnyOfferChangedNotification"),
    ("B2B_ANY_OFFER_CHANGED", "1.0", "B2bAnyOfferChangedNotification"),
    ("DATA_KIOSK_QUERY_PROCESSING_FINISHED", "2023-11-15", "DataKioskQueryProcessingFinishedNotification"),
    ("FBA_INVENTORY_AVAILABILITY_CHANGES", "1.0", "FBAInventoryAvailabilityChangeNotification"),
    ("FEED_PROCESSING_FINISHED", "2020-09-04", "FeedProcessingFinishedNotification"),
    ("FULFILLMENT_ORDER_STATUS", "1.0", "FulfillmentOrderStatusNotification"),
    ("LISTINGS_ITEM_ISSUES_CHANGE", "2023-12-13", "ListingsItemIssuesChangeNotification_2023-12-13"),
    ("LISTINGS_ITEM_MFN_QUANTITY_CHANGE", "1.0", "ListingsItemMfnQuantityChange"),
    ("LISTINGS_ITEM_STATUS_CHANGE", "1.0", "ListingsItemStatusChangeNotification"),
    ("ORDER_CHANGE", "1.0", "OrderChangeNotification"),
    ("PRICING_HEALTH", "1.0", "PricingHealthNotification"),
    ("PRODUCT_TYPE_DEFINITIONS_CHANGE", "1.0", "ProductTypeDefinitionsChangeNotification"),
    ("REPORT_PROCESSING_FINISHED", "2020-09-04", "ReportProcessingFinishedNotification"),
    ("TRANSACTION_UPDATE", "1.0", "TransactionUpdateNotification"),
];

/// What is wrong with the notifications, and the types of which none was sent.
pub async fn problems(schemas: &Schemas) -> Vec<String> {
    let sandbox = builder().start().await.expect("a sandbox");
    let seller = Caller::new(&sandbox).await;
    let kinds = KINDS.map(|(kind, version, _)| (kind, version));
    for marketplace in [JP, US] {
        subscribe(&sandbox, &seller, marketplace, &kinds, Value::Null).await;
    }
    for marketplace in [Marketplace::JP, Marketplace::US] {
        sandbox.place_orders(marketplace, 30).expect("orders");
    }
    listings(&seller).await;
    let issue = json!({
        "code": "18742",
        "message": "Not allowed.",
        "severity": "ERROR",
        "enforcements": { "actions": [{ "action": "SEARCH_SUPPRESSED" }], "exemption": { "status": "NOT_EXEMPT" } },
    });
    sandbox.impose_issues(Marketplace::US, "SPOON-5", &[issue]).expect("a listing");
    jobs(&seller).await;
    stock(&seller).await;
    fulfillment(&seller).await;
    sandbox.clock().advance(Duration::from_secs(31 * 24 * 3600));
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut problems = Vec::new();
    // Reads each of them with the project's own types.
    heard(&sandbox);
    for sent in sandbox.notifications() {
        let mut notification = sent["notification"].clone();
        let kind = notification.get("NotificationType").or(notification.get("notificationType"));
        let kind = kind.and_then(Value::as_str).expect("a type").to_owned();
        let (_, _, file) = KINDS.iter().find(|(known, ..)| *known == kind).expect("a known type");
        let count = seen.entry(kind.clone()).or_default();
        *count += 1;
        // Many orders change in the same way.
        if *count <= 100 {
            match kind.as_str() {
                // The schema has another name than its own example and the list of types.
                "LISTINGS_ITEM_STATUS_CHANGE" => {
                    notification["NotificationType"] = json!("LISTINGS_ITEM_STATUS_CHANGED")
                }
                "ANY_OFFER_CHANGED" => without_winner(&mut notification),
                _ => {}
            }
            let found = schemas.notification(&format!("notifications/{file}.json"), &notification);
            problems.extend(found.into_iter().map(|problem| format!("{kind}: {problem}: {notification}")));
        }
    }
    problems.extend(KINDS.iter().filter(|(kind, ..)| !seen.contains_key(*kind)).map(|(kind, ..)| format!("no {kind}")));
    problems
}

/// Removes the member that offers have at Amazon, but not in the schema.
fn without_winner(notification: &mut Value) {
    let offers = notification.pointer_mut("/Payload/AnyOfferChangedNotification/Offers").and_then(Value::as_array_mut);
    for offer in offers.into_iter().flatten().filter_map(Value::as_object_mut) {
        offer.remove("IsBuyBoxWinner");
    }
}

async fn listings(seller: &Caller) {
    for (marketplace, sku, currency) in [(JP, "SENCHA-100", "JPY"), (US, "SPOON-5", "USD")] {
        let caller = seller.at(marketplace);
        let price = |value: u32| json!([{ "schedule": [{ "value_with_tax": value }] }]);
        let levels = json!([{ "lower_bound": 10, "value": 1500 }]);
        let offer = json!([
            { "currency": currency, "our_price": price(2000) },
            {
                "currency": currency,
                "audience": "B2B",
                "our_price": price(1900),
                "quantity_discount_plan": [{ "schedule": [{ "discount_type": "fixed", "levels": levels }] }],
            },
        ]);
        let stock = json!([{ "fulfillment_channel_code": "DEFAULT", "quantity": 0 }]);
        let patches = json!([
            { "op": "replace", "path": "/attributes/purchasable_offer", "value": offer },
            { "op": "merge", "path": "/attributes/fulfillment_availability", "value": stock },
        ]);
        let path = format!("/listings/2021-08-01/items/A1SPAPISANDBOX/{sku}");
        let request = caller.request(Method::PATCH, &path).query(&[("marketplaceIds", marketplace)]);
        let answer = answer(request.json(&json!({ "productType": "PRODUCT", "patches": patches }))).await;
        assert_eq!(answer.body["status"], json!("ACCEPTED"), "{:?}", answer.body);
    }
}

async fn jobs(seller: &Caller) {
    let reports = "/reports/2021-06-30/reports";
    let report = json!({ "reportType": "GET_AFN_INVENTORY_DATA", "marketplaceIds": [JP] });
    let report = seller.post(reports, &report).await.body;
    let content_type = "text/tab-separated-values; charset=UTF-8";
    let made = seller.post("/feeds/2021-06-30/documents", &json!({ "contentType": content_type })).await.body;
    let upload = Client::new().put(made["url"].as_str().expect("a URL")).header("content-type", content_type);
    presigned(upload.body("sku\tpoints_percent\nHASHI-23\t3\n")).await;
    let feed = json!({
        "feedType": "POST_FLAT_FILE_OFFER_POINTS_PREFERENCE_DATA",
        "marketplaceIds": [JP],
        "inputFeedDocumentId": made["feedDocumentId"],
    });
    let feed = seller.post("/feeds/2021-06-30/feeds", &feed).await.body;
    let query = format!(
        "{{analytics_salesAndTraffic_2024_04_24{{salesAndTrafficByDate(aggregateBy:DAY,startDate:\"2026-09-01\",\
         endDate:\"2026-11-20\",marketplaceIds:[\"{JP}\"]){{startDate}}}}}}"
    );
    let query = seller.post("/dataKiosk/2023-11-15/queries", &json!({ "query": query })).await.body;
    for (path, id) in [
        (reports, &report["reportId"]),
        ("/feeds/2021-06-30/feeds", &feed["feedId"]),
        ("/dataKiosk/2023-11-15/queries", &query["queryId"]),
    ] {
        for _ in 0..3 {
            seller.get(&format!("{path}/{}", id.as_str().expect("an id")), &[]).await;
        }
    }
}

async fn stock(seller: &Caller) {
    let item = json!({ "sellerSku": "NEW", "marketplaceId": JP, "productName": "New" });
    seller.post("/fba/inventory/v1/items", &item).await;
    let add = seller.request(Method::POST, "/fba/inventory/v1/items/inventory").header("x-amzn-idempotency-token", "1");
    let units = json!({ "inventoryItems": [{ "sellerSku": "NEW", "marketplaceId": JP, "quantity": 9 }] });
    answer(add.json(&units)).await;
}

/// Lets Amazon ship two of the units.
async fn fulfillment(seller: &Caller) {
    let order = fulfillment_order("NOTICES-1", "NEW", 1);
    seller.post("/fba/outbound/2020-07-01/fulfillmentOrders", &order).await;
}
