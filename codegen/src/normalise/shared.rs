//! Writes out shared parameters and responses at each use: `#/parameters/...`, `#/responses/...`, and the parameters of
//! a path item. A `basePath` is added to the paths. A path parameter is always required, because a URL needs it.

use crate::walk;
use anyhow::{Result, bail};
use serde_json::{Map, Value};

/// Writes out shared parts at each use.
pub fn apply(document: &mut Value) -> Result<()> {
    base_path(document);
    let parameters = document.get("parameters").cloned().unwrap_or_default();
    let responses = document.get("responses").cloned().unwrap_or_default();
    let mut dangling = Vec::new();
    for item in document.get_mut("paths").and_then(Value::as_object_mut).into_iter().flatten() {
        let Some(item) = item.1.as_object_mut() else { continue };
        let common = item.remove("parameters").and_then(|list| list.as_array().cloned()).unwrap_or_default();
        for (method, operation) in item {
            let Some(operation) = operation.as_object_mut().filter(|_| walk::METHODS.contains(&method.as_str())) else {
                continue;
            };
            let own = operation.remove("parameters").and_then(|list| list.as_array().cloned()).unwrap_or_default();
            let mut merged: Vec<Value> = Vec::new();
            for parameter in common.iter().cloned().chain(own) {
                let mut parameter = written_out(parameter, "#/parameters/", &parameters, &mut dangling);
                if parameter.get("in").and_then(Value::as_str) == Some("path") {
                    parameter["required"] = true.into();
                }
                // An operation's own parameter replaces the path item's parameter of the same name and location.
                let key = |p: &Value| (p.get("name").cloned(), p.get("in").cloned());
                match merged.iter_mut().find(|other| key(other) == key(&parameter)) {
                    Some(other) => *other = parameter,
                    None => merged.push(parameter),
                }
            }
            if !merged.is_empty() {
                operation.insert("parameters".into(), merged.into());
            }
            for (_, response) in operation.get_mut("responses").and_then(Value::as_object_mut).into_iter().flatten() {
                *response = written_out(response.take(), "#/responses/", &responses, &mut dangling);
            }
        }
    }
    if let Some(document) = document.as_object_mut() {
        document.remove("parameters");
        document.remove("responses");
    }
    if !dangling.is_empty() {
        bail!("there is nothing at {}", dangling.join(", "));
    }
    Ok(())
}

fn written_out(value: Value, prefix: &str, shared: &Value, dangling: &mut Vec<String>) -> Value {
    let Some(name) = value.get("$ref").and_then(Value::as_str).and_then(|r| r.strip_prefix(prefix)) else {
        return value;
    };
    match shared.get(name) {
        Some(found) => found.clone(),
        None => {
            dangling.push(format!("{prefix}{name}"));
            value
        }
    }
}

fn base_path(document: &mut Value) {
    let base = document.get("basePath").and_then(Value::as_str).unwrap_or_default().trim_end_matches('/').to_owned();
    let Some(object) = document.as_object_mut() else { return };
    object.remove("basePath");
    if base.is_empty() {
        return;
    }
    if let Some(Value::Object(paths)) = object.remove("paths") {
        let moved: Map<String, Value> = paths.into_iter().map(|(path, item)| (format!("{base}{path}"), item)).collect();
        object.insert("paths".into(), moved.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn shared_parameters_and_answers_are_written_out() {
        let mut document = json!({
            "basePath": "/x/",
            "parameters": {"size": {"name": "size", "in": "query", "type": "integer"}},
            "responses": {"Ok": {"description": "", "schema": {"type": "string"}}},
            "paths": {"/a/{id}": {
                "parameters": [{"name": "id", "in": "path", "type": "string"}, {"$ref": "#/parameters/size"}],
                "get": {
                    "parameters": [{"name": "size", "in": "query", "type": "string"}],
                    "responses": {"200": {"$ref": "#/responses/Ok"}}
                }
            }}
        });
        apply(&mut document).unwrap();
        let get = &document["paths"]["/x/a/{id}"]["get"];
        assert_eq!(get["parameters"].as_array().unwrap().len(), 2);
        assert_eq!(get["parameters"][1]["type"], "string", "the operation's own wins");
        assert_eq!(get["responses"]["200"]["schema"]["type"], "string");
    }

    #[test]
    fn a_dangling_reference_is_named() {
        let mut document = json!({"paths": {"/a": {"get": {"parameters": [{"$ref": "#/parameters/gone"}]}}}});
        assert!(apply(&mut document).unwrap_err().to_string().contains("#/parameters/gone"));
    }
}
