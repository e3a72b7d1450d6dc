//! The life of jobs against an Amazon within the process and against the sandbox, in paused time.

mod asking;
mod ends;
#[cfg(feature = "events")]
mod events;
mod existing;
mod faults;
mod feeds;
mod pace;
mod queries;
mod sandbox;
mod script;
mod support;
mod uploads;
mod waiting;

use spapi_core::Error;
use spapi_jobs::ReportDocument;
use std::collections::BTreeMap;

/// The first field of each row.
async fn lines(document: &ReportDocument) -> Result<Vec<String>, Error> {
    let mut rows = document.rows::<BTreeMap<String, String>>().await?;
    let mut lines = Vec::new();
    while let Some(row) = rows.try_next().await? {
        lines.push(row["order-id"].clone());
    }
    Ok(lines)
}
