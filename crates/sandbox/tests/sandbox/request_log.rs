//! The request log.

use crate::support::{Caller, JP, builder};
use spapi_sandbox::{Fault, FaultKind, LoggedRequest};
use std::sync::{Arc, Mutex};

#[tokio::test]
async fn each_request_is_logged_without_secrets() {
    let logged: Arc<Mutex<Vec<LoggedRequest>>> = Arc::default();
    let sandbox = {
        let logged = logged.clone();
        builder().on_request(move |request| logged.lock().unwrap().push(request.clone())).start().await.unwrap()
    };
    sandbox.fault(Fault::new("orders@v0 getOrder", FaultKind::Throttled)).unwrap();
    let caller = Caller::new(&sandbox).await;
    let query = [("MarketplaceIds", JP), ("CreatedAfter", "2026-11-01"), ("BuyerEmail", "mary@example.com")];
    caller.get("/orders/v0/orders", &query).await;
    caller.get("/orders/v0/orders/1%2F2", &[]).await;
    caller.get("/nothing", &[]).await;
    sandbox.fault(Fault::new("orders@v0 getOrders", FaultKind::Reset)).unwrap();
    assert!(caller.request(reqwest::Method::GET, "/orders/v0/orders").send().await.is_err());

    let logged = logged.lock().unwrap();
    let seen: Vec<_> = logged.iter().map(|r| (r.path.as_str(), r.status, r.operation.as_str())).collect();
    assert_eq!(
        seen[..4],
        [
            ("/auth/o2/token", Some(200), "login"),
            ("/orders/v0/orders", Some(200), "orders@v0 getOrders"),
            ("/orders/v0/orders/1%2F2", Some(429), "orders@v0 getOrder"),
            ("/nothing", Some(404), ""),
        ]
    );
    assert_eq!(seen[4], ("/orders/v0/orders", None, "orders@v0 getOrders"), "without an answer");
    let lines = logged.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    assert!(lines.contains(" GET    /orders/v0/orders 200 orders@v0 getOrders "), "{lines}");
    assert!(lines.contains("ms (fault: throttled)") && lines.contains(" --- "), "{lines}");
    for secret in [caller.token(), "Atzr", "oa2-cs", "mary", JP] {
        assert!(!lines.contains(secret), "{secret} in {lines}");
    }
}

/// Bytes that a terminal reads as commands, or that reverse the direction of a line.
#[tokio::test]
async fn any_request_is_one_line_of_the_log() {
    let logged: Arc<Mutex<Vec<LoggedRequest>>> = Arc::default();
    let sandbox = {
        let logged = logged.clone();
        builder().on_request(move |request| logged.lock().unwrap().push(request.clone())).start().await.unwrap()
    };
    let address = sandbox.url().strip_prefix("http://").unwrap();
    let long = "x".repeat(20_000);
    let targets: [&[u8]; 4] =
        [b"/\xc2\x9b31m", "/a\u{202e}b\u{2066}".as_bytes(), "/\u{85}\u{2028}forged".as_bytes(), long.as_bytes()];
    for target in targets {
        let mut connection = std::net::TcpStream::connect(address).unwrap();
        let slash: &[u8] = if target.starts_with(b"/") { b"" } else { b"/" };
        let head = [b"GET ", slash, target, b" HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"].concat();
        std::io::Write::write_all(&mut connection, &head).unwrap();
        std::io::Read::read_to_end(&mut connection, &mut Vec::new()).unwrap();
    }
    let lines: Vec<String> = logged.lock().unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(lines.len(), 4, "{lines:?}");
    for line in &lines {
        assert!(spapi_types::text::is_printable(line), "{line:?}");
        assert!(line.chars().count() < 400, "{} characters", line.chars().count());
    }
    assert!(lines[0].contains("/ 31m 404") && lines[2].contains("/  forged 404"), "{lines:?}");
}
