//! `spapi listing validate`: checks listings in a file against the schema of their product type.

use super::read::{self, Content, content, say_placeholders};
use super::rows::{Entry, Says, duplicate, entries, repeated};
use super::schemas::{Key, Schemas};
use crate::completion;
use crate::connection::Connection;
use crate::definitions::Kept;
use crate::exit::Failure;
use crate::output::table::Column;
use crate::output::{self, Format};
use crate::seller::Seller;
use crate::{input, notes, product_type};
use clap::builder::NonEmptyStringValueParser;
use clap::{Args, ValueEnum};
use clap_complete::engine::ArgValueCompleter;
use serde_json::{Value, json};
use spapi_core::Marketplace;
use spapi_listings::{Attributes, Finding, Findings, Severity};
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

const HELP: &str = "\
The file has attributes as JSON, the body of putListingsItem or patchListingsItem, an array or JSON lines of these, a listings \
feed, or a table (.csv, .xlsx) as `spapi listing template` writes it. With --schema, nothing is sent.

The exit code is 2 if a listing has an error. Warnings alone do not count.

Examples:
  spapi listing validate suitcase.json --schema luggage-schema.json
  spapi listing validate luggage.xlsx -m DE
  spapi listing validate change.json --schema luggage-schema.json --mode update --current stored.json --format json";

#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct Options {
    /// The file with listings, or - for JSON from stdin.
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// A file with the schema, for all listings. Without it, Amazon is asked for those of their product types.
    #[arg(long, value_name = "FILE")]
    schema: Option<PathBuf>,

    /// Whether the attributes are a whole listing, or only those that change.
    #[arg(long, value_enum, default_value_t = Mode::Create)]
    mode: Mode,

    /// With --mode update: a file with the attributes that the listing has, also as getListingsItem answers.
    #[arg(long, value_name = "FILE")]
    current: Option<PathBuf>,

    /// The product type of listings that do not name theirs.
    #[arg(long, value_name = "PRODUCT_TYPE", value_parser = product_type::parse)]
    product_type: Option<String>,

    /// The sheet of a workbook [default: Listings, or else the first].
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    sheet: Option<String>,

    /// Show all findings of a listing, and not only the first 200 errors and 200 warnings.
    #[arg(short, long)]
    all: bool,

    /// The marketplace: a country code (JP, US, DE) or an id. Tables need it, and so does Amazon.
    #[arg(
        short,
        long,
        value_name = "CODE",
        env = "SPAPI_MARKETPLACE",
        add = ArgValueCompleter::new(completion::marketplaces),
        hide_env_values = true
    )]
    marketplace: Option<Marketplace>,

    /// Amazon's id of the seller [default: the one of the credentials].
    #[arg(long, value_name = "ID", value_parser = NonEmptyStringValueParser::new())]
    seller: Option<String>,

    /// The format of the findings.
    #[arg(short, long, value_enum, default_value_t = Format::Table)]
    format: Format,

    #[command(flatten)]
    kept: Kept,

    #[command(flatten)]
    connection: Connection,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Mode {
    Create,
    Update,
}

pub async fn run(options: Options) -> Result<(), Failure> {
    if options.current.is_some() && options.mode == Mode::Create {
        return Err(Failure::usage("--current is for --mode update"));
    }
    let (content, placeholders) = content(&options.file, options.sheet.as_deref())?;
    say_placeholders(placeholders);
    content.say();
    if matches!(content, Content::Sheet(_)) && options.marketplace.is_none() {
        return Err(Failure::usage("a table needs the marketplace, whose ids are filled in")
            .with_next("give it, such as --marketplace DE"));
    }
    let current = options.current.as_deref().map(stored).transpose()?;
    let (file, mode, format) = (input::name(&options.file).into_owned(), options.mode, options.format);
    let product_type = options.product_type.clone();
    let listings = || entries(&content, product_type.as_deref());
    let most = if options.all { MOST_FINDINGS } else { Findings::MOST };
    let schemas = options.schemas(listings().map(|entry| entry.key)).await?.keep(most);
    let repeated = repeated(listings());
    let mut seen = HashSet::new();
    let mut shown = Vec::new();
    let (mut count, mut invalid) = (0_u64, 0_u64);
    for entry in listings() {
        let (says, mut findings) = entry.checked(&schemas, mode == Mode::Update, current.as_ref());
        let places = entry.sku.as_ref().and_then(|sku| Some((sku, repeated.get(sku)?)));
        if let Some((sku, places)) = places.filter(|(sku, _)| !seen.insert((*sku).clone())) {
            findings.append(&Findings::from_iter([duplicate(sku, places)]));
        }
        count += 1;
        invalid += u64::from(!findings.is_valid());
        shown.extend(findings.iter().map(|finding| Shown::of(&file, &entry, &says, finding)));
        shown.extend(Shown::of_omitted(&file, &entry, &findings));
    }
    if format == Format::Table {
        shown = once(shown);
    }
    output::list(format, COLUMNS, shown.iter(), |one| one.row(), |one| one.json.clone())?;
    match (invalid, count) {
        (0, 1) => notes::note("the listing is valid"),
        (0, _) => notes::note(format!("all {count} listings are valid")),
        (_, 1) => return Err(Failure::usage(format!("the listing in {file} is invalid"))),
        (1, _) => return Err(Failure::usage(format!("1 of {count} listings in {file} is invalid"))),
        _ => return Err(Failure::usage(format!("{invalid} of {count} listings in {file} are invalid"))),
    }
    Ok(())
}

impl Options {
    async fn schemas(self, keys: impl Iterator<Item = Key>) -> Result<Schemas, Failure> {
        if let Some(file) = &self.schema {
            return Schemas::of_file(file, self.marketplace);
        }
        let marketplace = self.marketplace.ok_or_else(|| {
            Failure::usage("neither --schema nor --marketplace is given").with_next(
                "give a file with the schema, or the marketplace of which Amazon is asked, such as --marketplace DE",
            )
        })?;
        let keys: HashSet<Key> = keys.filter(|(name, _)| !name.is_empty()).collect();
        if keys.is_empty() {
            return Err(Failure::usage("no listing names its product type")
                .with_next("give it by --product-type, or in the file as productType"));
        }
        let seller = Seller { marketplace, seller: self.seller, connection: self.connection };
        let connected = seller.connect().await?;
        Schemas::fetch(keys, &self.kept, &seller, &connected).await
    }
}

/// The attributes that a listing has: alone, or as the member of an answer.
fn stored(file: &Path) -> Result<Attributes, Failure> {
    let name = input::name(file);
    let mut values = read::json(file)?;
    let attributes = match values.pop().filter(|_| values.is_empty()) {
        Some((_, Value::Object(mut members))) => match members.remove("attributes") {
            Some(Value::Object(attributes)) => Some(attributes),
            Some(other) => {
                members.insert("attributes".to_owned(), other);
                Some(members)
            }
            None => Some(members),
        },
        _ => None,
    };
    attributes.ok_or_else(|| Failure::usage(format!("--current {name} is not one object of JSON")))
}

/// The most errors, and the most warnings, of a listing with --all.
const MOST_FINDINGS: usize = 1_000_000;

/// Warnings that say the same of several listings, once and with their number.
fn once(shown: Vec<Shown>) -> Vec<Shown> {
    let mut counts: HashMap<(String, String), u64> = HashMap::new();
    let same = |one: &Shown| {
        let text = |name: &str| one.json[name].as_str().unwrap_or_default().to_owned();
        (one.json["severity"] == "warning" && one.json["keyword"] != OMITTED)
            .then(|| (text("keyword"), text("message")))
    };
    for key in shown.iter().filter_map(same) {
        *counts.entry(key).or_default() += 1;
    }
    let first = |mut one: Shown| match same(&one).and_then(|key| counts.insert(key, 0)) {
        Some(0) => None,
        Some(count) if count > 1 => {
            let message = one.json["message"].as_str().unwrap_or_default();
            one.json["message"] = format!("{message} (and so in {} more)", count - 1).into();
            Some(one)
        }
        _ => Some(one),
    };
    shown.into_iter().filter_map(first).collect()
}

/// The keyword of what stands for findings that are not kept.
const OMITTED: &str = "omitted";

const COLUMNS: &[Column] =
    &[Column::text("PLACE"), Column::text("SEVERITY"), Column::text("ATTRIBUTE"), Column::text("FINDING")];

/// A finding in the form of the output.
struct Shown {
    place: String,
    json: Value,
}

impl Shown {
    fn of(file: &str, entry: &Entry<'_>, says: &Says<'_>, finding: &Finding) -> Self {
        let (pointer, cell) = (entry.pointer(finding), entry.cell(finding, says));
        let place = match (&cell, entry.row()) {
            // Its pointer leads into the attributes of --current.
            _ if finding.is_stored => format!("the stored listing {pointer}"),
            (Some(cell), _) => cell.clone(),
            (None, Some(_)) => format!("{} {pointer}", entry.place()),
            (None, None) if pointer.is_empty() => "the attributes".to_owned(),
            (None, None) => pointer.clone(),
        };
        let mut json = json!({
            "file": file,
            "pointer": pointer,
            "keyword": finding.keyword,
            "property": finding.property,
            "attribute": finding.attribute,
            "severity": finding.severity.name(),
            "message": finding.message,
        });
        let optional = [
            ("row", entry.row().map(Value::from)),
            ("cell", cell.map(Value::from)),
            ("sku", entry.sku.clone().map(Value::from)),
            ("label", finding.label.clone().map(Value::from)),
            ("isStored", finding.is_stored.then_some(Value::Bool(true))),
        ];
        for (name, value) in optional {
            if let Some(value) = value {
                json[name] = value;
            }
        }
        Self { place, json }
    }

    /// What stands for the findings of a listing that are not kept.
    fn of_omitted(file: &str, entry: &Entry<'_>, findings: &Findings) -> Option<Self> {
        let omitted = findings.omitted();
        let severity = match findings.omitted_errors() {
            _ if omitted == 0 => return None,
            0 => Severity::Warning,
            _ => Severity::Error,
        };
        let message = format!("{omitted} more findings are not shown; --all shows them");
        let mut finding = Finding::of_input(OMITTED, message);
        finding.severity = severity;
        let mut shown = Self::of(file, entry, &Says::Nothing, &finding);
        shown.json["omitted"] = omitted.into();
        Some(shown)
    }

    fn row(&self) -> Vec<String> {
        let text = |name: &str| self.json[name].as_str().unwrap_or_default();
        let finding = format!("{} [{}]", text("message"), text("keyword"));
        vec![self.place.clone(), text("severity").to_owned(), text("attribute").to_owned(), finding]
    }
}
