//! Schedules, by which Amazon makes reports again and again.

use super::ids;
use crate::context::Context;
use crate::table::{self, UNCHECKED, refuse};
use crate::time::Bound;
use jiff::tz::TimeZone;
use spapi_core::{DateTime, Error};
use spapi_document_types::{Availability, ReportType};
use spapi_reports::v2021_06_30::Reports as Api;
use spapi_reports::v2021_06_30::types::{
    CreateReportScheduleSpecification, CreateReportScheduleSpecificationPeriod, ReportSchedule,
};
use spapi_types::text::printable;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// The most types of one list.
const MOST_TYPES: usize = 10;

/// The schedules of a seller. [`Reports::schedules`](super::Reports::schedules) makes it.
///
/// [`ExistingReports::of_schedule`](super::ExistingReports::of_schedule) finds the reports that a schedule made.
#[derive(Clone)]
pub struct Schedules {
    context: Arc<Context>,
    is_unchecked: bool,
}

/// A schedule.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Schedule {
    /// Amazon's id of the schedule.
    pub id: String,
    /// The type.
    pub type_name: String,
    /// The ids of the marketplaces.
    pub marketplace_ids: Vec<String>,
    /// The options.
    pub options: BTreeMap<String, String>,
    /// How often a report is made, as a duration of ISO 8601: `P1D`.
    pub period: String,
    /// When the next report is made.
    pub next: Option<DateTime>,
}

impl Schedules {
    pub(super) fn new(context: Arc<Context>) -> Self {
        Self { context, is_unchecked: false }
    }

    /// Sends what this crate's table of types would refuse, for a type that Amazon has changed.
    pub fn unchecked(mut self) -> Self {
        self.is_unchecked = true;
        self
    }

    /// Creates a schedule. Amazon has one schedule for a type and its marketplaces: a new one replaces the old. `period` is
    /// one of Amazon's, such as `PT5M`, `PT1H`, `P1D`, `P7D` or `P1M`. `first` is when the first report is made; a date is the
    /// start of the day in UTC. Without it the first report is made after one period. Returns Amazon's id.
    ///
    /// # Errors
    /// When the type cannot be scheduled, does not exist for a marketplace or does not take the options, when the period is
    /// not known, `first` has no time zone, or Amazon refuses.
    pub async fn create(
        &self,
        type_name: &str,
        marketplaces: impl IntoIterator<Item = impl Into<String>>,
        period: &str,
        first: Option<DateTime>,
        options: BTreeMap<String, String>,
    ) -> Result<String, Error> {
        let marketplaces = ids(marketplaces);
        if !self.is_unchecked {
            self.check(type_name, &marketplaces, period, &options)?;
        }
        let mut schedule =
            CreateReportScheduleSpecification::new(marketplaces, period, type_name).report_options(options);
        if let Some(first) = first {
            let first = Bound::from(first).start(&TimeZone::UTC)?;
            schedule = schedule.next_report_creation_time(DateTime::from(first));
        }
        let call = self.api().create_report_schedule(schedule).with_options(self.context.patient());
        Ok(call.send().await?.report_schedule_id.clone())
    }

    /// Compares a schedule with what is known of its type.
    fn check(
        &self,
        type_name: &str,
        marketplaces: &[String],
        period: &str,
        options: &BTreeMap<String, String>,
    ) -> Result<(), Error> {
        table::check_report_type(type_name)?;
        if marketplaces.is_empty() {
            return refuse("the schedule has no marketplace", "Name at least one, such as Marketplace::JP.");
        }
        table::check_ids(marketplaces)?;
        let known = CreateReportScheduleSpecificationPeriod::VALUES;
        if !known.contains(&period) {
            return refuse(
                format!("the period {} of the schedule is not known", printable(period).up_to(40)),
                format!("Known are {}. If it is new, use .unchecked().", known.join(", ")),
            );
        }
        if let Some(kind) = ReportType::find(type_name) {
            if kind.is_gone(&table::day(self.context.client.clock().now())) {
                return table::refuse_gone(format_args!("has the report type {type_name}"), kind.instead, UNCHECKED);
            }
            let ways = kind.availability;
            let is_sure = !ways.is_empty() && !kind.unsure.contains(&"availability");
            if is_sure && !ways.contains(&Availability::Scheduled) {
                return refuse(
                    format!("{type_name} cannot be scheduled"),
                    format!("Request it with .request(\"{type_name}\", ...). {UNCHECKED}"),
                );
            }
            table::check_marketplaces(&kind.into(), marketplaces)?;
            table::check_options(&kind.into(), options)?;
        }
        Ok(())
    }

    /// The schedules of these types.
    ///
    /// # Errors
    /// When Amazon cannot be asked.
    pub async fn list(&self, type_names: impl IntoIterator<Item = impl Into<String>>) -> Result<Vec<Schedule>, Error> {
        let type_names: Vec<String> = type_names.into_iter().map(Into::into).collect();
        let mut schedules = Vec::new();
        for type_names in type_names.chunks(MOST_TYPES) {
            let call = self.api().get_report_schedules().report_types(type_names);
            let answer = call.with_options(self.context.patient()).send().await?;
            schedules.extend(answer.report_schedules.iter().map(Schedule::from));
        }
        Ok(schedules)
    }

    /// Ends a schedule. The reports that it made stay.
    ///
    /// # Errors
    /// When Amazon has no such schedule.
    pub async fn cancel(&self, schedule_id: &str) -> Result<(), Error> {
        self.api().cancel_report_schedule(schedule_id).with_options(self.context.patient()).send().await?;
        Ok(())
    }

    fn api(&self) -> Api {
        Api::new(&self.context.client)
    }
}

impl From<&ReportSchedule> for Schedule {
    fn from(schedule: &ReportSchedule) -> Self {
        Self {
            id: schedule.report_schedule_id.clone(),
            type_name: schedule.report_type.clone(),
            marketplace_ids: schedule.marketplace_ids.clone(),
            options: schedule.report_options.clone(),
            period: schedule.period.clone(),
            next: schedule.next_report_creation_time.clone(),
        }
    }
}

impl fmt::Debug for Schedules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Schedules").finish_non_exhaustive()
    }
}
