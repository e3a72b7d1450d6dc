//! Changes the price of one offer.

use super::compare::Difference;
use super::instance::{OfferKey, find, instances, price, priced};
use super::money::number;
use super::points::{self, Points};
use super::{Pending, Prepared, Subject, USUAL_DEADLINE, Way};
use crate::Issues;
use crate::attributes::OFFER;
use crate::listing::{ALL, Listing, ListingOffer, Listings, Preview, Submission};
use serde::Serialize;
use serde_json::{Map, Value};
use spapi_core::{BoxFuture, Decimal, Error, ErrorKind, Marketplace, decimal};
use spapi_jobs::{FeedRequest, Feeds, ListingsPatch};
use std::fmt;
use std::time::Duration;

const PRICE: &str = "our_price";
const SALE_PRICE: &str = "discounted_price";
const MINIMUM: &str = "minimum_seller_allowed_price";
const MAXIMUM: &str = "maximum_seller_allowed_price";

/// A change of the price of one offer. [`Listings::price`] makes it.
///
/// Only the price of the one offer changes: other audiences, sale prices, other marketplaces, the stock and its lead time
/// stay as they are. [`plan`](Self::plan) shows what would happen. Await it to plan it and apply it at once.
#[must_use = "nothing happens unless it is planned or awaited"]
#[derive(Clone, Debug)]
pub struct PriceRequest {
    listings: Listings,
    sku: String,
    marketplace: Marketplace,
    price: Decimal,
    currency: Option<String>,
    audience: String,
    minimum: Option<Decimal>,
    maximum: Option<Decimal>,
    is_forced: bool,
    way: Option<Way>,
    watched: Vec<Marketplace>,
    longest: Duration,
}

impl PriceRequest {
    pub(crate) fn new(listings: Listings, sku: String, marketplace: Marketplace, price: Decimal) -> Self {
        Self {
            listings,
            sku,
            marketplace,
            price,
            currency: None,
            audience: ALL.to_owned(),
            minimum: None,
            maximum: None,
            is_forced: false,
            way: None,
            watched: Vec::new(),
            longest: USUAL_DEADLINE,
        }
    }

    /// Sets the buyers whose offer it is: `ALL` by default, or `B2B`.
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.audience = audience.into();
        self
    }

    /// Sets the currency of the offer, as an ISO code. By default it is the marketplace's.
    pub fn currency(mut self, currency: impl Into<String>) -> Self {
        self.currency = Some(currency.into());
        self
    }

    /// Also sets the lowest price that the seller allows.
    pub fn minimum(mut self, price: impl Into<Decimal>) -> Self {
        self.minimum = Some(price.into());
        self
    }

    /// Also sets the highest price that the seller allows.
    pub fn maximum(mut self, price: impl Into<Decimal>) -> Self {
        self.maximum = Some(price.into());
        self
    }

    /// Sends a price that is below the lowest or above the highest that the seller allows. Amazon may make the listing
    /// inactive then.
    pub fn force(mut self) -> Self {
        self.is_forced = true;
        self
    }

    /// Sets the patch that is sent. By default it is `merge`, or `replace` where Amazon refuses the merge and would take the
    /// replacement.
    pub fn by(mut self, way: Way) -> Self {
        self.way = Some(way);
        self
    }

    /// Also reads the listing in these marketplaces, to see that nothing changes there.
    pub fn watching(mut self, marketplaces: impl IntoIterator<Item = Marketplace>) -> Self {
        self.watched.extend(marketplaces);
        self
    }

    /// Sets how long it waits until Amazon shows the change. By default 2 minutes.
    pub fn wait_for(mut self, longest: Duration) -> Self {
        self.longest = longest;
        self
    }

    /// Reads the listing, finds the offer, and has Amazon preview the change. Nothing changes.
    ///
    /// # Errors
    /// When the seller has no such listing, or it has no such offer; when the price is one that the currency does not have,
    /// or is outside of what the seller allows; and the errors of the calls.
    pub async fn plan(self) -> Result<PricePlan, Error> {
        let currency = self.currency.clone().unwrap_or_else(|| self.marketplace.currency().to_owned());
        let mut members = Map::new();
        let mut numbers = vec![(PRICE, number(self.price, &currency)?)];
        for (name, bound) in [(MINIMUM, self.minimum), (MAXIMUM, self.maximum)] {
            if let Some(bound) = bound {
                numbers.push((name, number(bound, &currency)?));
            }
        }
        let key = OfferKey { marketplace: self.marketplace, currency, audience: self.audience.clone() };
        let subject = Subject {
            listings: self.listings.clone(),
            sku: self.sku.clone(),
            marketplace: self.marketplace,
            watched: self.watched.clone(),
            key,
            longest: self.longest,
        };
        let listing = subject.read().await?;
        let index = find(&listing.attributes, &subject.key)?;
        let offer = instances(&listing.attributes, OFFER).get(index).cloned().unwrap_or_default();
        let before = price(&offer, PRICE)?;
        let bounds = [MINIMUM, MAXIMUM].map(|bound| price(&offer, bound).ok().flatten());
        self.check_bounds(&offer, &subject.key.currency)?;
        for (name, number) in &numbers {
            members.insert((*name).to_owned(), priced(offer.get(*name), number));
        }
        let prepared = subject.prepare(listing, offer, members, self.way).await?;
        Ok(PricePlan { request: self, before, bounds, prepared })
    }

    /// The price must lie between the lowest and the highest that the seller allows: those that are set now, or those of the
    /// offer.
    fn check_bounds(&self, offer: &Value, currency: &str) -> Result<(), Error> {
        if self.is_forced {
            return Ok(());
        }
        // A bound that cannot be read is Amazon's to judge.
        let stored = |name| price(offer, name).ok().flatten();
        let (lowest, highest) = (self.minimum.or_else(|| stored(MINIMUM)), self.maximum.or_else(|| stored(MAXIMUM)));
        let price = self.price.normalize();
        let (side, bound, setter) = match (lowest, highest) {
            (Some(lowest), _) if price < lowest => ("below the lowest", lowest, "minimum"),
            (_, Some(highest)) if price > highest => ("above the highest", highest, "maximum"),
            _ => return Ok(()),
        };
        let message =
            format!("the price {price} {currency} is {side} that the seller allows, {} {currency}", bound.normalize());
        Err(Error::new(ErrorKind::Input, message).with_hint(format!(
            "Nothing was sent. Set another {setter} with .{setter}(price), or send it with .force()."
        )))
    }
}

/// What a change of a price would do. Nothing has changed yet.
#[must_use = "nothing changes unless it is applied"]
#[derive(Clone, Debug)]
pub struct PricePlan {
    request: PriceRequest,
    before: Option<Decimal>,
    /// The lowest and the highest price that the seller allows.
    bounds: [Option<Decimal>; 2],
    prepared: Prepared<OfferKey>,
}

planned!(PriceRequest, PricePlan, PriceChange);

impl PricePlan {
    /// The buyers whose offer it is.
    pub fn audience(&self) -> &str {
        &self.prepared.subject.key.audience
    }

    /// The currency's ISO code.
    pub fn currency(&self) -> &str {
        &self.prepared.subject.key.currency
    }

    /// The price as it is. `None` if the offer has none.
    pub fn before(&self) -> Option<Decimal> {
        self.before
    }

    /// The price as it would be.
    pub fn after(&self) -> Decimal {
        self.request.price
    }

    /// The offer's sale price, which stays, and which buyers see in its time. `None` if it has none or several.
    pub fn sale_price(&self) -> Option<Decimal> {
        price(&self.prepared.instance, SALE_PRICE).ok().flatten()
    }

    /// The lowest price that the seller allows now. `None` if none is set.
    pub fn minimum(&self) -> Option<Decimal> {
        self.bounds[0]
    }

    /// The highest price that the seller allows now. `None` if none is set.
    pub fn maximum(&self) -> Option<Decimal> {
        self.bounds[1]
    }

    /// The Amazon Points of the offer as buyers see them, in Japan.
    pub fn points(&self) -> Option<i64> {
        shown(&self.prepared.before, &self.prepared.subject.key).and_then(|offer| offer.points)
    }

    /// Whether the offer has this price already. Applying the plan sends nothing then.
    pub fn is_done(&self) -> bool {
        self.prepared.is_done()
    }

    /// Sends the change, unless the offer changed since the plan was made, and reads the listing until it shows the price
    /// or the time is up.
    ///
    /// # Errors
    /// When Amazon would refuse the change by its preview, the offer changed meanwhile, or Amazon refuses the change. If the answer is lost and
    /// the listing does not show the price, the error's outcome is unknown.
    pub async fn apply(self) -> Result<PriceChange, Error> {
        let (key, wanted) = (self.prepared.subject.key.clone(), self.request.price);
        let (sku, marketplace) = (self.request.sku.clone(), self.request.marketplace);
        let (way, members) = (self.prepared.way, self.prepared.members.clone());
        let applied = self.prepared.apply(|before, now| pending(&key, &members, before, now)).await?;
        let price_in = |listing: &Listing| {
            let index = find(&listing.attributes, &key).ok()?;
            price(instances(&listing.attributes, OFFER).get(index)?, PRICE).ok().flatten()
        };
        let points_of = |listing: Option<&Listing>| shown(listing?, &key)?.points;
        Ok(PriceChange {
            sku,
            marketplace_id: marketplace.id().to_owned(),
            points: Points { before: points_of(Some(&applied.before)), after: points_of(applied.after.as_ref()) },
            before: price_in(&applied.before),
            wanted,
            after: applied.after.as_ref().and_then(price_in),
            audience: key.audience,
            currency: key.currency,
            way,
            submission: applied.submission,
            pending: applied.pending,
            others: applied.others,
            issues: applied.issues,
        })
    }
}

/// What buyers see of the offer.
fn shown<'listing>(listing: &'listing Listing, key: &OfferKey) -> Option<&'listing ListingOffer> {
    let is_it = |offer: &&ListingOffer| offer.marketplace_id == key.marketplace.id() && offer.audience == key.audience;
    listing.offers.iter().find(is_it)
}

/// What does not show the change yet.
fn pending(key: &OfferKey, members: &Map<String, Value>, before: &Listing, now: &Listing) -> Vec<Pending> {
    let mut pending = Vec::new();
    let of = |listing: &Listing| {
        let index = find(&listing.attributes, key).ok()?;
        instances(&listing.attributes, OFFER).get(index).cloned()
    };
    let same = |offer: &Value, name: &String, value: &Value| {
        let wanted = Value::Object(Map::from_iter([(name.clone(), value.clone())]));
        matches!((price(offer, name), price(&wanted, name)), (Ok(Some(one)), Ok(Some(other))) if one == other)
    };
    let is_in_attributes = of(now).is_some_and(|offer| members.iter().all(|(name, value)| same(&offer, name, value)));
    if !is_in_attributes {
        pending.push(Pending::Attributes);
    }
    // What buyers see follows only if it was the same before: else a sale price is in force, or another change under way.
    let price_before = of(before).and_then(|offer| price(&offer, PRICE).ok().flatten());
    let follows = price_before.is_some() && shown(before, key).is_some_and(|offer| offer.amount == price_before);
    let wanted = members.get(PRICE).and_then(|value| {
        price(&Value::Object(Map::from_iter([(PRICE.to_owned(), value.clone())])), PRICE).ok().flatten()
    });
    if follows && shown(now, key).and_then(|offer| offer.amount) != wanted {
        pending.push(Pending::Offers);
    }
    pending
}

/// What came of a change of a price.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct PriceChange {
    /// The SKU.
    pub sku: String,
    /// The id of the marketplace.
    pub marketplace_id: String,
    /// The buyers whose offer it is.
    pub audience: String,
    /// The currency's ISO code.
    pub currency: String,
    /// The price before. `None` if the offer had none.
    #[serde(with = "decimal::text_option")]
    pub before: Option<Decimal>,
    /// The price that was asked for.
    #[serde(with = "decimal::text")]
    pub wanted: Decimal,
    /// The price that the attributes have now. `None` if the listing could not be read.
    #[serde(with = "decimal::text_option")]
    pub after: Option<Decimal>,
    /// The patch that was made.
    pub way: Way,
    /// Amazon's answer. `None` if nothing was sent because the offer had the price already, or if the answer was lost and the
    /// listing shows the price all the same.
    pub submission: Option<Submission>,
    /// What did not show the price when the time was up.
    pub pending: Vec<Pending>,
    /// What else changed since the listing was read before the change, such as a quantity by a sale.
    pub others: Vec<Difference>,
    /// The points before and after, in Japan.
    pub points: Points,
    /// The issues that the listing did not have before.
    pub issues: Issues,
}

impl PriceChange {
    /// Whether everything shows the price.
    pub fn is_shown(&self) -> bool {
        self.pending.is_empty()
    }

    /// The feed that gives the offer the points again that it had before the change, as a percentage of the price. Await it
    /// to submit it.
    ///
    /// # Errors
    /// When the offer had no points or no price before, the points were no whole percentage of the price, or it is not
    /// in Japan.
    pub fn restore_points(&self, feeds: &Feeds) -> Result<FeedRequest, Error> {
        match (self.points.before, self.before) {
            (Some(points), Some(price)) if self.marketplace_id == Marketplace::JP.id() => {
                points::feed(feeds, &self.sku, points, price)
            }
            _ => Err(Error::new(ErrorKind::Input, "the offer had no points before the change of its price")
                .with_hint("Nothing was sent.")),
        }
    }
}

/// One line for a user: `the price is 12.5 EUR, before 14 EUR`.
impl fmt::Display for PriceChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let price = |price: Option<Decimal>| match price {
            Some(price) => format!("{} {}", price.normalize(), self.currency),
            None => "not known".to_owned(),
        };
        write!(f, "the price is {}, and was {}", price(self.after), price(self.before))
    }
}
