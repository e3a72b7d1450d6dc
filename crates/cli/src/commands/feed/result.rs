//! `spapi feed result`: what Amazon did with a feed.

use crate::connection::{Connection, Needs, Place, Problem};
use crate::documents::{self, Cell, Picked, RowFormat, RowWriter, Target};
use crate::exit::{Exit, Failure};
use crate::feeds::{check, feeds, totals};
use crate::interrupt::Interrupt;
use crate::journal::Memory;
use crate::notes;
use clap::Args;
use serde_json::json;
use spapi_core::Error;
use spapi_jobs::{FeedEnded, FeedIssue, FeedOutcome, FeedResult, ProcessingReport, State};
use spapi_rows::{Kind, OwnedValue};
use std::io::Write;

const HELP: &str = "\
There is a row for each issue, with the id of its message and its SKU; none if Amazon took every message. --format raw is \
the processing report itself, which for a listings feed can also have the listings. The exit code is 0 if Amazon took \
every message, and 1 if it did not, or with --no-wait if it is not done.

Examples:
  spapi feed result 50023020012 -m DE
  spapi feed result 50023020012 -m DE --columns sku,message -o issues.csv";

#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct Options {
    /// The feed's id, as `spapi feed submit` prints it.
    #[arg(value_name = "ID")]
    id: String,

    #[command(flatten)]
    place: Place,

    /// Do not wait: if Amazon is not done, end with exit code 1.
    #[arg(long)]
    no_wait: bool,

    #[command(flatten)]
    target: Target,

    #[command(flatten)]
    memory: Memory,

    #[command(flatten)]
    connection: Connection,
}

pub async fn run(options: Options) -> Result<(), Failure> {
    let Options { id, place: region, no_wait, target, memory, connection } = options;
    let format = target.format()?;
    let region = region.needed_region()?;
    let columns = Picked::of(&COLUMNS, &target.columns)?;
    // An issue can name an order or repeat what the feed says of a buyer.
    let (writer, place) = target.open(true)?;
    let connected = connection.connect(region, Needs::Seller).await?;
    let feeds = feeds(&connected, &connection, &memory)?;
    let mut progress = target.progress();
    let work = async {
        let mut job = feeds.find(&id).await?;
        while let Some(state) = job.try_next().await? {
            progress.job(&state);
            if let (true, State::Waiting { status, .. }) = (no_wait, state) {
                let status = status.map_or_else(|| "not known".to_owned(), |status| status.to_string());
                return Err(Failure::new(Exit::Failed, format!("feed {id} has no result yet: its status is {status}"))
                    .with_next("leave out --no-wait to wait for it")
                    .into());
            }
        }
        let (result, failed) = result_of(job.await?);
        let report = match (&result, format) {
            (None, _) => None,
            (Some(result), RowFormat::Raw) => {
                let mut writer = writer;
                documents::copy(result.open().await?, target.to_utf8, &mut writer, &place, &mut progress).await?;
                writer.flush().map_err(Failure::from)?;
                let written = place.written();
                place.finish()?;
                progress.finish(0, written);
                None
            }
            (Some(result), _) => match result.report().await {
                Ok(report) => {
                    let mut rows = RowWriter::new(format, writer, &place, &mut progress);
                    write(&columns, &report, format, &mut rows)?;
                    let rows = rows.finish()?.rows;
                    let written = place.written();
                    place.finish()?;
                    progress.finish(rows, written);
                    notes::note(totals(&report));
                    Some(report)
                }
                // Of a feed that failed, the document can be a reason in words, which the error shows.
                Err(_) if failed.is_some() => None,
                Err(error) => {
                    let failure = connected.failure(error);
                    return Err(failure.with_next("--format raw writes the document as it is").into());
                }
            },
        };
        if let Some(error) = failed {
            return Err(error.into());
        }
        if let Some(result) = &result {
            result.finish().await?;
        }
        Ok(report.map_or(Ok(()), |report| check(&id, &report))?)
    };
    Interrupt::new().or(work).await?.map_err(|problem: Problem| connected.explained(problem))
}

/// The result of a feed, and why it failed if it did. A feed that failed can have a result.
fn result_of(mut outcome: FeedOutcome) -> (Option<FeedResult>, Option<Error>) {
    let of_failed = match &mut outcome.ended {
        FeedEnded::Failed { result, .. } => result.take(),
        _ => None,
    };
    match outcome.result() {
        Ok(result) => (Some(result), None),
        Err(error) => (of_failed, Some(error)),
    }
}

const COLUMNS: [(&str, Kind); 7] = [
    ("messageId", Kind::Integer),
    ("sku", Kind::Text),
    ("severity", Kind::Text),
    ("code", Kind::Text),
    ("message", Kind::Text),
    ("attributes", Kind::Text),
    ("details", Kind::Text),
];

/// Writes the issues of a processing report as rows.
fn write(
    columns: &Picked,
    report: &ProcessingReport,
    format: RowFormat,
    rows: &mut RowWriter<'_>,
) -> Result<(), Failure> {
    rows.begin(&columns.columns)?;
    for issue in &report.issues {
        rows.push(&columns.columns, &columns.row(&cells(issue, format)), "the processing report")?;
    }
    Ok(())
}

/// The cells of an issue, one for each of [`COLUMNS`].
fn cells(issue: &FeedIssue, format: RowFormat) -> [Cell; 7] {
    let text = |text: &Option<String>| text.as_ref().map_or(Cell::NULL, Cell::of_text);
    let id = issue.message_id.and_then(|id| i64::try_from(id).ok());
    let (attributes, details) = if format.has_values() {
        (Cell::Json(json!(issue.attributes).to_string()), Cell::Json(json!(issue.details).to_string()))
    } else {
        let details: Vec<_> = issue.details.iter().map(|(name, value)| format!("{name}={value}")).collect();
        (Cell::of_text(issue.attributes.join(", ")), Cell::of_text(details.join(", ")))
    };
    [
        id.map_or(Cell::NULL, |id| Cell::Value(OwnedValue::Integer(id))),
        text(&issue.sku),
        Cell::of_text(issue.severity.to_string()),
        text(&issue.code),
        Cell::of_text(&issue.message),
        attributes,
        details,
    ]
}
