//! Keeps only the formats that determine the type: `date-time` for each date, none for others. typify would turn
//! `float` into f32 (17.31 becomes 17.309999), `int32` into a type too small for larger numbers, and `ip` into one that
//! refuses a host name.

use super::money::TEXT_AMOUNT;
use crate::walk;
use serde_json::Value;

/// Normalises the formats.
pub fn apply(document: &mut Value) {
    walk::schemas_mut(document, &mut |schema| {
        let format = schema.remove("format");
        let format = format.as_ref().and_then(Value::as_str).unwrap_or_default();
        match schema.get("type").and_then(Value::as_str) {
            Some("string") if matches!(format, "date-time" | "dateTime" | "date") => {
                schema.insert("format".into(), "date-time".into());
            }
            Some("string") if format == TEXT_AMOUNT => {
                schema.insert("format".into(), TEXT_AMOUNT.into());
            }
            Some("number") if format.starts_with("int") => {
                schema.insert("type".into(), "integer".into());
            }
            _ => {}
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn each_published_format_is_handled() {
        let of = |kind: &str, format: &str| {
            let mut document = json!({"definitions": {"A": {"type": kind, "format": format}}});
            apply(&mut document);
            document["definitions"]["A"].clone()
        };
        for date in ["date-time", "dateTime", "date"] {
            assert_eq!(of("string", date), json!({"type": "string", "format": "date-time"}));
        }
        assert_eq!(of("number", "float"), json!({"type": "number"}));
        assert_eq!(of("number", "int64"), json!({"type": "integer"}));
        assert_eq!(of("integer", "int32"), json!({"type": "integer"}));
        assert_eq!(of("string", TEXT_AMOUNT), json!({"type": "string", "format": TEXT_AMOUNT}));
        assert_eq!(of("string", "ip"), json!({"type": "string"}));
        assert_eq!(of("string", "[A-Z]{2}"), json!({"type": "string"}));
    }
}
