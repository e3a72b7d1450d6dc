//! Writes limits as documentation. typify would make a type for each limited text (998 of them); these types would
//! refuse responses and burden callers. Amazon checks what it receives, and readers want to know the limits.

use super::escape::code;
use super::walk;
use serde_json::{Map, Value};

/// The limits and the format of a schema, in words: `1 to 50 characters; pattern ...`. Empty if it has none.
pub fn of(document: &Value, schema: &Value) -> String {
    let mut words = Vec::new();
    let own = schema.as_object();
    let target = walk::resolve(document, schema).as_object();
    for schema in own.into_iter().chain(target.filter(|target| own != Some(target))) {
        collect(schema, "", &mut words);
        if let Some(items) = schema.get("items").and_then(|items| walk::resolve(document, items).as_object()) {
            collect(items, "each ", &mut words);
        }
    }
    words.join("; ")
}

fn collect(schema: &Map<String, Value>, each: &str, words: &mut Vec<String>) {
    let whole = |key: &str| schema.get(key).and_then(Value::as_f64);
    let mut range = |low: Option<f64>, high: Option<f64>, unit: &str| {
        let text = match (low, high) {
            (Some(low), Some(high)) if low == high => format!("{each}exactly {low}{unit}"),
            (Some(low), Some(high)) => format!("{each}{low} to {high}{unit}"),
            (Some(low), None) if low != 0.0 || unit.is_empty() => format!("{each}at least {low}{unit}"),
            (None, Some(high)) => format!("{each}at most {high}{unit}"),
            _ => return,
        };
        if !words.contains(&text) {
            words.push(text);
        }
    };
    range(whole("minLength"), whole("maxLength"), " characters");
    range(whole("minimum"), whole("maximum"), "");
    range(whole("minItems"), whole("maxItems"), " items");
    if let Some(pattern) = schema.get("pattern").and_then(Value::as_str) {
        words.push(format!("{each}pattern {}", code(pattern)));
    }
    if let Some(step) = schema.get("multipleOf") {
        words.push(format!("{each}a multiple of {step}"));
    }
    if schema.get("uniqueItems").and_then(Value::as_bool) == Some(true) {
        words.push("no two alike".to_owned());
    }
    match schema.get("format").and_then(Value::as_str) {
        Some("date-time" | "dateTime") => words.push(format!("{each}date and time")),
        Some("date") => words.push(format!("{each}date")),
        Some("byte") => words.push(format!("{each}base64")),
        _ => {}
    }
    match schema.get("default") {
        Some(Value::String(text)) => words.push(format!("{each}by default {}", code(text))),
        Some(default @ (Value::Number(_) | Value::Bool(_))) => words.push(format!("{each}by default {default}")),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn limits_become_words_and_references_are_followed() {
        let document = json!({"definitions": {"Sku": {"type": "string", "minLength": 1, "maxLength": 40}}});
        let of = |schema| super::of(&document, &schema);
        assert_eq!(of(json!({"$ref": "#/definitions/Sku"})), "1 to 40 characters");
        assert_eq!(
            of(json!({"type": "array", "maxItems": 20, "items": {"$ref": "#/definitions/Sku"}})),
            "at most 20 items; each 1 to 40 characters"
        );
        assert_eq!(of(json!({"type": "string", "pattern": "^[A-Z]{2}$", "minLength": 0})), "pattern `^[A-Z]{2}$`");
        assert_eq!(of(json!({"type": "integer", "minimum": 0, "maximum": 100})), "0 to 100");
        assert_eq!(of(json!({"type": "integer", "default": 10, "multipleOf": 5})), "a multiple of 5; by default 10");
        let list = json!({"type": "array", "uniqueItems": true, "items": {"type": "string", "default": "ALL"}});
        assert_eq!(of(list), "no two alike; each by default `ALL`");
        assert_eq!(of(json!({"type": "string"})), "");
    }
}
