//! `cargo xtask models`: Amazon's model files, which are fetched and never committed.

mod archive;
mod check;
mod diff;
mod download;
pub mod fetch;
pub mod pin;
mod source;
mod update;

use std::path::PathBuf;

use anyhow::Result;
use clap::Subcommand;

use crate::workspace;

/// A command on the models.
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
    /// The folder that holds upstream.toml and gets upstream/ [default: models/ of this checkout]
    #[arg(long, value_name = "DIR", global = true)]
    folder: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Command {
    /// Fetch the pinned models to models/upstream
    Fetch(fetch::Args),
    /// Validate models, as `generate` does first
    Check(check::Args),
    /// Compare two sets of models: what changed, and what it means for the crates
    Diff(diff::Args),
    /// Update the project to other models: pin, crates, versions, changelogs
    Update(update::Args),
    /// Write models/upstream.toml from an archive or a folder
    Pin(pin::Args),
}

/// Runs the command.
pub fn run(args: &Args) -> Result<()> {
    let folder = args.folder.clone().unwrap_or_else(|| workspace::root().join("models"));
    match &args.command {
        Command::Fetch(args) => fetch::run(args, &folder),
        Command::Check(args) => check::run(args, &folder),
        Command::Diff(args) => diff::run(args, &folder),
        Command::Update(args) => update::run(args, &folder),
        Command::Pin(args) => pin::run(args, &folder),
    }
}
