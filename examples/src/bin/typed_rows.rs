//! Reads the seller's listings from a report as rows of a type, whatever the language of the document's header.

use spapi_core::Marketplace;
use spapi_jobs::Reports;
use spapi_rows::{AllListingRow, Row};
use std::error::Error;
use std::time::Duration;

const MARKETPLACE: Marketplace = Marketplace::JP;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let connection = spapi_examples::connect(MARKETPLACE).await?;
    let reports = Reports::new(&connection.client).polling(connection.poll_interval, Duration::from_secs(60));
    let document = reports.request("GET_MERCHANT_LISTINGS_ALL_DATA", [MARKETPLACE]).await?.document()?;
    let mut rows = document.rows::<AllListingRow>().await?;
    while let Some(row) = rows.try_next().await? {
        let price = row.price.map(|price| price.to_string()).unwrap_or_default();
        println!(
            "{}\t{price}\t{}",
            row.seller_sku,
            row.quantity.map(|quantity| quantity.to_string()).unwrap_or_default()
        );
    }
    // The same columns are there as data.
    let personal = AllListingRow::TYPE.columns.iter().filter(|column| spapi_rows::is_personal(column.field));
    println!("{} columns, {} with buyers' data", AllListingRow::TYPE.columns.len(), personal.count());
    Ok(())
}
