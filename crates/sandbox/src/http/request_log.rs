//! The request log.

use super::{Hangup, Meaning};
use crate::time::dates;
use axum::extract::Request;
use axum::response::Response;
use spapi_types::text::printable;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

/// The most characters of a path in a line.
const LONGEST_PATH: usize = 300;

/// The most characters of a note in a line: two examples with what differs.
const LONGEST_NOTE: usize = 1000;

/// A request and its outcome, for a log. It holds no token, query or body, so it shows no secret and no buyer's data.
///
/// It displays as one line.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LoggedRequest {
    /// When the request arrived, by the machine's clock.
    pub received_at: SystemTime,
    /// Its method.
    pub method: String,
    /// Its path as the client sent it, without the query.
    pub path: String,
    /// The operation, such as `orders@v0 getOrders`, or `login`, `consent`, `document` or `sandbox`; empty for any other request.
    pub operation: String,
    /// The status of the answer, or `None` if the connection ended without one.
    pub status: Option<u16>,
    /// How long the answer took.
    pub took: Duration,
    /// More about the request: the fault that it got, or the nearest example.
    pub note: Option<String>,
}

/// One line of a log. Method, path and note are escaped, because a client can send anything in them: they must not control
/// a terminal or start a new line.
impl fmt::Display for LoggedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { received_at, method, path, operation, status, took, note } = self;
        let status = status.map_or("---".into(), |status| status.to_string());
        let operation = if operation.is_empty() { "-" } else { operation };
        let method = printable(method).up_to(20).to_string();
        let path = printable(path).up_to(LONGEST_PATH);
        write!(f, "{} {method:<6} {path} {status} {operation} {} ms", dates::text(*received_at), took.as_millis())?;
        note.as_ref().map_or(Ok(()), |note| write!(f, " ({})", printable(note).up_to(LONGEST_NOTE)))
    }
}

/// The function that gets each request.
#[derive(Clone)]
pub(crate) struct RequestLog(Arc<dyn Fn(&LoggedRequest) + Send + Sync>);

impl RequestLog {
    pub(crate) fn new(log: impl Fn(&LoggedRequest) + Send + Sync + 'static) -> Self {
        Self(Arc::new(log))
    }

    /// Reports a request.
    pub(crate) fn tell(&self, request: &LoggedRequest) {
        (self.0)(request);
    }
}

#[cfg(feature = "tls")]
impl LoggedRequest {
    /// A connection that ended before it sent a request of the API, and why.
    pub(crate) fn of_connection(method: &str, path: &str, status: Option<u16>, why: String) -> Self {
        Self {
            received_at: SystemTime::now(),
            method: method.into(),
            path: path.into(),
            operation: String::new(),
            status,
            took: Duration::ZERO,
            note: Some(why),
        }
    }
}

impl fmt::Debug for RequestLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RequestLog")
    }
}

/// What the log says about an answer besides its status.
#[derive(Clone, Debug)]
pub(crate) struct Note(pub(crate) String);

impl Note {
    /// The response's notes with one more.
    pub(crate) fn beside(response: &Response, text: &str) -> Self {
        match response.extensions().get::<Self>() {
            Some(Self(first)) => Self(format!("{first}; {text}")),
            None => Self(text.to_owned()),
        }
    }
}

/// A request that is being answered.
pub(super) struct Pending {
    received_at: SystemTime,
    started: Instant,
    method: String,
    path: String,
    operation: String,
}

impl Pending {
    pub(super) fn new(request: &Request, meaning: &Meaning) -> Self {
        Self {
            received_at: SystemTime::now(),
            started: Instant::now(),
            method: request.method().to_string(),
            path: request.uri().path().to_owned(),
            operation: meaning.target.name(),
        }
    }

    /// Its entry in the log, once it is answered.
    pub(super) fn answered(self, response: &Response) -> LoggedRequest {
        let Self { received_at, started, method, path, operation } = self;
        let hung_up = response.extensions().get::<Hangup>().is_some();
        LoggedRequest {
            received_at,
            method,
            path,
            operation,
            status: (!hung_up).then_some(response.status().as_u16()),
            took: started.elapsed(),
            note: response.extensions().get::<Note>().map(|Note(text)| text.clone()),
        }
    }
}
