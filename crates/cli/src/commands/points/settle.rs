//! Waits until listings show the points that a feed has set.

use crate::progress::Progress;
use spapi_core::{Client, Decimal, Error, Marketplace};
use spapi_listings::{ListingOffer, Listings};
use std::time::{Duration, Instant};

/// The audience that gets points.
const EVERYBODY: &str = "ALL";

/// How long the first and the longest pause between two looks are.
const PAUSES: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(30));

/// Looks at the listings until all show their percentage of points, or the time is over. Returns the SKUs that do not.
pub async fn pending<'a>(
    client: &Client,
    listings: &Listings,
    marketplace: Marketplace,
    mut wanted: Vec<(&'a str, u8)>,
    longest: Duration,
    pauses: Option<(Duration, Duration)>,
    progress: &mut Progress,
) -> Result<Vec<&'a str>, Error> {
    let (mut pause, longest_pause) = pauses.unwrap_or(PAUSES);
    let (count, began) = (wanted.len(), Instant::now());
    loop {
        let mut missing = Vec::new();
        for (sku, percent) in wanted {
            let listing = listings.find(sku, marketplace).await?;
            let offers = listing.map(|listing| listing.offers).unwrap_or_default();
            if !offers.iter().any(|offer| shows(offer, marketplace, percent)) {
                missing.push((sku, percent));
            }
        }
        wanted = missing;
        let left = longest.saturating_sub(began.elapsed());
        if wanted.is_empty() || left.is_zero() {
            return Ok(wanted.into_iter().map(|(sku, _)| sku).collect());
        }
        let shown = count - wanted.len();
        progress.state("waiting until the listings show the points", &format!("{shown} of {count} do"));
        client.clock().sleep(pause.min(left)).await;
        pause = (pause * 2).min(longest_pause);
    }
}

/// Whether an offer has this percentage of its price as points, however Amazon rounds them.
fn shows(offer: &ListingOffer, marketplace: Marketplace, percent: u8) -> bool {
    let exact = |price: Decimal| price.checked_mul(Decimal::from(percent))?.checked_div(Decimal::ONE_HUNDRED);
    let points = Decimal::from(offer.points.unwrap_or_default());
    let is_near = |exact: Decimal| exact.checked_sub(points).is_some_and(|rest| rest.abs() < Decimal::ONE);
    offer.marketplace_id == marketplace.id()
        && offer.audience == EVERYBODY
        && offer.amount.and_then(exact).is_some_and(is_near)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_shown_when_they_are_the_percentage_of_the_price() {
        let offer = |amount: Option<i64>, points| {
            let mut offer = ListingOffer::default();
            (offer.amount, offer.points) = (amount.map(Decimal::from), points);
            (offer.marketplace_id, offer.audience) = (Marketplace::JP.id().to_owned(), EVERYBODY.to_owned());
            offer
        };
        let shows = |amount, points, percent| shows(&offer(amount, points), Marketplace::JP, percent);
        assert!(shows(Some(1080), Some(54), 5) && shows(Some(1050), Some(52), 5) && shows(Some(1050), Some(53), 5));
        assert!(shows(Some(1080), None, 0) && shows(Some(1080), Some(0), 0));
        assert!(!shows(Some(1080), Some(10), 5) && !shows(Some(1080), Some(10), 0) && !shows(Some(1080), None, 5));
        assert!(!shows(None, Some(5), 5), "without a price nothing is known");
        let mut other = offer(Some(1080), Some(54));
        other.audience = "B2B".to_owned();
        assert!(!super::shows(&other, Marketplace::JP, 5));
    }
}
