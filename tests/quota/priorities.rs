//! The order of calls when a quota is nearly spent.

use crate::support::{builder, request, sandbox};
use spapi_core::{Method, Operation, Priority, RequestOptions};
use spapi_sandbox::{Limits, REFRESH_TOKEN};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// An operation whose rate differs between client and server.
static ONE_AT_A_TIME: Operation =
    Operation::new("orders", "v0", "getOrders", Method::GET, "/orders/v0/orders").rate(4.0, 1);

#[tokio::test]
async fn interactive_calls_go_before_batch_calls() {
    let sandbox = sandbox(Limits::Off).await;
    let client = builder(sandbox.url(), REFRESH_TOKEN)
        .longest_wait(Duration::from_secs(60))
        .priority(Priority::Batch)
        .build()
        .unwrap();
    // This call caches the access token and empties the bucket.
    request(&client, &ONE_AT_A_TIME).send().await.unwrap();
    let order = Arc::new(Mutex::new(Vec::new()));
    let spawn = |name: &'static str, priority: Option<Priority>| {
        let mut request = request(&client, &ONE_AT_A_TIME);
        if let Some(priority) = priority {
            request.with_options(RequestOptions::new().priority(priority));
        }
        let order = Arc::clone(&order);
        tokio::spawn(async move {
            request.send().await.unwrap();
            order.lock().unwrap().push(name);
        })
    };
    let (first, second) = (spawn("batch 1", None), spawn("batch 2", Some(Priority::Batch)));
    let (third, fourth) = ("interactive 1", "interactive 2");
    let (third, fourth) = (spawn(third, Some(Priority::Interactive)), spawn(fourth, Some(Priority::Interactive)));
    for task in [first, second, third, fourth] {
        task.await.unwrap();
    }
    assert_eq!(*order.lock().unwrap(), ["interactive 1", "interactive 2", "batch 1", "batch 2"]);
}
