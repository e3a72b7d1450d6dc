//! `spapi listing bulk`: creates, changes or deletes the listings in a file, thousands at a time.

use super::read::content;
use super::rows::{Entry, Says, entries};
use super::schemas::{Key, Schemas};
use crate::connection::{Connected, Server};
use crate::definitions::Kept;
use crate::documents::{Cell, Picked, RowFormat, RowWriter, Target};
use crate::exit::{Exit, Failure};
use crate::interrupt::Interrupt;
use crate::journal::polling;
use crate::number::{noun, whole};
use crate::output::file::{self, Writer};
use crate::progress::Progress;
use crate::seller::Seller;
use crate::{notes, product_type, time};
use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use serde_json::{Value, json};
use spapi_core::text::printable;
use spapi_listings::bulk::{Batch, Bulk, BulkItem, BulkOutcome, BulkProgress, Outcome, Plan, Way};
use spapi_listings::{Findings, ListingStatus, read_patches};
use spapi_rows::Kind;
use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

const HELP: &str = "\
The file has listings as `spapi listing validate` reads them: a table, or JSON with a sku and a productType for each. Before \
anything is sent, all are checked; those with an error are left out, and the others are sent. There is a row for each SKU: \
live, accepted (Amazon took it, and it cannot be bought yet), refused (by Amazon), invalid (not sent), deleted or unknown.

With a journal, the same command goes on where it was stopped, and nothing is submitted twice.

The exit code is 0 if every listing is live, accepted or deleted, and 1 if not; with --dry-run, 2 if a listing is invalid.

Examples:
  spapi listing bulk luggage.xlsx -m DE --dry-run
  spapi listing bulk luggage.xlsx -m DE -o outcomes.csv
  spapi listing bulk prices.jsonl -m JP --by api";

#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct Options {
    /// The file with listings, or - for JSON from stdin.
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// A file with the schema, for all listings. Without it, Amazon is asked for those of their product types.
    #[arg(long, value_name = "FILE")]
    schema: Option<PathBuf>,

    /// The product type of listings that do not name theirs.
    #[arg(long, value_name = "PRODUCT_TYPE", value_parser = product_type::parse)]
    product_type: Option<String>,

    /// The sheet of a workbook [default: Listings, or else the first].
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    sheet: Option<String>,

    /// The attributes are only those that change: a listing keeps the others.
    #[arg(long)]
    update: bool,

    /// How to send them: feed or api [default: the faster one under the quotas].
    #[arg(long, value_name = "WAY")]
    by: Option<Way>,

    /// Check the listings, show what would be sent and how long it takes, and send nothing.
    #[arg(long)]
    dry_run: bool,

    /// How long to wait until listings can be bought, after Amazon has taken the last, such as 30m. 0s looks once.
    #[arg(long, value_name = "DURATION", value_parser = time::wait, default_value = "15m")]
    settle: Duration,

    /// The most calls at a time, with --by api.
    #[arg(long, value_name = "NUMBER", value_parser = whole(1..=100), default_value = "10")]
    at_once: u64,

    /// The folder that remembers what was sent, until the outcomes are written [default: spapi/bulk in the user's folder for
    /// state; none with another --endpoint than production].
    #[arg(long, value_name = "FOLDER")]
    journal: Option<PathBuf>,

    #[command(flatten)]
    target: Target,

    #[command(flatten)]
    kept: Kept,

    #[command(flatten)]
    seller: Seller,
}

pub async fn run(options: Options) -> Result<(), Failure> {
    let format = options.target.format()?;
    if format == RowFormat::Raw {
        return Err(Failure::usage("the outcomes have no raw form").with_next("leave out --format raw"));
    }
    let columns = Picked::of(&COLUMNS, &options.target.columns)?;
    let (content, _) = content(&options.file, options.sheet.as_deref())?;
    content.say();
    let product_type = options.product_type.as_deref();
    let listings = || entries(&content, product_type);
    let needs_connection = options.schema.is_none() || !options.dry_run;
    let connected = if needs_connection { Some(options.seller.connect().await?) } else { None };
    let schemas = match (&options.schema, &connected) {
        (None, Some(connected)) => {
            let keys: HashSet<Key> = listings().map(|entry| entry.key).filter(|(name, _)| !name.is_empty()).collect();
            Schemas::fetch(keys, &options.kept, &options.seller, connected).await?
        }
        (file, _) => Schemas::of_file(file.as_deref().unwrap_or(Path::new("")), Some(options.seller.marketplace))?,
    };
    let mut progress = options.target.progress();
    let items = listings().enumerate().map(|(number, entry)| options.item(&entry, number, &schemas));
    // The items bring what the check has found, with the cells.
    let batch = Batch::check(
        items,
        |_| Ok(None),
        |count| {
            if count.is_multiple_of(1000) {
                progress.state("checking", &format!("{count} listings"));
            }
        },
    );
    let invalid = batch.len() - batch.ready();
    let Some(connected) = connected.filter(|_| !options.dry_run) else {
        // The way to Amazon needs a client; how long it takes does not.
        notes::note(Plan::of(&batch).to_string());
        let outcomes: Vec<BulkOutcome> = batch.invalid().collect();
        write(&columns, options.target.open(false)?, format, &outcomes, &mut progress)?;
        return match invalid {
            0 => Ok(()),
            1 => Err(Failure::usage(format!("1 of {} listings is invalid", batch.len()))),
            _ => Err(Failure::usage(format!("{invalid} of {} listings are invalid", batch.len()))),
        };
    };
    let bulk = options.bulk(&connected).await?;
    let plan = bulk.plan(&batch);
    notes::note(plan.to_string());
    let way = match (options.by, bulk.unfinished()?) {
        (Some(way), _) => way,
        (None, Some(way)) => {
            notes::note(format!("an earlier run by {way} is not finished, and this one goes on with it"));
            way
        }
        (None, None) => plan.faster,
    };
    // The output is opened before anything is sent.
    let output = options.target.open(false)?;
    if !options.has_journal() {
        notes::note("a run that is stopped is not continued: --journal FOLDER remembers what was sent");
    }
    let work = bulk.run(&batch, way, |step| show(&mut progress, &step));
    let run = match Interrupt::new().or(work).await {
        Ok(run) => run.map_err(|error| connected.failure(error))?,
        Err(failure) if options.has_journal() => {
            return Err(failure.and_next("run the same command again: what Amazon has is not submitted twice"));
        }
        Err(failure) => return Err(failure),
    };
    write(&columns, output, format, &run.outcomes, &mut progress)?;
    let (summary, failed) = summary(&run.outcomes);
    notes::note(&summary);
    if let Some(error) = &run.error {
        // Without `finish`, the next run goes on.
        let failure = connected.failure(error.clone());
        return Err(match options.has_journal() {
            true => failure.and_next("run the same command again: it goes on with what is left"),
            false => failure,
        });
    }
    run.finish().await?;
    match failed {
        0 => Ok(()),
        _ => Err(Failure::new(Exit::Failed, format!("{failed} {} not changed: {summary}", subject(failed)))),
    }
}

fn subject(count: u64) -> &'static str {
    if count == 1 { "listing is" } else { "listings are" }
}

/// The counts of each outcome, and how many failed.
fn summary(outcomes: &[BulkOutcome]) -> (String, u64) {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for one in outcomes {
        *counts.entry(one.outcome.name()).or_default() += 1;
    }
    let failed = outcomes.iter().filter(|one| one.outcome.is_failure()).count() as u64;
    let counts: Vec<_> = counts.iter().map(|(name, count)| format!("{count} {name}")).collect();
    let total = outcomes.len() as u64;
    (format!("{total} {}: {}", noun(total, "SKU"), counts.join(", ")), failed)
}

fn show(progress: &mut Progress, step: &BulkProgress) {
    match step {
        BulkProgress::Feed { number, id, skus, is_resumed } => {
            let how = if *is_resumed { "was submitted before" } else { "is submitted" };
            progress.state(&format!("feed {number} ({id}) {how}"), &format!("{skus} SKUs"));
        }
        BulkProgress::Processed { skus } => progress.state("Amazon has processed a feed", &format!("{skus} SKUs")),
        BulkProgress::Sent { skus, of } => progress.state("sending", &format!("{skus} of {of}")),
        BulkProgress::Looked { skus, settled, of } => {
            progress.state("reading the listings", &format!("{} of {of}", settled + skus));
        }
        _ => {}
    }
}

impl Options {
    async fn bulk(&self, connected: &Connected) -> Result<Bulk, Failure> {
        let id = self.seller.id(connected).await?;
        let connection = &self.seller.connection;
        let bulk = Bulk::new(&connected.client, id, self.seller.marketplace).settle(self.settle);
        let bulk = bulk.at_once(usize::try_from(self.at_once).unwrap_or(1));
        let bulk = polling(connection).into_iter().fold(bulk, |bulk, (first, longest)| bulk.polling(first, longest));
        Ok(self.journal_folder().into_iter().fold(bulk, Bulk::journal))
    }

    fn has_journal(&self) -> bool {
        self.journal_folder().is_some()
    }

    /// Other servers than Amazon's forget feeds, so a folder must be named for them.
    fn journal_folder(&self) -> Option<PathBuf> {
        let usual = || {
            let state = dirs::state_dir().or_else(dirs::data_local_dir)?;
            (self.seller.connection.endpoint == Server::Production).then(|| state.join("spapi").join("bulk"))
        };
        self.journal.clone().or_else(usual)
    }

    /// What is to be done with a listing of the file. What is wrong with it is in its findings.
    fn item<'a>(&self, entry: &Entry<'a>, number: usize, schemas: &'a Schemas) -> BulkItem {
        let sku = entry.sku.clone().unwrap_or_default();
        let (name, requirements) = entry.key.clone();
        let (says, found) = entry.checked(schemas, self.update, None);
        let mut findings: Findings = found.iter().map(|finding| entry.named(finding, &says)).collect();
        let mut of_attributes = |attributes: Value| match (entry.operation, attributes.as_object()) {
            (Some("PARTIAL_UPDATE"), _) => BulkItem::update(&sku, &name, attributes),
            (None, Some(changed)) if self.update => BulkItem::change(&sku, &name, changed, self.seller.marketplace)
                .unwrap_or_else(|error| {
                    findings.append(&Findings::of_input("patch", error.to_string()));
                    BulkItem::put(&sku, &name, Value::Null)
                }),
            _ => BulkItem::put(&sku, &name, attributes),
        };
        let item = match (entry.operation, says) {
            (Some("DELETE"), _) => BulkItem::delete(&sku),
            (None | Some("UPDATE" | "PARTIAL_UPDATE"), Says::Attributes(attributes)) => {
                of_attributes(attributes.clone())
            }
            (None, Says::Row(filled, _)) => of_attributes(Value::Object(filled.attributes)),
            // The check has named patches that cannot be read.
            (None | Some("PATCH"), Says::Patches(patches)) => {
                BulkItem::patch(&sku, &name, read_patches(patches).unwrap_or_default())
            }
            (operation, _) => {
                let operation = operation.map(|name| format!(" ({})", printable(name).up_to(40))).unwrap_or_default();
                let words = format!("the listing has neither attributes nor patches that fit its operation{operation}");
                findings.append(&Findings::of_input("operation", words));
                BulkItem::put(&sku, &name, Value::Null)
            }
        };
        let place = match entry.place() {
            place if place.is_empty() => format!("listing {}", number + 1),
            place => place,
        };
        let item = item.place(place).findings(findings);
        requirements.into_iter().fold(item, BulkItem::requirements)
    }
}

const COLUMNS: [(&str, Kind); 5] = [
    ("sku", Kind::Text),
    ("outcome", Kind::Text),
    ("place", Kind::Text),
    ("status", Kind::Text),
    ("details", Kind::Text),
];

/// Writes the outcomes as rows.
fn write(
    columns: &Picked,
    output: (Writer, file::Place),
    format: RowFormat,
    outcomes: &[BulkOutcome],
    progress: &mut Progress,
) -> Result<(), Failure> {
    let (writer, place) = output;
    let mut rows = RowWriter::new(format, writer, &place, progress);
    rows.begin(&columns.columns)?;
    for outcome in outcomes {
        rows.push(&columns.columns, &columns.row(&cells(outcome, format)), "the outcomes")?;
    }
    let rows = rows.finish()?.rows;
    let written = place.written();
    place.finish()?;
    progress.finish(rows, written);
    Ok(())
}

/// The cells of an outcome, one for each of [`COLUMNS`].
fn cells(one: &BulkOutcome, format: RowFormat) -> [Cell; 5] {
    let status: &[ListingStatus] = match &one.outcome {
        Outcome::Accepted { status, .. } | Outcome::Live { status, .. } => status,
        _ => &[],
    };
    let status: Vec<&str> = status.iter().map(ListingStatus::as_str).collect();
    let (status, details) = if format.has_values() {
        let details = match &one.outcome {
            Outcome::Invalid { findings } => json!(findings.iter().collect::<Vec<_>>()),
            Outcome::Refused { issues } | Outcome::Accepted { issues, .. } | Outcome::Live { issues, .. } => {
                json!(issues)
            }
            Outcome::Unknown { reason } => json!([{ "message": reason }]),
            _ => json!([]),
        };
        (Cell::Json(json!(status).to_string()), Cell::Json(details.to_string()))
    } else {
        (Cell::of_text(status.join(", ")), Cell::of_text(one.outcome.to_string()))
    };
    [Cell::of_text(&one.sku), Cell::of_text(one.outcome.name()), Cell::of_text(one.places.join(", ")), status, details]
}
