//! Answers that are larger than the client's limits, and compressed answers.

mod support;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use spapi_core::transport::{Body, Purpose, Transport, TransportError};
use spapi_core::{BoxFuture, Client, Credentials, ErrorKind, Marketplace, Request as Call, RetryPolicy, Value, decode};
use std::future::ready;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use support::{GET, POST, Reply, Server, json};

const MIB: u64 = 1 << 20;

/// Pieces of 64 KiB without end.
struct Flood {
    piece: Bytes,
    /// The announced length.
    announced: Option<u64>,
    given: Arc<AtomicU64>,
}

impl http_body::Body for Flood {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, TransportError>>> {
        self.given.fetch_add(self.piece.len() as u64, Ordering::Relaxed);
        Poll::Ready(Some(Ok(http_body::Frame::data(self.piece.clone()))))
    }

    fn size_hint(&self) -> http_body::SizeHint {
        self.announced.map_or_else(http_body::SizeHint::new, http_body::SizeHint::with_exact)
    }
}

/// Answers requests with this purpose by a flood, and other requests by a short answer.
struct Flooding {
    purpose: &'static str,
    status: u16,
    text: &'static str,
    announced: Option<u64>,
    given: Arc<AtomicU64>,
}

impl Transport for Flooding {
    fn send(&self, request: Request<Body>) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        let purpose = match request.extensions().get::<Purpose>() {
            Some(Purpose::Call(_)) => "call",
            Some(Purpose::Login) => "login",
            Some(Purpose::RestrictedDataToken) => "restricted",
            _ => "plain",
        };
        let mut answer = Response::new(match purpose {
            "login" => r#"{"access_token":"Atza|1"}"#.into(),
            _ => r#"{"restrictedDataToken":"Atz.sprdt|1"}"#.into(),
        });
        if purpose == self.purpose {
            let piece = self.text.repeat(65536 / self.text.len()).into();
            let flood = Flood { piece, announced: self.announced, given: Arc::clone(&self.given) };
            answer = Response::new(Body::stream(flood));
            *answer.status_mut() = StatusCode::from_u16(self.status).unwrap();
        }
        Box::pin(ready(Ok(answer)))
    }
}

struct Case {
    purpose: &'static str,
    status: u16,
    text: &'static str,
}

fn flooded(case: &Case, announced: Option<u64>) -> (spapi_core::client::ClientBuilder, Arc<AtomicU64>) {
    let given = Arc::new(AtomicU64::new(0));
    let Case { purpose, status, text } = *case;
    let transport = Flooding { purpose, status, text, announced, given: Arc::clone(&given) };
    let builder = Client::builder(Marketplace::JP)
        .credentials(Credentials::new("client-id", "open sesame", "Atzr|1"))
        .retry(RetryPolicy::none())
        .transport(transport);
    (builder, given)
}

static RESTRICTED: spapi_core::Operation =
    spapi_core::Operation::new("test", "v1", "getAddress", spapi_core::Method::GET, "/address")
        .restricted(spapi_core::operation::Restricted::new());

async fn call(client: &Client, is_restricted: bool) -> spapi_core::Error {
    let mut call = Call::<Value>::new(client, if is_restricted { &RESTRICTED } else { &GET }, decode::json);
    if is_restricted {
        call.restricted([]);
    }
    call.send().await.unwrap_err()
}

#[tokio::test]
async fn an_endless_answer_is_read_up_to_the_limit_and_the_error_names_the_setting() {
    const ERRORS: &str = r#"{"code":"C","message":"m"},"#;
    for (case, limit, setting) in [
        (Case { purpose: "call", status: 200, text: " " }, 64 * MIB, "ClientBuilder::largest_answer"),
        (Case { purpose: "call", status: 200, text: "0," }, 64 * MIB, "ClientBuilder::largest_answer"),
        (Case { purpose: "call", status: 500, text: " " }, MIB, "ClientBuilder::largest_error"),
        (Case { purpose: "call", status: 400, text: ERRORS }, MIB, "ClientBuilder::largest_error"),
        (Case { purpose: "call", status: 429, text: ERRORS }, MIB, "ClientBuilder::largest_error"),
        (Case { purpose: "login", status: 200, text: " " }, MIB, "ClientBuilder::largest_error"),
        (Case { purpose: "login", status: 400, text: " " }, MIB, "ClientBuilder::largest_error"),
        (Case { purpose: "restricted", status: 200, text: " " }, MIB, "ClientBuilder::largest_error"),
        (Case { purpose: "restricted", status: 403, text: " " }, MIB, "ClientBuilder::largest_error"),
    ] {
        let (builder, given) = flooded(&case, None);
        let error = call(&builder.build().unwrap(), case.purpose == "restricted").await;
        assert_eq!(error.status().unwrap(), case.status);
        assert_eq!(error.kind() == ErrorKind::TooLarge, case.status == 200, "{error}");
        let shown = error.to_string();
        assert!(shown.contains(setting) && shown.contains(&limit.to_string()), "{shown}");
        let given = given.load(Ordering::Relaxed);
        assert!((limit..=limit + 2 * 65536).contains(&given), "{given} bytes: {shown}");
        assert!(error.errors().is_empty() && !error.outcome_unknown(), "{shown}");
    }
}

#[tokio::test]
async fn an_answer_with_an_announced_length_beyond_the_limit_is_not_read() {
    for (status, announced) in [(200, 64 * MIB + 1), (200, u64::MAX), (404, MIB + 1)] {
        let (builder, given) = flooded(&Case { purpose: "call", status, text: " " }, Some(announced));
        let error = call(&builder.build().unwrap(), false).await;
        assert_eq!((error.status().unwrap().as_u16(), given.load(Ordering::Relaxed)), (status, 0), "{error}");
        assert_eq!((error.kind() == ErrorKind::TooLarge, error.is_not_found()), (status == 200, status == 404));
    }
}

#[tokio::test]
async fn the_limits_can_be_set() {
    let word = |length: usize| format!("\"{}\"", "x".repeat(length - 2));
    let server = Server::start(move |seen| match seen.method.as_str() {
        "GET" => json(200, word(1000)),
        _ => json(400, format!(r#"{{"message":{}}}"#, word(1000))),
    })
    .await;
    for (largest, fits) in [(1000, true), (999, false)] {
        let client = server.builder().largest_answer(largest).build().unwrap();
        let read = Call::<String>::new(&client, &GET, decode::json).send().await;
        assert_eq!(read.is_ok(), fits);
        assert!(read.err().is_none_or(|error| error.kind() == ErrorKind::TooLarge));
    }
    for (largest, fits) in [(1012, true), (1011, false)] {
        let client = server.builder().largest_error(largest).build().unwrap();
        let error = Call::<String>::new(&client, &POST, decode::json).send().await.unwrap_err();
        assert_eq!((error.status().unwrap().as_u16(), error.messages().count()), (400, usize::from(fits)));
    }
}

#[tokio::test]
async fn a_token_that_no_server_would_accept_is_refused() {
    for length in [16 * 1024 + 1, 900_000, 10_000_000] {
        let body = format!(r#"{{"access_token":"{}","expires_in":3600}}"#, "t".repeat(length));
        let server = Server::start_all(move |_| ready(json(200, body.clone()))).await;
        let error = call(&server.client(), false).await;
        assert!(server.calls().is_empty() && error.to_string().len() < 500, "{error}");
        assert!(matches!(error.kind(), ErrorKind::Login | ErrorKind::TooLarge), "{error}");
    }
    let body = format!(r#"{{"restrictedDataToken":"{}"}}"#, "t".repeat(20_000));
    let server = Server::start(move |_| json(200, body.clone())).await;
    let error = call(&server.client(), true).await;
    assert!(server.calls().len() == 1 && error.to_string().contains("restricted data token"), "{error}");
}

fn packed(status: u16, encoding: &str, body: &str) -> Reply {
    let headers = vec![("content-encoding", encoding.into())];
    Reply::Answer { status, headers, body: body.into() }
}

#[tokio::test]
async fn no_compression_is_requested_and_a_compressed_answer_is_an_error() {
    // The first two bytes of gzip cannot be sent as text, so the header has them.
    let server = Server::replying([
        packed(200, "br", "\u{7}packed"),
        packed(400, "zstd", "\u{7}packed"),
        packed(200, "gzip", r#"{"in":"clear"}"#),
        packed(200, "UTF-8", "7"),
        packed(200, "deflate", ""),
    ])
    .await;
    let client = server.builder().retry(RetryPolicy::none()).build().unwrap();
    let error = call(&client, false).await;
    assert!(error.is_decode() && error.to_string().contains("packed with br, which was not asked for"), "{error}");
    let error = call(&client, false).await;
    assert!(error.to_string().contains("packed with zstd") && error.status().unwrap() == 400, "{error}");
    for _ in 0..2 {
        Call::<Value>::new(&client, &GET, decode::json).send().await.unwrap();
    }
    let accepted: Vec<_> =
        server.calls().iter().map(|seen| seen.header("accept-encoding").map(str::to_owned)).collect();
    assert_eq!(accepted, vec![Some("identity".to_owned()); 4]);
    assert_eq!(server.logins()[0].header("accept-encoding"), Some("identity"));

    /// Answers all requests except logins with gzip that no header announces.
    struct Zipping;

    impl Transport for Zipping {
        fn send(&self, request: Request<Body>) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
            let body: Body = match request.extensions().get::<Purpose>() {
                Some(Purpose::Login) => r#"{"access_token":"Atza|1"}"#.into(),
                _ => vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3].into(),
            };
            Box::pin(ready(Ok(Response::new(body))))
        }
    }

    let builder = Client::builder(Marketplace::JP).credentials(Credentials::new("id", "open sesame", "Atzr|1"));
    let error = call(&builder.transport(Zipping).build().unwrap(), false).await;
    assert!(error.is_decode() && error.to_string().contains("packed with gzip"), "{error}");
    let error = client.request(spapi_core::Method::GET, "/a").header("Accept-Encoding", "gzip").send().await;
    assert!(error.unwrap_err().to_string().contains("set by the client itself"));
}
