//! Checks that a model must pass before code is generated from it. Amazon has published files that fail each of them.
//!
//! A check looks at one thing in one document and reports problems. It ignores what another check reports. If the
//! meaning is certain, it repairs the document and warns.

mod kind;
mod limits;
pub mod names;
mod operations;
mod parameters;
mod path_parameters;
mod references;
mod required;
mod rust_names;
mod structure;

use std::collections::HashSet;

use serde_json::Value;

pub use kind::{Kind, kind};
pub use limits::LONGEST_CHAIN;

use super::problem::Problem;

/// Runs all checks on a Swagger 2.0 document, and makes the repairs that they warn of.
pub fn check(document: &mut Value) -> Vec<Problem> {
    // The other checks take too long on a document beyond the limits, and repeat its names in their messages.
    let mut problems = names::check(document);
    problems.extend(limits::check(document));
    if !problems.is_empty() {
        return problems;
    }
    problems.extend(structure::check(document));
    problems.extend(references::check(document));
    problems.extend(operations::check(document));
    problems.extend(parameters::check(document));
    problems.extend(path_parameters::check(document));
    problems.extend(required::check(document));
    problems.extend(rust_names::check(document));
    // A part that operations share is visited once for each of them, and would report its problem every time.
    let mut seen = HashSet::new();
    problems.retain(|problem| seen.insert(problem.clone()));
    problems
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::load::problem::Severity;

    #[test]
    fn a_problem_in_a_shared_part_is_reported_once() {
        let mut document = json!({"info": {"version": "v1"}, "paths": {"/a/{orderID}": {
            "parameters": [
                {"name": "orderId", "in": "path", "type": "string", "required": true},
                {"name": "a", "in": "query"}
            ],
            "get": {"operationId": "getA", "responses": {}},
            "put": {"operationId": "putA", "responses": {}}
        }}});
        let problems = check(&mut document);
        let severities: Vec<_> = problems.iter().map(|problem| problem.severity).collect();
        assert_eq!(severities, [Severity::Error, Severity::Warning], "{problems:?}");
    }

    #[test]
    fn a_member_of_a_wrong_type_never_causes_a_panic() {
        let document = json!({
            "swagger": "2.0", "info": {"version": "v1"},
            "paths": {"/a/{b}": {
                "parameters": [{"$ref": "#/parameters/B"}],
                "post": {
                    "operationId": "postA",
                    "parameters": [
                        {"name": "body", "in": "body", "required": true, "schema": {"$ref": "#/definitions/A"}}
                    ],
                    "responses": {
                        "200": {
                            "headers": {"x": {"type": "string"}},
                            "schema": {"allOf": [{"$ref": "#/definitions/A"}]}
                        },
                        "400": {"$ref": "#/responses/R"}
                    }
                }
            }},
            "definitions": {"A": {"type": "object", "required": ["a"], "properties": {
                "a": {"type": "array", "items": {"type": "string", "enum": ["x"], "maxLength": 3}}
            }, "additionalProperties": {"type": "integer"}}},
            "parameters": {"B": {"name": "b", "in": "path", "required": true, "type": "string"}},
            "responses": {"R": {"schema": {"$ref": "#/definitions/A"}}}
        });
        assert_eq!(check(&mut document.clone()), []);
        let mut pointers = Vec::new();
        all_pointers("", &document, &mut pointers);
        assert!(pointers.len() > 50, "{}", pointers.len());
        for pointer in pointers {
            for other in [
                json!(null),
                json!(true),
                json!(-1.5),
                json!(""),
                json!("{x/"),
                json!([]),
                json!([[{}]]),
                json!({}),
                json!({"$ref": "#"}),
            ] {
                let mut mutant = document.clone();
                *mutant.pointer_mut(&pointer).unwrap() = other;
                // The messages are tested elsewhere; this test is about repaired documents being sound.
                let problems = check(&mut mutant);
                if problems.iter().all(|problem| problem.severity == Severity::Warning) {
                    assert_eq!(check(&mut mutant), [], "after repairs of {pointer}: {problems:?}");
                }
            }
        }
    }

    fn all_pointers(pointer: &str, value: &Value, found: &mut Vec<String>) {
        found.push(pointer.to_owned());
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    all_pointers(&crate::load::problem::child(pointer, name), member, found);
                }
            }
            Value::Array(elements) => {
                for (index, element) in elements.iter().enumerate() {
                    all_pointers(&crate::load::problem::child(pointer, index), element, found);
                }
            }
            _ => {}
        }
    }
}
