//! The usual values of texts: those that the model lists for the same name elsewhere. A filter is often declared as plain
//! text, while the field that it filters by is an enum.

use crate::metadata::enum_values;
use crate::walk;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The enums of a model by name, in lower case.
#[derive(Debug, Default)]
pub struct Usual(BTreeMap<String, Vec<String>>);

impl Usual {
    /// Collects the enums of a document: those of definitions and of properties. Of a name with several enums nothing is
    /// known.
    pub fn read(document: &Value) -> Self {
        let mut found = BTreeMap::new();
        for (name, schema) in walk::definitions(document).into_iter().flatten() {
            add(&mut found, name, schema);
            let mut schema = schema.clone();
            walk::schemas_below_mut(&mut schema, &mut |schema: &mut Map<String, Value>| {
                for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
                    add(&mut found, name, walk::resolve(document, property));
                }
            });
        }
        Self(found.into_iter().filter_map(|(name, values)| Some((name, values?))).collect())
    }

    /// The values for a name, or for its singular. Empty if none are known.
    pub fn of(&self, name: &str) -> &[String] {
        let name = name.to_ascii_lowercase();
        let singulars = ["s", "es"].into_iter().filter_map(|ending| name.strip_suffix(ending));
        let known = std::iter::once(name.as_str()).chain(singulars).find_map(|name| self.0.get(name));
        known.map_or(&[], Vec::as_slice)
    }
}

/// Adds an enum by its name; `None` if the name has several.
fn add(found: &mut BTreeMap<String, Option<Vec<String>>>, name: &str, schema: &Value) {
    let mut values = enum_values(schema);
    if values.is_empty() {
        return;
    }
    values.sort_unstable();
    let known = found.entry(name.to_ascii_lowercase()).or_insert_with(|| Some(values.clone()));
    if known.as_ref() != Some(&values) {
        *known = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_found_by_name_or_singular_and_not_where_a_name_has_several_enums() {
        let text = |values: &[&str]| json!({"type": "string", "enum": values});
        let usual = Usual::read(&json!({"definitions": {
            "OrderStatus": text(&["Shipped", "Pending"]),
            "Order": {"properties": {
                "OrderStatus": {"$ref": "#/definitions/OrderStatus"},
                "paymentMethod": text(&["COD"]),
                "kind": text(&["A"]),
                "name": {"type": "string"},
            }},
            "Item": {"properties": {"inner": {"type": "object", "properties": {"kind": text(&["B"])}}}},
        }}));
        assert_eq!(usual.of("OrderStatuses"), ["Pending", "Shipped"]);
        assert_eq!(usual.of("orderStatus"), ["Pending", "Shipped"]);
        assert_eq!(usual.of("PaymentMethods"), ["COD"]);
        for unknown in ["kind", "name", "status", "s", ""] {
            assert!(usual.of(unknown).is_empty(), "{unknown}");
        }
    }
}
