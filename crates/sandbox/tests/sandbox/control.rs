//! The sandbox's own paths, as a test in another language uses them: over HTTP, without the crate.

use crate::static_mode::models;
use crate::support::{Answer, Caller, answer, builder};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use spapi_sandbox::{CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN, Sandbox};

const ACCOUNT: &str = "/sellers/v1/account";
const CODES: &str = "/_sandbox/authorizationCodes";
const REVOCATIONS: &str = "/_sandbox/revocations";
const SECRET: &str = "/_sandbox/clientSecret";

fn request(sandbox: &Sandbox, method: Method, path: &str) -> reqwest::RequestBuilder {
    Client::new().request(method, sandbox.url().to_owned() + path)
}

async fn post(sandbox: &Sandbox, path: &str, body: &Value) -> Answer {
    answer(request(sandbox, Method::POST, path).json(body)).await
}

async fn get(sandbox: &Sandbox, path: &str) -> Answer {
    answer(request(sandbox, Method::GET, path)).await
}

/// The status of an answer without a body.
async fn status(request: reqwest::RequestBuilder) -> u16 {
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    assert_eq!(response.text().await.unwrap(), "");
    status
}

async fn login(sandbox: &Sandbox, secret: &str, form: &[(&str, &str)]) -> Answer {
    let client = [("client_id", CLIENT_ID), ("client_secret", secret)];
    answer(Client::new().post(sandbox.token_url()).form(&[&client[..], form].concat())).await
}

async fn refresh(sandbox: &Sandbox, secret: &str, token: &str) -> Answer {
    login(sandbox, secret, &[("grant_type", "refresh_token"), ("refresh_token", token)]).await
}

#[tokio::test]
async fn a_seller_gives_and_revokes_consent() {
    let sandbox = builder().start().await.unwrap();
    let uri = "https://example.com/back";
    let consent = post(&sandbox, CODES, &json!({ "seller": REFRESH_TOKEN, "redirectUri": uri })).await;
    assert_eq!((consent.status.as_u16(), &consent.body["expiresIn"]), (201, &json!(300)));
    let code = consent.body["code"].as_str().unwrap();
    let form = [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", uri)];
    let tokens = login(&sandbox, CLIENT_SECRET, &form).await;
    let caller = Caller::with_token(&sandbox, tokens.body["access_token"].as_str().unwrap());
    assert_eq!(caller.get(ACCOUNT, &[]).await.status, 200);

    let revocation = json!({ "seller": REFRESH_TOKEN });
    assert_eq!(status(request(&sandbox, Method::POST, REVOCATIONS).json(&revocation)).await, 204);
    caller.get(ACCOUNT, &[]).await.error(403, "Unauthorized");
    for token in [REFRESH_TOKEN, tokens.body["refresh_token"].as_str().unwrap()] {
        let refused = refresh(&sandbox, CLIENT_SECRET, token).await;
        assert_eq!((refused.status.as_u16(), &refused.body["error"]), (400, &json!("invalid_grant")));
    }
    // A new consent without a redirect URI works after the revocation.
    let consent = post(&sandbox, CODES, &json!({ "seller": REFRESH_TOKEN })).await;
    let form = [("grant_type", "authorization_code"), ("code", consent.body["code"].as_str().unwrap())];
    assert_eq!(login(&sandbox, CLIENT_SECRET, &form).await.status, 200);
}

#[tokio::test]
async fn time_advances_and_tokens_expire() {
    const CLOCK: &str = "/_sandbox/clock";
    let sandbox = builder().start().await.unwrap();
    assert_eq!(get(&sandbox, CLOCK).await.body, json!({ "now": "2026-11-22T09:00:00Z" }));
    let tokens = refresh(&sandbox, CLIENT_SECRET, REFRESH_TOKEN).await;
    let caller = Caller::with_token(&sandbox, tokens.body["access_token"].as_str().unwrap());
    assert_eq!(caller.get(ACCOUNT, &[]).await.status, 200);
    assert_eq!(answer(request(&sandbox, Method::POST, SECRET)).await.status, 201);

    let advanced = post(&sandbox, CLOCK, &json!({ "advanceSeconds": 3600 })).await;
    assert_eq!(advanced.body, json!({ "now": "2026-11-22T10:00:00Z" }));
    caller.get(ACCOUNT, &[]).await.error(403, "Unauthorized");
    assert_eq!(refresh(&sandbox, CLIENT_SECRET, REFRESH_TOKEN).await.status, 200);
    post(&sandbox, CLOCK, &json!({ "advanceSeconds": 7 * 86400 })).await;
    assert_ne!(refresh(&sandbox, CLIENT_SECRET, REFRESH_TOKEN).await.status, 200, "the former secret has ended");

    for (body, said) in [
        (json!({ "advanceSeconds": 400 * 86400 }), "at most"),
        (json!({ "advanceSeconds": -1 }), "advanceSeconds"),
        (json!({ "seconds": 1 }), "An example"),
    ] {
        let refused = post(&sandbox, CLOCK, &body).await;
        assert!(refused.status == 400 && refused.body.to_string().contains(said), "{}", refused.body);
    }
}

#[tokio::test]
async fn the_client_secret_is_shown_and_rotated() {
    let sandbox = builder().start().await.unwrap();
    assert_eq!(get(&sandbox, SECRET).await.body, json!({ "clientSecret": CLIENT_SECRET }));
    let rotated = answer(request(&sandbox, Method::POST, SECRET)).await;
    assert_eq!((rotated.status.as_u16(), &rotated.body["formerWorksUntil"]), (201, &json!("2026-11-29T09:00:00Z")));
    let secret = rotated.body["clientSecret"].as_str().unwrap();
    assert_eq!((secret, sandbox.client_secret().as_str()), (secret, secret));
    assert_ne!(secret, CLIENT_SECRET);
    assert_eq!(get(&sandbox, SECRET).await.body, json!({ "clientSecret": secret }));
    for secret in [secret, CLIENT_SECRET] {
        assert_eq!(refresh(&sandbox, secret, REFRESH_TOKEN).await.status, 200);
    }
    post(&sandbox, SECRET, &json!({ "clientSecret": "mine" })).await.error(400, "InvalidInput");
    assert_eq!(sandbox.client_secret(), secret);
}

#[tokio::test]
async fn errors_name_what_is_wrong() {
    let sandbox = builder().start().await.unwrap();
    for (path, body, parts) in [
        (CODES, "", &["EOF", "An example: {\"seller\": \"Atzr|spapi-sandbox\""][..]),
        (CODES, "{}", &["missing field `seller`"]),
        (CODES, r#"{"seller":"Atzr|spapi-sandbox","redirect_uri":"x"}"#, &["`redirect_uri`", "`redirectUri`"]),
        (REVOCATIONS, r#"{"seller":1}"#, &["expected a string", "An example"]),
    ] {
        let refused =
            answer(request(&sandbox, Method::POST, path).header("content-type", "application/json").body(body)).await;
        let message = refused.error(400, "InvalidInput");
        assert!(parts.iter().all(|part| message.contains(part)), "{message}");
    }
    for path in [CODES, REVOCATIONS] {
        let refused = post(&sandbox, path, &json!({ "seller": "Atzr|of somebody" })).await;
        let message = refused.error(404, "NotFound");
        assert!(message.contains("no such seller") && message.contains(REFRESH_TOKEN), "{message}");
        assert!(!message.contains("somebody"), "{message}");
    }
    assert_eq!(get(&sandbox, CODES).await.error(400, "InvalidInput"), "/_sandbox/authorizationCodes takes POST.");
    let message = get(&sandbox, "/_sandbox/nothing").await.error(404, "NotFound").to_owned();
    assert!(message.contains("/_sandbox/nothing") && message.contains("GET /_sandbox lists"), "{message}");
    let message = get(&sandbox, "/").await.error(404, "NotFound").to_owned();
    assert!(message.contains("GET /_sandbox lists"), "{message}");
}

#[tokio::test]
async fn all_paths_are_listed_and_exist() {
    let sandbox = builder().start().await.unwrap();
    let list = request(&sandbox, Method::GET, "/_sandbox").send().await.unwrap().text().await.unwrap();
    for path in ["/_sandbox/faults", CODES, REVOCATIONS, SECRET, "/_sandbox/examples"] {
        assert!(list.contains(path), "{path} is not in {list}");
    }
    let slash = request(&sandbox, Method::GET, "/_sandbox/").send().await.unwrap().text().await.unwrap();
    assert_eq!(slash, list);
    for line in list.lines() {
        let mut words = line.split_whitespace();
        let (method, path) = (words.next().unwrap(), words.next().unwrap());
        assert!(words.next().is_some(), "{line} says nothing");
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let answer = request(&sandbox, method, path).send().await.unwrap().text().await.unwrap();
        let unknown = [format!("\"{path} takes "), format!("has no {path};")];
        assert!(!unknown.iter().any(|part| answer.contains(part)), "{line}: {answer}");
    }
}

#[tokio::test]
async fn the_examples_of_an_operation_are_listed() {
    let sandbox = builder().models(models("control")).start().await.unwrap();
    let list = get(&sandbox, "/_sandbox/examples?operation=orders%40v0+getOrders").await.body;
    let after = |value| json!({ "name": "CreatedAfter", "in": "query", "value": value });
    let [operation] = list["operations"].as_array().unwrap().as_slice() else { panic!("{list}") };
    assert_eq!(operation["operation"], json!("orders@v0 getOrders"));
    assert_eq!((&operation["method"], &operation["path"]), (&json!("GET"), &json!("/orders/v0/orders")));
    assert_eq!(operation["required"], json!(["MarketplaceIds"]));
    let examples = operation["examples"].as_array().unwrap();
    assert_eq!(examples.len(), 3);
    assert_eq!(examples[0], json!({ "status": 200, "index": 0, "parameters": [after("TEST_CASE_200")] }));
    assert_eq!(examples[2], json!({ "status": 429, "index": 0, "parameters": [after("TEST_CASE_429")] }));

    let list = get(&sandbox, "/_sandbox/examples?operation=orders+updateShipmentStatus").await.body;
    let operation = &list["operations"][0];
    assert_eq!(operation["required"], json!(["body"]));
    let parameters = operation["examples"][0]["parameters"].as_array().unwrap();
    let body = json!({ "name": "body", "in": "body", "value": { "shipmentStatus": "ReadyForPickup" } });
    assert!(parameters.contains(&json!({ "name": "orderId", "in": "path", "value": "1" })), "{parameters:?}");
    assert!(parameters.contains(&body), "{parameters:?}");

    // One operation without examples, and all operations that have some.
    let none = get(&sandbox, "/_sandbox/examples?operation=sales+getOrderMetrics").await.body;
    assert_eq!(none["operations"][0]["examples"], json!([]));
    let all = get(&sandbox, "/_sandbox/examples").await.body;
    assert_eq!(all["operations"].as_array().unwrap().len(), 2);

    let unknown = get(&sandbox, "/_sandbox/examples?operation=order+getOrders").await;
    assert!(unknown.error(400, "InvalidInput").contains("there is \"orders@v0 getOrders\""));
    let shop = builder().start().await.unwrap();
    assert!(get(&shop, "/_sandbox/examples").await.error(404, "NotFound").contains("--models DIR"));
}
