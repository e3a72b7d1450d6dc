//! The limits of each property, by the type and the name that it has in JSON.

use super::{facts, naming, walk};
use serde_json::Value;
use std::collections::BTreeMap;

/// Limits and formats in words.
#[derive(Debug, Default)]
pub struct Facts(BTreeMap<(String, String), String>);

impl Facts {
    /// Reads them from a document whose objects are all definitions, before the bounds go.
    pub fn read(openapi: &Value) -> Self {
        let mut table = BTreeMap::new();
        for (name, schema) in walk::definitions(openapi).into_iter().flatten() {
            for (property, schema) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
                let facts = facts::of(openapi, schema);
                if !facts.is_empty() {
                    table.insert((naming::type_name(name), property.clone()), facts);
                }
            }
        }
        Self(table)
    }

    /// The limits of a property, empty where it has none.
    pub fn of(&self, name: &str, wire: &str) -> &str {
        self.0.get(&(name.to_owned(), wire.to_owned())).map_or("", String::as_str)
    }
}
