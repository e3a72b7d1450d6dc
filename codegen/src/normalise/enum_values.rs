//! Replaces the values of enums with plain ones for typify and keeps the originals: typify refuses two values with the
//! same Rust name, such as `EACH` and `Each`, although they are different values.

use crate::naming;
use crate::walk;
use serde_json::Value;
use std::collections::{BTreeMap, HashSet};

/// Takes the values from a document whose enums are all definitions; returns them by the type's name.
pub fn take(openapi: &mut Value) -> BTreeMap<String, Vec<String>> {
    let mut taken = BTreeMap::new();
    for (name, schema) in walk::definitions_mut(openapi).into_iter().flatten() {
        let Some(values) = schema.get_mut("enum").and_then(Value::as_array_mut) else { continue };
        let mut seen = HashSet::new();
        let texts = values.iter().map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
        let texts: Vec<String> = texts.filter(|text| seen.insert(text.clone())).collect();
        *values = (0..texts.len()).map(|number| format!("value{number}").into()).collect();
        taken.insert(naming::type_name(name), texts);
    }
    taken
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_taken_out_once_each() {
        let mut openapi =
            json!({"components": {"schemas": {"unit": {"type": "string", "enum": ["EACH", "Each", "EACH", ""]}}}});
        let taken = take(&mut openapi);
        assert_eq!(taken["Unit"], ["EACH", "Each", ""]);
        assert_eq!(openapi["components"]["schemas"]["unit"]["enum"], json!(["value0", "value1", "value2"]));
    }
}
