//! `spapi sync init`: writes the file of a connection.

mod questions;

use crate::completion;
use crate::exit::{Exit, Failure};
use crate::marketplace;
use crate::notes;
use crate::number;
use clap::{Args, ValueEnum};
use clap_complete::engine::ArgValueCompleter;
use questions::Questions;
use spapi_core::Marketplace;
use spapi_sync::{DestinationSettings, Draft, FileFormat, Setting, Stream};
use std::io::{self, BufRead, Write};
use std::path::{Path, PathBuf};

const HELP: &str = "\
Where an option of those without a default is missing, all that no option gives is asked, on stderr, and the answers are read \
from stdin. An empty answer takes the default. The file contains no secret: credentials stay in the environment, in a profile or \
in a file of their own, as `spapi auth authorize` makes them.

Example:
  spapi sync init jp.toml --name amazon-jp -m JP --object GET_MERCHANT_LISTINGS_ALL_DATA --sqlite jp.db";

#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct Options {
    /// The file to write. It must not exist yet.
    #[arg(value_name = "CONNECTION")]
    file: PathBuf,

    /// The name of the connection, unique among all connections.
    #[arg(long, value_name = "NAME")]
    name: Option<String>,

    /// The marketplaces: country codes (JP, US, DE) or ids. All in one region.
    #[arg(
        short,
        long,
        value_delimiter = ',',
        value_name = "CODE,...",
        add = ArgValueCompleter::new(completion::marketplaces)
    )]
    marketplace: Vec<Marketplace>,

    /// Whose account it is [default: seller].
    #[arg(long, value_enum)]
    account: Option<Account>,

    /// Amazon's servers to read from [default: production].
    #[arg(long, value_enum)]
    environment: Option<Environment>,

    /// The streams to sync. `spapi sync objects` lists them.
    #[arg(long, value_delimiter = ',', value_name = "STREAM,...", add = ArgValueCompleter::new(completion::streams))]
    object: Vec<String>,

    /// The start of what is synced, as a time with its zone or a date of UTC [default: two years before each run].
    #[arg(long, value_name = "TIME")]
    start: Option<String>,

    /// The first moment after what is synced [default: now].
    #[arg(long, value_name = "TIME")]
    end: Option<String>,

    /// The days of a slice [default: as many as the stream takes].
    #[arg(long, value_name = "DAYS", value_parser = number::whole(1..=3660))]
    period: Option<u64>,

    /// A file with the credentials, relative to the file of the connection [default: the environment or the profile
    /// `default`].
    #[arg(long, value_name = "FILE")]
    credentials: Option<PathBuf>,

    /// The id of the application, which no call needs.
    #[arg(long, value_name = "ID")]
    app_id: Option<String>,

    /// Space the requests for reports, besides the quotas, which are always kept.
    #[arg(long)]
    wait_between_requests: bool,

    /// The SQLite database to fill, relative to the file of the connection.
    #[arg(long, value_name = "FILE")]
    sqlite: Option<PathBuf>,

    /// The variable of the environment with the URL of a Postgres database to fill instead. It needs the program with its
    /// feature `postgres`.
    #[arg(long, value_name = "NAME", conflicts_with = "sqlite")]
    postgres_env: Option<String>,

    /// The schema of that database, which is created if it is missing [default: public].
    #[arg(long, value_name = "SCHEMA", requires = "postgres_env")]
    postgres_schema: Option<String>,

    /// The folder of files to fill, instead of a database, relative to the file of the connection.
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["sqlite", "postgres_env"])]
    folder: Option<PathBuf>,

    /// The bucket of files to fill, instead of a database: s3://BUCKET/PREFIX, gs://BUCKET/PREFIX or az://CONTAINER/PREFIX.
    #[arg(long, value_name = "URL", conflicts_with_all = ["sqlite", "folder", "postgres_env"])]
    bucket: Option<String>,

    /// With --folder or --bucket: the format of the files [default: parquet].
    #[arg(long, value_enum, value_name = "FORMAT", conflicts_with_all = ["sqlite", "postgres_env"])]
    file_format: Option<Form>,
}

/// The format of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    Parquet,
    Csv,
    Jsonl,
}

/// Whose account it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Account {
    Seller,
    Vendor,
}

impl Account {
    /// Its value in the file of a connection.
    fn value(self) -> &'static str {
        match self {
            Self::Seller => "Seller",
            Self::Vendor => "Vendor",
        }
    }
}

/// Amazon's servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Environment {
    Production,
    /// Amazon's static sandbox.
    Sandbox,
}

impl Environment {
    /// Its value in the file of a connection.
    fn value(self) -> &'static str {
        match self {
            Self::Production => "production",
            Self::Sandbox => "sandbox",
        }
    }
}

pub fn run(options: Options) -> Result<(), Failure> {
    let path = options.file.clone();
    let exists = || {
        Failure::usage(format!("{} exists already, and is never replaced", path.display()))
            .with_next("name another file, or change this one with an editor")
    };
    if path.exists() {
        return Err(exists());
    }
    let mut questions = Questions(io::stdin().lock());
    let draft = draft(options, &path, &mut questions)?;
    let connection = draft.read(&path)?;
    connection.notes.iter().for_each(notes::note);
    match draft.save_new(&path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(exists()),
        saved => saved.map_err(|error| unwritten(&path, &error))?,
    }
    let path = path.display();
    writeln!(io::stdout(), "{path}")?;
    notes::note(format!("next: spapi sync check {path}; spapi sync plan {path}; spapi sync run {path}"));
    Ok(())
}

fn unwritten(path: &Path, error: &io::Error) -> Failure {
    Failure::new(Exit::Failed, format!("{} cannot be written: {error}", path.display()))
}

/// Makes the file of options, and of answers where an option without a default is missing.
fn draft(options: Options, path: &Path, questions: &mut Questions<impl BufRead>) -> Result<Draft, Failure> {
    let destination = destination(&options)?;
    let is_asked =
        options.name.is_none() || options.marketplace.is_empty() || options.object.is_empty() || destination.is_none();
    let name = match options.name {
        Some(name) => name,
        None => questions.ask("--name", "name, unique among all connections", |answer| Ok(answer.to_owned()))?,
    };
    let marketplaces = match options.marketplace.is_empty() {
        false => options.marketplace,
        true => questions.ask("--marketplace", "marketplaces of one region, such as JP or DE,FR", |answer| {
            let one = |code: &str| code.trim().parse::<Marketplace>().map_err(|error| error.to_string());
            answer.split(',').map(one).collect()
        })?,
    };
    marketplace::common_region(&marketplaces)?;
    let streams = match options.object.is_empty() {
        false => options.object,
        true => questions.ask("--object", "streams, with commas (`spapi sync objects` lists them)", |answer| {
            let one = |name: &str| Stream::find(name).map(|stream| stream.name.to_owned());
            answer.split(',').map(one).collect::<Result<Vec<_>, _>>().map_err(|error| error.to_string())
        })?,
    };
    let mut draft = Draft::new();
    draft.set("name", name);
    match marketplaces.as_slice() {
        [one] => draft.set("region", one.country_code()),
        several => draft.set_list("marketplaces", several.iter().map(|one| one.country_code())),
    }
    draft.set_list("objects", streams.iter().map(String::as_str));
    draft.set_destination(&match destination {
        Some(destination) => destination,
        None => questions.ask("--sqlite, --folder, --bucket or --postgres-env", DESTINATIONS, answered_destination)?,
    });
    for (key, given, question) in [
        (
            "account_type",
            options.account.map(|account| account.value().to_owned()),
            "account, Seller or Vendor [Seller]",
        ),
        (
            "environment",
            options.environment.map(|environment| environment.value().to_owned()),
            "servers of Amazon, production or sandbox [production]",
        ),
        (
            "credentials_file",
            options.credentials.map(|path| path.display().to_string()),
            "file with the credentials [those of the environment or of the profile `default`]",
        ),
        ("app_id", options.app_id, "id of the application [none: no call needs it]"),
        ("start_date", options.start, "start, such as 2026-01-01 [two years before each run]"),
        ("end_date", options.end, "end, the first moment after what is synced [now]"),
    ] {
        let question = is_asked.then_some(question);
        optional(&mut draft, path, questions, key, given, question, |answer| Ok(answer.to_owned()))?;
    }
    let days = options.period.map(u64::cast_signed);
    let question = is_asked.then_some("days of a slice [as many as the stream takes]");
    optional(&mut draft, path, questions, "period_in_days", days, question, |answer| {
        answer.parse::<u32>().map(i64::from).map_err(|_| format!("{answer:?} is not a number of days"))
    })?;
    let spaced = options.wait_between_requests.then_some(true);
    let question = is_asked.then_some("space the requests for reports, besides the quotas, yes or no [no]");
    optional(&mut draft, path, questions, "wait_between_requests", spaced, question, |answer| {
        match answer.to_ascii_lowercase().as_str() {
            "yes" | "y" | "true" => Ok(true),
            "no" | "n" | "false" => Ok(false),
            _ => Err("answer yes or no".to_owned()),
        }
    })?;
    Ok(draft)
}

/// Sets a key that has a default: to the option, or to an answer that a run could read. Without a question nothing is asked.
fn optional<T: Clone + Into<Setting>>(
    draft: &mut Draft,
    path: &Path,
    questions: &mut Questions<impl BufRead>,
    key: &'static str,
    given: Option<T>,
    question: Option<&str>,
    value: impl Fn(&str) -> Result<T, String>,
) -> Result<(), Failure> {
    let chosen = match (given, question) {
        (Some(value), _) => Some(value),
        (None, None) => None,
        (None, Some(question)) => questions.ask_or_default(question, |answer| {
            let value = value(answer)?;
            let mut tried = draft.clone();
            tried.set(key, value.clone());
            tried.read(path).map(|_| value).map_err(|error| error.to_string())
        })?,
    };
    if let Some(value) = chosen {
        draft.set(key, value);
    }
    Ok(())
}

/// The destination that the options name.
fn destination(options: &Options) -> Result<Option<DestinationSettings>, Failure> {
    let format = match options.file_format {
        None | Some(Form::Parquet) => FileFormat::Parquet,
        Some(Form::Csv) => FileFormat::Csv,
        Some(Form::Jsonl) => FileFormat::Jsonl,
    };
    Ok(Some(match (&options.sqlite, &options.folder, &options.bucket, &options.postgres_env) {
        (Some(path), ..) => DestinationSettings::Sqlite(path.clone()),
        (None, Some(path), ..) => DestinationSettings::Folder { path: path.clone(), format },
        (None, None, Some(url), _) => DestinationSettings::Bucket { url: url.clone(), format },
        (None, None, None, Some(env)) => postgres(env, options.postgres_schema.as_deref()),
        (None, None, None, None) if options.file_format.is_some() => {
            return Err(
                Failure::usage("--file-format is for a folder or a bucket").with_next("add --folder or --bucket")
            );
        }
        (None, None, None, None) => return Ok(None),
    }))
}

fn postgres(env: &str, schema: Option<&str>) -> DestinationSettings {
    DestinationSettings::Postgres { env: env.to_owned(), schema: schema.unwrap_or("public").to_owned() }
}

const DESTINATIONS: &str = "where the rows go: a file of SQLite such as amazon.db, a folder such as amazon/, the URL of a bucket \
    such as s3://BUCKET/PREFIX, or postgres:NAME with the variable of the environment that has the URL of a database";

/// The destination that an answer names.
fn answered_destination(answer: &str) -> Result<DestinationSettings, String> {
    let is_bucket = ["s3://", "gs://", "az://"].iter().any(|scheme| answer.starts_with(scheme));
    if answer.starts_with("postgres://") || answer.starts_with("postgresql://") {
        return Err(
            "the file holds no password: put the URL into a variable of the environment, and answer postgres:NAME"
                .into(),
        );
    }
    let format = FileFormat::Parquet;
    Ok(match answer.strip_prefix("postgres:") {
        Some(env) => postgres(env, None),
        None if is_bucket => DestinationSettings::Bucket { url: answer.to_owned(), format },
        None if answer.ends_with(['/', '\\']) => DestinationSettings::Folder { path: answer.into(), format },
        None => DestinationSettings::Sqlite(answer.into()),
    })
}
