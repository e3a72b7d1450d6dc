//! Answers by Amazon's static examples. The tests write their own models, because a checkout may not have Amazon's.

use crate::support::{Caller, JP, answer, builder};
use reqwest::{Client, Method};
use serde_json::json;
use spapi_sandbox::{Examples, Limits, Place};
use std::io::ErrorKind;
use std::path::PathBuf;

const LIST: &str = "/orders/v0/orders";

/// Writes a folder of models, and gives its path.
pub fn models(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(folder.join("models/orders")).unwrap();
    let model = json!({
        "swagger": "2.0",
        "parameters": {"Market": {"name": "MarketplaceIds", "in": "query"}},
        "paths": {
            "/orders/v0/orders": {"get": {
                "parameters": [{"$ref": "#/parameters/Market"}, {"name": "CreatedAfter", "in": "query"}],
                "responses": {
                    "200": {"x-amzn-api-sandbox": {"static": [
                        {
                            "request": {"parameters": {"CreatedAfter": {"value": "TEST_CASE_200"}}},
                            "response": {"payload": {"Orders": []}},
                        },
                        {
                            "request": {"parameters": {
                                "CreatedAfter": {"value": "TEST_CASE_200"},
                                "MarketplaceIds": {"value": ["A", "B"]},
                            }},
                            "response": {"payload": {"Orders": [{"AmazonOrderId": "1"}]}},
                            "responseHeaders": {"x-made-up": {"value": "yes"}},
                        },
                    ]}},
                    "429": {"x-amzn-api-sandbox": {"static": [{
                        "request": {"parameters": {"CreatedAfter": {"value": "TEST_CASE_429"}}},
                        "response": {"errors": [{"code": "Slow", "message": "made up"}]},
                    }]}},
                },
            }},
            "/orders/v0/orders/{orderId}/shipment": {"post": {
                "parameters": [
                    {"name": "orderId", "in": "path"},
                    {"name": "payload", "in": "body"},
                ],
                "responses": {"204": {"x-amzn-api-sandbox": {"static": [
                    {"request": {"parameters": {
                        "orderId": {"value": "1"},
                        "body": {"value": {"shipmentStatus": "ReadyForPickup"}},
                    }}},
                ]}}},
            }},
            "/orders/v9/orders": {"get": {"responses": {"200": {"x-amzn-api-sandbox": {"static": [{}]}}}}},
        },
    });
    std::fs::write(folder.join("models/orders/made-up.json"), format!("\u{feff}{model}")).unwrap();
    std::fs::write(folder.join("schema.json"), "{\"no\":\"model\"}").unwrap();
    folder
}

#[tokio::test]
async fn a_request_is_answered_by_the_example_it_matches() {
    let sandbox = builder().models(models("matched")).start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    let get = async |market, after| caller.get(LIST, &[("MarketplaceIds", market), ("CreatedAfter", after)]).await;
    let found = get("A,B", "TEST_CASE_200").await;
    assert_eq!((found.status.as_u16(), &found.body["payload"]["Orders"][0]["AmazonOrderId"]), (200, &json!("1")));
    assert_eq!(found.header("x-made-up"), Some("yes"));
    let found = get(JP, "TEST_CASE_200").await;
    assert_eq!((found.status.as_u16(), &found.body["payload"]["Orders"]), (200, &json!([])));
    let found = get(JP, "TEST_CASE_429").await;
    assert_eq!((found.status.as_u16(), &found.body["errors"][0]["code"]), (429, &json!("Slow")));

    let confirm = caller.request(Method::POST, "/orders/v0/orders/1/shipment");
    let done = confirm.json(&json!({"shipmentStatus": "ReadyForPickup", "more": 1})).send().await.unwrap();
    assert_eq!((done.status().as_u16(), done.text().await.unwrap().as_str()), (204, ""));

    // The shop answers an operation without examples, if it serves it.
    caller.body("/orders/2026-01-01/orders", &[("createdAfter", "2026-11-01")]).await;
    caller.get("/supplySources/2020-07-01/supplySources", &[]).await.error(501, "NotImplemented");
}

#[tokio::test]
async fn a_request_that_matches_nothing_gets_amazons_error_with_the_reason() {
    let sandbox = builder().models(models("unmatched")).start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    let refused = caller.get(LIST, &[("MarketplaceIds", JP), ("CreatedAfter", "2026-11-01é")]).await;
    assert_eq!(refused.error(400, "InvalidInput"), "Could not match input arguments");
    let nearest = refused.header("x-sandbox-nearest");
    assert_eq!(nearest, Some("orders@v0 getOrders 200 #0: CreatedAfter is not \"TEST_CASE_200\""));
    let refused = caller.get(LIST, &[("CreatedAfter", "TEST_CASE_200")]).await;
    refused.error(400, "InvalidInput");
    assert!(refused.header("x-sandbox-nearest").unwrap().ends_with("MarketplaceIds is required"));
}

#[tokio::test]
async fn tokens_and_quotas_still_count() {
    let sandbox = builder().limits(Limits::AmazonSandbox).models(models("rules")).start().await.unwrap();
    let query = [("MarketplaceIds", JP), ("CreatedAfter", "TEST_CASE_200")];
    let anonymous = Client::new().get(sandbox.url().to_owned() + LIST).query(&query);
    answer(anonymous).await.error(403, "Unauthorized");
    let caller = Caller::new(&sandbox).await;
    let with_body = caller.request(Method::GET, LIST).query(&query).body("{}");
    assert_eq!(answer(with_body).await.error(400, "InvalidInput"), "A GET request must not have a body.");
    for _ in 0..14 {
        let answer = caller.get(LIST, &query).await;
        assert_eq!((answer.status.as_u16(), answer.header("x-amzn-ratelimit-limit")), (200, Some("5")));
    }
    caller.get(LIST, &query).await.error(429, "QuotaExceeded");
}

#[tokio::test]
async fn tests_can_read_the_examples() {
    let examples = Examples::read(models("listed")).unwrap();
    let names: Vec<_> = examples.all().iter().map(ToString::to_string).collect();
    assert_eq!(
        names,
        [
            "orders@v0 getOrders 200 #0",
            "orders@v0 getOrders 200 #1",
            "orders@v0 getOrders 429 #0",
            "orders@v0 updateShipmentStatus 204 #0",
        ]
    );
    assert_eq!(examples.unknown(), ["GET /orders/v9/orders of made-up.json"]);
    let mut places: Vec<_> = examples.all()[3].parameters.iter().map(|p| (p.name.as_str(), p.place)).collect();
    places.sort_unstable_by_key(|(name, _)| *name);
    assert_eq!(places, [("body", Place::Body), ("orderId", Place::Path)]);
}

#[tokio::test]
async fn a_folder_without_models_is_an_error_that_says_what_to_do() {
    let empty = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("empty");
    std::fs::create_dir_all(&empty).unwrap();
    let error = builder().models(&empty).start().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    let said = error.to_string();
    assert!(said.contains("cargo xtask models fetch") && said.contains(empty.to_str().unwrap()), "{said}");

    let missing = builder().models(empty.join("missing")).start().await.unwrap_err();
    assert!(missing.kind() == ErrorKind::NotFound && missing.to_string().contains("missing"), "{missing}");

    let broken = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("broken");
    std::fs::create_dir_all(&broken).unwrap();
    std::fs::write(broken.join("cut.json"), "{").unwrap();
    let error = builder().models(&broken).start().await.unwrap_err();
    assert!(error.kind() == ErrorKind::InvalidData && error.to_string().contains("cut.json"), "{error}");
}
