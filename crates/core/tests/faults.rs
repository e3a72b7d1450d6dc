//! Real faults of servers and connections: which calls the client repeats, and what the error says.

mod support;

use spapi_core::operation::{Operation, Repeat};
use spapi_core::{Error, Method, Request, RequestOptions, RetryPolicy, Value, decode};
use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;
use support::{GET, POST, Reply, Server, Then, fast, json, ok};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::Notify;

static PUT: Operation = Operation::new("test", "v1", "putThing", Method::PUT, "/test/v1/things");
static READING_POST: Operation =
    Operation::new("test", "v1", "searchThings", Method::POST, "/test/v1/search").repeat(Repeat::Safe);
static CREATE: Operation =
    Operation::new("test", "v1", "createReport", Method::POST, "/test/v1/reports").repeat(Repeat::Create);

async fn send(server: &Server, operation: &'static Operation) -> Result<(), Error> {
    Request::<Value>::new(&server.client(), operation, decode::json).send().await.map(drop)
}

fn html(status: u16) -> Reply {
    Reply::Answer { status, headers: vec![("content-type", "text/html".into())], body: "<html>Mary</html>".into() }
}

fn faults() -> Vec<fn() -> Reply> {
    vec![
        || json(500, r#"{"errors":[{"code":"InternalFailure","message":"oops"}]}"#),
        || html(503),
        || json(502, ""),
        || json(504, ""),
        || json(408, ""),
        || Reply::Close,
        || Reply::Truncated { status: 200 },
        || Reply::Truncated { status: 500 },
        || bytes("", Then::Reset),
        || bytes("HTTP/1.1 200 OK\r\nconte", Then::Reset),
        || bytes("HTTP/1.1 200 OK\r\nconte", Then::Close),
        || bytes("HTTP/1.1 200 OK\r\ncontent-length: 14\r\n\r\n{\"payload", Then::Reset),
        || bytes("HTTP/1.1 200 OK\r\ncontent-length: two\r\n\r\n{}", Then::GoOn),
        || bytes("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\ne\r\n{\"payload", Then::Close),
        // A complete chunk without the final one.
        || bytes("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n", Then::Close),
        || bytes("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nsome\r\n{}\r\n0\r\n\r\n", Then::GoOn),
        || bytes("this is no HTTP at all\r\n\r\n", Then::GoOn),
    ]
}

fn bytes(bytes: &str, then: Then) -> Reply {
    Reply::Bytes { bytes: bytes.into(), then }
}

#[tokio::test]
async fn a_repeatable_call_is_tried_again_after_a_fault() {
    for operation in [&GET, &PUT, &READING_POST] {
        for fault in faults() {
            let server = Server::replying([fault(), fault(), ok()]).await;
            send(&server, operation).await.unwrap();
            assert_eq!(server.calls().len(), 3);
            assert_eq!(server.logins().len(), 1);
        }
    }
}

#[tokio::test]
async fn a_call_that_must_not_be_repeated_is_sent_once_and_its_outcome_is_unknown() {
    for operation in [&POST, &CREATE] {
        for fault in faults() {
            let server = Server::replying([fault(), ok()]).await;
            let error = send(&server, operation).await.unwrap_err();
            assert!(error.outcome_unknown() && !error.is_throttled(), "{error}");
            assert!(error.to_string().contains("check before calling again"), "{error}");
            assert_eq!(error.attempts(), 1);
            assert_eq!(server.calls().len(), 1);
        }
    }
}

#[tokio::test]
async fn attempts_are_counted_and_the_last_fault_is_shown() {
    let server = Server::start(|_| html(503)).await;
    let error = send(&server, &GET).await.unwrap_err();
    assert_eq!((error.status().unwrap().as_u16(), error.attempts(), server.calls().len()), (503, 4, 4));
    assert!(!error.outcome_unknown(), "a call that only reads has no unknown outcome");
    assert_eq!(
        error.to_string(),
        "test@v1 getThings: 503 Service Unavailable, after 4 attempts. The fault is on the server's side. Try again \
         later."
    );
    assert!(error.errors().is_empty());
    let error = send(&server, &PUT).await.unwrap_err();
    assert!(error.outcome_unknown());
    let once = RequestOptions::new().retry(RetryPolicy::none());
    let mut call = Request::<Value>::new(&server.client(), &GET, decode::json);
    call.with_options(once);
    assert_eq!(call.send().await.unwrap_err().attempts(), 1);
    assert_eq!(server.calls().len(), 9);
}

#[tokio::test]
async fn an_operation_that_the_server_does_not_have_is_final() {
    for operation in [&GET, &POST] {
        let server = Server::start(|_| json(501, "")).await;
        let error = send(&server, operation).await.unwrap_err();
        assert!(!error.outcome_unknown(), "{error}");
        assert!(error.to_string().contains("does not have this operation"), "{error}");
        assert_eq!(server.calls().len(), 1);
    }
}

#[tokio::test]
async fn a_lost_answer_has_its_own_kind_of_error_and_keeps_its_cause() {
    let server = Server::start(|_| Reply::Close).await;
    let error = send(&server, &POST).await.unwrap_err();
    assert_eq!(error.status(), None);
    assert!(error.to_string().contains("the connection to 127.0.0.1 broke"), "{error}");
    assert!(error.source().is_some() && !error.is_connect() && !error.is_timeout());

    let server = Server::start(|_| Reply::Truncated { status: 202 }).await;
    let error = send(&server, &POST).await.unwrap_err();
    assert_eq!(error.status().unwrap(), 202);
    assert!(error.outcome_unknown());
}

#[tokio::test]
async fn a_server_that_does_not_answer_causes_a_timeout() {
    let server = Server::start(|_| Reply::Silence).await;
    for (operation, calls) in [(&POST, 1), (&GET, 2)] {
        let before = server.calls().len();
        let mut call = Request::<Value>::new(&server.client(), operation, decode::json);
        call.with_options(RequestOptions::new().timeout(Duration::from_millis(500)).retry(fast().attempts(2)));
        let error = call.send().await.unwrap_err();
        assert!(error.is_timeout() && !error.is_connect(), "{error}");
        assert_eq!(error.outcome_unknown(), operation.repeat != Repeat::Safe);
        assert_eq!(server.calls().len() - before, calls);
    }
}

#[tokio::test]
async fn a_body_that_stalls_causes_a_timeout() {
    for stalled in [
        "HTTP/1.1 202 Accepted\r\ncontent-length: 14\r\n\r\n{\"payload",
        "HTTP/1.1 202 Accepted\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n",
    ] {
        let server = Server::start(|_| bytes(stalled, Then::Silence)).await;
        for (operation, calls) in [(&POST, 1), (&GET, 2)] {
            let before = server.calls().len();
            let mut call = Request::<Value>::new(&server.client(), operation, decode::json);
            call.with_options(RequestOptions::new().timeout(Duration::from_millis(500)).retry(fast().attempts(2)));
            let error = call.send().await.unwrap_err();
            assert!(error.is_timeout() && !error.is_connect(), "{error}");
            assert_eq!(error.status().unwrap(), 202, "the status is known");
            assert_eq!(error.outcome_unknown(), operation.repeat != Repeat::Safe);
            assert_eq!(server.calls().len() - before, calls);
        }
    }
}

#[tokio::test]
async fn a_length_that_is_too_short_cuts_the_answer_off() {
    let server = Server::replying([
        bytes("HTTP/1.1 201 Created\r\ncontent-length: 9\r\n\r\n{\"payload\":{}}", Then::GoOn),
        ok(),
    ])
    .await;
    let client = server.client();
    let call = || Request::<Value>::new(&client, &POST, decode::json).send();
    let error = call().await.unwrap_err();
    // The status arrived, so Amazon carried out the call, and the client must not repeat it.
    assert!(error.is_decode() && !error.outcome_unknown(), "{error}");
    assert_eq!((error.status().unwrap().as_u16(), error.attempts(), server.calls().len()), (201, 1, 1));
    call().await.unwrap();
}

#[tokio::test]
async fn bytes_after_an_answer_are_not_the_next_answer() {
    let smuggled = "HTTP/1.1 200 OK\r\ncontent-length: 12\r\n\r\n{\"whose\":\"?\"}";
    for behind in [smuggled, "\r\n\r\n", "{}"] {
        let server = Server::replying([
            bytes(&format!("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{{}}{behind}"), Then::GoOn),
            ok(),
        ])
        .await;
        let client = server.client();
        let call = || Request::<Value>::new(&client, &POST, decode::json).send();
        assert_eq!(*call().await.unwrap(), serde_json::json!({}));
        assert_eq!(*call().await.unwrap(), serde_json::json!({"payload": {}}), "{behind:?}");
        assert_eq!(server.calls().len(), 2);
    }
}

/// The client does not reuse a connection that ended while it was idle. If the client notices the end before it sends,
/// it sends the call once, over another connection. If it does not, the call is lost like one whose connection is reset
/// before the answer.
#[tokio::test]
async fn a_connection_that_was_reset_while_idle_loses_no_call() {
    let notify = Arc::new(Notify::new());
    let answer = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";
    let endings = [
        bytes(answer, Then::ResetWhenTold(Arc::clone(&notify))),
        // The server closes the idle connection as after a timeout.
        bytes(answer, Then::Close),
    ];
    for ending in endings {
        let server = Server::replying([ending, ok()]).await;
        let client = server.builder().retry(RetryPolicy::none()).build().unwrap();
        let call = || Request::<Value>::new(&client, &POST, decode::json).send();
        call().await.unwrap();
        notify.notify_one();
        // The client notices the end while the runtime is idle.
        tokio::time::sleep(Duration::from_millis(100)).await;
        call().await.unwrap();
        assert_eq!(server.calls().len(), 2, "once each");
    }
}

/// If a reset and a call cross, the call may be lost with an error, but the client never sends it twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_crosses_a_reset_is_never_sent_twice() {
    for _ in 0..20 {
        let notify = Arc::new(Notify::new());
        let answer = bytes("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}", Then::ResetWhenTold(Arc::clone(&notify)));
        let server = Server::replying([answer, ok()]).await;
        let client = server.client();
        let call = || Request::<Value>::new(&client, &POST, decode::json).send();
        call().await.unwrap();
        notify.notify_one();
        match call().await {
            Ok(_) => assert_eq!(server.calls().len(), 2),
            Err(error) => {
                assert!(error.outcome_unknown() && error.attempts() == 1, "{error}");
                assert!(server.calls().len() <= 2);
            }
        }
    }
}

/// The address of a port that no server uses.
async fn closed_port() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

#[tokio::test]
async fn every_call_is_repeated_after_a_refused_connection() {
    let server = Server::start(|_| ok()).await;
    let token_url = format!("{}{}", server.url, support::LOGIN_PATH);
    let nobody = closed_port().await;
    let endpoint = spapi_core::Endpoint::custom_with_token_url(&nobody, &token_url);
    let client = server.builder().endpoint(endpoint).build().unwrap();
    let error = Request::<Value>::new(&client, &POST, decode::json).send().await.unwrap_err();
    assert!(error.is_connect() && !error.outcome_unknown(), "{error}");
    assert_eq!(error.attempts(), 4);
    assert!(error.source().is_some());
    assert!(error.to_string().contains("cannot connect to 127.0.0.1"), "{error}");

    // The server starts while the client repeats the call.
    let address = nobody.trim_start_matches("http://").to_owned();
    let patient = fast().attempts(1000).backoff(Duration::from_millis(5), Duration::from_millis(5));
    let endpoint = spapi_core::Endpoint::custom_with_token_url(&nobody, &token_url);
    let client = server.builder().endpoint(endpoint).retry(patient).build().unwrap();
    let call = tokio::spawn(Request::<Value>::new(&client, &POST, decode::json).send());
    let listener = TcpListener::bind(address).await.unwrap();
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut request = [0; 2048];
    let length = stream.read(&mut request).await.unwrap();
    assert!(request[..length].starts_with(b"POST /test/v1/things"));
    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").await.unwrap();
    call.await.unwrap().unwrap();
}

fn throttled(retry_after: Option<&str>) -> Reply {
    let headers = retry_after.map(|value| ("retry-after", value.to_owned())).into_iter().collect();
    Reply::Answer { status: 429, headers, body: String::new() }
}

#[tokio::test]
async fn every_call_is_repeated_after_a_429() {
    for operation in [&GET, &POST, &CREATE] {
        let body = r#"{"errors":[{"code":"QuotaExceeded","message":"You exceeded your quota."}]}"#;
        let server = Server::replying([throttled(None), json(429, body), throttled(Some("0")), ok()]).await;
        send(&server, operation).await.unwrap();
        assert_eq!(server.calls().len(), 4);
    }
    let server = Server::start(|_| throttled(None)).await;
    let error = send(&server, &POST).await.unwrap_err();
    assert!(error.is_throttled() && !error.outcome_unknown());
    assert_eq!((error.attempts(), error.retry_after()), (4, None));
}

#[tokio::test]
async fn retry_after_is_honored_up_to_the_longest_wait() {
    let server = Server::start(|_| throttled(Some("120"))).await;
    let client = server.builder().longest_wait(Duration::from_secs(60)).build().unwrap();
    let error = Request::<Value>::new(&client, &GET, decode::json).send().await.unwrap_err();
    assert_eq!((error.retry_after(), error.attempts()), (Some(Duration::from_secs(120)), 1));
    let started = std::time::Instant::now();
    let server = Server::replying([throttled(Some("0.2")), ok()]).await;
    send(&server, &GET).await.unwrap();
    assert!(started.elapsed() >= Duration::from_millis(200));
}

#[tokio::test]
async fn a_wait_beyond_the_total_time_is_not_started() {
    let unavailable =
        || Reply::Answer { status: 503, headers: vec![("retry-after", "61".into())], body: String::new() };
    let server = Server::start(move |_| unavailable()).await;
    let client = server.builder().retry(fast().total_time(Duration::from_secs(60))).build().unwrap();
    let error = Request::<Value>::new(&client, &GET, decode::json).send().await.unwrap_err();
    assert_eq!((error.attempts(), error.retry_after()), (1, Some(Duration::from_secs(61))));
    assert_eq!(server.calls().len(), 1);
}

static SLOW: Operation = Operation::new("test", "v1", "getSlow", Method::GET, "/slow").rate(0.01, 2);

#[tokio::test]
async fn the_local_quota_holds_calls_back_before_amazon_does() {
    let server = Server::start(|_| ok()).await;
    let client = server.builder().longest_wait(Duration::from_secs(60)).build().unwrap();
    let call = || Request::<Value>::new(&client, &SLOW, decode::json);
    call().send().await.unwrap();
    call().send().await.unwrap();
    let error = call().send().await.unwrap_err();
    assert!(error.is_throttled() && error.status().is_none());
    let wait = error.retry_after().unwrap().as_secs_f64();
    assert!(wait > 90.0 && wait <= 100.0, "{wait}");
    assert!(error.to_string().starts_with("test@v1 getSlow: the local quota of 0.01 calls a second"), "{error}");
    assert_eq!(server.calls().len(), 2);
    let mut patient = call();
    patient.with_options(RequestOptions::new().longest_wait(Duration::ZERO));
    assert!(patient.send().await.unwrap_err().is_throttled());
}

#[tokio::test]
async fn a_429_empties_the_local_bucket() {
    let server = Server::start(|_| throttled(None)).await;
    let client = server.builder().longest_wait(Duration::from_secs(60)).build().unwrap();
    let call = || Request::<Value>::new(&client, &SLOW, decode::json);
    let error = call().send().await.unwrap_err();
    assert_eq!(error.status().unwrap(), 429);
    assert_eq!(error.retry_after(), Some(Duration::from_secs(100)), "the time in which the bucket gains one call");
    assert_eq!(
        call().send().await.unwrap_err().status(),
        None,
        "the refusal also removed the second call of the burst"
    );
    assert_eq!(server.calls().len(), 1);
}

#[tokio::test]
async fn a_call_that_was_not_sent_takes_no_quota() {
    let server = Server::start(|_| ok()).await;
    let token_url = format!("{}{}", server.url, support::LOGIN_PATH);
    let endpoint = spapi_core::Endpoint::custom_with_token_url(closed_port().await, token_url);
    let client = server.builder().endpoint(endpoint).longest_wait(Duration::ZERO).build().unwrap();
    for _ in 0..3 {
        let error = Request::<Value>::new(&client, &SLOW, decode::json).send().await.unwrap_err();
        assert!(error.is_connect() && error.attempts() == 4, "{error}");
    }
}

#[tokio::test]
async fn errors_in_every_shape_are_read() {
    for (status, body, codes, messages) in [
        (400, r#"{"errors":[{"code":"InvalidInput","message":"m","details":""}]}"#, vec!["InvalidInput"], vec!["m"]),
        (
            400,
            r#"{"payload":null,"errors":[{"code":"A","message":"m"},{"code":"B","message":"n"}]}"#,
            vec!["A", "B"],
            vec!["m", "n"],
        ),
        (
            400,
            r#"[{"code":"InvalidInput","message":"Could not match input arguments"}]"#,
            vec!["InvalidInput"],
            vec!["Could not match input arguments"],
        ),
        (404, r#"{"code":"NotFound","message":"m"}"#, vec!["NotFound"], vec!["m"]),
        (403, r#"{"message":"m"}"#, vec![], vec!["m"]),
        (403, r#"{"errors":[{"code":"Unauthorized"}]}"#, vec!["Unauthorized"], vec![]),
        (400, r#"{"error":"invalid_request","error_description":"m"}"#, vec!["invalid_request"], vec!["m"]),
        (413, "<html>Mary</html>", vec![], vec![]),
        (415, "", vec![], vec![]),
        (422, "\u{feff}{}", vec![], vec![]),
    ] {
        let server = Server::start(move |_| json(status, body)).await;
        let error = send(&server, &GET).await.unwrap_err();
        assert_eq!(error.status().unwrap(), status);
        assert_eq!(error.request_id(), Some("request-1"));
        assert_eq!(error.codes().collect::<Vec<_>>(), codes, "{body}");
        assert_eq!(error.messages().collect::<Vec<_>>(), messages, "{body}");
        assert_eq!(server.calls().len(), 1, "{status} is not tried again");
        assert!(!format!("{error} {error:?}").contains("Mary"));
        assert!(error.to_string().starts_with(&format!("test@v1 getThings: {status} ")), "{error}");
    }
}

#[derive(Debug, serde::Serialize, serde::Deserialize)]
struct Page {
    payload: Vec<Order>,
}

#[derive(Debug, serde::Serialize, serde::Deserialize)]
struct Order {
    id: String,
    lines: u32,
}

#[tokio::test]
async fn a_decode_error_shows_the_path_and_not_the_value() {
    let server = Server::start(|seen| match seen.method.as_str() {
        "GET" => json(200, r#"{"payload":[{"id":"a","lines":1,"new":{"x":1}},{"id":"b","lines":"Mary"}],"more":[]}"#),
        _ => json(201, ""),
    })
    .await;
    let error = Request::<Page>::new(&server.client(), &GET, decode::json).send().await.unwrap_err();
    assert!(error.is_decode() && !error.outcome_unknown());
    assert_eq!(error.decode_path(), Some("payload[1].lines"));
    assert_eq!((error.status().unwrap().as_u16(), error.request_id()), (200, Some("request-1")));
    assert_eq!(
        error.to_string(),
        "test@v1 getThings: the answer cannot be read at payload[1].lines: expected u32, found a text: 200 OK \
         (request id request-1)"
    );
    assert!(!format!("{error:?} {:?}", error.source()).contains("Mary"));
    assert_eq!(server.calls().len(), 1);
    let empty = Request::<Page>::new(&server.client(), &POST, decode::json).send().await.unwrap_err();
    assert!(empty.to_string().contains("the answer cannot be read: it is empty: 201 Created"), "{empty}");
}

#[tokio::test]
async fn an_answer_without_a_body_is_none_and_unknown_fields_are_ignored() {
    let server = Server::replying([
        json(204, ""),
        json(200, r#"{"payload":[{"id":"a","lines":1,"new":{"x":1}}],"more":[]}"#),
        json(200, "not even JSON"),
    ])
    .await;
    let client = server.client();
    let none = Request::<Option<Page>>::new(&client, &GET, decode::json_or_empty).send().await.unwrap();
    assert!(none.into_inner().is_none());
    let some = Request::<Option<Page>>::new(&client, &GET, decode::json_or_empty).send().await.unwrap();
    assert_eq!(some.into_inner().unwrap().payload[0].id, "a");
    Request::<()>::new(&client, &GET, decode::empty).send().await.unwrap();
}
