//! Answers: as they came, and as values.

use crate::Operation;
use crate::decode::DecodeError;
use crate::error::{Error, Kind};
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// An answer as it came.
#[derive(Clone)]
pub struct RawResponse {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
    origin: Option<Origin>,
}

/// Which call an answer belongs to.
#[derive(Clone)]
pub(crate) struct Origin {
    pub operation: OperationRef,
    #[cfg(feature = "drift")]
    pub drift: Option<crate::drift::Reporter>,
    /// The exchange that is to be recorded.
    #[cfg(feature = "record")]
    pub exchange: Option<Arc<crate::record::Exchange>>,
}

/// An operation of a table, or one made by path.
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
    /// An answer that was not received but made, as for testing what reads it.
    pub fn new(status: StatusCode, headers: HeaderMap, body: impl Into<Bytes>) -> Self {
        Self { status, headers, body: body.into(), origin: None }
    }

    pub(crate) fn received((status, headers, body): crate::transport::Answer, origin: Origin) -> Self {
        Self { status, headers, body, origin: Some(origin) }
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

    /// Amazon's id of the request, to quote to its support.
    pub fn request_id(&self) -> Option<&str> {
        request_id(&self.headers)
    }

    /// Reads the body as JSON.
    ///
    /// # Errors
    /// When it is no JSON, or not of that type; [`Error::decode_path`] says where.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
        crate::decode::read(&self.body).map_err(|error| self.undecodable(error))
    }

    pub(crate) fn undecodable(&self, error: DecodeError) -> Error {
        let result = Error::new(Kind::Decode, error.to_string())
            .with_attempts(1)
            .with_status(self.status)
            .with_request_id(self.request_id())
            .with_decode_path(error.into_path());
        match &self.origin {
            Some(origin) => result.during(&origin.operation),
            None => result,
        }
    }

    #[cfg(feature = "drift")]
    pub(crate) fn origin(&self) -> Option<&Origin> {
        self.origin.as_ref()
    }

    #[cfg(feature = "record")]
    pub(crate) fn exchange(&self) -> Option<&crate::record::Exchange> {
        self.origin.as_ref()?.exchange.as_deref()
    }
}

/// Without the body and the headers' values, which may hold buyers' data.
impl fmt::Debug for RawResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawResponse")
            .field("status", &self.status)
            .field("request_id", &self.request_id())
            .field("body_length", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// A successful answer: the value, which it dereferences to, and the answer as it came.
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

    /// The value and the answer as it came.
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

    /// Amazon's id of the request, to quote to its support.
    pub fn request_id(&self) -> Option<&str> {
        self.raw.request_id()
    }
}

impl<T> Deref for Response<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

/// Without the value and the body, which may hold buyers' data. The value itself can be shown by dereferencing.
impl<T> fmt::Debug for Response<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.raw.status)
            .field("request_id", &self.raw.request_id())
            .field("body_length", &self.raw.body.len())
            .finish_non_exhaustive()
    }
}

pub(crate) fn request_id(headers: &HeaderMap) -> Option<&str> {
    headers.get("x-amzn-RequestId").or_else(|| headers.get("x-amz-request-id"))?.to_str().ok()
}

/// What `Retry-After` asks for: seconds, or a date to wait for.
pub(crate) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = headers.get(http::header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let date = crate::DateTime::from(text).to_system_time().ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_read_in_both_forms() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_572_288_572);
        let read =
            |text: &str| retry_after(&HeaderMap::from_iter([(http::header::RETRY_AFTER, text.parse().unwrap())]), now);
        assert_eq!(read("7"), Some(Duration::from_secs(7)));
        assert_eq!(read(" 0.5 "), Some(Duration::from_millis(500)));
        assert_eq!(read("Mon, 28 Oct 2019 18:49:42 GMT"), Some(Duration::from_secs(10)));
        assert_eq!(read("Mon, 28 Oct 2019 18:49:00 GMT"), Some(Duration::ZERO));
        for odd in ["", "-1", "soon", "NaN", "1e300", "inf"] {
            assert_eq!(read(odd), None, "{odd}");
        }
        assert_eq!(retry_after(&HeaderMap::new(), now), None);
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
