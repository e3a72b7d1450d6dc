//! What the commands that run a connection share: its file, the sources, the progress, and what a run did.

pub mod file;
pub mod lines;
pub mod summary;

use crate::connection::Connection as Reach;
use crate::exit::Failure;
use crate::journal::{Memory, polling};
use spapi_core::Client;
use spapi_jobs::{DataKiosk, Reports};
use spapi_sync::{RawDocuments, Sources};
use std::sync::Arc;

/// Where the rows of a run come from. `store` keeps raw documents.
pub fn sources(
    client: &Client,
    reach: &Reach,
    memory: &Memory,
    store: Option<&RawDocuments>,
) -> Result<Sources, Failure> {
    let (reports, queries) = (Reports::new(client), DataKiosk::new(client));
    let (reports, queries) = match polling(reach) {
        Some((first, longest)) => (reports.polling(first, longest), queries.polling(first, longest)),
        None => (reports, queries),
    };
    let (reports, queries) = match memory.open(reach)? {
        Some(journal) => {
            let journal = Arc::new(journal);
            (reports.journal(Arc::clone(&journal)), queries.journal(journal))
        }
        None => (reports, queries),
    };
    let reports = store.into_iter().cloned().fold(reports, Reports::store);
    Ok(Sources::new(client).reports(reports).queries(queries))
}
