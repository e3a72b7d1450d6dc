//! A server on loopback that keeps every byte of a request and can send invalid answers.

#![allow(dead_code)]

use spapi_core::operation::Operation;
use spapi_core::{Client, Clock, Credentials, Endpoint, Marketplace, Method, RetryPolicy};
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

pub const LOGIN_PATH: &str = "/auth/o2/token";

/// An operation without a rate, so that no test waits for it.
pub static GET: Operation = Operation::new("test", "v1", "getThings", Method::GET, "/test/v1/things");
pub static POST: Operation = Operation::new("test", "v1", "createThing", Method::POST, "/test/v1/things");

/// A request, undecoded.
#[derive(Clone, Debug)]
pub struct Seen {
    pub method: String,
    /// Path and query, not decoded.
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Seen {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub fn is_login(&self) -> bool {
        self.target == LOGIN_PATH
    }

    pub fn token(&self) -> &str {
        self.header("x-amz-access-token").unwrap_or_default()
    }
}

pub enum Reply {
    Answer {
        status: u16,
        headers: Vec<(&'static str, String)>,
        body: String,
    },
    /// Closes the connection without a byte.
    Close,
    /// Announces more bytes than it sends, and closes the connection.
    Truncated {
        status: u16,
    },
    /// Sends nothing until the client closes the connection.
    Silence,
    /// Sends exactly these bytes.
    Bytes {
        bytes: String,
        then: Then,
    },
}

/// What follows the bytes.
pub enum Then {
    /// The next request on the same connection.
    GoOn,
    /// The end of the connection.
    Close,
    /// The connection's reset.
    Reset,
    /// The connection's reset, when told to.
    ResetWhenTold(Arc<Notify>),
    /// Nothing, until the client closes the connection.
    Silence,
}

pub fn json(status: u16, body: impl Into<String>) -> Reply {
    let headers = vec![("content-type", "application/json".into()), ("x-amzn-RequestId", "request-1".into())];
    Reply::Answer { status, headers, body: body.into() }
}

pub fn ok() -> Reply {
    json(200, r#"{"payload":{}}"#)
}

/// The answer of the token endpoint with the token of this number.
pub fn token(number: u32) -> Reply {
    json(200, format!(r#"{{"access_token":"Atza|{number}","token_type":"bearer","expires_in":3600}}"#))
}

#[derive(Clone)]
pub struct Server {
    pub url: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

type Handler = dyn Fn(Seen) -> Pin<Box<dyn Future<Output = Reply> + Send>> + Send + Sync;

impl Server {
    /// A server that answers logins with the tokens `Atza|1`, `Atza|2` and so on, and other requests by `answer`.
    pub async fn start(answer: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Self {
        let logins = AtomicU32::new(0);
        Self::start_all(move |seen| {
            let reply = if seen.is_login() { token(logins.fetch_add(1, Ordering::SeqCst) + 1) } else { answer(&seen) };
            async move { reply }
        })
        .await
    }

    /// A server that sends the replies one after another, and then repeats the last. It answers logins with tokens.
    pub async fn replying(replies: impl IntoIterator<Item = Reply>) -> Self {
        let replies = Mutex::new(replies.into_iter().collect::<std::collections::VecDeque<_>>());
        Self::start(move |_| replies.lock().unwrap().pop_front().unwrap_or_else(ok)).await
    }

    /// A server that answers everything by `answer`, including logins.
    pub async fn start_all<F>(answer: impl Fn(Seen) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Reply> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let handler: Arc<Handler> = Arc::new(move |seen| Box::pin(answer(seen)));
        tokio::spawn({
            let seen = Arc::clone(&seen);
            async move {
                while let Ok((stream, _)) = listener.accept().await {
                    tokio::spawn(serve(stream, Arc::clone(&seen), Arc::clone(&handler)));
                }
            }
        });
        Self { url, seen }
    }

    /// All requests except logins, in the order of arrival.
    pub fn calls(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().iter().filter(|seen| !seen.is_login()).cloned().collect()
    }

    pub fn logins(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().iter().filter(|seen| seen.is_login()).cloned().collect()
    }

    /// A client of this server that retries with short waits.
    pub fn client(&self) -> Client {
        self.builder().build().unwrap()
    }

    pub fn builder(&self) -> spapi_core::client::ClientBuilder {
        Client::builder(Marketplace::JP)
            .credentials(Credentials::new("client-id", "open sesame", "Atzr|1 2"))
            .endpoint(Endpoint::custom(&self.url))
            .retry(fast())
    }
}

pub fn fast() -> RetryPolicy {
    RetryPolicy::new().attempts(4).backoff(Duration::from_millis(1), Duration::from_millis(2))
}

async fn serve(stream: TcpStream, seen: Arc<Mutex<Vec<Seen>>>, handler: Arc<Handler>) {
    let mut stream = BufReader::new(stream);
    while let Some(request) = read(&mut stream).await {
        seen.lock().unwrap().push(request.clone());
        let reply = match handler(request).await {
            Reply::Answer { status, headers, body } => {
                let mut reply = format!("HTTP/1.1 {status} Whatever\r\ncontent-length: {}\r\n", body.len());
                for (name, value) in headers {
                    reply.push_str(&format!("{name}: {value}\r\n"));
                }
                reply + "\r\n" + &body
            }
            Reply::Close => return,
            Reply::Truncated { status } => {
                let start = format!("HTTP/1.1 {status} Whatever\r\ncontent-length: 1000\r\n\r\n{{\"payload\":");
                let _ = stream.write_all(start.as_bytes()).await;
                return;
            }
            Reply::Silence => {
                let _ = stream.read_u8().await;
                return;
            }
            Reply::Bytes { bytes, then } => {
                let _ = stream.write_all(bytes.as_bytes()).await;
                match then {
                    Then::GoOn => continue,
                    Then::Close => return,
                    Then::Silence => {
                        let _ = stream.read_u8().await;
                        return;
                    }
                    Then::Reset => {}
                    Then::ResetWhenTold(told) => told.notified().await,
                }
                // Closing a socket that has unread bytes resets the connection.
                stream.get_ref().set_zero_linger().unwrap();
                return;
            }
        };
        if stream.write_all(reply.as_bytes()).await.is_err() {
            return;
        }
    }
}

async fn read(stream: &mut BufReader<TcpStream>) -> Option<Seen> {
    let mut line = String::new();
    stream.read_line(&mut line).await.ok()?;
    let mut words = line.split_whitespace();
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await.ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        headers.push((name.to_owned(), value.to_owned()));
    }
    let mut seen = Seen { method, target, headers, body: String::new() };
    let length = seen.header("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    seen.body = String::from_utf8(body).unwrap();
    Some(seen)
}

/// A clock that stands still until a test advances it.
#[derive(Debug)]
pub struct ManualClock(Mutex<SystemTime>);

impl ManualClock {
    pub fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new(SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000))))
    }

    pub fn advance(&self, seconds: u64) {
        *self.0.lock().unwrap() += Duration::from_secs(seconds);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> SystemTime {
        *self.0.lock().unwrap()
    }
}

/// Notifies a test when a future has been polled for the first time and has done all that it can do at once.
pub struct Begun<F> {
    future: Pin<Box<F>>,
    begun: Option<Arc<tokio::sync::Semaphore>>,
}

impl<F: Future> Begun<F> {
    /// Adds a permit to the semaphore after the first poll.
    pub fn new(future: F, begun: &Arc<tokio::sync::Semaphore>) -> Self {
        Self { future: Box::pin(future), begun: Some(Arc::clone(begun)) }
    }
}

impl<F: Future> Future for Begun<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let result = self.future.as_mut().poll(context);
        if let Some(begun) = self.begun.take() {
            begun.add_permits(1);
        }
        result
    }
}
