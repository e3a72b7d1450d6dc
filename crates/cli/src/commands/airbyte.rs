//! `spapi airbyte`: the commands of Airbyte's protocol, as a drop-in for Airbyte's source for this API.

use crate::connection::{Connected, Connection as Reach, Server};
use crate::exit::{Exit, Failure};
use crate::journal::polling;
use crate::{interrupt, logging};
use clap::{Args, Parser, Subcommand};
use clap_complete::engine::ArgValueCandidates;
use spapi_core::Quotas;
use spapi_jobs::Reports;
use spapi_sync::airbyte::{self, Catalog, FailureType, LogLevel, Messages, ReadOptions, ReadOutcome, State};
use spapi_sync::{AirbyteSettings, Connection, Sources};
use std::error::Error as _;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The name of Airbyte's source. A link to the program with this name has these commands directly.
pub const NAME: &str = "source-amazon-seller-partner";

/// The program by the name of Airbyte's source.
#[derive(Debug, Parser)]
#[command(name = NAME, version, about = "Reads Amazon's Selling Partner API by Airbyte's protocol")]
pub struct Source {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write what a configuration has.
    Spec(Common),
    /// Check a configuration with one call.
    Check(Given),
    /// Write the catalog: the streams with their columns.
    Discover(Given),
    /// Read the streams of a catalog: write their records and states.
    Read(ReadArguments),
}

#[derive(Debug, Args)]
pub struct Common {
    /// Log each call in detail.
    #[arg(long)]
    debug: bool,
}

#[derive(Debug, Args)]
pub struct Given {
    /// The configuration in JSON, of 4.6.4 or 6.x.
    #[arg(long, value_name = "FILE")]
    config: PathBuf,

    /// The server to call, instead of the one of the configuration's environment: production, sandbox, embedded (a made-up
    /// shop inside the program, without credentials), or a URL.
    #[arg(long, env = "SPAPI_ENDPOINT", hide_env_values = true, value_name = "ENDPOINT", add = ArgValueCandidates::new(crate::connection::servers))]
    endpoint: Option<Server>,

    /// The folder in which this run and others share what is left of the quotas [default: spapi/quotas in the user's
    /// folder for state].
    #[arg(long, env = "SPAPI_QUOTA_FOLDER", hide_env_values = true, value_name = "FOLDER")]
    quota_folder: Option<PathBuf>,

    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
pub struct ReadArguments {
    /// The configured catalog in JSON: the chosen streams.
    #[arg(long, value_name = "FILE")]
    catalog: PathBuf,

    /// The states of the last run in JSON. Without them, all is read.
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,

    #[command(flatten)]
    given: Given,
}

/// The longest file that is read. A state can have thousands of orders.
const LONGEST: u64 = 256 * 1024 * 1024;
/// The longest time that a call waits for its quota.
const LONGEST_WAIT: Duration = Duration::from_secs(3600);

pub async fn run(command: Command) -> Result<(), Failure> {
    let messages = Messages::new(io::stdout());
    let common = match &command {
        Command::Spec(common) => common,
        Command::Check(given) | Command::Discover(given) => &given.common,
        Command::Read(arguments) => &arguments.given.common,
    };
    if common.debug {
        let messages = messages.clone();
        logging::start_with(move |line| drop(messages.log(LogLevel::Debug, line)));
    }
    match command {
        Command::Spec(_) => Ok(airbyte::spec(&messages)?),
        Command::Check(given) => check(&given, &messages).await,
        Command::Discover(given) => {
            let connection = given.open(&messages).map_err(|error| failed(&messages, &error))?;
            Ok(airbyte::discover(&connection, &messages)?)
        }
        Command::Read(arguments) => read(arguments, &messages).await,
    }
}

impl Given {
    fn open(&self, messages: &Messages) -> Result<Connection, spapi_core::Error> {
        let text = text(&self.config)?;
        messages.mask_settings(&text);
        let connection = Connection::parse(&text, &self.config.display().to_string(), Path::new(""))?;
        for note in &connection.notes {
            drop(messages.log(LogLevel::Info, note));
        }
        Ok(connection)
    }

    fn reach(&self, connection: &Connection) -> Reach {
        let stops = connection.airbyte.as_ref().is_some_and(|settings: &AirbyteSettings| settings.stops_on_rate_limit);
        Reach {
            endpoint: self.endpoint.clone().unwrap_or_else(|| Server::of(connection.environment)),
            credentials: None,
            profile: None,
            quota_folder: self.quota_folder.clone(),
            keep: None,
            longest_wait: Some(if stops { Duration::ZERO } else { LONGEST_WAIT }),
            shared_quotas: None,
        }
    }

    async fn connect(&self, connection: &Connection) -> Result<Connected, Failure> {
        let reach = self.reach(connection);
        // A server of this machine limits by itself.
        let is_server_of_ours = matches!(&reach.endpoint, Server::Url(_)) && reach.endpoint.is_local();
        let has_quotas = !is_server_of_ours || self.quota_folder.is_some();
        let settings = |builder: spapi_core::client::ClientBuilder| match has_quotas {
            true => builder,
            false => builder.quotas(&Quotas::off()),
        };
        reach.connect_with(connection, settings).await
    }
}

async fn check(given: &Given, messages: &Messages) -> Result<(), Failure> {
    let connection = match given.open(messages) {
        Ok(connection) => connection,
        Err(error) => return Ok(messages.check_failed(&error)?),
    };
    match given.connect(&connection).await {
        Ok(connected) => Ok(airbyte::check(&connected.client, &connection, messages).await?),
        Err(failure) => Ok(messages.check_failed(&as_error(failure))?),
    }
}

async fn read(arguments: ReadArguments, messages: &Messages) -> Result<(), Failure> {
    let ReadArguments { catalog, state, given } = arguments;
    let opened = given.open(messages).and_then(|connection| {
        let catalog = Catalog::parse(&text(&catalog)?, &catalog.display().to_string())?;
        let state = match &state {
            Some(path) => State::parse(&text(path)?, &path.display().to_string())?,
            None => State::default(),
        };
        Ok((connection, ReadOptions::new(catalog).state(state)))
    });
    let (connection, options) = opened.map_err(|error| failed(messages, &error))?;
    let connected = match given.connect(&connection).await {
        Ok(connected) => connected,
        Err(failure) => return Err(failed(messages, &as_error(failure))),
    };
    let mut reports = Reports::new(&connected.client);
    if let Some((first, longest)) = polling(&given.reach(&connection)) {
        reports = reports.polling(first, longest);
    }
    if connection.airbyte.as_ref().is_some_and(|settings| settings.stops_on_rate_limit) {
        reports = reports.longest_quota_wait(Duration::ZERO);
    }
    if let Some(settings) = &connection.airbyte {
        reports = reports.reuse(Duration::from_secs(u64::from(settings.max_done_report_age_hours) * 3600));
    }
    let sources = Sources::new(&connected.client).reports(reports);
    let options = options.stop(async { drop(interrupt::signal().await) });
    match airbyte::read(&sources, &connection, options, messages).await {
        Ok(ReadOutcome::Complete) => Ok(()),
        Ok(ReadOutcome::Stopped) => Err(Failure::new(Exit::Terminated, "the read was stopped; its states are written")),
        Ok(_) => Err(Failure::new(Exit::Failed, "some streams failed, as the messages on stdout say")),
        Err(error) => Err(failed(messages, &error)),
    }
}

/// Writes a failure of the whole command as a message too.
fn failed(messages: &Messages, error: &spapi_core::Error) -> Failure {
    let cause = error.source().and_then(|cause| cause.downcast_ref::<io::Error>());
    if cause.is_some_and(|cause| cause.kind() == io::ErrorKind::BrokenPipe) {
        return Failure::ReaderGone;
    }
    // If it cannot be written, stderr still has it.
    drop(messages.failure(FailureType::of(error), &error.to_string(), None));
    Failure::new(Exit::Failed, error.to_string())
}

/// A failure of the program before there is a client.
fn as_error(failure: Failure) -> spapi_core::Error {
    let words = match failure {
        Failure::ReaderGone => "the reader of the output is gone".to_owned(),
        Failure::Error { message, .. } => message,
    };
    spapi_core::Error::new(spapi_core::ErrorKind::Config, words)
}

fn text(path: &Path) -> Result<String, spapi_core::Error> {
    let wrong = |what: &str| {
        let message = format!("{}: {what}", path.display());
        spapi_core::Error::new(spapi_core::ErrorKind::Config, message)
    };
    let reading = |error: io::Error| wrong("it cannot be read").with_source(error);
    if std::fs::metadata(path).map_err(reading)?.len() > LONGEST {
        return Err(wrong(&format!("it has more than {LONGEST} bytes")));
    }
    std::fs::read_to_string(path).map_err(reading)
}
