//! The different ends of reports.

use crate::lines;
use crate::support::{Amazon, End, LISTINGS, ORDERS, STOCK};
use spapi_core::Marketplace;
use spapi_jobs::{CancelCause, Ended, FolderJournal, Outcome, Reports};
use std::time::Duration;

async fn ended(end: End, kind: &str) -> Outcome {
    let amazon = Amazon::new();
    amazon.ending(move |_| end);
    Reports::new(&amazon.client()).request(kind, [Marketplace::DE]).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn each_end_has_an_outcome_of_its_own() {
    let document = ended(End::DoneWithoutRows, LISTINGS).await.document().unwrap();
    assert_eq!(lines(&document).await.unwrap(), [""; 0]);
    let outcome = ended(End::DoneWithoutDocument, LISTINGS).await;
    assert!(matches!(outcome.ended, Ended::NoRows), "{outcome:?}");
    assert!(outcome.document().unwrap_err().to_string().contains("has no document"));
    for (end, kind, cause, words) in [
        (End::CancelledForNoData, LISTINGS, CancelCause::NoData, "there was no data for it"),
        (End::CancelledInQueue, LISTINGS, CancelCause::ByHand, "most likely by hand"),
        (End::CancelledInQueue, STOCK, CancelCause::ByHand, "most likely by hand"),
    ] {
        let outcome = ended(end, kind).await;
        assert!(matches!(outcome.ended, Ended::Cancelled { cause: found } if found == cause), "{outcome:?}");
        let error = outcome.document().unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_reason_of_a_failure_is_read_and_shows_nobodys_address() {
    let outcome = ended(End::Fatal, ORDERS).await;
    let Ended::Failed { reason: Some(reason) } = &outcome.ended else { panic!("{outcome:?}") };
    assert_eq!(reason, "The dates do not fit, …");
    let error = outcome.document().unwrap_err();
    assert!(error.to_string().contains("failed: The dates do not fit, …. Change the request"), "{error}");
    let outcome = ended(End::FatalWithoutReason, ORDERS).await;
    assert!(matches!(outcome.ended, Ended::Failed { reason: None }), "{outcome:?}");
}

#[tokio::test(start_paused = true)]
async fn what_this_program_cancels_is_known_for_certain() {
    let amazon = Amazon::new();
    amazon.ending(|_| End::Never);
    let reports = Reports::new(&amazon.client());
    let mut job = reports.request(LISTINGS, [Marketplace::DE]).job().unwrap();
    while amazon.created() == 0 {
        job.try_next().await.unwrap();
    }
    reports.cancel("1").await.unwrap();
    let Ended::Cancelled { cause } = job.await.unwrap().ended else { panic!("it was cancelled") };
    assert!(cause == CancelCause::ByThisProgram && cause.is_certain());
}

#[tokio::test(start_paused = true)]
async fn a_report_without_a_document_is_not_taken_again() {
    let folder = tempfile::tempdir().unwrap();
    let amazon = Amazon::new();
    let reports = Reports::new(&amazon.client()).journal(FolderJournal::open(folder.path()).unwrap());
    for (end, id) in [
        (End::Fatal, "1"),
        (End::CancelledForNoData, "2"),
        (End::DoneWithoutDocument, "3"),
        (End::Done, "4"),
        (End::Done, "4"),
    ] {
        amazon.ending(move |_| end);
        assert_eq!(reports.request(LISTINGS, [Marketplace::DE]).await.unwrap().report_id, id);
    }
}

#[tokio::test(start_paused = true)]
async fn a_report_that_amazon_no_longer_has_is_expired_and_requested_anew() {
    let folder = tempfile::tempdir().unwrap();
    let amazon = Amazon::new();
    let reports = Reports::new(&amazon.client()).journal(FolderJournal::open(folder.path()).unwrap());
    let document = reports.request(LISTINGS, [Marketplace::DE]).await.unwrap().document().unwrap();
    amazon.state().made[0].is_gone = true;
    tokio::time::sleep(Duration::from_secs(91 * 24 * 3600)).await;
    let error = document.open().await.unwrap_err();
    assert!(error.is_not_found() && error.to_string().contains("request it again"), "{error}");
    let outcome = reports.request(LISTINGS, [Marketplace::DE]).await.unwrap();
    assert!(matches!(outcome.ended, Ended::Expired), "{outcome:?}");
    assert_eq!(reports.request(LISTINGS, [Marketplace::DE]).await.unwrap().report_id, "2");
}
