//! Parts of a schema that are checked by themselves.

use super::vocabulary;
use jsonschema::{Draft, Registry};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// The name of the schema among the documents that a part may refer to. Nothing is fetched by it.
const DOCUMENT: &str = "urn:spapi:schema";

/// How `jsonschema` reads Amazon's schemas: as Draft 2019-09 with formats asserted and with Amazon's vocabulary. Nothing is
/// fetched, neither the meta-schema that `$schema` names nor what a `$ref` leads to.
pub(super) fn options<'schema>() -> jsonschema::ValidationOptions<'schema> {
    vocabulary::with_keywords(jsonschema::options().offline())
        .with_draft(Draft::Draft201909)
        .should_validate_formats(true)
}

/// The rule that a text has the form of a pattern.
pub(super) fn pattern(pattern: &str) -> Option<jsonschema::Validator> {
    options().build(&json!({ "pattern": pattern })).ok()
}

/// Compiles the parts at these pointers. A part that cannot be compiled alone is left out.
pub(super) fn compile<'pointer>(
    schema: &Value,
    pointers: impl IntoIterator<Item = &'pointer str>,
) -> HashMap<&'pointer str, jsonschema::Validator> {
    let mut pointers = pointers.into_iter().peekable();
    let registry = match pointers.peek() {
        Some(_) => Registry::new().draft(Draft::Draft201909).add(DOCUMENT, schema).and_then(|added| added.prepare()),
        None => return HashMap::new(),
    };
    let Ok(registry) = registry else { return HashMap::new() };
    let options = options().with_registry(&registry);
    let part = |pointer: &'pointer str| {
        let reference = format!("{DOCUMENT}#{}", encoded(pointer));
        Some((pointer, options.build(&json!({ "$ref": reference })).ok()?))
    };
    pointers.filter_map(part).collect()
}

/// A pointer as the fragment of an address.
fn encoded(pointer: &str) -> String {
    let mut text = String::with_capacity(pointer.len());
    for byte in pointer.bytes() {
        match byte {
            b'/' | b'-' | b'.' | b'_' | b'~' | b'$' => text.push(byte.into()),
            _ if byte.is_ascii_alphanumeric() => text.push(byte.into()),
            _ => text.push_str(&format!("%{byte:02X}")),
        }
    }
    text
}

/// The parts of one schema that were needed so far.
#[derive(Default)]
pub(super) struct Parts {
    known: Mutex<HashMap<String, Option<Arc<jsonschema::Validator>>>>,
}

impl Parts {
    /// Whether the value is valid by the part of the schema at this pointer. `None` if the part cannot be checked alone.
    pub fn is_valid(&self, schema: &Value, pointer: &str, value: &Value) -> Option<bool> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(pointer).cloned();
        let rules = known.unwrap_or_else(|| {
            let rules = compile(schema, [pointer]).remove(pointer).map(Arc::new);
            let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            known.insert(pointer.to_owned(), rules.clone());
            rules
        });
        Some(rules?.is_valid(value))
    }
}
