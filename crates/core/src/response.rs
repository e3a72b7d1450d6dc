//! Answers, raw and decoded.

use crate::Operation;
use crate::auth::Token;
use crate::error::{Error, ErrorKind};
use crate::headers;
use crate::mask::Mask;
use crate::observe::{Asked, Noted, Observers};
use crate::operation::Repeat;
use crate::payload::HasPayload;
use crate::wire::Answer;
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;
use spapi_types::json::DecodeError;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
use std::time::SystemTime;

/// An answer as it came.
#[derive(Clone)]
pub struct RawResponse {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
    /// The operation that was called.
    operation: Option<OperationRef>,
}

/// An operation of a table, or of a call by path.
#[derive(Clone)]
pub(crate) enum OperationRef {
    Listed(&'static Operation),
    ByPath(Arc<Operation>),
}

impl Deref for OperationRef {
    type Target = Operation;

    fn deref(&self) -> &Operation {
        match self {
            Self::Listed(operation) => operation,
            Self::ByPath(operation) => operation,
        }
    }
}

impl RawResponse {
    /// Makes an answer, to test code that reads one.
    pub fn new(status: StatusCode, headers: HeaderMap, body: impl Into<Bytes>) -> Self {
        Self { status, headers, body: body.into(), operation: None }
    }

    pub(crate) fn received(answer: Answer, operation: OperationRef) -> Self {
        let Answer { status, headers, body, .. } = answer;
        Self { status, headers, body, operation: Some(operation) }
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The body, byte for byte.
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// Amazon's request id. Quote it to Amazon's support.
    pub fn request_id(&self) -> Option<&str> {
        headers::request_id(&self.headers)
    }

    /// Shows this answer to the observers.
    pub(crate) fn tell(&self, observers: &Observers, asked: &Asked, decoded: Noted) {
        if let Some(operation) = &self.operation {
            observers.tell(operation, asked, (self.status, &self.headers, &self.body), decoded);
        }
    }

    /// Whether the list of a page's items is at this path or below it.
    pub(crate) fn holds_items(&self, path: &str) -> bool {
        let items = self.operation.as_ref().and_then(|operation| operation.paging?.items);
        let rest = items.and_then(|items| items.strip_prefix(path));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }

    /// Reads the body as JSON.
    ///
    /// # Errors
    /// When it is not JSON, or not of that type. [`Error::decode_path`] gives the path.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
        crate::json::read(&self.body).map_err(|error| self.undecodable(error))
    }

    /// Whether the operation that was called only reads.
    pub(crate) fn is_of_reading(&self) -> bool {
        self.operation.as_ref().is_some_and(|operation| operation.repeat == Repeat::Safe)
    }

    /// The error for this answer, which holds only errors.
    pub(crate) fn into_only_errors(self, token: Option<&Token>, now: SystemTime) -> Error {
        let Self { status, headers, body, operation } = self;
        let answer = Answer { status, headers, body, unread: None };
        let nothing = Mask::new([]);
        let error = Error::only_errors(&answer, token.map_or(&nothing, Token::mask), now).with_attempts(1);
        match &operation {
            Some(operation) => error.with_operation(operation),
            None => error,
        }
    }

    pub(crate) fn undecodable(&self, error: DecodeError) -> Error {
        self.unusable(error.to_string(), error.path().to_owned())
    }

    /// Makes the error for a success whose value at `path` cannot be used.
    fn unusable(&self, message: String, path: String) -> Error {
        let result = Error::new(ErrorKind::Decode, message)
            .with_attempts(1)
            .with_status(self.status)
            .with_request_id(self.request_id())
            .with_decode_path(path);
        match &self.operation {
            Some(operation) => result.with_operation(operation),
            None => result,
        }
    }
}

/// Does not show the body and the headers' values, which may be buyers' data.
impl fmt::Debug for RawResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawResponse")
            .field("status", &self.status)
            .field("request_id", &self.request_id())
            .field("body_length", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// A successful answer: the value, which it dereferences to, and the raw answer.
///
/// ```
/// # fn f(answer: spapi_core::Response<Vec<String>>) {
/// // How many values there are, and all of them. `{answer:?}` shows no value.
/// println!("{} {:?}", answer.len(), *answer);
/// # }
/// ```
#[derive(Clone)]
pub struct Response<T> {
    value: T,
    raw: RawResponse,
}

impl<T> Response<T> {
    pub(crate) fn new(value: T, raw: RawResponse) -> Self {
        Self { value, raw }
    }

    /// The value alone.
    pub fn into_inner(self) -> T {
        self.value
    }

    /// The value and the raw answer.
    pub fn into_parts(self) -> (T, RawResponse) {
        (self.value, self.raw)
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        self.raw.status
    }

    /// The headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.raw.headers
    }

    /// The body, byte for byte.
    pub fn body(&self) -> &Bytes {
        &self.raw.body
    }

    /// Amazon's request id. Quote it to Amazon's support.
    pub fn request_id(&self) -> Option<&str> {
        self.raw.request_id()
    }
}

impl<T: HasPayload> Response<T> {
    /// The payload alone, for an answer that has only a payload and errors.
    ///
    /// # Errors
    /// When the answer has no payload. An answer that has only errors is an error of the call already.
    pub fn payload(self) -> Result<T::Payload, Error> {
        let Self { value, raw } = self;
        value.into_payload().ok_or_else(|| raw.unusable("the answer has no payload".to_owned(), "payload".to_owned()))
    }
}

impl<T> Deref for Response<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

/// Does not show the value and the body, which may be buyers' data. To see the value, format what the answer
/// dereferences to: `{:?}` of `*answer`.
impl<T> fmt::Debug for Response<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.raw.status)
            .field("request_id", &self.raw.request_id())
            .field("body_length", &self.raw.body.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Answer {
        payload: Option<&'static str>,
    }

    crate::payload!(Answer, &'static str);

    #[test]
    fn an_answer_without_a_payload_is_an_error_that_names_the_place() {
        let mut headers = HeaderMap::new();
        headers.insert("x-amzn-requestid", "request-7".parse().unwrap());
        let raw = RawResponse::new(StatusCode::OK, headers, "{}");
        let full = Response::new(Answer { payload: Some("order") }, raw.clone());
        assert_eq!(full.payload().unwrap(), "order");
        let error = Response::new(Answer::default(), raw).payload().unwrap_err();
        assert_eq!(
            (error.kind(), error.decode_path(), error.request_id()),
            (ErrorKind::Decode, Some("payload"), Some("request-7"))
        );
        assert!(error.to_string().contains("the answer has no payload"), "{error}");
    }

    #[test]
    fn debug_shows_no_body() {
        let raw = RawResponse::new(StatusCode::OK, HeaderMap::new(), "{\"buyer\":\"Mary\"}");
        let response = Response::new("Mary", raw.clone());
        for shown in [format!("{raw:?}"), format!("{response:?}"), format!("{response:#?}")] {
            assert!(!shown.contains("Mary") && shown.contains("16"), "{shown}");
        }
    }
}
