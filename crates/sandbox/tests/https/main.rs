//! HTTPS and the proxy, with clients that have Amazon's hosts hard-coded.

use reqwest::{Certificate, Client, ClientBuilder, Proxy};
use serde_json::{Value, json};
use spapi_sandbox::{CLIENT_ID, CLIENT_SECRET, Fault, FaultKind, Limits, LoggedRequest, REFRESH_TOKEN, Sandbox};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};

const ORDERS: &str = "/orders/2026-01-01/orders?createdAfter=2000-01-01";
const LOGIN: &str = "https://api.amazon.com/auth/o2/token";
const JAPAN: &str = "https://sellingpartnerapi-fe.amazon.com";

fn builder() -> spapi_sandbox::Builder {
    Sandbox::builder().limits(Limits::Off)
}

/// A client that trusts the sandbox's authority and no other.
fn trusting(sandbox: &Sandbox) -> ClientBuilder {
    let ca = sandbox.ca_certificate().expect("an authority");
    Client::builder().tls_certs_only([Certificate::from_pem(ca.as_bytes()).unwrap()])
}

/// The same client, with the sandbox as its proxy.
fn proxied(sandbox: &Sandbox) -> Client {
    trusting(sandbox).proxy(Proxy::all(sandbox.url()).unwrap()).build().unwrap()
}

async fn token(http: &Client, url: &str) -> String {
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", CLIENT_ID),
        ("client_secret", CLIENT_SECRET),
        ("refresh_token", REFRESH_TOKEN),
    ];
    let answer: Value = http.post(url).form(&form).send().await.unwrap().json().await.unwrap();
    answer["access_token"].as_str().expect("an access token").to_owned()
}

async fn count_orders(http: &Client, url: &str, token: &str) -> usize {
    let answer = http.get(format!("{url}{ORDERS}")).header("x-amz-access-token", token).send().await.unwrap();
    let answer: Value = answer.json().await.unwrap();
    answer["orders"].as_array().expect("orders").len()
}

#[tokio::test]
async fn https_and_http_share_the_port() {
    let sandbox = builder().https().start().await.unwrap();
    let http = trusting(&sandbox).build().unwrap();
    let https_url = sandbox.https_url().unwrap();
    assert_eq!(https_url.rsplit(':').next(), sandbox.url().rsplit(':').next());
    let token = token(&http, &format!("{https_url}/auth/o2/token")).await;
    for url in [https_url, &https_url.replace("localhost", "127.0.0.1"), sandbox.url()] {
        assert_eq!(count_orders(&http, url, &token).await, 100, "{url}");
    }
}

#[tokio::test]
async fn each_sandbox_has_its_own_authority_which_must_be_trusted() {
    let logged: Arc<Mutex<Vec<LoggedRequest>>> = Arc::default();
    let log = logged.clone();
    let sandbox = builder().https().on_request(move |r| log.lock().unwrap().push(r.clone())).start().await.unwrap();
    let other = builder().https().start().await.unwrap();
    assert_ne!(sandbox.ca_certificate(), other.ca_certificate());
    let http = trusting(&other).build().unwrap();
    assert!(http.get(sandbox.https_url().unwrap()).send().await.unwrap_err().is_connect());
    // The client gets its answer before the sandbox has read the failed handshake.
    let note = loop {
        if let Some(record) = logged.lock().unwrap().first() {
            break record.note.clone();
        }
        tokio::task::yield_now().await;
    };
    assert!(note.unwrap().contains("does the client trust the sandbox's certificate authority?"));

    let without = builder().start().await.unwrap();
    assert_eq!((without.https_url(), without.ca_certificate()), (None, None));
    let https = without.url().replace("http:", "https:");
    assert!(http.get(https).send().await.is_err());
}

#[tokio::test]
async fn amazons_hosts_are_reached_through_the_proxy() {
    let sandbox = builder().proxy().start().await.unwrap();
    let http = proxied(&sandbox);
    let token = token(&http, LOGIN).await;
    for host in ["sellingpartnerapi-na", "sellingpartnerapi-eu", "sellingpartnerapi-fe"] {
        for url in [
            format!("https://{host}.amazon.com"),
            format!("https://sandbox.{host}.amazon.com"),
            format!("http://{host}.amazon.com"),
        ] {
            assert_eq!(count_orders(&http, &url, &token).await, 100, "{url}");
        }
    }
    // The client also reaches the sandbox's own URLs, such as a document's.
    for url in [sandbox.url(), sandbox.https_url().unwrap()] {
        assert_eq!(count_orders(&http, url, &token).await, 100, "{url}");
    }
}

#[tokio::test]
async fn documents_have_their_own_host_through_the_proxy() {
    let sandbox = builder().proxy().start().await.unwrap();
    let http = proxied(&sandbox);
    let token = token(&http, LOGIN).await;
    for (host, document_host) in
        [(JAPAN, "https://documents.spapi-sandbox.test/documents/"), (sandbox.url(), sandbox.url())]
    {
        let url = format!("{host}/feeds/2021-06-30/documents");
        let answer = http.post(url).header("x-amz-access-token", &token).json(&json!({"contentType": "text/xml"}));
        let answer: Value = answer.send().await.unwrap().json().await.unwrap();
        let url = answer["url"].as_str().unwrap();
        assert!(url.starts_with(document_host), "{url}");
        let uploaded = http.put(url).header("content-type", "text/xml").body("<a/>").send().await.unwrap();
        assert_eq!(uploaded.status(), 200, "{url}");
    }
}

/// The whole text of the proxy's answer to this request.
fn raw(sandbox: &Sandbox, head: &str) -> String {
    let mut stream = TcpStream::connect(sandbox.url().strip_prefix("http://").unwrap()).unwrap();
    stream.write_all(format!("{head}\r\nconnection: close\r\n\r\n").as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[tokio::test]
async fn any_other_host_is_refused_by_name() {
    let logged: Arc<Mutex<Vec<String>>> = Arc::default();
    let log = logged.clone();
    let sandbox = builder().proxy().on_request(move |r| log.lock().unwrap().push(r.to_string())).start().await;
    let sandbox = sandbox.unwrap();
    for (head, name) in [
        ("CONNECT example.com:443 HTTP/1.1\r\nhost: example.com:443", "example.com:443"),
        ("CONNECT sellingpartnerapi-na.amazon.com:22 HTTP/1.1\r\nhost: x", "sellingpartnerapi-na.amazon.com:22"),
        ("CONNECT evil-api.amazon.com:443 HTTP/1.1\r\nhost: x", "evil-api.amazon.com:443"),
        ("CONNECT 127.0.0.1:1 HTTP/1.1\r\nhost: x", "127.0.0.1:1"),
        ("GET http://example.com/orders/v0/orders HTTP/1.1\r\nhost: example.com", "example.com:80"),
    ] {
        let answer = raw(&sandbox, head);
        assert!(answer.starts_with("HTTP/1.1 403 "), "{answer}");
        assert!(
            answer.contains(&format!("spapi sandbox: {name} is not a host of the Selling Partner API")),
            "{answer}"
        );
        assert!(answer.contains("sellingpartnerapi-eu.amazon.com") && answer.contains("api.amazon.com"), "{answer}");
    }
    let logged = logged.lock().unwrap().clone();
    assert!(logged.len() == 5 && logged[0].contains("CONNECT example.com 403"), "{logged:?}");

    let without = builder().https().start().await.unwrap();
    let answer = raw(&without, "CONNECT api.amazon.com:443 HTTP/1.1\r\nhost: api.amazon.com:443");
    assert!(answer.starts_with("HTTP/1.1 403 ") && answer.contains("--proxy"), "{answer}");
}

#[tokio::test]
async fn faults_reach_through_the_tunnel() {
    let sandbox = builder().proxy().start().await.unwrap();
    let http = proxied(&sandbox);
    let token = token(&http, LOGIN).await;
    for kind in [FaultKind::Reset, FaultKind::LostAnswer] {
        sandbox.clear_faults();
        sandbox.fault(Fault::new("operations", kind).nth(1)).unwrap();
        let call = || http.get(format!("{JAPAN}{ORDERS}")).header("x-amz-access-token", &token).send();
        assert!(call().await.is_err(), "{kind:?}");
        assert_eq!(call().await.unwrap().status(), 200);
    }
    let shown: Value = http.get(format!("{JAPAN}/_sandbox/faults")).send().await.unwrap().json().await.unwrap();
    assert_eq!(shown["faults"][0]["caused"], json!(1));
}
