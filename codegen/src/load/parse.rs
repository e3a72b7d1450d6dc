//! Parses the bytes of a model into a JSON document that keeps the order of its members, and finds what serde_json
//! ignores: duplicate keys and a byte order mark.
//!
//! Bytes that are not UTF-8 are an error. Amazon has published Windows-1252, but a wrongly guessed name or value would
//! be sent to Amazon, so the encoding is never guessed.

use std::cell::RefCell;
use std::fmt;

use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde_json::map::Entry;
use serde_json::{Map, Number, Value};

use super::problem::{Place, Problem, child};

/// The document, if the bytes contain one, and their problems.
///
/// A document with an error is for further checks only and must not be used.
pub fn parse(bytes: &[u8]) -> (Option<Value>, Vec<Problem>) {
    let mut problems = Vec::new();
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => return (None, vec![not_utf8(bytes, error.valid_up_to())]),
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.len() < bytes.len() {
        problems.push(Problem::warning(Place::File, "starts with a byte order mark, which was skipped"));
    }
    let found = RefCell::new(Vec::new());
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let document = Node { pointer: String::new(), found: &found }.deserialize(&mut deserializer);
    let end = document.is_ok().then(|| deserializer.end());
    problems.append(&mut found.into_inner());
    match document {
        Ok(document) => {
            if let Some(Err(error)) = end {
                let message = "there is data after the end of the document";
                problems.push(Problem::error(line(&error), message));
            }
            (Some(document), problems)
        }
        Err(error) => {
            problems.push(invalid(&error));
            (None, problems)
        }
    }
}

fn invalid(error: &serde_json::Error) -> Problem {
    let full = error.to_string();
    let reason = full.rsplit_once(" at line ").map_or(full.as_str(), |(reason, _)| reason);
    Problem::error(line(error), format!("is not valid JSON: {reason}"))
}

/// The position at which serde_json stopped; at the start of a line it counts the column from 0.
fn line(error: &serde_json::Error) -> Place {
    Place::Line { line: error.line().max(1), column: error.column().max(1) }
}

fn not_utf8(bytes: &[u8], offset: usize) -> Problem {
    let (before, rest) = bytes.split_at(offset);
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    let column = before.iter().rev().take_while(|byte| **byte != b'\n').count() + 1;
    let message = if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        "is UTF-16; a model must be UTF-8".to_owned()
    } else {
        let byte = rest.first().copied().unwrap_or_default();
        format!(
            "the byte 0x{byte:02x} at offset {offset} is not UTF-8 (Windows-1252 text looks like this); \
             a model must be UTF-8"
        )
    };
    Problem::error(Place::Line { line, column }, message)
}

/// Parses one value, keeps track of its pointer, and reports duplicate keys.
struct Node<'a> {
    pointer: String,
    found: &'a RefCell<Vec<Problem>>,
}

impl Node<'_> {
    fn child(&self, key: impl fmt::Display) -> Self {
        Node { pointer: child(&self.pointer, key), found: self.found }
    }
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(element) = elements.next_element_seed(self.child(list.len()))? {
            list.push(element);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(key) = members.next_key::<String>()? {
            let node = self.child(&key);
            let pointer = node.pointer.clone();
            let value = members.next_value_seed(node)?;
            match object.entry(key) {
                Entry::Vacant(entry) => {
                    entry.insert(value);
                }
                Entry::Occupied(mut entry) => {
                    self.found.borrow_mut().push(if *entry.get() == value {
                        Problem::warning_at(&pointer, "the key occurs twice, with the same value")
                    } else {
                        Problem::error_at(&pointer, "the key occurs twice, with different values")
                    });
                    entry.insert(value);
                }
            }
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::problem::Severity;

    fn only_problem(bytes: &[u8]) -> Problem {
        let (_, problems) = parse(bytes);
        let [problem] = problems.as_slice() else { panic!("expected one problem, got {problems:?}") };
        problem.clone()
    }

    #[test]
    fn a_document_is_read_as_serde_json_reads_it_and_keeps_its_order() {
        let text = r#"{"z": [1, -2, 2.5, 1e3, null, true], "a": {"ü\u0041\n": ""}, "m": 18446744073709551615}"#;
        let (document, problems) = parse(text.as_bytes());
        let document = document.unwrap();
        assert_eq!(problems, []);
        assert_eq!(document, serde_json::from_str::<Value>(text).unwrap());
        assert_eq!(document.as_object().unwrap().keys().collect::<Vec<_>>(), ["z", "a", "m"]);
    }

    #[test]
    fn invalid_json_is_an_error_with_line_and_column() {
        let problem = only_problem(b"{\n  \"a\": 1,\n  \"b\" 2\n}");
        assert_eq!(problem.place, Place::Line { line: 3, column: 7 });
        assert_eq!(problem.message, "is not valid JSON: expected `:`");
        for text in ["", "{", "[1,]", "{\"a\":1,}", "nul", "\"\u{1}\"", "1e999", "{\"a\":\"\\ud800\"}"] {
            let (document, problems) = parse(text.as_bytes());
            assert!(document.is_none() && problems.len() == 1, "{text}: {problems:?}");
        }
        assert!(only_problem("[".repeat(100_000).as_bytes()).message.contains("recursion limit"));
    }

    #[test]
    fn data_after_the_document_is_an_error_with_its_place() {
        let problem = only_problem(b"{}\n\n{}");
        assert_eq!(problem.severity, Severity::Error);
        assert_eq!(problem.place, Place::Line { line: 3, column: 1 });
    }

    #[test]
    fn bytes_that_are_not_utf8_are_an_error_with_their_offset() {
        let problem = only_problem(b"{\n\"a\": \"it\x92s\"}");
        assert_eq!(problem.severity, Severity::Error);
        assert_eq!(problem.place, Place::Line { line: 2, column: 9 });
        assert!(problem.message.contains("0x92 at offset 10"), "{}", problem.message);
        assert!(only_problem(b"\xff\xfe{\x00}\x00").message.contains("UTF-16"));
    }

    #[test]
    fn a_byte_order_mark_is_skipped_with_a_warning() {
        let (document, problems) = parse(b"\xef\xbb\xbf{\"a\": 1}");
        assert_eq!(document.unwrap(), serde_json::json!({"a": 1}));
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].severity, Severity::Warning);
    }

    #[test]
    fn a_repeated_key_is_named_by_its_pointer() {
        let problem = only_problem(br#"{"a": [{"b/c": 1, "d": 2, "b/c": 3}]}"#);
        assert_eq!(problem.severity, Severity::Error);
        assert_eq!(problem.place, Place::Pointer("/a/0/b~1c".into()));
        assert_eq!(only_problem(br#"{"a": {"b": [1]}, "a": {"b": [1]}}"#).severity, Severity::Warning);
    }
}
