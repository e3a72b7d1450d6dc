//! The slices of one stream of one marketplace, which are read and committed in their order.

use super::options::Sources;
use super::progress::{SliceOutcome, Waiting, WaitingFor};
use super::sieve::Sieve;
use super::sink::Sink;
use super::{document, gaps, operation, query, texts};
use crate::connection::{ChosenStream, Connection};
use crate::destination::{Destination, Gap, SliceId, SliceSource, SliceState};
use crate::plan::PlannedSlice;
use crate::{DocumentForm, Origin, RowForm};
use spapi_core::{Client, DateTime, Error, ErrorKind, Marketplace};
use spapi_jobs::{CancelCause, Ended, FoundReport, Outcome, QueryPage, QueryPages, ReportDocument, ReportJob, State};
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::SystemTime;
use tokio::sync::{Mutex, mpsc, oneshot, watch};
use tokio::task::JoinSet;
use tracing::Instrument;

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
pub(super) enum Event {
    /// It waits for something.
    Waits(Waiting),
    /// So many more rows were read.
    Read(u64),
    /// It has so many slices.
    Found(u64),
    /// A slice ended, of which so many rows were read.
    Ended { read: u64, outcome: SliceOutcome },
}

/// What failed.
pub(super) enum Failed {
    /// A slice.
    Slice(Error),
    /// A slice whose report Amazon could not make.
    Report(Error),
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
pub(super) struct EventSender {
    pub index: usize,
    pub events: mpsc::Sender<(usize, Event)>,
}

impl EventSender {
    pub async fn send(&self, event: Event) {
        // The run has the other end for as long as it polls this.
        let _ = self.events.send((self.index, event)).await;
    }

    pub async fn waits(&self, what: WaitingFor, until: Option<SystemTime>) {
        self.send(Event::Waits(Waiting { what, until })).await;
    }
}

/// What a lane does.
pub(super) enum Work<'a> {
    /// Reads the slices that are due. Of reports that are found, those with these names are left.
    Read { due: Vec<Due<'a>>, committed: HashSet<String> },
    /// Reads the documents of committed slices again.
    #[cfg(feature = "raw-documents")]
    Replay(Vec<(Due<'a>, Raw, SliceSource)>),
}

/// The raw documents of a slice.
#[cfg(feature = "raw-documents")]
pub(super) enum Raw {
    Report(ReportDocument),
    /// The pages of a query.
    Query(Vec<QueryPage>),
}

/// A stream of one marketplace.
pub(super) struct Lane<'a, 'd> {
    pub connection: &'a Connection,
    pub sources: &'a Sources,
    pub destination: &'a Mutex<&'d mut dyn Destination>,
    pub sieve: Sieve<'a>,
    pub sender: EventSender,
    pub stopped: watch::Receiver<bool>,
    /// How often slices failed in earlier runs, by their names.
    pub attempts: HashMap<String, u64>,
}

impl Lane<'_, '_> {
    /// Does the work until it is done, or the run stops.
    ///
    /// # Errors
    /// When the destination cannot be used.
    pub async fn run(self, work: Work<'_>) -> Result<(), Error> {
        let (due, committed) = match work {
            Work::Read { due, committed } => (due, committed),
            #[cfg(feature = "raw-documents")]
            Work::Replay(documents) => return self.replay(documents).await,
        };
        let Some(first) = due.first() else { return Ok(()) };
        match first.chosen.stream.origin {
            Origin::Report { is_found: true, .. } => self.find(first.clone(), &committed).await,
            Origin::Report { .. } | Origin::Query { .. } => self.request(due).await,
            Origin::Operation { .. } => self.list(due).await,
        }
    }

    async fn request(mut self, due: Vec<Due<'_>>) -> Result<(), Error> {
        let mut jobs = JoinSet::new();
        let mut asked = VecDeque::new();
        let mut rest = due.into_iter();
        let mut denied = None;
        loop {
            for slice in rest.by_ref().take(AHEAD.saturating_sub(asked.len())) {
                let (send, receive) = oneshot::channel();
                match denied.clone().map_or_else(|| self.job(&slice), Err) {
                    Ok(job) => {
                        // A task of its own goes on while the rows of another slice are read.
                        let (client, sender) = (self.sources.client.clone(), self.sender.clone());
                        jobs.spawn(async move { send.send(wait(job, &client, &sender).await) }.in_current_span());
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
                Err(Error::new(ErrorKind::Answer, "the job of a slice ended early").with_source(error))
            });
            let mut read = 0;
            let finished = match outcome {
                Ok(Made::Report(outcome)) => self.finish(&slice, outcome, &mut read).await,
                Ok(Made::Query(pages)) => self.finish_query(&slice, *pages, &mut read).await,
                Err(error) => Err(error.into()),
            };
            denied = denied.or_else(|| denial(&finished));
            let is_over = finished.is_err() && slice.chosen.slices.is_some();
            self.end(slice, read, finished).await?;
            if is_over {
                return Ok(());
            }
        }
    }

    /// Reads the slices of an operation, one after the other.
    async fn list(self, due: Vec<Due<'_>>) -> Result<(), Error> {
        let mut denied = None;
        for slice in due {
            if *self.stopped.borrow() {
                return Ok(());
            }
            let mut read = 0;
            let finished = match denied.clone() {
                Some(error) => Err(Failed::Slice(error)),
                None => self.read(&slice, Rows::Operation, &mut read).await,
            };
            denied = denied.or_else(|| denial(&finished));
            let is_over = finished.is_err() && slice.chosen.slices.is_some();
            self.end(slice, read, finished).await?;
            if is_over {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Reads reports that Amazon makes by itself, each once: a report is a slice, by its id.
    async fn find(self, due: Due<'_>, committed: &HashSet<String>) -> Result<(), Error> {
        self.sender.waits(WaitingFor::Answer, None).await;
        let mut stopped = self.stopped.clone();
        let found = tokio::select! {
            biased;
            _ = stopped.wait_for(|is| *is) => return Ok(()),
            found = self.found(&due, committed) => found,
        };
        let found = match found {
            Ok(found) => found,
            Err(error) => return self.end(due, 0, Err(error.into())).await,
        };
        if self.attempts.contains_key(&due.id.slice) {
            self.destination.lock().await.close_gap(due.id.clone()).await?;
        }
        self.sender.send(Event::Found(found.len() as u64)).await;
        for report in found {
            if *self.stopped.borrow() {
                return Ok(());
            }
            let mut slice = due.clone();
            slice.id.slice.clone_from(&report.report_id);
            slice.slice.to = report.created.map(Into::into);
            let mut read = 0;
            let document = with_charset(report.document, &slice);
            let rows = Rows::Document { request_id: report.report_id, document: Some(&document) };
            let finished = self.read(&slice, rows, &mut read).await;
            self.end(slice, read, finished).await?;
        }
        Ok(())
    }

    /// Reads the rows of documents again, and commits them with the source that they had.
    #[cfg(feature = "raw-documents")]
    async fn replay(self, documents: Vec<(Due<'_>, Raw, SliceSource)>) -> Result<(), Error> {
        for (due, raw, source) in documents {
            if *self.stopped.borrow() {
                return Ok(());
            }
            let mut read = 0;
            let replayed = match raw {
                Raw::Report(document) => {
                    let rows = Rows::Document { request_id: source.request_id, document: Some(&document) };
                    self.read(&due, rows, &mut read).await
                }
                Raw::Query(pages) => self.replay_query(&due, &pages, source, &mut read).await,
            };
            let outcome = match replayed {
                Ok(state) => SliceOutcome::Committed(state),
                Err(Failed::Run(error)) => return Err(error),
                // The slice stays committed as it was, so it is no gap of the destination.
                Err(Failed::Slice(why) | Failed::Report(why)) => SliceOutcome::Gap { id: due.id, why },
            };
            self.sender.send(Event::Ended { read, outcome }).await;
        }
        Ok(())
    }

    #[cfg(feature = "raw-documents")]
    async fn replay_query(
        &self,
        due: &Due<'_>,
        pages: &[QueryPage],
        source: SliceSource,
        read: &mut u64,
    ) -> Result<SliceState, Failed> {
        let mut sink = self.sink(due, read).await?;
        for page in pages {
            query::read_page(page, &mut sink).await?;
        }
        sink.commit(source).await
    }

    /// The reports of a range that Amazon made by itself and that are not committed, the oldest first.
    async fn found(&self, due: &Due<'_>, committed: &HashSet<String>) -> Result<Vec<FoundReport>, Error> {
        let Origin::Report { report_type, .. } = due.chosen.stream.origin else { return Ok(Vec::new()) };
        let (Some(from), Some(to)) = (&due.slice.from, &due.slice.to) else { return Ok(Vec::new()) };
        let end = to.to_system_time().map_err(|error| {
            Error::new(ErrorKind::Input, format!("{} has an end that is no time", report_type)).with_source(error)
        })?;
        // The destination says which were read. A journal may be that of another destination.
        let reports = self.sources.reports.clone().without_journal();
        let mut existing = reports.existing(report_type).created_since(from.clone());
        let mut found = Vec::new();
        while let Some(report) = existing.try_next().await? {
            if report.created.is_none_or(|created| created < end) && !committed.contains(&report.report_id) {
                found.push(report);
            }
        }
        if self.connection.newest_first {
            found.reverse();
        }
        Ok(found)
    }

    async fn end(&self, due: Due<'_>, read: u64, finished: Result<SliceState, Failed>) -> Result<(), Error> {
        let (why, rests) = match finished {
            Ok(state) => {
                self.sender.send(Event::Ended { read, outcome: SliceOutcome::Committed(state) }).await;
                return Ok(());
            }
            Err(Failed::Run(error)) => return Err(error),
            Err(Failed::Slice(why)) => (why, false),
            Err(Failed::Report(why)) => (why, true),
        };
        let now = self.sources.client.clock().now();
        let attempts = self.attempts.get(&due.id.slice).copied().unwrap_or_default() + 1;
        let not_before =
            if rests { DateTime::from(gaps::rest_until(attempts, now)).to_string() } else { String::new() };
        let gap = Gap {
            id: due.id.clone(),
            to: end_of(&due),
            reason: why.to_string(),
            attempts,
            failed_at: DateTime::from(now).to_string(),
            not_before,
        };
        self.destination.lock().await.note_gap(gap).await?;
        self.sender.send(Event::Ended { read, outcome: SliceOutcome::Gap { id: due.id, why } }).await;
        Ok(())
    }

    fn job(&self, due: &Due<'_>) -> Result<Making, Error> {
        let Origin::Report { report_type, .. } = due.chosen.stream.origin else {
            return Ok(Making::Query(self.sources.queries.query(query::text(due)?)?.pages()));
        };
        let mut request = self.sources.reports.request(report_type, [due.marketplace]);
        for (name, value) in self.connection.options_of(due.chosen.stream) {
            request = request.option(name, value);
        }
        if let (Some(from), Some(to)) = (&due.slice.from, &due.slice.to) {
            request = request.between(from.clone(), to.clone());
        }
        request.job().map(Making::Report)
    }

    async fn finish(&self, due: &Due<'_>, outcome: Outcome, read: &mut u64) -> Result<SliceState, Failed> {
        let request_id = outcome.report_id.clone();
        let document = match &outcome.ended {
            Ended::NoRows | Ended::Cancelled { cause: CancelCause::NoData } => None,
            Ended::Failed { .. } => Some(outcome.document().map_err(Failed::Report)?),
            _ => Some(with_charset(outcome.document()?, due)),
        };
        let rows = Rows::Document { request_id, document: document.as_ref() };
        let state = self.read(due, rows, read).await?;
        if let Some(document) = document {
            document.finish().await.map_err(Failed::Run)?;
        }
        Ok(state)
    }

    async fn finish_query(&self, due: &Due<'_>, mut pages: QueryPages, read: &mut u64) -> Result<SliceState, Failed> {
        let mut sink = self.sink(due, read).await?;
        let done = query::read(&mut pages, &mut sink).await?;
        let document_id = done.iter().map(QueryPage::id).collect::<Vec<_>>().join(" ");
        let state = sink.commit(SliceSource { to: end_of(due), document_id, ..SliceSource::default() }).await?;
        for page in done {
            page.finish().await.map_err(Failed::Run)?;
        }
        Ok(state)
    }

    async fn sink<'s>(&'s self, due: &'s Due<'_>, read: &'s mut u64) -> Result<Sink<'s>, Failed> {
        let schema = Arc::clone(&self.sieve.kept);
        let begun = self.destination.lock().await.begin(due.id.clone(), schema, due.chosen.stream.kind).await;
        Ok(Sink::new(due, &self.sieve, begun.map_err(Failed::Run)?, &self.sender, read))
    }

    async fn read(&self, due: &Due<'_>, rows: Rows<'_>, read: &mut u64) -> Result<SliceState, Failed> {
        let mut sink = self.sink(due, read).await?;
        let mut source = SliceSource { to: end_of(due), ..SliceSource::default() };
        match rows {
            Rows::Operation => {
                self.sender.waits(WaitingFor::Answer, None).await;
                operation::read(&self.sources.client, self.connection, due, &mut sink).await?;
            }
            Rows::Document { request_id, document } => {
                source.request_id = request_id;
                if let Some(document) = document {
                    document.id().clone_into(&mut source.document_id);
                    match &due.chosen.form {
                        RowForm::Typed => document::read(document, &mut sink).await?,
                        RowForm::Document(form) => texts::read(document, form, &mut sink).await?,
                    }
                }
            }
        }
        sink.commit(source).await
    }
}

/// The document in the charset that its stream sets.
fn with_charset(document: ReportDocument, due: &Due<'_>) -> ReportDocument {
    match &due.chosen.form {
        RowForm::Document(DocumentForm { charset: Some(charset), .. }) => document.charset(*charset),
        _ => document,
    }
}

/// The first moment after a slice, as a destination keeps it.
fn end_of(due: &Due<'_>) -> String {
    due.slice.to.as_ref().map(|to| to.as_str().to_owned()).unwrap_or_default()
}

/// Why Amazon would refuse the stream's other slices too, if that is why a slice failed.
fn denial(finished: &Result<SliceState, Failed>) -> Option<Error> {
    match finished {
        Err(Failed::Slice(error)) if matches!(error.kind(), ErrorKind::Denied | ErrorKind::Login) => {
            Some(error.clone())
        }
        _ => None,
    }
}

/// Where the rows of a slice come from.
enum Rows<'a> {
    /// The pages of the stream's operation.
    Operation,
    /// A report, which has a document if it has rows.
    Document { request_id: String, document: Option<&'a ReportDocument> },
}

/// A report or a query that Amazon is to make.
enum Making {
    Report(ReportJob),
    Query(QueryPages),
}

/// What Amazon made: a report, or the first page of a query.
enum Made {
    Report(Outcome),
    Query(Box<QueryPages>),
}

/// Waits for a report or the first page of a query, and says for what.
async fn wait(making: Making, client: &Client, sender: &EventSender) -> Result<Made, Error> {
    match making {
        Making::Report(mut job) => {
            while let Some(state) = job.try_next().await? {
                say(&state, client, sender).await;
            }
            job.await.map(Made::Report)
        }
        Making::Query(mut pages) => {
            while let Some(state) = pages.try_next_state().await? {
                say(&state, client, sender).await;
            }
            Ok(Made::Query(Box::new(pages)))
        }
    }
}

async fn say(state: &State, client: &Client, sender: &EventSender) {
    match state {
        State::Checked { .. } => sender.waits(WaitingFor::Quota, None).await,
        State::Resting { until } => sender.waits(WaitingFor::Quota, Some(*until)).await,
        State::Asked { .. } => sender.waits(WaitingFor::Report, None).await,
        State::Waiting { next, .. } => {
            sender.waits(WaitingFor::Report, client.clock().now().checked_add(*next)).await;
        }
        _ => {}
    }
}
