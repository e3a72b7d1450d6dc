//! Turns every inline object and enum into a definition with its own name: typify panics at an enum inside an array,
//! and the names it invents clash with definitions in five published files. Works on OpenAPI 3.0.

use crate::naming;
use crate::walk;
use anyhow::{Result, bail};
use serde_json::{Map, Value, json};
use std::collections::HashMap;

/// Gives every inline object and enum a definition.
pub fn apply(openapi: &mut Value) -> Result<()> {
    let definitions = match openapi.pointer_mut("/components/schemas").map(Value::take) {
        Some(Value::Object(definitions)) => definitions,
        _ => Map::new(),
    };
    let mut definitions = Definitions::of(definitions)?;
    for name in definitions.schemas.keys().cloned().collect::<Vec<_>>() {
        let mut schema = definitions.schemas[&name].take();
        inside(&mut schema, &name, &mut definitions);
        definitions.schemas[&name] = schema;
    }
    for (_, item) in openapi.get_mut("paths").and_then(Value::as_object_mut).into_iter().flatten() {
        for (_, operation) in item.as_object_mut().into_iter().flatten() {
            let id = operation.get("operationId").and_then(Value::as_str).unwrap_or_default().to_owned();
            for parameter in operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten() {
                let name = format!("{id}-{}", parameter.get("name").and_then(Value::as_str).unwrap_or_default());
                if let Some(schema) = parameter.get_mut("schema") {
                    outermost(schema, &name, &mut definitions);
                }
            }
            if let Some(body) = operation.get_mut("requestBody") {
                walk::contents_mut(body, |schema| outermost(schema, &format!("{id}-request"), &mut definitions));
            }
            for (_, response) in operation.get_mut("responses").and_then(Value::as_object_mut).into_iter().flatten() {
                walk::contents_mut(response, |schema| outermost(schema, &format!("{id}-response"), &mut definitions));
            }
        }
    }
    if let Some(bodies) = openapi.pointer_mut("/components/requestBodies").and_then(Value::as_object_mut) {
        for (name, body) in bodies {
            walk::contents_mut(body, |schema| outermost(schema, &format!("{name}-request"), &mut definitions));
        }
    }
    if let Some(document) = openapi.as_object_mut() {
        document.entry("components").or_insert_with(|| json!({}))["schemas"] = definitions.schemas.into();
    }
    Ok(())
}

/// The definitions, and the name of each by its Rust type.
struct Definitions {
    schemas: Map<String, Value>,
    types: HashMap<String, String>,
}

impl Definitions {
    fn of(schemas: Map<String, Value>) -> Result<Self> {
        let mut types = HashMap::new();
        for name in schemas.keys() {
            let type_name = naming::type_name(name);
            if let Some(other) = types.insert(type_name.clone(), name.clone()) {
                bail!("the definitions {other} and {name} would both be the type `{type_name}`: patch one");
            }
        }
        Ok(Self { schemas, types })
    }

    /// A definition for a schema: an existing one with the same content, or a new one called `name`, or a variant of it
    /// if the name is taken.
    fn put(&mut self, name: &str, schema: Value) -> String {
        let suffix = if schema.get("enum").is_some() { "Value" } else { "Object" };
        let mut candidate = name.to_owned();
        let mut number = 1;
        while let Some(known) = self.types.get(&candidate) {
            // An open definition is still being hoisted and cannot be compared.
            if schema.get("enum").is_some() && self.schemas[known].get("enum") == schema.get("enum") {
                return known.clone();
            }
            candidate = if number == 1 { format!("{name}{suffix}") } else { format!("{name}{suffix}{number}") };
            number += 1;
        }
        self.types.insert(candidate.clone(), candidate.clone());
        self.schemas.insert(candidate.clone(), schema);
        candidate
    }
}

/// Hoists the contents of a schema that already has a name.
fn inside(schema: &mut Value, name: &str, definitions: &mut Definitions) {
    let Some(object) = schema.as_object_mut() else { return };
    for (property, inner) in object.get_mut("properties").and_then(Value::as_object_mut).into_iter().flatten() {
        outermost(inner, &format!("{name}-{property}"), definitions);
    }
    if let Some(items) = object.get_mut("items") {
        let suffix = if items.get("enum").is_some() { "" } else { "-item" };
        let taken = suffix.is_empty() && definitions.schemas.contains_key(name);
        outermost(items, &format!("{name}{}", if taken { "-value" } else { suffix }), definitions);
    }
    if let Some(values) = object.get_mut("additionalProperties") {
        outermost(values, &format!("{name}-value"), definitions);
    }
}

/// Hoists a schema that is an object or an enum, and everything below it.
fn outermost(schema: &mut Value, name: &str, definitions: &mut Definitions) {
    inside(schema, name, definitions);
    let is_object = schema.get("properties").and_then(Value::as_object).is_some_and(|p| !p.is_empty());
    if !is_object && schema.get("enum").is_none() {
        return;
    }
    let name = definitions.put(&naming::type_name(name), schema.take());
    *schema = json!({"$ref": format!("#/components/schemas/{name}")});
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inline_enums_and_objects_become_definitions_with_names_of_their_own() {
        let mut openapi = json!({
            "paths": {"/a": {"get": {"operationId": "getA", "parameters": [
                {"name": "kinds", "schema": {"type": "array", "items": {"type": "string", "enum": ["x"]}}}
            ]}}},
            "components": {"schemas": {
                "Package": {"type": "object", "properties": {
                    "status": {"type": "string", "enum": ["NEW"]},
                    "parts": {"type": "array", "items": {"type": "object", "properties": {"id": {"type": "string"}}}}
                }},
                "PackageStatus": {"type": "string", "enum": ["SHIPPED"]}
            }}
        });
        apply(&mut openapi).unwrap();
        let schemas = &openapi["components"]["schemas"];
        assert_eq!(schemas["Package"]["properties"]["status"]["$ref"], "#/components/schemas/PackageStatusValue");
        assert_eq!(schemas["PackageStatusValue"]["enum"], json!(["NEW"]));
        assert_eq!(schemas["Package"]["properties"]["parts"]["items"]["$ref"], "#/components/schemas/PackagePartsItem");
        let parameter = &openapi["paths"]["/a"]["get"]["parameters"][0]["schema"];
        assert_eq!(parameter["items"]["$ref"], "#/components/schemas/GetAKinds");
    }

    #[test]
    fn an_inline_enum_equal_to_its_namesake_becomes_a_reference_to_it() {
        let status = json!({"type": "string", "enum": ["NEW"]});
        let mut openapi = json!({"components": {"schemas": {
            "Package": {"type": "object", "properties": {"status": status}}, "PackageStatus": status
        }}});
        apply(&mut openapi).unwrap();
        assert_eq!(openapi["components"]["schemas"].as_object().unwrap().len(), 2);
    }

    #[test]
    fn two_definitions_of_one_type_name_are_an_error() {
        let mut openapi = json!({"components": {"schemas": {"fooBar": {}, "FooBar": {}}}});
        assert!(apply(&mut openapi).is_err());
    }
}
