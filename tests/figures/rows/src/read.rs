//! The reading side.

use spapi_core::document::Dialect;
use spapi_core::{Client, Credentials, Decimal, Endpoint, Marketplace};
use spapi_rows::AllOrderRow;
use std::time::Instant;

pub fn read(url: &str) {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let start = Instant::now();
    let (rows, quantity, price) = runtime.block_on(async {
        let client = Client::builder(Marketplace::JP)
            .credentials(Credentials::new("id", "secret", "token"))
            .endpoint(Endpoint::custom("http://127.0.0.1"))
            .build()
            .expect("a client");
        let document = client.download(url).compression(Some("GZIP")).open().await.expect("a document");
        let mut lines = document.rows::<AllOrderRow>(Dialect::TSV).expect("a charset");
        let (mut rows, mut quantity, mut price) = (0_u64, 0_i64, Decimal::ZERO);
        while let Some(line) = lines.try_next().await.expect("a row") {
            assert!(line.unknown.is_empty() && line.purchase_date.is_some(), "each column is known");
            rows += 1;
            quantity += line.quantity.expect("a quantity");
            price += line.item_price.expect("a price");
        }
        (rows, quantity, price)
    });
    let took = start.elapsed().as_millis();
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("0");
    println!("{rows} {quantity} {price} {took} {}", peak.trim().trim_end_matches(" kB"));
}
