//! Every inline object and enum becomes a definition with a name of its own: typify panics at an enum inside an array,
//! and the name it makes up can be that of a definition (five published files). Works on OpenAPI 3.0.

use crate::naming;
use crate::walk;
use anyhow::{Result, bail};
use serde_json::{Map, Value, json};

/// Gives every inline object and enum a definition.
pub fn apply(openapi: &mut Value) -> Result<()> {
    let mut definitions = match openapi.pointer_mut("/components/schemas").map(Value::take) {
        Some(Value::Object(definitions)) => definitions,
        _ => Map::new(),
    };
    unique_type_names(&definitions)?;
    for name in definitions.keys().cloned().collect::<Vec<_>>() {
        let mut schema = definitions[&name].take();
        inside(&mut schema, &name, &mut definitions);
        definitions[&name] = schema;
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
        document.entry("components").or_insert_with(|| json!({}))["schemas"] = definitions.into();
    }
    Ok(())
}

fn unique_type_names(definitions: &Map<String, Value>) -> Result<()> {
    let mut seen = std::collections::BTreeMap::new();
    for name in definitions.keys() {
        if let Some(other) = seen.insert(naming::type_name(name), name) {
            bail!("the definitions {other} and {name} would both be the type `{}`: patch one", naming::type_name(name));
        }
    }
    Ok(())
}

/// Hoists what is below a schema that has its name already.
fn inside(schema: &mut Value, name: &str, definitions: &mut Map<String, Value>) {
    let Some(object) = schema.as_object_mut() else { return };
    for (property, inner) in object.get_mut("properties").and_then(Value::as_object_mut).into_iter().flatten() {
        outermost(inner, &format!("{name}-{property}"), definitions);
    }
    if let Some(items) = object.get_mut("items") {
        let suffix = if items.get("enum").is_some() { "" } else { "-item" };
        let taken = suffix.is_empty() && definitions.contains_key(name);
        outermost(items, &format!("{name}{}", if taken { "-value" } else { suffix }), definitions);
    }
    if let Some(values) = object.get_mut("additionalProperties") {
        outermost(values, &format!("{name}-value"), definitions);
    }
}

/// Hoists a schema that is an object or an enum, and what is below it.
fn outermost(schema: &mut Value, name: &str, definitions: &mut Map<String, Value>) {
    inside(schema, name, definitions);
    let is_object = schema.get("properties").and_then(Value::as_object).is_some_and(|p| !p.is_empty());
    if !is_object && schema.get("enum").is_none() {
        return;
    }
    let name = free_name(&naming::type_name(name), schema, definitions);
    let hoisted = std::mem::replace(schema, json!({"$ref": format!("#/components/schemas/{name}")}));
    definitions.insert(name, hoisted);
}

/// `name`, or what tells it apart from a definition of that name that says something else.
fn free_name(name: &str, schema: &Value, definitions: &Map<String, Value>) -> String {
    let type_taken = |candidate: &str| definitions.keys().find(|known| naming::type_name(known) == candidate);
    let suffix = if schema.get("enum").is_some() { "Value" } else { "Object" };
    let candidates = [name.to_owned(), format!("{name}{suffix}")]
        .into_iter()
        .chain((2..).map(|number| format!("{name}{suffix}{number}")));
    for candidate in candidates {
        match type_taken(&candidate) {
            None => return candidate,
            Some(known) if schema.get("enum").is_some() && definitions[known].get("enum") == schema.get("enum") => {
                return known.clone();
            }
            Some(_) => {}
        }
    }
    unreachable!("the numbers never end")
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
    fn an_inline_enum_that_says_the_same_as_its_namesake_is_that() {
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
