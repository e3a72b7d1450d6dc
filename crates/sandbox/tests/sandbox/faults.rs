//! Causes each fault and tests what the client receives.

use crate::support::{Answer, Caller, JP, answer, builder};
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use spapi_sandbox::{CLIENT_ID, CLIENT_SECRET, Fault, FaultKind, Limits, REFRESH_TOKEN, Sandbox};
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

const LIST: &str = "/orders/v0/orders";
const QUERY: [(&str, &str); 2] = [("MarketplaceIds", JP), ("CreatedAfter", "2026-11-01")];
const OPERATION: &str = "orders@v0 getOrders";

async fn list(caller: &Caller) -> Answer {
    caller.get(LIST, &QUERY).await
}

async fn list_raw(caller: &Caller) -> reqwest::Result<reqwest::Response> {
    caller.request(Method::GET, LIST).query(&QUERY).send().await
}

/// A sandbox where the first call of getOrders gets this kind of fault, and its client.
async fn with(kind: FaultKind) -> (Sandbox, Caller) {
    let sandbox = builder().start().await.unwrap();
    sandbox.fault(Fault::new(OPERATION, kind).nth(1)).unwrap();
    let caller = Caller::new(&sandbox).await;
    (sandbox, caller)
}

#[tokio::test]
async fn faults_with_amazons_errors() {
    for (kind, status, code) in [
        (FaultKind::Throttled, 429, "QuotaExceeded"),
        (FaultKind::ServerError, 500, "InternalFailure"),
        (FaultKind::ExpiredToken, 403, "Unauthorized"),
    ] {
        let (_sandbox, caller) = with(kind).await;
        let refused = list(&caller).await;
        refused.error(status, code);
        if kind == FaultKind::ExpiredToken {
            let details = "The access token you provided has expired.";
            assert_eq!(refused.body["errors"][0]["details"], json!(details));
        }
        assert_eq!(list(&caller).await.status, 200, "the next call succeeds");
    }
}

#[tokio::test]
async fn faults_with_gateways_errors() {
    let (_sandbox, caller) = with(FaultKind::UnavailableHtml).await;
    let refused = list_raw(&caller).await.unwrap();
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(refused.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
    assert!(refused.text().await.unwrap().starts_with("<html>"));

    let (_sandbox, caller) = with(FaultKind::EmptyBody).await;
    let empty = list_raw(&caller).await.unwrap();
    assert_eq!((empty.status(), empty.bytes().await.unwrap().len()), (StatusCode::OK, 0));
}

#[tokio::test]
async fn a_body_is_cut_in_the_middle() {
    let (_sandbox, caller) = with(FaultKind::CutBody).await;
    let mut cut = list_raw(&caller).await.unwrap();
    assert_eq!(cut.status(), StatusCode::OK);
    let announced = cut.content_length().unwrap();
    let mut came = Vec::new();
    let end = loop {
        match cut.chunk().await {
            Ok(Some(chunk)) => came.extend(chunk),
            Ok(None) => break None,
            Err(error) => break Some(error),
        }
    };
    assert!(end.is_some(), "the end of the body is an error");
    assert!(!came.is_empty() && (came.len() as u64) < announced, "{} of {announced}", came.len());
    assert_eq!(serde_json::from_slice::<Value>(&came).unwrap_err().classify(), serde_json::error::Category::Eof);
    assert_eq!(list(&caller).await.status, 200);
}

/// Sends a call over a new connection, and returns what arrives before the connection ends, or its error.
fn call_raw(sandbox: &Sandbox, token: &str) -> std::io::Result<Vec<u8>> {
    let address = sandbox.url().strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address)?;
    let query = format!("MarketplaceIds={JP}&CreatedAfter=2026-11-01");
    let head = format!("GET {LIST}?{query} HTTP/1.1\r\nhost: {address}\r\nx-amz-access-token: {token}\r\n\r\n");
    stream.write_all(head.as_bytes())?;
    let mut came = Vec::new();
    stream.read_to_end(&mut came).map(|_| came)
}

#[tokio::test]
async fn a_connection_is_reset_before_the_call_or_closed_after_it() {
    // A burst of one call shows whether the sandbox carried it out.
    let sandbox = builder().limits(Limits::Factor(0.05)).start().await.unwrap();
    let token = Caller::new(&sandbox).await.token().to_owned();

    sandbox.fault(Fault::new(OPERATION, FaultKind::Reset).nth(1)).unwrap();
    let reset = call_raw(&sandbox, &token).unwrap_err();
    assert_eq!(reset.kind(), ErrorKind::ConnectionReset);

    sandbox.clear_faults();
    sandbox.fault(Fault::new(OPERATION, FaultKind::LostAnswer).nth(1)).unwrap();
    assert_eq!(call_raw(&sandbox, &token).unwrap(), b"", "the connection closes without a byte and without a reset");

    let caller = Caller::new(&sandbox).await;
    list(&caller).await.error(429, "QuotaExceeded");
}

#[tokio::test]
async fn a_delay_exceeds_a_clients_timeout() {
    let sandbox = builder().start().await.unwrap();
    sandbox.fault(Fault::delay(OPERATION, 600_000).nth(1)).unwrap();
    sandbox.fault(Fault::delay(OPERATION, 1).nth(2)).unwrap();
    let caller = Caller::new(&sandbox).await;
    let impatient = caller.request(Method::GET, LIST).query(&QUERY).timeout(Duration::from_millis(300));
    assert!(impatient.send().await.unwrap_err().is_timeout());
    assert_eq!(list(&caller).await.status, 200);
}

#[tokio::test]
async fn login_fails_in_the_shape_of_login_with_amazon() {
    let sandbox = builder().start().await.unwrap();
    let ask = || {
        let form = [
            ("grant_type", "refresh_token"),
            ("client_id", CLIENT_ID),
            ("client_secret", CLIENT_SECRET),
            ("refresh_token", REFRESH_TOKEN),
        ];
        answer(Client::new().post(sandbox.token_url()).form(&form))
    };
    sandbox.fault(Fault::new("login", FaultKind::ServerError).nth(1)).unwrap();
    sandbox.fault(Fault::new("login", FaultKind::Throttled).nth(2)).unwrap();
    let failed = ask().await;
    assert_eq!((failed.status.as_u16(), &failed.body["error"]), (500, &json!("server_error")));
    assert_eq!(ask().await.status, 429);
    assert_eq!(ask().await.status, 200);
}

#[tokio::test]
async fn documents_fail_in_the_document_hosts_shape() {
    let sandbox = builder().start().await.unwrap();
    for (kind, status, code) in [
        (FaultKind::ExpiredUrl, 403, "<Code>AccessDenied</Code><Message>Request has expired</Message>"),
        (FaultKind::Throttled, 503, "<Code>SlowDown</Code>"),
        (FaultKind::ServerError, 500, "<Code>InternalError</Code>"),
    ] {
        sandbox.clear_faults();
        sandbox.fault(Fault::new("documents", kind)).unwrap();
        let refused = Client::new().get(format!("{}/documents/any", sandbox.url())).send().await.unwrap();
        assert_eq!(refused.status().as_u16(), status);
        assert_eq!(refused.headers()["content-type"], "application/xml");
        assert!(refused.text().await.unwrap().contains(code));
    }
}

/// A fresh URL of a report's document.
async fn document_url(caller: &Caller, id: &str) -> String {
    let document = caller.body(&format!("/reports/2021-06-30/documents/{id}"), &[]).await;
    document["url"].as_str().expect("a URL").to_owned()
}

fn unpacked(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut text = Vec::new();
    flate2::read::GzDecoder::new(bytes).read_to_end(&mut text).map(|_| text)
}

#[tokio::test]
async fn a_report_document_can_expire_be_corrupt_and_be_cut() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    let order = json!({"reportType": "GET_MERCHANT_LISTINGS_ALL_DATA", "marketplaceIds": [JP]});
    let report = caller.post("/reports/2021-06-30/reports", &order).await.body["reportId"].clone();
    let path = format!("/reports/2021-06-30/reports/{}", report.as_str().unwrap());
    let mut report = Value::Null;
    for _ in 0..3 {
        report = caller.body(&path, &[]).await;
    }
    let id = report["reportDocumentId"].as_str().expect("a document");
    for (nth, kind) in [(1, FaultKind::ExpiredUrl), (2, FaultKind::CorruptGzip), (3, FaultKind::CutBody)] {
        sandbox.fault(Fault::new("documents", kind).nth(nth)).unwrap();
    }
    let download = async || Client::new().get(document_url(&caller, id).await).send().await.unwrap();
    let expired = download().await;
    assert_eq!(expired.status(), StatusCode::FORBIDDEN);
    assert!(expired.text().await.unwrap().contains("Request has expired"));
    let damaged = download().await.bytes().await.unwrap();
    assert!(unpacked(&damaged).is_err());
    assert!(download().await.bytes().await.is_err(), "cut");
    let whole = download().await.bytes().await.unwrap();
    assert_eq!(whole.len(), damaged.len());
    assert!(!unpacked(&whole).unwrap().is_empty());
}

async fn control(sandbox: &Sandbox, method: Method, body: &str) -> reqwest::Response {
    let url = format!("{}/_sandbox/faults", sandbox.url());
    Client::new()
        .request(method, url)
        .header("content-type", "application/json")
        .body(body.to_owned())
        .send()
        .await
        .unwrap()
}

#[tokio::test]
async fn tests_in_any_language_add_faults_over_http() {
    let sandbox = builder().start().await.unwrap();
    let one = r#"{"on": "orders@v0 getOrders", "kind": "throttled", "nth": 2}"#;
    assert_eq!(control(&sandbox, Method::POST, one).await.status(), 201);
    let more = r#"[{"on":"operations","kind":"serverError","times":1},{"on":"login","kind":"delay","milliseconds":1}]"#;
    assert_eq!(control(&sandbox, Method::POST, more).await.status(), 201);

    let caller = Caller::new(&sandbox).await;
    list(&caller).await.error(500, "InternalFailure");
    list(&caller).await.error(429, "QuotaExceeded");
    assert_eq!(list(&caller).await.status, 200);

    let shown: Value = control(&sandbox, Method::GET, "").await.json().await.unwrap();
    assert_eq!(
        shown["faults"],
        json!([
            {"id": 1, "on": "orders@v0 getOrders", "kind": "throttled", "nth": 2, "calls": 3, "caused": 1},
            {"id": 2, "on": "operations", "kind": "serverError", "times": 1, "calls": 3, "caused": 1},
            {"id": 3, "on": "login", "kind": "delay", "milliseconds": 1, "calls": 1, "caused": 1},
        ])
    );
    assert_eq!(control(&sandbox, Method::DELETE, "").await.status(), 204);
    let shown: Value = control(&sandbox, Method::GET, "").await.json().await.unwrap();
    assert_eq!(shown, json!({ "faults": [] }));
}

#[tokio::test]
async fn the_error_of_a_wrong_description_says_what_is_possible() {
    let sandbox = builder().start().await.unwrap();
    for (body, parts) in [
        ("{", &["the body is not JSON"][..]),
        (r#"{"on":"login","kind":"boom"}"#, &["`boom`", "`throttled`", "`corruptGzip`", "examples"]),
        (r#"{"on":"login","kind":"reset","nht":2}"#, &["`nht`", "`nth`", "`share`", "`times`"]),
        (r#"{"kind":"reset"}"#, &["`on`", "\"orders@v0 getOrders\""]),
        (r#"{"on":"order getOrders","kind":"reset"}"#, &["there is \"orders@v0 getOrders\"", "\"documents\""]),
        (r#"[{"on":"login","kind":"reset"},{"on":"login","kind":"reset","nth":0}]"#, &["nth counts from 1"]),
    ] {
        let refused = control(&sandbox, Method::POST, body).await;
        assert_eq!(refused.status(), 400);
        let refused: Value = refused.json().await.unwrap();
        let message = refused["errors"][0]["message"].as_str().unwrap();
        assert!(message.starts_with("No fault was added: "), "{message}");
        assert!(parts.iter().all(|part| message.contains(part)), "{message}");
    }
    let shown: Value = control(&sandbox, Method::GET, "").await.json().await.unwrap();
    assert_eq!(shown, json!({ "faults": [] }), "a list with one wrong fault adds none");
    assert_eq!(control(&sandbox, Method::PUT, "").await.status(), 400);
}

#[tokio::test]
async fn one_type_is_throttled_and_the_others_go_on() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    let body =
        json!({ "on": "reports createReport", "kind": "throttled", "type": "GET_AFN_INVENTORY_DATA", "times": 2 });
    assert_eq!(control(&sandbox, Method::POST, &body.to_string()).await.status(), StatusCode::CREATED);
    let create = async |kind: &str| {
        let order = json!({ "reportType": kind, "marketplaceIds": [JP] });
        caller.post("/reports/2021-06-30/reports", &order).await
    };
    for _ in 0..2 {
        let refused = create("GET_AFN_INVENTORY_DATA").await;
        assert_eq!(refused.error(429, "QuotaExceeded"), "You exceeded your quota for the requested resource.");
        assert_eq!(create("GET_MERCHANT_LISTINGS_ALL_DATA").await.status, 202);
    }
    assert_eq!(create("GET_AFN_INVENTORY_DATA").await.status, 202);
    // A body that is not JSON names no type, and gets its own error.
    let broken = caller.request(Method::POST, "/reports/2021-06-30/reports").body("{").send().await.unwrap();
    assert_eq!(broken.status(), StatusCode::BAD_REQUEST);
}
