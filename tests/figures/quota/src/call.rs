//! One process that calls.

use crate::Result;
use serde_json::Value;
use spapi_core::{Client, Credentials, Endpoint, Marketplace, Method, Operation, Quotas, Request, RetryPolicy, decode};
use spapi_sandbox::{CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN};
use std::time::{SystemTime, UNIX_EPOCH};

/// The documented burst and rate.
pub const BURST: u32 = 30;
pub const PER_SECOND: f64 = 0.5;

static GET_ORDER_ITEMS: Operation =
    Operation::new("orders", "v0", "getOrderItems", Method::GET, "/orders/v0/orders/{orderId}/orderItems")
        .rate(PER_SECOND, BURST);

/// Calls one after another until the given number have passed, and prints the time of each call in milliseconds.
pub async fn call(url: &str, folder: &str, calls: u32) -> Result<()> {
    let client = Client::builder(Marketplace::JP)
        .endpoint(Endpoint::custom(url))
        .credentials(Credentials::new(CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN))
        .quotas(&Quotas::in_folder(folder)?)
        // The client does not retry, so a refusal ends up here.
        .retry(RetryPolicy::none())
        .build()?;
    let search = client.request(Method::GET, "/orders/2026-01-01/orders").query("createdAfter", "2026-01-01");
    let found: Value = search.send().await?.json()?;
    let order = found["orders"][0]["orderId"].as_str().ok_or("the shop has no orders")?.to_owned();
    let mut passed = 0;
    while passed < calls {
        let mut request = Request::<Value>::new(&client, &GET_ORDER_ITEMS, decode::json);
        request.path("orderId", &order);
        let word = match request.send().await {
            Ok(_) => {
                passed += 1;
                "passed"
            }
            Err(error) if error.status().is_some_and(|status| status == 429) => "refused",
            Err(error) => return Err(error.into()),
        };
        println!("{word} {}", SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis());
    }
    Ok(())
}
