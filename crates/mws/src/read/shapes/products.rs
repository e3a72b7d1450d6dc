//! Prices, offers and products: Product Pricing v0.

use super::super::shape::*;

pub(super) const MONEY: Rows = &[text("CurrencyCode"), number("Amount")];

pub(super) const POINTS: Rows = &[integer("PointsNumber"), object("PointsMonetaryValue", MONEY)];

const PRICE_PARTS: Rows =
    &[object("LandedPrice", MONEY), object("ListingPrice", MONEY), object("Shipping", MONEY), object("Points", POINTS)];

pub(super) const SALES_RANK: &What = &What::Object(&[text("ProductCategoryId"), integer("Rank")]);

const ERROR: Rows = &[text("Type"), text("Code"), text("Message"), text("Detail")];

/// Why there is no price or no product.
const FAILED: Row = object("Error", ERROR).kept();

const IDENTIFIERS: Rows = &[
    object("MarketplaceASIN", &[text("MarketplaceId"), text("ASIN")]),
    object("SKUIdentifier", &[text("MarketplaceId"), text("SellerId"), text("SellerSKU")]),
];

/// The channel of an offer of one's own, in one of several cases.
const CHANNELS: &[(&str, &str)] = &[("MERCHANT", "MERCHANT"), ("AMAZON", "AMAZON")];

pub(in crate::read) const PRICE: Rows =
    &[text("@status"), text("@ASIN"), text("@SellerSKU"), object("Product", PRODUCT), FAILED];

pub(in crate::read) const PRODUCT: Rows = &[
    object("Identifiers", IDENTIFIERS),
    list("AttributeSets", &["ItemAttributes"], &What::Free),
    each("Relationships", &What::Free),
    object("CompetitivePricing", COMPETITIVE),
    list("SalesRankings", &["SalesRank"], SALES_RANK),
    list("Offers", &["Offer"], &What::Object(OWN_OFFER)),
];

const COMPETITIVE: Rows = &[
    list("CompetitivePrices", &["CompetitivePrice"], &What::Object(COMPETITIVE_PRICE)),
    list(
        "NumberOfOfferListings",
        &["OfferListingCount"],
        &What::Object(&[text("@condition"), integer("").to("Count")]),
    ),
    object("TradeInValue", MONEY),
];

const COMPETITIVE_PRICE: Rows = &[
    text("@condition"),
    text("@subcondition"),
    flag("@belongsToRequester"),
    text("CompetitivePriceId"),
    object("Price", PRICE_PARTS),
];

const OWN_OFFER: Rows = &[
    object("BuyingPrice", PRICE_PARTS),
    object("RegularPrice", MONEY),
    words("FulfillmentChannel", CHANNELS),
    text("ItemCondition"),
    text("ItemSubCondition"),
    text("SellerSKU"),
    nowhere("SellerId"),
];

/// Offers of all sellers.
pub(in crate::read) const OFFERS: Rows = &[
    text("@MarketplaceID").to("marketplaceId"),
    text("@ASIN"),
    text("@SKU"),
    text("@SellerSKU").to("SKU"),
    text("@ItemCondition"),
    text("@status"),
    object("Identifier", OFFERS_IDENTIFIER),
    object("Summary", SUMMARY),
    list("Offers", &["Offer"], &What::Object(OFFER)),
    FAILED,
];

const OFFERS_IDENTIFIER: Rows =
    &[text("MarketplaceId"), text("ASIN"), text("SellerSKU"), text("ItemCondition"), nowhere("TimeOfOfferChange")];

/// The channel of an offer in a summary.
const SUMMARY_CHANNELS: &[(&str, &str)] = &[("Merchant", "Merchant"), ("Amazon", "Amazon")];

const OFFER_COUNT: &What =
    &What::Object(&[text("@condition"), words("@fulfillmentChannel", SUMMARY_CHANNELS), integer("").to("OfferCount")]);

const SUMMARY: Rows = &[
    integer("TotalOfferCount"),
    list("NumberOfOffers", &["OfferCount"], OFFER_COUNT),
    list("LowestPrices", &["LowestPrice"], LOWEST_PRICE),
    list("BuyBoxPrices", &["BuyBoxPrice"], BUY_BOX_PRICE),
    object("ListPrice", MONEY),
    object("CompetitivePriceThreshold", MONEY),
    object("SuggestedLowerPricePlusShipping", MONEY),
    list("SalesRankings", &["SalesRank"], SALES_RANK),
    list("BuyBoxEligibleOffers", &["OfferCount"], OFFER_COUNT),
    time("OffersAvailableTime"),
];

const LOWEST_PRICE: &What = &What::Object(&[
    text("@condition"),
    words("@fulfillmentChannel", SUMMARY_CHANNELS),
    object("LandedPrice", MONEY),
    object("ListingPrice", MONEY),
    object("Shipping", MONEY),
    object("Points", POINTS),
]);

const BUY_BOX_PRICE: &What = &What::Object(&[
    text("@condition"),
    object("LandedPrice", MONEY),
    object("ListingPrice", MONEY),
    object("Shipping", MONEY),
    object("Points", POINTS),
]);

const OFFER: Rows = &[
    flag("MyOffer"),
    text("SubCondition"),
    text("SellerId"),
    text("ConditionNotes"),
    object("SellerFeedbackRating", FEEDBACK),
    object("ShippingTime", SHIPPING_TIME),
    object("ListingPrice", MONEY),
    object("Points", POINTS),
    object("Shipping", MONEY),
    object("ShipsFrom", SHIPS_FROM),
    flag("IsFulfilledByAmazon"),
    object("PrimeInformation", &[flag("IsPrime"), flag("IsNationalPrime")]),
    flag("IsBuyBoxWinner"),
    flag("IsFeaturedMerchant"),
];

pub(super) const FEEDBACK: Rows = &[number("SellerPositiveFeedbackRating"), integer("FeedbackCount")];

pub(super) const SHIPS_FROM: Rows = &[text("Country"), text("State")];

const SHIPPING_TIME: Rows =
    &[integer("@minimumHours"), integer("@maximumHours"), time("@availableDate"), text("@availabilityType")];

/// The lowest offers, which no operation answers today: in the form of [`LowestOffers`](crate::read::LowestOffers).
pub(in crate::read) const LOWEST_OFFERS: Rows = &[
    text("@status"),
    text("@ASIN"),
    text("@SellerSKU"),
    flag("AllOfferListingsConsidered"),
    object("Product", LOWEST_PRODUCT),
    FAILED,
];

const LOWEST_PRODUCT: Rows = &[
    object("Identifiers", IDENTIFIERS),
    list("LowestOfferListings", &["LowestOfferListing"], &What::Object(LOWEST_LISTING)),
    nowhere("CompetitivePricing"),
    nowhere("SalesRankings"),
    nowhere("Offers"),
    nowhere("AttributeSets"),
    nowhere("Relationships"),
];

const LOWEST_LISTING: Rows = &[
    object("Qualifiers", QUALIFIERS),
    integer("NumberOfOfferListingsConsidered"),
    integer("SellerFeedbackCount"),
    object("Price", PRICE_PARTS),
    // True, False or Unknown.
    text("MultipleOffersAtLowestPrice"),
];

const QUALIFIERS: Rows = &[
    text("ItemCondition"),
    text("ItemSubcondition"),
    words("FulfillmentChannel", SUMMARY_CHANNELS),
    text("ShipsDomestically"),
    object("ShippingTime", &[text("Max")]),
    text("SellerPositiveFeedbackRating"),
];

/// The answer about one item, which may have several products.
pub(in crate::read) const MATCHING: Rows = &[
    text("@status"),
    text("@ASIN"),
    text("@Id"),
    text("@IdType"),
    each("Product", &What::Record(PRODUCT)).to(""),
    list("Products", &["Product"], &What::Record(PRODUCT)).to(""),
    object("Error", ERROR),
];

/// What an item has that is answered with an error.
pub(in crate::read) const UNANSWERED: Rows =
    &[text("status"), text("ASIN"), text("Id"), text("IdType"), object("Error", ERROR)];
