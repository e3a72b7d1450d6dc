//! Amazon's own keywords that are rules, of the vocabulary of its meta-schema (version 1).
//!
//! `selectors` names the members of an item that tell it apart from others; without them, all members do. The groups are the
//! items with equal selectors, where a member that is absent is left out. `maxUniqueItems` limits the size of each group,
//! `minUniqueItems` the number of groups, as in Amazon's samples for its vocabulary. Items that are not objects are in no
//! group.

use super::words::counted;
use crate::attributes::canonical;
use jsonschema::paths::Location;
use jsonschema::{Keyword, ValidationError};
use serde_json::{Map, Value};
use std::collections::HashMap;

/// The keywords, with what makes the rule of each.
pub(super) fn with_keywords(options: jsonschema::ValidationOptions<'_>) -> jsonschema::ValidationOptions<'_> {
    options
        .with_keyword("selectors", |_, value, _| selectors(value).map(|_| rule(Nothing)))
        .with_keyword("maxUniqueItems", |schema, value, _: Location| {
            Ok(rule(MostPerGroup { selectors: of(schema)?, limit: count("maxUniqueItems", value)? }))
        })
        .with_keyword("minUniqueItems", |schema, value, _: Location| {
            Ok(rule(FewestGroups { selectors: of(schema)?, limit: count("minUniqueItems", value)? }))
        })
        .with_keyword("maxUtf8ByteLength", |_, value, _: Location| {
            Ok(rule(MostBytes(count("maxUtf8ByteLength", value)?)))
        })
        .with_keyword("minUtf8ByteLength", |_, value, _: Location| {
            Ok(rule(FewestBytes(count("minUtf8ByteLength", value)?)))
        })
}

fn rule(keyword: impl for<'i> Keyword<'i> + 'static) -> Box<dyn for<'i> Keyword<'i>> {
    Box::new(keyword)
}

fn of(schema: &Map<String, Value>) -> Result<Vec<String>, ValidationError<'static>> {
    schema.get("selectors").map_or_else(|| Ok(Vec::new()), selectors)
}

fn selectors(value: &Value) -> Result<Vec<String>, ValidationError<'static>> {
    let names = value.as_array().map(|names| names.iter().map(|name| name.as_str().map(str::to_owned)).collect());
    match names {
        Some(Some(names)) => Ok(names),
        _ => Err(ValidationError::schema("selectors must be an array of names")),
    }
}

/// A number of items or bytes: also `1.0`, which is an integer in JSON Schema.
fn count(keyword: &str, value: &Value) -> Result<u64, ValidationError<'static>> {
    let whole = |number: f64| (number.fract() == 0.0 && (0.0..1e15).contains(&number)).then_some(number as u64);
    let number = value.as_u64().or_else(|| value.as_f64().and_then(whole));
    number.ok_or_else(|| ValidationError::schema(format!("{keyword} must be an integer of at least 0")))
}

/// `selectors` alone forbids nothing.
struct Nothing;

impl<'i> Keyword<'i> for Nothing {
    fn validate(&self, _: &'i Value) -> Result<(), ValidationError<'i>> {
        Ok(())
    }

    fn is_valid(&self, _: &'i Value) -> bool {
        true
    }
}

struct MostPerGroup {
    selectors: Vec<String>,
    limit: u64,
}

impl MostPerGroup {
    /// The size of the largest group, if it is too large.
    fn excess(&self, instance: &Value) -> Option<u64> {
        let items = instance.as_array().filter(|items| items.len() as u64 > self.limit)?;
        let largest = groups(&self.selectors, items).into_values().max().unwrap_or(0);
        (largest > self.limit).then_some(largest)
    }
}

impl<'i> Keyword<'i> for MostPerGroup {
    fn validate(&self, instance: &'i Value) -> Result<(), ValidationError<'i>> {
        let Some(largest) = self.excess(instance) else { return Ok(()) };
        let same = match self.selectors.as_slice() {
            [] => "of those that are equal".to_owned(),
            selectors => format!("with the same {}", selectors.join(", ")),
        };
        Err(ValidationError::custom(match self.limit {
            1 => format!("takes only one value {same}; {largest} are given"),
            limit => format!("takes at most {limit} values {same}; {largest} are given"),
        }))
    }

    fn is_valid(&self, instance: &'i Value) -> bool {
        self.excess(instance).is_none()
    }
}

struct FewestGroups {
    selectors: Vec<String>,
    limit: u64,
}

impl FewestGroups {
    /// The number of groups, if it is too small.
    fn lack(&self, instance: &Value) -> Option<u64> {
        let items = instance.as_array()?;
        let is_scalar = !items.is_empty() && !items.iter().any(Value::is_object);
        if is_scalar || (self.limit == 1 && !items.is_empty()) {
            return None;
        }
        let found = groups(&self.selectors, items).len() as u64;
        (found < self.limit).then_some(found)
    }
}

impl<'i> Keyword<'i> for FewestGroups {
    fn validate(&self, instance: &'i Value) -> Result<(), ValidationError<'i>> {
        let Some(found) = self.lack(instance) else { return Ok(()) };
        let different = match self.selectors.as_slice() {
            [] => String::new(),
            selectors => format!(" in {}", selectors.join(", ")),
        };
        Err(ValidationError::custom(match self.limit {
            1 => "needs at least one value; none is given".to_owned(),
            limit => format!("needs at least {limit} values that differ{different}; given: {found}"),
        }))
    }

    fn is_valid(&self, instance: &'i Value) -> bool {
        self.lack(instance).is_none()
    }
}

/// The size of each group of objects.
fn groups(selectors: &[String], items: &[Value]) -> HashMap<String, u64> {
    let mut groups = HashMap::new();
    for item in items.iter().filter_map(Value::as_object) {
        let mut key = String::new();
        match selectors {
            [] => canonical(item.iter(), &mut key),
            names => canonical(names.iter().filter_map(|name| item.get_key_value(name)), &mut key),
        }
        *groups.entry(key).or_insert(0) += 1;
    }
    groups
}

struct MostBytes(u64);

impl<'i> Keyword<'i> for MostBytes {
    fn validate(&self, instance: &'i Value) -> Result<(), ValidationError<'i>> {
        match instance.as_str() {
            Some(text) if text.len() as u64 > self.0 => Err(ValidationError::custom(format!(
                "takes at most {} in UTF-8; {} ({}) stand there",
                counted(self.0, "byte"),
                counted(text.len() as u64, "byte"),
                counted(text.chars().count() as u64, "character"),
            ))),
            _ => Ok(()),
        }
    }

    fn is_valid(&self, instance: &'i Value) -> bool {
        instance.as_str().is_none_or(|text| text.len() as u64 <= self.0)
    }
}

struct FewestBytes(u64);

impl<'i> Keyword<'i> for FewestBytes {
    fn validate(&self, instance: &'i Value) -> Result<(), ValidationError<'i>> {
        match instance.as_str() {
            Some(text) if (text.len() as u64) < self.0 => Err(ValidationError::custom(format!(
                "needs at least {} in UTF-8; {} stand there",
                counted(self.0, "byte"),
                counted(text.len() as u64, "byte"),
            ))),
            _ => Ok(()),
        }
    }

    fn is_valid(&self, instance: &'i Value) -> bool {
        instance.as_str().is_none_or(|text| text.len() as u64 >= self.0)
    }
}
