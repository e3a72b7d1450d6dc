//! The client libraries of MWS that Amazon published, by the names with which their classes begin, and what has MWS in its
//! name.

use super::library;
use crate::map::Entry;

#[rustfmt::skip]
pub static LIBRARIES: &[Entry] = &[
    library("MarketplaceWebServiceOrders", "Orders 2013-09-01", &["spapi-orders"]),
    library("MarketplaceWebServiceProducts", "Products 2011-10-01", &["spapi-product-pricing", "spapi-catalog-items", "spapi-product-fees"]),
    library("MarketplaceWebServiceSellers", "Sellers 2011-07-01", &["spapi-sellers"]),
    library("MarketplaceWebService", "Feeds and Reports 2009-01-01", &["spapi-jobs", "spapi-reports", "spapi-feeds"]),
    library("FBAInventoryServiceMWS", "Fulfillment Inventory 2010-10-01", &["spapi-fba-inventory"]),
    library("FBAInboundServiceMWS", "Fulfillment Inbound Shipment 2010-10-01", &["spapi-fulfillment-inbound"]),
    library("FBAOutboundServiceMWS", "Fulfillment Outbound Shipment 2010-10-01", &["spapi-fulfillment-outbound"]),
    library("MWSFinancesService", "Finances 2015-05-01", &["spapi-finances"]),
    library("MWSMerchantFulfillmentService", "Merchant Fulfillment 2015-06-01", &["spapi-merchant-fulfillment"]),
    library("MWSSubscriptionsService", "Subscriptions 2013-07-01", &["spapi-events", "spapi-notifications"]),
    library("MWSRecommendationsSectionService", "Recommendations 2013-04-01", &[]).note("Amazon has no such API today"),
    library(crate::map::MWS, "every section", &["spapi-core"]).note("a name of your own program or of another library; each section has a crate of its own"),
];
