//! The reading side.

use spapi_core::document::Dialect;
use spapi_core::{Client, Credentials, DateTime, Decimal, Endpoint, Marketplace, decimal};
use std::time::Instant;

/// Every column of the report.
#[derive(serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(dead_code)]
struct Line {
    amazon_order_id: String,
    merchant_order_id: String,
    purchase_date: DateTime,
    last_updated_date: DateTime,
    order_status: String,
    fulfillment_channel: String,
    sales_channel: String,
    product_name: String,
    sku: String,
    asin: String,
    item_status: String,
    quantity: u32,
    currency: String,
    #[serde(with = "decimal::text_option")]
    item_price: Option<Decimal>,
    #[serde(with = "decimal::text_option")]
    item_tax: Option<Decimal>,
    ship_city: String,
    ship_state: String,
    ship_postal_code: String,
    ship_country: String,
    promotion_ids: Option<String>,
}

pub fn read(url: &str) {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let start = Instant::now();
    let (rows, quantity) = runtime.block_on(async {
        let client = Client::builder(Marketplace::JP)
            .credentials(Credentials::new("id", "secret", "token"))
            .endpoint(Endpoint::custom("http://127.0.0.1"))
            .build()
            .expect("a client");
        let document = client.download(url).compression(Some("GZIP")).open().await.expect("a document");
        let mut lines = document.rows::<Line>(Dialect::TSV).expect("a charset");
        let (mut rows, mut quantity) = (0_u64, 0_u64);
        while let Some(line) = lines.try_next().await.expect("a row") {
            rows += 1;
            quantity += u64::from(line.quantity);
        }
        (rows, quantity)
    });
    assert!(quantity >= rows, "each row orders something");
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("0");
    println!("{rows} {} {}", start.elapsed().as_millis(), peak.trim().trim_end_matches(" kB"));
}
