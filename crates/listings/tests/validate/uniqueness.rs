//! `selectors`, `maxUniqueItems` and `minUniqueItems`.

use super::{JP, US, attribute, check, offer, offer_of, schema};
use serde_json::{Value, json};

fn bullet(value: &str, language: &str) -> Value {
    json!({ "value": value, "language_tag": language, "marketplace_id": JP })
}

fn bullets(limit: u32) -> Value {
    let text = json!({ "value": { "type": "string", "minLength": 0, "maxLength": 500 } });
    attribute(text, &["value", "language_tag"], &["marketplace_id", "language_tag"], json!({ "maxUniqueItems": limit }))
}

#[test]
fn offers_are_told_apart_by_marketplace_currency_and_audience() {
    let offers = |offers: Value| json!({ "purchasable_offer": offers });
    check(
        &schema(json!({ "purchasable_offer": offer(&["ALL", "B2B"]) }), json!({})),
        &[
            ("two audiences", offers(json!([offer_of(JP, "ALL", json!(1980)), offer_of(JP, "B2B", json!(1800))])), &[]),
            (
                "one audience twice",
                offers(json!([offer_of(JP, "ALL", json!(1980)), offer_of(JP, "ALL", json!(1800))])),
                &["/purchasable_offer maxUniqueItems"],
            ),
            (
                "two marketplaces",
                offers(json!([offer_of(JP, "ALL", json!(1980)), offer_of(US, "ALL", json!(20))])),
                &["~/purchasable_offer/1/marketplace_id value_outside_open_enum"],
            ),
        ],
    );
}

#[test]
fn the_limit_counts_the_items_of_each_combination_and_not_the_array() {
    let list = |bullets: &[Value]| json!({ "bullet_point": bullets });
    let no_marketplace = json!({ "value": "d", "language_tag": "ja_JP" });
    check(
        &schema(json!({ "bullet_point": bullets(2) }), json!({})),
        &[
            ("at the limit", list(&[bullet("a", "ja_JP"), bullet("b", "ja_JP")]), &[]),
            (
                "above the limit",
                list(&[bullet("a", "ja_JP"), bullet("b", "ja_JP"), bullet("c", "ja_JP")]),
                &["/bullet_point maxUniqueItems"],
            ),
            (
                "above the limit with equal values",
                list(&[bullet("a", "ja_JP"), bullet("a", "ja_JP"), bullet("a", "ja_JP")]),
                &["/bullet_point maxUniqueItems"],
            ),
            (
                "at the limit in each of two languages",
                list(&[bullet("a", "ja_JP"), bullet("b", "en_US"), bullet("c", "ja_JP"), bullet("d", "en_US")]),
                &[
                    "~/bullet_point/1/language_tag value_outside_open_enum",
                    "~/bullet_point/3/language_tag value_outside_open_enum",
                ],
            ),
            (
                "without a selector, an item is in a group of its own",
                list(&[bullet("a", "ja_JP"), bullet("b", "ja_JP"), no_marketplace]),
                &["~/bullet_point/2 selector_missing"],
            ),
            ("none", list(&[]), &["/bullet_point minItems", "/bullet_point minUniqueItems"]),
        ],
    );
    let many: Vec<_> = (0..40).map(|number| bullet(&format!("k{number}"), "ja_JP")).collect();
    check(
        &schema(json!({ "keyword": bullets(1000) }), json!({})),
        &[("a limit of a thousand", json!({ "keyword": many }), &[])],
    );
    let over: Vec<_> = (0..1001).map(|number| bullet(&format!("k{number}"), "ja_JP")).collect();
    check(
        &schema(json!({ "keyword": bullets(1000) }), json!({})),
        &[("a thousand and one", json!({ "keyword": over }), &["/keyword maxUniqueItems"])],
    );
}

#[test]
fn selectors_are_compared_as_json_values() {
    let members = json!({ "value": { "type": "string" }, "key": {} });
    let kind = attribute(members, &["value"], &["key"], json!({}));
    let schema = schema(json!({ "kind": kind }), json!({}));
    let pair =
        |one: Value, other: Value| json!({ "kind": [{ "value": "a", "key": one }, { "value": "b", "key": other }] });
    let same = &["/kind maxUniqueItems"][..];
    check(
        &schema,
        &[
            ("texts", pair(json!("x"), json!("y")), &[]),
            ("the same number", pair(json!(1), json!(1.0)), same),
            ("zero and its negative", pair(json!(0), json!(-0.0)), same),
            ("a number and its text", pair(json!(1), json!("1")), &[]),
            ("a number and true", pair(json!(1), json!(true)), &[]),
            ("objects in another order", pair(json!({ "a": 1, "b": [2] }), json!({ "b": [2.0], "a": 1 })), same),
            ("other objects", pair(json!({ "a": 1 }), json!({ "a": 2 })), &[]),
            ("arrays in another order", pair(json!([1, 2]), json!([2, 1])), &[]),
            ("texts in another case", pair(json!("x"), json!("X")), &[]),
            ("null twice", pair(json!(null), json!(null)), same),
        ],
    );
    let absent = json!({ "kind": [{ "value": "a", "key": null }, { "value": "b" }] });
    check(&schema, &[("null is not absent", absent, &["~/kind/1 selector_missing"])]);
    let both = json!({ "kind": [{ "value": "a" }, { "value": "b" }] });
    check(
        &schema,
        &[("absent twice", both, &["/kind maxUniqueItems", "~/kind/0 selector_missing", "~/kind/1 selector_missing"])],
    );
}

#[test]
fn a_value_may_be_a_selector() {
    let asin = attribute(
        json!({ "value": { "type": "string", "minLength": 10, "maxLength": 10, "maxUtf8ByteLength": 40 } }),
        &["value"],
        &["marketplace_id", "value"],
        json!({}),
    );
    let asins = |one: &str, other: &str| json!({ "merchant_suggested_asin": [{ "value": one, "marketplace_id": JP }, { "value": other, "marketplace_id": JP }] });
    check(
        &schema(json!({ "merchant_suggested_asin": asin }), json!({})),
        &[
            ("two values", asins("B0000000AA", "B0000000BB"), &[]),
            ("one value twice", asins("B0000000AA", "B0000000AA"), &["/merchant_suggested_asin maxUniqueItems"]),
        ],
    );
}

#[test]
fn without_selectors_all_members_tell_items_apart() {
    let members = json!({ "value": { "type": "string" }, "unit": { "type": "string" } });
    for more in [json!({ "maxUniqueItems": 1 }), json!({ "maxUniqueItems": 1, "selectors": [] })] {
        let remark = attribute(members.clone(), &["value"], &[], more);
        check(
            &schema(json!({ "remark": remark }), json!({})),
            &[
                ("different", json!({ "remark": [{ "value": "a" }, { "value": "a", "unit": "m" }] }), &[]),
                (
                    "equal in another order",
                    json!({ "remark": [{ "value": "a", "unit": "m" }, { "unit": "m", "value": "a" }] }),
                    &["/remark maxUniqueItems"],
                ),
            ],
        );
    }
}

#[test]
fn selectors_alone_forbid_nothing() {
    let plan = json!({ "type": "array", "selectors": ["marketplace_id"], "items": { "type": "object", "properties": {
        "name": { "type": "string" }, "marketplace_id": { "$ref": "#/$defs/marketplace_id" } } } });
    let one = json!({ "name": "a", "marketplace_id": JP });
    check(
        &schema(json!({ "service_plan": plan }), json!({})),
        &[("twice", json!({ "service_plan": [one, one] }), &[])],
    );
}

#[test]
fn items_that_are_not_objects_are_in_no_group() {
    let names = json!({ "type": "array", "maxUniqueItems": 1, "minUniqueItems": 2 });
    check(
        &schema(json!({ "names": names }), json!({})),
        &[
            ("texts", json!({ "names": ["a", "a"] }), &[]),
            ("an object among texts", json!({ "names": ["a", "a", { "b": 1 }] }), &["/names minUniqueItems"]),
            ("two objects among texts", json!({ "names": ["a", { "b": 1 }, { "b": 2 }] }), &[]),
        ],
    );
}

#[test]
fn nested_arrays_have_selectors_of_their_own() {
    let inner = attribute(json!({ "value": { "type": "string" } }), &["value"], &["language_tag"], json!({}));
    let outer = attribute(json!({ "material": inner }), &[], &["marketplace_id"], json!({}));
    let materials = |materials: Value| json!({ "upper": [{ "marketplace_id": JP, "material": materials }] });
    check(
        &schema(json!({ "upper": outer }), json!({})),
        &[
            ("one a language", materials(json!([{ "value": "麻", "language_tag": "ja_JP" }])), &[]),
            (
                "two a language",
                materials(
                    json!([{ "value": "麻", "language_tag": "ja_JP" }, { "value": "綿", "language_tag": "ja_JP" }]),
                ),
                &["/upper/0/material maxUniqueItems"],
            ),
            ("no language", materials(json!([{ "value": "麻" }])), &["~/upper/0/material/0 selector_missing"]),
        ],
    );
}

#[test]
fn min_unique_items_counts_the_combinations() {
    let members = json!({ "value": { "type": "string" }, "kind": { "type": "string" } });
    let picture = attribute(members, &["value"], &["kind"], json!({ "minUniqueItems": 2, "maxUniqueItems": 5 }));
    let kinds = |kinds: &[&str]| {
        let items: Vec<_> =
            kinds.iter().enumerate().map(|(at, kind)| json!({ "value": at.to_string(), "kind": kind })).collect();
        json!({ "picture": items })
    };
    check(
        &schema(json!({ "picture": picture }), json!({})),
        &[
            ("one kind twice", kinds(&["a", "a"]), &["/picture minUniqueItems"]),
            ("two kinds", kinds(&["a", "b"]), &[]),
            ("two kinds, one of them often", kinds(&["a", "a", "a", "b"]), &[]),
            ("one", kinds(&["a"]), &["/picture minUniqueItems"]),
        ],
    );
}
