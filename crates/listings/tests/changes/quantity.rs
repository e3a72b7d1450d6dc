//! Changes of a quantity.

use crate::amazon::{Amazon, list, offer, with};
use serde_json::{Value, json};
use spapi_core::Marketplace;
use spapi_listings::{Pending, Way};
use std::time::Duration;

const DE: Marketplace = Marketplace::DE;

fn attributes() -> Value {
    json!({
        "fulfillment_availability": [
            { "fulfillment_channel_code": "AMAZON_EU" },
            { "fulfillment_channel_code": "DEFAULT", "quantity": 3, "lead_time_to_ship_max_days": 2, "restock_date": "2026-12-24",
              "marketplace_id": DE.id() },
            { "fulfillment_channel_code": "SHOP_2", "quantity": 8 },
        ],
        "purchasable_offer": [offer(DE, "ALL", 20.0)],
    })
}

fn stock(amazon: &Amazon) -> Value {
    list(&amazon.stored("A-1").attributes, "fulfillment_availability").to_vec().into()
}

#[tokio::test(start_paused = true)]
async fn the_quantity_changes_and_the_lead_time_and_other_channels_stay() {
    for way in [Way::Merge, Way::Replace] {
        let amazon = Amazon::with("A-1", attributes());
        let plan = amazon.listings(DE).quantity("A-1", DE, 12).by(way).plan().await.unwrap();
        assert_eq!((plan.before(), plan.after(), plan.channel(), amazon.calls("PATCH")), (Some(3), 12, "DEFAULT", 0));
        let change = plan.apply().await.unwrap();
        assert_eq!((change.before, change.after, change.is_shown()), (Some(3), Some(12), true));
        assert!(change.others.is_empty(), "{change:?}");
        let sent = amazon.last("PATCH").body["patches"][0]["value"][0].clone();
        let mut expected = attributes()["fulfillment_availability"].clone();
        expected[1]["quantity"] = 12.into();
        match way {
            Way::Merge => assert_eq!(sent, json!({ "fulfillment_channel_code": "DEFAULT", "quantity": 12 })),
            // The schema does not have the marketplace, although Amazon shows it.
            _ => drop(expected[1].as_object_mut().unwrap().remove("marketplace_id")),
        }
        assert_eq!(stock(&amazon), expected, "{way:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn another_channel_is_named_by_its_code() {
    let amazon = Amazon::with("A-1", attributes());
    amazon.listings(DE).quantity("A-1", DE, 0).channel("SHOP_2").await.unwrap();
    assert_eq!((stock(&amazon)[2]["quantity"].clone(), stock(&amazon)[1]["quantity"].clone()), (json!(0), json!(3)));
}

#[tokio::test(start_paused = true)]
async fn stock_that_amazon_counts_is_refused_before_any_call() {
    let amazon = Amazon::with("A-1", attributes());
    let error = amazon.listings(DE).quantity("A-1", DE, 12).channel("AMAZON_EU").plan().await.unwrap_err();
    assert!(
        error.is_input() && error.to_string().contains("Amazon counts the stock of the channel AMAZON_EU"),
        "{error}"
    );
    assert_eq!(amazon.state().calls.len(), 0);
    let only = json!({ "fulfillment_availability": [{ "fulfillment_channel_code": "AMAZON_EU" }] });
    let error = Amazon::with("A-1", only).listings(DE).quantity("A-1", DE, 12).plan().await.unwrap_err();
    assert!(error.to_string().contains("no stock of the channel DEFAULT; it has: AMAZON_EU"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_quantity_in_another_spelling_is_the_same() {
    for spelling in [json!("3"), json!(3.0), json!(3)] {
        let mut stored = attributes();
        stored["fulfillment_availability"][1]["quantity"] = spelling;
        let amazon = Amazon::with("A-1", stored);
        let plan = amazon.listings(DE).quantity("A-1", DE, 3).plan().await.unwrap();
        assert_eq!(plan.before(), Some(3));
    }
    let mut odd = attributes();
    odd["fulfillment_availability"][1]["quantity"] = json!("many");
    let plan = Amazon::with("A-1", odd).listings(DE).quantity("A-1", DE, 3).plan().await.unwrap();
    assert_eq!((plan.before(), plan.is_done()), (None, false));
}

#[tokio::test(start_paused = true)]
async fn a_quantity_that_buyers_do_not_see_yet_is_pending() {
    let amazon = Amazon::with("A-1", attributes());
    amazon.state().delays = (Duration::ZERO, Duration::from_secs(3600));
    let change = amazon.listings(DE).quantity("A-1", DE, 12).await.unwrap();
    assert_eq!((change.after, change.pending.as_slice()), (Some(12), [Pending::FulfillmentAvailability].as_slice()));
}

#[tokio::test(start_paused = true)]
async fn a_sale_since_the_plan_stops_the_change() {
    let amazon = Amazon::with("A-1", attributes());
    let plan = amazon.listings(DE).quantity("A-1", DE, 12).plan().await.unwrap();
    let sold = with(attributes()["fulfillment_availability"][1].clone(), json!({ "quantity": 2 }));
    amazon.state().listings.get_mut("A-1").unwrap().attributes["fulfillment_availability"][1] = sold;
    let error = plan.apply().await.unwrap_err();
    assert!(error.is_input() && error.to_string().contains("quantity: 3 before, 2 now"), "{error}");
    assert_eq!(amazon.calls("PATCH"), 0);
}
