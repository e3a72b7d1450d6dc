//! `cargo xtask docs`: documentation of the section crates that also quotes Amazon's descriptions. They are Amazon's, so
//! that nothing of it may be committed or published: all of it is in one folder, which tells git to ignore it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use codegen::known::Known;
use codegen::{load, own_workspace};

use crate::models::fetch;
use crate::models::pin::Pin;
use crate::workspace::cargo;

/// What to document.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only these sections, such as `orders` [default: all]
    sections: Vec<String>,
    /// Read the models from this folder instead of models/upstream
    #[arg(long, value_name = "DIR")]
    models: Option<PathBuf>,
    /// Show the documentation in a browser
    #[arg(long)]
    open: bool,
}

/// Writes crates with quotations to the target folder, and builds their documentation.
pub fn run(root: &Path, args: &Args) -> Result<()> {
    let folder = folder(root);
    hide_from_git(&folder)?;
    let sources = folder.join("sources");
    write_sources(root, &sources, args)?;
    let mut command = cargo(&sources);
    command.args(["doc", "--no-deps", "--target-dir"]).arg(folder.join("build"));
    // Amazon's descriptions have links and addresses that rustdoc warns of.
    command.env("RUSTDOCFLAGS", "--cap-lints allow");
    if args.sections.is_empty() {
        command.args(["--workspace", "--exclude", "spapi-metadata"]);
    }
    for section in &args.sections {
        command.arg("--package").arg(format!("spapi-{section}"));
    }
    if args.open {
        command.arg("--open");
    }
    if !command.status().context("cargo cannot be started")?.success() {
        bail!("cargo doc failed; the crates are in {}", sources.display());
    }
    println!("the documentation is in {}; do not publish it", folder.join("build/doc").display());
    Ok(())
}

/// The folder that holds everything.
fn folder(root: &Path) -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| PathBuf::from("target"), PathBuf::from);
    root.join(target).join("amazon-docs")
}

/// Makes the folder, and has git ignore it whatever the checkout around it ignores.
fn hide_from_git(folder: &Path) -> Result<()> {
    let cannot = || format!("{} cannot be written", folder.display());
    fs::create_dir_all(folder).with_context(cannot)?;
    fs::write(folder.join(".gitignore"), "*\n").with_context(cannot)
}

/// Writes the section crates with quotations, in place of those of an earlier run.
fn write_sources(root: &Path, sources: &Path, args: &Args) -> Result<()> {
    let (models, patches) = match &args.models {
        Some(models) => (models.clone(), None),
        None => {
            let models = root.join("models/upstream");
            fetch::require_complete(&Pin::read(&root.join("models"))?, &models)?;
            (models, Some(root.join("models/patches")))
        }
    };
    let loaded = load::load_models(&models, &models.display().to_string(), patches.as_deref())?;
    let known = Known::read(&root.join("models"))?;
    let known = Known { words: known.words.with_quotations(), ..known };
    let core = root.join("crates/core").canonicalize().context("crates/core cannot be opened")?;
    // All sections, because the workspace's manifest names them all.
    let made = own_workspace(loaded.files, &known, Some(&core), &[])?;
    fs::create_dir_all(sources).with_context(|| format!("{} cannot be written", sources.display()))?;
    made.output.write(sources)?;
    fs::copy(root.join("Cargo.lock"), sources.join("Cargo.lock")).context("Cargo.lock cannot be copied")?;
    Ok(())
}
