//! `spapi mws`: the way over from MWS.

mod explain;
mod map;
mod read;
mod tree;

use crate::exit::Failure;
use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Say what ids and tokens are, and what replaces them. They are pasted, and nothing is sent.
    Explain(explain::Options),
    /// Show what replaces names of MWS: operations, report types, feed types and others.
    Map(map::Options),
    /// Read answers and reports of MWS that archives keep, as rows in today's shapes.
    Read(Box<read::Options>),
}

pub async fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Explain(options) => explain::run(&options),
        Command::Map(options) => map::run(&options),
        Command::Read(options) => read::run(*options).await,
    }
}
