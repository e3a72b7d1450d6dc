//! The listing that a command is about, and the files that it reads.

use crate::completion;
use crate::connection::{Connected, Connection, Needs};
use crate::exit::Failure;
use crate::input;
use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use clap_complete::engine::ArgValueCompleter;
use serde_json::Value;
use spapi_core::Marketplace;
use spapi_listings::Listings;
use std::path::Path;

/// A SKU in a marketplace.
#[derive(Debug, Args)]
pub struct Target {
    /// The SKU, as the seller has chosen it.
    #[arg(value_name = "SKU", value_parser = NonEmptyStringValueParser::new())]
    pub sku: String,

    /// The marketplace: a country code (JP, US, DE) or an id.
    #[arg(
        short,
        long,
        value_name = "CODE",
        env = "SPAPI_MARKETPLACE",
        add = ArgValueCompleter::new(completion::marketplaces),
        hide_env_values = true
    )]
    pub marketplace: Marketplace,

    /// Amazon's id of the seller [default: the one of the credentials].
    #[arg(long, value_name = "ID", value_parser = NonEmptyStringValueParser::new())]
    seller: Option<String>,

    /// The language of the issues' messages, such as en_US [default: the marketplace's].
    #[arg(long, value_name = "LOCALE", value_parser = NonEmptyStringValueParser::new())]
    locale: Option<String>,

    #[command(flatten)]
    pub connection: Connection,
}

impl Target {
    /// The client, and the listings of the seller.
    pub async fn connect(&self) -> Result<(Connected, Listings), Failure> {
        let connected = self.connection.connect(self.marketplace.region(), Needs::Seller).await?;
        let seller = match &self.seller {
            Some(id) => id.clone(),
            None => connected.seller_id().await?,
        };
        let listings = Listings::new(&connected.client, seller);
        Ok((connected, self.locale.iter().fold(listings, Listings::issue_locale)))
    }

    /// The options by which another command is about the same listing, from the SKU on.
    pub fn words(&self) -> String {
        let sku = crate::shell::word(&self.sku);
        format!("{sku} -m {}{}", self.marketplace.country_code(), self.connection.words())
    }
}

/// The largest file of attributes or patches.
const LARGEST: u64 = 16 << 20;

/// Reads a file of JSON, or stdin for `-`.
pub fn json(file: &Path) -> Result<Value, Failure> {
    let name = input::name(file);
    let unreadable = |error: &dyn std::fmt::Display| Failure::usage(format!("{name} cannot be read: {error}"));
    let bytes = input::read(file, LARGEST).map_err(|error| unreadable(&error))?;
    let bytes = bytes.ok_or_else(|| unreadable(&"it is larger than 16 MiB"))?;
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    serde_json::from_slice(text).map_err(|error| Failure::usage(format!("{name} is not JSON: {error}")))
}
