//! `spapi listing template`: a template of a product type, for a person to fill in.

use super::schemas;
use crate::definitions::Kept;
use crate::exit::Failure;
use crate::interrupt::Interrupt;
use crate::output::file::{self, Rules};
use crate::seller::Seller;
use crate::sheet::{self, Layout};
use crate::{notes, product_type};
use clap::Args;
use serde_json::json;
use spapi_listings::template::Template;
use std::io::Write;
use std::path::PathBuf;

const HELP: &str = "\
A table has a row for each listing. Above the rows to fill in are the names of the columns, their labels, which of them are \
required, and what they take. The ids of marketplace, language, currency and audience are filled in when the table is read. \
Add columns as you need them: `bullet_point.6`, `purchasable_offer.2.audience`.

Examples:
  spapi listing template LUGGAGE -m DE -o luggage.xlsx
  spapi listing template LUGGAGE -m JP --schema luggage-schema.json --all -o luggage.csv
  spapi listing validate luggage.xlsx -m DE";

#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct Options {
    /// The name of the product type, such as LUGGAGE.
    #[arg(value_name = "PRODUCT_TYPE", value_parser = product_type::parse)]
    product_type: String,

    /// A file with the schema of the product type. Without it, Amazon is asked.
    #[arg(long, value_name = "FILE")]
    schema: Option<PathBuf>,

    /// The file to write: .json, .csv or .xlsx. Without it, JSON is written to stdout.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Replace the file if it exists.
    #[arg(long, requires = "output")]
    overwrite: bool,

    /// All attributes, and not only those that a listing needs.
    #[arg(short, long)]
    all: bool,

    #[command(flatten)]
    kept: Kept,

    #[command(flatten)]
    seller: Seller,
}

#[derive(Clone, Copy)]
enum Form {
    Json,
    Csv,
    Xlsx,
}

pub async fn run(options: Options) -> Result<(), Failure> {
    let form = options.form()?;
    let rules = Rules { overwrites: options.overwrite, is_private: false };
    // A file that cannot be written is found before the call.
    let (mut writer, place) = file::open(options.output.as_deref(), rules)?;
    let template = options.template().await?;
    let template = if options.all { template.all() } else { template };
    let columns = template.columns();
    let layout = Layout { product_type: &options.product_type, columns: &columns };
    match form {
        Form::Json => {
            let body = json!({ "sku": "", "productType": options.product_type, "attributes": template.json() });
            writeln!(writer, "{body:#}")?;
        }
        Form::Csv => sheet::write_csv(&layout, &mut writer)?,
        Form::Xlsx => writer.write_all(&sheet::write_xlsx(&layout)?)?,
    }
    writer.flush()?;
    place.finish()?;
    if let Some(path) = &options.output {
        notes::note(format!("{} has {} columns of attributes", path.display(), columns.len()));
    }
    Ok(())
}

impl Options {
    fn form(&self) -> Result<Form, Failure> {
        let Some(path) = self.output.as_deref() else { return Ok(Form::Json) };
        file::refuse_folder(path)?;
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase();
        match ending.as_str() {
            "json" => Ok(Form::Json),
            "csv" => Ok(Form::Csv),
            "xlsx" => Ok(Form::Xlsx),
            _ => Err(Failure::usage(format!("the ending of {} is not that of a template", path.display()))
                .with_next("give -o a file that ends with .json, .csv or .xlsx")),
        }
    }

    async fn template(&self) -> Result<Template, Failure> {
        let marketplace = self.seller.marketplace;
        let product_type = match &self.schema {
            Some(file) => schemas::of_file(file, Some(marketplace))?,
            None => {
                let connected = self.seller.connect().await?;
                let definitions = self.kept.definitions(&connected, self.seller.seller.as_deref());
                let key = (self.product_type.clone(), None);
                let fetching = schemas::of_amazon(&definitions, &key, marketplace);
                let fetched = Interrupt::new().or(notes::while_waiting(fetching)).await?;
                fetched.map_err(|error| connected.failure(error))?
            }
        };
        product_type.template.ok_or_else(|| Failure::usage("the schema has no attributes"))
    }
}
