//! progenitor and typify are given names that they can make Rust of: in ASCII, and operations and parameters told
//! apart from keywords and from what progenitor adds. The names that are sent come back when the types are read. Works on OpenAPI 3.0, after
//! everything that makes a name of its own.

use crate::naming;
use crate::walk;
use anyhow::{Result, bail};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// What stands before the name of a parameter.
const PARAMETER: &str = "p-";
/// What stands before the id of an operation.
const OPERATION: &str = "o-";

/// The name of an operation's function, by what progenitor called it.
pub fn function(ident: &str) -> String {
    naming::value_name(ident.strip_prefix("o_").unwrap_or(ident))
}

/// What an argument is known by, by what progenitor called it: a parameter as [`argument`] says, the body as `body`.
pub fn read_argument(ident: &str) -> String {
    ident.strip_prefix("p_").map_or_else(|| ident.to_owned(), argument)
}

/// What the argument of a parameter is known by.
pub fn argument(parameter: &str) -> String {
    format!("{PARAMETER}{}", naming::value_name(parameter))
}

/// Puts stand-ins in the place of names, and returns the property that each stand-in of one is for.
///
/// # Errors
/// When two names have one stand-in.
pub fn apply(openapi: &mut Value) -> Result<BTreeMap<String, String>> {
    let mut wires = BTreeMap::new();
    let mut problem = None;
    walk::schemas_mut(openapi, &mut |schema| {
        if let Err(error) = properties(schema, &mut wires) {
            problem = Some(error);
        }
    });
    if let Some(problem) = problem {
        return Err(problem);
    }
    for place in ["/components/schemas", "/components/requestBodies"] {
        if let Some(members) = openapi.pointer_mut(place).and_then(Value::as_object_mut) {
            rename(members, naming::ascii)?;
        }
    }
    references(openapi);
    walk::operations_mut(openapi, |_, _, operation| {
        if let Some(Value::String(id)) = operation.get_mut("operationId") {
            *id = format!("{OPERATION}{}", naming::ascii(id));
        }
        for parameter in operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten() {
            if let Some(Value::String(name)) = parameter.get_mut("name") {
                *name = format!("{PARAMETER}{}", naming::ascii(name));
            }
        }
    });
    if let Some(paths) = openapi.get_mut("paths").and_then(Value::as_object_mut) {
        rename(paths, |path| path.replace('{', &format!("{{{PARAMETER}")))?;
    }
    Ok(wires)
}

fn properties(schema: &mut Map<String, Value>, wires: &mut BTreeMap<String, String>) -> Result<()> {
    let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) else { return Ok(()) };
    if properties.keys().all(|name| name.is_ascii()) {
        return Ok(());
    }
    for name in properties.keys().filter(|name| !name.is_ascii()) {
        let known = wires.entry(naming::ascii(name)).or_insert_with(|| name.clone());
        if known != name {
            bail!("the properties `{known}` and `{name}` would have one name in Rust");
        }
    }
    rename(properties, naming::ascii)?;
    for name in schema.get_mut("required").and_then(Value::as_array_mut).into_iter().flatten() {
        if let Value::String(name) = name {
            *name = naming::ascii(name);
        }
    }
    Ok(())
}

/// Renames the members of an object, which keep their order.
fn rename(members: &mut Map<String, Value>, name: impl Fn(&str) -> String) -> Result<()> {
    for (old, value) in std::mem::take(members) {
        let new = name(&old);
        if members.insert(new.clone(), value).is_some() {
            bail!("`{old}` and another name of the model would both be `{new}`");
        }
    }
    Ok(())
}

/// Lets every reference lead to the stand-in.
fn references(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (key, inner) in members {
                match inner {
                    Value::String(reference) if key == "$ref" && !reference.is_ascii() => {
                        *reference = naming::ascii(reference);
                    }
                    _ => references(inner),
                }
            }
        }
        Value::Array(elements) => elements.iter_mut().for_each(references),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_beyond_ascii_and_parameters_have_stand_ins() {
        let mut openapi = json!({
            "paths": {"/a/{id}": {"get": {"operationId": "getÄ", "parameters": [{"name": "id", "in": "path"}],
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Größe"}}}}}}},
            "components": {"schemas": {"Größe": {"required": ["ªb"], "properties": {"ªb": {}, "a": {}}}}}
        });
        let wires = apply(&mut openapi).unwrap();
        assert_eq!(wires, [("-u00aa-b".to_owned(), "ªb".to_owned())].into());
        assert_eq!(
            openapi,
            json!({
                "paths": {"/a/{p-id}": {"get": {"operationId": "o-get-u00c4-", "parameters": [{"name": "p-id", "in": "path"}],
                    "requestBody": {"content": {"application/json": {"schema":
                        {"$ref": "#/components/schemas/Gr-u00f6--u00df-e"}}}}}}},
                "components": {"schemas": {
                    "Gr-u00f6--u00df-e": {"required": ["-u00aa-b"], "properties": {"-u00aa-b": {}, "a": {}}}
                }}
            })
        );
    }
}
