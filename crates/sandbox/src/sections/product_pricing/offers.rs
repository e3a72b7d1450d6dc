//! The offers on an item: the shop's own, and that of a made-up competitor.

use crate::server::Server;
use crate::shop::listings::DEFAULT_SELLER;
use crate::shop::listings::offer::{self, number};
use crate::shop::market;
use serde_json::{Value, json};
use spapi_types::Marketplace;

/// The seller who competes with the shop.
const COMPETITOR: &str = "A2SPAPISANDBOX";

/// An offer on an item. Amounts are in the currency's smallest unit.
#[derive(Clone, Debug)]
pub(super) struct Offer {
    pub(super) seller: &'static str,
    /// The SKU of the shop's own offer.
    pub(super) sku: Option<String>,
    pub(super) by_amazon: bool,
    pub(super) price: i64,
    pub(super) shipping: i64,
    pub(super) points: Option<i64>,
    /// The price of a unit from each quantity on.
    pub(super) levels: Vec<(u64, i64)>,
}

impl Offer {
    /// What a buyer pays, less the worth of the points: one yen for a point.
    pub(super) fn landed(&self) -> i64 {
        self.price + self.shipping - self.points.unwrap_or(0)
    }

    pub(super) fn is_own(&self) -> bool {
        self.sku.is_some()
    }

    /// The channel's name in lists of prices.
    pub(super) fn channel(&self) -> &'static str {
        if self.by_amazon { "Amazon" } else { "Merchant" }
    }
}

/// The offers on an item of a marketplace, the best one first.
#[derive(Clone, Debug)]
pub(super) struct Offers {
    pub(super) marketplace: Marketplace,
    pub(super) asin: String,
    pub(super) all: Vec<Offer>,
}

impl Offers {
    /// The offers on an item to an audience: those of the shop, and the competitor's, who makes no difference between buyers.
    pub(super) fn of(server: &Server, marketplace: Marketplace, asin: &str, audience: &str) -> Self {
        let now = server.clock.now();
        let mut all = server.listings.select(marketplace.region(), |listing| {
            let place = listing.places.get(marketplace.id()).filter(|place| place.asin.as_deref() == Some(asin))?;
            let offer = place.shown.offers.iter().find(|offer| offer.audience == audience && offer.is_open(now))?;
            let by_amazon = place.shown.stocks.iter().any(|stock| !stock.is_own());
            Some(Offer {
                seller: DEFAULT_SELLER,
                sku: Some(listing.sku.clone()),
                by_amazon,
                price: offer.price,
                shipping: shipping(marketplace, offer.price, by_amazon),
                points: offer.points,
                levels: offer.levels.clone(),
            })
        });
        all.extend(competitor(marketplace, asin));
        all.sort_by_key(|offer| (offer.landed(), offer.seller));
        Self { marketplace, asin: asin.to_owned(), all }
    }

    /// An amount as the API shows it.
    pub(super) fn money(&self, units: i64) -> Value {
        let currency = self.marketplace.currency();
        json!({ "CurrencyCode": currency, "Amount": number(units, currency) })
    }

    /// The parts of a price, with points where the offer has them.
    pub(super) fn price(&self, offer: &Offer) -> Value {
        let mut price = json!({
            "LandedPrice": self.money(offer.landed()),
            "ListingPrice": self.money(offer.price),
            "Shipping": self.money(offer.shipping),
        });
        if let Some(points) = offer.points {
            price["Points"] = json!({ "PointsNumber": points, "PointsMonetaryValue": self.money(points) });
        }
        price
    }

    /// The lowest offer of each channel.
    pub(super) fn lowest(&self) -> Vec<&Offer> {
        let of = |by_amazon| self.all.iter().find(|offer| offer.by_amazon == by_amazon);
        [of(true), of(false)].into_iter().flatten().collect()
    }

    /// The channels with the number of their offers.
    pub(super) fn counts(&self) -> Vec<(&'static str, usize)> {
        let count = |lowest: &&Offer| {
            (lowest.channel(), self.all.iter().filter(|offer| offer.by_amazon == lowest.by_amazon).count())
        };
        self.lowest().iter().map(count).collect()
    }

    /// The price that stands crossed out: the highest one.
    pub(super) fn list_price(&self) -> i64 {
        self.all.iter().map(|offer| offer.price).max().unwrap_or_default()
    }
}

/// What a buyer pays for the shipping of one unit.
fn shipping(marketplace: Marketplace, price: i64, by_amazon: bool) -> i64 {
    let market = market(marketplace.id()).filter(|market| !by_amazon && price < market.free_shipping_above);
    market.map_or(0, |market| market.shipping)
}

/// The competitor's offer on one of the shop's own products: a little dearer, with points for one percent in Japan.
fn competitor(marketplace: Marketplace, asin: &str) -> Option<Offer> {
    let product = market(marketplace.id())?.products.iter().find(|product| product.asin == asin)?;
    // Whole hundreds where the currency has hundredths, so that prices look like prices.
    let step = 10_i64.pow(offer::decimals(marketplace.currency()));
    let price = (product.price + product.price / 30) / step * step + step;
    Some(Offer {
        seller: COMPETITOR,
        sku: None,
        by_amazon: false,
        price,
        shipping: shipping(marketplace, price, false),
        points: (marketplace == Marketplace::JP).then_some(price / 100),
        levels: Vec::new(),
    })
}
