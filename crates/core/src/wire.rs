//! One exchange through the client's transport, with the client's limits of time and size.

use crate::error::{Error, ErrorKind};
use crate::headers;
use crate::mask::Mask;
use crate::transport::{Body, Purpose, Transport, TransportError, TransportErrorKind};
use bytes::Bytes;
use http::request::Builder;
use http::{HeaderMap, HeaderValue, Request, StatusCode, header};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// An answer that arrived completely, except perhaps for the body of an error.
pub(crate) struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
    /// Why the body of an error could not be read, if it could not.
    pub unread: Option<String>,
}

/// How many bytes of answers are read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sizes {
    /// Of the answer to a call.
    pub answer: usize,
    /// Of an error, and of an answer that holds a token.
    pub error: usize,
}

impl Default for Sizes {
    fn default() -> Self {
        Self { answer: 64 << 20, error: 1 << 20 }
    }
}

/// The transport, and what all requests share.
#[derive(Clone)]
pub(crate) struct Wire {
    pub transport: Arc<dyn Transport>,
    pub user_agent: HeaderValue,
    pub sizes: Sizes,
}

/// A request that cannot be built.
pub(crate) fn unusable(source: http::Error) -> TransportError {
    TransportError::new(TransportErrorKind::Unusable).with_source(source)
}

impl Wire {
    /// Begins a request.
    pub(crate) fn request(&self, purpose: Purpose) -> Builder {
        Request::builder()
            .extension(purpose)
            .header(header::USER_AGENT, self.user_agent.clone())
            // A request without this header allows any encoding.
            .header(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"))
    }

    /// Sends a request and reads the whole answer, within a time limit. `server` is the server's name in errors.
    /// `holds_token` says that the answer is a token, and so a small one. If headers of the answer repeat secrets in
    /// `mask`, they are masked.
    pub(crate) async fn ask(
        &self,
        request: Request<Body>,
        limit: Duration,
        server: &str,
        holds_token: bool,
        mask: &Mask,
    ) -> Result<Answer, Error> {
        let end = Instant::now().checked_add(limit);
        let answer = within(end, self.transport.send(request)).await;
        let (head, body) = answer.map_err(|failure| Error::transport(failure, server))?.into_parts();
        let (status, mut headers) = (head.status, head.headers);
        mask.headers(&mut headers);
        let is_small = holds_token || !status.is_success();
        let (largest, setting) = match is_small {
            true => (self.sizes.error, "ClientBuilder::largest_error"),
            false => (self.sizes.answer, "ClientBuilder::largest_answer"),
        };
        let answer = |body, unread| Ok(Answer { status, headers: headers.clone(), body, unread });
        let wrong = |error: Error| error.with_status(status).with_request_id(headers::request_id(&headers));
        match within(end, body.collect_up_to(largest)).await {
            Ok(body) => match packing(&headers, &body) {
                None => answer(body, None),
                Some(name) if status.is_success() => {
                    let message = format!("the answer is packed with {name}, which was not asked for");
                    Err(wrong(Error::new(ErrorKind::Decode, message).with_decode_path(String::new()))
                        .with_hint("Check the endpoint and any proxy on the way, which may pack answers."))
                }
                Some(name) => answer(Bytes::new(), Some(format!("The body of this error is packed with {name}."))),
            },
            // The status says what happened, even without the body.
            Err(failure) if !status.is_success() => {
                let is_too_large = failure.kind() == TransportErrorKind::TooLarge;
                let unread = format!("The body of this error has more than {largest} bytes, see {setting}.");
                answer(Bytes::new(), is_too_large.then_some(unread))
            }
            Err(failure) if failure.kind() == TransportErrorKind::TooLarge => {
                let message = format!("{server} sent an answer of more than {largest} bytes, which was not read");
                Err(wrong(Error::new(ErrorKind::TooLarge, message))
                    .with_hint(format!("Ask for less at a time, or set another limit with {setting}.")))
            }
            Err(failure) => Err(wrong(Error::transport(failure, server))),
        }
    }
}

/// How a body is packed that does not begin as JSON does.
fn packing<'a>(headers: &'a HeaderMap, body: &[u8]) -> Option<&'a str> {
    const PACKINGS: [&str; 6] = ["br", "compress", "deflate", "gzip", "x-gzip", "zstd"];
    if body.starts_with(&[0x1f, 0x8b]) {
        return Some("gzip");
    }
    let named = headers.get(header::CONTENT_ENCODING)?.to_str().ok()?.trim();
    let is_packing = PACKINGS.iter().any(|packing| named.eq_ignore_ascii_case(packing));
    let begin = body.trim_ascii_start().first();
    let is_text = begin.is_none_or(|byte| matches!(byte, b'{' | b'[' | b'"' | b'<'));
    (is_packing && !is_text).then_some(named)
}

/// The result of the future, unless the time is over first. Without an end there is no limit.
async fn within<T>(
    end: Option<Instant>,
    future: impl Future<Output = Result<T, TransportError>>,
) -> Result<T, TransportError> {
    let Some(end) = end else { return future.await };
    match tokio::time::timeout_at(end, future).await {
        Ok(result) => result,
        Err(elapsed) => Err(TransportError::new(TransportErrorKind::Timeout).with_source(elapsed)),
    }
}
