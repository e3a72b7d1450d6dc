//! `spapi listing list`: the seller's listings.

use crate::exit::Failure;
use crate::interrupt::Interrupt;
use crate::output::table::Column;
use crate::output::{self, Format};
use crate::seller::Seller;
use crate::time::Moment;
use crate::{notes, number};
use clap::builder::NonEmptyStringValueParser;
use clap::{Args, ValueEnum};
use serde_json::Value;
use spapi_listings::{IssueSeverity, Listing, ListingSearch, ListingStatus, Listings};

const HELP: &str = "\
The latest change comes first. Amazon shows the first 1000 of a search; give filters to find the others.

Examples:
  spapi listing list -m DE --without buyable
  spapi listing list -m DE --issues error --format jsonl
  spapi listing list -m JP --changed-after 7d";

#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct Options {
    /// Only these SKUs, at most 20.
    #[arg(long, value_delimiter = ',', value_name = "SKU,...", value_parser = NonEmptyStringValueParser::new())]
    sku: Vec<String>,

    /// Only listings with all of these statuses.
    #[arg(long, value_enum, value_delimiter = ',', value_name = "STATUS,...")]
    status: Vec<Status>,

    /// Only listings with none of these statuses.
    #[arg(long, value_enum, value_delimiter = ',', value_name = "STATUS,...")]
    without: Vec<Status>,

    /// Only listings with an issue of one of these severities.
    #[arg(long, value_enum, value_delimiter = ',', value_name = "SEVERITY,...")]
    issues: Vec<Severity>,

    /// Only listings changed at or after this time, such as 7d or 2026-01-31.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    changed_after: Option<Moment>,

    /// Stop after this number of listings.
    #[arg(short = 'n', long, value_name = "NUMBER", value_parser = number::whole(1..=ListingSearch::MOST))]
    limit: Option<u64>,

    /// The format of the listings.
    #[arg(short, long, value_enum, default_value_t = Format::Table)]
    format: Format,

    #[command(flatten)]
    seller: Seller,
}

/// What buyers can do with a listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Status {
    /// Buyers can buy it.
    Buyable,
    /// Buyers can find it.
    Discoverable,
}

impl From<Status> for ListingStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::Buyable => Self::Buyable,
            Status::Discoverable => Self::Discoverable,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Severity {
    Error,
    Warning,
    Info,
}

impl From<Severity> for IssueSeverity {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Error => Self::Error,
            Severity::Warning => Self::Warning,
            Severity::Info => Self::Info,
        }
    }
}

pub async fn run(options: Options) -> Result<(), Failure> {
    let connected = options.seller.connect().await?;
    let listings = Listings::new(&connected.client, options.seller.id(&connected).await?);
    let mut search = options.search(&listings);
    let mut found = Vec::new();
    let mut interrupt = Interrupt::new();
    while options.limit.is_none_or(|limit| (found.len() as u64) < limit) {
        let next = interrupt.or(notes::while_waiting(search.try_next())).await?;
        match next.map_err(|error| connected.failure(error))? {
            Some(listing) => found.push(listing),
            None => break,
        }
    }
    if found.is_empty() {
        notes::note("there are no such listings");
    }
    let count = found.len() as u64;
    let json = |listing: &Listing| serde_json::to_value(listing).unwrap_or(Value::Null);
    output::list(options.format, COLUMNS, found.into_iter(), row, json)?;
    if let Some(total) = search.total().filter(|total| *total > count) {
        notes::note(format!("{count} of {total} listings are shown"));
    }
    Ok(())
}

impl Options {
    fn search(&self, listings: &Listings) -> ListingSearch {
        let mut search = listings.search(self.seller.marketplace);
        if !self.sku.is_empty() {
            search = search.skus(&self.sku);
        }
        if !self.status.is_empty() {
            search = search.status(self.status.iter().map(|status| (*status).into()));
        }
        if !self.without.is_empty() {
            search = search.without_status(self.without.iter().map(|status| (*status).into()));
        }
        if !self.issues.is_empty() {
            search = search.with_issues(self.issues.iter().map(|severity| (*severity).into()));
        }
        self.changed_after.into_iter().fold(search, ListingSearch::changed_since)
    }
}

pub const COLUMNS: &[Column] = &[
    Column::text("SKU"),
    Column::text("ASIN"),
    Column::text("TYPE"),
    Column::text("STATUS"),
    Column::text("PRICE"),
    Column::text("STOCK"),
    Column::number("ISSUES"),
    Column::text("TITLE"),
];

/// A listing in one row.
pub fn row(listing: &Listing) -> Vec<String> {
    let status: Vec<_> = listing.status.iter().map(ListingStatus::as_str).collect();
    let prices = listing.offers.iter().filter_map(|offer| {
        let audience = if offer.audience == "ALL" { String::new() } else { format!(" ({})", offer.audience) };
        offer.amount.map(|amount| format!("{} {}{audience}", amount.normalize(), offer.currency_code))
    });
    let stock = listing.fulfillment_availability.iter().map(|stock| match stock.quantity {
        Some(quantity) => format!("{quantity} {}", stock.fulfillment_channel_code),
        None => stock.fulfillment_channel_code.clone(),
    });
    vec![
        listing.sku.clone(),
        listing.asin.clone().unwrap_or_default(),
        listing.product_type.clone().unwrap_or_default(),
        status.join(","),
        prices.collect::<Vec<_>>().join(", "),
        stock.collect::<Vec<_>>().join(", "),
        listing.issues.len().to_string(),
        listing.item_name.clone().unwrap_or_default(),
    ]
}
