//! The tool for the rows of reports.

use super::answer::Answer;
use super::columns;
use super::reach::{self, Client};
use super::report_types::known;
use super::service::Service;
use super::tables::{MOST_ROWS, USUAL_ROWS};
use crate::connection::Needs;
use crate::documents::{Cell, Columns, DocumentRows, Shape, row_type};
use crate::exit::Failure;
use crate::marketplace::common_region;
use crate::time;
use rmcp::schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use spapi_core::Marketplace;
use spapi_jobs::{Bound, Ended, Outcome, ReportDocument, ReportJob, State};
use spapi_metadata::document_types::{Format, Layout};
use spapi_rows::{OwnedValue, RowType};
use std::collections::{BTreeMap, BTreeSet};
use std::time::SystemTime;
use tokio::time::{Instant, timeout_at};

/// The most reports that one call requests.
const MOST_REPORTS: usize = 5;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(crate = "rmcp::schemars")]
pub struct Get {
    /// The report type, such as GET_MERCHANT_LISTINGS_ALL_DATA; not with report_ids.
    #[serde(rename = "type")]
    kind: Option<String>,
    /// The marketplaces, all of one region: country codes such as JP, or ids.
    #[serde(default)]
    marketplaces: Vec<String>,
    /// The start of the range: a date such as 2026-11-01, a time with its zone, or a time back from now such as "30d".
    from: Option<String>,
    /// The end of the range; now by default.
    to: Option<String>,
    /// Options of the type by name, such as {"dateGranularity": "WEEK"}.
    #[serde(default)]
    options: BTreeMap<String, String>,
    /// Read the newest report of the type that Amazon has, such as a settlement, and request none.
    #[serde(default)]
    existing: bool,
    /// Read the reports of these ids, from an earlier answer, and request none.
    #[serde(default)]
    report_ids: Vec<String>,
    /// The rows to read, for a report of several kinds, by the name that describe_report_type shows.
    rows: Option<String>,
    /// Only these columns, by their names in the document or in English.
    #[serde(default)]
    columns: Vec<String>,
    /// How many rows to leave out first.
    #[serde(default)]
    first: u64,
    /// The most rows: 50 unless another number up to 1000 is given.
    count: Option<u32>,
}

/// A report that is read, and its id.
type Found = (String, ReportDocument);

/// What came of the reports within the time.
enum Came {
    Documents {
        type_name: String,
        found: Vec<Found>,
        notes: Vec<String>,
    },
    /// Amazon is not done. The ids of those that it has.
    InProgress(Vec<String>),
}

pub async fn get(service: &Service, get: Get, until: Instant) -> Result<Answer, Failure> {
    let count = get.count.unwrap_or(USUAL_ROWS);
    if count == 0 || count > MOST_ROWS {
        return Err(Failure::usage(format!("count {count}: give 1 to {MOST_ROWS}")));
    }
    let marketplaces = marketplaces(service, &get.marketplaces)?;
    let client = service.reach.client(common_region(&marketplaces)?, Needs::Seller).await?;
    let came = match (&get.kind, get.report_ids.as_slice()) {
        (None, []) => return Err(Failure::usage("neither type nor report_ids is given").with_next("give one of them")),
        (Some(_), [_, ..]) => {
            return Err(Failure::usage("type and report_ids are both given").with_next("give one of them"));
        }
        (None, ids) => awaited(&client, found(&client, ids).await?, until).await?,
        (Some(kind), []) if get.existing => newest(&client, &known(kind)?, &marketplaces).await?,
        (Some(kind), []) => awaited(&client, requested(&client, &known(kind)?, &marketplaces, &get)?, until).await?,
    };
    match came {
        Came::InProgress(ids) => Ok(in_progress(ids)),
        Came::Documents { type_name, found, notes } => {
            let part = Part { first: get.first, count: count as usize, columns: &get.columns };
            let kind = readable(&type_name, get.rows.as_deref())?;
            let answer = rows(service, &client, &type_name, kind, &found, &part).await?.with_notes(notes);
            if get.report_ids.is_empty() && !get.existing {
                // What follows is read by the ids, and the same request is a new one later.
                for (_, document) in &found {
                    document.finish().await?;
                }
            }
            Ok(answer)
        }
    }
}

/// The marketplaces of a request: those that are given, or that of the server's options.
fn marketplaces(service: &Service, given: &[String]) -> Result<Vec<Marketplace>, Failure> {
    match given {
        [] => Ok(vec![service.reach.marketplace(None)?]),
        codes => codes.iter().map(|code| reach::marketplace(code)).collect(),
    }
}

fn in_progress(ids: Vec<String>) -> Answer {
    let more = match ids.as_slice() {
        [] => "call get_report again with the same arguments, in a minute".to_owned(),
        ids => format!("call get_report again with report_ids {}, in a minute", json!(ids)),
    };
    Answer::known(json!({ "status": "Amazon is making the report", "report_ids": ids })).with_more(Some(more))
}

async fn found(client: &Client, ids: &[String]) -> Result<Vec<ReportJob>, Failure> {
    let mut jobs = Vec::new();
    for id in ids.iter().take(MOST_REPORTS) {
        jobs.push(client.reports.find(id).await.map_err(|error| client.connected.failure(error))?);
    }
    Ok(jobs)
}

/// Jobs for the reports of a range.
fn requested(client: &Client, kind: &str, marketplaces: &[Marketplace], get: &Get) -> Result<Vec<ReportJob>, Failure> {
    let request = client.reports.request(kind, marketplaces.iter().map(|marketplace| marketplace.id()));
    let request = get.options.iter().fold(request, |request, (name, value)| request.option(name, value));
    let request = match (&get.from, &get.to) {
        (None, None) => request,
        (None, Some(_)) => return Err(Failure::usage("to is given without from").with_next("give from too")),
        (Some(from), Some(to)) => request.between(bound(from), bound(to)),
        (Some(from), None) => match time::duration(from) {
            Ok(_) => request.between(bound(from), SystemTime::now()),
            Err(_) => request.since(bound(from)),
        },
    };
    let jobs = request.each()?;
    if jobs.len() > MOST_REPORTS {
        return Err(Failure::usage(format!(
            "this range needs {} reports, and one call requests {MOST_REPORTS}",
            jobs.len()
        ))
        .with_next("give a shorter range"));
    }
    Ok(jobs)
}

/// A date or time, or a time back from now.
fn bound(text: &str) -> Bound {
    match time::duration(text) {
        Ok(ago) => SystemTime::now().checked_sub(ago).unwrap_or(SystemTime::UNIX_EPOCH).into(),
        Err(_) => text.into(),
    }
}

/// Waits for reports, as long as there is time.
async fn awaited(client: &Client, jobs: Vec<ReportJob>, until: Instant) -> Result<Came, Failure> {
    let mut ids = Vec::new();
    let mut asked = Vec::new();
    // All are requested before the first is awaited.
    for mut job in jobs {
        loop {
            match timeout_at(until, job.try_next()).await {
                Err(_) => return Ok(Came::InProgress(Vec::new())),
                Ok(Err(error)) => return Err(client.connected.failure(error)),
                Ok(Ok(Some(State::Asked { id, .. }))) => {
                    ids.push(id);
                    break;
                }
                Ok(Ok(Some(_))) => {}
                Ok(Ok(None)) => break,
            }
        }
        asked.push(job);
    }
    let (mut documents, mut notes, mut type_name) = (Vec::new(), Vec::new(), String::new());
    for job in asked {
        job.type_name().clone_into(&mut type_name);
        let outcome = match timeout_at(until, job.into_future()).await {
            Err(_) => return Ok(Came::InProgress(ids)),
            Ok(outcome) => outcome.map_err(|error| client.connected.failure(error))?,
        };
        match ended(outcome)? {
            Ok(found) => documents.push(found),
            Err(why) => notes.push(why),
        }
    }
    Ok(Came::Documents { type_name, found: documents, notes })
}

/// The document of a report, or why it has no rows.
fn ended(outcome: Outcome) -> Result<Result<Found, String>, Failure> {
    let id = outcome.report_id.clone();
    match &outcome.ended {
        Ended::NoRows => Ok(Err(format!("report {id} has no rows"))),
        Ended::Cancelled { cause: cause @ spapi_jobs::CancelCause::NoData } => {
            Ok(Err(format!("report {id} was cancelled: {cause}")))
        }
        _ => Ok(Ok((id, outcome.document()?))),
    }
}

/// The newest report of a type that Amazon has.
async fn newest(client: &Client, kind: &str, marketplaces: &[Marketplace]) -> Result<Came, Failure> {
    let mut existing =
        client.reports.existing(kind).marketplaces(marketplaces.iter().map(|marketplace| marketplace.id()));
    let mut last = None;
    while let Some(report) = existing.try_next().await.map_err(|error| client.connected.failure(error))? {
        last = Some((report.report_id.clone(), report.document));
    }
    let notes = last.is_none().then(|| format!("Amazon has no report of {kind}")).into_iter().collect();
    Ok(Came::Documents { type_name: kind.to_owned(), found: last.into_iter().collect(), notes })
}

/// The kind of rows, if the rows of the type can be read.
fn readable(type_name: &str, rows: Option<&str>) -> Result<Option<&'static RowType>, Failure> {
    let row_type = row_type(type_name, rows)?;
    let format = Layout::usual_of(type_name).format;
    if !matches!(format, Format::Tsv | Format::Csv) && row_type.is_none() {
        let format = format!("{format:?}").to_uppercase();
        return Err(Failure::usage(format!("documents of {type_name} are {format}, and their rows are not known"))
            .with_next(format!("ask the user to write the document: spapi report get {type_name} --format raw")));
    }
    Ok(row_type)
}

/// Which rows are shown.
struct Part<'a> {
    first: u64,
    count: usize,
    columns: &'a [String],
}

/// Reads rows of the documents, one after another.
async fn rows(
    service: &Service,
    client: &Client,
    type_name: &str,
    row_type: Option<&'static RowType>,
    documents: &[Found],
    part: &Part<'_>,
) -> Result<Answer, Failure> {
    // What stands between the rows and around them.
    let mut room = service.size.saturating_sub(4096);
    let (mut shown, mut left_out, mut notes) = (Vec::new(), BTreeSet::new(), Vec::new());
    let (mut passed, mut has_more) = (0, false);
    let shape = Shape { columns: part.columns, has_values: true };
    'documents: for (id, document) in documents {
        let opened = DocumentRows::open(document, row_type, &shape).await;
        let mut rows = opened.map_err(|problem| client.connected.explained(problem))?;
        let mut number = 0_u64;
        while let Some(row) = rows.try_next().await.map_err(|problem| client.connected.explained(problem))? {
            number += 1;
            let (columns, cells) = match row {
                Ok(row) => row,
                Err(why) => {
                    notes.push(format!("row {number} of report {id} is left out: {why}"));
                    continue;
                }
            };
            passed += 1;
            if passed <= part.first {
                continue;
            }
            let object = object(service, type_name, &columns, &cells, &mut left_out);
            let length = object.to_string().len() + 1;
            if shown.len() == part.count || (length > room && !shown.is_empty()) {
                has_more = true;
                break 'documents;
            }
            room = room.saturating_sub(length);
            shown.push(object);
        }
    }
    let ids: Vec<_> = documents.iter().map(|(id, _)| id.as_str()).collect();
    let next = part.first + shown.len() as u64;
    let more = has_more.then(|| format!("further rows: get_report with report_ids {} and first {next}", json!(ids)));
    let data = json!({ "type": type_name, "report_ids": ids, "count": shown.len(), "rows": shown });
    Ok(Answer { left_out, list: Some("rows"), ..Answer::foreign(data) }.with_more(more).with_notes(notes))
}

/// A row without its empty cells.
fn object(
    service: &Service,
    type_name: &str,
    columns: &Columns,
    cells: &[Cell],
    left_out: &mut BTreeSet<String>,
) -> Value {
    let is_shown = columns::shown(service.shield, Some(type_name), &columns.names, &columns.fields);
    let mut object = Map::new();
    for ((name, cell), is_shown) in columns.names.iter().zip(cells).zip(is_shown) {
        if !is_shown {
            left_out.insert(spapi_core::text::printable(name).to_string());
        } else if let Some(value) = value(cell) {
            object.insert(name.clone(), value);
        }
    }
    let cleaned = service.shield.clean(Value::Object(object));
    left_out.extend(cleaned.left_out);
    cleaned.value
}

/// A cell that is not empty. Amounts keep all their digits as texts.
fn value(cell: &Cell) -> Option<Value> {
    match cell {
        Cell::Value(OwnedValue::Integer(number)) => Some((*number).into()),
        Cell::Value(OwnedValue::Boolean(is)) => Some((*is).into()),
        other => Some(other.text()).filter(|text| !text.is_empty()).map(|text| text.into_owned().into()),
    }
}
