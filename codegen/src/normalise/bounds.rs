//! Leaves in each schema only what determines its type. Limits are removed (they become documentation, see `facts`),
//! and so are Amazon's prose, examples and extensions. Defaults are removed because a client that sends them would
//! decide for Amazon.

use crate::walk;
use serde_json::Value;

const KEPT: [&str; 8] = ["$ref", "type", "format", "properties", "required", "items", "enum", "additionalProperties"];

/// Leaves only what determines the type.
pub fn apply(openapi: &mut Value) {
    walk::schemas_mut(openapi, &mut |schema| {
        schema.retain(|key, _| KEPT.contains(&key.as_str()));
        if schema.contains_key("enum") {
            // An enum without a type (productPricing 2022-05-01) is an enum of strings; typify requires the type.
            schema.insert("type".into(), "string".into());
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn bounds_prose_and_defaults_are_removed_and_properties_with_such_names_are_kept() {
        let mut document = json!({
            "components": {"schemas": {"A": {
                "type": "object", "description": "Prose.", "x-thing": 1,
                "properties": {"description": {"type": "string", "maxLength": 3, "pattern": "a", "default": "b"}, "title": {"enum": ["a"]}}
            }}}
        });
        apply(&mut document);
        assert_eq!(
            document["components"]["schemas"],
            json!({"A": {"type": "object", "properties": {"description": {"type": "string"}, "title": {"enum": ["a"], "type": "string"}}}})
        );
    }
}
