//! Tests a function of your own against the sandbox: how it behaves when Amazon throttles, and when a token expires.
//!
//! The tests open no socket and pause tokio's clock, so waits take no time.

use spapi_core::transport::ServiceTransport;
use spapi_core::{Client, Error, Marketplace};
use spapi_examples::client_of;
use spapi_orders::v2026_01_01::Orders;
use spapi_sandbox::{Fault, FaultKind, Sandbox};
use std::time::Duration;
use tokio::time::Instant;

/// The code under test: counts the orders since a time.
async fn count_orders(client: &Client, since: &str) -> Result<usize, Error> {
    let mut orders = Orders::new(client).search_orders().created_after(since).items();
    let mut count = 0;
    while orders.try_next().await?.is_some() {
        count += 1;
    }
    Ok(count)
}

// ANCHOR: sandbox
/// A sandbox without a port, and a client that calls it within the process.
fn sandbox_and_client() -> Result<(Sandbox, Client), Box<dyn std::error::Error>> {
    let sandbox = Sandbox::builder().build()?;
    let transport = ServiceTransport::new(sandbox.service());
    let client = client_of(&sandbox, Marketplace::JP).transport(transport).build()?;
    Ok((sandbox, client))
}
// ANCHOR_END: sandbox

// ANCHOR: throttled
#[tokio::test(start_paused = true)]
async fn throttled_calls_are_repeated() -> Result<(), Box<dyn std::error::Error>> {
    let (sandbox, client) = sandbox_and_client()?;
    let undisturbed = count_orders(&client, "2026-01-01").await?;
    sandbox.fault(Fault::new("orders searchOrders", FaultKind::Throttled).times(2))?;
    let start = Instant::now();
    assert_eq!(count_orders(&client, "2026-01-01").await?, undisturbed);
    // Amazon's rate for this operation is low, so the client has waited for minutes of paused time.
    assert!(start.elapsed() > Duration::from_secs(60));
    Ok(())
}
// ANCHOR_END: throttled

#[tokio::test(start_paused = true)]
async fn an_expired_token_is_renewed() -> Result<(), Box<dyn std::error::Error>> {
    let (sandbox, client) = sandbox_and_client()?;
    sandbox.fault(Fault::new("orders searchOrders", FaultKind::ExpiredToken).nth(1))?;
    assert!(count_orders(&client, "2026-01-01").await? > 0);
    Ok(())
}

// ANCHOR: strict
#[tokio::test]
async fn a_spent_quota_is_an_error_if_the_caller_does_not_wait() -> Result<(), Box<dyn std::error::Error>> {
    let sandbox = Sandbox::builder().build()?;
    let transport = ServiceTransport::new(sandbox.service());
    let client = client_of(&sandbox, Marketplace::JP).transport(transport).longest_wait(Duration::ZERO).build()?;
    let mut refused = None;
    // The burst of this operation is 20 calls.
    for _ in 0..21 {
        refused = Orders::new(&client).search_orders().created_after("2026-01-01").send().await.err();
    }
    let error = refused.ok_or("the 21st call should have been refused")?;
    assert!(error.is_throttled() && error.retry_after().is_some(), "{error}");
    Ok(())
}
// ANCHOR_END: strict
