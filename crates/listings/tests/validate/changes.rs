//! Changes of a listing (`update`): what is sent, and what is stored.

use super::{JP, US, assert_found, attribute, extend, map, offer, offer_of, one_value, schema, stock, validator, with};
use serde_json::{Value, json};
use spapi_listings::Validator;

fn text(members: Value) -> Value {
    attribute(members, &["value", "language_tag"], &["marketplace_id", "language_tag"], json!({}))
}

fn fixed() -> Value {
    json!({ "type": "string", "editable": false })
}

fn product() -> Validator {
    validator(&schema(
        json!({
            "item_name": text(json!({ "value": { "type": "string" } })),
            "brand": text(json!({ "value": fixed() })),
            "identifier": attribute(
                json!({ "type": { "type": "string", "enum": ["ean", "upc"] }, "value": fixed() }),
                &["type", "value"],
                &["marketplace_id", "type"],
                json!({}),
            ),
            "purchasable_offer": offer(&["ALL", "B2B"]),
            "fulfillment_availability": stock(),
        }),
        json!({ "required": ["item_name", "brand"] }),
    ))
}

fn japanese(value: &str) -> Value {
    json!([{ "value": value, "language_tag": "ja_JP", "marketplace_id": JP }])
}

fn identifier(kind: &str, value: &str) -> Value {
    json!([{ "type": kind, "value": value, "marketplace_id": JP }])
}

fn stored() -> Value {
    json!({
        "item_name": japanese("まな板"),
        "brand": japanese("無印"),
        "identifier": identifier("ean", "4006381333931"),
        "purchasable_offer": [offer_of(JP, "ALL", json!(1980)), offer_of(JP, "B2B", json!(1800))],
    })
}

#[track_caller]
fn update(name: &str, sent: Value, current: Option<Value>, expected: &[&str]) {
    let current = current.map(map);
    assert_found(name, &product().update(&sent, current.as_ref()), expected);
}

#[test]
fn without_the_stored_attributes_nothing_is_missing_but_all_else_is_checked() {
    let price = |audience: &str| json!({ "purchasable_offer": [offer_of(JP, audience, json!(1900))] });
    update("a price", price("ALL"), None, &[]);
    update("a wrong audience", price("EVERYONE"), None, &["/purchasable_offer/0/audience enum"]);
    update("nothing", json!({}), None, &[]);
    update(
        "an inner member missing",
        json!({ "brand": [{ "value": "x", "marketplace_id": JP }] }),
        None,
        &["/brand/0 required language_tag", "~/brand/0 selector_missing"],
    );
    update("an unknown attribute", json!({ "made_up": [] }), None, &[". additionalProperties made_up"]);
}

#[test]
fn required_alternatives_and_dependents_are_not_missing_either() {
    let text = || one_value(json!({ "type": "string" }));
    let attributes = || json!({ "a": text(), "b": text(), "c": text() });
    let rules = [
        json!({ "anyOf": [{ "required": ["a"] }, { "required": ["b"] }] }),
        json!({ "oneOf": [{ "required": ["a"] }, { "required": ["b"] }] }),
        json!({ "dependentRequired": { "c": ["a"] } }),
        json!({ "if": { "required": ["c"] }, "then": { "required": ["a"] } }),
        json!({ "allOf": [{ "required": ["a"] }] }),
        json!({ "minProperties": 2 }),
    ];
    let sent = with("c", json!("x"));
    for rule in rules {
        let validator = validator(&schema(attributes(), rule.clone()));
        assert!(!validator.create(&sent).is_valid(), "{rule}");
        assert_found(&rule.to_string(), &validator.update(&sent, None), &[]);
    }
    // What is sent can still be too much.
    let one = json!({ "oneOf": [{ "required": ["a"] }, { "required": ["b"] }] });
    let validator = validator(&schema(attributes(), one));
    let both = json!({ "a": [{ "value": "x", "marketplace_id": JP }], "b": [{ "value": "x", "marketplace_id": JP }] });
    assert_found("both of which one", &validator.update(&both, None), &[". oneOf"]);
}

#[test]
fn a_fixed_value_stays_once_it_is_stored() {
    update("changed", json!({ "brand": japanese("別") }), Some(stored()), &["/brand/0/value editable"]);
    update(
        "the same again",
        json!({ "brand": japanese("無印"), "item_name": japanese("まな板 大") }),
        Some(stored()),
        &[],
    );
    let unnamed = json!({ "item_name": japanese("まな板") });
    update("not stored yet", json!({ "brand": japanese("無印") }), Some(unnamed), &[]);
    let elsewhere = json!({ "brand": [{ "value": "別", "language_tag": "ja_JP", "marketplace_id": US }] });
    update("another marketplace", elsewhere, Some(stored()), &["~/brand/0/marketplace_id value_outside_open_enum"]);
    update(
        "another selector is another instance",
        json!({ "identifier": identifier("upc", "012345678905") }),
        Some(stored()),
        &[],
    );
    update(
        "the value beside the selector",
        json!({ "identifier": identifier("ean", "4006381333948") }),
        Some(stored()),
        &["/identifier/0/value editable"],
    );
    update("without the stored attributes", json!({ "brand": japanese("別") }), None, &[]);
}

#[test]
fn fixed_parts_are_found_at_every_depth() {
    let size = json!({ "type": "object", "editable": false, "properties": { "value": { "type": "number" }, "unit": { "type": "string" } } });
    let sides = json!({ "type": "array", "items": { "type": "object", "properties": { "depth": fixed(), "note": { "type": "string" } } } });
    let labels = attribute(json!({ "value": fixed() }), &[], &["language_tag"], json!({}));
    let mut whole = one_value(json!({ "type": "string" }));
    extend(&mut whole, json!({ "editable": false }));
    let mut schema = schema(
        json!({
            "box": attribute(json!({ "size": size, "sides": sides, "labels": labels, "origin": { "$ref": "#/$defs/fixed" } }), &[], &["marketplace_id"], json!({})),
            "condition_type": whole,
        }),
        json!({}),
    );
    schema["$defs"]["fixed"] = fixed();
    let validator = validator(&schema);
    let current = map(json!({
        "box": [{ "marketplace_id": JP, "size": { "value": 1, "unit": "cm" }, "sides": [{ "depth": "a", "note": "x" }], "origin": "JP",
            "labels": [{ "language_tag": "ja_JP", "value": "箱" }, { "language_tag": "en_US", "value": "box" }] }],
        "condition_type": [{ "value": "new_new", "marketplace_id": JP }],
    }));
    // Everything that is fixed is sent again.
    let boxed = |members: Value| {
        let mut instance = current["box"][0].clone();
        extend(&mut instance, members);
        json!({ "box": [instance] })
    };
    let labels = |value: &str| json!({ "labels": [{ "language_tag": "ja_JP", "value": "箱" }, { "language_tag": "en_US", "value": value }] });
    let label = "~/box/0/labels/1/language_tag value_outside_open_enum";
    let rows: &[(&str, Value, &[&str])] = &[
        ("an object in another spelling", boxed(json!({ "size": { "unit": "cm", "value": 1.0 } })), &[label]),
        ("an object", boxed(json!({ "size": { "value": 2, "unit": "cm" } })), &["/box/0/size editable", label]),
        (
            "a member of a list",
            boxed(json!({ "sides": [{ "depth": "b" }] })),
            &["/box/0/sides/0/depth editable", label],
        ),
        ("a free member beside it", boxed(json!({ "sides": [{ "depth": "a", "note": "y" }] })), &[label]),
        ("an item that is not stored", boxed(json!({ "sides": [{ "depth": "a" }, { "depth": "b" }] })), &[label]),
        ("an item by its selectors", boxed(labels("crate")), &["/box/0/labels/1/value editable", label]),
        ("by reference", boxed(json!({ "origin": "CN" })), &["/box/0/origin editable", label]),
        (
            "a list without what is fixed in it",
            boxed(json!({ "sides": [] })),
            &["~/box/0/sides fixed_value_dropped", label],
        ),
        (
            "a list with one of two",
            boxed(json!({ "labels": [{ "language_tag": "ja_JP", "value": "箱" }] })),
            &["~/box/0/labels fixed_value_dropped"],
        ),
        (
            "an instance without what is fixed",
            json!({ "box": [{ "marketplace_id": JP, "labels": labels("box")["labels"], "sides": [{ "depth": "a" }] }] }),
            &["~/box/0/size fixed_value_dropped", "~/box/0/origin fixed_value_dropped", label],
        ),
        ("a whole attribute", with("condition_type", json!("used_good")), &["/condition_type editable"]),
        ("a whole attribute again", with("condition_type", json!("new_new")), &[]),
    ];
    for (name, sent, expected) in rows {
        assert_found(name, &validator.update(sent, Some(&current)), expected);
    }
}

#[test]
fn what_the_listing_lacked_before_is_a_warning_and_what_the_change_causes_an_error() {
    let nameless = json!({ "brand": japanese("無印") });
    let price = || json!({ "purchasable_offer": [offer_of(JP, "ALL", json!(1900))] });
    update("lacked before", price(), Some(nameless.clone()), &["~. required_missing_in_store"]);
    update("added by the change", json!({ "item_name": japanese("まな板") }), Some(nameless), &[]);
    update(
        "both lacked before",
        price(),
        Some(json!({})),
        &["~. required_missing_in_store", "~. required_missing_in_store"],
    );

    let batteries = validator(&schema(
        json!({ "batteries_required": one_value(json!({ "type": "boolean" })), "battery_type": one_value(json!({ "type": "string" })) }),
        json!({ "allOf": [{
            "if": { "required": ["batteries_required"], "properties": { "batteries_required": { "contains": { "properties": { "value": { "enum": [true] } } } } } },
            "then": { "required": ["battery_type"] },
        }] }),
    ));
    let (needed, not_needed) = (with("batteries_required", json!(true)), with("batteries_required", json!(false)));
    assert_found(
        "the change causes it",
        &batteries.update(&needed, Some(&map(not_needed.clone()))),
        &[". required battery_type"],
    );
    assert_found(
        "it was so before",
        &batteries.update(&needed, Some(&map(needed.clone()))),
        &["~. required_missing_in_store"],
    );
    let mut complete = not_needed;
    extend(&mut complete, with("battery_type", json!("aa")));
    assert_found("the stored attributes have it", &batteries.update(&needed, Some(&map(complete))), &[]);
}

#[test]
fn sent_instances_join_the_stored_ones_by_their_selectors() {
    let offers = |offers: Value| json!({ "purchasable_offer": offers });
    update("one of two offers", offers(json!([offer_of(JP, "B2B", json!(1700))])), Some(stored()), &[]);
    update(
        "the same offer twice",
        offers(json!([offer_of(JP, "ALL", json!(1)), offer_of(JP, "ALL", json!(2))])),
        Some(stored()),
        &["/purchasable_offer maxUniqueItems"],
    );
    // The pointer leads into what is sent, where the offer is the first.
    update(
        "a wrong price of the second offer",
        offers(json!([offer_of(JP, "B2B", json!("1700"))])),
        Some(stored()),
        &["/purchasable_offer/0/our_price/0/schedule/0/value_with_tax type"],
    );
    update(
        "an empty list",
        offers(json!([])),
        Some(stored()),
        &["/purchasable_offer minItems", "/purchasable_offer minUniqueItems"],
    );
    update("null", offers(json!(null)), Some(stored()), &["/purchasable_offer type"]);
}

#[test]
fn an_attribute_of_one_instance_without_selectors_is_replaced() {
    let theme = json!({ "type": "array", "maxItems": 1, "items": { "type": "object", "properties": { "name": { "type": "string" } } } });
    let validator = validator(&schema(json!({ "variation_theme": theme }), json!({})));
    let current = map(json!({ "variation_theme": [{ "name": "SIZE" }] }));
    assert_found(
        "another theme",
        &validator.update(&json!({ "variation_theme": [{ "name": "COLOR" }] }), Some(&current)),
        &[],
    );
}

#[test]
fn a_stored_marketplace_of_the_stock_is_left_out() {
    let mut with_stock = stored();
    with_stock["fulfillment_availability"] =
        json!([{ "fulfillment_channel_code": "DEFAULT", "quantity": 3, "marketplace_id": JP }]);
    update(
        "a price",
        json!({ "purchasable_offer": [offer_of(JP, "ALL", json!(1900))] }),
        Some(with_stock.clone()),
        &[],
    );
    let other = json!({ "fulfillment_availability": [{ "fulfillment_channel_code": "AMAZON_JP" }] });
    update("another channel", other, Some(with_stock.clone()), &[]);
    let sent = json!({ "fulfillment_availability": [{ "fulfillment_channel_code": "DEFAULT", "quantity": 1, "marketplace_id": JP }] });
    update(
        "a marketplace that is sent",
        sent,
        Some(with_stock),
        &["/fulfillment_availability/0 additionalProperties marketplace_id"],
    );
}

#[test]
fn an_error_of_a_stored_value_says_that_it_is_stored() {
    let mut wrong = stored();
    wrong["purchasable_offer"][1]["audience"] = json!("OLD");
    let sent = json!({ "purchasable_offer": [offer_of(JP, "ALL", json!(1900))], "item_name": japanese("板") });
    let findings = product().update(&sent, Some(&map(wrong.clone())));
    assert_found("beside a sent offer", &findings, &["/purchasable_offer/1/audience enum"]);
    assert!(findings.errors().all(|finding| finding.is_stored));
    assert!(findings.to_string().contains("of the stored listing"), "{findings}");
    let findings = product().update(&json!({ "item_name": japanese("板") }), Some(&map(wrong)));
    assert!(findings.errors().all(|finding| finding.is_stored), "{findings}");
}

#[test]
fn what_is_sent_must_be_an_object() {
    update("a list", json!([]), Some(stored()), &[". type"]);
    update("null", json!(null), None, &[". type"]);
}

#[test]
fn several_stored_values_of_one_selector_stay_whatever_their_order() {
    let several = attribute(
        json!({ "value": fixed(), "note": { "type": "string" } }),
        &["value"],
        &["marketplace_id"],
        json!({ "maxUniqueItems": 5 }),
    );
    let validator = validator(&schema(json!({ "bullet": several }), json!({})));
    let bullets = |texts: &[&str]| {
        let one = |text: &&str| json!({ "value": text, "marketplace_id": JP });
        json!({ "bullet": texts.iter().map(one).collect::<Vec<_>>() })
    };
    let stored = bullets(&["1", "2"]);
    let update = |sent: &Value| {
        let findings = validator.update(sent, stored.as_object());
        findings.errors().map(|one| (one.pointer.clone(), one.keyword.clone())).collect::<Vec<_>>()
    };
    for kept in [&["1", "2"][..], &["2", "1"], &["2"], &["1", "2", "3"]] {
        assert_eq!(update(&bullets(kept)), [], "{kept:?}");
    }
    assert_eq!(update(&bullets(&["1", "4"])), [("/bullet/1/value".to_owned(), "editable".to_owned())]);
    let mut noted = bullets(&["1", "2"]);
    noted["bullet"][1]["note"] = json!("x");
    assert_eq!(update(&noted), [], "another member");
}

/// Thousands of instances, each with its own selectors: a comparison of each with each would not end in time.
#[test]
fn an_update_of_many_instances_is_compared_by_their_selectors() {
    const MANY: usize = 20_000;
    let many = attribute(
        json!({ "value": fixed(), "kind": { "type": "string" } }),
        &["value"],
        &[],
        json!({ "selectors": ["kind"], "maxUniqueItems": 1 }),
    );
    let validator = validator(&schema(json!({ "many": many }), json!({})));
    let instances = |from: usize| -> Vec<Value> {
        (from..from + MANY).map(|at| json!({ "kind": format!("k{at}"), "value": "x" })).collect()
    };
    let stored = map(json!({ "many": instances(0) }));
    // The last is another one, and all others have changed their places.
    let mut sent = instances(1);
    sent.reverse();
    sent[MANY - 1]["value"] = json!("y");
    assert_found(
        "by selectors",
        &validator.update(&json!({ "many": sent }), Some(&stored)),
        &[&format!("/many/{}/value editable", MANY - 1)],
    );
    let patch = spapi_listings::ListingsPatch::replace("many", json!(sent)).unwrap();
    let findings = validator.patches(&[patch], Some(&stored));
    assert_eq!(findings.errors().count(), 1, "{findings}");
    let unwanted = spapi_listings::ListingsPatch::delete("many", json!(instances(0))).unwrap();
    let mut attributes = stored.clone();
    spapi_listings::apply(&mut attributes, &unwanted, validator.selectors()).unwrap();
    assert!(attributes.is_empty());
}
