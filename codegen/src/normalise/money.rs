//! Marks amounts that the model sends as strings, so that they become decimals like amounts sent as numbers. An amount
//! is a string called `amount`, `value`, `price` or similar in an object that also has its currency.

use crate::walk;
use serde_json::{Map, Value, json};

/// The format that marks an amount sent as a string.
pub const TEXT_AMOUNT: &str = "text-amount";

/// Marks the amounts.
pub fn apply(document: &mut Value) {
    let original = document.clone();
    walk::schemas_mut(document, &mut |schema| {
        let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) else { return };
        if !names_a_currency(&original, properties) {
            return;
        }
        for (name, property) in properties {
            if is_amount(name) && is_plain_text(walk::resolve(&original, property)) {
                *property = json!({"type": "string", "format": TEXT_AMOUNT});
            }
        }
    });
}

fn names_a_currency(document: &Value, properties: &Map<String, Value>) -> bool {
    properties.iter().any(|(name, schema)| {
        let name = name.to_ascii_lowercase();
        name.contains("currency")
            && !is_amount(&name)
            && walk::resolve(document, schema).get("type") == Some(&json!("string"))
    })
}

fn is_amount(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    matches!(name.as_str(), "value" | "price") || name.ends_with("amount")
}

fn is_plain_text(schema: &Value) -> bool {
    schema.get("type") == Some(&json!("string")) && schema.get("enum").is_none() && schema.get("format").is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_or_number_beside_a_currency_is_an_amount() {
        let money = |name: &str| json!({"properties": {name: {"$ref": "#/definitions/Decimal"}, "currencyCode": {"type": "string"}}});
        let mut document = json!({"definitions": {
            "Decimal": {"type": "string"},
            "Money": money("Amount"), "Value": money("value"),
            "Weight": {"properties": {"amount": {"type": "string"}, "unit": {"type": "string"}}}
        }});
        apply(&mut document);
        let marked = json!({"type": "string", "format": TEXT_AMOUNT});
        assert_eq!(document["definitions"]["Money"]["properties"]["Amount"], marked);
        assert_eq!(document["definitions"]["Value"]["properties"]["value"], marked);
        assert_eq!(document["definitions"]["Weight"]["properties"]["amount"], json!({"type": "string"}));
    }
}
