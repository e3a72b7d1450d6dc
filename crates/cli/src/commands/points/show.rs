//! `spapi points show`: the points of offers as buyers see them.

use super::{Japan, table};
use crate::connection::Connection;
use crate::exit::{Exit, Failure};
use crate::number::noun;
use crate::output::table::Column;
use crate::output::{self, Format};
use crate::{interrupt::Interrupt, notes};
use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use serde_json::{Value, json};
use spapi_core::text::printable;
use spapi_core::{Decimal, Marketplace};
use spapi_listings::{ListingOffer, Listings};
use std::path::PathBuf;

const HELP: &str = "\
There is a row for each offer of a listing: to all buyers (ALL) and to businesses (B2B). The percentage is that of the price \
that buyers see. An offer without points has none; 0 is what Amazon says.

Examples:
  spapi points show SENCHA-100 MATCHA-30
  spapi points show --file points.csv -f jsonl";

#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct Options {
    /// The SKUs.
    #[arg(value_name = "SKU", required_unless_present = "file", value_parser = NonEmptyStringValueParser::new())]
    skus: Vec<String>,

    /// A table with the column sku, such as one for `spapi points set`, or - for CSV on stdin.
    #[arg(long, value_name = "FILE", conflicts_with = "skus")]
    file: Option<PathBuf>,

    /// Amazon's id of the seller [default: the one of the credentials].
    #[arg(long, value_name = "ID", value_parser = NonEmptyStringValueParser::new())]
    seller: Option<String>,

    /// The format of the output.
    #[arg(short, long, value_enum, default_value_t = Format::Table)]
    format: Format,

    #[command(flatten)]
    japan: Japan,

    #[command(flatten)]
    connection: Connection,
}

const COLUMNS: &[Column] = &[
    Column::text("SKU"),
    Column::text("AUDIENCE"),
    Column::number("PRICE"),
    Column::number("POINTS"),
    Column::number("PERCENT"),
];

/// What is shown of a SKU.
struct Shown {
    sku: String,
    /// `None` if the listing has no offer.
    offer: Option<ListingOffer>,
}

pub async fn run(options: Options) -> Result<(), Failure> {
    let marketplace = options.japan.marketplace()?;
    let skus = match &options.file {
        Some(file) => table::skus(file)?,
        None => options.skus.clone(),
    };
    let connected = options.japan.connect(&options.connection).await?;
    let seller = match &options.seller {
        Some(seller) => seller.clone(),
        None => connected.seller_id().await?,
    };
    let listings = Listings::new(&connected.client, seller);
    let mut interrupt = Interrupt::new();
    let (mut shown, mut missing) = (Vec::new(), Vec::new());
    for sku in skus {
        let found = interrupt.or(notes::while_waiting(listings.find(&sku, marketplace))).await?;
        match found.map_err(|error| connected.failure(error))? {
            Some(listing) => shown.extend(offers(sku, listing.offers, marketplace)),
            None => missing.push(sku),
        }
    }
    output::list(options.format, COLUMNS, shown.iter(), |shown| shown.row(), |shown| shown.json())?;
    let Some(first) = missing.first() else { return Ok(()) };
    let count = missing.len() as u64;
    missing.iter().skip(1).take(20).for_each(|sku| notes::warn(format!("no listing: {}", printable(sku).up_to(80))));
    let more = if count > 1 { format!(", and of {} more", count - 1) } else { String::new() };
    Err(Failure::new(
        Exit::Failed,
        format!("the seller has no listing in JP of the {} {}{more}", noun(1, "SKU"), printable(first).up_to(80)),
    )
    .with_next("check the SKUs and the seller id"))
}

/// A row for each offer in the marketplace, or one without an offer.
fn offers(sku: String, offers: Vec<ListingOffer>, marketplace: Marketplace) -> Vec<Shown> {
    let ours = offers.into_iter().filter(|offer| offer.marketplace_id == marketplace.id());
    let shown: Vec<_> = ours.map(|offer| Shown { sku: sku.clone(), offer: Some(offer) }).collect();
    if shown.is_empty() { vec![Shown { sku, offer: None }] } else { shown }
}

impl Shown {
    /// The points as a percentage of the price, with two digits behind the point.
    fn percent(&self) -> Option<Decimal> {
        let offer = self.offer.as_ref()?;
        let price = offer.amount.filter(|price| *price > Decimal::ZERO)?;
        let hundredfold = Decimal::from(offer.points?).checked_mul(Decimal::ONE_HUNDRED)?;
        Some(hundredfold.checked_div(price)?.round_dp(2).normalize())
    }

    fn row(&self) -> Vec<String> {
        let text = |value: Option<String>| value.unwrap_or_default();
        let offer = self.offer.as_ref();
        vec![
            self.sku.clone(),
            text(offer.map(|offer| offer.audience.clone())),
            text(offer.and_then(|offer| Some(format!("{} {}", offer.amount?.normalize(), offer.currency_code)))),
            text(offer.and_then(|offer| Some(offer.points?.to_string()))),
            text(self.percent().map(|percent| percent.to_string())),
        ]
    }

    fn json(&self) -> Value {
        let offer = self.offer.as_ref();
        json!({
            "sku": self.sku,
            "audience": offer.map(|offer| &offer.audience),
            "price": offer.and_then(|offer| offer.amount).map(|amount| amount.normalize().to_string()),
            "currency": offer.map(|offer| &offer.currency_code),
            "points": offer.and_then(|offer| offer.points),
            "percent": self.percent().map(|percent| percent.to_string()),
        })
    }
}
