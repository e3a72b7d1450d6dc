//! Changes the quantity of one channel.

use super::compare::Difference;
use super::instance::{ChannelKey, find, instances};
use super::{Pending, Prepared, Subject, USUAL_DEADLINE, Way};
use crate::Issues;
use crate::attributes::STOCK;
use crate::listing::{Listing, Listings, Preview, Submission};
use serde::Serialize;
use serde_json::{Map, Value};
use spapi_core::{BoxFuture, Error, ErrorKind, Marketplace};
use spapi_jobs::ListingsPatch;
use spapi_types::text::printable;
use std::fmt;
use std::time::Duration;

const QUANTITY: &str = "quantity";

/// The channel of what the seller ships.
const USUAL_CHANNEL: &str = "DEFAULT";

/// How the codes of the channels begin whose stock Amazon counts.
const OF_AMAZON: &str = "AMAZON_";

/// A change of the quantity of one channel. [`Listings::quantity`] makes it.
///
/// Only the quantity changes: the lead time, the restock date, other channels and the price stay as they are.
/// [`plan`](Self::plan) shows what would happen. Await it to plan it and apply it at once.
#[must_use = "nothing happens unless it is planned or awaited"]
#[derive(Clone, Debug)]
pub struct QuantityRequest {
    listings: Listings,
    sku: String,
    marketplace: Marketplace,
    quantity: u64,
    channel: String,
    way: Option<Way>,
    watched: Vec<Marketplace>,
    longest: Duration,
}

impl QuantityRequest {
    pub(crate) fn new(listings: Listings, sku: String, marketplace: Marketplace, quantity: u64) -> Self {
        let channel = USUAL_CHANNEL.to_owned();
        Self { listings, sku, marketplace, quantity, channel, way: None, watched: Vec::new(), longest: USUAL_DEADLINE }
    }

    /// Sets the code of the fulfillment channel. By default it is `DEFAULT`, what the seller ships.
    pub fn channel(mut self, code: impl Into<String>) -> Self {
        self.channel = code.into();
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

    /// Reads the listing, finds the stock of the channel, and has Amazon preview the change. Nothing changes.
    ///
    /// # Errors
    /// When Amazon counts the stock of the channel, the seller has no such listing, or it has no such channel; and the
    /// errors of the calls.
    pub async fn plan(self) -> Result<QuantityPlan, Error> {
        if self.channel.starts_with(OF_AMAZON) {
            let channel = printable(&self.channel).up_to(40);
            let message = format!("Amazon counts the stock of the channel {channel} itself");
            return Err(Error::new(ErrorKind::Input, message).with_hint(
                "Nothing was sent. Stock of Fulfillment by Amazon changes by shipments to its warehouses.",
            ));
        }
        let key = ChannelKey { marketplace: self.marketplace, channel: self.channel.clone() };
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
        let stock = instances(&listing.attributes, STOCK).get(index).cloned().unwrap_or_default();
        let before = quantity(&stock);
        let members = Map::from_iter([(QUANTITY.to_owned(), self.quantity.into())]);
        let prepared = subject.prepare(listing, stock, members, self.way).await?;
        Ok(QuantityPlan { request: self, before, prepared })
    }
}

/// The quantity of a stock, in any spelling. `None` if it has none or it is not a whole number.
fn quantity(stock: &Value) -> Option<u64> {
    let number = super::money::decimal(stock.get(QUANTITY)?)?;
    number.is_integer().then(|| number.try_into().ok()).flatten()
}

/// What a change of a quantity would do. Nothing has changed yet.
#[must_use = "nothing changes unless it is applied"]
#[derive(Clone, Debug)]
pub struct QuantityPlan {
    request: QuantityRequest,
    before: Option<u64>,
    prepared: Prepared<ChannelKey>,
}

planned!(QuantityRequest, QuantityPlan, QuantityChange);

impl QuantityPlan {
    /// The code of the channel.
    pub fn channel(&self) -> &str {
        &self.request.channel
    }

    /// The quantity as it is. `None` if the channel has none.
    pub fn before(&self) -> Option<u64> {
        self.before
    }

    /// The quantity as it would be.
    pub fn after(&self) -> u64 {
        self.request.quantity
    }

    /// Whether the channel has this quantity already. Applying the plan sends nothing then.
    pub fn is_done(&self) -> bool {
        self.prepared.is_done()
    }

    /// Sends the change, unless the stock changed since the plan was made, and reads the listing until it shows the
    /// quantity or the time is up.
    ///
    /// # Errors
    /// When Amazon would refuse the change by its preview, the stock changed meanwhile, or Amazon refuses the change. If the answer is lost and
    /// the listing does not show the quantity, the error's outcome is unknown.
    pub async fn apply(self) -> Result<QuantityChange, Error> {
        let (key, wanted) = (self.prepared.subject.key.clone(), self.request.quantity);
        let (sku, marketplace) = (self.request.sku.clone(), self.request.marketplace);
        let way = self.prepared.way;
        let stored = |listing: &Listing| {
            let index = find(&listing.attributes, &key).ok()?;
            instances(&listing.attributes, STOCK).get(index).and_then(quantity)
        };
        let shown = |listing: &Listing| {
            let stock =
                listing.fulfillment_availability.iter().find(|stock| stock.fulfillment_channel_code == key.channel)?;
            stock.quantity.and_then(|quantity| u64::try_from(quantity).ok())
        };
        let pending = |before: &Listing, now: &Listing| {
            let mut pending = Vec::new();
            if stored(now) != Some(wanted) {
                pending.push(Pending::Attributes);
            }
            // What buyers can order follows only if it was the same before.
            let follows = shown(before).is_some() && shown(before) == stored(before);
            if follows && shown(now) != Some(wanted) {
                pending.push(Pending::FulfillmentAvailability);
            }
            pending
        };
        let applied = self.prepared.apply(pending).await?;
        Ok(QuantityChange {
            sku,
            marketplace_id: marketplace.id().to_owned(),
            before: stored(&applied.before),
            wanted,
            after: applied.after.as_ref().and_then(stored),
            channel: key.channel.clone(),
            way,
            submission: applied.submission,
            pending: applied.pending,
            others: applied.others,
            issues: applied.issues,
        })
    }
}

/// What came of a change of a quantity.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct QuantityChange {
    /// The SKU.
    pub sku: String,
    /// The id of the marketplace.
    pub marketplace_id: String,
    /// The code of the channel.
    pub channel: String,
    /// The quantity before. `None` if the channel had none.
    pub before: Option<u64>,
    /// The quantity that was asked for.
    pub wanted: u64,
    /// The quantity that the attributes have now. `None` if the listing could not be read.
    pub after: Option<u64>,
    /// The patch that was made.
    pub way: Way,
    /// Amazon's answer. `None` if nothing was sent because the channel had the quantity already, or if the answer was lost
    /// and the listing shows the quantity all the same.
    pub submission: Option<Submission>,
    /// What did not show the quantity when the time was up.
    pub pending: Vec<Pending>,
    /// What else changed since the listing was read before the change.
    pub others: Vec<Difference>,
    /// The issues that the listing did not have before.
    pub issues: Issues,
}

impl QuantityChange {
    /// Whether everything shows the quantity.
    pub fn is_shown(&self) -> bool {
        self.pending.is_empty()
    }
}

/// One line for a user: `the quantity of DEFAULT is 12, and was 3`.
impl fmt::Display for QuantityChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = |number: Option<u64>| number.map_or("not known".to_owned(), |number| number.to_string());
        let channel = printable(&self.channel).up_to(40);
        write!(f, "the quantity of {channel} is {}, and was {}", number(self.after), number(self.before))
    }
}
