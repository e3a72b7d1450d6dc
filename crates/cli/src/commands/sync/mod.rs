//! `spapi sync`: keeps tables of a database up to date.

mod check;
mod demo;
mod init;
mod objects;
mod plan;
mod replay;
mod reset;
mod run;
mod status;
mod workers;

use crate::exit::Failure;
use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write the file of a connection, by options or by questions.
    Init(Box<init::Options>),
    /// Check a connection: its file, its credentials, and one cheap call for each marketplace.
    Check(check::Options),
    /// List what can be synced, or show one stream with its columns.
    Objects(objects::Options),
    /// Show what a first run would do, without calling Amazon.
    Plan(plan::Options),
    /// Read what is new, and commit it to the database.
    Run(Box<run::Options>),
    /// Show how far each table is, and where rows are missing.
    Status(status::Options),
    /// Read rows again from the raw documents that a connection keeps, without calling Amazon.
    Replay(replay::Options),
    /// Forget slices, so that the next run reads them again.
    Reset(reset::Options),
    /// Run many connections on many machines: take jobs of a queue in a Postgres database.
    Worker(Box<workers::worker::Options>),
    /// List the streams that the workers of all machines read: what is queued, what runs, and what failed.
    Jobs(workers::jobs::Options),
    /// Let all workers rest at their next commits, and wait until they do.
    Drain(workers::drain::Options),
}

pub async fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Init(options) => init::run(*options),
        Command::Check(options) => check::run(options).await,
        Command::Objects(options) => objects::run(&options),
        Command::Plan(options) => plan::run(&options),
        Command::Run(options) => run::run(*options).await,
        Command::Status(options) => status::run(&options).await,
        Command::Replay(options) => replay::run(options).await,
        Command::Reset(options) => reset::run(options).await,
        Command::Worker(options) => workers::worker::run(*options).await,
        Command::Jobs(options) => workers::jobs::run(options).await,
        Command::Drain(options) => workers::drain::run(options).await,
    }
}
