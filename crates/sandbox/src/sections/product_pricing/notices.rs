//! What sellers hear of changed offers.

use super::offers::{Offer, Offers};
use super::{companies, health};
use crate::sections::notifications::Notice;
use crate::server::Server;
use crate::shop::listings::DEFAULT_SELLER;
use crate::shop::listings::offer::{COMPANIES, EVERYBODY};
use crate::time::dates;
use serde_json::{Value, json};
use spapi_types::Marketplace;
use std::time::SystemTime;

/// Sends the notifications that the offers on an item to these audiences have changed.
pub(in crate::sections) fn notify(
    server: &Server,
    marketplace: Marketplace,
    asin: &str,
    at: SystemTime,
    audiences: &[String],
) {
    let publish = |kind: &'static str, payload: &dyn Fn(&str) -> Value| {
        let notice = Notice {
            marketplace_id: Some(marketplace.id()),
            item: Some(asin),
            ..Notice::new(kind, marketplace.region(), at, payload)
        };
        server.notifications.publish(&notice, &server.faults);
    };
    if audiences.iter().any(|audience| audience == EVERYBODY) {
        let offers = Offers::of(server, marketplace, asin, EVERYBODY);
        publish("ANY_OFFER_CHANGED", &|_| payload(&offers, at));
        if let Some(payload) = health::payload(&offers, at) {
            publish("PRICING_HEALTH", &|_| payload.clone());
        }
    }
    if audiences.iter().any(|audience| audience == COMPANIES) {
        let offers = Offers::of(server, marketplace, asin, COMPANIES);
        publish("B2B_ANY_OFFER_CHANGED", &|_| companies::payload(&offers, at));
    }
}

fn payload(offers: &Offers, at: SystemTime) -> Value {
    let money = |units: i64| offers.money(units);
    let mut trigger = trigger(offers, at);
    trigger["OfferChangeType"] = "Internal".into();
    let lowest = offers.lowest().into_iter().map(|offer| {
        let mut price = price(offers, offer);
        price["FulfillmentChannel"] = offer.channel().into();
        price
    });
    let list: Vec<Value> =
        offers.all.iter().enumerate().map(|(place, offer)| body(offers, offer, place == 0)).collect();
    let best = offers.all.first();
    let best_price = best.map_or(0, |best| best.price);
    json!({
        "AnyOfferChangedNotification": {
            "SellerId": DEFAULT_SELLER,
            "OfferChangeTrigger": trigger,
            "Summary": {
                "NumberOfOffers": conditions(offers),
                "LowestPrices": lowest.collect::<Vec<_>>(),
                "BuyBoxPrices": best.iter().map(|best| price(offers, best)).collect::<Vec<_>>(),
                "ListPrice": money(offers.list_price()),
                "MinimumAdvertisedPrice": money(best_price),
                "SuggestedLowerPricePlusShipping": money(best_price),
                "TotalBuyBoxEligibleOffers": offers.all.len(),
                "SalesRankings": [],
                "NumberOfBuyBoxEligibleOffers": conditions(offers),
                "CompetitivePriceThreshold": money(best_price),
            },
            "Offers": list,
        },
    })
}

/// Which item's offers have changed, and when.
pub(super) fn trigger(offers: &Offers, at: SystemTime) -> Value {
    json!({
        "MarketplaceId": offers.marketplace.id(),
        "ASIN": offers.asin,
        "ItemCondition": "new",
        "TimeOfOfferChange": dates::text(at),
    })
}

/// The number of offers of each channel.
pub(super) fn conditions(offers: &Offers) -> Vec<Value> {
    let count = |(channel, count): (&str, usize)| json!({ "Condition": "new", "FulfillmentChannel": channel, "OfferCount": count });
    offers.counts().into_iter().map(count).collect()
}

pub(super) fn price(offers: &Offers, offer: &Offer) -> Value {
    let mut price = json!({
        "Condition": "new",
        "LandedPrice": offers.money(offer.landed()),
        "ListingPrice": offers.money(offer.price),
        "Shipping": offers.money(offer.shipping),
    });
    if let Some(points) = offer.points {
        price["Points"] = json!({ "PointsNumber": points });
    }
    price
}

/// What the offers of notifications to everyone and to companies share.
pub(super) fn common(offers: &Offers, offer: &Offer, is_best: bool) -> Value {
    let mut body = json!({
        "SellerId": offer.seller,
        "SubCondition": "new",
        "SellerFeedbackRating": { "FeedbackCount": 412, "SellerPositiveFeedbackRating": 97 },
        "ShippingTime": {
            "MinimumHours": 24,
            "MaximumHours": 48,
            "AvailabilityType": "NOW",
            "AvailableDate": "",
        },
        "ListingPrice": offers.money(offer.price),
        "Shipping": offers.money(offer.shipping),
        "ShipsFrom": { "Country": offers.marketplace.country_code(), "State": "" },
        "IsFulfilledByAmazon": offer.by_amazon,
        "IsFeaturedMerchant": true,
        "IsBuyBoxWinner": is_best,
    });
    if let Some(points) = offer.points {
        body["Points"] = json!({ "PointsNumber": points });
    }
    body
}

fn body(offers: &Offers, offer: &Offer, is_best: bool) -> Value {
    let mut body = common(offers, offer, is_best);
    body["PrimeInformation"] = json!({ "IsOfferPrime": offer.by_amazon, "IsOfferNationalPrime": offer.by_amazon });
    body["IsExpeditedShippingAvailable"] = json!(false);
    body["ShipsDomestically"] = json!(true);
    body["ShipsInternationally"] = json!(false);
    body
}
