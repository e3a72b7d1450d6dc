//! From the bytes of an answer to its value.

use crate::absent::Elements;
use crate::json_path;
use crate::observe::Noted;
use crate::response::RawResponse;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt;

/// Reads an answer's value.
pub type Decode<T> = fn(&RawResponse) -> Result<T, DecodeError>;

/// Reads the body as JSON.
///
/// # Errors
/// When the body is no JSON, or not of that type.
pub fn json<T: DeserializeOwned + Serialize>(response: &RawResponse) -> Result<T, DecodeError> {
    Noted::note::<T>();
    read(response.body())
}

/// Reads the body as a JSON list; null elements are dropped.
///
/// # Errors
/// When the body is no JSON, or no list of that type.
pub fn json_list<T: DeserializeOwned + Serialize>(response: &RawResponse) -> Result<Vec<T>, DecodeError> {
    json(response).map(|Elements(list)| list)
}

/// Reads the body as JSON, if there is one: `None` for 204 and for an empty body.
///
/// # Errors
/// When there is a body that is no JSON, or not of that type.
pub fn json_or_empty<T: DeserializeOwned + Serialize>(response: &RawResponse) -> Result<Option<T>, DecodeError> {
    let is_empty = response.body().iter().all(u8::is_ascii_whitespace);
    if is_empty || response.status() == http::StatusCode::NO_CONTENT { Ok(None) } else { json(response).map(Some) }
}

/// For answers without a value; a body is left unread.
///
/// # Errors
/// None. The type is that of a [`Decode`].
pub fn empty(_: &RawResponse) -> Result<(), DecodeError> {
    Ok(())
}

pub(crate) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, DecodeError> {
    serde_json::from_slice(body).map_err(|error| DecodeError::from_json(body, &error))
}

/// Why an answer could not be read. It says where and what was expected, and never what stood there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError {
    path: String,
    reason: String,
}

impl DecodeError {
    /// An error at a path such as `payload.Orders[3].PurchaseDate`, empty for the whole answer. The reason is shown
    /// and logged: it must not hold values of the answer.
    pub fn new(path: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { path: path.into(), reason: reason.into() }
    }

    /// Where in the answer the value stands that could not be read.
    pub fn path(&self) -> &str {
        &self.path
    }

    pub(crate) fn into_path(self) -> String {
        self.path
    }

    pub(crate) fn from_json(body: &[u8], error: &serde_json::Error) -> Self {
        if body.iter().all(u8::is_ascii_whitespace) {
            return Self::new("", "it is empty");
        }
        let path = json_path::at(body, error.line(), error.column());
        Self { path, reason: without_values(error) }
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            write!(f, "the answer cannot be read: {}", self.reason)
        } else {
            write!(f, "the answer cannot be read at {}: {}", self.path, self.reason)
        }
    }
}

impl std::error::Error for DecodeError {}

/// What serde says, without the values of the answer that it repeats.
fn without_values(error: &serde_json::Error) -> String {
    use serde_json::error::Category;
    match error.classify() {
        Category::Io | Category::Syntax => "it is not valid JSON".to_owned(),
        Category::Eof => "it ends too early".to_owned(),
        Category::Data => {
            let text = error.to_string();
            let text = text.rsplit_once(" at line ").map_or(text.as_str(), |(text, _)| text);
            let names_a_field = ["missing field `", "duplicate field `"].iter().any(|start| text.starts_with(start));
            if names_a_field || text == "expected a decimal number" {
                return text.to_owned();
            }
            // "invalid type: string "...", expected u64": the words before the value are serde's, and so is what
            // stands after the last "expected".
            let found = text.strip_prefix("invalid type: ").unwrap_or_default();
            let found = found.split(['"', '`', ',']).next().unwrap_or_default().trim();
            match (found, text.rsplit_once(", expected ")) {
                ("", Some((_, expected))) if text.starts_with("invalid ") => format!("expected {expected}"),
                ("", _) => "the value does not fit its type".to_owned(),
                (found, Some((_, expected))) => format!("expected {expected}, found {found}"),
                (found, None) => format!("found {found}"),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderMap, StatusCode};
    use serde::Deserialize;

    #[derive(Debug, Serialize, Deserialize)]
    #[allow(dead_code)]
    struct Order {
        id: String,
        count: u32,
    }

    #[derive(Debug, Deserialize)]
    #[allow(dead_code)]
    enum Closed {
        One,
    }

    fn raw(status: u16, body: &'static str) -> RawResponse {
        RawResponse::new(StatusCode::from_u16(status).unwrap(), HeaderMap::new(), body)
    }

    #[test]
    fn an_answer_without_body_is_none_where_it_may_be() {
        for answer in [raw(204, ""), raw(204, "{}"), raw(200, ""), raw(200, " \n")] {
            assert!(json_or_empty::<Order>(&answer).unwrap().is_none());
            assert!(empty(&answer).is_ok());
        }
        assert!(json_or_empty::<Order>(&raw(200, r#"{"id":"a","count":1}"#)).unwrap().is_some());
        assert!(json_or_empty::<Order>(&raw(200, "{}")).is_err());
        let error = json::<Order>(&raw(200, "")).unwrap_err();
        assert_eq!(error.to_string(), "the answer cannot be read: it is empty");
    }

    #[test]
    fn a_list_drops_null_elements() {
        assert_eq!(json_list::<u8>(&raw(200, "[null,1,null,2]")).unwrap(), [1, 2]);
        assert!(json_list::<u8>(&raw(200, "null")).unwrap().is_empty());
        assert_eq!(json_list::<u8>(&raw(200, "[1,{}]")).unwrap_err().path(), "[1]");
    }

    #[test]
    fn the_error_says_where_and_what_was_expected_but_not_what_was_there() {
        fn error<T: DeserializeOwned + fmt::Debug>(body: &str) -> String {
            read::<T>(body.as_bytes()).unwrap_err().to_string()
        }
        let start = "the answer cannot be read";
        for (body, expected) in [
            (r#"{"id":"a","count":"Mary, expected nothing"}"#, " at count: expected u32, found string"),
            (r#"{"id":"a","count":-3}"#, " at count: expected u32"),
            (r#"{"id":["Mary"],"count":3}"#, " at id: expected a string, found sequence"),
            (r#"{"id":"a"}"#, ": missing field `count`"),
            (r#"{"id":"a","count":1"#, " at count: it ends too early"),
            ("<html>Mary</html>", ": it is not valid JSON"),
        ] {
            assert_eq!(error::<Order>(body), format!("{start}{expected}"), "{body}");
        }
        assert_eq!(
            error::<Vec<Closed>>(r#"["One","Mary"]"#),
            format!("{start} at [1]: the value does not fit its type")
        );
        for body in [r#"{"id":"a","count":"Mary"}"#, r#"["One","Mary"]"#] {
            assert!(!error::<Order>(body).contains("Mary") && !error::<Vec<Closed>>(body).contains("Mary"));
        }
    }
}
