//! `spapi report get`: from a report type to rows in a file.

use super::documents::{self as fetched, Fetched};
use super::wanted::{Range, Scope, Subject, TIMES};
use crate::completion;
use crate::connection::{Connected, Connection, Needs, Problem};
use crate::documents::{self, DocumentRows, RowFormat, RowWriter, Shape, Target, charset, row_type};
use crate::exit::{Exit, Failure};
use crate::interrupt::Interrupt;
use crate::journal::{Memory, reports};
use crate::output::file::{Place, Writer};
use crate::progress::Progress;
use crate::report_types::{is_personal, type_name};
use clap::Args;
use clap_complete::engine::ArgValueCompleter;
use spapi_core::document::Charset;
use spapi_jobs::{ReportJob, Reports};
use spapi_metadata::document_types::{Format, Layout};
use spapi_rows::RowType;
use std::io::Write;

const HELP: &str = "\
Rows have the columns of the document, all of them and in its order. In csv and table the cells are the document's own \
texts. In csv, a cell that a spreadsheet would run as a formula (it begins with =, +, - or @ and is not a number) has an \
apostrophe before it. In json, jsonl and parquet the numbers, dates and flags of the known report types are such. A \
parquet column has one kind: decimals have 10 digits behind the point, times are of UTC, and a cell that cannot be read so \
is an error.

A FILE appears when it is whole. Where the type has personal data, only its owner may read it.

Examples:
  spapi report get GET_FLAT_FILE_ALL_ORDERS_DATA_BY_ORDER_DATE_GENERAL -m JP --from 60d -e embedded -o orders.csv
  spapi report get GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2 -m DE --existing -f jsonl
  spapi report get --report 50023020012 -m DE -o report.csv";

#[derive(Debug, Args)]
#[command(after_help = format!("{TIMES}\n\n{HELP}"))]
pub struct Options {
    /// The report type, such as GET_MERCHANT_LISTINGS_ALL_DATA. `spapi report types` lists them.
    #[arg(
        value_name = "TYPE",
        required_unless_present = "report",
        value_parser = type_name,
        add = ArgValueCompleter::new(completion::report_types)
    )]
    type_name: Option<String>,

    #[command(flatten)]
    scope: Scope,

    #[command(flatten)]
    range: Range,

    /// Read the report of this id, which `spapi report request` and `spapi report list` show, instead of one of a type.
    /// --marketplace then chooses the region.
    #[arg(
        long,
        value_name = "ID",
        conflicts_with_all = ["type_name", "options", "from", "to", "existing", "resume"],
    )]
    report: Option<String>,

    /// Read the reports that exist, such as settlements, which Amazon makes unasked. --from is then the time since which
    /// they were created.
    #[arg(long, conflicts_with_all = ["resume", "to"])]
    existing: bool,

    /// Go on with the reports of this type, marketplaces and options that were requested and not read, for their own range
    /// of time. --from and --to count only if there are none.
    #[arg(long)]
    resume: bool,

    #[command(flatten)]
    target: Target,

    /// The rows to read, for a report of several kinds, such as SalesAndTrafficByAsin [default: the first that
    /// `spapi report types TYPE` shows].
    #[arg(long, value_name = "NAME")]
    rows: Option<String>,

    /// Read the text in this charset, such as Shift_JIS, whatever the document declares [default: the declared one, or the
    /// usual one of the type and marketplace].
    #[arg(long, value_name = "NAME", value_parser = charset)]
    charset: Option<Charset>,

    #[command(flatten)]
    memory: Memory,

    #[command(flatten)]
    connection: Connection,
}

/// The reports that a command reads.
enum Wanted<'a> {
    /// Of a type.
    OfType(Subject, &'a Range),
    /// One that Amazon has.
    Found(Box<ReportJob>),
}

pub async fn run(options: Options) -> Result<(), Failure> {
    let Options { type_name, scope, range, report, existing, resume, target, rows, charset, memory, connection } =
        options;
    let format = target.format()?;
    if charset.is_some() && format == RowFormat::Raw && !target.to_utf8 {
        return Err(Failure::usage("--charset changes nothing with --format raw, which is the document's own bytes")
            .with_next("add --to-utf8, or leave --charset out"));
    }
    let region = scope.marketplaces.region()?;
    let subject = Subject { type_name: type_name.unwrap_or_default(), scope };
    if report.is_none() {
        subject.check()?;
        readable(&subject.type_name, rows.as_deref(), format)?;
    }
    let connected = connection.connect(region, Needs::Seller).await?;
    let reports = reports(&connected, &connection, &memory)?;
    let mut interrupt = Interrupt::new();
    let (wanted, type_name) = match &report {
        None => {
            let type_name = subject.type_name.clone();
            (Wanted::OfType(subject, &range), type_name)
        }
        Some(id) => {
            let job = interrupt.or(reports.find(id)).await?.map_err(|error| connected.failure(error))?;
            let type_name = job.type_name().to_owned();
            (Wanted::Found(Box::new(job)), type_name)
        }
    };
    let row_type = readable(&type_name, rows.as_deref(), format)?;
    let (writer, place) = target.open(is_personal(&type_name))?;
    let mut progress = target.progress();
    let work = async {
        let found = fetch(&connected, &reports, wanted, existing, resume, format, &mut progress).await;
        let mut found = found.map_err(|problem| connected.explained(problem))?;
        if let Some(charset) = charset {
            found = found.into_iter().map(|one| Fetched { document: one.document.charset(charset), ..one }).collect();
        }
        let mut output = Output { connected: &connected, target: &target, format, row_type, place: &place };
        let counts = match found.as_slice() {
            [] if format == RowFormat::Raw => return Err(Failure::new(Exit::Failed, "there is no document to write")),
            [one, ..] if format == RowFormat::Raw => {
                output.write_document(one, writer, &mut progress).await?;
                None
            }
            all => Some(output.write_rows(all, writer, &mut progress).await?),
        };
        let written = place.written();
        place.finish()?;
        progress.finish(counts.as_ref().map_or(0, |counts| counts.rows), written);
        counts.map_or(Ok(()), |counts| counts.conclude())?;
        if !existing {
            for Fetched { document, .. } in &found {
                document.finish().await?;
            }
        }
        Ok(())
    };
    interrupt.or(work).await.unwrap_or_else(Err).map_err(|failure| match memory.has_journal(&connection) {
        // What is wrong with the command line stays wrong.
        true if !existing && report.is_none() && !failure.is_usage() => {
            failure.and_next("what was requested is not lost: add --resume to go on with it")
        }
        _ => failure,
    })
}

/// Gets the documents.
async fn fetch(
    connected: &Connected,
    reports: &Reports,
    wanted: Wanted<'_>,
    existing: bool,
    resume: bool,
    format: RowFormat,
    progress: &mut Progress,
) -> Result<Vec<Fetched>, Problem> {
    let one_document = format == RowFormat::Raw;
    match wanted {
        Wanted::Found(job) => fetched::found(*job, progress).await,
        Wanted::OfType(subject, range) if existing => fetched::existing(reports, &subject, range, one_document).await,
        Wanted::OfType(subject, range) => {
            fetched::requested(&connected.client, reports, &subject, range, resume, one_document, progress).await
        }
    }
}

/// The rows of the type, if there are any to write in the format.
fn readable(type_name: &str, rows: Option<&str>, format: RowFormat) -> Result<Option<&'static RowType>, Failure> {
    let row_type = row_type(type_name, rows)?;
    let its = Layout::usual_of(type_name).format;
    if format != RowFormat::Raw && !matches!(its, Format::Tsv | Format::Csv) && row_type.is_none() {
        let its = format!("{its:?}").to_uppercase();
        return Err(Failure::usage(format!("documents of {type_name} are {its}, and their rows are not known"))
            .with_next("add --format raw to write the document as it is"));
    }
    Ok(row_type)
}

/// Where the documents go, and how.
struct Output<'a> {
    connected: &'a Connected,
    target: &'a Target,
    format: RowFormat,
    row_type: Option<&'static RowType>,
    place: &'a Place,
}

impl Output<'_> {
    /// Writes the rows of all documents, under the columns of the first.
    async fn write_rows(
        &mut self,
        all: &[Fetched],
        writer: Writer,
        progress: &mut Progress,
    ) -> Result<documents::Counts, Failure> {
        let mut rows = RowWriter::new(self.format, writer, self.place, progress);
        for one in all {
            if let Err(problem) = self.write_rows_of(one, &mut rows).await {
                rows.cut_off()?;
                return Err(self.connected.explained(problem));
            }
        }
        rows.finish()
    }

    async fn write_rows_of(&mut self, one: &Fetched, output: &mut RowWriter<'_>) -> Result<(), Problem> {
        let shape = Shape { columns: &self.target.columns, has_values: self.format.has_values() };
        let mut rows = DocumentRows::open(&one.document, self.row_type, &shape).await?;
        // A document without a header row has no rows. One without rows can have a header row.
        if let Some(columns) = rows.header() {
            output.begin(columns)?;
        }
        let mut number = 0;
        while let Some(row) = rows.try_next().await? {
            number += 1;
            match row {
                Ok((columns, row)) => output.push(&columns, &row, &one.label)?,
                Err(reason) => output.leave_out(&format!("{}, row {number}: {reason}", one.label)),
            }
        }
        output.note_unread(rows.unread());
        Ok(())
    }

    async fn write_document(&self, one: &Fetched, mut writer: Writer, progress: &mut Progress) -> Result<(), Failure> {
        let document = one.document.open().await.map_err(|error| self.connected.failure(error))?;
        let copied = documents::copy(document, self.target.to_utf8, &mut writer, self.place, progress).await;
        copied.map_err(|problem| self.connected.explained(problem))?;
        Ok(writer.flush()?)
    }
}
