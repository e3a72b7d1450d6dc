//! Successful answers that hold nothing, or only errors.

use crate::json;
use serde::de::{Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use std::cell::Cell;
use std::fmt;

/// The size up to which a body that is not quite valid JSON is read a second time.
const LARGEST_ODD: usize = 1 << 20;

/// Whether a body is an object that holds errors and nothing else: its other members are null, empty, hold only such
/// values, or are notes such as a request id. Reading stops at the first other value.
pub(crate) fn holds_only_errors(body: &[u8]) -> bool {
    match serde_json::from_slice::<OnlyErrors>(body) {
        Ok(OnlyErrors(found)) => found,
        Err(error) if error.is_data() || body.len() > LARGEST_ODD => false,
        // The lenient reader also accepts, for example, a text with half of a surrogate pair.
        Err(_) => json::read::<OnlyErrors>(body).is_ok_and(|OnlyErrors(found)| found),
    }
}

struct OnlyErrors(bool);

impl<'de> Deserialize<'de> for OnlyErrors {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let found = Cell::new(false);
        deserializer.deserialize_any(Search { place: Place::Answer, found: &found })?;
        Ok(Self(found.get()))
    }
}

/// Where in the answer a value is.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    /// It is the answer, or the payload of the answer.
    Answer,
    /// In a list of errors.
    Errors,
    /// It says something about the answer, and is not a part of what was asked for.
    Note,
    /// Elsewhere.
    Other,
}

#[derive(Clone, Copy)]
struct Search<'a> {
    place: Place,
    /// Whether an error was found.
    found: &'a Cell<bool>,
}

impl Search<'_> {
    fn within(self, member: &str) -> Self {
        let place = match (self.place, member.to_ascii_lowercase().as_str()) {
            (Place::Errors | Place::Note, _) => self.place,
            (Place::Answer, "error" | "errors" | "errorlist" | "__type") => Place::Errors,
            (Place::Answer, "requestid" | "message" | "version" | "error_description") => Place::Note,
            (Place::Answer, "payload" | "output") => Place::Answer,
            _ => Place::Other,
        };
        Self { place, ..self }
    }

    fn value<E: serde::de::Error>(self, is_empty: bool) -> Result<(), E> {
        match self.place {
            _ if is_empty || self.place == Place::Note => Ok(()),
            Place::Errors => {
                self.found.set(true);
                Ok(())
            }
            _ => Err(E::custom("the answer holds a value")),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Search<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Search<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("only errors")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<(), E> {
        self.value(text.trim().is_empty())
    }

    fn visit_u64<E: serde::de::Error>(self, _: u64) -> Result<(), E> {
        self.value(false)
    }

    fn visit_i64<E: serde::de::Error>(self, _: i64) -> Result<(), E> {
        self.value(false)
    }

    fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<(), E> {
        self.value(false)
    }

    fn visit_bool<E: serde::de::Error>(self, _: bool) -> Result<(), E> {
        self.value(false)
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        if self.place == Place::Answer {
            // A list of the answer itself, or a payload that is a list.
            let elsewhere = Self { place: Place::Other, ..self };
            while elements.next_element_seed(elsewhere)?.is_some() {}
            return Ok(());
        }
        while elements.next_element_seed(self)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        while let Some(name) = members.next_key::<String>()? {
            members.next_value_seed(self.within(&name))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_with_nothing_else_differ_from_errors_with_something_else() {
        for body in [
            r#"{"errors":[{"code":"InternalFailure"}]}"#,
            r#"{"errors":[{"code":"C"}],"payload":null}"#,
            r#"{"payload":{},"errors":[{"code":"C"}]}"#,
            r#"{"payload":{"Orders":[],"NextToken":"","Page":{"a":[null,{}]}},"errors":[{"code":"C"}]}"#,
            r#"{"payload":[],"errors":{"code":"C"}}"#,
            r#"{"errors":"it is broken","orders":[]}"#,
            r#"{"Errors":[{"Code":"C"}]}"#,
            r#"{"errorList":[{"code":"C"}]}"#,
            r#"{"errors":[{"code":"C"}],"requestId":"R"}"#,
            r#"{"error":{"code":"C","message":"m"}}"#,
            r#"{"error":"C","error_description":"m"}"#,
            r#"{"__type":"a.b#C","message":"m"}"#,
            r#"{"Output":{"__type":"a.b#C"},"Version":"1.0"}"#,
            r#"{"payload":{"errors":[{"code":"C"}]}}"#,
            " {\"errors\":[{\"code\":\"C\",\"message\":\"half \\ud83d\"}]}",
        ] {
            assert!(holds_only_errors(body.as_bytes()), "{body}");
        }
        for body in [
            "",
            "{}",
            "[]",
            "null",
            "\"errors\"",
            "{\"errors\":",
            r#"{"errors":[]}"#,
            r#"{"message":"It is done.","requestId":"R"}"#,
            r#"{"errors":null,"payload":{}}"#,
            r#"{"errors":[{}],"payload":{}}"#,
            r#"{"payload":{"Orders":[{"AmazonOrderId":"1"}]},"errors":[{"code":"C"}]}"#,
            r#"{"errors":[{"code":"C"}],"isDone":false}"#,
            r#"{"errors":[{"code":"C"}],"count":0}"#,
            r#"{"responses":[{"body":{"errors":[{"code":"C"}]}}]}"#,
            r#"[{"errors":[{"code":"C"}]}]"#,
            r#"{"payload":[{"errors":[{"code":"C"}]}]}"#,
            r#"{"order":{"errors":[{"code":"C"}]}}"#,
        ] {
            assert!(!holds_only_errors(body.as_bytes()), "{body}");
        }
    }
}
