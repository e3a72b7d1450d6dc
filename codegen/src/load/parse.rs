//! Parses the bytes of a model into a JSON document that keeps the order of its members, and finds what serde_json
//! ignores: duplicate keys and a byte order mark.
//!
//! Bytes that are not UTF-8 are an error. Amazon has published Windows-1252, but a wrongly guessed name or value would
//! be sent to Amazon, so the encoding is never guessed.

use serde_json::Value;
use spapi_types::json::{StrictError, read_strictly};

use super::problem::{Place, Problem};

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
    match read_strictly(text) {
        Ok((document, repeated)) => {
            problems.extend(repeated.iter().map(|name| match name.is_equal {
                true => Problem::warning_at(&name.pointer, "the key occurs twice, with the same value"),
                false => Problem::error_at(&name.pointer, "the key occurs twice, with different values"),
            }));
            (Some(document), problems)
        }
        Err(error) => {
            problems.push(invalid(&error));
            (None, problems)
        }
    }
}

fn invalid(error: &StrictError) -> Problem {
    let error = error.error();
    let full = error.to_string();
    let reason = full.rsplit_once(" at line ").map_or(full.as_str(), |(reason, _)| reason);
    match reason {
        "trailing characters" => Problem::error(line(error), "there is data after the end of the document"),
        reason => Problem::error(line(error), format!("is not valid JSON: {reason}")),
    }
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
