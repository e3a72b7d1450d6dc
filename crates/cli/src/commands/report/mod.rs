//! `spapi report`: the types of reports, reports as rows, and schedules.

mod documents;
mod get;
mod list;
mod request;
mod schedule;
mod types;
mod wanted;

use crate::exit::Failure;
use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// List the report types, or show what is known of one.
    Types(types::Options),
    /// Request reports, wait for them, and write their rows.
    Get(Box<get::Options>),
    /// Request reports without waiting for them, and print their ids.
    Request(Box<request::Options>),
    /// List the reports that Amazon has.
    List(list::Options),
    /// Schedules, by which Amazon makes reports again and again.
    #[command(subcommand)]
    Schedule(schedule::Command),
}

pub async fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Types(options) => types::run(&options),
        Command::Get(options) => get::run(*options).await,
        Command::Request(options) => request::run(*options).await,
        Command::List(options) => list::run(options).await,
        Command::Schedule(command) => schedule::run(command).await,
    }
}
