//! The listing that a command is about, and the files that it reads.

use crate::connection::Connected;
use crate::exit::Failure;
use crate::input;
use crate::interrupt::Interrupt;
use crate::notes;
use crate::seller::Seller;
use crate::sheet::Sheet;
use crate::shell::word;
use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use serde_json::Value;
use spapi_core::Marketplace;
use spapi_core::text::printable;
use spapi_listings::{Listing, Listings};
use spapi_types::json::read_strictly;
use std::path::Path;

/// A SKU of a seller in a marketplace.
#[derive(Debug, Args)]
pub struct Target {
    /// The SKU, as the seller has chosen it.
    #[arg(value_name = "SKU", value_parser = NonEmptyStringValueParser::new())]
    pub sku: String,

    /// The language of the issues' messages, such as en_US [default: the marketplace's].
    #[arg(long, value_name = "LOCALE", value_parser = NonEmptyStringValueParser::new())]
    locale: Option<String>,

    #[command(flatten)]
    seller: Seller,
}

impl Target {
    /// The marketplace.
    pub fn marketplace(&self) -> Marketplace {
        self.seller.marketplace
    }

    /// The client, and the listings of the seller.
    pub async fn connect(&self) -> Result<(Connected, Listings), Failure> {
        let connected = self.seller.connect().await?;
        let listings = Listings::new(&connected.client, self.seller.id(&connected).await?);
        Ok((connected, self.locale.iter().fold(listings, Listings::issue_locale)))
    }

    /// The listing as Amazon has it.
    pub async fn listing(&self) -> Result<Listing, Failure> {
        let (connected, listings) = self.connect().await?;
        let call = listings.get(&self.sku, self.marketplace());
        let listing = Interrupt::new().or(notes::while_waiting(call)).await?;
        listing.map_err(|error| connected.failure(error))
    }

    /// The options by which another command is about the same listing, from the SKU on.
    pub fn words(&self) -> String {
        format!("{}{}", word(&self.sku), self.seller.words())
    }
}

/// The largest file of attributes or patches.
const LARGEST: u64 = 16 << 20;

/// Reads a file of JSON, or stdin for `-`.
pub fn json(file: &Path) -> Result<Value, Failure> {
    let name = input::name(file);
    if !input::is_stdin(file) && Sheet::is_one(file) {
        return Err(Failure::usage(format!("{name} is a table, and one listing is given as JSON"))
            .with_next(format!("send the listings of a table by `spapi listing bulk {}`", word(&name))));
    }
    let unreadable = |error: &dyn std::fmt::Display| Failure::usage(format!("{name} cannot be read: {error}"));
    let bytes = input::read(file, LARGEST).map_err(|error| unreadable(&error))?;
    let bytes = bytes.ok_or_else(|| unreadable(&"it is larger than 16 MiB"))?;
    let text = std::str::from_utf8(&bytes).map_err(|_| Failure::usage(format!("{name} is not in UTF-8")))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (value, repeated) = read_strictly(text)
        .map_err(|error| Failure::usage(format!("{name} is not JSON: {}", printable(&error.to_string()))))?;
    match repeated.first() {
        None => Ok(value),
        Some(member) => Err(Failure::usage(format!(
            "{name}: the name {} stands twice in one object",
            printable(&member.pointer).up_to(200)
        ))
        .with_next("remove one of the two")),
    }
}
