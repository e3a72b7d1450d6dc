//! `spapi orders`: typed calls of the Orders API, version 2026-01-01.

use crate::catalog::{close_to, did_you_mean};
use crate::connection::{Connected, Connection, Needs};
use crate::exit::{Exit, Failure};
use crate::output::json::Array;
use crate::output::table::{Column, Table};
use crate::output::{Format, JsonOut};
use crate::time::{FORMS, Moment};
use crate::{notes, number};
use clap::{Args, Subcommand};
use spapi_core::{Marketplace, Region};
use spapi_orders::v2026_01_01::operations::SearchOrders;
use spapi_orders::v2026_01_01::types::{Order, SearchOrdersFulfillmentStatuses, SearchOrdersIncludedData};
use std::io::{self, Write};
use std::time::Duration;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// List orders, those of the last 30 days unless told otherwise.
    List(ListOptions),
}

fn times() -> String {
    format!("A TIME is {FORMS}. Where no zone is given, it is UTC.")
}

#[derive(Debug, Args)]
#[command(after_help = times())]
pub struct ListOptions {
    /// Marketplaces to list orders of: country codes (JP, US, DE) or ids. All in one region.
    #[arg(
        short,
        long,
        required = true,
        value_delimiter = ',',
        value_name = "CODE,...",
        env = "SPAPI_MARKETPLACE",
        hide_env_values = true
    )]
    marketplace: Vec<Marketplace>,

    /// Only orders created at or after this time [default: 30d].
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, conflicts_with_all = ["updated_after", "updated_before"])]
    created_after: Option<Moment>,

    /// Only orders created before this time.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, conflicts_with_all = ["updated_after", "updated_before"])]
    created_before: Option<Moment>,

    /// Only orders updated at or after this time, in place of a time of creation.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    updated_after: Option<Moment>,

    /// Only orders updated before this time; since 30d unless --updated-after says otherwise.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    updated_before: Option<Moment>,

    #[arg(long, value_delimiter = ',', value_name = "STATUS,...", help = format!(
        "Only orders of these statuses: {}", listed(SearchOrdersFulfillmentStatuses::VALUES),
    ))]
    status: Vec<String>,

    #[arg(long, value_delimiter = ',', value_name = "DATA,...", default_value = "fulfillment,proceeds", help = format!(
        "Parts of an order to ask for: {}. BUYER and RECIPIENT need a role for buyers' data", listed(SearchOrdersIncludedData::VALUES),
    ))]
    include: Vec<String>,

    /// Stop after so many orders.
    #[arg(
        short = 'n',
        long,
        value_name = "NUMBER",
        allow_negative_numbers = true,
        value_parser = number::whole(1..=1_000_000_000),
    )]
    limit: Option<u64>,

    /// How to write the orders.
    #[arg(short, long, value_enum, default_value_t = Format::Table)]
    format: Format,

    #[command(flatten)]
    connection: Connection,
}

fn listed(values: &[&str]) -> String {
    values.join(", ")
}

/// How far back orders are listed unless a time is given.
const USUAL_PERIOD: Duration = Duration::from_secs(30 * 86400);

/// The most orders that Amazon puts on a page.
const LARGEST_PAGE: i64 = 100;

pub async fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::List(options) => list(options).await,
    }
}

async fn list(options: ListOptions) -> Result<(), Failure> {
    let region = common_region(&options.marketplace)?;
    let period = Period::of(&options)?;
    let statuses = known_values("--status", &options.status, SearchOrdersFulfillmentStatuses::VALUES);
    let included = known_values("--include", &options.include, SearchOrdersIncludedData::VALUES);

    let connected = options.connection.connect(region, Needs::Seller).await?;
    let orders = spapi_orders::v2026_01_01::Orders::new(&connected.client);
    let search = orders.search_orders().marketplace_ids(options.marketplace.iter().copied());
    let mut search = period.apply(search.fulfillment_statuses(statuses).included_data(included));
    let limit = options.limit;
    if let Some(page) = limit.and_then(|limit| i64::try_from(limit).ok()).filter(|limit| *limit < LARGEST_PAGE) {
        search = search.max_results_per_page(page);
    }

    let mut found = search.items();
    let mut output = Output::new(options.format);
    let mut count = 0;
    while limit.is_none_or(|limit| count < limit) {
        match notes::while_waiting(found.try_next()).await {
            Ok(Some(order)) => output.push(&order)?,
            Ok(None) => break,
            Err(error) => {
                output.cut_off()?;
                return Err(failed(&connected, error));
            }
        }
        count += 1;
    }
    output.finish()?;
    if count == 0 {
        notes::note("no orders; --created-after and --updated-after look further back");
    }
    Ok(())
}

fn failed(connected: &Connected, error: spapi_core::Error) -> Failure {
    let is_decode = error.is_decode();
    let failure = connected.failure(error);
    if is_decode {
        failure.with_next("`spapi call orders@2026-01-01 searchOrders` shows the answer as it came")
    } else {
        failure
    }
}

/// The one region of the marketplaces: a call goes to one region.
fn common_region(marketplaces: &[Marketplace]) -> Result<Region, Failure> {
    let named = |marketplace: &Marketplace| format!("{} is in {}", marketplace.country_code(), marketplace.region());
    let Some((first, others)) = marketplaces.split_first() else {
        return Err(Failure::usage("no marketplace is given").with_next("give one, such as --marketplace JP"));
    };
    match others.iter().find(|other| other.region() != first.region()) {
        None => Ok(first.region()),
        Some(other) => Err(Failure::usage(format!("{}, {}", named(first), named(other)))
            .with_next("a call goes to one region: list each region's marketplaces by themselves")),
    }
}

/// The time that the listed orders are of.
#[derive(Debug, PartialEq)]
enum Period {
    Created { after: Moment, before: Option<Moment> },
    Updated { after: Moment, before: Option<Moment> },
}

impl Period {
    fn of(options: &ListOptions) -> Result<Self, Failure> {
        let usual = || {
            Moment::ago(USUAL_PERIOD)
                .ok_or_else(|| Failure::new(Exit::Failed, "this machine's clock stands before 1970"))
        };
        let is_updated = options.updated_after.is_some() || options.updated_before.is_some();
        let (kind, after, before) = match is_updated {
            true => ("updated", options.updated_after, options.updated_before),
            false => ("created", options.created_after, options.created_before),
        };
        let after = match after {
            Some(after) => after,
            None => usual()?,
        };
        if before.is_some_and(|before| before <= after) {
            return Err(Failure::usage(format!("--{kind}-before is not later than --{kind}-after"))
                .with_next(format!("give --{kind}-after an earlier time; unless it is given it is 30d")));
        }
        Ok(if is_updated { Self::Updated { after, before } } else { Self::Created { after, before } })
    }

    fn apply(self, search: SearchOrders) -> SearchOrders {
        match self {
            Self::Created { after, before } => {
                let search = search.created_after(after);
                before.into_iter().fold(search, SearchOrders::created_before)
            }
            Self::Updated { after, before } => {
                let search = search.last_updated_after(after);
                before.into_iter().fold(search, SearchOrders::last_updated_before)
            }
        }
    }
}

/// The values in Amazon's spelling, with a warning about those that it did not have when this program was built.
fn known_values(option: &str, typed: &[String], known: &[&'static str]) -> Vec<String> {
    let values = typed.iter().map(|value| value.trim().to_ascii_uppercase().replace('-', "_"));
    let values: Vec<_> = values.filter(|value| !value.is_empty()).collect();
    for value in values.iter().filter(|value| !known.contains(&value.as_str())) {
        let close = did_you_mean(&close_to(value, known.iter().copied()));
        notes::warn(format!("{option} {value} is not known, and is sent as it is{close}"));
    }
    values
}

/// Where the orders go, each as soon as it is there. A table is written a hundred rows at a time.
enum Output {
    Table(Table<'static, io::StdoutLock<'static>>),
    Json(Array<JsonOut>),
    Jsonl(JsonOut),
}

impl Output {
    fn new(format: Format) -> Self {
        match format {
            Format::Table => Self::Table(Table::new(io::stdout().lock(), COLUMNS)),
            Format::Json => Self::Json(Array::new(JsonOut::new())),
            Format::Jsonl => Self::Jsonl(JsonOut::new()),
        }
    }

    fn push(&mut self, order: &Order) -> Result<(), Failure> {
        match self {
            Self::Table(table) => table.push(row(order))?,
            Self::Json(array) => array.push(&json(order)?)?,
            Self::Jsonl(out) => {
                writeln!(out, "{}", json(order)?)?;
                out.flush()?;
            }
        }
        Ok(())
    }

    /// Ends the output before its end: rows that were held back are shown, and an array stays unclosed.
    fn cut_off(self) -> io::Result<()> {
        match self {
            Self::Table(table) => table.cut_off(),
            Self::Json(_) | Self::Jsonl(_) => Ok(()),
        }
    }

    fn finish(self) -> io::Result<()> {
        match self {
            Self::Table(table) => table.finish(),
            Self::Json(array) => array.finish(),
            Self::Jsonl(mut out) => out.flush(),
        }
    }
}

fn json(order: &Order) -> Result<String, Failure> {
    serde_json::to_string(order)
        .map_err(|error| Failure::new(Exit::Failed, format!("order {} cannot be written: {error}", order.order_id)))
}

const COLUMNS: &[Column] = &[
    Column::text("ORDER ID"),
    Column::text("CREATED"),
    Column::text("MARKET"),
    Column::text("STATUS"),
    Column::number("ITEMS"),
    Column::number("TOTAL"),
    Column::text("CURRENCY"),
];

/// What the answer lacks stays empty.
fn row(order: &Order) -> Vec<String> {
    let channel = &order.sales_channel;
    let market = channel.marketplace_id.as_deref().unwrap_or_default();
    let market = market.parse::<Marketplace>().map_or(market, |known| known.country_code());
    let status = order.fulfillment.as_ref().map(|fulfillment| fulfillment.fulfillment_status.to_string());
    let quantities: Vec<_> =
        order.order_items.iter().filter_map(|item| item.quantity_ordered.map(i128::from)).collect();
    let total = order.proceeds.as_ref().and_then(|proceeds| proceeds.grand_total.as_ref());
    vec![
        order.order_id.clone(),
        order.created_time.as_ref().map(ToString::to_string).unwrap_or_default(),
        market.to_owned(),
        status.unwrap_or_default(),
        if quantities.is_empty() { String::new() } else { quantities.iter().sum::<i128>().to_string() },
        total.and_then(|total| total.amount).map(|amount| amount.to_string()).unwrap_or_default(),
        total.map(|total| total.currency_code.clone()).unwrap_or_default(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(json: &str) -> Order {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_row_holds_what_the_answer_has() {
        let full = order(
            r#"{"orderId":"503-1","createdTime":"2026-11-01T00:00:00Z","salesChannel":{"marketplaceId":"A1VC38T7YXB528"},
                "orderItems":[{"quantityOrdered":2},{"quantityOrdered":1},{}],"fulfillment":{"fulfillmentStatus":"ODD_NEW"},
                "proceeds":{"grandTotal":{"amount":"1980.50","currencyCode":"JPY"}}}"#,
        );
        assert_eq!(row(&full), ["503-1", "2026-11-01T00:00:00Z", "JP", "ODD_NEW", "3", "1980.50", "JPY"]);
        assert_eq!(row(&order(r#"{"orderId":"503-2"}"#)), ["503-2", "", "", "", "", "", ""]);
        assert_eq!(row(&order(r#"{"salesChannel":{"marketplaceId":"ANEWONE"}}"#))[2], "ANEWONE");
    }

    #[test]
    fn marketplaces_share_a_region_or_are_refused() {
        assert_eq!(common_region(&[Marketplace::DE, Marketplace::UK]).unwrap(), Region::Europe);
        let Err(Failure::Told { exit, message, next }) = common_region(&[Marketplace::JP, Marketplace::US]) else {
            panic!("two regions");
        };
        assert_eq!((exit, message.as_str()), (Exit::Usage, "JP is in fe, US is in na"));
        assert!(next.unwrap().contains("each region's"));
        assert!(common_region(&[]).is_err());
    }

    #[test]
    fn values_are_taken_in_any_spelling() {
        let values = ["partially-shipped", " Shipped ", "", "NEW_ONE"].map(str::to_owned);
        let known = known_values("--status", &values, SearchOrdersFulfillmentStatuses::VALUES);
        assert_eq!(known, ["PARTIALLY_SHIPPED", "SHIPPED", "NEW_ONE"]);
    }
}
