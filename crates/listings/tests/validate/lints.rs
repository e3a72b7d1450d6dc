//! What the schema accepts, and Amazon may not.

use super::{JP, US, attribute, check, extend, found, offer, offer_of, one_value, schema, validator, with};
use serde_json::{Value, json};
use spapi_core::Marketplace;

#[test]
fn a_value_outside_of_an_open_enumeration_is_a_warning() {
    let closure = json!({ "type": "string", "anyOf": [{ "type": "string" }, { "type": "string", "enum": ["紐", "ファスナー"] }] });
    check(
        &schema(json!({ "closure": one_value(closure) }), json!({})),
        &[
            ("listed", with("closure", json!("紐")), &[]),
            ("not listed", with("closure", json!("磁石")), &["~/closure/0/value value_outside_open_enum"]),
            ("no text", with("closure", json!(1)), &["/closure/0/value type", "/closure/0/value anyOf"]),
        ],
    );
    let by_reference = json!({ "anyOf": [{ "$ref": "#/$defs/listed" }, { "type": ["string", "number"] }] });
    let mut with_reference = schema(json!({ "count": one_value(by_reference) }), json!({}));
    with_reference["$defs"]["listed"] = json!({ "enum": [1, "many"] });
    check(
        &with_reference,
        &[
            ("a listed number in another spelling", with("count", json!(1.0)), &[]),
            ("a listed text", with("count", json!("many")), &[]),
            ("another number", with("count", json!(2)), &["~/count/0/value value_outside_open_enum"]),
        ],
    );
    // A form with a rule of its own is not open.
    let formed = json!({ "anyOf": [{ "type": "string", "pattern": "^x" }, { "enum": ["a"] }] });
    check(
        &schema(json!({ "code": one_value(formed) }), json!({})),
        &[
            ("by its rule", with("code", json!("xyz")), &[]),
            ("by neither", with("code", json!("b")), &["/code/0/value anyOf"]),
        ],
    );
    let nested = json!({ "allOf": [{ "anyOf": [{ "type": "string" }, { "enum": ["a"] }] }] });
    check(
        &schema(json!({ "code": one_value(nested) }), json!({})),
        &[("inside of allOf", with("code", json!("b")), &["~/code/0/value value_outside_open_enum"])],
    );
}

#[test]
fn another_marketplace_is_named() {
    let schema = schema(json!({ "brand": one_value(json!({ "type": "string" })) }), json!({}));
    let attributes = json!({ "brand": [{ "value": "x", "marketplace_id": US }] });
    check(&schema, &[("the United States", attributes.clone(), &["~/brand/0/marketplace_id value_outside_open_enum"])]);
    let findings = validator(&schema).for_marketplace(Marketplace::JP).create(&attributes);
    assert_eq!(found(&findings), ["/brand/0/marketplace_id marketplace_mismatch"]);
    let error = findings.errors().next().unwrap();
    assert!(error.message.contains("United States") && error.message.contains("Japan"), "{}", error.message);
    let odd = json!({ "brand": [{ "value": "x", "marketplace_id": "JP" }] });
    let findings = validator(&schema).for_marketplace(Marketplace::JP).create(&odd);
    let error = findings.errors().next().unwrap();
    assert!(error.message.contains("\"JP\" in the place of a marketplace id"), "{}", error.message);
}

#[test]
fn a_marketplace_that_the_schema_lists_can_still_be_another_one_than_the_listing_s() {
    let id = json!({ "type": "string", "enum": [JP, US] });
    let schema = schema(
        json!({ "brand": attribute(json!({ "value": {}, "marketplace_id": id }), &[], &[], json!({})) }),
        json!({}),
    );
    let attributes =
        json!({ "brand": [{ "value": "x", "marketplace_id": JP }, { "value": "x", "marketplace_id": US }] });
    check(&schema, &[("for no marketplace", attributes.clone(), &[])]);
    let findings = validator(&schema).for_marketplace(Marketplace::JP).create(&attributes);
    assert_eq!(found(&findings), ["/brand/1/marketplace_id marketplace_mismatch"]);
    assert!(!findings.is_valid());
}

#[test]
fn a_missing_selector_is_a_warning_once_for_each_instance() {
    let schema = schema(json!({ "purchasable_offer": offer(&["ALL"]) }), json!({}));
    let attributes = json!({ "purchasable_offer": [{ "audience": "ALL" }] });
    check(&schema, &[("two missing", attributes.clone(), &["~/purchasable_offer/0 selector_missing"])]);
    let findings = validator(&schema).create(&attributes);
    let message = &findings.warnings().next().unwrap().message;
    assert!(message.contains("marketplace_id and currency"), "{message}");
    // A selector that the schema gives to no instance cannot be missing.
    let odd = attribute(json!({ "value": {} }), &[], &["language"], json!({}));
    check(
        &super::schema(json!({ "odd": odd }), json!({})),
        &[("a selector without a member", json!({ "odd": [{ "value": 1 }] }), &[])],
    );
}

#[test]
fn values_and_attributes_that_are_about_to_go_are_warnings() {
    let theme =
        json!({ "type": "string", "enum": ["SIZE_NAME", "SIZE"], "$lifecycle": { "enumDeprecated": ["SIZE_NAME"] } });
    let mut old = one_value(json!({ "type": "string" }));
    extend(&mut old, json!({ "$lifecycle": { "replacedBy": ["1/new_name"] } }));
    let nested = json!({ "type": "string", "anyOf": [
        { "type": "string" },
        { "type": "string", "enum": ["a", "b"], "$lifecycle": { "enumDeprecated": ["b"] } },
    ] });
    let with_member = attribute(
        json!({ "value": {}, "old_part": { "type": "string", "$lifecycle": { "replacedBy": ["1/part"] } } }),
        &[],
        &["marketplace_id"],
        json!({}),
    );
    let gone = json!({ "enum": ["SIZE"], "$lifecycle": { "enumDeprecated": ["S"] } });
    let list = json!({ "type": "array", "items": { "enum": ["x", "y"], "$lifecycle": { "enumDeprecated": ["y"] } } });
    check(
        &schema(
            json!({ "theme": one_value(theme), "old_name": old, "kind": one_value(nested), "whole": with_member, "list": list, "gone": one_value(gone) }),
            json!({}),
        ),
        &[
            ("a value", with("theme", json!("SIZE_NAME")), &["~/theme/0/value enum_deprecated"]),
            ("its successor", with("theme", json!("SIZE")), &[]),
            ("a value that is gone", with("gone", json!("S")), &["/gone/0/value enum"]),
            ("an attribute", with("old_name", json!("x")), &["~/old_name replaced_by"]),
            ("a value of an open enumeration", with("kind", json!("b")), &["~/kind/0/value enum_deprecated"]),
            (
                "a member",
                json!({ "whole": [{ "value": 1, "old_part": "x", "marketplace_id": JP }] }),
                &["~/whole/0/old_part replaced_by"],
            ),
            ("an item of a list", json!({ "list": ["x", "y"] }), &["~/list/1 enum_deprecated"]),
        ],
    );
}

/// An offer with the limits that a seller can set.
fn limited_offer() -> Value {
    let mut offer = offer(&["ALL", "B2B"]);
    let price = offer["items"]["properties"]["our_price"].clone();
    for limit in ["minimum_seller_allowed_price", "maximum_seller_allowed_price"] {
        offer["items"]["properties"][limit] = price.clone();
    }
    offer
}

#[test]
fn a_price_needs_limits_around_it_where_the_schema_has_them() {
    let schema = schema(json!({ "purchasable_offer": limited_offer() }), json!({}));
    let priced = |price: f64, lowest: Option<f64>, highest: Option<f64>, audience: &str| {
        let mut offer = offer_of(JP, audience, json!(price));
        for (name, limit) in [("minimum_seller_allowed_price", lowest), ("maximum_seller_allowed_price", highest)] {
            if let Some(limit) = limit {
                offer[name] = json!([{ "schedule": [{ "value_with_tax": limit }] }]);
            }
        }
        json!({ "purchasable_offer": [offer] })
    };
    check(
        &schema,
        &[
            ("inside", priced(20.0, Some(15.0), Some(30.0), "ALL"), &[]),
            ("at the limit", priced(15.0, Some(15.0), Some(15.0), "ALL"), &[]),
            ("too low", priced(14.0, Some(15.0), Some(30.0), "ALL"), &["~/purchasable_offer/0 price_outside_bracket"]),
            ("too high", priced(31.0, Some(15.0), Some(30.0), "ALL"), &["~/purchasable_offer/0 price_outside_bracket"]),
            ("no limits", priced(20.0, None, None, "ALL"), &["~/purchasable_offer/0 price_unbracketed"]),
            ("no highest", priced(20.0, Some(15.0), None, "ALL"), &["~/purchasable_offer/0 price_unbracketed"]),
            ("a price for business customers", priced(20.0, None, None, "B2B"), &[]),
        ],
    );
}

#[test]
fn empty_members_of_an_offer_are_warnings_where_the_schema_lets_them_pass() {
    let loose = json!({ "type": "array", "items": { "type": "object", "properties": { "discounted_price": {}, "marketplace_id": {} } } });
    let schema = schema(json!({ "purchasable_offer": loose }), json!({}));
    let offer = |value: Value| json!({ "purchasable_offer": [{ "discounted_price": value, "marketplace_id": JP }] });
    let empty = &["~/purchasable_offer/0/discounted_price empty_value"][..];
    check(
        &schema,
        &[
            ("null", offer(json!(null)), empty),
            ("an empty object", offer(json!([{}])), empty),
            ("a value", offer(json!([{ "schedule": [] }])), &[]),
        ],
    );
}

#[test]
fn the_image_of_an_offer_is_not_the_product_s() {
    let picture = || attribute(json!({ "media_location": { "type": "string" } }), &[], &["marketplace_id"], json!({}));
    let image = || json!([{ "media_location": "https://example.com/a.jpg", "marketplace_id": JP }]);
    let schema =
        schema(json!({ "main_offer_image_locator": picture(), "main_product_image_locator": picture() }), json!({}));
    check(
        &schema,
        &[
            (
                "the offer's",
                json!({ "main_offer_image_locator": image() }),
                &["~/main_offer_image_locator image_of_offer"],
            ),
            ("both", json!({ "main_offer_image_locator": image(), "main_product_image_locator": image() }), &[]),
            ("the product's", json!({ "main_product_image_locator": image() }), &[]),
        ],
    );
}

#[test]
fn prices_that_no_buyer_can_pay_are_errors_and_odd_amounts_are_warnings() {
    let mut prices = limited_offer();
    prices["items"]["properties"]["discounted_price"] = prices["items"]["properties"]["our_price"].clone();
    let list_price = attribute(
        json!({ "value_with_tax": { "type": "number" }, "currency": { "type": "string" } }),
        &[],
        &["marketplace_id"],
        json!({}),
    );
    let schema = schema(json!({ "purchasable_offer": prices, "list_price": list_price }), json!({}));
    let offered = |member: &str, amount: Value, currency: &str| {
        let mut offer = offer_of(JP, "B2B", json!(10));
        offer["currency"] = json!(currency);
        offer[member] = json!([{ "schedule": [{ "value_with_tax": amount }] }]);
        json!({ "purchasable_offer": [offer] })
    };
    let at = |member: &str, mark: &str, code: &str| {
        format!("{mark}/purchasable_offer/0/{member}/0/schedule/0/value_with_tax {code}")
    };
    let usd = "~/purchasable_offer/0/currency value_outside_open_enum".to_owned();
    let rows = [
        ("our_price", json!(0), "JPY", vec![at("our_price", "", "price_not_positive")]),
        ("our_price", json!(-5), "JPY", vec![at("our_price", "", "price_not_positive")]),
        ("discounted_price", json!(0.0), "JPY", vec![at("discounted_price", "", "price_not_positive")]),
        ("our_price", json!(1980.5), "JPY", vec![at("our_price", "~", "price_decimals")]),
        ("our_price", json!(1980.0), "JPY", vec![]),
        ("our_price", json!(19.99), "USD", vec![usd.clone()]),
        ("our_price", json!(19.999), "USD", vec![usd, at("our_price", "~", "price_decimals")]),
        ("our_price", json!("x"), "JPY", vec![at("our_price", "", "type")]),
    ];
    for (member, amount, currency, expected) in rows {
        let expected: Vec<_> = expected.iter().map(String::as_str).collect();
        check(&schema, &[(member, offered(member, amount, currency), &expected)]);
    }
    let list = |amount: Value| json!({ "list_price": [{ "value_with_tax": amount, "currency": "JPY", "marketplace_id": JP }] });
    check(
        &schema,
        &[
            ("a list price of zero", list(json!(0)), &["~/list_price/0/value_with_tax price_not_positive"]),
            ("a negative list price", list(json!(-1)), &["/list_price/0/value_with_tax price_not_positive"]),
            ("a list price", list(json!(100)), &[]),
        ],
    );
}

#[test]
fn a_number_of_a_product_with_a_wrong_check_digit_is_an_error_that_names_the_right_one() {
    let number = attribute(
        json!({ "type": { "type": "string" }, "value": { "type": "string" } }),
        &[],
        &["marketplace_id"],
        json!({}),
    );
    let schema = schema(json!({ "externally_assigned_product_identifier": number }), json!({}));
    let numbered = |kind: &str, value: &str| json!({ "externally_assigned_product_identifier": [{ "type": kind, "value": value, "marketplace_id": JP }] });
    for (kind, value) in [
        ("ean", "4006381333931"),
        ("EAN", "73513537"),
        ("upc", "036000291452"),
        ("gtin", "10012345678902"),
        ("asin", "x"),
    ] {
        check(&schema, &[(value, numbered(kind, value), &[])]);
    }
    for (kind, value, part) in [
        ("ean", "4006381333932", "it is 4006381333931"),
        ("upc", "036000291453", "it is 036000291452"),
        ("ean", "036000291452", "these 12 are a UPC"),
        ("upc", "36000291452", "with a 0 in front"),
        ("upc", "4006381333931", "these 13 are an EAN"),
        ("gtin", "suitcase", "GTIN has 14 or 13 or 12 or 8 digits"),
    ] {
        let findings = validator(&schema).create(&numbered(kind, value));
        assert_eq!(found(&findings), ["/externally_assigned_product_identifier/0/value check_digit"]);
        assert!(findings.to_string().contains(part), "{findings}");
    }
}
