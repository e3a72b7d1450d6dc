//! `spapi kiosk`: queries of Data Kiosk.

mod query;
mod rows;

use crate::exit::Failure;
use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run a query, wait for it, and write the rows of all its pages.
    Query(Box<query::Options>),
}

pub async fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Query(options) => query::run(*options).await,
    }
}
