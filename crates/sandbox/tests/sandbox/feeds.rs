//! Feeds: uploads, steps and results.

use crate::support::{Caller, DE, Downloaded, JP, US, builder, presigned};
use reqwest::Client;
use serde_json::{Value, json};
use spapi_metadata::FeedType;
use spapi_metadata::document_types::{Format, ProcessingReport};
use spapi_sandbox::{Clock, Sandbox};
use std::time::{Duration, SystemTime};

const FEEDS: &str = "/feeds/2021-06-30/feeds";
const DOCUMENTS: &str = "/feeds/2021-06-30/documents";
const JSON: &str = "application/json; charset=UTF-8";
const TSV: &str = "text/tab-separated-values; charset=UTF-8";
const XML: &str = "text/xml; charset=UTF-8";

/// A new document for an upload: its id and its URL.
async fn document(caller: &Caller, content_type: &str) -> (String, String) {
    let answer = caller.post(DOCUMENTS, &json!({ "contentType": content_type })).await;
    assert_eq!(answer.status, 201, "{:?}", answer.body);
    let text = |name: &str| answer.body[name].as_str().expect("a text").to_owned();
    (text("feedDocumentId"), text("url"))
}

async fn upload(url: &str, content_type: &str, bytes: impl Into<reqwest::Body>) -> Downloaded {
    presigned(Client::new().put(url).header("content-type", content_type).body(bytes)).await
}

async fn create(caller: &Caller, kind: &str, marketplace: &str, document: &str) -> String {
    let feed = json!({ "feedType": kind, "marketplaceIds": [marketplace], "inputFeedDocumentId": document });
    let answer = caller.post(FEEDS, &feed).await;
    assert_eq!(answer.status, 202, "{:?}", answer.body);
    format!("{FEEDS}/{}", answer.body["feedId"].as_str().expect("an id"))
}

/// The feed once it has ended, and its processing report if it has one.
async fn ended(caller: &Caller, path: &str) -> (Value, Option<Downloaded>) {
    let mut feed = Value::Null;
    for _ in 0..3 {
        feed = caller.body(path, &[]).await;
    }
    assert!(!feed["processingStatus"].as_str().unwrap().starts_with("IN_"), "{feed}");
    let Some(id) = feed["resultFeedDocumentId"].as_str() else { return (feed, None) };
    let document = caller.body(&format!("{DOCUMENTS}/{id}"), &[]).await;
    assert_eq!(document["feedDocumentId"], json!(id));
    let report = presigned(Client::new().get(document["url"].as_str().unwrap())).await;
    assert_eq!(report.status, 200);
    (feed, Some(report))
}

async fn submit(
    caller: &Caller,
    kind: &str,
    marketplace: &str,
    content_type: &str,
    bytes: impl Into<reqwest::Body>,
) -> (Value, Option<Downloaded>) {
    let (id, url) = document(caller, content_type).await;
    assert_eq!(upload(&url, content_type, bytes).await.status, 200);
    ended(caller, &create(caller, kind, marketplace, &id).await).await
}

async fn plain() -> Sandbox {
    builder().compressed_documents(false).start().await.unwrap()
}

#[tokio::test]
async fn an_upload_must_have_the_announced_content_type() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    let (id, url) = document(&caller, TSV).await;
    for wrong in ["text/tab-separated-values", "text/tab-separated-values;charset=UTF-8", JSON] {
        upload(&url, wrong, "sku").await.refused(403, "SignatureDoesNotMatch");
    }
    presigned(Client::new().put(&url).body("sku")).await.refused(403, "SignatureDoesNotMatch");
    presigned(Client::new().get(&url)).await.refused(403, "SignatureDoesNotMatch");
    let with_token = Client::new().put(&url).header("content-type", TSV).header("x-amz-access-token", "Atza|1");
    presigned(with_token.body("sku")).await.refused(403, "SignatureDoesNotMatch");
    caller.get(&format!("{DOCUMENTS}/{id}"), &[]).await.error(404, "NotFound");

    sandbox.clock().advance(Duration::from_secs(299));
    assert_eq!(upload(&url, TSV, "sku\tpoints_percent\n").await.status, 200);
    assert_eq!(caller.get(&format!("{DOCUMENTS}/{id}"), &[]).await.status, 200);
    sandbox.clock().advance(Duration::from_secs(1));
    let expired = upload(&url, TSV, "sku").await;
    expired.refused(403, "AccessDenied");
    assert!(expired.text().contains("Request has expired"));
    for wrong in ["", "text/plain\n"] {
        caller.post(DOCUMENTS, &json!({ "contentType": wrong })).await.error(400, "InvalidInput");
    }
}

#[tokio::test]
async fn each_message_of_the_listings_feed_is_validated() {
    let sandbox = plain().await;
    let caller = Caller::new(&sandbox).await.at(DE);
    let header = json!({ "sellerId": "A1SELLER", "version": "2.0" });
    let feed = json!({ "header": header, "messages": [
        { "messageId": 1, "sku": "A/B C+é%", "operationType": "DELETE" },
        { "messageId": 2, "operationType": "DELETE" },
        { "messageId": 3, "sku": "X", "operationType": "PATCH", "productType": "PRODUCT" },
        { "messageId": 4, "sku": "Y", "operationType": "UPDATE" },
        { "messageId": 1, "sku": "Z", "operationType": "DELETE" },
        { "messageId": 6, "sku": "Z", "operationType": "REMOVE" },
        { "messageId": 7, "sku": "V", "operationType": "PARTIAL_UPDATE", "productType": "P", "attributes": { "skip_offer": [{ "value": true }] } },
    ] });
    let (ended, report) = submit(&caller, "JSON_LISTINGS_FEED", DE, JSON, feed.to_string()).await;
    assert_eq!(ended["processingStatus"], json!("DONE"));
    let report: Value = serde_json::from_str(report.unwrap().text()).unwrap();
    assert_eq!(report["header"], json!({ "sellerId": "A1SELLER", "version": "2.0", "feedId": ended["feedId"] }));
    assert_eq!(
        report["summary"],
        json!({ "errors": 6, "warnings": 0, "messagesProcessed": 7, "messagesAccepted": 2, "messagesInvalid": 5 })
    );
    let issues: Vec<(Option<u64>, &str)> = report["issues"]
        .as_array()
        .unwrap()
        .iter()
        .map(|issue| (issue["messageId"].as_u64(), issue["attributeName"].as_str().unwrap()))
        .collect();
    let expected = [
        (Some(2), "sku"),
        (Some(3), "patches"),
        (Some(4), "productType"),
        (Some(4), "attributes"),
        (Some(1), "messageId"),
        (Some(6), "operationType"),
    ];
    assert_eq!(issues, expected);
}

#[tokio::test]
async fn a_text_that_is_not_a_listings_feed_is_fatal_and_says_why() {
    let sandbox = plain().await;
    let caller = Caller::new(&sandbox).await.at(US);
    for (text, why) in [
        ("sku\tprice\n", "not a JSON object"),
        ("[]", "not a JSON object"),
        (r#"{ "messages": [{}] }"#, "sellerId"),
        (r#"{ "header": { "sellerId": "A1", "version": "1.0" }, "messages": [{}] }"#, "version"),
        (r#"{ "header": { "sellerId": "A1", "version": "2.0" }, "messages": [] }"#, "25000"),
    ] {
        let (feed, report) = submit(&caller, "JSON_LISTINGS_FEED", US, JSON, text).await;
        assert_eq!(feed["processingStatus"], json!("FATAL"), "{text}");
        let report: Value = serde_json::from_str(report.unwrap().text()).unwrap();
        let issue = &report["issues"][0];
        assert!(issue["message"].as_str().unwrap().contains(why) && issue.get("messageId").is_none(), "{report}");
        assert_eq!(report["summary"]["messagesProcessed"], json!(0));
    }
}

#[tokio::test]
async fn each_row_of_a_flat_file_is_validated() {
    let sandbox = plain().await;
    let caller = Caller::new(&sandbox).await.at(US);
    let text = "sku\tpoints_percent\r\n茶器-急須01\t5\r\n\t5\r\nB\t101\r\n\r\nC\tfive\r\nHASHI-23\t0\r\nD\t0\r\n";
    let (bytes, ..) = encoding_rs::SHIFT_JIS.encode(text);
    let content_type = "text/tab-separated-values; charset=Shift_JIS";
    let kind = "POST_FLAT_FILE_OFFER_POINTS_PREFERENCE_DATA";
    let (feed, report) = submit(&caller.at(JP), kind, JP, content_type, bytes.into_owned()).await;
    assert_eq!(feed["processingStatus"], json!("DONE"));
    let report = report.unwrap();
    assert_eq!(report.header("content-type"), Some("text/plain; charset=Shift_JIS"));
    let lines: Vec<&str> = report.text().lines().collect();
    assert_eq!(lines[1], "\tNumber of records processed\t\t6");
    assert_eq!(lines[2], "\tNumber of records successful\t\t2");
    let faults: Vec<(&str, &str)> = lines[5..]
        .iter()
        .map(|line| line.split('\t').collect::<Vec<_>>())
        .map(|values| (values[0], values[1]))
        .collect();
    assert_eq!(faults, [("2", ""), ("3", "B"), ("4", "C"), ("6", "D")], "the seller has no SKU D");
    // Without a column for SKUs, the first column identifies the row.
    let text = "order-id\ttracking-number\n249-1\t1\n\t2\n";
    let (_, report) = submit(&caller, "POST_FLAT_FILE_FULFILLMENT_DATA", US, TSV, text).await;
    assert!(report.unwrap().text().contains("successful\t\t1\n"));
}

#[tokio::test]
async fn each_message_of_xml_is_validated() {
    let sandbox = plain().await;
    let caller = Caller::new(&sandbox).await.at(US);
    let message = |id: u32, content: &str| format!("<Message><MessageID>{id}</MessageID>{content}</Message>");
    let order = "<OrderFulfillment><AmazonOrderID>249-1</AmazonOrderID></OrderFulfillment>";
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><AmazonEnvelope>{}{}{}</AmazonEnvelope>",
        message(1, order),
        message(2, "<OrderFulfillment><AmazonOrderID> </AmazonOrderID></OrderFulfillment>"),
        message(3, "<Inventory><SKU>A</SKU></Inventory>"),
    );
    let (feed, report) = submit(&caller, "POST_ORDER_FULFILLMENT_DATA", US, XML, text).await;
    assert_eq!(feed["processingStatus"], json!("DONE"));
    let report = report.unwrap();
    assert_eq!(report.header("content-type"), Some("text/xml; charset=UTF-8"));
    let text = report.text();
    for part in [
        "<MessagesProcessed>3</MessagesProcessed>",
        "<MessagesSuccessful>2</MessagesSuccessful>",
        "<MessagesWithError>1</MessagesWithError>",
        "<Result><MessageID>2</MessageID><ResultCode>Error</ResultCode>",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let (feed, report) = submit(&caller, "POST_ORDER_FULFILLMENT_DATA", US, XML, "<AmazonEnvelope>").await;
    assert_eq!(feed["processingStatus"], json!("FATAL"));
    assert!(report.unwrap().text().contains("not well-formed XML"));
}

#[tokio::test]
async fn every_active_type_ends_with_a_report_in_its_form() {
    let sandbox = plain().await;
    let caller = Caller::new(&sandbox).await.at(US);
    let mut forms = [0; 3];
    for kind in FeedType::all().iter().filter(|kind| !kind.is_gone("2026-11-22")) {
        let body = match (kind.processing_report, kind.format) {
            (ProcessingReport::Json, _) => {
                let messages = json!([
                    { "messageId": 1, "sku": "A", "operationType": "DELETE" },
                    { "messageId": 2, "sku": "B", "operationType": "PAINT" },
                ]);
                json!({ "header": { "sellerId": "A1", "version": "2.0" }, "messages": messages }).to_string()
            }
            (_, Format::Xml) => "<AmazonEnvelope><Message><MessageID>1</MessageID><SKU>A</SKU></Message>\
                                 <Message><MessageID>2</MessageID></Message></AmazonEnvelope>"
                .to_owned(),
            _ => "sku\tpoints_percent\nA\t1\n\t2\n".to_owned(),
        };
        let (feed, report) = submit(&caller, kind.name, US, kind.content_type, body).await;
        assert_eq!(feed["processingStatus"], "DONE", "{}", kind.name);
        let report = report.unwrap_or_else(|| panic!("{} has no report", kind.name));
        // Two records, one of which is faulty; a file of another format counts as one record.
        let (form, start, parts) = match (kind.processing_report, kind.format) {
            (ProcessingReport::Json, _) => (0, "{", ["\"messagesProcessed\":2", "\"messagesInvalid\":1"]),
            (ProcessingReport::Xml, _) => {
                (1, "<?xml", ["<MessagesProcessed>2</MessagesProcessed>", "<MessagesWithError>1</MessagesWithError>"])
            }
            (_, Format::Tsv) => (2, "Feed Processing Summary:", ["processed\t\t2\n", "successful\t\t1\n"]),
            _ => (2, "Feed Processing Summary:", ["processed\t\t1\n", "successful\t\t1\n"]),
        };
        forms[form] += 1;
        let text = report.text();
        assert!(text.starts_with(start) && parts.iter().all(|part| text.contains(part)), "{}: {text}", kind.name);
    }
    assert!(forms.iter().all(|count| *count > 0), "{forms:?}");
}

#[tokio::test]
async fn a_type_is_taken_until_the_day_of_its_retirement() {
    // 2025-07-30T12:00:00Z, and a day later.
    let clock = Clock::stopped_at(SystemTime::UNIX_EPOCH + Duration::from_secs(1_753_876_800));
    let sandbox = builder().clock(clock).start().await.unwrap();
    let envelope = "<AmazonEnvelope><Message><MessageID>1</MessageID></Message></AmazonEnvelope>";
    for status in ["DONE", "FATAL"] {
        // A token lives for an hour.
        let caller = Caller::new(&sandbox).await.at(US);
        let (feed, _) = submit(&caller, "POST_PRODUCT_DATA", US, XML, envelope).await;
        assert_eq!(feed["processingStatus"], json!(status));
        sandbox.clock().advance(Duration::from_secs(24 * 3600));
    }
}

#[tokio::test]
async fn a_missing_upload_or_a_retired_type_is_fatal() {
    let sandbox = plain().await;
    let caller = Caller::new(&sandbox).await.at(US);
    let (id, _) = document(&caller, JSON).await;
    let (feed, report) = ended(&caller, &create(&caller, "JSON_LISTINGS_FEED", US, &id).await).await;
    assert_eq!((&feed["processingStatus"], report.is_none()), (&json!("FATAL"), true));
    let (feed, report) = submit(&caller, "POST_PRODUCT_DATA", US, XML, "<AmazonEnvelope/>").await;
    assert_eq!((&feed["processingStatus"], report.is_none()), (&json!("FATAL"), true));
    let (feed, report) = submit(&caller.at(DE), "UPLOAD_VAT_INVOICE", DE, "application/pdf", vec![0xFF, 0xFE, 0]).await;
    assert_eq!((&feed["processingStatus"], report.is_some()), (&json!("DONE"), true));
}

#[tokio::test]
async fn feeds_are_listed_cancelled_and_belong_to_their_seller() {
    let sandbox = builder().seller("Atzr|second").start().await.unwrap();
    let (caller, other) = (Caller::new(&sandbox).await.at(US), Caller::of(&sandbox, "Atzr|second").await.at(US));
    let (id, _) = document(&caller, JSON).await;
    let path = create(&caller, "JSON_LISTINGS_FEED", US, &id).await;
    other.get(&path, &[]).await.error(404, "NotFound");
    let query = [("feedTypes", "JSON_LISTINGS_FEED")];
    assert_eq!(other.body(FEEDS, &query).await["feeds"], json!([]));
    let stolen = json!({ "feedType": "JSON_LISTINGS_FEED", "marketplaceIds": [US], "inputFeedDocumentId": id });
    other.post(FEEDS, &stolen).await.error(400, "InvalidInput");
    assert_eq!(caller.delete(&path, &[]).await, (200, String::new()));
    assert_eq!(caller.delete(&path, &[]).await.0, 400);
    assert_eq!(caller.delete(&format!("{FEEDS}/1"), &[]).await.0, 404);
    let list = caller.body(FEEDS, &query).await;
    assert_eq!(list["feeds"][0]["processingStatus"], json!("CANCELLED"));
    for _ in 0..11 {
        create(&caller, "JSON_LISTINGS_FEED", US, &id).await;
    }
    let first = caller.body(FEEDS, &query).await;
    let token = first["nextToken"].as_str().unwrap();
    caller.get(FEEDS, &[("nextToken", token), ("pageSize", "10")]).await.error(400, "InvalidInput");
    let second = caller.body(FEEDS, &[("nextToken", token)]).await;
    let length = |page: &Value| page["feeds"].as_array().unwrap().len();
    assert_eq!((length(&first), length(&second), second.get("nextToken")), (10, 2, None));
    caller.get(FEEDS, &[]).await.error(400, "InvalidInput");
    for (name, value) in
        [("feedType", json!("POST_NOTHING")), ("marketplaceIds", json!([])), ("inputFeedDocumentId", json!("none"))]
    {
        let mut feed = stolen.clone();
        feed[name] = value;
        assert!(caller.post(FEEDS, &feed).await.error(400, "InvalidInput").contains(name), "{name}");
    }
}

#[tokio::test]
async fn an_upload_without_a_feed_is_gone_after_a_week_and_one_with_a_feed_after_ninety_days() {
    let sandbox = plain().await;
    let caller = Caller::new(&sandbox).await;
    let [(used, _), (unused, _)] = [document(&caller, TSV).await, document(&caller, TSV).await];
    let feed = create(&caller, "POST_EASYSHIP_DOCUMENTS", JP, &used).await;
    sandbox.clock().advance(Duration::from_secs(7 * 24 * 3600));
    let caller = Caller::new(&sandbox).await;
    let order = json!({ "feedType": "POST_EASYSHIP_DOCUMENTS", "marketplaceIds": [JP], "inputFeedDocumentId": unused });
    assert!(caller.post(FEEDS, &order).await.error(400, "InvalidInput").contains(&unused));
    caller.body(&feed, &[]).await;
    let again = create(&caller, "POST_EASYSHIP_DOCUMENTS", JP, &used).await;
    sandbox.clock().advance(Duration::from_secs(84 * 24 * 3600));
    let caller = Caller::new(&sandbox).await;
    caller.get(&feed, &[]).await.error(404, "NotFound");
    caller.body(&again, &[]).await;
}
