//! Reports that exist: those that Amazon makes unasked or by a schedule.

use super::document::ReportDocument;
use super::ids;
use super::work::{found, of_marketplaces};
use crate::context::Context;
use crate::document::{DocumentOrigin, JobDocument};
use crate::journal::Entry;
use crate::lists::{PAGE, all};
use crate::table::{self, refuse};
use crate::time::Bound;
use crate::work::{Found, Status};
use jiff::tz::TimeZone;
use spapi_core::{DateTime, Error};
use spapi_document_types::{Access, ReportType};
use spapi_reports::v2021_06_30::Reports as Api;
use spapi_reports::v2021_06_30::types::GetReportsProcessingStatuses;
use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// How long after its creation a finished report is remembered. Amazon lists reports for 90 days.
const FORGOTTEN: Duration = Duration::from_secs(100 * 24 * 3600);

/// Reports that exist and are done, the oldest first, each once. [`Reports::existing`](super::Reports::existing) makes it.
///
/// With a journal, a report that was [finished](FoundReport::finish) is not found again.
///
/// ```no_run
/// # async fn f(reports: spapi_jobs::Reports) -> Result<(), spapi_core::Error> {
/// let mut settlements = reports.existing("GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2");
/// while let Some(settlement) = settlements.try_next().await? {
///     let rows = settlement.document.rows::<std::collections::BTreeMap<String, String>>().await?;
///     // Put the rows where they belong, and then:
///     settlement.finish().await?;
/// }
/// # Ok(()) }
/// ```
#[must_use = "reports are found by try_next"]
pub struct ExistingReports {
    context: Arc<Context>,
    type_name: String,
    marketplaces: Vec<String>,
    created_since: Option<Bound>,
    schedule_id: Option<String>,
    is_restricted: bool,
    is_unchecked: bool,
    found: Option<VecDeque<Found>>,
}

/// A report that exists.
#[derive(Debug)]
#[non_exhaustive]
pub struct FoundReport {
    /// Amazon's id of the report.
    pub report_id: String,
    /// The ids of the marketplaces.
    pub marketplace_ids: Vec<String>,
    /// `dataStartTime` and `dataEndTime`, as Amazon gives them.
    pub range: Option<(DateTime, DateTime)>,
    /// When Amazon created it.
    pub created: Option<SystemTime>,
    /// The id of the schedule that made it.
    pub schedule_id: Option<String>,
    /// The document.
    pub document: ReportDocument,
    entry: Entry,
}

impl FoundReport {
    /// Notes in the journal that the document is read and its rows are where they belong, so that the report is not found again.
    ///
    /// # Errors
    /// When the journal cannot be written.
    pub async fn finish(&self) -> Result<(), Error> {
        self.document.note_finished(&self.entry).await
    }
}

impl ExistingReports {
    pub(super) fn new(context: Arc<Context>, type_name: String) -> Self {
        let kind = ReportType::find(&type_name);
        Self {
            context,
            is_restricted: kind.is_some_and(|kind| kind.access == Access::RestrictedDataToken),
            type_name,
            marketplaces: Vec::new(),
            created_since: None,
            schedule_id: None,
            is_unchecked: false,
            found: None,
        }
    }

    /// Only reports on these marketplaces.
    pub fn marketplaces(mut self, marketplaces: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.marketplaces = ids(marketplaces);
        self
    }

    /// Only reports that were created since then; a date is the start of the day in UTC. By default Amazon lists those of the
    /// last 90 days, which is all that it has.
    pub fn created_since(mut self, time: impl Into<Bound>) -> Self {
        self.created_since = Some(time.into());
        self
    }

    /// Only reports that this schedule made.
    pub fn of_schedule(mut self, schedule_id: impl Into<String>) -> Self {
        self.schedule_id = Some(schedule_id.into());
        self
    }

    /// Reads the documents with a restricted data token. By default that is done for the types that are known to need one.
    pub fn restricted(mut self) -> Self {
        self.is_restricted = true;
        self
    }

    /// Asks for what this crate's table of types would refuse, for a type or a marketplace that is new.
    pub fn unchecked(mut self) -> Self {
        self.is_unchecked = true;
        self
    }

    /// The next report, or `None` after the last. The first call reads all pages of Amazon's list. You may drop the future.
    ///
    /// # Errors
    /// When the type or a marketplace is not known, the time has no zone, Amazon cannot be asked, or the journal cannot be
    /// used.
    pub async fn try_next(&mut self) -> Result<Option<FoundReport>, Error> {
        if self.found.is_none() {
            self.found = Some(self.list().await?);
        }
        while let Some(found) = self.found.as_ref().and_then(|found| found.front()) {
            let entry = self.entry(found).await?;
            let is_finished = self.context.journal.read(&entry.key()).await?.is_some_and(|known| known.is_finished);
            let Some(found) = self.found.as_mut().and_then(VecDeque::pop_front) else { break };
            if let (false, Some(document_id)) = (is_finished, &found.document_id) {
                let origin = DocumentOrigin::Report {
                    type_name: self.type_name.clone(),
                    marketplace: found.marketplaces.first().and_then(|id| id.parse().ok()),
                    is_restricted: self.is_restricted,
                };
                let document = JobDocument::new(&self.context, document_id.clone(), origin, entry.key());
                return Ok(Some(FoundReport {
                    report_id: found.id,
                    marketplace_ids: found.marketplaces,
                    range: found.range,
                    created: found.created,
                    schedule_id: found.schedule_id,
                    document: ReportDocument::new(document),
                    entry,
                }));
            }
        }
        Ok(None)
    }

    async fn list(&self) -> Result<VecDeque<Found>, Error> {
        if self.type_name.trim().is_empty() {
            return refuse(
                "the report type is empty",
                "Name a type such as GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2.",
            );
        }
        if !self.is_unchecked {
            table::check_report_type(&self.type_name)?;
            table::check_ids(&self.marketplaces)?;
        }
        let mut list = Api::new(&self.context.client)
            .get_reports()
            .report_types([&self.type_name])
            .processing_statuses([GetReportsProcessingStatuses::Done])
            .page_size(PAGE);
        list = of_marketplaces(list, &self.marketplaces);
        if let Some(since) = &self.created_since {
            list = list.created_since(DateTime::from(since.start(&TimeZone::UTC)?));
        }
        self.forget_old().await?;
        let mut found = all(list.with_options(self.context.patient()).items(), found).await?;
        let is_of = |found: &Found| {
            let theirs = &found.marketplaces;
            self.marketplaces.is_empty() || theirs.is_empty() || theirs.iter().any(|id| self.marketplaces.contains(id))
        };
        let is_by = |found: &Found| self.schedule_id.is_none() || found.schedule_id == self.schedule_id;
        found.retain(|found| found.status == Status::Done && is_of(found) && is_by(found));
        found.sort_by_key(|found| found.created);
        Ok(found.into())
    }

    /// Removes the entries of finished reports that Amazon no longer lists.
    async fn forget_old(&self) -> Result<(), Error> {
        let now = self.context.client.clock().now();
        for entry in self.context.journal.entries().await?.into_iter().filter(|entry| entry.is_finished) {
            let created = entry.asked_at.as_ref().and_then(|time| time.to_system_time().ok());
            if created.is_some_and(|created| now.duration_since(created).is_ok_and(|age| age > FORGOTTEN)) {
                self.context.journal.remove(&entry.key()).await?;
            }
        }
        Ok(())
    }

    /// The journal's entry of a report that is finished.
    async fn entry(&self, found: &Found) -> Result<Entry, Error> {
        Ok(Entry {
            kind: format!("found-report-{}", found.id),
            seller: self.context.client.seller().await?,
            region: self.context.client.region().code().to_owned(),
            type_name: self.type_name.clone(),
            asked_at: found.created.map(DateTime::from),
            id: Some(found.id.clone()),
            status: found.status.to_string(),
            document_id: found.document_id.clone(),
            is_finished: true,
            ..Entry::default()
        })
    }
}

impl fmt::Debug for ExistingReports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExistingReports").field("type_name", &self.type_name).finish_non_exhaustive()
    }
}
