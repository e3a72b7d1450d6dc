//! Takes calls from quotas in a server of its own, by eight clients as fast as they can, and renews tokens. Prints the takes a second
//! of one quota, those of a thousand quotas, the renewals, and how often the token expired.

/// `run` copies it here: it is that of the tests of spapi-sync.
#[allow(dead_code, reason = "the tests use the rest of it")]
mod server;

use server::{Server, USER};
use spapi_core::operation::Rate;
use spapi_core::throttle::{QuotaChange, QuotaKey, QuotaStore};
use spapi_core::{Client, Credentials, Endpoint, Marketplace, Method, Quotas};
use spapi_sandbox::{CLIENT_ID, CLIENT_SECRET, Limits, REFRESH_TOKEN, Sandbox};
use spapi_stores::Postgres;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

const CLIENTS: usize = 8;
const TIME: Duration = Duration::from_secs(10);
const EXPIRIES: u32 = 20;

fn main() {
    if server::programs().is_none() {
        eprintln!("no server of Postgres is installed here");
        std::process::exit(3);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    // The settings of a server as it is installed.
    let server = Server::with(None, &[], &[]);
    runtime.block_on(async {
        let hot = takes(&server, 1).await;
        let many = takes(&server, 1000).await;
        println!("{hot} {many} {} {EXPIRIES}", renewals(&server).await);
    });
}

async fn connect(server: &Server) -> Postgres {
    Postgres::connect(&server.url(USER, "postgres")).await.expect("a database")
}

/// How many takes a second the clients get answered, of that many quotas together.
async fn takes(server: &Server, quotas: usize) -> u64 {
    let mut clients = JoinSet::new();
    for first in 0..CLIENTS {
        let quota = connect(server).await.quota();
        clients.spawn(async move {
            let keys: Vec<QuotaKey> = (0..quotas).map(|number| key(quotas, number)).collect();
            let began = Instant::now();
            let mut answers = 0;
            while began.elapsed() < TIME {
                // Each client goes through the quotas in another order.
                let key = &keys[(answers * 7 + first * 131) % keys.len()];
                quota.update(key, Rate::new(80.0, 100), &QuotaChange::Take).await.expect("an answer");
                answers += 1;
            }
            answers
        });
    }
    let answers: usize = clients.join_all().await.into_iter().sum();
    answers as u64 / TIME.as_secs()
}

fn key(quotas: usize, number: usize) -> QuotaKey {
    let parts = serde_json::json!({
        "server": "sellingpartnerapi-fe.amazon.com", "application": "amzn1.application-oa2-client.0123",
        "seller": format!("A{number}"), "operation": format!("orders@v0 getOrders of {quotas}"),
    });
    serde_json::from_value(parts).expect("a key")
}

/// How many tokens the clients request while one expires again and again.
async fn renewals(server: &Server) -> u32 {
    let requests = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&requests);
    let sandbox = Sandbox::builder().limits(Limits::Off).on_request(move |request| {
        counted.fetch_add(u32::from(request.operation == "login"), Ordering::Relaxed);
    });
    let sandbox = sandbox.start().await.expect("a sandbox");
    for _ in 0..EXPIRIES {
        let mut clients = JoinSet::new();
        for _ in 0..CLIENTS {
            let client = Client::builder(Marketplace::JP)
                .endpoint(Endpoint::custom(sandbox.url()))
                .credentials(Credentials::new(CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN))
                .quotas(&Quotas::off())
                .token_store(Arc::new(connect(server).await.tokens()))
                .build()
                .expect("a client");
            clients.spawn(async move {
                client.request(Method::GET, "/sellers/v1/marketplaceParticipations").send().await.expect("an answer");
            });
        }
        clients.join_all().await;
        server.query("postgres", "update spapi.tokens set expires_at = clock_timestamp()");
    }
    requests.load(Ordering::Relaxed)
}
