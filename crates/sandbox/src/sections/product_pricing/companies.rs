//! What sellers hear of changed offers to companies.

use super::notices::{common, conditions, price, trigger};
use super::offers::{Offer, Offers};
use crate::shop::listings::DEFAULT_SELLER;
use serde_json::{Value, json};
use std::time::SystemTime;

pub(super) fn payload(offers: &Offers, at: SystemTime) -> Value {
    let mut lowest = Vec::new();
    for offer in offers.lowest() {
        let prices = prices(offers, offer);
        lowest.extend(prices.into_iter().map(|mut price| {
            price["FulfillmentChannel"] = offer.channel().into();
            price
        }));
    }
    let best = offers.all.first();
    let winners = best.iter().flat_map(|best| prices(offers, best)).map(|mut price| {
        price["SellerId"] = best.map(|best| best.seller).into();
        price
    });
    let list: Vec<Value> =
        offers.all.iter().enumerate().map(|(place, offer)| body(offers, offer, place == 0)).collect();
    json!({
        "B2BAnyOfferChangedNotification": {
            "SellerId": DEFAULT_SELLER,
            "OfferChangeTrigger": trigger(offers, at),
            "Summary": {
                "NumberOfOffers": conditions(offers),
                "BuyBoxEligibleOffers": conditions(offers),
                "LowestPrices": lowest,
                "BuyBoxPrices": winners.collect::<Vec<_>>(),
            },
            "Offers": list,
        },
    })
}

/// The price of one unit, and those from each quantity on.
fn prices(offers: &Offers, offer: &Offer) -> Vec<Value> {
    let kind = if offer.is_own() { "B2B" } else { "B2C" };
    let mut single = price(offers, offer);
    single["OfferType"] = kind.into();
    single["QuantityTier"] = 1.into();
    let level = |(units, price): &(u64, i64)| {
        json!({
            "Condition": "new",
            "OfferType": kind,
            "QuantityTier": units,
            "DiscountType": "QUANTITY_DISCOUNT",
            "ListingPrice": offers.money(*price),
        })
    };
    [single].into_iter().chain(offer.levels.iter().map(level)).collect()
}

fn body(offers: &Offers, offer: &Offer, is_best: bool) -> Value {
    let level = |(units, price): &(u64, i64)| {
        json!({
            "QuantityTier": units,
            "QuantityDiscountType": "QUANTITY_DISCOUNT",
            "ListingPrice": offers.money(*price),
        })
    };
    let mut body = common(offers, offer, is_best);
    body["QuantityDiscountPrice"] = offer.levels.iter().map(level).collect();
    body["PrimeInformation"] = json!({ "IsPrime": offer.by_amazon, "IsNationalPrime": offer.by_amazon });
    body
}
