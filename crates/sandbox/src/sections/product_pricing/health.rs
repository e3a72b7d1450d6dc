//! What a seller hears when the own offer is dearer than another one, and so is not the featured offer.

use super::offers::{Offer, Offers};
use crate::shop::listings::DEFAULT_SELLER;
use crate::shop::listings::offer::number;
use crate::time::dates;
use serde_json::{Value, json};
use std::time::SystemTime;

/// The payload, if the best of the own offers is not the best of all.
pub(super) fn payload(offers: &Offers, at: SystemTime) -> Option<Value> {
    let (best, own) = (offers.all.first()?, offers.all.iter().find(|offer| offer.is_own())?);
    if best.is_own() {
        return None;
    }
    let mut merchant = price(offers, own);
    merchant["fulfillmentType"] = fulfillment(own.by_amazon).into();
    let counts = || {
        let count = |(channel, count): (&str, usize)| json!({ "condition": "new", "fulfillmentType": fulfillment(channel == "Amazon"), "offerCount": count });
        offers.counts().into_iter().map(count).collect::<Vec<_>>()
    };
    Some(json!({
        "issueType": "BuyBoxDisqualification",
        "sellerId": DEFAULT_SELLER,
        "offerChangeTrigger": {
            "marketplaceId": offers.marketplace.id(),
            "asin": offers.asin,
            "itemCondition": "new",
            "timeOfOfferChange": dates::text(at),
        },
        "merchantOffer": merchant,
        "summary": {
            "numberOfOffers": counts(),
            "buyBoxEligibleOffers": counts(),
            "buyBoxPrices": [price(offers, best)],
            "salesRankings": [],
            "referencePrice": {
                "competitivePriceThreshold": money(offers, best.landed()),
                "retailOfferPrice": money(offers, best.price),
                "msrpPrice": money(offers, offers.list_price()),
            },
        },
    }))
}

fn fulfillment(by_amazon: bool) -> &'static str {
    if by_amazon { "AFN" } else { "MFN" }
}

fn price(offers: &Offers, offer: &Offer) -> Value {
    let mut price = json!({
        "condition": "new",
        "landedPrice": money(offers, offer.landed()),
        "listingPrice": money(offers, offer.price),
        "shipping": money(offers, offer.shipping),
    });
    if let Some(points) = offer.points {
        price["points"] = json!({ "pointsNumber": points });
    }
    price
}

fn money(offers: &Offers, units: i64) -> Value {
    let currency = offers.marketplace.currency();
    json!({ "amount": number(units, currency), "currencyCode": currency })
}
