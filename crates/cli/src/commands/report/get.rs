//! `spapi report get`: from a report type to rows in a file.

use super::documents::{self, Fetched};
use super::output::{Output, RowFormat};
use super::rows::{DocumentRows, Shape, row_type};
use super::wanted::{Memory, Range, Subject, TIMES};
use crate::connection::{Connected, Connection, Needs};
use crate::exit::{Exit, Failure};
use crate::interrupt::Interrupt;
use crate::notes;
use crate::output::file::{self, Place, Rules, Writer};
use crate::progress::Progress;
use clap::Args;
use spapi_core::document::Document;
use spapi_jobs::Reports;
use spapi_metadata::ReportType;
use spapi_metadata::document_types::{Access, Format, Layout};
use spapi_rows::{OwnedValue, RowType};
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::sync::Arc;

const HELP: &str = "\
Rows have the columns of the document, all of them and in its order. In csv and table the cells are the document's own \
texts. In csv, a cell that a spreadsheet would run as a formula (it begins with =, +, - or @ and is not a number) has an \
apostrophe before it. In json, jsonl and parquet the numbers, dates and flags of the known report types are such. A \
parquet column has one kind: decimals have 10 digits behind the point, times are of UTC, and a cell that cannot be read so \
is an error.

A FILE appears when it is whole. Where the type has personal data, only its owner may read it.

Examples:
  spapi report get GET_FLAT_FILE_ALL_ORDERS_DATA_BY_ORDER_DATE_GENERAL -m JP --from 60d -e embedded -o orders.csv
  spapi report get GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2 -m DE --existing -f jsonl";

#[derive(Debug, Args)]
#[command(after_help = format!("{TIMES}\n\n{HELP}"))]
pub struct Options {
    #[command(flatten)]
    subject: Subject,

    #[command(flatten)]
    range: Range,

    /// Read the reports that exist, such as settlements, which Amazon makes unasked. --from is then the time since which
    /// they were created.
    #[arg(long, conflicts_with_all = ["resume", "to"])]
    existing: bool,

    /// Go on with the reports of this type, marketplaces and options that were requested and not read, for their own range
    /// of time. --from and --to count only if there are none.
    #[arg(long)]
    resume: bool,

    /// The format of the rows [default: by the ending of the file's name; table on stdout].
    #[arg(short, long, value_enum)]
    format: Option<RowFormat>,

    /// The file to write.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Replace the file if it exists.
    #[arg(long, requires = "output")]
    overwrite: bool,

    /// Only these columns, by their names in the document or their English names, in this order.
    #[arg(long, value_delimiter = ',', value_name = "NAME,...")]
    columns: Vec<String>,

    /// The rows to read, for a report of several kinds, such as SalesAndTrafficByAsin [default: the first that
    /// `spapi report types TYPE` shows].
    #[arg(long, value_name = "NAME")]
    rows: Option<String>,

    /// With --format raw: write the text in UTF-8, whatever charset the document has.
    #[arg(long)]
    to_utf8: bool,

    #[command(flatten)]
    memory: Memory,

    #[command(flatten)]
    connection: Connection,
}

pub async fn run(options: Options) -> Result<(), Failure> {
    options.subject.check()?;
    let format = options.format()?;
    let row_type = row_type(&options.subject.type_name, options.rows.as_deref())?;
    options.check(format, row_type)?;
    let region = options.subject.marketplaces.region()?;
    let rules = Rules { overwrites: options.overwrite, is_private: is_personal(&options.subject.type_name) };
    let (writer, place) = file::open(options.output.as_deref(), rules)?;
    let connected = options.connection.connect(region, Needs::Seller).await?;
    let reports = options.memory.reports(&connected, &options.connection)?;
    let mut work = Work {
        options: &options,
        connected: &connected,
        format,
        row_type,
        progress: Progress::new(options.output.is_none() && io::stdout().is_terminal()),
        rows: 0,
        left_out: 0,
        unread: 0,
    };
    let interrupted = Interrupt::new().or(work.run(&reports, writer, place)).await;
    interrupted.unwrap_or_else(Err).map_err(|failure| match options.memory.has_journal(&options.connection) {
        true if !options.existing => failure.and_next("what was requested is not lost: add --resume to go on with it"),
        _ => failure,
    })
}

impl Options {
    fn format(&self) -> Result<RowFormat, Failure> {
        match (self.format, &self.output) {
            (Some(format), _) => Ok(format),
            (None, None) => Ok(RowFormat::Table),
            (None, Some(path)) => RowFormat::of_file(path).ok_or_else(|| {
                Failure::usage(format!("the ending of {} is not that of a format", path.display()))
                    .with_next("add --format with one of those that --help lists, such as --format csv")
            }),
        }
    }

    /// Refuses what does not fit together, before anything is sent.
    fn check(&self, format: RowFormat, row_type: Option<&RowType>) -> Result<(), Failure> {
        let is_raw = format == RowFormat::Raw;
        if self.to_utf8 && !is_raw {
            return Err(Failure::usage("--to-utf8 is for --format raw")
                .with_next("leave it out: all other formats are in UTF-8"));
        }
        if is_raw && !self.columns.is_empty() {
            return Err(Failure::usage("--columns is not for --format raw, which is the whole document")
                .with_next("leave it out, or choose another format"));
        }
        if !format.is_text() && self.output.is_none() && io::stdout().is_terminal() {
            return Err(Failure::usage("this format is not written to a terminal")
                .with_next("give -o FILE, or send the output to another program"));
        }
        let its = Layout::usual_of(&self.subject.type_name).format;
        if !is_raw && !matches!(its, Format::Tsv | Format::Csv) && row_type.is_none() {
            let its = format!("{its:?}").to_uppercase();
            return Err(Failure::usage(format!(
                "documents of {} are {its}, and their rows are not known",
                self.subject.type_name
            ))
            .with_next("add --format raw to write the document as it is"));
        }
        Ok(())
    }
}

/// Whether documents of the type may have data about persons. Those of a type that is not known may.
fn is_personal(type_name: &str) -> bool {
    const SIGNS: [&str; 9] =
        ["buyer_", "recipient", "email", "phone", "full_name", "address", "postal_code", "ship_city", "customer_name"];
    let has_sign = |field: &str| SIGNS.iter().any(|sign| field.contains(sign));
    let is_open = ReportType::find(type_name).is_some_and(|kind| kind.access == Access::Open);
    let rows = spapi_rows::report(type_name).map_or(&[][..], |report| report.rows);
    !is_open || rows.iter().flat_map(|row| row.columns).any(|column| has_sign(column.field))
}

/// The work, and how far it is.
struct Work<'a> {
    options: &'a Options,
    connected: &'a Connected,
    format: RowFormat,
    row_type: Option<&'static RowType>,
    progress: Progress,
    rows: u64,
    left_out: u64,
    unread: u64,
}

impl Work<'_> {
    async fn run(&mut self, reports: &Reports, writer: Writer, place: Place) -> Result<(), Failure> {
        let Options { subject, range, .. } = self.options;
        let one_document = self.format == RowFormat::Raw;
        let fetched = match self.options.existing {
            true => documents::existing(reports, subject, range, one_document).await,
            false => {
                documents::requested(
                    &self.connected.client,
                    reports,
                    subject,
                    range,
                    self.options.resume,
                    one_document,
                    &mut self.progress,
                )
                .await
            }
        };
        let fetched = fetched.map_err(|error| self.explained(error))?;
        match (self.format, fetched.as_slice()) {
            (RowFormat::Raw, []) => return Err(Failure::new(Exit::Failed, "there is no document to write")),
            (RowFormat::Raw, [one, ..]) => self.write_document(one, writer, &place).await?,
            (_, all) => self.write_rows(all, writer, &place).await?,
        }
        let written = place.written();
        place.finish()?;
        self.progress.finish(self.rows, written);
        self.conclude(&fetched).await
    }

    fn explained(&self, error: documents::Problem) -> Failure {
        match error {
            documents::Problem::OfCall(error) => self.connected.failure(*error),
            documents::Problem::OfUse(failure) => failure,
        }
    }

    /// Writes the rows of all documents, under the columns of the first.
    async fn write_rows(&mut self, all: &[Fetched], writer: Writer, place: &Place) -> Result<(), Failure> {
        let mut stage = Stage::Before(writer);
        for fetched in all {
            if let Err(failure) = self.write_rows_of(fetched, &mut stage, place).await {
                if let Stage::Begun(output, _) = stage {
                    output.cut_off()?;
                }
                return Err(failure);
            }
        }
        match stage {
            Stage::Begun(output, _) => output.finish()?,
            Stage::Before(mut writer) if self.format.is_text() && self.format.has_header() => writer.flush()?,
            Stage::Before(writer) => Output::new(self.format, writer, &[], self.row_type)?.finish()?,
            Stage::Failed => {}
        }
        Ok(())
    }

    async fn write_rows_of(&mut self, fetched: &Fetched, stage: &mut Stage, place: &Place) -> Result<(), Failure> {
        let rows = DocumentRows::open(&fetched.document, self.row_type, &self.shape()).await;
        let mut rows = rows.map_err(|error| self.explained(error))?;
        let mut number = 0;
        let mut order_of: Option<(Arc<[String]>, Option<Order>)> = None;
        // A document without a header row has no rows. One without rows can have a header row.
        if let Some(names) = rows.header() {
            stage.begin(self.format, &names, self.row_type)?;
        }
        while let Some(row) = rows.try_next().await.map_err(|error| self.explained(error))? {
            number += 1;
            let (names, row) = match row {
                Ok(row) => row,
                Err(reason) => {
                    self.leave_out(&format!("{}, row {number}: {reason}", fetched.label));
                    continue;
                }
            };
            let (output, header) = stage.begin(self.format, &names, self.row_type)?;
            if !self.format.has_header() {
                output.push(&names, &row)?;
            } else {
                if order_of.as_ref().is_none_or(|(known, _)| *known != names) {
                    order_of = Some((Arc::clone(&names), order(header, &names, &fetched.label)?));
                }
                let order = order_of.as_ref().and_then(|(_, order)| order.as_deref());
                output.push(header, &order.into_iter().fold(row, arranged))?;
            }
            self.rows += 1;
            self.progress.rows(self.rows, place.written());
        }
        self.unread += rows.unread();
        Ok(())
    }

    fn shape(&self) -> Shape<'_> {
        Shape { columns: &self.options.columns, has_values: self.format.has_values() }
    }

    fn leave_out(&mut self, what: &str) {
        const SHOWN: u64 = 5;
        self.left_out += 1;
        if self.left_out <= SHOWN {
            notes::warn(format!("{what}; it is left out"));
        }
    }

    async fn write_document(&mut self, one: &Fetched, mut writer: Writer, place: &Place) -> Result<(), Failure> {
        let document = one.document.open().await.map_err(|error| self.connected.failure(error))?;
        let copied = match self.options.to_utf8 {
            true => self.copy_text(document, &mut writer, place).await,
            false => self.copy_bytes(document, &mut writer, place).await,
        };
        copied.map_err(|error| self.explained(error))?;
        Ok(writer.flush()?)
    }

    async fn copy_bytes(
        &mut self,
        document: Document,
        writer: &mut Writer,
        place: &Place,
    ) -> Result<(), documents::Problem> {
        let mut pieces = document.bytes();
        while let Some(piece) = pieces.try_next().await? {
            writer.write_all(&piece).map_err(Failure::from)?;
            self.progress.rows(0, place.written());
        }
        Ok(())
    }

    async fn copy_text(
        &mut self,
        document: Document,
        writer: &mut Writer,
        place: &Place,
    ) -> Result<(), documents::Problem> {
        let mut pieces = document.text()?;
        while let Some(piece) = pieces.try_next().await? {
            writer.write_all(piece.as_bytes()).map_err(Failure::from)?;
            self.progress.rows(0, place.written());
        }
        Ok(())
    }

    /// Says what the rows lack, and notes in the journal that they are read.
    async fn conclude(&self, fetched: &[Fetched]) -> Result<(), Failure> {
        if self.unread > 0 {
            notes::warn(format!(
                "{} cells are not numbers, dates or flags as their columns should be, and are written as texts",
                self.unread
            ));
        }
        if self.left_out > 0 {
            return Err(Failure::new(
                Exit::Failed,
                format!("{} rows could not be read and are left out", self.left_out),
            )
            .with_next("--format raw writes the document as it is"));
        }
        if self.rows == 0 && self.format != RowFormat::Raw {
            notes::note("there are no rows");
        }
        if !self.options.existing {
            for Fetched { document, .. } in fetched {
                document.finish().await?;
            }
        }
        Ok(())
    }
}

/// For each column of the header row, its index in a later document.
type Order = Vec<Option<usize>>;

/// Where the columns of the header row are in a later document. `None` if they are the same.
fn order(header: &[String], names: &[String], label: &str) -> Result<Option<Order>, Failure> {
    if header == names {
        return Ok(None);
    }
    if let Some(new) = names.iter().find(|name| !header.contains(name)) {
        return Err(Failure::new(
            Exit::Failed,
            format!("{label} has a column {new:?}, and the first document does not"),
        )
        .with_next("write jsonl, or write the reports into files of their own with shorter ranges"));
    }
    Ok(Some(header.iter().map(|name| names.iter().position(|other| other == name)).collect()))
}

fn arranged(row: Vec<OwnedValue>, order: &[Option<usize>]) -> Vec<OwnedValue> {
    order.iter().map(|index| index.and_then(|index| row.get(index).cloned()).unwrap_or(OwnedValue::Null)).collect()
}

/// How far the output is.
enum Stage {
    Before(Writer),
    /// With its header row.
    Begun(Box<Output>, Vec<String>),
    /// The header row could not be written.
    Failed,
}

impl Stage {
    /// The output, which begins with these columns if it has not begun.
    fn begin(
        &mut self,
        format: RowFormat,
        names: &[String],
        row_type: Option<&'static RowType>,
    ) -> io::Result<(&mut Output, &Vec<String>)> {
        if let Self::Before(_) = self
            && let Self::Before(writer) = std::mem::replace(self, Self::Failed)
        {
            *self = Self::Begun(Box::new(Output::new(format, writer, names, row_type)?), names.to_vec());
        }
        match self {
            Self::Begun(output, names) => Ok((output, names)),
            _ => Err(io::Error::other("the output has failed")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn a_later_document_is_put_under_the_columns_of_the_first() {
        let header = names(&["a", "b", "c"]);
        assert_eq!(order(&header, &header, "x").unwrap(), None);
        let found = order(&header, &names(&["c", "a"]), "x").unwrap().unwrap();
        let row = ["3", "1"].map(|text| OwnedValue::Text(text.to_owned()));
        let text = |text: &str| OwnedValue::Text(text.to_owned());
        assert_eq!(arranged(row.into(), &found), [text("1"), OwnedValue::Null, text("3")]);
        let Err(Failure::Error { message, .. }) = order(&header, &names(&["a", "new"]), "the second") else {
            panic!("a column would be lost");
        };
        assert!(message.contains("the second has a column \"new\""), "{message}");
    }

    #[test]
    fn data_about_persons_are_known_by_access_and_columns() {
        for (name, personal) in [
            ("END_USER_DATA_REPORT", true),
            ("GET_FLAT_FILE_ORDER_REPORT_DATA_SHIPPING", true),
            ("GET_AMAZON_FULFILLED_SHIPMENTS_DATA_GENERAL", true),
            ("GET_SOMETHING_NEW", true),
            ("GET_MERCHANT_LISTINGS_ALL_DATA", false),
            ("GET_AFN_INVENTORY_DATA", false),
        ] {
            assert_eq!(is_personal(name), personal, "{name}");
        }
    }
}
