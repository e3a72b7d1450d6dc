//! Causes each kind of error.

mod support;

use spapi_core::decode;
use spapi_core::operation::{Operation, Paging};
use spapi_core::{Client, Credentials, Endpoint, Error, ErrorKind, Marketplace, Method, Request, RetryPolicy, Value};
use std::time::Duration;
use support::{GET, ManualClock, POST, Reply, Server, json, ok};

async fn answered(reply: fn() -> Reply) -> Error {
    let server = Server::start(move |_| reply()).await;
    let client = server.builder().retry(RetryPolicy::none()).build().unwrap();
    Request::<u8>::new(&client, &GET, decode::json).send().await.unwrap_err()
}

#[tokio::test]
async fn the_status_of_an_answer_decides_its_kind() {
    for (reply, kind) in [
        ((|| json(400, r#"{"errors":[{"code":"InvalidInput"}]}"#)) as fn() -> Reply, ErrorKind::BadRequest),
        (|| json(409, ""), ErrorKind::BadRequest),
        (|| json(422, ""), ErrorKind::BadRequest),
        (|| json(401, ""), ErrorKind::Denied),
        (|| json(403, ""), ErrorKind::Denied),
        (|| json(404, ""), ErrorKind::NotFound),
        (|| json(408, ""), ErrorKind::Timeout),
        (|| json(429, ""), ErrorKind::Quota),
        (|| json(500, ""), ErrorKind::Server),
        (|| json(503, ""), ErrorKind::Server),
        (|| json(504, ""), ErrorKind::Server),
        (|| json(307, ""), ErrorKind::Answer),
        (|| json(200, r#"{"errors":[{"code":"C"}]}"#), ErrorKind::Answer),
        (|| json(200, "\"x\""), ErrorKind::Decode),
        (|| json(200, ""), ErrorKind::Decode),
        (|| Reply::Close, ErrorKind::Lost),
        (|| Reply::Truncated { status: 200 }, ErrorKind::Lost),
    ] {
        let error = answered(reply).await;
        assert_eq!(error.kind(), kind, "{error}");
        assert_eq!(error.is_server_error(), kind == ErrorKind::Server, "{error}");
        assert_eq!(error.is_bad_request(), kind == ErrorKind::BadRequest, "{error}");
        assert_eq!(error.is_not_found(), kind == ErrorKind::NotFound, "{error}");
        assert_eq!(error.is_auth(), kind == ErrorKind::Denied, "{error}");
        assert_eq!(error.is_throttled(), kind == ErrorKind::Quota, "{error}");
        assert_eq!(error.is_decode(), kind == ErrorKind::Decode, "{error}");
    }
}

#[tokio::test]
async fn failures_before_the_api_is_reached_have_their_kinds() {
    let credentials = || Credentials::new("client-id", "open sesame", "Atzr|1");
    let at = |endpoint: &str| {
        Client::builder(Marketplace::JP).credentials(credentials()).endpoint(Endpoint::custom(endpoint))
    };
    let kind_of = async |client: &Client, operation: &'static Operation| {
        Request::<Value>::new(client, operation, decode::json).send().await.unwrap_err().kind()
    };
    assert_eq!(Client::builder(Marketplace::JP).build().unwrap_err().kind(), ErrorKind::Config);
    let server = Server::start(|_| ok()).await;
    static NEEDS: Operation = Operation::new("test", "v1", "getThing", Method::GET, "/thing").required(&["id"]);
    assert_eq!(kind_of(&server.client(), &NEEDS).await, ErrorKind::Input);

    let refusing = Server::start_all(|_| async { json(400, r#"{"error":"invalid_grant"}"#) }).await;
    assert_eq!(kind_of(&refusing.client(), &GET).await, ErrorKind::Login);
    let broken = Server::start_all(|_| async { json(500, "") }).await;
    let error = Request::<Value>::new(&broken.client(), &GET, decode::json).send().await.unwrap_err();
    assert!(error.kind() == ErrorKind::Login && error.is_server_error() && !error.is_auth(), "{error}");

    let closed = at("http://127.0.0.1:9").retry(RetryPolicy::none()).build().unwrap();
    assert_eq!(kind_of(&closed, &GET).await, ErrorKind::Connect);
    let silent = Server::start(|_| Reply::Silence).await;
    let hurried = silent.builder().timeout(Duration::from_millis(300)).build().unwrap();
    assert_eq!(kind_of(&hurried, &POST).await, ErrorKind::Timeout);

    static SLOW: Operation = Operation::new("test", "v1", "getSlow", Method::GET, "/slow").rate(0.01, 1);
    let strict = server.builder().longest_wait(Duration::ZERO).build().unwrap();
    Request::<Value>::new(&strict, &SLOW, decode::json).send().await.unwrap();
    assert_eq!(kind_of(&strict, &SLOW).await, ErrorKind::Quota);

    let large = server.builder().largest_answer(1).build().unwrap();
    assert_eq!(kind_of(&large, &GET).await, ErrorKind::TooLarge);
}

#[tokio::test]
async fn pages_have_kinds_of_their_own() {
    static PAGED: Operation = Operation::new("test", "v1", "listThings", Method::GET, "/list")
        .paging(Paging::token("pageToken", "next").token_life(Duration::from_secs(30)));
    fn next(page: &Value) -> Option<&str> {
        page["next"].as_str()
    }
    let server = Server::start(|_| json(200, r#"{"next":"a"}"#)).await;
    let mut pages = Request::<Value>::new(&server.client(), &PAGED, decode::json).pages(next);
    for _ in 0..2 {
        pages.try_next().await.unwrap();
    }
    assert_eq!(pages.try_next().await.unwrap_err().kind(), ErrorKind::Paging);

    let server = Server::replying([json(200, r#"{"next":"a"}"#), json(400, "")]).await;
    let clock = ManualClock::new();
    let client = server.builder().clock(clock.clone()).build().unwrap();
    let mut pages = Request::<Value>::new(&client, &PAGED, decode::json).pages(next);
    pages.try_next().await.unwrap();
    clock.advance(31);
    assert_eq!(pages.try_next().await.unwrap_err().kind(), ErrorKind::PageExpired);
}

#[cfg(feature = "document")]
#[tokio::test]
async fn documents_have_kinds_of_their_own() {
    const EXPIRED: &str = "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>";
    for (body, kind) in [("", ErrorKind::DocumentHost), (EXPIRED, ErrorKind::UrlExpired)] {
        let server = Server::start(move |_| json(403, body)).await;
        let error = server.client().download(format!("{}/key", server.url)).open().await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(!error.is_auth());
    }
}
