//! A seller in a marketplace: the options of commands that are about products and their types.

use crate::completion;
use crate::connection::{Connected, Connection, Needs};
use crate::exit::Failure;
use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use clap_complete::engine::ArgValueCompleter;
use spapi_core::Marketplace;

#[derive(Debug, Args)]
pub struct Seller {
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
    pub seller: Option<String>,

    #[command(flatten)]
    pub connection: Connection,
}

impl Seller {
    /// A client in the marketplace's region.
    pub async fn connect(&self) -> Result<Connected, Failure> {
        self.connection.connect(self.marketplace.region(), Needs::Seller).await
    }

    /// Amazon's id of the seller: the one that is given, or that of the credentials.
    pub async fn id(&self, connected: &Connected) -> Result<String, Failure> {
        match &self.seller {
            Some(id) => Ok(id.clone()),
            None => connected.seller_id().await,
        }
    }

    /// The options by which another command is about the same marketplace and seller, after a blank.
    pub fn words(&self) -> String {
        let seller = self.seller.iter().map(|id| format!(" --seller {}", crate::shell::word(id)));
        format!(" -m {}{}{}", self.marketplace.country_code(), seller.collect::<String>(), self.connection.words())
    }
}
