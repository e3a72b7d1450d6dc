//! Gives progenitor and typify stand-in names that they can turn into Rust: in ASCII, and with prefixes that keep
//! operations and parameters apart from keywords and from names that progenitor adds. The original names are restored
//! when the types are read. Works on OpenAPI 3.0, after all changes that create names.

use crate::naming;
use crate::walk;
use anyhow::{Result, bail};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The prefix of a parameter's name.
const PARAMETER: &str = "p-";
/// The prefix of an operation's id.
const OPERATION: &str = "o-";

/// The name of an operation's function, from progenitor's name for it.
pub fn function(ident: &str) -> String {
    naming::value_name(ident.strip_prefix("o_").unwrap_or(ident))
}

/// The key of an argument, from progenitor's name for it: a parameter as in [`argument`], the body as `body`.
pub fn read_argument(ident: &str) -> String {
    ident.strip_prefix("p_").map_or_else(|| ident.to_owned(), argument)
}

/// The key of a parameter's argument.
pub fn argument(parameter: &str) -> String {
    format!("{PARAMETER}{}", naming::value_name(parameter))
}

/// Replaces names with stand-ins, and returns the property of each stand-in for one.
///
/// # Errors
/// When two names have the same stand-in.
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
            bail!("the properties `{known}` and `{name}` would have the same name in Rust");
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

/// Renames the members of an object and keeps their order.
fn rename(members: &mut Map<String, Value>, name: impl Fn(&str) -> String) -> Result<()> {
    for (old, value) in std::mem::take(members) {
        let new = name(&old);
        if members.insert(new.clone(), value).is_some() {
            bail!("`{old}` and another name of the model would both be `{new}`");
        }
    }
    Ok(())
}

/// Points every reference to the stand-in.
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
    fn names_beyond_ascii_and_parameters_get_stand_ins() {
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
