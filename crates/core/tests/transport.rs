//! Clients whose requests go to a test's own transport instead of over HTTP.

mod support;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use spapi_core::transport::{Body, Purpose, ServiceTransport, Transport, TransportError, TransportErrorKind};
use spapi_core::{BoxFuture, Client, Credentials, Marketplace, Request as Call, RetryPolicy, Value, decode};
use std::convert::Infallible;
use std::future::{Future, ready};
use std::pin::Pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;
use support::{GET, POST};

/// The purpose, method and URI of each request.
type Seen = Arc<Mutex<Vec<String>>>;

type Answers = dyn Fn(u32) -> Result<Response<Body>, TransportError> + Send + Sync;

/// Answers logins with a token, and other requests by a function of the number of requests before.
struct Scripted {
    seen: Seen,
    count: AtomicU32,
    answers: Box<Answers>,
}

impl Transport for Scripted {
    fn send(&self, request: Request<Body>) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        let purpose = request.extensions().get::<Purpose>().unwrap();
        let name = match purpose {
            Purpose::Call(operation) => operation.id.to_string(),
            other => format!("{other:?}"),
        };
        self.seen.lock().unwrap().push(format!("{name} {} {}", request.method(), request.uri()));
        assert!(request.headers()["user-agent"].to_str().unwrap().starts_with("spapi/"));
        let answer = match purpose {
            Purpose::Login => Ok(Response::new(r#"{"access_token":"Atza|1","expires_in":3600}"#.into())),
            _ => (self.answers)(self.count.fetch_add(1, Ordering::Relaxed)),
        };
        Box::pin(ready(answer))
    }
}

fn client(answers: impl Fn(u32) -> Result<Response<Body>, TransportError> + Send + Sync + 'static) -> (Client, Seen) {
    let seen = Seen::default();
    let transport = Scripted { seen: Arc::clone(&seen), count: AtomicU32::new(0), answers: Box::new(answers) };
    (builder(transport).build().unwrap(), seen)
}

fn builder(transport: impl Transport) -> spapi_core::client::ClientBuilder {
    Client::builder(Marketplace::JP)
        .credentials(Credentials::new("client-id", "secret", "Atzr|1"))
        .retry(RetryPolicy::new().attempts(3).backoff(Duration::from_millis(1), Duration::from_millis(1)))
        .transport(transport)
}

fn call(client: &Client) -> Call<Value> {
    Call::new(client, &GET, decode::json)
}

#[tokio::test]
async fn calls_and_logins_go_through_the_transport() {
    let (client, seen) = client(|_| Ok(Response::new(r#"{"a":1}"#.into())));
    let answer = call(&client).send().await.unwrap();
    assert_eq!((answer["a"].clone(), answer.status()), (1.into(), StatusCode::OK));
    assert_eq!(
        *seen.lock().unwrap(),
        [
            "Login POST https://api.amazon.com/auth/o2/token",
            "getThings GET https://sellingpartnerapi-fe.amazon.com/test/v1/things",
        ]
    );
}

#[tokio::test]
async fn the_kind_of_failure_decides_whether_a_call_is_sent_again() {
    use TransportErrorKind::{Connect, Lost, Timeout, Untrusted, Unusable};
    for (kind, reads, writes) in [(Connect, 3, 3), (Lost, 3, 1), (Timeout, 3, 1), (Untrusted, 1, 1), (Unusable, 1, 1)] {
        for (operation, expected) in [(&GET, reads), (&POST, writes)] {
            let (client, seen) = client(move |_| Err(TransportError::new(kind).with_source("the cause")));
            let error = Call::<Value>::new(&client, operation, decode::json).send().await.unwrap_err();
            assert_eq!(seen.lock().unwrap().len() - 1, expected, "{kind:?} {error}");
            assert_eq!(error.is_connect(), matches!(kind, Connect | Untrusted), "{error}");
            assert_eq!((error.is_timeout(), error.is_input()), (kind == Timeout, kind == Unusable), "{error}");
            let is_unknown = operation.id == POST.id && matches!(kind, Lost | Timeout);
            assert_eq!(error.outcome_unknown(), is_unknown, "{error}");
            assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "the cause");
        }
    }
    let failure = || TransportError::new(Unusable).with_message("there is no answer to this. Write one.");
    let (client, _) = client(move |_| Err(failure()));
    let error = call(&client).send().await.unwrap_err().to_string();
    assert_eq!(error, "test@v1 getThings: there is no answer to this. Write one.");
}

/// A body that yields a piece and then fails or hangs.
struct Broken {
    piece: Option<Bytes>,
    hangs: bool,
}

impl http_body::Body for Broken {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, TransportError>>> {
        match self.piece.take() {
            Some(piece) => Poll::Ready(Some(Ok(http_body::Frame::data(piece)))),
            None if self.hangs => Poll::Pending,
            None => Poll::Ready(Some(Err(TransportError::new(TransportErrorKind::Lost)))),
        }
    }
}

fn broken(hangs: bool, status: u16) -> Response<Body> {
    let mut answer = Response::new(Body::stream(Broken { piece: Some("{".into()), hangs }));
    *answer.status_mut() = StatusCode::from_u16(status).unwrap();
    answer.headers_mut().insert("x-amzn-requestid", "id-1".parse().unwrap());
    answer
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_breaks_or_hangs_is_lost_or_timed_out_and_keeps_its_request_id() {
    for hangs in [false, true] {
        let (reading, _) =
            client(move |count| Ok(if count == 0 { broken(hangs, 200) } else { Response::new("{}".into()) }));
        call(&reading).send().await.unwrap();
        let (always, seen) = client(move |_| Ok(broken(hangs, 200)));
        let error = Call::<Value>::new(&always, &POST, decode::json).send().await.unwrap_err();
        assert_eq!((error.is_timeout(), error.outcome_unknown()), (hangs, true), "{error}");
        assert_eq!((error.request_id(), seen.lock().unwrap().len()), (Some("id-1"), 2));
        // A refusal stays a refusal, even if its body breaks.
        let (refusing, _) = client(move |_| Ok(broken(hangs, 404)));
        assert!(call(&refusing).send().await.unwrap_err().is_not_found());
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_of_ones_own_is_sent_without_a_token_and_waited_for_as_long_as_it_moves() {
    let (client, seen) = client(|count| match count {
        0 => Ok(Response::new(Body::stream(Body::from("bytes")))),
        _ => Ok(broken(true, 200)),
    });
    let request = || Request::get("https://bucket.example/key?Signature=abc").body(Body::empty()).unwrap();
    let answer = client.exchange(request()).await.unwrap();
    assert_eq!(answer.into_body().collect().await.unwrap(), "bytes");
    let failure = client.exchange(request()).await.unwrap().into_body().collect().await.unwrap_err();
    assert_eq!(failure.kind(), TransportErrorKind::Timeout);
    assert!(failure.to_string().contains("bucket.example") && !failure.to_string().contains("abc"), "{failure}");
    assert_eq!(seen.lock().unwrap()[0], "Plain GET https://bucket.example/key?Signature=abc");
}

#[cfg(feature = "document")]
#[tokio::test(start_paused = true)]
async fn documents_go_through_the_transport() {
    let (client, seen) = client(|count| match count {
        0 => Ok(broken(true, 503)),
        _ => Ok(Response::new("a\tb\n1\t2\n".into())),
    });
    let document = client.download("https://bucket.example/key?X-Amz-Signature=abc").open().await.unwrap();
    let mut rows = document.rows::<(u8, u8)>(spapi_core::document::Dialect::TSV).unwrap();
    assert_eq!(rows.try_next().await.unwrap(), Some((1, 2)));
    assert_eq!(rows.try_next().await.unwrap(), None);
    client.upload("https://bucket.example/key", "text/plain").send("bytes").await.unwrap();
    let ways: Vec<_> = seen.lock().unwrap().iter().map(|seen| seen[..9].to_owned()).collect();
    assert_eq!(ways, ["Plain GET", "Plain GET", "Plain PUT"]);
}

/// A service of the same form as those of axum.
#[derive(Clone)]
struct Service;

impl tower_service::Service<Request<Body>> for Service {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        Box::pin(async move {
            let (head, body) = request.into_parts();
            let body = String::from_utf8(body.collect().await.unwrap().to_vec()).unwrap();
            Ok(Response::new(match head.uri.path() {
                "/auth/o2/token" => r#"{"access_token":"Atza|1"}"#.into(),
                path => serde_json::json!({
                    "path": path,
                    "host": head.headers["host"].to_str().unwrap(),
                    "token": head.headers["x-amz-access-token"].to_str().unwrap(),
                    "body": body,
                })
                .to_string()
                .into(),
            }))
        })
    }
}

#[tokio::test]
async fn a_service_in_the_same_process_is_a_transport() {
    let client = builder(ServiceTransport::new(Service)).build().unwrap();
    let mut request = Call::<Value>::new(&client, &POST, decode::json);
    request.json(&"hello".to_owned());
    let answer = request.send().await.unwrap();
    assert_eq!(answer["path"], "/test/v1/things");
    assert_eq!(answer["host"], "sellingpartnerapi-fe.amazon.com");
    assert_eq!((answer["token"].clone(), answer["body"].clone()), ("Atza|1".into(), "\"hello\"".into()));
}

/// Counts how often it is dropped.
struct Dropped(Arc<AtomicU32>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

struct Hanging(Arc<AtomicU32>);

impl Transport for Hanging {
    fn send(&self, _: Request<Body>) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        let dropped = Dropped(Arc::clone(&self.0));
        Box::pin(async move {
            std::future::pending::<()>().await;
            drop(dropped);
            Ok(Response::default())
        })
    }
}

#[tokio::test(start_paused = true)]
async fn a_transport_is_dropped_after_the_time_limit_and_with_the_call() {
    let dropped = Arc::new(AtomicU32::new(0));
    let client = builder(Hanging(Arc::clone(&dropped))).retry(RetryPolicy::none()).build().unwrap();
    assert!(call(&client).send().await.unwrap_err().is_timeout());
    assert_eq!(dropped.load(Ordering::Relaxed), 1);
    let _ = tokio::time::timeout(Duration::from_secs(1), call(&client).send()).await;
    assert_eq!(dropped.load(Ordering::Relaxed), 2);
}

/// A clock that notes the waits and does not wait.
#[derive(Debug, Default)]
struct Noting(Mutex<Vec<Duration>>);

impl spapi_core::Clock for Noting {
    fn now(&self) -> std::time::SystemTime {
        std::time::SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000)
    }

    fn sleep(&self, wait: Duration) -> BoxFuture<'_, ()> {
        self.0.lock().unwrap().push(wait);
        Box::pin(ready(()))
    }
}

/// Answers each request with 503 the first time.
#[derive(Default)]
struct Unsteady(Mutex<std::collections::HashSet<String>>);

impl Transport for Unsteady {
    fn send(&self, request: Request<Body>) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        let mut answer = Response::new(r#"{"access_token":"Atza|1"}"#.into());
        if self.0.lock().unwrap().insert(request.uri().to_string()) {
            *answer.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
            answer.headers_mut().insert("retry-after", "17".parse().unwrap());
        }
        Box::pin(ready(Ok(answer)))
    }
}

#[tokio::test]
async fn calls_logins_and_documents_wait_by_the_clients_clock() {
    let clock = Arc::new(Noting::default());
    let client = builder(Unsteady::default()).clock(clock.clone()).build().unwrap();
    call(&client).send().await.unwrap();
    #[cfg(feature = "document")]
    client.download("https://bucket.example/key").open().await.unwrap();
    let waits = clock.0.lock().unwrap().clone();
    assert!(waits.len() >= 2 && waits.iter().all(|wait| *wait == Duration::from_secs(17)), "{waits:?}");
    #[cfg(feature = "document")]
    assert_eq!(waits.len(), 3);
}
