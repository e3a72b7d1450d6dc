//! `spapi listing`: the seller's listings.

mod bulk;
mod read;
mod restrictions;
mod rows;
mod schema;
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
    /// Show whether the seller may list a product, and if not, why and where to ask for approval.
    Restrictions(restrictions::Options),
    /// Show the attributes of a product type, or save its schema.
    Schema(Box<schema::Options>),
}

pub async fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Template(options) => template::run(options).await,
        Command::Validate(options) => validate::run(options).await,
        Command::Bulk(options) => bulk::run(*options).await,
        Command::Restrictions(options) => restrictions::run(options).await,
        Command::Schema(options) => schema::run(*options).await,
    }
}
