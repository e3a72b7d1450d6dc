//! What a run needs beside the connection.

use crate::StreamId;
use spapi_core::{BoxFuture, Client};
use spapi_jobs::{DataKiosk, Reports};
use std::fmt;
use std::time::{Duration, SystemTime};

/// Where a run's rows come from.
#[derive(Clone, Debug)]
pub struct Sources {
    pub(super) client: Client,
    pub(super) reports: Reports,
    pub(super) queries: DataKiosk,
}

impl Sources {
    /// The account of a client, for a marketplace of the connection's region. Reports and queries have no journal.
    pub fn new(client: &Client) -> Self {
        Self { client: client.clone(), reports: Reports::new(client), queries: DataKiosk::new(client) }
    }

    /// Requests reports with these settings, such as a journal, by which a later run finds what this one requested.
    pub fn reports(mut self, reports: Reports) -> Self {
        self.reports = reports;
        self
    }

    /// Runs queries of Data Kiosk with these settings, such as a journal.
    pub fn queries(mut self, queries: DataKiosk) -> Self {
        self.queries = queries;
        self
    }

    /// The same, with at least this time between the requests of two reports and of two queries.
    pub(super) fn spaced(&self, reports: Duration, queries: Duration) -> Self {
        Self {
            client: self.client.clone(),
            reports: self.reports.clone().spacing(reports),
            queries: self.queries.clone().spacing(queries),
        }
    }
}

/// Options of a run.
pub struct RunOptions {
    pub(super) now: SystemTime,
    pub(super) stop: BoxFuture<'static, ()>,
    pub(super) retries_all: bool,
    pub(super) only: Option<StreamId>,
}

impl RunOptions {
    /// A run as of now that goes on to its end.
    pub fn new() -> Self {
        Self { now: SystemTime::now(), stop: Box::pin(std::future::pending()), retries_all: false, only: None }
    }

    /// Reads what is due at this moment. By default now.
    pub fn now(mut self, now: SystemTime) -> Self {
        self.now = now;
        self
    }

    /// Also asks for the gaps that are not to be asked for yet, because Amazon could not make their reports a short time ago.
    pub fn retry_all(mut self, retries_all: bool) -> Self {
        self.retries_all = retries_all;
        self
    }

    /// Reads only this stream, and [claims](crate::Destination::claim_stream) only it, so that other programs can read the other
    /// streams of the connection meanwhile. By default all streams, with a claim of the connection.
    pub fn only(mut self, stream: StreamId) -> Self {
        self.only = Some(stream);
        self
    }

    /// Stops the run when this future is done: slices whose rows are being read are committed, and no others begin. With a journal
    /// the next run finds the reports that were requested.
    pub fn stop(mut self, stop: impl Future<Output = ()> + Send + 'static) -> Self {
        self.stop = Box::pin(stop);
        self
    }
}

impl Default for RunOptions {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for RunOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunOptions")
            .field("now", &self.now)
            .field("retries_all", &self.retries_all)
            .field("only", &self.only)
            .finish_non_exhaustive()
    }
}
