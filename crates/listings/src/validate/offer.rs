//! Lints of offers and images: what the schema accepts, but Amazon's service is known to refuse or to ignore.

use super::lint::Lint;
use super::outline::Outline;
use super::words::shown;
use crate::attributes::OFFER;
use serde_json::{Map, Value};

const LOWEST: &str = "minimum_seller_allowed_price";
const HIGHEST: &str = "maximum_seller_allowed_price";

/// The lints of an offer.
pub(super) fn offer(outline: &Outline, at: usize, offer: &Value, found: &mut dyn FnMut(Lint)) {
    let Some(offer) = offer.as_object() else { return };
    let members = outline.attribute(OFFER).and_then(|place| outline.items(place));
    bracket(at, offer, |member| members.is_some_and(|members| members.has(member)), found);
    for (name, value) in offer {
        let is_blank = value.is_null() || value.as_array().is_some_and(|items| items.iter().any(is_empty));
        if is_blank {
            found(Lint {
                code: "empty_value",
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

/// Amazon deactivates an offer whose price is outside of the seller's own limits (code 18155 of its issues), and its
/// automatic pricing needs both.
fn bracket(at: usize, offer: &Map<String, Value>, has: impl Fn(&str) -> bool, found: &mut dyn FnMut(Lint)) {
    let is_business = offer.get("audience").is_some_and(|audience| audience != "ALL");
    let (Some(price), false) = (price(offer, "our_price"), is_business) else { return };
    let mut add = |code, member: &str, message| {
        found(Lint { code, pointer: format!("/{OFFER}/{at}"), property: Some(member.to_owned()), message });
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
pub(super) fn image(outline: &Outline, attributes: &Map<String, Value>, found: &mut dyn FnMut(Lint)) {
    const OF_OFFER: &str = "main_offer_image_locator";
    const OF_PRODUCT: &str = "main_product_image_locator";
    let has_product = outline.root().is_some_and(|root| root.has(OF_PRODUCT));
    if has_product && attributes.contains_key(OF_OFFER) && !attributes.contains_key(OF_PRODUCT) {
        found(Lint {
            code: "image_of_offer",
            pointer: format!("/{OF_OFFER}"),
            property: Some(OF_PRODUCT.to_owned()),
            message: format!("is the picture of this one offer; the main picture of the product is {OF_PRODUCT}"),
        });
    }
}
