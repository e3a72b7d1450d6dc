//! What differs between two states of a listing.

use super::instance::{AUDIENCE, CHANNEL, CURRENCY, MARKETPLACE, audience, text};
use crate::attributes::is_equal;
use crate::attributes::{OFFER, STOCK};
use crate::listing::{Listing, ListingOffer};
use serde::Serialize;
use serde_json::{Map, Value, json};
use spapi_core::Marketplace;
use spapi_types::text::printable;
use std::collections::BTreeSet;
use std::fmt;

/// The name under which differences have what buyers see of the price.
pub(super) const SHOWN_OFFERS: &str = "offers";

/// The name under which differences have what buyers can order.
pub(super) const SHOWN_STOCK: &str = "fulfillmentAvailability";

const SELECTORS: [&str; 4] = [MARKETPLACE, CURRENCY, AUDIENCE, CHANNEL];

/// How much of a value a line shows.
const LONGEST_VALUE: usize = 120;

/// Something that differs between two states of a listing.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Difference {
    /// The attribute, or `offers` and `fulfillmentAvailability` for what buyers see.
    pub attribute: String,
    /// The selectors of the instance, such as `A1VC38T7YXB528 JPY B2B`. `None` for an attribute that is compared as a whole.
    pub instance: Option<String>,
    /// The member of the instance. `None` for an instance that appeared or disappeared.
    pub member: Option<String>,
    /// The value before. `None` if there was none.
    pub before: Option<Value>,
    /// The value after. `None` if there is none.
    pub after: Option<Value>,
}

/// One line: `purchasable_offer [A1VC38T7YXB528 JPY B2B] our_price: 900 before, 880 now`.
impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} before, {} now", self.place(), shown(self.before.as_ref()), shown(self.after.as_ref()))
    }
}

impl Difference {
    /// Where it is, without the values.
    pub fn place(&self) -> String {
        let name = |text: &str| printable(text).up_to(LONGEST_VALUE).to_string();
        let instance = self.instance.as_ref().map(|instance| format!(" [{}]", name(instance)));
        let member = self.member.as_ref().map(|member| format!(" {}", name(member)));
        format!("{}{}{}", name(&self.attribute), instance.unwrap_or_default(), member.unwrap_or_default())
    }
}

fn shown(value: Option<&Value>) -> String {
    value.map_or("nothing".to_owned(), |value| printable(&value.to_string()).up_to(LONGEST_VALUE).to_string())
}

/// What differs. Instances of offers and of stock are compared with those that have the same selectors, wherever they are
/// in their lists. All other attributes are compared as a whole.
pub(crate) fn differences(before: &Listing, after: &Listing) -> Vec<Difference> {
    let mut found = Vec::new();
    let names: BTreeSet<&String> = before.attributes.keys().chain(after.attributes.keys()).collect();
    for name in names {
        let (one, other) = (before.attributes.get(name), after.attributes.get(name));
        match name.as_str() {
            OFFER => by_instance(name, one, other, &|offer| offer_key(offer, &before.marketplace_id), &mut found),
            STOCK => by_instance(name, one, other, &|stock| stock_key(stock, &before.marketplace_id), &mut found),
            _ if !is_same(one, other) => found.push(Difference {
                attribute: name.clone(),
                instance: None,
                member: None,
                before: one.cloned(),
                after: other.cloned(),
            }),
            _ => {}
        }
    }
    let (one, other) = (offers(before), offers(after));
    by_instance(SHOWN_OFFERS, Some(&one), Some(&other), &|offer| key(offer, &[MARKETPLACE, AUDIENCE]), &mut found);
    let (one, other) = (availability(before), availability(after));
    by_instance(SHOWN_STOCK, Some(&one), Some(&other), &|stock| key(stock, &[CHANNEL]), &mut found);
    found
}

/// What buyers see of the price, in the form of an attribute.
fn offers(listing: &Listing) -> Value {
    let shown = |offer: &ListingOffer| {
        let price = offer.amount.map(|amount| format!("{} {}", amount.normalize(), offer.currency_code));
        json!({ MARKETPLACE: offer.marketplace_id, AUDIENCE: offer.audience, "price": price, "points": offer.points })
    };
    listing.offers.iter().map(shown).collect()
}

fn availability(listing: &Listing) -> Value {
    let known = listing.fulfillment_availability.iter();
    known.map(|stock| json!({ CHANNEL: stock.fulfillment_channel_code, "quantity": stock.quantity })).collect()
}

/// The selectors of an offer, some of which Amazon leaves out.
fn offer_key(offer: &Value, marketplace_id: &str) -> String {
    let place = text(offer, MARKETPLACE).unwrap_or(marketplace_id);
    let usual = place.parse::<Marketplace>().map_or("-", Marketplace::currency);
    format!("{place} {} {}", text(offer, CURRENCY).unwrap_or(usual), audience(offer))
}

/// The channel of a stock, and its marketplace if that is another one.
fn stock_key(stock: &Value, marketplace_id: &str) -> String {
    let channel = text(stock, CHANNEL).unwrap_or("-");
    match text(stock, MARKETPLACE) {
        Some(other) if other != marketplace_id => format!("{channel} {other}"),
        _ => channel.to_owned(),
    }
}

fn key(instance: &Value, names: &[&str]) -> String {
    names.iter().map(|name| text(instance, name).unwrap_or("-")).collect::<Vec<_>>().join(" ")
}

/// A null is as good as nothing.
fn is_same(one: Option<&Value>, other: Option<&Value>) -> bool {
    let filled = |value: Option<&'_ Value>| value.filter(|value| !value.is_null()).cloned();
    match (filled(one), filled(other)) {
        (None, None) => true,
        (Some(one), Some(other)) => is_equal(&one, &other),
        _ => false,
    }
}

fn by_instance(
    attribute: &str,
    before: Option<&Value>,
    after: Option<&Value>,
    key: &dyn Fn(&Value) -> String,
    found: &mut Vec<Difference>,
) {
    let list = |value: Option<&Value>| -> Vec<(String, Value)> {
        let list = value.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        list.iter().map(|instance| (key(instance), instance.clone())).collect()
    };
    let mut left = list(after);
    let mut push = |instance: &str, member: Option<&str>, before: Option<&Value>, after: Option<&Value>| {
        found.push(Difference {
            attribute: attribute.to_owned(),
            instance: Some(instance.to_owned()),
            member: member.map(str::to_owned),
            before: before.cloned(),
            after: after.cloned(),
        });
    };
    for (key, one) in list(before) {
        // Instances with the same selectors, which Amazon does not allow, are compared one by one.
        let Some(index) = left.iter().position(|(other, _)| *other == key) else {
            push(&key, None, Some(&one), None);
            continue;
        };
        let (_, other) = left.remove(index);
        let empty = Map::new();
        let [one, other] = [&one, &other].map(|instance| instance.as_object().unwrap_or(&empty));
        let members: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
        // The selectors are the same, and Amazon leaves some of them out.
        let differs =
            |member: &&String| !SELECTORS.contains(&member.as_str()) && !is_same(one.get(*member), other.get(*member));
        for member in members.into_iter().filter(differs) {
            push(&key, Some(member), one.get(member), other.get(member));
        }
    }
    for (key, other) in &left {
        push(key, None, None, Some(other));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Attributes;
    use crate::listing::ListingAvailability;

    fn listing(attributes: Value) -> Listing {
        let attributes: Attributes = attributes.as_object().unwrap().clone();
        Listing { marketplace_id: "A1".to_owned(), attributes, ..Listing::default() }
    }

    fn lines(before: &Listing, after: &Listing) -> Vec<String> {
        differences(before, after).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn order_and_spelling_are_no_difference() {
        let before = listing(json!({ "purchasable_offer": [
            { "marketplace_id": "A1", "currency": "EUR", "audience": "ALL", "our_price": 20.0 },
            { "marketplace_id": "A1", "currency": "EUR", "audience": "B2B" },
        ], "brand": [{ "value": "x", "language_tag": "de_DE" }], "size": null }));
        let after = listing(json!({ "brand": [{ "language_tag": "de_DE", "value": "x" }], "purchasable_offer": [
            { "audience": "B2B", "currency": "EUR", "end_at": null },
            { "currency": "EUR", "our_price": 20 },
        ] }));
        assert_eq!(lines(&before, &after), Vec::<String>::new());
    }

    #[test]
    fn each_difference_has_its_place_and_both_values() {
        let mut before = listing(json!({
            "purchasable_offer": [{ "marketplace_id": "A1", "currency": "EUR", "audience": "B2B", "our_price": 18 }],
            "fulfillment_availability": [{ "fulfillment_channel_code": "DEFAULT", "quantity": 3, "lead_time_to_ship_max_days": 2 }],
            "brand": [{ "value": "x" }],
        }));
        let mut after = listing(json!({
            "purchasable_offer": [{ "marketplace_id": "A1", "currency": "EUR", "audience": "ALL", "our_price": 18 }],
            "fulfillment_availability": [{ "fulfillment_channel_code": "DEFAULT", "quantity": 3 }],
            "brand": [{ "value": "y" }],
        }));
        let offer = |points| ListingOffer {
            marketplace_id: "A1".into(),
            audience: "ALL".into(),
            points,
            ..ListingOffer::default()
        };
        (before.offers, after.offers) = (vec![offer(Some(20))], vec![offer(None)]);
        let stock = ListingAvailability { fulfillment_channel_code: "DEFAULT".into(), quantity: Some(3) };
        before.fulfillment_availability = vec![stock];
        let lines = lines(&before, &after);
        let starts = [
            "brand: [{\"value\":\"x\"}] before, [{\"value\":\"y\"}] now",
            "fulfillment_availability [DEFAULT] lead_time_to_ship_max_days: 2 before, nothing now",
            "purchasable_offer [A1 EUR B2B]: {",
            "purchasable_offer [A1 EUR ALL]: nothing before, {",
            "offers [A1 ALL] points: 20 before, null now",
            "fulfillmentAvailability [DEFAULT]: {",
        ];
        assert_eq!(lines.len(), starts.len(), "{lines:?}");
        assert!(lines.iter().zip(starts).all(|(line, start)| line.starts_with(start)), "{lines:?}");
    }
}
