//! `spapi sync check`: whether a connection can run, and if not, what to do.

use crate::catalog;
use crate::connection::Connected;
use crate::exit::Failure;
use crate::interrupt::Interrupt;
use crate::notes;
use crate::number::noun;
use crate::syncing::destination;
use crate::syncing::file::{self, Call};
use clap::Args;
use spapi_core::operation::ApiName;
use spapi_core::text::printable;
use spapi_core::{Error, Request, StatusCode, Value, decode};
use spapi_metadata::document_types::Party;
use spapi_reports::v2021_06_30::Reports;
use spapi_sync::Connection;
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

/// The most report types of one list of reports.
const MOST_TYPES: usize = 10;

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
    let mut interrupt = Interrupt::new();
    let mut first_failure = None;
    if connection.account == Party::Seller {
        match interrupt.or(notes::while_waiting(participations(&connected))).await? {
            Ok(sells_in) => {
                report.line("ok", "credentials", "Amazon accepts them")?;
                for marketplace in &connection.marketplaces {
                    let (mark, words) = match sells_in.contains(marketplace.id()) {
                        true => ("ok", "the seller sells there"),
                        false => ("WARN", "the seller does not sell there, so it has no rows"),
                    };
                    report.line(mark, marketplace.country_code(), words)?;
                }
            }
            Err(error) => {
                report.line("FAIL", "credentials", "the first call failed")?;
                return Err(explained(&connected, error, &[]));
            }
        }
    }
    let types = report_types(&connection);
    for marketplace in connection.marketplaces.iter().filter(|_| !types.is_empty()) {
        let list = Reports::new(&connected.client)
            .get_reports()
            .report_types(types.iter().take(MOST_TYPES).copied())
            .marketplace_ids([marketplace.id()])
            .page_size(1)
            .send();
        match interrupt.or(notes::while_waiting(list)).await? {
            Ok(_) => report.line("ok", marketplace.country_code(), "reports can be listed")?,
            Err(error) => {
                report.line("FAIL", marketplace.country_code(), "reports cannot be listed")?;
                let roles = roles(&connection);
                first_failure = first_failure.or(Some(explained(&connected, error, &roles)));
            }
        }
    }
    first_failure.map_or(Ok(()), Err)
}

/// The ids of the marketplaces in which the seller sells.
async fn participations(connected: &Connected) -> Result<BTreeSet<String>, Error> {
    let operation = catalog::operation(&ApiName::new("sellers", None), "getMarketplaceParticipations");
    let Ok(operation) = operation else { return Ok(BTreeSet::new()) };
    let request = Request::<Value>::new(&connected.client, operation.entry.operation, decode::json);
    let answer = request.send().await?.into_inner();
    let list = answer["payload"].as_array().map(Vec::as_slice).unwrap_or_default();
    let is_in = |one: &&Value| one["participation"]["isParticipating"].as_bool() == Some(true);
    Ok(list.iter().filter(is_in).filter_map(|one| one["marketplace"]["id"].as_str().map(str::to_owned)).collect())
}

fn report_types(connection: &Connection) -> Vec<&'static str> {
    let types = connection.streams.iter().filter_map(|chosen| chosen.stream.report_type());
    types.map(|known| known.name).collect::<BTreeSet<_>>().into_iter().collect()
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
