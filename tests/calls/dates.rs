//! Dates in each form that Amazon sends.

use serde_json::json;
use spapi_core::{DateTime, Marketplace};
use spapi_customer_feedback::v2024_06_01::CustomerFeedback;
use spapi_fulfillment_inbound::v0::FulfillmentInbound;
use spapi_orders::v2026_01_01::Orders;
use spapi_reports::v2021_06_30::{Reports, types::CreateReportSpecification};
use spapi_tests::{Answer, Server};
use std::time::{Duration, SystemTime};

/// A text, and its seconds since 1970; `None` for a text that is not a moment.
const DATES: [(&str, Option<u64>); 14] = [
    ("2024-01-01T09:30:00Z", Some(1_704_101_400)),
    ("2024-01-01T09:30:00.000Z", Some(1_704_101_400)),
    ("2024-01-01T09:30:00.000000+09:00", Some(1_704_069_000)),
    ("2024-01-01T00:00Z", Some(1_704_067_200)),
    ("2024-01-01T09:30", Some(1_704_101_400)),
    ("2024-01-01T09:30:00", Some(1_704_101_400)),
    ("2024-01-01T09:30:00+0900", Some(1_704_069_000)),
    ("2024-01-01 09:30:00", Some(1_704_101_400)),
    ("2025-01-12", Some(1_736_640_000)),
    ("Mon Oct 28 18:49:32 UTC 2019", Some(1_572_288_572)),
    ("Mon, 28 Oct 2019 18:49:32 GMT", Some(1_572_288_572)),
    ("2025-02-30", None),
    ("next Tuesday", None),
    ("", None),
];

fn moment(date: &DateTime) -> Option<u64> {
    let time = date.to_system_time().ok()?;
    Some(time.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs())
}

#[tokio::test]
async fn each_form_is_kept_unchanged_and_converted_on_request() {
    for (text, seconds) in DATES {
        let body = json!({
            "orders": [{"createdTime": text, "orderId": "1", "orderItems": [], "salesChannel": {}}],
            "lastUpdatedBefore": text,
        });
        let server = Server::always(Answer::json(200, body)).await;
        let answer = Orders::new(&server.client()).search_orders().send().await.unwrap();
        for date in [answer.orders[0].created_time.as_ref().unwrap(), answer.last_updated_before.as_ref().unwrap()] {
            assert_eq!(date.as_str(), text);
            assert_eq!(moment(date), seconds, "{text}");
        }
        let written = serde_json::to_value(&*answer).unwrap();
        assert_eq!(written["orders"][0]["createdTime"], text);
        assert_eq!(written["lastUpdatedBefore"], text);
    }
}

#[tokio::test]
async fn dates_and_times_are_read_in_fields_of_either_kind() {
    for (text, seconds) in DATES {
        let server = Server::in_turn([
            Answer::json(200, json!({"payload": {"ShipmentData": [{"ConfirmedNeedByDate": text}]}})),
            Answer::json(200, json!({"dateRange": {"startDate": text, "endDate": null}})),
        ])
        .await;
        let client = server.client();
        let shipments = FulfillmentInbound::new(&client).get_shipments().marketplace_id(Marketplace::JP);
        let shipments = shipments.query_type("SHIPMENT").send().await.unwrap().into_inner().payload.unwrap();
        assert_eq!(moment(shipments.shipment_data[0].confirmed_need_by_date.as_ref().unwrap()), seconds, "{text}");

        let trends = CustomerFeedback::new(&client).get_item_review_trends("B").marketplace_id(Marketplace::JP);
        let range = trends.send().await.unwrap().into_inner().unwrap().date_range;
        assert_eq!(moment(range.start_date.as_ref().unwrap()), seconds, "{text}");
        assert_eq!(range.end_date, None);
    }
}

#[tokio::test]
async fn a_received_date_can_be_sent_again_unchanged_as_a_parameter_if_it_is_iso_8601() {
    for (text, _) in DATES.into_iter().filter(|(text, _)| !text.is_empty()) {
        let server = Server::in_turn([
            Answer::json(200, json!({"reports": [{"dataStartTime": text}]})),
            Answer::json(202, json!({"reportId": "1"})),
            Answer::json(200, json!({"reports": []})),
        ])
        .await;
        let reports = Reports::new(&server.client());
        let report = reports.get_reports().send().await.unwrap().into_inner().reports.remove(0);
        let start = report.data_start_time.unwrap();
        let body = CreateReportSpecification::new([Marketplace::JP], "GET_SALES").data_start_time(start.clone());
        reports.create_report(body).send().await.unwrap();
        let is_iso = start.is_iso_8601();
        let listed = reports.get_reports().created_since(start).send().await;
        let calls = server.calls();
        assert_eq!(calls[1].json()["dataStartTime"], text);
        if !is_iso {
            assert!(listed.unwrap_err().to_string().contains("createdSince is not a date or time"), "{text}");
            continue;
        }
        listed.unwrap();
        let sent = calls[2].target.split_once("createdSince=").unwrap().1;
        assert_eq!(percent_encoding::percent_decode_str(sent).decode_utf8().unwrap(), text);
    }
}

#[tokio::test]
async fn a_system_time_is_sent_in_utc() {
    let server = Server::always(Answer::json(202, json!({"reportId": "1"}))).await;
    let body = CreateReportSpecification::new([Marketplace::JP], "GET_SALES")
        .data_start_time(SystemTime::UNIX_EPOCH + Duration::from_secs(1_704_101_400));
    Reports::new(&server.client()).create_report(body).send().await.unwrap();
    assert_eq!(server.call().json()["dataStartTime"], "2024-01-01T09:30:00Z");
}
