//! Reports as jobs.

mod check;
mod document;
mod existing;
mod options;
mod outcome;
mod reason;
mod request;
mod schedules;
#[cfg(test)]
mod tests;
mod work;

pub use document::ReportDocument;
pub use existing::{ExistingReports, FoundReport};
pub use outcome::{CancelCause, Ended, Outcome};
pub use request::ReportRequest;
pub use schedules::{Schedule, Schedules};

use crate::context::{Context, Polling};
use crate::job::Job;
use crate::journal::{Entry, Journal};
use crate::set::Jobs;
use spapi_core::{Client, Error, Marketplace};
use spapi_reports::v2021_06_30::Reports as Api;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use work::ReportWork;

/// A job that requests a report.
pub type ReportJob = Job<ReportWork>;

/// Jobs that request reports.
pub type ReportJobs = Jobs<ReportWork>;

/// Requests reports and finds those that exist, for the seller of a client.
///
/// Cheap to clone: clones share the journal, the pace of polling and the limits of each type. Keep one for as long as you
/// request reports for a seller.
#[derive(Clone)]
pub struct Reports {
    context: Arc<Context>,
}

impl Reports {
    /// Reports of the client's seller, without a journal: what is requested is forgotten with the process.
    pub fn new(client: &Client) -> Self {
        Self { context: Arc::new(Context::new(client)) }
    }

    /// Sets the journal, so that another run of the program finds what this one requested. From now on, a report stays in the
    /// journal until [`ReportDocument::finish`].
    pub fn journal(self, journal: impl Journal) -> Self {
        self.with(|context| {
            context.journal = Arc::new(journal);
            context.keeps_results = true;
        })
    }

    /// Sets how long a job waits before it asks for the status for the first time, and the longest wait between two times.
    /// By default 10 seconds and a minute. Many waiting jobs share the quota, so that each waits longer.
    pub fn polling(self, first: Duration, longest: Duration) -> Self {
        self.with(|context| context.polling = Polling { first, longest: longest.max(first) })
    }

    /// Sets how long a job waits for a report after it was requested. By default a day. After that the job fails, and with a
    /// journal an equal job continues to wait.
    pub fn longest_wait(self, wait: Duration) -> Self {
        self.with(|context| context.longest_wait = wait)
    }

    fn with(self, change: impl FnOnce(&mut Context)) -> Self {
        let mut context = self.context.renewed();
        change(&mut context);
        Self { context: Arc::new(context) }
    }

    /// Starts the request for a report of this type, such as `GET_MERCHANT_LISTINGS_ALL_DATA`, on these marketplaces. A
    /// marketplace is a [`Marketplace`], Amazon's id or a country code.
    pub fn request(
        &self,
        type_name: impl Into<String>,
        marketplaces: impl IntoIterator<Item = impl Into<String>>,
    ) -> ReportRequest {
        ReportRequest::new(Arc::clone(&self.context), type_name.into(), ids(marketplaces))
    }

    /// Runs these jobs at a time.
    pub fn all(&self, jobs: impl IntoIterator<Item = ReportJob>) -> ReportJobs {
        Jobs::new(jobs)
    }

    /// Finds the reports of this type that exist, such as settlements, which Amazon makes unasked.
    pub fn existing(&self, type_name: impl Into<String>) -> ExistingReports {
        ExistingReports::new(Arc::clone(&self.context), type_name.into())
    }

    /// The schedules by which Amazon makes reports.
    pub fn schedules(&self) -> Schedules {
        Schedules::new(Arc::clone(&self.context))
    }

    /// Wakes the job that waits for this report, so that it looks at once: for a consumer of the notification
    /// `REPORT_PROCESSING_FINISHED`, which names the report. Returns whether a job waits for it.
    pub fn wake(&self, report_id: &str) -> bool {
        self.context.wakes.wake(report_id)
    }

    /// Cancels a report that is in the queue, and wakes the job that waits for it.
    ///
    /// # Errors
    /// When Amazon does not have the report or has begun to make it.
    pub async fn cancel(&self, report_id: &str) -> Result<(), Error> {
        Api::new(&self.context.client).cancel_report(report_id).with_options(self.context.patient()).send().await?;
        self.context.note_cancelled(report_id);
        self.context.wakes.wake(report_id);
        Ok(())
    }

    /// What the journal has of reports that were requested and are not finished, of all sellers that share it.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub async fn unfinished(&self) -> Result<Vec<Entry>, Error> {
        let mut entries = self.context.journal.entries().await?;
        entries.retain(|entry| !entry.is_finished);
        Ok(entries)
    }
}

/// The ids of marketplaces, in order and each once.
fn ids(marketplaces: impl IntoIterator<Item = impl Into<String>>) -> Vec<String> {
    let id = |given: String| given.trim().parse::<Marketplace>().map_or(given, |known| known.id().to_owned());
    let mut ids: Vec<String> = marketplaces.into_iter().map(|given| id(given.into())).collect();
    ids.sort();
    ids.dedup();
    ids
}

impl fmt::Debug for Reports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reports").field("client", &self.context.client).finish_non_exhaustive()
    }
}
