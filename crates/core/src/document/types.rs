//! The usual form of documents of a report or feed type, for documents that do not declare it.

use crate::Marketplace;
use crate::decimal::DecimalMark;
use spapi_document_types::{Format, Layout};
use spapi_tables::{Charset, Dialect};

/// What a point or comma means in the numbers of a document. `None` if that is not known.
pub(super) fn usual_mark(type_name: &str, marketplace: Marketplace) -> Option<DecimalMark> {
    use Marketplace::{AU, BE, BR, CA, DE, ES, FR, GB, IE, IN, IT, JP, MX, NL, PL, SE, SG, TR, US};
    match marketplace {
        CA | US | MX | IE | GB | IN | SG | AU | JP => Some(DecimalMark::Point),
        BR | ES | FR | BE | NL | DE | IT | SE | PL | TR => {
            let is_local = Layout::usual_of(type_name).has_local_numbers;
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
        let label = Layout::usual_of(type_name).charset.label(marketplace);
        // Each label has a charset, so the other branch is never taken.
        label.parse().unwrap_or(Self::UTF_8)
    }
}

/// Adds to [`Dialect`] what documents of a type usually have. Bring it into scope to call `Dialect::usual_of`.
pub trait UsualDialect: Sized {
    /// The dialect of the tables of a report or feed type, such as `GET_LEDGER_SUMMARY_VIEW_DATA`. `None` for types
    /// whose documents are not tables of text. For a feed type it is the dialect of its processing report. An unknown
    /// type counts as one of its family, or else as [`TSV`](Dialect::TSV), which most are.
    fn usual_of(type_name: &str) -> Option<Self>;
}

impl UsualDialect for Dialect {
    fn usual_of(type_name: &str) -> Option<Self> {
        let layout = Layout::usual_of(type_name);
        match layout.format {
            Format::Tsv if layout.is_quoted => Some(Self::QUOTED_TSV),
            Format::Tsv => Some(Self::TSV),
            Format::Csv => Some(Self::CSV),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
