//! Each `$ref` leads to a definition, parameter or response of its own document, and none leads back to itself.

use serde_json::{Map, Value};

use crate::load::problem::{Problem, child};
use crate::load::walk;

/// Checks the references of a document.
pub fn check(document: &Value) -> Vec<Problem> {
    let mut problems = Vec::new();
    walk::referable(document, &mut |pointer, object| {
        if let Some(reference) = object.get("$ref").and_then(Value::as_str) {
            problems.extend(dangling(document, pointer, reference));
        }
    });
    for section in ["definitions", "parameters", "responses"] {
        for (name, _) in walk::members(document.get(section)) {
            problems.extend(ring(document, &child(&child("", section), name)));
        }
    }
    problems
}

fn dangling(document: &Value, pointer: &str, reference: &str) -> Option<Problem> {
    let section = section_for(pointer);
    let target = reference.strip_prefix('#').unwrap_or_default();
    let name = target.strip_prefix(&format!("/{section}/")).unwrap_or_default();
    let message = if name.is_empty() || name.contains('/') {
        format!("the reference `{reference}` is not understood; it must be `#/{section}/NAME`")
    } else if document.pointer(target).is_none() {
        format!("the reference `{reference}` leads nowhere: there is no such name in `{section}`")
    } else {
        return None;
    };
    Some(Problem::error_at(&child(pointer, "$ref"), message))
}

/// The section of the document that a reference at this place must lead to.
fn section_for(pointer: &str) -> &'static str {
    let parts: Vec<_> = pointer.split('/').skip(1).collect();
    match parts[..] {
        ["parameters", _] | ["paths", _, "parameters", _] | ["paths", _, _, "parameters", _] => "parameters",
        ["responses", _] | ["paths", _, _, "responses", _] => "responses",
        _ => "definitions",
    }
}

/// Whether following `$ref` and `allOf` alone leads from a definition back to it: such a type has no meaning. A
/// property that holds its own type does, and is not followed.
fn ring(document: &Value, start: &str) -> Option<Problem> {
    let mut seen: Vec<&str> = Vec::new();
    let mut open: Vec<&Map<String, Value>> = vec![document.pointer(start)?.as_object()?];
    while let Some(object) = open.pop() {
        let reference = object.get("$ref").and_then(Value::as_str).and_then(|reference| reference.strip_prefix('#'));
        if let Some(target) = reference {
            if target == start {
                let message = "is made of itself by `$ref` and `allOf` alone, so that it has no meaning";
                return Some(Problem::error_at(start, message));
            }
            if !seen.contains(&target) {
                seen.push(target);
                open.extend(document.pointer(target).and_then(Value::as_object));
            }
        }
        open.extend(walk::elements(object.get("allOf")).filter_map(|(_, part)| part.as_object()));
    }
    None
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::load::problem::Place;

    #[test]
    fn references_that_lead_somewhere_are_no_problem() {
        let document = json!({
            "paths": {"/a": {"get": {
                "parameters": [{"$ref": "#/parameters/p"}],
                "responses": {"200": {"schema": {"$ref": "#/definitions/A~1b"}}, "400": {"$ref": "#/responses/r"}}
            }}},
            "definitions": {
                "A/b": {"properties": {"$ref": {"type": "string"}, "self": {"$ref": "#/definitions/A~1b"}}},
                "B": {"example": {"$ref": "#/nowhere"}, "allOf": [{"$ref": "#/definitions/A~1b"}]}
            },
            "parameters": {"p": {}}, "responses": {"r": {}}
        });
        assert_eq!(check(&document), []);
    }

    #[test]
    fn a_dangling_or_foreign_reference_is_an_error_with_its_pointer() {
        let document = json!({
            "paths": {"/a": {"get": {"parameters": [{"$ref": "#/definitions/A"}],
                "responses": {"200": {"schema": {"$ref": "#/definitions/Lost"}}}}}},
            "definitions": {"A": {"properties": {
                "b": {"$ref": "other.json#/definitions/B"},
                "c": {"$ref": "#/definitions/A/properties/b"},
                "d": {"$ref": ""}
            }}}
        });
        let found: Vec<_> = check(&document).into_iter().map(|problem| (problem.place, problem.message)).collect();
        let expected = [
            ("/definitions/A/properties/b/$ref", "`#/definitions/NAME`"),
            ("/definitions/A/properties/c/$ref", "`#/definitions/NAME`"),
            ("/definitions/A/properties/d/$ref", "`#/definitions/NAME`"),
            ("/paths/~1a/get/parameters/0/$ref", "`#/parameters/NAME`"),
            ("/paths/~1a/get/responses/200/schema/$ref", "`#/definitions/Lost` leads nowhere"),
        ];
        assert_eq!(found.len(), expected.len(), "{found:?}");
        for ((place, message), (pointer, words)) in found.iter().zip(expected) {
            assert_eq!(*place, Place::Pointer(pointer.into()));
            assert!(message.contains(words), "{message}");
        }
    }

    #[test]
    fn a_type_that_is_made_of_itself_is_an_error() {
        let document = json!({"definitions": {
            "A": {"$ref": "#/definitions/B"}, "B": {"allOf": [{"type": "object"}, {"$ref": "#/definitions/A"}]},
            "Tree": {"properties": {"leaves": {"items": {"$ref": "#/definitions/Tree"}}}}
        }});
        let places: Vec<_> = check(&document).into_iter().map(|problem| problem.place).collect();
        assert_eq!(places, [Place::Pointer("/definitions/A".into()), Place::Pointer("/definitions/B".into())]);
    }
}
