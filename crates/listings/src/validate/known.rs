//! What can be known of a listing of which only some attributes are sent.

use super::condition::attributes;
use super::parts::Parts;
use super::pointer::{joined, segments};
use super::references::located;
use crate::Attributes;
use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Kind;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// How deep rules stand in rules, as deep as `serde_json` reads.
const DEEPEST: usize = 128;

/// Keywords whose schemas apply to the same value.
const IN_PLACE: [&str; 9] = ["$ref", "allOf", "anyOf", "dependentSchemas", "else", "if", "not", "oneOf", "then"];

/// The attributes that are sent, of a listing whose other attributes are not known.
pub(super) struct Known<'check> {
    pub schema: &'check Value,
    pub parts: &'check Parts,
    pub sent: &'check Attributes,
    /// The attributes whose instances may have members that are not known.
    pub merged: Option<&'check BTreeSet<String>>,
}

/// What an error of the sent attributes means for the listing.
pub(super) enum Verdict<'schema> {
    /// The listing has it, whatever is stored.
    Certain,
    /// Something is missing that is not sent.
    NotSent,
    /// The listing may have it: that depends on these attributes.
    Unknown(BTreeSet<&'schema str>),
}

/// A part of a schema.
struct Part<'schema> {
    schema: &'schema Value,
    pointer: String,
}

impl<'schema> Part<'schema> {
    fn at(&self, segment: &str) -> Option<Self> {
        let schema = match self.schema {
            Value::Object(members) => members.get(segment),
            Value::Array(items) => segment.parse().ok().and_then(|at: usize| items.get(at)),
            _ => None,
        }?;
        Some(Self { schema, pointer: joined(&self.pointer, segment) })
    }

    fn parts(&self) -> Vec<Self> {
        let count = self.schema.as_array().map_or(0, Vec::len);
        (0..count).filter_map(|at| self.at(&at.to_string())).collect()
    }
}

impl<'check> Known<'check> {
    /// What the error means.
    pub fn verdict(&self, error: &ValidationError<'_>) -> Verdict<'check> {
        let (premises, keyword) = self.way(error.evaluation_path().as_str());
        let is_whole = error.instance_path().is_empty();
        let may_hold = |branch: &Part<'_>| self.holds(branch, 0).is_none();
        let branches = || keyword.iter().flat_map(Part::parts);
        let valid = || branches().filter(|branch| self.holds(branch, 0) == Some(true)).count();
        if self.is_missing(error) {
            return Verdict::NotSent;
        }
        if let (true, Kind::AnyOf { .. } | Kind::OneOfNotValid { .. }) = (is_whole, error.kind()) {
            if branches().any(|branch| may_hold(&branch)) {
                return Verdict::NotSent;
            }
        }
        let mut unknown = BTreeSet::new();
        let mut is_certain = true;
        let mut doubt = |rule: &'check Value| {
            is_certain = false;
            unknown.extend(attributes(self.schema, rule).into_iter().filter(|name| !self.sent.contains_key(*name)));
        };
        for (premise, holds) in &premises {
            if self.holds(premise, 0) != Some(*holds) {
                doubt(premise.schema);
            }
        }
        match error.kind() {
            Kind::Not { .. } if is_whole => {
                if let Some(rule) = keyword.as_ref().filter(|rule| self.holds(rule, 0) != Some(true)) {
                    doubt(rule.schema);
                }
            }
            Kind::OneOfMultipleValid { .. } if is_whole && valid() < 2 => {
                branches().for_each(|branch| doubt(branch.schema));
            }
            Kind::UnevaluatedProperties { unexpected } if is_whole && self.names_any(unexpected) => doubt(self.schema),
            Kind::Enum { .. } | Kind::Constant { .. } | Kind::Custom { .. } if is_whole => doubt(self.schema),
            _ => {}
        }
        if is_certain { Verdict::Certain } else { Verdict::Unknown(unknown) }
    }

    /// Whether a rule names one of these attributes, which a stored one may bring into force.
    fn names_any(&self, unexpected: &[String]) -> bool {
        let named = attributes(self.schema, self.schema);
        unexpected.iter().any(|name| named.contains(name.as_str()))
    }

    /// Whether the error is only that something is not sent.
    fn is_missing(&self, error: &ValidationError<'_>) -> bool {
        let mut names = segments(error.instance_path().as_str());
        let is_partial = match (names.next(), names.next(), names.next()) {
            (None, ..) => true,
            (Some(attribute), Some(_), None) => self.merged.is_some_and(|merged| merged.contains(attribute.as_ref())),
            _ => false,
        };
        is_partial
            && match error.kind() {
                Kind::Required { .. } | Kind::MinProperties { .. } => true,
                Kind::AnyOf { context } | Kind::OneOfNotValid { context } => {
                    context.iter().any(|errors| errors.iter().all(|error| self.is_missing(error)))
                }
                _ => false,
            }
    }

    /// The conditions on the way to a keyword that are about the attributes as a whole, each with whether it must hold, and the
    /// keyword's value.
    fn way(&self, path: &str) -> (Vec<(Part<'check>, bool)>, Option<Part<'check>>) {
        let mut premises = Vec::new();
        let mut at = Some(Part { schema: self.schema, pointer: String::new() });
        let (mut is_whole, mut is_schema) = (true, true);
        for segment in segments(path) {
            let Some(part) = at else { break };
            if is_whole && is_schema && matches!(&*segment, "then" | "else") {
                premises.extend(part.at("if").map(|premise| (premise, segment == "then")));
            }
            at = match (segment.as_ref(), part.at(&segment)) {
                ("$ref", Some(Part { schema: Value::String(reference), .. })) if is_schema => self.target(reference),
                (_, inner) => inner,
            };
            let is_index = segment.parse::<usize>().is_ok();
            is_whole &= !is_schema || is_index || IN_PLACE.contains(&&*segment);
            let has_names = matches!(
                segment.as_ref(),
                "properties" | "patternProperties" | "dependentSchemas" | "dependentRequired"
            );
            is_schema = !(is_schema && has_names);
        }
        (premises, at)
    }

    fn target(&self, reference: &str) -> Option<Part<'check>> {
        let (pointer, schema) = located(self.schema, reference)?;
        Some(Part { schema, pointer })
    }

    /// Whether a rule about the attributes as a whole holds, whatever is stored. `None` if that depends on what is stored.
    fn holds(&self, part: &Part<'check>, depth: usize) -> Option<bool> {
        let depth = Some(depth + 1).filter(|depth| *depth < DEEPEST)?;
        let members = match part.schema {
            Value::Bool(holds) => return Some(*holds),
            Value::Object(members) => members,
            _ => return None,
        };
        let mut all = All(Some(true));
        for (keyword, value) in members {
            all.and(self.keyword(part, members, keyword, value, depth));
        }
        all.0
    }

    fn keyword(
        &self,
        part: &Part<'check>,
        members: &Map<String, Value>,
        keyword: &str,
        value: &'check Value,
        depth: usize,
    ) -> Option<bool> {
        let inner = |keyword: &str| part.at(keyword);
        let holds = |part: &Part<'check>| self.holds(part, depth);
        let is_sent = |name: &str| self.sent.contains_key(name);
        let texts = |value: &'check Value| value.as_array().into_iter().flatten().filter_map(Value::as_str);
        let count = self.sent.len() as u64;
        match keyword {
            "required" => texts(value).all(is_sent).then_some(true),
            "properties" => {
                let mut all = All(Some(true));
                for (name, _) in value.as_object()? {
                    all.and(self.attribute(&inner(keyword)?.at(name)?, name));
                }
                all.0
            }
            "not" => holds(&inner(keyword)?).map(|holds| !holds),
            "$ref" => holds(&self.target(value.as_str()?)?),
            "allOf" => {
                let mut all = All(Some(true));
                inner(keyword)?.parts().iter().for_each(|branch| all.and(holds(branch)));
                all.0
            }
            // One holds unless each fails.
            "anyOf" => {
                let mut none = All(Some(true));
                inner(keyword)?.parts().iter().for_each(|branch| none.and(holds(branch).map(|holds| !holds)));
                none.0.map(|none| !none)
            }
            "oneOf" => {
                let known: Vec<_> = inner(keyword)?.parts().iter().map(holds).collect();
                let (valid, unknown) = (known.iter().filter(|one| **one == Some(true)).count(), known.contains(&None));
                if valid > 1 { Some(false) } else { (!unknown).then_some(valid == 1) }
            }
            "if" => {
                let branch = |keyword| inner(keyword).map_or(Some(true), |branch| holds(&branch));
                match holds(&inner(keyword)?) {
                    Some(true) => branch("then"),
                    Some(false) => branch("else"),
                    None => branch("then").filter(|then| branch("else") == Some(*then)),
                }
            }
            "then" | "else" => Some(true),
            "minProperties" => (count >= value.as_u64()?).then_some(true),
            "maxProperties" => (count > value.as_u64()?).then_some(false),
            "additionalProperties" => {
                let named = members.get("properties").and_then(Value::as_object);
                let is_surplus = |name: &String| !named.is_some_and(|named| named.contains_key(name));
                let is_closed = value == false && !members.contains_key("patternProperties");
                (is_closed && self.sent.keys().any(is_surplus)).then_some(false)
            }
            "type" => Some(value == "object" || value.as_array().is_some_and(|types| types.contains(&"object".into()))),
            "const"
            | "dependentRequired"
            | "dependentSchemas"
            | "enum"
            | "patternProperties"
            | "propertyNames"
            | "unevaluatedProperties" => None,
            // What is not about objects, or is no rule.
            _ => Some(true),
        }
    }

    /// Whether the rule of one attribute holds.
    fn attribute(&self, rule: &Part<'check>, name: &str) -> Option<bool> {
        let is_free = rule.schema == &Value::Bool(true) || rule.schema.as_object().is_some_and(Map::is_empty);
        if is_free {
            return Some(true);
        }
        let value = self.sent.get(name)?;
        if self.merged.is_some_and(|merged| merged.contains(name)) {
            return None;
        }
        self.parts.is_valid(self.schema, &rule.pointer, value)
    }
}

/// Whether all of several things hold, of which some are not known.
struct All(Option<bool>);

impl All {
    fn and(&mut self, other: Option<bool>) {
        self.0 = match (self.0, other) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        };
    }
}
