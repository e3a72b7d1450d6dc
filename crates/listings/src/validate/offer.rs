//! Lints of offers and images: what the schema accepts, but Amazon's service is known to refuse or to ignore.

use super::finding::Severity;
use super::lint::Lint;
use super::outline::Outline;
use super::words::{name, shown};
use crate::attributes::OFFER;
use crate::change::{decimal, decimal_places};
use serde_json::{Map, Value};
use spapi_core::Marketplace;
use std::cmp::Ordering;

const LOWEST: &str = "minimum_seller_allowed_price";
const HIGHEST: &str = "maximum_seller_allowed_price";

/// The lints of offers, list prices and images, in the instances that are looked at.
pub(super) fn lints(
    outline: &Outline,
    attributes: &Map<String, Value>,
    marketplace: Option<Marketplace>,
    looks_at: &dyn Fn(&str, usize) -> bool,
    found: &mut dyn FnMut(Lint),
) {
    for attribute in [OFFER, LIST_PRICE] {
        let instances = attributes.get(attribute).and_then(Value::as_array).into_iter().flatten();
        for (at, instance) in instances.enumerate().filter(|(at, _)| looks_at(attribute, *at)) {
            amounts(attribute, at, instance, marketplace, found);
            if attribute == OFFER {
                offer(outline, at, instance, found);
            }
        }
    }
    image(outline, attributes, found);
}

/// The lints of an offer.
fn offer(outline: &Outline, at: usize, offer: &Value, found: &mut dyn FnMut(Lint)) {
    let Some(offer) = offer.as_object() else { return };
    let members = outline.attribute(OFFER).and_then(|place| outline.items(place));
    bracket(at, offer, |member| members.is_some_and(|members| members.has(member)), found);
    for (name, value) in offer {
        let is_blank = value.is_null() || value.as_array().is_some_and(|items| items.iter().any(is_empty));
        if is_blank {
            found(Lint {
                code: "empty_value",
                severity: Severity::Warning,
                pointer: format!("/{OFFER}/{at}/{}", super::pointer::escaped(name)),
                property: None,
                message:
                    "is empty, which Amazon refuses (99022); leave the member out, or remove it by a merge patch with \
                          null"
                        .to_owned(),
            });
        }
    }
}

/// The attribute with the price that the maker recommends.
const LIST_PRICE: &str = "list_price";

/// The prices at which buyers buy, which Amazon takes above zero only.
const SOLD_AT: [&str; 2] = ["our_price", "discounted_price"];

/// The lints of the amounts of offers and list prices.
fn amounts(
    attribute: &str,
    at: usize,
    instance: &Value,
    marketplace: Option<Marketplace>,
    found: &mut dyn FnMut(Lint),
) {
    let Some(members) = instance.as_object() else { return };
    let usual = || marketplace.map(Marketplace::currency);
    let Some(currency) = members.get("currency").and_then(Value::as_str).or_else(usual) else { return };
    let pointer = format!("/{attribute}/{at}");
    match attribute {
        OFFER => {
            for (member, prices) in members {
                for (nth, price) in prices.as_array().into_iter().flatten().enumerate() {
                    let schedule = price.get("schedule").and_then(Value::as_array);
                    for (part, scheduled) in schedule.into_iter().flatten().enumerate() {
                        let pointer = format!(
                            "{pointer}/{}/{nth}/schedule/{part}/value_with_tax",
                            super::pointer::escaped(member)
                        );
                        amount(scheduled.get("value_with_tax"), currency, pointer, SOLD_AT.contains(&&**member), found);
                    }
                }
            }
        }
        LIST_PRICE => {
            for member in ["value", "value_with_tax"] {
                amount(members.get(member), currency, format!("{pointer}/{member}"), false, found);
            }
        }
        _ => {}
    }
}

/// The lints of one amount.
fn amount(value: Option<&Value>, currency: &str, pointer: String, is_sold_at: bool, found: &mut dyn FnMut(Lint)) {
    let Some(value) = value.filter(|value| value.is_number()) else { return };
    let sign = value.as_f64().and_then(|amount| amount.partial_cmp(&0.0));
    let (code, severity, message) = match sign {
        Some(Ordering::Less) => {
            ("price_not_positive", Severity::Error, format!("is below zero: {} stands there", shown(value)))
        }
        Some(Ordering::Equal) if is_sold_at => (
            "price_not_positive",
            Severity::Error,
            "is zero, and Amazon takes prices above zero only; to stop selling, set the quantity to 0".to_owned(),
        ),
        Some(Ordering::Equal) => ("price_not_positive", Severity::Warning, "is zero".to_owned()),
        _ => {
            let (Some(exact), places) = (decimal(value), decimal_places(currency)) else { return };
            if exact.scale() <= places {
                return;
            }
            let (given, currency) = (exact.scale(), name(currency));
            let counted = super::words::counted(given.into(), "decimal place");
            let message = format!("has {counted}, and {currency} has {places}: {} stands there", shown(value));
            ("price_decimals", Severity::Warning, message)
        }
    };
    found(Lint { code, severity, pointer, property: None, message });
}

/// Amazon deactivates an offer whose price is outside of the seller's own limits (code 18155 of its issues), and its
/// automatic pricing needs both.
fn bracket(at: usize, offer: &Map<String, Value>, has: impl Fn(&str) -> bool, found: &mut dyn FnMut(Lint)) {
    let is_business = offer.get("audience").is_some_and(|audience| audience != "ALL");
    let (Some(price), false) = (price(offer, "our_price"), is_business) else { return };
    let mut add = |code, member: &str, message| {
        let pointer = format!("/{OFFER}/{at}");
        found(Lint { code, severity: Severity::Warning, pointer, property: Some(member.to_owned()), message });
    };
    let limits = [(LOWEST, "less than"), (HIGHEST, "more than")];
    for (member, relation) in limits {
        let Some(limit) = self::price(offer, member) else { continue };
        let is_outside = if member == LOWEST { price.0 < limit.0 } else { price.0 > limit.0 };
        if is_outside {
            let message = format!(
                "has the price {}, which is {relation} its {member} {}; Amazon stops such an offer (18155)",
                shown(price.1),
                shown(limit.1)
            );
            add("price_outside_bracket", member, message);
        }
    }
    let missing: Vec<_> = [LOWEST, HIGHEST].into_iter().filter(|member| !offer.contains_key(*member)).collect();
    if let (Some(first), true) = (missing.first(), has(LOWEST) && has(HIGHEST)) {
        let message = format!("has a price without {}; a slip in the price goes live then", missing.join(" and "));
        add("price_unbracketed", first, message);
    }
}

/// The first price of a schedule.
fn price<'offer>(offer: &'offer Map<String, Value>, member: &str) -> Option<(f64, &'offer Value)> {
    let schedule = offer.get(member)?.get(0)?.get("schedule")?.get(0)?;
    let price = schedule.get("value_with_tax")?;
    Some((price.as_f64()?, price))
}

fn is_empty(value: &Value) -> bool {
    value.is_null() || value.as_object().is_some_and(Map::is_empty)
}

/// An image of the offer in the place of one of the product, which Amazon does not show on the page of a product.
fn image(outline: &Outline, attributes: &Map<String, Value>, found: &mut dyn FnMut(Lint)) {
    const OF_OFFER: &str = "main_offer_image_locator";
    const OF_PRODUCT: &str = "main_product_image_locator";
    let has_product = outline.root().is_some_and(|root| root.has(OF_PRODUCT));
    if has_product && attributes.contains_key(OF_OFFER) && !attributes.contains_key(OF_PRODUCT) {
        found(Lint {
            code: "image_of_offer",
            severity: Severity::Warning,
            pointer: format!("/{OF_OFFER}"),
            property: Some(OF_PRODUCT.to_owned()),
            message: format!("is the picture of this one offer; the main picture of the product is {OF_PRODUCT}"),
        });
    }
}
