//! Requests without an access token, for servers besides the API, such as the document host.

use crate::client::Client;
use crate::error::Error;
use crate::retry::Retry;
use crate::transport::{Body, Purpose, TransportError, TransportErrorKind};
use bytes::Bytes;
use http::{Request, Response, header};
use http_body::{Frame, SizeHint};
use spapi_types::operation::Repeat;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::time::{Instant, Sleep, sleep, timeout};

/// How many bytes of a body are passed on at a time, so that progress can be watched.
const PIECE: usize = 64 * 1024;

impl Client {
    /// The loop that sends something as often as this client's policy allows. `repeat` says whether the server may
    /// receive it twice.
    ///
    /// ```no_run
    /// # async fn f(client: spapi_core::Client) -> Result<(), spapi_core::Error> {
    /// use spapi_core::{operation::Repeat, transport::Body};
    ///
    /// let request = || http::Request::get("https://example.com/schema.json").body(Body::empty()).unwrap();
    /// let answer = client.retry(Repeat::Safe).run(|_| client.exchange(request())).await?;
    /// # Ok(()) }
    /// ```
    pub fn retry(&self, repeat: Repeat) -> Retry<'_> {
        let inner = &*self.inner;
        Retry { policy: &inner.retry, repeat, longest_wait: inner.longest_wait, clock: &*inner.clock }
    }

    /// Sends one request through the client's transport, once and without an access token. Returns the answer when its
    /// head has arrived.
    ///
    /// The client's time limit applies to each wait without progress rather than to the whole exchange: for each piece
    /// of the request's body, for the head of the answer, and for each piece of its body. [`Error::transport`] turns an
    /// error of the answer's body into an [`Error`].
    ///
    /// To send it as often as the client's [`RetryPolicy`](crate::RetryPolicy) says, see [`Client::retry`].
    ///
    /// # Errors
    /// When no answer comes. An answer with any status is not an error.
    pub async fn exchange(&self, mut request: Request<Body>) -> Result<Response<Body>, Error> {
        let server = request.uri().host().unwrap_or("the server").to_owned();
        let (wire, limit) = (&self.inner.wire, self.inner.timeout);
        request.headers_mut().entry(header::USER_AGENT).or_insert_with(|| wire.user_agent.clone());
        request.extensions_mut().insert(Purpose::Plain);
        let watch = Arc::new(Watch::default());
        let request = request.map(|body| match body.length() {
            Some(0) => body,
            _ => Body::stream(Watched { body, left: Bytes::new(), watch: Arc::clone(&watch) }),
        });
        let mut answer = wire.transport.send(request);
        let mut before = 0;
        let answer = loop {
            match timeout(limit, &mut answer).await {
                Ok(Ok(answer)) => break answer,
                Ok(Err(failure)) => {
                    // The error of the given body says more than that the exchange broke.
                    let wrong = watch.wrong.lock().unwrap_or_else(PoisonError::into_inner).take();
                    return Err(Error::transport(wrong.unwrap_or(failure), &server));
                }
                // The exchange may take any time as long as bytes move.
                Err(_) => match watch.moved.load(Ordering::Relaxed) {
                    now if now == before => return Err(Error::transport(silent(&server), &server)),
                    now => before = now,
                },
            }
        };
        Ok(answer
            .map(|body| Body::stream(Patient { body, limit, server, timer: Box::pin(sleep(limit)), waits: false })))
    }
}

fn silent(server: &str) -> TransportError {
    let message = format!("no bytes moved to or from {server} within the time limit");
    TransportError::new(TransportErrorKind::Timeout).with_message(message)
}

/// The state of a body while it is sent.
#[derive(Default)]
struct Watch {
    /// How many bytes were taken from it.
    moved: AtomicU64,
    /// Why it gave no more bytes.
    wrong: Mutex<Option<TransportError>>,
}

/// A request's body whose progress is watched.
struct Watched {
    body: Body,
    /// What is left of the body's last bytes.
    left: Bytes,
    watch: Arc<Watch>,
}

impl http_body::Body for Watched {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        let this = self.get_mut();
        if this.left.is_empty() {
            match ready!(Pin::new(&mut this.body).poll_frame(context)) {
                None => return Poll::Ready(None),
                Some(Ok(frame)) => this.left = frame.into_data().unwrap_or_default(),
                Some(Err(failure)) => {
                    *this.watch.wrong.lock().unwrap_or_else(PoisonError::into_inner) = Some(failure.clone());
                    return Poll::Ready(Some(Err(failure)));
                }
            }
        }
        let piece = this.left.split_to(this.left.len().min(PIECE));
        this.watch.moved.fetch_add(piece.len() as u64, Ordering::Relaxed);
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn size_hint(&self) -> SizeHint {
        self.body.length().map_or_else(SizeHint::new, |rest| SizeHint::with_exact(rest + self.left.len() as u64))
    }
}

/// An answer's body, with a limit for each wait.
struct Patient {
    body: Body,
    limit: Duration,
    server: String,
    timer: Pin<Box<Sleep>>,
    /// Whether the timer is running.
    waits: bool,
}

impl http_body::Body for Patient {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        let this = self.get_mut();
        if let Poll::Ready(frame) = Pin::new(&mut this.body).poll_frame(context) {
            this.waits = false;
            return Poll::Ready(frame);
        }
        if !this.waits {
            // A limit beyond the end of the clock is no limit.
            let Some(end) = Instant::now().checked_add(this.limit) else { return Poll::Pending };
            this.timer.as_mut().reset(end);
            this.waits = true;
        }
        ready!(this.timer.as_mut().poll(context));
        Poll::Ready(Some(Err(silent(&this.server))))
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
