//! `spapi listing patch`: changes attributes of a listing.

use super::check::Check;
use super::submitted;
use super::target::{Target, json};
use crate::exit::Failure;
use crate::interrupt::Interrupt;
use crate::output::Format;
use crate::{input, notes, product_type};
use clap::Args;
use spapi_core::text::printable;
use spapi_listings::{Listings, ListingsPatch, Patch, read_patches};
use std::path::{Path, PathBuf};

const HELP: &str = "\
The file has an array of patches, or the whole body of patchListingsItem with productType and patches:
  [{\"op\": \"replace\", \"path\": \"/attributes/item_name\", \"value\": [{\"value\": \"Suitcase\", \"marketplace_id\": \"...\"}]}]

  add, replace  each value takes the place of the one with the same selectors as a whole, or joins the others
  merge         changes the members that the value names; only purchasable_offer and fulfillment_availability
  delete        removes what has the selectors of the value

To change a price or a quantity alone, use `spapi listing price` and `spapi listing quantity`.";

#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct Options {
    /// The file with the patches, or - for stdin.
    #[arg(long, value_name = "FILE")]
    patch: PathBuf,

    /// The product type [default: that of the file, or the one that the listing has].
    #[arg(long, value_name = "TYPE", value_parser = product_type::parse)]
    product_type: Option<String>,

    #[command(flatten)]
    check: Check,

    /// Do not look first whether the seller has the listing. Amazon makes one of the patch if the SKU is new.
    #[arg(long)]
    upsert: bool,

    /// Only ask Amazon what it would say, as `spapi listing preview` does.
    #[arg(long)]
    dry_run: bool,

    /// The format of the output.
    #[arg(short, long, value_enum, default_value_t = Format::Table)]
    format: Format,

    #[command(flatten)]
    target: Target,
}

/// The patches of a file.
pub struct Patches {
    product_type: Option<String>,
    pub patches: Vec<ListingsPatch>,
}

impl Patches {
    /// Reads the file. The product type of the command line replaces the one of the file.
    pub fn read(file: &Path, product_type: Option<String>) -> Result<Self, Failure> {
        let value = json(file)?;
        let of_file = value.get("productType").and_then(|name| name.as_str()).map(product_type::in_capitals);
        let patches = read_patches(&value)
            .map_err(|error| Failure::usage(format!("{}: {}", input::name(file), printable(&error.to_string()))))?;
        Ok(Self { product_type: product_type.or(of_file), patches })
    }

    pub fn patch(self, listings: &Listings, target: &Target) -> Patch {
        let patch = listings.patch(&target.sku, target.marketplace(), self.patches);
        self.product_type.into_iter().fold(patch, Patch::product_type)
    }
}

pub async fn run(options: Options) -> Result<(), Failure> {
    let Options { target, patch, product_type, upsert, dry_run, format, check } = options;
    let patches = Patches::read(&patch, product_type)?;
    check.patches(&target, &patches.patches)?;
    let (connected, listings) = target.connect().await?;
    let patch = patches.patch(&listings, &target);
    let patch = if upsert { patch.upsert() } else { patch };
    let mut interrupt = Interrupt::new();
    if dry_run {
        let preview = interrupt.or(notes::while_waiting(patch.preview())).await?;
        return submitted::preview(format, &preview.map_err(|error| connected.failure(error))?);
    }
    let submission = interrupt.or(notes::while_waiting(patch.into_future())).await?;
    submitted::submission(format, &submission.map_err(|error| connected.failure(error))?)
}
