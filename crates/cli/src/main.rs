//! The program `spapi`: Amazon's Selling Partner API from a terminal.

mod args;
mod catalog;
mod commands;
mod endpoint;
mod ends;
mod exit;
mod logging;
mod notes;
mod output;
mod time;

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = args::Cli::parse();
    if cli.verbose {
        logging::start();
    }
    match commands::run(cli.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}
