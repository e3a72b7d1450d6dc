//! Authorizations: codes, scopes, revocation, and the rotation of the client secret.

use crate::support::{Answer, Caller, answer, builder};
use reqwest::Client;
use serde_json::json;
use spapi_sandbox::{CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN, Sandbox};
use std::time::Duration;

const ACCOUNT: &str = "/sellers/v1/account";
const ROTATION: &str = "/applications/2023-11-30/clientSecret";
const ROTATION_SCOPE: &str = "sellingpartnerapi::client_credential:rotation";
const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 3600);

async fn ask(sandbox: &Sandbox, secret: &str, grant: &str, rest: &[(&str, &str)]) -> Answer {
    let client = [("grant_type", grant), ("client_id", CLIENT_ID), ("client_secret", secret)];
    answer(Client::new().post(sandbox.token_url()).form(&[&client[..], rest].concat())).await
}

fn text<'a>(answer: &'a Answer, name: &str) -> &'a str {
    answer.body[name].as_str().unwrap_or_else(|| panic!("{name}: {:?}", answer.body))
}

#[track_caller]
fn assert_refused(answer: &Answer, status: u16, error: &str) {
    assert_eq!((answer.status.as_u16(), text(answer, "error")), (status, error));
}

#[tokio::test]
async fn a_code_is_exchanged_once_for_a_refresh_token() {
    let sandbox = builder().start().await.unwrap();
    let code = sandbox.authorization_code(REFRESH_TOKEN, None).unwrap();
    let asked = [("code", code.as_str()), ("redirect_uri", "https://example.com/any")];
    let first = ask(&sandbox, CLIENT_SECRET, "authorization_code", &asked).await;
    assert_eq!(first.status, 200, "{:?}", first.body);
    let caller = Caller::with_token(&sandbox, text(&first, "access_token"));
    assert_eq!(caller.get(ACCOUNT, &[]).await.status, 200);
    // The new refresh token works, and so does the previous one.
    let refresh_token = text(&first, "refresh_token");
    assert_ne!(refresh_token, REFRESH_TOKEN);
    for token in [refresh_token, REFRESH_TOKEN] {
        assert_eq!(Caller::of(&sandbox, token).await.get(ACCOUNT, &[]).await.status, 200);
    }
    let again = ask(&sandbox, CLIENT_SECRET, "authorization_code", &asked).await;
    assert_refused(&again, 400, "invalid_grant");
    assert_eq!(text(&again, "error_description"), "The request has an invalid grant parameter : code");
    assert_eq!(sandbox.authorization_code("Atzr|nobody", None), None);
}

#[tokio::test]
async fn a_code_is_valid_for_five_minutes_and_its_redirect_uri() {
    let sandbox = builder().start().await.unwrap();
    let uri = "https://example.com/back";
    for (wait, redirect_uri, status) in [
        (5 * MINUTE - Duration::from_secs(1), Some(uri), 200),
        (5 * MINUTE, Some(uri), 400),
        (MINUTE, Some("https://example.com/other"), 400),
        (MINUTE, None, 400),
    ] {
        let code = sandbox.authorization_code(REFRESH_TOKEN, Some(uri)).unwrap();
        sandbox.clock().advance(wait);
        let mut asked = vec![("code", code.as_str())];
        asked.extend(redirect_uri.map(|uri| ("redirect_uri", uri)));
        let answer = ask(&sandbox, CLIENT_SECRET, "authorization_code", &asked).await;
        assert_eq!(answer.status, status, "{wait:?} {redirect_uri:?}: {:?}", answer.body);
    }
    let guess = ask(&sandbox, CLIENT_SECRET, "authorization_code", &[("code", "guess")]).await;
    assert_refused(&guess, 400, "invalid_grant");
}

#[tokio::test]
async fn only_a_new_code_restores_a_revoked_seller() {
    let sandbox = builder().seller("Atzr|second").start().await.unwrap();
    let (caller, second) = (Caller::new(&sandbox).await, Caller::of(&sandbox, "Atzr|second").await);
    let restricted = caller.restricted(json!([{ "method": "GET", "path": "/orders/v0/orders" }])).await;
    let pending_code = sandbox.authorization_code(REFRESH_TOKEN, None).unwrap();
    assert!(sandbox.revoke(REFRESH_TOKEN));
    assert!(!sandbox.revoke("Atzr|nobody"));

    let refused = ask(&sandbox, CLIENT_SECRET, "refresh_token", &[("refresh_token", REFRESH_TOKEN)]).await;
    assert_refused(&refused, 400, "invalid_grant");
    let before = ask(&sandbox, CLIENT_SECRET, "authorization_code", &[("code", &pending_code)]).await;
    assert_refused(&before, 400, "invalid_grant");
    let void = "The access token you provided is revoked, malformed or invalid.";
    for (void_caller, path) in [(&caller, ACCOUNT), (&restricted, "/orders/v0/orders")] {
        let answer = void_caller.get(path, &[]).await;
        answer.error(403, "Unauthorized");
        assert_eq!(answer.body["errors"][0]["details"], json!(void));
    }
    assert_eq!(second.get(ACCOUNT, &[]).await.status, 200, "the other seller is not affected");

    let code = sandbox.authorization_code(REFRESH_TOKEN, None).unwrap();
    let answer = ask(&sandbox, CLIENT_SECRET, "authorization_code", &[("code", &code)]).await;
    let again = Caller::of(&sandbox, text(&answer, "refresh_token")).await;
    assert_eq!(again.get(ACCOUNT, &[]).await.status, 200);
    assert_eq!(caller.get(ACCOUNT, &[]).await.status, 403, "a revoked token stays void");
}

#[tokio::test]
async fn a_scope_gets_a_token_without_a_seller() {
    let sandbox = builder().start().await.unwrap();
    for scope in [ROTATION_SCOPE, "sellingpartnerapi::notifications", "sellingpartnerapi::shipments:track"] {
        let answer = ask(&sandbox, CLIENT_SECRET, "client_credentials", &[("scope", scope)]).await;
        assert_eq!(answer.status, 200, "{scope}");
        assert!(answer.body.get("refresh_token").is_none());
        let caller = Caller::with_token(&sandbox, text(&answer, "access_token"));
        caller.get(ACCOUNT, &[]).await.error(403, "Unauthorized");
        let rotated = caller.request(reqwest::Method::POST, ROTATION).send().await.unwrap();
        assert_eq!(rotated.status(), if scope == ROTATION_SCOPE { 204 } else { 403 }, "{scope}");
    }
    for scope in ["sellingpartnerapi::migration", "sellingpartnerapi::notifications ", "profile"] {
        let refused = ask(&sandbox, sandbox.client_secret().as_str(), "client_credentials", &[("scope", scope)]).await;
        assert_refused(&refused, 400, "invalid_scope");
    }
    let seller = Caller::new(&sandbox).await;
    seller.post(ROTATION, &json!({})).await.error(403, "Unauthorized");
}

#[tokio::test]
async fn a_client_secret_works_seven_days_after_its_rotation() {
    let sandbox = builder().start().await.unwrap();
    let refresh = [("refresh_token", REFRESH_TOKEN)];
    let works = async |secret: &str| {
        let answer = ask(&sandbox, secret, "refresh_token", &refresh).await;
        if answer.status != 200 {
            assert_refused(&answer, 401, "invalid_client");
        }
        answer.status == 200
    };
    assert_eq!(sandbox.client_secret(), CLIENT_SECRET);
    let second = sandbox.rotate_client_secret();
    assert_eq!(sandbox.client_secret(), second);
    sandbox.clock().advance(3 * DAY);

    // The second time over the API, which shows the secret only through the `Sandbox`.
    let caller = Caller::of_scope(&sandbox, ROTATION_SCOPE).await;
    assert_eq!(caller.request(reqwest::Method::POST, ROTATION).send().await.unwrap().status(), 204);
    let third = sandbox.client_secret();
    for secret in [CLIENT_SECRET, &second, &third] {
        assert!(works(secret).await);
    }
    sandbox.clock().advance(4 * DAY);
    assert_eq!((works(CLIENT_SECRET).await, works(&second).await, works(&third).await), (false, true, true));
    sandbox.clock().advance(3 * DAY);
    assert_eq!((works(&second).await, works(&third).await), (false, true));
}

#[tokio::test]
async fn nothing_secret_shows_in_debug_output() {
    let sandbox = builder().start().await.unwrap();
    let shown = format!("{sandbox:?}");
    assert!(shown.contains(sandbox.url()), "{shown}");
    assert!(!shown.contains("Atzr|") && !shown.contains(CLIENT_SECRET), "{shown}");
}
