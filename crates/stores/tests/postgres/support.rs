//! What the cases share.

use crate::server::{Server, USER};
use spapi_core::client::ClientBuilder;
use spapi_core::operation::Rate;
use spapi_core::throttle::{QuotaAnswer, QuotaChange, QuotaKey, QuotaStore};
use spapi_core::{Client, Credentials, Endpoint, Error, Marketplace, Method, Operation, Request, RetryPolicy, decode};
use spapi_sandbox::{CLIENT_ID, CLIENT_SECRET, Limits, LoggedRequest, REFRESH_TOKEN, Sandbox};
use spapi_stores::{Postgres, Quota};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A database of a server.
pub struct Database {
    server: Arc<Server>,
    name: String,
}

impl Database {
    pub fn new(server: &Arc<Server>) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("case_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        server.query("postgres", &format!("create database {name}"));
        Self { server: Arc::clone(server), name }
    }

    pub fn url(&self) -> String {
        self.server.url(USER, &self.name)
    }

    pub fn url_of(&self, user: &str) -> String {
        self.server.url(user, &self.name)
    }

    /// The lines that a query gives.
    pub fn query(&self, sql: &str) -> Vec<String> {
        self.server.query(&self.name, sql)
    }

    /// The stores, as another process has them.
    pub async fn connect(&self) -> Postgres {
        Postgres::connect(&self.url()).await.unwrap()
    }
}

pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

/// The key of an operation's quota.
pub fn key(operation: &str) -> QuotaKey {
    let parts = spapi_core::json!({"server": "s", "application": "a", "seller": "b", "operation": operation});
    serde_json::from_value(parts).unwrap()
}

pub async fn update(quota: &Quota, operation: &str, rate: Rate, change: QuotaChange) -> QuotaAnswer {
    quota.update(&key(operation), rate, &change).await.unwrap()
}

/// A sandbox on loopback, and the operations that it was asked for.
pub async fn sandbox(limits: Limits) -> (Sandbox, Arc<Mutex<Vec<String>>>) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&seen);
    let sandbox = Sandbox::builder().orders(5).limits(limits).on_request(move |request: &LoggedRequest| {
        log.lock().unwrap().push(request.operation.clone());
    });
    (sandbox.start().await.unwrap(), seen)
}

/// How many of the requests were for an operation.
pub fn count(seen: &Mutex<Vec<String>>, operation: &str) -> usize {
    seen.lock().unwrap().iter().filter(|seen| seen.ends_with(operation)).count()
}

/// The documented burst and rate of getOrders.
pub const BURST: u32 = 20;
pub const PER_SECOND: f64 = 0.0167;

pub static GET_ORDERS: Operation =
    Operation::new("orders", "v0", "getOrders", Method::GET, "/orders/v0/orders").rate(PER_SECOND, BURST);

/// A client that neither waits nor repeats.
pub fn builder(url: &str) -> ClientBuilder {
    Client::builder(Marketplace::JP)
        .endpoint(Endpoint::custom(url))
        .credentials(Credentials::new(CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN))
        .retry(RetryPolicy::none())
        .longest_wait(Duration::ZERO)
}

pub async fn call(client: &Client) -> Result<(), Error> {
    let mut request = Request::<serde_json::Value>::new(client, &GET_ORDERS, decode::json);
    request.query("MarketplaceIds", "A1VC38T7YXB528");
    request.query("CreatedAfter", "2026-01-01T00:00:00Z");
    request.send().await.map(drop)
}
