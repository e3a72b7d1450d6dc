//! Under which conditions a schema requires an attribute, in words.

use super::schema::texts;
use crate::validate;
use serde_json::Value;
use std::collections::BTreeMap;

/// The most conditions that are kept of an attribute.
const MOST_OF_ONE: usize = 3;

/// How many conditions that nest are joined. The outer ones of a long chain say little.
const MOST_JOINED: usize = 3;

/// How deep conditions nest. Chains of fifty `else` exist.
const DEEPEST: usize = 120;

/// What stands for a condition that cannot be said shortly.
const OTHER: &str = "other attributes ask for it";

/// The conditions under which each attribute is required, by the attribute's name. Attributes that are always required are
/// left out.
pub(super) fn conditions(schema: &Value) -> BTreeMap<String, Vec<String>> {
    let mut found = BTreeMap::new();
    collect(schema, schema, &mut Vec::new(), &mut found, DEEPEST);
    for name in texts(&schema["required"]) {
        found.remove(name);
    }
    found
}

fn collect(
    schema: &Value,
    node: &Value,
    conditions: &mut Vec<String>,
    found: &mut BTreeMap<String, Vec<String>>,
    depth: usize,
) {
    let Some(depth) = depth.checked_sub(1) else { return };
    if !conditions.is_empty() {
        let last = conditions.len().saturating_sub(MOST_JOINED);
        let words = conditions.get(last..).unwrap_or_default().join(" and ");
        for name in texts(&node["required"]) {
            let known = found.entry(name.to_owned()).or_default();
            if known.len() < MOST_OF_ONE && !known.contains(&words) {
                known.push(words.clone());
            }
        }
    }
    if let Some(condition) = node.get("if") {
        for (branch, holds) in [("then", true), ("else", false)] {
            if let Some(branch) = node.get(branch) {
                conditions.push(validate::condition(schema, condition, holds).unwrap_or_else(|| OTHER.to_owned()));
                collect(schema, branch, conditions, found, depth);
                conditions.pop();
            }
        }
    }
    for part in node["allOf"].as_array().into_iter().flatten() {
        collect(schema, part, conditions, found, depth);
    }
    for choice in ["anyOf", "oneOf"] {
        let branches = node[choice].as_array().map(Vec::as_slice).unwrap_or_default();
        let names: Vec<&str> = branches.iter().flat_map(|branch| texts(&branch["required"])).collect();
        for branch in branches {
            let own: Vec<&str> = texts(&branch["required"]).collect();
            let others: Vec<&str> = names.iter().copied().filter(|name| !own.contains(name)).collect();
            let words = match others.is_empty() {
                true => "no other of the choices applies".to_owned(),
                false => format!("{} is not given", others.join(" or ")),
            };
            conditions.push(words);
            collect(schema, branch, conditions, found, depth);
            conditions.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// What holds if the attribute has this value.
    fn has(name: &str, value: Value) -> Value {
        json!({ "required": [name], "properties": { name: { "contains": { "properties": { "value": { "enum": [value] } } } } } })
    }

    fn of(schema: Value, name: &str) -> Vec<String> {
        conditions(&schema).remove(name).unwrap_or_default()
    }

    #[test]
    fn a_condition_names_the_attribute_and_its_value() {
        let schema =
            json!({ "allOf": [{ "if": has("batteries_required", true.into()), "then": { "required": ["battery"] } }] });
        assert_eq!(of(schema, "battery"), ["batteries_required is true"]);
        let schema =
            json!({ "if": { "not": has("parentage_level", "parent".into()) }, "then": { "required": ["color"] } });
        assert_eq!(of(schema, "color"), ["parentage_level is not parent"]);
        let schema = json!({ "if": { "not": { "required": ["asin"] } }, "then": { "required": ["ean"] } });
        assert_eq!(of(schema, "ean"), ["asin is not given"]);
        let schema = json!({ "if": has("a", 1.into()), "else": { "required": ["b"] } });
        assert_eq!(of(schema, "b"), ["a is not 1"]);
    }

    #[test]
    fn an_attribute_that_is_always_required_has_no_condition() {
        let schema = json!({ "required": ["b"], "if": has("a", 1.into()), "then": { "required": ["b", "c"] } });
        assert_eq!(of(schema.clone(), "b"), [""; 0]);
        assert_eq!(of(schema, "c"), ["a is 1"]);
    }

    #[test]
    fn one_of_several_attributes_names_the_others() {
        let schema = json!({ "anyOf": [{ "required": ["ean"] }, { "required": ["asin"] }] });
        assert_eq!(of(schema, "ean"), ["asin is not given"]);
    }

    #[test]
    fn a_long_chain_keeps_its_last_conditions_and_an_endless_one_ends() {
        let mut schema = json!({ "required": ["last"] });
        for number in 0..60 {
            schema = json!({ "if": has("kind", number.into()), "then": {}, "else": schema });
        }
        assert_eq!(of(schema, "last"), ["kind is not 2 and kind is not 1 and kind is not 0"]);
        let mut schema = json!({ "required": ["last"] });
        for number in 0..200 {
            schema = json!({ "if": has("kind", number.into()), "else": schema });
        }
        assert_eq!(of(schema, "last"), [""; 0]);
    }
}
