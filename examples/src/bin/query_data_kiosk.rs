//! Runs a query of Data Kiosk and adds up the units that were ordered, over all pages of its data.

use spapi_core::Marketplace;
use spapi_jobs::DataKiosk;
use std::error::Error;
use std::time::{Duration, SystemTime};

const MARKETPLACE: Marketplace = Marketplace::DE;

/// A line of the document. Other fields are ignored.
#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Day {
    start_date: String,
    sales: Sales,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Sales {
    units_ordered: u64,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let connection = spapi_examples::connect(MARKETPLACE).await?;
    let kiosk = DataKiosk::new(&connection.client).polling(connection.poll_interval, Duration::from_secs(60));

    let day = |days: u64| {
        let moment = SystemTime::now() - Duration::from_secs(days * 24 * 3600);
        spapi_core::DateTime::from(moment).as_str()[..10].to_owned()
    };
    let query = format!(
        r#"{{ analytics_salesAndTraffic_2024_04_24 {{
            salesAndTrafficByDate(
                aggregateBy: DAY, startDate: "{}", endDate: "{}", marketplaceIds: ["{MARKETPLACE}"]
            ) {{ startDate sales {{ unitsOrdered }} }}
        }} }}"#,
        day(10),
        day(3)
    );
    let mut total = 0;
    let mut pages = kiosk.query(query)?.pages();
    while let Some(page) = pages.try_next().await? {
        let mut rows = page.rows::<Day>().await?;
        while let Some(Day { start_date, sales }) = rows.try_next().await? {
            println!("{start_date}\t{}", sales.units_ordered);
            total += sales.units_ordered;
        }
    }
    println!("total\t{total}");
    Ok(())
}
