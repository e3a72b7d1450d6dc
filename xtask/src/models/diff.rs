//! `models diff OLD NEW`: what changed in Amazon's models, and what it means for callers of the crates.

use std::path::Path;

use anyhow::{Context, Result};
use clap::ValueEnum;
use codegen::diff::{Side, compare};
use codegen::known::Known;

use super::source::{Network, Tree};

/// The sides to compare, and the form of the change report.
#[derive(clap::Args)]
pub struct Args {
    /// A folder, an archive (.tar.gz) or a commit
    #[arg(value_name = "OLD")]
    old: String,
    /// A folder, an archive (.tar.gz) or a commit
    #[arg(value_name = "NEW")]
    new: String,
    /// A change report for people, or all changes as data
    #[arg(long, value_enum, default_value_t = Format::Md)]
    format: Format,
    /// List retirements near this day, as YYYY-MM-DD [default: today]
    #[arg(long, value_name = "DATE")]
    today: Option<String>,
    #[command(flatten)]
    network: Network,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Md,
    Json,
}

/// Prints the change report of two sides.
pub fn run(args: &Args, folder: &Path) -> Result<()> {
    let side = |place: &str| -> Result<Side> {
        let tree = Tree::of(place, folder, &args.network).with_context(|| format!("cannot use {place}"))?;
        eprintln!("generating {} in memory", tree.title());
        tree.side(folder)
    };
    let mut report = compare(&side(&args.old)?, &side(&args.new)?)?;
    report.retirements = Known::read(folder)?.retirements.near(args.today.as_deref())?;
    match args.format {
        Format::Md => print!("{}", report.to_markdown()),
        Format::Json => print!("{}", report.to_json()?),
    }
    Ok(())
}
