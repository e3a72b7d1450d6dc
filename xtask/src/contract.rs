//! `cargo xtask contract`: tests the section crates against recordings of real traffic.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};

use crate::workspace::cargo;
use codegen::files;

/// The recordings to test against.
#[derive(clap::Args)]
pub struct Args {
    /// Folder of recordings, as a `Recorder` of spapi-record writes them, or of such folders
    #[arg(long, value_name = "DIR")]
    recordings: PathBuf,
}

/// Runs the contract tests with the recordings; they print what drifted, by operation.
///
/// # Errors
/// When there are no recordings, or cargo cannot be started. When tests fail, the exit code is cargo's.
pub fn run(root: &Path, args: &Args) -> Result<ExitCode> {
    let folder = args.recordings.canonicalize();
    let folder = folder.with_context(|| format!("there is no folder {}", args.recordings.display()))?;
    // The tests say the same, but only after a build.
    if !files::files_below(&folder)?.iter().any(|name| name.ends_with(".json")) {
        bail!(
            "there are no recordings in {}: no file ends with .json; make some with a Recorder of spapi-record",
            folder.display()
        );
    }
    let mut command = cargo(root);
    command.args(["test", "--package", "spapi-tests", "--test", "contract"]).env("SPAPI_RECORDINGS", folder);
    let status = command.status().context("cargo cannot be started")?;
    Ok(status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from))
}
