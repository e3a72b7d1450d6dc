//! Each operation has a unique name, its responses have status codes, and its path can be sent.

use std::collections::BTreeMap;

use heck::{ToLowerCamelCase, ToSnakeCase};
use serde_json::Value;

use crate::load::problem::{Problem, child};
use crate::load::walk;
use crate::naming;

/// Checks the operations of a document; one without an `operationId` gets the name that [`derived_id`] makes.
///
/// A duplicate id is not a problem here, because paths and methods still distinguish the operations.
pub fn check(document: &mut Value) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut missing = Vec::new();
    let mut ids: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (path, _) in walk::paths(document) {
        problems.extend(unsendable(path));
    }
    for operation in walk::operations(document) {
        for (code, _) in walk::members(operation.operation.get("responses")) {
            problems.extend(no_status(&child(&operation.pointer, "responses"), code));
        }
        let id = match operation.operation.get("operationId") {
            Some(Value::String(id)) if !id.to_snake_case().is_empty() => id.clone(),
            Some(Value::String(_)) | None => {
                let id = derived_id(operation.method, operation.path);
                let message = format!("has no `operationId`; it is called `{id}`, after its method and path");
                problems.push(Problem::warning_at(&operation.pointer, message));
                missing.push((operation.pointer.clone(), id.clone()));
                id
            }
            Some(_) => continue,
        };
        let same = ids.entry(naming::value_name(&id)).or_default();
        if let Some(other) = same.iter().find(|other| **other != id) {
            let message = format!("`{id}` and `{other}` have the same name in Rust");
            problems.push(Problem::error_at(&child(&operation.pointer, "operationId"), message));
        }
        same.push(id);
    }
    for (pointer, id) in missing {
        if let Some(operation) = document.pointer_mut(&pointer).and_then(Value::as_object_mut) {
            operation.insert("operationId".into(), id.into());
        }
    }
    problems
}

/// The name of an operation without an id: its method and the words of its path.
fn derived_id(method: &str, path: &str) -> String {
    format!("{method} {path}").to_lower_camel_case()
}

fn no_status(pointer: &str, code: &str) -> Option<Problem> {
    let is_status = code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_digit()) && ("100".."600").contains(&code);
    (!is_status && code != "default" && !code.starts_with("x-")).then(|| {
        Problem::error_at(&child(pointer, code), "is not a status code; it must be one from 100 to 599, or `default`")
    })
}

fn unsendable(path: &str) -> Option<Problem> {
    let at_fault =
        |c: char| !c.is_ascii_graphic() || matches!(c, '?' | '#' | '\\' | '"' | '<' | '>' | '^' | '`' | '|' | '%');
    let message = if !path.starts_with('/') {
        "a path must start with `/`".to_owned()
    } else if let Some(character) = path.chars().find(|c| at_fault(*c)) {
        format!("the character {character:?} is not allowed in a path")
    } else if path.split('/').any(|part| part == "." || part == "..") {
        "a path must not have `.` or `..` as a part".to_owned()
    } else {
        return None;
    };
    Some(Problem::error_at(&child("/paths", path), message))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::load::problem::Severity;

    #[test]
    fn a_missing_id_is_derived_with_a_warning() {
        let mut document = json!({"paths": {"/orders/v0/orders/{orderId}/items": {
            "get": {"responses": {"200": {}, "default": {}, "x-note": 1}},
            "post": {"operationId": "", "responses": {}},
            "put": {"operationId": "putIt", "responses": {}}
        }}});
        let problems = check(&mut document);
        assert_eq!(problems.len(), 2, "{problems:?}");
        assert!(problems.iter().all(|problem| problem.severity == Severity::Warning));
        let item = &document["paths"]["/orders/v0/orders/{orderId}/items"];
        assert_eq!(item["get"]["operationId"], "getOrdersV0OrdersOrderIdItems");
        assert_eq!(item["post"]["operationId"], "postOrdersV0OrdersOrderIdItems");
        assert_eq!(item["put"]["operationId"], "putIt");
        assert_eq!(check(&mut document), [], "a repaired document has no problems");
    }

    #[test]
    fn two_ids_with_one_rust_name_are_an_error_and_the_same_id_twice_is_not() {
        let mut document = json!({"paths": {"/a": {
            "get": {"operationId": "getOrder"}, "put": {"operationId": "linkIt"}, "post": {"operationId": "linkIt"}
        }, "/b": {"get": {"operationId": "GetOrder"}}}});
        let problems = check(&mut document);
        let [problem] = problems.as_slice() else { panic!("{problems:?}") };
        assert_eq!(problem.severity, Severity::Error);
        assert!(problem.message.contains("`GetOrder` and `getOrder`"), "{}", problem.message);
    }

    #[test]
    fn impossible_paths_and_status_codes_are_errors() {
        for path in ["orders", "/a b", "/a?x=1", "/a#x", "/a/../b", "/a%2F", "/é", "/a\\b"] {
            let mut document = json!({"paths": {path: {}}});
            assert_eq!(check(&mut document).len(), 1, "{path}");
        }
        for code in ["20", "2XX", "0200", "700", "ok"] {
            let mut document = json!({"paths": {"/a": {"get": {"operationId": "a", "responses": {code: {}}}}}});
            assert_eq!(check(&mut document).len(), 1, "{code}");
        }
        let mut document = json!({"paths": {"x-note": 1, "/a/{b}:c,d@e": {}}});
        assert_eq!(check(&mut document), []);
    }
}
