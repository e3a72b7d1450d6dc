//! Requests a report on orders, waits until it is done, and adds up the prices in its rows.

use spapi_core::{Decimal, Marketplace, decimal::Amount};
use spapi_jobs::{Ended, Reports};
use std::collections::BTreeMap;
use std::error::Error;
use std::time::{Duration, SystemTime};

const REPORT_TYPE: &str = "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_ORDER_DATE_GENERAL";
const MARKETPLACE: Marketplace = Marketplace::DE;

// ANCHOR: row
/// A row of the report. Other columns are ignored.
#[derive(serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Line {
    amazon_order_id: String,
    sku: String,
    quantity: u32,
    currency: String,
    // Exact, in any spelling of the marketplace; `None` for an empty field.
    item_price: Option<Amount>,
}
// ANCHOR_END: row

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let connection = spapi_examples::connect(MARKETPLACE).await?;
    let reports = Reports::new(&connection.client).polling(connection.poll_interval, Duration::from_secs(60));

    // ANCHOR: report
    let last_week = SystemTime::now() - Duration::from_secs(7 * 24 * 3600);
    let mut job = reports.request(REPORT_TYPE, [MARKETPLACE]).since(last_week).job()?;
    while let Some(state) = job.try_next().await? {
        eprintln!("{state}");
    }
    let outcome = job.await?;
    // Amazon cancels a report that would be empty.
    if let Ended::Cancelled { cause } = &outcome.ended {
        println!("no orders: {cause}");
        return Ok(());
    }

    let mut rows = outcome.document()?.rows::<Line>().await?;
    let mut totals = BTreeMap::<String, Decimal>::new();
    while let Some(line) = rows.try_next().await? {
        println!("{}\t{}\t{}", line.amazon_order_id, line.quantity, line.sku);
        *totals.entry(line.currency).or_default() += line.item_price.map(Decimal::from).unwrap_or_default();
    }
    // ANCHOR_END: report
    for (currency, total) in totals.iter().filter(|(currency, _)| !currency.is_empty()) {
        println!("total\t{total} {currency}");
    }
    Ok(())
}
