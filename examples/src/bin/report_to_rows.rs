//! Requests a report on orders, waits until it is done, and adds up the prices in its rows.

use spapi_core::document::Dialect;
use spapi_core::{Decimal, Marketplace, decimal::Amount};
use spapi_reports::v2021_06_30::Reports;
use spapi_reports::v2021_06_30::types::{CreateReportSpecification, ReportProcessingStatus};
use std::collections::BTreeMap;
use std::error::Error;
use std::time::{Duration, SystemTime};

const REPORT_TYPE: &str = "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_ORDER_DATE_GENERAL";
const MARKETPLACE: Marketplace = Marketplace::DE;

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

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let connection = spapi_examples::connect(MARKETPLACE).await?;
    let reports = Reports::new(&connection.client);

    let last_week = SystemTime::now() - Duration::from_secs(7 * 24 * 3600);
    let specification = CreateReportSpecification::new([MARKETPLACE], REPORT_TYPE).data_start_time(last_week);
    let report_id = reports.create_report(specification).send().await?.report_id.clone();

    let document_id = loop {
        let report = reports.get_report(&report_id).send().await?;
        match &report.processing_status {
            ReportProcessingStatus::Done => break report.report_document_id.clone().unwrap_or_default(),
            // Amazon cancels a report that would be empty.
            ReportProcessingStatus::Cancelled => {
                println!("no orders");
                return Ok(());
            }
            ReportProcessingStatus::Fatal => return Err(format!("report {report_id} failed").into()),
            _ => tokio::time::sleep(connection.poll_interval).await,
        }
    };

    let document = reports.get_report_document(document_id).send().await?;
    let compression = document.compression_algorithm.as_ref().map(ToString::to_string);
    let download = connection.client.download(&document.url).compression(compression.as_deref());
    // The type and marketplace decide the charset and the decimal mark.
    let document = download.of_type(REPORT_TYPE, MARKETPLACE).open().await?;
    let mut rows = document.rows::<Line>(Dialect::TSV)?;
    let mut totals = BTreeMap::<String, Decimal>::new();
    while let Some(line) = rows.try_next().await? {
        println!("{}\t{}\t{}", line.amazon_order_id, line.quantity, line.sku);
        *totals.entry(line.currency).or_default() += line.item_price.map(Decimal::from).unwrap_or_default();
    }
    for (currency, total) in totals.iter().filter(|(currency, _)| !currency.is_empty()) {
        println!("total\t{total} {currency}");
    }
    Ok(())
}
