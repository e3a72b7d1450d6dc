//! Waiting for a listing.

use crate::amazon::{Amazon, Fault, Stored, offer};
use serde_json::json;
use spapi_core::Marketplace;
use spapi_listings::{ListingStatus, WaitEnded};
use std::time::Duration;
use tokio::time::{Instant, sleep};

const DE: Marketplace = Marketplace::DE;
const MINUTE: Duration = Duration::from_secs(60);

fn listed() -> Stored {
    Stored::new(json!({ "purchasable_offer": [offer(DE, "ALL", 20.0)] }))
}

/// An Amazon whose listing is there after a while.
fn after(wait: Duration) -> Amazon {
    let amazon = Amazon::new();
    let stored = Stored { since: Instant::now() + wait, ..listed() };
    amazon.state().listings.insert("A-1".to_owned(), stored);
    amazon
}

/// Changes the listing after a while.
fn later(amazon: &Amazon, wait: Duration, change: impl FnOnce(&mut Stored) + Send + 'static) {
    let amazon = amazon.clone();
    tokio::spawn(async move {
        sleep(wait).await;
        change(amazon.state().listings.get_mut("A-1").unwrap());
    });
}

#[tokio::test(start_paused = true)]
async fn a_listing_that_appears_is_awaited_with_growing_pauses() {
    let amazon = after(10 * MINUTE);
    let start = Instant::now();
    let waited = amazon.listings(DE).wait("A-1", DE).await.unwrap();
    assert_eq!(waited.ended, WaitEnded::Reached);
    assert!(start.elapsed() >= 10 * MINUTE && start.elapsed() < 11 * MINUTE, "{:?}", start.elapsed());
    // Every half minute, and some more at the start.
    assert!(waited.looks < 30 && amazon.calls("GET") == waited.looks as usize, "{}", waited.looks);
    assert!(waited.listing.unwrap().is(&ListingStatus::Buyable));
}

#[tokio::test(start_paused = true)]
async fn a_listing_that_never_appears_is_not_created() {
    let amazon = Amazon::new();
    let start = Instant::now();
    let waited = amazon.listings(DE).wait("A-1", DE).deadline(5 * MINUTE).await.unwrap();
    assert_eq!((waited.ended.clone(), waited.listing, start.elapsed()), (WaitEnded::NotCreated, None, 5 * MINUTE));
    assert!(waited.ended.to_string().contains("not created"));
}

#[tokio::test(start_paused = true)]
async fn a_listing_without_the_wanted_status_says_what_is_missing() {
    let amazon = after(Duration::ZERO);
    amazon.state().listings.get_mut("A-1").unwrap().status = vec!["DISCOVERABLE"];
    let listings = amazon.listings(DE);
    let waited = listings.wait("A-1", DE).deadline(MINUTE).await.unwrap();
    assert_eq!(waited.ended, WaitEnded::NotYet { missing: vec![ListingStatus::Buyable] });
    assert!(waited.listing.is_some());
    for wanted in [vec![ListingStatus::Discoverable], vec![]] {
        let waited = listings.wait("A-1", DE).until(wanted).deadline(MINUTE).await.unwrap();
        assert_eq!((waited.ended, waited.looks), (WaitEnded::Reached, 1));
    }
}

#[tokio::test(start_paused = true)]
async fn an_error_ends_the_wait_and_a_warning_or_an_exempt_error_does_not() {
    let amazon = after(Duration::ZERO);
    let exempt = json!({ "actions": [{ "action": "LISTING_SUPPRESSED" }], "exemption": { "status": "EXEMPT" } });
    {
        let mut state = amazon.state();
        let stored = state.listings.get_mut("A-1").unwrap();
        stored.status = vec![];
        stored.issues = json!([
            { "code": "1", "severity": "WARNING", "message": "" },
            { "code": "2", "severity": "ERROR", "message": "", "enforcements": exempt },
            { "code": "3", "severity": "ERROR", "message": "", "marketplaceIds": [Marketplace::FR.id()] },
        ]);
    }
    later(&amazon, 3 * MINUTE, |stored| {
        stored.issues = json!([{ "code": "8560", "severity": "ERROR", "message": "no match" }]);
    });
    let start = Instant::now();
    let listings = amazon.listings(DE);
    let WaitEnded::Failed { issues } = listings.wait("A-1", DE).await.unwrap().ended else { panic!("an error") };
    assert_eq!(issues.iter().next().unwrap().code.as_deref(), Some("8560"));
    assert!(start.elapsed() >= 3 * MINUTE && start.elapsed() < 4 * MINUTE, "{:?}", start.elapsed());
    // The same error was known before.
    let waited = listings.wait("A-1", DE).despite(issues).deadline(MINUTE).await.unwrap();
    assert!(matches!(waited.ended, WaitEnded::NotYet { .. }), "{waited:?}");
}

#[tokio::test(start_paused = true)]
async fn a_deleted_listing_is_awaited_until_amazon_does_not_show_it() {
    let amazon = after(Duration::ZERO);
    amazon.state().delays = (4 * MINUTE, 4 * MINUTE);
    let listings = amazon.listings(DE);
    listings.delete("A-1", DE).await.unwrap().accepted().unwrap();
    let waited = listings.wait("A-1", DE).until_deleted().deadline(MINUTE).await.unwrap();
    assert_eq!(waited.ended, WaitEnded::NotDeleted);
    assert!(waited.listing.is_some());
    let waited = listings.wait("A-1", DE).until_deleted().await.unwrap();
    assert_eq!((waited.ended, waited.listing), (WaitEnded::Reached, None));
}

#[tokio::test(start_paused = true)]
async fn a_notification_makes_it_look_at_once() {
    let amazon = after(65 * Duration::from_secs(1));
    let listings = amazon.listings(DE).polling(20 * MINUTE, 20 * MINUTE);
    let waker = listings.clone();
    tokio::spawn(async move {
        sleep(30 * Duration::from_secs(1)).await;
        waker.wake("another");
        sleep(40 * Duration::from_secs(1)).await;
        waker.wake("A-1");
    });
    let start = Instant::now();
    let waited = listings.wait("A-1", DE).await.unwrap();
    assert_eq!((waited.ended, waited.looks, start.elapsed()), (WaitEnded::Reached, 2, 70 * Duration::from_secs(1)));
}

#[tokio::test(start_paused = true)]
async fn an_outage_is_waited_out_until_the_deadline() {
    let amazon = after(Duration::ZERO);
    amazon.state().fault = Box::new(|name, number| (name == "GET" && number < 20).then_some(Fault::Failed));
    let waited = amazon.listings(DE).wait("A-1", DE).await.unwrap();
    assert_eq!(waited.ended, WaitEnded::Reached);
    amazon.state().fault = Box::new(|name, _| (name == "GET").then_some(Fault::Failed));
    let error = amazon.listings(DE).wait("A-1", DE).deadline(5 * MINUTE).await.unwrap_err();
    assert!(error.is_server_error(), "{error}");
}

#[tokio::test(start_paused = true)]
async fn each_look_can_be_seen() {
    let amazon = after(MINUTE);
    let mut wait = amazon.listings(DE).wait("A-1", DE);
    let mut pauses = Vec::new();
    while let Some(look) = wait.try_next().await.unwrap() {
        assert_eq!(look.listing, None);
        pauses.push(look.next);
    }
    assert!(pauses.windows(2).all(|pair| pair[0] <= pair[1]) && pauses.len() > 3, "{pauses:?}");
    assert_eq!(wait.await.unwrap().ended, WaitEnded::Reached);
}
