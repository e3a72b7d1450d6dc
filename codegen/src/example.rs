//! Makes an example value that a model allows when the plain value of its kind (`"text"`, `1`) is not allowed, and says
//! whether an example of `models/docs` is.

use crate::normalise::money::TEXT_AMOUNT;
use crate::walk;
use regex_syntax::hir::{Class, Hir, HirKind, Look};
use serde_json::{Map, Value};

/// What the example of a property must satisfy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Example {
    /// The minimum number of elements of a list.
    pub min_items: usize,
    /// The value, or the value of each element, as JSON. Empty if any value of the kind is allowed.
    pub json: String,
}

/// The text that stands for the value of a property, such as `<sellerSku>`. The program writes it where it fits.
fn placeholder(name: &str) -> String {
    format!("<{name}>")
}

/// The example of the property of this name.
pub fn of(document: &Value, name: &str, schema: &Value) -> Example {
    let schema = merged(document, schema);
    let Some(items) = schema.get("items") else { return Example { min_items: 0, json: json(name, &schema) } };
    let min_items = schema.get("minItems").and_then(Value::as_u64).and_then(|least| usize::try_from(least).ok());
    Example { min_items: min_items.unwrap_or_default(), json: json(name, &merged(document, items)) }
}

/// Whether a value, or an element of a list, is within the limits of a schema.
pub fn fits(document: &Value, schema: &Value, value: &Value) -> bool {
    let mut schema = merged(document, schema);
    if let Some(items) = schema.get("items") {
        schema = merged(document, items);
    }
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        return values.contains(value);
    }
    let bound = |key: &str| schema.get(key).and_then(Value::as_f64);
    let is_within = |size: f64, [least, most]: [&str; 2]| {
        bound(least).is_none_or(|least| size >= least) && bound(most).is_none_or(|most| size <= most)
    };
    match (schema.get("type").and_then(Value::as_str), value) {
        (Some("string"), Value::String(text)) => {
            let pattern = schema.get("pattern").and_then(Value::as_str).map(regex::Regex::new);
            // A pattern with constructs of another dialect says nothing here.
            let matches = pattern.and_then(Result::ok).is_none_or(|pattern| pattern.is_match(text));
            matches && is_within(text.chars().count() as f64, ["minLength", "maxLength"])
        }
        (Some("integer"), Value::Number(number)) => {
            number.as_i64().is_some_and(|number| is_within(number as f64, ["minimum", "maximum"]))
        }
        (Some("number"), Value::Number(number)) => {
            number.as_f64().is_some_and(|number| is_within(number, ["minimum", "maximum"]))
        }
        (Some("boolean"), Value::Bool(_)) => true,
        _ => false,
    }
}

/// The description of a schema, or of the definition that it refers to.
pub fn description(document: &Value, schema: &Value) -> Option<String> {
    let text = merged(document, schema).get("description")?.as_str()?.trim().to_owned();
    (!text.is_empty()).then_some(text)
}

/// The schema's own members, and below them those of the definition that it refers to.
fn merged(document: &Value, schema: &Value) -> Map<String, Value> {
    let mut merged = walk::resolve(document, schema).as_object().cloned().unwrap_or_default();
    for (key, value) in schema.as_object().into_iter().flatten().filter(|(key, _)| *key != "$ref") {
        merged.insert(key.clone(), value.clone());
    }
    merged
}

fn json(name: &str, schema: &Map<String, Value>) -> String {
    if schema.contains_key("enum") {
        return String::new();
    }
    match schema.get("type").and_then(Value::as_str) {
        Some("string") => text(name, schema).map(|text| Value::from(text).to_string()).unwrap_or_default(),
        Some("integer" | "number") => number(schema).unwrap_or_default(),
        _ => String::new(),
    }
}

fn text(name: &str, schema: &Map<String, Value>) -> Option<String> {
    let length = |key: &str| schema.get(key).and_then(Value::as_u64).and_then(|length| usize::try_from(length).ok());
    let (least, most) = (length("minLength").unwrap_or(0), length("maxLength").unwrap_or(usize::MAX));
    if let Some(pattern) = schema.get("pattern").and_then(Value::as_str) {
        return matching(pattern, least, most);
    }
    match schema.get("format").and_then(Value::as_str) {
        Some("date-time" | "dateTime") => return None,
        Some("date") => return Some("2026-01-01".into()),
        Some("byte") => return Some("dGV4dA==".into()),
        Some("ip") => return Some("192.0.2.1".into()),
        Some(TEXT_AMOUNT) => return Some("10.00".into()),
        _ => {}
    }
    let fits = |text: &str| (least..=most).contains(&text.chars().count());
    let length = name.chars().count().max(least).min(most).min(LONGEST);
    (!fits(&placeholder(name))).then(|| name.chars().cycle().take(length).collect())
}

/// The longest text that is written out.
const LONGEST: usize = 1000;

fn number(schema: &Map<String, Value>) -> Option<String> {
    let bound = |key: &str| schema.get(key).and_then(Value::as_f64);
    let (least, most) = (bound("minimum").unwrap_or(f64::MIN), bound("maximum").unwrap_or(f64::MAX));
    let step = bound("multipleOf").filter(|step| *step > 0.0);
    let wanted = 1.0_f64.max(least).min(most);
    let wanted = step.map_or(wanted, |step| (wanted / step).ceil() * step);
    (wanted != 1.0).then(|| wanted.to_string())
}

/// A text that matches a pattern and has an allowed length.
fn matching(pattern: &str, least: usize, most: usize) -> Option<String> {
    let pattern = regex_syntax::parse(pattern).ok()?;
    let fits = |text: &String| (least..=most).contains(&text.chars().count());
    (1..=least.clamp(1, LONGEST)).filter_map(|times| written(&pattern, times)).find(fits)
}

/// The pattern as a text. An unlimited repetition is written `times` times.
fn written(pattern: &Hir, times: usize) -> Option<String> {
    match pattern.kind() {
        HirKind::Empty | HirKind::Look(Look::Start | Look::End) => Some(String::new()),
        HirKind::Look(_) => None,
        HirKind::Literal(literal) => String::from_utf8(literal.0.to_vec()).ok(),
        HirKind::Class(Class::Unicode(class)) => {
            let has = |wanted: char| class.ranges().iter().any(|range| (range.start()..=range.end()).contains(&wanted));
            let first = || class.ranges().first().map(|range| range.start());
            Some(['A', 'a', '1'].into_iter().find(|wanted| has(*wanted)).or_else(first)?.to_string())
        }
        HirKind::Class(Class::Bytes(_)) => None,
        HirKind::Repetition(repeated) => {
            let least = usize::try_from(repeated.min).ok()?;
            let most = repeated.max.map_or(usize::MAX, |most| most as usize);
            let times = times.clamp(least, most);
            let one = written(&repeated.sub, 1)?;
            (one.len().saturating_mul(times) <= LONGEST).then(|| one.repeat(times))
        }
        HirKind::Capture(group) => written(&group.sub, times),
        HirKind::Concat(parts) => parts.iter().map(|part| written(part, times)).collect(),
        HirKind::Alternation(choices) => choices.iter().find_map(|choice| written(choice, times)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn example(schema: Value) -> String {
        of(&json!({"definitions": {"Code": {"type": "string", "minLength": 2, "maxLength": 2}}}), "sku", &schema).json
    }

    #[test]
    fn a_schema_without_constraints_has_no_example() {
        for schema in [
            json!({"type": "string"}),
            json!({"type": "string", "minLength": 1, "maxLength": 40}),
            json!({"type": "string", "format": "date-time"}),
            json!({"type": "string", "enum": ["A"], "maxLength": 1}),
            json!({"type": "integer", "minimum": 1, "maximum": 100}),
            json!({"type": "boolean"}),
            json!({"type": "object"}),
        ] {
            assert_eq!(example(schema.clone()), "", "{schema}");
        }
    }

    #[test]
    fn examples_keep_to_lengths_bounds_and_formats() {
        assert_eq!(example(json!({"$ref": "#/definitions/Code"})), "\"sk\"");
        assert_eq!(example(json!({"type": "array", "items": {"$ref": "#/definitions/Code"}})), "\"sk\"");
        assert_eq!(example(json!({"type": "string", "minLength": 7})), "\"skuskus\"");
        assert_eq!(example(json!({"type": "string", "format": "date"})), "\"2026-01-01\"");
        assert_eq!(example(json!({"type": "integer", "minimum": 25, "maximum": 100})), "25");
        assert_eq!(example(json!({"type": "number", "maximum": 0.5})), "0.5");
        assert_eq!(example(json!({"type": "integer", "minimum": 1, "multipleOf": 5})), "5");
        let list = json!({"type": "array", "minItems": 4, "items": {"type": "string"}});
        assert_eq!(of(&json!({}), "skus", &list), Example { min_items: 4, json: String::new() });
    }

    #[test]
    fn a_value_fits_if_it_is_within_the_limits() {
        let document = json!({"definitions": {"Code": {"type": "string", "minLength": 2, "maxLength": 2}}});
        for (schema, value, is_within) in [
            (json!({"$ref": "#/definitions/Code"}), json!("ab"), true),
            (json!({"$ref": "#/definitions/Code"}), json!("abc"), false),
            (json!({"type": "array", "items": {"$ref": "#/definitions/Code"}}), json!("ab"), true),
            (json!({"type": "string", "enum": ["A"]}), json!("A"), true),
            (json!({"type": "string", "enum": ["A"]}), json!("B"), false),
            (json!({"type": "string", "pattern": "^[0-9]+$"}), json!("12"), true),
            (json!({"type": "string", "pattern": "^[0-9]+$"}), json!("x"), false),
            (json!({"type": "integer", "minimum": 1}), json!(1), true),
            (json!({"type": "integer", "minimum": 1}), json!(0), false),
            (json!({"type": "integer"}), json!("1"), false),
            (json!({"type": "number"}), json!(1.5), true),
            (json!({"type": "boolean"}), json!(true), true),
            (json!({"type": "object"}), json!({}), false),
        ] {
            assert_eq!(fits(&document, &schema, &value), is_within, "{value} of {schema}");
        }
    }

    #[test]
    fn an_example_matches_the_pattern_in_the_allowed_length() {
        let of = |pattern: &str| matching(pattern, 0, usize::MAX);
        assert_eq!(of("^[A-Z]{2}$").as_deref(), Some("AA"));
        assert_eq!(of("^[1-9](\\.[1-9])?$").as_deref(), Some("1.1"));
        assert_eq!(of("^(UN|ID|NA)[0-9]{4}$").as_deref(), Some("UN1111"));
        assert_eq!(of("^arn:aws:sqs:\\S+:\\S+:\\S+").as_deref(), Some("arn:aws:sqs:A:A:A"));
        assert_eq!(of("^[A-Za-z0-9\\\\+/]{22}={2}$").as_deref(), Some("AAAAAAAAAAAAAAAAAAAAAA=="));
        assert_eq!(matching("^[a-zA-Z0-9-]*$", 3, 5).as_deref(), Some("AAA"));
        assert_eq!(matching("^[A-Z]{2}$", 3, 5), None);
        // A pattern with other constructs has no example.
        assert_eq!(of("(?=x)"), None);
        assert_eq!(of("^\\bx$"), None);
        assert_eq!(of("a{100000}"), None);
    }
}
