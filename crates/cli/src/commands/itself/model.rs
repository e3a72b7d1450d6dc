//! What is compared of a model: its operations and the names of their parameters.

use serde_json::Value;
use std::collections::BTreeSet;

/// A model as Amazon publishes it.
#[derive(Debug)]
pub struct Model {
    /// Its folder among the models.
    pub folder: String,
    /// Its file, without the folder.
    pub file: String,
    /// Its version as Amazon writes it.
    pub version: String,
    /// In the order of their paths.
    pub operations: Vec<Operation>,
}

/// An operation of a model.
#[derive(Debug)]
pub struct Operation {
    pub key: Key,
    /// Its name.
    pub id: String,
    /// The names of its path, query and header parameters.
    pub parameters: BTreeSet<String>,
}

/// The method and path, which are how the API tells operations apart.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// The path without the names of its parameters.
    shape: String,
    method: String,
}

impl Key {
    pub fn new(method: &str, path: &str) -> Self {
        let mut pieces = path.split('{');
        let mut shape = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            shape.push_str("{}");
            shape.push_str(piece.split_once('}').map_or("", |(_, rest)| rest));
        }
        Self { shape, method: method.to_ascii_uppercase() }
    }
}

const METHODS: [&str; 6] = ["get", "head", "post", "put", "patch", "delete"];

impl Model {
    /// Reads a model. `None` if the text is not JSON with paths.
    pub fn read(folder: &str, file: &str, text: &[u8]) -> Option<Self> {
        let model: Value = serde_json::from_slice(text).ok()?;
        let mut operations = Vec::new();
        for (path, item) in model["paths"].as_object()? {
            for method in METHODS {
                let Some(operation) = item.get(method) else { continue };
                operations.push(Operation {
                    key: Key::new(method, path),
                    id: operation["operationId"].as_str().unwrap_or_default().to_owned(),
                    parameters: [item, operation].iter().flat_map(|owner| parameters(owner, &model)).collect(),
                });
            }
        }
        operations.sort_by(|one, other| one.key.cmp(&other.key));
        let version = model["info"]["version"].as_str().unwrap_or_default().to_owned();
        Some(Self { folder: folder.to_owned(), file: file.to_owned(), version, operations })
    }
}

/// The names of the parameters of a path or an operation, without the body.
fn parameters(owner: &Value, model: &Value) -> Vec<String> {
    let list = owner["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
    let own = list.iter().filter_map(|parameter| match parameter["$ref"].as_str() {
        Some(reference) => model.pointer(reference.strip_prefix('#')?),
        None => Some(parameter),
    });
    let own = own.filter(|parameter| parameter["in"] != "body");
    own.filter_map(|parameter| parameter["name"].as_str()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_path_parameters_do_not_count() {
        let key = Key::new("get", "/a/{orderId}/b/{+resource}");
        assert_eq!(key, Key::new("GET", "/a/{id}/b/{resource}"));
        assert_ne!(key, Key::new("GET", "/a/{id}/c/{resource}"));
        assert_ne!(key, Key::new("PUT", "/a/{id}/b/{resource}"));
        assert_eq!(Key::new("GET", "/a/{open").shape, "/a/{}");
    }

    #[test]
    fn parameters_are_of_the_path_and_of_the_operation_and_shared_ones() {
        let text = r##"{
            "info": { "version": "v1" },
            "parameters": { "shared": { "in": "header", "name": "c" } },
            "paths": { "/x": {
                "parameters": [{ "in": "path", "name": "a" }],
                "post": { "operationId": "makeX", "parameters": [
                    { "in": "query", "name": "b" }, { "in": "body", "name": "body" },
                    { "$ref": "#/parameters/shared" }, { "$ref": "elsewhere.json" }, 7
                ] },
                "x-of-amazon": {}
            } }
        }"##;
        let model = Model::read("x-api-model", "x.json", text.as_bytes()).unwrap();
        assert_eq!(model.version, "v1");
        let [operation] = model.operations.as_slice() else { panic!("{model:?}") };
        assert_eq!((operation.id.as_str(), &operation.key), ("makeX", &Key::new("POST", "/x")));
        assert_eq!(operation.parameters.iter().collect::<Vec<_>>(), ["a", "b", "c"]);
        for wrong in ["", "[]", "{}", r#"{"paths": 1}"#] {
            assert!(Model::read("x", "x.json", wrong.as_bytes()).is_none(), "{wrong}");
        }
    }
}
