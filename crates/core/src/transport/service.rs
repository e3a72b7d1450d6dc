//! A service in the same process as a transport.

use super::{Body, Transport, TransportError, TransportErrorKind};
use crate::future::BoxFuture;
use bytes::Bytes;
use http::{HeaderValue, Request, Response, header};
use std::error::Error as StdError;
use std::future::poll_fn;
use std::sync::{Mutex, PoisonError};
use tower_service::Service;

/// A transport that calls a [`tower_service::Service`] in the same process, such as an axum router, without a port or a
/// connection.
///
/// A clone of the service answers each request. The request has the header `Host`, and its URI has the client's scheme
/// and host.
#[derive(Debug)]
pub struct ServiceTransport<S>(Mutex<S>);

impl<S> ServiceTransport<S> {
    /// A transport to this service.
    pub fn new(service: S) -> Self {
        Self(Mutex::new(service))
    }
}

impl<S, B> Transport for ServiceTransport<S>
where
    S: Service<Request<Body>, Response = Response<B>> + Clone + Send + 'static,
    S::Error: Into<Box<dyn StdError + Send + Sync>>,
    S::Future: Send,
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    fn send(&self, mut request: Request<Body>) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        let mut service = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let host = request.uri().authority().and_then(|host| HeaderValue::try_from(host.as_str()).ok());
        if let Some(host) = host {
            request.headers_mut().entry(header::HOST).or_insert(host);
        }
        Box::pin(async move {
            let failed = |kind, error: S::Error| TransportError::new(kind).with_source(error);
            let ready = poll_fn(|context| service.poll_ready(context)).await;
            ready.map_err(|error| failed(TransportErrorKind::Connect, error))?;
            let answer = service.call(request).await.map_err(|error| failed(TransportErrorKind::Lost, error))?;
            Ok(answer.map(Body::stream))
        })
    }
}
