//! The changes that a message of the listings feed makes in the shop: a price, or the seller's quantity.

use crate::shop::{Change, Market};
use serde_json::Value;

/// An attribute that the sandbox cannot read, and what it must be.
pub(super) type Wrong = (&'static str, &'static str);

/// The change in each of these marketplaces.
pub(super) fn of(message: &Value, markets: &[&'static Market]) -> Result<Vec<(&'static Market, Change)>, Wrong> {
    let change = |market: &&'static Market| {
        let mut change = Change::default();
        for (name, values) in attributes(message) {
            let mut values = values.as_array().into_iter().flatten();
            match name {
                "purchasable_offer" => {
                    if let Some(offer) = values.find(|offer| is_for_all(offer, market)) {
                        change.price = price(offer, market)?.or(change.price);
                    }
                }
                "fulfillment_availability" => {
                    let own = values.find(|stock| stock["fulfillment_channel_code"] == "DEFAULT");
                    if let Some(quantity) = own.and_then(|stock| stock.get("quantity")) {
                        let whole = quantity.as_u64().ok_or((
                            "fulfillment_availability",
                            "must have a quantity that is a whole number from 0.",
                        ))?;
                        change.quantity = Some(whole);
                    }
                }
                _ => {}
            }
        }
        Ok((*market, change))
    };
    markets.iter().map(change).collect()
}

/// The attributes that a message sets, by name, without those that it removes.
fn attributes(message: &Value) -> Vec<(&str, &Value)> {
    match message["operationType"].as_str() {
        Some("UPDATE" | "PARTIAL_UPDATE") => message["attributes"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, value)| (name.as_str(), value))
            .collect(),
        Some("PATCH") => message["patches"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|patch| patch["op"] != "delete")
            .filter_map(|patch| Some((patch["path"].as_str()?.strip_prefix("/attributes/")?, &patch["value"])))
            .collect(),
        _ => Vec::new(),
    }
}

/// Whether the offer is for every buyer of the marketplace.
fn is_for_all(offer: &Value, market: &Market) -> bool {
    let is_or_lacks = |name: &str, value: &str| offer[name].as_str().is_none_or(|given| given == value);
    is_or_lacks("marketplace_id", market.marketplace.id()) && is_or_lacks("audience", "ALL")
}

/// The price in the currency's smallest unit, if the offer has one.
fn price(offer: &Value, market: &Market) -> Result<Option<i64>, Wrong> {
    let Some(value) = offer.pointer("/our_price/0/schedule/0/value_with_tax") else { return Ok(None) };
    let units = value.as_f64().map(|value| value * f64::from(10_u32.pow(market.decimals)));
    // Beyond 2^53 a float cannot hold every whole number.
    let whole = units.filter(|units| (units - units.round()).abs() < 1e-6 && *units > 0.0 && *units < 9e15);
    let wrong = ("purchasable_offer", "must have a value_with_tax above 0, with no more digits than the currency has.");
    whole.map(|units| Some(units.round() as i64)).ok_or(wrong)
}
