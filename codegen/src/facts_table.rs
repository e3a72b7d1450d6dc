//! What is known of each type and Rust does not express: its original name, and the limits and meanings of its properties.

use super::{example, facts, walk};
use crate::naming;
use crate::words::{ApiWords, Meaning};
use example::Example;
use serde_json::Value;
use std::collections::BTreeMap;

/// Names of definitions by type; limits and formats in words, by type and by the property's name in JSON.
#[derive(Debug, Default)]
pub struct Facts {
    definitions: BTreeMap<String, String>,
    limits: BTreeMap<(String, String), String>,
    examples: BTreeMap<(String, String), Example>,
    meanings: BTreeMap<(String, String), Meaning>,
    /// Amazon's descriptions of types, by type, and of properties; empty unless they are quoted.
    quotations: BTreeMap<(String, Option<String>), String>,
}

impl Facts {
    /// Collects the facts from a document whose objects are all definitions, before the limits are removed.
    pub fn read(openapi: &Value, words: &ApiWords) -> Self {
        let mut table = Self::default();
        for (name, schema) in walk::definitions(openapi).into_iter().flatten() {
            table.definitions.insert(naming::type_name(name), name.clone());
            let mut quote = |property: Option<&String>, schema: &Value| {
                if let Some(text) = example::description(openapi, schema).filter(|_| words.quotes) {
                    table.quotations.insert((naming::type_name(name), property.cloned()), text);
                }
            };
            quote(None, schema);
            for (property, schema) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
                quote(Some(property), schema);
            }
            for (property, schema) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
                let place = (naming::type_name(name), property.clone());
                let facts = facts::of(openapi, schema);
                if !facts.is_empty() {
                    table.limits.insert(place.clone(), facts);
                }
                let mut example = example::of(openapi, property, schema);
                if let Some(meaning) = words.meanings.of_field(&place.0, property) {
                    let fitting = meaning.example.clone().filter(|value| example::fits(openapi, schema, value));
                    if let Some(value) = &fitting {
                        example.json = value.to_string();
                    }
                    let meaning = Meaning { example: fitting, ..meaning.clone() };
                    table.meanings.insert(place.clone(), meaning);
                }
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

    /// What a property means, with an example only if it is within the property's limits.
    pub fn meaning(&self, name: &str, wire: &str) -> Option<&Meaning> {
        self.meanings.get(&(name.to_owned(), wire.to_owned()))
    }

    /// Amazon's description of a type or of a property, if it is quoted.
    pub fn quotation(&self, name: &str, wire: Option<&str>) -> Option<&str> {
        self.quotations.get(&(name.to_owned(), wire.map(str::to_owned))).map(String::as_str)
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
