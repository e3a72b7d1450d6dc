//! Finds the instance of an attribute that a change is about. Never by its place in the list: Amazon's order says nothing.

use super::compare::{Difference, SHOWN_OFFERS, SHOWN_STOCK};
use super::money;
use crate::Attributes;
use crate::attributes::{OFFER, STOCK};
use crate::listing::ALL;
use serde_json::{Map, Value};
use spapi_core::{Decimal, Error, ErrorKind, Marketplace};
use spapi_types::text::printable;
use std::fmt::Display;

pub(super) const MARKETPLACE: &str = "marketplace_id";
pub(super) const CURRENCY: &str = "currency";
pub(super) const AUDIENCE: &str = "audience";
pub(super) const CHANNEL: &str = "fulfillment_channel_code";

/// How much of a value from Amazon an error shows.
const LONGEST: usize = 40;

/// The instances of an attribute.
pub(super) fn instances<'all>(attributes: &'all Attributes, name: &str) -> &'all [Value] {
    attributes.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// The offer that is meant.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct OfferKey {
    pub marketplace: Marketplace,
    pub currency: String,
    pub audience: String,
}

/// The channel that is meant.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ChannelKey {
    pub marketplace: Marketplace,
    pub channel: String,
}

/// A way to know an instance.
pub(super) trait Key {
    /// The attribute.
    const ATTRIBUTE: &'static str;

    /// Whether this is the instance.
    fn is(&self, instance: &Value) -> bool;

    /// What is meant, for an error.
    fn shown(&self) -> String;

    /// An instance, for an error.
    fn instance_shown(&self, instance: &Value) -> String;

    /// The selectors of an instance to send.
    fn selectors(&self) -> Map<String, Value>;

    /// Removes what Amazon shows of an instance, and does not take.
    fn clean(instance: &mut Map<String, Value>);

    /// Whether the difference is one that follows the change of this instance, in what buyers see.
    fn is_expected(&self, difference: &Difference) -> bool;
}

/// A member of an instance that is a text. Amazon leaves some selectors out.
pub(super) fn text<'all>(instance: &'all Value, name: &str) -> Option<&'all str> {
    instance.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
}

/// The audience of an offer. Amazon leaves it out of offers for all.
pub(super) fn audience(offer: &Value) -> &str {
    text(offer, AUDIENCE).unwrap_or(ALL)
}

fn is_in(instance: &Value, marketplace: Marketplace) -> bool {
    text(instance, MARKETPLACE).is_none_or(|id| id == marketplace.id())
}

impl Key for OfferKey {
    const ATTRIBUTE: &'static str = OFFER;

    fn is(&self, offer: &Value) -> bool {
        let currency = text(offer, CURRENCY).unwrap_or(self.marketplace.currency());
        is_in(offer, self.marketplace) && currency == self.currency && audience(offer) == self.audience
    }

    fn shown(&self) -> String {
        let Self { marketplace, currency, audience } = self;
        let [audience, currency] = [audience, currency].map(|text| printable(text).up_to(LONGEST));
        format!("offer for {audience} in {currency} in {}", marketplace.country_code())
    }

    fn instance_shown(&self, offer: &Value) -> String {
        let place = match text(offer, MARKETPLACE) {
            Some(id) => id.parse::<Marketplace>().map_or(id, |known| known.country_code()),
            None => self.marketplace.country_code(),
        };
        let currency = text(offer, CURRENCY).unwrap_or(self.marketplace.currency());
        let [audience, currency, place] = [audience(offer), currency, place].map(|text| printable(text).up_to(LONGEST));
        format!("{audience} in {currency} in {place}")
    }

    fn selectors(&self) -> Map<String, Value> {
        let Self { marketplace, currency, audience } = self;
        let pairs = [(MARKETPLACE, marketplace.id()), (CURRENCY, currency), (AUDIENCE, audience)];
        pairs.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect()
    }

    fn clean(_: &mut Map<String, Value>) {}

    fn is_expected(&self, difference: &Difference) -> bool {
        let is_it = difference.instance == Some(format!("{} {}", self.marketplace.id(), self.audience));
        // The report of the change has the points by themselves.
        let is_of_price = matches!(difference.member.as_deref(), None | Some("price" | "points"));
        difference.attribute == SHOWN_OFFERS && is_it && is_of_price
    }
}

impl Key for ChannelKey {
    const ATTRIBUTE: &'static str = STOCK;

    fn is(&self, stock: &Value) -> bool {
        is_in(stock, self.marketplace) && text(stock, CHANNEL) == Some(&self.channel)
    }

    fn shown(&self) -> String {
        format!("stock of the channel {}", printable(&self.channel).up_to(LONGEST))
    }

    fn instance_shown(&self, stock: &Value) -> String {
        printable(text(stock, CHANNEL).unwrap_or("(no channel)")).up_to(LONGEST).to_string()
    }

    fn selectors(&self) -> Map<String, Value> {
        Map::from_iter([(CHANNEL.to_owned(), self.channel.clone().into())])
    }

    fn clean(stock: &mut Map<String, Value>) {
        // Amazon shows it in spite of the schema, which does not have it.
        stock.remove(MARKETPLACE);
    }

    fn is_expected(&self, difference: &Difference) -> bool {
        difference.attribute == SHOWN_STOCK && difference.instance.as_ref() == Some(&self.channel)
    }
}

/// The index of the instance that is meant.
///
/// # Errors
/// When the listing does not have it, or has it more than once. The error names those that the listing has.
pub(super) fn find<K: Key>(attributes: &Attributes, key: &K) -> Result<usize, Error> {
    let all = instances(attributes, K::ATTRIBUTE);
    let mut found = all.iter().enumerate().filter(|(_, instance)| key.is(instance)).map(|(index, _)| index);
    match (found.next(), found.next()) {
        (Some(index), None) => Ok(index),
        (Some(_), Some(_)) => refuse(format_args!("the listing has more than one {}", key.shown())),
        (None, _) if all.is_empty() => refuse(format_args!("the listing has no {}, and no other", key.shown())),
        (None, _) => {
            let others: Vec<_> = all.iter().map(|instance| key.instance_shown(instance)).collect();
            refuse(format_args!("the listing has no {}; it has: {}", key.shown(), others.join("; ")))
        }
    }
}

fn refuse<T>(message: impl Display) -> Result<T, Error> {
    Err(Error::new(ErrorKind::Input, message.to_string()).with_hint("Nothing was sent."))
}

/// The price in `our_price`, or in one of the members with the same form. `None` if the offer does not have it.
///
/// # Errors
/// When there is more than one price, or it is not a number.
pub(super) fn price(offer: &Value, member: &str) -> Result<Option<Decimal>, Error> {
    let Some(value) = offer.get(member).filter(|value| !value.is_null()) else { return Ok(None) };
    let leaf = leaf(value).and_then(money::decimal);
    match leaf {
        Some(price) => Ok(Some(price)),
        None => refuse(format_args!("the listing's {member} is not a single price: change it with a patch")),
    }
}

/// The number in a price of the form `[{"schedule": [{"value_with_tax": 12.5}]}]`.
fn leaf(value: &Value) -> Option<&Value> {
    let [entry] = value.as_array()?.as_slice() else { return None };
    let [part] = entry.get("schedule")?.as_array()?.as_slice() else { return None };
    part.get("value_with_tax")
}

/// The price to send: what is stored with another number, or a new one.
pub(super) fn priced(stored: Option<&Value>, number: &Value) -> Value {
    let mut value = stored.cloned().filter(|value| leaf(value).is_some());
    let part = value.as_mut().and_then(|value| value.pointer_mut("/0/schedule/0"));
    if let Some(Value::Object(part)) = part {
        part.insert("value_with_tax".to_owned(), number.clone());
    }
    value.unwrap_or_else(|| serde_json::json!([{ "schedule": [{ "value_with_tax": number }] }]))
}

/// What Amazon takes of a stored value: without nulls and empty objects and lists, which it refuses within a replacement
/// (`99022`). `None` if nothing is left.
///
/// The value is an answer of Amazon's, whose depth the reader of JSON limits.
pub(super) fn without_blanks(value: &Value) -> Option<Value> {
    match value {
        Value::Null => None,
        Value::Array(list) => {
            let list: Vec<_> = list.iter().filter_map(without_blanks).collect();
            (!list.is_empty()).then_some(Value::Array(list))
        }
        Value::Object(members) => {
            let members: Map<_, _> =
                members.iter().filter_map(|(name, value)| Some((name.clone(), without_blanks(value)?))).collect();
            (!members.is_empty()).then_some(Value::Object(members))
        }
        other => Some(other.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn key(audience: &str) -> OfferKey {
        OfferKey { marketplace: Marketplace::DE, currency: "EUR".to_owned(), audience: audience.to_owned() }
    }

    fn attributes(value: Value) -> Attributes {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn an_offer_is_found_by_marketplace_currency_and_audience_and_not_by_its_place() {
        let (de, fr) = (Marketplace::DE.id(), Marketplace::FR.id());
        let all = attributes(json!({ "purchasable_offer": [
            { "marketplace_id": de, "currency": "EUR", "audience": "B2B" },
            { "marketplace_id": fr, "currency": "EUR", "audience": "ALL" },
            { "marketplace_id": de, "currency": "PLN", "audience": "ALL" },
            { "marketplace_id": de, "currency": "EUR" },
        ] }));
        assert_eq!((find(&all, &key("ALL")).unwrap(), find(&all, &key("B2B")).unwrap()), (3, 0));
        let error = find(&all, &key("VIP")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the listing has no offer for VIP in EUR in DE; it has: B2B in EUR in DE; ALL in EUR in FR; ALL in PLN in DE; \
             ALL in EUR in DE. Nothing was sent."
        );
        let twice = attributes(json!({ "purchasable_offer": [{ "currency": "EUR" }, { "audience": "ALL" }] }));
        assert!(find(&twice, &key("ALL")).unwrap_err().to_string().contains("more than one"));
        for none in [json!({}), json!({ "purchasable_offer": "x" }), json!({ "purchasable_offer": [] })] {
            assert!(find(&attributes(none), &key("ALL")).unwrap_err().to_string().contains("and no other"));
        }
    }

    #[test]
    fn only_the_number_of_a_stored_price_changes() {
        let stored = json!([{ "schedule": [{ "value_with_tax": 9.5, "start_at": "x" }], "more": 1 }]);
        let priced_anew = priced(Some(&stored), &json!(8));
        assert_eq!(priced_anew, json!([{ "schedule": [{ "value_with_tax": 8, "start_at": "x" }], "more": 1 }]));
        for odd in [json!([]), json!("9.5"), json!([{}]), json!([{ "schedule": [] }])] {
            assert_eq!(priced(Some(&odd), &json!(8)), json!([{ "schedule": [{ "value_with_tax": 8 }] }]), "{odd}");
        }
    }

    #[test]
    fn a_price_that_is_not_single_is_not_guessed() {
        let part = json!({ "value_with_tax": 9 });
        for odd in [json!([]), json!([{ "schedule": [part, part] }]), json!([{ "schedule": [part] }, {}]), json!("9")] {
            let error = price(&json!({ "our_price": odd }), "our_price").unwrap_err();
            assert!(error.to_string().contains("our_price is not a single price"), "{error}");
        }
        assert_eq!(price(&json!({ "our_price": null }), "our_price").unwrap(), None);
    }

    #[test]
    fn blanks_that_amazon_refuses_are_left_out() {
        let stored = json!({ "a": null, "b": [{}], "c": [{ "d": null, "e": 0 }], "f": "", "g": false });
        assert_eq!(without_blanks(&stored), Some(json!({ "c": [{ "e": 0 }], "f": "", "g": false })));
        assert_eq!(without_blanks(&json!([{}, null])), None);
    }
}
