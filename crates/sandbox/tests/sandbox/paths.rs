//! The meaning of methods and paths, and that every error has Amazon's shape.

use crate::support::{Caller, JP, answer, builder};
use reqwest::Method;
use spapi_sandbox::{Limits, Sandbox};
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

#[tokio::test]
async fn a_path_that_no_model_has_is_not_found() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    for (method, path) in [
        (Method::GET, "/"),
        (Method::GET, "/orders/v0/orders/"),
        (Method::GET, "/orders/v0/orders/1/2/3"),
        (Method::GET, "/orders/v9/orders"),
        (Method::GET, "/Orders/v0/orders"),
        (Method::POST, "/orders/v0/orders"),
        (Method::DELETE, "/orders/v0/orders/249-0000000-0000000"),
        (Method::from_bytes(b"SHOUT").unwrap(), "/orders/v0/orders"),
    ] {
        let answer = answer(caller.request(method.clone(), path)).await;
        let message = answer.error(404, "NotFound");
        assert!(message.contains(path), "{method} {path}: {message}");
    }
}

#[tokio::test]
async fn an_operation_that_the_sandbox_does_not_serve_is_named() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    for (method, path, operation) in [
        (Method::GET, "/shipping/v1/account", "getAccount"),
        (Method::POST, "/mfn/v0/shipments", "createShipment"),
        (Method::POST, "/products/fees/v0/listings/A%2FB%20C%2B%C3%A9%25/feesEstimate", "getMyFeesEstimateForSKU"),
        (Method::POST, "/orders/v0/orders/249-0000000-0000000/shipmentConfirmation", "confirmShipment"),
    ] {
        let answer = answer(caller.request(method, path)).await;
        let message = answer.error(501, "NotImplemented");
        assert!(message.contains(operation), "{path}: {message}");
    }
}

#[tokio::test]
async fn encoded_path_values_reach_the_operation_decoded() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    for (encoded, id) in
        [("A%2FB%20C+%C3%A9%25%5C", r"A/B C+é%\"), ("%E6%B3%A8", "注"), ("%2E%2E%2Forders", "../orders")]
    {
        for path in ["/orders/v0/orders/", "/orders/2026-01-01/orders/"] {
            let answer = caller.get(&format!("{path}{encoded}"), &[]).await;
            let message = answer.error(404, "NotFound");
            assert!(message.contains(&format!("{id:?}")), "{message}");
        }
    }
    // An id with every digit percent-encoded is the same id.
    let list = [("marketplaceIds", JP), ("createdAfter", "2026-11-01")];
    let order = caller.body("/orders/2026-01-01/orders", &list).await["orders"][0].clone();
    let id = order["orderId"].as_str().unwrap();
    let encoded: String = id.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let answer = caller.body(&format!("/orders/2026-01-01/orders/{encoded}"), &[]).await;
    assert_eq!(answer["order"], order);
    let not_utf8 = caller.get("/orders/v0/orders/%FF", &[]).await;
    not_utf8.error(400, "InvalidInput");
}

#[tokio::test]
async fn a_get_with_a_body_is_refused() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    let query = [("createdAfter", "2026-11-01")];
    let request = caller.request(Method::GET, "/orders/2026-01-01/orders").query(&query).body("{}");
    answer(request).await.error(400, "InvalidInput");
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_in_the_apis_shape() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    let request = caller.request(Method::GET, "/orders/2026-01-01/orders").body(vec![b'x'; (8 << 20) + 1]);
    answer(request).await.error(413, "RequestTooLarge");
}

#[tokio::test]
async fn every_answer_has_its_own_request_id() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    let first = caller.get("/orders/v0/orders", &[]).await;
    let second = caller.get("/nowhere", &[]).await;
    let (first, second) = (first.header("x-amzn-requestid").unwrap(), second.header("x-amzn-requestid").unwrap());
    assert_ne!(first, second);
    assert_eq!(first.split('-').map(str::len).collect::<Vec<_>>(), [8, 4, 4, 4, 12]);
}

#[tokio::test]
async fn every_answer_has_the_date_of_the_sandbox_s_clock() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    for (path, status) in [("/sellers/v1/account", 200), ("/nowhere", 404), ("/auth/o2/token", 405)] {
        let answer = caller.get(path, &[]).await;
        assert_eq!((answer.status.as_u16(), answer.header("date")), (status, Some("Sun, 22 Nov 2026 09:00:00 GMT")));
    }
    sandbox.clock().advance(Duration::from_secs(61));
    assert_eq!(caller.get("/nowhere", &[]).await.header("date"), Some("Sun, 22 Nov 2026 09:01:01 GMT"));
}

#[tokio::test]
async fn dropping_it_frees_the_port_and_ends_connections() {
    let sandbox = builder().start().await.unwrap();
    let address = sandbox.url().strip_prefix("http://").unwrap().to_owned();
    let mut idle = TcpStream::connect(&address).unwrap();
    idle.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n").unwrap();
    let mut answer = [0; 12];
    idle.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 404");
    drop(sandbox);
    assert_eq!(TcpStream::connect(&address).unwrap_err().kind(), ErrorKind::ConnectionRefused);
    // The client reads the rest of the answer and then the end, so it does not wait forever.
    let mut rest = Vec::new();
    let end = idle.read_to_end(&mut rest);
    assert!(end.is_ok() || end.is_err_and(|error| error.kind() == ErrorKind::ConnectionReset));
}

#[test]
fn a_sandbox_serves_blocking_callers() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    // It still serves after the runtime that started it has ended.
    let sandbox = runtime.block_on(builder().start()).unwrap();
    let address = sandbox.url().strip_prefix("http://").unwrap();
    let mut connection = TcpStream::connect(address).unwrap();
    connection.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
}

#[tokio::test]
async fn an_invalid_factor_is_named() {
    let error = Sandbox::builder().limits(Limits::Factor(-1.0)).start().await.unwrap_err();
    assert!(error.to_string().contains("-1"), "{error}");
}
