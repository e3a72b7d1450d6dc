//! What is told of each request.

use crate::support::{Caller, JP, builder};
use spapi_sandbox::{Fault, FaultKind, LoggedRequest};
use std::sync::{Arc, Mutex};

#[tokio::test]
async fn each_request_is_told_of_without_secrets() {
    let told: Arc<Mutex<Vec<LoggedRequest>>> = Arc::default();
    let sandbox = {
        let told = told.clone();
        builder().on_request(move |record| told.lock().unwrap().push(record.clone())).start().await.unwrap()
    };
    sandbox.fault(Fault::new("orders@v0 getOrder", FaultKind::Throttled)).unwrap();
    let caller = Caller::new(&sandbox).await;
    let query = [("MarketplaceIds", JP), ("CreatedAfter", "2026-11-01"), ("BuyerEmail", "mary@example.com")];
    caller.get("/orders/v0/orders", &query).await;
    caller.get("/orders/v0/orders/1%2F2", &[]).await;
    caller.get("/nothing", &[]).await;
    sandbox.fault(Fault::new("orders@v0 getOrders", FaultKind::Reset)).unwrap();
    assert!(caller.request(reqwest::Method::GET, "/orders/v0/orders").send().await.is_err());

    let told = told.lock().unwrap();
    let seen: Vec<_> = told.iter().map(|r| (r.path.as_str(), r.status, r.operation.as_str())).collect();
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
    let lines = told.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    assert!(lines.contains(" GET    /orders/v0/orders 200 orders@v0 getOrders "), "{lines}");
    assert!(lines.contains("ms (fault: throttled)") && lines.contains(" --- "), "{lines}");
    for secret in [caller.token(), "Atzr", "oa2-cs", "mary", JP] {
        assert!(!lines.contains(secret), "{secret} in {lines}");
    }
}
