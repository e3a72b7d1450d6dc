//! `spapi listing schema`: which attributes a product type has, and what they take.

use crate::definitions::Kept;
use crate::exit::Failure;
use crate::interrupt::Interrupt;
use crate::output::file::{self, Rules};
use crate::output::table::{Column, NOTHING, shortened};
use crate::output::{self, Format};
use crate::seller::Seller;
use crate::{notes, product_type};
use clap::builder::NonEmptyStringValueParser;
use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use spapi_core::text::printable;
use spapi_listings::Definition;
use spapi_listings::definition::{ParentageLevel, Requirements};
use spapi_listings::template::{self, Need, Template};
use std::io::Write;
use std::path::PathBuf;

const HELP: &str = "\
A row is one value of an attribute. Without --all there are those that are required, always or under a condition, and the \
basics of an offer. `spapi catalog search --types WORDS` finds product types.";

#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct Options {
    /// The name of the product type, such as LUGGAGE.
    #[arg(value_name = "PRODUCT_TYPE", value_parser = product_type::parse)]
    product_type: String,

    /// What the listing has: the product and an offer, the product alone, or an offer on a product that Amazon has.
    #[arg(long, value_enum, value_name = "WHAT", default_value_t = What::Listing)]
    requirements: What,

    /// The place in a family of variations [default: any].
    #[arg(long, value_enum, value_name = "PLACE")]
    parentage: Option<Parentage>,

    /// The language of the labels, such as en_US [default: the marketplace's].
    #[arg(long, value_name = "LOCALE", value_parser = NonEmptyStringValueParser::new())]
    locale: Option<String>,

    /// The version: LATEST, RELEASE_CANDIDATE, or one that an answer has named.
    #[arg(long, value_name = "VERSION", default_value = "LATEST", value_parser = NonEmptyStringValueParser::new())]
    version: String,

    /// All attributes, and not only those that a listing needs.
    #[arg(short, long)]
    all: bool,

    /// Write the schema as Amazon has it to this file, instead of the table.
    #[arg(short, long, value_name = "FILE", conflicts_with_all = ["format", "all"])]
    output: Option<PathBuf>,

    /// Replace the file if it exists.
    #[arg(long, requires = "output")]
    overwrite: bool,

    /// Ask Amazon for the definition, also if a recent one is kept.
    #[arg(long)]
    refresh: bool,

    /// The format of the attributes.
    #[arg(short, long, value_enum, default_value_t = Format::Table)]
    format: Format,

    #[command(flatten)]
    kept: Kept,

    #[command(flatten)]
    seller: Seller,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum What {
    Listing,
    ProductOnly,
    OfferOnly,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Parentage {
    None,
    Child,
    Parent,
}

pub async fn run(options: Options) -> Result<(), Failure> {
    let rules = Rules { overwrites: options.overwrite, is_private: false };
    // A file that cannot be written is found before the call.
    let target = options.output.as_deref().map(|path| file::open(Some(path), rules)).transpose()?;
    let definition = options.definition().await?;
    say(&definition);
    if let Some((mut writer, place)) = target {
        writer.write_all(definition.schema().as_bytes())?;
        writer.flush()?;
        return place.finish();
    }
    let template = Template::new(&definition.schema_json()?, options.seller.marketplace)?;
    let template = if options.all { template.all() } else { template };
    let mut columns = template.columns();
    columns.retain_mut(is_first);
    Ok(output::list(options.format, COLUMNS, columns.iter(), |column| row(column), |column| json_of(column))?)
}

impl Options {
    async fn definition(&self) -> Result<Definition, Failure> {
        let connected = self.seller.connect().await?;
        let definitions = self.kept.definitions(&connected, self.seller.seller.as_deref());
        if self.refresh {
            definitions.invalidate(&self.product_type).await;
        }
        let mut request = definitions
            .get(&self.product_type, self.seller.marketplace)
            .requirements(match self.requirements {
                What::Listing => Requirements::Listing,
                What::ProductOnly => Requirements::ListingProductOnly,
                What::OfferOnly => Requirements::ListingOfferOnly,
            })
            .version(&self.version);
        if let Some(place) = self.parentage {
            request = request.parentage_level(match place {
                Parentage::None => ParentageLevel::None,
                Parentage::Child => ParentageLevel::Child,
                Parentage::Parent => ParentageLevel::Parent,
            });
        }
        if let Some(locale) = &self.locale {
            request = request.locale(locale.as_str());
        }
        let found = Interrupt::new().or(notes::while_waiting(request.into_future())).await?;
        found.map_err(|error| {
            let is_unknown = error.is_not_found() || error.is_bad_request();
            let failure = connected.failure(error);
            match is_unknown {
                true => failure.and_next(format!(
                    "find the name of the product type: spapi catalog search --types WORDS{}",
                    self.seller.words()
                )),
                false => failure,
            }
        })
    }
}

/// Whether it is not the column of a further instance, which takes the same as the first. The first loses its number.
fn is_first(column: &mut template::Column) -> bool {
    let parts: Vec<_> = column.name.split('.').collect();
    let number = parts.get(1).and_then(|part| part.parse::<usize>().ok());
    if number == Some(1) {
        let end = column.label.strip_suffix(" 1").map(str::len);
        column.label.truncate(end.unwrap_or(column.label.len()));
        column.name = parts
            .iter()
            .enumerate()
            .filter(|(place, _)| *place != 1)
            .map(|(_, part)| *part)
            .collect::<Vec<_>>()
            .join(".");
    }
    number.is_none_or(|number| number == 1)
}

/// Says which definition it is, and what is unusual about it.
fn say(definition: &Definition) {
    let shown = |text: &str| printable(text).up_to(100).to_string();
    let [name, label, version, locale] =
        [&definition.product_type, &definition.display_name, &definition.version, &definition.locale]
            .map(|text| shown(text));
    notes::note(format!("{name} ({label}), version {version}, in {locale}"));
    if definition.is_outdated {
        notes::warn("Amazon cannot be asked for the current definition, and this one was kept from before");
    }
    if definition.is_latest == Some(false) && definition.is_release_candidate != Some(true) {
        notes::warn("it is not the latest version: Amazon checks listings by the latest");
    }
    if definition.is_release_candidate == Some(true) {
        notes::note("it is a release candidate: Amazon does not check listings by it yet");
    }
    if definition.seller_id.is_none() {
        notes::note("without the seller's id the schema allows no offer to businesses: give it by --seller");
    }
    if let Err(error) = definition.validator() {
        notes::warn(format!("listings cannot be checked by this schema: {error}"));
    }
}

const COLUMNS: &[Column] = &[
    Column::text("ATTRIBUTE"),
    Column::text("LABEL"),
    Column::text("REQUIRED"),
    Column::number("CHOICES"),
    Column::text("TAKES"),
    Column::text("CONDITION"),
];

/// The widest label and condition, in columns of the screen.
const WIDEST: usize = 60;

fn row(column: &template::Column) -> Vec<String> {
    let (need, condition) = match &column.need {
        Need::Required => ("yes", String::new()),
        Need::Conditional(conditions) => ("if", conditions.join("; or ")),
        Need::IfUsed => ("if used", String::new()),
        _ => (NOTHING, String::new()),
    };
    let choices = match (column.choices.len(), column.is_open) {
        (0, _) => String::new(),
        (count, false) => count.to_string(),
        (count, true) => format!("{count}+"),
    };
    vec![
        column.name.clone(),
        shortened(&column.label, WIDEST).into_owned(),
        need.to_owned(),
        choices,
        column.takes(),
        shortened(&condition, WIDEST * 2).into_owned(),
    ]
}

fn json_of(column: &template::Column) -> Value {
    let (need, conditions) = match &column.need {
        Need::Required => ("REQUIRED", &[][..]),
        Need::Conditional(conditions) => ("CONDITIONAL", conditions.as_slice()),
        Need::IfUsed => ("IF_USED", &[][..]),
        _ => ("OPTIONAL", &[][..]),
    };
    let choices = column.choices.iter().map(|choice| json!({ "value": choice.value, "label": choice.label }));
    json!({
        "name": column.name,
        "attribute": column.attribute,
        "label": column.label,
        "need": need,
        "conditions": conditions,
        "takes": column.takes(),
        "choices": choices.collect::<Value>(),
        "takesOtherValues": column.is_open || column.choices.is_empty(),
        "default": column.default,
        "example": column.example,
    })
}
