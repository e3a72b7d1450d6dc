//! The lowest offers of a product, which no operation answers today.

use serde::{Deserialize, Deserializer};
use spapi_types::decimal::Amount;
use spapi_types::{Decimal, Points};

/// The lowest offers of a product by their conditions and sellers: what GetLowestOfferListingsForASIN and
/// GetLowestOfferListingsForSKU answered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct LowestOffers {
    /// `Success`, or what went wrong.
    pub status: Option<String>,
    /// The product, if it was asked for by its ASIN.
    #[serde(rename = "ASIN")]
    pub asin: Option<String>,
    /// The seller's own id of the product, if it was asked for by that.
    #[serde(rename = "SellerSKU")]
    pub seller_sku: Option<String>,
    /// Whether all offers were considered, and not only the first twenty.
    #[serde(rename = "AllOfferListingsConsidered")]
    pub all_offer_listings_considered: Option<bool>,
    /// The product.
    #[serde(rename = "Product")]
    pub product: Option<LowestProduct>,
}

/// A product and its lowest offers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
#[non_exhaustive]
pub struct LowestProduct {
    /// Where it is sold, and its ids.
    pub identifiers: ProductIdentifiers,
    /// One for each group of offers with the same qualifiers.
    pub lowest_offer_listings: Vec<LowestListing>,
}

/// The ids of a product in a marketplace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ProductIdentifiers {
    /// Amazon's id.
    #[serde(rename = "MarketplaceASIN")]
    pub marketplace_asin: Option<MarketplaceAsin>,
    /// The seller's own id.
    #[serde(rename = "SKUIdentifier")]
    pub sku: Option<SkuIdentifier>,
}

/// Amazon's id of a product in a marketplace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct MarketplaceAsin {
    /// The marketplace's id.
    #[serde(rename = "MarketplaceId")]
    pub marketplace_id: Option<String>,
    /// The ASIN.
    #[serde(rename = "ASIN")]
    pub asin: Option<String>,
}

/// A seller's own id of a product in a marketplace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct SkuIdentifier {
    /// The marketplace's id.
    #[serde(rename = "MarketplaceId")]
    pub marketplace_id: Option<String>,
    /// The seller's id.
    #[serde(rename = "SellerId")]
    pub seller_id: Option<String>,
    /// The SKU.
    #[serde(rename = "SellerSKU")]
    pub seller_sku: Option<String>,
}

/// The lowest offer of those with the same qualifiers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
#[non_exhaustive]
pub struct LowestListing {
    /// What the offers have in common.
    pub qualifiers: Qualifiers,
    /// How many offers were considered.
    pub number_of_offer_listings_considered: Option<i64>,
    /// How many ratings the seller has.
    pub seller_feedback_count: Option<i64>,
    /// The price.
    pub price: Option<LowestPrice>,
    /// `True`, `False` or `Unknown`.
    pub multiple_offers_at_lowest_price: Option<String>,
}

/// What offers have in common.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Qualifiers {
    /// Such as `New`.
    pub item_condition: Option<String>,
    /// Such as `Acceptable`.
    pub item_subcondition: Option<String>,
    /// `Amazon` or `Merchant`.
    pub fulfillment_channel: Option<String>,
    /// `True`, `False` or `Unknown`.
    pub ships_domestically: Option<String>,
    /// How long shipping takes.
    pub shipping_time: Option<LongestTime>,
    /// A range of percent such as `95-97%`, or `Just Launched`.
    pub seller_positive_feedback_rating: Option<String>,
}

/// How long shipping takes at most.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
#[non_exhaustive]
pub struct LongestTime {
    /// A range such as `0-2 days`.
    pub max: Option<String>,
}

/// The parts of a price.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
#[non_exhaustive]
pub struct LowestPrice {
    /// Listing price and shipping.
    pub landed_price: Option<Money>,
    /// The price of the product alone.
    pub listing_price: Option<Money>,
    /// Shipping.
    pub shipping: Option<Money>,
    /// Amazon Points that the buyer gets, in Japan.
    #[serde(deserialize_with = "points")]
    pub points: Option<Points>,
}

/// Reads points as MWS has them.
fn points<'json, D: Deserializer<'json>>(deserializer: D) -> Result<Option<Points>, D::Error> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Granted {
        points_number: Option<i64>,
        points_monetary_value: Option<Money>,
    }
    Ok(Option::<Granted>::deserialize(deserializer)?.and_then(|granted| {
        let money = granted.points_monetary_value.unwrap_or_default();
        Points::new(granted.points_number, money.amount.map(Decimal::from), money.currency_code)
    }))
}

/// An amount of money.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Money {
    /// Such as `JPY`.
    pub currency_code: Option<String>,
    /// The exact amount.
    pub amount: Option<Amount>,
}
