//! The facts of the model about each type that Rust does not express: its original name, and the limits of its
//! properties.

use super::{example, facts, walk};
use crate::naming;
use example::Example;
use serde_json::Value;
use std::collections::BTreeMap;

/// Names of definitions by type; limits and formats in words, by type and by the property's name in JSON.
#[derive(Debug, Default)]
pub struct Facts {
    definitions: BTreeMap<String, String>,
    limits: BTreeMap<(String, String), String>,
    examples: BTreeMap<(String, String), Example>,
}

impl Facts {
    /// Collects the facts from a document whose objects are all definitions, before the limits are removed.
    pub fn read(openapi: &Value) -> Self {
        let mut table = Self::default();
        for (name, schema) in walk::definitions(openapi).into_iter().flatten() {
            table.definitions.insert(naming::type_name(name), name.clone());
            for (property, schema) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
                let place = (naming::type_name(name), property.clone());
                let facts = facts::of(openapi, schema);
                if !facts.is_empty() {
                    table.limits.insert(place.clone(), facts);
                }
                let example = example::of(openapi, property, schema);
                if example != Example::default() {
                    table.examples.insert(place, example);
                }
            }
        }
        table
    }

    /// The limits of a property; empty if it has none.
    pub fn of(&self, name: &str, wire: &str) -> &str {
        self.limits.get(&(name.to_owned(), wire.to_owned())).map_or("", String::as_str)
    }

    /// What a value of a property must satisfy to be within its limits.
    pub fn example(&self, name: &str, wire: &str) -> Example {
        self.examples.get(&(name.to_owned(), wire.to_owned())).cloned().unwrap_or_default()
    }

    /// The model's name for a type.
    pub fn definition<'a>(&'a self, name: &'a str) -> &'a str {
        self.definitions.get(name).map_or(name, String::as_str)
    }
}
