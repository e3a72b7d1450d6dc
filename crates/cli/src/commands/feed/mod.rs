//! `spapi feed`: submits feeds, and reads what Amazon did with them.

mod result;
mod status;
mod submit;

use crate::exit::Failure;
use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Submit a feed, and print its id.
    Submit(Box<submit::Options>),
    /// Show how far Amazon is with feeds.
    Status(status::Options),
    /// Wait for a feed, and write what is wrong with its messages.
    Result(Box<result::Options>),
}

pub async fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Submit(options) => submit::run(*options).await,
        Command::Status(options) => status::run(options).await,
        Command::Result(options) => result::run(*options).await,
    }
}
