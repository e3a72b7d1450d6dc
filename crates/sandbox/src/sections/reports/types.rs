//! The types of reports that the sandbox makes.

use super::lines::{Lines, Source, analytics, ledger, listings, orders, returns, stock};
use super::style::Style;
use super::{Outcome, Report, end_users, json, sales, settlement_xml, settlements, table, xml};
use crate::server::Server;
use spapi_metadata::document_types::{Access, Availability};
use std::fmt;

/// A type of report.
pub(crate) struct ReportType {
    pub(crate) name: &'static str,
    form: Form,
}

/// How a report is made.
enum Form {
    /// A table of lines.
    Table(Style, for<'a> fn(Source<'a>) -> Lines<'a>),
    /// Lists of lines in JSON.
    Json(&'static [json::List]),
    Other(fn(&Report, &Server) -> Outcome),
}

impl ReportType {
    pub(crate) fn named(name: &str) -> Option<&'static Self> {
        TYPES.iter().find(|kind| kind.name == name)
    }

    /// The names of all.
    pub(crate) fn names() -> impl Iterator<Item = &'static str> {
        TYPES.iter().map(|kind| kind.name)
    }

    /// Makes a report of this type.
    pub(super) fn make(&self, report: &Report, server: &Server) -> Outcome {
        match &self.form {
            Form::Table(style, lines) => table::make(report, server, style, *lines),
            Form::Json(lists) => json::make(report, server, lists),
            Form::Other(make) => make(report, server),
        }
    }

    /// The types that come in this way.
    pub(super) fn all_of(how: Availability) -> impl Iterator<Item = &'static Self> {
        TYPES.iter().filter(move |kind| kind.comes(how))
    }

    /// Whether it comes in this way.
    pub(crate) fn comes(&self, how: Availability) -> bool {
        self.known().is_some_and(|known| known.availability.contains(&how))
    }

    /// Whether its document needs a restricted data token.
    pub(crate) fn is_restricted(&self) -> bool {
        self.known().is_some_and(|known| known.access == Access::RestrictedDataToken)
    }

    /// What is known of the type.
    pub(super) fn known(&self) -> Option<&'static spapi_metadata::ReportType> {
        spapi_metadata::ReportType::find(self.name)
    }
}

impl fmt::Debug for ReportType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

const fn table(name: &'static str, style: Style, lines: for<'a> fn(Source<'a>) -> Lines<'a>) -> ReportType {
    ReportType { name, form: Form::Table(style, lines) }
}

const fn json(name: &'static str, lists: &'static [json::List]) -> ReportType {
    ReportType { name, form: Form::Json(lists) }
}

const fn other(name: &'static str, make: fn(&Report, &Server) -> Outcome) -> ReportType {
    ReportType { name, form: Form::Other(make) }
}

/// Every type.
pub(crate) static TYPES: &[ReportType] = &[
    table("GET_FLAT_FILE_ALL_ORDERS_DATA_BY_ORDER_DATE_GENERAL", Style::USUAL, orders::by_order_date),
    table("GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL", Style::USUAL, orders::by_last_update),
    table("GET_FLAT_FILE_ARCHIVED_ORDERS_DATA_BY_ORDER_DATE", Style::USUAL, orders::by_order_date),
    table("GET_FLAT_FILE_ACTIONABLE_ORDER_DATA_SHIPPING", Style::USUAL, orders::unshipped),
    table("GET_AMAZON_FULFILLED_SHIPMENTS_DATA_GENERAL", Style::USUAL, orders::shipments),
    table("GET_FBA_FULFILLMENT_CUSTOMER_SHIPMENT_PROMOTION_DATA", Style::USUAL, orders::promotions),
    table("GET_MERCHANT_LISTINGS_ALL_DATA", Style::LISTINGS, listings::all),
    table("GET_MERCHANT_LISTINGS_DATA", Style::LISTINGS, listings::active),
    table("GET_MERCHANT_LISTINGS_DATA_BACK_COMPAT", Style::LISTINGS, listings::all),
    table("GET_MERCHANT_LISTINGS_INACTIVE_DATA", Style::LISTINGS, listings::inactive),
    table("GET_MERCHANT_CANCELLED_LISTINGS_DATA", Style::LISTINGS, listings::cancelled),
    table("GET_FLAT_FILE_OPEN_LISTINGS_DATA", Style::LISTINGS, listings::active),
    table("GET_MERCHANTS_LISTINGS_FYP_REPORT", Style::USUAL, listings::suppressed),
    table("GET_AFN_INVENTORY_DATA", Style::USUAL, stock::all),
    table("GET_AFN_INVENTORY_DATA_BY_COUNTRY", Style::USUAL, stock::all),
    table("GET_FBA_MYI_UNSUPPRESSED_INVENTORY_DATA", Style::YES_NO, stock::all),
    table("GET_FBA_INVENTORY_PLANNING_DATA", Style::YES_NO, stock::all),
    table("GET_RESTOCK_INVENTORY_RECOMMENDATIONS_REPORT", Style::USUAL, stock::all),
    table("GET_FBA_ESTIMATED_FBA_FEES_TXT_DATA", Style::YES_NO, stock::all),
    table("GET_STRANDED_INVENTORY_UI_DATA", Style::USUAL, stock::stranded),
    table("GET_FBA_STORAGE_FEE_CHARGES_DATA", Style::Y_N, stock::storage),
    table("GET_FBA_SNS_PERFORMANCE_DATA", Style::USUAL, stock::subscriptions),
    table("GET_FBA_SNS_FORECAST_DATA", Style::USUAL, stock::subscriptions),
    table("GET_LEDGER_DETAIL_VIEW_DATA", Style::LEDGER, ledger::detail),
    table("GET_LEDGER_SUMMARY_VIEW_DATA", Style::LEDGER, ledger::summary),
    table("GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA", Style::USUAL, returns::to_amazon),
    table("GET_FLAT_FILE_RETURNS_DATA_BY_RETURN_DATE", Style::SELLER_RETURNS, returns::to_seller),
    table("GET_FBA_FULFILLMENT_CUSTOMER_SHIPMENT_REPLACEMENT_DATA", Style::USUAL, returns::replacements),
    table("GET_FBA_FULFILLMENT_REMOVAL_ORDER_DETAIL_DATA", Style::USUAL, returns::removals),
    table("GET_FBA_FULFILLMENT_REMOVAL_SHIPMENT_DETAIL_DATA", Style::USUAL, returns::removals),
    table("GET_FBA_REIMBURSEMENTS_DATA", Style::USUAL, returns::reimbursements),
    table("GET_SELLER_FEEDBACK_DATA", Style::FEEDBACK, returns::feedback),
    table("GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE", Style::SETTLEMENT, settlements::lines),
    table("GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2", Style::SETTLEMENT, settlements::lines),
    other("GET_V2_SETTLEMENT_REPORT_DATA_XML", settlement_xml::make),
    json("GET_BRAND_ANALYTICS_MARKET_BASKET_REPORT", &[("MarketBasketRow", analytics::baskets)]),
    json("GET_BRAND_ANALYTICS_ALTERNATE_PURCHASE_REPORT", &[("AlternatePurchaseRow", analytics::alternatives)]),
    json("GET_BRAND_ANALYTICS_ITEM_COMPARISON_REPORT", &[("ItemComparisonRow", analytics::comparisons)]),
    json("GET_BRAND_ANALYTICS_REPEAT_PURCHASE_REPORT", &[("RepeatPurchaseRow", analytics::repeats)]),
    json("GET_BRAND_ANALYTICS_SEARCH_TERMS_REPORT", &[("SearchTermRow", analytics::searches)]),
    json("GET_VENDOR_FORECASTING_REPORT", &[("VendorForecastRow", analytics::vendor_forecast)]),
    json(
        "GET_VENDOR_SALES_REPORT",
        &[
            ("VendorSalesAggregateRow", analytics::vendor_sales_total),
            ("VendorSalesByAsinRow", analytics::vendor_sales),
        ],
    ),
    json(
        "GET_VENDOR_TRAFFIC_REPORT",
        &[
            ("VendorTrafficAggregateRow", analytics::vendor_traffic_total),
            ("VendorTrafficByAsinRow", analytics::vendor_traffic),
        ],
    ),
    json(
        "GET_VENDOR_INVENTORY_REPORT",
        &[
            ("VendorInventoryAggregateRow", analytics::vendor_stock_total),
            ("VendorInventoryByAsinRow", analytics::vendor_stock),
        ],
    ),
    json(
        "GET_VENDOR_NET_PURE_PRODUCT_MARGIN_REPORT",
        &[
            ("VendorMarginAggregateRow", analytics::vendor_margin_total),
            ("VendorMarginByAsinRow", analytics::vendor_margin),
        ],
    ),
    json("GET_VENDOR_REAL_TIME_INVENTORY_REPORT", &[("VendorRealTimeInventoryRow", analytics::vendor_hours)]),
    other("GET_XML_ALL_ORDERS_DATA_BY_ORDER_DATE_GENERAL", xml::by_order_date),
    other("GET_XML_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL", xml::by_last_update),
    other("GET_ORDER_REPORT_DATA_SHIPPING", xml::to_ship),
    other("GET_XML_BROWSE_TREE_DATA", xml::categories),
    other(sales::NAME, sales::make),
    other(end_users::NAME, end_users::make),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_is_known_with_how_it_comes_and_its_columns() {
        for kind in TYPES {
            assert!(kind.known().is_some_and(|known| !known.availability.is_empty()), "{kind:?}");
            assert!(spapi_rows::report(kind.name).is_some(), "{kind:?}");
        }
    }
}
