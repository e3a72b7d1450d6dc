//! Reports 2021-06-30: reports, their documents and schedules.

mod checks;
mod end_users;
mod json;
mod lines;
mod report;
pub(super) mod sales;
mod schedules;
mod settlement_xml;
pub(in crate::sections) mod settlements;
mod style;
mod table;
mod types;
mod xml;

pub(in crate::sections) use lines::warehouse;
pub(crate) use schedules::Reports;
pub(in crate::sections) use schedules::renew_settlements;
pub(crate) use types::ReportType;

use super::call::Call;
use super::jobs::{self, Status};
use super::{Served, marketplaces};
use crate::http::{ApiError, Reply};
use crate::server::Server;
use crate::shop;
use crate::time::{calendar, dates};
use report::{Outcome, Report, Specification};
use schedules::{PERIODS, Schedule};
use serde::Deserialize;
use serde_json::{Value, json};
use spapi_metadata::document_types::Availability;
use spapi_types::Region;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::SystemTime;

pub(super) static SERVED: Served = Served {
    section: "reports",
    module: "v2021_06_30",
    takes_long: true,
    operations: &[
        ("getReports", get_reports),
        ("createReport", create_report),
        ("getReport", get_report),
        ("cancelReport", cancel_report),
        ("getReportSchedules", get_report_schedules),
        ("createReportSchedule", create_report_schedule),
        ("getReportSchedule", get_report_schedule),
        ("cancelReportSchedule", cancel_report_schedule),
        ("getReportDocument", get_report_document),
    ],
};

/// The longest options of a report, in bytes.
const LONGEST_OPTIONS: usize = 4096;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ReportRequest {
    report_type: String,
    marketplace_ids: Vec<String>,
    report_options: Option<BTreeMap<String, String>>,
    data_start_time: Option<String>,
    data_end_time: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ScheduleRequest {
    report_type: String,
    marketplace_ids: Vec<String>,
    report_options: Option<BTreeMap<String, String>>,
    period: String,
    next_report_creation_time: Option<String>,
}

fn get_reports(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    jobs::list(server.reports.jobs(server.clock.now()), server, call)
}

fn create_report(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let asked: ReportRequest = call.json()?;
    let now = server.clock.now();
    let specification = specification(
        (call.region, now),
        asked.report_type,
        asked.marketplace_ids,
        asked.report_options,
        Availability::Requested,
    )?;
    let from = date("dataStartTime", asked.data_start_time)?;
    let until = date("dataEndTime", asked.data_end_time)?.unwrap_or(now);
    for (name, time) in [("dataStartTime", from.unwrap_or(now)), ("dataEndTime", until)] {
        if time > now {
            return Err(ApiError::invalid_input(format!("{name} is in the future.")));
        }
    }
    if until < from.unwrap_or(now) {
        return Err(ApiError::invalid_input("dataEndTime is before dataStartTime."));
    }
    let limits = server.quota.has_limits();
    let id = server.reports.create(call.account()?, specification, (from, until), now, limits);
    Ok(Reply::accepted(json!({ "reportId": id })))
}

fn get_report(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    jobs::get(server.reports.jobs(server.clock.now()), server, call)
}

fn cancel_report(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    jobs::cancel(server.reports.jobs(server.clock.now()), server, call)
}

fn get_report_document(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let (account, id) = (call.account()?, call.id());
    let encoding_header = call.query.flag("enableContentEncodingUrlHeader")?.unwrap_or(false);
    let missing = || ApiError::not_found(format!("There is no report document {id:?}."));
    let report = server.reports.of_document(account, id, server).ok_or_else(missing)?;
    // The reason of a failure holds no buyer's data.
    if report.kind.is_restricted() && report.course.status == Status::Done {
        call.caller.must_be_restricted()?;
    }
    let download = server.documents.download(account, id, encoding_header).ok_or_else(missing)?;
    Ok(download.body("reportDocumentId", id).into())
}

fn get_report_schedules(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let Some(kinds) = jobs::short_list(&call.query, "reportTypes")? else {
        return Err(ApiError::invalid_input("reportTypes is required."));
    };
    let mut schedules = server.reports.schedules(call.account()?, server.clock.now());
    schedules.retain(|schedule| kinds.contains(&schedule.specification.kind.name));
    Ok(json!({ "reportSchedules": schedules.iter().map(schedule_body).collect::<Vec<_>>() }).into())
}

fn create_report_schedule(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let asked: ScheduleRequest = call.json()?;
    let now = server.clock.now();
    let specification = specification(
        (call.region, now),
        asked.report_type,
        asked.marketplace_ids,
        asked.report_options,
        Availability::Scheduled,
    )?;
    let period = PERIODS.iter().find(|(name, _)| *name == asked.period).map(|(_, period)| *period);
    let period = period.ok_or_else(|| ApiError::invalid_input(format!("period has no value {:?}.", asked.period)))?;
    let next = date("nextReportCreationTime", asked.next_report_creation_time)?.unwrap_or_else(|| period.after(now));
    if next < now {
        return Err(ApiError::invalid_input("nextReportCreationTime is in the past."));
    }
    let id = server.reports.schedule(call.account()?, specification, period, next, now);
    Ok(Reply::created(json!({ "reportScheduleId": id })))
}

fn get_report_schedule(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let schedules = server.reports.schedules(call.account()?, server.clock.now());
    let found = schedules.iter().find(|schedule| schedule.id == call.id()).ok_or_else(|| no_schedule(call))?;
    Ok(schedule_body(found).into())
}

fn cancel_report_schedule(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let cancelled = server.reports.cancel_schedule(call.account()?, call.id(), server.clock.now());
    cancelled.then(Reply::empty).ok_or_else(|| no_schedule(call))
}

/// The order for a report, if the sandbox makes this type of report in this way.
fn specification(
    (region, now): (Region, SystemTime),
    kind: String,
    marketplace_ids: Vec<String>,
    options: Option<BTreeMap<String, String>>,
    how: Availability,
) -> Result<Specification, ApiError> {
    let Some(kind) = ReportType::named(&kind).filter(|known| known.comes(how)) else {
        let known: Vec<&str> = ReportType::all_of(how).map(|kind| kind.name).collect();
        let message =
            format!("The sandbox does not make reportType {kind:?} in this way; it makes {}.", known.join(", "));
        return Err(ApiError::invalid_input(message));
    };
    if let Some(known) = kind.known().filter(|known| known.is_gone(&calendar::day(now).to_string())) {
        let instead = known.instead.map(|instead| format!(" Instead: {instead}.")).unwrap_or_default();
        return Err(ApiError::invalid_input(format!("Amazon no longer has reportType {:?}.{instead}", known.name)));
    }
    let options = options.unwrap_or_default();
    let length: usize = options.iter().map(|(name, value)| name.len() + value.len()).sum();
    if length > LONGEST_OPTIONS {
        return Err(ApiError::too_long("reportOptions", LONGEST_OPTIONS));
    }
    Ok(Specification { kind, markets: marketplaces::of_body(region, marketplace_ids)?, options: Arc::new(options) })
}

fn date(name: &str, text: Option<String>) -> Result<Option<SystemTime>, ApiError> {
    let Some(text) = text else { return Ok(None) };
    dates::read(&text)
        .map(Some)
        .ok_or_else(|| ApiError::invalid_input(format!("{name} is not an ISO 8601 date: {text:?}.")))
}

fn no_schedule(call: &Call) -> ApiError {
    ApiError::not_found(format!("There is no report schedule {:?}.", call.id()))
}

fn schedule_body(schedule: &Schedule) -> Value {
    let Specification { kind, markets, options } = &schedule.specification;
    let period = PERIODS.iter().find(|(_, period)| *period == schedule.period).map_or("", |(name, _)| name);
    json!({
        "reportScheduleId": schedule.id,
        "reportType": kind.name,
        "marketplaceIds": shop::ids(markets),
        "reportOptions": **options,
        "period": period,
        "nextReportCreationTime": dates::text(schedule.next),
    })
}
