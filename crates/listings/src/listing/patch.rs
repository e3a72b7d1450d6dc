//! Changes attributes of a listing.

use super::file::of_marketplace;
use super::{Listings, Preview, Submission, missing};
use crate::{Selectors, apply};
use serde_json::Value;
use spapi_core::{BoxFuture, Error, ErrorKind, Marketplace};
use spapi_jobs::ListingsPatch;
use spapi_listings_items::v2021_08_01::operations::PatchListingsItem;
use spapi_listings_items::v2021_08_01::types::{
    ListingsItemPatchRequest, PatchListingsItemIncludedData as Part, PatchListingsItemMode as Mode, PatchOperation,
};
use spapi_types::text::printable;
use std::fmt;

/// The product type that Amazon takes for changes of the offer of any listing.
const ANY: &str = "PRODUCT";

/// A change of attributes. [`Listings::patch`] makes it.
///
/// Amazon makes a listing of a patch for a SKU that it does not know, and says nothing about it. So the listing is read
/// first, and a patch that Amazon refuses is refused before it is sent. [`upsert`](Self::upsert) leaves the look out.
///
/// Await it to send it.
#[must_use = "nothing is sent unless it is awaited"]
#[derive(Clone)]
pub struct Patch {
    listings: Listings,
    sku: String,
    marketplace: Marketplace,
    patches: Vec<ListingsPatch>,
    product_type: Option<String>,
    is_upsert: bool,
}

impl Patch {
    pub(super) fn new(listings: Listings, sku: String, marketplace: Marketplace, patches: Vec<ListingsPatch>) -> Self {
        Self { listings, sku, marketplace, patches, product_type: None, is_upsert: false }
    }

    /// Sets the product type. By default it is the one that the listing has.
    pub fn product_type(mut self, product_type: impl Into<String>) -> Self {
        self.product_type = Some(product_type.into());
        self
    }

    /// Sends the patch without a look at the listing. Amazon makes a listing of it if the SKU is new. It needs a
    /// [`product_type`](Self::product_type).
    pub fn upsert(mut self) -> Self {
        self.is_upsert = true;
        self
    }

    /// Asks Amazon what it would say. Nothing is stored.
    ///
    /// # Errors
    /// When the seller has no such listing, the patch is one that Amazon refuses, and the errors of the calls.
    pub async fn preview(self) -> Result<Preview, Error> {
        let call = self.call().await?.mode(Mode::ValidationPreview).included_data([Part::Identifiers, Part::Issues]);
        match call.send().await {
            Ok(answer) => Preview::of(Submission::of(&answer)?),
            Err(error) => Preview::failed(error),
        }
    }

    async fn send(self) -> Result<Submission, Error> {
        let call = self.call().await?;
        let answer = self.listings.once(|options| call.clone().with_options(options).send()).await?;
        Submission::of(&answer)
    }

    async fn call(&self) -> Result<PatchListingsItem, Error> {
        let (seller, sku) = self.listings.checked(&self.sku)?;
        self.check()?;
        let product_type = match (self.is_upsert, &self.product_type) {
            (true, Some(product_type)) => product_type.clone(),
            (true, None) => return refuse("a patch without a look at the listing needs a product type"),
            (false, given) => {
                let listing = self.listings.find(&sku, self.marketplace).await?.ok_or_else(|| self.unknown())?;
                let (mut attributes, selectors) = (listing.attributes, Selectors::usual());
                self.patches.iter().try_for_each(|patch| apply(&mut attributes, patch, &selectors))?;
                given.clone().or(listing.product_type).unwrap_or_else(|| ANY.to_owned())
            }
        };
        let patches: Vec<_> = self.patches.iter().map(operation).collect();
        let body = ListingsItemPatchRequest::new(patches, product_type);
        let call = self.listings.api().patch_listings_item(seller, sku, body);
        Ok(call.marketplace_ids([self.marketplace.id()]).issue_locale(self.listings.locale(self.marketplace)))
    }

    /// What is wrong whatever the listing is.
    fn check(&self) -> Result<(), Error> {
        if self.patches.is_empty() {
            return refuse("the list of patches is empty");
        }
        let is_empty = |value: &Value| value.as_object().is_none_or(serde_json::Map::is_empty);
        for patch in &self.patches {
            let name = printable(patch.attribute()).up_to(60);
            if patch.op() != "delete" {
                of_marketplace(patch.attribute(), patch.instances(), self.marketplace)?;
            }
            if patch.op() == "delete" && (patch.instances().is_empty() || patch.instances().iter().any(is_empty)) {
                return refuse(&format!(
                    "the patch (delete) of {name} needs the selectors of each instance, such as its marketplace_id"
                ));
            }
        }
        Ok(())
    }

    fn unknown(&self) -> Error {
        missing(&self.sku, self.marketplace).with_hint(
            "Nothing was sent, because Amazon would make a listing of the patch. Check the SKU, the marketplace and the \
             seller id; to make a listing, use put.",
        )
    }
}

fn refuse<T>(message: &str) -> Result<T, Error> {
    Err(Error::new(ErrorKind::Input, message).with_hint("Nothing was sent."))
}

fn operation(patch: &ListingsPatch) -> PatchOperation {
    let value: Vec<_> = patch.instances().iter().filter_map(|value| value.as_object().cloned()).collect();
    PatchOperation::new(patch.op(), format!("/attributes/{}", patch.attribute())).value(value)
}

impl IntoFuture for Patch {
    type Output = Result<Submission, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

impl fmt::Debug for Patch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Patch")
            .field("sku", &self.sku)
            .field("marketplace", &self.marketplace)
            .field("patches", &self.patches.len())
            .finish_non_exhaustive()
    }
}
