//! Many reports at a time, and types that Amazon makes only once in a while.

use crate::support::{Amazon, Fault, LISTINGS, ORDERS, STOCK, SkippingClock};
use spapi_core::Marketplace;
use spapi_jobs::{ReportJob, Reports, State};
use std::time::Duration;
use tokio::time::Instant;

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test(start_paused = true)]
async fn two_hundred_reports_take_as_long_as_the_quota_needs_and_are_never_refused() {
    let amazon = Amazon::new();
    let reports = Reports::new(&amazon.client());
    let day = |days: u64| crate::support::epoch() - Duration::from_secs((300 - days) * 24 * 3600);
    let jobs = (0..200)
        .map(|number| reports.request(ORDERS, [Marketplace::DE]).between(day(number), day(number + 1)).job().unwrap());
    let mut jobs = reports.all(jobs).at_once(200);
    let start = Instant::now();
    let mut rows = 0;
    while let Some(outcome) = jobs.try_next().await.unwrap() {
        rows += outcome.document().map(|_| 50).unwrap();
    }
    // 15 at once, and the others at 0.0167 a second; then the last one is made.
    let ideal = 185.0 / 0.0167 + 90.0;
    let ratio = start.elapsed().as_secs_f64() / ideal;
    assert!(ratio <= 1.02, "{ratio}");
    assert_eq!((rows, amazon.created(), amazon.state().refused), (200 * 50, 200, 0));
}

#[tokio::test(start_paused = true)]
async fn a_type_that_amazon_refuses_rests_alone() {
    let amazon = Amazon::new();
    amazon.failing(|name, number| (name == LISTINGS && number < 40).then_some(Fault::Throttled));
    let reports = Reports::new(&amazon.client());
    let start = Instant::now();
    let listings = reports.request(LISTINGS, [Marketplace::DE]).job().unwrap();
    let orders: Vec<ReportJob> = (1..=9)
        .map(|day| {
            let day = format!("2026-10-0{day}");
            reports.request(ORDERS, [Marketplace::DE]).between(day.as_str(), day.as_str()).job().unwrap()
        })
        .collect();
    let others = async {
        let mut others = reports.all(orders);
        while let Some(outcome) = others.try_next().await.unwrap() {
            outcome.document().unwrap();
        }
        start.elapsed()
    };
    let (listings, others) = tokio::join!(listings.into_future(), others);
    listings.unwrap().document().unwrap();
    // As fast as without the other type.
    assert!(others < 3 * MINUTE, "{others:?}");
    assert!(start.elapsed() > 60 * MINUTE, "{:?}", start.elapsed());
    assert_eq!(amazon.created(), 10);
}

#[tokio::test(start_paused = true)]
async fn a_type_with_an_interval_is_not_requested_earlier() {
    let amazon = Amazon::new();
    let reports = Reports::new(&amazon.client());
    let start = Instant::now();
    reports.request(STOCK, [Marketplace::DE]).await.unwrap().document().unwrap();
    // Who does not want to wait so long gets an error, and nothing is sent.
    let hasty = Reports::new(&amazon.client()).longest_wait(5 * MINUTE);
    let created = amazon.created();
    let error = hasty.request(STOCK, [Marketplace::DE]).await.unwrap_err();
    assert!(error.is_throttled() && error.retry_after().unwrap() > 20 * MINUTE, "{error}");
    assert_eq!(amazon.created(), created);
    // Another run of the program, which knows the first report from Amazon's list.
    let another = Reports::new(&amazon.client());
    let mut job = another.request(STOCK, [Marketplace::DE]).job().unwrap();
    let mut is_resting = false;
    while let Some(state) = job.try_next().await.unwrap() {
        is_resting |= matches!(state, State::Resting { .. });
        if matches!(state, State::Asked { .. }) {
            break;
        }
    }
    assert!(is_resting && start.elapsed() >= 30 * MINUTE && start.elapsed() < 32 * MINUTE, "{:?}", start.elapsed());
    // Other types and marketplaces do not wait.
    reports.request(LISTINGS, [Marketplace::DE]).await.unwrap();
    reports.request(STOCK, [Marketplace::FR]).await.unwrap();
    assert!(start.elapsed() < 40 * MINUTE, "{:?}", start.elapsed());
}

/// Tokio's time stands still here, so the job would wait without end if it measured a rest by that.
#[tokio::test(start_paused = true)]
async fn a_rest_ends_when_the_clock_of_the_client_has_waited() {
    let amazon = Amazon::new();
    amazon.failing(|name, number| (name == "createReport" && number <= 3).then_some(Fault::Throttled));
    amazon.state().processing = Duration::ZERO;
    for created in 1..=2 {
        // The second run knows the first report from Amazon's list, and rests after it.
        let reports = Reports::new(&amazon.client_with(SkippingClock(20.into())));
        reports.request(STOCK, [Marketplace::DE]).await.unwrap().document().unwrap();
        assert_eq!(amazon.created(), created);
    }
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_wrong_by_a_day_costs_one_rest() {
    let amazon = Amazon::new();
    Reports::new(&amazon.client()).request(STOCK, [Marketplace::DE]).await.unwrap();
    let start = Instant::now();
    let late = Reports::new(&amazon.client_with_skew(-24 * 3600));
    late.request(STOCK, [Marketplace::DE]).await.unwrap().document().unwrap();
    assert!(start.elapsed() < 40 * MINUTE, "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_long_range_becomes_reports_and_one_that_fails_leaves_the_others() {
    let amazon = Amazon::new();
    let reports = Reports::new(&amazon.client());
    let request = reports.request(ORDERS, [Marketplace::DE]).between("2026-06-01", "2026-10-31");
    let error = request.clone().job().unwrap_err();
    assert!(error.is_input() && error.to_string().contains("needs 6 of them. Make it a set"), "{error}");
    let spans = request.spans().unwrap();
    // The answer to the third is always lost, and it is never made.
    let mut count = 0;
    amazon.failing(move |operation, _| {
        count += u32::from(operation == "createReport");
        (operation == "createReport" && count == 3).then_some(Fault::DeadToken)
    });
    let mut jobs = request.jobs().unwrap();
    assert_eq!(jobs.len(), 6);
    let (mut done, mut failed) = (0, Vec::new());
    while !jobs.is_empty() {
        match jobs.try_next().await {
            Ok(Some(outcome)) => {
                assert!(spans.contains(&outcome.span.unwrap()));
                done += 1;
            }
            Ok(None) => break,
            Err(error) => {
                amazon.revive_token();
                failed.push(error);
            }
        }
    }
    assert!(done >= 1 && done + failed.len() == 6, "{done} {failed:?}");
    assert!(
        failed[0].error.is_auth() && failed[0].to_string().starts_with(&format!("{ORDERS} for DE, 2026-")),
        "{failed:?}"
    );
    assert_eq!(amazon.created(), done);
}
