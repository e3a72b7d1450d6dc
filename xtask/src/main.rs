//! `cargo xtask`: the project's own tools.

mod contract;
mod docs;
mod generate;
mod models;
mod workspace;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};
use codegen::escape::terminal;

/// Fetches and compares Amazon's models, and generates the section crates from them
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Amazon's model files: fetch, check, diff, update, pin
    Models(models::Args),
    /// Write the section crates, the operations table and models/OPERATIONS.md from the models
    Generate(generate::Args),
    /// Build documentation that also quotes Amazon's descriptions, on this machine only
    Docs(docs::Args),
    /// Test the section crates against recordings of real traffic
    Contract(contract::Args),
}

fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(code) => code,
        Err(error) => {
            // A returned error would be printed with a backtrace if RUST_BACKTRACE is set.
            eprintln!("error: {}", terminal(&error.to_string()));
            error.chain().skip(1).for_each(|cause| eprintln!("caused by: {}", terminal(&cause.to_string())));
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> Result<ExitCode> {
    match cli.command {
        Command::Models(args) => models::run(&args)?,
        Command::Generate(args) => generate::run(&workspace::root(), &args)?,
        Command::Docs(args) => docs::run(&workspace::root(), &args)?,
        Command::Contract(args) => return contract::run(&workspace::root(), &args),
    }
    Ok(ExitCode::SUCCESS)
}
