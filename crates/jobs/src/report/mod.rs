//! Reports as jobs.

mod check;
mod document;
mod existing;
mod outcome;
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

use crate::context::Context;
use crate::document::{DocumentOrigin, JobDocument};
use crate::job::Job;
use crate::journal::{Entry, JobKey};
use crate::set::Jobs;
use crate::settings::settings;
use crate::time::Span;
use spapi_core::{Client, Error, Marketplace};
use spapi_document_types::{Access, ReportType};
use spapi_reports::v2021_06_30::Reports as Api;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use work::ReportWork;

/// A job that requests a report.
pub type ReportJob = Job<ReportWork>;

/// Jobs that request reports.
pub type ReportJobs = Jobs<ReportWork>;

/// How long Amazon lists a report.
const LISTED: Duration = Duration::from_secs(90 * 24 * 3600);

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

    /// Takes a report that Amazon has made and that is younger than this, at most 90 days, instead of a new one, where it is surely
    /// the same: the same type, marketplaces and span, without options, which Amazon does not show. By default, only one that
    /// Amazon is still making.
    pub fn reuse(self, age: Duration) -> Self {
        self.with(|context| context.reuse = age.min(LISTED))
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

    /// A job for a report that Amazon has, by its id: it waits for the report, and requests nothing. If the journal has the
    /// report, finishing the document finishes it there.
    ///
    /// # Errors
    /// When Amazon does not have the report, or the journal cannot be read.
    pub async fn find(&self, report_id: &str) -> Result<ReportJob, Error> {
        let report = Api::new(&self.context.client).get_report(report_id).with_options(self.context.patient());
        let report = report.send().await?;
        let entry = self.context.entry_of("report", report_id).await?.unwrap_or_else(|| Entry {
            kind: "report".into(),
            region: self.context.client.region().code().to_owned(),
            type_name: report.report_type.clone(),
            marketplaces: ids(&report.marketplace_ids),
            asked_at: report.created_time.clone(),
            id: Some(report_id.to_owned()),
            ..Entry::default()
        });
        Ok(Job::new(ReportWork::found(Arc::clone(&self.context), entry), None))
    }

    /// A document by its id, such as one that the [store](Self::store) has. `marketplace` is the first one of the report.
    pub fn document(
        &self,
        id: impl Into<String>,
        type_name: impl Into<String>,
        marketplace: Option<Marketplace>,
    ) -> ReportDocument {
        let (id, type_name) = (id.into(), type_name.into());
        let known = ReportType::find(&type_name);
        let is_restricted = known.is_some_and(|known| known.access == Access::RestrictedDataToken);
        let key = JobKey::new("document", &id);
        let origin = DocumentOrigin::Report { type_name, marketplace, is_restricted };
        ReportDocument::new(JobDocument::new(&self.context, id, origin, key))
    }

    /// The schedules by which Amazon makes reports.
    pub fn schedules(&self) -> Schedules {
        Schedules::new(Arc::clone(&self.context))
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
}

/// The spans of the reports of a type for a range, in the order of time, as a plan needs them: without a client, and
/// without a request. Each has at most `longest_days` days, where that is less than the type takes, but at least one of the
/// type's periods. The first is that in which the range begins, as a whole, and the last that is over at its end. What lies
/// further back than the type reaches is left out. `options` are the report's options, of which one may choose the period.
///
/// A request [between](ReportRequest::between) the ends of such a span gets one report that covers it.
///
/// # Errors
/// When there would be more than ten thousand, or a time is too far from now.
pub fn report_spans(
    type_name: &str,
    marketplace: &str,
    options: &BTreeMap<String, String>,
    range: (SystemTime, SystemTime),
    longest_days: Option<u32>,
    now: SystemTime,
) -> Result<Vec<Span>, Error> {
    let given = check::Given {
        type_name: type_name.to_owned(),
        marketplaces: ids([marketplace]),
        options: options.clone(),
        ..check::Given::default()
    };
    check::spans_within(&given, range, longest_days, now)
}

settings!(
    Reports,
    "report",
    "REPORT_PROCESSING_FINISHED",
    report_processing_finished::ReportProcessingFinished,
    report_id
);

/// The ids of marketplaces, in order and each once.
pub(crate) fn ids(marketplaces: impl IntoIterator<Item = impl Into<String>>) -> Vec<String> {
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
