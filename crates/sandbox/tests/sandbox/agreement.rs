//! Reports of one shop agree with each other.

use crate::support::{Caller, DE, JP, US, builder, now, presigned};
use reqwest::Client;
use serde_json::{Value, json};
use spapi_sandbox::{Clock, Fault, FaultKind, Limits};
use std::collections::{HashMap, HashSet};
use std::io::{BufRead, BufReader};
use std::time::Duration;

pub const REPORTS: &str = "/reports/2021-06-30/reports";
pub const SCHEDULES: &str = "/reports/2021-06-30/schedules";
const DOCUMENTS: &str = "/reports/2021-06-30/documents";
const ORDERS: &str = "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_ORDER_DATE_GENERAL";
const FROM: &str = "2026-10-24T00:00:00Z";

/// The flat files that connectors read.
pub const TABLES: [&str; 34] = [
    "GET_AFN_INVENTORY_DATA",
    "GET_AFN_INVENTORY_DATA_BY_COUNTRY",
    "GET_AMAZON_FULFILLED_SHIPMENTS_DATA_GENERAL",
    "GET_FBA_ESTIMATED_FBA_FEES_TXT_DATA",
    "GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA",
    "GET_FBA_FULFILLMENT_CUSTOMER_SHIPMENT_PROMOTION_DATA",
    "GET_FBA_FULFILLMENT_CUSTOMER_SHIPMENT_REPLACEMENT_DATA",
    "GET_FBA_FULFILLMENT_REMOVAL_ORDER_DETAIL_DATA",
    "GET_FBA_FULFILLMENT_REMOVAL_SHIPMENT_DETAIL_DATA",
    "GET_FBA_INVENTORY_PLANNING_DATA",
    "GET_FBA_MYI_UNSUPPRESSED_INVENTORY_DATA",
    "GET_FBA_REIMBURSEMENTS_DATA",
    "GET_FBA_SNS_FORECAST_DATA",
    "GET_FBA_SNS_PERFORMANCE_DATA",
    "GET_FBA_STORAGE_FEE_CHARGES_DATA",
    "GET_FLAT_FILE_ACTIONABLE_ORDER_DATA_SHIPPING",
    "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL",
    "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_ORDER_DATE_GENERAL",
    "GET_FLAT_FILE_ARCHIVED_ORDERS_DATA_BY_ORDER_DATE",
    "GET_FLAT_FILE_OPEN_LISTINGS_DATA",
    "GET_FLAT_FILE_RETURNS_DATA_BY_RETURN_DATE",
    "GET_LEDGER_DETAIL_VIEW_DATA",
    "GET_LEDGER_SUMMARY_VIEW_DATA",
    "GET_MERCHANTS_LISTINGS_FYP_REPORT",
    "GET_MERCHANT_CANCELLED_LISTINGS_DATA",
    "GET_MERCHANT_LISTINGS_ALL_DATA",
    "GET_MERCHANT_LISTINGS_DATA",
    "GET_MERCHANT_LISTINGS_DATA_BACK_COMPAT",
    "GET_MERCHANT_LISTINGS_INACTIVE_DATA",
    "GET_RESTOCK_INVENTORY_RECOMMENDATIONS_REPORT",
    "GET_SELLER_FEEDBACK_DATA",
    "GET_STRANDED_INVENTORY_UI_DATA",
    "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE",
    "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2",
];

pub fn request(kind: &str, marketplace: &str) -> Value {
    json!({ "reportType": kind, "marketplaceIds": [marketplace], "dataStartTime": FROM })
}

fn with_option(mut request: Value, name: &str, value: &str) -> Value {
    request["reportOptions"] = json!({ name: value });
    request
}

/// Requests a report and polls until it has ended.
async fn ended(caller: &Caller, request: &Value) -> Value {
    let answer = caller.post(REPORTS, request).await;
    assert_eq!(answer.status, 202, "{request}: {:?}", answer.body);
    let path = format!("{REPORTS}/{}", answer.body["reportId"].as_str().expect("an id"));
    for _ in 0..2 {
        caller.body(&path, &[]).await;
    }
    caller.body(&path, &[]).await
}

pub async fn url(caller: &Caller, report: &Value) -> String {
    let path = format!("{DOCUMENTS}/{}", report["reportDocumentId"].as_str().expect("a document"));
    let caller = caller.restricted(json!([{ "method": "GET", "path": path }])).await;
    caller.body(&path, &[]).await["url"].as_str().expect("a URL").to_owned()
}

/// The text of a report's document.
pub async fn text(caller: &Caller, report: &Value) -> String {
    let downloaded = presigned(Client::new().get(url(caller, report).await)).await;
    let label = downloaded.header("content-type").and_then(|kind| kind.split("charset=").nth(1)).expect("a charset");
    let encoding =
        encoding_rs::Encoding::for_label(label.replace("Cp", "windows-").as_bytes()).expect("a known charset");
    encoding.decode_without_bom_handling_and_without_replacement(&downloaded.unpacked()).expect(label).into_owned()
}

/// The header and the rows of a flat file.
fn read(text: &str) -> (Vec<String>, Vec<Vec<String>>) {
    let mut lines = text
        .lines()
        .map(|line| line.split('\t').map(|cell| cell.trim_matches('"').to_owned()).collect::<Vec<String>>());
    (lines.next().expect("a header"), lines.collect())
}

/// The report that exists or is made for the request.
pub async fn report(caller: &Caller, request: &Value) -> Value {
    let kind = request["reportType"].as_str().expect("a type");
    let known = spapi_metadata::ReportType::find(kind).expect("a known type");
    if known.availability == [spapi_metadata::document_types::Availability::Automatic] {
        let query = [("reportTypes", kind), ("marketplaceIds", request["marketplaceIds"][0].as_str().unwrap())];
        return caller.body(REPORTS, &query).await["reports"][0].clone();
    }
    ended(caller, request).await
}

/// The rows of a report by column; none if it was cancelled because there is nothing.
async fn rows(caller: &Caller, request: &Value) -> Vec<HashMap<String, String>> {
    rows_of(caller, &report(caller, request).await).await
}

async fn rows_of(caller: &Caller, report: &Value) -> Vec<HashMap<String, String>> {
    if report["processingStatus"] == "CANCELLED" {
        return Vec::new();
    }
    assert_eq!(report["processingStatus"], "DONE", "{report}");
    let (header, rows) = read(&text(caller, report).await);
    rows.into_iter().map(|row| header.iter().cloned().zip(row).collect()).collect()
}

/// The sum of a column, in hundredths.
fn sum<'a>(rows: impl IntoIterator<Item = &'a HashMap<String, String>>, column: &str) -> i64 {
    let cells = rows.into_iter().map(|row| row.get(column).unwrap_or_else(|| panic!("no column {column}: {row:?}")));
    cells.filter(|cell| !cell.is_empty()).map(|cell| (cell.parse::<f64>().expect(cell) * 100.0).round() as i64).sum()
}

#[tokio::test]
async fn every_table_has_known_columns_in_the_language_of_its_marketplace() {
    let sandbox = builder().orders(900).start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    let mut localized = HashSet::new();
    for kind in TABLES {
        let mut made = 0;
        for (marketplace, language) in [(JP, "ja"), (US, "en"), (DE, "de")] {
            let caller = caller.at(marketplace);
            let report = report(&caller, &request(kind, marketplace)).await;
            // Some types exist in some marketplaces only, and some have no lines everywhere.
            let known = spapi_metadata::ReportType::find(kind).expect("a known type");
            let has_type = known.marketplaces.contains(marketplace.parse().unwrap()) != Some(false)
                || known.unsure.contains(&"marketplaces");
            assert_eq!(report["processingStatus"] == "FATAL", !has_type, "{kind} {marketplace}");
            if report["processingStatus"] != "DONE" {
                continue;
            }
            made += 1;
            let (header, rows) = read(&text(&caller, &report).await);
            let columns = spapi_rows::report(kind).expect("known rows").rows[0].columns;
            for name in &header {
                let column = columns.iter().find(|column| {
                    column.name == name || column.headers.iter().any(|(of, other)| *of == language && other == name)
                });
                let column = column.unwrap_or_else(|| panic!("{kind} has an unknown column {name}"));
                if column.name != name {
                    localized.insert((kind, language));
                }
            }
            let missing = columns.iter().filter(|column| column.required).find(|column| {
                !header.iter().any(|name| column.name == name || column.headers.iter().any(|(_, other)| other == name))
            });
            assert!(missing.is_none(), "{kind} lacks {missing:?}");
            assert!(!rows.is_empty(), "{kind}");
            assert!(rows.iter().all(|row| row.len() == header.len()), "{kind}: {rows:?}");
            // A column that every layout has says something.
            for column in columns.iter().filter(|column| column.key) {
                let place = header
                    .iter()
                    .position(|name| column.name == name || column.headers.iter().any(|(_, other)| other == name));
                assert!(rows.iter().all(|row| !row[place.unwrap()].is_empty()), "{kind}: {}", column.name);
            }
        }
        assert!(made > 0, "{kind} is made in no marketplace");
    }
    assert!(localized.contains(&("GET_MERCHANT_LISTINGS_DATA", "de")), "{localized:?}");
    assert!(localized.contains(&("GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA", "ja")), "{localized:?}");
}

#[tokio::test]
async fn orders_settlements_and_traffic_have_the_same_sales() {
    let sandbox = builder().orders(400).start().await.unwrap();
    let caller = Caller::new(&sandbox).await.at(US);
    let query = [("reportTypes", "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2"), ("marketplaceIds", US)];
    let settlements = caller.body(REPORTS, &query).await["reports"].clone();
    let mut refunded = 0;
    for settlement in settlements.as_array().unwrap() {
        let (from, until) = (&settlement["dataStartTime"], settlement["dataEndTime"].as_str().unwrap());
        let lines = rows_of(&caller, settlement).await;
        let of = |event: &'static str| {
            let lines = lines.iter().filter(move |line| line["transaction-type"] == event);
            lines.filter(|line| line["amount-type"] == "ItemPrice" && line["amount-description"] == "Principal")
        };
        // The settlement ends before its last moment, and the other reports include it.
        let last = until.replace("T00:00:00Z", "");
        let last = last.parse::<jiff::civil::Date>().unwrap().yesterday().unwrap();
        let mut orders = request("GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL", US);
        orders["dataStartTime"] = from.clone();
        orders["dataEndTime"] = json!(format!("{last}T23:59:59Z"));
        let shipped = rows(&caller, &orders).await;
        let shipped: Vec<_> = shipped.iter().filter(|row| row["order-status"] == "Shipped").collect();
        let mut sales = orders.clone();
        sales["reportType"] = json!("GET_SALES_AND_TRAFFIC_REPORT");
        let sales: Value = serde_json::from_str(&text(&caller, &ended(&caller, &sales).await).await).unwrap();
        let traffic = |path: &str| -> i64 {
            let days = sales["salesAndTrafficByDate"].as_array().unwrap();
            days.iter().map(|day| (day.pointer(path).unwrap().as_f64().unwrap() * 100.0).round() as i64).sum()
        };
        let paid = sum(of("Order"), "amount");
        assert!(paid > 0);
        // Orders that are shipped in part are in the settlement and in the traffic, and not in this status.
        assert_eq!(paid, traffic("/salesByDate/shippedProductSales/amount"));
        let ids: HashSet<&String> = shipped.iter().map(|row| &row["amazon-order-id"]).collect();
        let of_shipped = of("Order").filter(|line| ids.contains(&line["order-id"]));
        assert_eq!(sum(of_shipped, "amount"), sum(shipped, "item-price"));
        assert_eq!(sum(of("Refund"), "quantity-purchased"), traffic("/salesByDate/unitsRefunded"));
        refunded += sum(of("Refund"), "amount");
        assert_eq!(sum(&lines[1..], "amount"), sum(&lines[..1], "total-amount"));
    }
    assert!(refunded < 0);
}

#[tokio::test]
async fn the_older_settlement_has_the_same_total() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await.at(US);
    let mut totals = Vec::new();
    for kind in ["GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2", "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE"] {
        let lines = rows(&caller, &request(kind, US)).await;
        totals.push((lines[0]["settlement-id"].clone(), lines[0]["total-amount"].clone()));
        if kind.ends_with("FILE") {
            let amounts = ["price-amount", "item-related-fee-amount", "promotion-amount", "other-fee-amount"];
            let parts: i64 = amounts.iter().map(|column| sum(&lines, column)).sum();
            assert_eq!(parts, sum(&lines[..1], "total-amount"));
        }
    }
    assert_eq!(totals[0], totals[1]);
}

#[tokio::test]
async fn stock_follows_from_shipments_returns_and_removals() {
    let sandbox = builder().orders(600).start().await.unwrap();
    let caller = Caller::new(&sandbox).await.at(US);
    let of = async |kind: &str| rows(&caller, &request(kind, US)).await;
    let ledger = of("GET_LEDGER_DETAIL_VIEW_DATA").await;
    let event = |name: &str| sum(ledger.iter().filter(|row| row["Event Type"] == name), "Quantity");
    let shipments = of("GET_AMAZON_FULFILLED_SHIPMENTS_DATA_GENERAL").await;
    assert_eq!(event("Shipments"), -sum(&shipments, "quantity-shipped"));
    let returns = of("GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA").await;
    assert!(returns.len() > 3);
    assert_eq!(event("CustomerReturns"), sum(&returns, "quantity"));
    let removals = of("GET_FBA_FULFILLMENT_REMOVAL_ORDER_DETAIL_DATA").await;
    assert!(!removals.is_empty());
    assert_eq!(event("VendorReturns"), -sum(&removals, "shipped-quantity"));
    let reimbursements = of("GET_FBA_REIMBURSEMENTS_DATA").await;
    assert!(!reimbursements.is_empty());
    assert_eq!(event("Adjustments"), -sum(&reimbursements, "quantity-reimbursed-total"));

    for period in ["DAILY", "WEEKLY", "MONTHLY"] {
        let summary = with_option(request("GET_LEDGER_SUMMARY_VIEW_DATA", US), "aggregatedByTimePeriod", period);
        let summary = rows(&caller, &summary).await;
        let mut last: HashMap<(String, String), i64> = HashMap::new();
        for row in &summary {
            let number = |column: &str| row[column].parse::<i64>().expect(column);
            let moved: i64 =
                ["Customer Shipments", "Customer Returns", "Vendor Returns", "Other Events"].map(number).iter().sum();
            assert_eq!(number("Starting Warehouse Balance") + moved, number("Ending Warehouse Balance"), "{row:?}");
            let key = (row["MSKU"].clone(), row["Disposition"].clone());
            let before = last.insert(key, number("Ending Warehouse Balance"));
            assert!(before.is_none_or(|before| before == number("Starting Warehouse Balance")), "{period}: {row:?}");
        }
        let now = of("GET_FBA_MYI_UNSUPPRESSED_INVENTORY_DATA").await;
        for stock in now {
            let units: i64 = stock["afn-warehouse-quantity"].parse().unwrap();
            let end = last.get(&(stock["sku"].clone(), "SELLABLE".to_owned())).copied().unwrap_or_default();
            assert_eq!(end, units, "{period}: {stock:?}");
        }
    }
}

#[tokio::test]
async fn a_report_is_as_long_as_requested_and_takes_no_memory() {
    // The room for documents holds a tenth of this one.
    let sandbox = builder().document_bytes(1 << 20).start().await.unwrap();
    let caller = Caller::new(&sandbox).await.at(US);
    let long = with_option(request(ORDERS, US), "sandboxRows", "100000");
    let report = ended(&caller, &long).await;
    let downloaded = presigned(Client::new().get(url(&caller, &report).await)).await;
    let mut ids = HashSet::new();
    let unpacked = downloaded.unpacked();
    assert!(unpacked.len() > 10 << 20);
    let mut lines = BufReader::new(&unpacked[..]).lines().map(Result::unwrap);
    let header = lines.next().unwrap();
    let place = header.split('\t').position(|name| name == "order-item-id").expect("an item id");
    let items = lines.map(|line| line.split('\t').nth(place).expect("an item").to_owned());
    assert_eq!(items.map(|id| ids.insert(id)).filter(|is_new| *is_new).count(), 100_000);
    // Another download has the same bytes.
    let again = presigned(Client::new().get(url(&caller, &report).await)).await;
    assert_eq!(again.bytes, downloaded.bytes);
    // The first rows are those of the ordinary report.
    let short = text(&caller, &ended(&caller, &request(ORDERS, US)).await).await;
    assert!(unpacked.starts_with(short.as_bytes()));
    let wrong = with_option(request(ORDERS, US), "sandboxRows", "many");
    assert_eq!(ended(&caller, &wrong).await["processingStatus"], "FATAL");
}

#[tokio::test]
async fn a_long_document_can_be_cut_and_damaged() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await.at(US);
    let report = ended(&caller, &with_option(request(ORDERS, US), "sandboxRows", "50000")).await;
    let whole = presigned(Client::new().get(url(&caller, &report).await)).await.bytes;
    sandbox.fault(Fault::new("documents", FaultKind::CorruptGzip).times(1)).unwrap();
    let damaged = presigned(Client::new().get(url(&caller, &report).await)).await.bytes;
    assert_eq!(damaged.len(), whole.len());
    let wrong: Vec<usize> = (0..whole.len()).filter(|place| damaged[*place] != whole[*place]).collect();
    assert_eq!(wrong, [whole.len() - 8], "the checksum");
    sandbox.fault(Fault::new("documents", FaultKind::CutBody).times(1)).unwrap();
    let mut cut = Client::new().get(url(&caller, &report).await).send().await.unwrap();
    let mut read = 0;
    let end = loop {
        match cut.chunk().await {
            Ok(Some(part)) => read += part.len(),
            end => break end,
        }
    };
    assert!(end.is_err() && read < whole.len(), "{end:?} after {read} bytes");
    // The rest of the document can be requested, here from the middle of a frame.
    let url = url(&caller, &report).await;
    let from = whole.len() / 3;
    let rest = presigned(Client::new().get(&url).header("range", format!("bytes={from}-"))).await;
    assert_eq!((rest.status, &rest.bytes[..]), (206, &whole[from..]));
    let tag = rest.header("etag").unwrap().to_owned();
    let part = Client::new().get(&url).header("range", "bytes=5-99").header("if-range", &tag);
    let part = presigned(part).await;
    let range = format!("bytes 5-99/{}", whole.len());
    assert_eq!((part.header("content-range"), &part.bytes[..]), (Some(range.as_str()), &whole[5..100]));
    presigned(Client::new().get(&url).header("range", format!("bytes={}-", whole.len())))
        .await
        .refused(416, "InvalidRange");
}

#[tokio::test]
async fn a_report_that_is_requested_too_soon_is_cancelled_and_no_other() {
    let clock = Clock::stopped_at(now());
    let sandbox = builder().limits(Limits::AmazonSandbox).clock(clock.clone()).start().await.unwrap();
    let caller = Caller::new(&sandbox).await.at(US);
    let status = async |kind: &str| ended(&caller, &request(kind, US)).await["processingStatus"].clone();
    let inventory = "GET_AFN_INVENTORY_DATA";
    assert_eq!(status(inventory).await, "DONE");
    assert_eq!(status(inventory).await, "CANCELLED");
    assert_eq!(status("GET_FBA_MYI_UNSUPPRESSED_INVENTORY_DATA").await, "DONE");
    clock.advance(Duration::from_secs(30 * 60));
    assert_eq!(status(inventory).await, "DONE");
}

#[tokio::test]
async fn a_test_chooses_how_a_report_ends() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await.at(US);
    for (end, status, has_document) in [
        ("done", "DONE", true),
        ("cancelled", "CANCELLED", false),
        ("fatal", "FATAL", true),
        ("fatalWithoutReason", "FATAL", false),
        ("unknown", "FATAL", true),
    ] {
        let report = ended(&caller, &with_option(request(ORDERS, US), "sandboxEnd", end)).await;
        assert_eq!(report["processingStatus"], status, "{end}");
        assert_eq!(report.get("reportDocumentId").is_some(), has_document, "{end}");
    }
}

/// The JSON reports that connectors read, with their options and the period of the test's range.
pub const JSON: [(&str, &[(&str, &str)]); 12] = [
    ("GET_BRAND_ANALYTICS_MARKET_BASKET_REPORT", &[("reportPeriod", "WEEK")]),
    ("GET_BRAND_ANALYTICS_ALTERNATE_PURCHASE_REPORT", &[("reportPeriod", "WEEK")]),
    ("GET_BRAND_ANALYTICS_ITEM_COMPARISON_REPORT", &[("reportPeriod", "WEEK")]),
    ("GET_BRAND_ANALYTICS_REPEAT_PURCHASE_REPORT", &[("reportPeriod", "WEEK")]),
    ("GET_BRAND_ANALYTICS_SEARCH_TERMS_REPORT", &[("reportPeriod", "WEEK")]),
    ("GET_VENDOR_FORECASTING_REPORT", &[("sellingProgram", "RETAIL")]),
    (
        "GET_VENDOR_SALES_REPORT",
        &[("reportPeriod", "WEEK"), ("distributorView", "SOURCING"), ("sellingProgram", "RETAIL")],
    ),
    (
        "GET_VENDOR_INVENTORY_REPORT",
        &[("reportPeriod", "WEEK"), ("distributorView", "SOURCING"), ("sellingProgram", "RETAIL")],
    ),
    ("GET_VENDOR_TRAFFIC_REPORT", &[("reportPeriod", "WEEK")]),
    ("GET_VENDOR_NET_PURE_PRODUCT_MARGIN_REPORT", &[("reportPeriod", "WEEK")]),
    ("GET_VENDOR_REAL_TIME_INVENTORY_REPORT", &[]),
    ("GET_SALES_AND_TRAFFIC_REPORT", &[("asinGranularity", "SKU")]),
];

/// A request for the week from 8 to 14 November; for the report by the hour, of some hours of 21 November.
pub fn weekly(kind: &str, options: &[(&str, &str)]) -> Value {
    let options: HashMap<&str, &str> = options.iter().copied().collect();
    let first = if kind.contains("REAL_TIME") { "2026-11-21T20:30:00Z" } else { "2026-11-08T00:00:00Z" };
    let last = if kind.contains("REAL_TIME") { "2026-11-21T23:59:59Z" } else { "2026-11-14T23:59:59Z" };
    let mut request = json!({
        "reportType": kind,
        "marketplaceIds": [US],
        "dataStartTime": first,
        "dataEndTime": last,
        "reportOptions": options,
    });
    // This one takes no range.
    if kind.contains("FORECASTING") {
        for name in ["dataStartTime", "dataEndTime"] {
            request.as_object_mut().unwrap().remove(name);
        }
    }
    request
}

async fn json_of(caller: &Caller, request: &Value) -> Value {
    let report = ended(caller, request).await;
    assert_eq!(report["processingStatus"], "DONE", "{request}");
    serde_json::from_str(&text(caller, &report).await).expect("JSON")
}

#[tokio::test]
async fn json_reports_have_all_columns_that_every_layout_has() {
    let sandbox = builder().orders(600).start().await.unwrap();
    let caller = Caller::new(&sandbox).await.at(US);
    for (kind, options) in JSON {
        let report = json_of(&caller, &weekly(kind, options)).await;
        assert_eq!(report["reportSpecification"]["reportType"], kind);
        for rows in spapi_rows::report(kind).expect("known rows").rows {
            let list = report[rows.at.expect("a path")].as_array().unwrap_or_else(|| panic!("{kind}: {}", rows.name));
            assert!(!list.is_empty(), "{kind}: {}", rows.name);
            for column in rows.columns.iter().filter(|column| column.required) {
                let path = format!("/{}", column.name.replace('.', "/"));
                let missing = list.iter().find(|row| row.pointer(&path).is_none_or(Value::is_null));
                assert!(missing.is_none(), "{kind} lacks {path}: {missing:?}");
            }
        }
    }
}

#[tokio::test]
async fn vendors_see_the_sales_and_traffic_of_the_same_week() {
    let sandbox = builder().orders(600).start().await.unwrap();
    let caller = Caller::new(&sandbox).await.at(US);
    let of = async |kind: &str| {
        let (_, options) = JSON.iter().find(|(known, _)| *known == kind).expect("a known type");
        json_of(&caller, &weekly(kind, options)).await
    };
    let sum = |report: &Value, list: &str, path: &str| -> i64 {
        let rows = report[list].as_array().expect(list);
        rows.iter().map(|row| (row.pointer(path).and_then(Value::as_f64).expect(path) * 100.0).round() as i64).sum()
    };
    let (seller, sales) = (of("GET_SALES_AND_TRAFFIC_REPORT").await, of("GET_VENDOR_SALES_REPORT").await);
    for (path, of_seller) in [
        ("/orderedUnits", "/salesByDate/unitsOrdered"),
        ("/orderedRevenue/amount", "/salesByDate/orderedProductSales/amount"),
        ("/shippedRevenue/amount", "/salesByDate/shippedProductSales/amount"),
        ("/customerReturns", "/salesByDate/unitsRefunded"),
    ] {
        let expected = sum(&seller, "salesAndTrafficByDate", of_seller);
        assert_eq!(sum(&sales, "salesByAsin", path), expected, "{path}");
        assert_eq!(sum(&sales, "salesAggregate", path), expected, "{path}");
    }
    let views = sum(&seller, "salesAndTrafficByDate", "/trafficByDate/pageViews");
    let traffic = of("GET_VENDOR_TRAFFIC_REPORT").await;
    assert_eq!(sum(&traffic, "trafficByAsin", "/glanceViews"), views);
    let stock = of("GET_VENDOR_INVENTORY_REPORT").await;
    let units = "/sellableOnHandInventoryUnits";
    assert_eq!(sum(&stock, "inventoryByAsin", units), sum(&stock, "inventoryAggregate", units));
    // Only the whole hours from 21 to 23 o'clock, of each of the eight products.
    let hours = of("GET_VENDOR_REAL_TIME_INVENTORY_REPORT").await;
    assert_eq!(hours["reportData"].as_array().unwrap().len(), 2 * 8);
}

#[tokio::test]
async fn a_range_that_does_not_fit_its_period_fails_and_names_the_option() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await.at(US);
    let kind = "GET_BRAND_ANALYTICS_SEARCH_TERMS_REPORT";
    let mut two_weeks = weekly(kind, &[("reportPeriod", "WEEK")]);
    two_weeks["dataStartTime"] = json!("2026-11-01T00:00:00Z");
    let mut many_days = weekly("GET_VENDOR_TRAFFIC_REPORT", &[("reportPeriod", "DAY")]);
    many_days["dataStartTime"] = json!("2026-10-25T00:00:00Z");
    for (request, reason) in [
        (weekly(kind, &[]), "reportPeriod"),
        (weekly(kind, &[("reportPeriod", "MONTH")]), "first and last days of a MONTH"),
        (weekly(kind, &[("reportPeriod", "DECADE")]), "DECADE"),
        (two_weeks, "one WEEK only"),
        (many_days, "at most 15"),
    ] {
        let report = ended(&caller, &request).await;
        assert_eq!(report["processingStatus"], "FATAL", "{request}");
        let said = text(&caller, &report).await;
        assert!(said.contains(reason), "{said}");
    }
}

/// All rows of a type in an XML report.
fn xml_rows<T: spapi_rows::Row>(text: &str) -> Vec<T> {
    let mut reader = spapi_rows::XmlReader::<T>::new();
    reader.push(text);
    reader.end();
    std::iter::from_fn(|| reader.try_next().expect("readable rows")).collect()
}

#[tokio::test]
async fn xml_orders_are_those_of_the_flat_file() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    for marketplace in [JP, US, DE] {
        let caller = caller.at(marketplace);
        let flat = rows(&caller, &request(ORDERS, marketplace)).await;
        let xml = ended(&caller, &request("GET_XML_ALL_ORDERS_DATA_BY_ORDER_DATE_GENERAL", marketplace)).await;
        let xml = text(&caller, &xml).await;
        let items = xml_rows::<spapi_rows::XmlOrderItemRow>(&xml);
        assert_eq!(items.len(), flat.len());
        for (item, row) in items.iter().zip(&flat) {
            assert_eq!((&item.amazon_order_id, &item.asin), (&row["amazon-order-id"], &row["asin"]));
            assert_eq!(item.quantity.unwrap().to_string(), row["quantity"]);
        }
        let orders = xml_rows::<spapi_rows::XmlOrderRow>(&xml);
        let ids: HashSet<&String> = flat.iter().map(|row| &row["amazon-order-id"]).collect();
        assert_eq!(orders.len(), ids.len());
        let prices = xml_rows::<spapi_rows::XmlOrderItemPriceRow>(&xml);
        assert!(prices.iter().any(|price| price.price_type == "Principal"), "{prices:?}");
    }
}

#[tokio::test]
async fn a_schedule_makes_the_restricted_orders_in_xml() {
    let clock = Clock::stopped_at(now());
    let sandbox = builder().clock(clock.clone()).start().await.unwrap();
    let caller = Caller::new(&sandbox).await.at(US);
    let kind = "GET_ORDER_REPORT_DATA_SHIPPING";
    let schedule = json!({
        "reportType": kind,
        "marketplaceIds": [US],
        "period": "P1D",
        "nextReportCreationTime": "2026-11-22T09:00:00Z",
    });
    assert_eq!(caller.post(SCHEDULES, &schedule).await.status, 201);
    let mut report = Value::Null;
    for _ in 0..3 {
        report = caller.body(REPORTS, &[("reportTypes", kind)]).await["reports"][0].clone();
    }
    let path = format!("{DOCUMENTS}/{}", report["reportDocumentId"].as_str().expect("a document"));
    caller.get(&path, &[]).await.error(403, "Unauthorized");
    let xml = text(&caller, &report).await;
    let orders = xml_rows::<spapi_rows::XmlOrderReportRow>(&xml);
    assert!(!orders.is_empty());
    for order in orders {
        let known = caller.body(&format!("/orders/v0/orders/{}", order.amazon_order_id), &[]).await;
        assert_eq!(known["payload"]["FulfillmentChannel"], "MFN", "{known}");
    }
}

#[tokio::test]
async fn the_tree_of_categories_can_be_asked_for_in_parts() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await.at(US);
    let kind = "GET_XML_BROWSE_TREE_DATA";
    for (option, value, expected) in
        [("RootNodesOnly", "false", 13), ("RootNodesOnly", "true", 1), ("BrowseNodeId", "1000003", 1)]
    {
        let report = ended(&caller, &with_option(request(kind, US), option, value)).await;
        let xml = text(&caller, &report).await;
        let nodes = xml_rows::<spapi_rows::BrowseNodeRow>(&xml);
        assert_eq!(nodes.len(), expected, "{option}");
        let children = xml_rows::<spapi_rows::BrowseNodeChildRow>(&xml);
        assert_eq!(children.len(), if option == "BrowseNodeId" { 0 } else { 12 }, "{option}");
    }
    let none = ended(&caller, &with_option(request(kind, US), "BrowseNodeId", "7")).await;
    assert_eq!(none["processingStatus"], "CANCELLED");
}
