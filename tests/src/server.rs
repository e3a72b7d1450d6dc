//! The server. Its HTTP/1.1 is written by hand, because a library could change a request before a test sees it.

use crate::exchange::{Answer, Received};
use spapi_core::client::ClientBuilder;
use spapi_core::{Client, Credentials, Endpoint, Marketplace, RetryPolicy};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// The access token of the server's token endpoint.
pub const ACCESS_TOKEN: &str = "Atza|access-token-of-the-tests";

const TOKEN_PATH: &str = "/auth/o2/token";

type Answers = dyn Fn(&Received) -> Answer + Send + Sync;

/// A server on loopback with a token endpoint. It stops when it is dropped.
pub struct Server {
    address: SocketAddr,
    received: Arc<Mutex<Vec<Received>>>,
    accepting: JoinHandle<()>,
}

impl Server {
    /// Answers each call with the result of `answer`.
    ///
    /// # Panics
    /// When no port on loopback is free.
    pub async fn new(answer: impl Fn(&Received) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port on loopback");
        let address = listener.local_addr().expect("a listener has an address");
        let received = Arc::new(Mutex::default());
        let accepting = tokio::spawn(accept(listener, Arc::new(answer), Arc::clone(&received)));
        Self { address, received, accepting }
    }

    /// Answers every call with the same answer.
    pub async fn always(answer: Answer) -> Self {
        Self::new(move |_| answer.clone()).await
    }

    /// Answers the first call with the first answer and so on. A call beyond the last answer loses its connection.
    pub async fn in_turn(answers: impl IntoIterator<Item = Answer>) -> Self {
        let answers: Mutex<Vec<_>> = Mutex::new(answers.into_iter().collect::<Vec<_>>().into_iter().rev().collect());
        Self::new(move |call| {
            let next = answers.lock().unwrap_or_else(PoisonError::into_inner).pop();
            next.unwrap_or_else(|| panic!("the test has no answer for this call: {} {}", call.method, call.target))
        })
        .await
    }

    /// Its address, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// A client of this server that does not retry, so that a test sees the first failure.
    ///
    /// # Panics
    /// When it cannot be built.
    pub fn client(&self) -> Client {
        self.client_builder().build().expect("a client for loopback")
    }

    /// The builder of that client.
    pub fn client_builder(&self) -> ClientBuilder {
        Client::builder(Marketplace::JP)
            .credentials(Credentials::new("client-id", "client-secret", "refresh-token"))
            .endpoint(Endpoint::custom(self.url()))
            .any_marketplace()
            .retry(RetryPolicy::none())
    }

    /// The calls so far, without the requests for tokens.
    pub fn calls(&self) -> Vec<Received> {
        self.received().into_iter().filter(|request| request.path() != TOKEN_PATH).collect()
    }

    /// The requests for tokens so far.
    pub fn token_requests(&self) -> Vec<Received> {
        self.received().into_iter().filter(|request| request.path() == TOKEN_PATH).collect()
    }

    /// The one call so far.
    ///
    /// # Panics
    /// When there was none, or more than one.
    pub fn call(&self) -> Received {
        let mut calls = self.calls();
        assert_eq!(calls.len(), 1, "calls: {calls:?}");
        calls.remove(0)
    }

    /// The method and undecoded target of each call so far.
    pub fn targets(&self) -> Vec<String> {
        self.calls().into_iter().map(|call| format!("{} {}", call.method, call.target)).collect()
    }

    /// The number of all requests, including those for tokens.
    pub fn request_count(&self) -> usize {
        self.received().len()
    }

    fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, answers: Arc<Answers>, received: Arc<Mutex<Vec<Received>>>) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(converse(stream, Arc::clone(&answers), Arc::clone(&received)));
    }
}

/// Answers the requests of one connection until the client closes it.
async fn converse(stream: TcpStream, answers: Arc<Answers>, received: Arc<Mutex<Vec<Received>>>) {
    let mut stream = BufReader::new(stream);
    while let Some(request) = read(&mut stream).await {
        received.lock().unwrap_or_else(PoisonError::into_inner).push(request.clone());
        let answer = if request.path() == TOKEN_PATH { token() } else { answers(&request) };
        if stream.get_mut().write_all(&answer.to_bytes()).await.is_err() {
            return;
        }
    }
}

fn token() -> Answer {
    Answer::json(
        200,
        serde_json::json!({"access_token": ACCESS_TOKEN, "token_type": "bearer", "expires_in": 3600, "refresh_token": "r"}),
    )
}

/// Reads a request; `None` when the connection ends.
async fn read(stream: &mut BufReader<TcpStream>) -> Option<Received> {
    let first = line(stream).await?;
    let mut parts = first.split(' ');
    let mut request =
        Received { method: parts.next()?.to_owned(), target: parts.next()?.to_owned(), ..Received::default() };
    loop {
        let header = line(stream).await?;
        if header.is_empty() {
            break;
        }
        let (name, value) = header.split_once(':')?;
        request.headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    assert_eq!(request.header("transfer-encoding"), None, "this server reads bodies of a known length only");
    let length = request.header("content-length").map_or(0, |length| length.parse().expect("a length"));
    request.body.resize(length, 0);
    stream.read_exact(&mut request.body).await.ok()?;
    Some(request)
}

async fn line(stream: &mut BufReader<TcpStream>) -> Option<String> {
    let mut line = Vec::new();
    stream.read_until(b'\n', &mut line).await.ok()?;
    let line = line.strip_suffix(b"\r\n")?;
    Some(String::from_utf8_lossy(line).into_owned())
}
