//! Updates without the stored attributes: what is certain, what is not sent, and what cannot be known.

use super::{assert_found, map, one_value, schema, validator, with};
use serde_json::{Value, json};
use spapi_listings::Validator;

fn text() -> Value {
    one_value(json!({ "type": "string" }))
}

/// Attributes `a`, `b` and `c` with these rules.
fn rules(rules: Value) -> Validator {
    validator(&schema(json!({ "a": text(), "b": text(), "c": text() }), rules))
}

fn all(attributes: &[(&str, &str)]) -> Value {
    attributes.iter().fold(json!({}), |mut all, (name, value)| {
        all[*name] = with(name, json!(value))[*name].clone();
        all
    })
}

/// That an attribute is given with this value.
fn is(name: &str, value: &str) -> Value {
    json!({ "required": [name], "properties": { name: { "contains": { "properties": { "value": { "enum": [value] } } } } } })
}

const UNKNOWN: &[&str] = &["~. cannot_be_known"];

#[test]
fn a_rule_over_several_attributes_is_broken_only_if_that_is_certain() {
    for (name, rule, sent, expected) in [
        ("forbidden", json!({ "not": { "required": ["a"] } }), all(&[("a", "x")]), &[". not"][..]),
        ("not sent", json!({ "not": { "required": ["a"] } }), all(&[("b", "x")]), &[]),
        ("one of two forbidden", json!({ "not": { "required": ["a", "b"] } }), all(&[("a", "x")]), &[]),
        ("both forbidden", json!({ "not": { "required": ["a", "b"] } }), all(&[("a", "x"), ("b", "x")]), &[". not"]),
        (
            "forbidden without another, which may be stored",
            json!({ "not": { "required": ["a"], "not": { "required": ["b"] } } }),
            all(&[("a", "x")]),
            UNKNOWN,
        ),
        (
            "forbidden beside a value that may be stored",
            json!({ "not": { "allOf": [{ "required": ["a"] }, { "not": is("b", "y") }] } }),
            all(&[("a", "x")]),
            UNKNOWN,
        ),
        (
            "the same with the value sent",
            json!({ "not": { "allOf": [{ "required": ["a"] }, { "not": is("b", "y") }] } }),
            all(&[("a", "x"), ("b", "z")]),
            &[". not"],
        ),
        (
            "one of two, of which the other may be stored",
            json!({ "oneOf": [{ "required": ["a"] }, { "not": { "required": ["b"] } }] }),
            all(&[("a", "x")]),
            UNKNOWN,
        ),
        ("too few", json!({ "minProperties": 2 }), all(&[("a", "x")]), &[]),
        ("too many", json!({ "maxProperties": 1 }), all(&[("a", "x"), ("b", "x")]), &[". maxProperties"]),
        ("a dependent", json!({ "dependentRequired": { "a": ["b"] } }), all(&[("a", "x")]), &[]),
        (
            "a choice that what is stored may meet",
            json!({ "anyOf": [{ "not": { "required": ["a"] } }, is("b", "y")] }),
            all(&[("a", "x")]),
            &[],
        ),
        (
            "a choice that nothing stored can meet",
            json!({ "anyOf": [{ "not": { "required": ["a"] } }, is("b", "y")] }),
            all(&[("a", "x"), ("b", "z")]),
            &[". anyOf"],
        ),
        ("no surplus", json!({ "unevaluatedProperties": false }), all(&[("a", "x")]), &[]),
    ] {
        assert_found(name, &rules(rule).update(&sent, None), expected);
    }
}

#[test]
fn what_is_asked_for_under_a_condition_is_certain_if_the_condition_is() {
    let only_z = json!({ "properties": { "b": { "items": { "properties": { "value": { "enum": ["z"] } } } } } });
    let rule = |premise: Value| json!({ "allOf": [{ "if": premise, "then": only_z, "else": {} }] });
    let unless = |premise: Value| json!({ "if": premise, "else": only_z });
    let wrong = all(&[("b", "y")]);
    let (certain, unknown) = (&["/b/0/value enum"][..], &["~/b/0/value cannot_be_known"][..]);
    for (name, rule, sent, expected) in [
        ("it is not sent", rule(json!({ "not": { "required": ["a"] } })), wrong.clone(), unknown),
        ("its value is not sent", unless(is("a", "x")), wrong.clone(), unknown),
        ("it is sent and holds", rule(is("a", "x")), all(&[("a", "x"), ("b", "y")]), certain),
        ("it is sent and does not hold", unless(is("a", "x")), all(&[("a", "w"), ("b", "y")]), certain),
        (
            "one of several is enough",
            rule(json!({ "anyOf": [is("a", "x"), is("c", "x")] })),
            all(&[("a", "x"), ("b", "y")]),
            certain,
        ),
        (
            "all of several are needed",
            rule(json!({ "not": { "allOf": [is("a", "x"), is("c", "x")] } })),
            all(&[("a", "x"), ("b", "y")]),
            unknown,
        ),
        (
            "one of several that fails is enough",
            rule(json!({ "not": { "allOf": [is("a", "x"), is("c", "x")] } })),
            all(&[("a", "w"), ("b", "y")]),
            certain,
        ),
    ] {
        assert_found(name, &rules(rule).update(&sent, None), expected);
    }
    // With the stored attributes it is known.
    let unless = rules(unless(is("a", "x")));
    assert_found("stored", &unless.update(&wrong, Some(&map(all(&[("a", "x")])))), &[]);
    assert_found("stored otherwise", &unless.update(&wrong, Some(&map(all(&[("a", "w")])))), certain);
}

#[test]
fn a_condition_in_a_chain_needs_all_before_it() {
    let wrong = json!({ "properties": { "b": false } });
    let chain = json!({ "if": is("a", "1"), "then": {}, "else": { "if": is("c", "1"), "then": wrong } });
    let chain = rules(chain);
    assert_found("both sent", &chain.update(&all(&[("a", "2"), ("c", "1"), ("b", "x")]), None), &["/b falseSchema"]);
    assert_found("the first unknown", &chain.update(&all(&[("c", "1"), ("b", "x")]), None), &["~/b cannot_be_known"]);
}

#[test]
fn what_cannot_be_known_names_the_attributes_that_decide() {
    let forbidden = rules(json!({ "not": { "required": ["a"], "not": { "anyOf": [is("b", "y"), is("c", "y")] } } }));
    let findings = forbidden.update(&all(&[("a", "x")]), None);
    let message = &findings.warnings().next().unwrap().message;
    assert!(message.contains("cannot be known without them: b and c are not sent"), "{message}");
}

#[test]
fn references_of_a_rule_are_followed() {
    let mut referred =
        schema(json!({ "a": text(), "b": text(), "c": text() }), json!({ "not": { "$ref": "#/$defs/lonely%20a" } }));
    referred["$defs"]["lonely a"] = json!({ "required": ["a"], "not": { "$ref": "#with_b" } });
    referred["$defs"]["with_b"] = json!({ "$anchor": "with_b", "required": ["b"] });
    let validator = validator(&referred);
    assert_found("b may be stored", &validator.update(&all(&[("a", "x")]), None), UNKNOWN);
    assert_found("b is sent", &validator.update(&all(&[("a", "x"), ("b", "x")]), None), &[]);
    assert_found("a whole listing", &validator.create(&all(&[("a", "x")])), &[". not"]);
}

#[test]
fn a_rule_that_the_stored_listing_breaks_is_no_error_of_a_change_that_does_not_touch_it() {
    let sent = all(&[("c", "x")]);
    for (name, rule, stored, touching) in [
        ("not", json!({ "not": { "required": ["a"] } }), all(&[("a", "x")]), all(&[("a", "y")])),
        ("anyOf", json!({ "anyOf": [is("a", "1"), is("b", "1")] }), all(&[("a", "2")]), all(&[("b", "2")])),
        ("oneOf", json!({ "oneOf": [is("a", "1"), is("b", "1")] }), all(&[("a", "1"), ("b", "1")]), all(&[("a", "1")])),
    ] {
        let validator = rules(rule);
        assert_found(name, &validator.update(&sent, Some(&map(stored.clone()))), &["~. rule_broken_in_store"]);
        let broken = format!(". {name}");
        assert_found(name, &validator.update(&touching, Some(&map(stored))), &[&broken]);
    }
    let few = rules(json!({ "minProperties": 3 }));
    assert_found("few", &few.update(&sent, Some(&map(all(&[("a", "x")])))), &["~. rule_broken_in_store"]);
    let dependent = rules(json!({ "dependentRequired": { "a": ["b"] } }));
    assert_found(
        "a dependent",
        &dependent.update(&sent, Some(&map(all(&[("a", "x")])))),
        &["~. required_missing_in_store"],
    );
    assert_found(
        "a new dependent",
        &dependent.update(&all(&[("a", "x")]), Some(&map(all(&[])))),
        &[". dependentRequired b"],
    );
}
