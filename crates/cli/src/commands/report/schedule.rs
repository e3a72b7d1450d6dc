//! `spapi report schedule`: by which Amazon makes reports again and again.

use super::wanted::{Subject, check_type};
use crate::completion;
use crate::connection::{Connection, Needs, Place};
use crate::exit::Failure;
use crate::force::Force;
use crate::marketplace::codes;
use crate::notes;
use crate::output::table::Column;
use crate::output::{self, Format};
use crate::report_types::type_name;
use crate::time::Moment;
use clap::{Args, Subcommand};
use clap_complete::engine::ArgValueCompleter;
use serde_json::{Value, json};
use spapi_core::DateTime;
use spapi_jobs::{Reports, Schedule};
use spapi_metadata::ReportType;
use spapi_metadata::document_types::Availability;
use spapi_reports::v2021_06_30::types::CreateReportScheduleSpecificationPeriod;
use std::io::{self, Write};

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Create a schedule, which replaces the one of the same type and marketplaces, and print its id.
    Create(Box<CreateOptions>),
    /// List schedules.
    List(ListOptions),
    /// End a schedule. The reports that it made stay.
    Cancel(CancelOptions),
}

#[derive(Debug, Args)]
pub struct CreateOptions {
    #[command(flatten)]
    subject: Subject,

    /// How often a report is made, as a duration of ISO 8601: PT5M to PT84H, P1D to P18D, or P1M.
    #[arg(long, value_name = "PERIOD", add = ArgValueCompleter::new(completion::schedule_periods))]
    every: String,

    /// When the first report is made, as an ISO 8601 date or time such as 2026-11-01T09:30:00Z [default: after one period].
    #[arg(long, value_name = "TIME")]
    first: Option<Moment>,

    #[command(flatten)]
    connection: Connection,
}

#[derive(Debug, Args)]
pub struct ListOptions {
    /// The report types [default: all that can be scheduled].
    #[arg(
        value_delimiter = ',',
        value_name = "TYPE,...",
        value_parser = type_name,
        add = ArgValueCompleter::new(completion::report_types)
    )]
    types: Vec<String>,

    #[command(flatten)]
    force: Force,

    #[command(flatten)]
    place: Place,

    /// The format of the list.
    #[arg(short, long, value_enum, default_value_t = Format::Table)]
    format: Format,

    #[command(flatten)]
    connection: Connection,
}

#[derive(Debug, Args)]
pub struct CancelOptions {
    /// The schedule's id, as `spapi report schedule list` shows it.
    #[arg(value_name = "ID")]
    id: String,

    #[command(flatten)]
    place: Place,

    #[command(flatten)]
    connection: Connection,
}

pub async fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Create(options) => create(*options).await,
        Command::List(options) => list(options).await,
        Command::Cancel(options) => cancel(options).await,
    }
}

async fn create(options: CreateOptions) -> Result<(), Failure> {
    let CreateOptions { subject, every, first, connection } = options;
    subject.check()?;
    let region = subject.scope.marketplaces.region()?;
    let every = every.trim().to_ascii_uppercase();
    let known = CreateReportScheduleSpecificationPeriod::VALUES;
    let mut warnings = Vec::new();
    if !known.contains(&every.as_str()) {
        let close = format!("; known are {}", known.join(", "));
        subject.scope.force.doubt(format!("--every {every} is not a known period"), &close, &mut warnings)?;
    }
    warnings.iter().for_each(notes::warn);
    let connected = connection.connect(region, Needs::Seller).await?;
    let ids = subject.scope.marketplaces.iter().map(|marketplace| marketplace.id());
    let schedules = Reports::new(&connected.client).schedules();
    let schedules = if subject.scope.force.force { schedules.unchecked() } else { schedules };
    let created = schedules.create(&subject.type_name, ids, &every, first.map(DateTime::from), subject.options());
    let id = notes::while_waiting(created).await.map_err(|error| connected.failure(error))?;
    writeln!(io::stdout(), "{id}")?;
    Ok(io::stdout().flush()?)
}

async fn list(options: ListOptions) -> Result<(), Failure> {
    options.types.iter().try_for_each(|name| check_type(name, &options.force))?;
    let connected = options.connection.connect(options.place.needed_region()?, Needs::Seller).await?;
    let can_be_scheduled = |kind: &&ReportType| kind.availability.contains(&Availability::Scheduled);
    let types = match options.types.is_empty() {
        true => ReportType::all().iter().filter(can_be_scheduled).map(|kind| kind.name.to_owned()).collect(),
        false => options.types,
    };
    let schedules = Reports::new(&connected.client).schedules();
    let found = notes::while_waiting(schedules.list(types)).await.map_err(|error| connected.failure(error))?;
    if found.is_empty() {
        notes::note("there are no such schedules");
    }
    Ok(output::list(options.format, COLUMNS, found.into_iter(), row, json)?)
}

async fn cancel(options: CancelOptions) -> Result<(), Failure> {
    let connected = options.connection.connect(options.place.needed_region()?, Needs::Seller).await?;
    let schedules = Reports::new(&connected.client).schedules();
    notes::while_waiting(schedules.cancel(&options.id)).await.map_err(|error| connected.failure(error))
}

const COLUMNS: &[Column] = &[
    Column::text("SCHEDULE ID"),
    Column::text("TYPE"),
    Column::text("EVERY"),
    Column::text("NEXT"),
    Column::text("MARKETS"),
    Column::text("OPTIONS"),
];

fn row(schedule: &Schedule) -> Vec<String> {
    let options: Vec<_> = schedule.options.iter().map(|(name, value)| format!("{name}={value}")).collect();
    vec![
        schedule.id.clone(),
        schedule.type_name.clone(),
        schedule.period.clone(),
        schedule.next.as_ref().map(ToString::to_string).unwrap_or_default(),
        codes(&schedule.marketplace_ids),
        options.join(", "),
    ]
}

fn json(schedule: &Schedule) -> Value {
    json!({
        "reportScheduleId": schedule.id,
        "reportType": schedule.type_name,
        "marketplaceIds": schedule.marketplace_ids,
        "reportOptions": schedule.options,
        "period": schedule.period,
        "nextReportCreationTime": schedule.next.as_ref().map(ToString::to_string),
    })
}
