//! `cargo xtask generate`: from Amazon's models to section crates.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use codegen::escape::terminal;
use codegen::known::Known;
use codegen::load;
use codegen::notifications::Schemas;
use codegen::output::{MARK, Output};
use codegen::{Workspace, own_workspace, refuse_what_is_half_written, workspace};

use crate::models::fetch;
use crate::models::pin::Pin;

/// What to generate, and where.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only these sections, such as `orders` [default: all]
    sections: Vec<String>,
    /// Write nothing; fail if files differ, are missing or are superfluous, or words in models/docs are missing or wrong
    #[arg(long)]
    check: bool,
    /// Read the models from this folder instead of models/upstream
    #[arg(long, value_name = "DIR", requires = "out")]
    models: Option<PathBuf>,
    /// Write a separate workspace to this folder
    #[arg(long, value_name = "DIR", requires = "models")]
    out: Option<PathBuf>,
    /// The folder of spapi-core for that workspace [default: the published crate]
    #[arg(long, value_name = "PATH", requires = "out")]
    core: Option<PathBuf>,
}

/// Generates, or compares with what was generated.
pub fn run(root: &Path, args: &Args) -> Result<()> {
    match (&args.models, &args.out) {
        (Some(models), Some(out)) => into_own_workspace(root, models, out, args),
        _ => into_this_workspace(root, args),
    }
}

fn into_this_workspace(root: &Path, args: &Args) -> Result<()> {
    refuse_what_is_half_written(root)?;
    let models = root.join("models/upstream");
    let pin = Pin::read(&root.join("models"))?;
    fetch::require_complete(&pin, &models)?;
    let loaded = load_and_warn(&models, Some(&root.join("models/patches")))?;
    let schemas = Schemas::read(&models)?;
    let known = Known::read(&root.join("models"))?;
    let Workspace { output, without_words, words, unjudged, notes } =
        workspace(root, loaded.files, &schemas, &known, pin.origin(), &args.sections)?;
    warn(unjudged.iter().chain(&without_words).chain(&notes));
    println!("{words}");
    finish(root, &output, args.check)?;
    if args.check && !without_words.is_empty() {
        bail!(
            "{} things have no words in models/docs, or words that cannot be right: the warnings name them",
            without_words.len()
        );
    }
    Ok(())
}

fn into_own_workspace(root: &Path, models: &Path, out: &Path, args: &Args) -> Result<()> {
    // Our patches belong to the pinned models, and these may be others.
    let loaded = load_and_warn(models, None)?;
    let known = Known::read(&root.join("models"))?;
    let manifest = out.join("Cargo.toml");
    if let Ok(text) = fs::read_to_string(&manifest) {
        if !text.contains(MARK) {
            bail!("{} was not written by this command: choose another folder for --out", manifest.display());
        }
    } else if out.read_dir().is_ok_and(|mut entries| entries.next().is_some()) && !args.check {
        bail!("{} holds other files: choose an empty folder for --out", out.display());
    }
    let core = args.core.as_deref().map(|path| {
        let found = path.canonicalize().with_context(|| format!("--core {} does not exist", path.display()))?;
        match found.join("Cargo.toml").is_file() {
            true => Ok(found),
            false => bail!("--core {} holds no crate", path.display()),
        }
    });
    let made = own_workspace(loaded.files, &known, core.transpose()?.as_deref(), &args.sections)?;
    warn(made.unjudged.iter());
    finish(out, &made.output, args.check)
}

fn load_and_warn(models: &Path, patches: Option<&Path>) -> Result<load::Models> {
    let loaded = load::load_models(models, &models.display().to_string(), patches)?;
    warn(loaded.warnings.iter());
    Ok(loaded)
}

fn warn(lines: impl Iterator<Item = impl std::fmt::Display>) {
    lines.for_each(|line| eprintln!("warning: {}", terminal(&line.to_string())));
}

fn finish(root: &Path, output: &Output, check: bool) -> Result<()> {
    if check {
        let found = output.compare(root)?;
        if found.is_empty() {
            println!("{} generated files are up to date", output.count());
            return Ok(());
        }
        let lines = found.lines(["changed", "missing", "superfluous"]);
        bail!(
            "{} files differ from those that the models give:\n{lines}run `cargo xtask generate` with the same options, but \
             without --check, to write them",
            lines.lines().count()
        );
    }
    fs::create_dir_all(root).with_context(|| format!("{} cannot be created", root.display()))?;
    let found = output.write(root)?;
    print!("{}", found.lines(["changed", "new", "removed"]));
    println!(
        "{} files, {} lines: {} changed, {} new, {} removed",
        output.count(),
        output.lines(),
        found.changed.len(),
        found.missing.len(),
        found.superfluous.len()
    );
    Ok(())
}
