//! Clients read and change listings, with the rules and delays of the service.

use crate::support::{Answer, Caller, DE, JP, US, answer, builder, now};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Method;
use serde_json::{Value, json};
use spapi_sandbox::{Builder, Clock, Fault, FaultKind, Limits, Sandbox};
use std::time::Duration;

const ITEMS: &str = "/listings/2021-08-01/items/A1SELLER";
const FR: &str = "A13V1IB3VIYZZH";
const CA: &str = "A2EUQ1WTGCTBG2";

/// After these seconds a submission shows in the offers, in the issues and in the status, and a deleted listing is gone.
const OFFERS: u64 = 2;
const ISSUES: u64 = 3;
const STATUS: u64 = 6;

/// A sandbox whose clock this test alone advances.
async fn started(builder: Builder) -> (Sandbox, Caller) {
    let sandbox = builder.clock(Clock::stopped_at(now())).start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    (sandbox, caller)
}

fn path(sku: &str) -> String {
    format!("{ITEMS}/{}", utf8_percent_encode(sku, NON_ALPHANUMERIC))
}

/// Every part that a seller's listing has.
const ALL: &str = "summaries,attributes,issues,offers,fulfillmentAvailability,relationships,productTypes";

async fn get(caller: &Caller, marketplace: &str, sku: &str) -> Answer {
    caller.get(&path(sku), &[("marketplaceIds", marketplace), ("includedData", ALL)]).await
}

async fn item(caller: &Caller, marketplace: &str, sku: &str) -> Value {
    let answer = get(caller, marketplace, sku).await;
    assert_eq!(answer.status, 200, "{sku}: {:?}", answer.body);
    answer.body
}

async fn send(caller: &Caller, method: Method, sku: &str, query: &[(&str, &str)], body: &Value) -> Answer {
    answer(caller.request(method, &path(sku)).query(query).json(body)).await
}

async fn put(caller: &Caller, marketplace: &str, sku: &str, body: &Value) -> Answer {
    send(caller, Method::PUT, sku, &[("marketplaceIds", marketplace)], body).await
}

async fn patch(caller: &Caller, marketplace: &str, sku: &str, patches: Value) -> Answer {
    let body = json!({ "productType": "PRODUCT", "patches": patches });
    send(caller, Method::PATCH, sku, &[("marketplaceIds", marketplace)], &body).await
}

/// Sends a patch that the service accepts.
async fn patched(caller: &Caller, marketplace: &str, sku: &str, op: &str, name: &str, value: Value) {
    let answer = patch(caller, marketplace, sku, json!([one(op, name, value)])).await;
    assert_eq!((answer.status.as_u16(), &answer.body["status"]), (200, &json!("ACCEPTED")), "{:?}", answer.body);
}

fn one(op: &str, name: &str, value: Value) -> Value {
    json!({ "op": op, "path": format!("/attributes/{name}"), "value": value })
}

async fn preview(caller: &Caller, method: Method, marketplace: &str, sku: &str, body: &Value) -> Value {
    let query =
        [("marketplaceIds", marketplace), ("mode", "VALIDATION_PREVIEW"), ("includedData", "identifiers,issues")];
    let answer = send(caller, method, sku, &query, body).await;
    assert_eq!(answer.status, 200, "{:?}", answer.body);
    answer.body
}

fn advance(sandbox: &Sandbox, seconds: u64) {
    sandbox.clock().advance(Duration::from_secs(seconds));
}

fn price(amount: impl Into<Value>) -> Value {
    json!([{ "schedule": [{ "value_with_tax": amount.into() }] }])
}

fn offer(marketplace: &str, currency: &str, audience: &str, amount: impl Into<Value>) -> Value {
    json!({ "marketplace_id": marketplace, "currency": currency, "audience": audience, "our_price": price(amount) })
}

/// The codes of issues, sorted.
fn codes(issues: &Value) -> Vec<&str> {
    let mut codes: Vec<&str> = issues.as_array().unwrap().iter().map(|issue| issue["code"].as_str().unwrap()).collect();
    codes.sort_unstable();
    codes
}

/// A whole new product in the United States.
fn mug() -> Value {
    let text = |text: &str| json!([{ "value": text, "language_tag": "en_US", "marketplace_id": US }]);
    let plain = |value: &str| json!([{ "value": value, "marketplace_id": US }]);
    json!({
        "productType": "KITCHEN",
        "requirements": "LISTING",
        "attributes": {
            "item_name": text("Mug, Green"),
            "brand": text("Sandbox Kitchen"),
            "product_description": text("A green mug."),
            "bullet_point": text("Green"),
            "country_of_origin": plain("JP"),
            "supplier_declared_dg_hz_regulation": plain("not_applicable"),
            "item_type_keyword": plain("kitchen-oak-box"),
            "supplier_declared_has_product_identifier_exemption": [{ "value": true, "marketplace_id": US }],
            "main_product_image_locator": [{ "media_location": "https://example.com/mug.jpg", "marketplace_id": US }],
            "condition_type": plain("new_new"),
            "purchasable_offer": [offer(US, "USD", "ALL", 12.5)],
            "fulfillment_availability": [{ "fulfillment_channel_code": "DEFAULT", "quantity": 4 }],
        },
    })
}

#[tokio::test]
async fn a_new_listing_is_accepted_then_found_in_the_catalog_then_buyable() {
    let (sandbox, caller) = started(builder()).await;
    let caller = caller.at(US);
    get(&caller, US, "MUG-GREEN").await.error(404, "NotFound");
    let answer = put(&caller, US, "MUG-GREEN", &mug()).await;
    assert_eq!(answer.status, 200, "{:?}", answer.body);
    assert_eq!(
        (&answer.body["sku"], &answer.body["status"], &answer.body["issues"]),
        (&json!("MUG-GREEN"), &json!("ACCEPTED"), &json!([]))
    );
    let second = put(&caller, US, "MUG-GREEN", &mug()).await.body;
    assert_ne!(answer.body["submissionId"], second["submissionId"]);

    let new = item(&caller, US, "MUG-GREEN").await;
    assert_eq!(new["attributes"]["item_name"], mug()["attributes"]["item_name"], "the attributes show at once");
    assert_eq!((&new["summaries"][0]["status"], new["summaries"][0].get("asin")), (&json!([]), None));
    assert_eq!((&new["offers"], &new["fulfillmentAvailability"]), (&json!([]), &json!([])));
    advance(&sandbox, OFFERS);
    let known = item(&caller, US, "MUG-GREEN").await;
    assert_eq!(known["offers"][0]["price"], json!({ "currencyCode": "USD", "amount": "12.50" }));
    assert_eq!(known["fulfillmentAvailability"], json!([{ "fulfillmentChannelCode": "DEFAULT", "quantity": 4 }]));
    advance(&sandbox, ISSUES - OFFERS);
    let known = item(&caller, US, "MUG-GREEN").await;
    assert_eq!(known["issues"], json!([]));
    assert_eq!(known["summaries"][0]["asin"].as_str().unwrap().len(), 10);
    assert_eq!(known["summaries"][0]["itemName"], json!("Mug, Green"));
    assert_eq!(known["summaries"][0]["status"], json!([]));
    advance(&sandbox, STATUS - ISSUES);
    let live = item(&caller, US, "MUG-GREEN").await;
    assert_eq!(live["summaries"][0]["status"], json!(["BUYABLE", "DISCOVERABLE"]));
    assert_eq!(live["productTypes"], json!([{ "marketplaceId": US, "productType": "KITCHEN" }]));
    assert_eq!(live["summaries"][0]["createdDate"], json!("2026-11-22T09:00:00Z"));
}

#[tokio::test]
async fn a_whole_listing_replaces_product_facts_and_keeps_the_sales_terms_that_it_leaves_out() {
    let (_sandbox, caller) = started(builder()).await;
    let caller = caller.at(US);
    assert_eq!(put(&caller, US, "MUG-GREEN", &mug()).await.body["status"], json!("ACCEPTED"));
    patched(&caller, US, "MUG-GREEN", "replace", "size", json!([{ "value": "L", "language_tag": "en_US" }])).await;
    let mut facts = mug();
    facts["attributes"]["item_name"][0]["value"] = json!("Mug, Dark Green");
    for name in ["purchasable_offer", "fulfillment_availability", "condition_type"] {
        facts["attributes"].as_object_mut().unwrap().remove(name);
    }
    let mut before = item(&caller, US, "MUG-GREEN").await["attributes"].take();
    assert_eq!(before["size"][0]["value"], json!("L"));
    assert_eq!(put(&caller, US, "MUG-GREEN", &facts).await.body["status"], json!("ACCEPTED"));
    let after = item(&caller, US, "MUG-GREEN").await["attributes"].take();
    before.as_object_mut().unwrap().remove("size");
    before["item_name"] = facts["attributes"]["item_name"].clone();
    assert_eq!(after, before);

    // With the requirements of an offer, the product facts stay.
    let terms = json!({
        "productType": "KITCHEN",
        "requirements": "LISTING_OFFER_ONLY",
        "attributes": {
            "condition_type": [{ "value": "new_new", "marketplace_id": US }],
            "merchant_suggested_asin": [{ "value": "B0SBXU0003", "marketplace_id": US }],
            "purchasable_offer": [offer(US, "USD", "B2B", 11)],
        },
    });
    let answer = put(&caller, US, "MUG-GREEN", &terms).await;
    assert_eq!(answer.body["status"], json!("ACCEPTED"), "{:?}", answer.body);
    let after = item(&caller, US, "MUG-GREEN").await["attributes"].take();
    assert_eq!(after["item_name"], before["item_name"]);
    assert_eq!(after["purchasable_offer"], json!([offer(US, "USD", "B2B", 11)]), "the offer is replaced whole");
    assert_eq!(after["fulfillment_availability"], before["fulfillment_availability"]);
}

#[tokio::test]
async fn a_replaced_instance_loses_what_is_left_out_and_the_other_instances_stay() {
    let (_sandbox, caller) = started(builder()).await;
    let caller = caller.at(US);
    let both = format!("{US},{CA}");
    let before = item(&caller, &both, "SPOON-5").await["attributes"]["purchasable_offer"].take();
    let [for_all, for_companies, in_canada, others] = &before.as_array().unwrap()[..] else { panic!("{before}") };
    assert_eq!([&for_all["audience"], &for_companies["audience"]], ["ALL", "B2B"]);
    assert_eq!([&for_companies["marketplace_id"], &in_canada["marketplace_id"]], [US, CA]);
    for member in ["discounted_price", "minimum_seller_allowed_price", "maximum_seller_allowed_price"] {
        assert!(for_all.get(member).is_some(), "{for_all}");
    }
    // The selectors that are left out are those of the marketplace and of all buyers.
    patched(&caller, US, "SPOON-5", "replace", "purchasable_offer", json!([{ "our_price": price(20) }])).await;
    let after = item(&caller, &both, "SPOON-5").await["attributes"]["purchasable_offer"].take();
    assert_eq!(after, json!([offer(US, "USD", "ALL", 20), for_companies, in_canada, others]));

    let stock = |channel: &str| json!([{ "fulfillment_channel_code": channel, "quantity": 9 }]);
    let stored = item(&caller, US, "SPOON-5").await["attributes"]["fulfillment_availability"].take();
    assert_eq!(stored[0]["lead_time_to_ship_max_days"], json!(3));
    patched(&caller, US, "SPOON-5", "replace", "fulfillment_availability", stock("DEFAULT")).await;
    let stored = item(&caller, US, "SPOON-5").await["attributes"]["fulfillment_availability"].take();
    let own = json!({ "fulfillment_channel_code": "DEFAULT", "quantity": 9, "marketplace_id": US });
    assert_eq!(stored, json!([own]), "the lead time is lost, and the marketplace comes back");
    let amazon = json!([{ "fulfillment_channel_code": "AMAZON_NA" }]);
    patched(&caller, US, "SPOON-5", "add", "fulfillment_availability", amazon).await;
    let stored = item(&caller, US, "SPOON-5").await["attributes"]["fulfillment_availability"].take();
    assert_eq!(stored, json!([own, { "fulfillment_channel_code": "AMAZON_NA", "marketplace_id": US }]));

    // Several instances have the same selectors; all of them are replaced.
    let points = |texts: &[&str]| -> Value {
        texts.iter().map(|text| json!({ "value": text, "language_tag": "en_US", "marketplace_id": US })).collect()
    };
    for texts in [&["a", "b", "c"][..], &["d", "e"]] {
        patched(&caller, US, "SPOON-5", "replace", "bullet_point", points(texts)).await;
        assert_eq!(item(&caller, US, "SPOON-5").await["attributes"]["bullet_point"], points(texts));
    }
}

#[tokio::test]
async fn a_merge_keeps_the_members_that_it_does_not_name_and_removes_those_that_are_null() {
    let (_sandbox, caller) = started(builder()).await;
    let caller = caller.at(DE);
    let mut before = item(&caller, DE, "MÜHLE-SALZ").await["attributes"]["purchasable_offer"].take();
    let selectors = json!({ "marketplace_id": DE, "currency": "EUR", "audience": "ALL" });
    let with = |members: Value| {
        let mut instance = selectors.clone();
        instance.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        json!([instance])
    };
    let change = with(json!({ "our_price": price(26.5), "discounted_price": null }));
    patched(&caller, DE, "MÜHLE-SALZ", "merge", "purchasable_offer", change).await;
    before[0]["our_price"] = price(26.5);
    before[0].as_object_mut().unwrap().remove("discounted_price");
    assert_eq!(item(&caller, DE, "MÜHLE-SALZ").await["attributes"]["purchasable_offer"], before);
    let stock = json!([{ "fulfillment_channel_code": "DEFAULT", "quantity": 2 }]);
    patched(&caller, DE, "MÜHLE-SALZ", "merge", "fulfillment_availability", stock).await;
    let stored = item(&caller, DE, "MÜHLE-SALZ").await["attributes"]["fulfillment_availability"].take();
    assert_eq!((&stored[0]["quantity"], &stored[0]["lead_time_to_ship_max_days"]), (&json!(2), &json!(3)));
    // An instance that is not there is added.
    let companies = json!([{ "marketplace_id": DE, "currency": "EUR", "audience": "B2B", "our_price": price(9) }]);
    patched(&caller, DE, "WECKER", "merge", "purchasable_offer", companies).await;
    let stored = item(&caller, DE, "WECKER").await["attributes"]["purchasable_offer"].take();
    assert_eq!(stored[1], offer(DE, "EUR", "B2B", 9));
}

#[tokio::test]
async fn a_deletion_removes_the_instances_with_the_selectors_that_it_names() {
    let (_sandbox, caller) = started(builder()).await;
    let caller = caller.at(US);
    let b2b = json!([{ "marketplace_id": US, "currency": "USD", "audience": "B2B" }]);
    patched(&caller, US, "SPOON-5", "delete", "purchasable_offer", b2b).await;
    let left = item(&caller, US, "SPOON-5").await["attributes"]["purchasable_offer"].take();
    assert_eq!(left.as_array().unwrap().iter().map(|offer| &offer["audience"]).collect::<Vec<_>>(), ["ALL"]);
    // The text itself is not a selector.
    let name = json!([{ "value": "anything", "language_tag": "en_US", "marketplace_id": US }]);
    patched(&caller, US, "SPOON-5", "delete", "brand", name).await;
    assert_eq!(item(&caller, US, "SPOON-5").await["attributes"].get("brand"), None);
    assert_ne!(item(&caller, CA, "SPOON-5").await["attributes"].get("brand"), None, "the other marketplace keeps it");
}

#[tokio::test]
async fn a_patch_that_the_service_does_not_take_changes_nothing() {
    let (_sandbox, caller) = started(builder()).await;
    let caller = caller.at(US);
    let before = item(&caller, US, "SPOON-5").await;
    let offers = || json!([offer(US, "USD", "ALL", 20)]);
    let mut without_audience = offers();
    without_audience[0].as_object_mut().unwrap().remove("audience");
    let mut without_price = offers();
    without_price[0]["our_price"] = Value::Null;
    let at = |path: &str| json!({ "op": "replace", "path": path, "value": offers() });
    for (patch_sent, why) in [
        (at("/attributes/purchasable_offer/0/our_price"), "Invalid path"),
        (at("/attributes"), "Invalid path"),
        (at("purchasable_offer"), "Invalid path"),
        (json!({ "op": "replace", "value": offers() }), "path"),
        (json!({ "op": "move", "path": "/attributes/brand", "value": offers() }), "op"),
        (one("replace", "brand", json!("Text")), "array of objects"),
        (one("replace", "brand", json!(["Text"])), "array of objects"),
        (one("replace", "brand", json!([])), "empty value"),
        (one("merge", "brand", json!([{ "value": "x", "language_tag": "en_US", "marketplace_id": US }])), "merged"),
        (one("merge", "purchasable_offer", without_audience), "audience"),
        (one("merge", "purchasable_offer", without_price), "our_price"),
        (one("merge", "fulfillment_availability", json!([{ "quantity": 5 }])), "fulfillment_channel_code"),
        (json!({ "op": "delete", "path": "/attributes/brand" }), "empty value"),
        (one("delete", "purchasable_offer", json!([{}])), "empty value"),
    ] {
        let answer = patch(
            &caller,
            US,
            "SPOON-5",
            json!([one("add", "size", json!([{ "value": "L", "language_tag": "en_US" }])), patch_sent]),
        )
        .await;
        let message = answer.error(400, "InvalidInput");
        assert!(message.contains(why), "{patch_sent}: {message}");
    }
    for (value, code) in [
        (json!([{}]), "99022"),
        (json!([{ "audience": "ALL", "our_price": null }]), "99022"),
        (json!([{ "audience": "ALL", "our_price": price(Value::Null) }]), "99022"),
        (json!([{ "our_price": price(0) }]), "4000001"),
        (json!([{ "our_price": price(1.005) }]), "4000001"),
        (json!([{ "our_price": price("9") }]), "4000001"),
        (json!([{ "our_price": price(1e300) }]), "4000001"),
        (json!([{ "audience": "FRIENDS", "our_price": price(20) }]), "90244"),
        (json!([{ "colour": "blue" }]), "4000001"),
    ] {
        let answer = patch(&caller, US, "SPOON-5", json!([one("replace", "purchasable_offer", value.clone())])).await;
        assert_eq!((answer.status.as_u16(), &answer.body["status"]), (200, &json!("INVALID")), "{value}");
        let issue = &answer.body["issues"][0];
        assert_eq!((&issue["code"], &issue["severity"]), (&json!(code), &json!("ERROR")), "{value}: {issue}");
        assert_eq!(issue["attributeNames"], json!(["purchasable_offer"]));
    }
    let answer =
        patch(&caller, US, "SPOON-5", json!([one("replace", "fulfillment_availability", json!([{ "quantity": 5 }]))]))
            .await;
    assert_eq!(answer.body["status"], json!("INVALID"));
    assert_eq!(item(&caller, US, "SPOON-5").await, before);
}

#[tokio::test]
async fn a_price_outside_of_the_sellers_own_limits_is_invalid() {
    let (_sandbox, caller) = started(builder()).await;
    let caller = caller.at(US);
    let merge = |amount: f64| one("merge", "purchasable_offer", json!([offer(US, "USD", "ALL", amount)]));
    for amount in [1.0, 99.0] {
        let answer = patch(&caller, US, "SPOON-5", json!([merge(amount)])).await;
        assert_eq!(
            (&answer.body["status"], codes(&answer.body["issues"])),
            (&json!("INVALID"), vec!["18155"]),
            "{amount}"
        );
        assert_eq!(answer.body["issues"][0]["categories"], json!(["INVALID_PRICE"]));
    }
    assert_eq!(patch(&caller, US, "SPOON-5", json!([merge(21.0)])).await.body["status"], json!("ACCEPTED"));
}

#[tokio::test]
async fn a_replaced_offer_loses_its_points_in_japan_and_a_merged_one_keeps_them() {
    let points = |item: &Value| item["offers"][0]["points"]["pointsNumber"].as_i64();
    for (clears, left) in [(true, None), (false, Some(14))] {
        let (sandbox, caller) = started(builder().replacing_clears_points(clears)).await;
        let sku = "Café-DRIP/12";
        assert_eq!(points(&item(&caller, JP, sku).await), Some(14));
        let offers = || json!([offer(JP, "JPY", "ALL", 1500)]);
        patched(&caller, JP, sku, "merge", "purchasable_offer", offers()).await;
        advance(&sandbox, OFFERS);
        let merged = item(&caller, JP, sku).await;
        assert_eq!((points(&merged), &merged["offers"][0]["price"]["amount"]), (Some(14), &json!("1500")));
        // Another audience has no points to lose.
        patched(&caller, JP, sku, "replace", "purchasable_offer", json!([offer(JP, "JPY", "B2B", 1400)])).await;
        patched(
            &caller,
            JP,
            sku,
            "replace",
            "fulfillment_availability",
            json!([{ "fulfillment_channel_code": "DEFAULT", "quantity": 3 }]),
        )
        .await;
        advance(&sandbox, OFFERS);
        assert_eq!(points(&item(&caller, JP, sku).await), Some(14));
        patched(&caller, JP, sku, "replace", "purchasable_offer", offers()).await;
        advance(&sandbox, OFFERS);
        assert_eq!(points(&item(&caller, JP, sku).await), left, "{clears}");
    }
}

#[tokio::test]
async fn the_offers_follow_the_attributes_after_a_delay() {
    let (sandbox, caller) = started(builder()).await;
    let caller = caller.at(US);
    let shown = async || {
        let item = item(&caller, US, "KETTLE-1.7").await;
        let attribute = item["attributes"]["purchasable_offer"][0]["our_price"].clone();
        (attribute, item["offers"][0]["price"]["amount"].clone())
    };
    patched(&caller, US, "KETTLE-1.7", "merge", "purchasable_offer", json!([offer(US, "USD", "ALL", 60)])).await;
    assert_eq!(shown().await, (price(60), json!("58.75")));
    advance(&sandbox, OFFERS);
    assert_eq!(shown().await, (price(60), json!("60.00")));
}

#[tokio::test]
async fn a_listing_is_buyable_while_an_open_offer_has_units() {
    let (sandbox, caller) = started(builder()).await;
    let caller = caller.at(US);
    let status = async || item(&caller, US, "MUG+SAUCER").await["summaries"][0]["status"].clone();
    let (buyable, not_buyable) = (json!(["BUYABLE", "DISCOVERABLE"]), json!(["DISCOVERABLE"]));
    assert_eq!(status().await, buyable);
    let stock = |members: Value| {
        let mut stock = json!({ "fulfillment_channel_code": "DEFAULT" });
        stock.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        json!([stock])
    };
    for (members, expected) in [
        (json!({ "quantity": 0 }), &not_buyable),
        (json!({ "is_inventory_available": true }), &buyable),
        (json!({ "quantity": 0, "is_inventory_available": false }), &not_buyable),
        (json!({ "quantity": 1 }), &buyable),
    ] {
        patched(&caller, US, "MUG+SAUCER", "replace", "fulfillment_availability", stock(members.clone())).await;
        advance(&sandbox, STATUS);
        assert_eq!(status().await, *expected, "{members}");
    }
    // The offer begins in ten minutes and ends in twenty.
    let time = |time: &str| json!({ "value": time });
    let mut later = offer(US, "USD", "ALL", 20);
    later["start_at"] = time("2026-11-22T09:10:00Z");
    later["end_at"] = time("2026-11-22T09:20:00Z");
    patched(&caller, US, "MUG+SAUCER", "replace", "purchasable_offer", json!([later])).await;
    advance(&sandbox, STATUS);
    for (seconds, expected) in [(0, &not_buyable), (600, &buyable), (600, &not_buyable)] {
        advance(&sandbox, seconds);
        assert_eq!(status().await, *expected, "{seconds}");
        assert_eq!(
            item(&caller, US, "MUG+SAUCER").await["offers"].as_array().unwrap().is_empty(),
            *expected == not_buyable
        );
    }
}

#[tokio::test]
async fn issues_suppress_a_listing_unless_it_is_exempt() {
    let (sandbox, caller) = started(builder()).await;
    let caller = caller.at(DE);
    let status = async |sku: &str| item(&caller, DE, sku).await["summaries"][0]["status"].clone();
    assert_eq!(status("BECHER-350").await, json!(["BUYABLE"]), "Amazon does not accept its main image");
    let issue = |actions: &[&str], exemption: Value| {
        let actions: Vec<Value> = actions.iter().map(|action| json!({ "action": action })).collect();
        json!({
            "code": "18742",
            "message": "Not allowed.",
            "severity": "WARNING",
            "attributeNames": ["item_name"],
            "categories": ["QUALIFICATION_REQUIRED"],
            "enforcements": { "actions": actions, "exemption": exemption },
        })
    };
    let (applies, exempt) = (json!({ "status": "NOT_EXEMPT" }), json!({ "status": "EXEMPT" }));
    let until = json!({ "status": "EXEMPT_UNTIL_EXPIRY_DATE", "expiryDate": "2026-11-22T09:30:00Z" });
    let de = spapi_types::Marketplace::DE;
    for (issue, expected) in [
        (issue(&["LISTING_SUPPRESSED"], applies.clone()), json!(["DISCOVERABLE"])),
        (issue(&["SEARCH_SUPPRESSED"], applies.clone()), json!(["BUYABLE"])),
        (issue(&["LISTING_SUPPRESSED", "SEARCH_SUPPRESSED"], applies), json!([])),
        (issue(&["LISTING_SUPPRESSED", "SEARCH_SUPPRESSED"], exempt), json!(["BUYABLE", "DISCOVERABLE"])),
        (issue(&["LISTING_SUPPRESSED"], until.clone()), json!(["BUYABLE", "DISCOVERABLE"])),
    ] {
        sandbox.impose_issues(de, "WECKER", std::slice::from_ref(&issue)).unwrap();
        assert_eq!(status("WECKER").await, expected, "{issue}");
        let mut shown = item(&caller, DE, "WECKER").await["issues"][0].take();
        assert_eq!(shown.as_object_mut().unwrap().remove("marketplaceIds"), Some(json!([DE])));
        assert_eq!(shown, issue);
    }
    advance(&sandbox, 1800);
    assert_eq!(status("WECKER").await, json!(["DISCOVERABLE"]), "the exemption has ended");
    // Over HTTP, and for listings that are not there.
    let impose = async |body: &Value| {
        let url = format!("{}/_sandbox/listingIssues", sandbox.url());
        reqwest::Client::new().post(url).json(body).send().await.unwrap().status().as_u16()
    };
    assert_eq!(impose(&json!({ "marketplaceId": DE, "sku": "WECKER", "issues": [] })).await, 204);
    assert_eq!(item(&caller, DE, "WECKER").await["issues"], json!([]));
    assert_eq!(impose(&json!({ "marketplaceId": DE, "sku": "NONE", "issues": [] })).await, 400);
    assert_eq!(impose(&json!({ "marketplaceId": "X", "sku": "WECKER", "issues": [] })).await, 400);
    for wrong in [json!({}), json!({ "code": "1", "message": "m", "severity": "BAD" })] {
        assert!(sandbox.impose_issues(de, "WECKER", std::slice::from_ref(&wrong)).is_err(), "{wrong}");
    }
}

#[tokio::test]
async fn a_deleted_listing_answers_for_a_while_and_stays_in_the_other_marketplace() {
    let (sandbox, caller) = started(builder()).await;
    let caller = caller.at(DE);
    let delete =
        async |sku: &str| answer(caller.request(Method::DELETE, &path(sku)).query(&[("marketplaceIds", DE)])).await;
    let deleted = delete("MÜHLE-SALZ").await;
    assert_eq!((deleted.status.as_u16(), &deleted.body["status"]), (200, &json!("ACCEPTED")));
    advance(&sandbox, STATUS - 1);
    item(&caller, DE, "MÜHLE-SALZ").await;
    advance(&sandbox, 1);
    get(&caller, DE, "MÜHLE-SALZ").await.error(404, "NotFound");
    let french = item(&caller, FR, "MÜHLE-SALZ").await;
    let offers = french["attributes"]["purchasable_offer"].as_array().unwrap();
    assert!(offers.iter().all(|offer| offer["marketplace_id"] == FR), "{offers:?}");
    assert_eq!(delete("MÜHLE-SALZ").await.body["status"], json!("ACCEPTED"), "deleting again does no harm");
    // A listing that is sent again before the end stays.
    delete("WECKER").await;
    patched(&caller, DE, "WECKER", "merge", "purchasable_offer", json!([offer(DE, "EUR", "ALL", 12)])).await;
    advance(&sandbox, 60);
    item(&caller, DE, "WECKER").await;
}

#[tokio::test]
async fn a_patch_of_an_unknown_sku_makes_a_listing_that_matches_no_item() {
    let (sandbox, caller) = started(builder()).await;
    let caller = caller.at(US);
    patched(&caller, US, "TYPO", "replace", "purchasable_offer", json!([offer(US, "USD", "ALL", 20)])).await;
    advance(&sandbox, 60);
    let typo = item(&caller, US, "TYPO").await;
    assert_eq!(codes(&typo["issues"]), ["8560"]);
    assert_eq!(
        (&typo["summaries"][0]["status"], &typo["summaries"][0]["productType"]),
        (&json!([]), &json!("PRODUCT"))
    );
    assert_eq!((typo["summaries"][0].get("asin"), typo["summaries"][0].get("itemName")), (None, None));
    // With the ASIN, stock and condition it is an offer on the item.
    let asin = |asin: &str| json!([{ "value": asin, "marketplace_id": US }]);
    patched(&caller, US, "TYPO", "add", "merchant_suggested_asin", asin("B0SBXU0012")).await;
    patched(
        &caller,
        US,
        "TYPO",
        "add",
        "fulfillment_availability",
        json!([{ "fulfillment_channel_code": "DEFAULT", "quantity": 1 }]),
    )
    .await;
    advance(&sandbox, STATUS);
    let matched = item(&caller, US, "TYPO").await;
    assert_eq!((&matched["summaries"][0]["asin"], &matched["issues"]), (&json!("B0SBXU0012"), &json!([])));
    assert_eq!(matched["summaries"][0]["status"], json!(["BUYABLE", "DISCOVERABLE"]));
    patched(&caller, US, "TYPO", "replace", "merchant_suggested_asin", asin("B0SBXU0011")).await;
    advance(&sandbox, ISSUES);
    assert_eq!(
        codes(&item(&caller, US, "TYPO").await["issues"]),
        ["4005015"],
        "an offer does not move to another item"
    );
}

#[tokio::test]
async fn an_unknown_product_type_becomes_product() {
    let (_sandbox, caller) = started(builder()).await;
    let caller = caller.at(US);
    let body = json!({
        "productType": "GADGET",
        "requirements": "LISTING_OFFER_ONLY",
        "attributes": {
            "condition_type": [{ "value": "new_new", "marketplace_id": US }],
            "merchant_suggested_asin": [{ "value": "B0SBXU0001", "marketplace_id": US }],
        },
    });
    let answer = put(&caller, US, "NEW", &body).await;
    assert_eq!(answer.body["status"], json!("ACCEPTED"), "{:?}", answer.body);
    let types = item(&caller, US, "NEW").await["productTypes"].take();
    assert_eq!(types, json!([{ "marketplaceId": US, "productType": "PRODUCT" }]));
    assert_eq!(put(&caller, US, "SPOON-5", &body).await.body["status"], json!("ACCEPTED"));
    assert_eq!(item(&caller, US, "SPOON-5").await["productTypes"][0]["productType"], json!("KITCHEN"));
}

#[tokio::test]
async fn a_sku_may_hold_any_character() {
    let (sandbox, caller) = started(builder()).await;
    let caller = caller.at(US);
    for sku in ["A/B #C%2F+é", "茶 100%", "?a=b&c", "\"'<>"] {
        assert_eq!(put(&caller, US, sku, &mug()).await.body["sku"], json!(sku));
        advance(&sandbox, STATUS);
        assert_eq!(item(&caller, US, sku).await["sku"], json!(sku));
        answer(caller.request(Method::DELETE, &path(sku)).query(&[("marketplaceIds", US)])).await;
        advance(&sandbox, STATUS);
        get(&caller, US, sku).await.error(404, "NotFound");
    }
    let long = "x".repeat(501);
    put(&caller, US, &long, &mug()).await.error(400, "InvalidInput");
}

#[tokio::test]
async fn a_preview_stores_nothing_and_tells_errors_from_warnings() {
    let (_sandbox, caller) = started(builder()).await;
    let caller = caller.at(US);
    let valid = preview(&caller, Method::PUT, US, "MUG-GREEN", &mug()).await;
    assert_eq!((&valid["status"], &valid["issues"]), (&json!("VALID"), &json!([])), "{valid}");
    assert_eq!(valid["identifiers"][0]["marketplaceId"], json!(US));
    let mut without_image = mug();
    without_image["attributes"].as_object_mut().unwrap().remove("main_product_image_locator");
    let warned = preview(&caller, Method::PUT, US, "MUG-GREEN", &without_image).await;
    assert_eq!((&warned["status"], codes(&warned["issues"])), (&json!("VALID"), vec!["18448"]));
    assert_eq!(warned["issues"][0]["severity"], json!("WARNING"));
    let mut nameless = mug();
    nameless["attributes"].as_object_mut().unwrap().remove("item_name");
    let invalid = preview(&caller, Method::PUT, US, "MUG-GREEN", &nameless).await;
    assert_eq!((&invalid["status"], codes(&invalid["issues"])), (&json!("INVALID"), vec!["90220"]));
    assert_eq!(invalid["issues"][0]["attributeNames"], json!(["item_name"]));
    assert_eq!(invalid["issues"][0]["marketplaceIds"], json!([US]));
    get(&caller, US, "MUG-GREEN").await.error(404, "NotFound");

    // What the catalog says later shows in a preview, too.
    let stray = json!({ "productType": "PRODUCT", "patches": [one("add", "purchasable_offer", json!([offer(US, "USD", "ALL", 5)]))] });
    let invalid = preview(&caller, Method::PATCH, US, "TYPO", &stray).await;
    assert_eq!((&invalid["status"], codes(&invalid["issues"])), (&json!("INVALID"), vec!["8560"]));
    assert_eq!(invalid["identifiers"], json!([{ "marketplaceId": US }]));
    let known = preview(&caller, Method::PATCH, US, "TIMER", &stray).await;
    assert_eq!((&known["status"], &known["identifiers"][0]["asin"]), (&json!("VALID"), &json!("B0SBXU0011")));
    assert_eq!(item(&caller, US, "TIMER").await["attributes"]["purchasable_offer"][0]["our_price"], price(12.49));

    let query = [("marketplaceIds", US), ("includedData", "identifiers")];
    send(&caller, Method::PUT, "MUG-GREEN", &query, &mug()).await.error(400, "InvalidInput");
    let query = [("marketplaceIds", US), ("mode", "PREVIEW")];
    send(&caller, Method::PUT, "MUG-GREEN", &query, &mug()).await.error(400, "InvalidInput");
}

#[tokio::test]
async fn every_listing_of_the_shop_is_valid_as_it_stands() {
    let (_sandbox, caller) = started(builder()).await;
    for marketplace in [JP, US, DE] {
        let caller = caller.at(marketplace);
        let query = [("marketplaceIds", marketplace), ("includedData", "attributes,issues"), ("pageSize", "20")];
        let found = caller.body(ITEMS, &query).await;
        let listings = found["items"].as_array().unwrap();
        assert_eq!(listings.len(), 12);
        for listing in listings {
            let body = json!({ "productType": "KITCHEN", "attributes": listing["attributes"] });
            let sku = listing["sku"].as_str().unwrap();
            let valid = preview(&caller, Method::PUT, marketplace, sku, &body).await;
            assert_eq!((&valid["status"], &valid["issues"]), (&json!("VALID"), &json!([])), "{valid}");
        }
    }
}

#[tokio::test]
async fn a_fault_makes_previews_unavailable_and_submissions_vanish() {
    let (sandbox, caller) = started(builder()).await;
    let caller = caller.at(US);
    sandbox.fault(Fault::new("listings-items putListingsItem", FaultKind::PreviewUnavailable).times(2)).unwrap();
    let unavailable = preview(&caller, Method::PUT, US, "MUG-GREEN", &mug()).await;
    assert_eq!((&unavailable["status"], codes(&unavailable["issues"])), (&json!("INVALID"), vec!["4000000"]));
    assert_eq!(put(&caller, US, "MUG-GREEN", &mug()).await.body["status"], json!("ACCEPTED"), "the real call works");
    sandbox.clear_faults();
    sandbox.fault(Fault::new("listings-items patchListingsItem", FaultKind::LostSubmission).nth(1)).unwrap();
    let before = item(&caller, US, "TIMER").await;
    patched(&caller, US, "TIMER", "merge", "purchasable_offer", json!([offer(US, "USD", "ALL", 13)])).await;
    advance(&sandbox, 60);
    assert_eq!(item(&caller, US, "TIMER").await, before);
    for (on, kind) in [
        ("listings-items deleteListingsItem", FaultKind::PreviewUnavailable),
        ("operations", FaultKind::LostSubmission),
        ("orders getOrders", FaultKind::LostSubmission),
    ] {
        let problem = sandbox.fault(Fault::new(on, kind)).unwrap_err().to_string();
        assert!(problem.contains("putListingsItem"), "{problem}");
    }
}

#[tokio::test]
async fn the_messages_of_issues_are_in_the_locale_of_the_request_or_of_the_marketplace() {
    let (_sandbox, caller) = started(builder()).await;
    let caller = caller.at(DE);
    let message = async |locale: Option<&str>| {
        let mut query = vec![("marketplaceIds", DE), ("includedData", "issues")];
        query.extend(locale.map(|locale| ("issueLocale", locale)));
        caller.body(&path("BECHER-350"), &query).await["issues"][0]["message"].clone()
    };
    assert_eq!(message(None).await, json!("Das Hauptbild zeigt mehr als das Produkt."));
    assert_eq!(message(Some("fr_FR")).await, json!("L'image principale montre plus que le produit."));
    assert_eq!(
        message(Some("pl_PL")).await,
        json!("The main image shows more than the product."),
        "no message is in Polish"
    );
}

#[tokio::test]
async fn instances_for_a_marketplace_that_the_request_does_not_name_are_ignored_with_a_warning() {
    let (_sandbox, caller) = started(builder()).await;
    let caller = caller.at(DE);
    let before = item(&caller, FR, "MÜHLE-SALZ").await["attributes"].take();
    let both = || json!([offer(DE, "EUR", "ALL", 25), offer(FR, "EUR", "ALL", 26)]);
    let answer = patch(&caller, DE, "MÜHLE-SALZ", json!([one("merge", "purchasable_offer", both())])).await;
    assert_eq!(answer.body["status"], json!("ACCEPTED"));
    assert_eq!(answer.body["issues"][0]["severity"], json!("WARNING"), "{:?}", answer.body);
    assert_eq!(item(&caller, FR, "MÜHLE-SALZ").await["attributes"], before);
    let answer =
        patch(&caller, &format!("{DE},{FR}"), "MÜHLE-SALZ", json!([one("merge", "purchasable_offer", both())])).await;
    assert_eq!(answer.body["issues"], json!([]));
    assert_eq!(item(&caller, FR, "MÜHLE-SALZ").await["attributes"]["purchasable_offer"][0]["our_price"], price(26));
}

#[tokio::test]
async fn a_request_that_lacks_something_is_refused_by_name() {
    let (_sandbox, caller) = started(builder()).await;
    let caller = caller.at(US);
    let refused = async |method: Method, query: &[(&str, &str)], body: &Value| {
        send(&caller, method, "X", query, body).await.error(400, "InvalidInput").to_owned()
    };
    let us = [("marketplaceIds", US)];
    let both = format!("{US},{CA}");
    let (put, patch) = (Method::PUT, Method::PATCH);
    for (method, query, body, why) in [
        (&put, &[][..], mug(), "marketplaceIds"),
        (&put, &[("marketplaceIds", "X")], mug(), "marketplaceIds"),
        (&put, &[("marketplaceIds", JP)], mug(), "marketplace of the region fe"),
        (&put, &[("marketplaceIds", &*both)], mug(), "at most 1"),
        (&put, &us, json!({}), "productType"),
        (&put, &us, json!({ "productType": "KITCHEN" }), "attributes"),
        (&put, &us, json!({ "productType": "", "attributes": {} }), "productType"),
        (&put, &us, json!({ "productType": "KITCHEN", "attributes": [] }), "body"),
        (&put, &us, json!({ "productType": "KITCHEN", "attributes": { "brand": "x" } }), "array of objects"),
        (&put, &us, json!({ "productType": "KITCHEN", "attributes": {}, "requirements": "ALL" }), "requirements"),
        (&patch, &us, json!({ "productType": "KITCHEN", "patches": [] }), "patches"),
        (&patch, &us, json!({ "productType": "KITCHEN", "patches": ["x"] }), "op"),
    ] {
        let message = refused(method.clone(), query, &body).await;
        assert!(message.contains(why), "{body}: {message}");
    }
    let mut large = mug();
    large["attributes"]["product_description"][0]["value"] = json!("x".repeat(600 << 10));
    send(&caller, put.clone(), "X", &us, &large).await.error(413, "RequestTooLarge");
    large["attributes"]["product_description"][0]["value"] = json!("x".repeat(100 << 10));
    let answer = send(&caller, put, "X", &us, &large).await;
    assert_eq!(codes(&answer.body["issues"]), ["90225"]);
}

#[tokio::test]
async fn a_preview_takes_from_the_quota_of_its_operation() {
    let (_sandbox, caller) = started(builder().limits(Limits::Documented)).await;
    let caller = caller.at(US);
    for _ in 0..10 {
        preview(&caller, Method::PUT, US, "MUG-GREEN", &mug()).await;
    }
    put(&caller, US, "MUG-GREEN", &mug()).await.error(429, "QuotaExceeded");
}

#[tokio::test]
async fn a_family_shows_its_parent_and_its_children() {
    let (_sandbox, caller) = started(builder()).await;
    let caller = caller.at(US);
    let family = |level: &str| {
        let mut body = mug();
        body["attributes"]["parentage_level"] = json!([{ "value": level, "marketplace_id": US }]);
        body["attributes"]["variation_theme"] = json!([{ "name": "COLOR" }]);
        body
    };
    let mut parent = family("parent");
    for name in ["purchasable_offer", "fulfillment_availability", "condition_type"] {
        parent["attributes"].as_object_mut().unwrap().remove(name);
    }
    let answer = put(&caller, US, "FAMILY", &parent).await;
    assert_eq!(answer.body["status"], json!("ACCEPTED"), "{:?}", answer.body);
    let mut child = family("child");
    child["attributes"]["child_parent_sku_relationship"] =
        json!([{ "child_relationship_type": "variation", "parent_sku": "FAMILY", "marketplace_id": US }]);
    for sku in ["CHILD-1", "CHILD-2"] {
        let answer = put(&caller, US, sku, &child).await;
        assert_eq!(answer.body["status"], json!("ACCEPTED"), "{:?}", answer.body);
    }
    let theme = json!({ "attributes": ["color"], "theme": "COLOR" });
    let family = json!([{ "type": "VARIATION", "childSkus": ["CHILD-1", "CHILD-2"], "variationTheme": theme }]);
    let relationships = item(&caller, US, "FAMILY").await["relationships"].take();
    assert_eq!(relationships, json!([{ "marketplaceId": US, "relationships": family }]));
    let family = json!([{ "type": "VARIATION", "parentSkus": ["FAMILY"], "variationTheme": theme }]);
    assert_eq!(item(&caller, US, "CHILD-1").await["relationships"][0]["relationships"], family);
    assert_eq!(item(&caller, US, "TIMER").await["relationships"][0]["relationships"], json!([]));
    let query = [("marketplaceIds", US), ("variationParentSku", "FAMILY"), ("sortBy", "sku"), ("sortOrder", "ASC")];
    let found = caller.body(ITEMS, &query).await;
    assert_eq!((&found["items"][0]["sku"], &found["items"][1]["sku"]), (&json!("CHILD-1"), &json!("CHILD-2")));
    assert_eq!(found["numberOfResults"], json!(2));
}
