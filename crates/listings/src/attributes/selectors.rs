//! The selectors of attributes, and what they say of two instances.

use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The selectors of each attribute: the members whose values, together, tell its instances apart.
///
/// The schema of a product type names them in its keyword `selectors`. An attribute without selectors is told apart by all of
/// its members, as in Amazon's own samples for its vocabulary.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selectors {
    of: BTreeMap<String, Vec<String>>,
}

impl Selectors {
    /// The selectors of the offer (`purchasable_offer`) and of the stock (`fulfillment_availability`), which are the same in
    /// every schema of Amazon's. They serve where no schema is at hand.
    pub fn usual() -> Self {
        let mut usual = Self::default();
        usual.set("purchasable_offer", ["marketplace_id", "currency", "audience"]);
        usual.set("fulfillment_availability", ["fulfillment_channel_code"]);
        usual
    }

    /// The selectors that the schema of a product type names for the attributes of the first level.
    pub fn of_schema(schema: &Value) -> Self {
        let mut found = Self::default();
        for (name, attribute) in schema["properties"].as_object().into_iter().flatten() {
            if let Some(names) = attribute["selectors"].as_array() {
                found.set(name, names.iter().filter_map(Value::as_str));
            }
        }
        found
    }

    fn set(&mut self, attribute: &str, names: impl IntoIterator<Item = impl Into<String>>) {
        self.of.insert(attribute.to_owned(), names.into_iter().map(Into::into).collect());
    }

    /// The names of an attribute's selectors: none if all members tell its instances apart.
    pub fn of(&self, attribute: &str) -> &[String] {
        self.of.get(attribute).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether two instances of the attribute are the same one: each selector has the same value in both, or is absent from
    /// both.
    pub fn is_same(&self, attribute: &str, one: &Value, other: &Value) -> bool {
        match self.of(attribute) {
            [] => is_equal(one, other),
            names => names.iter().all(|name| match (one.get(name), other.get(name)) {
                (None, None) => true,
                (Some(one), Some(other)) => is_equal(one, other),
                _ => false,
            }),
        }
    }

    /// The members of an instance that are selectors.
    pub fn key(&self, attribute: &str, instance: &Map<String, Value>) -> Map<String, Value> {
        let names = self.of(attribute);
        let is_selector = |name: &String| names.is_empty() || names.contains(name);
        instance
            .iter()
            .filter(|(name, _)| is_selector(name))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    }
}

/// Whether two values are the same JSON value: a number equals itself in another spelling, such as `1` and `1.0`.
pub(crate) fn is_equal(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one == other || one.as_f64() == other.as_f64(),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| is_equal(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(name, value)| other.get(name).is_some_and(|other| is_equal(value, other)))
        }
        _ => one == other,
    }
}
