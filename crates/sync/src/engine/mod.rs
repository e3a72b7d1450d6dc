//! Runs a connection: reads the slices that are due and commits each with its state.

mod due;
mod read;

use crate::connection::{ChosenStream, Connection};
use crate::destination::{Destination, SliceId, SliceSource, SliceState, Writing};
use crate::plan::{PlannedSlice, marketplaces, why_not};
use crate::{Origin, Schema};
use read::Place;
use spapi_core::{Error, ErrorKind, Marketplace};
use spapi_jobs::{CancelCause, Ended, Outcome, ReportJob, Reports};
use std::sync::Arc;
use std::time::SystemTime;
use tokio::task::JoinSet;

/// What came of a slice in a run.
#[derive(Debug)]
#[non_exhaustive]
pub enum SliceOutcome {
    /// Its rows and its state are in the destination.
    Committed(SliceState),
    /// It is a gap, which the next run tries to fill. The other slices go on.
    Gap {
        /// Which slice.
        id: SliceId,
        /// Why.
        why: Error,
    },
}

/// Reads the reports of a connection that are due into a destination, each slice once. `seen` is called after each slice. Streams
/// that are not requested reports are left alone.
///
/// Amazon makes the reports side by side, at the pace of the quotas. A report whose slice was not committed before the process
/// ended is found again with the journal of `reports`, and a committed slice is not read again before it can have changed.
///
/// # Errors
/// When the connection asks for what this cannot do yet, a plan fails, or the destination cannot be used. What was committed
/// stays.
pub async fn run_reports<D: Destination>(
    connection: &Connection,
    reports: &Reports,
    destination: &mut D,
    now: SystemTime,
    mut seen: impl FnMut(&SliceOutcome),
) -> Result<Vec<SliceOutcome>, Error> {
    let states = destination.states(&connection.name).await?;
    let mut due = Vec::new();
    for chosen in &connection.streams {
        let Origin::Report { is_found: false, .. } = chosen.stream.origin else { continue };
        check(connection, chosen)?;
        for marketplace in marketplaces(chosen.stream, &connection.marketplaces) {
            due.extend(due_of(connection, chosen, marketplace, &states, now)?);
        }
    }
    let mut jobs = JoinSet::new();
    let mut outcomes = Vec::new();
    for (index, slice) in due.iter().enumerate() {
        match slice.job(connection, reports) {
            Ok(job) => {
                jobs.spawn(async move { (index, job.await) });
            }
            Err(why) => {
                let outcome = SliceOutcome::Gap { id: slice.id.clone(), why };
                seen(&outcome);
                outcomes.push(outcome);
            }
        }
    }
    while let Some(joined) = jobs.join_next().await {
        let (index, outcome) =
            joined.map_err(|error| Error::new(ErrorKind::Answer, "a job ended early").with_source(error))?;
        let slice = &due[index];
        let outcome = match finish(slice, outcome, destination).await {
            Ok(state) => SliceOutcome::Committed(state),
            Err(Failed::Slice(why)) => SliceOutcome::Gap { id: slice.id.clone(), why },
            Err(Failed::Run(error)) => return Err(error),
        };
        seen(&outcome);
        outcomes.push(outcome);
    }
    Ok(outcomes)
}

/// A slice that is to be read.
struct Due<'a> {
    chosen: &'a ChosenStream,
    marketplace: Marketplace,
    slice: PlannedSlice,
    id: SliceId,
}

impl Due<'_> {
    fn job(&self, connection: &Connection, reports: &Reports) -> Result<ReportJob, Error> {
        let Origin::Report { report_type, .. } = self.chosen.stream.origin else {
            return Err(Error::new(ErrorKind::Input, format!("{} is not a report", self.chosen.stream.name)));
        };
        let mut request = reports.request(report_type, [self.marketplace]);
        for (name, value) in connection.options_of(self.chosen.stream) {
            request = request.option(name, value);
        }
        if let (Some(from), Some(to)) = (&self.slice.from, &self.slice.to) {
            request = request.between(from.clone(), to.clone());
        }
        request.job()
    }
}

fn due_of<'a>(
    connection: &'a Connection,
    chosen: &'a ChosenStream,
    marketplace: Option<Marketplace>,
    states: &[SliceState],
    now: SystemTime,
) -> Result<Vec<Due<'a>>, Error> {
    let Some(asked) = marketplace.or_else(|| connection.marketplaces.first().copied()) else { return Ok(Vec::new()) };
    if why_not(chosen.stream, marketplace, now).is_some() {
        return Ok(Vec::new());
    }
    let id = |slice: &str| SliceId {
        connection: connection.name.clone(),
        stream: chosen.stream.name.to_owned(),
        marketplace: marketplace.map(|one| one.id().to_owned()).unwrap_or_default(),
        slice: slice.to_owned(),
    };
    let of_stream = id("");
    let is_own =
        |state: &&SliceState| state.id.stream == of_stream.stream && state.id.marketplace == of_stream.marketplace;
    let committed: Vec<_> = states.iter().filter(is_own).collect();
    let due = due::due(connection, chosen, asked, &committed, now)?;
    Ok(due.into_iter().map(|slice| Due { chosen, marketplace: asked, id: id(slice.name()), slice }).collect())
}

fn check(connection: &Connection, chosen: &ChosenStream) -> Result<(), Error> {
    let columns = &chosen.columns;
    let has_choice = !(columns.only.is_empty() && columns.drop.is_empty() && columns.hash.is_empty());
    match has_choice || !chosen.filter.is_empty() {
        true => {
            let message = format!(
                "{}: {}: only, drop, hash and filter are not applied yet, so nothing was read",
                connection.name, chosen.stream.name
            );
            Err(Error::new(ErrorKind::Config, message).with_hint("Remove them to sync all columns and rows."))
        }
        false => Ok(()),
    }
}

/// What failed.
enum Failed {
    /// A slice.
    Slice(Error),
    /// The destination, and with it the run.
    Run(Error),
}

async fn finish<D: Destination>(
    due: &Due<'_>,
    outcome: Result<Outcome, Error>,
    destination: &mut D,
) -> Result<SliceState, Failed> {
    let outcome = outcome.map_err(Failed::Slice)?;
    let mut source = SliceSource {
        to: due.slice.to.as_ref().map(|to| to.as_str().to_owned()).unwrap_or_default(),
        request_id: outcome.report_id.clone(),
        document_id: String::new(),
    };
    let document = match &outcome.ended {
        Ended::NoRows | Ended::Cancelled { cause: CancelCause::NoData } => None,
        _ => Some(outcome.document().map_err(Failed::Slice)?),
    };
    let schema = Arc::new(Schema::of(due.chosen.stream));
    let begun = destination.begin(due.id.clone(), Arc::clone(&schema), due.chosen.stream.kind).await;
    let mut writing = begun.map_err(Failed::Run)?;
    if let Some(document) = &document {
        let place =
            Place { stream: due.chosen.stream, schema, marketplace: due.marketplace.id(), slice: due.slice.name() };
        source.document_id = document.id().to_owned();
        read::read(document, &place, &mut writing).await.map_err(Failed::Slice)?;
    }
    let state = writing.commit(source).await.map_err(Failed::Run)?;
    if let Some(document) = document {
        document.finish().await.map_err(Failed::Run)?;
    }
    Ok(state)
}
