//! Each name in `required` is a property.
//!
//! A name without a property is dropped: an undescribed property can neither be required of a response nor set in a
//! request.

use serde_json::Value;

use crate::load::problem::{Problem, child};
use crate::load::walk;

/// Checks the `required` of all schemas, and drops the names that it warns of.
pub fn check(document: &mut Value) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut repairs = Vec::new();
    // The parts of a composition may require each other's properties, so an inline part is checked against the whole
    // composition.
    let mut wholes: Vec<(String, Vec<&str>)> = Vec::new();
    walk::schemas(document, &mut |pointer, schema| {
        let mut known: Vec<&str> =
            walk::properties(document, pointer, schema).into_iter().map(|(name, _)| name).collect();
        let whole = wholes.iter().find(|(whole, _)| is_part(pointer, whole)).map(|(_, known)| known.clone());
        known.extend(whole.into_iter().flatten());
        let names: Vec<_> = walk::elements(schema.get("required")).filter_map(|(_, name)| name.as_str()).collect();
        let unknown: Vec<_> = names.iter().filter(|name| !known.contains(name)).map(ToString::to_string).collect();
        for name in &unknown {
            let message = format!("requires `{name}`, which is not a property; the name was dropped");
            problems.push(Problem::warning_at(&child(pointer, "required"), message));
        }
        if !unknown.is_empty() {
            repairs.push((pointer.to_owned(), unknown));
        }
        if schema.contains_key("allOf") {
            wholes.push((pointer.to_owned(), known));
        }
    });
    for (pointer, unknown) in repairs {
        drop_names(document, &pointer, &unknown);
    }
    problems
}

/// Whether a schema is a part of the composition at `whole`: `/definitions/A/allOf/1` of `/definitions/A`.
fn is_part(pointer: &str, whole: &str) -> bool {
    let index = pointer.strip_prefix(whole).and_then(|rest| rest.strip_prefix("/allOf/"));
    index.is_some_and(|index| !index.contains('/'))
}

fn drop_names(document: &mut Value, pointer: &str, unknown: &[String]) {
    let Some(schema) = document.pointer_mut(pointer).and_then(Value::as_object_mut) else { return };
    if let Some(names) = schema.get_mut("required").and_then(Value::as_array_mut) {
        names.retain(|name| !name.as_str().is_some_and(|name| unknown.iter().any(|unknown| unknown == name)));
        if names.is_empty() {
            schema.shift_remove("required");
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::load::problem::{Place, Severity};

    #[test]
    fn a_name_without_a_property_is_dropped_with_a_warning() {
        let mut document = json!({"definitions": {"A": {
            "required": ["a", "lost", "b"], "properties": {"a": {}, "b": {"required": ["gone"], "type": "object"}}
        }}});
        let problems = check(&mut document);
        let places: Vec<_> = problems.iter().map(|problem| problem.place.clone()).collect();
        let expected = ["/definitions/A/required", "/definitions/A/properties/b/required"];
        assert_eq!(places, expected.map(|pointer| Place::Pointer(pointer.into())));
        assert!(problems.iter().all(|problem| problem.severity == Severity::Warning));
        assert!(problems[0].message.contains("`lost`"));
        let a = &document["definitions"]["A"];
        assert_eq!(a["required"], json!(["a", "b"]));
        assert_eq!(a["properties"]["b"], json!({"type": "object"}));
        assert_eq!(check(&mut document), []);
    }

    #[test]
    fn properties_of_a_composition_count_for_all_its_parts() {
        let mut document = json!({"definitions": {
            "Base": {"properties": {"base": {}}},
            "Derived": {"required": ["base", "own"], "allOf": [
                {"$ref": "#/definitions/Base"},
                {"required": ["base", "own", "lost"], "properties": {"own": {}}}
            ]}
        }});
        let problems = check(&mut document);
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert_eq!(document["definitions"]["Derived"]["allOf"][1]["required"], json!(["base", "own"]));
    }
}
