//! The selectors of attributes, and what they say of two instances.

use super::{OFFER, STOCK};
use serde_json::{Map, Number, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// The selectors of each attribute: the members whose values, together, tell its instances apart.
///
/// The schema of a product type names them in its keyword `selectors`. An attribute without selectors is known by all of
/// its members, as in Amazon's own samples for its vocabulary. If it takes one instance only (`maxItems` 1, as
/// `variation_theme`), that one is always the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selectors {
    of: BTreeMap<String, Vec<String>>,
    /// The attributes without selectors that take one instance.
    single: BTreeSet<String>,
}

impl Selectors {
    /// The selectors of the offer (`purchasable_offer`) and of the stock (`fulfillment_availability`), which are the same in
    /// every schema of Amazon's. They serve where no schema is at hand.
    pub fn usual() -> Self {
        let mut usual = Self::default();
        usual.set(OFFER, ["marketplace_id", "currency", "audience"]);
        usual.set(STOCK, ["fulfillment_channel_code"]);
        usual
    }

    /// The selectors that the schema of a product type names for the attributes of the first level.
    ///
    /// References and `allOf` are followed. An attribute whose selectors stand only in a condition (`then`, `else`) has these.
    pub fn of_schema(schema: &Value) -> Self {
        crate::validate::selectors(schema)
    }

    /// Notes that an attribute without selectors takes one instance.
    pub(crate) fn set_single(&mut self, attribute: &str) {
        self.single.insert(attribute.to_owned());
    }

    pub(crate) fn set(&mut self, attribute: &str, names: impl IntoIterator<Item = impl Into<String>>) {
        self.of.insert(attribute.to_owned(), names.into_iter().map(Into::into).collect());
    }

    /// The names of an attribute's selectors: none if all members tell its instances apart.
    pub fn of(&self, attribute: &str) -> &[String] {
        self.of.get(attribute).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether two instances of the attribute are the same one: each selector has the same value in both, or is absent from
    /// both.
    pub fn is_same(&self, attribute: &str, one: &Value, other: &Value) -> bool {
        self.identity(attribute, one) == self.identity(attribute, other)
    }

    /// A text that two instances of the attribute have in common if they are [the same one](Self::is_same).
    pub(crate) fn identity(&self, attribute: &str, instance: &Value) -> String {
        match self.of(attribute) {
            [] if self.single.contains(attribute) => String::new(),
            [] => canonical_text(instance),
            names => identity(names, instance),
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

/// A text that two items have in common if these members are equal in both, or absent from both.
pub(crate) fn identity(selectors: &[String], item: &Value) -> String {
    let mut text = String::new();
    let members = item.as_object();
    canonical(selectors.iter().filter_map(|name| members?.get_key_value(name)), &mut text);
    text
}

/// A text that two values have in common if they [are equal](is_equal).
pub(crate) fn canonical_text(value: &Value) -> String {
    let mut text = String::new();
    canonical_value(value, &mut text);
    text
}

/// Whether two values are the same JSON value: a number equals itself in another spelling, such as `1` and `1.0`.
pub(crate) fn is_equal(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => match (whole(one), whole(other)) {
            (Some(one), Some(other)) => one == other,
            (None, None) => one.as_f64() == other.as_f64(),
            _ => false,
        },
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

/// The number if it is whole, with all its digits.
fn whole(number: &Number) -> Option<i128> {
    let of_integer = number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from));
    of_integer.or_else(|| {
        let float = number.as_f64()?;
        // Below that, each whole number of a float is one of an i128.
        (float.fract() == 0.0 && float.abs() < 1e38).then_some(float as i128)
    })
}

/// Writes members so that two texts are equal where the members are, as [`is_equal`] says: in the order of their names, and
/// each number in one spelling.
pub(crate) fn canonical<'a>(members: impl Iterator<Item = (&'a String, &'a Value)>, text: &mut String) {
    let sorted: BTreeMap<_, _> = members.collect();
    text.push('{');
    for (name, value) in sorted {
        // A name in quotation marks, so that no name and value can look like two.
        _ = write!(text, "{name:?}:");
        canonical_value(value, text);
        text.push(',');
    }
    text.push('}');
}

fn canonical_value(value: &Value, text: &mut String) {
    match value {
        Value::Object(members) => canonical(members.iter(), text),
        Value::Array(items) => {
            text.push('[');
            for item in items {
                canonical_value(item, text);
                text.push(',');
            }
            text.push(']');
        }
        Value::Number(number) => {
            _ = match (whole(number), number.as_f64()) {
                (Some(whole), _) => write!(text, "{whole}"),
                (None, Some(float)) => write!(text, "{float}"),
                (None, None) => write!(text, "{number}"),
            };
        }
        Value::String(string) => _ = write!(text, "{string:?}"),
        other => _ = write!(text, "{other}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn text(value: Value) -> String {
        let mut text = String::new();
        canonical(value.as_object().unwrap().iter(), &mut text);
        text
    }

    #[test]
    fn equal_members_have_one_canonical_text_and_others_have_another() {
        let equal = [
            (json!({ "a": 1, "b": "x" }), json!({ "b": "x", "a": 1.0 })),
            (json!({ "a": [{ "b": -0.0 }] }), json!({ "a": [{ "b": 0 }] })),
            (json!({ "a": 1e16 }), json!({ "a": 10_000_000_000_000_000_u64 })),
            (json!({ "a": 0.1 }), json!({ "a": serde_json::from_str::<Value>("1.0e-1").unwrap() })),
            (json!({ "a": 1e300 }), json!({ "a": serde_json::from_str::<Value>("10e299").unwrap() })),
        ];
        for (one, other) in equal {
            assert!(is_equal(&one, &other), "{one} {other}");
            assert_eq!(text(one), text(other));
        }
        let different = [
            (json!({ "a": 1 }), json!({ "a": "1" })),
            (json!({ "a": 1 }), json!({ "a": true })),
            (json!({ "a": null }), json!({})),
            (json!({ "a": "x,\"b\":1" }), json!({ "a": "x", "b": 1 })),
            (json!({ "a": ["x", "y"] }), json!({ "a": ["x\",\"y"] })),
            (json!({ "a": 9007199254740993_u64 }), json!({ "a": 9007199254740992_u64 })),
        ];
        for (one, other) in different {
            assert!(!is_equal(&one, &other), "{one} {other}");
            assert_ne!(text(one.clone()), text(other.clone()), "{one} {other}");
        }
    }

    #[test]
    fn an_attribute_of_one_instance_without_selectors_has_always_the_same() {
        let schema = json!({ "properties": { "variation_theme": { "maxItems": 1 }, "note": { "maxItems": 2 } } });
        let selectors = Selectors::of_schema(&schema);
        let (one, other) = (json!({ "name": "SIZE" }), json!({ "name": "COLOR" }));
        assert!(selectors.is_same("variation_theme", &one, &other));
        assert!(!selectors.is_same("note", &one, &other));
    }
}
