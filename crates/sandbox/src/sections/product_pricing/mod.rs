//! Product Pricing v0: getPricing, getCompetitivePricing, getListingOffers, getItemOffers, from the offers of the listings.

mod companies;
mod health;
mod notices;
mod offers;

pub(super) use notices::notify;

use super::Served;
use super::call::Call;
use super::marketplaces;
use crate::http::{ApiError, Query, Reply};
use crate::server::Server;
use crate::shop::listings::DEFAULT_SELLER;
use crate::shop::listings::offer::EVERYBODY;
use crate::time::dates;
use offers::{Offer, Offers};
use serde_json::{Value, json};
use spapi_types::{Marketplace, Region};

pub(super) static SERVED: Served = Served {
    section: "product-pricing",
    module: "v0",
    takes_long: false,
    operations: &[
        ("getPricing", get_pricing),
        ("getCompetitivePricing", get_competitive_pricing),
        ("getListingOffers", get_listing_offers),
        ("getItemOffers", get_item_offers),
    ],
};

/// The most items of a request.
const MOST: usize = 20;

/// The conditions, of which the shop sells only the first one.
const CONDITIONS: [(&str, bool); 5] =
    [("New", true), ("Used", false), ("Collectible", false), ("Refurbished", false), ("Club", false)];

fn marketplace(region: Region, query: &Query) -> Result<Marketplace, ApiError> {
    let id = query.text("MarketplaceId").ok_or_else(|| ApiError::invalid_input("MarketplaceId is required."))?;
    marketplaces::refuse_other_region(region, "MarketplaceId", id)?;
    let known = Marketplace::ALL.iter().find(|marketplace| marketplace.id() == id).copied();
    known.ok_or_else(|| ApiError::invalid_input(format!("MarketplaceId: {id:?} is not a marketplace.")))
}

/// Whether the request is about new items.
fn is_new(query: &Query, is_required: bool) -> Result<bool, ApiError> {
    match query.choices("ItemCondition", &CONDITIONS)?.as_deref() {
        Some([is_new]) => Ok(*is_new),
        None if !is_required => Ok(true),
        _ => Err(ApiError::invalid_input("ItemCondition is required, and must hold one condition.")),
    }
}

/// An item that a request names, and its ASIN if the shop knows it.
struct Asked {
    sku: Option<String>,
    asin: Option<String>,
}

/// The items that a request names by SKU or by ASIN.
fn asked(server: &Server, marketplace: Marketplace, query: &Query) -> Result<Vec<Asked>, ApiError> {
    let (name, by_sku) = match query.text("ItemType") {
        Some("Sku") => ("Skus", true),
        Some("Asin") => ("Asins", false),
        _ => return Err(ApiError::invalid_input("ItemType is required, and must be Asin or Sku.")),
    };
    let named = query.list(name).unwrap_or_default();
    if named.is_empty() || named.len() > MOST {
        return Err(ApiError::invalid_input(format!("{name} must hold 1 to {MOST} values.")));
    }
    let read = |named: &str| match by_sku {
        true => Asked { sku: Some(named.to_owned()), asin: asin_of(server, marketplace, named) },
        false => Asked { sku: None, asin: Some(named.to_owned()) },
    };
    Ok(named.into_iter().map(read).collect())
}

fn asin_of(server: &Server, marketplace: Marketplace, sku: &str) -> Option<String> {
    let listing = server.listings.get(marketplace.region(), sku)?;
    listing.places.get(marketplace.id())?.asin.clone()
}

/// The answer about some items. An item without a product has only its status.
fn products(
    server: &Server,
    call: &Call,
    product: impl Fn(&Offers, Option<&str>) -> Option<Value>,
) -> Result<Reply, ApiError> {
    let marketplace = marketplace(call.region, &call.query)?;
    let answers = asked(server, marketplace, &call.query)?.into_iter().map(|Asked { sku, asin }| {
        let found = asin.as_deref().and_then(|asin| {
            let offers = Offers::of(server, marketplace, asin, EVERYBODY);
            let mut product = product(&offers, sku.as_deref())?;
            product["Identifiers"] = identifiers(&offers, sku.as_deref());
            Some(product)
        });
        let mut answer = json!({ "status": if found.is_some() { "Success" } else { "ClientError" } });
        if let Some(sku) = sku {
            answer["SellerSKU"] = sku.into();
        }
        if let Some(asin) = asin {
            answer["ASIN"] = asin.into();
        }
        if let Some(product) = found {
            answer["Product"] = product;
        }
        answer
    });
    Ok(json!({ "payload": answers.collect::<Vec<_>>() }).into())
}

fn identifiers(offers: &Offers, sku: Option<&str>) -> Value {
    let id = offers.marketplace.id();
    let mut identifiers = json!({ "MarketplaceASIN": { "MarketplaceId": id, "ASIN": offers.asin } });
    if let Some(sku) = sku {
        identifiers["SKUIdentifier"] = json!({ "MarketplaceId": id, "SellerId": DEFAULT_SELLER, "SellerSKU": sku });
    }
    identifiers
}

fn get_pricing(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let is_new = is_new(&call.query, false)?;
    products(server, call, |offers, sku| {
        let own = offers
            .all
            .iter()
            .filter(|offer| is_new && offer.is_own() && sku.is_none_or(|sku| offer.sku.as_deref() == Some(sku)));
        let own: Vec<Value> = own
            .map(|offer| {
                json!({
                    "offerType": "B2C",
                    "BuyingPrice": offers.price(offer),
                    "RegularPrice": offers.money(offer.price),
                    "FulfillmentChannel": if offer.by_amazon { "AMAZON" } else { "MERCHANT" },
                    "ItemCondition": "New",
                    "ItemSubCondition": "New",
                    "SellerSKU": offer.sku,
                })
            })
            .collect();
        (!offers.all.is_empty()).then(|| json!({ "Offers": own }))
    })
}

fn get_competitive_pricing(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    products(server, call, |offers, _| {
        let best = offers.all.first()?;
        Some(json!({
            "CompetitivePricing": {
                "CompetitivePrices": [{
                    "CompetitivePriceId": "1",
                    "Price": offers.price(best),
                    "condition": "New",
                    "subcondition": "New",
                    "offerType": "B2C",
                    "sellerId": best.seller,
                    "belongsToRequester": best.is_own(),
                }],
                "NumberOfOfferListings": [{ "Count": offers.all.len(), "condition": "New" }],
            },
            "SalesRankings": [],
        }))
    })
}

fn get_listing_offers(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let (marketplace, sku) = (marketplace(call.region, &call.query)?, call.id());
    let asin = asin_of(server, marketplace, sku);
    let asin = asin.ok_or_else(|| {
        ApiError::invalid_input(format!("{sku:?} is an invalid SKU for the marketplace {}.", marketplace.id()))
    })?;
    offers_body(server, call, &asin, Some(sku))
}

fn get_item_offers(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    offers_body(server, call, call.id(), None)
}

fn offers_body(server: &Server, call: &Call, asin: &str, sku: Option<&str>) -> Result<Reply, ApiError> {
    let (marketplace, is_new) = (marketplace(call.region, &call.query)?, is_new(&call.query, true)?);
    let mut offers = Offers::of(server, marketplace, asin, EVERYBODY);
    if !is_new {
        offers.all.clear();
    }
    let condition = call.query.text("ItemCondition").unwrap_or_default();
    let name = if sku.is_some() { "SellerSKU" } else { "ASIN" };
    let mut identifier = json!({ "MarketplaceId": marketplace.id(), "ItemCondition": condition });
    identifier[name] = sku.unwrap_or(asin).into();
    let list: Vec<Value> =
        offers.all.iter().enumerate().map(|(place, offer)| offer_body(&offers, offer, place == 0)).collect();
    let mut payload = json!({
        "marketplaceId": marketplace.id(),
        "ASIN": asin,
        "ItemCondition": condition,
        "status": if offers.all.is_empty() { "NoBuyableOffers" } else { "Success" },
        "Identifier": identifier,
        "Summary": summary(server, &offers),
        "Offers": list,
    });
    if let Some(sku) = sku {
        payload["SKU"] = sku.into();
    }
    Ok(json!({ "payload": payload }).into())
}

fn summary(server: &Server, offers: &Offers) -> Value {
    let counts = || {
        let count = |(channel, count): (&str, usize)| json!({ "condition": "new", "fulfillmentChannel": channel, "OfferCount": count });
        offers.counts().into_iter().map(count).collect::<Vec<_>>()
    };
    let lowest = offers.lowest().into_iter().map(|offer| {
        let mut price = offers.price(offer);
        price["condition"] = "new".into();
        price["fulfillmentChannel"] = offer.channel().into();
        price
    });
    let mut summary = json!({
        "TotalOfferCount": offers.all.len(),
        "NumberOfOffers": counts(),
        "LowestPrices": lowest.collect::<Vec<_>>(),
        "BuyBoxEligibleOffers": counts(),
        "OffersAvailableTime": dates::text(server.clock.now()),
    });
    if let Some(best) = offers.all.first() {
        let mut price = offers.price(best);
        price["condition"] = "New".into();
        price["sellerId"] = best.seller.into();
        summary["BuyBoxPrices"] = json!([price]);
        summary["ListPrice"] = offers.money(offers.list_price());
        summary["CompetitivePriceThreshold"] = offers.money(best.price);
    }
    summary
}

fn offer_body(offers: &Offers, offer: &Offer, is_best: bool) -> Value {
    let price = offers.price(offer);
    let mut body = json!({
        "MyOffer": offer.is_own(),
        "SubCondition": "new",
        "SellerId": offer.seller,
        "SellerFeedbackRating": { "SellerPositiveFeedbackRating": 97.0, "FeedbackCount": 412 },
        "ShippingTime": { "minimumHours": 24, "maximumHours": 48, "availabilityType": "NOW" },
        "ListingPrice": price["ListingPrice"],
        "Shipping": price["Shipping"],
        "ShipsFrom": { "Country": offers.marketplace.country_code() },
        "IsFulfilledByAmazon": offer.by_amazon,
        "PrimeInformation": { "IsPrime": offer.by_amazon, "IsNationalPrime": offer.by_amazon },
        "IsBuyBoxWinner": is_best,
        "IsFeaturedMerchant": true,
    });
    if let Some(points) = price.get("Points") {
        body["Points"] = points.clone();
    }
    body
}
