//! Reports: their steps, documents and schedules, and that they agree with the orders.

use crate::support::{Caller, DE, Downloaded, JP, US, builder, presigned};
use reqwest::Client;
use serde_json::{Value, json};
use spapi_sandbox::{ContentType, Limits, Sandbox};
use std::collections::{HashMap, HashSet};
use std::time::Duration;

const REPORTS: &str = "/reports/2021-06-30/reports";
const DOCUMENTS: &str = "/reports/2021-06-30/documents";
const SCHEDULES: &str = "/reports/2021-06-30/schedules";
const BY_ORDER_DATE: &str = "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_ORDER_DATE_GENERAL";
const LISTINGS: &str = "GET_MERCHANT_LISTINGS_ALL_DATA";
const SETTLEMENT: &str = "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2";
const SALES: &str = "GET_SALES_AND_TRAFFIC_REPORT";
const UNSHIPPED: &str = "GET_FLAT_FILE_ACTIONABLE_ORDER_DATA_SHIPPING";
const SINCE: &str = "2026-11-01T00:00:00Z";
const MINUTE: Duration = Duration::from_secs(60);

fn order(kind: &str, marketplace: &str) -> Value {
    json!({ "reportType": kind, "marketplaceIds": [marketplace], "dataStartTime": SINCE })
}

async fn create(caller: &Caller, order: &Value) -> String {
    let answer = caller.post(REPORTS, order).await;
    assert_eq!(answer.status, 202, "{:?}", answer.body);
    format!("{REPORTS}/{}", answer.body["reportId"].as_str().expect("an id"))
}

/// Polls until the report has ended.
async fn ended(caller: &Caller, order: &Value) -> Value {
    let path = create(caller, order).await;
    for _ in 0..3 {
        let report = caller.body(&path, &[]).await;
        if !report["processingStatus"].as_str().unwrap().starts_with("IN_") {
            return report;
        }
    }
    panic!("{order}: it does not end");
}

async fn url(caller: &Caller, report: &Value, query: &[(&str, &str)]) -> String {
    let id = report["reportDocumentId"].as_str().expect("a document");
    let document = caller.body(&format!("{DOCUMENTS}/{id}"), query).await;
    assert_eq!(document["reportDocumentId"], json!(id));
    document["url"].as_str().expect("a URL").to_owned()
}

async fn download(caller: &Caller, report: &Value) -> Downloaded {
    presigned(Client::new().get(url(caller, report, &[]).await)).await
}

async fn text(caller: &Caller, report: &Value) -> String {
    let downloaded = download(caller, report).await;
    assert_eq!(downloaded.status, 200);
    let content_type = downloaded.header("content-type").expect("a content type").to_owned();
    let bytes = downloaded.unpacked();
    let label = content_type.split("charset=").nth(1).expect("a charset").replace("Cp1252", "windows-1252");
    let encoding = encoding_rs::Encoding::for_label(label.as_bytes()).expect("a known charset");
    encoding.decode_without_bom_handling_and_without_replacement(&bytes).expect("the charset that it says").into_owned()
}

fn rows(text: &str) -> Vec<HashMap<&str, &str>> {
    let mut lines = text.lines();
    let columns: Vec<&str> = lines.next().expect("columns").split('\t').collect();
    lines
        .map(|line| {
            let values: Vec<&str> = line.split('\t').collect();
            assert_eq!(values.len(), columns.len(), "{line}");
            columns.iter().copied().zip(values).collect()
        })
        .collect()
}

#[tokio::test]
async fn a_report_is_queued_then_in_progress_then_done() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await.at(US);
    let path = create(&caller, &order(BY_ORDER_DATE, US)).await;
    let waiting = caller.body(&path, &[]).await;
    assert_eq!(waiting["processingStatus"], json!("IN_QUEUE"));
    assert_eq!(waiting["createdTime"], json!("2026-11-22T09:00:00Z"));
    assert_eq!(waiting["dataStartTime"], json!(SINCE));
    assert!(waiting.get("processingStartTime").is_none() && waiting.get("reportDocumentId").is_none());
    sandbox.clock().advance(MINUTE);
    let working = caller.body(&path, &[]).await;
    assert_eq!(working["processingStatus"], json!("IN_PROGRESS"));
    assert_eq!(working["processingStartTime"], json!("2026-11-22T09:01:00Z"));
    sandbox.clock().advance(MINUTE);
    let done = caller.body(&path, &[]).await;
    assert_eq!(done["processingStatus"], json!("DONE"));
    assert_eq!(done["processingEndTime"], json!("2026-11-22T09:02:00Z"));
    assert!(done["reportDocumentId"].is_string());
    assert_eq!(caller.body(&path, &[]).await, done, "the final status stays");

    // A client that only lists sees it end too.
    create(&caller, &order(LISTINGS, US)).await;
    let mut seen = Vec::new();
    for _ in 0..3 {
        let list = caller.body(REPORTS, &[("reportTypes", LISTINGS)]).await;
        seen.push(list["reports"][0]["processingStatus"].as_str().unwrap().to_owned());
    }
    assert_eq!(seen, ["IN_QUEUE", "IN_PROGRESS", "DONE"]);
}

#[tokio::test]
async fn the_orders_report_has_the_orders_of_the_api() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    for marketplace in [JP, US, DE] {
        let caller = caller.at(marketplace);
        let query = [("MarketplaceIds", marketplace), ("CreatedAfter", SINCE)];
        let orders = caller.body("/orders/v0/orders", &query).await["payload"]["Orders"].clone();
        let orders = orders.as_array().unwrap();
        let text = text(&caller, &ended(&caller, &order(BY_ORDER_DATE, marketplace)).await).await;
        let rows = rows(&text);
        let ids: HashSet<&str> = rows.iter().map(|row| row["amazon-order-id"]).collect();
        let expected: HashSet<&str> = orders.iter().map(|order| order["AmazonOrderId"].as_str().unwrap()).collect();
        assert!(expected.len() > 10);
        assert_eq!(ids, expected);
        for order in orders {
            let id = order["AmazonOrderId"].as_str().unwrap();
            let items = caller.body(&format!("/orders/v0/orders/{id}/orderItems"), &[]).await;
            let items = items["payload"]["OrderItems"].as_array().unwrap();
            let rows: Vec<_> = rows.iter().filter(|row| row["amazon-order-id"] == id).collect();
            assert_eq!(rows.len(), items.len(), "a row for each item");
            for (row, item) in rows.iter().zip(items) {
                assert_eq!(row["asin"], item["ASIN"]);
                assert_eq!(row["quantity"], item["QuantityOrdered"].to_string());
                assert_eq!(row["item-price"], item["ItemPrice"]["Amount"].as_str().unwrap_or_default());
                let points = item["PointsGranted"]["PointsNumber"].as_i64().map(|points| points.to_string());
                if !row["item-price"].is_empty() && marketplace == JP {
                    assert_eq!(row["points-granted"], points.unwrap_or_default());
                }
                assert_eq!(row.contains_key("points-granted"), marketplace == JP);
            }
        }
        let by_update = "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL";
        let by_update = self::text(&caller, &ended(&caller, &self::order(by_update, marketplace)).await).await;
        let query = [("MarketplaceIds", marketplace), ("LastUpdatedAfter", SINCE)];
        let updated = caller.body("/orders/v0/orders", &query).await["payload"]["Orders"].clone();
        let ids: HashSet<&str> = self::rows(&by_update).iter().map(|row| row["amazon-order-id"]).collect();
        assert_eq!(ids.len(), updated.as_array().unwrap().len());
    }
}

#[tokio::test]
async fn flat_files_have_the_charset_of_their_marketplace() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    for (marketplace, content_type, title) in [
        (JP, "text/plain; charset=Shift_JIS", "深蒸し煎茶 100g 袋入り"),
        (US, "text/plain; charset=UTF-8", "Glass Coffee Press, 34 oz"),
        (DE, "text/plain; charset=Cp1252", "Handfilter aus Porzellan, Größe 4"),
    ] {
        let caller = caller.at(marketplace);
        let report = ended(&caller, &order(LISTINGS, marketplace)).await;
        let downloaded = download(&caller, &report).await;
        assert_eq!(downloaded.header("content-type"), Some(content_type));
        let text = text(&caller, &report).await;
        assert!(text.contains(title), "{text}");
        let rows = rows(&text);
        assert_eq!(rows.len(), 12);
        let header = match marketplace {
            JP => "出品者SKU",
            DE => "Händler-SKU",
            _ => "seller-sku",
        };
        assert!(rows.iter().all(|row| !row[header].is_empty()));
        // Shift_JIS has no é, and Amazon writes a question mark for what a charset lacks.
        let lossy = rows.iter().any(|row| row[header].starts_with("Caf?"));
        assert_eq!(lossy, marketplace == JP);
    }
    let mut english = order(LISTINGS, JP);
    english["reportOptions"] = json!({ "preferredReportDocumentLocale": "en_US" });
    assert!(text(&caller, &ended(&caller, &english).await).await.starts_with("item-name\t"));
}

#[tokio::test]
async fn documents_are_compressed_and_say_so_as_requested() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await.at(US);
    let report = ended(&caller, &order(LISTINGS, US)).await;
    let id = report["reportDocumentId"].as_str().unwrap();
    let document = caller.body(&format!("{DOCUMENTS}/{id}"), &[]).await;
    assert_eq!(document["compressionAlgorithm"], json!("GZIP"));
    let plain = download(&caller, &report).await;
    assert_eq!(plain.header("content-encoding"), Some("identity"));
    let url = url(&caller, &report, &[("enableContentEncodingUrlHeader", "true")]).await;
    let encoded = presigned(Client::new().get(url)).await;
    assert_eq!(encoded.header("content-encoding"), Some("gzip"));
    assert_eq!(encoded.bytes, plain.bytes);
    assert!(plain.unpacked().starts_with(b"item-name\t"));

    let sandbox = builder().compressed_documents(false).start().await.unwrap();
    let caller = Caller::new(&sandbox).await.at(US);
    let report = ended(&caller, &order(LISTINGS, US)).await;
    let id = report["reportDocumentId"].as_str().unwrap();
    assert!(caller.body(&format!("{DOCUMENTS}/{id}"), &[]).await.get("compressionAlgorithm").is_none());
    let plain = download(&caller, &report).await;
    assert!(plain.text().starts_with("item-name\t"));
    assert_eq!(plain.header("content-encoding"), Some("identity"));
}

#[tokio::test]
async fn a_content_type_may_be_missing_or_wrong() {
    for (says, jp, us) in [
        (ContentType::Missing, None, None),
        (ContentType::Lying, Some("text/plain; charset=UTF-8"), Some("text/plain; charset=Cp1252")),
    ] {
        let sandbox = builder().document_content_type(says).start().await.unwrap();
        let caller = Caller::new(&sandbox).await;
        for (marketplace, expected) in [(JP, jp), (US, us)] {
            let caller = caller.at(marketplace);
            let downloaded = download(&caller, &ended(&caller, &order(LISTINGS, marketplace)).await).await;
            assert_eq!(downloaded.header("content-type"), expected);
            assert_eq!(std::str::from_utf8(&downloaded.unpacked()).is_err(), marketplace == JP);
        }
    }
}

#[tokio::test]
async fn a_report_may_set_its_own_content_type() {
    let sandbox = builder().document_content_type(ContentType::Missing).start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    let asking = |says: &str| {
        let mut order = order(LISTINGS, JP);
        order["reportOptions"] = json!({ "sandboxContentType": says });
        order
    };
    for (order, expected) in [
        (order(LISTINGS, JP), None),
        (asking("truthful"), Some("text/plain; charset=Shift_JIS")),
        (asking("lying"), Some("text/plain; charset=UTF-8")),
        (asking("missing"), None),
    ] {
        let downloaded = download(&caller, &ended(&caller, &order).await).await;
        assert_eq!(downloaded.header("content-type"), expected, "{order}");
        assert!(
            std::str::from_utf8(&downloaded.unpacked()).is_err(),
            "the document is in Shift_JIS, whatever its content type says"
        );
    }
    let wrong = ended(&caller, &asking("gone")).await;
    assert_eq!(wrong["processingStatus"], json!("FATAL"));
    let why = String::from_utf8(download(&caller, &wrong).await.unpacked()).unwrap();
    assert!(why.contains("sandboxContentType") && why.contains("truthful, missing, lying"), "{why}");
}

#[tokio::test]
async fn a_url_is_valid_for_five_minutes() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await.at(US);
    let report = ended(&caller, &order(LISTINGS, US)).await;
    let url = url(&caller, &report, &[]).await;
    sandbox.clock().advance(5 * MINUTE - Duration::from_secs(1));
    assert_eq!(presigned(Client::new().get(&url)).await.status, 200);
    sandbox.clock().advance(Duration::from_secs(1));
    let expired = presigned(Client::new().get(&url)).await;
    expired.refused(403, "AccessDenied");
    assert!(expired.text().contains("<Message>Request has expired</Message>"));
    assert_eq!(download(&caller, &report).await.status, 200, "a new URL goes");

    let url = self::url(&caller, &report, &[]).await;
    let (path, query) = url.split_once('?').unwrap();
    presigned(Client::new().get(path)).await.refused(403, "AccessDenied");
    presigned(Client::new().get(format!("{path}0?{query}"))).await.refused(403, "SignatureDoesNotMatch");
    presigned(Client::new().get(format!("{url}0"))).await.refused(403, "SignatureDoesNotMatch");
    presigned(Client::new().put(&url).body("x")).await.refused(403, "SignatureDoesNotMatch");
    let with_token = Client::new().get(&url).header("x-amz-access-token", "Atza|1");
    presigned(with_token).await.refused(403, "SignatureDoesNotMatch");
}

#[tokio::test]
async fn a_part_of_a_document_can_be_downloaded() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await.at(US);
    let report = ended(&caller, &order(LISTINGS, US)).await;
    let url = url(&caller, &report, &[]).await;
    let whole = presigned(Client::new().get(&url)).await;
    let (length, tag) = (whole.bytes.len(), whole.header("etag").unwrap().to_owned());
    assert!(length > 200 && tag.starts_with('"'), "{length} {tag}");
    assert_eq!(whole.header("accept-ranges"), Some("bytes"));
    let get = async |range: &str, tag: Option<&str>| {
        let request = Client::new().get(&url).header("range", range);
        presigned(match tag {
            Some(tag) => request.header("if-range", tag),
            None => request,
        })
        .await
    };
    for (range, first, last) in
        [("bytes=0-9", 0, 9), ("bytes=100-", 100, length - 1), ("bytes=-5", length - 5, length - 1)]
    {
        for known in [None, Some(tag.as_str())] {
            let part = get(range, known).await;
            assert_eq!(part.status, 206, "{range}");
            assert_eq!(part.header("content-range"), Some(format!("bytes {first}-{last}/{length}").as_str()));
            assert_eq!(
                (part.header("etag"), part.header("content-type")),
                (Some(tag.as_str()), whole.header("content-type"))
            );
            assert_eq!(part.bytes, whole.bytes[first..=last], "{range}");
        }
    }
    for (range, known) in [("bytes=100-", Some("\"other\"")), ("bytes=0-1,3-4", None), ("rows=1", None)] {
        let answer = get(range, known).await;
        assert_eq!((answer.status, &answer.bytes), (200, &whole.bytes), "{range}");
    }
    let outside = get(&format!("bytes={length}-"), Some(&tag)).await;
    outside.refused(416, "InvalidRange");
    assert_eq!(outside.header("content-range"), Some(format!("bytes */{length}").as_str()));
    // The same bytes have the same tag, and others another.
    assert_eq!(
        presigned(Client::new().get(self::url(&caller, &report, &[]).await)).await.header("etag"),
        Some(tag.as_str())
    );
    let other = ended(&caller, &order(BY_ORDER_DATE, US)).await;
    assert_ne!(download(&caller, &other).await.header("etag"), Some(tag.as_str()));
}

#[tokio::test]
async fn what_a_type_does_not_have_fails_the_report_with_the_reason() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await.at(US);
    let with = |kind: &str, options: Value| {
        let mut order = order(kind, US);
        order["reportOptions"] = options;
        order
    };
    let without_range =
        |kind: &str, options: Value| json!({ "reportType": kind, "marketplaceIds": [US], "reportOptions": options });
    let promotions = "GET_FBA_FULFILLMENT_CUSTOMER_SHIPMENT_PROMOTION_DATA";
    let tree = "GET_XML_BROWSE_TREE_DATA";
    for (order, reason) in [
        (with(LISTINGS, json!({ "colour": "red" })), "no option \\\"colour\\\"; it has custom"),
        (with(BY_ORDER_DATE, json!({ "colour": "red" })), "it has none"),
        (with(LISTINGS, json!({ "custom": "maybe" })), "true, false"),
        (with(SALES, json!({ "asinGranularity": "ALL" })), "PARENT, CHILD, SKU"),
        (with(tree, json!({ "MarketplaceId": "Earth" })), "the id of a marketplace"),
        (without_range(SALES, json!({})), "needs dataStartTime"),
        (with("GET_VENDOR_FORECASTING_REPORT", json!({ "sellingProgram": "RETAIL" })), "takes no dataStartTime"),
        (without_range("GET_VENDOR_FORECASTING_REPORT", json!({})), "sellingProgram"),
    ] {
        let report = ended(&caller, &order).await;
        assert_eq!(report["processingStatus"], json!("FATAL"), "{order}");
        let said = text(&caller, &report).await;
        assert!(said.contains(reason), "{said}");
    }
    let in_japan = caller.at(JP);
    let report = ended(&in_japan, &order(promotions, JP)).await;
    assert_eq!(report["processingStatus"], json!("FATAL"));
    assert!(text(&in_japan, &report).await.contains("has no report of the type"));
    // A start before the history of the type gives no data.
    let mut early = order("GET_LEDGER_DETAIL_VIEW_DATA", US);
    early["dataStartTime"] = json!("2025-05-01T00:00:00Z");
    assert_eq!(ended(&caller, &early).await["processingStatus"], json!("CANCELLED"));
    early["dataStartTime"] = json!("2025-06-01T00:00:00Z");
    assert_eq!(ended(&caller, &early).await["processingStatus"], json!("DONE"));
}

#[tokio::test]
async fn a_report_without_data_is_cancelled_and_an_impossible_one_is_fatal() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await.at(US);
    let mut nothing = order(BY_ORDER_DATE, US);
    nothing["dataStartTime"] = json!("2020-01-01T00:00:00Z");
    nothing["dataEndTime"] = json!("2020-01-02T00:00:00Z");
    let without_range = json!({ "reportType": BY_ORDER_DATE, "marketplaceIds": [US] });
    let mut long_ago = order(SALES, US);
    long_ago["dataStartTime"] = json!("2024-11-01T00:00:00Z");
    for order in [nothing, without_range, long_ago] {
        let report = ended(&caller, &order).await;
        assert_eq!(report["processingStatus"], json!("CANCELLED"), "{order}");
        assert!(report.get("reportDocumentId").is_none());
    }
    let mut too_long = order(BY_ORDER_DATE, US);
    too_long["dataStartTime"] = json!("2026-10-01T00:00:00Z");
    let mut wrong_option = order(SALES, US);
    wrong_option["reportOptions"] = json!({ "dateGranularity": "YEAR" });
    for (order, reason) in
        [(too_long, "30 days"), (wrong_option, "YEAR"), (order("END_USER_DATA_REPORT", US), "Amazon.com")]
    {
        let report = ended(&caller, &order).await;
        assert_eq!(report["processingStatus"], json!("FATAL"), "{order}");
        let said: Value = serde_json::from_str(&text(&caller, &report).await).unwrap();
        assert!(said["errorDetails"].as_str().unwrap().contains(reason), "{said}");
    }
}

#[tokio::test]
async fn only_a_queued_report_can_be_cancelled() {
    let sandbox = builder().seller("Atzr|second").start().await.unwrap();
    let (caller, other) = (Caller::new(&sandbox).await.at(US), Caller::of(&sandbox, "Atzr|second").await.at(US));
    let path = create(&caller, &order(LISTINGS, US)).await;
    other.get(&path, &[]).await.error(404, "NotFound");
    assert_eq!(other.delete(&path, &[]).await.0, 404);
    assert_eq!(caller.delete(&path, &[]).await, (200, String::new()));
    assert_eq!(caller.body(&path, &[]).await["processingStatus"], json!("CANCELLED"));
    assert_eq!(caller.delete(&path, &[]).await.0, 400);
    let done = ended(&caller, &order(LISTINGS, US)).await;
    assert_eq!(caller.delete(&format!("{REPORTS}/{}", done["reportId"].as_str().unwrap()), &[]).await.0, 400);
    let document = format!("{DOCUMENTS}/{}", done["reportDocumentId"].as_str().unwrap());
    other.get(&document, &[]).await.error(404, "NotFound");
    for path in [format!("{REPORTS}/1"), format!("{DOCUMENTS}/1")] {
        caller.get(&path, &[]).await.error(404, "NotFound");
    }
}

#[tokio::test]
async fn lists_continue_with_only_the_token() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await.at(US);
    let mut created = Vec::new();
    for _ in 0..25 {
        created.push(create(&caller, &order(LISTINGS, US)).await.rsplit_once('/').unwrap().1.to_owned());
        sandbox.clock().advance(Duration::from_secs(1));
    }
    let mut body = caller.body(REPORTS, &[("reportTypes", LISTINGS)]).await;
    let mut seen = Vec::new();
    let mut sizes = Vec::new();
    loop {
        let reports = body["reports"].as_array().unwrap();
        sizes.push(reports.len());
        seen.extend(reports.iter().map(|report| report["reportId"].as_str().unwrap().to_owned()));
        let Some(token) = body.get("nextToken") else { break };
        let token = token.as_str().unwrap();
        let more = caller.get(REPORTS, &[("nextToken", token), ("reportTypes", LISTINGS)]).await;
        assert!(more.error(400, "InvalidInput").contains("only parameter"));
        body = caller.body(REPORTS, &[("nextToken", token)]).await;
    }
    created.reverse();
    assert_eq!((seen, sizes), (created, vec![10, 10, 5]), "the newest first, ten a page");

    let count = async |query: &[(&str, &str)]| {
        let query = [&[("reportTypes", LISTINGS), ("pageSize", "100")], query].concat();
        caller.body(REPORTS, &query).await["reports"].as_array().unwrap().len()
    };
    assert_eq!(count(&[("createdSince", "2026-11-22T09:00:20Z")]).await, 5);
    assert_eq!(count(&[("createdUntil", "2026-11-22T09:00:04Z")]).await, 5);
    assert_eq!(count(&[("marketplaceIds", US)]).await, 25);
    assert_eq!(count(&[("processingStatuses", "IN_QUEUE,IN_PROGRESS")]).await, 0);
    assert_eq!(count(&[("processingStatuses", "DONE")]).await, 25);
    for (query, named) in [
        (vec![], "reportTypes"),
        (vec![("reportTypes", LISTINGS), ("pageSize", "0")], "pageSize"),
        (vec![("reportTypes", LISTINGS), ("processingStatuses", "LATE")], "processingStatuses"),
        (vec![("reportTypes", "1,2,3,4,5,6,7,8,9,10,11")], "reportTypes"),
        (vec![("nextToken", "guess")], "nextToken"),
    ] {
        assert!(caller.get(REPORTS, &query).await.error(400, "InvalidInput").contains(named), "{query:?}");
    }
    sandbox.clock().advance(91 * 24 * 60 * MINUTE);
    let caller = Caller::new(&sandbox).await.at(US);
    assert_eq!(caller.body(REPORTS, &[("reportTypes", LISTINGS)]).await["reports"], json!([]), "kept for 90 days");
}

#[tokio::test]
async fn the_error_of_a_wrong_request_names_the_field() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await.at(US);
    let with = |name: &str, value: Value| {
        let mut order = order(LISTINGS, US);
        order[name] = value;
        order
    };
    for (order, named) in [
        (with("reportType", json!("GET_NOTHING")), "reportType"),
        (with("reportType", json!(SETTLEMENT)), "reportType"),
        (with("marketplaceIds", json!([])), "marketplaceIds"),
        (with("marketplaceIds", json!(vec![US; 26])), "marketplaceIds"),
        (with("marketplaceIds", json!(["A13V1IB3VIYZZH"])), "marketplaceIds"),
        (with("dataStartTime", json!("2026-11-23T00:00:00Z")), "dataStartTime"),
        (with("dataEndTime", json!("2026-10-31T00:00:00Z")), "dataEndTime"),
        (with("dataEndTime", json!("2026-11-22T09:00:01Z")), "dataEndTime"),
        (with("dataEndTime", json!("yesterday")), "dataEndTime"),
        (with("reportOptions", json!({ "custom": true })), "boolean"),
        (json!({ "reportType": LISTINGS }), "marketplaceIds"),
    ] {
        let answer = caller.post(REPORTS, &order).await;
        assert!(answer.error(400, "InvalidInput").contains(named), "{order}: {:?}", answer.body);
    }
}

#[tokio::test]
async fn settlements_exist_without_a_request() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    for (marketplace, currency) in [(JP, "JPY"), (US, "USD"), (DE, "EUR")] {
        let caller = caller.at(marketplace);
        let query = [("reportTypes", SETTLEMENT), ("marketplaceIds", marketplace)];
        let reports = caller.body(REPORTS, &query).await["reports"].clone();
        let reports = reports.as_array().unwrap();
        assert_eq!(reports.len(), 3);
        for report in reports {
            assert_eq!(report["processingStatus"], json!("DONE"));
            let text = text(&caller, report).await;
            let rows = rows(&text);
            let number = |text: &str| -> i64 {
                assert_eq!(text.contains(','), currency == "EUR", "a comma in Europe: {text}");
                assert_eq!(text.contains('.'), currency == "USD", "{text}");
                text.replace([',', '.'], "").parse().unwrap()
            };
            assert_eq!(rows[0]["currency"], currency);
            let total: i64 = rows[1..].iter().map(|row| number(row["amount"])).sum();
            assert_eq!(number(rows[0]["total-amount"]), total);
            assert!(rows.len() > 10, "{text}");
            let points = rows.iter().any(|row| row["amount-description"] == "PointsGranted");
            assert_eq!(points, currency == "JPY");
            // Each order in it was shipped within its period.
            for row in rows.iter().filter(|row| row["transaction-type"] == "Order") {
                let order = caller.body(&format!("/orders/v0/orders/{}", row["order-id"]), &[]).await;
                let updated = order["payload"]["LastUpdateDate"].as_str().unwrap();
                let (from, until) =
                    (report["dataStartTime"].as_str().unwrap(), report["dataEndTime"].as_str().unwrap());
                assert!((from..until).contains(&updated), "{updated}");
            }
        }
    }
}

#[tokio::test]
async fn sales_and_traffic_add_up() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await.at(US);
    for (granularity, first) in [("DAY", "2026-11-03"), ("WEEK", "2026-11-01"), ("MONTH", "2026-11-01")] {
        let mut order = order(SALES, US);
        order["dataStartTime"] = json!("2026-11-03T00:00:00Z");
        order["reportOptions"] = json!({ "dateGranularity": granularity, "asinGranularity": "SKU" });
        let report = ended(&caller, &order).await;
        assert_eq!(download(&caller, &report).await.header("content-type"), Some("application/json; charset=UTF-8"));
        let said: Value = serde_json::from_str(&text(&caller, &report).await).unwrap();
        assert_eq!(said["reportSpecification"]["dataStartTime"], json!(first));
        assert_eq!(said["salesAndTrafficByDate"][0]["date"], json!(first));
        let sum = |list: &str, path: &str| -> i64 {
            let entries = said[list].as_array().unwrap();
            entries.iter().map(|entry| (entry.pointer(path).unwrap().as_f64().unwrap() * 100.0).round() as i64).sum()
        };
        for (by_date, by_asin) in [
            ("/salesByDate/unitsOrdered", "/salesByAsin/unitsOrdered"),
            ("/salesByDate/orderedProductSales/amount", "/salesByAsin/orderedProductSales/amount"),
            ("/trafficByDate/sessions", "/trafficByAsin/sessions"),
            ("/trafficByDate/pageViews", "/trafficByAsin/pageViews"),
        ] {
            let sums = (sum("salesAndTrafficByDate", by_date), sum("salesAndTrafficByAsin", by_asin));
            assert!(sums.0 > 0 && sums.0 == sums.1, "{granularity} {by_date}: {sums:?}");
        }
        assert!(said["salesAndTrafficByAsin"][0]["sku"].is_string());
        if granularity == "MONTH" {
            // The ordered units agree with the orders.
            let query = [("MarketplaceIds", US), ("CreatedAfter", "2026-11-01")];
            let orders = caller.body("/orders/v0/orders", &query).await["payload"]["Orders"].clone();
            let mut units = 0;
            for order in orders.as_array().unwrap().iter().filter(|order| order.get("OrderTotal").is_some()) {
                let id = order["AmazonOrderId"].as_str().unwrap();
                let items = caller.body(&format!("/orders/v0/orders/{id}/orderItems"), &[]).await;
                let items = items["payload"]["OrderItems"].as_array().unwrap();
                units += items.iter().map(|item| item["QuantityOrdered"].as_i64().unwrap()).sum::<i64>();
            }
            assert_eq!(sum("salesAndTrafficByDate", "/salesByDate/unitsOrdered"), 100 * units);
        }
    }
}

#[tokio::test]
async fn end_users_are_buyers_who_share_their_data() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await.at(DE);
    let mut order = order("END_USER_DATA_REPORT", DE);
    order["dataStartTime"] = json!("2026-10-15T00:00:00Z");
    for (period, from, until) in [
        ("DAY", "2026-10-15", "2026-11-22"),
        ("WEEK", "2026-10-18", "2026-11-21"),
        ("MONTH", "2026-11-01", "2026-11-01"),
    ] {
        order["reportOptions"] = json!({ "reportPeriod": period });
        let report = ended(&caller, &order).await;
        let said: Value = serde_json::from_str(&text(&caller, &report).await).unwrap();
        assert_eq!(said["reportSpecification"]["dataStartTime"], json!(from), "{period}");
        assert_eq!(said["reportSpecification"]["dataEndTime"], json!(until), "{period}");
        let people = said["endUserData"].as_array().unwrap();
        // November has not ended.
        assert_eq!(people.is_empty(), period == "MONTH");
        for person in people {
            assert_eq!(person["mailingAddress"]["countryCode"], json!("DE"));
            let metric = &person["asinMetrics"][0];
            let (start, end) = (metric["startDate"].as_str().unwrap(), metric["endDate"].as_str().unwrap());
            assert!(from <= start && start <= end && end <= until, "{metric}");
        }
    }
}

#[tokio::test]
async fn a_restricted_report_needs_a_token_for_its_document() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    let report = ended(&caller, &order(UNSHIPPED, JP)).await;
    let path = format!("{DOCUMENTS}/{}", report["reportDocumentId"].as_str().unwrap());
    caller.get(&path, &[]).await.error(403, "Unauthorized");
    let restricted = caller.restricted(json!([{ "method": "GET", "path": path }])).await;
    let text = text(&restricted, &report).await;
    let rows = rows(&text);
    assert!(!rows.is_empty());
    for row in rows {
        let id = row["order-id"];
        let order = caller.body(&format!("/orders/v0/orders/{id}"), &[]).await["payload"].clone();
        assert!(["Unshipped", "PartiallyShipped"].contains(&order["OrderStatus"].as_str().unwrap()), "{order}");
        assert_eq!(order["FulfillmentChannel"], json!("MFN"));
        assert!(!row["buyer-name"].is_empty() && !row["ship-address-1"].is_empty());
        assert!(!row.contains_key("sales-channel"));
    }
    // Both tokens can open a document without a buyer's data.
    let other = ended(&caller, &order(LISTINGS, JP)).await;
    let path = format!("{DOCUMENTS}/{}", other["reportDocumentId"].as_str().unwrap());
    assert_eq!(caller.get(&path, &[]).await.status, 200);
    let with_token = caller.restricted(json!([{ "method": "GET", "path": path }])).await;
    assert_eq!(with_token.get(&path, &[]).await.status, 200);
    restricted.get(&path, &[]).await.error(403, "Unauthorized");
}

#[tokio::test]
async fn a_schedule_makes_reports_as_time_goes_on() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    let schedule = |period: &str| json!({ "reportType": SALES, "marketplaceIds": [JP], "period": period });
    let answer = caller.post(SCHEDULES, &schedule("PT12H")).await;
    assert_eq!(answer.status, 201, "{:?}", answer.body);
    let id = answer.body["reportScheduleId"].as_str().unwrap();
    let path = format!("{SCHEDULES}/{id}");
    let shown = caller.body(&path, &[]).await;
    assert_eq!(shown["nextReportCreationTime"], json!("2026-11-22T21:00:00Z"));
    assert_eq!(caller.body(SCHEDULES, &[("reportTypes", SALES)]).await["reportSchedules"], json!([shown]));
    caller.get(SCHEDULES, &[]).await.error(400, "InvalidInput");

    sandbox.clock().advance(25 * 60 * MINUTE);
    let caller = Caller::new(&sandbox).await;
    let reports = caller.body(REPORTS, &[("reportTypes", SALES)]).await["reports"].clone();
    let times: Vec<&Value> = reports.as_array().unwrap().iter().map(|report| &report["createdTime"]).collect();
    assert_eq!(times, [&json!("2026-11-23T09:00:00Z"), &json!("2026-11-22T21:00:00Z")]);
    assert_eq!(reports[0]["reportScheduleId"], json!(id));
    assert_eq!(reports[0]["dataStartTime"], json!("2026-11-22T21:00:00Z"));
    assert_eq!(caller.body(&path, &[]).await["nextReportCreationTime"], json!("2026-11-23T21:00:00Z"));

    // A second schedule for the same reports replaces the first.
    let second = caller.post(SCHEDULES, &schedule("P1M")).await.body["reportScheduleId"].clone();
    caller.get(&path, &[]).await.error(404, "NotFound");
    let path = format!("{SCHEDULES}/{}", second.as_str().unwrap());
    assert_eq!(caller.body(&path, &[]).await["nextReportCreationTime"], json!("2026-12-23T10:00:00Z"));
    assert_eq!(caller.delete(&path, &[]).await, (200, String::new()));
    assert_eq!(caller.delete(&path, &[]).await.0, 404);
    for (wrong, named) in [
        (json!({ "reportType": LISTINGS, "marketplaceIds": [JP], "period": "P1D" }), "reportType"),
        (schedule("P1Y"), "period"),
        (
            json!({ "reportType": SALES, "marketplaceIds": [JP], "period": "P1D", "nextReportCreationTime": SINCE }),
            "past",
        ),
    ] {
        assert!(caller.post(SCHEDULES, &wrong).await.error(400, "InvalidInput").contains(named), "{wrong}");
    }
}

#[tokio::test]
async fn reports_have_their_documented_limits() {
    let sandbox: Sandbox = builder().limits(Limits::Documented).start().await.unwrap();
    let caller = Caller::new(&sandbox).await.at(US);
    for _ in 0..15 {
        create(&caller, &order(LISTINGS, US)).await;
    }
    caller.post(REPORTS, &order(LISTINGS, US)).await.error(429, "QuotaExceeded");
}
