//! `spapi listing`: the seller's listings, one at a time.

mod change;
mod delete;
mod issues;
mod patch;
mod preview;
mod price;
mod put;
mod quantity;
mod submitted;
mod target;
mod wait;

use crate::exit::Failure;
use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub enum Command {
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
    /// Show what is wrong with a listing, by attribute.
    Issues(issues::Options),
}

pub async fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Preview(options) => preview::run(*options).await,
        Command::Put(options) => put::run(*options).await,
        Command::Patch(options) => patch::run(*options).await,
        Command::Price(options) => price::run(*options).await,
        Command::Quantity(options) => quantity::run(*options).await,
        Command::Delete(options) => delete::run(options).await,
        Command::Wait(options) => wait::run(options).await,
        Command::Issues(options) => issues::run(options).await,
    }
}
