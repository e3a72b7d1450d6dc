//! The program that may be killed at any time, and starts again.

use crate::Result;
use spapi_core::{BoxFuture, Client, Clock, Credentials, DateTime, Endpoint, Error, Marketplace, Quotas};
use spapi_jobs::{FolderJournal, ReportDocument, ReportJob, Reports};
use spapi_sandbox::{CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

pub const TYPE: &str = "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_ORDER_DATE_GENERAL";
pub const REPORTS: u64 = 50;
pub const ROWS: usize = 1000;
/// How long the span of a report is.
const SPAN: u64 = 20 * 3600;
const MARKETPLACE: Marketplace = Marketplace::JP;

/// The machine's time, without waiting.
#[derive(Debug)]
struct Impatient;

impl Clock for Impatient {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    fn sleep(&self, _: Duration) -> BoxFuture<'_, ()> {
        Box::pin(tokio::task::yield_now())
    }
}

pub fn client(url: &str) -> Result<Client> {
    let client = Client::builder(MARKETPLACE)
        .endpoint(Endpoint::custom(url))
        .credentials(Credentials::new(CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN))
        .quotas(&Quotas::off())
        .clock(Arc::new(Impatient));
    Ok(client.build()?)
}

/// Reads every report whose rows are not in the folder. A file appears there when all its rows are read.
pub async fn read(url: &str, folder: &Path, start: u64) -> Result<()> {
    let reports = Reports::new(&client(url)?).journal(FolderJournal::open(folder.join("journal"))?);
    let mut running = Vec::new();
    for number in 0..REPORTS {
        let rows = folder.join(format!("{number}.rows"));
        if rows.exists() {
            continue;
        }
        let time = |seconds| DateTime::from(SystemTime::UNIX_EPOCH + Duration::from_secs(start + seconds));
        let request = reports.request(TYPE, [MARKETPLACE]).between(time(number * SPAN), time((number + 1) * SPAN));
        let job = request.option("sandboxRows", ROWS.to_string()).unchecked().job()?;
        running.push(tokio::spawn(async move { keep(job, &rows).await }));
    }
    let mut failed = Ok(());
    for job in running {
        failed = job.await?.and(failed);
    }
    failed
}

async fn keep(job: ReportJob, path: &Path) -> Result<()> {
    let document = job.await?.document()?;
    let text = lines(&document).await?.join("\n");
    // Written beside and moved into place, so that a process that is killed leaves all rows or none.
    let beside = path.with_extension("new");
    std::fs::write(&beside, text)?;
    std::fs::rename(beside, path)?;
    Ok(document.finish().await?)
}

/// The rows, each as its fields.
pub async fn lines(document: &ReportDocument) -> std::result::Result<Vec<String>, Error> {
    let mut rows = document.rows::<Vec<String>>().await?;
    let mut lines = Vec::new();
    while let Some(row) = rows.try_next().await? {
        lines.push(row.join("\t"));
    }
    Ok(lines)
}
