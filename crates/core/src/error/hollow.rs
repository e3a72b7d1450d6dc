//! Successful answers that hold nothing, or only errors.

use crate::json;
use serde::de::{Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use spapi_types::json::without_byte_order_mark;
use std::cell::Cell;
use std::fmt;

/// The size up to which a body that is not quite valid JSON is read a second time.
const LARGEST_ODD: usize = 1 << 20;

/// Whether a body is an object that holds errors and nothing else: its other members are null, empty, hold only such
/// values, or are notes such as a request id. Beside an empty list or object they may also repeat what was asked for, or
/// count nothing. Reading stops at the first other value.
pub(crate) fn holds_only_errors(body: &[u8]) -> bool {
    let body = without_byte_order_mark(body);
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
        let seen = Seen::default();
        deserializer.deserialize_any(Search { place: Place::Answer, name: "", seen: &seen })?;
        Ok(Self(seen.error.get() && (seen.is_empty.get() || !seen.repeats.get())))
    }
}

/// What the answer has.
#[derive(Default)]
struct Seen {
    error: Cell<bool>,
    /// An empty list or object where data would be.
    is_empty: Cell<bool>,
    /// A value that repeats what was asked for.
    repeats: Cell<bool>,
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
    /// The name of the value. Empty for the whole answer and for elements of lists.
    name: &'a str,
    seen: &'a Seen,
}

/// Parts of the names of values that repeat what was asked for, or count what came.
const REPEATING: [&str; 14] = [
    "count",
    "total",
    "size",
    "limit",
    "offset",
    "page",
    "results",
    "before",
    "after",
    "since",
    "until",
    "marketplaceid",
    "sellerid",
    "granularity",
];

impl Search<'_> {
    fn within<'b>(self, name: &'b str) -> Search<'b>
    where
        Self: 'b,
    {
        let is = |known: &[&str]| known.iter().any(|known| name.eq_ignore_ascii_case(known));
        let place = match self.place {
            Place::Errors | Place::Note => self.place,
            Place::Answer if is(&["error", "errors", "errorlist", "__type"]) => Place::Errors,
            Place::Answer if is(&["requestid", "message", "version", "error_description"]) => Place::Note,
            Place::Answer if is(&["payload", "output"]) => Place::Answer,
            Place::Answer | Place::Other => Place::Other,
        };
        Search { place, name, seen: self.seen }
    }

    fn elsewhere(self) -> Self {
        Self { place: Place::Other, name: "", ..self }
    }

    /// Whether the value repeats what was asked for, or counts what came, by its name.
    fn may_repeat(self) -> bool {
        let name = self.name.to_ascii_lowercase();
        REPEATING.iter().any(|part| name.contains(part)) && !name.contains("token")
    }

    /// A value that is no list and no object.
    fn value<E: serde::de::Error>(self, is_empty: bool, repeats: impl FnOnce() -> bool) -> Result<(), E> {
        match self.place {
            _ if is_empty || self.place == Place::Note => Ok(()),
            Place::Errors => {
                self.seen.error.set(true);
                Ok(())
            }
            _ if repeats() => {
                self.seen.repeats.set(true);
                Ok(())
            }
            _ => Err(E::custom("the answer holds a value")),
        }
    }

    /// A list or object without elements.
    fn nothing(self) {
        if matches!(self.place, Place::Answer | Place::Other) {
            self.seen.is_empty.set(true);
        }
    }
}

/// Whether a text is a date, or a date with a time.
fn is_date(text: &str) -> bool {
    let form = |index: usize, byte: u8| match index {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    };
    text.len() >= 10 && text.bytes().take(10).enumerate().all(|(index, byte)| form(index, byte))
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
        self.value(text.trim().is_empty(), || is_date(text) || self.may_repeat())
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<(), E> {
        self.value(false, || value == 0 || self.may_repeat())
    }

    fn visit_i64<E: serde::de::Error>(self, _: i64) -> Result<(), E> {
        self.value(false, || self.may_repeat())
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<(), E> {
        self.value(false, || value == 0.0 || self.may_repeat())
    }

    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<(), E> {
        self.value(false, || !value)
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        if self.place == Place::Answer {
            self.nothing();
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        // A list of the answer itself, a payload that is a list, or another list of data.
        let element = if matches!(self.place, Place::Answer | Place::Other) { self.elsewhere() } else { self };
        let mut is_empty = true;
        while elements.next_element_seed(element)?.is_some() {
            is_empty = false;
        }
        if is_empty {
            self.nothing();
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let mut is_empty = true;
        while let Some(name) = members.next_key::<String>()? {
            is_empty = false;
            members.next_value_seed(self.within(&name))?;
        }
        if is_empty {
            self.nothing();
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
            r#"{"payload":{"Orders":[],"CreatedBefore":"2026-01-02T03:04:05Z"},"errors":[{"code":"C"}]}"#,
            r#"{"payload":{"CreatedBefore":"2026-01-02T03:04:05Z","Orders":[],"NextToken":null},"errors":[{"code":"C"}]}"#,
            r#"{"orders":[],"count":0,"errors":[{"code":"C"}]}"#,
            r#"{"errors":[{"code":"C"}],"numberOfResults":7,"pagination":{"pageSize":20,"hasNext":false},"items":[]}"#,
            r#"{"payload":{"granularity":{"granularityType":"M","granularityId":"A"},"inventorySummaries":[]},"errors":{"code":"C"}}"#,
            r#"{"payload":null,"count":0,"errors":[{"code":"C"}]}"#,
            r#"{"payload":{},"lastUpdatedAfter":"1 May","errors":[{"code":"C"}]}"#,
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
            r#"{"errors":[{"code":"C"}],"createdBefore":"2026-01-02"}"#,
            r#"{"orders":[],"count":0}"#,
            r#"{"orders":[],"count":0,"errors":[]}"#,
            r#"{"orders":[1],"count":0,"errors":[{"code":"C"}]}"#,
            r#"{"orders":["2026"],"errors":[{"code":"C"}]}"#,
            r#"{"orders":["2026-11"],"errors":[{"code":"C"}]}"#,
            r#"{"orders":[{}],"reportId":"R","errors":[{"code":"C"}]}"#,
            r#"{"orders":[],"nextPageToken":"t","errors":[{"code":"C"}]}"#,
            r#"{"orders":[],"isDone":true,"errors":[{"code":"C"}]}"#,
            r#"{"orders":[],"count":"Mary","feedId":"F","errors":[{"code":"C"}]}"#,
            r#"{"responses":[{"body":{"errors":[{"code":"C"}]}}]}"#,
            r#"[{"errors":[{"code":"C"}]}]"#,
            r#"{"payload":[{"errors":[{"code":"C"}]}]}"#,
            r#"{"order":{"errors":[{"code":"C"}]}}"#,
        ] {
            assert!(!holds_only_errors(body.as_bytes()), "{body}");
        }
    }
}
