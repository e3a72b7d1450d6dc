//! Selectors, fixed values and lints wherever a schema says them: behind references, by patterns and under conditions.

use super::{JP, assert_found, attribute, check, extend, found, map, one_value, schema, validator, with};
use serde_json::{Value, json};
use spapi_listings::Selectors;

fn text() -> Value {
    json!({ "type": "string" })
}

/// A schema whose attribute `note` is the part `note` of the definitions, in some way.
fn referred(way: Value, note: Value) -> Value {
    let mut schema = schema(json!({ "note": way }), json!({}));
    schema["$defs"]["note"] = note;
    schema
}

fn ways() -> [Value; 3] {
    let reference = json!({ "$ref": "#/$defs/note" });
    [
        reference.clone(),
        json!({ "allOf": [reference.clone()] }),
        json!({ "title": "Note", "allOf": [{ "type": "array" }, reference] }),
    ]
}

#[test]
fn selectors_behind_a_reference_tell_instances_apart() {
    let members = json!({ "value": { "type": "string", "editable": false }, "kind": text(), "marketplace_id": text() });
    let note =
        attribute(members, &["value"], &[], json!({ "selectors": ["marketplace_id", "kind"], "maxUniqueItems": 1 }));
    let one = |kind: &str, value: &str| json!({ "value": value, "kind": kind, "marketplace_id": JP });
    let stored = map(json!({ "note": [one("a", "1"), one("b", "2")] }));
    for way in ways() {
        let schema = referred(way, note.clone());
        let validator = validator(&schema);
        assert_eq!(Selectors::of_schema(&schema).of("note"), ["marketplace_id", "kind"]);
        assert_eq!(validator.selectors().of("note"), ["marketplace_id", "kind"]);
        let update = |sent: Value| validator.update(&json!({ "note": [sent] }), Some(&stored));
        assert_found("a new one", &update(one("c", "3")), &[]);
        assert_found("the same one", &update(one("b", "2")), &[]);
        assert_found("another value", &update(one("b", "3")), &["/note/0/value editable"]);
        assert_found("no selector", &update(json!({ "value": "9" })), &["~/note/0 selector_missing"]);
    }
}

#[test]
fn limits_of_unique_items_use_selectors_behind_a_reference() {
    let items = json!({ "type": "object", "properties": { "value": text(), "kind": text() } });
    for way in ways() {
        let mut way = way;
        extend(&mut way, json!({ "maxUniqueItems": 1, "items": items }));
        let schema = referred(way, json!({ "selectors": ["kind"] }));
        let note = |one: &str, other: &str| json!({ "note": [{ "kind": one, "value": "1" }, { "kind": other, "value": "2" }] });
        check(&schema, &[("two kinds", note("a", "b"), &[]), ("one kind", note("a", "a"), &["/note maxUniqueItems"])]);
    }
}

#[test]
fn members_by_pattern_and_others_are_looked_at() {
    let old = json!({ "enum": ["x", "y"], "$lifecycle": { "enumDeprecated": ["y"] } });
    let fixed = json!({ "type": "string", "editable": false });
    let note = attribute(
        json!({ "value": text() }),
        &[],
        &["marketplace_id"],
        json!({ "items": { "type": "object",
            "properties": { "value": text(), "marketplace_id": text() },
            "patternProperties": { "^old_": old, "_fixed$": fixed },
            "additionalProperties": { "anyOf": [{ "type": "string" }, { "enum": ["known"] }] } } }),
    );
    let schema = schema(json!({ "note": note }), json!({}));
    let noted = |member: &str, value: &str| json!({ "note": [{ member: value, "marketplace_id": JP }] });
    check(
        &schema,
        &[
            ("by pattern", noted("old_size", "y"), &["~/note/0/old_size enum_deprecated"]),
            ("by pattern, valid", noted("old_size", "x"), &[]),
            ("another", noted("more", "odd"), &["~/note/0/more value_outside_open_enum"]),
            ("another, known", noted("more", "known"), &[]),
            ("by name", noted("value", "odd"), &[]),
        ],
    );
    let stored = map(noted("size_fixed", "1"));
    let update = |sent: Value| validator(&schema).update(&sent, Some(&stored));
    assert_found("a fixed one", &update(noted("size_fixed", "2")), &["/note/0/size_fixed editable"]);
    assert_found("the same", &update(noted("size_fixed", "1")), &[]);
}

/// A rule of `size` if `kind` is "new", and another if not.
fn conditional(then: Value, otherwise: Value) -> Value {
    let premise = json!({ "required": ["kind"], "properties": { "kind": { "contains": { "properties": { "value": { "enum": ["new"] } } } } } });
    let size = |value: Value| json!({ "properties": { "size": { "items": { "properties": { "value": value } } } } });
    let rule = json!({ "if": premise, "then": size(then), "else": size(otherwise) });
    schema(
        json!({ "kind": one_value(text()), "size": one_value(text()) }),
        json!({ "allOf": [{ "if": { "required": ["size"] }, "then": rule }] }),
    )
}

fn sized(kind: &str, size: &str) -> Value {
    let mut attributes = with("kind", json!(kind));
    extend(&mut attributes, with("size", json!(size)));
    attributes
}

#[test]
fn lints_of_the_branch_that_applies_are_found_and_those_of_the_other_are_not() {
    let old = json!({ "$lifecycle": { "enumDeprecated": ["XXL"] } });
    let open = json!({ "anyOf": [{ "type": "string" }, { "enum": ["S", "M"] }] });
    check(
        &conditional(old, open),
        &[
            ("then", sized("new", "XXL"), &["~/size/0/value enum_deprecated"]),
            ("then, fine", sized("new", "L"), &[]),
            ("else", sized("old", "XXL"), &["~/size/0/value value_outside_open_enum"]),
            ("else, fine", sized("old", "M"), &[]),
        ],
    );
}

#[test]
fn a_value_that_is_fixed_under_a_condition_is_fixed_if_it_holds() {
    let schema = conditional(json!({ "editable": false }), json!({}));
    let update = |kind: &str| validator(&schema).update(&with("size", json!("M")), Some(&map(sized(kind, "L"))));
    assert_found("it holds", &update("new"), &["/size/0/value editable"]);
    assert_found("it does not hold", &update("old"), &[]);
}

#[test]
fn selectors_that_stand_only_in_a_condition_count() {
    let note = |more: Value| attribute(json!({ "value": text(), "kind": text() }), &[], &[], more);
    let then = json!({ "properties": { "note": { "selectors": ["kind"] } } });
    let schema = schema(
        json!({ "note": note(json!({ "maxItems": 5 })) }),
        json!({ "if": { "required": ["note"] }, "then": then }),
    );
    let validator = validator(&schema);
    assert_eq!(validator.selectors().of("note"), ["kind"]);
    let findings = validator.create(&json!({ "note": [{ "value": "x" }] }));
    assert_eq!(found(&findings), ["~/note/0 selector_missing"]);
}

#[test]
fn a_schema_that_refers_to_itself_under_conditions_is_walked_to_an_end() {
    let again = json!({ "if": { "type": "object" }, "then": { "$ref": "#" }, "else": { "$ref": "#" } });
    let schema = schema(
        json!({ "note": one_value(json!({ "anyOf": [{ "type": "string" }, { "enum": ["a"] }] })) }),
        json!({ "allOf": [again.clone(), again] }),
    );
    let findings = validator(&schema).create(&with("note", json!("b")));
    assert!(found(&findings).contains(&"~/note/0/value value_outside_open_enum".to_owned()), "{findings}");
    assert!(found(&findings).iter().any(|line| line.contains("reference_circular")), "{findings}");
}
