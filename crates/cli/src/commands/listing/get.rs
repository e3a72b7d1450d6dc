//! `spapi listing get`: a listing as Amazon has it.

use super::list::{COLUMNS, row};
use super::submitted;
use super::target::Target;
use crate::exit::Failure;
use crate::notes;
use crate::number::noun;
use crate::output::Format;
use crate::output::table::Table;
use clap::Args;
use std::io;

const HELP: &str = "\
The table has what buyers see. JSON has the attributes too, which `spapi listing validate --mode update --current` reads.

Examples:
  spapi listing get A-1 -m DE
  spapi listing get A-1 -m DE --format json > stored.json";

#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct Options {
    /// The format of the listing.
    #[arg(short, long, value_enum, default_value_t = Format::Table)]
    format: Format,

    #[command(flatten)]
    target: Target,
}

pub async fn run(options: Options) -> Result<(), Failure> {
    let Options { target, format } = options;
    let listing = target.listing().await?;
    if format != Format::Table {
        return submitted::json(format, &listing);
    }
    let mut table = Table::new(io::stdout().lock(), COLUMNS);
    table.push(row(&listing))?;
    table.finish()?;
    let attributes = listing.attributes.len() as u64;
    notes::note(format!("{attributes} {} in --format json", noun(attributes, "attribute")));
    if !listing.issues.is_empty() {
        notes::note(format!("`spapi listing issues {}` shows the issues", target.words()));
    }
    Ok(())
}
