//! When and how often the client requests access tokens.

mod support;

use spapi_core::auth::{AccessToken, BoxFuture, ExposeSecret, LoginCode, StoreError, TokenStore};
use spapi_core::operation::Operation;
use spapi_core::{Client, Credentials, Endpoint, Error, Marketplace, Method, Request, Value, decode};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};
use support::{Begun, GET, ManualClock, POST, Reply, Server, fast, json, ok, token};
use tokio::sync::Semaphore;

async fn get(client: &Client) -> Result<(), Error> {
    Request::<Value>::new(client, &GET, decode::json).send().await.map(drop)
}

async fn post(client: &Client) -> Result<(), Error> {
    Request::<Value>::new(client, &POST, decode::json).send().await.map(drop)
}

/// A server whose token endpoint answers once `callers` calls are waiting for it.
async fn server_that_waits_for(callers: u32, begun: &Arc<Semaphore>, login: fn() -> Reply) -> Server {
    let begun = Arc::clone(begun);
    Server::start_all(move |seen| {
        let begun = Arc::clone(&begun);
        async move {
            if !seen.is_login() {
                return ok();
            }
            begun.acquire_many(callers).await.unwrap().forget();
            login()
        }
    })
    .await
}

#[tokio::test]
async fn a_token_is_requested_in_amazons_form() {
    let server = Server::start(|_| ok()).await;
    let client = server.client();
    get(&client).await.unwrap();
    get(&client.clone()).await.unwrap();
    let logins = server.logins();
    assert_eq!(logins.len(), 1, "clones share the token");
    assert_eq!(logins[0].method, "POST");
    assert_eq!(logins[0].header("content-type"), Some("application/x-www-form-urlencoded;charset=UTF-8"));
    assert_eq!(
        logins[0].body,
        "grant_type=refresh_token&refresh_token=Atzr%7C1%202&client_id=client-id\
         &client_secret=open%20sesame"
    );
    assert!(server.calls().iter().all(|call| call.token() == "Atza|1"));
}

#[tokio::test]
async fn ten_thousand_callers_on_an_expired_token_cause_one_renewal() {
    const CALLERS: u32 = 10_000;
    // Calls get their token before they wait for the quota, which lets one of them pass: so the test needs one
    // connection instead of ten thousand.
    static SLOW: Operation = Operation::new("test", "v1", "getSlow", Method::GET, "/slow").rate(0.001, 1);
    let begun = Arc::new(Semaphore::new(CALLERS as usize));
    let server = server_that_waits_for(CALLERS, &begun, || token(1)).await;
    let clock = ManualClock::new();
    let client = server.builder().clock(clock.clone()).longest_wait(Duration::ZERO).build().unwrap();
    get(&client).await.unwrap();
    clock.advance(3600);
    let callers: Vec<_> = (0..CALLERS)
        .map(|_| tokio::spawn(Begun::new(Request::<Value>::new(&client, &SLOW, decode::json).send(), &begun)))
        .collect();
    let mut sent = 0;
    for caller in callers {
        match caller.await.unwrap() {
            Ok(_) => sent += 1,
            Err(error) => assert!(error.is_throttled() && error.status().is_none(), "{error}"),
        }
    }
    assert_eq!((sent, server.calls().len(), server.logins().len()), (1, 2, 2));
}

#[tokio::test]
async fn a_failed_renewal_fails_all_waiting_callers_at_once() {
    let begun = Arc::new(Semaphore::new(0));
    let server = server_that_waits_for(100, &begun, || json(400, r#"{"error":"invalid_grant"}"#)).await;
    let client = server.client();
    let callers: Vec<_> = (0..100)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(Begun::new(async move { get(&client).await }, &begun))
        })
        .collect();
    for caller in callers {
        assert_eq!(caller.await.unwrap().unwrap_err().login_code(), Some(&LoginCode::InvalidGrant));
    }
    assert_eq!(server.logins().len(), 1);
    assert!(server.calls().is_empty());
    begun.add_permits(100);
    assert!(get(&client).await.is_err());
    assert_eq!(server.logins().len(), 2, "a later caller makes a new request");
}

#[tokio::test]
async fn when_the_leader_of_a_renewal_is_dropped_another_takes_over() {
    let arrived = Arc::new(Semaphore::new(0));
    let server = Server::start_all({
        let arrived = Arc::clone(&arrived);
        let first = Mutex::new(true);
        move |seen| {
            let is_first = seen.is_login() && std::mem::take(&mut *first.lock().unwrap());
            let arrived = Arc::clone(&arrived);
            async move {
                match (seen.is_login(), is_first) {
                    (true, true) => {
                        arrived.add_permits(1);
                        Reply::Silence
                    }
                    (true, false) => token(2),
                    (false, _) => ok(),
                }
            }
        }
    })
    .await;
    let client = server.client();
    let leader = tokio::spawn({
        let client = client.clone();
        async move { get(&client).await }
    });
    arrived.acquire().await.unwrap().forget();
    let begun = Arc::new(Semaphore::new(0));
    let others: Vec<_> = (0..20)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(Begun::new(async move { get(&client).await }, &begun))
        })
        .collect();
    begun.acquire_many(20).await.unwrap().forget();
    leader.abort();
    assert!(leader.await.unwrap_err().is_cancelled());
    for other in others {
        other.await.unwrap().unwrap();
    }
    assert_eq!(server.logins().len(), 2);
    assert_eq!(server.calls().len(), 20);
}

#[tokio::test]
async fn a_token_is_renewed_a_minute_before_its_end() {
    let server = Server::start(|_| ok()).await;
    let clock = ManualClock::new();
    let client = server.builder().clock(clock.clone()).build().unwrap();
    get(&client).await.unwrap();
    clock.advance(3539);
    get(&client).await.unwrap();
    assert_eq!(server.logins().len(), 1);
    clock.advance(1);
    get(&client).await.unwrap();
    assert_eq!(server.logins().len(), 2);
    let tokens: Vec<_> = server.calls().iter().map(|call| call.token().to_owned()).collect();
    assert_eq!(tokens, ["Atza|1", "Atza|1", "Atza|2"]);
}

const EXPIRED: &str = r#"{"errors":[{"code":"Unauthorized","message":"The access token you provided has expired."}]}"#;
const DENIED: &str = r#"{"errors":[{"code":"Unauthorized","message":"Access to requested resource is denied."}]}"#;

#[tokio::test]
async fn a_refused_token_is_replaced_once() {
    for (status, body) in [
        (401, ""),
        (401, DENIED),
        (403, EXPIRED),
        (403, r#"{"errors":{"ExpiredToken":"It is too old."}}"#),
        (403, "The access token is expired"),
        (403, "\"access token expired\""),
        (
            403,
            "<s:Fault xmlns:s='u'><faultcode>s:Client</faultcode><faultstring>Access token is invalid</faultstring></s:Fault>",
        ),
    ] {
        let server = Server::start(move |seen| if seen.token() == "Atza|1" { json(status, body) } else { ok() }).await;
        let client = server.builder().retry(fast().attempts(1)).build().unwrap();
        get(&client).await.unwrap();
        post(&client).await.unwrap();
        assert_eq!((server.logins().len(), server.calls().len()), (2, 3), "{status} {body}");

        let server = Server::start(move |_| json(status, body)).await;
        let error = post(&server.client()).await.unwrap_err();
        assert!(error.is_auth() && !error.outcome_unknown());
        assert_eq!(error.status().unwrap(), status);
        assert_eq!(error.attempts(), 2);
        assert_eq!((server.logins().len(), server.calls().len()), (2, 2), "{status} {body}");
    }
}

#[tokio::test]
async fn another_403_is_not_tried_again() {
    for body in [
        DENIED,
        "",
        "{}",
        "<html></html>",
        r#"{"message":"Missing Authentication Token"}"#,
        r#"{"code":"Unauthorized","message":"The access token lacks the role"}"#,
        r#"{"code":"Unauthorized","details":"The access token is not valid for this region"}"#,
        r#"{"code":"Unauthorized","details":"The restricted data token is missing or invalid"}"#,
    ] {
        let server = Server::start(move |_| json(403, body)).await;
        let error = get(&server.client()).await.unwrap_err();
        assert!(error.is_auth());
        assert_eq!((server.logins().len(), server.calls().len()), (1, 1), "{body}");
        let hint = if body.contains("html") { "firewall or proxy" } else { "granted in this region" };
        assert!(error.to_string().contains(hint), "{error}");
    }
}

/// Stores one token for all keys.
#[derive(Default)]
struct Kept(Mutex<Option<AccessToken>>);

impl TokenStore for Kept {
    fn load<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Option<AccessToken>, StoreError>> {
        Box::pin(async { Ok(self.0.lock().unwrap().clone()) })
    }

    fn save<'a>(&'a self, _: &'a str, token: &'a AccessToken) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async { Ok(_ = self.0.lock().unwrap().insert(token.clone())) })
    }
}

#[tokio::test]
async fn a_kept_token_that_only_the_details_call_bad_is_replaced_once_and_the_details_are_shown() {
    const REVOKED: &str = "The access token you provided is revoked, malformed or invalid.";
    for (status, code, message, details) in [
        (403, "Unauthorized", "Access to requested resource is denied.", REVOKED),
        (401, "Unauthorized", "Access to requested resource is denied.", REVOKED),
        (403, "Unauthorized", "THE ACCESS TOKEN HAS EXPIRED", ""),
        (403, "InvalidAccessToken", "", ""),
        (403, "Unauthorized", "access_token is not valid", ""),
        (403, "ExpiredToken", "", ""),
        (401, "ExpiredToken", "The token is expired", ""),
        (403, "Unauthorized", "", "The Access Token you provided is expired"),
        (403, "Unauthorized", "the access token is malformed", ""),
    ] {
        let body = spapi_core::json!({"errors": [{"code": code, "message": message, "details": details}]}).to_string();
        let store = Arc::new(Kept::default());
        let stale = || AccessToken::new("Atza|stale", SystemTime::now() + Duration::from_secs(3000));
        *store.0.lock().unwrap() = Some(stale());
        let answered = body.clone();
        let server = Server::start(move |seen| match seen.token() {
            "Atza|stale" => json(status, answered.clone()),
            _ => ok(),
        })
        .await;
        let client = server.builder().token_store(store.clone()).build().unwrap();
        client.request(Method::GET, "/test/v1/things").send().await.unwrap();
        assert_eq!((server.logins().len(), server.calls().len()), (1, 2), "{body}");
        let kept = store.0.lock().unwrap().clone().unwrap();
        assert_eq!(kept.token.expose_secret(), "Atza|1");

        *store.0.lock().unwrap() = Some(stale());
        let server = Server::start(move |_| json(status, body.clone())).await;
        let client = server.builder().token_store(store.clone()).build().unwrap();
        let error = client.request(Method::GET, "/test/v1/things").send().await.unwrap_err();
        assert_eq!((server.logins().len(), server.calls().len()), (1, 2), "one renewal: {error}");
        let shown = error.to_string();
        assert!(shown.contains(details.trim_end_matches('.')) && shown.contains("and a fresh one too"), "{shown}");
    }
}

#[tokio::test]
async fn many_callers_with_one_refused_token_renew_it_once() {
    let server = Server::start(|seen| if seen.token() == "Atza|1" { json(401, "") } else { ok() }).await;
    let client = server.client();
    let callers: Vec<_> = (0..50)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { get(&client).await })
        })
        .collect();
    for caller in callers {
        caller.await.unwrap().unwrap();
    }
    assert_eq!(server.logins().len(), 2);
}

#[tokio::test]
async fn a_request_to_a_busy_token_endpoint_is_repeated() {
    let replies = Mutex::new(vec![
        token(1),
        Reply::Close,
        Reply::Answer { status: 503, headers: vec![], body: "<html>busy</html>".into() },
        json(500, ""),
    ]);
    let server = Server::start_all(move |seen| {
        let reply = if seen.is_login() { replies.lock().unwrap().pop().unwrap() } else { ok() };
        async move { reply }
    })
    .await;
    post(&server.client()).await.unwrap();
    assert_eq!((server.logins().len(), server.calls().len()), (4, 1));
}

async fn login_error(reply: fn() -> Reply) -> Error {
    let server = Server::start_all(move |seen| {
        assert!(seen.is_login(), "no call is sent without a token");
        async move { reply() }
    })
    .await;
    let error = post(&server.client()).await.unwrap_err();
    assert!(!error.outcome_unknown());
    error
}

#[tokio::test]
async fn login_errors_are_typed_and_say_what_to_do() {
    let error =
        login_error(|| json(401, r#"{"error":"invalid_client","error_description":"Client authentication failed"}"#))
            .await;
    assert!(error.is_auth());
    assert_eq!(error.login_code(), Some(&LoginCode::InvalidClient));
    assert_eq!(error.codes().collect::<Vec<_>>(), ["invalid_client"]);
    assert_eq!(
        error.to_string(),
        "test@v1 createThing: Login with Amazon gave no access token: 401 Unauthorized: invalid_client: Client \
         authentication failed (request id request-1). Check the client id and the client secret; a secret stops \
         working some days after it was rotated."
    );
    let grant = login_error(|| json(400, r#"{"error":"invalid_grant"}"#)).await;
    assert!(grant.to_string().contains("have the seller authorize the application again"), "{grant}");
    let new = login_error(|| json(400, r#"{"error":"brand_new"}"#)).await;
    assert_eq!(new.login_code(), Some(&LoginCode::Unrecognized("brand_new".into())));
    for wrong_url in
        [|| json(404, ""), || json(403, "<html></html>"), || json(200, "{}"), || json(200, "<html></html>")]
    {
        let error = login_error(wrong_url).await;
        assert!(error.is_auth() && error.to_string().contains("Check the token URL"), "{error}");
    }
    for odd in [|| json(200, r#"{"access_token":""}"#), || json(200, r#"{"access_token":"a\nb"}"#)] {
        assert!(login_error(odd).await.to_string().contains("without a usable access token"));
    }
    let busy = login_error(|| json(503, "")).await;
    assert_eq!(busy.attempts(), 4);
    assert!(!busy.is_auth() && busy.to_string().contains("Try again later"), "{busy}");
}

#[tokio::test]
async fn unusual_lifetimes_of_tokens_are_accepted() {
    for (life, logins) in
        [("\"3600\"", 1), ("3600", 1), ("null", 1), ("\"soon\"", 1), ("0", 2), ("18446744073709551615", 2)]
    {
        let server = Server::start_all(move |seen| async move {
            let body = format!(r#"{{"access_token":"t","expires_in":{life}}}"#);
            if seen.is_login() { json(200, body) } else { ok() }
        })
        .await;
        let client = server.client();
        get(&client).await.unwrap();
        get(&client).await.unwrap();
        assert_eq!(server.logins().len(), logins, "{life}");
    }
}

static GRANTLESS: Operation =
    Operation::new("notifications", "v1", "getDestinations", Method::GET, "/notifications/v1/destinations")
        .grantless("sellingpartnerapi::notifications");

#[tokio::test]
async fn a_grantless_operation_has_a_token_of_its_scope() {
    let server = Server::start(|_| ok()).await;
    let client = server.client();
    for _ in 0..2 {
        get(&client).await.unwrap();
        Request::<Value>::new(&client, &GRANTLESS, decode::json).send().await.unwrap();
    }
    let logins = server.logins();
    assert_eq!(logins.len(), 2);
    assert_eq!(
        logins[1].body,
        "grant_type=client_credentials&scope=sellingpartnerapi%3A%3Anotifications&client_id=client-id\
         &client_secret=open%20sesame"
    );
    let tokens: Vec<_> = server.calls().iter().map(|call| call.token().to_owned()).collect();
    assert_eq!(tokens, ["Atza|1", "Atza|2", "Atza|1", "Atza|2"]);
}

#[tokio::test]
async fn the_token_endpoint_can_be_on_another_server() {
    let login = Server::start_all(|seen| async move {
        assert_eq!(seen.target, "/login/token");
        token(7)
    })
    .await;
    let server = Server::start(|_| ok()).await;
    let endpoint = Endpoint::custom_with_token_url(&server.url, format!("{}/login/token", login.url));
    let client = server.builder().endpoint(endpoint).build().unwrap();
    get(&client).await.unwrap();
    assert!(server.logins().is_empty());
    assert_eq!(server.calls()[0].token(), "Atza|7");
}

#[test]
fn a_client_needs_credentials_and_a_safe_endpoint() {
    let error = Client::builder(Marketplace::JP).build().unwrap_err();
    assert!(error.is_config() && error.to_string().contains("Credentials::from_env()"), "{error}");
    let plain = Client::builder(Marketplace::JP)
        .credentials(Credentials::new("a", "b", "c"))
        .endpoint(Endpoint::custom("http://sellingpartnerapi-fe.amazon.com"));
    assert!(plain.build().unwrap_err().to_string().contains("Use https://"));
}
