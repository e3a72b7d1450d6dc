//! `spapi marketplaces`: the facts about each marketplace.

use crate::exit::Failure;
use crate::output::{self, Format, table::Column};
use clap::Args;
use spapi_core::Marketplace;

#[derive(Debug, Args)]
pub struct Options {
    /// The format of the list.
    #[arg(short, long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

const COLUMNS: &[Column] = &[
    Column::text("CODE"),
    Column::text("COUNTRY"),
    Column::text("ID"),
    Column::text("REGION"),
    Column::text("CURRENCY"),
    Column::text("LOCALE"),
    Column::text("RETAIL SITE"),
    Column::text("SELLER CENTRAL"),
];

pub fn run(options: &Options) -> Result<(), Failure> {
    let all = Marketplace::ALL.iter().copied();
    Ok(output::list(options.format, COLUMNS, all, row, json)?)
}

fn row(marketplace: &Marketplace) -> Vec<String> {
    [
        marketplace.country_code(),
        marketplace.country(),
        marketplace.id(),
        marketplace.region().code(),
        marketplace.currency(),
        marketplace.default_locale(),
        marketplace.retail_host(),
        marketplace.seller_central_host(),
    ]
    .map(str::to_owned)
    .to_vec()
}

fn json(marketplace: &Marketplace) -> serde_json::Value {
    serde_json::json!({
        "countryCode": marketplace.country_code(),
        "country": marketplace.country(),
        "id": marketplace.id(),
        "region": marketplace.region().code(),
        "currency": marketplace.currency(),
        "defaultLocale": marketplace.default_locale(),
        "retailHost": marketplace.retail_host(),
        "sellerCentralHost": marketplace.seller_central_host(),
        "vendorCentralHost": marketplace.vendor_central_host(),
    })
}
