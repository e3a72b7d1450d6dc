//! One exchange through the client's transport, with the client's time limits.

use crate::error::Error;
use crate::headers;
use crate::transport::{Body, Purpose, Transport, TransportError, TransportErrorKind};
use bytes::Bytes;
use http::request::Builder;
use http::{HeaderMap, HeaderValue, Request, StatusCode, header};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// An answer that came whole.
pub(crate) type Answer = (StatusCode, HeaderMap, Bytes);

/// The transport, and what is the same in every request.
#[derive(Clone)]
pub(crate) struct Wire {
    pub transport: Arc<dyn Transport>,
    pub user_agent: HeaderValue,
}

/// A request that cannot be built.
pub(crate) fn unusable(source: http::Error) -> TransportError {
    TransportError::new(TransportErrorKind::Unusable).with_source(source)
}

impl Wire {
    /// Begins a request.
    pub(crate) fn request(&self, purpose: Purpose) -> Builder {
        Request::builder().extension(purpose).header(header::USER_AGENT, self.user_agent.clone())
    }

    /// Sends a request and reads the whole answer, within a time limit. `server` is what errors call the server.
    pub(crate) async fn ask(&self, request: Request<Body>, limit: Duration, server: &str) -> Result<Answer, Error> {
        let end = Instant::now().checked_add(limit);
        let answer = within(end, self.transport.send(request)).await;
        let (head, body) = answer.map_err(|failure| Error::transport(failure, server))?.into_parts();
        match within(end, body.collect()).await {
            Ok(body) => Ok((head.status, head.headers, body)),
            // The status says what happened, even if the words about it are lost.
            Err(_) if !head.status.is_success() => Ok((head.status, head.headers, Bytes::new())),
            Err(failure) => Err(Error::transport(failure, server)
                .with_status(head.status)
                .with_request_id(headers::request_id(&head.headers))),
        }
    }
}

/// What the future gives, unless the time is over first. Without an end there is no limit.
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
