//! The sandbox without a port: a service in the same process.

use super::{Hangup, answer};
use crate::server::Server;
use axum::body::{Body, Bytes};
use axum::http::{Request, Response};
use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

/// A sandbox as a [`tower_service::Service`]: it answers requests in the same process, without a socket. It needs a tokio
/// runtime, whose clock may be paused.
///
/// The method, path, query, headers and body of a request decide the answer. Its host counts only if it is one of
/// Amazon's; then it names the region. The service also answers the URLs of documents. If a [fault](crate::Fault) ends
/// the connection instead of an answer, the call fails with an [`io::Error`].
///
/// Clones answer for the same sandbox, which lives as long as one of them.
#[derive(Clone)]
pub struct InProcess {
    server: Arc<Server>,
}

impl InProcess {
    pub(crate) fn new(server: Arc<Server>) -> Self {
        Self { server }
    }
}

impl<B> tower_service::Service<Request<B>> for InProcess
where
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    type Response = Response<Body>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Response<Body>>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let server = Arc::clone(&self.server);
        Box::pin(async move {
            let response = answer(server, request.map(Body::new)).await;
            match response.extensions().get() {
                None => Ok(response),
                Some(Hangup::Close) => Err(io::ErrorKind::UnexpectedEof.into()),
                Some(Hangup::Reset) => Err(io::ErrorKind::ConnectionReset.into()),
            }
        })
    }
}

/// Does not show the sandbox's data.
impl fmt::Debug for InProcess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InProcess").finish_non_exhaustive()
    }
}
