//! `spapi sync check`: whether a connection can run, and if not, what to do.

use crate::connection::Connected;
use crate::exit::Failure;
use crate::interrupt::Interrupt;
use crate::notes;
use crate::number::noun;
use crate::syncing::destination;
use crate::syncing::file::{self, Call};
use clap::Args;
use spapi_core::text::printable;
use spapi_core::{Error, StatusCode};
use spapi_sync::{Connection, Finding};
use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::PathBuf;

#[derive(Debug, Args)]
pub struct Options {
    /// The file of the connection.
    #[arg(value_name = "CONNECTION")]
    connection: PathBuf,

    #[command(flatten)]
    call: Call,
}

pub async fn run(options: Options) -> Result<(), Failure> {
    let connection = file::open(&options.connection)?;
    let mut report = Report(io::stdout().lock());
    let streams = connection.streams.len();
    report.line("ok", "connection", &format!("{}, {streams} {}", connection.name, noun(streams as u64, "stream")))?;
    match destination::name(&connection, &options.connection) {
        Ok(name) => match destination::check(&connection, &options.connection).await {
            Ok(()) => report.line("ok", "destination", &name)?,
            Err(failure) => {
                report.line("FAIL", "destination", &format!("{name} cannot be used"))?;
                return Err(failure);
            }
        },
        Err(failure) => {
            report.line("FAIL", "destination", "there is none that this version writes")?;
            return Err(failure);
        }
    }
    let reach = options.call.reach(&connection);
    let connected = match reach.connect_for(&connection).await {
        Ok(connected) => connected,
        Err(failure) => {
            report.line("FAIL", "credentials", "they cannot be used")?;
            return Err(failure);
        }
    };
    let (mut failure, mut unwritten) = (None, None);
    let checked = spapi_sync::check(&connection, &connected.client, |finding| {
        let line = match finding {
            Finding::Accepted => ("ok", "credentials", "Amazon accepts them"),
            Finding::Refused(error) => {
                failure = Some(explained(&connected, error, &[]));
                ("FAIL", "credentials", "the first call failed")
            }
            Finding::Sells(marketplace, true) => ("ok", marketplace.country_code(), "the seller sells there"),
            Finding::Sells(marketplace, false) => {
                ("WARN", marketplace.country_code(), "the seller does not sell there, so it has no rows")
            }
            Finding::Listed(marketplace) => ("ok", marketplace.country_code(), "reports can be listed"),
            Finding::NotListed(marketplace, error) => {
                failure.get_or_insert_with(|| explained(&connected, error, &roles(&connection)));
                ("FAIL", marketplace.country_code(), "reports cannot be listed")
            }
            _ => return,
        };
        unwritten = unwritten.take().or(report.line(line.0, line.1, line.2).err());
    });
    Interrupt::new().or(notes::while_waiting(checked)).await?;
    unwritten.or(failure).map_or(Ok(()), Err)
}

/// The roles that the streams need, each once.
fn roles(connection: &Connection) -> Vec<&'static str> {
    let roles = connection.streams.iter().flat_map(|chosen| chosen.stream.roles());
    roles.copied().collect::<BTreeSet<_>>().into_iter().collect()
}

/// The failure of a call. A refusal says what it usually means.
fn explained(connected: &Connected, error: Error, roles: &[&str]) -> Failure {
    let is_forbidden = error.status() == Some(StatusCode::FORBIDDEN);
    let failure = connected.failure(error);
    if !is_forbidden {
        return failure;
    }
    failure.with_next(file::why_forbidden(roles))
}

/// The findings, a line for each.
struct Report<W>(W);

impl<W: Write> Report<W> {
    fn line(&mut self, mark: &str, what: &str, words: &str) -> Result<(), Failure> {
        writeln!(self.0, "{mark:<4}  {what:<11}  {}", printable(words))?;
        Ok(self.0.flush()?)
    }
}
