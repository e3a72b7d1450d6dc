//! `spapi listing preview`: what Amazon would say.

use super::check::Check;
use super::patch::Patches;
use super::put::Attributes;
use super::submitted;
use super::target::Target;
use crate::exit::Failure;
use crate::interrupt::Interrupt;
use crate::output::Format;
use crate::{notes, product_type};
use clap::Args;
use std::path::PathBuf;

const HELP: &str = "\
Examples:
  spapi listing preview A-1 -m DE --product-type LUGGAGE --attributes luggage.json
  spapi listing preview A-1 -m DE --patch patch.json";

#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct Options {
    /// A file with the attributes, as for `spapi listing put`; - for stdin.
    #[arg(long, value_name = "FILE", required_unless_present = "patch")]
    attributes: Option<PathBuf>,

    /// A file with patches, as for `spapi listing patch`; - for stdin.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["attributes", "requirements"])]
    patch: Option<PathBuf>,

    /// The product type, if the file does not have it; for a patch, the listing's own by default.
    #[arg(long, value_name = "TYPE", value_parser = product_type::parse)]
    product_type: Option<String>,

    /// Which part of a listing the attributes are: LISTING, LISTING_PRODUCT_ONLY or LISTING_OFFER_ONLY.
    #[arg(long, value_name = "PART")]
    requirements: Option<String>,

    #[command(flatten)]
    check: Check,

    /// The format of the output.
    #[arg(short, long, value_enum, default_value_t = Format::Table)]
    format: Format,

    #[command(flatten)]
    target: Target,
}

pub async fn run(options: Options) -> Result<(), Failure> {
    let Options { target, attributes, patch, product_type, requirements, format, check } = options;
    let preview = match (&attributes, &patch) {
        (Some(file), _) => {
            let body = Attributes::read(file, product_type, requirements)?;
            check.attributes(&target, &body.attributes)?;
            let (connected, listings) = target.connect().await?;
            let call = body.put(&listings, &target).preview();
            let preview = Interrupt::new().or(notes::while_waiting(call)).await?;
            preview.map_err(|error| connected.failure(error))?
        }
        (None, Some(file)) => {
            let patches = Patches::read(file, product_type)?;
            check.patches(&target, &patches.patches)?;
            let (connected, listings) = target.connect().await?;
            let call = patches.patch(&listings, &target).preview();
            let preview = Interrupt::new().or(notes::while_waiting(call)).await?;
            preview.map_err(|error| connected.failure(error))?
        }
        (None, None) => return Err(Failure::usage("neither --attributes nor --patch is given")),
    };
    submitted::preview(format, &preview)
}
