//! Walks the schemas of a Swagger 2.0 or OpenAPI 3.0 document, and nothing that only looks like one (examples,
//! extensions).

use crate::load::LONGEST_CHAIN;
use serde_json::{Map, Value};

/// The methods that a path item may have.
pub const METHODS: [&str; 7] = ["get", "put", "post", "delete", "options", "head", "patch"];

/// Calls `visit` on every operation: path, method, operation.
pub fn operations_mut(document: &mut Value, mut visit: impl FnMut(&str, &str, &mut Map<String, Value>)) {
    let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) else { return };
    for (path, item) in paths {
        let Some(item) = item.as_object_mut() else { continue };
        for (method, operation) in item {
            if let (true, Some(operation)) = (METHODS.contains(&method.as_str()), operation.as_object_mut()) {
                visit(path, method, operation);
            }
        }
    }
}

/// Every operation: path, method, operation.
pub fn operations(document: &Value) -> impl Iterator<Item = (&str, &str, &Map<String, Value>)> {
    document.get("paths").and_then(Value::as_object).into_iter().flatten().flat_map(|(path, item)| {
        item.as_object().into_iter().flatten().filter_map(move |(method, operation)| {
            let operation = operation.as_object().filter(|_| METHODS.contains(&method.as_str()))?;
            Some((path.as_str(), method.as_str(), operation))
        })
    })
}

/// Calls `visit` on every schema below `schema` and then on `schema` itself.
pub fn schemas_below_mut(schema: &mut Value, visit: &mut impl FnMut(&mut Map<String, Value>)) {
    let Some(object) = schema.as_object_mut() else { return };
    if let Some(properties) = object.get_mut("properties").and_then(Value::as_object_mut) {
        properties.values_mut().for_each(|property| schemas_below_mut(property, visit));
    }
    for key in ["items", "additionalProperties"] {
        if let Some(inner) = object.get_mut(key) {
            schemas_below_mut(inner, visit);
        }
    }
    if let Some(parts) = object.get_mut("allOf").and_then(Value::as_array_mut) {
        parts.iter_mut().for_each(|part| schemas_below_mut(part, visit));
    }
    visit(object);
}

/// Calls `visit` on every schema of the document: definitions, bodies, responses, and parameters, which are schemas in
/// Swagger 2.0. Inner schemas come before the ones that contain them.
pub fn schemas_mut(document: &mut Value, visit: &mut impl FnMut(&mut Map<String, Value>)) {
    for (_, schema) in definitions_mut(document).into_iter().flatten() {
        schemas_below_mut(schema, visit);
    }
    operations_mut(document, |_, _, operation| {
        for parameter in operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten() {
            match parameter.get_mut("schema") {
                Some(schema) => schemas_below_mut(schema, visit),
                None => schemas_below_mut(parameter, visit),
            }
        }
        if let Some(body) = operation.get_mut("requestBody") {
            contents_mut(body, |schema| schemas_below_mut(schema, visit));
        }
        for (_, response) in operation.get_mut("responses").and_then(Value::as_object_mut).into_iter().flatten() {
            if let Some(schema) = response.get_mut("schema") {
                schemas_below_mut(schema, visit);
            }
            contents_mut(response, |schema| schemas_below_mut(schema, visit));
        }
    });
    for (_, body) in
        document.pointer_mut("/components/requestBodies").and_then(Value::as_object_mut).into_iter().flatten()
    {
        contents_mut(body, |schema| schemas_below_mut(schema, visit));
    }
}

/// Calls `visit` on the schema of each media type of an OpenAPI 3.0 body or response.
pub fn contents_mut(holder: &mut Value, mut visit: impl FnMut(&mut Value)) {
    for (_, media) in holder.get_mut("content").and_then(Value::as_object_mut).into_iter().flatten() {
        if let Some(schema) = media.get_mut("schema") {
            visit(schema);
        }
    }
}

/// The definition that a local `$ref` names; `None` for any other reference.
pub fn referenced(schema: &Value) -> Option<&str> {
    let reference = schema.get("$ref")?.as_str()?;
    reference.strip_prefix("#/definitions/").or_else(|| reference.strip_prefix("#/components/schemas/"))
}

/// Follows `$ref`s to their schema.
pub fn resolve<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    definition(document, schema).map_or(schema, |(_, definition)| definition)
}

/// The definition that `$ref`s lead to, with its name; `None` if the schema is not a reference.
pub fn definition<'a>(document: &'a Value, schema: &Value) -> Option<(&'a str, &'a Value)> {
    let next = |schema: &Value| {
        let (name, definition) = definitions(document)?.get_key_value(referenced(schema)?)?;
        Some((name.as_str(), definition))
    };
    let mut found = next(schema)?;
    // Loading has refused longer chains.
    for _ in 0..LONGEST_CHAIN {
        match next(found.1) {
            Some(further) => found = further,
            None => break,
        }
    }
    Some(found)
}

/// The definitions of a Swagger 2.0 or OpenAPI 3.0 document.
pub fn definitions(document: &Value) -> Option<&Map<String, Value>> {
    document.get("definitions").or_else(|| document.pointer("/components/schemas"))?.as_object()
}

/// The definitions of a Swagger 2.0 or OpenAPI 3.0 document, to be changed.
pub fn definitions_mut(document: &mut Value) -> Option<&mut Map<String, Value>> {
    let place = if document.get("definitions").is_some() { "/definitions" } else { "/components/schemas" };
    document.pointer_mut(place)?.as_object_mut()
}
