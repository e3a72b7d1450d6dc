//! Decodes an answer to a value.
//!
//! The body is read by [`spapi_types::json`], whose page lists which odd values are read as what. A value that cannot be
//! read costs no page; text that is not JSON is an error.

use crate::absent::Elements;
use crate::error::bare;
use crate::json;
use crate::observe::Noted;
use crate::response::RawResponse;
use serde::Serialize;
use serde::de::DeserializeOwned;
use spapi_types::json::{Fit, fit};

#[doc(inline)]
pub use spapi_types::json::{DecodeError, Note, NoteKind, is_blank};

/// Reads an answer's value.
pub type Decode<T> = fn(&RawResponse) -> Result<T, DecodeError>;

/// Reads the body as JSON.
///
/// # Errors
/// When the body is not JSON, or not of that type. Also when the list of a page cannot be read, because an empty page
/// would look like the last one.
pub fn json<T: DeserializeOwned + Serialize>(response: &RawResponse) -> Result<T, DecodeError> {
    Noted::note::<T>();
    let read = json::read_with_notes(response.body());
    if let Some(members) = bare::members(response.body()) {
        if is_bare_error::<T>(response, members) {
            return Err(DecodeError::only_errors());
        }
    }
    let (value, notes) = read?;
    match notes.into_iter().find(|note| note.kind == NoteKind::Unread && response.holds_items(&note.path)) {
        Some(note) => Err(DecodeError::new(note.path, "the items of the page cannot be read")),
        None => Ok(value),
    }
}

/// Decodes the body as a JSON list. Null elements are dropped.
///
/// # Errors
/// When the body is not JSON, or not a list of that type.
pub fn json_list<T: DeserializeOwned + Serialize>(response: &RawResponse) -> Result<Vec<T>, DecodeError> {
    json(response).map(|Elements(list)| list)
}

/// Reads the body as JSON, if there is one: `None` for 204, and for a body of nothing but white space, after a byte
/// order mark or without one.
///
/// # Errors
/// When there is a body that is not JSON, or not of that type.
pub fn json_or_empty<T: DeserializeOwned + Serialize>(response: &RawResponse) -> Result<Option<T>, DecodeError> {
    let is_empty = response.status() == http::StatusCode::NO_CONTENT || is_blank(response.body());
    if is_empty { Ok(None) } else { json(response).map(Some) }
}

/// For answers without a value. Of the body only errors are read.
///
/// # Errors
/// When the body is an error.
pub fn empty(response: &RawResponse) -> Result<(), DecodeError> {
    if bare::members(response.body()).is_some() { Err(DecodeError::only_errors()) } else { Ok(()) }
}

/// Whether a body that looks like an error is one: its type has no place for its members. If the type accepts any name,
/// the body of an operation that does something is data.
fn is_bare_error<T: DeserializeOwned>(response: &RawResponse, members: usize) -> bool {
    match fit::<T>(response.body(), members) {
        Fit::Known => false,
        Fit::Unknown => true,
        _ => response.is_of_reading(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderMap, StatusCode};
    use serde::Deserialize;

    #[derive(Debug, Serialize, Deserialize)]
    struct Order {
        id: String,
        count: u32,
    }

    fn raw(status: u16, body: &'static str) -> RawResponse {
        RawResponse::new(StatusCode::from_u16(status).unwrap(), HeaderMap::new(), body)
    }

    #[test]
    fn an_answer_without_body_is_none_where_it_may_be() {
        for answer in [raw(204, ""), raw(204, "{}"), raw(200, ""), raw(200, " \n"), raw(200, "\u{feff}")] {
            assert!(json_or_empty::<Order>(&answer).unwrap().is_none());
            assert!(empty(&answer).is_ok());
        }
        assert!(json_or_empty::<Order>(&raw(200, r#"{"id":"a","count":1}"#)).unwrap().is_some());
        assert!(json_or_empty::<Order>(&raw(200, "{}")).is_err());
        let error = super::json::<Order>(&raw(200, "")).unwrap_err();
        assert_eq!(error.to_string(), "the answer cannot be read: it is empty");
    }

    #[test]
    fn a_list_drops_null_elements_and_those_that_cannot_be_read() {
        assert_eq!(json_list::<u8>(&raw(200, "[null,1,null,2]")).unwrap(), [1, 2]);
        assert_eq!(json_list::<u8>(&raw(200, "[1,{},\"2\",[3],300]")).unwrap(), [1, 2]);
        assert!(json_list::<u8>(&raw(200, "null")).unwrap().is_empty());
        for no_list in ["{}", "\"\"", "7", "{\"x\":[1]}"] {
            assert!(json_list::<u8>(&raw(200, no_list)).is_err(), "{no_list}");
        }
    }
}
