//! Limits on the size of a model. Each limit is many times what Amazon has ever published. A model beyond a limit could
//! exhaust time, memory or stack, and is refused.

use std::collections::HashMap;

use serde_json::{Map, Value};

use crate::load::problem::{Problem, child};
use crate::load::walk;

/// Definitions of a model. Amazon's largest has 188.
const MOST_DEFINITIONS: usize = 5_000;
/// Operations of a model. Amazon's largest has 45.
const MOST_OPERATIONS: usize = 2_000;
/// Values of an enum. Amazon's largest has 241.
const MOST_VALUES: usize = 10_000;
/// Properties of an object, parameters of an operation, parts of a composition. Amazon's largest object has 47.
const MOST_MEMBERS: usize = 2_000;
/// Schemas nested in each other without a reference. Amazon's deepest nesting is 3.
const DEEPEST: usize = 16;
/// References in a chain, by `$ref` and `allOf`. Amazon's longest chain has 3.
pub const LONGEST_CHAIN: usize = 64;

/// Checks a document against all limits.
pub fn check(document: &Value) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut count = |pointer: &str, what: &str, number: usize, most: usize| {
        if number > most {
            problems.push(Problem::error_at(pointer, format!("has {number} {what}; at most {most} are allowed")));
        }
    };
    let length = |value: Option<&Value>| match value {
        Some(Value::Object(members)) => members.len(),
        Some(Value::Array(elements)) => elements.len(),
        _ => 0,
    };
    for section in ["definitions", "parameters", "responses"] {
        count(&child("", section), "members", length(document.get(section)), MOST_DEFINITIONS);
    }
    let operations = walk::operations(document);
    count("/paths", "operations", operations.len(), MOST_OPERATIONS);
    for operation in &operations {
        count(&operation.pointer, "parameters", length(operation.operation.get("parameters")), MOST_MEMBERS);
    }
    let mut deep = None;
    walk::schemas(document, &mut |pointer, schema| {
        count(pointer, "values", length(schema.get("enum")), MOST_VALUES);
        for key in ["properties", "allOf", "required"] {
            count(&child(pointer, key), "members", length(schema.get(key)), MOST_MEMBERS);
        }
        // A property counts as one level, whatever its name.
        if deep.is_none() && depth(pointer) > DEEPEST {
            deep = Some(pointer.to_owned());
        }
    });
    if let Some(pointer) = deep {
        let message = format!("schemas are nested more than {DEEPEST} deep; make some of them definitions");
        problems.push(Problem::error_at(&pointer, message));
    }
    problems.extend(chains(document));
    problems
}

/// The number of schemas that contain the one at a pointer.
fn depth(pointer: &str) -> usize {
    let mut parts = pointer.split('/');
    let mut depth = 0;
    while let Some(part) = parts.next() {
        match part {
            // The next part is a name or an index.
            "properties" | "allOf" => {
                parts.next();
                depth += 1;
            }
            "items" | "additionalProperties" => depth += 1,
            _ => {}
        }
    }
    depth
}

/// Finds definitions that lead back to themselves by `$ref` and `allOf` alone, which have no meaning, and chains that
/// are too long.
fn chains(document: &Value) -> Vec<Problem> {
    let mut problems = Vec::new();
    // The length of the chain below each definition; `None` while it is being visited.
    let mut known: HashMap<String, Option<usize>> = HashMap::new();
    for section in ["definitions", "parameters", "responses"] {
        for (name, _) in walk::members(document.get(section)) {
            // The definitions being visited, each with its targets that are still to be visited.
            let mut open: Vec<(String, Vec<String>)> = Vec::new();
            let start = child(&child("", section), name);
            if !known.contains_key(&start) {
                known.insert(start.clone(), None);
                let targets = targets(document, &start);
                open.push((start, targets));
            }
            while let Some((pointer, mut left)) = open.pop() {
                let Some(next) = left.pop() else {
                    let below = targets(document, &pointer);
                    let longest = below.iter().filter_map(|target| *known.get(target)?).max();
                    let length = longest.map_or(0, |longest| longest + 1);
                    if length == LONGEST_CHAIN + 1 {
                        let message = format!(
                            "leads by `$ref` and `allOf` through more than {LONGEST_CHAIN} others; refer to a nearer one"
                        );
                        problems.push(Problem::error_at(&pointer, message));
                    }
                    known.insert(pointer, Some(length));
                    continue;
                };
                open.push((pointer, left));
                match known.get(&next) {
                    Some(Some(_)) => {}
                    Some(None) => {
                        let message = "refers to itself by `$ref` and `allOf` alone, which has no meaning";
                        problems.push(Problem::error_at(&next, message));
                    }
                    None => {
                        known.insert(next.clone(), None);
                        let targets = targets(document, &next);
                        open.push((next, targets));
                    }
                }
            }
        }
    }
    problems
}

/// The pointers that a definition leads to by `$ref` and `allOf` alone. A property of the definition's own type is not
/// followed: such a type has a meaning.
fn targets(document: &Value, pointer: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut open: Vec<&Map<String, Value>> = document.pointer(pointer).and_then(Value::as_object).into_iter().collect();
    while let Some(object) = open.pop() {
        let reference = object.get("$ref").and_then(Value::as_str).and_then(|reference| reference.strip_prefix('#'));
        found.extend(reference.map(str::to_owned));
        open.extend(walk::elements(object.get("allOf")).filter_map(|(_, part)| part.as_object()));
    }
    found.sort();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::load::problem::Place;

    fn only(document: &Value) -> (String, String) {
        let problems = check(document);
        let [problem] = problems.as_slice() else { panic!("{problems:?}") };
        let Place::Pointer(pointer) = &problem.place else { panic!("{problem:?}") };
        (pointer.clone(), problem.message.clone())
    }

    fn chain(length: usize, link: impl Fn(&str) -> Value) -> Value {
        let mut definitions = Map::new();
        for number in 0..length {
            definitions.insert(format!("D{number}"), link(&format!("#/definitions/D{}", number + 1)));
        }
        definitions.insert(format!("D{length}"), json!({"type": "object"}));
        json!({"definitions": definitions})
    }

    #[test]
    fn a_circle_of_references_is_distinguished_from_a_long_chain() {
        for ring in [
            json!({"A": {"$ref": "#/definitions/A"}}),
            json!({"A": {"$ref": "#/definitions/B"}, "B": {"$ref": "#/definitions/A"}}),
            json!({"A": {"allOf": [{"type": "object"}, {"allOf": [{"$ref": "#/definitions/A"}]}]}}),
        ] {
            let (pointer, message) = only(&json!({"definitions": ring}));
            assert!(pointer == "/definitions/A" && message.contains("refers to itself"), "{pointer} {message}");
        }
        for link in [|to: &str| json!({"$ref": to}), |to: &str| json!({"allOf": [{"$ref": to}, {"$ref": to}]})] {
            assert_eq!(check(&chain(LONGEST_CHAIN, link)), []);
            let (pointer, message) = only(&chain(4_000, link));
            assert_eq!(pointer, format!("/definitions/D{}", 4_000 - LONGEST_CHAIN - 1));
            assert!(message.contains("more than 64 others"), "{message}");
        }
        let own = json!({"definitions": {"A": {"properties": {"a": {"$ref": "#/definitions/A"}}}}});
        assert_eq!(check(&own), []);
    }

    #[test]
    fn an_exceeded_limit_is_named() {
        let many = |number: usize| -> Value {
            (0..number).map(|at| (format!("d{at}"), json!({}))).collect::<Map<_, _>>().into()
        };
        let (pointer, message) = only(&json!({"definitions": many(5_001)}));
        assert_eq!(
            (pointer.as_str(), message.as_str()),
            ("/definitions", "has 5001 members; at most 5000 are allowed")
        );
        let values: Vec<_> = (0..10_001).map(|at| json!(format!("V{at}"))).collect();
        let (pointer, message) = only(&json!({"definitions": {"A": {"type": "string", "enum": values}}}));
        assert_eq!(
            (pointer.as_str(), message.as_str()),
            ("/definitions/A", "has 10001 values; at most 10000 are allowed")
        );
        let (pointer, _) = only(&json!({"definitions": {"A": {"properties": many(2_001)}}}));
        assert_eq!(pointer, "/definitions/A/properties");
    }

    #[test]
    fn too_deep_nesting_is_named() {
        let nested = |depth: usize| {
            let wrap = |inner: Value, _| json!({"type": "array", "items": inner});
            json!({"definitions": {"A": (0..depth).fold(json!({"type": "string"}), wrap)}})
        };
        assert_eq!(check(&nested(DEEPEST)), []);
        let (pointer, message) = only(&nested(40));
        assert_eq!(pointer, format!("/definitions/A{}", "/items".repeat(DEEPEST + 1)));
        assert!(message.contains("more than 16 deep"), "{message}");
        // A name does not count as a level.
        let named = json!({"definitions": {"items": {"properties": {"properties": {"type": "string"}}}}});
        assert_eq!(check(&named), []);
    }
}
