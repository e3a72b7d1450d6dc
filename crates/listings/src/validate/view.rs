//! How the attributes that are checked relate to those that are sent and stored.

use super::known::Known;
use super::{condition, message, pointer};
use crate::Attributes;
use crate::attributes::Origin;
use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Kind;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Where the instances of attributes come from.
pub(super) type Origins = BTreeMap<String, Vec<Origin>>;

/// How the attributes that are checked relate to those that are sent and stored.
pub(super) struct View<'view> {
    /// What is known, if only some of the attributes are.
    pub known: Option<Known<'view>>,
    /// Where the instances come from, if some of them are stored. An attribute that is absent is stored.
    pub origins: Option<&'view Origins>,
    /// What was wrong with the listing before.
    pub before: Before,
    /// The attributes that change.
    pub changes: Option<&'view Attributes>,
}

/// What was wrong with a listing as a whole before a change.
#[derive(Default)]
pub(super) struct Before {
    /// The required attributes that it lacked.
    pub lacked: BTreeSet<String>,
    /// The rules that it broke, by the paths of their keywords.
    pub broken: BTreeSet<String>,
}

impl View<'_> {
    pub fn whole() -> Self {
        Self { known: None, origins: None, before: Before::default(), changes: None }
    }

    /// The code of the warning that the listing was so before, and how it goes on from the message.
    pub fn stored_gap(&self, schema: &Value, error: &ValidationError<'_>) -> Option<(&'static str, &'static str)> {
        if !error.instance_path().is_empty() {
            return None;
        }
        let was_broken = || self.before.broken.contains(error.evaluation_path().as_str());
        let is_touched = || {
            let path = pointer::segments(error.evaluation_path().as_str());
            let rule = condition::keyword(schema, path);
            let names = rule.map(|rule| condition::attributes(schema, rule)).unwrap_or_default();
            self.changes.is_none_or(|changes| names.iter().any(|name| changes.contains_key(*name)))
        };
        const MISSING: (&str, &str) =
            ("required_missing_in_store", "; the stored listing lacks it too, and this change does not add it");
        const BROKEN: (&str, &str) =
            ("rule_broken_in_store", "; the stored listing breaks this rule too, and this change does not touch it");
        match error.kind() {
            Kind::Required { property: Value::String(name) } if message::keyword(error) == "required" => {
                self.before.lacked.contains(name).then_some(MISSING)
            }
            Kind::Required { .. } => was_broken().then_some(MISSING),
            Kind::MinProperties { .. } => was_broken().then_some(BROKEN),
            Kind::Not { .. } | Kind::AnyOf { .. } | Kind::OneOfNotValid { .. } | Kind::OneOfMultipleValid { .. } => {
                (was_broken() && !is_touched()).then_some(BROKEN)
            }
            _ => None,
        }
    }

    /// The pointer that is shown for one into the attributes that are checked, and whether it leads into the stored ones.
    pub fn shown(&self, pointer: &str) -> (String, bool) {
        let Some(origins) = self.origins else { return (pointer.to_owned(), false) };
        let mut parts = pointer.splitn(4, '/').skip(1);
        let Some(attribute) = parts.next() else { return (pointer.to_owned(), false) };
        let name = pointer::segments(pointer).next().unwrap_or_default();
        let Some(instances) = origins.get(name.as_ref()) else { return (pointer.to_owned(), true) };
        let index: Option<usize> = parts.next().and_then(|index| index.parse().ok());
        let Some(origin) = index.and_then(|index| instances.get(index)) else { return (pointer.to_owned(), false) };
        let (index, is_stored) = match origin {
            Origin::Sent(index) => (index, false),
            Origin::Stored(index) => (index, true),
        };
        let rest = parts.next().map(|rest| format!("/{rest}")).unwrap_or_default();
        (format!("/{attribute}/{index}{rest}"), is_stored)
    }
}
