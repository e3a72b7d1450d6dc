//! The Amazon Points of an offer in Japan.

use serde::Serialize;
use spapi_core::{Decimal, Error, ErrorKind, Marketplace};
use spapi_jobs::{FeedRequest, Feeds};
use spapi_types::text::printable;

/// The feed that sets the points of offers.
const FEED: &str = "POST_FLAT_FILE_OFFER_POINTS_PREFERENCE_DATA";

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

/// The feed that gives an offer the points that it had, as a percentage of the price: `sku` and `points_percent`, a whole
/// number from 0 to 100.
pub(super) fn feed(feeds: &Feeds, sku: &str, points: i64, price: Decimal) -> Result<FeedRequest, Error> {
    let refuse = |message: String| Err(Error::new(ErrorKind::Input, message).with_hint("Nothing was sent."));
    if sku.contains(|letter: char| letter.is_control() || letter == '"') {
        return refuse(format!(
            "the SKU {} does not fit into a feed of tab-separated columns",
            printable(sku).up_to(80)
        ));
    }
    let Some(percent) = percent(points, price) else {
        return refuse(format!(
            "no whole percentage of the price {price} is {points} points, and the feed takes no other"
        ));
    };
    let text = format!("sku\tpoints_percent\n{sku}\t{percent}\n");
    Ok(feeds.submit(FEED, [Marketplace::JP.id()], text))
}

/// The whole percentage of the price that is so many points, however Amazon rounds them. `None` if there is none.
fn percent(points: i64, price: Decimal) -> Option<u32> {
    if price <= Decimal::ZERO {
        return None;
    }
    let points = Decimal::from(points);
    let distance = |percent: u32| (price * Decimal::from(percent) / Decimal::ONE_HUNDRED - points).abs();
    let nearest = (0..=100).min_by_key(|percent| distance(*percent))?;
    (distance(nearest) < Decimal::ONE).then_some(nearest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_a_whole_percentage_of_the_price() {
        for (points, price, expected) in [
            (20, "1980", Some(1)),
            (19, "1980", Some(1)),
            (198, "1980", Some(10)),
            (0, "1980", Some(0)),
            (30, "1980", None),
            (1980, "1980", Some(100)),
            (5000, "1980", None),
            (1, "0", None),
            (-5, "1980", None),
        ] {
            assert_eq!(percent(points, price.parse().unwrap()), expected, "{points} of {price}");
        }
    }
}
