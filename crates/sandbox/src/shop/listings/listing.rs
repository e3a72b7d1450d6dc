//! A listing, its places in marketplaces, and what answers show of them as time goes on.

use super::issue::{Issue, LISTING_SUPPRESSED, SEARCH_SUPPRESSED};
use super::offer::{self, COMPANIES, EVERYBODY, Offer, Stock};
use super::{Attributes, processing};
use crate::shop::Catalog;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use spapi_types::{Marketplace, Region};
use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

/// How long after a submission the offers, the stock, the issues and the status show it, and how long after a deletion the
/// listing is gone.
const OFFERS_AFTER: Duration = Duration::from_secs(2);
const ISSUES_AFTER: Duration = Duration::from_secs(3);
const STATUS_AFTER: Duration = Duration::from_secs(6);
const GONE_AFTER: Duration = Duration::from_secs(6);

/// A listing of a region's seller. Each instance of its attributes names a marketplace.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Listing {
    pub(crate) sku: String,
    pub(crate) attributes: Attributes,
    /// By marketplace id.
    pub(crate) places: BTreeMap<String, Place>,
}

/// A listing in one marketplace.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Place {
    /// The seller's id in the last request that changed it.
    pub(crate) seller: String,
    pub(crate) product_type: String,
    /// The item of the catalog that it is an offer on, once Amazon has found or made it.
    pub(crate) asin: Option<String>,
    pub(crate) created: SystemTime,
    pub(crate) updated: SystemTime,
    /// The points of the offer to all buyers; only in Japan.
    pub(crate) points: Option<i64>,
    /// Issues that do not come from the attributes.
    pub(crate) imposed: Vec<Issue>,
    pub(crate) shown: Shown,
    coming: Vec<(SystemTime, Step)>,
}

/// What answers show besides the attributes.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Shown {
    pub(crate) offers: Vec<Offer>,
    pub(crate) stocks: Vec<Stock>,
    pub(crate) issues: Vec<Issue>,
    /// Whether Amazon has processed it: nothing is for sale before.
    is_live: bool,
    /// The status that the last notification named.
    notified: Vec<String>,
}

/// What happens to a place after a submission.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
enum Step {
    Offers,
    Issues,
    Status,
    Gone,
}

/// A change that sellers can subscribe to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Event {
    pub(crate) at: SystemTime,
    pub(crate) seller: String,
    pub(crate) sku: String,
    pub(crate) marketplace_id: String,
    pub(crate) asin: Option<String>,
    pub(crate) what: What,
}

/// What has changed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum What {
    /// The statuses that hold now, and when the listing was created.
    Status(Vec<String>, SystemTime),
    /// The severities of the present issues, and the actions that follow from them.
    Issues(Vec<String>, Vec<String>),
    /// The seller's own units of a channel.
    Quantity(String, u64),
    /// The offers on the item, to these audiences.
    Offers(Vec<String>),
}

/// The status of a listing that buyers can buy.
pub(crate) const BUYABLE: &str = "BUYABLE";

/// The status of a listing that buyers can find.
pub(crate) const DISCOVERABLE: &str = "DISCOVERABLE";

/// The status in the notification of a deletion.
const DELETED: &str = "DELETED";

impl Place {
    /// A new place, of which nothing has been processed.
    pub(crate) fn new(seller: &str, product_type: &str, now: SystemTime) -> Self {
        Self {
            seller: seller.to_owned(),
            product_type: product_type.to_owned(),
            asin: None,
            created: now,
            updated: now,
            points: None,
            imposed: Vec::new(),
            shown: Shown::default(),
            coming: Vec::new(),
        }
    }

    /// The place after everything has been processed, without an issue of its attributes.
    pub(crate) fn settled(mut self, attributes: &Attributes, marketplace: Marketplace) -> Self {
        self.shown = Shown {
            offers: offer::offers(attributes, marketplace, self.points),
            stocks: offer::stocks(attributes, marketplace),
            issues: self.imposed.clone(),
            is_live: true,
            notified: Vec::new(),
        };
        self.shown.notified =
            self.status(attributes, marketplace, self.updated).into_iter().map(str::to_owned).collect();
        self.watch();
        self
    }

    /// Amazon's own issues and those of the attributes.
    fn issues(&self, attributes: &Attributes, marketplace: Marketplace) -> Vec<Issue> {
        let found = processing::issues(self.asin.as_deref(), &self.product_type, attributes, marketplace);
        self.imposed.iter().cloned().chain(found).collect()
    }

    /// The statuses at a time.
    pub(crate) fn status(
        &self,
        attributes: &Attributes,
        marketplace: Marketplace,
        now: SystemTime,
    ) -> Vec<&'static str> {
        let Shown { offers, stocks, issues, is_live, .. } = &self.shown;
        let is_suppressed = |action: &str| issues.iter().any(|issue| issue.enforces(action, now));
        let is_skipped = offer::instances(attributes, "skip_offer", marketplace)
            .any(|instance| instance.get("value").is_some_and(|value| *value == Value::Bool(true)));
        let is_buyable = *is_live
            && offers.iter().any(|offer| offer.is_open(now))
            && stocks.iter().any(Stock::has_units)
            && !is_skipped
            && !is_suppressed(LISTING_SUPPRESSED);
        let is_discoverable = *is_live && !is_suppressed(SEARCH_SUPPRESSED);
        let all = [(is_buyable, BUYABLE), (is_discoverable, DISCOVERABLE)];
        all.into_iter().filter(|(holds, _)| *holds).map(|(_, name)| name).collect()
    }

    /// Starts the processing of a submission.
    fn process(&mut self, now: SystemTime) {
        self.updated = now;
        self.coming.retain(|(_, step)| *step != Step::Gone);
        for (after, step) in [(OFFERS_AFTER, Step::Offers), (ISSUES_AFTER, Step::Issues), (STATUS_AFTER, Step::Status)]
        {
            self.come(now + after, step);
        }
    }

    /// Plans a step, unless the same one comes earlier.
    fn come(&mut self, at: SystemTime, step: Step) {
        let is_planned = self.coming.iter().any(|(known, planned)| *planned == step && *known <= at);
        if !is_planned {
            self.coming.push((at, step));
            self.coming.sort();
        }
    }

    /// Plans a look at the status for each time at which it may change by itself.
    fn watch(&mut self) {
        let offers = self.shown.offers.iter().flat_map(|offer| [offer.start, offer.end]).flatten();
        let issues = self.shown.issues.iter().filter_map(Issue::exempt_until);
        let mut times: Vec<SystemTime> = offers.chain(issues).filter(|time| *time > self.updated).collect();
        times.sort();
        // The next look plans the one after it.
        if let Some(next) = times.first() {
            self.come(*next, Step::Status);
        }
    }

    /// When the next step is due.
    pub(crate) fn next(&self) -> Option<SystemTime> {
        self.coming.first().map(|(at, _)| *at)
    }
}

impl Listing {
    pub(crate) fn new(sku: &str) -> Self {
        Self { sku: sku.to_owned(), attributes: Map::new(), places: BTreeMap::new() }
    }

    /// When the next step of any place is due.
    pub(crate) fn next(&self) -> Option<SystemTime> {
        self.places.values().filter_map(Place::next).min()
    }

    /// Starts the processing of a submission in a marketplace.
    pub(crate) fn process(&mut self, marketplace: Marketplace, now: SystemTime) {
        if let Some(place) = self.places.get_mut(marketplace.id()) {
            place.process(now);
        }
    }

    /// Plans the end of the listing in a marketplace.
    pub(crate) fn end(&mut self, marketplace: Marketplace, seller: &str, now: SystemTime) {
        if let Some(place) = self.places.get_mut(marketplace.id()) {
            place.seller = seller.to_owned();
            place.come(now + GONE_AFTER, Step::Gone);
        }
    }

    /// Shows at once what the offers, the stock and the issues are.
    pub(crate) fn hurry(&mut self, marketplace: Marketplace, now: SystemTime) {
        if let Some(place) = self.places.get_mut(marketplace.id()) {
            let early = |step: &Step| matches!(step, Step::Offers | Step::Issues);
            place.coming.iter_mut().filter(|(_, step)| early(step)).for_each(|(at, _)| *at = now);
            place.coming.sort();
        }
    }

    /// Replaces the issues that do not come from the attributes, and shows them at once. Returns whether the listing is in
    /// the marketplace.
    pub(crate) fn impose(&mut self, marketplace: Marketplace, issues: Vec<Issue>, now: SystemTime) -> bool {
        let Some(place) = self.places.get_mut(marketplace.id()) else { return false };
        place.imposed = issues;
        place.come(now, Step::Issues);
        place.come(now, Step::Status);
        true
    }

    /// Takes the steps that are due, and returns what sellers can hear of.
    pub(crate) fn settle(&mut self, catalog: &Catalog, region: Region, now: SystemTime) -> Vec<Event> {
        let mut events = Vec::new();
        let ids: Vec<String> = self.places.keys().cloned().collect();
        for id in ids {
            let marketplace = Marketplace::ALL.iter().copied().find(|known| known.id() == id);
            let Some(marketplace) = marketplace.filter(|known| known.region() == region) else {
                // No request leads there, so only a changed file of an earlier run can.
                self.places.remove(&id);
                continue;
            };
            while let Some((at, step)) = self.places.get_mut(&id).and_then(|place| take_due(place, now)) {
                if let Some(what) = self.step(catalog, marketplace, step, at) {
                    let place = self.places.get(&id);
                    events.push(Event {
                        at,
                        seller: place.map(|place| place.seller.clone()).unwrap_or_default(),
                        sku: self.sku.clone(),
                        marketplace_id: id.clone(),
                        asin: place.and_then(|place| place.asin.clone()),
                        what,
                    });
                }
                if step == Step::Gone {
                    self.remove(marketplace);
                }
            }
        }
        events
    }

    /// Takes a step in a marketplace.
    fn step(&mut self, catalog: &Catalog, marketplace: Marketplace, step: Step, at: SystemTime) -> Option<What> {
        let attributes = &self.attributes;
        let place = self.places.get_mut(marketplace.id())?;
        match step {
            Step::Offers => {
                let offers = offer::offers(attributes, marketplace, place.points);
                let before = std::mem::replace(&mut place.shown.offers, offers);
                let of = |offers: &[Offer], audience: &str| -> Vec<Offer> {
                    offers.iter().filter(|offer| offer.audience == audience).cloned().collect()
                };
                let changed = [EVERYBODY, COMPANIES].into_iter();
                let changed = changed.filter(|audience| of(&before, audience) != of(&place.shown.offers, audience));
                let changed: Vec<String> = changed.map(str::to_owned).collect();
                place.shown.stocks = offer::stocks(attributes, marketplace);
                place.watch();
                (!changed.is_empty()).then_some(What::Offers(changed))
            }
            Step::Issues => {
                if place.asin.is_none() {
                    place.asin = processing::asin(catalog, &self.sku, &place.product_type, attributes, marketplace);
                }
                let issues = place.issues(attributes, marketplace);
                let has_changed = issues != place.shown.issues;
                place.shown.issues = issues;
                place.watch();
                has_changed.then(|| issues_of(&place.shown.issues, at))
            }
            Step::Status => {
                let has_error = place.shown.issues.iter().any(Issue::is_error);
                place.shown.is_live |= place.asin.is_some() && !has_error;
                let status: Vec<String> =
                    place.status(attributes, marketplace, at).into_iter().map(str::to_owned).collect();
                let has_changed = status != place.shown.notified;
                place.shown.notified.clone_from(&status);
                place.updated = place.updated.max(if has_changed { at } else { place.updated });
                has_changed.then_some(What::Status(status, place.created))
            }
            Step::Gone => Some(What::Status(vec![DELETED.to_owned()], place.created)),
        }
    }

    /// Removes the listing from a marketplace.
    fn remove(&mut self, marketplace: Marketplace) {
        self.places.remove(marketplace.id());
        for value in self.attributes.values_mut() {
            if let Value::Array(stored) = value {
                stored.retain(|known| known.as_object().is_some_and(|known| !offer::is_in(known, marketplace)));
            }
        }
        self.attributes.retain(|_, value| value.as_array().is_some_and(|stored| !stored.is_empty()));
    }
}

/// Takes the first step that is due.
fn take_due(place: &mut Place, now: SystemTime) -> Option<(SystemTime, Step)> {
    place.next().filter(|at| *at <= now)?;
    Some(place.coming.remove(0))
}

/// What a notification says of issues.
fn issues_of(issues: &[Issue], now: SystemTime) -> What {
    let mut severities: Vec<String> = Vec::new();
    for (is_there, name) in [
        (issues.iter().any(Issue::is_error), "ERROR"),
        (issues.iter().any(|issue| issue.severity == super::issue::Severity::Warning), "WARNING"),
    ] {
        if is_there {
            severities.push(name.to_owned());
        }
    }
    if severities.is_empty() {
        severities.push("NONE".to_owned());
    }
    let mut actions: Vec<String> = Vec::new();
    for action in issues.iter().filter_map(|issue| issue.enforcement.as_ref()).flat_map(|known| &known.actions) {
        let applies = issues.iter().any(|issue| issue.enforces(action, now));
        if applies && !actions.contains(action) {
            actions.push(action.clone());
        }
    }
    What::Issues(severities, actions)
}
