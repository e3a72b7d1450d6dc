//! Waiting for a report, and reading its document, while other things go wrong.

use crate::lines;
use crate::support::{Amazon, End, Fault, LISTINGS, ORDERS};
use spapi_core::{ErrorKind, Marketplace};
use spapi_jobs::{FolderJournal, Reports, State};
use std::time::Duration;
use tokio::time::Instant;

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test(start_paused = true)]
async fn a_dead_token_is_an_error_and_the_next_run_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let amazon = Amazon::new();
    amazon.state().processing = 30 * MINUTE;
    amazon.failing(|operation, number| (operation == "getReport" && number == 3).then_some(Fault::DeadToken));
    let run = || Reports::new(&amazon.client()).journal(FolderJournal::open(folder.path()).unwrap());
    let error = run().request(LISTINGS, [Marketplace::DE]).await.unwrap_err();
    assert!(error.is_auth(), "{error}");
    amazon.revive_token();
    let outcome = run().request(LISTINGS, [Marketplace::DE]).await.unwrap();
    assert_eq!((outcome.report_id.as_str(), amazon.created()), ("1", 1));
    outcome.document().unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_outage_is_waited_for_and_a_long_one_is_an_error() {
    let amazon = Amazon::new();
    amazon.state().processing = 10 * MINUTE;
    let start = Instant::now();
    let out = move |from: u32, to: u32| move || (from * MINUTE..to * MINUTE).contains(&start.elapsed());
    let is_out = out(1, 20);
    amazon.failing(move |operation, _| (operation == "getReport" && is_out()).then_some(Fault::Unavailable));
    let reports = Reports::new(&amazon.client());
    reports.request(LISTINGS, [Marketplace::DE]).await.unwrap().document().unwrap();
    assert!(start.elapsed() >= 20 * MINUTE && start.elapsed() < 25 * MINUTE, "{:?}", start.elapsed());
    amazon.failing(|operation, _| (operation == "getReport").then_some(Fault::Unavailable));
    let error = reports.request(LISTINGS, [Marketplace::DE]).await.unwrap_err();
    assert!(error.is_server_error() && amazon.created() == 2, "{error}");
}

#[tokio::test(start_paused = true)]
async fn the_longest_wait_is_an_error_and_the_next_job_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let amazon = Amazon::new();
    amazon.state().processing = 90 * MINUTE;
    let reports = Reports::new(&amazon.client()).longest_wait(60 * MINUTE);
    let reports = reports.journal(FolderJournal::open(folder.path()).unwrap());
    let error = reports.request(LISTINGS, [Marketplace::DE]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(error.to_string().contains("was not done within 3600 s, and is IN_PROGRESS"), "{error}");
    let outcome = reports.request(LISTINGS, [Marketplace::DE]).await.unwrap();
    assert_eq!((outcome.report_id.as_str(), amazon.created()), ("1", 1));
}

#[tokio::test(start_paused = true)]
async fn a_notification_wakes_the_job() {
    let amazon = Amazon::new();
    amazon.state().processing = 10 * MINUTE;
    let reports = Reports::new(&amazon.client()).polling(600 * MINUTE, 600 * MINUTE);
    let start = Instant::now();
    let consumer = async {
        tokio::time::sleep(10 * MINUTE + Duration::from_secs(5)).await;
        assert!(!reports.wake("another"));
        assert!(reports.wake("1"));
    };
    let (outcome, ()) = tokio::join!(reports.request(LISTINGS, [Marketplace::DE]).into_future(), consumer);
    outcome.unwrap().document().unwrap();
    assert!(start.elapsed() < 11 * MINUTE, "{:?}", start.elapsed());
    assert!(!reports.wake("1"), "nobody waits any more");
}

#[tokio::test(start_paused = true)]
async fn the_longest_times_do_not_panic() {
    let amazon = Amazon::new();
    let reports = Reports::new(&amazon.client()).polling(Duration::MAX, Duration::MAX).longest_wait(Duration::MAX);
    reports.request(LISTINGS, [Marketplace::DE]).await.unwrap().document().unwrap();
}

#[tokio::test(start_paused = true)]
async fn looks_become_rarer() {
    let amazon = Amazon::new();
    amazon.state().processing = 60 * MINUTE;
    let mut job = Reports::new(&amazon.client()).request(LISTINGS, [Marketplace::DE]).job().unwrap();
    let mut waits = Vec::new();
    while let Some(state) = job.try_next().await.unwrap() {
        if let State::Waiting { next, .. } = state {
            waits.push(next);
        }
    }
    assert!(waits[0] < Duration::from_secs(20) && waits.iter().all(|wait| *wait <= MINUTE), "{waits:?}");
    assert!(waits.len() < 75 && *waits.last().unwrap() > MINUTE * 8 / 10, "{waits:?}");
}

#[tokio::test(start_paused = true)]
async fn a_url_that_expires_is_renewed_before_and_in_the_middle_of_a_download() {
    for (faults, urls) in [
        (vec![Fault::ExpiredUrl], 2),
        (vec![Fault::Cut(700)], 1),
        (vec![Fault::Cut(700), Fault::ExpiredUrl], 2),
        (vec![Fault::ExpiredUrl, Fault::Cut(0), Fault::Unavailable, Fault::Cut(900), Fault::ExpiredUrl], 3),
    ] {
        let amazon = Amazon::new();
        let document = Reports::new(&amazon.client()).request(ORDERS, [Marketplace::DE]).since("2026-11-01");
        let document = document.await.unwrap().document().unwrap();
        let shown = format!("{faults:?}");
        let mut faults = faults.into_iter();
        amazon.failing(move |operation, _| if operation == "document" { faults.next() } else { None });
        let expected = amazon.state().made[0].lines(50);
        assert_eq!(lines(&document).await.unwrap(), expected, "{shown}");
        assert_eq!(amazon.calls("getReportDocument"), urls, "{shown}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_document_is_opened_hours_later() {
    let amazon = Amazon::new();
    let document =
        Reports::new(&amazon.client()).request(LISTINGS, [Marketplace::DE]).await.unwrap().document().unwrap();
    for _ in 0..3 {
        tokio::time::sleep(60 * MINUTE).await;
        assert_eq!(lines(&document).await.unwrap().len(), 50);
    }
    assert_eq!(amazon.calls("getReportDocument"), 3);
}

#[tokio::test(start_paused = true)]
async fn a_status_that_is_not_known_is_waited_out() {
    let amazon = Amazon::new();
    amazon.ending(|_| End::Never);
    let reports = Reports::new(&amazon.client()).longest_wait(10 * MINUTE);
    let error = reports.request(LISTINGS, [Marketplace::DE]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_document_that_changes_between_two_tries_is_an_error_and_can_be_read_again_without_a_new_report() {
    let amazon = Amazon::new();
    let document = Reports::new(&amazon.client()).request(ORDERS, [Marketplace::DE]).since("2026-11-01");
    let document = document.await.unwrap().document().unwrap();
    let mut tries = 0;
    let changing = amazon.clone();
    amazon.failing(move |operation, _| {
        tries += u32::from(operation == "document");
        if tries == 1 {
            let changing = changing.clone();
            tokio::spawn(async move { changing.state().rows = 60 });
        }
        (operation == "document" && tries == 1).then_some(Fault::Cut(700))
    });
    let error = lines(&document).await.unwrap_err();
    assert!(error.to_string().contains("again"), "{error}");
    assert_eq!(lines(&document).await.unwrap(), amazon.state().made[0].lines(60));
    assert_eq!(amazon.created(), 1);
}
