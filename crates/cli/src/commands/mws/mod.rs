//! `spapi mws`: the way over from MWS.

mod explain;
mod map;
mod tree;

use crate::exit::Failure;
use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Say what ids and tokens are, and what replaces them. They are pasted, and nothing is sent.
    Explain(explain::Options),
    /// Show what replaces names of MWS: operations, report types, feed types and others.
    Map(map::Options),
}

pub fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Explain(options) => explain::run(&options),
        Command::Map(options) => map::run(&options),
    }
}
