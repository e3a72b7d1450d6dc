//! `spapi report list`: the reports that Amazon has.

use super::wanted::check_type;
use crate::completion;
use crate::connection::{Connection, Needs};
use crate::exit::Failure;
use crate::force::Force;
use crate::interrupt::Interrupt;
use crate::marketplace::{Marketplaces, codes};
use crate::output::table::Column;
use crate::output::{self, Format};
use crate::report_types::type_name;
use crate::time::{FORMS, Moment};
use crate::{notes, number};
use clap::Args;
use clap_complete::engine::ArgValueCompleter;
use serde_json::Value;
use spapi_reports::v2021_06_30::Reports;
use spapi_reports::v2021_06_30::operations::GetReports;
use spapi_reports::v2021_06_30::types::{GetReportsProcessingStatuses, Report};

#[derive(Debug, Args)]
#[command(after_help = format!("A TIME is {FORMS}."))]
pub struct Options {
    /// The report types.
    #[arg(
        required = true,
        value_delimiter = ',',
        value_name = "TYPE,...",
        value_parser = type_name,
        add = ArgValueCompleter::new(completion::report_types)
    )]
    types: Vec<String>,

    #[command(flatten)]
    marketplaces: Marketplaces,

    /// Only reports of these statuses: in-queue, in-progress, done, cancelled or fatal.
    #[arg(long, value_delimiter = ',', value_name = "STATUS,...", add = ArgValueCompleter::new(completion::report_statuses))]
    status: Vec<String>,

    #[command(flatten)]
    force: Force,

    /// Only reports created at or after this time [default: 90d].
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    created_after: Option<Moment>,

    /// Only reports created before this time.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    created_before: Option<Moment>,

    /// Stop after this number of reports.
    #[arg(short = 'n', long, value_name = "NUMBER", value_parser = number::whole(1..=1_000_000))]
    limit: Option<u64>,

    /// The format of the list.
    #[arg(short, long, value_enum, default_value_t = Format::Table)]
    format: Format,

    #[command(flatten)]
    connection: Connection,
}

/// The largest number of reports on a page.
const LARGEST_PAGE: i64 = 100;

pub async fn run(options: Options) -> Result<(), Failure> {
    let region = options.marketplaces.region()?;
    options.types.iter().try_for_each(|name| check_type(name, &options.force))?;
    let mut warnings = Vec::new();
    let known = GetReportsProcessingStatuses::VALUES;
    let statuses = options.force.values("--status", &options.status, known, &mut warnings)?;
    warnings.iter().for_each(notes::warn);
    let connected = options.connection.connect(region, Needs::Seller).await?;
    let list = Reports::new(&connected.client)
        .get_reports()
        .report_types(&options.types)
        .marketplace_ids(options.marketplaces.iter().map(|marketplace| marketplace.id()))
        .page_size(LARGEST_PAGE);
    let list = match statuses.is_empty() {
        true => list,
        false => list.processing_statuses(statuses),
    };
    let list = options.created_after.into_iter().fold(list, GetReports::created_since);
    let list = options.created_before.into_iter().fold(list, GetReports::created_until);
    let mut items = list.items();
    let mut reports = Vec::new();
    let mut interrupt = Interrupt::new();
    while options.limit.is_none_or(|limit| (reports.len() as u64) < limit) {
        let next = interrupt.or(notes::while_waiting(items.try_next())).await?;
        match next.map_err(|error| connected.failure(error))? {
            Some(report) => reports.push(report),
            None => break,
        }
    }
    if reports.is_empty() {
        notes::note("there are no such reports");
    }
    let json = |report: &Report| serde_json::to_value(report).unwrap_or(Value::Null);
    Ok(output::list(options.format, COLUMNS, reports.into_iter(), row, json)?)
}

const COLUMNS: &[Column] = &[
    Column::text("REPORT ID"),
    Column::text("TYPE"),
    Column::text("STATUS"),
    Column::text("CREATED"),
    Column::text("FROM"),
    Column::text("TO"),
    Column::text("MARKETS"),
    Column::text("SCHEDULE"),
];

fn row(report: &Report) -> Vec<String> {
    let time = |time: &Option<spapi_core::DateTime>| time.as_ref().map(ToString::to_string).unwrap_or_default();
    vec![
        report.report_id.clone(),
        report.report_type.clone(),
        report.processing_status.to_string(),
        time(&report.created_time),
        time(&report.data_start_time),
        time(&report.data_end_time),
        codes(&report.marketplace_ids),
        report.report_schedule_id.clone().unwrap_or_default(),
    ]
}
