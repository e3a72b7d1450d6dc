//! Walks the parts of a Swagger 2.0 document that the checks look at, and skips what only looks like them (examples,
//! defaults, extensions). A value of a wrong type is skipped, because the check of the structure reports it.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::checks::LONGEST_CHAIN;
use super::problem::child;

type Object = Map<String, Value>;

/// The methods that a path item may have.
pub const METHODS: [&str; 7] = ["get", "put", "post", "delete", "options", "head", "patch"];

/// The paths of a document, without its extensions.
pub fn paths(document: &Value) -> impl Iterator<Item = (&str, &Value)> {
    members(document.get("paths")).filter(|(path, _)| !path.starts_with("x-"))
}

/// One operation of a document.
pub struct Operation<'a> {
    /// The pointer to the operation.
    pub pointer: String,
    /// Its path, such as `/orders/v0/orders/{orderId}`.
    pub path: &'a str,
    /// The method in lower case.
    pub method: &'a str,
    /// The path item that holds it.
    pub item: &'a Object,
    /// The operation itself.
    pub operation: &'a Object,
}

/// All operations, in the order of the document.
pub fn operations(document: &Value) -> Vec<Operation<'_>> {
    let mut found = Vec::new();
    for (path, item) in paths(document) {
        let Some(item) = item.as_object() else { continue };
        for (method, operation) in item {
            if let (true, Some(operation)) = (METHODS.contains(&method.as_str()), operation.as_object()) {
                let pointer = child(&child("/paths", path), method);
                found.push(Operation { pointer, path, method, item, operation });
            }
        }
    }
    found
}

/// One parameter of an operation.
pub struct Parameter<'a> {
    /// The pointer to it, or to the reference to it, in the operation or its path item.
    pub pointer: String,
    /// The parameter itself; a reference is resolved.
    pub parameter: &'a Object,
}

impl Parameter<'_> {
    /// Its name; empty if it has none.
    pub fn name(&self) -> &str {
        self.text("name")
    }

    /// The parameter's location: `path`, `query`, `header`, `body`; empty if it has none.
    pub fn place(&self) -> &str {
        self.text("in")
    }

    fn text(&self, key: &str) -> &str {
        self.parameter.get(key).and_then(Value::as_str).unwrap_or_default()
    }
}

/// The parameters of an operation: its own, and those of its path item that it does not replace.
pub fn parameters<'a>(document: &'a Value, operation: &Operation<'a>) -> Vec<Parameter<'a>> {
    let mut found = parameter_list(document, operation.operation, &operation.pointer);
    let item_pointer = child("/paths", operation.path);
    for shared in parameter_list(document, operation.item, &item_pointer) {
        if !found.iter().any(|own| own.name() == shared.name() && own.place() == shared.place()) {
            found.push(shared);
        }
    }
    found
}

fn parameter_list<'a>(document: &'a Value, holder: &'a Object, pointer: &str) -> Vec<Parameter<'a>> {
    let list = holder.get("parameters").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let pointer = child(pointer, "parameters");
    let resolve = |(index, entry): (usize, &'a Value)| {
        Some(Parameter { pointer: child(&pointer, index), parameter: resolve(document, entry).as_object()? })
    };
    list.iter().enumerate().filter_map(resolve).collect()
}

/// The value after following any number of references; the value itself if it is not a reference, or if the reference
/// leads nowhere or to itself.
pub fn resolve<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    let mut current = value;
    // Longer chains are refused; a cycle of references ends here.
    for _ in 0..=LONGEST_CHAIN {
        let Some(reference) = current.get("$ref").and_then(Value::as_str) else { return current };
        let Some(target) = reference.strip_prefix('#').and_then(|pointer| document.pointer(pointer)) else { break };
        current = target;
    }
    value
}

/// Calls `visit` with the pointer and the object at every place for a schema, a parameter, a response or a path item,
/// which may be a `$ref`. Parents come before children.
pub fn referable<'a>(document: &'a Value, visit: &mut impl FnMut(&str, &'a Object)) {
    let mut walker = Walker { visit: &mut |pointer, object, _| visit(pointer, object) };
    walker.document(document);
}

/// Calls `visit` with the pointer and the object of every schema, parents before children.
pub fn schemas<'a>(document: &'a Value, visit: &mut impl FnMut(&str, &'a Object)) {
    let mut walker = Walker {
        visit: &mut |pointer, object, is_schema| {
            if is_schema {
                visit(pointer, object);
            }
        },
    };
    walker.document(document);
}

struct Walker<'v, 'a> {
    visit: &'v mut dyn FnMut(&str, &'a Object, bool),
}

impl<'a> Walker<'_, 'a> {
    fn document(&mut self, document: &'a Value) {
        for (name, schema) in members(document.get("definitions")) {
            self.schema(&child("/definitions", name), schema);
        }
        for (name, parameter) in members(document.get("parameters")) {
            self.holder_of_schema(&child("/parameters", name), parameter);
        }
        for (name, response) in members(document.get("responses")) {
            self.holder_of_schema(&child("/responses", name), response);
        }
        for (path, item) in paths(document) {
            let pointer = child("/paths", path);
            let Some(item) = item.as_object() else { continue };
            (self.visit)(&pointer, item, false);
            self.parameters(&pointer, item);
            for method in METHODS {
                if let Some(operation) = item.get(method).and_then(Value::as_object) {
                    let pointer = child(&pointer, method);
                    self.parameters(&pointer, operation);
                    for (code, response) in members(operation.get("responses")) {
                        self.holder_of_schema(&child(&child(&pointer, "responses"), code), response);
                    }
                }
            }
        }
    }

    fn parameters(&mut self, pointer: &str, holder: &'a Object) {
        let pointer = child(pointer, "parameters");
        for (index, parameter) in elements(holder.get("parameters")) {
            self.holder_of_schema(&child(&pointer, index), parameter);
        }
    }

    fn holder_of_schema(&mut self, pointer: &str, holder: &'a Value) {
        let Some(object) = holder.as_object() else { return };
        (self.visit)(pointer, object, false);
        if let Some(schema) = object.get("schema") {
            self.schema(&child(pointer, "schema"), schema);
        }
    }

    fn schema(&mut self, pointer: &str, schema: &'a Value) {
        let Some(object) = schema.as_object() else { return };
        (self.visit)(pointer, object, true);
        for (name, property) in members(object.get("properties")) {
            self.schema(&child(&child(pointer, "properties"), name), property);
        }
        for key in ["items", "additionalProperties"] {
            if let Some(inner) = object.get(key) {
                self.schema(&child(pointer, key), inner);
            }
        }
        for (index, part) in elements(object.get("allOf")) {
            self.schema(&child(&child(pointer, "allOf"), index), part);
        }
    }
}

/// The properties of a schema and of all its parts, each with its pointer.
///
/// `allOf` is followed through references; a definition that is composed of itself is visited once.
pub fn properties<'a>(document: &'a Value, pointer: &str, schema: &'a Object) -> Vec<(&'a str, String)> {
    let mut found = Vec::new();
    let mut seen = HashSet::new();
    collect_properties(document, pointer, schema, &mut seen, &mut found);
    found
}

fn collect_properties<'a>(
    document: &'a Value,
    pointer: &str,
    schema: &'a Object,
    seen: &mut HashSet<&'a str>,
    found: &mut Vec<(&'a str, String)>,
) {
    // Members next to a `$ref` are ignored.
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        let Some(target) = reference.strip_prefix('#').filter(|target| seen.insert(target)) else { return };
        if let Some(definition) = document.pointer(target).and_then(Value::as_object) {
            collect_properties(document, target, definition, seen, found);
        }
        return;
    }
    for (name, _) in members(schema.get("properties")) {
        found.push((name, child(&child(pointer, "properties"), name)));
    }
    for (index, part) in elements(schema.get("allOf")) {
        if let Some(part) = part.as_object() {
            collect_properties(document, &child(&child(pointer, "allOf"), index), part, seen, found);
        }
    }
}

/// The members of an object; empty for any other value.
pub fn members(value: Option<&Value>) -> impl Iterator<Item = (&str, &Value)> {
    value.and_then(Value::as_object).into_iter().flatten().map(|(name, value)| (name.as_str(), value))
}

/// The elements of a list with their indexes; empty for any other value.
pub fn elements(value: Option<&Value>) -> impl Iterator<Item = (usize, &Value)> {
    value.and_then(Value::as_array).into_iter().flatten().enumerate()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn schemas_are_found_everywhere_except_in_data() {
        let document = json!({
            "paths": {"/a": {
                "parameters": [{"$ref": "#/parameters/p"}],
                "post": {
                    "parameters": [{"in": "body", "schema": {"$ref": "#/definitions/A"}}],
                    "responses": {"200": {
                        "schema": {"type": "array", "items": {"type": "string"}},
                        "examples": {"schema": {}}
                    }}
                }
            }},
            "definitions": {"A": {
                "properties": {"properties": {"additionalProperties": {"allOf": [{"type": "object"}]}}},
                "example": {"items": {}}
            }},
            "parameters": {"p": {"in": "query", "type": "string"}},
            "responses": {"r": {"schema": {}}}
        });
        let mut found = Vec::new();
        schemas(&document, &mut |pointer, _| found.push(pointer.to_owned()));
        let expected = [
            "/definitions/A",
            "/definitions/A/properties/properties",
            "/definitions/A/properties/properties/additionalProperties",
            "/definitions/A/properties/properties/additionalProperties/allOf/0",
            "/responses/r/schema",
            "/paths/~1a/post/parameters/0/schema",
            "/paths/~1a/post/responses/200/schema",
            "/paths/~1a/post/responses/200/schema/items",
        ];
        assert_eq!(found, expected);
        let mut count = 0;
        referable(&document, &mut |_, _| count += 1);
        assert_eq!(count, expected.len() + 6, "a path item, two parameters in it, a response, two shared ones");
    }

    #[test]
    fn an_operation_inherits_the_parameters_of_its_path() {
        let document = json!({
            "paths": {"/a": {
                "parameters": [{"$ref": "#/parameters/shared"}, {"name": "b", "in": "query", "type": "string"}],
                "get": {"parameters": [{"name": "b", "in": "query", "type": "integer"}, "nonsense", {"$ref": "#/no"}]}
            }},
            "parameters": {"shared": {"name": "a", "in": "header"}}
        });
        let found = operations(&document);
        let parameters = parameters(&document, &found[0]);
        let seen: Vec<_> = parameters.iter().map(|p| (p.name(), p.place(), p.pointer.as_str())).collect();
        let expected = [
            ("b", "query", "/paths/~1a/get/parameters/0"),
            ("", "", "/paths/~1a/get/parameters/2"),
            ("a", "header", "/paths/~1a/parameters/0"),
        ];
        assert_eq!(seen, expected);
    }

    #[test]
    fn a_circle_of_references_ends() {
        let document = json!({"definitions": {
            "A": {"$ref": "#/definitions/B"}, "B": {"$ref": "#/definitions/A"},
            "C": {"properties": {"x": {}}, "allOf": [{"$ref": "#/definitions/C"}, {"properties": {"y": {}}}]}
        }});
        let a = &document["definitions"]["A"];
        assert_eq!(resolve(&document, a), a);
        let c = document["definitions"]["C"].as_object().unwrap();
        let mut names: Vec<_> = properties(&document, "/definitions/C", c).into_iter().map(|(name, _)| name).collect();
        names.dedup();
        assert_eq!(names, ["x", "y"]);
    }
}
