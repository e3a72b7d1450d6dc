//! The filters, the order and the pages of a search for listings.

use crate::support::{Caller, JP, US, builder};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;

const ITEMS: &str = "/listings/2021-08-01/items/A1SELLER";

/// A page of a search in the United States.
async fn page(caller: &Caller, query: &[(&str, &str)]) -> Value {
    let query: Vec<(&str, &str)> = [("marketplaceIds", US)].into_iter().chain(query.iter().copied()).collect();
    caller.body(ITEMS, &query).await
}

fn skus(page: &Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|item| item["sku"].as_str().unwrap()).collect()
}

/// The SKUs that a search finds, sorted.
async fn found(caller: &Caller, query: &[(&str, &str)]) -> Vec<String> {
    let query: Vec<(&str, &str)> = [("pageSize", "20")].into_iter().chain(query.iter().copied()).collect();
    let page = page(caller, &query).await;
    let mut skus: Vec<String> = skus(&page).into_iter().map(str::to_owned).collect();
    assert_eq!(page["numberOfResults"], json!(skus.len()), "{query:?}");
    skus.sort();
    skus
}

/// Sends an offer on an item of the shop.
async fn add(caller: &Caller, sku: &str) {
    let plain = |value: &str| json!([{ "value": value, "marketplace_id": US }]);
    let body = json!({
        "productType": "PRODUCT",
        "requirements": "LISTING_OFFER_ONLY",
        "attributes": { "condition_type": plain("new_new"), "merchant_suggested_asin": plain("B0SBXU0001") },
    });
    let request = caller.request(Method::PUT, &format!("{ITEMS}/{sku}")).query(&[("marketplaceIds", US)]);
    let answer = crate::support::answer(request.json(&body)).await;
    assert_eq!(answer.body["status"], json!("ACCEPTED"), "{:?}", answer.body);
}

#[tokio::test]
async fn listings_are_found_by_each_type_of_identifier() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await.at(US);
    let by =
        async |kind: &str, wanted: &str| found(&caller, &[("identifiersType", kind), ("identifiers", wanted)]).await;
    let item = page(
        &caller,
        &[("identifiersType", "SKU"), ("identifiers", "BOARD-S"), ("includedData", "attributes,summaries")],
    )
    .await;
    let summary = &item["items"][0]["summaries"][0];
    let ean = item["items"][0]["attributes"]["externally_assigned_product_identifier"][0]["value"].as_str().unwrap();
    assert_eq!(ean.len(), 13);
    // It has the digits of a UPC.
    let upc = ean.strip_prefix('0').unwrap();
    let (asin, fn_sku) = (summary["asin"].as_str().unwrap(), summary["fnSku"].as_str().unwrap());
    let gtin = format!("0{ean}");
    for (kind, wanted) in [
        ("SKU", "BOARD-S"),
        ("ASIN", asin),
        ("FNSKU", fn_sku),
        ("EAN", ean),
        ("JAN", ean),
        ("UPC", upc),
        ("GTIN", &gtin),
    ] {
        assert_eq!(by(kind, wanted).await, ["BOARD-S"], "{kind} {wanted}");
    }
    assert_eq!(by("SKU", "BOARD-S,TIMER,NONE").await, ["BOARD-S", "TIMER"]);
    assert!(by("ISBN", "9780000000002").await.is_empty() && by("MINSAN", "1").await.is_empty());
    let many = ["BOARD-S"; 21].join(",");
    for query in [
        &[("identifiersType", "SKU"), ("identifiers", &*many)][..],
        &[("identifiersType", "SKU")],
        &[("identifiers", "BOARD-S")],
        &[("identifiersType", "COLOR"), ("identifiers", "BOARD-S")],
        &[("identifiersType", "SKU"), ("identifiers", "BOARD-S"), ("variationParentSku", "A")],
        &[("packageHierarchySku", "A"), ("variationParentSku", "A")],
        &[("pageSize", "21")],
        &[("sortBy", "price")],
        &[("pageToken", "guess")],
    ] {
        let query: Vec<(&str, &str)> = [("marketplaceIds", US)].into_iter().chain(query.iter().copied()).collect();
        caller.get(ITEMS, &query).await.error(400, "InvalidInput");
    }
    caller.get(ITEMS, &[]).await.error(400, "InvalidInput");
}

#[tokio::test]
async fn listings_are_found_by_status_issues_and_time() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await.at(US);
    let all = found(&caller, &[]).await;
    assert_eq!(all.len(), 12);
    let without = |unwanted: &[&str]| -> Vec<String> {
        all.iter().filter(|sku| !unwanted.contains(&sku.as_str())).cloned().collect()
    };
    assert_eq!(found(&caller, &[("withStatus", "BUYABLE")]).await, without(&["SKILLET-10"]), "it is sold out");
    assert_eq!(found(&caller, &[("withoutStatus", "BUYABLE")]).await, ["SKILLET-10"]);
    assert_eq!(found(&caller, &[("withoutStatus", "DISCOVERABLE")]).await, ["BOARD-L"]);
    let both = [("withStatus", "BUYABLE,DISCOVERABLE")];
    assert_eq!(found(&caller, &both).await, without(&["SKILLET-10", "BOARD-L"]));
    assert_eq!(found(&caller, &[("withIssueSeverity", "ERROR")]).await, ["BOARD-L"]);
    assert_eq!(found(&caller, &[("withIssueSeverity", "WARNING")]).await, ["APRON-GR"]);
    assert_eq!(found(&caller, &[("withIssueSeverity", "WARNING,ERROR")]).await, ["APRON-GR", "BOARD-L"]);

    sandbox.clock().advance(Duration::from_secs(1800));
    add(&caller, "NEW").await;
    let then = "2026-11-22T09:30:00Z";
    assert_eq!(found(&caller, &[("createdAfter", then)]).await, ["NEW"], "that second counts");
    assert_eq!(found(&caller, &[("lastUpdatedAfter", then)]).await, ["NEW"]);
    assert_eq!(found(&caller, &[("createdBefore", "2026-11-22T09:29:59Z")]).await, all);
    assert_eq!(found(&caller, &[("createdAfter", then), ("createdBefore", then)]).await, ["NEW"]);
    assert_eq!(found(&caller, &[("lastUpdatedBefore", "2026-11-22T09:00:00Z")]).await, all);
    caller.get(ITEMS, &[("marketplaceIds", US), ("createdAfter", "yesterday")]).await.error(400, "InvalidInput");
}

#[tokio::test]
async fn pages_follow_the_order_that_the_search_asks_for_and_give_each_listing_once() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await.at(US);
    sandbox.clock().advance(Duration::from_secs(60));
    add(&caller, "A-NEW").await;
    let mut by_sku = found(&caller, &[]).await;
    assert_eq!(skus(&page(&caller, &[("pageSize", "1")]).await), ["A-NEW"], "the newest change is first");
    assert_eq!(skus(&page(&caller, &[("pageSize", "1"), ("sortBy", "createdDate")]).await), ["A-NEW"]);
    let oldest = [("pageSize", "13"), ("sortBy", "createdDate"), ("sortOrder", "ASC")];
    assert_eq!(skus(&page(&caller, &oldest).await).last(), Some(&"A-NEW"));
    for order in ["ASC", "DESC"] {
        for size in ["1", "4", "13"] {
            let mut query = vec![("pageSize".to_owned(), size.to_owned()), ("sortBy".into(), "sku".into())];
            query.push(("sortOrder".into(), order.into()));
            let mut seen = Vec::new();
            loop {
                let asked: Vec<(&str, &str)> = query.iter().map(|(name, value)| (&**name, &**value)).collect();
                let page = page(&caller, &asked).await;
                assert_eq!(page["numberOfResults"], json!(13));
                seen.extend(skus(&page).into_iter().map(str::to_owned));
                let Some(token) = page["pagination"]["nextToken"].as_str() else { break };
                // The token knows the query of the first page.
                query = vec![("pageToken".into(), token.into())];
            }
            assert_eq!(seen, by_sku, "{order} {size}");
        }
        by_sku.reverse();
    }
    let first = page(&caller, &[]).await;
    assert_eq!(skus(&first).len(), 10, "the usual size");
    assert_eq!(first["pagination"].get("previousToken"), None);
    let second = page(&caller, &[("pageToken", first["pagination"]["nextToken"].as_str().unwrap())]).await;
    let back = page(&caller, &[("pageToken", second["pagination"]["previousToken"].as_str().unwrap())]).await;
    assert_eq!(skus(&back), skus(&first));
}

#[tokio::test]
async fn the_pages_of_a_search_end_after_a_thousand_listings() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await.at(US);
    for number in 0..1000 {
        add(&caller, &format!("N-{number:04}")).await;
    }
    let mut seen = BTreeSet::new();
    let mut token: Option<String> = None;
    loop {
        let query: Vec<(&str, &str)> = match &token {
            None => vec![("pageSize", "20")],
            Some(token) => vec![("pageToken", token)],
        };
        let page = page(&caller, &query).await;
        assert_eq!(page["numberOfResults"], json!(1012));
        seen.extend(skus(&page).into_iter().map(str::to_owned));
        token = page["pagination"]["nextToken"].as_str().map(str::to_owned);
        if token.is_none() {
            break;
        }
    }
    assert_eq!(seen.len(), 1000);
}

#[tokio::test]
async fn a_second_marketplace_has_its_own_listings() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    let canada = "A2EUQ1WTGCTBG2";
    let caller = caller.at(US);
    let found = caller
        .body(ITEMS, &[("marketplaceIds", canada), ("sortBy", "sku"), ("includedData", "summaries,offers")])
        .await;
    assert_eq!(skus(&found), ["SPOON-5", "MUG 12oz/BLUE"]);
    assert_eq!(found["items"][0]["offers"][0]["price"]["currencyCode"], json!("CAD"));
    let both = format!("{US},{canada}");
    let found =
        caller.body(ITEMS, &[("marketplaceIds", &both), ("identifiersType", "SKU"), ("identifiers", "SPOON-5")]).await;
    assert_eq!(found["items"][0]["summaries"].as_array().unwrap().len(), 2);
    caller.get(ITEMS, &[("marketplaceIds", JP)]).await.error(400, "InvalidInput");
}
