//! The headers of every call, and the raw answer beside the decoded value.

use serde_json::json;
use spapi_core::{Marketplace, RequestOptions, RetryPolicy, StatusCode};
use spapi_customer_feedback::v2024_06_01::CustomerFeedback;
use spapi_fulfillment_outbound::v2026_07_04::{FulfillmentOutbound, types as outbound};
use spapi_notifications::v1::Notifications;
use spapi_orders::v0::{Orders, types::OrderItem};
use spapi_product_fees::v0::{ProductFees, types::GetMyFeesEstimateRequest};
use spapi_reports::v2021_06_30::Reports;
use spapi_tests::{ACCESS_TOKEN, Answer, Received, Server};
use std::time::Duration;

#[tokio::test]
async fn the_raw_answer_is_available() {
    let body = r#"{ "payload" : {"AmazonOrderId":"1","Brand new":17.310, "OrderStatus":null} }"#;
    let answer = Answer::json(200, body).header("x-amzn-RequestId", "id-1").header("x-amzn-RateLimit-Limit", "0.5");
    let server = Server::always(answer).await;
    let answer = Orders::new(&server.client()).get_order("1").send().await.unwrap();

    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.request_id(), Some("id-1"));
    assert_eq!(answer.headers()["x-amzn-ratelimit-limit"], "0.5");
    assert_eq!(answer.body().as_ref(), body.as_bytes());
    // The answer dereferences to its value.
    assert_eq!(answer.payload.as_ref().unwrap().amazon_order_id, "1");
    let shown = format!("{answer:?}");
    assert!(shown.contains("id-1") && !shown.contains("AmazonOrderId"), "{shown}");

    let (value, raw) = answer.into_parts();
    assert_eq!(value.payload.unwrap().amazon_order_id, "1");
    assert_eq!((raw.request_id(), raw.body().as_ref()), (Some("id-1"), body.as_bytes()));
}

#[tokio::test]
async fn the_raw_page_is_available() {
    let body = json!({"payload": {"OrderItems": [{"OrderItemId": "a"}]}}).to_string();
    let server = Server::always(Answer::json(200, &body).header("x-amzn-RequestId", "id-1")).await;
    let mut pages = Orders::new(&server.client()).get_order_items("1").pages();
    let page = pages.try_next().await.unwrap().unwrap();
    assert_eq!((page.request_id(), page.body().as_ref()), (Some("id-1"), body.as_bytes()));
}

#[tokio::test]
async fn only_amazons_headers_are_sent() {
    let server = Server::always(Answer::json(200, "{}")).await;
    let client = server.client_builder().app("Shop", "1.0").build().unwrap();
    Orders::new(&client).get_order("1").send().await.unwrap();
    ProductFees::new(&client).get_my_fees_estimate_for_asin("B", GetMyFeesEstimateRequest::new()).send().await.unwrap();

    let [get, post] = server.calls().try_into().unwrap();
    let names = |call: &Received| {
        let mut names: Vec<_> = call.headers.iter().map(|(name, _)| name.clone()).collect();
        names.sort();
        names.join(" ")
    };
    assert_eq!(names(&get), "accept accept-encoding host user-agent x-amz-access-token");
    assert_eq!(names(&post), "accept accept-encoding content-length content-type host user-agent x-amz-access-token");
    for call in [get, post] {
        assert_eq!(call.header("x-amz-access-token"), Some(ACCESS_TOKEN));
        let agent = call.header("user-agent").unwrap();
        let (application, comment) = agent.split_once(" (").unwrap();
        assert_eq!(application, "Shop/1.0");
        let comment = comment.strip_suffix(')').unwrap();
        assert!(comment.starts_with("Language=Rust/"), "{agent}");
        assert!(comment.contains(&format!("; Platform={};", std::env::consts::OS)), "{agent}");
    }
}

#[tokio::test]
async fn one_token_serves_all_calls() {
    let server = Server::always(Answer::json(200, "{}")).await;
    let client = server.client();
    for id in ["1", "2", "3"] {
        Orders::new(&client).get_order(id).send().await.unwrap();
        Reports::new(&client.clone()).get_report(id).send().await.unwrap();
    }
    assert_eq!((server.calls().len(), server.request_count()), (6, 7));
}

#[tokio::test]
async fn a_grantless_operation_requests_its_own_token() {
    let server = Server::always(Answer::json(200, json!({"payload": []}))).await;
    let notifications = Notifications::new(&server.client());
    notifications.get_destinations().send().await.unwrap();
    let [token] = server.token_requests().try_into().unwrap();
    let scope = "scope=sellingpartnerapi%3A%3Anotifications";
    assert!(token.text().starts_with(&format!("grant_type=client_credentials&{scope}&")), "{}", token.text());
    assert!(!token.text().contains("refresh"), "{}", token.text());
    assert_eq!(server.call().header("x-amz-access-token"), Some(ACCESS_TOKEN));
}

#[tokio::test]
async fn the_options_of_a_call_apply_only_to_it() {
    let server = Server::always(Answer::html(503, "<html></html>")).await;
    let orders = Orders::new(&server.client());
    let twice = RetryPolicy::new().attempts(2).backoff(Duration::ZERO, Duration::ZERO);
    let patient = orders.get_order("1").with_options(RequestOptions::new().retry(twice));
    assert_eq!(patient.send().await.unwrap_err().attempts(), 2);
    assert_eq!(orders.get_order("1").send().await.unwrap_err().attempts(), 1);
    assert_eq!(server.calls().len(), 3);
}

/// The test compiles only if the futures are `Send`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_can_be_spawned() {
    let server = Server::new(|call| match call.path() {
        path if path.starts_with("/customerFeedback") => Answer::empty(204),
        path if path.starts_with("/fulfillment") => Answer::json(202, json!({"orderId": "1"})),
        path if path.starts_with("/reports") => Answer::empty(200),
        _ => Answer::json(200, json!({"payload": {"OrderItems": [{"OrderItemId": "a"}]}})),
    })
    .await;
    let client = server.client();

    let order = tokio::spawn(Orders::new(&client).get_order("1").send());
    let nothing = tokio::spawn(Reports::new(&client).cancel_report("1").send());
    let node = CustomerFeedback::new(&client).get_item_browse_node("B").marketplace_id(Marketplace::JP);
    let maybe = tokio::spawn(node.send());
    let body = outbound::CreateOrderRequest::new(outbound::OrderDestination::default(), [], "1");
    let either = tokio::spawn(FulfillmentOutbound::new(&client).create_order(body).send());
    let mut pages = Orders::new(&client).get_order_items("1").pages();
    let page = tokio::spawn(async move { pages.try_next().await.map(|page| page.is_some()) });
    let mut items = Orders::new(&client).get_order_items("1").items();
    let item = tokio::spawn(async move { items.try_next().await });

    assert!(order.await.unwrap().unwrap().payload.is_some());
    nothing.await.unwrap().unwrap();
    assert_eq!(*maybe.await.unwrap().unwrap(), None);
    assert_eq!(either.await.unwrap().unwrap().status(), StatusCode::ACCEPTED);
    assert!(page.await.unwrap().unwrap());
    let item: OrderItem = item.await.unwrap().unwrap().unwrap();
    assert_eq!(item.order_item_id, "a");
}
