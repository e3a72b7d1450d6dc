//! Deletes a listing.

use super::{Listings, Submission};
use spapi_core::{BoxFuture, Error, Marketplace};
use std::fmt;

/// The deletion of a listing from one marketplace. [`Listings::delete`] makes it. Await it to send it.
#[must_use = "nothing is sent unless it is awaited"]
#[derive(Clone)]
pub struct Delete {
    listings: Listings,
    sku: String,
    marketplace: Marketplace,
}

impl Delete {
    pub(super) fn new(listings: Listings, sku: String, marketplace: Marketplace) -> Self {
        Self { listings, sku, marketplace }
    }

    async fn send(self) -> Result<Submission, Error> {
        let Self { listings, sku, marketplace } = self;
        let (seller, sku) = listings.checked(&sku)?;
        let call = listings.api().delete_listings_item(seller, sku);
        let call = call.marketplace_ids([marketplace.id()]).issue_locale(listings.locale(marketplace));
        let answer = listings.once(|options| call.clone().with_options(options).send()).await?;
        Submission::of(&answer)
    }
}

impl IntoFuture for Delete {
    type Output = Result<Submission, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

impl fmt::Debug for Delete {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delete").field("sku", &self.sku).field("marketplace", &self.marketplace).finish_non_exhaustive()
    }
}
