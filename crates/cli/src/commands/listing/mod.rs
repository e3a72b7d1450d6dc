//! `spapi listing`: the seller's listings.

mod bulk;
mod change;
mod check;
mod delete;
mod get;
mod issues;
mod list;
mod patch;
mod preview;
mod price;
mod put;
mod quantity;
mod read;
mod restrictions;
mod rows;
mod schema;
mod schemas;
mod submitted;
mod target;
mod template;
mod validate;
mod wait;

use crate::exit::Failure;
use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show whether the seller may list a product, and if not, why and where to ask for approval.
    Restrictions(restrictions::Options),
    /// Show the attributes of a product type, or save its schema.
    Schema(Box<schema::Options>),
    /// Write a template of a product type, as JSON, CSV or XLSX, for a person to fill in.
    Template(template::Options),
    /// Check listings in a file against the schema of their product type.
    Validate(validate::Options),
    /// Ask Amazon what it would say to new attributes or to a patch, and change nothing.
    Preview(Box<preview::Options>),
    /// Create a listing, or replace its product facts.
    Put(Box<put::Options>),
    /// Change attributes of a listing by a patch.
    Patch(Box<patch::Options>),
    /// Change the price of one offer, and nothing else.
    Price(Box<price::Options>),
    /// Change the quantity of one channel, and nothing else.
    Quantity(Box<quantity::Options>),
    /// Delete a listing from a marketplace.
    Delete(delete::Options),
    /// Wait until a listing can be found and bought, or is gone.
    Wait(wait::Options),
    /// Show a listing as Amazon has it.
    Get(get::Options),
    /// List the seller's listings, or those with a status or with issues.
    List(Box<list::Options>),
    /// Show what is wrong with a listing, by attribute.
    Issues(issues::Options),
    /// Create, change or delete the listings in a file, thousands at a time.
    Bulk(Box<bulk::Options>),
}

pub async fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Restrictions(options) => restrictions::run(options).await,
        Command::Schema(options) => schema::run(*options).await,
        Command::Template(options) => template::run(options).await,
        Command::Validate(options) => validate::run(options).await,
        Command::Preview(options) => preview::run(*options).await,
        Command::Put(options) => put::run(*options).await,
        Command::Patch(options) => patch::run(*options).await,
        Command::Price(options) => price::run(*options).await,
        Command::Quantity(options) => quantity::run(*options).await,
        Command::Delete(options) => delete::run(options).await,
        Command::Wait(options) => wait::run(options).await,
        Command::Get(options) => get::run(options).await,
        Command::List(options) => list::run(*options).await,
        Command::Issues(options) => issues::run(options).await,
        Command::Bulk(options) => bulk::run(*options).await,
    }
}
