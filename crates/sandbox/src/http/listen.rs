//! The sandbox's port: accepts connections, answers their requests, and ends connections without an answer for faults.

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
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

/// How a connection ends instead of an answer. The response carries it as an extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hangup {
    /// By an orderly close.
    Close,
    /// By a reset.
    Reset,
}

/// The most connections that are open at a time.
const MOST: usize = 512;

/// What the port serves: plain HTTP and, with the feature, TLS and the proxy.
#[derive(Clone)]
pub(crate) struct Entrance {
    pub(crate) server: Arc<Server>,
    /// How long a connection may stay without the whole head of a request.
    pub(crate) timeout: Duration,
    #[cfg(feature = "tls")]
    pub(crate) secure: Option<Secure>,
}

impl Entrance {
    /// Accepts connections for ever. An error of one connection does not affect the others.
    ///
    /// When the limit of open connections or of the system's file handles is reached, the connection that has been idle
    /// longest closes for the next.
    pub(crate) async fn serve(self, listener: TcpListener) {
        let open = Connections::default();
        loop {
            if open.count() >= MOST {
                open.make_room().await;
                continue;
            }
            match listener.accept().await {
                Ok((stream, _)) => {
                    let line = open.enter();
                    tokio::spawn(self.clone().connection(stream, line));
                }
                // The client has left, or the system has no file handle free.
                Err(_) => open.make_room().await,
            }
        }
    }

    async fn connection(self, stream: TcpStream, line: Line) {
        // Small answers go out at once.
        let _ = stream.set_nodelay(true);
        #[cfg(feature = "tls")]
        let starts_with_tls = match &self.secure {
            None => false,
            Some(_) => tokio::select! {
                starts = tokio::time::timeout(self.timeout, proxy::starts_with_tls(&stream)) => starts.unwrap_or(false),
                () = line.hung_up() => return,
            },
        };
        let stream = Socket { stream, line: line.clone() };
        #[cfg(feature = "tls")]
        if starts_with_tls {
            return self.secured_requests(stream, line).await;
        }
        self.requests(stream, line).await;
    }

    /// Answers the requests of a connection until the client or the sandbox ends it.
    pub(super) fn requests(self, stream: impl Stream, line: Line) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        // Boxed, because a tunnel's requests call this again within those of its connection.
        Box::pin(async move {
            let service = service_fn(|request| self.clone().answer(request, line.clone()));
            let mut http = http1::Builder::new();
            http.timer(TokioTimer::new()).header_read_timeout(self.timeout);
            let connection = http.serve_connection(TokioIo::new(stream), service).with_upgrades();
            tokio::select! {
                // The client sees an error of its connection; nobody else needs it.
                _ = connection => {}
                () = line.hung_up() => {}
            }
        })
    }

    async fn answer(self, request: Request<Incoming>, line: Line) -> Result<Response, Infallible> {
        let _busy = line.busy();
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

/// The open connections.
#[derive(Clone, Debug, Default)]
struct Connections(Arc<Open>);

#[derive(Debug, Default)]
struct Open {
    lines: Mutex<Vec<Weak<Ends>>>,
    /// Counts events on connections, to find the one that has been idle longest.
    moments: AtomicU64,
    /// Notified when a connection has ended.
    ended: Notify,
}

impl Connections {
    /// A line for a connection that was opened.
    fn enter(&self) -> Line {
        let idle_since = AtomicU64::new(self.0.moments.fetch_add(1, Ordering::Relaxed));
        let line = Line(Arc::new(Ends {
            end: Notify::new(),
            is_reset: AtomicBool::new(false),
            busy: AtomicUsize::new(0),
            idle_since,
            open: Arc::clone(&self.0),
        }));
        self.lines().push(Arc::downgrade(&line.0));
        line
    }

    /// How many are open.
    fn count(&self) -> usize {
        let mut lines = self.lines();
        if lines.len() >= MOST {
            lines.retain(|line| line.strong_count() > 0);
        }
        lines.len()
    }

    fn lines(&self) -> MutexGuard<'_, Vec<Weak<Ends>>> {
        self.0.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the connection that has been idle longest, and waits a short time for a connection to end.
    async fn make_room(&self) {
        let ended = self.0.ended.notified();
        let idle = {
            let lines = self.lines();
            let idle = lines.iter().filter_map(Weak::upgrade).filter(|ends| ends.busy.load(Ordering::Relaxed) == 0);
            idle.min_by_key(|ends| ends.idle_since.load(Ordering::Relaxed)).map(Line)
        };
        if let Some(line) = idle {
            line.close();
        }
        let _ = tokio::time::timeout(Duration::from_millis(50), ended).await;
    }
}

/// A stream that carries requests: a socket or a tunnel.
pub(super) trait Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send + 'static> Stream for S {}

/// The handle that ends a connection and tracks its state.
#[derive(Clone, Debug)]
pub(super) struct Line(Arc<Ends>);

#[derive(Debug)]
struct Ends {
    end: Notify,
    is_reset: AtomicBool,
    /// How many of its requests are being answered. A tunnel's requests count as its own.
    busy: AtomicUsize,
    /// The event count since which it has had no request.
    idle_since: AtomicU64,
    open: Arc<Open>,
}

impl Drop for Ends {
    fn drop(&mut self) {
        self.open.ended.notify_waiters();
    }
}

/// A request that is being answered.
struct Busy(Line);

impl Drop for Busy {
    fn drop(&mut self) {
        let Line(ends) = &self.0;
        ends.idle_since.store(ends.open.moments.fetch_add(1, Ordering::Relaxed), Ordering::Relaxed);
        ends.busy.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Line {
    /// Counts a request as being answered, until the guard is dropped.
    fn busy(&self) -> Busy {
        self.0.busy.fetch_add(1, Ordering::Relaxed);
        Busy(self.clone())
    }

    /// Ends the connection by an orderly close.
    fn close(&self) {
        self.0.end.notify_one();
    }

    /// Ends the connection. This never returns: the task that waits for it ends with the connection.
    async fn hang_up<T>(&self, how: Hangup) -> T {
        self.0.is_reset.store(how == Hangup::Reset, Ordering::Relaxed);
        self.close();
        std::future::pending().await
    }

    pub(super) async fn hung_up(&self) {
        self.0.end.notified().await;
    }
}

/// The socket of a connection. When dropped it closes in order, or by a reset if the line says so.
struct Socket {
    stream: TcpStream,
    line: Line,
}

impl Drop for Socket {
    fn drop(&mut self) {
        if self.line.0.is_reset.load(Ordering::Relaxed) {
            // A socket with zero linger time sends a reset when it closes.
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
