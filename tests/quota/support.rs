//! A sandbox and clients whose clocks a test advances.

use serde_json::Value;
use spapi_core::client::ClientBuilder;
use spapi_core::{Client, Credentials, Endpoint, Error, Marketplace, Method, Operation, Request, RetryPolicy, decode};
use spapi_sandbox::{Clock, Limits, Sandbox};
use std::sync::{Arc, mpsc};
use std::time::{Duration, SystemTime};

/// The documented burst and rate of getOrders.
pub const BURST: u32 = 20;
pub const PER_SECOND: f64 = 0.0167;

pub static GET_ORDERS: Operation =
    Operation::new("orders", "v0", "getOrders", Method::GET, "/orders/v0/orders").rate(PER_SECOND, BURST);

/// A sandbox with a stopped clock.
pub async fn sandbox(limits: Limits) -> Sandbox {
    let start = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
    let builder = Sandbox::builder().orders(5).limits(limits).clock(Clock::stopped_at(start));
    builder.seller(SECOND_SELLER).start().await.unwrap()
}

pub const SECOND_SELLER: &str = "Atzr|second";

/// A builder of a client that neither waits nor retries.
pub fn builder(url: &str, refresh_token: &str) -> ClientBuilder {
    Client::builder(Marketplace::JP)
        .endpoint(Endpoint::custom(url))
        .credentials(Credentials::new(spapi_sandbox::CLIENT_ID, spapi_sandbox::CLIENT_SECRET, refresh_token))
        .retry(RetryPolicy::none())
        .longest_wait(Duration::ZERO)
}

/// A client that uses the sandbox's clock, so that its tokens expire by that clock.
pub fn client(sandbox: &Sandbox) -> Client {
    let clock = Arc::new(SandboxClock(sandbox.clock().clone()));
    builder(sandbox.url(), spapi_sandbox::REFRESH_TOKEN).clock(clock).build().unwrap()
}

#[derive(Debug)]
struct SandboxClock(Clock);

impl spapi_core::Clock for SandboxClock {
    fn now(&self) -> SystemTime {
        self.0.now()
    }
}

/// A request that lists orders as this operation.
pub fn request(client: &Client, operation: &'static Operation) -> Request<Value> {
    let mut request = Request::<Value>::new(client, operation, decode::json);
    request.query("MarketplaceIds", "A1VC38T7YXB528");
    request.query("CreatedAfter", "2026-01-01T00:00:00Z");
    request
}

pub async fn call(client: &Client) -> Result<(), Error> {
    request(client, &GET_ORDERS).send().await.map(drop)
}

/// Stops tokio's time until it is dropped.
///
/// A paused runtime advances to the next timer whenever it is idle, even while a socket is about to receive an answer.
/// It does not advance while a blocking task runs, so this starts one.
pub struct StoppedTime {
    _until_dropped: mpsc::Sender<()>,
}

impl StoppedTime {
    pub fn new() -> Self {
        let (until_dropped, wait) = mpsc::channel::<()>();
        tokio::task::spawn_blocking(move || wait.recv());
        tokio::time::pause();
        Self { _until_dropped: until_dropped }
    }

    /// Advances the client's time and the sandbox's.
    pub async fn advance(&self, sandbox: &Sandbox, by: Duration) {
        sandbox.clock().advance(by);
        tokio::time::advance(by).await;
    }
}

/// The outcome of some calls.
#[derive(Debug, Default)]
pub struct Tally {
    pub passed: u32,
    /// The number of calls that the server answered with 429.
    pub refused: u32,
    /// The seconds that the client waited for its quota.
    pub waited: f64,
}

/// Makes calls one after another, each as soon as the client allows it, until `passed` calls have succeeded.
pub async fn call_until(client: &Client, sandbox: &Sandbox, time: &StoppedTime, passed: u32) -> Tally {
    let mut tally = Tally::default();
    while tally.passed < passed {
        match call(client).await {
            Ok(()) => tally.passed += 1,
            Err(error) if error.status().is_some_and(|status| status == 429) => tally.refused += 1,
            Err(error) => {
                assert!(error.is_throttled(), "{error}");
                let wait = error.retry_after().unwrap();
                tally.waited += wait.as_secs_f64();
                time.advance(sandbox, wait).await;
            }
        }
    }
    tally
}
