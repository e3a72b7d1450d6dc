//! Compiles the calls in the READMEs of the section crates, and sends the call in the README of `spapi-orders`.

#[rustfmt::skip]
#[path = "../generated/readmes.rs"]
mod readmes;

use spapi_core::{Client, Credentials, Endpoint, Marketplace};
use spapi_sandbox::{CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN, Sandbox};

/// Makes the call with the sandbox's credentials instead of those in the environment.
#[tokio::test]
async fn the_call_of_orders_lists_orders() {
    let readme = include_str!("../../crates/api/orders/README.md");
    for line in [".search_orders()", ".created_after(\"2026-11-01T00:00:00Z\")", ".items();"] {
        assert!(readme.contains(line), "the README no longer has {line}");
    }
    let sandbox = Sandbox::start().await.unwrap();
    let client = Client::builder(Marketplace::JP)
        .credentials(Credentials::new(CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN))
        .endpoint(Endpoint::custom(sandbox.url()))
        .build()
        .unwrap();
    let search = spapi_orders::v2026_01_01::Orders::new(&client).search_orders().created_after("2026-11-01T00:00:00Z");
    let mut found = search.items();
    assert!(!found.try_next().await.unwrap().unwrap().order_id.is_empty());
}
