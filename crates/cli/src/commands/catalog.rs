//! `spapi catalog`: the items of Amazon's catalog, and the first step to a listing.

use crate::exit::Failure;
use crate::interrupt::Interrupt;
use crate::number::noun;
use crate::output::table::{Column, NOTHING, shortened};
use crate::output::{self, Format};
use crate::permission;
use crate::seller::Seller;
use crate::shell::word;
use crate::{notes, number};
use clap::builder::{NonEmptyStringValueParser, PossibleValuesParser};
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use spapi_core::text::printable;
use spapi_listings::Discovery;
use spapi_listings::discover::{CatalogItem, Condition, Found, Identifier, IdentifierKind, ProductType, Query};

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Find items by their identifiers or by words, and whether the seller may list them. If Amazon has none, find the product
    /// types for a new one.
    Search(SearchOptions),
}

const HELP: &str = "\
A text is an identifier if it has the form of one: 8, 12, 13 or 14 digits (EAN, UPC, JAN, ISBN, GTIN), an ISBN of ten, or an \
ASIN. Its check digit is checked before anything is sent. All other texts are words:
  spapi catalog search 4901234567894 -m JP --title \"suitcase with four wheels\"
  spapi catalog search suitcase four wheels -m JP";

#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct SearchOptions {
    /// Identifiers, or words to search for.
    #[arg(required = true, value_name = "TEXT", value_parser = NonEmptyStringValueParser::new())]
    texts: Vec<String>,

    /// The kind of the identifiers, if their form does not say it, as with a SKU.
    #[arg(short, long, value_name = "KIND", value_parser = kinds(), ignore_case = true)]
    kind: Option<String>,

    /// Search for the texts as words, also if they have the form of an identifier.
    #[arg(short, long, conflicts_with = "kind")]
    words: bool,

    /// List the product types for a new item that the texts describe, instead of items.
    #[arg(short, long, conflicts_with_all = ["kind", "title", "condition", "limit"])]
    types: bool,

    /// The title of the product, by which product types are found if Amazon does not have it.
    #[arg(long, value_name = "TITLE", value_parser = NonEmptyStringValueParser::new())]
    title: Option<String>,

    /// The condition in which it is to be listed, such as new or used-good [default: any].
    #[arg(long, value_name = "CONDITION", value_parser = permission::condition)]
    condition: Option<Condition>,

    /// The language of titles and of names of product types, such as en_US [default: the marketplace's].
    #[arg(long, value_name = "LOCALE", value_parser = NonEmptyStringValueParser::new())]
    locale: Option<String>,

    /// Do not ask whether the seller may list the items, which is a call for each.
    #[arg(long)]
    no_restrictions: bool,

    /// Stop after this number of items that words have found.
    #[arg(
        short = 'n',
        long,
        value_name = "NUMBER",
        default_value = "10",
        allow_negative_numbers = true,
        value_parser = number::whole(1..=1000),
    )]
    limit: u64,

    /// The format of the items.
    #[arg(short, long, value_enum, default_value_t = Format::Table)]
    format: Format,

    #[command(flatten)]
    seller: Seller,
}

fn kinds() -> PossibleValuesParser {
    PossibleValuesParser::new(IdentifierKind::VALUES)
}

pub async fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Search(options) => search(options).await,
    }
}

async fn search(options: SearchOptions) -> Result<(), Failure> {
    let query = options.query()?;
    let connected = options.seller.connect().await?;
    let discovery = options.discovery(&connected.client);
    let mut interrupt = Interrupt::new();
    if options.types {
        let types = interrupt.or(notes::while_waiting(discovery.product_types(&options.texts.join(" ")))).await?;
        let types = types.map_err(|error| connected.failure(error))?;
        list_types(options.format, &types)?;
        options.suggest_type(&types);
        return Ok(());
    }
    let found = interrupt.or(notes::while_waiting(discovery.find(query))).await?;
    let found = found.map_err(|error| connected.failure(error))?;
    if found.items.is_empty() && !found.product_types.is_empty() {
        list_types(options.format, &found.product_types)?;
    } else {
        output::list(options.format, COLUMNS, found.items.iter(), |item| row(item), |item| json_of(item))?;
    }
    options.say(&found);
    Ok(())
}

impl SearchOptions {
    /// What is searched for. Several texts are several identifiers, or one text in pieces.
    fn query(&self) -> Result<Query, Failure> {
        let text = self.texts.join(" ");
        if self.words || self.types {
            return Ok(Query::Words(text));
        }
        if let Some(kind) = &self.kind {
            let identifiers = self.texts.iter().map(|text| Identifier::new(kind.to_ascii_uppercase(), text));
            return Ok(Query::Identifiers(identifiers.collect::<Result<_, _>>()?));
        }
        let as_words = |failure: Failure| failure.and_next("to search for it as words, add --words");
        let detect = |text: &str| Identifier::detect(text).map_err(|error| as_words(error.into()));
        if let [_] = self.texts.as_slice() {
            return Query::of(&text).map_err(|error| as_words(error.into()));
        }
        let each: Vec<_> = self.texts.iter().map(|text| detect(text)).collect::<Result<_, _>>()?;
        let identifiers: Vec<_> = each.iter().flatten().cloned().collect();
        match identifiers.len() {
            0 => Ok(match detect(&text)? {
                Some(in_pieces) => Query::Identifiers(vec![in_pieces]),
                None => Query::Words(text),
            }),
            all if all == self.texts.len() => Ok(Query::Identifiers(identifiers)),
            _ => {
                let [first, ..] = identifiers.as_slice() else { return Ok(Query::Words(text)) };
                Err(Failure::usage(format!("some of the texts are identifiers, such as {first}, and others are words"))
                    .with_next("search for one or the other; --words takes all of them as words"))
            }
        }
    }

    fn discovery(&self, client: &spapi_core::Client) -> Discovery {
        let discovery = Discovery::new(client, self.seller.marketplace);
        let discovery = discovery.limit(usize::try_from(self.limit).unwrap_or(usize::MAX));
        let discovery = self.seller.seller.iter().fold(discovery, Discovery::seller_id);
        let discovery = self.locale.iter().fold(discovery, Discovery::locale);
        let discovery = self.title.iter().fold(discovery, Discovery::title);
        let discovery = self.condition.iter().cloned().fold(discovery, Discovery::condition);
        if self.no_restrictions { discovery.without_restrictions() } else { discovery }
    }

    /// Says what the table does not show, and the next step.
    fn say(&self, found: &Found) {
        if !found.missing.is_empty() {
            let missing: Vec<_> = found.missing.iter().map(ToString::to_string).collect();
            notes::note(format!("no item of {} has {}", self.seller.marketplace.country_code(), missing.join(", ")));
        }
        let shown = found.items.len();
        if let Some(more) = found.total.filter(|total| usize::try_from(*total).is_ok_and(|total| total > shown)) {
            notes::note(format!(
                "these are {shown} of {more} items: --limit shows more, and further words narrow them down"
            ));
        }
        let unknown: Vec<_> = found.items.iter().filter_map(|item| item.eligibility.as_ref()?.as_ref().err()).collect();
        if let Some(error) = unknown.first() {
            let count = unknown.len();
            let items = noun(count as u64, "item");
            notes::warn(format!("Amazon does not say of {count} {items} whether the seller may list them: {error}"));
        }
        let can_be_offered = |item: &&CatalogItem| !item.is_variation_parent;
        let is_asked = found.items.iter().filter(can_be_offered).all(|item| item.eligibility.is_some());
        if !is_asked && !self.no_restrictions {
            notes::note("whether the seller may list them is not known without the seller's id: give it by --seller");
        }
        let words = self.seller.words();
        if let Some(item) = found.items.iter().find(can_be_offered) {
            let product_type = item.product_type.as_deref().unwrap_or("PRODUCT");
            notes::note(format!(
                "what an offer needs: spapi listing schema {} --requirements offer-only{words}",
                word(product_type)
            ));
        } else if found.items.is_empty() && found.product_types.is_empty() {
            notes::note(
                "no item was found; --title TITLE, or --types with words, finds the product types for a new one",
            );
        } else {
            self.suggest_type(&found.product_types);
        }
    }

    fn suggest_type(&self, types: &[ProductType]) {
        match types.first() {
            Some(first) => notes::note(format!(
                "what a new item needs: spapi listing schema {}{}",
                word(&first.name),
                self.seller.words()
            )),
            None => notes::note("no product type was found; other words may find one"),
        }
    }
}

const COLUMNS: &[Column] = &[
    Column::text("ASIN"),
    Column::text("MAY LIST"),
    Column::text("PRODUCT TYPE"),
    Column::text("BRAND"),
    Column::text("TITLE"),
];

/// The widest title, in columns of the screen.
const WIDEST: usize = 60;

fn row(item: &CatalogItem) -> Vec<String> {
    let permission = match item.permission() {
        _ if item.is_variation_parent => "no, has variations",
        Some(permission) => permission::word(permission),
        None => NOTHING,
    };
    vec![
        item.asin.clone(),
        permission.to_owned(),
        item.product_type.clone().unwrap_or_default(),
        item.brand.clone().unwrap_or_default(),
        shortened(item.title.as_deref().unwrap_or_default(), WIDEST).into_owned(),
    ]
}

fn json_of(item: &CatalogItem) -> Value {
    let identifiers = item.identifiers.iter().map(|(kind, value)| json!({ "type": kind, "value": value }));
    let eligibility = item.eligibility.as_ref().map(|eligibility| match eligibility {
        Ok(eligibility) => permission::json(eligibility),
        Err(error) => json!({ "error": printable(&error.to_string()).to_string() }),
    });
    json!({
        "asin": item.asin,
        "title": item.title,
        "brand": item.brand,
        "productType": item.product_type,
        "isVariationParent": item.is_variation_parent,
        "identifiers": identifiers.collect::<Value>(),
        "marketplaceId": item.marketplace_id,
        "eligibility": eligibility,
    })
}

const TYPE_COLUMNS: &[Column] = &[Column::text("PRODUCT TYPE"), Column::text("NAME")];

fn list_types(format: Format, types: &[ProductType]) -> Result<(), Failure> {
    let row = |one: &&ProductType| vec![one.name.clone(), one.display_name.clone()];
    let json = |one: &&ProductType| json!({ "productType": one.name, "displayName": one.display_name });
    Ok(output::list(format, TYPE_COLUMNS, types.iter(), row, json)?)
}
