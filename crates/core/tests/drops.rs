//! A call that is dropped while it waits blocks no other call.

mod support;

use spapi_core::auth::{BoxFuture, CredentialStore, StoreError};
use spapi_core::operation::{Operation, Restricted};
use spapi_core::{Client, Credentials, Method, Request, Value, decode};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use support::{Reply, Server, json, ok};

const TOKENS_PATH: &str = "/tokens/2021-03-01/restrictedDataToken";
const BURST: usize = 4;

static SLOW: Operation = Operation::new("test", "v1", "getSlow", Method::GET, "/slow")
    .rate(0.0001, BURST as u32)
    .restricted(Restricted::new());

/// A credential store that answers with a delay.
struct Vault;

impl CredentialStore for Vault {
    fn credentials(&self) -> BoxFuture<'_, Result<Credentials, StoreError>> {
        Box::pin(async {
            tokio::task::yield_now().await;
            Ok(Credentials::new("client-id", "open sesame", "Atzr|1"))
        })
    }
}

/// Polls a future until it has waited a number of times, and then drops it.
struct DroppedAt<F> {
    future: Pin<Box<F>>,
    waits_left: u32,
}

impl<F: Future> Future for DroppedAt<F> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.future.as_mut().poll(context) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending if self.waits_left == 0 => Poll::Ready(None),
            Poll::Pending => {
                self.waits_left -= 1;
                Poll::Pending
            }
        }
    }
}

fn request(client: &Client) -> Request<Value> {
    let mut request = Request::new(client, &SLOW, decode::json);
    request.restricted([]);
    request
}

/// A server that is busy once, which makes the client repeat the call.
async fn server() -> Server {
    let busy = std::sync::Mutex::new(1);
    Server::start(move |seen| match seen.target.as_str() {
        TOKENS_PATH => json(200, r#"{"restrictedDataToken":"Atz.1","expiresIn":3600}"#),
        _ => match std::mem::take(&mut *busy.lock().unwrap()) {
            1 => Reply::Answer { status: 503, headers: Vec::new(), body: String::new() },
            _ => ok(),
        },
    })
    .await
}

#[tokio::test]
async fn a_call_dropped_at_any_await_leaves_no_permit_renewal_or_quota_stuck() {
    let mut waits = 0;
    loop {
        let server = server().await;
        let client = server.builder().credentials(Vault).longest_wait(Duration::ZERO).build().unwrap();
        let dropped = DroppedAt { future: Box::pin(request(&client).send()), waits_left: waits };
        let is_done = dropped.await.is_some();
        let mut sent = 0;
        let spent = loop {
            match request(&client).send().await {
                Ok(_) => sent += 1,
                Err(error) => break error,
            }
        };
        assert!(spent.is_throttled() && spent.status().is_none(), "after {waits} waits: {spent}");
        let calls = server.calls();
        let slow = calls.iter().filter(|call| call.target == "/slow").count();
        let tokens = calls.iter().filter(|call| call.target == TOKENS_PATH).count();
        // A call that was being sent counts, although it may not have arrived.
        assert!(slow == BURST || slow == BURST - 1, "after {waits} waits: {slow} calls");
        assert!(sent > 0, "after {waits} waits");
        assert!((1..=2).contains(&tokens) && (1..=2).contains(&server.logins().len()), "after {waits} waits");
        if is_done {
            break;
        }
        waits += 1;
    }
    assert!(waits > 6, "the call waited for the store, the login, the token, the answer and a repetition: {waits}");
}
