//! What the commands that run a connection share: its file, the sources, the progress, and what a run did.

pub mod destination;
pub mod file;
pub mod lines;
pub mod summary;

use crate::connection::Connection as Reach;
use crate::exit::Failure;
use crate::journal::polling;
use crate::{interrupt, notes};
use lines::Lines;
use spapi_core::{Client, Error};
use spapi_jobs::journal::Journal;
use spapi_jobs::{DataKiosk, Reports};
use spapi_sync::{Connection, Destination, RawDocuments, RunOptions, Sources, Summary};
use std::sync::Arc;
use tokio::sync::oneshot;

/// Runs a connection, with its progress on stderr. A signal ends the run at the next commit, which `ends` says, and a second one at
/// once. Returns what the run did, and the signal if one ended it.
pub async fn run(
    sources: &Sources,
    connection: &Connection,
    destination: &mut dyn Destination,
    options: RunOptions,
    ends: &'static str,
    failed: impl FnOnce(Error) -> Failure,
) -> Result<(Summary, Option<Failure>), Failure> {
    let (sender, stopped) = oneshot::channel();
    let stop = async move {
        let failure = interrupt::signal().await;
        notes::note(ends);
        // Nobody reads it after the end.
        let _ = sender.send(failure);
    };
    let mut lines = Lines::new();
    let run = spapi_sync::run(sources, connection, destination, options.stop(stop), |stream| lines.show(stream));
    let summary = tokio::select! {
        biased;
        failure = interrupt::second_signal() => return Err(failure),
        summary = run => summary.map_err(failed)?,
    };
    let stopped = if summary.is_stopped { stopped.await.ok() } else { None };
    Ok((summary, stopped))
}

/// Where the rows of a run come from. `journal` remembers what was requested, and `store` keeps raw documents.
pub fn sources(client: &Client, reach: &Reach, journal: Option<impl Journal>, store: Option<&RawDocuments>) -> Sources {
    let (reports, queries) = (Reports::new(client), DataKiosk::new(client));
    let (reports, queries) = match polling(reach) {
        Some((first, longest)) => (reports.polling(first, longest), queries.polling(first, longest)),
        None => (reports, queries),
    };
    let (reports, queries) = match journal {
        Some(journal) => {
            let journal = Arc::new(journal);
            (reports.journal(Arc::clone(&journal)), queries.journal(journal))
        }
        None => (reports, queries),
    };
    let reports = store.into_iter().cloned().fold(reports, Reports::store);
    let queries = store.into_iter().cloned().fold(queries, DataKiosk::store);
    Sources::new(client).reports(reports).queries(queries)
}
