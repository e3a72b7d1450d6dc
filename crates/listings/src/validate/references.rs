//! The references of a schema (`$ref`), followed inside of the document.

use super::pointer::joined;
use serde_json::Value;
use std::collections::{BTreeSet, HashMap, HashSet};

/// Keywords whose value is a schema, or an array of schemas.
const SCHEMAS: [&str; 16] = [
    "additionalItems",
    "additionalProperties",
    "allOf",
    "anyOf",
    "contains",
    "contentSchema",
    "else",
    "if",
    "items",
    "not",
    "oneOf",
    "prefixItems",
    "propertyNames",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
];

/// Keywords whose value has schemas by name.
const NAMED: [&str; 5] = ["$defs", "definitions", "dependentSchemas", "patternProperties", "properties"];

/// Keywords whose schemas apply to the same value as the schema that has them.
const IN_PLACE: [&str; 7] = ["allOf", "anyOf", "else", "if", "not", "oneOf", "then"];

/// How many references lead to references before they are not followed.
const MOST_HOPS: usize = 16;

/// What a reference leads to, if that is in the document.
pub(super) fn target<'schema>(root: &'schema Value, reference: &str) -> Option<&'schema Value> {
    located(root, reference).map(|(_, schema)| schema)
}

/// What a reference leads to, if that is in the document, and its pointer.
pub(super) fn located<'schema>(root: &'schema Value, reference: &str) -> Option<(String, &'schema Value)> {
    let fragment = match reference.split_once('#') {
        Some(("", fragment)) => fragment,
        Some((document, fragment)) if root.get("$id").and_then(Value::as_str) == Some(document) => fragment,
        None if root.get("$id").and_then(Value::as_str) == Some(reference) => "",
        _ => return None,
    };
    match fragment {
        "" => Some((String::new(), root)),
        pointer if pointer.starts_with('/') => {
            let pointer = if pointer.contains('%') { decoded(pointer)? } else { pointer.to_owned() };
            root.pointer(&pointer).map(|schema| (pointer, schema))
        }
        anchor => ["$defs", "definitions"].into_iter().find_map(|group| {
            let mut schemas = root.get(group)?.as_object()?.iter();
            let has_anchor = |schema: &Value| schema.get("$anchor").and_then(Value::as_str) == Some(anchor);
            let (name, schema) = schemas.find(|(_, schema)| has_anchor(schema))?;
            Some((joined(&format!("/{group}"), name), schema))
        }),
    }
}

/// The pointer of each condition (`if`), by its address.
pub(super) fn conditions(schema: &Value) -> HashMap<usize, String> {
    let mut found = HashMap::new();
    visit(schema, &mut String::new(), &mut |part, pointer| {
        if let Some(premise) = part.get("if") {
            found.insert(std::ptr::from_ref(premise).addr(), format!("{pointer}/if"));
        }
    });
    found
}

/// Removes the references that lead back to themselves without a step into the value, so that they ask for nothing, and says
/// which: `/$defs/b leads in a circle (#/$defs/a)`.
pub(super) fn cut_circular(schema: &mut Value) -> Vec<String> {
    let mut said = Vec::new();
    loop {
        let found = circular(schema);
        if found.is_empty() {
            return said;
        }
        for pointer in found {
            let part = schema.pointer_mut(&pointer).and_then(Value::as_object_mut);
            if let Some(Value::String(reference)) = part.and_then(|part| part.remove("$ref")) {
                said.push(format!("{} leads in a circle ({reference})", place(pointer)));
            }
        }
    }
}

/// A schema on the way round a circle.
struct Step<'schema> {
    schema: &'schema Value,
    /// The schemas that apply to the same value, and whether a reference leads to each.
    next: Vec<(bool, &'schema Value)>,
    /// Whether a reference leads on to the next step.
    is_reference: bool,
}

/// The pointers of schemas whose references close a circle. Other circles may be left.
fn circular(schema: &Value) -> BTreeSet<String> {
    let mut starts = Vec::new();
    visit(schema, &mut String::new(), &mut |part, pointer| {
        if part.get("$ref").is_some() {
            starts.push((part, pointer.to_owned()));
        }
    });
    let pointers: HashMap<*const Value, &String> =
        starts.iter().map(|(part, pointer)| (std::ptr::from_ref(*part), pointer)).collect();
    let step = |part| Step { schema: part, next: in_place(schema, part), is_reference: false };
    // Whether all ways from a schema are known.
    let mut is_done: HashMap<*const Value, bool> = HashMap::new();
    let mut found = BTreeSet::new();
    for (start, _) in &starts {
        if is_done.contains_key(&std::ptr::from_ref(*start)) {
            continue;
        }
        is_done.insert(*start, false);
        let mut way = vec![step(*start)];
        while let Some(last) = way.last_mut() {
            let Some((is_reference, next)) = last.next.pop() else {
                is_done.insert(last.schema, true);
                way.pop();
                continue;
            };
            last.is_reference = is_reference;
            match is_done.get(&std::ptr::from_ref(next)) {
                Some(true) => {}
                Some(false) => {
                    let from = way.iter().position(|step| std::ptr::eq(step.schema, next)).unwrap_or_default();
                    let mut circle = way.get(from..).unwrap_or_default().iter().rev();
                    let closing = circle.find(|step| step.is_reference);
                    let pointer = closing.and_then(|step| pointers.get(&std::ptr::from_ref(step.schema)));
                    found.extend(pointer.map(|pointer| (*pointer).clone()));
                }
                None => {
                    is_done.insert(next, false);
                    way.push(step(next));
                }
            }
        }
    }
    found
}

/// The schemas that apply to the same value as this one, and whether a reference leads to each.
fn in_place<'schema>(root: &'schema Value, schema: &'schema Value) -> Vec<(bool, &'schema Value)> {
    let Value::Object(members) = schema else { return Vec::new() };
    let reference = members.get("$ref").and_then(Value::as_str).and_then(|reference| target(root, reference));
    let mut found: Vec<_> = reference.into_iter().map(|schema| (true, schema)).collect();
    for keyword in IN_PLACE {
        match members.get(keyword) {
            Some(Value::Array(several)) => found.extend(several.iter().map(|one| (false, one))),
            Some(one) => found.push((false, one)),
            None => {}
        }
    }
    let dependent = members.get("dependentSchemas").and_then(Value::as_object);
    found.extend(dependent.into_iter().flatten().map(|(_, one)| (false, one)));
    found
}

/// Puts the selectors that a reference or `allOf` names beside the limits of unique items, which look for them there.
pub(super) fn join_selectors(schema: &mut Value) {
    let mut found = Vec::new();
    let root = &*schema;
    visit(root, &mut String::new(), &mut |part, pointer| {
        let has = |keyword: &str| part.get(keyword).is_some();
        if (has("maxUniqueItems") || has("minUniqueItems")) && !has("selectors") && (has("$ref") || has("allOf")) {
            found.extend(selectors(root, part, MOST_HOPS).map(|selectors| (pointer.to_owned(), selectors.clone())));
        }
    });
    for (pointer, selectors) in found {
        if let Some(part) = schema.pointer_mut(&pointer).and_then(Value::as_object_mut) {
            part.insert("selectors".to_owned(), selectors);
        }
    }
}

fn selectors<'schema>(root: &'schema Value, schema: &'schema Value, hops: usize) -> Option<&'schema Value> {
    let hops = hops.checked_sub(1)?;
    let referred = || target(root, schema.get("$ref")?.as_str()?).and_then(|other| selectors(root, other, hops));
    let joined = || schema.get("allOf")?.as_array()?.iter().find_map(|other| selectors(root, other, hops));
    schema.get("selectors").or_else(referred).or_else(joined)
}

/// Removes the references that lead nowhere and says which: `/properties/brand leads to #/$defs/none`.
pub(super) fn cut(schema: &mut Value) -> Vec<String> {
    let mut names = HashSet::new();
    visit(schema, &mut String::new(), &mut |schema, _| {
        for keyword in ["$anchor", "$id"] {
            names.extend(schema.get(keyword).and_then(Value::as_str).map(str::to_owned));
        }
    });
    let mut dangling = Vec::new();
    visit(schema, &mut String::new(), &mut |part, pointer| {
        let Some(reference) = part.get("$ref").and_then(Value::as_str) else { return };
        let (document, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let is_known = target(schema, reference).is_some()
            || (!document.is_empty() && names.contains(document))
            || (document.is_empty() && names.contains(fragment))
            || document.starts_with("https://json-schema.org/draft/");
        if !is_known {
            dangling.push((pointer.to_owned(), reference.to_owned()));
        }
    });
    for (pointer, _) in &dangling {
        if let Some(part) = schema.pointer_mut(pointer).and_then(Value::as_object_mut) {
            part.remove("$ref");
        }
    }
    dangling
        .into_iter()
        .map(|(pointer, reference)| format!("{} leads to {reference}, which is not there", place(pointer)))
        .collect()
}

/// Removes the alternatives that have none, which JSON Schema forbids, and says which: `/properties/brand has an empty anyOf`.
pub(super) fn cut_empty(schema: &mut Value) -> Vec<String> {
    let mut empty = Vec::new();
    visit(schema, &mut String::new(), &mut |part, pointer| {
        let is_empty = |keyword: &&str| part.get(keyword).and_then(Value::as_array).is_some_and(Vec::is_empty);
        let keywords = ["allOf", "anyOf", "oneOf"].into_iter().filter(is_empty);
        empty.extend(keywords.map(|keyword| (pointer.to_owned(), keyword)));
    });
    for (pointer, keyword) in &empty {
        if let Some(part) = schema.pointer_mut(pointer).and_then(Value::as_object_mut) {
            part.remove(*keyword);
        }
    }
    empty.into_iter().map(|(pointer, keyword)| format!("{} has an empty {keyword}", place(pointer))).collect()
}

fn place(pointer: String) -> String {
    if pointer.is_empty() { "/".to_owned() } else { pointer }
}

/// Calls `seen` with each schema of the document and its pointer. The document is from `serde_json`, which bounds its depth.
fn visit<'schema>(schema: &'schema Value, pointer: &mut String, seen: &mut impl FnMut(&'schema Value, &str)) {
    let Value::Object(members) = schema else { return };
    seen(schema, pointer);
    for (keyword, value) in members {
        if SCHEMAS.contains(&keyword.as_str()) {
            within(pointer, keyword, |pointer| match value {
                Value::Array(schemas) => {
                    for (at, schema) in schemas.iter().enumerate() {
                        within(pointer, &at.to_string(), |pointer| visit(schema, pointer, seen));
                    }
                }
                schema => visit(schema, pointer, seen),
            });
        } else if NAMED.contains(&keyword.as_str()) {
            for (name, schema) in value.as_object().into_iter().flatten() {
                within(pointer, keyword, |pointer| within(pointer, name, |pointer| visit(schema, pointer, seen)));
            }
        }
    }
}

fn within(pointer: &mut String, segment: &str, inner: impl FnOnce(&mut String)) {
    let length = pointer.len();
    pointer.push('/');
    pointer.push_str(&super::pointer::escaped(segment));
    inner(pointer);
    pointer.truncate(length);
}

/// A fragment without its percent-encoding.
fn decoded(fragment: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(fragment.len());
    let mut rest = fragment.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let digits = [rest.next()?, rest.next()?];
                u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).ok()
}
