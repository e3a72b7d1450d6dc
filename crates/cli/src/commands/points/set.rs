//! `spapi points set`: sets the points of offers by a feed, and says which rows Amazon refused.

use super::table::{self, Table};
use super::{Japan, settle};
use crate::connection::{Connected, Connection, Problem};
use crate::exit::{Failure, described};
use crate::feeds::{check, feeds, totals};
use crate::interrupt::Interrupt;
use crate::journal::{Memory, polling};
use crate::number::noun;
use crate::output::table::Column;
use crate::output::{self, Format};
use crate::progress::Progress;
use crate::shell::word;
use crate::{notes, time};
use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use serde_json::json;
use spapi_core::text::printable;
use spapi_jobs::{FeedIssue, FeedJob, Origin, ProcessingReport, Severity, State};
use spapi_listings::Listings;
use spapi_points::{FEED, Preferences, percent};
use std::collections::HashSet;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::time::Duration;

const HELP: &str = "\
PERCENT is a whole number from 0 to 100: how many percent of the price a buyer gets as points. 0 takes the points away.

A FILE is CSV, TSV or XLSX with the columns sku and points_percent. All of it is checked before anything is sent. The columns \
for points that listing files had until March 2023 are refused.

There is a row for each SKU that Amazon refused; none if it took all. The exit code is then 0, else 1.

Amazon applies the points some time after it has taken the feed. The command waits for it with up to 100 SKUs, for --settle at \
most, and names those whose listings do not show the points yet; `spapi points show` shows them later.

Examples:
  spapi points set SENCHA-100 5
  spapi points set --file points.csv --dry-run
  spapi points set --file points.xlsx -f json";

/// How many SKUs are looked at.
const MOST_SETTLED: usize = 100;

/// How many SKUs are named that do not show their points.
const SHOWN: usize = 20;

const SHOP_ENDS: &str = "this shop ends with the command; --keep FOLDER keeps it";

#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct Options {
    /// The SKU, as the seller has chosen it.
    #[arg(value_name = "SKU", required_unless_present = "file", requires = "percent")]
    sku: Option<String>,

    /// How many percent of the price the points are.
    #[arg(value_name = "PERCENT", allow_negative_numbers = true)]
    percent: Option<String>,

    /// A table with the columns sku and points_percent, or - for CSV on stdin.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["sku", "percent"])]
    file: Option<PathBuf>,

    /// Write the feed to stdout, and send nothing.
    #[arg(long)]
    dry_run: bool,

    /// Do not wait for Amazon: only print the id of the feed, for `spapi feed result`.
    #[arg(long)]
    no_wait: bool,

    /// How long to wait until the listings show the points, after Amazon has taken the feed, such as 10m. 0s does not look.
    #[arg(long, value_name = "DURATION", value_parser = time::wait, default_value = "2m", conflicts_with = "no_wait")]
    settle: Duration,

    /// Amazon's id of the seller, to see the points of the listings [default: the one of the credentials].
    #[arg(long, value_name = "ID", value_parser = NonEmptyStringValueParser::new())]
    seller: Option<String>,

    /// The format of the output.
    #[arg(short, long, value_enum, default_value_t = Format::Table)]
    format: Format,

    #[command(flatten)]
    japan: Japan,

    #[command(flatten)]
    memory: Memory,

    #[command(flatten)]
    connection: Connection,
}

/// What is set, and where it stands.
enum Given {
    One(Preferences),
    Table(Table),
}

impl Given {
    fn preferences(&self) -> &Preferences {
        match self {
            Self::One(preferences) => preferences,
            Self::Table(table) => &table.preferences,
        }
    }

    /// The index of the SKU of an issue, which Amazon may name by the number of its record only.
    fn index(&self, issue: &FeedIssue) -> Option<usize> {
        let named = issue.sku.as_deref().and_then(|sku| self.preferences().iter().position(|(known, _)| known == sku));
        named.or_else(|| usize::try_from(issue.message_id?.checked_sub(1)?).ok())
    }
}

pub async fn run(options: Options) -> Result<(), Failure> {
    let marketplace = options.japan.marketplace()?;
    let given = options.given()?;
    let text = given.preferences().to_feed();
    if options.dry_run {
        write!(io::stdout(), "{text}")?;
        notes::note(format!("nothing was sent; this is what a feed {FEED} would say"));
        return Ok(());
    }
    let connected = options.japan.connect(&options.connection).await?;
    let feeds = feeds(&connected, &options.connection, &options.memory)?;
    let job = feeds.submit(FEED, [marketplace.id()], text).job().map_err(|error| connected.failure(error))?;
    let mut id = None;
    let done = Interrupt::new().or(options.process(job, &given, &connected, &mut id)).await;
    done.unwrap_or_else(|failure| Err(failure.into())).map_err(|problem| {
        let failure = connected.explained(problem);
        match &id {
            Some(_) if options.connection.forgets() => failure,
            Some(id) if !options.no_wait => failure.and_next(format!(
                "`spapi feed result {id} -m JP{}` shows what Amazon did with the feed",
                options.connection.words()
            )),
            _ => failure,
        }
    })
}

impl Options {
    fn given(&self) -> Result<Given, Failure> {
        if let Some(file) = &self.file {
            return Ok(Given::Table(table::preferences(file)?));
        }
        let mut preferences = Preferences::new();
        let set = percent(self.percent.as_deref().unwrap_or_default())
            .and_then(|percent| preferences.set(self.sku.as_deref().unwrap_or_default(), percent));
        set.map_err(|error| Failure::usage(format!("{error}; nothing was sent")))?;
        Ok(Given::One(preferences))
    }

    /// Submits the feed, and waits for it and for the points.
    async fn process(
        &self,
        mut job: FeedJob,
        given: &Given,
        connected: &Connected,
        id: &mut Option<String>,
    ) -> Result<(), Problem> {
        let mut progress = Progress::new(io::stdout().is_terminal());
        while let Some(state) = job.try_next().await? {
            progress.job(&state);
            if let State::Asked { id: asked, origin } = state {
                if origin != Origin::Requested {
                    notes::note(format!("feed {asked} was submitted before, and is not submitted twice"));
                }
                *id = Some(asked.clone());
                if self.no_wait {
                    // The caller has the id now, so the journal need not keep it.
                    job.forget().await?;
                    if self.connection.forgets() {
                        notes::note(SHOP_ENDS);
                    }
                    return Ok(writeln!(io::stdout(), "{asked}").map_err(Failure::from)?);
                }
            }
        }
        let result = job.await?.result()?;
        let report = result.report().await?;
        drop(progress);
        self.show(&report, given)?;
        let id = id.as_deref().unwrap_or_default();
        notes::note(format!("feed {id}: {}", totals(&report)));
        result.finish().await?;
        self.settle(&report, given, connected).await?;
        Ok(check(id, &report)?)
    }

    /// Waits until the listings show the points, and names those that do not yet.
    async fn settle(&self, report: &ProcessingReport, given: &Given, connected: &Connected) -> Result<(), Problem> {
        let refused: HashSet<usize> = report
            .issues
            .iter()
            .filter(|issue| issue.severity == Severity::Error)
            .filter_map(|issue| given.index(issue))
            .collect();
        let taken: Vec<_> = given
            .preferences()
            .iter()
            .enumerate()
            .filter(|(index, _)| !refused.contains(index))
            .map(|(_, row)| row)
            .collect();
        if taken.is_empty() || report.totals.accepted == Some(0) {
            return Ok(());
        }
        let later = format!("`spapi points show {}{}` shows them", self.shown(), self.connection.words());
        let later = if self.connection.forgets() { SHOP_ENDS.to_owned() } else { later };
        let seller = match &self.seller {
            Some(seller) => Some(seller.clone()),
            None => connected.client.seller_id().await?,
        };
        let Some(seller) = seller.filter(|_| !self.settle.is_zero() && taken.len() <= MOST_SETTLED) else {
            notes::note(format!("Amazon applies the points later; {later}"));
            return Ok(());
        };
        let marketplace = self.japan.marketplace()?;
        let listings = Listings::new(&connected.client, seller);
        let mut progress = Progress::new(io::stdout().is_terminal());
        let (pauses, count) = (polling(&self.connection), taken.len() as u64);
        let looked =
            settle::pending(&connected.client, &listings, marketplace, taken, self.settle, pauses, &mut progress).await;
        drop(progress);
        let pending = match looked {
            Ok(pending) => pending,
            // The feed was carried out nevertheless.
            Err(error) => {
                let (_, message) = described(&error);
                notes::warn(format!(
                    "the listings cannot be read: {message}; Amazon applies the points later; {later}"
                ));
                return Ok(());
            }
        };
        if pending.is_empty() {
            let (listing, show) = (noun(count, "listing"), if count == 1 { "shows" } else { "show" });
            notes::note(format!("{count} {listing} {show} the points"));
            return Ok(());
        }
        let names: Vec<_> = pending.iter().take(SHOWN).map(|sku| printable(sku).up_to(40).to_string()).collect();
        let more = if pending.len() > SHOWN { format!(" and {} more", pending.len() - SHOWN) } else { String::new() };
        notes::warn(format!(
            "Amazon has taken the points, and does not show them yet of {}{more}; {later}",
            names.join(", ")
        ));
        Ok(())
    }

    /// The arguments by which `spapi points show` shows the same SKUs.
    fn shown(&self) -> String {
        match (&self.file, &self.sku) {
            (Some(file), _) => format!("--file {}", word(&file.display().to_string())),
            (None, sku) => word(sku.as_deref().unwrap_or_default()).into_owned(),
        }
    }

    /// Writes what Amazon says of the rows.
    fn show(&self, report: &ProcessingReport, given: &Given) -> Result<(), Failure> {
        const COLUMNS: &[Column] = &[
            Column::text("SKU"),
            Column::text("PLACE"),
            Column::text("SEVERITY"),
            Column::text("CODE"),
            Column::text("MESSAGE"),
        ];
        let of = |issue: &FeedIssue| {
            let index = given.index(issue);
            let sku = index.and_then(|index| given.preferences().iter().nth(index)).map(|(sku, _)| sku.to_owned());
            let place = match given {
                Given::Table(table) => index.and_then(|index| table.place(index)).map(str::to_owned),
                Given::One(_) => None,
            };
            (issue.sku.clone().or(sku), place)
        };
        let row = |issue: &&FeedIssue| {
            let (sku, place) = of(issue);
            let code = issue.code.clone().unwrap_or_default();
            vec![
                sku.unwrap_or_default(),
                place.unwrap_or_default(),
                issue.severity.to_string(),
                code,
                issue.message.clone(),
            ]
        };
        let json = |issue: &&FeedIssue| {
            let (sku, place) = of(issue);
            json!({
                "sku": sku,
                "place": place,
                "severity": issue.severity.to_string(),
                "code": issue.code,
                "message": issue.message,
            })
        };
        if report.issues.is_empty() && self.format == Format::Table {
            return Ok(());
        }
        Ok(output::list(self.format, COLUMNS, report.issues.iter(), row, json)?)
    }
}
