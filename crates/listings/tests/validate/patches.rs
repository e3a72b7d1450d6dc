//! Patches: what they make of a listing, and whether that is valid.

use super::{JP, assert_found, map, offer, offer_of, schema, stock, validator};
use serde_json::{Value, json};
use spapi_listings::{Attributes, ListingsPatch, Validator, apply};

fn product() -> Validator {
    let mut offer = offer(&["ALL", "B2B"]);
    offer["items"]["properties"]["discounted_price"] = offer["items"]["properties"]["our_price"].clone();
    let name = super::one_value(json!({ "type": "string", "editable": false }));
    validator(&schema(
        json!({ "purchasable_offer": offer, "fulfillment_availability": stock(), "brand": name }),
        json!({ "required": ["brand"] }),
    ))
}

fn stored() -> Attributes {
    let mut all = offer_of(JP, "ALL", json!(1980));
    all["discounted_price"] = json!([{ "schedule": [{ "value_with_tax": 1500 }] }]);
    map(json!({
        "brand": [{ "value": "無印", "marketplace_id": JP }],
        "purchasable_offer": [all, offer_of(JP, "B2B", json!(1800))],
        "fulfillment_availability": [{ "fulfillment_channel_code": "DEFAULT", "quantity": 21 }],
    }))
}

fn of(audience: &str, members: Value) -> Value {
    let mut offer = json!({ "marketplace_id": JP, "currency": "JPY", "audience": audience });
    super::extend(&mut offer, members);
    json!([offer])
}

fn price(amount: u32) -> Value {
    json!([{ "schedule": [{ "value_with_tax": amount }] }])
}

/// The listing after the patch, or why it cannot be applied.
fn after(patch: Result<ListingsPatch, spapi_core::Error>) -> Result<Attributes, String> {
    let mut attributes = stored();
    let patch = patch.map_err(|error| error.to_string())?;
    apply(&mut attributes, &patch, product().selectors()).map_err(|error| error.to_string())?;
    Ok(attributes)
}

#[test]
fn each_operation_changes_what_it_names_and_leaves_the_neighbors() {
    let offers = "purchasable_offer";
    let before = stored()[offers].clone();

    let replaced = after(ListingsPatch::replace(offers, of("ALL", json!({ "our_price": price(1700) })))).unwrap();
    assert_eq!(
        replaced[offers],
        json!([of("ALL", json!({ "our_price": price(1700) }))[0], before[1]]),
        "the sale price is lost"
    );

    let merged = after(ListingsPatch::merge(offers, of("ALL", json!({ "our_price": price(1700) })))).unwrap();
    assert_eq!(merged[offers][0]["discounted_price"], before[0]["discounted_price"]);
    assert_eq!(merged[offers][0]["our_price"], price(1700));
    assert_eq!(merged[offers][1], before[1]);

    let ended = after(ListingsPatch::merge(offers, of("ALL", json!({ "discounted_price": null })))).unwrap();
    assert_eq!(ended[offers], json!([offer_of(JP, "ALL", json!(1980)), before[1]]));

    let deleted = after(ListingsPatch::delete(offers, of("B2B", json!({})))).unwrap();
    assert_eq!(deleted[offers], json!([before[0]]));

    let channel = json!([{ "fulfillment_channel_code": "AMAZON_JP" }]);
    let joined = after(ListingsPatch::replace("fulfillment_availability", channel)).unwrap();
    let both =
        json!([{ "fulfillment_channel_code": "DEFAULT", "quantity": 21 }, { "fulfillment_channel_code": "AMAZON_JP" }]);
    assert_eq!(joined["fulfillment_availability"], both);
    assert_eq!(joined[offers], before);
}

#[test]
fn what_amazon_refuses_is_refused() {
    let offers = "purchasable_offer";
    let refused = [
        ("our_price", ListingsPatch::merge(offers, of("B2B", json!({ "our_price": null })))),
        ("no value", ListingsPatch::delete(offers, json!([]))),
        ("first level", ListingsPatch::replace("/attributes/purchasable_offer/0", of("ALL", json!({})))),
    ];
    for (why, patch) in refused {
        let error = after(patch).unwrap_err();
        assert!(error.contains(why), "{error}");
    }
}

#[track_caller]
fn check(name: &str, patches: &[ListingsPatch], current: Option<&Attributes>, expected: &[&str]) {
    assert_found(name, &product().patches(patches, current), expected);
}

#[test]
fn the_result_of_patches_is_checked() {
    let merge = |members: Value| ListingsPatch::merge("purchasable_offer", of("ALL", members)).unwrap();
    let stored = stored();
    check("a price", &[merge(json!({ "our_price": price(1700) }))], Some(&stored), &[]);
    let wrong = || merge(json!({ "our_price": [{ "schedule": [{ "value_with_tax": "1700" }] }] }));
    let place = "/purchasable_offer/0/our_price/0/schedule/0/value_with_tax type";
    check("a wrong price", &[wrong()], Some(&stored), &[place]);
    check("a wrong price of an unknown listing", &[wrong()], None, &[place]);
    let sale_over = || merge(json!({ "discounted_price": null }));
    check("a sale that is over", &[sale_over()], Some(&stored), &[]);
    check("a sale that is over, of an unknown listing", &[sale_over()], None, &[]);
    let nulled = || merge(json!({ "our_price": [{ "schedule": [{ "value_with_tax": null }] }] }));
    check("a null inside", &[nulled()], Some(&stored), &[place]);
    let brand =
        |value: &str| ListingsPatch::replace("brand", json!([{ "value": value, "marketplace_id": JP }])).unwrap();
    check("a fixed value", &[brand("別")], Some(&stored), &["/brand/0/value editable"]);
    check("the same value", &[brand("無印")], Some(&stored), &[]);
}

#[test]
fn a_required_attribute_must_not_be_deleted() {
    let delete = || ListingsPatch::delete("brand", json!([{ "marketplace_id": JP }])).unwrap();
    check("deleted", &[delete()], Some(&stored()), &[". required brand"]);
    check("deleted from an unknown listing", &[delete()], None, &[]);
    let again = ListingsPatch::add("brand", json!([{ "value": "無印", "marketplace_id": JP }])).unwrap();
    check("deleted and added again", &[delete(), again], Some(&stored()), &[]);
    let mut without = stored();
    without.remove("brand");
    let quantity = json!([{ "fulfillment_channel_code": "DEFAULT", "quantity": 3 }]);
    let quantity = ListingsPatch::merge("fulfillment_availability", quantity).unwrap();
    check("missing before", &[quantity], Some(&without), &["~. required_missing_in_store"]);
}

#[test]
fn a_patch_that_cannot_be_applied_is_named_by_its_number() {
    let good = || ListingsPatch::merge("purchasable_offer", of("ALL", json!({ "our_price": price(1700) }))).unwrap();
    let bad = || ListingsPatch::merge("brand", json!([{ "value": "x", "marketplace_id": JP }])).unwrap();
    for current in [None, Some(&stored())] {
        check("the second", &[good(), bad()], current, &["/patches/1 patch"]);
    }
    let findings = product().patches(&[good(), bad()], None);
    assert_eq!(findings.errors().next().unwrap().attribute.as_deref(), Some("brand"));
}

#[test]
fn a_merged_instance_of_an_unknown_listing_need_not_be_whole() {
    let mut offer = offer(&["ALL", "B2B"]);
    offer["items"]["required"] = json!(["our_price"]);
    offer["items"]["properties"]["start_at"] = json!({ "type": "string" });
    let validator = validator(&schema(json!({ "purchasable_offer": offer }), json!({})));
    let begin = || of("ALL", json!({ "start_at": "2026-12-01" }));
    let merged = validator.patches(&[ListingsPatch::merge("purchasable_offer", begin()).unwrap()], None);
    assert_found("merge", &merged, &[]);
    let replaced = validator.patches(&[ListingsPatch::replace("purchasable_offer", begin()).unwrap()], None);
    assert_found("replace", &replaced, &["/purchasable_offer/0 required our_price"]);
}

#[test]
fn only_instances_that_patches_change_are_linted() {
    let mut stored = stored();
    stored["brand"] = json!([{ "value": "無印" }]);
    let quantity = json!([{ "fulfillment_channel_code": "DEFAULT", "quantity": 3 }]);
    let quantity = ListingsPatch::merge("fulfillment_availability", quantity).unwrap();
    check("another attribute", &[quantity], Some(&stored), &[]);
    let brand = ListingsPatch::add("brand", json!([{ "value": "無印", "marketplace_id": super::US }])).unwrap();
    check("the second instance", &[brand], Some(&stored), &["~/brand/1/marketplace_id value_outside_open_enum"]);
}
