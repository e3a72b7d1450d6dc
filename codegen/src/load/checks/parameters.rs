//! Each parameter has a kind, and no operation has the same parameter twice.

use serde_json::Value;

use crate::load::problem::Problem;
use crate::load::walk::{self, Parameter};

/// Checks the parameters of all operations of a document.
pub fn check(document: &Value) -> Vec<Problem> {
    let mut problems = Vec::new();
    for operation in walk::operations(document) {
        let parameters = walk::parameters(document, &operation);
        for (index, parameter) in parameters.iter().enumerate() {
            // A problem of a reference or of its target is reported at its own place.
            if parameter.parameter.contains_key("$ref") {
                continue;
            }
            problems.extend(incomplete(parameter));
            let twin = parameters[..index].iter().find(|other| are_twins(other, parameter));
            if let Some(other) = twin.filter(|_| !parameter.name().is_empty()) {
                let message = if parameter.place() == "body" && other.name() != parameter.name() {
                    format!("is a second body, besides `{}`; an operation has one", other.name())
                } else {
                    format!("the {} parameter `{}` occurs twice", parameter.place(), parameter.name())
                };
                problems.push(Problem::error_at(&parameter.pointer, message));
            }
        }
    }
    problems
}

fn are_twins(a: &Parameter<'_>, b: &Parameter<'_>) -> bool {
    a.place() == b.place() && (a.name() == b.name() || a.place() == "body")
}

fn incomplete(parameter: &Parameter<'_>) -> Option<Problem> {
    let has = |key| parameter.parameter.contains_key(key);
    // The check of the structure reports a name that is not a string.
    let unnamed = parameter.parameter.get("name").is_none_or(|name| name.as_str() == Some(""));
    let message = if unnamed {
        "the parameter has no name".to_owned()
    } else if !has("in") {
        format!("the parameter `{}` does not say where it goes (`in`)", parameter.name())
    } else if parameter.place() == "body" && !has("schema") {
        format!("the body `{}` has no `schema`", parameter.name())
    } else if matches!(parameter.place(), "path" | "query" | "header") && !has("type") {
        format!("the {} parameter `{}` has no `type`", parameter.place(), parameter.name())
    } else if parameter.parameter.get("type").and_then(Value::as_str) == Some("array") && !has("items") {
        format!("the list `{}` does not say what it holds (`items`)", parameter.name())
    } else {
        return None;
    };
    Some(Problem::error_at(&parameter.pointer, message))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn messages(parameters: Value) -> Vec<String> {
        let document = json!({"paths": {"/a": {"get": {"parameters": parameters}}}});
        check(&document).into_iter().map(|problem| problem.message).collect()
    }

    #[test]
    fn valid_parameters_have_no_problems() {
        let sound = json!([
            {"name": "a", "in": "path", "type": "string"},
            {"name": "a", "in": "query", "type": "array", "items": {"type": "string"}},
            {"name": "body", "in": "body", "schema": {}},
        ]);
        assert_eq!(messages(sound), [""; 0]);
    }

    #[test]
    fn an_incomplete_or_repeated_parameter_is_an_error() {
        let cases = [
            (json!([{"in": "query", "type": "string"}]), "has no name"),
            (json!([{"name": "", "in": "query", "type": "string"}]), "has no name"),
            (json!([{"name": "a", "type": "string"}]), "`a` does not say where"),
            (json!([{"name": "a", "in": "query"}]), "query parameter `a` has no `type`"),
            (json!([{"name": "a", "in": "body"}]), "has no `schema`"),
            (json!([{"name": "a", "in": "query", "type": "array"}]), "what it holds"),
            (
                json!([{"name": "a", "in": "query", "type": "string"}, {"name": "a", "in": "query", "type": "number"}]),
                "query parameter `a` occurs twice",
            ),
            (
                json!([{"name": "a", "in": "body", "schema": {}}, {"name": "b", "in": "body", "schema": {}}]),
                "a second body, besides `a`",
            ),
        ];
        for (parameters, words) in cases {
            let found = messages(parameters.clone());
            assert!(found.len() == 1 && found[0].contains(words), "{parameters}: {found:?}");
        }
    }
}
