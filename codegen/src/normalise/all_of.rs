//! Turns `allOf` into one object with the properties of all its parts: a struct with its own fields.

use crate::walk;
use anyhow::{Result, bail};
use serde_json::{Map, Value, json};
use std::collections::HashMap;

/// The maximum number of properties of all compositions of a model together. Amazon's models have some hundred. Each
/// part is written out in every composition, so a few lines of a model could otherwise produce any number.
const MOST_PROPERTIES: usize = 100_000;

/// Merges every `allOf` of the document.
///
/// # Errors
/// When a composition is part of itself, or all compositions together have too many properties.
pub fn apply(document: &mut Value) -> Result<()> {
    let original = document.clone();
    let mut merger = Merger { document: &original, merged: HashMap::new(), properties: 0 };
    let mut problem = None;
    walk::schemas_mut(document, &mut |schema| {
        if problem.is_some() || !schema.contains_key("allOf") {
            return;
        }
        let mut merged = Map::new();
        match merger.merge(&Value::Object(schema.clone()), &mut merged) {
            Ok(()) => *schema = merged,
            Err(error) => problem = Some(error),
        }
    });
    problem.map_or(Ok(()), Err)
}

struct Merger<'a> {
    document: &'a Value,
    /// The definitions that are parts, each merged once; `None` while one is being merged.
    merged: HashMap<&'a str, Option<Map<String, Value>>>,
    /// The number of properties written out so far.
    properties: usize,
}

impl<'a> Merger<'a> {
    fn merge(&mut self, schema: &Value, into: &mut Map<String, Value>) -> Result<()> {
        match walk::definition(self.document, schema) {
            Some((name, definition)) => {
                let merged = self.definition(name, definition)?;
                self.add(&merged, into)
            }
            None => self.written_out(schema, into),
        }
    }

    fn definition(&mut self, name: &'a str, definition: &'a Value) -> Result<Map<String, Value>> {
        match self.merged.get(name) {
            Some(Some(merged)) => return Ok(merged.clone()),
            Some(None) => bail!("the definition {name} is part of itself through `allOf` and would never end"),
            None => {}
        }
        self.merged.insert(name, None);
        let mut merged = Map::new();
        self.written_out(definition, &mut merged)?;
        self.merged.insert(name, Some(merged.clone()));
        Ok(merged)
    }

    /// Merges a schema that is not a reference.
    fn written_out(&mut self, schema: &Value, into: &mut Map<String, Value>) -> Result<()> {
        for part in schema.get("allOf").and_then(Value::as_array).into_iter().flatten() {
            self.merge(part, into)?;
        }
        let mut own = Map::new();
        for (key, value) in schema.as_object().into_iter().flatten() {
            match key.as_str() {
                "allOf" => {}
                "properties" => {
                    let mut properties = Map::new();
                    for (name, property) in value.as_object().into_iter().flatten() {
                        properties.insert(name.clone(), self.property(property)?);
                    }
                    own.insert("properties".into(), properties.into());
                }
                _ => {
                    own.insert(key.clone(), value.clone());
                }
            }
        }
        self.add(&own, into)?;
        into.insert("type".into(), "object".into());
        Ok(())
    }

    /// A property of a part; a nested `allOf` is merged in its place.
    fn property(&mut self, property: &Value) -> Result<Value> {
        let Some(parts) = property.get("allOf").and_then(Value::as_array) else { return Ok(property.clone()) };
        // A property of the type that is being merged refers to that type.
        if let [part] = parts.as_slice()
            && let Some((name, _)) = walk::definition(self.document, part)
            && self.merged.get(name) == Some(&None)
        {
            return Ok(part.clone());
        }
        let mut inner = Map::new();
        self.merge(property, &mut inner)?;
        Ok(inner.into())
    }

    /// Adds a part, which takes precedence over earlier parts.
    fn add(&mut self, part: &Map<String, Value>, into: &mut Map<String, Value>) -> Result<()> {
        for (key, value) in part {
            match key.as_str() {
                "properties" => {
                    let known = into.entry("properties").or_insert_with(|| json!({}));
                    for (name, property) in value.as_object().into_iter().flatten() {
                        self.properties += 1 + size(property);
                        if self.properties > MOST_PROPERTIES {
                            bail!("its `allOf`s write out more than {MOST_PROPERTIES} properties: use fewer of them");
                        }
                        known[name] = property.clone();
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
        Ok(())
    }
}

/// The number of properties that are written out in a schema.
fn size(schema: &Value) -> usize {
    match schema.get("properties").and_then(Value::as_object) {
        Some(properties) => properties.values().map(|property| 1 + size(property)).sum(),
        None => 0,
    }
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
    fn a_circle_is_an_error_and_a_long_chain_is_not() {
        let mut document = json!({"definitions": {"A": {"allOf": [{"$ref": "#/definitions/A"}]}}});
        assert!(apply(&mut document).unwrap_err().to_string().contains("the definition A is part of itself"));
        // Each definition uses the next one twice, so the number of paths doubles at every step.
        let mut definitions = Map::new();
        for number in 0..60 {
            let next = json!({"$ref": format!("#/definitions/D{}", number + 1)});
            let own = json!({"properties": {format!("p{number}"): {"type": "string"}}});
            definitions.insert(format!("D{number}"), json!({"allOf": [next, next, own]}));
        }
        definitions.insert("D60".into(), json!({"type": "object"}));
        let mut document = json!({"definitions": definitions});
        apply(&mut document).unwrap();
        assert_eq!(document["definitions"]["D0"]["properties"].as_object().unwrap().len(), 60);
    }

    #[test]
    fn a_property_of_its_own_type_refers_to_it() {
        let own = json!({"properties": {"child": {"allOf": [{"$ref": "#/definitions/A"}]}, "a": {"type": "string"}}});
        let mut document = json!({"definitions": {"A": own, "B": {"allOf": [{"$ref": "#/definitions/A"}]}}});
        apply(&mut document).unwrap();
        assert_eq!(document["definitions"]["B"]["properties"]["child"], json!({"$ref": "#/definitions/A"}));
    }

    #[test]
    fn multiplying_properties_are_an_error() {
        let mut definitions = Map::new();
        for number in 0..40 {
            let next = json!({"allOf": [{"$ref": format!("#/definitions/D{}", number + 1)}]});
            definitions.insert(format!("D{number}"), json!({"properties": {"a": next, "b": next}}));
        }
        definitions.insert("D40".into(), json!({"properties": {"a": {"type": "string"}}}));
        let mut document = json!({"definitions": definitions});
        let error = apply(&mut document).unwrap_err().to_string();
        assert!(error.contains("more than 100000 properties"), "{error}");
    }
}
