//! Schemas and attributes that are faulty, too large or too deep.

use super::{JP, assert_found, found, one_value, schema, validator, with};
use serde_json::{Value, json};
use spapi_core::ErrorKind;
use spapi_listings::{Findings, ListingsPatch, Validator};

#[track_caller]
fn refused(schema: &str) -> String {
    let error = Validator::compile(schema).map(|_| ()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Input);
    error.to_string()
}

#[test]
fn a_schema_that_cannot_be_read_is_refused_with_the_place() {
    for (text, why) in [
        ("", "empty"),
        (" \n", "empty"),
        ("{\"type\": \"object\",", "line 1"),
        ("<html></html>", "JSON"),
        ("{\"properties\": {\"a\": {\"minimum\": 1e400}}}", "out of range"),
        ("[]", "not a JSON object"),
        ("true", "not a JSON object"),
    ] {
        let error = refused(text);
        assert!(error.contains(why), "{text}: {error}");
    }
}

#[test]
fn a_keyword_of_the_wrong_type_is_named() {
    for (rule, place) in [
        (json!({ "type": "strin" }), "/properties/brand/type, this keyword must be one of"),
        (json!({ "type": 5 }), "a list; 5 stands there"),
        (
            json!({ "maxLength": "5" }),
            "/properties/brand/maxLength, this keyword must be a whole number; \"5\" stands there",
        ),
        (json!({ "maxLength": -1 }), "/properties/brand/maxLength"),
        (
            json!({ "required": "value" }),
            "/properties/brand/required, this keyword must be a list; \"value\" stands there",
        ),
        (json!({ "pattern": "(" }), "/properties/brand/pattern"),
        (json!({ "maxUniqueItems": "1" }), "/properties/brand"),
        (json!({ "minUniqueItems": 1.5 }), "/properties/brand"),
        (json!({ "selectors": "marketplace_id" }), "/properties/brand"),
        (json!({ "selectors": [1], "maxUniqueItems": 1 }), "/properties/brand"),
        (json!({ "maxUtf8ByteLength": -1 }), "/properties/brand"),
        (json!({ "minUtf8ByteLength": null }), "/properties/brand"),
    ] {
        let error = refused(&schema(json!({ "brand": rule }), json!({})).to_string());
        assert!(error.contains(place), "{rule}: {error}");
    }
}

#[test]
fn a_count_may_be_written_as_a_float() {
    let rule = json!({ "type": "array", "maxUniqueItems": 1.0, "minUniqueItems": 1.0 });
    let findings = validator(&schema(json!({ "brand": rule }), json!({}))).create(&json!({ "brand": [{}, {}] }));
    assert_eq!(found(&findings), ["/brand maxUniqueItems"]);
}

#[test]
fn a_schema_that_is_too_large_or_too_deep_is_refused() {
    let padding = "x".repeat(5 << 20);
    let error = refused(&json!({ "type": "object", "description": padding }).to_string());
    assert!(error.contains("bytes"), "{error}");
    let deep = format!("{}{{}}{}", "{\"not\":".repeat(200), "}".repeat(200));
    let error = refused(&deep);
    assert!(error.contains("recursion limit"), "{error}");
}

#[test]
fn errors_do_not_repeat_a_large_schema() {
    let names: Vec<_> = (0..50_000).map(|number| format!("name {number}")).collect();
    let error = refused(&schema(json!({ "brand": { "type": names } }), json!({})).to_string());
    assert!(error.len() < 1_000, "{} bytes", error.len());
    let error = refused(&json!({ "type": "object\u{1b}[31m" }).to_string());
    assert!(!error.contains('\u{1b}'), "{error}");
}

#[test]
fn a_reference_that_leads_nowhere_weakens_the_check_and_is_said() {
    let members = json!({
        "value": { "$ref": "#/$defs/gone", "maxLength": 3 },
        "unit": { "$ref": "https://example.com/unit.json#/unit" },
        "marketplace_id": { "$ref": "#/$defs/marketplace_id" },
    });
    let brand = json!({ "type": "array", "items": { "type": "object", "properties": members } });
    let validator = validator(&schema(json!({ "brand": brand }), json!({})));
    let weaker = "~. reference_unresolved";
    assert_found(
        "what can be checked",
        &validator.create(&with("brand", json!("abcd"))),
        &[weaker, weaker, "/brand/0/value maxLength"],
    );
    let findings = validator.update(&with("brand", json!(1)), None);
    assert_found("what cannot", &findings, &[weaker, weaker]);
    let said = findings.to_string();
    assert!(said.contains("/properties/brand/items/properties/value leads to #/$defs/gone"), "{said}");
    assert!(said.contains("https://example.com/unit.json#/unit"), "{said}");
}

#[test]
fn references_of_each_form_are_followed() {
    for (reference, id) in [
        ("#/$defs/short", None),
        ("#/%24defs/short", None),
        ("#short", None),
        ("https://example.com/schema#/$defs/short", Some("https://example.com/schema")),
    ] {
        let mut schema = schema(json!({ "brand": one_value(json!({ "$ref": reference })) }), json!({}));
        schema["$defs"]["short"] = json!({ "$anchor": "short", "type": "string", "maxLength": 3 });
        if let Some(id) = id {
            schema["$id"] = json!(id);
        }
        let findings = validator(&schema).create(&with("brand", json!("abcd")));
        assert_found(reference, &findings, &["/brand/0/value maxLength"]);
    }
}

#[test]
fn a_reference_to_itself_ends() {
    for reference in ["#", "#/$defs/round"] {
        let mut schema = schema(json!({ "brand": { "$ref": reference } }), json!({}));
        schema["$defs"]["round"] = json!({ "allOf": [{ "$ref": "#/$defs/other" }] });
        schema["$defs"]["other"] = json!({ "$ref": "#/$defs/round" });
        schema["$defs"]["round"]["maxProperties"] = json!(1);
        let findings = validator(&schema).create(&json!({ "brand": { "brand": {}, "other": 1 } }));
        // What stands beside the circle is checked.
        let too_many = found(&findings).contains(&"/brand maxProperties".to_owned());
        assert_eq!(too_many, reference != "#", "{findings}");
        assert!(found(&findings).contains(&"~. reference_circular".to_owned()), "{findings}");
        assert!(findings.to_string().contains("leads in a circle (#/$defs/"), "{findings}");
    }
    for rule in [json!({ "$ref": "#" }), json!({ "allOf": [{ "$ref": "#" }] }), json!({ "not": { "$ref": "#" } })] {
        let findings =
            validator(&schema(json!({ "brand": { "maxItems": 1 } }), rule)).create(&json!({ "brand": [1, 2] }));
        assert!(found(&findings).contains(&"/brand maxItems".to_owned()), "{findings}");
        assert!(found(&findings).contains(&"~. reference_circular".to_owned()), "{findings}");
    }
    // A step into the value is no circle.
    let mut tree = schema(json!({ "brand": { "$ref": "#/$defs/tree" } }), json!({}));
    tree["$defs"]["tree"] = json!({ "maxProperties": 1, "properties": { "inner": { "$ref": "#/$defs/tree" } } });
    let findings = validator(&tree).create(&json!({ "brand": { "inner": { "a": 1, "b": 2 } } }));
    assert_eq!(found(&findings), ["/brand/inner maxProperties"]);
}

#[test]
fn attributes_of_any_depth_are_answered() {
    let mut deep = json!(1);
    for _ in 0..300 {
        deep = json!([deep]);
    }
    let schema = json!({ "type": "object", "properties": { "brand": { "maxUniqueItems": 1 } } });
    let findings = validator(&schema).create(&json!({ "brand": [{ "a": deep }, { "a": 1 }] }));
    assert_eq!(found(&findings), [". type"]);
    assert!(findings.to_string().contains("128"), "{findings}");
    let current = super::map(json!({ "brand": [{ "a": deep }, { "a": 1 }] }));
    let findings = validator(&schema).update(&json!({ "name": [] }), Some(&current));
    assert_eq!(found(&findings), [". type"]);
    let patch = ListingsPatch::add("name", json!([{ "a": 1 }])).unwrap();
    assert_eq!(found(&validator(&schema).patches(&[patch], Some(&current))), [". type"]);
}

/// Numbers that look random, the same in each run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }

    fn value(&mut self, depth: usize) -> Value {
        match self.below(if depth > 3 { 8 } else { 11 }) {
            0 => json!(null),
            1 => json!(true),
            2 => json!(-1),
            3 => json!(1.5e300),
            4 => json!(2),
            5 => json!("marketplace_id"),
            6 => json!("a~/\u{1f375}"),
            7 => json!("#/$defs/marketplace_id"),
            8 => (0..self.below(4)).map(|_| self.value(depth + 1)).collect(),
            _ => {
                let names = [
                    "value",
                    "brand",
                    "a~/b",
                    "properties",
                    "items",
                    "anyOf",
                    "not",
                    "if",
                    "then",
                    "else",
                    "$ref",
                    "enum",
                    "type",
                    "selectors",
                    "maxUniqueItems",
                    "$lifecycle",
                    "enumDeprecated",
                    "required",
                    "marketplace_id",
                ];
                (0..self.below(5)).map(|_| (names[self.below(names.len())].to_owned(), self.value(depth + 1))).collect()
            }
        }
    }

    /// Puts a value at a random place.
    fn spoil(&mut self, value: &mut Value) {
        let members = match value {
            Value::Object(members) if !members.is_empty() => members.len(),
            Value::Array(items) if !items.is_empty() => items.len(),
            _ => 0,
        };
        if members == 0 || self.below(20) == 0 {
            *value = self.value(0);
            return;
        }
        let at = self.below(members);
        match value {
            Value::Object(members) => self.spoil(members.values_mut().nth(at).unwrap()),
            Value::Array(items) => self.spoil(&mut items[at]),
            _ => unreachable!(),
        }
    }
}

#[test]
fn spoiled_schemas_and_attributes_are_refused_or_answered() {
    let rule = json!({ "type": "string", "maxLength": 3, "anyOf": [{ "type": "string" }, { "enum": ["a"], "$lifecycle": { "enumDeprecated": ["a"] } }] });
    let good = schema(
        json!({ "brand": one_value(rule), "purchasable_offer": super::offer(&["ALL"]) }),
        json!({ "allOf": [{ "if": { "required": ["brand"] }, "then": { "not": { "required": ["purchasable_offer"] } } }] }),
    );
    let whole = json!({
        "brand": [{ "value": "abcd", "marketplace_id": JP }],
        "purchasable_offer": [super::offer_of(JP, "ALL", json!(1)), super::offer_of(JP, "ALL", json!(2))],
    });
    let mut dice = Dice(14);
    let (mut refused, mut valid, mut invalid) = (0, 0, 0);
    for _ in 0..1_000 {
        let (mut schema, mut attributes, mut stored) = (good.clone(), whole.clone(), whole.clone());
        dice.spoil(&mut schema);
        dice.spoil(&mut attributes);
        dice.spoil(&mut stored);
        let Ok(validator) = Validator::compile(&schema.to_string()) else {
            refused += 1;
            continue;
        };
        for findings in [
            validator.create(&attributes),
            validator.update(&attributes, None),
            validator.update(&attributes, stored.as_object()),
        ] {
            match findings.is_valid() {
                true => valid += 1,
                false => invalid += 1,
            }
            assert_eq!(findings.to_string().is_empty(), findings.iter().next().is_none());
        }
    }
    // Each way was taken.
    assert!(refused > 50 && valid > 10 && invalid > 50, "{refused} {valid} {invalid}");
}

#[test]
fn thousands_of_errors_are_counted_and_not_all_kept() {
    let schema = schema(json!({ "brand": one_value(json!({ "type": "string" })) }), json!({}));
    let instances: Vec<_> = (0..5_000).map(|number| json!({ "value": number })).collect();
    let findings = validator(&schema).create(&json!({ "brand": instances }));
    assert!(!findings.is_valid());
    assert_eq!(findings.errors().count(), Findings::MOST);
    assert_eq!(findings.warnings().count(), Findings::MOST);
    // Each has a number for its value and no marketplace, and all are in one group.
    assert_eq!(findings.omitted() + findings.iter().count(), 10_001);
    let last = findings.to_string().lines().last().unwrap().to_owned();
    assert_eq!(last, "and 9601 more");
    let value = serde_json::to_value(&findings).unwrap();
    assert_eq!(value["omitted"], 9_601);
    assert_eq!(value["valid"], false);
}

#[test]
fn texts_from_outside_are_shown_shortened_and_harmless() {
    let schema = schema(json!({ "brand": one_value(json!({ "type": "string", "maxLength": 5 })) }), json!({}));
    let nasty = format!("\u{1b}[31m\n{}", "長".repeat(5_000));
    let mut attributes = with("brand", json!(nasty));
    attributes[&nasty] = Value::Null;
    let findings = validator(&schema).create(&attributes);
    assert_eq!(findings.errors().count(), 2);
    for line in findings.to_string().lines() {
        assert!(line.chars().count() < 500 && !line.contains('\u{1b}'), "{line}");
    }
    assert_eq!(findings.to_string().lines().count(), 2);
}

#[test]
fn a_validator_is_shared_by_threads() {
    let validator = validator(&schema(json!({ "brand": one_value(json!({ "type": "string" })) }), json!({})));
    let threads: Vec<_> = (0..4)
        .map(|number| {
            let validator = validator.clone();
            std::thread::spawn(move || {
                validator.create(&json!({ "brand": [{ "value": number, "marketplace_id": JP }] }))
            })
        })
        .collect();
    for thread in threads {
        assert_eq!(found(&thread.join().unwrap()), ["/brand/0/value type"]);
    }
}

#[test]
fn empty_alternatives_weaken_the_check_and_are_said() {
    let schema = json!({
        "type": "object",
        "properties": { "a": { "type": "array", "anyOf": [], "items": { "type": "object", "oneOf": [] } } },
    });
    let validator = Validator::compile(&schema.to_string()).unwrap();
    let findings = validator.create(&json!({ "a": [{ "value": 1 }] }));
    assert!(findings.is_valid(), "{findings}");
    let found: Vec<_> = findings.warnings().map(|one| (one.keyword.as_str(), one.message.clone())).collect();
    assert_eq!(found.len(), 2, "{findings}");
    assert!(found.iter().all(|(code, _)| *code == "alternatives_empty"), "{findings}");
    assert!(found.iter().any(|(_, words)| words.ends_with("/properties/a has an empty anyOf")), "{findings}");
    assert!(!validator.create(&json!({ "a": "x" })).is_valid(), "the rest is checked");
}
