//! The conditions of a schema (`if`) in words.

use super::references::target;
use super::words::{listed, name, shown};
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// How deep a condition is read. Amazon's have about eight levels.
const DEEPEST: usize = 16;

/// The parts of a condition that are shown.
const MOST_PARTS: usize = 4;

/// A schema on the way to a keyword that failed, and the condition under which it applies.
pub(super) struct Applied<'schema> {
    /// The schema that has the keyword.
    pub schema: Option<&'schema Map<String, Value>>,
    /// The nearest `if` on the way, and whether it holds.
    pub condition: Option<(&'schema Value, bool)>,
}

/// Follows the path of a failed keyword from the root of the schema.
pub(super) fn applied<'schema, 'path>(
    root: &'schema Value,
    path: impl Iterator<Item = Cow<'path, str>>,
) -> Applied<'schema> {
    follow(root, path).0
}

/// The value of a failed keyword.
pub(super) fn keyword<'schema, 'path>(
    root: &'schema Value,
    path: impl Iterator<Item = Cow<'path, str>>,
) -> Option<&'schema Value> {
    follow(root, path).1
}

fn follow<'schema, 'path>(
    root: &'schema Value,
    path: impl Iterator<Item = Cow<'path, str>>,
) -> (Applied<'schema>, Option<&'schema Value>) {
    let mut condition = None;
    let mut parent = None;
    let mut at = Some(root);
    // Whether names on the way are keywords, and not names of properties.
    let mut is_schema = true;
    for segment in path {
        parent = at.and_then(Value::as_object);
        let Some(current) = at else { break };
        if is_schema && (segment == "then" || segment == "else") {
            if let Some(premise) = current.get("if") {
                condition = Some((premise, segment == "then"));
            }
        }
        at = match current {
            Value::Object(members) => match members.get(segment.as_ref()) {
                Some(Value::String(reference)) if is_schema && segment == "$ref" => target(root, reference),
                other => other,
            },
            Value::Array(items) => segment.parse().ok().and_then(|at: usize| items.get(at)),
            _ => None,
        };
        let has_names =
            matches!(segment.as_ref(), "properties" | "patternProperties" | "dependentSchemas" | "dependentRequired");
        is_schema = !(is_schema && has_names);
    }
    (Applied { schema: parent, condition }, at)
}

/// The condition in words: `batteries_required is true`.
pub(super) fn described(root: &Value, premise: &Value, holds: bool) -> Option<String> {
    let mut parts = Vec::new();
    let joint = parts_of(root, premise, holds, 0, &mut parts)?;
    parts.dedup();
    // That an attribute is given goes without saying where its value is said.
    let is_said = |part: &String, parts: &[String]| {
        [" is given", " is not given"].iter().any(|end| {
            part.strip_suffix(end).is_some_and(|attribute| {
                let start = format!("{attribute} ");
                parts.iter().any(|other| other != part && other.starts_with(&start))
            })
        })
    };
    let all = parts.clone();
    parts.retain(|part| !is_said(part, &all));
    let more = parts.len().saturating_sub(MOST_PARTS);
    parts.truncate(MOST_PARTS);
    let text = parts.join(joint);
    match more {
        0 if text.is_empty() => None,
        0 => Some(text),
        more => Some(format!("{text}{joint}{more} more")),
    }
}

/// The attributes that a rule, or one of several rules, looks at.
pub(super) fn attributes<'schema>(root: &'schema Value, rule: &'schema Value) -> BTreeSet<&'schema str> {
    let mut found = BTreeSet::new();
    let mut waiting: Vec<_> = match rule {
        Value::Array(rules) => rules.iter().map(|rule| (rule, 0)).collect(),
        rule => vec![(rule, 0)],
    };
    while let Some((schema, depth)) = waiting.pop() {
        let Some(members) = schema.as_object().filter(|_| depth < DEEPEST) else { continue };
        found.extend(members.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str));
        found.extend(
            members.get("properties").and_then(Value::as_object).into_iter().flatten().map(|(name, _)| name.as_str()),
        );
        for keyword in ["allOf", "anyOf", "oneOf"] {
            let branches = members.get(keyword).and_then(Value::as_array).into_iter().flatten();
            waiting.extend(branches.map(|branch| (branch, depth + 1)));
        }
        waiting.extend(
            ["not", "if", "then", "else"].iter().filter_map(|keyword| Some((members.get(*keyword)?, depth + 1))),
        );
        if let Some(reference) = members.get("$ref").and_then(Value::as_str) {
            waiting.extend(target(root, reference).map(|schema| (schema, depth + 1)));
        }
    }
    found
}

const AND: &str = " and ";
const OR: &str = " or ";

/// Adds the parts of the condition and says what joins them. `None` if it cannot be said shortly.
fn parts_of(root: &Value, premise: &Value, holds: bool, depth: usize, parts: &mut Vec<String>) -> Option<&'static str> {
    let schema = premise.as_object().filter(|_| depth < DEEPEST)?;
    let all = if holds { AND } else { OR };
    let any = if holds { OR } else { AND };
    let mut said = 0;
    let mut joint = all;
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        joint = parts_of(root, target(root, reference)?, holds, depth + 1, parts)?;
        said += 1;
    }
    if let Some(inner) = schema.get("not") {
        joint = parts_of(root, inner, !holds, depth + 1, parts)?;
        said += 1;
    }
    for (keyword, branch_joint) in [("allOf", all), ("anyOf", any), ("oneOf", any)] {
        let Some(branches) = schema.get(keyword).and_then(Value::as_array) else { continue };
        said += 1;
        joint = branch_joint;
        for branch in branches {
            let mut inner = Vec::new();
            let inner_joint = parts_of(root, branch, holds, depth + 1, &mut inner)?;
            match inner.len() > 1 && inner_joint != branch_joint {
                true => parts.push(format!("({})", inner.join(inner_joint))),
                false => parts.append(&mut inner),
            }
        }
    }
    let properties = schema.get("properties").and_then(Value::as_object);
    let required: Vec<_> =
        schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let mut named = Vec::new();
    for (attribute, rule) in properties.into_iter().flatten() {
        let Some((member, values)) = values(root, rule, 0) else { continue };
        let is = if holds { "is" } else { "is not" };
        let member = member.filter(|member| *member != "value").map(|member| format!(" {}", name(member)));
        named.push(attribute.as_str());
        parts.push(format!(
            "{}{} {is} {}",
            name(attribute),
            member.unwrap_or_default(),
            listed(values.into_iter().map(shown), "or", 5)
        ));
    }
    for attribute in &required {
        if !named.contains(attribute) {
            named.push(attribute);
            parts.push(format!("{} is {}given", name(attribute), if holds { "" } else { "not " }));
        }
    }
    match (said, named.len()) {
        (0, _) => Some(all),
        (1, 0) => Some(joint),
        // Several keywords at once, which all must hold.
        _ if joint == all || parts.len() < 2 => Some(all),
        _ => None,
    }
}

/// The values that a rule of an attribute asks for, and the name of the member that has them.
fn values<'schema>(
    root: &'schema Value,
    rule: &'schema Value,
    depth: usize,
) -> Option<(Option<&'schema str>, Vec<&'schema Value>)> {
    let schema = rule.as_object().filter(|_| depth < DEEPEST)?;
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        return Some((None, values.iter().collect()));
    }
    if let Some(value) = schema.get("const") {
        return Some((None, vec![value]));
    }
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        return values(root, target(root, reference)?, depth + 1);
    }
    for keyword in ["contains", "items"] {
        if let Some(found) = schema.get(keyword).and_then(|inner| values(root, inner, depth + 1)) {
            return Some(found);
        }
    }
    let members = schema.get("properties").and_then(Value::as_object)?;
    members.iter().find_map(|(member, rule)| {
        let (inner, found) = values(root, rule, depth + 1)?;
        Some((Some(inner.unwrap_or(member.as_str())), found))
    })
}
