//! What the other parts of this crate use of the check: findings of their own, and conditions in words.

use super::finding::{Finding, Findings, Severity};
use super::outline::Outline;
use crate::Selectors;
use serde_json::Value;

/// A condition of a schema (`if`) in words, or its opposite: `batteries_required is true`. `None` if it cannot be said shortly.
pub(crate) fn condition(schema: &Value, premise: &Value, holds: bool) -> Option<String> {
    super::condition::described(schema, premise, holds)
}

/// The selectors of a schema's attributes.
pub(crate) fn selectors(schema: &Value) -> Selectors {
    Outline::selectors(schema)
}

/// The name that is most like the given one, if any is.
pub(crate) fn nearest<'name>(given: &str, names: impl Iterator<Item = &'name str>) -> Option<&'name str> {
    super::choices::nearest(given, names)
}

impl Finding {
    /// An error that is not of the schema: `keyword` says of what kind it is, such as `sku`.
    pub fn of_input(keyword: &str, message: String) -> Self {
        Self {
            severity: Severity::Error,
            pointer: String::new(),
            keyword: keyword.to_owned(),
            property: None,
            attribute: None,
            label: None,
            message,
            is_stored: false,
        }
    }
}

impl Findings {
    /// One error that is not of the schema: `keyword` says of what kind it is, such as `sku`.
    pub fn of_input(keyword: &str, message: String) -> Self {
        Self::from_iter([Finding::of_input(keyword, message)])
    }

    /// Adds the findings of another check.
    pub fn append(&mut self, other: &Self) {
        for finding in other {
            self.add(finding.clone());
        }
        for omitted in 0..other.omitted() {
            self.count(if omitted < other.omitted_errors() { Severity::Error } else { Severity::Warning });
        }
    }
}

impl FromIterator<Finding> for Findings {
    fn from_iter<I: IntoIterator<Item = Finding>>(findings: I) -> Self {
        let mut all = Self::default();
        findings.into_iter().for_each(|finding| all.add(finding));
        all
    }
}
