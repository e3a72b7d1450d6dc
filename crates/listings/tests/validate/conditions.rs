//! `if`, `then`, `else`, `not` and what they require.

use super::{JP, attribute, check, one_value, schema, validator, with};
use serde_json::{Value, json};

fn is_given_as(attribute: &str, value: Value) -> Value {
    json!({ "required": [attribute], "properties": { attribute: { "contains": { "required": ["value"], "properties": { "value": { "enum": [value] } } } } } })
}

fn batteries() -> Value {
    schema(
        json!({
            "batteries_required": one_value(json!({ "type": "boolean" })),
            "battery_type": one_value(json!({ "type": "string" })),
        }),
        json!({ "allOf": [{ "if": is_given_as("batteries_required", json!(true)), "then": { "required": ["battery_type"] } }] }),
    )
}

#[test]
fn a_condition_requires_an_attribute_and_is_named() {
    check(
        &batteries(),
        &[
            ("it holds", with("batteries_required", json!(true)), &[". required battery_type"]),
            ("it does not hold", with("batteries_required", json!(false)), &[]),
            ("its attribute is absent", json!({}), &[]),
            (
                "its attribute is empty",
                json!({ "batteries_required": [] }),
                &["/batteries_required minItems", "/batteries_required minUniqueItems"],
            ),
        ],
    );
    let findings = validator(&batteries()).create(&with("batteries_required", json!(true)));
    let finding = findings.errors().next().unwrap();
    assert_eq!(finding.attribute.as_deref(), Some("battery_type"));
    assert_eq!(finding.message, "battery_type is missing, because batteries_required is true");
}

#[test]
fn a_condition_can_forbid_an_attribute() {
    let parentage = one_value(json!({ "type": "string", "enum": ["child", "parent"] }));
    let schema = schema(
        json!({ "parentage_level": parentage, "color": one_value(json!({ "type": "string" })) }),
        json!({ "allOf": [{
            "if": { "anyOf": [
                { "not": { "required": ["parentage_level"], "properties": { "parentage_level": { "items": { "required": ["value"] } } } } },
                { "not": is_given_as("parentage_level", json!("parent")) },
            ] },
            "then": { "required": ["color"] },
            "else": { "not": { "required": ["color"] } },
        }] }),
    );
    let family = |level: Option<&str>, color: Option<&str>| {
        let mut attributes = json!({});
        for (name, value) in [("parentage_level", level), ("color", color)] {
            if let Some(value) = value {
                attributes[name] = json!([{ "value": value, "marketplace_id": JP }]);
            }
        }
        attributes
    };
    check(
        &schema,
        &[
            ("alone", family(None, None), &[". required color"]),
            ("a child", family(Some("child"), None), &[". required color"]),
            ("a child with a color", family(Some("child"), Some("red")), &[]),
            ("a parent", family(Some("parent"), None), &[]),
            ("a parent with a color", family(Some("parent"), Some("red")), &[". not"]),
        ],
    );
    let findings = validator(&schema).create(&family(Some("parent"), Some("red")));
    let finding = findings.errors().next().unwrap();
    assert_eq!(finding.property.as_deref(), Some("color"));
    assert_eq!(finding.message, "color must not be given, because parentage_level is \"parent\"");
}

#[test]
fn an_attribute_that_several_rules_require_is_missing_once() {
    let text = || one_value(json!({ "type": "string" }));
    let rule = |attribute: &str| json!({ "if": { "required": [attribute] }, "then": { "required": ["c"] } });
    let schema = schema(json!({ "a": text(), "b": text(), "c": text() }), json!({ "allOf": [rule("a"), rule("b")] }));
    let both = json!({ "a": [{ "value": "x", "marketplace_id": JP }], "b": [{ "value": "x", "marketplace_id": JP }] });
    check(&schema, &[("both rules", both, &[". required c"])]);
}

/// A chain of as many branches: the team must be that of the league.
fn leagues(number: usize) -> Value {
    let mut chain = json!({});
    for at in (0..number).rev() {
        let condition = json!({ "required": ["league"], "properties": { "league": { "contains": { "required": ["value"], "properties": {
            "value": { "enum": [format!("l{at}"), format!("L{at}")] } } } } } });
        let rule = json!({ "properties": { "team": { "items": { "properties": { "value": { "enum": [format!("T{at}")] } } } } } });
        let mut link = json!({ "if": condition, "then": rule });
        if chain != json!({}) {
            link["else"] = chain;
        }
        chain = link;
    }
    let text = || one_value(json!({ "type": "string" }));
    schema(json!({ "league": text(), "team": text() }), json!({ "allOf": [chain] }))
}

#[test]
fn the_branch_of_a_long_chain_decides() {
    let play = |league: &str, team: &str| json!({ "league": [{ "value": league, "marketplace_id": JP }], "team": [{ "value": team, "marketplace_id": JP }] });
    check(
        &leagues(48),
        &[
            ("the first", play("l0", "T0"), &[]),
            ("the second in capitals", play("L1", "T1"), &[]),
            ("the last", play("L47", "T47"), &[]),
            ("the last with another's team", play("L47", "T3"), &["/team/0/value enum"]),
            ("none", play("other", "any"), &[]),
        ],
    );
    let findings = validator(&leagues(48)).create(&play("L47", "T3"));
    let message = &findings.errors().next().unwrap().message;
    assert!(message.contains(", because league is \"l47\" or \"L47\";"), "{message}");
}

#[test]
fn an_if_without_then_or_else_requires_nothing_of_that_side() {
    let text = || one_value(json!({ "type": "string" }));
    let attributes = || json!({ "a": text(), "b": text() });
    let only_else = schema(attributes(), json!({ "if": { "required": ["a"] }, "else": { "required": ["b"] } }));
    check(&only_else, &[("neither", json!({}), &[". required b"]), ("a", with("a", json!("x")), &[])]);
    let only_if = schema(attributes(), json!({ "if": { "required": ["a"] } }));
    check(&only_if, &[("neither", json!({}), &[]), ("a", with("a", json!("x")), &[])]);
    let then_alone = schema(attributes(), json!({ "then": { "required": ["b"] } }));
    check(&then_alone, &[("neither", json!({}), &[])]);
    let never =
        schema(attributes(), json!({ "if": false, "then": { "required": ["a"] }, "else": { "required": ["b"] } }));
    check(&never, &[("neither", json!({}), &[". required b"])]);
}

#[test]
fn not_with_several_attributes_forbids_them_together() {
    let text = || one_value(json!({ "type": "string" }));
    let schema = schema(json!({ "a": text(), "b": text() }), json!({ "not": { "required": ["a", "b"] } }));
    let both = json!({ "a": [{ "value": "x", "marketplace_id": JP }], "b": [{ "value": "x", "marketplace_id": JP }] });
    check(&schema, &[("one", with("a", json!("x")), &[]), ("both", both, &[". not"])]);
}

#[test]
fn conditions_inside_of_an_instance_apply_there() {
    let size = attribute(
        json!({ "unit": { "type": "string" }, "value": { "type": "number" } }),
        &[],
        &[],
        json!({ "items": { "type": "object", "properties": { "unit": {}, "value": {} }, "if": { "required": ["value"] }, "then": { "required": ["unit"] } } }),
    );
    check(
        &schema(json!({ "size": size }), json!({})),
        &[
            ("both", json!({ "size": [{ "value": 1, "unit": "cm" }] }), &[]),
            (
                "a value alone, second",
                json!({ "size": [{ "unit": "cm" }, { "value": 1 }] }),
                &["/size/1 required unit"],
            ),
        ],
    );
}
