//! The schemas of product types: from a file, or from Amazon.

use crate::connection::Connected;
use crate::definitions::Kept;
use crate::exit::Failure;
use crate::input;
use crate::interrupt::Interrupt;
use crate::notes;
use crate::seller::Seller;
use spapi_core::{Error, Marketplace};
use spapi_listings::template::{Header, Template};
use spapi_listings::{Definitions, Findings, Validator};
use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, OnceLock};

/// The largest file of a schema. Amazon's have about 1 MB.
const LARGEST: u64 = 16 << 20;

/// What a product type asks for.
#[derive(Clone)]
pub struct ProductType {
    pub validator: Validator,
    /// What a table needs. `None` without a marketplace, or for a schema without attributes.
    pub template: Option<Template>,
    header: Arc<OnceLock<Header>>,
}

impl ProductType {
    /// The header of the table with these names. There is one table in a run.
    pub fn header(&self, template: &Template, names: &[String]) -> &Header {
        self.header.get_or_init(|| template.header(names.iter().map(String::as_str)))
    }
}

/// The product types of a run.
pub struct Schemas {
    source: Source,
    /// How many errors, and how many warnings, of a listing are kept.
    pub kept: usize,
}

enum Source {
    /// One for all listings.
    Given(Box<ProductType>),
    /// Those that Amazon has, by name and by the part of a listing. An error is that of each listing of the type.
    OfAmazon(HashMap<Key, Result<ProductType, Error>>),
}

/// The name of a product type, and the part of a listing if it is not the whole.
pub type Key = (String, Option<String>);

impl Schemas {
    /// The schema in a file, for all listings.
    pub fn of_file(file: &Path, marketplace: Option<Marketplace>) -> Result<Self, Failure> {
        of_file(file, marketplace).map(|product_type| Self::of_source(Source::Given(Box::new(product_type))))
    }

    /// Fetches the schemas of these product types. Amazon may refuse some, and the listings of the others are checked.
    pub async fn fetch(
        keys: impl IntoIterator<Item = Key>,
        kept: &Kept,
        seller: &Seller,
        connected: &Connected,
    ) -> Result<Self, Failure> {
        let definitions = kept.definitions(connected, seller.seller.as_deref());
        let mut found = HashMap::new();
        for key in keys {
            if found.contains_key(&key) {
                continue;
            }
            let fetching = of_amazon(&definitions, &key, seller.marketplace);
            let fetched = Interrupt::new().or(notes::while_waiting(fetching)).await?;
            match fetched {
                Err(error) if error.is_auth() || error.is_connect() || error.is_config() => {
                    return Err(connected.failure(error));
                }
                fetched => drop(found.insert(key, fetched)),
            }
        }
        Ok(Self::of_source(Source::OfAmazon(found)))
    }

    fn of_source(source: Source) -> Self {
        Self { source, kept: Findings::MOST }
    }

    /// Keeps up to that many errors and as many warnings of a listing.
    pub fn keep(mut self, most: usize) -> Self {
        let keep = |product_type: &mut ProductType| product_type.validator = product_type.validator.clone().keep(most);
        match &mut self.source {
            Source::Given(product_type) => keep(product_type),
            Source::OfAmazon(found) => found.values_mut().flatten().for_each(keep),
        }
        Self { kept: most, ..self }
    }

    /// What the product type of a listing asks for.
    pub fn of(&self, key: &Key) -> Result<&ProductType, Error> {
        let unknown = || {
            let message = match key.0.as_str() {
                "" => "the listing names no product type: give it by --product-type, or in the file".to_owned(),
                name => format!("the product type {} is not known", spapi_core::text::printable(name).up_to(80)),
            };
            Error::new(spapi_core::ErrorKind::Input, message)
        };
        match &self.source {
            Source::Given(product_type) => Ok(product_type),
            Source::OfAmazon(found) => found.get(key).ok_or_else(unknown)?.as_ref().map_err(Error::clone),
        }
    }
}

/// Compiles the schema in a file.
pub fn of_file(file: &Path, marketplace: Option<Marketplace>) -> Result<ProductType, Failure> {
    let name = input::name(file);
    let bytes = input::read(file, LARGEST)
        .map_err(|error| Failure::usage(format!("--schema {name} cannot be read: {error}")))?
        .ok_or_else(|| Failure::usage(format!("--schema {name} is larger than {} MiB", LARGEST >> 20)))?;
    let text = std::str::from_utf8(&bytes).map_err(|_| Failure::usage(format!("--schema {name} is not in UTF-8")))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let made = Validator::compile(text).and_then(|validator| product_type(validator, marketplace));
    if made.as_ref().is_ok_and(|made| !has_attributes(&made.validator)) {
        notes::note(format!(
            "--schema {name} has no attributes, so that next to nothing is checked: is it the schema of a product type?"
        ));
    }
    made.map_err(|error| {
        let next = "give the schema of a product type; `spapi listing schema PRODUCT_TYPE -m CODE -o FILE` writes one";
        Failure::usage(format!("--schema {name}: {error}")).with_next(next)
    })
}

/// What Amazon's definition of a product type asks for.
pub async fn of_amazon(definitions: &Definitions, key: &Key, marketplace: Marketplace) -> Result<ProductType, Error> {
    let (name, requirements) = key;
    let request = definitions.get(name, marketplace);
    let definition = requirements.iter().fold(request, |request, part| request.requirements(part.as_str())).await?;
    product_type(definition.validator()?, Some(marketplace))
}

/// What a compiled schema asks for in a marketplace.
fn product_type(validator: Validator, marketplace: Option<Marketplace>) -> Result<ProductType, Error> {
    let Some(marketplace) = marketplace else { return Ok(made(validator, None)) };
    let template = has_attributes(&validator).then(|| Template::new(validator.schema(), marketplace)).transpose()?;
    Ok(made(validator.for_marketplace(marketplace), template))
}

fn has_attributes(validator: &Validator) -> bool {
    validator.schema()["properties"].as_object().is_some_and(|attributes| !attributes.is_empty())
}

fn made(validator: Validator, template: Option<Template>) -> ProductType {
    ProductType { validator, template, header: Arc::default() }
}
