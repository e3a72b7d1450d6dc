//! `spapi self`: the program itself.

mod archive;
mod compare;
mod download;
mod model;

use crate::exit::{Exit, Failure};
use crate::notes;
use crate::number::noun;
use crate::output::{self, Format, table::Column};
use clap::{Args, Subcommand};
use compare::Difference;
use serde_json::{Value, json};

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Compare what this version knows of the API with the models that Amazon publishes today.
    Check(CheckOptions),
}

const CHECK_HELP: &str = "\
It downloads Amazon's models from GitHub, about 2 MB, without credentials, and compares sections, versions, operations and \
the names of their parameters. Fields and values are not compared: the program also passes on those that it does not know. \
A proxy is taken from HTTPS_PROXY.

The exit code is 0 without a difference, and 1 with one.";

#[derive(Debug, Args)]
#[command(after_help = CHECK_HELP)]
pub struct CheckOptions {
    /// The format of the differences.
    #[arg(short, long, value_enum, default_value_t = Format::Table)]
    format: Format,

    /// The server that has the repository, for tests.
    #[arg(long, value_name = "URL", default_value = "https://github.com", hide = true)]
    endpoint: String,
}

/// Where Amazon publishes the models.
const REPOSITORY: &str = "amzn/selling-partner-api-models";

const COLUMNS: &[Column] = &[
    Column::text("CHANGE"),
    Column::text("SECTION"),
    Column::text("VERSION"),
    Column::text("OPERATION"),
    Column::text("NAME"),
];

pub async fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Check(options) => check(options).await,
    }
}

async fn check(options: CheckOptions) -> Result<(), Failure> {
    let url = format!("{}/{REPOSITORY}/archive/HEAD.tar.gz", options.endpoint.trim_end_matches('/'));
    let bytes = download::get(&url).await?;
    let newest = archive::read(&bytes).map_err(|why| {
        Failure::new(Exit::Failed, format!("what {url} sent is not an archive of Amazon's models: {why}"))
            .with_next("run the command again later")
    })?;
    let differences = compare::differences(&newest.models);
    let title = newest.title();
    if options.format != Format::Table || !differences.is_empty() {
        output::list(options.format, COLUMNS, differences.iter(), |one| row(one), |one| as_json(one))?;
    }
    match differences.len() as u64 {
        0 => {
            notes::note(format!(
                "this version knows every section, version, operation and parameter of Amazon's models{title}"
            ));
            Ok(())
        }
        count => Err(Failure::new(
            Exit::Failed,
            format!("Amazon's models{title} have {count} {} from what this version knows", noun(count, "difference")),
        )
        .with_next("look for a newer version of spapi; `spapi call` sends only operations that it knows")),
    }
}

fn row(difference: &Difference) -> Vec<String> {
    let Difference { change, section, version, operation, name } = difference;
    let cells = [change.as_str(), section, version, operation, name];
    cells.map(|text| if text.is_empty() { output::table::NOTHING } else { text }.to_owned()).to_vec()
}

fn as_json(difference: &Difference) -> Value {
    let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    json!({
        "change": difference.change.as_str(),
        "section": difference.section,
        "version": given(&difference.version),
        "operation": given(&difference.operation),
        "name": given(&difference.name),
    })
}
