//! Login with Amazon, and what a call without a valid token gets.

use crate::support::{Answer, Caller, JP, answer, builder};
use reqwest::{Client, Method};
use serde_json::json;
use spapi_sandbox::{CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN, Sandbox};
use std::time::Duration;

const LIST: &str = "/orders/v0/orders";
const QUERY: [(&str, &str); 2] = [("MarketplaceIds", JP), ("CreatedAfter", "2026-11-01")];

const GOOD: [(&str, &str); 4] = [
    ("grant_type", "refresh_token"),
    ("client_id", CLIENT_ID),
    ("client_secret", CLIENT_SECRET),
    ("refresh_token", REFRESH_TOKEN),
];

async fn ask(sandbox: &Sandbox, form: &[(&str, &str)]) -> Answer {
    answer(Client::new().post(sandbox.token_url()).form(form)).await
}

/// The valid form with one parameter replaced, or removed if the value is empty.
fn with(name: &'static str, value: &'static str) -> Vec<(&'static str, &'static str)> {
    let replaced = GOOD.into_iter().map(|(n, v)| if n == name { (n, value) } else { (n, v) });
    replaced.filter(|(_, value)| !value.is_empty()).collect()
}

#[tokio::test]
async fn a_refresh_token_gets_an_access_token() {
    let sandbox = builder().start().await.unwrap();
    let form = ask(&sandbox, &GOOD).await;
    assert_eq!(form.status, 200);
    assert!(form.body["access_token"].as_str().unwrap().starts_with("Atza|"));
    assert_eq!(form.body["token_type"], json!("bearer"));
    assert_eq!(form.body["expires_in"], json!(3600));
    assert_eq!(form.body["refresh_token"], json!(REFRESH_TOKEN));
    assert_eq!(form.header("cache-control"), Some("no-store"));
    assert!(form.header("x-amzn-requestid").is_some());

    let body: serde_json::Map<_, _> = GOOD.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
    let json = answer(Client::new().post(sandbox.token_url()).json(&body)).await;
    assert_eq!(json.status, 200);
    assert_ne!(json.body["access_token"], form.body["access_token"]);
}

#[tokio::test]
async fn a_wrong_request_gets_the_error_of_login_with_amazon() {
    let sandbox = builder().foreign_refresh_token("Atzr|of-another").start().await.unwrap();
    for (form, status, error) in [
        (with("refresh_token", "Atzr|another"), 400, "invalid_grant"),
        (with("client_id", "amzn1.application-oa2-client.another"), 401, "invalid_client"),
        (with("client_secret", "amzn1.oa2-cs.v1.another"), 401, "invalid_client"),
        (with("grant_type", "password"), 400, "unsupported_grant_type"),
        (with("grant_type", ""), 400, "invalid_request"),
        (with("client_id", ""), 400, "invalid_request"),
        (with("client_secret", ""), 400, "invalid_request"),
        (with("refresh_token", ""), 400, "invalid_request"),
        (with("grant_type", "authorization_code"), 400, "invalid_request"),
        (with("grant_type", "client_credentials"), 400, "invalid_request"),
        (with("refresh_token", "Atzr|of-another"), 400, "unauthorized_client"),
        (vec![], 400, "invalid_request"),
    ] {
        let answer = ask(&sandbox, &form).await;
        assert_eq!((answer.status.as_u16(), &answer.body["error"]), (status, &json!(error)), "{form:?}");
        assert!(answer.body["error_description"].is_string(), "{form:?}");
        assert!(answer.body.get("errors").is_none(), "the shape is not that of the API");
        assert!(
            !answer.body.to_string().contains("another"),
            "the error does not repeat the request: {:?}",
            answer.body
        );
    }
}

#[tokio::test]
async fn a_body_that_cannot_be_read_is_an_invalid_request() {
    let sandbox = builder().start().await.unwrap();
    let post = || Client::new().post(sandbox.token_url());
    for (name, request) in [
        ("cut JSON", post().header("content-type", "application/json").body("{\"grant_type\":")),
        ("a list", post().header("content-type", "application/json").body("[]")),
        ("a number", post().header("content-type", "application/json").body("{\"grant_type\":1}")),
        ("no type", post().body("grant_type=refresh_token")),
        ("another type", post().header("content-type", "text/plain").body("grant_type=refresh_token")),
        ("no UTF-8", post().header("content-type", "application/x-www-form-urlencoded").body("grant_type=%FF")),
    ] {
        let answer = answer(request).await;
        let error = answer.body["error"].as_str().unwrap();
        let expected = if name == "no UTF-8" { "unsupported_grant_type" } else { "invalid_request" };
        assert_eq!((answer.status.as_u16(), error), (400, expected), "{name}");
    }
    let get = answer(Client::new().get(sandbox.token_url())).await;
    assert_eq!((get.status.as_u16(), &get.body["error"]), (405, &json!("invalid_request")));
}

#[tokio::test]
async fn a_call_needs_a_token_that_is_valid() {
    let sandbox = builder().start().await.unwrap();
    let call = || Client::new().get(sandbox.url().to_owned() + LIST).query(&QUERY);

    let missing = answer(call()).await;
    missing.error(403, "Unauthorized");
    for token in ["", "Atza|guess", "Atza|", REFRESH_TOKEN, "日本"] {
        let wrong = answer(call().header("x-amz-access-token", token)).await;
        assert_eq!(wrong.error(403, "Unauthorized"), "Access to requested resource is denied.");
        let details = "The access token you provided is revoked, malformed or invalid.";
        assert_eq!(wrong.body["errors"][0]["details"], json!(details), "{token}");
    }

    let caller = Caller::new(&sandbox).await;
    assert_eq!(caller.get(LIST, &QUERY).await.status, 200);
    sandbox.clock().advance(Duration::from_secs(3599));
    assert_eq!(caller.get(LIST, &QUERY).await.status, 200);
    sandbox.clock().advance(Duration::from_secs(1));
    let expired = caller.get(LIST, &QUERY).await;
    expired.error(403, "Unauthorized");
    assert_eq!(expired.body["errors"][0]["details"], json!("The access token you provided has expired."));
    assert_eq!(Caller::new(&sandbox).await.get(LIST, &QUERY).await.status, 200, "a fresh token works");
}

#[tokio::test]
async fn a_sandbox_may_have_another_seller() {
    let sandbox = builder().seller("Atzr|second").start().await.unwrap();
    let second = Caller::of(&sandbox, "Atzr|second").await;
    assert_eq!(second.request(Method::GET, LIST).query(&QUERY).send().await.unwrap().status(), 200);
}
