//! Names that must differ in Rust do differ: the properties of a structure, the definitions of a document, the
//! arguments and the setters of an operation.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::load::problem::{Problem, child};
use crate::load::walk;
use crate::naming;

/// Checks that no two names of a document become one in Rust.
pub fn check(document: &Value) -> Vec<Problem> {
    let mut problems = Vec::new();
    walk::schemas(document, &mut |pointer, schema| {
        let names = walk::properties(document, pointer, schema);
        problems.extend(clashes("properties", names, naming::value_name));
    });
    let definitions = walk::members(document.get("definitions"));
    let definitions = definitions.map(|(name, _)| (name, child("/definitions", name)));
    problems.extend(clashes("definitions", definitions, naming::type_name));
    for operation in walk::operations(document) {
        let parameters = walk::parameters(document, &operation);
        // Path and body parameters become arguments of one method, the others become methods.
        for (kind, places) in [("arguments", ["path", "body"]), ("parameters", ["query", "header"])] {
            let named = parameters.iter().filter(|parameter| places.contains(&parameter.place()));
            let names = named.map(|parameter| (parameter.name(), parameter.pointer.clone()));
            problems.extend(clashes(kind, names, naming::value_name));
        }
    }
    problems
}

/// One problem for each name that becomes the same in Rust as an earlier name.
fn clashes<'a>(
    kind: &str,
    names: impl IntoIterator<Item = (&'a str, String)>,
    rust_name: impl Fn(&str) -> String,
) -> Vec<Problem> {
    let mut taken: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    let mut problems = Vec::new();
    for (name, pointer) in names {
        let rust = rust_name(name);
        let same = taken.entry(rust.clone()).or_default();
        // An equal name is one property that two parts of a composition share, or another check reports it.
        if same.contains(&name) {
            continue;
        }
        if let Some(first) = same.first() {
            let message = format!("the {kind} `{first}` and `{name}` would both be called `{rust}` in Rust");
            problems.push(Problem::error_at(&pointer, message));
        }
        same.push(name);
    }
    problems
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::load::problem::{Place, Severity};

    fn only(document: Value) -> Problem {
        let problems = check(&document);
        let [problem] = problems.as_slice() else { panic!("{problems:?}") };
        assert_eq!(problem.severity, Severity::Error);
        problem.clone()
    }

    #[test]
    fn two_properties_with_one_rust_name_are_an_error_that_names_both() {
        let problem = only(json!({"definitions": {"A": {"properties": {"fooBar": {}, "foo": {}, "foo_bar": {}}}}}));
        assert_eq!(problem.place, Place::Pointer("/definitions/A/properties/foo_bar".into()));
        assert_eq!(problem.message, "the properties `fooBar` and `foo_bar` would both be called `foo_bar` in Rust");
    }

    #[test]
    fn inline_objects_and_compositions_are_checked_too() {
        let inline = json!({"paths": {"/a": {"get": {"responses": {"200": {"schema": {"items": {
            "properties": {"a-b": {}, "aB": {}}
        }}}}}}}});
        assert!(matches!(only(inline).place, Place::Pointer(pointer) if pointer.ends_with("/items/properties/aB")));
        let composed = json!({"definitions": {
            "Base": {"properties": {"orderID": {}, "shared": {}}},
            "A": {"properties": {"orderId": {}, "shared": {}}, "allOf": [{"$ref": "#/definitions/Base"}]}
        }});
        assert!(only(composed).message.contains("`orderId` and `orderID`"));
    }

    #[test]
    fn definitions_and_parameters_need_distinct_names() {
        let definitions = json!({"definitions": {"OrderItem": {}, "order_item": {}}});
        assert!(only(definitions).message.contains("`OrderItem` and `order_item` would both be called `OrderItem`"));
        let parameter = |name: &str, place: &str| json!({"name": name, "in": place});
        let with = |parameters: [Value; 2]| json!({"paths": {"/a": {"get": {"parameters": parameters}}}});
        let clash = with([parameter("NextToken", "query"), parameter("next-token", "header")]);
        assert!(only(clash).message.contains("`NextToken` and `next-token`"));
        let sound = with([parameter("sku", "path"), parameter("SKU", "query")]);
        assert_eq!(check(&sound), []);
    }
}
