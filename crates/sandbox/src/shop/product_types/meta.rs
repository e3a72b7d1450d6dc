//! The meta-schema: what the keywords of the definitions mean.

use serde_json::{Value, json};

/// The name of Amazon's meta-schema, which every definition has as its `$schema`.
pub(crate) const META_SCHEMA: &str =
    "https://schemas.amazon.com/selling-partners/definitions/product-types/meta-schema/v1";

/// The name of Amazon's vocabulary.
const VOCABULARY: &str = "https://schemas.amazon.com/selling-partners/definitions/product-types/vocabulary/v1";

/// The meta-schema.
pub(crate) fn meta_schema() -> Value {
    let draft = "https://json-schema.org/draft/2019-09";
    let vocabulary = |name: &str, is_needed: bool| (format!("{draft}/vocab/{name}"), Value::from(is_needed));
    let mut vocabularies: serde_json::Map<String, Value> = ["core", "applicator", "validation"]
        .map(|name| vocabulary(name, true))
        .into_iter()
        .chain(["meta-data", "format", "content"].map(|name| vocabulary(name, false)))
        .collect();
    vocabularies.insert(VOCABULARY.to_owned(), true.into());
    let count = |about: &str| json!({ "type": "integer", "minimum": 0, "description": about });
    let flag = |about: &str| json!({ "type": "boolean", "description": about });
    let pointers = json!({ "type": "array", "items": { "type": "string" } });
    json!({
        "$schema": format!("{draft}/schema"),
        "$id": META_SCHEMA,
        "$vocabulary": vocabularies,
        "$recursiveAnchor": true,
        "title": "Keywords of product types, in the sandbox's words",
        "allOf": [{ "$ref": format!("{draft}/schema") }],
        "type": ["object", "boolean"],
        "properties": {
            "editable": flag("False: a listing keeps the value that it was created with."),
            "hidden": flag("True: a form does not show it."),
            "enumNames": {
                "type": "array",
                "items": { "type": ["string", "boolean", "number", "null"] },
                "description": "A label for each value of enum, in the same order.",
            },
            "selectors": {
                "type": "array",
                "items": { "type": "string" },
                "description": "The members whose values, together, tell the entries of a list apart.",
            },
            "minUniqueItems": count("How many entries with different selectors a list holds at least."),
            "maxUniqueItems": count("How many entries with the same selectors a list holds at most."),
            "minUtf8ByteLength": count("How many bytes of UTF-8 a text has at least."),
            "maxUtf8ByteLength": count("How many bytes of UTF-8 a text has at most."),
            "$lifecycle": {
                "type": "object",
                "description": "What is about to change.",
                "properties": {
                    "enumDeprecated": { "type": "array", "description": "Values of enum that will be removed." },
                    "replaces": pointers.clone(),
                    "replacedBy": pointers,
                },
            },
        },
    })
}
