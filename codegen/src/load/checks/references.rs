//! Each `$ref` leads to a definition, parameter or response of its own document.

use serde_json::Value;

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

/// The section of the document that a reference at this pointer must lead to.
fn section_for(pointer: &str) -> &'static str {
    let parts: Vec<_> = pointer.split('/').skip(1).collect();
    match parts[..] {
        ["parameters", _] | ["paths", _, "parameters", _] | ["paths", _, _, "parameters", _] => "parameters",
        ["responses", _] | ["paths", _, _, "responses", _] => "responses",
        _ => "definitions",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::load::problem::Place;

    #[test]
    fn references_with_a_target_have_no_problems() {
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
}
