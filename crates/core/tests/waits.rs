//! Servers that request long waits, and answers that never end.

mod support;

use bytes::Bytes;
use http::{Request, Response};
use spapi_core::transport::{Body, Purpose, Transport, TransportError};
use spapi_core::{BoxFuture, Client, Credentials, Error, Marketplace, Request as Call, RequestOptions, RetryPolicy};
use spapi_core::{Value, decode};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use support::{GET, Reply, Server, ok, token};
use tokio::time::Instant;

fn busy(status: u16, retry_after: &str) -> Reply {
    Reply::Answer { status, headers: vec![("retry-after", retry_after.to_owned())], body: String::new() }
}

fn is_reported(error: &Error, status: u16) {
    assert_eq!(error.status().unwrap(), status, "{error}");
    assert_eq!((error.retry_after(), error.attempts()), (Some(Duration::from_secs(20)), 1), "{error}");
    let shown = error.to_string();
    assert!(shown.contains("The server asks for 20 s; `longest_wait` allows 1 s"), "{shown}");
    assert_eq!((error.is_throttled(), error.is_server_error()), (status == 429, status == 503));
    assert!(!error.is_auth());
}

#[tokio::test]
async fn a_server_that_requests_a_longer_wait_than_allowed_ends_the_call_at_once() {
    for status in [429, 503] {
        for is_login in [true, false] {
            let server = Server::start_all(move |seen| {
                let reply = match seen.is_login() {
                    at_login if at_login == is_login => busy(status, "20"),
                    true => token(1),
                    false => ok(),
                };
                async move { reply }
            })
            .await;
            let short = Duration::from_secs(1);
            let client = server.builder().longest_wait(short).build().unwrap();
            is_reported(&Call::<Value>::new(&client, &GET, decode::json).send().await.unwrap_err(), status);
            // The call's setting has priority over the client's.
            let mut call = Call::<Value>::new(&server.client(), &GET, decode::json);
            call.with_options(RequestOptions::new().longest_wait(short));
            is_reported(&call.send().await.unwrap_err(), status);
            assert_eq!((server.logins().len(), server.calls().len()), if is_login { (2, 0) } else { (2, 2) });
        }
        #[cfg(feature = "document")]
        {
            let server = Server::start(move |_| busy(status, "20")).await;
            let client = server.builder().longest_wait(Duration::from_secs(1)).build().unwrap();
            is_reported(&client.download(format!("{}/key", server.url)).open().await.unwrap_err(), status);
            is_reported(
                &client.upload(format!("{}/key", server.url), "text/plain").send("x").await.unwrap_err(),
                status,
            );
            assert_eq!(server.calls().len(), 2);
        }
    }
}

/// A body that yields a byte every half second, without end.
struct Dripping(Pin<Box<tokio::time::Sleep>>);

impl http_body::Body for Dripping {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, TransportError>>> {
        let timer = &mut self.get_mut().0;
        ready!(timer.as_mut().poll(context));
        timer.as_mut().reset(Instant::now() + Duration::from_millis(500));
        Poll::Ready(Some(Ok(http_body::Frame::data("<".into()))))
    }
}

/// Refuses all requests except logins with such a body.
struct Refusing;

impl Transport for Refusing {
    fn send(&self, request: Request<Body>) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        let is_login = matches!(request.extensions().get::<Purpose>(), Some(Purpose::Login));
        let mut answer = Response::new(r#"{"access_token":"Atza|1"}"#.into());
        if !is_login {
            answer = Response::new(Body::stream(Dripping(Box::pin(tokio::time::sleep(Duration::ZERO)))));
            *answer.status_mut() = http::StatusCode::FORBIDDEN;
        }
        Box::pin(std::future::ready(Ok(answer)))
    }
}

#[tokio::test(start_paused = true)]
async fn the_body_of_a_refusal_has_one_time_limit() {
    let client = Client::builder(Marketplace::JP)
        .credentials(Credentials::new("client-id", "open sesame", "Atzr|1"))
        .retry(RetryPolicy::none())
        .timeout(Duration::from_secs(1))
        .transport(Refusing)
        .build()
        .unwrap();
    // Time is paused, so it advances only by waits.
    let started = Instant::now();
    let error = Call::<Value>::new(&client, &GET, decode::json).send().await.unwrap_err();
    assert!(error.status().unwrap() == 403 && started.elapsed() < Duration::from_secs(2), "{error}");
    #[cfg(feature = "document")]
    {
        let started = Instant::now();
        let error = client.download("https://bucket.example/key").open().await.unwrap_err();
        assert!(error.status().unwrap() == 403 && started.elapsed() < Duration::from_secs(2), "{error}");
        let started = Instant::now();
        let error = client.upload("https://bucket.example/key", "text/plain").send("x").await.unwrap_err();
        assert!(error.status().unwrap() == 403 && started.elapsed() < Duration::from_secs(2), "{error}");
    }
}
