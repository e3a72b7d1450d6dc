//! Compares two JSON schemas, and other parts of a document member by member. Amazon's models and the schemas of
//! reports, feeds and notifications both use it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;

use serde_json::{Map, Value, json};

use crate::load::child;
use crate::naming;

/// What a change is about; the generated code is searched for it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Node {
    /// The whole file.
    File,
    Definition(String),
    /// An operation, by its id.
    Operation(String),
}

/// One thing that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The kind of change, such as `property-added`.
    pub kind: &'static str,
    /// The place for people: `Order.buyerInfo`, `getOrders(createdAfter)`.
    pub place: String,
    /// JSON pointers into the old and the new document; `None` for a document that does not contain it.
    pub pointers: [Option<String>; 2],
    pub old: Option<String>,
    pub new: Option<String>,
    pub node: Node,
    /// The name of the property, parameter or value.
    pub member: Option<String>,
    /// The definitions that the changed value refers to, before or after.
    pub references: BTreeSet<String>,
}

impl Found {
    /// The pointer of the change in the new document, or in the old one if the new one no longer contains it.
    pub fn pointer(&self, old: &Value, new: &Value) -> String {
        let [before, after] = &self.pointers;
        let stands = |pointer: &&String, document: &Value| document.pointer(pointer).is_some();
        let found = after.as_ref().filter(|pointer| stands(pointer, new));
        found.or_else(|| before.as_ref().filter(|pointer| stands(pointer, old))).cloned().unwrap_or_default()
    }
}

/// A place in both documents.
#[derive(Debug, Clone)]
pub struct At {
    pub node: Node,
    pub place: String,
    /// As in [`Found`].
    pub pointers: [Option<String>; 2],
    pub member: Option<String>,
}

impl At {
    /// A place with the same pointer into both documents.
    pub fn new(node: Node, place: impl Into<String>, pointer: String) -> Self {
        Self { node, place: place.into(), pointers: [Some(pointer.clone()), Some(pointer)], member: None }
    }

    /// A child: `key` is added to the pointers, `shown` to the place.
    pub fn below(&self, key: &str, shown: &str) -> Self {
        self.below_each([Some(key), Some(key)], shown)
    }

    /// A child with a different key in each document; `None` if a document does not contain it.
    pub fn below_each<Key: Display>(&self, keys: [Option<Key>; 2], shown: &str) -> Self {
        let [old, new] = keys;
        let below = |pointer: &Option<String>, key: Option<Key>| Some(child(pointer.as_ref()?, key?));
        let pointers = [below(&self.pointers[0], old), below(&self.pointers[1], new)];
        Self { place: format!("{}{shown}", self.place), pointers, ..self.clone() }
    }

    /// The child called `name` in both documents.
    fn member(&self, key: &str, name: &str) -> Self {
        self.renamed(key, name, name)
    }

    /// The child called `old` before and `new` after; the place has the old name.
    fn renamed(&self, key: &str, old: &str, new: &str) -> Self {
        let shown = if self.place.is_empty() { old.to_owned() } else { format!(".{old}") };
        let below = self.below(key, "").below_each([Some(old), Some(new)], &shown);
        At { member: Some(old.to_owned()), ..below }
    }
}

/// Collects the differences. Kinds that get one line for each file are counted: prose, examples, extensions and
/// headers.
#[derive(Debug, Default)]
pub struct Differ {
    pub found: Vec<Found>,
    pub counted: BTreeMap<&'static str, usize>,
}

/// Keywords of a schema or a parameter that limit its values and affect only documentation.
const BOUNDS: [&str; 15] = [
    "minLength",
    "maxLength",
    "pattern",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
    "default",
    "const",
];

/// The kind of a member that people or the sandbox read and the generated code does not.
pub fn counted_kind(key: &str) -> Option<&'static str> {
    Some(match key {
        "description" | "title" | "summary" | "externalDocs" | "$comment" | "x-docgen-enum-table-extension" => {
            "prose-changed"
        }
        "example" | "examples" | "x-example" | "x-examples" => "example-changed",
        key if key.starts_with("x-") && key.contains("sandbox") => "example-changed",
        // This extension makes a path parameter take several segments, which changes the generated code.
        key if key.starts_with("x-") && key.contains("greedy") => return None,
        key if key.starts_with("x-") => "extension-changed",
        _ => return None,
    })
}

impl Differ {
    /// Adds a change.
    pub fn push(
        &mut self,
        kind: &'static str,
        at: &At,
        old: Option<String>,
        new: Option<String>,
        sides: [Option<&Value>; 2],
    ) {
        let mut references = BTreeSet::new();
        sides.into_iter().flatten().for_each(|value| collect_references(value, &mut references));
        self.found.push(Found {
            kind,
            place: at.place.clone(),
            pointers: at.pointers.clone(),
            old,
            new,
            node: at.node.clone(),
            member: at.member.clone(),
            references,
        });
    }

    pub fn count(&mut self, kind: &'static str) {
        *self.counted.entry(kind).or_default() += 1;
    }

    /// Compares the members of two objects except those in `except`. Some kinds are counted, limits are listed, and
    /// every other member is listed with its value so that no change is missed.
    pub fn members(&mut self, at: &At, old: &Map<String, Value>, new: &Map<String, Value>, except: &[&str]) {
        let keys: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        for key in keys {
            let (before, after) = (old.get(key), new.get(key));
            if before == after || except.contains(&key.as_str()) {
                continue;
            }
            if let Some(kind) = counted_kind(key) {
                self.count(kind);
                continue;
            }
            let kind = if BOUNDS.contains(&key.as_str()) { "constraint-changed" } else { "other-changed" };
            let at = at.below(key, &format!(" {key}"));
            self.push(kind, &at, before.map(shown), after.map(shown), [before, after]);
        }
    }

    /// Compares two schemas.
    pub fn schema(&mut self, at: &At, old: &Value, new: &Value) {
        if old == new {
            return;
        }
        let (Some(before), Some(after)) = (old.as_object(), new.as_object()) else {
            return self.push("type-changed", at, Some(shown(old)), Some(shown(new)), [Some(old), Some(new)]);
        };
        let (old_type, new_type) = (head(old), head(new));
        if old_type != new_type {
            self.push("type-changed", at, Some(old_type), Some(new_type), [Some(old), Some(new)]);
        }
        self.properties(at, before, after);
        self.values(at, before, after);
        match (before.get("items"), after.get("items")) {
            (Some(before), Some(after)) => self.schema(&at.below("items", "[]"), before, after),
            (None, None) => {}
            (before, after) => {
                let at = at.below("items", "[]");
                self.push("type-changed", &at, before.map(head), after.map(head), [before, after]);
            }
        }
        match (before.get("additionalProperties"), after.get("additionalProperties")) {
            (before, after) if before == after => {}
            (Some(before), Some(after)) if before.is_object() && after.is_object() => {
                self.schema(&at.below("additionalProperties", "{}"), before, after);
            }
            (before, after) => {
                let at = at.below("additionalProperties", "{}");
                self.push("type-changed", &at, before.map(head), after.map(head), [before, after]);
            }
        }
        for key in ["allOf", "anyOf", "oneOf"] {
            self.parts(at, key, before.get(key), after.get(key));
        }
        for key in ["definitions", "$defs"] {
            self.named_schemas(at, key, before.get(key), after.get(key));
        }
        let known = [
            "$ref",
            "type",
            "format",
            "properties",
            "required",
            "enum",
            "items",
            "additionalProperties",
            "allOf",
            "anyOf",
            "oneOf",
            "definitions",
            "$defs",
            "schema",
        ];
        self.members(at, before, after, &known);
    }

    fn properties(&mut self, at: &At, old: &Map<String, Value>, new: &Map<String, Value>) {
        let empty = Map::new();
        let of = |schema: &Map<String, Value>| schema.get("properties").and_then(Value::as_object).cloned();
        let (before, after) = (of(old).unwrap_or_else(|| empty.clone()), of(new).unwrap_or(empty));
        let (old_required, new_required) = (names(old.get("required")), names(new.get("required")));
        let renamed = renamed(&before, &after, naming::value_name);
        for (name, schema) in &before {
            let here = at.member("properties", name);
            if let Some(later) = after.get(name) {
                self.schema(&here, schema, later);
                self.required(&here, name, name, &old_required, &new_required);
            } else if let Some(later) = renamed.get(name) {
                let here = at.renamed("properties", name, later);
                self.push(
                    "property-renamed",
                    &here,
                    Some(name.clone()),
                    Some(later.clone()),
                    [Some(schema), after.get(later)],
                );
                self.schema(&here, schema, &after[later]);
                self.required(&here, name, later, &old_required, &new_required);
            } else {
                self.push(
                    "property-removed",
                    &here,
                    Some(with_required(schema, old_required.contains(name))),
                    None,
                    [Some(schema), None],
                );
            }
        }
        for (name, schema) in after.iter().filter(|(name, _)| !before.contains_key(*name)) {
            if !renamed.values().any(|later| later == name) {
                let here = at.member("properties", name);
                self.push(
                    "property-added",
                    &here,
                    None,
                    Some(with_required(schema, new_required.contains(name))),
                    [None, Some(schema)],
                );
            }
        }
        // A name may be required here and its property may be in another part of an `allOf`.
        for name in old_required.symmetric_difference(&new_required) {
            if !before.contains_key(name) && !after.contains_key(name) {
                let here = At { pointers: at.below("required", "").pointers, ..at.member("properties", name) };
                self.required(&here, name, name, &old_required, &new_required);
            }
        }
    }

    fn required(&mut self, at: &At, old_name: &str, new_name: &str, old: &BTreeSet<String>, new: &BTreeSet<String>) {
        let word = |is: bool| Some(if is { "required" } else { "optional" }.to_owned());
        let (before, after) = (old.contains(old_name), new.contains(new_name));
        if before != after {
            let kind = if after { "required-added" } else { "required-removed" };
            self.push(kind, at, word(before), word(after), [None, None]);
        }
    }

    /// Compares the values of two enums.
    fn values(&mut self, at: &At, old: &Map<String, Value>, new: &Map<String, Value>) {
        let list = |schema: &Map<String, Value>| -> Map<String, Value> {
            let values = schema.get("enum").and_then(Value::as_array);
            values.into_iter().flatten().map(|value| (shown(value), Value::Null)).collect()
        };
        let (before, after) = (list(old), list(new));
        match (old.get("enum"), new.get("enum")) {
            (None, Some(_)) => {
                return self.push("type-changed", at, Some(head_of(old)), Some("enum".into()), [None, None]);
            }
            (Some(_), None) => {
                return self.push("type-changed", at, Some("enum".into()), Some(head_of(new)), [None, None]);
            }
            _ => {}
        }
        if before == after && before.keys().ne(after.keys()) {
            self.count("order-changed");
        }
        let renamed = renamed(&before, &after, |value| value.to_lowercase());
        let here = |value: &str| At { member: Some(value.to_owned()), ..at.below("enum", "") };
        for value in before.keys().filter(|value| !after.contains_key(*value)) {
            match renamed.get(value) {
                Some(later) => {
                    self.push(
                        "enum-value-renamed",
                        &here(value),
                        Some(value.clone()),
                        Some(later.clone()),
                        [None, None],
                    );
                }
                None => self.push("enum-value-removed", &here(value), Some(value.clone()), None, [None, None]),
            }
        }
        for value in after.keys().filter(|value| !before.contains_key(*value)) {
            if !renamed.values().any(|later| later == value) {
                self.push("enum-value-added", &here(value), None, Some(value.clone()), [None, None]);
            }
        }
    }

    /// Compares the parts of a composition: references by their target, other parts in order.
    fn parts(&mut self, at: &At, key: &str, old: Option<&Value>, new: Option<&Value>) {
        let keyed = |value: Option<&Value>| -> Map<String, Value> {
            let mut inline = 0;
            let parts = value.and_then(Value::as_array).into_iter().flatten().enumerate().map(|(index, part)| {
                let name = part.get("$ref").and_then(Value::as_str).map_or_else(
                    || {
                        inline += 1;
                        format!("part {inline}")
                    },
                    str::to_owned,
                );
                (name, json!([index, part]))
            });
            parts.collect()
        };
        let (before, after) = (keyed(old), keyed(new));
        let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        let at = at.below(key, "");
        for name in names {
            let (before, after) = (before.get(name), after.get(name));
            let at = at.below_each([before, after].map(|pair| pair.map(|pair| &pair[0])), "");
            match (before.map(|pair| &pair[1]), after.map(|pair| &pair[1])) {
                (Some(before), Some(after)) => self.schema(&at, before, after),
                (before, after) => self.push("type-changed", &at, before.map(head), after.map(head), [before, after]),
            }
        }
    }

    fn named_schemas(&mut self, at: &At, key: &str, old: Option<&Value>, new: Option<&Value>) {
        let empty = Map::new();
        let before = old.and_then(Value::as_object).unwrap_or(&empty);
        let after = new.and_then(Value::as_object).unwrap_or(&empty);
        let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        for name in names {
            let at = at.member(key, name);
            match (before.get(name), after.get(name)) {
                (Some(before), Some(after)) => self.schema(&at, before, after),
                (Some(schema), None) => {
                    self.push("definition-removed", &at, Some(head(schema)), None, [Some(schema), None])
                }
                (None, schema) => self.push("definition-added", &at, None, schema.map(head), [None, schema]),
            }
        }
    }
}

/// Pairs removed names with new names: those that differ in letter case only, or the only removed name with the only
/// new one if both have the same content.
pub fn renamed(
    old: &Map<String, Value>,
    new: &Map<String, Value>,
    fold: impl Fn(&str) -> String,
) -> BTreeMap<String, String> {
    let gone: Vec<_> = old.iter().filter(|(name, _)| !new.contains_key(*name)).collect();
    let mut fresh: Vec<_> = new.iter().filter(|(name, _)| !old.contains_key(*name)).collect();
    let single = gone.len() == 1 && fresh.len() == 1;
    let mut pairs = BTreeMap::new();
    for (name, schema) in gone {
        let same_words = |other: &Value| {
            let says = schema.get("description").and_then(Value::as_str).is_some_and(|text| !text.is_empty());
            single && says && schema == other
        };
        let by_case = |other: &str| fold(other) == fold(name) || other.eq_ignore_ascii_case(name);
        if let Some(at) = fresh.iter().position(|(other, value)| by_case(other) || same_words(value)) {
            pairs.insert(name.clone(), fresh.remove(at).0.clone());
        }
    }
    pairs
}

/// A schema's own kind, without its contents.
pub fn head(schema: &Value) -> String {
    match schema.as_object() {
        Some(object) => head_of(object),
        None => shown(schema),
    }
}

fn head_of(schema: &Map<String, Value>) -> String {
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        return reference.rsplit('/').next().unwrap_or(reference).to_owned();
    }
    let mut text = match schema.get("type") {
        Some(Value::String(text)) if text == "array" => "list".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => shown(other),
        None if ["properties", "allOf"].iter().any(|key| schema.contains_key(*key)) => "object".to_owned(),
        None => "any".to_owned(),
    };
    if let Some(format) = schema.get("format").and_then(Value::as_str) {
        text = format!("{text} ({format})");
    }
    text
}

/// The kind of a schema, and whether it is required.
fn with_required(schema: &Value, required: bool) -> String {
    let of = match schema.get("items") {
        Some(items) => format!(" of {}", head(items)),
        None => String::new(),
    };
    format!("{}{of}{}", head(schema), if required { ", required" } else { "" })
}

fn names(value: Option<&Value>) -> BTreeSet<String> {
    value.and_then(Value::as_array).into_iter().flatten().filter_map(|name| Some(name.as_str()?.to_owned())).collect()
}

/// A value in a change report, cut off if it is long: the change report shows that it changed and does not repeat Amazon's text.
pub fn shown(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text,
    }
}

/// The definitions that a value refers to.
pub fn collect_references(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (key, inner) in members {
                match (key.as_str(), inner) {
                    ("$ref", Value::String(reference)) => {
                        into.extend(reference.strip_prefix("#/definitions/").map(str::to_owned));
                    }
                    _ if counted_kind(key).is_none() => collect_references(inner, into),
                    _ => {}
                }
            }
        }
        Value::Array(elements) => elements.iter().for_each(|element| collect_references(element, into)),
        _ => {}
    }
}
