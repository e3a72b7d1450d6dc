//! `spapi listing issues`: what is wrong with a listing.

use super::submitted;
use super::target::Target;
use crate::exit::Failure;
use crate::notes;
use crate::output::Format;
use clap::Args;

#[derive(Debug, Args)]
pub struct Options {
    /// The format of the issues.
    #[arg(short, long, value_enum, default_value_t = Format::Table)]
    format: Format,

    #[command(flatten)]
    target: Target,
}

pub async fn run(options: Options) -> Result<(), Failure> {
    let Options { target, format } = options;
    let listing = target.listing().await?;
    submitted::issues(format, &listing.issues)?;
    if listing.issues.is_empty() {
        notes::note("Amazon has no issue with the listing");
    }
    Ok(())
}
