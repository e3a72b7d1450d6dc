//! The Amazon Points of an offer in Japan.

use serde::Serialize;
use spapi_core::{Decimal, Error, ErrorKind, Marketplace};
use spapi_jobs::{FeedRequest, Feeds};
use spapi_points::{FEED, Preferences, percent_of};

/// The Amazon Points of an offer before and after a change of its price. A price change cleared them in former times, and
/// Amazon does not say whether it still does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Points {
    /// The points before. `None` if the offer had none.
    pub before: Option<i64>,
    /// The points after. `None` if the offer has none, or Amazon does not show the offer.
    pub after: Option<i64>,
}

impl Points {
    /// Whether the number changed.
    pub fn changed(&self) -> bool {
        self.before.unwrap_or_default() != self.after.unwrap_or_default()
    }
}

/// The feed that gives an offer the points that it had, as a percentage of the price.
pub(super) fn feed(feeds: &Feeds, sku: &str, points: i64, price: Decimal) -> Result<FeedRequest, Error> {
    let refuse = |message: String| Error::new(ErrorKind::Input, message).with_hint("Nothing was sent.");
    let percent = percent_of(points, price).ok_or_else(|| {
        refuse(format!("no whole percentage of the price {price} is {points} points, and the feed takes no other"))
    })?;
    let mut preferences = Preferences::new();
    preferences.set(sku, percent).map_err(|error| refuse(error.to_string()))?;
    Ok(feeds.submit(FEED, [Marketplace::JP.id()], preferences.to_feed()))
}
