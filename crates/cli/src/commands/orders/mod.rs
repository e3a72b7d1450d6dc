//! `spapi orders`: typed calls of the Orders API, version 2026-01-01.

mod output;

use crate::completion;
use crate::connection::{Connected, Connection, Needs};
use crate::exit::{Exit, Failure};
use crate::force::Force;
use crate::interrupt::Interrupt;
use crate::marketplace::Marketplaces;
use crate::output::Format;
use crate::page_token::{self, BEGIN_AGAIN, is_refused};
use crate::time::{FORMS, Moment};
use crate::{notes, number};
use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Subcommand};
use clap_complete::engine::ArgValueCompleter;
use output::Output;
use spapi_core::DateTime;
use spapi_orders::v2026_01_01::operations::SearchOrders;
use spapi_orders::v2026_01_01::types::{SearchOrdersFulfillmentStatuses, SearchOrdersIncludedData};
use std::time::Duration;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// List orders, by default those of the last 30 days.
    List(ListOptions),
}

fn times() -> String {
    format!("A TIME is {FORMS}. Where no zone is given, it is UTC.")
}

#[derive(Debug, Args)]
#[command(
    after_help = times(),
    mut_arg("marketplace", |arg| arg.help("Marketplaces to list orders of: country codes (JP, US, DE) or ids. All in one region"))
)]
pub struct ListOptions {
    #[command(flatten)]
    marketplaces: Marketplaces,

    /// Only orders created at or after this time [default: 30d].
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, conflicts_with_all = ["updated_after", "updated_before"])]
    created_after: Option<Moment>,

    /// Only orders created before this time.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, conflicts_with_all = ["updated_after", "updated_before"])]
    created_before: Option<Moment>,

    /// Only orders updated at or after this time. It replaces the time of creation.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    updated_after: Option<Moment>,

    /// Only orders updated before this time; since 30d unless --updated-after says otherwise.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    updated_before: Option<Moment>,

    #[arg(long, value_delimiter = ',', value_name = "STATUS,...", add = ArgValueCompleter::new(completion::statuses), help = format!(
        "Only orders of these statuses: {}", listed(SearchOrdersFulfillmentStatuses::VALUES),
    ))]
    status: Vec<String>,

    #[arg(long, value_delimiter = ',', value_name = "DATA,...", add = ArgValueCompleter::new(completion::included_data), help = format!(
        "Parts of an order to request besides {}: {}. BUYER and RECIPIENT need a role for buyers' data",
        USUAL_DATA.join(" and "), listed(SearchOrdersIncludedData::VALUES),
    ))]
    include: Vec<String>,

    #[command(flatten)]
    force: Force,

    /// Start at the page of this token, which the error of an interrupted run names. Repeat the other options.
    #[arg(long, value_name = "TOKEN", value_parser = NonEmptyStringValueParser::new())]
    page_token: Option<String>,

    /// Stop after this number of orders.
    #[arg(
        short = 'n',
        long,
        value_name = "NUMBER",
        allow_negative_numbers = true,
        value_parser = number::whole(1..=1_000_000_000),
    )]
    limit: Option<u64>,

    /// The format of the orders.
    #[arg(short, long, value_enum, default_value_t = Format::Table)]
    format: Format,

    #[command(flatten)]
    connection: Connection,
}

fn listed(values: &[&str]) -> String {
    values.join(", ")
}

/// The time that orders are listed of if none is given.
const USUAL_PERIOD: Duration = Duration::from_secs(30 * 86400);

/// The parts of an order that the usual columns need.
const USUAL_DATA: [&str; 2] = ["FULFILLMENT", "PROCEEDS"];

/// The largest number of orders on a page.
const LARGEST_PAGE: i64 = 100;

pub async fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::List(options) => list(options).await,
    }
}

async fn list(options: ListOptions) -> Result<(), Failure> {
    let region = options.marketplaces.region()?;
    let period = Period::of(&options)?;
    let mut warnings = Vec::new();
    let mut values = |option, typed: &[String], known| options.force.values(option, typed, known, &mut warnings);
    let statuses = values("--status", &options.status, SearchOrdersFulfillmentStatuses::VALUES)?;
    let wanted = values("--include", &options.include, SearchOrdersIncludedData::VALUES)?;
    warnings.iter().for_each(notes::warn);
    let mut included: Vec<_> = USUAL_DATA.iter().map(|&name| name.to_owned()).collect();
    for data in wanted {
        if !included.contains(&data) {
            included.push(data);
        }
    }
    if options.format == Format::Table {
        let without: Vec<_> =
            included.iter().filter(|data| !output::HAS_COLUMNS.contains(&data.as_str())).cloned().collect();
        if !without.is_empty() {
            notes::note(format!("the table has no column for {}: --format jsonl shows it", without.join(", ")));
        }
    }

    let mut output = Output::new(options.format, &included);
    let connected = options.connection.connect(region, Needs::Seller).await?;
    let orders = spapi_orders::v2026_01_01::Orders::new(&connected.client);
    let search = orders.search_orders().marketplace_ids(options.marketplaces.iter().copied());
    let mut search = period.apply(search.fulfillment_statuses(statuses).included_data(included));
    let limit = options.limit;
    if let Some(page) = limit.and_then(|limit| i64::try_from(limit).ok()).filter(|limit| *limit < LARGEST_PAGE) {
        search = search.max_results_per_page(page);
    }

    if let Some(token) = &options.page_token {
        search = search.pagination_token(token);
    }

    let mut found = search.items();
    let mut count = 0;
    let mut interrupt = Interrupt::new();
    while limit.is_none_or(|limit| count < limit) {
        let failure = match interrupt.or(notes::while_waiting(found.try_next())).await {
            Ok(Ok(Some(order))) => {
                output.push(&order)?;
                count += 1;
                continue;
            }
            Ok(Ok(None)) => break,
            Ok(Err(error)) if is_refused(&error) => {
                let next = found.next_token().map(|_| BEGIN_AGAIN);
                next.into_iter().fold(failed(&connected, error), Failure::and_next)
            }
            Ok(Err(error)) => cut_off(failed(&connected, error), found.next_token(), period),
            Err(interrupted) => cut_off(interrupted, found.next_token(), period),
        };
        output.cut_off()?;
        return Err(failure);
    }
    output.finish()?;
    if count == 0 {
        notes::note("there are no such orders; --created-after and --updated-after take an earlier time");
    }
    Ok(())
}

fn failed(connected: &Connected, error: spapi_core::Error) -> Failure {
    // What is not JSON at all cannot be shown by `call` either.
    let is_json = error.is_decode() && error.to_string().contains(": expected ");
    let failure = connected.failure(error);
    if is_json {
        failure.with_next("`spapi call orders@2026-01-01 searchOrders` shows the answer as it came")
    } else {
        failure
    }
}

/// Adds the step that continues after the orders that were written.
fn cut_off(failure: Failure, next_token: Option<&str>, period: Period) -> Failure {
    match next_token.and_then(page_token::option) {
        Some(option) => failure.and_next(format!("go on with the same command and {}{option}", period.fixed())),
        None => failure,
    }
}

/// The period of the listed orders.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Period {
    is_updated: bool,
    after: Moment,
    before: Option<Moment>,
}

impl Period {
    fn of(options: &ListOptions) -> Result<Self, Failure> {
        let is_updated = options.updated_after.is_some() || options.updated_before.is_some();
        let (kind, after, before) = match is_updated {
            true => ("updated", options.updated_after, options.updated_before),
            false => ("created", options.created_after, options.created_before),
        };
        let after = match after {
            Some(after) => after,
            None => Moment::ago(USUAL_PERIOD)
                .ok_or_else(|| Failure::new(Exit::Failed, "this machine's clock is set before 1970"))?,
        };
        if before.is_some_and(|before| before <= after) {
            return Err(Failure::usage(format!("--{kind}-before is not later than --{kind}-after"))
                .with_next(format!("give --{kind}-after an earlier time; unless it is given it is 30d")));
        }
        Ok(Self { is_updated, after, before })
    }

    fn apply(self, search: SearchOrders) -> SearchOrders {
        match self.is_updated {
            true => {
                let search = search.last_updated_after(self.after);
                self.before.into_iter().fold(search, SearchOrders::last_updated_before)
            }
            false => {
                let search = search.created_after(self.after);
                self.before.into_iter().fold(search, SearchOrders::created_before)
            }
        }
    }

    /// Options with the absolute times, for those that were given back from now.
    fn fixed(self) -> String {
        let kind = if self.is_updated { "updated" } else { "created" };
        let times = [("after", Some(self.after)), ("before", self.before)];
        let relative =
            times.into_iter().filter_map(|(side, time)| Some((side, time.filter(|time| time.is_relative())?)));
        relative.map(|(side, time)| format!("--{kind}-{side} {} ", DateTime::from(time))).collect()
    }
}
