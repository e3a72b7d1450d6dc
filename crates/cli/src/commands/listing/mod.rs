//! `spapi listing`: templates to fill in, their check, and batches.

mod bulk;
mod read;
mod rows;
mod schemas;
mod template;
mod validate;

use crate::exit::Failure;
use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write a template of a product type, as JSON, CSV or XLSX, for a person to fill in.
    Template(template::Options),
    /// Check listings in a file against the schema of their product type.
    Validate(validate::Options),
    /// Create, change or delete the listings in a file, thousands at a time.
    Bulk(Box<bulk::Options>),
}

pub async fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Template(options) => template::run(options).await,
        Command::Validate(options) => validate::run(options).await,
        Command::Bulk(options) => bulk::run(*options).await,
    }
}
