//! How the client learns the server's limits.

use crate::support::{BURST, PER_SECOND, StoppedTime, call_until, client, sandbox};
use spapi_sandbox::Limits;
use std::time::Duration;

const CALLS: u32 = 300;

#[tokio::test]
async fn with_the_documented_limits_no_call_is_refused() {
    let sandbox = sandbox(Limits::Documented).await;
    let client = client(&sandbox);
    let time = StoppedTime::new();
    let tally = call_until(&client, &sandbox, &time, CALLS).await;
    assert_eq!(tally.refused, 0, "{tally:?}");
    let ideal = f64::from(CALLS - BURST) / PER_SECOND;
    assert!((ideal * 0.999..=ideal * 1.02).contains(&tally.waited), "{tally:?}, and {ideal} s is ideal");
}

#[tokio::test]
async fn after_a_pause_the_burst_is_full_again() {
    let sandbox = sandbox(Limits::Documented).await;
    let client = client(&sandbox);
    let time = StoppedTime::new();
    for _ in 0..3 {
        let tally = call_until(&client, &sandbox, &time, BURST).await;
        assert_eq!((tally.refused, tally.waited), (0, 0.0));
        let next = call_until(&client, &sandbox, &time, 1).await;
        assert!(next.refused == 0 && next.waited > 59.0, "{next:?}");
        time.advance(&sandbox, Duration::from_secs(3 * 3600)).await;
    }
}

#[tokio::test]
async fn with_stricter_limits_the_client_settles_at_the_real_rate() {
    let time = StoppedTime::new();
    for factor in [0.5, 0.3, 0.9] {
        let sandbox = sandbox(Limits::Factor(factor)).await;
        let client = client(&sandbox);
        let first = call_until(&client, &sandbox, &time, BURST).await;
        assert_eq!(first.refused, 1, "the client learns the smaller burst from one refusal: {first:?}");
        let settled = call_until(&client, &sandbox, &time, CALLS).await;
        let ideal = f64::from(CALLS) / (PER_SECOND * factor);
        assert_eq!(settled.refused, 0, "{factor}: {settled:?}");
        let reached = ideal / settled.waited;
        assert!((0.9..=1.01).contains(&reached), "{factor}: {settled:?}, and {ideal} s is ideal");
    }
}

#[tokio::test]
async fn with_looser_limits_the_client_follows_the_header() {
    let sandbox = sandbox(Limits::Factor(2.0)).await;
    let client = client(&sandbox);
    let time = StoppedTime::new();
    let tally = call_until(&client, &sandbox, &time, CALLS).await;
    assert_eq!(tally.refused, 0);
    let ideal = f64::from(CALLS - BURST) / (PER_SECOND * 2.0);
    assert!((ideal * 0.999..=ideal * 1.02).contains(&tally.waited), "{tally:?}, and {ideal} s is ideal");
}
