//! Notifications, with their envelope: the types of Notifications v1.

use super::super::shape::*;
use super::products::{FEEDBACK, MONEY, POINTS, SALES_RANK, SHIPS_FROM};
use super::reports::{FEED_FINISHED, REPORT_FINISHED};

pub(in crate::read) const NOTIFICATION: Rows = &[
    object("NotificationMetaData", META).to(""),
    object("NotificationMetadata", META).to(""),
    object("NotificationPayload", PAYLOAD).to("Payload"),
];

/// What has its place by the type of the notification is held for `notification::finish`.
const META: Rows = &[
    text("NotificationType"),
    text("PayloadVersion"),
    text("UniqueId").to("NotificationMetadata.NotificationId"),
    time("PublishTime").to("NotificationMetadata.PublishTime"),
    text("SellerId").to("held.SellerId"),
    text("MarketplaceId").to("held.MarketplaceId"),
];

const PAYLOAD: Rows = &[
    object("AnyOfferChangedNotification", ANY_OFFER_CHANGED),
    object("FeedProcessingFinishedNotification", FEED_FINISHED),
    object("ReportProcessingFinishedNotification", REPORT_FINISHED),
    object("FBAOutboundShipmentStatusNotification", SHIPMENT_STATUS),
    object("FulfillmentOrderStatusNotification", ORDER_STATUS),
    free(ANY),
];

const SHIPMENT_STATUS: Rows =
    &[text("SellerId"), text("AmazonOrderId"), text("AmazonShipmentId"), text("ShipmentStatus")];

const ORDER_STATUS: Rows = &[
    text("SellerId"),
    text("EventType"),
    time("StatusUpdatedDateTime"),
    text("SellerFulfillmentOrderId"),
    text("FulfillmentOrderStatus"),
    object("FulfillmentShipment", SHIPMENT),
    object("FulfillmentReturnItem", &[time("ReceivedDateTime"), integer("ReturnedQuantity"), text("SellerSKU")]),
];

const SHIPMENT: Rows = &[
    text("FulfillmentShipmentStatus"),
    text("AmazonShipmentId"),
    time("EstimatedArrivalDateTime"),
    list("FulfillmentShipmentPackages", &["FulfillmentShipmentPackage", "FulfillmentShipmentPackageItem"], PACKAGE),
];

const PACKAGE: &What = &What::Object(&[integer("PackageNumber"), text("CarrierCode"), text("TrackingNumber")]);

const ANY_OFFER_CHANGED: Rows = &[
    text("SellerId"),
    object("OfferChangeTrigger", TRIGGER),
    object("Summary", SUMMARY),
    list("Offers", &["Offer"], &What::Object(OFFER)),
];

const TRIGGER: Rows = &[text("MarketplaceId"), text("ASIN"), text("ItemCondition"), time("TimeOfOfferChange")];

const SUMMARY: Rows = &[
    list("NumberOfOffers", &["OfferCount"], OFFER_COUNT),
    list("LowestPrices", &["LowestPrice"], &What::Object(PRICE)),
    list("BuyBoxPrices", &["BuyBoxPrice"], &What::Object(BUY_BOX_PRICE)),
    object("ListPrice", MONEY),
    object("MinimumAdvertisedPrice", MONEY),
    object("SuggestedLowerPricePlusShipping", MONEY),
    list("SalesRankings", &["SalesRank"], SALES_RANK),
    list("BuyBoxEligibleOffers", &["OfferCount"], OFFER_COUNT).to("NumberOfBuyBoxEligibleOffers"),
];

const OFFER_COUNT: &What = &What::Object(&[
    text("@condition").to("Condition"),
    text("@fulfillmentChannel").to("FulfillmentChannel"),
    integer("").to("OfferCount"),
]);

const PRICE: Rows = &[
    text("@condition").to("Condition"),
    text("@fulfillmentChannel").to("FulfillmentChannel"),
    object("LandedPrice", MONEY),
    object("ListingPrice", MONEY),
    object("Shipping", MONEY),
    object("Points", POINTS),
];

const BUY_BOX_PRICE: Rows = &[
    text("@condition").to("Condition"),
    text("@fulfillmentChannel").to("FulfillmentChannel").kept(),
    object("LandedPrice", MONEY),
    object("ListingPrice", MONEY),
    object("Shipping", MONEY),
    object("Points", POINTS),
];

const OFFER: Rows = &[
    text("SellerId"),
    text("SubCondition"),
    object("SellerFeedbackRating", FEEDBACK),
    object("ShippingTime", SHIPPING_TIME),
    object("ListingPrice", MONEY),
    object("Points", POINTS),
    object("Shipping", MONEY),
    object("ShipsFrom", SHIPS_FROM),
    flag("IsFulfilledByAmazon"),
    flag("IsBuyBoxWinner"),
    text("ConditionNotes"),
    flag("IsExpeditedShippingAvailable"),
    flag("IsFeaturedMerchant"),
    flag("ShipsDomestically"),
    flag("ShipsInternationally"),
    object("PrimeInformation", PRIME),
];

const SHIPPING_TIME: Rows = &[
    integer("@minimumHours").to("MinimumHours"),
    integer("@maximumHours").to("MaximumHours"),
    time("@availableDate").to("AvailableDate"),
    text("@availabilityType").to("AvailabilityType"),
];

const PRIME: Rows = &[
    flag("IsPrime").to("IsOfferPrime"),
    flag("IsNationalPrime").to("IsOfferNationalPrime"),
    flag("IsOfferPrime"),
    flag("IsOfferNationalPrime"),
];
