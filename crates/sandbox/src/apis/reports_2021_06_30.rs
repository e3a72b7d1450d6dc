//! Reports 2021-06-30: reports, their documents and schedules.

use super::jobs::{self, Entry, List};
use super::marketplaces;
use crate::dates;
use crate::error::ApiError;
use crate::jobs::{Job, Status};
use crate::reply::Reply;
use crate::reports::{PERIODS, Report, ReportType, Schedule, Specification, TYPES};
use crate::routes::{Call, Handler, Route};
use crate::server::Server;
use crate::shop;
use axum::http::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::SystemTime;

pub(super) static ROUTES: [Route; 9] = [
    route("getReports", Method::GET, "/reports/2021-06-30/reports", get_reports),
    route("createReport", Method::POST, "/reports/2021-06-30/reports", create_report),
    route("getReport", Method::GET, "/reports/2021-06-30/reports/{reportId}", get_report),
    route("cancelReport", Method::DELETE, "/reports/2021-06-30/reports/{reportId}", cancel_report),
    route("getReportSchedules", Method::GET, "/reports/2021-06-30/schedules", get_report_schedules),
    route("createReportSchedule", Method::POST, "/reports/2021-06-30/schedules", create_report_schedule),
    route("getReportSchedule", Method::GET, "/reports/2021-06-30/schedules/{reportScheduleId}", get_report_schedule),
    route(
        "cancelReportSchedule",
        Method::DELETE,
        "/reports/2021-06-30/schedules/{reportScheduleId}",
        cancel_report_schedule,
    ),
    route("getReportDocument", Method::GET, "/reports/2021-06-30/documents/{reportDocumentId}", get_report_document),
];

const fn route(id: &'static str, method: Method, path: &'static str, handler: Handler) -> Route {
    Route { section: "reports", module: "v2021_06_30", id, method, path, handler }
}

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

impl Entry for Report {
    fn job(&self) -> &Job {
        &self.job
    }

    fn kind(&self) -> &str {
        self.kind.name
    }
}

const LIST: List = List { operation: "reports/2021-06-30/getReports", entries: "reports", types: "reportTypes" };

fn get_reports(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let seller = call.seller()?;
    let all = |step| server.reports.list(seller, step, server);
    jobs::list(server, &call.query, &LIST, all, report_body)
}

fn create_report(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let asked: ReportRequest = call.json()?;
    let now = server.clock.now();
    let specification =
        specification(asked.report_type, asked.marketplace_ids, asked.report_options, |kind| kind.requested)?;
    let from = date("dataStartTime", asked.data_start_time)?.unwrap_or(now);
    let until = date("dataEndTime", asked.data_end_time)?.unwrap_or(now);
    for (name, time) in [("dataStartTime", from), ("dataEndTime", until)] {
        if time > now {
            return Err(ApiError::invalid_input(format!("{name} is in the future.")));
        }
    }
    if until < from {
        return Err(ApiError::invalid_input("dataEndTime is before dataStartTime."));
    }
    let id = server.reports.create(call.seller()?, specification, (from, until), now);
    Ok(Reply::accepted(json!({ "reportId": id })))
}

fn get_report(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let report = server.reports.ask(call.seller()?, call.id(), server).ok_or_else(|| no_report(call))?;
    Ok(report_body(&report).into())
}

fn cancel_report(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    match server.reports.cancel(call.seller()?, call.id(), server.clock.now()) {
        Some(true) => Ok(Reply::empty()),
        Some(false) => Err(ApiError::invalid_input("Only a report that is IN_QUEUE can be cancelled.")),
        None => Err(no_report(call)),
    }
}

fn get_report_document(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let (seller, id) = (call.seller()?, call.id());
    let encoding_header = call.query.flag("enableContentEncodingUrlHeader")?.unwrap_or(false);
    let missing = || ApiError::not_found(format!("There is no report document {id:?}."));
    let report = server.reports.of_document(seller, id, server).ok_or_else(missing)?;
    // What a report failed of tells of no buyer.
    if report.kind.restricted && report.job.progress.status == Status::Done {
        call.caller.must_be_restricted()?;
    }
    let download = server.documents.download(seller, id, encoding_header).ok_or_else(missing)?;
    Ok(download.body("reportDocumentId", id).into())
}

fn get_report_schedules(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let Some(kinds) = jobs::short_list(&call.query, "reportTypes")? else {
        return Err(ApiError::invalid_input("reportTypes is required."));
    };
    let mut schedules = server.reports.schedules(call.seller()?, server.clock.now());
    schedules.retain(|schedule| kinds.contains(&schedule.specification.kind.name));
    Ok(json!({ "reportSchedules": schedules.iter().map(schedule_body).collect::<Vec<_>>() }).into())
}

fn create_report_schedule(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let asked: ScheduleRequest = call.json()?;
    let now = server.clock.now();
    let specification =
        specification(asked.report_type, asked.marketplace_ids, asked.report_options, |kind| kind.scheduled)?;
    let period = PERIODS.iter().find(|(name, _)| *name == asked.period).map(|(_, period)| *period);
    let period = period.ok_or_else(|| ApiError::invalid_input(format!("period has no value {:?}.", asked.period)))?;
    let next = date("nextReportCreationTime", asked.next_report_creation_time)?.unwrap_or_else(|| period.after(now));
    if next < now {
        return Err(ApiError::invalid_input("nextReportCreationTime is in the past."));
    }
    let id = server.reports.schedule(call.seller()?, specification, period, next, now);
    Ok(Reply::created(json!({ "reportScheduleId": id })))
}

fn get_report_schedule(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let schedules = server.reports.schedules(call.seller()?, server.clock.now());
    let found = schedules.iter().find(|schedule| schedule.id == call.id()).ok_or_else(|| no_schedule(call))?;
    Ok(schedule_body(found).into())
}

fn cancel_report_schedule(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let cancelled = server.reports.cancel_schedule(call.seller()?, call.id(), server.clock.now());
    cancelled.then(Reply::empty).ok_or_else(|| no_schedule(call))
}

/// What is asked for, where that type of report can be had in this way.
fn specification(
    kind: String,
    marketplace_ids: Vec<String>,
    options: Option<BTreeMap<String, String>>,
    can_be_had: fn(&ReportType) -> bool,
) -> Result<Specification, ApiError> {
    let Some(kind) = TYPES.iter().find(|known| known.name == kind && can_be_had(known)) else {
        let known: Vec<&str> = TYPES.iter().filter(|kind| can_be_had(kind)).map(|kind| kind.name).collect();
        let message = format!("reportType {kind:?} cannot be had in this way; the sandbox makes {}.", known.join(", "));
        return Err(ApiError::invalid_input(message));
    };
    Ok(Specification { kind, markets: marketplaces::of_body(marketplace_ids)?, options: options.unwrap_or_default() })
}

fn date(name: &str, text: Option<String>) -> Result<Option<SystemTime>, ApiError> {
    let Some(text) = text else { return Ok(None) };
    dates::read(&text)
        .map(Some)
        .ok_or_else(|| ApiError::invalid_input(format!("{name} is no ISO 8601 date: {text:?}.")))
}

fn no_report(call: &Call) -> ApiError {
    ApiError::not_found(format!("There is no report {:?}.", call.id()))
}

fn no_schedule(call: &Call) -> ApiError {
    ApiError::not_found(format!("There is no report schedule {:?}.", call.id()))
}

fn report_body(report: &Report) -> Value {
    let mut body = json!({
        "reportId": report.job.id,
        "reportType": report.kind.name,
        "dataStartTime": dates::text(report.from),
        "dataEndTime": dates::text(report.until),
    });
    report.job.show(&mut body);
    if let Some(schedule) = &report.schedule {
        body["reportScheduleId"] = schedule.clone().into();
    }
    if let Some(document) = &report.document {
        body["reportDocumentId"] = document.clone().into();
    }
    body
}

fn schedule_body(schedule: &Schedule) -> Value {
    let Specification { kind, markets, options } = &schedule.specification;
    let period = PERIODS.iter().find(|(_, period)| *period == schedule.period).map_or("", |(name, _)| name);
    json!({
        "reportScheduleId": schedule.id,
        "reportType": kind.name,
        "marketplaceIds": shop::ids(markets),
        "reportOptions": options,
        "period": period,
        "nextReportCreationTime": dates::text(schedule.next),
    })
}
