//! `spapi points`: Amazon Points, which only Japan has.

mod finances;
mod reconcile;
mod set;
mod settle;
mod settlements;
mod show;
mod table;

use crate::completion;
use crate::connection::{Connected, Connection, Needs};
use crate::exit::Failure;
use clap::{Args, Subcommand};
use clap_complete::engine::ArgValueCompleter;
use spapi_core::Marketplace;
use spapi_points::check_marketplace;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Set the points of offers, as a percentage of their price.
    Set(Box<set::Options>),
    /// Show the points of offers, and which percentage of the price they are.
    Show(Box<show::Options>),
    /// List the points of orders of which settlements and Finances do not say the same.
    Reconcile(Box<reconcile::Options>),
}

pub async fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Set(options) => set::run(*options).await,
        Command::Show(options) => show::run(*options).await,
        Command::Reconcile(options) => reconcile::run(*options).await,
    }
}

/// The marketplace, which can only be Japan.
#[derive(Debug, Args)]
struct Japan {
    /// The marketplace: only Japan has points.
    #[arg(
        short,
        long,
        value_name = "CODE",
        env = "SPAPI_MARKETPLACE",
        default_value = "JP",
        add = ArgValueCompleter::new(completion::marketplaces),
        hide_env_values = true
    )]
    marketplace: Marketplace,
}

impl Japan {
    /// The marketplace, unless it has no points.
    fn marketplace(&self) -> Result<Marketplace, Failure> {
        check_marketplace(self.marketplace)
            .map_err(|error| Failure::usage(error.to_string()).with_next("leave --marketplace out, or give -m JP"))?;
        Ok(self.marketplace)
    }

    /// A client in its region.
    async fn connect(&self, connection: &Connection) -> Result<Connected, Failure> {
        connection.connect(self.marketplace()?.region(), Needs::Seller).await
    }
}
