//! `spapi listing put`: creates a listing, or replaces its product facts.

use super::check::Check;
use super::read::say_placeholders;
use super::submitted;
use super::target::{Target, json};
use crate::exit::Failure;
use crate::interrupt::Interrupt;
use crate::output::Format;
use crate::{input, notes, product_type};
use clap::Args;
use serde_json::Value;
use spapi_listings::template::remove_placeholders;
use spapi_listings::{Listings, Put};
use std::path::{Path, PathBuf};

const HELP: &str = "\
The file has an object with an array for each attribute, or the whole body of putListingsItem with productType, requirements \
and attributes.

Amazon keeps the price, the stock and the other terms of sale that the attributes leave out. Other attributes that are left \
out are lost: `spapi listing patch` changes some and leaves the others.

ACCEPTED means that Amazon carries it out later. `spapi listing wait` waits until the listing is live.

Example:
  spapi listing put A-1 -m DE --product-type LUGGAGE --attributes luggage.json";

#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct Options {
    /// The file with the attributes, or - for stdin.
    #[arg(long, value_name = "FILE")]
    attributes: PathBuf,

    /// The product type, such as LUGGAGE, if the file does not have it.
    #[arg(long, value_name = "TYPE", value_parser = product_type::parse)]
    product_type: Option<String>,

    /// Which part of a listing the attributes are: LISTING, LISTING_PRODUCT_ONLY or LISTING_OFFER_ONLY.
    #[arg(long, value_name = "PART")]
    requirements: Option<String>,

    #[command(flatten)]
    check: Check,

    /// Only ask Amazon what it would say, as `spapi listing preview` does.
    #[arg(long)]
    dry_run: bool,

    /// The format of the output.
    #[arg(short, long, value_enum, default_value_t = Format::Table)]
    format: Format,

    #[command(flatten)]
    target: Target,
}

/// What is put.
pub struct Attributes {
    product_type: String,
    requirements: Option<String>,
    pub attributes: Value,
}

impl Attributes {
    /// Reads the file. What the command line gives replaces what the file has.
    pub fn read(file: &Path, product_type: Option<String>, requirements: Option<String>) -> Result<Self, Failure> {
        let mut value = json(file)?;
        let name = input::name(file);
        let text = |value: &Value, member: &str| match value.get(member) {
            Some(Value::String(text)) => Ok(Some(text.clone())),
            None | Some(Value::Null) => Ok(None),
            Some(_) => Err(Failure::usage(format!("{name}: /{member} is not a text"))),
        };
        // No attribute is an object, so an object with this name is the body of the operation.
        let is_body = value.get("attributes").is_some_and(Value::is_object);
        let (of_file, part) = match is_body {
            true => (text(&value, "productType")?, text(&value, "requirements")?),
            false => (None, None),
        };
        let mut attributes = match value.get_mut("attributes") {
            Some(attributes) if is_body => attributes.take(),
            _ => value,
        };
        say_placeholders(remove_placeholders(&mut attributes));
        let product_type = product_type.or(of_file.as_deref().map(product_type::in_capitals)).ok_or_else(|| {
            Failure::usage(format!("the product type is missing: {name} has none"))
                .with_next("give it, such as --product-type LUGGAGE")
        })?;
        Ok(Self { product_type, requirements: requirements.or(part), attributes })
    }

    pub fn put(self, listings: &Listings, target: &Target) -> Put {
        let put = listings.put(&target.sku, target.marketplace(), self.product_type, self.attributes);
        self.requirements.into_iter().fold(put, Put::requirements)
    }
}

pub async fn run(options: Options) -> Result<(), Failure> {
    let Options { target, attributes, product_type, requirements, dry_run, format, check } = options;
    let body = Attributes::read(&attributes, product_type, requirements)?;
    check.attributes(&target, &body.attributes)?;
    let (connected, listings) = target.connect().await?;
    let put = body.put(&listings, &target);
    let mut interrupt = Interrupt::new();
    if dry_run {
        let preview = interrupt.or(notes::while_waiting(put.preview())).await?;
        return submitted::preview(format, &preview.map_err(|error| connected.failure(error))?);
    }
    let submission = interrupt.or(notes::while_waiting(put.into_future())).await?;
    submitted::submission(format, &submission.map_err(|error| connected.failure(error))?)
}
