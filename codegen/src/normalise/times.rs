//! Makes dates of query parameters that Amazon declares as plain text. Their names say that they are dates, and their
//! servers take the same forms as for the declared ones.

use crate::walk;
use serde_json::{Map, Value};

/// The endings of the names of dates and times.
const ENDINGS: [&str; 6] = ["After", "Before", "Date", "Time", "Since", "Until"];

/// Gives dates their format.
pub fn apply(document: &mut Value) {
    walk::operations_mut(document, |_, _, operation| {
        let parameters = operation.get_mut("parameters").and_then(Value::as_array_mut);
        for parameter in parameters.into_iter().flatten().filter_map(Value::as_object_mut) {
            if is_date(parameter) {
                parameter.insert("format".into(), "date-time".into());
            }
        }
    });
}

/// Whether it is a text without a rule of its own, and named as a date.
fn is_date(parameter: &Map<String, Value>) -> bool {
    let text = |key: &str| parameter.get(key).and_then(Value::as_str).unwrap_or_default();
    let has_rule = ["format", "enum", "pattern"].iter().any(|key| parameter.contains_key(*key));
    let is_named_so = ENDINGS.iter().any(|ending| text("name").ends_with(ending));
    text("in") == "query" && text("type") == "string" && !has_rule && is_named_so
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_text_named_as_a_date_becomes_a_date_unless_it_has_a_rule_of_its_own() {
        let format_of = |parameter: Value| {
            let mut document = json!({"paths": {"/a": {"get": {"parameters": [parameter]}}}});
            apply(&mut document);
            document["paths"]["/a"]["get"]["parameters"][0]["format"].clone()
        };
        for name in ["CreatedAfter", "lastUpdatedBefore", "scheduleStartDate", "startTime", "createdSince"] {
            assert_eq!(format_of(json!({"name": name, "in": "query", "type": "string"})), "date-time", "{name}");
        }
        for other in [
            json!({"name": "interval", "in": "query", "type": "string"}),
            json!({"name": "sort", "in": "query", "type": "string"}),
            json!({"name": "granularityTimeZone", "in": "query", "type": "string"}),
            json!({"name": "createdAfter", "in": "path", "type": "string"}),
            json!({"name": "leadTime", "in": "query", "type": "integer"}),
            json!({"name": "deliveryTime", "in": "query", "type": "string", "enum": ["A"]}),
            json!({"name": "startTime", "in": "query", "type": "string", "pattern": "^[0-9]+$"}),
        ] {
            assert_eq!(format_of(other.clone()), Value::Null, "{other}");
        }
    }
}
