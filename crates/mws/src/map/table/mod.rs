//! What the maps hold: one row for each name of MWS.

mod feeds;
mod libraries;
mod notifications;
mod operations;
mod reports;
mod values;

use super::{Entry, Kind, Replacement};

/// All rows, in the order of their kinds.
pub(super) fn rows() -> impl Iterator<Item = &'static Entry> {
    let tables = [
        operations::OPERATIONS,
        reports::REPORTS,
        feeds::FEEDS,
        notifications::NOTIFICATIONS,
        values::VALUES,
        libraries::LIBRARIES,
    ];
    tables.into_iter().flatten()
}

const REPORTS: &str = "Reports 2009-01-01";
const FEEDS: &str = "Feeds 2009-01-01";
const SUBSCRIPTIONS: &str = "Subscriptions 2013-07-01";

const fn row(kind: Kind, section: &'static str, name: &'static str, replacement: Replacement) -> Entry {
    Entry { kind, name, section, replacement, library: None, command: None, note: "", is_unsure: false }
}

const fn operation(section: &'static str, name: &'static str, today: &'static [&'static str]) -> Entry {
    row(Kind::Operation, section, name, Replacement::Operations(today))
}

const fn report(name: &'static str, today: Replacement) -> Entry {
    row(Kind::ReportType, REPORTS, name, today).library("spapi_jobs::Reports::request").command("spapi report get")
}

const fn feed(name: &'static str, today: Replacement) -> Entry {
    row(Kind::FeedType, FEEDS, name, today).library("spapi_jobs::Feeds::submit").command("spapi feed submit")
}

const fn notification(name: &'static str, today: &'static [&'static str]) -> Entry {
    row(Kind::NotificationType, SUBSCRIPTIONS, name, Replacement::Notifications(today))
        .library("spapi_events::Notification::parse")
        .command("spapi events setup")
}

const fn state(name: &'static str, today: &'static [&'static str]) -> Entry {
    row(Kind::State, "states of reports and feeds", name, Replacement::Values(today))
}

const fn schedule(name: &'static str, today: Replacement) -> Entry {
    row(Kind::Schedule, "schedules of reports", name, today).command("spapi report schedule create")
}

const fn parameter(name: &'static str, today: &'static [&'static str], note: &'static str) -> Entry {
    row(Kind::Parameter, "every section", name, Replacement::Values(today)).note(note)
}

const fn host(name: &'static str, today: &'static [&'static str]) -> Entry {
    row(Kind::Host, "every section", name, Replacement::Values(today))
}

const fn library(name: &'static str, section: &'static str, crates: &'static [&'static str]) -> Entry {
    row(Kind::Library, section, name, Replacement::Crates(crates))
}

impl Entry {
    const fn library(mut self, path: &'static str) -> Self {
        self.library = Some(path);
        self
    }

    const fn command(mut self, command: &'static str) -> Self {
        self.command = Some(command);
        self
    }

    const fn note(mut self, note: &'static str) -> Self {
        self.note = note;
        self
    }

    const fn unsure(mut self) -> Self {
        self.is_unsure = true;
        self
    }
}
