//! What the model says of each type and that Rust does not: its own name, and the limits of its properties.

use super::{facts, walk};
use crate::naming;
use serde_json::Value;
use std::collections::BTreeMap;

/// Names of definitions by type; limits and formats in words, by type and by the property's name in JSON.
#[derive(Debug, Default)]
pub struct Facts {
    definitions: BTreeMap<String, String>,
    limits: BTreeMap<(String, String), String>,
}

impl Facts {
    /// Reads them from a document whose objects are all definitions, before the bounds go.
    pub fn read(openapi: &Value) -> Self {
        let mut table = Self::default();
        for (name, schema) in walk::definitions(openapi).into_iter().flatten() {
            table.definitions.insert(naming::type_name(name), name.clone());
            for (property, schema) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
                let facts = facts::of(openapi, schema);
                if !facts.is_empty() {
                    table.limits.insert((naming::type_name(name), property.clone()), facts);
                }
            }
        }
        table
    }

    /// The limits of a property; empty if it has none.
    pub fn of(&self, name: &str, wire: &str) -> &str {
        self.limits.get(&(name.to_owned(), wire.to_owned())).map_or("", String::as_str)
    }

    /// What the model calls a type.
    pub fn definition<'a>(&'a self, name: &'a str) -> &'a str {
        self.definitions.get(name).map_or(name, String::as_str)
    }
}
