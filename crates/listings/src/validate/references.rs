//! The references of a schema (`$ref`), followed inside of the document.

use serde_json::Value;
use std::collections::HashSet;

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

/// What a reference leads to, if that is in the document.
pub(super) fn target<'schema>(root: &'schema Value, reference: &str) -> Option<&'schema Value> {
    let fragment = match reference.split_once('#') {
        Some(("", fragment)) => fragment,
        Some((document, fragment)) if root.get("$id").and_then(Value::as_str) == Some(document) => fragment,
        None if root.get("$id").and_then(Value::as_str) == Some(reference) => "",
        _ => return None,
    };
    match fragment {
        "" => Some(root),
        pointer if pointer.starts_with('/') => match pointer.contains('%') {
            true => root.pointer(&decoded(pointer)?),
            false => root.pointer(pointer),
        },
        _ => None,
    }
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
