//! What the validator finds in attributes, by kinds of rules.
//!
//! The schemas are small and made up in the shape of real ones. A table row is a name, attributes, and what is found: an error as
//! `/pointer keyword` or `/pointer keyword member`, the attributes as a whole as `.`, and a warning with `~` before it. The
//! findings must be exactly those.

mod changes;
mod conditions;
mod input;
mod lints;
mod partial;
mod patches;
mod places;
mod structure;
mod text_and_numbers;
mod uniqueness;
mod words;

use serde_json::{Map, Value, json};
use spapi_listings::{Findings, Severity, Validator};

const JP: &str = "A1VC38T7YXB528";
const US: &str = "ATVPDKIKX0DER";

fn validator(schema: &Value) -> Validator {
    Validator::compile(&schema.to_string()).unwrap()
}

/// A schema with these attributes, and the definitions of marketplace and language that Amazon's schemas have.
fn schema(attributes: Value, more: Value) -> Value {
    let open = |value: &str, name: &str| {
        json!({ "type": "string", "editable": false, "hidden": true,
            "anyOf": [{ "type": "string" }, { "type": "string", "enum": [value], "enumNames": [name] }] })
    };
    let mut schema = json!({
        "$schema": "https://schemas.amazon.com/selling-partners/definitions/product-types/meta-schema/v1",
        "type": "object",
        "properties": attributes,
        "additionalProperties": false,
        "$defs": { "marketplace_id": open(JP, "Amazon.co.jp"), "language_tag": open("ja_JP", "日本語") },
    });
    extend(&mut schema, more);
    schema
}

fn extend(value: &mut Value, more: Value) {
    let Value::Object(more) = more else { panic!("{more} is not an object") };
    for (name, member) in more {
        value[name] = member;
    }
}

/// An attribute whose instances have these members, with Amazon's usual `marketplace_id` where it is a selector.
fn attribute(members: Value, required: &[&str], selectors: &[&str], more: Value) -> Value {
    let mut members = members;
    for name in ["marketplace_id", "language_tag"] {
        if selectors.contains(&name) {
            members[name] = json!({ "$ref": format!("#/$defs/{name}") });
        }
    }
    let mut attribute = json!({
        "type": "array",
        "minItems": 1,
        "items": { "type": "object", "required": required, "properties": members, "additionalProperties": false },
    });
    if !selectors.is_empty() {
        extend(&mut attribute, json!({ "selectors": selectors, "minUniqueItems": 1, "maxUniqueItems": 1 }));
    }
    extend(&mut attribute, more);
    attribute
}

/// An attribute with one value for each marketplace.
fn one_value(value: Value) -> Value {
    attribute(json!({ "value": value }), &["value"], &["marketplace_id"], json!({}))
}

/// The attribute `name` with one instance for Japan.
fn with(name: &str, value: Value) -> Value {
    json!({ name: [{ "value": value, "marketplace_id": JP }] })
}

/// The offer of Amazon's schemas, with these audiences.
fn offer(audiences: &[&str]) -> Value {
    let price = json!({ "type": "array", "minItems": 1, "items": { "type": "object", "required": ["schedule"], "properties": {
        "schedule": { "type": "array", "minItems": 1, "items": { "type": "object", "required": ["value_with_tax"],
            "properties": { "value_with_tax": { "type": "number", "editable": true } }, "additionalProperties": false } },
    }, "additionalProperties": false } });
    attribute(
        json!({
            "currency": { "type": "string", "editable": false, "anyOf": [{ "type": "string" }, { "type": "string", "enum": ["JPY"] }] },
            "audience": { "type": "string", "editable": false, "enum": audiences },
            "our_price": price,
        }),
        &[],
        &["marketplace_id", "currency", "audience"],
        json!({}),
    )
}

fn offer_of(marketplace: &str, audience: &str, price: Value) -> Value {
    json!({ "marketplace_id": marketplace, "currency": "JPY", "audience": audience, "our_price": [{ "schedule": [{ "value_with_tax": price }] }] })
}

/// The stock of Amazon's schemas.
fn stock() -> Value {
    attribute(
        json!({
            "fulfillment_channel_code": { "type": "string", "enum": ["AMAZON_JP", "DEFAULT"] },
            "quantity": { "type": "integer", "minimum": 0 },
            "lead_time_to_ship_max_days": { "type": "integer", "minimum": 0, "maximum": 30 },
        }),
        &["fulfillment_channel_code"],
        &["fulfillment_channel_code"],
        json!({}),
    )
}

/// The findings in the form of a table.
fn found(findings: &Findings) -> Vec<String> {
    let mut lines: Vec<_> = findings
        .iter()
        .map(|finding| {
            let mark = if finding.severity == Severity::Warning { "~" } else { "" };
            let pointer = if finding.pointer.is_empty() { "." } else { &finding.pointer };
            let needs_property = !mark.is_empty() || !is_about_a_member(&finding.keyword);
            let property = finding.property.as_deref().filter(|_| !needs_property);
            let property = property.map(|property| format!(" {property}")).unwrap_or_default();
            format!("{mark}{pointer} {}{property}", finding.keyword)
        })
        .collect();
    lines.sort();
    lines
}

fn is_about_a_member(keyword: &str) -> bool {
    matches!(keyword, "required" | "additionalProperties" | "unevaluatedProperties" | "dependentRequired")
}

#[track_caller]
fn assert_found(name: &str, findings: &Findings, expected: &[&str]) {
    let mut expected = expected.to_vec();
    expected.sort_unstable();
    assert_eq!(found(findings), expected, "{name}:\n{findings}");
    assert_eq!(findings.is_valid(), expected.iter().all(|line| line.starts_with('~')), "{name}");
}

/// Checks each row of a table as a whole listing.
#[track_caller]
fn check(schema: &Value, rows: &[(&str, Value, &[&str])]) {
    let validator = validator(schema);
    for (name, attributes, expected) in rows {
        assert_found(name, &validator.create(attributes), expected);
    }
}

fn map(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        other => panic!("{other} is not an object"),
    }
}
