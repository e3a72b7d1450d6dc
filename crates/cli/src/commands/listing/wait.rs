//! `spapi listing wait`: waits until a listing is live, or gone.

use super::list::Status;
use super::submitted;
use super::target::Target;
use crate::exit::{Exit, Failure};
use crate::interrupt::Interrupt;
use crate::output::Format;
use crate::output::table::{Column, Table};
use crate::progress::Progress;
use crate::{notes, time};
use clap::Args;
use spapi_listings::{Listing, ListingStatus, Listings, Wait, WaitEnded, Waited};
use std::io;
use std::time::Duration;

const HELP: &str = "\
The exit code is 0 once the listing is what was asked for, and 1 if it has an error or the time is up.

Examples:
  spapi listing wait A-1 -m DE
  spapi listing wait A-1 -m DE --until discoverable --for 2h
  spapi listing wait A-1 -m DE --deleted";

#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct Options {
    /// What the listing must be.
    #[arg(
        long,
        value_enum,
        value_delimiter = ',',
        value_name = "STATUS,...",
        default_values_t = [Status::Buyable, Status::Discoverable],
        conflicts_with = "deleted"
    )]
    until: Vec<Status>,

    /// Wait until Amazon no longer shows the listing.
    #[arg(long)]
    deleted: bool,

    /// How long to wait at most.
    #[arg(long = "for", value_name = "DURATION", default_value = "30m", value_parser = time::wait, allow_hyphen_values = true)]
    longest: Duration,

    /// The format of the output.
    #[arg(short, long, value_enum, default_value_t = Format::Table)]
    format: Format,

    #[command(flatten)]
    target: Target,
}

pub const COLUMNS: &[Column] =
    &[Column::text("SKU"), Column::text("MARKET"), Column::text("ASIN"), Column::text("STATUS"), Column::text("TITLE")];

/// A listing in one row.
pub fn row(target: &Target, listing: Option<&Listing>) -> Vec<String> {
    let listing = listing.cloned().unwrap_or_default();
    let status: Vec<_> = listing.status.iter().map(ListingStatus::as_str).collect();
    vec![
        target.sku.clone(),
        target.marketplace().country_code().to_owned(),
        listing.asin.unwrap_or_default(),
        status.join(","),
        listing.item_name.unwrap_or_default(),
    ]
}

pub async fn run(options: Options) -> Result<(), Failure> {
    let (connected, listings) = options.target.connect().await?;
    let waited = Interrupt::new().or(waited(options.wait(&listings))).await?;
    let waited = waited.map_err(|error| connected.failure(error))?;
    match options.format {
        Format::Table => {
            let mut table = Table::new(io::stdout().lock(), COLUMNS);
            table.push(row(&options.target, waited.listing.as_ref()))?;
            table.finish()?;
        }
        format => submitted::json(format, &waited)?,
    }
    if let WaitEnded::Failed { issues } = &waited.ended {
        issues.iter().for_each(notes::warn);
    }
    if options.deleted && waited.ended == WaitEnded::Reached && waited.looks == 1 {
        notes::warn(
            "Amazon did not show the listing at the first look: it was gone before, or the SKU, the marketplace or the \
             seller's id is another",
        );
    }
    match waited.ended {
        WaitEnded::Reached => Ok(()),
        ended => Err(Failure::new(Exit::Failed, ended.to_string())
            .with_next(format!("`spapi listing issues {}` shows what is wrong", options.target.words()))),
    }
}

impl Options {
    fn wait(&self, listings: &Listings) -> Wait {
        let wait = listings.wait(&self.target.sku, self.target.marketplace()).deadline(self.longest);
        match self.deleted {
            true => wait.until_deleted(),
            false => wait.until(self.until.iter().copied()),
        }
    }
}

/// Waits, and shows what Amazon shows meanwhile.
async fn waited(mut wait: Wait) -> Result<Waited, spapi_core::Error> {
    let mut progress = Progress::new(false);
    while let Some(look) = wait.try_next().await? {
        let state = match &look.listing {
            None => "Amazon does not show the listing".to_owned(),
            Some(listing) if listing.status.is_empty() => "the listing is not on sale".to_owned(),
            Some(listing) => {
                let status: Vec<_> = listing.status.iter().map(ListingStatus::as_str).collect();
                format!("the listing is {}", status.join(" and "))
            }
        };
        progress.state(&state, &format!("next look in {} s", look.next.as_secs()));
    }
    wait.await
}
