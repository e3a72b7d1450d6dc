//! Reads the rows of raw documents again, for a newer way to read them.

use super::lane::{Due, Raw, Work};
use super::{RunOptions, Sources, StreamProgress, Summary, Task, drive, own, refusal};
use crate::connection::Connection;
use crate::destination::{Destination, SliceSource};
use crate::plan::{PlannedSlice, marketplaces};
use crate::{Origin, RawDocuments, Stream};
use spapi_core::{DateTime, Error, Marketplace};
use std::collections::HashMap;

/// Reads the rows of committed slices again from the documents that `store` has, and commits them in the place of those that are
/// there. Amazon is not called. Slices whose documents were not kept are left alone.
///
/// The reports and queries of `sources` need the same store. `progress` is called after each change of a stream.
///
/// # Errors
/// When the destination cannot be used. What was committed stays.
pub async fn replay(
    sources: &Sources,
    connection: &Connection,
    destination: &mut dyn Destination,
    store: &RawDocuments,
    options: RunOptions,
    mut progress: impl FnMut(&StreamProgress),
) -> Result<Summary, Error> {
    destination.claim(&connection.name).await?;
    let states = destination.states(&connection.name).await?;
    let mut streams = Vec::new();
    let mut tasks = Vec::new();
    for chosen in &connection.streams {
        if matches!(chosen.stream.origin, Origin::Operation { .. }) {
            continue;
        }
        for marketplace in marketplaces(chosen.stream, &connection.marketplaces) {
            let mut shown = StreamProgress::new(chosen, marketplace);
            let Some(asked) = marketplace.or_else(|| connection.marketplaces.first().copied()) else { continue };
            match refusal(connection, chosen, marketplace, options.now) {
                Err(why) => shown.refused = Some(why),
                Ok(sieve) => {
                    let documents: Vec<_> = own(chosen, marketplace, &states)
                        .into_iter()
                        .filter_map(|state| {
                            let raw = raw(sources, chosen.stream, &state.source, asked, store)?;
                            let time = |text: &str| Some(DateTime::from(text)).filter(|_| !text.is_empty());
                            let slice = PlannedSlice { from: None, to: time(&state.source.to) };
                            let due = Due { chosen, marketplace: asked, slice, id: state.id.clone() };
                            Some((due, raw, state.source.clone()))
                        })
                        .collect();
                    shown.slices = documents.len() as u64;
                    let work = Work::Replay(documents);
                    tasks.push(Task { index: streams.len(), sieve, attempts: HashMap::new(), work });
                }
            }
            progress(&shown);
            streams.push(shown);
        }
    }
    let summary = Summary { streams, outcomes: Vec::new(), is_stopped: false };
    drive(sources, connection, destination, options.stop, summary, tasks, &mut progress).await
}

/// The documents of a slice, if all of them were kept.
fn raw(
    sources: &Sources,
    stream: &Stream,
    source: &SliceSource,
    marketplace: Marketplace,
    store: &RawDocuments,
) -> Option<Raw> {
    let ids: Vec<_> = source.document_id.split_ascii_whitespace().collect();
    if ids.is_empty() || !ids.iter().all(|id| store.has(id)) {
        return None;
    }
    Some(match stream.origin {
        Origin::Report { report_type, .. } => {
            Raw::Report(sources.reports.document(ids.first().copied()?, report_type, Some(marketplace)))
        }
        _ => Raw::Query(ids.into_iter().map(|id| sources.queries.document(id)).collect()),
    })
}
