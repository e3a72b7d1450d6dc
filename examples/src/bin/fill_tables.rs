//! Fills tables of a SQLite file, twice: the second run reads only what is due.

use spapi_core::Marketplace;
use spapi_jobs::Reports;
use spapi_sync::{Connection, RunOptions, Select, Sources, Sqlite, SqliteReader, Stream, Value, run};
use std::error::Error;
use std::path::Path;
use std::time::Duration;

const LISTINGS: &str = "GET_MERCHANT_LISTINGS_ALL_DATA";

// A file `amazon-jp.toml` has this text; `Connection::open` reads it.
const CONNECTION: &str = r#"
    name = "amazon-jp"
    region = "JP"
    start_date = "2026-11-01T00:00:00Z"
    objects = ["GET_MERCHANT_LISTINGS_ALL_DATA", "fba_inventory_summaries"]
"#;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("amazon.db");
    let spapi = spapi_examples::connect(Marketplace::JP).await?;
    let reports = Reports::new(&spapi.client).polling(spapi.poll_interval, Duration::from_secs(60));
    let sources = Sources::new(&spapi.client).reports(reports);
    let connection = Connection::parse(CONNECTION, "amazon-jp.toml", Path::new(""))?;
    for number in ["first", "second"] {
        let mut database = Sqlite::open(&file)?;
        let summary = run(&sources, &connection, &mut database, RunOptions::new(), |_| {}).await?;
        for stream in &summary.streams {
            println!("{number} run\t{}\t{} slices, {} rows", stream.stream.name, stream.done, stream.rows);
        }
        for (slice, why) in summary.gaps() {
            println!("gap\t{} {}: {why}", slice.stream, slice.slice);
        }
    }

    let mut cheapest = Select::new("amazon-jp", Stream::find(LISTINGS)?, 3);
    cheapest.columns = vec!["seller_sku".to_owned(), "price".to_owned()];
    cheapest.order = Some(("price".to_owned(), false));
    for row in SqliteReader::open(&file)?.select(cheapest).await?.rows {
        let cells = row.iter().map(|cell| if let Value::Text(text) = cell { text.as_str() } else { "" });
        println!("row\t{}", cells.collect::<Vec<_>>().join("\t"));
    }
    Ok(())
}
