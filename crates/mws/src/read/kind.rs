//! The kinds of records, and the columns that they have as rows.

use super::shape::{Leaf, Row, Rows, What};
use super::shapes::{finances, inbound, inventory, merchant, notifications, orders, outbound, products, reports};
use spapi_rows::{Kind as ValueKind, RowType};
use std::fmt;
use std::str::FromStr;

/// A kind of records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// Orders: `Order` of Orders v0.
    Orders,
    /// Items of orders: `OrderItem` of Orders v0, with the `AmazonOrderId` of the order.
    OrderItems,
    /// Competitive prices and one's own: `Price` of Product Pricing v0.
    Prices,
    /// The offers of all sellers: `GetOffersResult` of Product Pricing v0.
    Offers,
    /// The lowest offers, which no operation answers today: [`LowestOffers`](super::LowestOffers).
    LowestOffers,
    /// Products of the catalog: `Product` of Product Pricing v0, with the attributes as they were. An item that was answered
    /// with an error is a record with its `Error` and its `ASIN` or `Id`.
    Products,
    /// Financial events: `FinancialEvents` of Finances v0, with one event each.
    FinancialEvents,
    /// Groups of financial events: `FinancialEventGroup` of Finances v0.
    FinancialEventGroups,
    /// Stock at Amazon's warehouses: `InventorySummary` of FBA Inventory v1.
    Inventory,
    /// Shipments to Amazon's warehouses: `InboundShipmentInfo` of Fulfillment Inbound v0.
    InboundShipments,
    /// Items of shipments to Amazon's warehouses: `InboundShipmentItem` of Fulfillment Inbound v0.
    InboundItems,
    /// Orders from elsewhere that Amazon ships: `FulfillmentOrder` of Fulfillment Outbound 2020-07-01.
    FulfillmentOrders,
    /// The same with their items and shipments: `GetFulfillmentOrderResult` of Fulfillment Outbound 2020-07-01.
    FulfillmentOrderDetails,
    /// Packages on their way: `PackageTrackingDetails` of Fulfillment Outbound 2020-07-01.
    PackageTracking,
    /// Shipments with labels of Amazon: `Shipment` of Merchant Fulfillment v0.
    MerchantShipments,
    /// Services for such shipments: `ShippingService` of Merchant Fulfillment v0.
    ShippingServices,
    /// Reports: `Report` of Reports 2021-06-30.
    Reports,
    /// Feeds: `Feed` of Feeds 2021-06-30.
    Feeds,
    /// Notifications, with their envelope.
    Notifications,
    /// Answers that are errors: `Error` of all sections.
    Errors,
    /// Rows of settlement reports in XML.
    Settlements,
    /// Rows of order reports in XML.
    OrderReport,
    /// Rows of reports of all orders in XML.
    AllOrders,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 23] = [
        Self::Orders,
        Self::OrderItems,
        Self::Prices,
        Self::Offers,
        Self::LowestOffers,
        Self::Products,
        Self::FinancialEvents,
        Self::FinancialEventGroups,
        Self::Inventory,
        Self::InboundShipments,
        Self::InboundItems,
        Self::FulfillmentOrders,
        Self::FulfillmentOrderDetails,
        Self::PackageTracking,
        Self::MerchantShipments,
        Self::ShippingServices,
        Self::Reports,
        Self::Feeds,
        Self::Notifications,
        Self::Errors,
        Self::Settlements,
        Self::OrderReport,
        Self::AllOrders,
    ];

    /// The name, such as `orders-v0`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Orders => "orders-v0",
            Self::OrderItems => "order-items-v0",
            Self::Prices => "pricing-v0",
            Self::Offers => "offers-v0",
            Self::LowestOffers => "lowest-offers",
            Self::Products => "products-v0",
            Self::FinancialEvents => "finances-v0",
            Self::FinancialEventGroups => "finance-groups-v0",
            Self::Inventory => "fba-inventory",
            Self::InboundShipments => "inbound-shipments-v0",
            Self::InboundItems => "inbound-items-v0",
            Self::FulfillmentOrders => "fulfillment-orders",
            Self::FulfillmentOrderDetails => "fulfillment-order-details",
            Self::PackageTracking => "package-tracking",
            Self::MerchantShipments => "merchant-shipments-v0",
            Self::ShippingServices => "shipping-services-v0",
            Self::Reports => "reports",
            Self::Feeds => "feeds",
            Self::Notifications => "notifications",
            Self::Errors => "errors",
            Self::Settlements => "settlements",
            Self::OrderReport => "order-report",
            Self::AllOrders => "all-orders",
        }
    }

    /// The report whose rows they are, if they are those of a report.
    pub fn report(self) -> Option<&'static spapi_rows::Report> {
        spapi_rows::report(match self {
            Self::Settlements => "GET_V2_SETTLEMENT_REPORT_DATA_XML",
            Self::OrderReport => "GET_ORDER_REPORT_DATA_SHIPPING",
            Self::AllOrders => "GET_XML_ALL_ORDERS_DATA_BY_ORDER_DATE_GENERAL",
            _ => return None,
        })
    }

    /// The member that tells a record from all others of its kind, as names joined by dots.
    pub fn key(self) -> Option<&'static str> {
        Some(match self {
            Self::Orders => "AmazonOrderId",
            Self::OrderItems => "OrderItemId",
            Self::FinancialEventGroups => "FinancialEventGroupId",
            Self::InboundShipments | Self::MerchantShipments => "ShipmentId",
            Self::FulfillmentOrders => "sellerFulfillmentOrderId",
            Self::FulfillmentOrderDetails => "fulfillmentOrder.sellerFulfillmentOrderId",
            Self::Feeds => "feedId",
            Self::Notifications => "NotificationMetadata.NotificationId",
            _ => return None,
        })
    }

    /// The columns of its records as rows: the members that are neither objects nor lists, by their names joined by
    /// dots, and the lists as JSON. Rows of reports have those of a [`RowType`].
    pub fn columns(self) -> Vec<Column> {
        match (self, self.rows(), self.report()) {
            (Self::Notifications, ..) => super::notification::columns(),
            (_, Some(rows), _) => {
                let mut columns = Vec::new();
                add_columns(rows, String::new(), &mut columns);
                if self == Self::Products {
                    add_columns(products::UNANSWERED, String::new(), &mut columns);
                }
                columns
            }
            (.., report) => {
                report.and_then(|report| report.rows.first()).map_or_else(Vec::new, |rows| columns_of(rows))
            }
        }
    }

    pub(super) fn rows(self) -> Option<Rows> {
        Some(match self {
            Self::Orders => orders::ORDER,
            Self::OrderItems => orders::ITEM,
            Self::Prices => products::PRICE,
            Self::Offers => products::OFFERS,
            Self::LowestOffers => products::LOWEST_OFFERS,
            Self::Products => products::PRODUCT,
            Self::FinancialEvents => finances::EVENTS,
            Self::FinancialEventGroups => finances::FINANCIAL_EVENT_GROUP,
            Self::Inventory => inventory::SUPPLY,
            Self::InboundShipments => inbound::SHIPMENT,
            Self::InboundItems => inbound::ITEM,
            Self::FulfillmentOrders => outbound::ORDER,
            Self::FulfillmentOrderDetails => outbound::DETAILS,
            Self::PackageTracking => outbound::TRACKING,
            Self::MerchantShipments => merchant::SHIPMENT,
            Self::ShippingServices => merchant::SERVICE,
            Self::Reports => reports::REQUEST,
            Self::Feeds => reports::FEED,
            Self::Notifications => notifications::NOTIFICATION,
            Self::Errors => super::document::ERROR,
            Self::Settlements | Self::OrderReport | Self::AllOrders => return None,
        })
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The error for a name that no [`Kind`] has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownKind;

impl fmt::Display for UnknownKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("there are no records of this name; the names are ")?;
        for (index, kind) in Kind::ALL.iter().enumerate() {
            write!(f, "{}{kind}", if index > 0 { ", " } else { "" })?;
        }
        Ok(())
    }
}

impl std::error::Error for UnknownKind {}

/// Parses a [`name`](Kind::name).
impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(name: &str) -> Result<Self, UnknownKind> {
        Self::ALL.into_iter().find(|kind| kind.name().eq_ignore_ascii_case(name)).ok_or(UnknownKind)
    }
}

/// A column of records as rows.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Column {
    /// The member, as names joined by dots.
    pub name: String,
    /// What its values are. A list is a text of JSON.
    pub kind: ValueKind,
}

impl Column {
    pub(super) fn new(name: impl Into<String>, kind: ValueKind) -> Self {
        Self { name: name.into(), kind }
    }
}

/// The columns of rows of a report.
pub(super) fn columns_of(row_type: &RowType) -> Vec<Column> {
    row_type.columns.iter().map(|column| Column::new(column.name, column.kind)).collect()
}

fn add_columns(rows: Rows, place: String, columns: &mut Vec<Column>) {
    for Row { to, what, .. } in rows {
        let name = match (place.as_str(), *to) {
            ("", to) => to.to_owned(),
            (place, "") => place.to_owned(),
            (place, to) => format!("{place}.{to}"),
        };
        let kind = match what {
            What::Object(rows) => {
                add_columns(rows, name, columns);
                continue;
            }
            What::Nowhere | What::Answer(_) => continue,
            What::Leaf(Leaf::Integer) => ValueKind::Integer,
            What::Leaf(Leaf::Number) => ValueKind::Decimal,
            What::Leaf(Leaf::Flag) => ValueKind::Boolean,
            What::Leaf(Leaf::Time) => ValueKind::DateTime,
            What::Leaf(_) | What::List(..) | What::Each(_) | What::Record(_) | What::Free => ValueKind::Text,
        };
        if !columns.iter().any(|column| column.name == name) {
            columns.push(Column::new(name, kind));
        }
    }
}
