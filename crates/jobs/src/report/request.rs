//! The request for a report.

use super::check::{Checked, Given, check};
use super::work::ReportWork;
use super::{Outcome, ReportJob, ReportJobs};
use crate::context::Context;
use crate::job::Job;
use crate::journal::Entry;
use crate::set::Jobs;
use crate::time::{Bound, Span};
use spapi_core::{BoxFuture, DateTime, Error, ErrorKind};
use std::fmt;
use std::sync::Arc;

/// A request for a report, or for the reports of a long range. [`Reports::request`](super::Reports::request) makes it.
///
/// Await it for the outcome of one report, or turn it into a [`job`](Self::job) for each state on the way, or into
/// [`jobs`](Self::jobs) for a long range.
#[must_use = "a request does nothing unless it is awaited or made a job"]
#[derive(Clone)]
pub struct ReportRequest {
    context: Arc<Context>,
    given: Given,
    is_restricted: Option<bool>,
}

impl ReportRequest {
    pub(super) fn new(context: Arc<Context>, type_name: String, marketplaces: Vec<String>) -> Self {
        Self { context, given: Given { type_name, marketplaces, ..Given::default() }, is_restricted: None }
    }

    /// Sets the range of time. [`Bound`] says what a date and a moment mean.
    pub fn between(mut self, from: impl Into<Bound>, to: impl Into<Bound>) -> Self {
        self.given.range = Some((from.into(), Some(to.into())));
        self
    }

    /// Sets the range of time from a start until now.
    pub fn since(mut self, from: impl Into<Bound>) -> Self {
        self.given.range = Some((from.into(), None));
        self
    }

    /// Sets an option of the type, such as `reportPeriod`.
    pub fn option(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.given.options.insert(name.into(), value.into());
        self
    }

    /// Reads the document with a restricted data token. By default that is done for the types that are known to need one.
    pub fn restricted(mut self) -> Self {
        self.is_restricted = Some(true);
        self
    }

    /// Sends what this crate's table of types would refuse, for a type that Amazon has changed.
    pub fn unchecked(mut self) -> Self {
        self.given.is_unchecked = true;
        self
    }

    /// A job for one report. Its [`span`](Job::span) is what the report will cover. Nothing is sent yet.
    ///
    /// # Errors
    /// When the type does not take the request: the marketplace, the range or an option is wrong or missing. Also when the
    /// range needs several reports.
    pub fn job(self) -> Result<ReportJob, Error> {
        let (checked, mut slices) = self.slices()?;
        let first = slices.pop();
        if !slices.is_empty() {
            let message = format!(
                "the range is too long for one {} report: it needs {} of them",
                self.given.type_name,
                slices.len() + 1
            );
            return Err(Error::new(ErrorKind::Input, message)
                .with_hint("Make it a set of jobs with .jobs(), or give a shorter range. Nothing was sent."));
        }
        Ok(self.job_of(&checked, first))
    }

    /// A job for each report that the range needs, in the order of time. Without a range it is one. Nothing is sent yet.
    ///
    /// # Errors
    /// The errors of [`job`](Self::job), but for the long range.
    pub fn jobs(self) -> Result<ReportJobs, Error> {
        Ok(Jobs::new(self.each()?))
    }

    /// The same jobs one by one, to run them in another way than as a set.
    ///
    /// # Errors
    /// The errors of [`jobs`](Self::jobs).
    pub fn each(&self) -> Result<Vec<ReportJob>, Error> {
        let (checked, slices) = self.slices()?;
        if slices.is_empty() {
            return Ok(vec![self.job_of(&checked, None)]);
        }
        Ok(slices.into_iter().map(|slice| self.job_of(&checked, Some(slice))).collect())
    }

    /// The spans of the reports that the range needs, as [`jobs`](Self::jobs) requests them. Empty without a range.
    ///
    /// # Errors
    /// The errors of [`jobs`](Self::jobs).
    pub fn spans(&self) -> Result<Vec<Span>, Error> {
        Ok(self.slices()?.1)
    }

    fn slices(&self) -> Result<(Checked, Vec<Span>), Error> {
        let now = self.context.client.clock().now();
        let checked = check(&self.given, now)?;
        let slices = match checked.span {
            Some(span) => checked.rule.slices(span)?,
            None => Vec::new(),
        };
        Ok((checked, slices))
    }

    fn job_of(&self, checked: &Checked, span: Option<Span>) -> ReportJob {
        let Given { type_name, marketplaces, options, .. } = &self.given;
        let time = |time| DateTime::from(time);
        let entry = Entry {
            kind: "report".into(),
            region: self.context.client.region().code().to_owned(),
            type_name: type_name.clone(),
            marketplaces: marketplaces.clone(),
            options: options.clone(),
            from: span.map(|span| time(span.from())),
            to: span.map(|span| time(span.to())),
            ..Entry::default()
        };
        let work = ReportWork {
            context: Arc::clone(&self.context),
            entry,
            span,
            has_dates_only: checked.rule.has_dates_only(),
            sent_end: checked.rule.sent_end(),
            is_restricted: self.is_restricted.unwrap_or(checked.is_restricted),
            least_interval: checked.least_interval,
        };
        Job::new(work, span)
    }
}

impl IntoFuture for ReportRequest {
    type Output = Result<Outcome, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.job()?.await })
    }
}

impl fmt::Debug for ReportRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReportRequest").field("given", &self.given).finish_non_exhaustive()
    }
}
