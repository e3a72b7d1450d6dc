//! `spapi sync init`: writes the file of a connection.

use crate::completion;
use crate::exit::{Exit, Failure};
use crate::marketplace;
use crate::notes;
use crate::number;
use clap::{Args, ValueEnum};
use clap_complete::engine::ArgValueCompleter;
use spapi_core::Marketplace;
use spapi_sync::{Connection, Stream};
use std::fmt::Write as _;
use std::fs;
use std::io::{self, BufRead, Write};
use std::path::{Path, PathBuf};

const HELP: &str = "\
What no option gives is asked, on stderr, and the answers are read from stdin. The file contains no secret: credentials \
stay in the environment, in a profile or in a file of their own, as `spapi auth authorize` makes them.

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

    /// Whose account it is.
    #[arg(long, value_enum, default_value_t = Account::Seller)]
    account: Account,

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
    let text = text(options, &mut questions)?;
    // The library reads it as a run will, and its errors name file and key.
    let connection = Connection::parse(&text, &path.display().to_string(), path.parent().unwrap_or(Path::new("")))?;
    connection.notes.iter().for_each(notes::note);
    let mut file = match new(&path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(exists()),
        file => file.map_err(|error| unwritten(&path, &error))?,
    };
    file.write_all(text.as_bytes()).map_err(|error| unwritten(&path, &error))?;
    let path = path.display();
    writeln!(io::stdout(), "{path}")?;
    notes::note(format!("next: spapi sync check {path}; spapi sync plan {path}; spapi sync run {path}"));
    Ok(())
}

/// A new file that only its owner can read and write.
fn new(path: &Path) -> io::Result<fs::File> {
    let mut rules = fs::OpenOptions::new();
    rules.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut rules, 0o600);
    rules.open(path)
}

fn unwritten(path: &Path, error: &io::Error) -> Failure {
    Failure::new(Exit::Failed, format!("{} cannot be written: {error}", path.display()))
}

fn text(options: Options, questions: &mut Questions<impl BufRead>) -> Result<String, Failure> {
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
    let place = |kind: &str, place: &str| format!("{kind} = {}", quoted(place));
    let mut destination = match (options.sqlite, options.folder, options.bucket, options.postgres_env) {
        (Some(path), ..) => place("sqlite", &path.display().to_string()),
        (None, Some(path), ..) => place("folder", &path.display().to_string()),
        (None, None, Some(url), _) => place("bucket", &url),
        (None, None, None, Some(env)) => {
            let schema = options.postgres_schema.map(|schema| format!(", schema = {}", quoted(&schema)));
            format!("postgres = {{ env = {}{} }}", quoted(&env), schema.unwrap_or_default())
        }
        (None, None, None, None) if options.file_format.is_some() => {
            return Err(
                Failure::usage("--file-format is for a folder or a bucket").with_next("add --folder or --bucket")
            );
        }
        (None, None, None, None) => {
            let path = |answer: &str| Ok(answer.to_owned());
            place("sqlite", &questions.ask("--sqlite", "SQLite database to fill, such as amazon.db", path)?)
        }
    };
    let format = options.file_format.map(|form| match form {
        Form::Parquet => "parquet",
        Form::Csv => "csv",
        Form::Jsonl => "jsonl",
    });

    let mut text = String::new();
    // Writing to a String cannot fail.
    let mut line = |key: &str, value: &str| {
        let _ = writeln!(text, "{key} = {value}");
    };
    line("name", &quoted(&name));
    match marketplaces.as_slice() {
        [one] => line("region", &quoted(one.country_code())),
        several => line("marketplaces", &list(several.iter().map(|one| one.country_code()))),
    }
    if options.account == Account::Vendor {
        line("account_type", "\"Vendor\"");
    }
    for (key, value) in [
        ("credentials_file", options.credentials.map(|path| path.display().to_string())),
        ("app_id", options.app_id),
        ("start_date", options.start),
        ("end_date", options.end),
    ] {
        if let Some(value) = value {
            line(key, &quoted(&value));
        }
    }
    if let Some(days) = options.period {
        line("period_in_days", &days.to_string());
    }
    line("objects", &list(streams.iter().map(String::as_str)));
    if let Some(format) = format {
        destination += &format!("\nformat = {}", quoted(format));
    }
    let _ = write!(text, "\n[destination]\n{destination}\n");
    Ok(text)
}

fn list<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    format!("[{}]", texts.map(quoted).collect::<Vec<_>>().join(", "))
}

/// A text of TOML. Its escapes are those of JSON, but JSON leaves one control character as it is.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string().replace('\u{7f}', "\\u007f")
}

/// Asks on stderr, and reads the answers.
struct Questions<R>(R);

impl<R: BufRead> Questions<R> {
    /// Asks until the answer can be read.
    ///
    /// # Errors
    /// When the input ends. The error names the option.
    fn ask<T>(&mut self, option: &str, question: &str, read: impl Fn(&str) -> Result<T, String>) -> Result<T, Failure> {
        loop {
            let mut err = io::stderr();
            // An error of stderr is ignored: the user has closed it.
            let _ = write!(err, "{question}: ").and_then(|()| err.flush());
            let mut answer = String::new();
            let length = self
                .0
                .read_line(&mut answer)
                .map_err(|error| Failure::usage(format!("the answers cannot be read from stdin: {error}")))?;
            if length == 0 {
                let _ = writeln!(err);
                return Err(Failure::usage(format!("{option} is missing"))
                    .with_next(format!("give {option}, or answer the question")));
            }
            match answer.trim() {
                "" => notes::note("an answer is needed"),
                answer => match read(answer) {
                    Ok(value) => return Ok(value),
                    Err(why) => notes::note(why),
                },
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_those_of_toml() {
        for text in ["plain", "a \"b\" \\ c", "日本\u{7f}\u{1}"] {
            let connection = format!(
                "name = \"a\"\nregion = \"JP\"\nobjects = [\"GET_AFN_INVENTORY_DATA\"]\n[destination]\nsqlite = {}",
                quoted(text)
            );
            let connection = Connection::parse(&connection, "a.toml", Path::new("")).unwrap();
            assert_eq!(connection.destination, Some(spapi_sync::DestinationSettings::Sqlite(text.into())), "{text:?}");
        }
    }
}
