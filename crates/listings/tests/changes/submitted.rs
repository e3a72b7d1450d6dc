//! Reading, putting, patching, deleting and previewing.

use crate::amazon::{Amazon, Fault, Stored, offer};
use serde_json::{Value, json};
use spapi_core::Marketplace;
use spapi_listings::{ListingStatus, ListingsPatch, Preview};

const DE: Marketplace = Marketplace::DE;

fn attributes() -> Value {
    json!({ "brand": [{ "value": "x", "marketplace_id": DE.id() }], "purchasable_offer": [offer(DE, "ALL", 20.0)] })
}

fn answers(amazon: &Amazon, name: &'static str, body: Value) {
    amazon.state().answer = Box::new(move |call| (call.name == name).then(|| body.clone()));
}

fn brand() -> ListingsPatch {
    ListingsPatch::replace("brand", json!([{ "value": "y", "marketplace_id": DE.id() }])).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_sku_of_any_letters_reaches_amazon_as_it_is() {
    for sku in ["A/B#1", "50% off", "a+b", "靴 下", "x?y=1&z", "..a", "100%25"] {
        let amazon = Amazon::with(sku, attributes());
        let listing = amazon.listings(DE).get(sku, DE).await.unwrap();
        assert_eq!((listing.sku.as_str(), listing.product_type.as_deref()), (sku, Some("LUGGAGE")), "{sku}");
        amazon.listings(DE).delete(sku, DE).await.unwrap().accepted().unwrap();
        assert!(amazon.state().listings.is_empty(), "{sku}");
    }
    let amazon = Amazon::new();
    let long = "靴".repeat(41);
    for sku in ["", " ", ".", "..", &long] {
        let error = amazon.listings(DE).get(sku, DE).await.unwrap_err();
        assert!(error.is_input(), "{sku:?}: {error}");
    }
    assert_eq!(amazon.state().calls.len(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_listing_of_an_early_answer_is_read() {
    let amazon = Amazon::new();
    answers(
        &amazon,
        "GET",
        json!({
            "sku": "other-spelling",
            "summaries": [{ "marketplaceId": DE.id(), "productType": "CUP", "status": ["BUYABLE", "SOMETHING"] }],
            "attributes": { "purchasable_offer": [{ "currency": "EUR", "our_price": [{ "schedule": [{ "value_with_tax": 30.0 }] }] }] },
            "issues": [{ "message": "incomplete", "severity": "WARNING", "attributeName": "theme", "attributeNames": ["size", "theme"] }],
            "offers": [{ "marketplaceId": DE.id(), "offerType": "B2C", "price": { "currency": "EUR", "amount": "30.0" } }],
            "fulfillmentAvailability": [{ "fulfillmentChannelCode": "DEFAULT", "quantity": "1" }],
        }),
    );
    let listing = amazon.listings(DE).get("A-1", DE).await.unwrap();
    assert_eq!((listing.sku.as_str(), listing.asin), ("A-1", None));
    assert_eq!(listing.status, [ListingStatus::Buyable, "SOMETHING".into()]);
    let offer = &listing.offers[0];
    assert_eq!((offer.audience.as_str(), offer.currency_code.as_str(), offer.amount), ("ALL", "EUR", Some(30.into())));
    assert_eq!(listing.fulfillment_availability[0].quantity, Some(1));
    let issue = listing.issues.iter().next().unwrap();
    assert_eq!((issue.code.as_deref(), issue.attribute_names.len(), issue.is_error()), (None, 2, false));
}

#[tokio::test(start_paused = true)]
async fn a_listing_that_the_marketplace_does_not_have_is_not_found() {
    let amazon = Amazon::new();
    let error = amazon.listings(DE).get("A\u{1b}-1", DE).await.unwrap_err();
    assert!(error.is_not_found() && error.to_string().contains("the SKU A -1 in DE"), "{error}");
    // Amazon knows the SKU, and has nothing of it in this marketplace.
    answers(
        &amazon,
        "GET",
        json!({ "sku": "A-1", "summaries": [{ "marketplaceId": Marketplace::FR.id(), "productType": "CUP" }] }),
    );
    assert_eq!(amazon.listings(DE).find("A-1", DE).await.unwrap(), None);
}

#[tokio::test(start_paused = true)]
async fn the_status_says_whether_amazon_took_it() {
    let error = json!({ "code": "90220", "severity": "ERROR", "message": "missing", "attributeName": "brand" });
    for (status, is_accepted, is_unknown) in [("ACCEPTED", true, false), ("INVALID", false, false), ("", false, true)] {
        let amazon = Amazon::new();
        answers(&amazon, "PUT", json!({ "sku": "A-1", "status": status, "submissionId": "7", "issues": [error] }));
        let submission = amazon.listings(DE).put("A-1", DE, "LUGGAGE", attributes()).await.unwrap();
        assert_eq!((submission.is_accepted(), submission.issues.errors().count()), (is_accepted, 1), "{status}");
        match submission.accepted() {
            Ok(()) => assert!(is_accepted && submission.submission_id == "7"),
            Err(error) => {
                assert_eq!((is_accepted, error.outcome_unknown()), (false, is_unknown), "{error}");
                assert!(error.to_string().contains("ERROR 90220 (brand): missing"), "{error}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn attributes_of_another_form_are_not_sent() {
    let amazon = Amazon::new();
    for odd in [json!([]), json!("x"), json!({}), json!({ "brand": "x" }), json!({ "brand": [1] })] {
        let error = amazon.listings(DE).put("A-1", DE, "LUGGAGE", odd).await.unwrap_err();
        assert!(error.is_input() && error.to_string().contains("Nothing was sent"), "{error}");
    }
    assert_eq!(amazon.state().calls.len(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_put_sends_what_it_was_given() {
    let amazon = Amazon::new();
    let put = amazon.listings(DE).put("A-1", DE, "LUGGAGE", attributes()).requirements("LISTING_OFFER_ONLY");
    put.await.unwrap().accepted().unwrap();
    let call = amazon.last("PUT");
    assert_eq!(
        call.body,
        json!({ "productType": "LUGGAGE", "requirements": "LISTING_OFFER_ONLY", "attributes": attributes() })
    );
    assert!(call.uri.contains("issueLocale=de_DE"), "{}", call.uri);
}

#[tokio::test(start_paused = true)]
async fn a_patch_of_a_sku_that_does_not_exist_is_not_sent() {
    let amazon = Amazon::new();
    let error = amazon.listings(DE).patch("A-1", DE, [brand()]).await.unwrap_err();
    assert!(error.is_not_found() && error.to_string().contains("Nothing was sent"), "{error}");
    assert_eq!((amazon.calls("GET"), amazon.calls("PATCH")), (1, 0));
    let error = amazon.listings(DE).patch("A-1", DE, [brand()]).upsert().await.unwrap_err();
    assert!(error.is_input() && error.to_string().contains("needs a product type"), "{error}");
    let patch = amazon.listings(DE).patch("A-1", DE, [brand()]).upsert().product_type("LUGGAGE");
    patch.await.unwrap().accepted().unwrap();
    assert_eq!((amazon.calls("GET"), amazon.calls("PATCH")), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_patch_has_the_product_type_of_the_listing() {
    let amazon = Amazon::with("A-1", attributes());
    amazon.listings(DE).patch("A-1", DE, [brand()]).await.unwrap().accepted().unwrap();
    assert_eq!(
        amazon.last("PATCH").body,
        json!({ "productType": "LUGGAGE", "patches": [{ "op": "replace", "path": "/attributes/brand",
            "value": [{ "value": "y", "marketplace_id": DE.id() }] }] })
    );
    answers(&amazon, "GET", json!({ "sku": "A-1", "attributes": attributes() }));
    amazon.listings(DE).patch("A-1", DE, [brand()]).await.unwrap().accepted().unwrap();
    assert_eq!(amazon.last("PATCH").body["productType"], "PRODUCT");
}

#[tokio::test(start_paused = true)]
async fn a_patch_that_amazon_refuses_is_not_sent() {
    let amazon = Amazon::with("A-1", attributes());
    for patch in [
        ListingsPatch::delete("brand", json!([])).unwrap(),
        ListingsPatch::delete("brand", json!([{}])).unwrap(),
        ListingsPatch::merge("brand", json!([{ "value": "y" }])).unwrap(),
        ListingsPatch::merge("purchasable_offer", json!([{ "currency": "EUR", "audience": "ALL" }])).unwrap(),
        ListingsPatch::replace("brand", json!([])).unwrap(),
    ] {
        let error = amazon.listings(DE).patch("A-1", DE, [patch.clone()]).await.unwrap_err();
        assert!(error.is_input(), "{patch:?}: {error}");
        assert!(amazon.listings(DE).patch("A-1", DE, [patch]).preview().await.is_err());
    }
    assert!(amazon.listings(DE).patch("A-1", DE, []).await.unwrap_err().is_input());
    assert_eq!((amazon.calls("PATCH"), amazon.calls("PREVIEW")), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_change_is_sent_once_unless_amazon_certainly_did_not_carry_it_out() {
    for (fault, sent, is_done) in [
        (Fault::Throttled, 2, true),
        (Fault::NoConnection, 2, true),
        (Fault::Failed, 1, false),
        (Fault::Lost, 1, false),
        (Fault::LostAnswer, 1, false),
    ] {
        for name in ["PUT", "PATCH", "DELETE"] {
            let amazon = Amazon::with("A-1", attributes());
            amazon.state().fault = Box::new(move |called, number| (called == name && number == 1).then_some(fault));
            let listings = amazon.listings(DE);
            let submission = match name {
                "PUT" => listings.put("A-1", DE, "LUGGAGE", attributes()).await,
                "PATCH" => listings.patch("A-1", DE, [brand()]).await,
                _ => listings.delete("A-1", DE).await,
            };
            assert_eq!((amazon.calls(name), submission.is_ok()), (sent, is_done), "{name} {fault:?}");
            if let Err(error) = submission {
                assert!(error.outcome_unknown(), "{name} {fault:?}: {error}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_preview_is_valid_invalid_or_not_available() {
    let issue =
        |code: &str, severity: &str| json!({ "code": code, "severity": severity, "message": "m", "categories": [] });
    let of =
        |status: &str, issues: Value| json!({ "sku": "A-1", "status": status, "submissionId": "1", "issues": issues });
    for (body, outcome) in [
        (of("VALID", json!([issue("18448", "WARNING")])), "valid"),
        (of("VALID", json!([])), "valid"),
        (of("INVALID", json!([issue("90220", "ERROR")])), "invalid"),
        (of("INVALID", json!([issue("4000000", "ERROR"), issue("90220", "ERROR")])), "invalid"),
        (of("INVALID", json!([issue("4000000", "ERROR"), issue("18448", "WARNING")])), "unavailable"),
        (of("INVALID", json!([])), "invalid"),
    ] {
        let amazon = Amazon::with("A-1", attributes());
        answers(&amazon, "PREVIEW", body.clone());
        let listings = amazon.listings(DE);
        for preview in [
            listings.put("A-1", DE, "LUGGAGE", attributes()).preview().await.unwrap(),
            listings.patch("A-1", DE, [brand()]).preview().await.unwrap(),
        ] {
            assert_eq!(serde_json::to_value(&preview).unwrap()["outcome"], outcome, "{body}");
            assert_eq!((preview.is_valid(), preview.is_invalid()), (outcome == "valid", outcome == "invalid"));
            assert_eq!(preview.issues().len(), body["issues"].as_array().unwrap().len());
        }
        assert_eq!((amazon.calls("PUT"), amazon.calls("PATCH")), (0, 0), "a preview stores nothing");
    }
}

#[tokio::test(start_paused = true)]
async fn a_preview_that_fails_leaves_no_doubt_about_its_outcome() {
    let amazon = Amazon::with("A-1", attributes());
    amazon.state().fault = Box::new(|name, _| (name == "PREVIEW").then_some(Fault::Lost));
    let error = amazon.listings(DE).put("A-1", DE, "LUGGAGE", attributes()).preview().await.unwrap_err();
    assert!(!error.outcome_unknown() && amazon.calls("PREVIEW") > 1, "{error}");
    amazon.state().fault = Box::new(|name, number| (name == "PREVIEW" && number < 8).then_some(Fault::Failed));
    let preview = amazon.listings(DE).put("A-1", DE, "LUGGAGE", attributes()).preview().await.unwrap();
    assert!(matches!(preview, Preview::Valid { .. }));
}

#[tokio::test(start_paused = true)]
async fn a_seller_without_an_id_is_refused() {
    let amazon = Amazon::new();
    amazon.state().listings.insert("A-1".to_owned(), Stored::new(attributes()));
    let listings = spapi_listings::Listings::new(&amazon.client(DE), " ");
    assert!(listings.get("A-1", DE).await.unwrap_err().is_input());
    assert_eq!(amazon.state().calls.len(), 0);
}

/// Amazon refuses identifiers outside of a preview.
#[tokio::test(start_paused = true)]
async fn the_asin_is_asked_for_in_a_preview_alone() {
    let amazon = Amazon::with("A-1", attributes());
    let body = json!({ "sku": "A-1", "status": "VALID", "submissionId": "1",
        "identifiers": [{ "marketplaceId": DE.id(), "asin": "B000000001" }, { "marketplaceId": DE.id() }] });
    answers(&amazon, "PREVIEW", body);
    let listings = amazon.listings(DE);
    let preview = listings.put("A-1", DE, "LUGGAGE", attributes()).preview().await.unwrap();
    assert!(matches!(&preview, Preview::Valid { asins, .. } if asins == &["B000000001"]), "{preview:?}");
    listings.put("A-1", DE, "LUGGAGE", attributes()).await.unwrap().accepted().unwrap();
    listings.patch("A-1", DE, [brand()]).await.unwrap().accepted().unwrap();
    for name in ["PUT", "PATCH"] {
        assert!(!amazon.last(name).uri.contains("identifiers"), "{name}");
    }
    assert!(amazon.last("PREVIEW").uri.contains("includedData=identifiers"));
}

#[tokio::test(start_paused = true)]
async fn attributes_for_another_marketplace_are_not_sent() {
    let amazon = Amazon::with("A-1", attributes());
    let elsewhere = json!([{ "value": "x", "marketplace_id": Marketplace::FR.id() }]);
    let put = amazon.listings(DE).put("A-1", DE, "LUGGAGE", json!({ "brand": elsewhere }));
    let patch = ListingsPatch::replace("brand", elsewhere.clone()).unwrap();
    for error in [put.clone().await.unwrap_err(), put.preview().await.unwrap_err()] {
        assert!(error.is_input() && error.to_string().contains("/brand/0/marketplace_id"), "{error}");
    }
    let error = amazon.listings(DE).patch("A-1", DE, [patch]).await.unwrap_err();
    assert!(error.is_input() && error.to_string().contains("(FR), and the call is for"), "{error}");
    // What is elsewhere may be removed.
    let removed = ListingsPatch::delete("brand", elsewhere).unwrap();
    assert_eq!(amazon.calls("PATCH"), 0);
    assert!(amazon.listings(DE).patch("A-1", DE, [removed]).await.unwrap().is_accepted());
}

#[tokio::test(start_paused = true)]
async fn a_search_is_read_page_by_page_leniently() {
    let amazon = Amazon::new();
    answers(
        &amazon,
        "GET",
        json!({
            "numberOfResults": 2,
            "items": [
                { "sku": "A-1", "summaries": [{ "marketplaceId": DE.id(), "productType": "CUP", "status": ["BUYABLE"] }],
                  "offers": [{ "marketplaceId": DE.id(), "offerType": "B2C", "price": { "currency": "EUR", "amount": "30.0" } }] },
                // A listing that has no summary yet.
                { "sku": "A-2", "issues": [{ "message": "incomplete", "severity": "ERROR", "attributeName": "theme" }] },
            ],
        }),
    );
    let listings = amazon.listings(DE);
    let mut search = listings.search(DE).without_status([ListingStatus::Discoverable]);
    assert_eq!(search.total(), None);
    let first = search.try_next().await.unwrap().unwrap();
    assert_eq!((first.sku.as_str(), first.product_type.as_deref(), first.offers.len()), ("A-1", Some("CUP"), 1));
    let second = search.try_next().await.unwrap().unwrap();
    assert_eq!((second.sku.as_str(), second.issues.len(), second.status.len()), ("A-2", 1, 0));
    assert_eq!((search.try_next().await.unwrap(), search.total()), (None, Some(2)));
    let error = listings.search(DE).skus((0..21).map(|sku| sku.to_string())).try_next().await.unwrap_err();
    assert!(error.is_input() && error.to_string().contains("21 SKUs"), "{error}");
}
