//! The slices of one stream of one marketplace, which are read and committed in their order.

use super::document;
use super::options::Sources;
use super::progress::{SliceOutcome, Waiting, WaitingFor};
use super::sink::Sink;
use crate::connection::{ChosenStream, Connection};
use crate::destination::{Destination, SliceId, SliceSource, SliceState};
use crate::plan::PlannedSlice;
use crate::{Origin, Schema};
use spapi_core::{Error, ErrorKind, Marketplace};
use spapi_jobs::{CancelCause, Ended, Outcome, ReportDocument, ReportJob, State};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::SystemTime;
use tokio::sync::{Mutex, mpsc, oneshot, watch};
use tokio::task::JoinSet;

/// How many reports of a stream are in work at a time.
const AHEAD: usize = 4;

/// A slice that is to be read.
#[derive(Clone)]
pub(super) struct Due<'a> {
    pub chosen: &'a ChosenStream,
    pub marketplace: Marketplace,
    pub slice: PlannedSlice,
    pub id: SliceId,
}

/// What a lane says.
#[derive(Debug)]
pub(super) enum Told {
    /// It waits for something.
    Waits(Waiting),
    /// So many more rows were read.
    Read(u64),
    /// A slice ended, of which so many rows were read.
    Ended { read: u64, outcome: SliceOutcome },
}

/// What failed.
pub(super) enum Failed {
    /// A slice.
    Slice(Error),
    /// The destination, and with it the run.
    Run(Error),
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self::Slice(error)
    }
}

/// Where a lane says what it does.
#[derive(Clone)]
pub(super) struct Teller {
    pub index: usize,
    pub events: mpsc::Sender<(usize, Told)>,
}

impl Teller {
    pub async fn tell(&self, event: Told) {
        // The run has the other end for as long as it polls this.
        let _ = self.events.send((self.index, event)).await;
    }

    pub async fn waits(&self, what: WaitingFor, until: Option<SystemTime>) {
        self.tell(Told::Waits(Waiting { what, until })).await;
    }
}

/// A stream of one marketplace.
pub(super) struct Lane<'a, 'd, D> {
    pub connection: &'a Connection,
    pub sources: &'a Sources,
    pub destination: &'a Mutex<&'d mut D>,
    pub teller: Teller,
    pub stopped: watch::Receiver<bool>,
}

impl<D: Destination> Lane<'_, '_, D> {
    /// Reads the slices until there are no more, or the run stops.
    ///
    /// # Errors
    /// When the destination cannot be used.
    pub async fn run(mut self, due: Vec<Due<'_>>) -> Result<(), Error> {
        let mut jobs = JoinSet::new();
        let mut asked = VecDeque::new();
        let mut rest = due.into_iter();
        loop {
            for slice in rest.by_ref().take(AHEAD.saturating_sub(asked.len())) {
                let (send, receive) = oneshot::channel();
                match self.job(&slice) {
                    Ok(job) => {
                        // A task of its own goes on while the rows of another slice are read.
                        let teller = self.teller.clone();
                        jobs.spawn(async move { send.send(wait(job, teller).await) });
                    }
                    Err(error) => drop(send.send(Err(error))),
                }
                asked.push_back((slice, receive));
            }
            let Some((slice, receive)) = asked.pop_front() else { return Ok(()) };
            let outcome = tokio::select! {
                biased;
                _ = self.stopped.wait_for(|is| *is) => return Ok(()),
                outcome = receive => outcome,
            };
            let outcome = outcome.unwrap_or_else(|error| {
                Err(Error::new(ErrorKind::Answer, "the job of the report ended early").with_source(error))
            });
            let mut read = 0;
            let finished = self.finish(&slice, outcome, &mut read).await;
            self.end(slice.id, read, finished).await?;
        }
    }

    async fn end(&self, id: SliceId, read: u64, finished: Result<SliceState, Failed>) -> Result<(), Error> {
        let outcome = match finished {
            Ok(state) => SliceOutcome::Committed(state),
            Err(Failed::Slice(why)) => SliceOutcome::Gap { id, why },
            Err(Failed::Run(error)) => return Err(error),
        };
        self.teller.tell(Told::Ended { read, outcome }).await;
        Ok(())
    }

    fn job(&self, due: &Due<'_>) -> Result<ReportJob, Error> {
        let Origin::Report { report_type, .. } = due.chosen.stream.origin else {
            return Err(Error::new(ErrorKind::Input, format!("{} is not a report", due.chosen.stream.name)));
        };
        let mut request = self.sources.reports.request(report_type, [due.marketplace]);
        for (name, value) in self.connection.options_of(due.chosen.stream) {
            request = request.option(name, value);
        }
        if let (Some(from), Some(to)) = (&due.slice.from, &due.slice.to) {
            request = request.between(from.clone(), to.clone());
        }
        request.job()
    }

    async fn finish(
        &self,
        due: &Due<'_>,
        outcome: Result<Outcome, Error>,
        read: &mut u64,
    ) -> Result<SliceState, Failed> {
        let outcome = outcome?;
        let request_id = outcome.report_id.clone();
        let document = match &outcome.ended {
            Ended::NoRows | Ended::Cancelled { cause: CancelCause::NoData } => None,
            _ => Some(outcome.document()?),
        };
        let state = self.read(due, request_id, document.as_ref(), read).await?;
        if let Some(document) = document {
            document.finish().await.map_err(Failed::Run)?;
        }
        Ok(state)
    }

    async fn read(
        &self,
        due: &Due<'_>,
        request_id: String,
        document: Option<&ReportDocument>,
        read: &mut u64,
    ) -> Result<SliceState, Failed> {
        let schema = Arc::new(Schema::of(due.chosen.stream));
        let begun =
            self.destination.lock().await.begin(due.id.clone(), Arc::clone(&schema), due.chosen.stream.kind).await;
        let mut sink = Sink::new(due, schema, begun.map_err(Failed::Run)?, &self.teller, read);
        if let Some(document) = document {
            document::read(document, &mut sink).await?;
        }
        let to = due.slice.to.as_ref().map(|to| to.as_str().to_owned()).unwrap_or_default();
        let document_id = document.map(|document| document.id().to_owned()).unwrap_or_default();
        sink.commit(SliceSource { to, request_id, document_id }).await
    }
}

/// Waits for a report, and says for what.
async fn wait(mut job: ReportJob, teller: Teller) -> Result<Outcome, Error> {
    while let Some(state) = job.try_next().await? {
        match state {
            State::Checked { .. } => teller.waits(WaitingFor::Quota, None).await,
            State::Resting { until } => teller.waits(WaitingFor::Quota, Some(until)).await,
            State::Asked { .. } => teller.waits(WaitingFor::Report, None).await,
            State::Waiting { next, .. } => {
                teller.waits(WaitingFor::Report, SystemTime::now().checked_add(next)).await;
            }
            _ => {}
        }
    }
    job.await
}
