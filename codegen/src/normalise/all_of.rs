//! `allOf` becomes one object with the properties of all its parts: a struct that holds its fields itself.

use crate::walk;
use anyhow::{Result, bail};
use serde_json::{Map, Value, json};

/// Merges every `allOf` of the document.
pub fn apply(document: &mut Value) -> Result<()> {
    let original = document.clone();
    let mut problem = None;
    walk::schemas_mut(document, &mut |schema| {
        if !schema.contains_key("allOf") {
            return;
        }
        let mut merged = Map::new();
        match merge(&original, &Value::Object(schema.clone()), &mut merged, 0) {
            Ok(()) => *schema = merged,
            Err(error) => problem = Some(error),
        }
    });
    problem.map_or(Ok(()), Err)
}

fn merge(document: &Value, schema: &Value, into: &mut Map<String, Value>, depth: usize) -> Result<()> {
    if depth > 32 {
        bail!("an allOf refers to itself");
    }
    let schema = walk::resolve(document, schema);
    for part in schema.get("allOf").and_then(Value::as_array).into_iter().flatten() {
        merge(document, part, into, depth + 1)?;
    }
    for (key, value) in schema.as_object().into_iter().flatten() {
        match key.as_str() {
            "allOf" => {}
            "properties" => {
                let known = into.entry("properties").or_insert_with(|| json!({}));
                for (name, property) in value.as_object().into_iter().flatten() {
                    // A nested allOf of a part is merged where it stands.
                    let mut property = property.clone();
                    if property.get("allOf").is_some() {
                        let mut inner = Map::new();
                        merge(document, &property, &mut inner, depth + 1)?;
                        property = inner.into();
                    }
                    known[name] = property;
                }
            }
            "required" => {
                let known = into.entry("required").or_insert_with(|| json!([]));
                if let (Some(known), Some(names)) = (known.as_array_mut(), value.as_array()) {
                    for name in names {
                        if !known.contains(name) {
                            known.push(name.clone());
                        }
                    }
                }
            }
            _ => {
                into.insert(key.clone(), value.clone());
            }
        }
    }
    into.insert("type".into(), "object".into());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_become_one_object() {
        let mut document = json!({"definitions": {
            "Base": {"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}},
            "Both": {"allOf": [{"$ref": "#/definitions/Base"}, {"required": ["b"], "properties": {"b": {"type": "integer"}}}]}
        }});
        apply(&mut document).unwrap();
        let both = &document["definitions"]["Both"];
        assert_eq!(both["required"], json!(["a", "b"]));
        assert_eq!(both["properties"], json!({"a": {"type": "string"}, "b": {"type": "integer"}}));
        assert!(both.get("allOf").is_none());
    }

    #[test]
    fn a_circle_is_an_error() {
        let mut document = json!({"definitions": {"A": {"allOf": [{"$ref": "#/definitions/A"}]}}});
        assert!(apply(&mut document).is_err());
    }
}
