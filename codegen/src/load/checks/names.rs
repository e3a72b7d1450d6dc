//! No name and no value of a model contains an invisible character, such as a line break that would end a comment or a
//! mark that changes the direction of the text. Prose and data are ignored, because they are not written to code.

use serde_json::Value;

use crate::escape::{is_invisible, visible};
use crate::load::problem::{Problem, child};

/// The maximum number of characters of a name or a value.
const LONGEST: usize = 1000;

/// Members whose own members are named by the model.
const MAPS: [&str; 5] = ["properties", "definitions", "parameters", "responses", "paths"];

/// Checks all names and values of a document.
pub fn check(document: &Value) -> Vec<Problem> {
    let mut problems = Vec::new();
    walk("", document, false, &mut problems);
    problems
}

/// Checks everything below a pointer; `holds_names` means that the model names the members.
fn walk(pointer: &str, value: &Value, holds_names: bool, problems: &mut Vec<Problem>) {
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                let inside = child(pointer, key);
                if let Some(flaw) = flaw(key) {
                    problems.push(Problem::error_at(&inside, format!("the name {flaw}")));
                }
                if !holds_names && (is_prose_or_data(key, member) || (pointer == "/info" && key != "version")) {
                    continue;
                }
                if let (false, "enum", Some(values)) = (holds_names, key.as_str(), member.as_array()) {
                    problems.extend(values.iter().enumerate().filter_map(|(index, value)| {
                        // The documentation of an enum encloses each value in two backticks.
                        let found = value.as_str()?.contains('`');
                        found.then(|| Problem::error_at(&child(&inside, index), "the value has a backtick"))
                    }));
                }
                let holds_names = !holds_names && MAPS.contains(&key.as_str()) && member.is_object();
                walk(&inside, member, holds_names, problems);
            }
        }
        Value::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                walk(&child(pointer, index), element, false, problems);
            }
        }
        Value::String(text) => {
            if let Some(flaw) = flaw(text) {
                problems.push(Problem::error_at(pointer, format!("the text {flaw}")));
            }
        }
        _ => {}
    }
}

fn is_prose_or_data(key: &str, member: &Value) -> bool {
    matches!(key, "example" | "examples")
        || key.starts_with("x-")
        || (matches!(key, "description" | "summary") && member.is_string())
}

/// The problem of a name or a value.
pub fn flaw(text: &str) -> Option<String> {
    let shown = || visible(&text.chars().take(60).collect::<String>());
    if let Some(c) = text.chars().find(|c| is_invisible(*c)) {
        return Some(format!("\"{}\" has the character U+{:04X}, which is invisible", shown(), u32::from(c)));
    }
    let length = text.chars().count();
    (length > LONGEST).then(|| format!("\"{}...\" has {length} characters; at most {LONGEST} are allowed", shown()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::load::problem::Place;

    fn pointers(document: Value) -> Vec<String> {
        let pointer = |problem: Problem| match problem.place {
            Place::Pointer(pointer) => pointer,
            other => panic!("{other:?}"),
        };
        check(&document).into_iter().map(pointer).collect()
    }

    #[test]
    fn every_name_and_value_is_checked() {
        let found = pointers(json!({
            "tags": [{"name": "a\u{85}"}],
            "paths": {"/a\n": {"get": {
                "operationId": "get\u{2028}", "tags": ["b\r"],
                "parameters": [{"name": "c\u{202e}", "in": "query", "type": "string", "default": "d\u{0}"}],
                "responses": {"200": {"headers": {"x\u{7f}": {}}, "schema": {"$ref": "#/definitions/A\u{200b}"}}}
            }}},
            "definitions": {"A\u{200b}": {
                "required": ["e\t"],
                "properties": {
                    "description": {"type": "string", "pattern": "f\u{feff}", "enum": ["g\u{2066}", "h`"]},
                    "example": {"format": "i\u{ad}"}, "x-own": {"type": "j\u{1b}"}
                }
            }}
        }));
        let expected = [
            "/tags/0/name",
            "/paths/~1a\n",
            "/paths/~1a\n/get/operationId",
            "/paths/~1a\n/get/tags/0",
            "/paths/~1a\n/get/parameters/0/name",
            "/paths/~1a\n/get/parameters/0/default",
            "/paths/~1a\n/get/responses/200/headers/x\u{7f}",
            "/paths/~1a\n/get/responses/200/schema/$ref",
            "/definitions/A\u{200b}",
            "/definitions/A\u{200b}/required/0",
            "/definitions/A\u{200b}/properties/description/pattern",
            "/definitions/A\u{200b}/properties/description/enum/1",
            "/definitions/A\u{200b}/properties/description/enum/0",
            "/definitions/A\u{200b}/properties/example/format",
            "/definitions/A\u{200b}/properties/x-own/type",
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn prose_and_data_may_hold_anything() {
        let prose = "Two\nlines.\u{200b}";
        let document = json!({
            "info": {"title": prose, "contact": {"name": prose}}, "x-note": prose,
            "paths": {"/a": {"get": {"summary": prose, "responses": {"200": {
                "description": prose, "examples": {"application/json": {"a\n": prose}}
            }}}}},
            "definitions": {"A": {"description": prose, "example": {"b\n": prose}}}
        });
        assert_eq!(check(&document), []);
    }

    #[test]
    fn a_hostile_name_is_shown_escaped() {
        let problems = check(&json!({"definitions": {"x\u{202e}": {}, "y".repeat(2000): {}}}));
        assert_eq!(problems[0].message, "the name \"x\\u{202e}\" has the character U+202E, which is invisible");
        let problem = problems[0].clone().in_file("a/b.json").to_string();
        assert!(problem.starts_with("a/b.json at #/definitions/x\\u{202e}: "), "{problem}");
        assert!(problems[1].message.ends_with("has 2000 characters; at most 1000 are allowed"));
    }
}
