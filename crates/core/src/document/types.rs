//! The usual form of documents of a report or feed type, for documents that do not declare it.
//!
//! The tables are our own. Their sources are the formats that Amazon's documentation names for its types, Amazon's
//! model repository, and what users of clients in other languages reported about charsets, quotation marks and numbers.

use crate::Marketplace;
use crate::decimal::DecimalMark;
use spapi_tables::{Charset, Dialect};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    /// Separated by tabs, like nearly all types that are not listed below.
    Tabs,
    /// Separated by tabs, with quotation marks.
    QuotedTabs,
    /// Separated by tabs, and UTF-8 in all marketplaces.
    TabsInUtf8,
    Commas,
    /// JSON or XML, in UTF-8 unless they declare another charset.
    Structured,
    /// PDF, XLSX, ZIP.
    Binary,
}

/// The first match counts. A name that ends in `*` matches all names that begin with it.
const FORMATS: &[(&str, Format)] = &[
    ("GET_LEDGER_*", Format::QuotedTabs),
    ("GET_FLAT_FILE_VAT_INVOICE_DATA_REPORT", Format::TabsInUtf8),
    // Commas.
    ("GET_B2B_PRODUCT_OPPORTUNITIES_*", Format::Commas),
    ("GET_CSV_*", Format::Commas),
    ("GET_DATE_RANGE_FINANCIAL_*", Format::Commas),
    ("GET_EPR_*", Format::Commas),
    ("GET_FLAT_FILE_OFFAMAZONPAYMENTS_*", Format::Commas),
    ("GET_GST_STR_ADHOC", Format::Commas),
    ("GST_MTR_*", Format::Commas),
    ("SC_VAT_TAX_REPORT", Format::Commas),
    // JSON.
    ("END_USER_DATA_REPORT", Format::Structured),
    ("GET_BRAND_ANALYTICS_*", Format::Structured),
    ("GET_COUPON_PERFORMANCE_REPORT", Format::Structured),
    ("GET_PROMOTION_PERFORMANCE_REPORT", Format::Structured),
    ("GET_SALES_AND_TRAFFIC_REPORT", Format::Structured),
    ("GET_V2_SELLER_PERFORMANCE_REPORT", Format::Structured),
    ("GET_VENDOR_*", Format::Structured),
    ("JSON_LISTINGS_FEED", Format::Structured),
    ("MARKETPLACE_ASIN_PAGE_VIEW_METRICS", Format::Structured),
    // XML.
    ("GET_ORDER_REPORT_DATA_*", Format::Structured),
    ("GET_PENDING_ORDERS_DATA", Format::Structured),
    ("GET_V1_SELLER_PERFORMANCE_REPORT", Format::Structured),
    ("GET_V2_SETTLEMENT_REPORT_DATA_XML", Format::Structured),
    ("GET_XML_*", Format::Structured),
    // Feeds that are not flat files are XML, and so are their processing reports.
    ("POST_EASYSHIP_DOCUMENTS", Format::Tabs),
    ("POST_EXPECTED_SHIP_DATE_SOD_FLAT_FILE", Format::Tabs),
    ("POST_FLAT_FILE_*", Format::Tabs),
    ("POST_UIEE_BOOKLOADER_DATA", Format::Tabs),
    ("POST_*", Format::Structured),
    // Neither text nor tables.
    ("FBA_BULK_INVOICE", Format::Binary),
    ("FEE_DISCOUNTS_REPORT", Format::Binary),
    ("GET_EASYSHIP_DOCUMENTS", Format::Binary),
    ("RFQD_BULK_DOWNLOAD", Format::Binary),
];

/// Types whose numbers use the marketplace's notation. Others have a decimal point and do not group digits.
const LOCAL_NUMBERS: &[&str] = &[
    "GET_DATE_RANGE_FINANCIAL_*",
    "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE",
    "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2",
];

fn matches(pattern: &str, type_name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => type_name.starts_with(start),
        None => type_name == pattern,
    }
}

fn format(type_name: &str) -> Format {
    FORMATS.iter().find(|(pattern, _)| matches(pattern, type_name)).map_or(Format::Tabs, |(_, format)| *format)
}

/// What a point or comma means in the numbers of a document. `None` if that is not known.
pub(super) fn usual_mark(type_name: &str, marketplace: Marketplace) -> Option<DecimalMark> {
    use Marketplace::{AU, BE, BR, CA, DE, ES, FR, GB, IE, IN, IT, JP, MX, NL, PL, SE, SG, TR, US};
    match marketplace {
        CA | US | MX | IE | GB | IN | SG | AU | JP => Some(DecimalMark::Point),
        BR | ES | FR | BE | NL | DE | IT | SE | PL | TR => {
            let is_local = LOCAL_NUMBERS.iter().any(|pattern| matches(pattern, type_name));
            Some(if is_local { DecimalMark::Comma } else { DecimalMark::Either })
        }
        _ => None,
    }
}

/// Adds to [`Charset`] what documents of a type usually have. Bring it into scope to call `Charset::usual_of`.
pub trait UsualCharset: Sized {
    /// The charset that documents of a report or feed type, such as `GET_MERCHANT_LISTINGS_ALL_DATA`, usually have if
    /// they declare none and are not UTF-8. UTF-8 is always tried first.
    ///
    /// | documents | Japan | elsewhere |
    /// | --- | --- | --- |
    /// | tables, and types that are not known | Shift_JIS with the extensions of Windows | windows-1252 |
    /// | JSON, XML, tables of VAT invoices, and PDF, XLSX and ZIP, which are not text | UTF-8 | UTF-8 |
    ///
    /// If this is UTF-8, a document that is not UTF-8 is an error. Windows-1252 has the letters of ISO-8859-1, the
    /// charset of older documents of North America. For marketplaces whose languages it cannot write, such as Arabic,
    /// it is a guess. Amazon writes a question mark for a letter that the charset does not have.
    fn usual_of(type_name: &str, marketplace: Marketplace) -> Self;
}

impl UsualCharset for Charset {
    fn usual_of(type_name: &str, marketplace: Marketplace) -> Self {
        match format(type_name) {
            Format::Structured | Format::TabsInUtf8 | Format::Binary => Self::UTF_8,
            Format::Tabs | Format::QuotedTabs | Format::Commas => match marketplace {
                Marketplace::JP => Self::SHIFT_JIS,
                _ => Self::WINDOWS_1252,
            },
        }
    }
}

/// Adds to [`Dialect`] what documents of a type usually have. Bring it into scope to call `Dialect::usual_of`.
pub trait UsualDialect: Sized {
    /// The dialect of the tables of a report or feed type, such as `GET_LEDGER_SUMMARY_VIEW_DATA`. `None` for types
    /// whose documents are JSON, XML, PDF, XLSX or ZIP. An unknown type counts as [`TSV`](Dialect::TSV), which most
    /// are.
    fn usual_of(type_name: &str) -> Option<Self>;
}

impl UsualDialect for Dialect {
    fn usual_of(type_name: &str) -> Option<Self> {
        match format(type_name) {
            Format::Tabs | Format::TabsInUtf8 => Some(Self::TSV),
            Format::QuotedTabs => Some(Self::QUOTED_TSV),
            Format::Commas => Some(Self::CSV),
            Format::Structured | Format::Binary => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_not_hidden_behind_an_earlier_one() {
        for (index, (pattern, _)) in FORMATS.iter().enumerate() {
            let name = pattern.replace('*', "X");
            let first = FORMATS.iter().position(|(pattern, _)| matches(pattern, &name));
            assert_eq!(first, Some(index), "{pattern}");
        }
    }

    #[test]
    fn decimal_marks_of_types_and_marketplaces() {
        use Marketplace::{AE, DE, GB, JP};
        for (type_name, marketplace, mark) in [
            ("GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2", DE, Some(DecimalMark::Comma)),
            ("GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE", DE, Some(DecimalMark::Comma)),
            ("GET_DATE_RANGE_FINANCIAL_TRANSACTION_DATA", DE, Some(DecimalMark::Comma)),
            ("GET_FLAT_FILE_ORDER_REPORT_DATA_SHIPPING", DE, Some(DecimalMark::Either)),
            ("GET_SOMETHING_NEW", DE, Some(DecimalMark::Either)),
            ("GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2", JP, Some(DecimalMark::Point)),
            ("GET_DATE_RANGE_FINANCIAL_TRANSACTION_DATA", GB, Some(DecimalMark::Point)),
            ("GET_DATE_RANGE_FINANCIAL_TRANSACTION_DATA", AE, None),
        ] {
            assert_eq!(usual_mark(type_name, marketplace), mark, "{type_name} {marketplace}");
        }
    }

    #[test]
    fn charsets_of_types_and_marketplaces() {
        use Marketplace::{AE, AU, CA, DE, JP, US};
        for table in [
            "GET_MERCHANT_LISTINGS_ALL_DATA",
            "GET_FLAT_FILE_OPEN_LISTINGS_DATA",
            "GET_AMAZON_FULFILLED_SHIPMENTS_DATA_GENERAL",
            "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2",
            "GET_LEDGER_DETAIL_VIEW_DATA",
            "GET_CSV_MFN_PRIME_RETURNS_REPORT",
            "POST_FLAT_FILE_FULFILLMENT_DATA",
            "GET_SOMETHING_NEW",
            "",
        ] {
            assert_eq!(Charset::usual_of(table, JP), Charset::SHIFT_JIS, "{table}");
            for marketplace in [DE, US, CA, AU, AE] {
                assert_eq!(Charset::usual_of(table, marketplace), Charset::WINDOWS_1252, "{table}");
            }
        }
        for other in [
            "GET_SALES_AND_TRAFFIC_REPORT",
            "GET_VENDOR_REAL_TIME_SALES_REPORT",
            "GET_XML_BROWSE_TREE_DATA",
            "GET_ORDER_REPORT_DATA_SHIPPING",
            "GET_FLAT_FILE_VAT_INVOICE_DATA_REPORT",
            "JSON_LISTINGS_FEED",
            "POST_ORDER_FULFILLMENT_DATA",
            "FBA_BULK_INVOICE",
        ] {
            assert_eq!(Charset::usual_of(other, JP), Charset::UTF_8, "{other}");
            assert_eq!(Charset::usual_of(other, DE), Charset::UTF_8, "{other}");
        }
    }

    #[test]
    fn dialects_of_types() {
        for (name, dialect) in [
            ("GET_MERCHANT_LISTINGS_ALL_DATA", Some(Dialect::TSV)),
            ("GET_FLAT_FILE_ORDER_REPORT_DATA_SHIPPING", Some(Dialect::TSV)),
            ("GET_FLAT_FILE_VAT_INVOICE_DATA_REPORT", Some(Dialect::TSV)),
            ("POST_EXPECTED_SHIP_DATE_SOD_FLAT_FILE", Some(Dialect::TSV)),
            ("GET_SOMETHING_NEW", Some(Dialect::TSV)),
            ("GET_LEDGER_SUMMARY_VIEW_DATA", Some(Dialect::QUOTED_TSV)),
            ("GET_LEDGER_DETAIL_VIEW_DATA", Some(Dialect::QUOTED_TSV)),
            ("GET_EPR_MONTHLY_REPORTS", Some(Dialect::CSV)),
            ("GST_MTR_STOCK_TRANSFER_REPORT", Some(Dialect::CSV)),
            ("GET_V2_SETTLEMENT_REPORT_DATA_XML", None),
            ("POST_EXPECTED_SHIP_DATE_SOD", None),
            ("GET_BRAND_ANALYTICS_SEARCH_TERMS_REPORT", None),
            ("GET_EASYSHIP_DOCUMENTS", None),
            ("UPLOAD_VAT_INVOICE", Some(Dialect::TSV)),
        ] {
            assert_eq!(Dialect::usual_of(name), dialect, "{name}");
        }
    }
}
