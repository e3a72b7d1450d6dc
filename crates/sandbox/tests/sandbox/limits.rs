//! Quotas with the documented rates.

use crate::support::{Answer, Caller, JP, builder};
use spapi_sandbox::Limits;
use std::time::Duration;

const LIST: &str = "/orders/v0/orders";
const QUERY: [(&str, &str); 2] = [("MarketplaceIds", JP), ("CreatedAfter", "2026-11-01")];
/// The documented burst and rate of getOrders.
const BURST: usize = 20;
const RATE: &str = "0.0167";

fn assert_throttled(answer: &Answer) {
    assert_eq!(answer.error(429, "QuotaExceeded"), "You exceeded your quota for the requested resource.");
    assert_eq!(answer.header("x-amzn-ratelimit-limit"), None, "Amazon does not send it with a 429");
    assert!(answer.body["errors"][0].get("details").is_none());
}

#[tokio::test]
async fn a_seller_gets_the_burst_and_then_the_rate() {
    let sandbox = builder().limits(Limits::Documented).seller("Atzr|second").start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    for _ in 0..BURST {
        let answer = caller.get(LIST, &QUERY).await;
        assert_eq!((answer.status.as_u16(), answer.header("x-amzn-ratelimit-limit")), (200, Some(RATE)));
    }
    assert_throttled(&caller.get(LIST, &QUERY).await);
    sandbox.clock().advance(Duration::from_secs(59));
    assert_throttled(&caller.get(LIST, &QUERY).await);
    sandbox.clock().advance(Duration::from_secs(1));
    assert_eq!(caller.get(LIST, &QUERY).await.status, 200, "the bucket gains one call a minute");
    assert_throttled(&caller.get(LIST, &QUERY).await);

    // Another operation, another version and another seller have separate buckets.
    caller.get("/orders/v0/orders/none", &[]).await.error(404, "NotFound");
    assert_eq!(caller.get("/orders/2026-01-01/orders", &[("createdAfter", "2026-11-01")]).await.status, 200);
    let second = Caller::of(&sandbox, "Atzr|second").await;
    assert_eq!(second.get(LIST, &QUERY).await.status, 200);
}

#[tokio::test]
async fn an_invalid_call_counts_too() {
    let sandbox = builder().limits(Limits::Documented).start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    for _ in 0..BURST {
        let answer = caller.get(LIST, &[]).await;
        answer.error(400, "InvalidInput");
        assert_eq!(answer.header("x-amzn-ratelimit-limit"), Some(RATE));
    }
    assert_throttled(&caller.get(LIST, &[]).await);
}

#[tokio::test]
async fn a_factor_scales_rate_and_burst() {
    let sandbox = builder().limits(Limits::Factor(0.1)).start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    for _ in 0..2 {
        assert_eq!(caller.get(LIST, &QUERY).await.header("x-amzn-ratelimit-limit"), Some("0.00167"));
    }
    assert_throttled(&caller.get(LIST, &QUERY).await);
}

#[tokio::test]
async fn without_limits_nothing_is_counted() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    for _ in 0..2 * BURST {
        let answer = caller.get(LIST, &QUERY).await;
        assert_eq!((answer.status.as_u16(), answer.header("x-amzn-ratelimit-limit")), (200, None));
    }
}
