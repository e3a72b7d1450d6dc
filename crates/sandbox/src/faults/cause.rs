//! Makes a call fail as a fault says.

use super::{Fault, FaultKind};
use crate::http::{ApiError, Hangup, Held, Note, Target};
use crate::sections::documents;
use crate::server::Server;
use axum::Json;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use http_body::Frame;
use serde::Deserialize;
use serde_json::json;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

/// Carries out a request, or makes it fail if a fault is due for it.
pub(crate) async fn inject<F: Future<Output = Response>>(
    server: &Server,
    target: &Target,
    request: Request,
    carry_out: impl FnOnce(Request) -> F,
) -> Response {
    // A body that was read keeps its room until the answer.
    let (request, _room, named) = match named_type(server, target, request).await {
        Ok((request, held, named)) => (request, held, named),
        Err(unread) => return unread.into_response(),
    };
    let Some(fault) = server.faults.due(target, named.as_deref()) else { return carry_out(request).await };
    let mut response = match fault.kind {
        FaultKind::Delay => {
            tokio::time::sleep(Duration::from_millis(fault.milliseconds.unwrap_or_default())).await;
            carry_out(request).await
        }
        FaultKind::EmptyBody => emptied(carry_out(request).await),
        FaultKind::CutBody => match carry_out(request).await {
            // A document that is made while it is read is too long to hold.
            response if is_long(&response) => response.map(|body| Body::new(Cut::new(body))),
            response => with_whole_body(response, cut).await,
        },
        FaultKind::CorruptGzip => match carry_out(request).await {
            response if is_long(&response) => response.map(|body| Body::new(Damaged::new(body))),
            response => with_whole_body(response, damaged).await,
        },
        kind @ (FaultKind::PreviewUnavailable | FaultKind::LostSubmission) => {
            let mut request = request;
            request.extensions_mut().insert(Odd(kind));
            carry_out(request).await
        }
        // A document that is made while it is read has no checksum to differ from.
        FaultKind::ChangedBody => match carry_out(request).await {
            response if is_long(&response) => response,
            response => with_whole_body(response, changed).await,
        },
        FaultKind::LostAnswer => {
            carry_out(request).await;
            hung_up(Hangup::Close)
        }
        refused => {
            // The body is read before any refusal: a client that is still sending it would miss the answer.
            let _ = server.read_body(request.into_body()).await;
            refusal(refused, target)
        }
    };
    response.extensions_mut().insert(Note(format!("fault: {}", name(&fault))));
    response
}

/// How the operation is to behave that answers a request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Odd(pub(crate) FaultKind);

/// The request, and the report type or feed type that its body names. The body is read only if a fault depends on it.
async fn named_type(
    server: &Server,
    target: &Target,
    request: Request,
) -> Result<(Request, Option<Held>, Option<String>), ApiError> {
    if !server.faults.need_body(target) {
        return Ok((request, None, None));
    }
    let (parts, body) = request.into_parts();
    let held = server.read_body(body).await?;
    let named = serde_json::from_slice::<Named>(&held.bytes).ok();
    let named = named.and_then(|Named { report_type, feed_type }| report_type.or(feed_type));
    Ok((Request::from_parts(parts, Body::from(held.bytes.clone())), Some(held), named))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Named {
    report_type: Option<String>,
    feed_type: Option<String>,
}

/// The kind's name in JSON.
fn name(fault: &Fault) -> String {
    let name = serde_json::to_value(fault.kind).ok();
    name.as_ref().and_then(|name| name.as_str()).unwrap_or_default().to_owned()
}

/// The answer to a call that the sandbox does not carry out.
fn refusal(kind: FaultKind, target: &Target) -> Response {
    match (kind, target) {
        (FaultKind::Reset, _) => hung_up(Hangup::Reset),
        (FaultKind::UnavailableHtml, _) => {
            let page = "<html><head><title>503 Service Unavailable</title></head><body>Try again later.</body></html>";
            (StatusCode::SERVICE_UNAVAILABLE, Html(page)).into_response()
        }
        (FaultKind::ExpiredToken, _) => {
            of_api(ApiError::unauthorized("The access token you provided has expired."), target)
        }
        (FaultKind::ExpiredUrl, _) => documents::refuse(StatusCode::FORBIDDEN, "AccessDenied", "Request has expired"),
        (FaultKind::Throttled, Target::Document(_)) => {
            documents::refuse(StatusCode::SERVICE_UNAVAILABLE, "SlowDown", "Please reduce your request rate.")
        }
        (FaultKind::Throttled, Target::Login) => {
            of_login(StatusCode::TOO_MANY_REQUESTS, "slow_down", "Too many requests.")
        }
        (FaultKind::Throttled, _) => of_api(ApiError::quota_exceeded(), target),
        (_, Target::Document(_)) => {
            documents::refuse(StatusCode::INTERNAL_SERVER_ERROR, "InternalError", "Please try again.")
        }
        (_, Target::Login) => of_login(StatusCode::INTERNAL_SERVER_ERROR, "server_error", "Please try again."),
        _ => of_api(ApiError::internal_failure(), target),
    }
}

/// An error in the shape that the called operation has.
fn of_api(error: ApiError, target: &Target) -> Response {
    match target {
        Target::Operation(called) => error.into_response_of(&called.operation),
        _ => error.into_response(),
    }
}

/// An error of Login with Amazon.
fn of_login(status: StatusCode, error: &str, description: &str) -> Response {
    (status, Json(json!({ "error": error, "error_description": description }))).into_response()
}

/// A response without an answer: the connection ends.
fn hung_up(how: Hangup) -> Response {
    let mut response = Response::new(Body::empty());
    response.extensions_mut().insert(how);
    response
}

fn emptied(response: Response) -> Response {
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::empty())
}

/// The same answer with a new body, which `change` makes from the whole old one.
async fn with_whole_body(response: Response, change: impl FnOnce(Bytes) -> Body) -> Response {
    let (mut parts, body) = response.into_parts();
    // The sandbox's other bodies are in memory, so reading them does not fail.
    let whole = to_bytes(body, usize::MAX).await.unwrap_or_default();
    // The headers announce the whole length, also of a body that is cut.
    parts.headers.insert(header::CONTENT_LENGTH, whole.len().into());
    Response::from_parts(parts, change(whole))
}

/// The first half of the body; then the connection ends.
fn cut(whole: Bytes) -> Body {
    Body::new(Cut::new(whole.slice(..whole.len() / 2).into()))
}

/// Gzip data with a wrong checksum: a client can decompress them but must refuse them. Other data stay unchanged.
fn damaged(whole: Bytes) -> Body {
    Body::from(if is_gzip(&whole) { damaged_end(&whole) } else { whole })
}

/// The same data with another byte. It is white space if the data has a line end, so that JSON stays valid.
fn changed(whole: Bytes) -> Body {
    let mut bytes = whole.to_vec();
    match bytes.iter_mut().find(|byte| **byte == b'\n') {
        Some(line_end) => *line_end = b' ',
        None => bytes.iter_mut().take(1).for_each(|byte| *byte ^= 1),
    }
    Body::from(bytes)
}

fn is_gzip(beginning: &[u8]) -> bool {
    beginning.starts_with(&[0x1f, 0x8b])
}

fn is_long(response: &Response) -> bool {
    http_body::Body::size_hint(response.body()).exact().is_none()
}

/// The next part of a body. `None` at its end, and for a frame without data, which the sandbox does not make.
fn next_part(body: &mut Body, context: &mut Context<'_>) -> Poll<io::Result<Option<Bytes>>> {
    let frame = ready!(http_body::Body::poll_frame(Pin::new(body), context)).transpose().map_err(io::Error::other)?;
    Poll::Ready(Ok(frame.and_then(|frame| frame.into_data().ok())))
}

/// A body that fails after its first part.
struct Cut {
    body: Body,
    has_started: bool,
    has_waited: bool,
}

impl Cut {
    fn new(body: Body) -> Self {
        Self { body, has_started: false, has_waited: false }
    }
}

impl http_body::Body for Cut {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if !self.has_started {
            let part = ready!(next_part(&mut self.body, context))?;
            self.has_started = true;
            if let Some(part) = part {
                return Poll::Ready(Some(Ok(Frame::data(part))));
            }
        }
        if !self.has_waited {
            // The connection sends its buffer while the body is pending, and drops the buffer when the body fails.
            self.has_waited = true;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(Some(Err(io::ErrorKind::ConnectionAborted.into())))
    }
}

/// A body of gzip data whose checksum is wrong. Other data stay unchanged.
struct Damaged {
    body: Body,
    /// What is held back, because the last part is to be damaged.
    held: Bytes,
    /// Whether it is gzip data, once its beginning is known.
    is_gzip: Option<bool>,
    has_ended: bool,
}

impl Damaged {
    fn new(body: Body) -> Self {
        Self { body, held: Bytes::new(), is_gzip: None, has_ended: false }
    }
}

impl http_body::Body for Damaged {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        while !self.has_ended {
            let Some(part) = ready!(next_part(&mut self.body, context))? else {
                self.has_ended = true;
                let last = std::mem::take(&mut self.held);
                let last = if self.is_gzip == Some(true) { damaged_end(&last) } else { last };
                return Poll::Ready((!last.is_empty()).then(|| Ok(Frame::data(last))));
            };
            // The checksum and the length after it may be in two parts, and so may the beginning.
            if !self.held.is_empty() && part.len() >= 8 {
                let held = std::mem::replace(&mut self.held, part);
                self.is_gzip.get_or_insert_with(|| is_gzip(&held));
                return Poll::Ready(Some(Ok(Frame::data(held))));
            }
            self.held = [std::mem::take(&mut self.held), part].concat().into();
            if self.is_gzip.is_none() && self.held.len() >= 2 {
                self.is_gzip = Some(is_gzip(&self.held));
            }
        }
        Poll::Ready(None)
    }
}

/// The end of gzip data with a wrong checksum.
fn damaged_end(last: &Bytes) -> Bytes {
    let mut bytes = last.to_vec();
    if let Some(byte) = bytes.len().checked_sub(8).and_then(|place| bytes.get_mut(place)) {
        *byte ^= 0xff;
    }
    bytes.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `gzip -n` of "a\tb\n".
    const GZIP: [u8; 24] = [
        0x1f, 0x8b, 0x08, 0, 0, 0, 0, 0, 0, 0x03, 0x4b, 0xe4, 0x4c, 0xe2, 0x02, 0, 0xce, 0x94, 0x11, 0x1a, 0x04, 0, 0,
        0,
    ];

    async fn bytes(body: Body) -> Vec<u8> {
        to_bytes(body, usize::MAX).await.unwrap().to_vec()
    }

    #[tokio::test]
    async fn only_the_checksum_of_gzip_is_damaged() {
        let damaged_gzip = bytes(damaged(Bytes::from_static(&GZIP))).await;
        assert_eq!(damaged_gzip[..16], GZIP[..16]);
        assert_ne!(damaged_gzip[16..20], GZIP[16..20], "the checksum");
        assert_eq!(damaged_gzip[20..], GZIP[20..]);
        for other in [&b"a\tb\n and more"[..], b"", &[0x1f, 0x8b]] {
            assert_eq!(bytes(damaged(Bytes::copy_from_slice(other))).await, other);
        }
    }

    #[tokio::test]
    async fn one_byte_of_a_document_changes_and_json_stays_valid() {
        let json = b"{\n  \"a\": 1\n}";
        let changed_json = bytes(changed(Bytes::from_static(json))).await;
        assert_eq!(changed_json.iter().zip(json).filter(|(one, other)| one != other).count(), 1);
        assert_eq!(changed_json.len(), json.len());
        assert_eq!(serde_json::from_slice::<serde_json::Value>(&changed_json).unwrap(), json!({ "a": 1 }));
        assert_ne!(bytes(changed(Bytes::from_static(b"abc"))).await, b"abc");
        assert!(bytes(changed(Bytes::new())).await.is_empty());
    }

    #[tokio::test]
    async fn only_the_checksum_of_gzip_in_parts_is_damaged() {
        struct Parts(Vec<Bytes>);

        impl http_body::Body for Parts {
            type Data = Bytes;
            type Error = io::Error;

            fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
                Poll::Ready((!self.0.is_empty()).then(|| Ok(Frame::data(self.0.remove(0)))))
            }
        }

        let in_parts = |whole: &[u8], size: usize| {
            let parts = whole.chunks(size).map(Bytes::copy_from_slice).collect();
            bytes(Body::new(Damaged::new(Body::new(Parts(parts)))))
        };
        let expected = bytes(damaged(Bytes::from_static(&GZIP))).await;
        for size in [1, 5, 8, 10, 100] {
            assert_eq!(in_parts(&GZIP, size).await, expected, "{size}");
            assert_eq!(in_parts(b"a\tb\n and more\n", size).await, b"a\tb\n and more\n", "{size}");
        }
    }
}
