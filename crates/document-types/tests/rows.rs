//! Finding rows, and what the rows of some types say.

use spapi_document_types::{
    Access, Availability, Dataset, Dates, FeedType, Format, Layout, MarketplaceIds, Marketplaces, OptionKind, Party,
    ProcessingReport, ReportType, Rounding, Status, TextCharset, Unit,
};
use spapi_types::Marketplace;

fn report(name: &str) -> &'static ReportType {
    ReportType::find(name).unwrap_or_else(|| panic!("{name} has a row"))
}

#[test]
fn every_row_is_found_by_its_name() {
    assert!(ReportType::all().len() > 130 && FeedType::all().len() > 30 && Dataset::all().len() > 3);
    for kind in ReportType::all() {
        assert!(std::ptr::eq(report(kind.name), kind), "{}", kind.name);
    }
    for kind in FeedType::all() {
        assert!(FeedType::find(kind.name).is_some_and(|found| std::ptr::eq(found, kind)), "{}", kind.name);
    }
    for dataset in Dataset::all() {
        assert!(Dataset::find(dataset.name).is_some_and(|found| std::ptr::eq(found, dataset)), "{}", dataset.name);
    }
    for unknown in ["", "GET_", "GET_SOMETHING_NEW", "get_sales_and_traffic_report", "ZZZ"] {
        assert!(ReportType::find(unknown).is_none() && FeedType::find(unknown).is_none(), "{unknown}");
    }
}

#[test]
fn a_misspelt_name_has_nearest_ones() {
    assert_eq!(ReportType::nearest("GET_SALES_AND_TRAFIC_REPORT")[0], "GET_SALES_AND_TRAFFIC_REPORT");
    assert_eq!(ReportType::nearest("get_sales_and_traffic_report")[0], "GET_SALES_AND_TRAFFIC_REPORT");
    assert_eq!(ReportType::nearest("_GET_MERCHANT_LISTINGS_DATA_")[0], "GET_MERCHANT_LISTINGS_DATA");
    assert_eq!(FeedType::nearest("JSON_LISTING_FEED"), ["JSON_LISTINGS_FEED"]);
    assert_eq!(Dataset::nearest("analytics_salesandtraffic_2024_04_24")[0], "analytics_salesAndTraffic_2024_04_24");
    assert!(ReportType::nearest("GET_MERCHANT_LISTINGS_DAT").len() <= 3);
    for unlike in ["", "_", "ORDERS", &"GET_".repeat(10_000), "größe"] {
        assert!(ReportType::nearest(unlike).is_empty(), "{unlike:.20}");
    }
}

#[test]
fn a_report_type_says_how_it_comes_and_what_it_takes() {
    let end_users = report("END_USER_DATA_REPORT");
    let periods = end_users.periods.as_ref().unwrap();
    assert_eq!(periods.rounding, Rounding::Inward);
    assert_eq!(
        periods.choices.iter().map(|period| period.unit).collect::<Vec<_>>(),
        [Unit::Day, Unit::Week, Unit::Month]
    );
    assert_eq!(end_users.option("reportPeriod").unwrap().default, Some("MONTH"));
    assert_eq!((end_users.longest_days, end_users.dates), (Some(365), Dates::Required));
    assert_eq!(end_users.marketplace_ids, MarketplaceIds::Several);
    assert_eq!(end_users.marketplaces.contains(Marketplace::PL), Some(true));
    assert_eq!(end_users.marketplaces.contains(Marketplace::US), Some(false));

    let unshipped = report("GET_FLAT_FILE_ACTIONABLE_ORDER_DATA_SHIPPING");
    assert_eq!(unshipped.access, Access::RestrictedDataToken);
    assert_eq!(unshipped.availability, [Availability::Requested, Availability::Scheduled]);
    assert_eq!(unshipped.marketplaces, Marketplaces::All);

    let settlement = report("GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2");
    assert_eq!(settlement.availability, [Availability::Automatic]);
    assert!(settlement.layout.has_local_numbers);

    let margin = report("GET_VENDOR_NET_PURE_PRODUCT_MARGIN_REPORT");
    let week = margin.periods.as_ref().unwrap().choices.iter().find(|period| period.unit == Unit::Week).unwrap();
    assert_eq!((week.value, week.longest, week.history), ("WEEK", Some(7), Some(8)));

    let coupons = report("GET_COUPON_PERFORMANCE_REPORT");
    assert_eq!(coupons.parties, [Party::Seller, Party::Vendor]);
    assert_eq!(coupons.option("campaignStartDateTo").unwrap().party, Some(Party::Vendor));
    assert_eq!(report("GET_VENDOR_FORECASTING_REPORT").dates, Dates::Refused);
    assert_eq!(report("FBA_BULK_INVOICE").option("orderIds").unwrap().kind, OptionKind::List(","));
    assert_eq!(report("GET_AFN_INVENTORY_DATA").frequency.map(|rate| (rate.times, rate.minutes)), Some((1, 30)));
    assert_eq!(report("GET_RESERVED_INVENTORY_DATA").marketplaces.contains(Marketplace::US), None);
    assert_eq!(report("GST_MTR_STOCK_TRANSFER_REPORT").unsure, ["availability"]);
}

#[test]
fn a_type_is_gone_from_its_day_on() {
    let settlement = report("GET_V2_SETTLEMENT_REPORT_DATA_XML");
    assert_eq!(settlement.retires_on, Some("2026-11-11"));
    assert!(!settlement.is_gone("2026-11-10"));
    assert!(settlement.is_gone("2026-11-11"));
    assert!(settlement.instead.is_some_and(|instead| instead.contains("FLAT_FILE_V2")));
    let diagnostic = report("GET_VENDOR_SALES_DIAGNOSTIC_REPORT");
    assert_eq!((diagnostic.status, diagnostic.retires_on), (Status::Removed, None));
    assert!(diagnostic.is_gone("2020-01-01"));
    assert!(!report("GET_MERCHANT_LISTINGS_DEFECT_DATA").is_gone("2026-11-11"), "Amazon may still have it");
    assert!(FeedType::find("POST_PRODUCT_DATA").unwrap().is_gone("2025-07-31"));
    assert!(!FeedType::find("JSON_LISTINGS_FEED").unwrap().is_gone("2999-01-01"));
    assert!(Dataset::find("analytics_salesAndTraffic_2023_11_15").unwrap().is_gone("2026-03-27"));
}

#[test]
fn a_feed_type_says_what_it_takes_and_gives() {
    let listings = FeedType::find("JSON_LISTINGS_FEED").unwrap();
    assert_eq!((listings.most_messages, listings.processing_report), (Some(25_000), ProcessingReport::Json));
    assert_eq!((listings.frequency.times, listings.frequency.minutes), (5, 5));
    let points = FeedType::find("POST_FLAT_FILE_OFFER_POINTS_PREFERENCE_DATA").unwrap();
    assert_eq!(points.content_type, "text/tab-separated-values; charset=UTF-8");
    assert_eq!(points.marketplaces, Marketplaces::Only(&[Marketplace::JP]));
    assert_eq!((points.frequency.times, points.frequency.minutes), (1, 20));
}

#[test]
fn a_dataset_names_its_queries() {
    let economics = Dataset::find("analytics_economics_2024_03_15").unwrap();
    assert_eq!(
        economics.queries.iter().map(|query| query.name).collect::<Vec<_>>(),
        ["economics", "economicsPreview", "economicsSimulation"]
    );
    let preview = &economics.queries[1];
    assert_eq!((preview.history_days, preview.future_days), (Some(0), Some(120)));
    assert!(economics.queries[0].is_utc && economics.queries[0].rounding == Rounding::Inward);
}

#[test]
fn a_type_without_a_row_has_the_layout_of_its_family() {
    let format = |name| Layout::usual_of(name).format;
    assert_eq!(format("GET_VENDOR_SOMETHING_NEW"), Format::Json);
    assert_eq!(format("GET_XML_SOMETHING_NEW"), Format::Xml);
    assert_eq!(format("GET_EPR_WEEKLY_REPORTS"), Format::Csv);
    assert_eq!(format("POST_SOMETHING_NEW"), Format::Xml);
    assert_eq!(format("POST_FLAT_FILE_SOMETHING_NEW"), Format::Tsv, "the longest beginning counts");
    assert_eq!(format("GET_SOMETHING_NEW"), Format::Tsv);
    assert!(Layout::usual_of("GET_LEDGER_SOMETHING_NEW").is_quoted);
    assert!(Layout::usual_of("GET_DATE_RANGE_FINANCIAL_SOMETHING").has_local_numbers);
}

#[test]
fn a_feed_has_the_layout_of_its_processing_report() {
    assert_eq!(Layout::usual_of("POST_ORDER_FULFILLMENT_DATA").format, Format::Xml);
    assert_eq!(Layout::usual_of("POST_EXPECTED_SHIP_DATE_SOD_FLAT_FILE").format, Format::Tsv);
    assert_eq!(Layout::usual_of("UPLOAD_VAT_INVOICE").format, Format::Tsv, "not known, so by the rule");
}

#[test]
fn charsets_are_those_of_the_encoding_standard() {
    assert_eq!(TextCharset::ByMarketplace.label(Marketplace::JP), "Shift_JIS");
    assert_eq!(TextCharset::ByMarketplace.label(Marketplace::DE), "windows-1252");
    assert_eq!(TextCharset::Utf8.label(Marketplace::JP), "UTF-8");
    assert_eq!(report("GET_FLAT_FILE_VAT_INVOICE_DATA_REPORT").layout.charset, TextCharset::Utf8);
    assert_eq!(report("GET_SALES_AND_TRAFFIC_REPORT").layout.charset, TextCharset::Utf8);
}
