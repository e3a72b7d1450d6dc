//! Prices and stock, as the attributes of a listing say them.

use super::Attributes;
use crate::time::dates;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use spapi_types::Marketplace;
use std::time::SystemTime;

/// The attribute of the prices.
pub(crate) const OFFER: &str = "purchasable_offer";

/// The attribute of the stock.
pub(crate) const STOCK: &str = "fulfillment_availability";

/// The channel of goods that the seller ships.
pub(crate) const OWN_CHANNEL: &str = "DEFAULT";

/// The audience of all buyers.
pub(crate) const EVERYBODY: &str = "ALL";

/// The audience of companies.
pub(crate) const COMPANIES: &str = "B2B";

/// An offer to an audience.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Offer {
    pub(crate) audience: String,
    pub(crate) currency: String,
    /// The price in the currency's smallest unit.
    pub(crate) price: i64,
    pub(crate) start: Option<SystemTime>,
    pub(crate) end: Option<SystemTime>,
    /// Amazon Points, only in Japan.
    pub(crate) points: Option<i64>,
    /// The price of a unit from each quantity on, in the currency's smallest unit.
    #[serde(default)]
    pub(crate) levels: Vec<(u64, i64)>,
}

impl Offer {
    /// Whether buyers can use it at a time.
    pub(crate) fn is_open(&self, now: SystemTime) -> bool {
        self.start.is_none_or(|start| start <= now) && self.end.is_none_or(|end| now < end)
    }
}

/// The units of a channel; `None` if Amazon counts them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Stock {
    pub(crate) channel: String,
    pub(crate) quantity: Option<u64>,
    /// Whether the seller says that units are there without their number.
    pub(crate) is_available: bool,
}

impl Stock {
    pub(crate) fn is_own(&self) -> bool {
        self.channel == OWN_CHANNEL
    }

    /// Whether a buyer can get a unit. Amazon's own stock counts as always there.
    pub(crate) fn has_units(&self) -> bool {
        !self.is_own() || self.is_available || self.quantity.is_some_and(|quantity| quantity > 0)
    }
}

/// The number of decimal places of a currency.
pub(crate) fn decimals(currency: &str) -> u32 {
    if currency == "JPY" { 0 } else { 2 }
}

/// A price in the currency's smallest unit as the number of an attribute.
pub(crate) fn number(units: i64, currency: &str) -> Value {
    match decimals(currency) {
        0 => units.into(),
        // The text has few digits, so the number is the nearest one to it.
        digits => (units as f64 / f64::from(10_u32.pow(digits))).into(),
    }
}

/// A price list with one entry: `[{"schedule": [{"value_with_tax": 12.5}]}]`.
pub(crate) fn price_list(units: i64, currency: &str) -> Value {
    json!([{ "schedule": [{ "value_with_tax": number(units, currency) }] }])
}

/// The price of a price list in the currency's smallest unit, if it has one. The error says what a price must be.
pub(crate) fn price(list: &Value, currency: &str) -> Result<Option<i64>, &'static str> {
    let Some(value) = list.pointer("/0/schedule/0/value_with_tax") else { return Ok(None) };
    let units = value.as_f64().map(|value| value * f64::from(10_u32.pow(decimals(currency))));
    // Beyond 2^53 a float cannot hold every whole number.
    let whole = units.filter(|units| (units - units.round()).abs() < 1e-6 && *units > 0.0 && *units < 9e15);
    let wrong = "must have a value_with_tax above 0, with no more digits than the currency has";
    whole.map(|units| Some(units.round() as i64)).ok_or(wrong)
}

/// A text member of an instance.
pub(crate) fn text<'a>(instance: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    instance.get(name)?.as_str().filter(|text| !text.is_empty())
}

/// The instances of an attribute in a marketplace.
pub(crate) fn instances<'a>(
    attributes: &'a Attributes,
    name: &str,
    marketplace: Marketplace,
) -> impl Iterator<Item = &'a Map<String, Value>> {
    let stored = attributes.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object);
    stored.filter(move |instance| is_in(instance, marketplace))
}

/// Whether an instance is for a marketplace: it names that one, or none.
pub(crate) fn is_in(instance: &Map<String, Value>, marketplace: Marketplace) -> bool {
    text(instance, "marketplace_id").is_none_or(|id| id == marketplace.id())
}

/// The offers in a marketplace that have a price.
pub(crate) fn offers(attributes: &Attributes, marketplace: Marketplace, points: Option<i64>) -> Vec<Offer> {
    let read = |instance: &Map<String, Value>| {
        let currency = text(instance, "currency").unwrap_or(marketplace.currency());
        let audience = text(instance, "audience").unwrap_or(EVERYBODY);
        let date = |name: &str| dates::read(instance.get(name)?.get("value")?.as_str()?);
        let price = price(instance.get("our_price")?, currency).ok()??;
        Some(Offer {
            price,
            levels: levels(instance, price, currency),
            points: points.filter(|_| audience == EVERYBODY),
            audience: audience.to_owned(),
            currency: currency.to_owned(),
            start: date("start_at"),
            end: date("end_at"),
        })
    };
    instances(attributes, OFFER, marketplace).filter_map(read).collect()
}

/// The prices from each quantity on, of an instance that has one for a single unit.
fn levels(instance: &Map<String, Value>, single: i64, currency: &str) -> Vec<(u64, i64)> {
    let schedule = instance.get("quantity_discount_plan").and_then(|plan| plan.pointer("/0/schedule/0"));
    let Some(schedule) = schedule else { return Vec::new() };
    let is_percent = schedule["discount_type"] == "percent";
    let level = |level: &Value| {
        let (units, value) = (level["lower_bound"].as_f64()?, level["value"].as_f64()?);
        let price = match is_percent {
            true => single as f64 * (100.0 - value) / 100.0,
            false => value * f64::from(10_u32.pow(decimals(currency))),
        };
        Some((units as u64, price.round() as i64))
    };
    schedule["levels"].as_array().into_iter().flatten().filter_map(level).collect()
}

/// The stock in a marketplace, by channel.
pub(crate) fn stocks(attributes: &Attributes, marketplace: Marketplace) -> Vec<Stock> {
    let read = |instance: &Map<String, Value>| {
        let channel = text(instance, "fulfillment_channel_code")?.to_owned();
        let quantity = instance.get("quantity").and_then(Value::as_u64).filter(|_| channel == OWN_CHANNEL);
        let is_available = instance.get("is_inventory_available").and_then(Value::as_bool).unwrap_or(false);
        Some(Stock { channel, quantity, is_available })
    };
    instances(attributes, STOCK, marketplace).filter_map(read).collect()
}
