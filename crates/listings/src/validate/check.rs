//! One check of one listing: the rules of the schema, what must not change, and lints.

use super::finding::{Finding, Findings, Severity};
use super::known::Verdict;
use super::lint::{Lint, Walk};
use super::message::{self, Said, Writer};
use super::view::{Before, Origins, View};
use super::words::{listed, name, shown};
use super::{Validator, editable, identifiers, offer, pointer};
use crate::Attributes;
use jsonschema::error::ValidationErrorKind as Kind;
use serde_json::Value;
use std::collections::BTreeSet;

/// How deep attributes may be nested, which is as deep as `serde_json` reads.
const DEEPEST: usize = 128;

/// One check of one listing.
pub(super) struct Check<'check> {
    validator: &'check Validator,
    pub findings: Findings,
}

impl<'check> Check<'check> {
    pub fn new(validator: &'check Validator) -> Self {
        let mut check = Self { validator, findings: Findings::keeping(validator.kept) };
        for (code, cut) in &validator.inner.compiled.cut {
            let message = format!(
                "the schema is incomplete, and the check is weaker for it: {}",
                spapi_types::text::printable(cut).up_to(200)
            );
            check.add(Severity::Warning, code, String::new(), None, None, message, false);
        }
        check
    }

    /// Whether the attributes are an object that can be walked.
    pub fn is_object(&mut self, attributes: &Value) -> bool {
        match attributes {
            Value::Object(members) => self.is_flat(members),
            other => {
                let other = shown(other);
                self.unusable(format!(
                    "the attributes must be an object with each attribute by its name; {other} stands there"
                ));
                false
            }
        }
    }

    /// Whether the attributes are not nested too deep.
    pub fn is_flat(&mut self, attributes: &Attributes) -> bool {
        let is_flat = attributes.values().all(|value| is_flatter(value, DEEPEST - 1));
        if !is_flat {
            self.unusable(format!("the attributes are nested deeper than {DEEPEST} levels"));
        }
        is_flat
    }

    fn unusable(&mut self, message: String) {
        self.add(Severity::Error, "type", String::new(), None, None, message, false);
    }

    /// Checks the attributes against the schema.
    pub fn rules(&mut self, attributes: &Value, view: &View<'_>) {
        let inner = &self.validator.inner;
        if inner.compiled.rules.is_valid(attributes) {
            return;
        }
        let writer = Writer { schema: &inner.compiled.schema, outline: &inner.outline, attributes };
        // Several conditions may require the same member.
        let mut missing = BTreeSet::new();
        for error in inner.compiled.rules.iter_errors(attributes) {
            let unknown = match view.known.as_ref().map(|known| known.verdict(&error)) {
                Some(Verdict::NotSent) => continue,
                Some(Verdict::Unknown(attributes)) => Some(attributes),
                Some(Verdict::Certain) | None => None,
            };
            if let Kind::Required { property: Value::String(property) } = error.kind() {
                let is_dependent = error.schema_path().as_str().ends_with("/dependentRequired");
                if !missing.insert((error.instance_path().as_str().to_owned(), property.clone(), is_dependent)) {
                    continue;
                }
            }
            let gap = view.stored_gap(&inner.compiled.schema, &error);
            let severity = match unknown.is_some() || gap.is_some() {
                true => Severity::Warning,
                false => Severity::Error,
            };
            if !self.findings.has_room(severity) {
                self.findings.count(severity);
                continue;
            }
            let (pointer, is_stored) = view.shown(error.instance_path().as_str());
            for Said { keyword, property, attribute, message } in writer.said(&error) {
                let (keyword, message) = match (&unknown, gap) {
                    (Some(attributes), _) => ("cannot_be_known", format!("{message}{}", depends_on(attributes))),
                    (None, Some((code, words))) => (code, format!("{message}{words}")),
                    (None, None) => (keyword.as_str(), message),
                };
                self.add(severity, keyword, pointer.clone(), property, attribute, message, is_stored);
            }
        }
    }

    /// Checks a listing after a change of the stored one.
    pub fn changed(&mut self, stored: &Attributes, after: Attributes, changes: &Attributes, origins: &Origins) {
        let inner = &self.validator.inner;
        let after = Value::Object(after);
        let mut before = Before::default();
        if !inner.compiled.rules.is_valid(&after) {
            let stored = Value::Object(stored.clone());
            for error in inner.compiled.rules.iter_errors(&stored).filter(|error| error.instance_path().is_empty()) {
                match error.kind() {
                    Kind::Required { property: Value::String(name) } if message::keyword(&error) == "required" => {
                        before.lacked.insert(name.clone());
                    }
                    _ => _ = before.broken.insert(error.evaluation_path().as_str().to_owned()),
                }
            }
        }
        self.rules(&after, &View { origins: Some(origins), before, changes: Some(changes), ..View::whole() });
        for (attribute, value) in changes {
            let (Some(sent), Some(stored)) = (value.as_array(), stored.get(attribute).and_then(Value::as_array)) else {
                continue;
            };
            for change in editable::compare(&inner.outline, &inner.selectors, attribute, stored, sent, &after) {
                let (severity, code, why) = match change.sent {
                    Some(sent) => (
                        Severity::Error,
                        "editable",
                        format!(
                            "cannot be changed once a listing has it: {} is stored, and {} is sent",
                            shown(change.stored),
                            shown(sent)
                        ),
                    ),
                    None => (
                        Severity::Warning,
                        "fixed_value_dropped",
                        format!(
                            "cannot be changed once a listing has it, and what is sent leaves it out: {} is stored",
                            shown(change.stored)
                        ),
                    ),
                };
                let subject = self.writer().subject(&change.pointer);
                let attribute = Some(attribute.clone());
                self.add(severity, code, change.pointer, None, attribute, format!("{subject} {why}"), false);
            }
        }
    }

    /// Looks for what the schema accepts and Amazon may not, in the instances that are looked at.
    pub fn lints(&mut self, attributes: &Value, looks_at: &dyn Fn(&str, usize) -> bool) {
        let inner = &self.validator.inner;
        let mut lints = Vec::new();
        let mut found = |lint: Lint| lints.push(lint);
        let marketplace = self.validator.marketplace;
        let walk = Walk { outline: &inner.outline, marketplace, looks_at };
        walk.attributes(attributes, &mut found);
        if let Some(attributes) = attributes.as_object() {
            offer::lints(&inner.outline, attributes, marketplace, looks_at, &mut found);
            identifiers::numbers(attributes, looks_at, &mut found);
        }
        // Two conditions may have the same to say.
        let mut known = BTreeSet::new();
        for Lint { code, severity, pointer, property, message } in lints {
            let is_said = self.findings.errors().any(|error| match code {
                // The schema has said it better.
                "empty_value" => error.pointer.starts_with(&pointer),
                "enum_deprecated"
                | "value_outside_open_enum"
                | "check_digit"
                | "price_not_positive"
                | "price_decimals" => !error.is_stored && error.pointer == pointer,
                _ => false,
            });
            if is_said || !known.insert((code, pointer.clone(), property.clone())) {
                continue;
            }
            let subject = self.writer().subject(&pointer);
            let attribute = pointer::segments(&pointer).next().map(|name| name.into_owned());
            self.add(severity, code, pointer, property, attribute, format!("{subject} {message}"), false);
        }
    }

    fn writer(&self) -> Writer<'check> {
        let inner = &self.validator.inner;
        Writer { schema: &inner.compiled.schema, outline: &inner.outline, attributes: &Value::Null }
    }

    #[allow(clippy::too_many_arguments)]
    pub fn add(
        &mut self,
        severity: Severity,
        keyword: &str,
        pointer: String,
        property: Option<String>,
        attribute: Option<String>,
        message: String,
        is_stored: bool,
    ) {
        let label = attribute.as_deref().and_then(|attribute| self.writer().label(attribute).map(name));
        let keyword = keyword.to_owned();
        self.findings.add(Finding { severity, pointer, keyword, property, attribute, label, message, is_stored });
    }
}

/// The end of a message that depends on what is stored.
fn depends_on(attributes: &BTreeSet<&str>) -> String {
    let (is, without) = match attributes.len() {
        0 => return "; whether that is so cannot be known without the stored attributes".to_owned(),
        1 => ("is", "it"),
        _ => ("are", "them"),
    };
    let attributes = listed(attributes.iter().map(|attribute| name(attribute)), "and", 3);
    format!("; whether that is so cannot be known without {without}: {attributes} {is} not sent, and may be stored")
}

/// Whether the value is nested at most that deep.
fn is_flatter(value: &Value, levels: usize) -> bool {
    match value {
        Value::Array(items) => levels > 0 && items.iter().all(|item| is_flatter(item, levels - 1)),
        Value::Object(members) => levels > 0 && members.values().all(|member| is_flatter(member, levels - 1)),
        _ => true,
    }
}
