//! Reads a listing.

use super::{LONGEST_SKU, Listings};
use crate::{Attributes, Issues};
use serde::{Deserialize, Serialize};
use spapi_core::{DateTime, Decimal, Error, ErrorKind, Marketplace, absent, decimal};
use spapi_listings_items::v2021_08_01::types::{
    Audience, FulfillmentAvailability, GetListingsItemIncludedData as Part, ItemProductTypeByMarketplace,
    ItemSummaryByMarketplace, Points,
};
use spapi_types::text::printable;

spapi_core::open_enum! {
    /// What buyers can do with a listing.
    pub enum ListingStatus {
        /// They can buy it.
        Buyable = "BUYABLE",
        /// They can find it.
        Discoverable = "DISCOVERABLE",
    }
}

/// A listing as a marketplace has it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Listing {
    /// The SKU.
    pub sku: String,
    /// The id of the marketplace that was asked for.
    pub marketplace_id: String,
    /// The product in Amazon's catalog. A new listing has none yet.
    pub asin: Option<String>,
    /// The product type, such as `LUGGAGE`.
    pub product_type: Option<String>,
    /// The title.
    pub item_name: Option<String>,
    /// What buyers can do with it. Empty if it is not on sale.
    pub status: Vec<ListingStatus>,
    /// When it was changed last.
    pub last_updated_date: Option<DateTime>,
    /// What the seller has said about it.
    pub attributes: Attributes,
    /// What buyers see of the price. It follows the attributes after a while.
    pub offers: Vec<ListingOffer>,
    /// What buyers can order. It follows the attributes after a while.
    pub fulfillment_availability: Vec<ListingAvailability>,
    /// What is wrong with it.
    pub issues: Issues,
}

/// An offer as buyers see it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ListingOffer {
    /// The id of the marketplace.
    pub marketplace_id: String,
    /// The buyers that the offer is for, as `purchasable_offer` names them: `ALL`, `B2B`.
    pub audience: String,
    /// The price that buyers see.
    #[serde(with = "decimal::text_option")]
    pub amount: Option<Decimal>,
    /// The currency's ISO code.
    pub currency_code: String,
    /// The Amazon Points of the offer, in Japan.
    pub points: Option<i64>,
}

/// What buyers can order from a channel.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ListingAvailability {
    /// The channel: `DEFAULT` for what the seller ships, `AMAZON_NA` and the like for what Amazon ships.
    pub fulfillment_channel_code: String,
    /// The number of units. `None` for stock that Amazon counts.
    pub quantity: Option<i64>,
}

impl Listing {
    /// Whether it has this status.
    pub fn is(&self, status: &ListingStatus) -> bool {
        self.status.contains(status)
    }
}

/// The error for a SKU that the seller does not have.
pub(crate) fn missing(sku: &str, marketplace: Marketplace) -> Error {
    let code = marketplace.country_code();
    let message = format!("the seller has no listing with the SKU {} in {code}", printable(sku).up_to(LONGEST_SKU));
    Error::new(ErrorKind::NotFound, message).with_hint("Check the SKU, the marketplace and the seller id.")
}

/// Reads a listing in this marketplace, and together with it what others have of it. `None` if this one has nothing.
pub(crate) async fn read(
    listings: &Listings,
    sku: &str,
    marketplace: Marketplace,
    others: &[Marketplace],
) -> Result<Option<Listing>, Error> {
    let (seller, sku) = listings.checked(sku)?;
    let call = listings
        .api()
        .get_listings_item(seller, &sku)
        .marketplace_ids([marketplace].iter().chain(others).map(|marketplace| marketplace.id()))
        .issue_locale(listings.locale(marketplace))
        .included_data([Part::Summaries, Part::Attributes, Part::Issues, Part::Offers, Part::FulfillmentAvailability]);
    let answer = match call.send().await {
        Ok(answer) => answer,
        Err(error) if error.is_not_found() => return Ok(None),
        Err(error) => return Err(error),
    };
    // The section's types do not have the members of older versions.
    let item: WireItem = spapi_types::json::read(answer.body()).map_err(|error| {
        Error::new(ErrorKind::Decode, "the listing cannot be read")
            .with_request_id(answer.request_id())
            .with_source(error)
    })?;
    Ok(item.of(sku, marketplace))
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct WireItem {
    #[serde(deserialize_with = "absent::or_default")]
    pub sku: String,
    #[serde(deserialize_with = "absent::list")]
    summaries: Vec<ItemSummaryByMarketplace>,
    #[serde(deserialize_with = "absent::or_default")]
    attributes: Attributes,
    #[serde(deserialize_with = "absent::list")]
    offers: Vec<WireOffer>,
    #[serde(deserialize_with = "absent::list")]
    fulfillment_availability: Vec<FulfillmentAvailability>,
    #[serde(deserialize_with = "absent::list")]
    product_types: Vec<ItemProductTypeByMarketplace>,
    #[serde(deserialize_with = "absent::or_default")]
    issues: Issues,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct WireOffer {
    #[serde(deserialize_with = "absent::or_default")]
    marketplace_id: String,
    offer_type: Option<String>,
    audience: Option<Audience>,
    #[serde(deserialize_with = "absent::or_default")]
    price: WirePrice,
    points: Option<Points>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct WirePrice {
    #[serde(deserialize_with = "decimal::text_option::deserialize")]
    amount: Option<Decimal>,
    currency_code: Option<String>,
    /// In early answers.
    currency: Option<String>,
}

impl WireItem {
    /// The listing in a marketplace. `None` if the item says nothing of it.
    fn of(self, sku: String, marketplace: Marketplace) -> Option<Listing> {
        let listing = self.listing(sku, marketplace);
        let is_empty = listing.asin.is_none() && listing.product_type.is_none() && listing.last_updated_date.is_none();
        let is_empty = is_empty && listing.status.is_empty() && listing.item_name.is_none();
        (!is_empty || !listing.attributes.is_empty() || !listing.offers.is_empty()).then_some(listing)
    }

    /// The listing with what the item says of it in a marketplace.
    pub fn listing(self, sku: String, marketplace: Marketplace) -> Listing {
        let id = marketplace.id();
        let is_here = |other: &str| other == id || other.is_empty();
        let summary = self.summaries.into_iter().find(|summary| is_here(&summary.marketplace_id)).unwrap_or_default();
        let product_type = self.product_types.into_iter().find(|known| is_here(&known.marketplace_id));
        let product_type = Some(summary.product_type).into_iter().chain(product_type.map(|known| known.product_type));
        Listing {
            sku,
            marketplace_id: id.to_owned(),
            asin: summary.asin,
            product_type: product_type.into_iter().find(|name| !name.is_empty()),
            item_name: summary.item_name,
            status: summary.status.iter().map(|status| status.as_str().into()).collect(),
            last_updated_date: summary.last_updated_date,
            attributes: self.attributes,
            offers: self.offers.into_iter().map(|offer| offer.of(id)).collect(),
            fulfillment_availability: self
                .fulfillment_availability
                .into_iter()
                .map(|known| ListingAvailability {
                    fulfillment_channel_code: known.fulfillment_channel_code,
                    quantity: known.quantity,
                })
                .collect(),
            issues: self.issues,
        }
    }
}

impl WireOffer {
    fn of(self, marketplace_id: &str) -> ListingOffer {
        let named = self.audience.and_then(|audience| audience.value).filter(|value| !value.is_empty());
        let audience = named.unwrap_or_else(|| match self.offer_type.as_deref() {
            // Amazon calls the offer for all buyers so.
            Some("B2C") | None => ALL.to_owned(),
            Some(other) => other.to_owned(),
        });
        ListingOffer {
            marketplace_id: if self.marketplace_id.is_empty() {
                marketplace_id.to_owned()
            } else {
                self.marketplace_id
            },
            audience,
            amount: self.price.amount,
            currency_code: self.price.currency_code.or(self.price.currency).unwrap_or_default(),
            points: self.points.and_then(|points| points.points_number),
        }
    }
}

/// The audience of the offer for all buyers.
pub(crate) const ALL: &str = "ALL";
