//! The schema of a payload: what Amazon's schema, its examples and the row say together.
//!
//! Amazon's schemas require what its own examples lack, refer to nothing, and have lists without elements. Here nothing
//! is required, a member of an example is a member, and the row has the last word.

use super::Row;
use anyhow::{Context, Result, bail, ensure};
use serde_json::{Map, Value, json};

/// How deep a schema may be nested, with what it refers to.
const DEEPEST: usize = 32;

/// A mark of a member that holds a secret.
pub const SECRET: &str = "x-secret";

/// Whether a row may speak of members that its schema does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Places {
    /// It may not, since it was written for this schema.
    AreThere,
    /// It may, since the schema is of another time.
    MayBeMissing,
}

/// The schema of a row's payload without its wrapper; only objects, lists, scalars and enums are left.
pub fn payload(row: &Row, document: Option<&Value>) -> Result<Value> {
    let mut payload = json!({"type": "object", "properties": {}});
    if let Some(document) = document {
        let envelope = envelope(document);
        if let Some(schema) = member(envelope.get("properties"), "Payload") {
            payload = reduced(document, schema, 0)?;
        }
        for example in list(document.get("examples")) {
            if let Some(value) = member(Some(example), "Payload") {
                learn(&mut payload, value);
            }
        }
    }
    payload = without_wrapper(payload);
    for (place, kind) in &row.members {
        let schema = member_schema(kind).with_context(|| format!("the member {place}"))?;
        put(&mut payload, place, schema).with_context(|| format!("the member {place}"))?;
    }
    settle(&mut payload, "");
    Ok(payload)
}

/// The schema of the envelope: the whole document, or the definition that it refers to.
fn envelope(document: &Value) -> &Value {
    // One schema writes `#ref`.
    let reference = document.get("$ref").or_else(|| document.get("#ref")).and_then(Value::as_str);
    reference.and_then(|reference| resolve(document, reference)).unwrap_or(document)
}

fn resolve<'a>(document: &'a Value, reference: &str) -> Option<&'a Value> {
    document.pointer(reference.strip_prefix('#')?)
}

fn list(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// The member of that name, in any case.
fn member<'a>(object: Option<&'a Value>, name: &str) -> Option<&'a Value> {
    object?.as_object()?.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

/// The schema with what it refers to written out, and only what decides the type.
fn reduced(document: &Value, schema: &Value, depth: usize) -> Result<Value> {
    ensure!(depth <= DEEPEST, "the schema is nested more than {DEEPEST} deep, or refers to itself");
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        return match resolve(document, reference) {
            Some(target) => reduced(document, target, depth + 1),
            None => Ok(json!({})),
        };
    }
    let kind = match schema.get("type") {
        Some(Value::String(kind)) => kind.as_str(),
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null").unwrap_or(""),
        _ if schema.get("properties").is_some() => "object",
        _ if schema.get("items").is_some() => "array",
        _ if schema.get("enum").is_some() => "string",
        _ => "",
    };
    match kind {
        "object" => {
            let mut properties = Map::new();
            for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
                properties.insert(name.clone(), reduced(document, property, depth + 1)?);
            }
            Ok(json!({"type": "object", "properties": properties}))
        }
        "array" => {
            let mut items = json!({});
            let choices: Vec<&Value> = match schema.get("items") {
                Some(Value::Array(choices)) => choices.iter().collect(),
                Some(one) => match one.get("anyOf").or_else(|| one.get("oneOf")) {
                    Some(choices) => list(Some(choices)).iter().collect(),
                    None => vec![one],
                },
                None => Vec::new(),
            };
            for choice in choices {
                let choice = reduced(document, choice, depth + 1)?;
                add(&mut items, choice);
            }
            let mut list_schema = json!({"type": "array", "items": items});
            if schema.get("items").is_none() {
                list(schema.get("examples")).iter().for_each(|example| learn(&mut list_schema, example));
            }
            Ok(list_schema)
        }
        "" => Ok(json!({})),
        scalar => {
            let mut found = json!({"type": scalar});
            for key in ["enum", "format"] {
                if let Some(value) = schema.get(key) {
                    found[key] = value.clone();
                }
            }
            Ok(found)
        }
    }
}

/// Adds what another schema of the same value says.
fn add(schema: &mut Value, other: Value) {
    if schema.get("type").is_none() {
        *schema = other;
    } else if let (Some(known), Some(others)) = (properties(schema), other.get("properties").and_then(Value::as_object))
    {
        for (name, other) in others {
            match known.get_mut(name) {
                Some(known) => add(known, other.clone()),
                None => _ = known.insert(name.clone(), other.clone()),
            }
        }
    } else if let (Some(items), Some(others)) = (schema.get_mut("items"), other.get("items")) {
        add(items, others.clone());
    }
}

fn properties(schema: &mut Value) -> Option<&mut Map<String, Value>> {
    schema.get_mut("properties")?.as_object_mut()
}

/// Adds what an example has and the schema lacks.
fn learn(schema: &mut Value, value: &Value) {
    match (schema.get("type").and_then(Value::as_str).unwrap_or_default(), value) {
        (_, Value::Null) => {}
        ("", value) => *schema = inferred(value),
        ("object", Value::Object(members)) => {
            let Some(known) = properties(schema) else { return };
            for (name, value) in members {
                match known.get_mut(name) {
                    Some(known) => learn(known, value),
                    None => _ = known.insert(name.clone(), inferred(value)),
                }
            }
        }
        ("array", Value::Array(elements)) => {
            if let Some(items) = schema.get_mut("items") {
                elements.iter().for_each(|element| learn(items, element));
            }
        }
        ("integer", Value::Number(number)) if number.is_f64() => schema["type"] = "number".into(),
        _ => {}
    }
}

fn inferred(value: &Value) -> Value {
    match value {
        Value::Null => json!({}),
        Value::Bool(_) => json!({"type": "boolean"}),
        Value::Number(number) if number.is_f64() => json!({"type": "number"}),
        Value::Number(_) => json!({"type": "integer"}),
        Value::String(_) => json!({"type": "string"}),
        Value::Array(elements) => {
            let mut items = json!({});
            elements.iter().for_each(|element| learn(&mut items, element));
            json!({"type": "array", "items": items})
        }
        Value::Object(members) => {
            let members: Map<_, _> = members.iter().map(|(name, value)| (name.clone(), inferred(value))).collect();
            json!({"type": "object", "properties": members})
        }
    }
}

/// The object within the wrapper of a payload, such as `OrderChangeNotification`.
fn without_wrapper(payload: Value) -> Value {
    let wrapped = payload.get("properties").and_then(Value::as_object).and_then(|members| {
        let mut wrappers = members.iter().filter(|(name, schema)| {
            name.to_ascii_lowercase().ends_with("notification") && schema.get("properties").is_some()
        });
        let (_, only) = wrappers.next()?;
        wrappers.next().is_none().then(|| only.clone())
    });
    wrapped.unwrap_or(payload)
}

fn member_schema(kind: &toml::Value) -> Result<Value> {
    if let Some(values) = kind.as_array() {
        let values: Option<Vec<_>> = values.iter().map(toml::Value::as_str).collect();
        let values = values.filter(|values| !values.is_empty()).context("a list has the known values of a text")?;
        return Ok(json!({"type": "string", "enum": values}));
    }
    Ok(match kind.as_str().unwrap_or_default() {
        "text" => json!({"type": "string"}),
        "integer" => json!({"type": "integer"}),
        "decimal" => json!({"type": "number"}),
        "boolean" => json!({"type": "boolean"}),
        "date-time" => json!({"type": "string", "format": "date-time"}),
        "secret" => json!({"type": "string", SECRET: true}),
        _ => bail!("its kind is text, integer, decimal, boolean, date-time, secret or a list of values"),
    })
}

/// The schema at a place such as `Offers[].IsBuyBoxWinner`.
fn find<'a>(schema: &'a mut Value, place: &str) -> Option<&'a mut Value> {
    place.split('.').try_fold(schema, |schema, step| {
        let (name, is_list) = step.strip_suffix("[]").map_or((step, false), |name| (name, true));
        let found = properties(schema)?.get_mut(name)?;
        if is_list { found.get_mut("items") } else { Some(found) }
    })
}

/// Whether a place such as `Summary.MarketplaceId` or `events[0].accountId` is a member of a payload.
pub fn has(payload: &mut Value, place: &str) -> bool {
    find(payload, &place.replace("[0]", "[]")).is_some()
}

/// Puts a schema at a place, with the objects on the way to it.
fn put(payload: &mut Value, place: &str, schema: Value) -> Result<()> {
    let mut at = payload;
    for step in place.split('.') {
        let (name, is_list) = step.strip_suffix("[]").map_or((step, false), |name| (name, true));
        ensure!(!name.is_empty(), "a place is written `A.b` or `A[].b`");
        let fresh = if is_list { json!({"type": "array", "items": {}}) } else { json!({}) };
        if at.get("type").is_none() {
            *at = json!({"type": "object", "properties": {}});
        }
        let known = properties(at).with_context(|| format!("what holds {step} is no object"))?;
        let found = known.entry(name).or_insert(fresh);
        at = if is_list { found.get_mut("items").with_context(|| format!("{name} is no list"))? } else { found };
    }
    *at = schema;
    Ok(())
}

/// Gives dates and amounts their kinds, and what has none a text.
fn settle(schema: &mut Value, name: &str) {
    match schema.get("type").and_then(Value::as_str).unwrap_or_default() {
        "object" => {
            let Some(members) = properties(schema) else { return };
            let is_money = members.keys().any(|name| name.to_ascii_lowercase().contains("currencycode"));
            for (name, member) in members {
                if is_money && name.to_ascii_lowercase().ends_with("amount") && member["type"] == "integer" {
                    member["type"] = "number".into();
                }
                settle(member, name);
            }
        }
        "array" => settle(&mut schema["items"], ""),
        "string" if is_date(schema, name) => schema["format"] = "date-time".into(),
        "" => *schema = json!({"type": "string"}),
        _ => {}
    }
}

/// Whether a text without a rule of its own is named as a date.
fn is_date(schema: &Value, name: &str) -> bool {
    let is_named_so = ["Time", "Date", "At"].iter().any(|ending| name.ends_with(ending)) || name.contains("TimeOf");
    let is_named_so = is_named_so || name.starts_with("timeOf");
    is_named_so && schema.get("enum").is_none() && schema.get("format").is_none()
}
