//! A client and a sandbox in one process, without a socket. Tokio's clock is paused, so that waiting takes no time.

use crate::support::{JP, now};
use spapi_core::document::Dialect;
use spapi_core::transport::ServiceTransport;
use spapi_core::{Client, Credentials, Endpoint, Marketplace, Method, Operation, Request, Value, decode, json};
use spapi_sandbox::{CLIENT_ID, CLIENT_SECRET, Clock, Fault, FaultKind, REFRESH_TOKEN, Sandbox};
use std::time::Duration;

static SEARCH_ORDERS: Operation =
    Operation::new("orders", "2026-01-01", "searchOrders", Method::GET, "/orders/2026-01-01/orders").rate(0.0056, 20);

fn sandbox() -> Sandbox {
    Sandbox::builder().clock(Clock::stopped_at(now())).build().unwrap()
}

fn client(sandbox: &Sandbox) -> Client {
    Client::builder(Marketplace::JP)
        .endpoint(Endpoint::custom(sandbox.url()))
        .transport(ServiceTransport::new(sandbox.service()))
        .credentials(Credentials::new(CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN))
        .build()
        .unwrap()
}

async fn get(client: &Client, path: &str) -> Value {
    client.request(Method::GET, path.to_owned()).send().await.unwrap().json().unwrap()
}

/// The URL of a new listings report, and its compression.
async fn listings(client: &Client) -> (String, Option<String>) {
    document(client, &json!({ "reportType": "GET_MERCHANT_LISTINGS_ALL_DATA", "marketplaceIds": [JP] })).await
}

/// The URL of the document of a new report, and its compression.
async fn document(client: &Client, order: &Value) -> (String, Option<String>) {
    let create = client.request(Method::POST, "/reports/2021-06-30/reports").json(order);
    let created: Value = create.send().await.unwrap().json().unwrap();
    let path = format!("/reports/2021-06-30/reports/{}", created["reportId"].as_str().unwrap());
    let document = loop {
        let report = get(client, &path).await;
        match report["processingStatus"].as_str().unwrap() {
            "DONE" => break report["reportDocumentId"].as_str().unwrap().to_owned(),
            // A client waits this long between two requests. In paused time the wait is skipped.
            "IN_QUEUE" | "IN_PROGRESS" => tokio::time::sleep(Duration::from_secs(60)).await,
            other => panic!("{other}"),
        }
    };
    let found = get(client, &format!("/reports/2021-06-30/documents/{document}")).await;
    let text = |name: &str| found[name].as_str().map(str::to_owned);
    (text("url").unwrap(), text("compressionAlgorithm"))
}

#[tokio::test(start_paused = true)]
async fn a_report_is_downloaded_without_a_socket() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    let (url, compression) = listings(&client).await;
    assert!(url.starts_with(sandbox.url()), "{url}");
    let download = client.download(&url).of_type("GET_MERCHANT_LISTINGS_ALL_DATA", Marketplace::JP);
    let document = download.compression(compression.as_deref()).open().await.unwrap();
    let mut rows = document.rows::<Vec<String>>(Dialect::TSV).unwrap();
    let mut skus = Vec::new();
    while let Some(row) = rows.try_next().await.unwrap() {
        skus.push(row[2].clone());
    }
    assert_eq!((skus.len(), skus[3].as_str()), (12, "茶器-急須01"));
}

#[tokio::test(start_paused = true)]
async fn a_download_that_is_cut_continues_where_it_stopped() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    let (url, _) = listings(&client).await;
    let read = async || {
        let document = client.download(&url).open().await.unwrap();
        document.bytes().collect(1 << 20).await
    };
    let whole = read().await.unwrap();
    sandbox.fault(Fault::new("documents", FaultKind::CutBody).times(2)).unwrap();
    assert_eq!(read().await.unwrap(), whole);
    // So does a document that is made while it is read.
    let long = json!({
        "reportType": "GET_MERCHANT_LISTINGS_ALL_DATA",
        "marketplaceIds": [JP],
        "reportOptions": { "sandboxRows": "40000" },
    });
    let (url, _) = document(&client, &long).await;
    let read_long = async || client.download(&url).open().await.unwrap().bytes().collect(64 << 20).await;
    let whole = read_long().await.unwrap();
    sandbox.fault(Fault::new("documents", FaultKind::CutBody).times(2)).unwrap();
    assert!(read_long().await.unwrap() == whole);
    let (url, _) = listings(&client).await;
    let read = async || client.download(&url).open().await.unwrap().bytes().collect(1 << 20).await;
    // A URL that expires between the parts cannot continue.
    sandbox.fault(Fault::new("documents", FaultKind::CutBody).nth(1)).unwrap();
    sandbox.fault(Fault::new("documents", FaultKind::ExpiredUrl).nth(2)).unwrap();
    assert!(read().await.unwrap_err().is_url_expired());
}

#[tokio::test(start_paused = true)]
async fn the_wait_after_a_refusal_takes_no_real_time() {
    let sandbox = sandbox();
    sandbox.fault(Fault::new("orders searchOrders", FaultKind::Throttled).times(2)).unwrap();
    sandbox.fault(Fault::delay("orders searchOrders", 30_000).times(1)).unwrap();
    let client = client(&sandbox);
    let search = client.request(Method::GET, "/orders/2026-01-01/orders").query("createdAfter", "2026-11-01");
    let found: Value = search.send().await.unwrap().json().unwrap();
    assert!(!found["orders"].as_array().unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_spent_quota_refills_in_paused_time() {
    let sandbox = Sandbox::builder().build().unwrap();
    let client = client(&sandbox);
    for _ in 0..25 {
        // The quota is 20 calls at once, and then one in three minutes.
        let mut search = Request::<Value>::new(&client, &SEARCH_ORDERS, decode::json);
        search.query("createdAfter", "2026-11-01");
        search.send().await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_ends_is_an_error_of_the_call() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    for kind in [FaultKind::Reset, FaultKind::LostAnswer, FaultKind::CutBody] {
        sandbox.clear_faults();
        sandbox.fault(Fault::new("operations", kind).nth(1)).unwrap();
        // The client retries a read.
        assert!(get(&client, "/sellers/v1/account").await["payload"].is_object(), "{kind:?}");
    }
}

#[tokio::test]
async fn a_service_shares_the_sandbox_that_also_has_a_port() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = client(&sandbox);
    sandbox.fault(Fault::new("sellers getAccount", FaultKind::ExpiredToken).nth(1)).unwrap();
    assert!(get(&client, "/sellers/v1/account").await["payload"].is_object());
    let shown = reqwest::get(format!("{}/_sandbox/faults", sandbox.url())).await.unwrap().text().await.unwrap();
    assert!(shown.contains("\"caused\":1"), "{shown}");
}
