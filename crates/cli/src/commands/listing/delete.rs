//! `spapi listing delete`: deletes a listing from a marketplace.

use super::submitted;
use super::target::Target;
use super::wait::{COLUMNS, row};
use crate::exit::Failure;
use crate::interrupt::Interrupt;
use crate::notes;
use crate::output::Format;
use crate::output::table::Table;
use clap::Args;
use std::io;

const HELP: &str = "\
Amazon shows the listing for a while longer: `spapi listing wait SKU --deleted` waits until it does not. A SKU that is sold in \
several marketplaces must be deleted in each.";

#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct Options {
    /// Show what would be deleted, and delete nothing.
    #[arg(long)]
    dry_run: bool,

    /// The format of the output.
    #[arg(short, long, value_enum, default_value_t = Format::Table)]
    format: Format,

    #[command(flatten)]
    target: Target,
}

pub async fn run(options: Options) -> Result<(), Failure> {
    let Options { target, dry_run, format } = options;
    let (connected, listings) = target.connect().await?;
    let mut interrupt = Interrupt::new();
    // Amazon accepts the deletion of a SKU that the seller does not have.
    let listing = interrupt.or(notes::while_waiting(listings.get(&target.sku, target.marketplace()))).await?;
    let listing = listing.map_err(|error| connected.failure(error))?;
    if dry_run {
        match format {
            Format::Table => {
                let mut table = Table::new(io::stdout().lock(), COLUMNS);
                table.push(row(&target, Some(&listing)))?;
                table.finish()?;
            }
            format => submitted::json(format, &listing)?,
        }
        notes::note("it would be deleted; nothing was changed");
        return Ok(());
    }
    let delete = listings.delete(&target.sku, target.marketplace()).into_future();
    let submission = interrupt.or(notes::while_waiting(delete)).await?;
    submitted::submission(format, &submission.map_err(|error| connected.failure(error))?)
}
