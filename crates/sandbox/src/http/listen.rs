//! The sandbox's port: connections in, answers out, and the ways in which a connection ends without one.

use super::answer;
#[cfg(feature = "tls")]
use super::proxy::{self, Secure};
use crate::server::Server;
use axum::body::Body;
use axum::http::Request;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

/// How a connection ends in place of an answer, which carries it as an extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hangup {
    /// In good order.
    Close,
    /// By a reset.
    Reset,
}

/// What comes in at the port: plain HTTP, and what the features add to it.
#[derive(Clone)]
pub(crate) struct Entrance {
    pub(crate) server: Arc<Server>,
    #[cfg(feature = "tls")]
    pub(crate) secure: Option<Secure>,
}

impl Entrance {
    /// Takes connections for ever: what goes wrong with one is no trouble of the others.
    pub(crate) async fn serve(self, listener: TcpListener) {
        loop {
            match listener.accept().await {
                Ok((stream, _)) => drop(tokio::spawn(self.clone().connection(stream))),
                // The client is gone already, or the machine is out of files for a while.
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }

    async fn connection(self, stream: TcpStream) {
        // Small answers go out at once.
        let _ = stream.set_nodelay(true);
        #[cfg(feature = "tls")]
        let starts_with_tls = self.secure.is_some() && proxy::starts_with_tls(&stream).await;
        let line = Line::default();
        let stream = Socket { stream, line: line.clone() };
        #[cfg(feature = "tls")]
        if starts_with_tls {
            return self.secured_requests(stream, line).await;
        }
        self.requests(stream, line).await;
    }

    /// Answers the requests of a connection, until it ends or is ended.
    pub(super) fn requests(self, stream: impl Stream, line: Line) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        // Boxed, since the requests of a tunnel come within those of its connection.
        Box::pin(async move {
            let service = service_fn(|request| self.clone().answer(request, line.clone()));
            let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service).with_upgrades();
            tokio::select! {
                // What goes wrong with a connection is the client's to tell.
                _ = connection => {}
                () = line.hung_up() => {}
            }
        })
    }

    async fn answer(self, request: Request<Incoming>, line: Line) -> Result<Response, Infallible> {
        #[cfg(feature = "tls")]
        let request = match self.through_proxy(request, &line) {
            Ok(request) => request,
            Err(answer) => return Ok(*answer),
        };
        let response = answer(Arc::clone(&self.server), request.map(Body::new)).await;
        match response.extensions().get() {
            None => Ok(response),
            Some(how) => line.hang_up(*how).await,
        }
    }
}

/// What requests come over.
pub(super) trait Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send + 'static> Stream for S {}

/// The way to end a connection.
#[derive(Clone, Debug, Default)]
pub(super) struct Line {
    end: Arc<Notify>,
    is_reset: Arc<AtomicBool>,
}

impl Line {
    /// Ends the connection, and with it whoever waits for this.
    async fn hang_up<T>(&self, how: Hangup) -> T {
        self.is_reset.store(how == Hangup::Reset, Ordering::Relaxed);
        self.end.notify_one();
        std::future::pending().await
    }

    async fn hung_up(&self) {
        self.end.notified().await;
    }
}

/// The socket of a connection. Dropped, it closes in good order, or by a reset where the line says so.
struct Socket {
    stream: TcpStream,
    line: Line,
}

impl Drop for Socket {
    fn drop(&mut self) {
        if self.line.is_reset.load(Ordering::Relaxed) {
            // A socket that does not linger is reset when it is closed.
            let _ = socket2::SockRef::from(&self.stream).set_linger(Some(Duration::ZERO));
        }
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Socket {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, data: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, data)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
