//! `spapi mws`: the way over from MWS.

mod read;

use crate::exit::Failure;
use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Read answers and reports of MWS that archives keep, as rows in today's shapes.
    Read(Box<read::Options>),
}

pub async fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Read(options) => read::run(*options).await,
    }
}
