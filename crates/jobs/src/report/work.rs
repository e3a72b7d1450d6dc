//! How a report is requested, listed and looked at.

use super::document::ReportDocument;
use super::outcome::{CancelCause, Ended, Outcome};
use crate::context::Context;
use crate::document::{DocumentOrigin, JobDocument};
use crate::journal::Entry;
use crate::lists::{PAGE, all, narrowing};
use crate::reason;
use crate::time::{SentEnd, Span};
use crate::work::{Fits, Found, Status, Work, named};
use spapi_core::{DateTime, Error, RetryPolicy};
use spapi_document_types::{Access, ReportType};
use spapi_reports::v2021_06_30::Reports as Api;
use spapi_reports::v2021_06_30::operations::GetReports;
use spapi_reports::v2021_06_30::types::{CreateReportSpecification, Report};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// How much the ends of a range may differ from the requested ones, since Amazon may show whole seconds.
const SAME: Duration = Duration::from_secs(1);

/// A report to request.
pub struct ReportWork {
    pub context: Arc<Context>,
    pub entry: Entry,
    pub span: Option<Span>,
    /// Whether Amazon reads only the days of the range.
    pub has_dates_only: bool,
    pub sent_end: SentEnd,
    pub is_restricted: bool,
    pub least_interval: Option<Duration>,
}

impl ReportWork {
    /// A report that Amazon has. It is not requested.
    pub fn found(context: Arc<Context>, entry: Entry) -> Self {
        let kind = ReportType::find(&entry.type_name);
        Self {
            context,
            span: None,
            has_dates_only: false,
            sent_end: SentEnd::LastMoment,
            is_restricted: kind.is_some_and(|kind| kind.access == Access::RestrictedDataToken),
            least_interval: None,
            entry,
        }
    }

    fn api(&self) -> Api {
        Api::new(&self.context.client)
    }

    fn is_over(&self, span: &Span) -> bool {
        span.to() <= self.context.client.clock().now()
    }

    async fn cancel_cause(&self, cancelled: &Found) -> CancelCause {
        if self.context.was_cancelled_here(&cancelled.id) {
            return CancelCause::ByThisProgram;
        }
        match cancelled.has_started {
            _ if self.has_earlier(cancelled).await => CancelCause::TooOften,
            true => CancelCause::NoData,
            // Only a report in the queue can be cancelled by hand.
            false => CancelCause::ByHand,
        }
    }

    /// Whether Amazon had a report of this type so shortly before that it did not make this one.
    async fn has_earlier(&self, cancelled: &Found) -> bool {
        let (Some(interval), Some(created)) = (self.least_interval, cancelled.created) else { return false };
        let since = created - interval;
        let similar = self.similar(since, false).await.unwrap_or_else(|error| {
            tracing::debug!(%error, "the reports before a cancelled one cannot be listed");
            Vec::new()
        });
        let is_earlier = |found: &Found| found.created.is_some_and(|at| (since..=created).contains(&at));
        let is_made = |found: &Found| found.id != cancelled.id && found.status != Status::Cancelled;
        similar.iter().any(|found| is_made(found) && is_earlier(found))
    }

    /// Whether a report of Amazon's list is what this job asks for.
    fn fits(&self, found: &Found) -> Fits {
        if !found.is_on(&self.entry.marketplaces) {
            return Fits::No;
        }
        let Some(span) = &self.span else {
            // Amazon fills in a range of its own, which is empty for a report without one.
            let is_empty = found.range.as_ref().is_none_or(|(from, to)| from == to || from.is_empty());
            return if is_empty { Fits::Same } else { Fits::IfNew };
        };
        let Some((from, to)) = &found.range else { return Fits::No };
        let (ours_from, ours_to) = span.sent(self.sent_end);
        let is_same = match self.has_dates_only {
            // A span that was not over when it was requested was requested up to that day.
            true => {
                day(from) == day(&ours_from)
                    && (day(to) == day(&ours_to) || !self.is_over(span) && day(to) < day(&ours_to))
            }
            false => is_near(from, &ours_from) && is_near(to, &ours_to),
        };
        if is_same { Fits::Same } else { Fits::No }
    }
}

fn day(time: &DateTime) -> Option<u64> {
    let since = time.to_system_time().ok()?.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    Some(since.as_secs() / (24 * 3600))
}

fn is_near(one: &DateTime, other: &DateTime) -> bool {
    let (Ok(one), Ok(other)) = (one.to_system_time(), other.to_system_time()) else { return false };
    one.duration_since(other).unwrap_or_else(|error| error.duration()) <= SAME
}

impl Work for ReportWork {
    type Outcome = Outcome;

    fn context(&self) -> &Arc<Context> {
        &self.context
    }

    fn entry(&self) -> &Entry {
        &self.entry
    }

    fn describe(&self) -> String {
        let names = self.entry.marketplaces.iter().map(|id| {
            id.parse::<spapi_core::Marketplace>().map_or_else(|_| id.clone(), |known| known.country_code().to_owned())
        });
        let names: Vec<_> = names.collect();
        let span = self.span.map(|span| format!(", {span}")).unwrap_or_default();
        format!("{} for {}{span}", self.entry.type_name, names.join(", "))
    }

    fn least_interval(&self) -> Option<Duration> {
        self.least_interval
    }

    async fn similar(&self, since: SystemTime, fresh: bool) -> Result<Vec<Found>, Error> {
        let name = crate::asking::lane_name(&self.entry);
        let list = self.api().get_reports().report_types([&self.entry.type_name]);
        let list = of_marketplaces(list.created_since(since).page_size(PAGE), &self.entry.marketplaces);
        let read = all(list.with_options(self.context.patient()).items(), found);
        self.context.lists.of(&name, since, fresh, read, |found| self.fits(found)).await
    }

    async fn create(&self) -> Result<String, Error> {
        let Entry { marketplaces, type_name, options, .. } = &self.entry;
        let mut request = CreateReportSpecification::new(marketplaces, type_name).report_options(options.clone());
        if let Some(span) = &self.span {
            let (from, to) = span.sent(self.sent_end);
            // Amazon refuses an end in the future.
            let end = if self.is_over(span) { to } else { self.context.client.clock().now().into() };
            request = request.data_start_time(from).data_end_time(end);
        }
        let name = crate::asking::lane_name(&self.entry);
        let options = self.context.limited(&name).retry(RetryPolicy::none());
        let answer = self.api().create_report(request).with_options(options).send().await?;
        let id = named(&answer, &answer.report_id, "createReport", "reportId")?;
        self.context.lists.add(&name, id.clone());
        Ok(id)
    }

    async fn look(&self, id: &str) -> Result<Found, Error> {
        let report = self.api().get_report(id).with_options(self.context.patient()).send().await?;
        Ok(found(&report))
    }

    async fn outcome(&self, entry: &Entry, found: Option<&Found>) -> Result<Outcome, Error> {
        let document = |id: &str, is_restricted: bool| {
            let marketplace = entry.marketplaces.first().and_then(|id| id.parse().ok());
            let origin = DocumentOrigin::Report { type_name: entry.type_name.clone(), marketplace, is_restricted };
            JobDocument::new(&self.context, id.to_owned(), origin, entry.key())
        };
        let ended = match found {
            None => Ended::Expired,
            Some(Found { status: Status::Done, document_id: Some(id), .. }) => {
                Ended::Document(ReportDocument::new(document(id, self.is_restricted)))
            }
            Some(Found { status: Status::Done, .. }) => Ended::NoRows,
            Some(found) if found.status == Status::Fatal => {
                let reason = match &found.document_id {
                    // The reason holds no buyer's data, so it needs no restricted data token.
                    Some(id) => reason::read(document(id, false).open()).await,
                    None => None,
                };
                Ended::Failed { reason }
            }
            Some(found) => Ended::Cancelled { cause: self.cancel_cause(found).await },
        };
        Ok(Outcome {
            report_id: entry.id.clone().unwrap_or_default(),
            type_name: entry.type_name.clone(),
            marketplace_ids: entry.marketplaces.clone(),
            span: self.span,
            created: found.and_then(|found| found.created),
            schedule_id: found.and_then(|found| found.schedule_id.clone()),
            ended,
        })
    }
}

/// Narrows a list to some marketplaces, as far as it takes them.
pub(super) fn of_marketplaces(list: GetReports, marketplaces: &[String]) -> GetReports {
    match narrowing(marketplaces) {
        Some(some) => list.marketplace_ids(some),
        None => list,
    }
}

/// What Amazon says about a report.
pub(super) fn found(report: &Report) -> Found {
    let filled = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    Found {
        id: report.report_id.clone(),
        status: Status::named(report.processing_status.as_ref()),
        created: report.created_time.as_ref().and_then(|time| time.to_system_time().ok()),
        has_started: report.processing_start_time.as_ref().is_some_and(|time| !time.is_empty()),
        document_id: filled(&report.report_document_id),
        range: report.data_start_time.clone().zip(report.data_end_time.clone()),
        schedule_id: filled(&report.report_schedule_id),
        marketplaces: report.marketplace_ids.clone(),
        ..Found::default()
    }
}
