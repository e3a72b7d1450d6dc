//! The known members of a Swagger document have the types that Swagger gives them, and the necessary members exist.

use serde_json::{Map, Value};

use crate::load::problem::{Problem, child};

/// Checks the structure of a document.
pub fn check(document: &Value) -> Vec<Problem> {
    let mut problems = Vec::new();
    DOCUMENT.check("", document, &mut problems);
    problems
}

/// The required type of a member.
enum Shape {
    Any,
    Text,
    Flag,
    Number,
    /// A whole number, zero or more.
    Count,
    OneOf(&'static [&'static str]),
    List(&'static Shape),
    /// A list that must not be empty.
    Values,
    /// An object whose members are named by the model.
    Map(&'static Shape),
    /// The same, but `x-` members are extensions and are ignored.
    ExtensibleMap(&'static Shape),
    /// `true`, `false` or the shape.
    FlagOr(&'static Shape),
    Members(Members),
}

/// An object whose members Swagger names. Other members are ignored unless it is `closed`.
struct Members {
    members: &'static [(&'static str, &'static Shape)],
    required: &'static [&'static str],
    closed: bool,
}

static DOCUMENT: Shape = Shape::Members(Members {
    members: &[
        ("info", &INFO),
        ("host", &Shape::Text),
        ("basePath", &Shape::Text),
        ("schemes", &TEXTS),
        ("consumes", &TEXTS),
        ("produces", &TEXTS),
        ("paths", &Shape::ExtensibleMap(&PATH_ITEM)),
        ("definitions", &Shape::Map(&SCHEMA)),
        ("parameters", &Shape::Map(&PARAMETER)),
        ("responses", &Shape::Map(&RESPONSE)),
    ],
    required: &["info", "paths"],
    closed: false,
});

static INFO: Shape = Shape::Members(Members {
    members: &[("title", &Shape::Text), ("version", &Shape::Text), ("description", &Shape::Text)],
    required: &["version"],
    closed: false,
});

static PATH_ITEM: Shape = Shape::Members(Members {
    members: &[
        ("get", &OPERATION),
        ("put", &OPERATION),
        ("post", &OPERATION),
        ("delete", &OPERATION),
        ("options", &OPERATION),
        ("head", &OPERATION),
        ("patch", &OPERATION),
        ("parameters", &Shape::List(&PARAMETER)),
    ],
    required: &[],
    closed: true,
});

static OPERATION: Shape = Shape::Members(Members {
    members: &[
        ("operationId", &Shape::Text),
        ("summary", &Shape::Text),
        ("description", &Shape::Text),
        ("tags", &TEXTS),
        ("schemes", &TEXTS),
        ("consumes", &TEXTS),
        ("produces", &TEXTS),
        ("deprecated", &Shape::Flag),
        ("parameters", &Shape::List(&PARAMETER)),
        ("responses", &Shape::ExtensibleMap(&RESPONSE)),
    ],
    required: &["responses"],
    closed: false,
});

static PARAMETER: Shape = Shape::Members(Members {
    members: &[
        ("$ref", &Shape::Text),
        ("name", &Shape::Text),
        ("in", &Shape::OneOf(&["query", "header", "path", "body"])),
        ("description", &Shape::Text),
        ("required", &Shape::Flag),
        ("schema", &SCHEMA),
        ("type", &TYPE),
        ("format", &Shape::Text),
        ("items", &SCHEMA),
        ("collectionFormat", &COLLECTION_FORMAT),
        ("enum", &Shape::Values),
        ("pattern", &Shape::Text),
        ("minLength", &Shape::Count),
        ("maxLength", &Shape::Count),
        ("minItems", &Shape::Count),
        ("maxItems", &Shape::Count),
        ("uniqueItems", &Shape::Flag),
        ("minimum", &Shape::Number),
        ("maximum", &Shape::Number),
        ("exclusiveMinimum", &Shape::Flag),
        ("exclusiveMaximum", &Shape::Flag),
        ("multipleOf", &Shape::Number),
    ],
    required: &[],
    closed: false,
});

static RESPONSE: Shape = Shape::Members(Members {
    members: &[
        ("$ref", &Shape::Text),
        ("description", &Shape::Text),
        ("schema", &SCHEMA),
        ("headers", &Shape::Map(&HEADER)),
        ("examples", &Shape::Map(&Shape::Any)),
    ],
    required: &[],
    closed: false,
});

static HEADER: Shape = Shape::Members(Members {
    members: &[("description", &Shape::Text), ("type", &TYPE), ("format", &Shape::Text), ("items", &SCHEMA)],
    required: &[],
    closed: false,
});

static SCHEMA: Shape = Shape::Members(Members {
    members: &[
        ("$ref", &Shape::Text),
        ("title", &Shape::Text),
        ("description", &Shape::Text),
        ("type", &TYPE),
        ("format", &Shape::Text),
        ("properties", &Shape::Map(&SCHEMA)),
        ("required", &TEXTS),
        ("items", &SCHEMA),
        ("allOf", &Shape::List(&SCHEMA)),
        ("additionalProperties", &Shape::FlagOr(&SCHEMA)),
        ("enum", &Shape::Values),
        ("readOnly", &Shape::Flag),
        ("discriminator", &Shape::Text),
        ("collectionFormat", &COLLECTION_FORMAT),
        ("pattern", &Shape::Text),
        ("minLength", &Shape::Count),
        ("maxLength", &Shape::Count),
        ("minItems", &Shape::Count),
        ("maxItems", &Shape::Count),
        ("uniqueItems", &Shape::Flag),
        ("minProperties", &Shape::Count),
        ("maxProperties", &Shape::Count),
        ("minimum", &Shape::Number),
        ("maximum", &Shape::Number),
        ("exclusiveMinimum", &Shape::Flag),
        ("exclusiveMaximum", &Shape::Flag),
        ("multipleOf", &Shape::Number),
    ],
    required: &[],
    closed: false,
});

static TEXTS: Shape = Shape::List(&Shape::Text);
static TYPE: Shape = Shape::OneOf(&["string", "integer", "number", "boolean", "array", "object"]);
static COLLECTION_FORMAT: Shape = Shape::OneOf(&["csv", "multi", "ssv", "tsv", "pipes"]);

impl Shape {
    fn check(&self, pointer: &str, value: &Value, problems: &mut Vec<Problem>) {
        let fits = match (self, value) {
            (Self::Any, _) => true,
            (Self::Text, value) => value.is_string(),
            (Self::Flag, value) => value.is_boolean(),
            (Self::Number, value) => value.is_number(),
            (Self::Count, value) => value.is_u64(),
            (Self::OneOf(words), value) => value.as_str().is_some_and(|text| words.contains(&text)),
            (Self::List(of), Value::Array(elements)) => {
                for (index, element) in elements.iter().enumerate() {
                    of.check(&child(pointer, index), element, problems);
                }
                true
            }
            (Self::Values, Value::Array(elements)) => !elements.is_empty(),
            (Self::Map(of), Value::Object(members)) => {
                for (name, member) in members {
                    of.check(&child(pointer, name), member, problems);
                }
                true
            }
            (Self::ExtensibleMap(of), Value::Object(members)) => {
                for (name, member) in members.iter().filter(|(name, _)| !name.starts_with("x-")) {
                    of.check(&child(pointer, name), member, problems);
                }
                true
            }
            (Self::FlagOr(_), Value::Bool(_)) => true,
            (Self::FlagOr(shape), value) => return shape.check(pointer, value, problems),
            (Self::Members(known), Value::Object(members)) => {
                known.check(pointer, members, problems);
                true
            }
            _ => false,
        };
        if !fits {
            problems.push(Problem::error_at(pointer, format!("must be {}, not {}", self.wanted(), described(value))));
        }
    }

    fn wanted(&self) -> String {
        match self {
            Self::Any => "anything".into(),
            Self::Text => "a string".into(),
            Self::Flag => "true or false".into(),
            Self::Number => "a number".into(),
            Self::Count => "a whole number of zero or more".into(),
            Self::OneOf(words) => format!("one of \"{}\"", words.join("\", \"")),
            Self::List(_) => "a list".into(),
            Self::Values => "a list with at least one value".into(),
            Self::FlagOr(_) => "true, false or an object".into(),
            Self::Map(_) | Self::ExtensibleMap(_) | Self::Members(_) => "an object".into(),
        }
    }
}

impl Members {
    fn check(&self, pointer: &str, members: &Map<String, Value>, problems: &mut Vec<Problem>) {
        for (name, value) in members {
            match self.members.iter().find(|(known, _)| known == name) {
                Some((_, shape)) => shape.check(&child(pointer, name), value, problems),
                None if self.closed && !name.starts_with("x-") => {
                    let known: Vec<_> = self.members.iter().map(|(known, _)| *known).collect();
                    let message = format!("is not understood here; allowed here are {}", known.join(", "));
                    problems.push(Problem::error_at(&child(pointer, name), message));
                }
                None => {}
            }
        }
        for name in self.required.iter().filter(|name| !members.contains_key(**name)) {
            problems.push(Problem::error_at(pointer, format!("has no `{name}`")));
        }
    }
}

/// A value in an error message: its kind, and the value itself if it is short.
fn described(value: &Value) -> String {
    match value {
        Value::Null => "null".into(),
        Value::Bool(value) => value.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) if text.len() <= 40 => format!("the string \"{text}\""),
        Value::String(_) => "a string".into(),
        Value::Array(elements) if elements.is_empty() => "an empty list".into(),
        Value::Array(_) => "a list".into(),
        Value::Object(_) => "an object".into(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn problems(document: Value) -> Vec<(String, String)> {
        let with_place = |problem: Problem| {
            let crate::load::problem::Place::Pointer(pointer) = problem.place else { panic!("no pointer") };
            (pointer, problem.message)
        };
        check(&document).into_iter().map(with_place).collect()
    }

    #[test]
    fn a_valid_document_has_no_problems() {
        let document = json!({
            "swagger": "2.0", "info": {"version": "v1", "x-y": 1}, "x-components": [],
            "paths": {"x-note": 1, "/a": {"x-note": 1, "get": {"responses": {"x-note": 1, "200": {
                "schema": {"type": "object", "properties": {"type": {"type": "string", "enum": ["a"], "default": 1}},
                "additionalProperties": false}, "headers": {"x-id": {"type": "string"}}, "examples": {"a": null}
            }}}}}
        });
        assert_eq!(problems(document), []);
    }

    #[test]
    fn each_wrong_type_is_named_by_its_pointer() {
        let document = json!({
            "info": "x",
            "paths": {"/a": {"get": {"operationId": 7, "parameters": ["p", {"in": "formData", "required": "yes"}]},
                "fetch": {}}, "/b": 1},
            "definitions": {"A": {"type": ["string", "null"], "required": true, "properties": {"b": "B"},
                "maxLength": "10", "minLength": -1, "enum": [], "items": [{}], "additionalProperties": 3}}
        });
        let found = problems(document);
        let expected = [
            ("/info", "must be an object, not the string \"x\""),
            ("/paths/~1a/get/operationId", "must be a string, not 7"),
            ("/paths/~1a/get/parameters/0", "must be an object, not the string \"p\""),
            (
                "/paths/~1a/get/parameters/1/in",
                "must be one of \"query\", \"header\", \"path\", \"body\", not the string \"formData\"",
            ),
            ("/paths/~1a/get/parameters/1/required", "must be true or false, not the string \"yes\""),
            ("/paths/~1a/get", "has no `responses`"),
            ("/paths/~1b", "must be an object, not 1"),
            ("/definitions/A/required", "must be a list, not true"),
            ("/definitions/A/properties/b", "must be an object, not the string \"B\""),
            ("/definitions/A/maxLength", "must be a whole number of zero or more, not the string \"10\""),
            ("/definitions/A/minLength", "must be a whole number of zero or more, not -1"),
            ("/definitions/A/enum", "must be a list with at least one value, not an empty list"),
            ("/definitions/A/items", "must be an object, not a list"),
            ("/definitions/A/additionalProperties", "must be an object, not 3"),
        ];
        for (pointer, message) in expected {
            assert!(found.contains(&(pointer.into(), message.into())), "{pointer} {message} is not in {found:#?}");
        }
        assert!(found.iter().any(|(at, message)| at == "/paths/~1a/fetch" && message.contains("not understood")));
        assert!(found.iter().any(|(at, message)| at == "/definitions/A/type" && message.ends_with("not a list")));
        assert_eq!(found.len(), expected.len() + 2);
    }

    #[test]
    fn necessary_members_must_be_present() {
        assert_eq!(problems(json!({})), [("".into(), "has no `info`".into()), ("".into(), "has no `paths`".into())]);
        assert_eq!(problems(json!([])), [("".into(), "must be an object, not an empty list".into())]);
    }
}
