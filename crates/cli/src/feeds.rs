//! Feeds, and what Amazon did with them, for all commands that submit some.

use crate::connection::{Connected, Connection};
use crate::exit::{Exit, Failure};
use crate::journal::{Memory, polling};
use crate::number::noun;
use spapi_jobs::{Feeds, ProcessingReport};

/// The feeds of the client's seller, with the journal.
pub fn feeds(connected: &Connected, connection: &Connection, memory: &Memory) -> Result<Feeds, Failure> {
    let feeds = Feeds::new(&connected.client);
    let feeds = polling(connection).into_iter().fold(feeds, |feeds, (first, longest)| feeds.polling(first, longest));
    let feeds = connection.longest_wait.into_iter().fold(feeds, Feeds::longest_quota_wait);
    Ok(memory.open(connection)?.into_iter().fold(feeds, Feeds::journal))
}

/// The totals of a processing report on one line.
pub fn totals(report: &ProcessingReport) -> String {
    let totals = report.totals;
    let counted = |count: u64, one: &str| format!("{count} {}", noun(count, one));
    let parts = [
        totals.processed.map(|count| format!("{count} processed")),
        totals.accepted.map(|count| format!("{count} accepted")),
        totals.invalid.map(|count| format!("{count} refused")),
        totals.errors.map(|count| counted(count, "error")),
        totals.warnings.map(|count| counted(count, "warning")),
    ];
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    if parts.is_empty() { counted(report.issues.len() as u64, "issue") } else { parts.join(", ") }
}

/// Fails if Amazon did not take every message of the feed.
pub fn check(id: &str, report: &ProcessingReport) -> Result<(), Failure> {
    if report.totals.processed == Some(0) {
        return Err(Failure::new(Exit::Failed, format!("Amazon found no message in feed {id}"))
            .with_next("compare the feed with the form of its type"));
    }
    match report.is_clean() {
        true => Ok(()),
        false => Err(Failure::new(Exit::Failed, format!("Amazon did not take all of feed {id}: {}", totals(report)))),
    }
}
