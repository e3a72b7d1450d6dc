//! Requests to the sandbox's own paths that a foreign web page makes a browser send.

use crate::support::{Answer, answer, builder};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use spapi_sandbox::Sandbox;

const SECRET: &str = "/_sandbox/clientSecret";

async fn send(sandbox: &Sandbox, method: &Method, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let request = Client::new().request(method.clone(), sandbox.url().to_owned() + path).body(body.to_owned());
    answer(headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))).await
}

/// The state that refused requests must not change.
async fn state(sandbox: &Sandbox) -> Vec<Value> {
    let mut state = Vec::new();
    for path in ["/_sandbox/faults", "/_sandbox/clock", SECRET] {
        state.push(send(sandbox, &Method::GET, path, &[], "").await.body);
    }
    state
}

#[tokio::test]
async fn a_foreign_host_is_refused_on_each_of_the_sandboxs_own_paths() {
    let sandbox = builder().start().await.unwrap();
    let before = state(&sandbox).await;
    for host in ["evil.example", "evil.example:8042", "127.0.0.1.evil.example", "localhost.evil.example", "10.0.0.1"] {
        for (method, path) in [
            (Method::GET, "/_sandbox"),
            (Method::GET, SECRET),
            (Method::POST, SECRET),
            (Method::POST, "/_sandbox/clock"),
            (Method::DELETE, "/_sandbox/faults"),
            (Method::GET, "/_sandbox/none"),
        ] {
            let refused = send(&sandbox, &method, path, &[("host", host)], "").await;
            let message = refused.error(403, "Unauthorized");
            assert!(message.contains(host) && message.contains("127.0.0.1"), "{method} {path}: {message}");
        }
    }
    for host in ["localhost", "127.0.0.1:1", "[::1]", "sellingpartnerapi-eu.amazon.com"] {
        assert_eq!(send(&sandbox, &Method::GET, SECRET, &[("host", host)], "").await.status, 200, "{host}");
    }
    assert_eq!(state(&sandbox).await, before);
}

#[tokio::test]
async fn a_request_from_another_origin_is_refused() {
    let sandbox = builder().start().await.unwrap();
    let before = state(&sandbox).await;
    let own = sandbox.url().to_owned();
    let port = own.rsplit(':').next().unwrap();
    let fault = json!({ "on": "operations", "kind": "reset" }).to_string();
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("origin", ""),
        ("origin", "http://localhost:3000"),
        ("origin", &format!("http://localhost:{port}")),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        let headers = [(name, value), ("content-type", "application/json")];
        for (method, path, body) in
            [(Method::POST, "/_sandbox/faults", fault.as_str()), (Method::POST, SECRET, ""), (Method::GET, SECRET, "")]
        {
            let refused = send(&sandbox, &method, path, &headers, body).await;
            assert!(refused.error(403, "Unauthorized").contains("another site"), "{name}: {value}");
        }
    }
    assert_eq!(state(&sandbox).await, before);
    let same = [("origin", own.as_str()), ("sec-fetch-site", "same-origin")];
    assert_eq!(send(&sandbox, &Method::GET, SECRET, &same, "").await.status, 200);
}

/// What a form of any page can send without asking the server first.
#[tokio::test]
async fn a_body_must_be_sent_as_json() {
    let sandbox = builder().start().await.unwrap();
    let before = state(&sandbox).await;
    let bodies = [
        ("/_sandbox/faults", json!({ "on": "operations", "kind": "reset" })),
        ("/_sandbox/clock", json!({ "advanceSeconds": 9 })),
        ("/_sandbox/revocations", json!({ "seller": spapi_sandbox::REFRESH_TOKEN })),
        ("/_sandbox/authorizationCodes", json!({ "seller": spapi_sandbox::REFRESH_TOKEN })),
    ];
    for (path, body) in &bodies {
        for kind in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data",
            "text/plain; application/json",
            "",
        ] {
            let refused = send(&sandbox, &Method::POST, path, &[("content-type", kind)], &body.to_string()).await;
            assert!(refused.error(415, "UnsupportedMediaType").contains("application/json"), "{path} {kind}");
        }
        send(&sandbox, &Method::POST, path, &[], &body.to_string()).await.error(415, "UnsupportedMediaType");
    }
    assert_eq!(state(&sandbox).await, before);
    let json = [("content-type", "Application/JSON; charset=utf-8")];
    assert_eq!(send(&sandbox, &Method::POST, bodies[0].0, &json, &bodies[0].1.to_string()).await.status, 201);
}
