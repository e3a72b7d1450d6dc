//! Changes of a price.

use crate::amazon::{Amazon, Fault, list, offer, price, with};
use serde_json::{Value, json};
use spapi_core::{Decimal, Marketplace};
use spapi_listings::{Pending, Preview, Way};
use std::time::Duration;
use tokio::time::Instant;

const DE: Marketplace = Marketplace::DE;
const JP: Marketplace = Marketplace::JP;
const MINUTE: Duration = Duration::from_secs(60);

fn money(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// An offer with a sale price and bounds, one for businesses before it, and one in another marketplace.
fn attributes() -> Value {
    let sale = json!([{ "schedule": [{ "value_with_tax": 15.0, "start_at": "2026-12-01", "end_at": "2026-12-24" }] }]);
    let all = json!({ "discounted_price": sale, "minimum_seller_allowed_price": price(10.0), "maximum_seller_allowed_price": price(30.0) });
    json!({
        "purchasable_offer": [offer(DE, "B2B", 18.0), offer(Marketplace::FR, "ALL", 21.0), with(offer(DE, "ALL", 20.0), all)],
        "fulfillment_availability": [{ "fulfillment_channel_code": "DEFAULT", "quantity": 3, "lead_time_to_ship_max_days": 2 }],
        "brand": [{ "value": "x", "marketplace_id": DE.id() }],
    })
}

/// Without a sale price, so that buyers see the price.
fn plain() -> Value {
    json!({ "purchasable_offer": [offer(DE, "B2B", 18.0), offer(DE, "ALL", 20.0)] })
}

#[tokio::test(start_paused = true)]
async fn a_plan_shows_the_change_and_changes_nothing() {
    let amazon = Amazon::with("A-1", attributes());
    let plan = amazon.listings(DE).price("A-1", DE, money("12.50")).plan().await.unwrap();
    assert_eq!(
        (plan.before(), plan.after(), plan.sale_price()),
        (Some(money("20")), money("12.50"), Some(money("15")))
    );
    assert_eq!((plan.audience(), plan.currency(), plan.way(), plan.is_done()), ("ALL", "EUR", Way::Merge, false));
    assert!(plan.preview().is_valid());
    assert_eq!(
        serde_json::to_value(plan.patch()).unwrap(),
        json!({ "op": "merge", "path": "/attributes/purchasable_offer", "value": [offer(DE, "ALL", 12.5)] }),
        "the selectors and the price alone"
    );
    assert_eq!((amazon.calls("GET"), amazon.calls("PREVIEW"), amazon.calls("PATCH")), (1, 1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_plan_that_is_applied_changes_the_price_alone() {
    let amazon = Amazon::with("A-1", attributes());
    let change = amazon.listings(DE).price("A-1", DE, money("12.50")).watching([Marketplace::FR]).await.unwrap();
    assert_eq!((change.before, change.after, change.wanted), (Some(money("20")), Some(money("12.5")), money("12.50")));
    assert!(change.is_shown() && change.others.is_empty() && change.issues.is_empty(), "{change:?}");
    assert_eq!(change.submission.as_ref().unwrap().submission_id, "submission-1");
    assert_eq!(change.to_string(), "the price is 12.5 EUR, and was 20 EUR");
    let mut expected = attributes();
    expected["purchasable_offer"][2]["our_price"] = price(12.5);
    assert_eq!(Value::Object(amazon.stored("A-1").attributes), expected);
    assert_eq!(amazon.calls("PATCH"), 1);
}

#[tokio::test(start_paused = true)]
async fn the_price_for_businesses_changes_by_its_audience() {
    let amazon = Amazon::with("A-1", attributes());
    amazon.listings(DE).price("A-1", DE, money("17.99")).audience("B2B").await.unwrap();
    let mut expected = attributes();
    expected["purchasable_offer"][0]["our_price"] = price(17.99);
    assert_eq!(Value::Object(amazon.stored("A-1").attributes), expected);
}

#[tokio::test(start_paused = true)]
async fn an_offer_that_the_listing_does_not_have_is_an_error_that_names_the_others() {
    let amazon = Amazon::with("A-1", plain());
    let listings = amazon.listings(DE);
    let error = listings.price("A-1", DE, 12).audience("B2C").plan().await.unwrap_err();
    assert!(error.is_input() && error.to_string().contains("it has: B2B in EUR in DE; ALL in EUR in DE"), "{error}");
    let error = listings.price("A-1", DE, 12).currency("PLN").plan().await.unwrap_err();
    assert!(error.to_string().contains("no offer for ALL in PLN in DE"), "{error}");
    let error = listings.price("A-2", DE, 12).plan().await.unwrap_err();
    assert!(error.is_not_found() && error.to_string().contains("Nothing was sent"), "{error}");
    assert_eq!((amazon.calls("PREVIEW"), amazon.calls("PATCH")), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_price_outside_of_what_the_seller_allows_is_refused_with_both_unless_forced() {
    let amazon = Amazon::with("A-1", attributes());
    let listings = amazon.listings(DE);
    for (text, parts) in
        [("9.99", ["9.99 EUR", "below the lowest", "10 EUR"]), ("30.01", ["30.01 EUR", "above the highest", "30 EUR"])]
    {
        let error = listings.price("A-1", DE, money(text)).plan().await.unwrap_err();
        assert!(error.is_input() && parts.iter().all(|part| error.to_string().contains(part)), "{error}");
    }
    assert_eq!((amazon.calls("PREVIEW"), amazon.calls("PATCH")), (0, 0));
    for edge in ["10", "30"] {
        assert!(listings.price("A-1", DE, money(edge)).plan().await.unwrap().preview().is_valid());
    }
    listings.price("A-1", DE, money("9.99")).force().await.unwrap();
    assert_eq!(list(&amazon.stored("A-1").attributes, "purchasable_offer")[2]["our_price"], price(9.99));
    let change = listings.price("A-1", DE, 8).minimum(money("7.5")).await.unwrap();
    assert!(change.is_shown() && change.others.is_empty(), "{change:?}");
    assert_eq!(
        list(&amazon.stored("A-1").attributes, "purchasable_offer")[2]["minimum_seller_allowed_price"],
        price(7.5)
    );
    assert!(listings.price("A-1", DE, 8).minimum(9).plan().await.unwrap_err().is_input());
}

#[tokio::test(start_paused = true)]
async fn a_price_that_the_currency_does_not_have_is_refused_before_any_call() {
    let amazon = Amazon::with("A-1", attributes());
    for wrong in ["12.505", "0", "-1"] {
        assert!(amazon.listings(DE).price("A-1", DE, money(wrong)).plan().await.unwrap_err().is_input(), "{wrong}");
    }
    let error = amazon.listings(JP).price("A-1", JP, money("1980.5")).plan().await.unwrap_err();
    assert!(error.to_string().contains("JPY has 0"), "{error}");
    assert_eq!(amazon.state().calls.len(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_price_that_is_there_already_is_not_sent() {
    let amazon = Amazon::with("A-1", plain());
    let plan = amazon.listings(DE).price("A-1", DE, money("20.00")).plan().await.unwrap();
    assert!(plan.is_done());
    let change = plan.apply().await.unwrap();
    assert_eq!((change.submission, change.after, amazon.calls("PATCH")), (None, Some(money("20")), 0));
}

#[tokio::test(start_paused = true)]
async fn an_offer_that_changed_since_the_plan_is_not_changed() {
    let amazon = Amazon::with("A-1", plain());
    let listings = amazon.listings(DE);
    let plan = listings.price("A-1", DE, 12).plan().await.unwrap();
    let other = listings.price("A-1", DE, 13).plan().await.unwrap();
    other.apply().await.unwrap();
    let error = plan.apply().await.unwrap_err();
    assert!(error.is_input() && error.to_string().contains("our_price") && error.to_string().contains("13"), "{error}");
    assert_eq!(amazon.calls("PATCH"), 1);
    // A change of another offer does not matter.
    let plan = listings.price("A-1", DE, 12).plan().await.unwrap();
    listings.price("A-1", DE, 11).audience("B2B").await.unwrap();
    let change = plan.apply().await.unwrap();
    assert!(change.others.is_empty(), "{change:?}");
}

#[tokio::test(start_paused = true)]
async fn what_the_preview_refuses_is_not_sent() {
    let amazon = Amazon::with("A-1", plain());
    let issue =
        json!({ "code": "18155", "severity": "ERROR", "message": "too low", "attributeNames": ["purchasable_offer"] });
    let body = json!({ "sku": "A-1", "status": "INVALID", "submissionId": "1", "issues": [issue] });
    amazon.state().answer = Box::new(move |call| (call.name == "PREVIEW").then(|| body.clone()));
    let plan = amazon.listings(DE).price("A-1", DE, 12).plan().await.unwrap();
    assert!(plan.preview().is_invalid());
    let error = plan.apply().await.unwrap_err();
    assert!(error.is_bad_request() && error.to_string().contains("18155 (purchasable_offer): too low"), "{error}");
    assert_eq!(amazon.calls("PATCH"), 0);
}

#[tokio::test(start_paused = true)]
async fn an_error_that_the_listing_has_already_does_not_stop_the_change() {
    let amazon = Amazon::with("A-1", plain());
    let issue = |code: &str| json!({ "code": code, "severity": "ERROR", "message": "m", "attributeNames": ["brand"] });
    amazon.state().listings.get_mut("A-1").unwrap().issues = json!([issue("8560")]);
    for (found, is_refused) in
        [(vec!["8560"], false), (vec!["8560", "18155"], true), (vec!["18155"], true), (vec![], true)]
    {
        let issues: Vec<_> = found.iter().map(|code| issue(code)).collect();
        let body = json!({ "sku": "A-1", "status": "INVALID", "submissionId": "1", "issues": issues });
        amazon.state().answer = Box::new(move |call| (call.name == "PREVIEW").then(|| body.clone()));
        let plan = amazon.listings(DE).price("A-1", DE, 12).plan().await.unwrap();
        assert_eq!((plan.is_refused(), plan.way()), (is_refused, Way::Merge), "{found:?}");
    }
    amazon.state().answer = Box::new(move |call| {
        let body = || json!({ "sku": "A-1", "status": "INVALID", "submissionId": "1", "issues": [issue("8560")] });
        (call.name == "PREVIEW").then(body)
    });
    assert!(amazon.listings(DE).price("A-1", DE, 12).await.unwrap().is_shown());
}

#[tokio::test(start_paused = true)]
async fn a_preview_that_is_not_available_does_not_stop_the_change() {
    let amazon = Amazon::with("A-1", plain());
    let issue = json!({ "code": "4000000", "severity": "ERROR", "message": "internal" });
    let body = json!({ "sku": "A-1", "status": "INVALID", "submissionId": "1", "issues": [issue] });
    amazon.state().answer = Box::new(move |call| (call.name == "PREVIEW").then(|| body.clone()));
    let plan = amazon.listings(DE).price("A-1", DE, 12).plan().await.unwrap();
    assert!(matches!(plan.preview(), Preview::Unavailable { .. }));
    assert!(plan.apply().await.unwrap().is_shown());
}

#[tokio::test(start_paused = true)]
async fn where_amazon_refuses_the_merge_the_whole_offer_is_replaced() {
    let amazon = Amazon::with("A-1", attributes());
    let stored = with(
        list(&amazon.stored("A-1").attributes, "purchasable_offer")[2].clone(),
        json!({ "end_at": null, "x": [{}] }),
    );
    amazon.state().listings.get_mut("A-1").unwrap().attributes["purchasable_offer"][2] = stored;
    amazon.state().answer = Box::new(|call| {
        let is_merge = call.body["patches"][0]["op"] == "merge";
        let issues = json!([{ "code": "4000001", "severity": "ERROR", "message": "no merge" }]);
        is_merge.then(|| json!({ "sku": "A-1", "status": "INVALID", "submissionId": "1", "issues": issues }))
    });
    let plan = amazon.listings(DE).price("A-1", DE, money("12.50")).plan().await.unwrap();
    assert_eq!(plan.way(), Way::Replace);
    let change = plan.apply().await.unwrap();
    assert!(change.is_shown(), "{change:?}");
    let mut expected = attributes();
    expected["purchasable_offer"][2]["our_price"] = price(12.5);
    assert_eq!(Value::Object(amazon.stored("A-1").attributes), expected, "with its sale price, and without blanks");
}

#[tokio::test(start_paused = true)]
async fn an_offer_without_an_audience_is_the_one_for_all() {
    let mut stored = plain();
    stored["purchasable_offer"][1].as_object_mut().unwrap().remove("audience");
    for way in [Way::Merge, Way::Replace] {
        let amazon = Amazon::with("A-1", stored.clone());
        let change = amazon.listings(DE).price("A-1", DE, 12).by(way).await.unwrap();
        assert!(change.is_shown() && change.others.is_empty() && change.before == Some(money("20")), "{change:?}");
        assert_eq!(list(&amazon.stored("A-1").attributes, "purchasable_offer").len(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn it_waits_until_buyers_see_the_price_or_the_time_is_up() {
    let amazon = Amazon::with("A-1", plain());
    amazon.state().delays = (Duration::from_secs(20), MINUTE);
    let start = Instant::now();
    let change = amazon.listings(DE).price("A-1", DE, 12).await.unwrap();
    assert!(change.is_shown() && start.elapsed() >= MINUTE, "{change:?}");

    let amazon = Amazon::with("A-1", plain());
    amazon.state().delays = (Duration::from_secs(20), 60 * MINUTE);
    let start = Instant::now();
    let change = amazon.listings(DE).price("A-1", DE, 13).wait_for(5 * MINUTE).await.unwrap();
    assert_eq!(
        (change.pending.as_slice(), change.after, start.elapsed()),
        ([Pending::Offers].as_slice(), Some(13.into()), 5 * MINUTE)
    );
    assert!(change.others.is_empty(), "{change:?}");
}

#[tokio::test(start_paused = true)]
async fn a_change_that_is_not_shown_at_all_is_pending_and_nothing_else_changed() {
    let amazon = Amazon::with("A-1", plain());
    amazon.state().delays = (60 * MINUTE, 60 * MINUTE);
    let change = amazon.listings(DE).price("A-1", DE, 12).await.unwrap();
    assert_eq!(
        (change.pending.as_slice(), change.after),
        ([Pending::Attributes, Pending::Offers].as_slice(), Some(20.into()))
    );
    assert!(change.others.is_empty(), "{change:?}");
}

#[tokio::test(start_paused = true)]
async fn a_sale_price_that_buyers_see_is_not_waited_out() {
    let amazon = Amazon::with("A-1", attributes());
    let start = Instant::now();
    let change = amazon.listings(DE).price("A-1", DE, 25).await.unwrap();
    assert!(change.is_shown() && start.elapsed() == Duration::ZERO, "{change:?}");
}

#[tokio::test(start_paused = true)]
async fn what_changes_besides_the_price_is_named() {
    let amazon = Amazon::with("A-1", attributes());
    amazon.state().effect = Box::new(|stored| {
        let offers = stored.attributes["purchasable_offer"].as_array_mut().unwrap();
        offers[2].as_object_mut().unwrap().remove("discounted_price");
        offers.remove(0);
        stored.attributes["fulfillment_availability"][0].as_object_mut().unwrap().remove("lead_time_to_ship_max_days");
        stored.attributes["fulfillment_availability"][0]["quantity"] = 2.into();
        stored.issues = json!([{ "code": "1", "severity": "WARNING", "message": "new" }]);
    });
    let change = amazon.listings(DE).price("A-1", DE, 12).watching([Marketplace::FR]).await.unwrap();
    let mut places: Vec<_> = change.others.iter().map(|other| other.place()).collect();
    places.sort();
    let id = DE.id();
    let mut expected = vec![
        "fulfillmentAvailability [DEFAULT] quantity".to_owned(),
        "fulfillment_availability [DEFAULT] lead_time_to_ship_max_days".to_owned(),
        "fulfillment_availability [DEFAULT] quantity".to_owned(),
        format!("offers [{id} B2B]"),
        format!("purchasable_offer [{id} EUR ALL] discounted_price"),
        format!("purchasable_offer [{id} EUR B2B]"),
    ];
    expected.sort();
    assert_eq!(places, expected);
    assert_eq!(change.issues.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn after_a_lost_answer_the_listing_says_whether_the_price_changed() {
    for (fault, is_done) in [(Fault::LostAnswer, true), (Fault::Lost, false), (Fault::Failed, false)] {
        let amazon = Amazon::with("A-1", plain());
        amazon.state().fault = Box::new(move |name, _| (name == "PATCH").then_some(fault));
        let change = amazon.listings(DE).price("A-1", DE, 12).await;
        assert_eq!(amazon.calls("PATCH"), 1);
        match change {
            Ok(change) => assert!(is_done && change.submission.is_none() && change.is_shown(), "{change:?}"),
            Err(error) => assert!(!is_done && error.outcome_unknown(), "{error}"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_of_the_change_itself_is_an_error() {
    let amazon = Amazon::with("A-1", plain());
    let issue = json!({ "code": "90220", "severity": "ERROR", "message": "missing" });
    let body = json!({ "sku": "A-1", "status": "INVALID", "submissionId": "1", "issues": [issue] });
    amazon.state().answer = Box::new(move |call| (call.name == "PATCH").then(|| body.clone()));
    let error = amazon.listings(DE).price("A-1", DE, 12).await.unwrap_err();
    assert!(error.is_bad_request() && !error.outcome_unknown(), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_listing_that_cannot_be_read_after_the_change_leaves_it_pending() {
    let amazon = Amazon::with("A-1", plain());
    amazon.state().fault = Box::new(|name, number| (name == "GET" && number > 2).then_some(Fault::Failed));
    let change = amazon.listings(DE).price("A-1", DE, 12).await.unwrap();
    assert_eq!((change.after, change.pending.as_slice()), (None, [Pending::Attributes].as_slice()));
    assert!(change.submission.is_some() && change.to_string().contains("not known"));
}

#[tokio::test(start_paused = true)]
async fn points_are_read_before_and_after_and_can_be_set_again() {
    let attributes = json!({ "purchasable_offer": [offer(JP, "ALL", 1980.0)] });
    let amazon = Amazon::with("A-1", attributes);
    amazon.state().listings.get_mut("A-1").unwrap().points = Some(20);
    let listings = amazon.listings(JP);
    let plan = listings.price("A-1", JP, 1500).plan().await.unwrap();
    assert_eq!(plan.points(), Some(20));
    let kept = plan.apply().await.unwrap();
    assert!(!kept.points.changed() && kept.points.after == Some(20));

    amazon.state().listings.get_mut("A-1").unwrap().points = Some(15);
    amazon.state().effect = Box::new(|stored| stored.points = None);
    let change = listings.price("A-1", JP, 1980).await.unwrap();
    assert_eq!((change.points.before, change.points.after, change.points.changed()), (Some(15), None, true));
    assert!(change.others.is_empty(), "{change:?}");
    let feeds = spapi_jobs::Feeds::new(&amazon.client(JP));
    // 15 of 1,500 are 1 per cent.
    let feed = change.restore_points(&feeds).unwrap();
    assert_eq!(feed.size() as usize, "sku\tpoints_percent\nA-1\t1\n".len());
    assert_eq!(feed.job().unwrap().type_name(), "POST_FLAT_FILE_OFFER_POINTS_PREFERENCE_DATA");

    amazon.state().listings.get_mut("A-1").unwrap().points = None;
    let change = listings.price("A-1", JP, 1990).await.unwrap();
    assert!(!change.points.changed() && change.restore_points(&feeds).unwrap_err().is_input());
}
