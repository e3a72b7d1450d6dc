//! Maps the operations, parameters and responses of a written-out document back to the model: a shared one to its
//! definition, one in a list to its index, all without the `basePath`.

use serde_json::{Map, Value};

use crate::load::child;
use crate::walk;

/// A member that no model has. It holds a pointer while a document is written out.
const MARK: &str = "x-stands-at";

/// Pointers into a written-out document, with the pointers into the model. Children come before their parents.
#[derive(Debug, Default)]
pub struct Origins(Vec<(String, String)>);

/// Marks everything whose pointer may change when the document is written out.
pub fn mark(document: &mut Value) {
    for key in ["parameters", "responses"] {
        each(document.get_mut(key), &child("", key), mark_one);
    }
    for (path, item) in document.get_mut("paths").and_then(Value::as_object_mut).into_iter().flatten() {
        let pointer = child("/paths", path);
        each(item.get_mut("parameters"), &child(&pointer, "parameters"), mark_one);
        for (method, operation) in item.as_object_mut().into_iter().flatten() {
            if !walk::METHODS.contains(&method.as_str()) {
                continue;
            }
            let pointer = child(&pointer, method);
            for key in ["parameters", "responses"] {
                each(operation.get_mut(key), &child(&pointer, key), mark_one);
            }
            if let Some(operation) = operation.as_object_mut() {
                mark_one(operation, pointer);
            }
        }
    }
}

/// Visits each object of a list or map, with its pointer.
fn each(holder: Option<&mut Value>, pointer: &str, mut visit: impl FnMut(&mut Map<String, Value>, String)) {
    let mut visit = |value: &mut Value, pointer: String| {
        if let Some(members) = value.as_object_mut() {
            visit(members, pointer);
        }
    };
    match holder {
        Some(Value::Object(members)) => {
            members.iter_mut().for_each(|(key, value)| visit(value, child(pointer, key)));
        }
        Some(Value::Array(elements)) => {
            elements.iter_mut().enumerate().for_each(|(index, value)| visit(value, child(pointer, index)));
        }
        _ => {}
    }
}

fn mark_one(members: &mut Map<String, Value>, pointer: String) {
    members.insert(MARK.to_owned(), pointer.into());
}

impl Origins {
    /// Removes the marks from a written-out document.
    pub fn take(document: &mut Value) -> Self {
        let mut found = Vec::new();
        let mut take = |members: &mut Map<String, Value>, pointer| {
            if let Some(Value::String(origin)) = members.shift_remove(MARK) {
                found.push((pointer, origin));
            }
        };
        walk::operations_mut(document, |path, method, operation| {
            let pointer = child(&child("/paths", path), method);
            for key in ["parameters", "responses"] {
                each(operation.get_mut(key), &child(&pointer, key), &mut take);
            }
            take(operation, pointer);
        });
        Self(found)
    }

    /// Converts a pointer into the written-out document to one into the model.
    pub fn of(&self, pointer: &str) -> String {
        let below = |held: &str| pointer.strip_prefix(held).filter(|rest| rest.is_empty() || rest.starts_with('/'));
        let found = self.0.iter().find_map(|(held, origin)| Some([origin, below(held)?].concat()));
        found.unwrap_or_else(|| pointer.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalise;
    use serde_json::json;

    #[test]
    fn written_out_parts_are_mapped_to_their_place_in_the_model() {
        let mut document = json!({
            "basePath": "/x",
            "parameters": {"size": {"name": "size", "in": "query", "type": "integer"}},
            "responses": {"Ok": {"description": ""}},
            "paths": {"/a/{id}": {
                "parameters": [{"name": "id", "in": "path", "type": "string"}, {"$ref": "#/parameters/size"}],
                "get": {
                    "parameters": [{"name": "own", "in": "query", "type": "string"}],
                    "responses": {"200": {"$ref": "#/responses/Ok"}, "400": {"description": ""}}
                }
            }}
        });
        let mut expected = document.clone();
        mark(&mut document);
        for document in [&mut document, &mut expected] {
            normalise::shared::apply(document).unwrap();
        }
        let origins = Origins::take(&mut document);
        assert_eq!(document, expected, "no mark stays");
        let get = "/paths/~1x~1a~1{id}/get";
        for (below, origin) in [
            ("", "/paths/~1a~1{id}/get"),
            ("/parameters/0/type", "/paths/~1a~1{id}/parameters/0/type"),
            ("/parameters/1", "/parameters/size"),
            ("/parameters/2", "/paths/~1a~1{id}/get/parameters/0"),
            ("/responses/200/description", "/responses/Ok/description"),
            ("/responses/400", "/paths/~1a~1{id}/get/responses/400"),
        ] {
            assert_eq!(origins.of(&format!("{get}{below}")), origin);
        }
        assert_eq!(origins.of("/definitions/A"), "/definitions/A");
    }
}
