//! Answers with a status of failure.

use spapi_core::{Error, Marketplace, StatusCode};
use spapi_orders::v0::Orders;
use spapi_product_fees::v0::{ProductFees, types::GetMyFeesEstimateRequest};
use spapi_reports::v2021_06_30::{Reports, types::CreateReportSpecification};
use spapi_tests::{Answer, Server};
use std::time::Duration;

/// A text in the body that no error may show.
const BUYER: &str = "Mary Miller";

/// The error that a call returns for an answer.
async fn error(answer: Answer) -> Error {
    let server = Server::always(answer.header("x-amzn-RequestId", "id-1")).await;
    let call = Orders::new(&server.client()).get_orders().marketplace_ids([Marketplace::JP]);
    let error = call.send().await.unwrap_err();
    assert_eq!(error.request_id(), Some("id-1"));
    assert_eq!(error.operation(), Some("orders@v0 getOrders"));
    for shown in [format!("{error}"), format!("{error:?}"), format!("{error:#?}")] {
        assert!(!shown.contains(BUYER) && !shown.contains("html"), "{shown}");
        assert!(shown.contains("id-1") && shown.contains("orders@v0 getOrders"), "{shown}");
    }
    error
}

fn codes(error: &Error) -> Vec<&str> {
    error.codes().collect()
}

fn messages(error: &Error) -> Vec<&str> {
    error.messages().collect()
}

#[tokio::test]
async fn a_503_in_html() {
    let error = error(Answer::html(503, format!("<html><h1>503</h1>{BUYER}</html>"))).await;
    assert_eq!(error.status(), Some(StatusCode::SERVICE_UNAVAILABLE));
    // Only the headline of the page is shown.
    assert!(codes(&error).is_empty());
    assert_eq!(messages(&error), ["503"]);
    assert!(!error.is_throttled() && !error.is_auth() && !error.is_decode());
    assert!(error.to_string().contains("503 Service Unavailable") && !error.to_string().contains(BUYER), "{error}");
}

#[tokio::test]
async fn an_empty_429() {
    let error = error(Answer::empty(429).header("Retry-After", 7).header("x-amzn-RateLimit-Limit", "0.0167")).await;
    assert_eq!(error.status(), Some(StatusCode::TOO_MANY_REQUESTS));
    assert!(error.is_throttled() && error.errors().is_empty());
    assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
}

#[tokio::test]
async fn a_403_without_a_message() {
    for (body, expected) in [
        (r#"{"errors":[{"code":"Unauthorized"}]}"#, &["Unauthorized"][..]),
        (r#"{"errors":[{"code":"Unauthorized","message":null,"details":""}]}"#, &["Unauthorized"]),
        ("{}", &[]),
        ("", &[]),
        ("null", &[]),
        (r#"{"errors":null}"#, &[]),
    ] {
        let error = error(Answer::json(403, body)).await;
        assert_eq!(error.status(), Some(StatusCode::FORBIDDEN));
        assert_eq!(codes(&error), expected, "{body}");
        assert!(messages(&error).is_empty() && error.is_auth() && !error.is_throttled());
    }
}

#[tokio::test]
async fn errors_in_each_shape() {
    for (body, expected) in [
        (r#"{"errors":[{"code":"InvalidInput","message":"m","details":"d"}]}"#, &["InvalidInput"][..]),
        (r#"{"payload":null,"errors":[{"code":"InvalidInput","message":"m"}]}"#, &["InvalidInput"]),
        (r#"{"payload":{"Orders":[]},"errors":[{"code":"InvalidInput","message":"m"}]}"#, &["InvalidInput"]),
        (r#"{"errors":[{"code":"A","message":"m"},null,{"code":"B"}]}"#, &["A", "B"]),
        (r#"[{"code":"InvalidInput","message":"m"}]"#, &["InvalidInput"]),
        (r#"{"code":"InvalidInput","message":"m"}"#, &["InvalidInput"]),
        (r#"{"message":"m"}"#, &[]),
        (r#"{"Message":"m"}"#, &[]),
    ] {
        let error = error(Answer::json(400, body)).await;
        assert_eq!(error.status(), Some(StatusCode::BAD_REQUEST));
        assert_eq!((codes(&error), messages(&error)), (expected.to_vec(), vec!["m"]), "{body}");
        for code in expected {
            assert!(error.to_string().contains(code), "{error}");
        }
    }
}

#[tokio::test]
async fn a_quota_error_counts_as_throttled_only_with_status_429() {
    let body = r#"{"errors":[{"code":"QuotaExceeded","message":"You exceeded your quota."}]}"#;
    let throttled = error(Answer::json(429, body)).await;
    assert!(throttled.is_throttled());
    assert_eq!(codes(&throttled), ["QuotaExceeded"]);
    let missing = error(Answer::json(404, r#"{"errors":[{"code":"NotFound","message":"m"}]}"#)).await;
    assert!(missing.is_not_found() && !missing.is_throttled());
}

#[tokio::test]
async fn a_body_without_amazons_errors_is_not_shown() {
    for body in [
        format!(r#"{{"payload":{{"BuyerInfo":{{"BuyerName":"{BUYER}"}}}}}}"#),
        format!(r#"[["{BUYER}"]]"#),
        format!("<Buyer><Name>{BUYER}</Name></Buyer>"),
    ] {
        let error = error(Answer::json(500, body)).await;
        assert!(error.errors().is_empty() && error.excerpt().is_some_and(|excerpt| excerpt.contains(BUYER)));
        assert!(!format!("{error} {error:?}").contains(BUYER), "{error}");
    }
}

#[tokio::test]
async fn a_decode_error_names_the_path_and_not_the_value() {
    for (body, path) in [
        (
            format!(r#"{{"payload":{{"Orders":[{{}},{{"AmazonOrderId":{BUYER}}}]}}}}"#),
            "payload.Orders[1].AmazonOrderId",
        ),
        (format!(r#"{{"payload":{{"Orders":["{BUYER}"}}}}"#), "payload.Orders[0]"),
        (format!(r#"{{"payload":{{"{BUYER}":x}}}}"#), "payload.{key}"),
        (format!(r#"["{BUYER}"]"#), ""),
        (format!("<html>{BUYER}</html>"), ""),
        (String::new(), ""),
    ] {
        let error = error(Answer::json(200, body)).await;
        assert!(error.is_decode(), "{error}");
        assert_eq!((error.status(), error.decode_path()), (Some(StatusCode::OK), Some(path)));
        assert!(error.to_string().contains(path), "{error}");
    }
}

#[tokio::test]
async fn an_error_says_when_the_outcome_is_unknown() {
    let server = Server::always(Answer::html(500, "<html></html>")).await;
    let client = server.client();
    let body = CreateReportSpecification::new([Marketplace::JP], "GET_SALES");
    assert!(Reports::new(&client).create_report(body).send().await.unwrap_err().outcome_unknown());
    let estimate = ProductFees::new(&client).get_my_fees_estimate_for_asin("B", GetMyFeesEstimateRequest::new());
    assert!(!estimate.send().await.unwrap_err().outcome_unknown());
    assert!(!Reports::new(&client).get_report("1").send().await.unwrap_err().outcome_unknown());
}
