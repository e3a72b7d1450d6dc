//! Members, types and composed rules.

use super::{JP, US, attribute, check, offer, offer_of, one_value, schema, stock, validator, with};
use serde_json::{Value, json};

fn named() -> Value {
    let text = json!({ "value": { "type": "string", "maxLength": 200 } });
    let name = attribute(text, &["value", "language_tag"], &["marketplace_id", "language_tag"], json!({}));
    schema(json!({ "item_name": name }), json!({ "required": ["item_name"] }))
}

fn name_of(value: &str) -> Value {
    json!([{ "value": value, "language_tag": "ja_JP", "marketplace_id": JP }])
}

#[test]
fn required_and_surplus_members_are_named() {
    check(
        &named(),
        &[
            ("complete", json!({ "item_name": name_of("まな板") }), &[]),
            ("nothing", json!({}), &[". required item_name"]),
            (
                "an attribute of another product type",
                json!({ "item_name": name_of("まな板"), "made_up": [], "and_another": [] }),
                &[". additionalProperties made_up", ". additionalProperties and_another"],
            ),
            (
                "a missing member",
                json!({ "item_name": [{ "value": "まな板", "marketplace_id": JP }] }),
                &["/item_name/0 required language_tag", "~/item_name/0 selector_missing"],
            ),
            (
                "a name that a pointer must escape",
                json!({ "item_name": [{ "value": "まな板", "language_tag": "ja_JP", "marketplace_id": JP, "a/b~c": 1 }] }),
                &["/item_name/0 additionalProperties a/b~c"],
            ),
        ],
    );
}

#[test]
fn attributes_are_lists_of_objects() {
    check(
        &named(),
        &[
            ("null", json!({ "item_name": null }), &["/item_name type"]),
            ("a text", json!({ "item_name": "まな板" }), &["/item_name type"]),
            ("an object", json!({ "item_name": { "value": "まな板" } }), &["/item_name type"]),
            ("a list of texts", json!({ "item_name": ["まな板"] }), &["/item_name/0 type"]),
            ("a list in a list", json!({ "item_name": [name_of("まな板")] }), &["/item_name/0 type"]),
        ],
    );
    for attributes in [json!(null), json!([]), json!("x"), json!(1)] {
        let findings = validator(&named()).create(&attributes);
        assert_eq!(super::found(&findings), [". type"], "{attributes}");
    }
}

#[test]
fn offers_must_not_be_hollow() {
    let with_price = |price: Value| json!({ "purchasable_offer": [{ "marketplace_id": JP, "currency": "JPY", "audience": "ALL", "our_price": price }] });
    check(
        &schema(json!({ "purchasable_offer": offer(&["ALL"]) }), json!({})),
        &[
            ("an empty price", with_price(json!([{}])), &["/purchasable_offer/0/our_price/0 required schedule"]),
            (
                "an empty schedule",
                with_price(json!([{ "schedule": [] }])),
                &["/purchasable_offer/0/our_price/0/schedule minItems"],
            ),
            (
                "an empty entry",
                with_price(json!([{ "schedule": [{}] }])),
                &["/purchasable_offer/0/our_price/0/schedule/0 required value_with_tax"],
            ),
            ("null", with_price(json!(null)), &["/purchasable_offer/0/our_price type"]),
            ("no prices", with_price(json!([])), &["/purchasable_offer/0/our_price minItems"]),
            (
                "an audience of a schema with business customers",
                json!({ "purchasable_offer": [offer_of(JP, "B2B", json!(1800))] }),
                &["/purchasable_offer/0/audience enum"],
            ),
        ],
    );
}

#[test]
fn stock_has_channels_and_no_marketplace() {
    let stock_of = |instances: Value| json!({ "fulfillment_availability": instances });
    check(
        &schema(json!({ "fulfillment_availability": stock() }), json!({})),
        &[
            (
                "two channels",
                stock_of(
                    json!([{ "fulfillment_channel_code": "DEFAULT", "quantity": 3 }, { "fulfillment_channel_code": "AMAZON_JP" }]),
                ),
                &[],
            ),
            (
                "a marketplace",
                stock_of(json!([{ "fulfillment_channel_code": "DEFAULT", "marketplace_id": US }])),
                &["/fulfillment_availability/0 additionalProperties marketplace_id"],
            ),
            (
                "no channel",
                stock_of(json!([{ "quantity": 3 }])),
                &[
                    "/fulfillment_availability/0 required fulfillment_channel_code",
                    "~/fulfillment_availability/0 selector_missing",
                ],
            ),
        ],
    );
}

#[test]
fn lists_are_limited() {
    let theme = json!({ "type": "array", "minItems": 1, "maxItems": 1, "items": { "type": "object", "required": ["name"],
        "properties": { "name": { "type": "string", "enum": ["SIZE", "COLOR"] } } } });
    let plan = json!({ "type": "array", "minItems": 1, "maxItems": 0, "items": { "type": "object" } });
    check(
        &schema(json!({ "variation_theme": theme, "quantity_discount_plan": plan }), json!({})),
        &[
            ("one", json!({ "variation_theme": [{ "name": "SIZE" }] }), &[]),
            (
                "two",
                json!({ "variation_theme": [{ "name": "SIZE" }, { "name": "SIZE" }] }),
                &["/variation_theme maxItems"],
            ),
            (
                "a value where the schema takes none",
                json!({ "quantity_discount_plan": [{}] }),
                &["/quantity_discount_plan maxItems"],
            ),
            (
                "no value where it takes none",
                json!({ "quantity_discount_plan": [] }),
                &["/quantity_discount_plan minItems"],
            ),
            ("absent", json!({}), &[]),
        ],
    );
    let tags = json!({ "type": "array", "uniqueItems": true, "items": { "type": "string" } });
    check(
        &schema(json!({ "tags": tags }), json!({})),
        &[
            ("different", json!({ "tags": ["a", "b"] }), &[]),
            ("equal", json!({ "tags": ["a", "a"] }), &["/tags uniqueItems"]),
        ],
    );
}

#[test]
fn keywords_of_the_draft_work_that_amazon_rarely_uses() {
    let open = |rules: Value| {
        let mut schema = json!({ "type": "object" });
        super::extend(&mut schema, rules);
        schema
    };
    check(
        &open(json!({ "allOf": [{ "properties": { "brand": {} } }], "unevaluatedProperties": false })),
        &[
            ("known by allOf", json!({ "brand": [] }), &[]),
            ("unknown", json!({ "brand": [], "other": [] }), &[". unevaluatedProperties other"]),
        ],
    );
    check(
        &open(json!({ "properties": { "list": { "items": [{ "type": "integer" }], "unevaluatedItems": false } } })),
        &[("one", json!({ "list": [1] }), &[]), ("two", json!({ "list": [1, 2] }), &["/list unevaluatedItems"])],
    );
    check(
        &open(json!({ "properties": { "list": { "items": [{}], "additionalItems": false } } })),
        &[("one", json!({ "list": [1] }), &[]), ("two", json!({ "list": [1, 2] }), &["/list additionalItems"])],
    );
    check(
        &open(json!({ "dependentRequired": { "length": ["unit"] } })),
        &[
            ("together", json!({ "length": [], "unit": [] }), &[]),
            ("alone", json!({ "length": [] }), &[". dependentRequired unit"]),
        ],
    );
    check(
        &open(json!({ "dependentSchemas": { "length": { "required": ["unit"] } } })),
        &[("alone", json!({ "length": [] }), &[". required unit"])],
    );
    check(
        &open(
            json!({ "properties": { "list": { "contains": { "type": "integer" }, "minContains": 2, "maxContains": 3 } } }),
        ),
        &[
            ("enough", json!({ "list": [1, "a", 2] }), &[]),
            ("too few", json!({ "list": [1, "a"] }), &["/list minContains"]),
            ("too many", json!({ "list": [1, 2, 3, 4] }), &["/list maxContains"]),
        ],
    );
    check(
        &open(json!({ "properties": { "list": { "contains": { "const": 1 } } } })),
        &[
            ("contained", json!({ "list": [1.0] }), &[]),
            ("not contained", json!({ "list": ["1"] }), &["/list contains"]),
        ],
    );
    check(
        &open(
            json!({ "properties": { "a": { "const": { "b": 1 } } }, "patternProperties": { "^n_": { "type": "number" } }, "minProperties": 1 }),
        ),
        &[
            ("equal", json!({ "a": { "b": 1.0 }, "n_x": 1 }), &[]),
            ("other", json!({ "a": { "b": 2 }, "n_x": "1" }), &["/a const", "/n_x type"]),
            ("nothing", json!({}), &[". minProperties"]),
        ],
    );
    check(
        &open(json!({ "properties": { "none": { "additionalProperties": false } } })),
        &[
            ("no member", json!({ "none": {} }), &[]),
            (
                "two members",
                json!({ "none": { "a": 1, "b": 2 } }),
                &["/none additionalProperties a", "/none additionalProperties b"],
            ),
        ],
    );
    check(
        &open(json!({ "propertyNames": { "pattern": "^[a-z]+$" } })),
        &[("small letters", json!({ "a": 1 }), &[]), ("a capital", json!({ "A": 1 }), &[". propertyNames"])],
    );
}

#[test]
fn rules_beside_a_reference_apply_too() {
    let brand = attribute(
        json!({ "value": { "$ref": "#/$defs/short", "minLength": 2 } }),
        &["value"],
        &["marketplace_id"],
        json!({}),
    );
    let mut schema = schema(json!({ "brand": brand }), json!({}));
    schema["$defs"]["short"] = json!({ "type": "string", "maxLength": 3 });
    check(
        &schema,
        &[
            ("both kept", with("brand", json!("abc")), &[]),
            ("the reference broken", with("brand", json!("abcd")), &["/brand/0/value maxLength"]),
            ("the rule beside it broken", with("brand", json!("a")), &["/brand/0/value minLength"]),
        ],
    );
}

#[test]
fn unknown_keywords_and_hints_are_no_rules() {
    let rule = json!({ "type": "string", "hidden": true, "replenishment": { "x": 1 }, "laterKeyword": false, "examples": [1], "default": 2, "$comment": "x" });
    check(&schema(json!({ "brand": one_value(rule) }), json!({})), &[("a text", with("brand", json!("無印")), &[])]);
}

#[test]
fn a_schema_that_refers_to_itself_is_followed_as_far_as_the_attributes_go() {
    let schema = json!({
        "type": "object",
        "properties": { "part": { "type": "array", "items": { "$ref": "#/$defs/part" } } },
        "$defs": { "part": { "type": "object", "additionalProperties": false, "properties": {
            "name": { "type": "string", "anyOf": [{ "type": "string" }, { "enum": ["lid"] }] },
            "part": { "type": "array", "items": { "$ref": "#/$defs/part" } } } } },
    });
    check(
        &schema,
        &[
            (
                "a wrong name",
                json!({ "part": [{ "part": [{ "name": 1 }] }] }),
                &["/part/0/part/0/name anyOf", "/part/0/part/0/name type"],
            ),
            (
                "an unlisted name",
                json!({ "part": [{ "name": "lid", "part": [{ "name": "pot" }] }] }),
                &["~/part/0/part/0/name value_outside_open_enum"],
            ),
        ],
    );
}
