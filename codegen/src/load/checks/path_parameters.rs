//! The placeholders of a path match the path parameters of its operations.
//!
//! If one placeholder and one parameter are left over and differ in letter case only, the parameter gets the spelling
//! of the path. The name of a placeholder is never sent, so either spelling would do; the parameter can be changed
//! without affecting other operations.

use serde_json::Value;

use crate::load::problem::{Problem, child};
use crate::load::walk;

/// Checks path parameters, and makes the repairs that it warns of.
pub fn check(document: &mut Value) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut repairs = Vec::new();
    for (path, _) in walk::paths(document) {
        if let Err(message) = placeholders(path) {
            problems.push(Problem::error_at(&child("/paths", path), message));
        }
    }
    for operation in walk::operations(document) {
        let Ok(placeholders) = placeholders(operation.path) else { continue };
        let parameters = walk::parameters(document, &operation);
        let in_path = || parameters.iter().filter(|parameter| parameter.place() == "path");
        let mut left: Vec<_> = placeholders.iter().filter(|name| in_path().all(|p| p.name() != **name)).collect();
        let extra: Vec<_> = in_path().filter(|p| !p.name().is_empty() && !placeholders.contains(&p.name())).collect();
        for parameter in &extra {
            let name = parameter.name();
            let candidates: Vec<_> = left.iter().filter(|other| same_but_for_case(other, name)).collect();
            let rivals = extra.iter().filter(|other| same_but_for_case(other.name(), name)).count();
            if let ([spelling], 1) = (candidates.as_slice(), rivals) {
                let spelling = ***spelling;
                let message =
                    format!("the path spells the parameter `{name}` as `{spelling}`; the path's spelling is used");
                problems.push(Problem::warning_at(&parameter.pointer, message));
                let mut renamed = parameter.parameter.clone();
                renamed.insert("name".into(), spelling.into());
                renamed.insert("required".into(), true.into());
                repairs.push((parameter.pointer.clone(), renamed));
                left.retain(|other| **other != spelling);
            } else {
                let known = if placeholders.is_empty() {
                    "which has no placeholders".to_owned()
                } else {
                    format!("which has `{}`", placeholders.join("`, `"))
                };
                let message = format!("the path parameter `{name}` is not in the path `{}`, {known}", operation.path);
                problems.push(Problem::error_at(&parameter.pointer, message));
            }
        }
        for name in left {
            let message = format!("the path has `{{{name}}}`, for which there is no path parameter");
            problems.push(Problem::error_at(&operation.pointer, message));
        }
        for parameter in in_path().filter(|p| placeholders.contains(&p.name())) {
            // A shared parameter was repaired at the first operation that has it.
            let done = repairs.iter().any(|(pointer, _)| *pointer == parameter.pointer);
            if !done && parameter.parameter.get("required") != Some(&Value::Bool(true)) {
                let message = format!(
                    "the path parameter `{}` is not required; a path needs it, so it is treated as required",
                    parameter.name()
                );
                problems.push(Problem::warning_at(&parameter.pointer, message));
                let mut required = parameter.parameter.clone();
                required.insert("required".into(), true.into());
                repairs.push((parameter.pointer.clone(), required));
            }
        }
    }
    for (pointer, parameter) in repairs {
        if let Some(entry) = document.pointer_mut(&pointer) {
            *entry = Value::Object(parameter);
        }
    }
    problems
}

fn same_but_for_case(a: &str, b: &str) -> bool {
    a.to_lowercase() == b.to_lowercase()
}

/// The names between braces in a path, in order.
fn placeholders(path: &str) -> Result<Vec<&str>, String> {
    let mut names = Vec::new();
    let mut rest = path;
    while let Some(at) = rest.find(['{', '}']) {
        let inside = rest[at..].strip_prefix('{').and_then(|open| open.split_once('}'));
        let Some((name, after)) = inside.filter(|(name, _)| !name.contains('{')) else {
            return Err("the braces of the path do not match".into());
        };
        if name.is_empty() {
            return Err("the path has a placeholder without a name".into());
        }
        if names.contains(&name) {
            return Err(format!("the path has `{{{name}}}` twice"));
        }
        names.push(name);
        rest = after;
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::load::problem::{Place, Severity};

    fn path_parameter(name: &str) -> Value {
        json!({"name": name, "in": "path", "required": true, "type": "string"})
    }

    fn with(path: &str, parameters: Vec<Value>) -> Value {
        json!({"paths": {path: {"get": {"parameters": parameters}}}})
    }

    #[test]
    fn placeholders_with_parameters_have_no_problems() {
        let mut document = with("/a/{b}/{c}:d", vec![path_parameter("c"), path_parameter("b")]);
        assert_eq!(check(&mut document), []);
    }

    #[test]
    fn a_spelling_that_differs_only_in_case_is_repaired() {
        let mut document = with("/orders/{orderID}", vec![path_parameter("orderId")]);
        let problems = check(&mut document);
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].severity, Severity::Warning);
        assert_eq!(document["paths"]["/orders/{orderID}"]["get"]["parameters"][0]["name"], "orderID");
        assert_eq!(check(&mut document), []);
    }

    #[test]
    fn repairing_a_shared_parameter_does_not_change_it_for_other_operations() {
        let mut document = json!({
            "paths": {
                "/a/{orderID}": {"parameters": [{"$ref": "#/parameters/order"}], "get": {}, "put": {}},
                "/b/{orderId}": {"get": {"parameters": [{"$ref": "#/parameters/order"}]}}
            },
            "parameters": {"order": path_parameter("orderId")}
        });
        let problems = check(&mut document);
        assert!(!problems.is_empty() && problems.iter().all(|p| p.severity == Severity::Warning), "{problems:?}");
        assert_eq!(document["paths"]["/a/{orderID}"]["parameters"][0], path_parameter("orderID"));
        assert_eq!(document["paths"]["/b/{orderId}"]["get"]["parameters"][0]["$ref"], "#/parameters/order");
        assert_eq!(document["parameters"]["order"], path_parameter("orderId"));
        assert_eq!(check(&mut document), []);
    }

    #[test]
    fn an_ambiguous_spelling_is_an_error_for_placeholder_and_parameter() {
        let mut document = with("/a/{b}", vec![path_parameter("x")]);
        let problems = check(&mut document);
        let seen: Vec<_> = problems.iter().map(|problem| (problem.severity, problem.place.clone())).collect();
        let expected = [
            (Severity::Error, Place::Pointer("/paths/~1a~1{b}/get/parameters/0".into())),
            (Severity::Error, Place::Pointer("/paths/~1a~1{b}/get".into())),
        ];
        assert_eq!(seen, expected);

        let mut ambiguous = with("/a/{ID}", vec![path_parameter("id"), path_parameter("Id")]);
        assert!(check(&mut ambiguous).iter().all(|problem| problem.severity == Severity::Error));
        assert_eq!(ambiguous["paths"]["/a/{ID}"]["get"]["parameters"][0]["name"], "id");

        let mut none = with("/a", vec![path_parameter("b")]);
        assert!(check(&mut none)[0].message.contains("`b` is not in the path `/a`, which has no placeholders"));
    }

    #[test]
    fn a_path_parameter_is_always_required() {
        let mut document = with("/a/{b}", vec![json!({"name": "b", "in": "path", "type": "string"})]);
        assert_eq!(check(&mut document)[0].severity, Severity::Warning);
        assert_eq!(document["paths"]["/a/{b}"]["get"]["parameters"][0], path_parameter("b"));
    }

    #[test]
    fn unbalanced_braces_are_errors() {
        for path in ["/a/{b", "/a/b}", "/{a{b}}", "/{}", "/{a}/{a}", "/}{"] {
            let mut document = json!({"paths": {path: {}}});
            assert_eq!(check(&mut document).len(), 1, "{path}");
        }
    }
}
