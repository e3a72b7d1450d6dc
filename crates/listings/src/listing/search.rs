//! Searches the listings of a seller.

use super::read::WireItem;
use super::{Listing, ListingStatus, Listings};
use crate::IssueSeverity;
use serde::Deserialize;
use spapi_core::{DateTime, Error, ErrorKind, Marketplace, Pages, absent};
use spapi_listings_items::v2021_08_01::operations::SearchListingsItems;
use spapi_listings_items::v2021_08_01::types::{
    ItemSearchResults, SearchListingsItemsIdentifiersType as IdentifierKind, SearchListingsItemsIncludedData as Part,
};
use std::collections::VecDeque;
use std::fmt;

/// The largest page (Amazon's model).
const PAGE: i64 = 20;

/// The most identifiers of a search (Amazon's model).
const MOST_SKUS: usize = 20;

/// A search of a seller's listings. [`Listings::search`] makes it.
///
/// Set the filters, and read the listings one by one with [`try_next`](Self::try_next). They have no attributes, which
/// [`Listings::get`] reads. Amazon shows the first thousand of a search; narrower filters find the others.
///
/// ```no_run
/// # async fn example(listings: &spapi_listings::Listings) -> Result<(), spapi_core::Error> {
/// use spapi_core::Marketplace;
/// use spapi_listings::ListingStatus;
///
/// let mut search = listings.search(Marketplace::DE).without_status([ListingStatus::Buyable]);
/// while let Some(listing) = search.try_next().await? {
///     println!("{}: {} issues", listing.sku, listing.issues.len());
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is sent until try_next is awaited"]
pub struct ListingSearch {
    marketplace: Marketplace,
    /// Until the first page is asked for.
    call: Result<SearchListingsItems, Error>,
    pages: Option<Pages<ItemSearchResults>>,
    read: VecDeque<Listing>,
    total: Option<u64>,
}

impl ListingSearch {
    /// How many listings Amazon shows of one search, however many it counts.
    pub const MOST: u64 = 1000;

    pub(super) fn new(listings: Listings, marketplace: Marketplace) -> Self {
        let call = listings.seller().map(|seller| {
            let parts =
                [Part::Summaries, Part::Offers, Part::FulfillmentAvailability, Part::Issues, Part::ProductTypes];
            let call = listings.api().search_listings_items(seller).marketplace_ids([marketplace.id()]);
            call.issue_locale(listings.locale(marketplace)).included_data(parts).page_size(PAGE)
        });
        Self { marketplace, call, pages: None, read: VecDeque::new(), total: None }
    }

    fn with(self, change: impl FnOnce(SearchListingsItems) -> SearchListingsItems) -> Self {
        Self { call: self.call.map(change), ..self }
    }

    /// Only these SKUs, at most 20.
    pub fn skus(self, skus: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let skus: Vec<String> = skus.into_iter().map(Into::into).collect();
        if skus.len() > MOST_SKUS {
            let message = format!("the search has {} SKUs, and Amazon takes {MOST_SKUS}", skus.len());
            return Self { call: Err(Error::new(ErrorKind::Input, message).with_hint("Nothing was sent.")), ..self };
        }
        self.with(|call| call.identifiers(skus).identifiers_type(IdentifierKind::Sku))
    }

    /// Only listings with all of these statuses.
    pub fn status(self, statuses: impl IntoIterator<Item = ListingStatus>) -> Self {
        self.with(|call| call.with_status(statuses.into_iter().map(|status| status.as_str().to_owned())))
    }

    /// Only listings with none of these statuses.
    pub fn without_status(self, statuses: impl IntoIterator<Item = ListingStatus>) -> Self {
        self.with(|call| call.without_status(statuses.into_iter().map(|status| status.as_str().to_owned())))
    }

    /// Only listings with an issue of one of these severities.
    pub fn with_issues(self, severities: impl IntoIterator<Item = IssueSeverity>) -> Self {
        self.with(|call| call.with_issue_severity(severities.into_iter().map(|one| one.as_str().to_owned())))
    }

    /// Only listings that were changed at this moment or later.
    pub fn changed_since(self, moment: impl Into<DateTime>) -> Self {
        self.with(|call| call.last_updated_after(moment))
    }

    /// How many listings Amazon counts. `None` before the first page.
    pub fn total(&self) -> Option<u64> {
        self.total
    }

    /// The next listing. `None` after the last.
    ///
    /// # Errors
    /// When a filter has too many values, and the errors of the calls.
    pub async fn try_next(&mut self) -> Result<Option<Listing>, Error> {
        loop {
            if let Some(listing) = self.read.pop_front() {
                return Ok(Some(listing));
            }
            let pages = match &mut self.pages {
                Some(pages) => pages,
                none => none.insert(self.call.clone()?.pages()),
            };
            let Some(page) = pages.try_next().await? else { return Ok(None) };
            // The section's types do not have the members of older versions.
            let read: WirePage = spapi_types::json::read(page.body()).map_err(|error| {
                Error::new(ErrorKind::Decode, "a page of listings cannot be read")
                    .with_request_id(page.request_id())
                    .with_source(error)
            })?;
            self.total = read.number_of_results.or(self.total);
            let listing = |mut item: WireItem| {
                let sku = std::mem::take(&mut item.sku);
                item.listing(sku, self.marketplace)
            };
            self.read.extend(read.items.into_iter().map(listing));
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct WirePage {
    number_of_results: Option<u64>,
    #[serde(deserialize_with = "absent::list")]
    items: Vec<WireItem>,
}

impl fmt::Debug for ListingSearch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ListingSearch").field("marketplace", &self.marketplace).finish_non_exhaustive()
    }
}
