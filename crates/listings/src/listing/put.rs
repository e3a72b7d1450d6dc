//! Creates or replaces a listing.

use super::file::checked_attributes;
use super::{Listings, Preview, Submission};
use serde_json::Value;
use spapi_core::{BoxFuture, Error, Marketplace};
use spapi_listings_items::v2021_08_01::operations::PutListingsItem;
use spapi_listings_items::v2021_08_01::types::{
    ListingsItemPutRequest, PutListingsItemIncludedData as Part, PutListingsItemMode as Mode,
};
use std::fmt;

/// The creation or replacement of a listing. [`Listings::put`] makes it.
///
/// Await it to send it. The attributes are not compared with the schema of the product type before.
#[must_use = "nothing is sent unless it is awaited"]
#[derive(Clone)]
pub struct Put {
    listings: Listings,
    sku: String,
    marketplace: Marketplace,
    product_type: String,
    attributes: Value,
    requirements: Option<String>,
}

impl Put {
    pub(super) fn new(
        listings: Listings,
        sku: String,
        marketplace: Marketplace,
        product_type: String,
        attributes: Value,
    ) -> Self {
        Self { listings, sku, marketplace, product_type, attributes, requirements: None }
    }

    /// Sets which part of a listing the attributes are: `LISTING` by default, `LISTING_PRODUCT_ONLY` or `LISTING_OFFER_ONLY`.
    pub fn requirements(mut self, requirements: impl Into<String>) -> Self {
        self.requirements = Some(requirements.into());
        self
    }

    /// Asks Amazon what it would say. Nothing is stored.
    ///
    /// # Errors
    /// When the attributes are not an object of arrays of objects or are for another marketplace, and the errors of the call.
    pub async fn preview(self) -> Result<Preview, Error> {
        let call = self.call()?.mode(Mode::ValidationPreview).included_data([Part::Identifiers, Part::Issues]);
        match call.send().await {
            Ok(answer) => Preview::of(Submission::of(&answer)?),
            Err(error) => Preview::failed(error),
        }
    }

    async fn send(self) -> Result<Submission, Error> {
        let call = self.call()?;
        let answer = self.listings.once(|options| call.clone().with_options(options).send()).await?;
        Submission::of(&answer)
    }

    fn call(&self) -> Result<PutListingsItem, Error> {
        let (seller, sku) = self.listings.checked(&self.sku)?;
        let attributes = checked_attributes(&self.attributes, &self.product_type, self.marketplace)?;
        let body = ListingsItemPutRequest::new(attributes, &self.product_type);
        let body = self.requirements.iter().fold(body, |body, requirements| body.requirements(requirements.as_str()));
        let call = self.listings.api().put_listings_item(seller, sku, body);
        Ok(call.marketplace_ids([self.marketplace.id()]).issue_locale(self.listings.locale(self.marketplace)))
    }
}

impl IntoFuture for Put {
    type Output = Result<Submission, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

impl fmt::Debug for Put {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Put")
            .field("sku", &self.sku)
            .field("marketplace", &self.marketplace)
            .field("product_type", &self.product_type)
            .finish_non_exhaustive()
    }
}
