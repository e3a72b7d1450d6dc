//! The listings of a seller: reading them, and creating, changing and deleting them.

mod delete;
mod file;
mod patch;
mod preview;
mod put;
mod read;
mod search;
mod submission;

pub use delete::Delete;
pub use file::read_patches;
pub use patch::Patch;
pub use preview::Preview;
pub use put::Put;
pub use read::{Listing, ListingAvailability, ListingOffer, ListingStatus};
pub use search::ListingSearch;
pub use submission::{Submission, SubmissionStatus};

pub(crate) use read::{ALL, missing, read};

use crate::change::{PriceRequest, QuantityRequest};
use crate::wait::{Pace, Wait};
use serde_json::Value;
use spapi_core::operation::Repeat;
use spapi_core::{Client, Decimal, Error, ErrorKind, Marketplace, RequestOptions, RetryPolicy};
use spapi_jobs::ListingsPatch;
use spapi_listings_items::v2021_08_01::ListingsItems;
use spapi_types::text::printable;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// The most characters of a SKU (Amazon's schema of `JSON_LISTINGS_FEED`).
pub(crate) const LONGEST_SKU: usize = 40;

/// Why Amazon takes no listing with this SKU: it is empty, or has more than 40 characters.
pub fn sku_fault(sku: &str) -> Option<String> {
    let (count, shown) = (sku.chars().count(), printable(sku).up_to(LONGEST_SKU));
    match () {
        () if sku.trim().is_empty() => Some("the SKU is empty".to_owned()),
        () if count > LONGEST_SKU => {
            Some(format!("the SKU {shown} has {count} characters, and Amazon takes {LONGEST_SKU}"))
        }
        () => None,
    }
}

/// The listings of one seller, by the Listings Items API 2021-08-01.
///
/// Cheap to clone: clones share the pace of polling and what wakes those who wait.
///
/// A call that changes something is sent once. Amazon gets it again only if it certainly did not carry it out: it refused it
/// for its quota (429), or no connection was made. If the answer is lost, the error says that the outcome is unknown.
#[derive(Clone)]
pub struct Listings {
    client: Client,
    seller_id: Arc<str>,
    issue_locale: Option<Arc<str>>,
    pace: Arc<Pace>,
}

impl Listings {
    /// The listings of this seller, whom the client's credentials belong to. The id is Amazon's, such as `A1B2C3D4E5F6G7`.
    pub fn new(client: &Client, seller_id: impl Into<String>) -> Self {
        let seller_id = seller_id.into().into();
        Self { client: client.clone(), seller_id, issue_locale: None, pace: Arc::default() }
    }

    /// Sets the language of the issues' messages, such as `ja_JP`. By default it is the one of the marketplace.
    pub fn issue_locale(mut self, locale: impl Into<String>) -> Self {
        self.issue_locale = Some(locale.into().into());
        self
    }

    /// Sets how long a change and a [`wait`](Self::wait) pause after their first look, and the longest pause between two
    /// looks. By default 2 seconds and 30 seconds. Many that wait at a time pause longer, so that they stay within the quota.
    /// Call it before the listings are cloned: clones made before do not share the pace.
    pub fn polling(mut self, first: Duration, longest: Duration) -> Self {
        self.pace = Arc::new(Pace::new(first, longest));
        self
    }

    /// Reads a listing as the marketplace has it.
    ///
    /// # Errors
    /// When the seller has no such listing there ([`ErrorKind::NotFound`]), and the errors of the call.
    pub async fn get(&self, sku: &str, marketplace: Marketplace) -> Result<Listing, Error> {
        self.find(sku, marketplace).await?.ok_or_else(|| missing(sku, marketplace))
    }

    /// Reads a listing as the marketplace has it. `None` if the seller has no such listing there.
    ///
    /// # Errors
    /// The errors of the call.
    pub async fn find(&self, sku: &str, marketplace: Marketplace) -> Result<Option<Listing>, Error> {
        read::read(self, sku, marketplace, &[]).await
    }

    /// Searches the seller's listings in a marketplace. Without a filter it finds all of them, the latest change first.
    pub fn search(&self, marketplace: Marketplace) -> ListingSearch {
        ListingSearch::new(self.clone(), marketplace)
    }

    /// Creates a listing or replaces its product facts. `attributes` is an object with an array of instances for each
    /// attribute, as the schema of the product type has them.
    ///
    /// Amazon keeps the terms of sale of a seller's listing that the attributes leave out, such as the price and the stock;
    /// other attributes that are left out are lost. Await it to send it, or see what Amazon would say with [`Put::preview`].
    pub fn put(
        &self,
        sku: impl Into<String>,
        marketplace: Marketplace,
        product_type: impl Into<String>,
        attributes: Value,
    ) -> Put {
        Put::new(self.clone(), sku.into(), marketplace, product_type.into(), attributes)
    }

    /// Changes attributes of a listing. Await it to send it, or see what Amazon would say with [`Patch::preview`].
    pub fn patch(
        &self,
        sku: impl Into<String>,
        marketplace: Marketplace,
        patches: impl IntoIterator<Item = ListingsPatch>,
    ) -> Patch {
        Patch::new(self.clone(), sku.into(), marketplace, patches.into_iter().collect())
    }

    /// Deletes a listing from one marketplace. Await it to send it.
    ///
    /// Amazon still shows the listing for a while; [`Wait::until_deleted`] waits until it does not. A SKU that is sold in
    /// several marketplaces must be deleted in each.
    pub fn delete(&self, sku: impl Into<String>, marketplace: Marketplace) -> Delete {
        Delete::new(self.clone(), sku.into(), marketplace)
    }

    /// Changes the price of an offer, and nothing else. Plan it, look at the plan, and apply it; or await it for all of
    /// these.
    pub fn price(&self, sku: impl Into<String>, marketplace: Marketplace, price: impl Into<Decimal>) -> PriceRequest {
        PriceRequest::new(self.clone(), sku.into(), marketplace, price.into())
    }

    /// Changes the quantity of a channel that the seller ships from, and nothing else. Plan it, look at the plan, and apply
    /// it; or await it for all of these.
    pub fn quantity(&self, sku: impl Into<String>, marketplace: Marketplace, quantity: u64) -> QuantityRequest {
        QuantityRequest::new(self.clone(), sku.into(), marketplace, quantity)
    }

    /// Waits until a listing is what was asked for: by default until it can be found and bought.
    pub fn wait(&self, sku: impl Into<String>, marketplace: Marketplace) -> Wait {
        Wait::new(self.clone(), sku.into(), marketplace)
    }

    /// Makes those who wait for this SKU look at once: for a consumer of the notifications `LISTINGS_ITEM_STATUS_CHANGE`,
    /// `LISTINGS_ITEM_ISSUES_CHANGE` and `LISTINGS_ITEM_MFN_QUANTITY_CHANGE`, which name it. Their marketplace is not always
    /// right, so that it does not count.
    pub fn wake(&self, sku: &str) {
        self.pace.wake(sku);
    }

    pub(crate) fn pace(&self) -> &Arc<Pace> {
        &self.pace
    }

    fn api(&self) -> ListingsItems {
        ListingsItems::new(&self.client)
    }

    fn locale(&self, marketplace: Marketplace) -> String {
        self.issue_locale.as_deref().unwrap_or(marketplace.default_locale()).to_owned()
    }

    /// The seller's id as a parameter of the path.
    fn seller(&self) -> Result<String, Error> {
        match self.seller_id.trim().is_empty() {
            true => Err(Error::new(ErrorKind::Input, "the seller id is empty").with_hint("Nothing was sent.")),
            false => Ok(self.seller_id.to_string()),
        }
    }

    /// The seller's id and a SKU as parameters of the path.
    fn checked(&self, sku: &str) -> Result<(String, String), Error> {
        match sku_fault(sku) {
            Some(why) => Err(Error::new(ErrorKind::Input, why).with_hint("Nothing was sent.")),
            None => Ok((self.seller()?, sku.to_owned())),
        }
    }

    /// Sends a call that changes something. It is sent again only if Amazon certainly did not carry it out.
    async fn once<T, Sent>(&self, call: impl Fn(RequestOptions) -> Sent + Send) -> Result<T, Error>
    where
        T: Send,
        Sent: Future<Output = Result<T, Error>> + Send,
    {
        // The core would repeat a put, patch or delete also after a lost answer, when another program may have changed the
        // listing meanwhile.
        let options = RequestOptions::new().retry(RetryPolicy::none());
        self.client.retry(Repeat::Once).run(move |_| call(options.clone())).await
    }
}

impl fmt::Debug for Listings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listings")
            .field("client", &self.client)
            .field("seller_id", &self.seller_id)
            .finish_non_exhaustive()
    }
}
