//! The local quota: its stores, and how to turn it off.

mod support;

use spapi_core::BoxFuture;
use spapi_core::auth::StoreError;
use spapi_core::operation::{Operation, Rate};
use spapi_core::throttle::{QuotaAnswer, QuotaChange, QuotaKey, QuotaState, QuotaStore};
use spapi_core::transport::{Body, Transport, TransportError};
use spapi_core::{
    Client, Credentials, Error, Marketplace, Method, Quotas, Request, RequestOptions, RetryPolicy, Value, decode,
};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use support::{Server, fast, json, ok, token};

/// A rate of one call in eleven days, and a burst of one.
static SELDOM: Operation = Operation::new("test", "v1", "getThings", Method::GET, "/test/v1/things").rate(1e-6, 1);

async fn call(client: &Client) -> Result<(), Error> {
    Request::<Value>::new(client, &SELDOM, decode::json).send().await.map(drop)
}

#[tokio::test]
async fn without_a_quota_no_call_waits_and_the_retry_policy_repeats_refused_calls() {
    let calls = std::sync::atomic::AtomicU32::new(0);
    let server = Server::start(move |seen| match seen.is_login() {
        true => token(1),
        false if calls.fetch_add(1, std::sync::atomic::Ordering::Relaxed) == 3 => json(429, "{}"),
        false => ok(),
    });
    let server = server.await;
    let client = server.builder().quotas(&Quotas::off()).longest_wait(Duration::from_secs(1)).build().unwrap();
    for _ in 0..30 {
        call(&client).await.unwrap();
    }
    assert_eq!(server.calls().len(), 31, "one call was refused and sent again");
    let counted = server.builder().quotas(&Quotas::in_memory()).longest_wait(Duration::ZERO).build().unwrap();
    call(&counted).await.unwrap();
    assert!(call(&counted).await.unwrap_err().is_throttled());
}

#[tokio::test]
async fn a_refusal_by_a_limit_of_the_calls_own_leaves_the_quota_to_others() {
    static BURST: Operation = Operation::new("test", "v1", "makeThing", Method::GET, "/test/v1/things").rate(1e-6, 9);
    for has_own_limit in [true, false] {
        let calls = std::sync::atomic::AtomicU32::new(0);
        let server = Server::start(move |_| match calls.fetch_add(1, std::sync::atomic::Ordering::Relaxed) {
            0 => json(429, "{}"),
            _ => ok(),
        });
        let server = server.await;
        let client = server.builder().quotas(&Quotas::in_memory()).longest_wait(Duration::ZERO).build().unwrap();
        let send = |options: RequestOptions| {
            let mut request = Request::<Value>::new(&client, &BURST, decode::json);
            request.with_options(options.retry(RetryPolicy::none()));
            request.send()
        };
        let options = RequestOptions::new();
        let limited = if has_own_limit { options.clone().own_limit() } else { options.clone() };
        assert!(send(limited).await.unwrap_err().is_throttled());
        assert_eq!(send(options).await.is_ok(), has_own_limit);
    }
}

/// A database table that several processes share. It stores texts.
#[derive(Clone, Default)]
struct Table {
    rows: Arc<Mutex<BTreeMap<String, String>>>,
    changes: Arc<Mutex<Vec<String>>>,
}

impl QuotaStore for Table {
    fn update<'a>(
        &'a self,
        key: &'a QuotaKey,
        rate: Rate,
        change: &'a QuotaChange,
    ) -> BoxFuture<'a, Result<QuotaAnswer, StoreError>> {
        Box::pin(async move {
            let (key, change) = (serde_json::to_string(key)?, serde_json::to_string(change)?);
            // This stands for the network.
            tokio::time::sleep(Duration::from_millis(1)).await;
            self.changes.lock().unwrap().push(change.clone());
            let change: QuotaChange = serde_json::from_str(&change)?;
            let mut rows = self.rows.lock().unwrap();
            let stored: Option<QuotaState> = rows.get(&key).map(|row| serde_json::from_str(row)).transpose()?;
            let answer = change.apply(stored.as_ref(), rate, Duration::from_secs(1_800_000_000));
            rows.insert(key, serde_json::to_string(&answer.state)?);
            Ok(serde_json::from_str(&serde_json::to_string(&answer)?)?)
        })
    }
}

static FIVE: Operation = Operation::new("test", "v1", "getThings", Method::GET, "/test/v1/things").rate(0.001, 5);

#[tokio::test]
async fn a_custom_store_shares_quotas_as_plain_data() {
    let server = Server::start(|seen| if seen.is_login() { token(1) } else { ok() }).await;
    let table = Table::default();
    let process = || {
        let quotas = Quotas::with_store(table.clone());
        server.builder().quotas(&quotas).longest_wait(Duration::ZERO).retry(fast()).build().unwrap()
    };
    let call = async |client: &Client| Request::<Value>::new(client, &FIVE, decode::json).send().await.map(drop);
    let (first, second) = (process(), process());
    for client in [&first, &second, &first, &second, &first] {
        call(client).await.unwrap();
    }
    for client in [&first, &second, &process()] {
        let error = call(client).await.unwrap_err();
        assert!(error.is_throttled() && error.status().is_none(), "{error}");
    }
    let rows = table.rows.lock().unwrap();
    let key: QuotaKey = serde_json::from_str(rows.keys().next().unwrap()).unwrap();
    assert_eq!((rows.len(), &*key.operation), (1, "test@v1 getThings"));
    assert!(key.seller.is_some_and(|seller| !seller.contains("Atzr")));
    let changes = table.changes.lock().unwrap();
    assert!(changes.iter().filter(|change| change.contains("passed")).count() == 5, "{changes:?}");
}

/// A server within this process, which refuses the first call.
#[derive(Default)]
struct Inside {
    calls: std::sync::atomic::AtomicU32,
}

impl Transport for Inside {
    fn send(&self, request: http::Request<Body>) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        let is_login = request.uri().path() == "/auth/o2/token";
        let number = if is_login { 0 } else { self.calls.fetch_add(1, std::sync::atomic::Ordering::Relaxed) };
        let (status, body) = match (is_login, number) {
            (true, _) => (200, r#"{"access_token":"Atza|1","expires_in":3600}"#),
            (false, 0) => (429, "{}"),
            (false, _) => (200, "{}"),
        };
        let answer = http::Response::builder().status(status).body(Body::from(body)).unwrap();
        Box::pin(async move { Ok(answer) })
    }
}

/// One call a minute, like `getOrders` of orders v0.
static SLOW: Operation = Operation::new("test", "v1", "getThings", Method::GET, "/test/v1/things").rate(0.0167, 20);

#[tokio::test(start_paused = true)]
async fn in_paused_time_a_refusal_and_hours_of_waiting_pass_at_once() {
    let credentials = Credentials::new("id", "secret", "token");
    let client = Client::builder(Marketplace::JP).credentials(credentials).transport(Inside::default());
    let client = client.retry(RetryPolicy::new()).build().unwrap();
    let start = tokio::time::Instant::now();
    for _ in 0..60 {
        Request::<Value>::new(&client, &SLOW, decode::json).send().await.unwrap();
    }
    let minutes = start.elapsed().as_secs() / 60;
    assert!((58..65).contains(&minutes), "the first refusal empties the quota: {minutes}");
}
