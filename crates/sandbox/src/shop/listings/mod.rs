//! The seller's listings: their attributes, what Amazon shows of them, and how clients change them.
//!
//! All sellers share the listings of a region, as they share its orders. Prices and stock of reports come from here too.
//!
//! Attributes change at once. Offers, issues and status follow after some seconds of the sandbox's clock, and the first
//! request after that sees them.

mod change;
mod initial;
mod issue;
mod listing;
pub(crate) mod offer;
mod processing;

pub(crate) use change::{Change, Patch, Refusal};
pub(crate) use issue::{Issue, SEARCH_SUPPRESSED, Severity};
pub(crate) use listing::{BUYABLE, DISCOVERABLE, Event, Listing, Place, What};
pub(crate) use processing::{PRODUCT_CODES, images, of_marketplace, value};

use super::{Catalog, MARKETS, Market, markets_of, own_eans, product_types};
use offer::{EVERYBODY, OFFER, OWN_CHANNEL, STOCK, Stock, text};
use product_types::Requirements;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use spapi_types::{Marketplace, Region};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

/// The attributes of a listing by name. The value of each is an array of objects, its instances.
pub(crate) type Attributes = Map<String, Value>;

/// The product type of listings that only offer what the catalog has. Amazon gives it to listings of unknown types.
pub(crate) const OFFERS_ONLY: &str = "PRODUCT";

/// The seller's id in notifications, and of listings that no request has changed.
pub(crate) const DEFAULT_SELLER: &str = "A1SPAPISANDBOX";

/// The most listings that the sandbox keeps in a region.
const MOST: usize = 100_000;

/// The most bytes of attributes, as JSON, that the sandbox keeps.
const MOST_BYTES: usize = 256 << 20;

/// The most events that wait for the next request.
const MOST_EVENTS: usize = 100_000;

/// The listings of every region.
#[derive(Debug)]
pub(crate) struct Listings {
    state: Mutex<State>,
    catalog: Arc<Catalog>,
    /// Whether a replaced offer loses its points.
    clears_points: bool,
}

#[derive(Debug)]
struct State {
    catalog: Arc<Catalog>,
    listings: HashMap<Region, BTreeMap<String, Listing>>,
    /// The listings that are not as they were at first.
    changed: BTreeSet<(Region, String)>,
    /// The listings with a next step, by its time.
    due: BTreeSet<(SystemTime, Region, String)>,
    /// What happened since the last look.
    events: Vec<(Region, Event)>,
    /// The bytes of all attributes.
    bytes: usize,
    /// The number of submissions so far, which makes each id unique.
    submissions: u64,
}

/// The part of the state that is kept between runs.
#[derive(Serialize, Deserialize)]
struct Saved {
    /// The listings that are not as they were at first, by region and SKU; none where one is gone.
    changed: Vec<(String, String, Option<Listing>)>,
    submissions: u64,
}

/// A request to change a listing.
#[derive(Clone, Debug)]
pub(crate) struct Submission<'a> {
    pub(crate) region: Region,
    /// The marketplaces that it is for, at least one.
    pub(crate) marketplaces: &'a [Marketplace],
    pub(crate) seller: &'a str,
    pub(crate) sku: &'a str,
    pub(crate) product_type: &'a str,
    pub(crate) change: &'a Change,
}

/// What the service says of a submission.
#[derive(Clone, Debug, Default)]
pub(crate) struct Verdict {
    /// The issues of each marketplace.
    pub(crate) issues: Vec<(Marketplace, Issue)>,
    /// The item that the listing is an offer on in each marketplace.
    pub(crate) asins: Vec<(Marketplace, Option<String>)>,
}

impl Verdict {
    /// Whether the service takes the submission.
    pub(crate) fn is_valid(&self) -> bool {
        !self.issues.iter().any(|(_, issue)| issue.is_error())
    }
}

/// Why a submission gets no verdict.
#[derive(Clone, Debug)]
pub(crate) enum Stop {
    Refused(Refusal),
    /// The sandbox keeps no more.
    Full,
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// A listing of a marketplace in a report.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) sku: String,
    pub(crate) asin: String,
    pub(crate) title: String,
    /// The price for all buyers in the currency's smallest unit.
    pub(crate) price: Option<i64>,
    /// The seller's own units; `None` if Amazon ships the product and counts them.
    pub(crate) quantity: Option<u64>,
    pub(crate) points: Option<i64>,
    /// Why searches do not show it, if they do not.
    pub(crate) hidden_because: Option<String>,
}

impl Listings {
    /// The listings of the shop's products.
    pub(crate) fn new(began: SystemTime, clears_points: bool, catalog: Arc<Catalog>) -> Self {
        let mut state = State::new(Arc::clone(&catalog));
        let eans = own_eans();
        for market in &MARKETS {
            for listing in initial::listings(&eans, market, began) {
                state.put_back(market.region(), listing);
            }
        }
        Self { state: Mutex::new(state), catalog, clears_points }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The part of the state that is kept between runs.
    pub(crate) fn saved(&self) -> serde_json::Result<Value> {
        let state = self.state();
        let listing = |region: &Region, sku: &str| state.listings.get(region).and_then(|known| known.get(sku)).cloned();
        let changed = state.changed.iter();
        let changed = changed.map(|(region, sku)| (region.code().to_owned(), sku.clone(), listing(region, sku)));
        serde_json::to_value(Saved { changed: changed.collect(), submissions: state.submissions })
    }

    /// Replaces the listings of a new shop with the saved ones.
    pub(crate) fn restore(&self, saved: Value) -> serde_json::Result<()> {
        let Saved { changed, submissions } = serde_json::from_value(saved)?;
        let mut state = self.state();
        state.submissions = submissions;
        for (code, sku, listing) in changed {
            let region: Region =
                code.parse().map_err(|_| serde::de::Error::custom(format!("unknown region {code:?}")))?;
            state.replace(region, listing.unwrap_or_else(|| Listing::new(&sku)));
        }
        Ok(())
    }

    /// Takes the steps that are due, and returns what sellers can hear of since the last look.
    pub(crate) fn settle(&self, now: SystemTime) -> Vec<(Region, Event)> {
        let mut state = self.state();
        state.settle(now);
        mem::take(&mut state.events)
    }

    /// A listing with this SKU.
    pub(crate) fn get(&self, region: Region, sku: &str) -> Option<Listing> {
        self.state().listings.get(&region)?.get(sku).cloned()
    }

    /// The listings that a condition holds for, by SKU, as `show` makes them.
    pub(crate) fn select<T>(&self, region: Region, mut show: impl FnMut(&Listing) -> Option<T>) -> Vec<T> {
        let state = self.state();
        state.listings.get(&region).into_iter().flat_map(BTreeMap::values).filter_map(&mut show).collect()
    }

    /// The listings of one marketplace, the shop's own products first.
    pub(crate) fn of(&self, market: &Market) -> Vec<Entry> {
        let state = self.state();
        let Some(listings) = state.listings.get(&market.region()) else { return Vec::new() };
        let products = market.products.iter().filter_map(|product| listings.get(product.sku));
        let is_new = |listing: &&Listing| !market.products.iter().any(|product| product.sku == listing.sku);
        let others = listings.values().filter(is_new);
        products.chain(others).filter_map(|listing| entry(listing, market.marketplace)).collect()
    }

    /// The price of a SKU for all buyers in the currency's smallest unit.
    pub(crate) fn price(&self, market: &Market, sku: &str) -> Option<i64> {
        let state = self.state();
        let listing = state.listings.get(&market.region())?.get(sku)?;
        price_for_all(&listing.attributes, market.marketplace)
    }

    /// What the service says of a submission at once. Nothing is stored.
    pub(crate) fn check(&self, submission: &Submission, now: SystemTime) -> Result<Verdict, Refusal> {
        let known = self.get(submission.region, submission.sku);
        self.checked(known, submission, now).map(|(_, verdict)| verdict)
    }

    /// What the service says of a submission, with what it finds later. Nothing is stored.
    pub(crate) fn preview(&self, submission: &Submission, now: SystemTime) -> Result<Verdict, Refusal> {
        let known = self.get(submission.region, submission.sku);
        let (listing, mut verdict) = self.checked(known, submission, now)?;
        for marketplace in submission.marketplaces {
            let Some(place) = listing.places.get(marketplace.id()) else { continue };
            let found = || {
                processing::asin(&self.catalog, &listing.sku, &place.product_type, &listing.attributes, *marketplace)
            };
            let asin = place.asin.clone().or_else(found);
            for issue in processing::issues(asin.as_deref(), &place.product_type, &listing.attributes, *marketplace) {
                let is_known =
                    verdict.issues.iter().any(|(other, known)| other == marketplace && is_alike(known, &issue));
                if !is_known {
                    verdict.issues.push((*marketplace, issue));
                }
            }
            verdict.asins.push((*marketplace, asin));
        }
        Ok(verdict)
    }

    /// Stores a submission if it is valid, and starts its processing.
    pub(crate) fn submit(&self, submission: &Submission, now: SystemTime) -> Result<Verdict, Stop> {
        let mut state = self.state();
        state.settle(now);
        let listings = state.listings.entry(submission.region).or_default();
        let known = listings.get(submission.sku).cloned();
        let is_full = known.is_none() && listings.len() >= MOST;
        let before = known.as_ref().map(|known| known.attributes.clone()).unwrap_or_default();
        let (mut listing, verdict) = self.checked(known, submission, now)?;
        if !verdict.is_valid() {
            return Ok(verdict);
        }
        if is_full || state.bytes.saturating_add(size(&listing.attributes)) > MOST_BYTES {
            return Err(Stop::Full);
        }
        for marketplace in submission.marketplaces {
            listing.process(*marketplace, now);
            state.notice_stock(submission, &before, &listing, *marketplace, now);
        }
        state.replace(submission.region, listing);
        Ok(verdict)
    }

    /// The listing that a submission makes, and what is wrong with it.
    fn checked(
        &self,
        known: Option<Listing>,
        submission: &Submission,
        now: SystemTime,
    ) -> Result<(Listing, Verdict), Refusal> {
        let Submission { marketplaces, seller, sku, product_type, change, .. } = *submission;
        let mut listing = known.unwrap_or_else(|| Listing::new(sku));
        let mut verdict = Verdict::default();
        for marketplace in marketplaces {
            let is_known_type = product_types::find(product_type).is_some();
            let named = if is_known_type { product_type } else { OFFERS_ONLY };
            let place = listing.places.entry(marketplace.id().to_owned());
            let place = place.or_insert_with(|| Place::new(seller, named, now));
            place.seller = seller.to_owned();
            // PRODUCT is for offers of any type, and a patch does not change the type.
            let is_changed = matches!(change, Change::Put { .. }) || place.product_type == OFFERS_ONLY;
            if is_changed && named != OFFERS_ONLY {
                place.product_type = named.to_owned();
            }
            let mut found = Vec::new();
            match change {
                Change::Put { attributes, requirements } => {
                    check_values(attributes, &mut found)?;
                    change::put(&mut listing.attributes, attributes, *requirements, *marketplace);
                    if self.clears_points && attributes.contains_key(OFFER) {
                        place.points = None;
                    }
                    found.extend(processing::schema_issues(
                        &place.product_type,
                        if place.product_type == OFFERS_ONLY { Requirements::OfferOnly } else { *requirements },
                        &listing.attributes,
                        *marketplace,
                        true,
                    ));
                }
                Change::Patches(patches) => {
                    for patch in patches {
                        if patch.has_void() {
                            found.push(void(&patch.attribute));
                            continue;
                        }
                        patch.apply(&mut listing.attributes, &place.product_type, *marketplace);
                        if self.clears_points && patch.replaces_offer(*marketplace) {
                            place.points = None;
                        }
                    }
                    let is_touched = |name: &String| patches.iter().any(|patch| patch.attribute == *name);
                    let mut touched = listing.attributes.clone();
                    touched.retain(|name, _| is_touched(name));
                    let requirements = Requirements::Listing;
                    found.extend(processing::schema_issues(
                        &place.product_type,
                        requirements,
                        &touched,
                        *marketplace,
                        false,
                    ));
                }
            }
            for issue in amount_issues(&listing.attributes, *marketplace) {
                if !found.iter().any(|known| known.is_error() && known.attributes == issue.attributes) {
                    found.push(issue);
                }
            }
            verdict.issues.extend(found.into_iter().map(|issue| (*marketplace, issue)));
        }
        verdict.issues.extend(elsewhere(change, marketplaces));
        Ok((listing, verdict))
    }

    /// Starts to delete a listing in marketplaces. A listing that does not exist stays away.
    pub(crate) fn delete(
        &self,
        region: Region,
        marketplaces: &[Marketplace],
        seller: &str,
        sku: &str,
        now: SystemTime,
    ) {
        self.state().change(region, sku, now, |listing| {
            for marketplace in marketplaces {
                listing.end(*marketplace, seller, now);
            }
        });
    }

    /// Sets the points of an offer to a percentage of its price. Only in Japan. Returns whether there is such a listing.
    pub(crate) fn set_points(&self, market: &Market, sku: &str, percent: u8, now: SystemTime) -> bool {
        let set = self.state().change(market.region(), sku, now, |listing| {
            let price = price_for_all(&listing.attributes, market.marketplace);
            let Some(place) = listing.places.get_mut(market.marketplace.id()) else { return false };
            place.points = price.map(|price| price * i64::from(percent) / 100).filter(|points| *points > 0);
            listing.process(market.marketplace, now);
            true
        });
        set.unwrap_or(false)
    }

    /// Processes the offers and issues of a listing at once.
    pub(crate) fn hurry(&self, region: Region, marketplaces: &[Marketplace], sku: &str, now: SystemTime) {
        self.state().change(region, sku, now, |listing| {
            marketplaces.iter().for_each(|marketplace| listing.hurry(*marketplace, now));
        });
    }

    /// Replaces the issues of a listing that do not come from its attributes. Returns whether the listing exists.
    pub(crate) fn impose(&self, marketplace: Marketplace, sku: &str, issues: Vec<Issue>, now: SystemTime) -> bool {
        let impose = |listing: &mut Listing| listing.impose(marketplace, issues, now);
        self.state().change(marketplace.region(), sku, now, impose).unwrap_or(false)
    }

    /// The id of a new submission.
    pub(crate) fn next_submission(&self) -> String {
        let mut state = self.state();
        state.submissions += 1;
        format!("5b00{:028x}", state.submissions)
    }
}

impl State {
    fn new(catalog: Arc<Catalog>) -> Self {
        let (listings, changed, due) = (HashMap::new(), BTreeSet::new(), BTreeSet::new());
        Self { catalog, listings, changed, due, events: Vec::new(), bytes: 0, submissions: 0 }
    }

    /// Adds a listing that is not there yet.
    fn put_back(&mut self, region: Region, listing: Listing) {
        self.bytes = self.bytes.saturating_add(size(&listing.attributes));
        self.plan(region, &listing);
        self.listings.entry(region).or_default().insert(listing.sku.clone(), listing);
    }

    /// Puts a listing in the place of the one with the same SKU. A listing without a place is dropped.
    fn replace(&mut self, region: Region, listing: Listing) {
        let is_product = |market: &Market| market.products.iter().any(|product| product.sku == listing.sku);
        let was_there = markets_of(region).any(is_product);
        let key = (region, listing.sku.clone());
        match listing.places.is_empty() && !was_there {
            true => self.changed.remove(&key),
            false => self.changed.insert(key),
        };
        let listings = self.listings.entry(region).or_default();
        if let Some(old) = listings.remove(&listing.sku) {
            self.bytes = self.bytes.saturating_sub(size(&old.attributes));
            if let Some(at) = old.next() {
                self.due.remove(&(at, region, old.sku));
            }
        }
        if !listing.places.is_empty() {
            self.put_back(region, listing);
        }
    }

    /// Changes a listing, and takes the steps that are due then. `None` if it does not exist.
    fn change<T>(
        &mut self,
        region: Region,
        sku: &str,
        now: SystemTime,
        change: impl FnOnce(&mut Listing) -> T,
    ) -> Option<T> {
        self.settle(now);
        let mut listing = self.listings.get(&region)?.get(sku)?.clone();
        let changed = change(&mut listing);
        self.replace(region, listing);
        self.settle(now);
        Some(changed)
    }

    fn plan(&mut self, region: Region, listing: &Listing) {
        if let Some(at) = listing.next() {
            self.due.insert((at, region, listing.sku.clone()));
        }
    }

    fn settle(&mut self, now: SystemTime) {
        while self.due.first().is_some_and(|(at, ..)| *at <= now) {
            let Some((_, region, sku)) = self.due.pop_first() else { return };
            let Some(mut listing) = self.listings.get(&region).and_then(|known| known.get(&sku)).cloned() else {
                continue;
            };
            for event in listing.settle(&self.catalog, region, now) {
                self.note(region, event);
            }
            self.replace(region, listing);
        }
    }

    /// Remembers an event for the next look.
    fn note(&mut self, region: Region, event: Event) {
        if self.events.len() < MOST_EVENTS {
            self.events.push((region, event));
        }
    }

    /// Remembers that the seller's own units have changed.
    fn notice_stock(
        &mut self,
        submission: &Submission,
        before: &Attributes,
        after: &Listing,
        marketplace: Marketplace,
        at: SystemTime,
    ) {
        let old = offer::stocks(before, marketplace);
        let quantity_of = |stocks: &[Stock], channel: &str| {
            stocks.iter().find(|stock| stock.channel == channel).and_then(|stock| stock.quantity)
        };
        for stock in offer::stocks(&after.attributes, marketplace) {
            let Some(quantity) = stock.quantity.filter(|_| quantity_of(&old, &stock.channel) != stock.quantity) else {
                continue;
            };
            let event = Event {
                at,
                seller: submission.seller.to_owned(),
                sku: submission.sku.to_owned(),
                marketplace_id: marketplace.id().to_owned(),
                asin: after.places.get(marketplace.id()).and_then(|place| place.asin.clone()),
                what: What::Quantity(stock.channel, quantity),
            };
            self.note(submission.region, event);
        }
    }
}

/// The number of bytes of attributes as JSON.
fn size(attributes: &Attributes) -> usize {
    serde_json::to_vec(attributes).map_or(0, |bytes| bytes.len())
}

/// The entry of a listing in the reports on a marketplace.
fn entry(listing: &Listing, marketplace: Marketplace) -> Option<Entry> {
    let place = listing.places.get(marketplace.id())?;
    let stocks = offer::stocks(&listing.attributes, marketplace);
    let by_amazon = stocks.iter().any(|stock| !stock.is_own());
    let own = stocks.iter().find(|stock| stock.channel == OWN_CHANNEL);
    let hiding = place.shown.issues.iter().find(|issue| issue.enforces(SEARCH_SUPPRESSED, place.updated));
    Some(Entry {
        sku: listing.sku.clone(),
        asin: place.asin.clone().unwrap_or_default(),
        title: value(&listing.attributes, "item_name", marketplace).unwrap_or_default().to_owned(),
        price: price_for_all(&listing.attributes, marketplace),
        quantity: (!by_amazon).then(|| own.and_then(|stock| stock.quantity).unwrap_or_default()),
        points: place.points,
        hidden_because: hiding.map(|issue| issue.message("en").to_owned()),
    })
}

/// The price for all buyers in the currency's smallest unit.
fn price_for_all(attributes: &Attributes, marketplace: Marketplace) -> Option<i64> {
    let offers = offer::offers(attributes, marketplace, None);
    offers.iter().find(|offer| offer.audience == EVERYBODY).map(|offer| offer.price)
}

/// Refuses attributes that are not arrays of objects, and finds those that hold nothing.
fn check_values(attributes: &Attributes, found: &mut Vec<Issue>) -> Result<(), Refusal> {
    for (name, value) in attributes {
        if Patch::replace(name, value)?.has_void() {
            found.push(void(name));
        }
    }
    Ok(())
}

/// The issue of an instance without members or with a null.
fn void(attribute: &str) -> Issue {
    let message = format!("{attribute} has fewer values than it needs.");
    Issue::new("99022", Severity::Error, "INVALID_ATTRIBUTE", attribute, message)
        .and("de", format!("{attribute} hat weniger Werte als nötig."))
        .and("fr", format!("{attribute} a moins de valeurs que nécessaire."))
        .and("ja", format!("{attribute}の値が足りません。"))
}

/// Prices that are beyond any currency, and stock of no channel.
fn amount_issues(attributes: &Attributes, marketplace: Marketplace) -> Vec<Issue> {
    let wrong = |name: &str, category: &str, what: &str| {
        Issue::new("4000001", Severity::Error, category, name, format!("{name} {what}."))
    };
    let mut found = Vec::new();
    for instance in offer::instances(attributes, OFFER, marketplace) {
        let currency = text(instance, "currency").unwrap_or(marketplace.currency());
        if let Some(Err(what)) = instance.get("our_price").map(|list| offer::price(list, currency)) {
            found.push(wrong(OFFER, "INVALID_PRICE", what));
        }
    }
    let mut stocks = offer::instances(attributes, STOCK, marketplace);
    if stocks.any(|instance| text(instance, "fulfillment_channel_code").is_none()) {
        found.push(wrong(STOCK, "MISSING_ATTRIBUTE", "needs a fulfillment_channel_code"));
    }
    found
}

/// The warnings on instances for marketplaces that the submission is not for.
fn elsewhere(change: &Change, marketplaces: &[Marketplace]) -> Vec<(Marketplace, Issue)> {
    let Some(first) = marketplaces.first() else { return Vec::new() };
    let is_elsewhere = |instance: &Map<String, Value>| {
        text(instance, "marketplace_id").is_some_and(|id| !marketplaces.iter().any(|known| known.id() == id))
    };
    let names: BTreeSet<&str> = match change {
        Change::Put { attributes, .. } => {
            let holds =
                |value: &Value| value.as_array().into_iter().flatten().filter_map(Value::as_object).any(is_elsewhere);
            attributes.iter().filter(|(_, value)| holds(value)).map(|(name, _)| name.as_str()).collect()
        }
        Change::Patches(patches) => {
            let holds = |patch: &&Patch| patch.instances.iter().any(is_elsewhere);
            patches.iter().filter(holds).map(|patch| patch.attribute.as_str()).collect()
        }
    };
    let issue = |name: &str| {
        let message = format!("{name} names a marketplace that the request is not for; that value was ignored.");
        (*first, Issue::new("4000001", Severity::Warning, "INVALID_ATTRIBUTE", name, message))
    };
    names.into_iter().map(issue).collect()
}

/// Whether two issues say the same of the same attributes.
fn is_alike(one: &Issue, other: &Issue) -> bool {
    (&one.code, &one.attributes) == (&other.code, &other.attributes)
}
