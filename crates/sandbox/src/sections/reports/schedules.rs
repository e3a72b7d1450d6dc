//! The reports and schedules of every seller.

use super::report::{Report, Specification};
use super::settlements;
use super::types::ReportType;
use crate::keep;
use crate::login::Account;
use crate::sections::documents::Documents;
use crate::sections::jobs::{Jobs, RETENTION};
use crate::server::Server;
use crate::shop::MARKETS;
use crate::time::calendar;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use spapi_metadata::document_types::Availability;
use std::sync::Arc;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

/// The start of the ids of documents that come unasked, such as settlements.
const UNASKED: &str = "amzn1.spdoc.1.4.na.00000000-0000-4000-9000-";

/// Drops the settlements' documents, which are made again when they are asked for.
pub(in crate::sections) fn renew_settlements(documents: &Documents) {
    documents.forget(|id| id.starts_with(UNASKED));
}

/// A schedule that makes reports.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Schedule {
    pub(crate) id: String,
    account: Account,
    pub(crate) specification: Specification,
    pub(crate) period: Period,
    pub(crate) next: SystemTime,
}

/// How often a schedule makes a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Period {
    Minutes(u64),
    Month,
}

const HOUR: u64 = 60;
const DAY: u64 = 24 * HOUR;

/// The names of the periods.
pub(super) const PERIODS: [(&str, Period); 18] = [
    ("PT5M", Period::Minutes(5)),
    ("PT15M", Period::Minutes(15)),
    ("PT30M", Period::Minutes(30)),
    ("PT1H", Period::Minutes(HOUR)),
    ("PT2H", Period::Minutes(2 * HOUR)),
    ("PT4H", Period::Minutes(4 * HOUR)),
    ("PT8H", Period::Minutes(8 * HOUR)),
    ("PT12H", Period::Minutes(12 * HOUR)),
    ("P1D", Period::Minutes(DAY)),
    ("P2D", Period::Minutes(2 * DAY)),
    ("P3D", Period::Minutes(3 * DAY)),
    ("PT84H", Period::Minutes(84 * HOUR)),
    ("P7D", Period::Minutes(7 * DAY)),
    ("P14D", Period::Minutes(14 * DAY)),
    ("P15D", Period::Minutes(15 * DAY)),
    ("P18D", Period::Minutes(18 * DAY)),
    ("P30D", Period::Minutes(30 * DAY)),
    ("P1M", Period::Month),
];

impl Period {
    pub(crate) fn after(self, time: SystemTime) -> SystemTime {
        match self {
            Self::Minutes(minutes) => time + Duration::from_secs(60 * minutes),
            Self::Month => calendar::month_later(time),
        }
    }
}

/// The reports of every seller, and the schedules that make some of them.
#[derive(Debug)]
pub(crate) struct Reports {
    jobs: Jobs<Report>,
    schedules: Mutex<Vec<Schedule>>,
    sellers: usize,
    /// The end of the next settlement, which Amazon makes unasked.
    next_settlement: Mutex<SystemTime>,
}

impl Reports {
    /// The reports at the start: the settlements of the weeks before `now`.
    pub(crate) fn new(sellers: usize, now: SystemTime) -> Self {
        let jobs = Jobs::after(50_000_000_000);
        let reports =
            Self { jobs, schedules: Mutex::default(), sellers, next_settlement: settlements::first_end(now).into() };
        reports.settle(now);
        reports
    }

    /// The part of the state that is kept between runs.
    pub(crate) fn saved(&self) -> serde_json::Result<Value> {
        let next = keep::saved(&self.next_settlement)?;
        Ok(json!({ "jobs": self.jobs.saved()?, "schedules": keep::saved(&self.schedules)?, "nextSettlement": next }))
    }

    pub(crate) fn restore(&self, mut saved: Value) -> serde_json::Result<()> {
        self.jobs.restore(saved["jobs"].take())?;
        keep::restore(&self.next_settlement, saved["nextSettlement"].take())?;
        keep::restore(&self.schedules, saved["schedules"].take())
    }

    /// The reports, including those that schedules and Amazon have made by now.
    pub(super) fn jobs(&self, now: SystemTime) -> &Jobs<Report> {
        self.run_schedules(now);
        self.settle(now);
        &self.jobs
    }

    /// Makes the reports that come unasked, at the end of each settlement by now.
    fn settle(&self, now: SystemTime) {
        let mut next = self.next_settlement.lock().unwrap_or_else(PoisonError::into_inner);
        while *next <= now {
            let until = *next;
            *next = until + settlements::LENGTH;
            if until + RETENTION < now {
                continue;
            }
            for seller in 0..self.sellers {
                for market in &MARKETS {
                    let account = Account::new(seller, market.region());
                    for kind in ReportType::all_of(Availability::Automatic) {
                        let specification = Specification { kind, markets: vec![market], options: Arc::default() };
                        let range = (until - settlements::LENGTH, until);
                        let id = self.jobs.next_id();
                        let document = format!("{UNASKED}{id:0>12}");
                        let report = Report::new(id, account, specification, range, until);
                        let course = report.course.done();
                        self.jobs.add(Report { course, document: Some(document), ..report });
                    }
                }
            }
        }
    }

    /// Adds a report, and returns its id. Without a start, its range begins now. With `limits`, one that is requested too soon after others of its type will be
    /// cancelled.
    pub(super) fn create(
        &self,
        account: Account,
        specification: Specification,
        (from, until): (Option<SystemTime>, SystemTime),
        now: SystemTime,
        limits: bool,
    ) -> String {
        let jobs = self.jobs(now);
        let frequency = specification.kind.known().and_then(|known| known.frequency).filter(|_| limits);
        let is_too_soon = frequency.is_some_and(|frequency| {
            let window = Duration::from_secs(60 * u64::from(frequency.minutes));
            let is_like = |report: &Report| {
                let Report { course, kind, schedule, is_too_soon, .. } = report;
                course.account == account
                    && kind.name == specification.kind.name
                    && course.markets == specification.markets
                    && schedule.is_none()
                    && !is_too_soon
                    && course.created + window > now
            };
            jobs.count_of(now, is_like) >= frequency.times as usize
        });
        let id = jobs.next_id();
        let report = Report::new(id.clone(), account, specification, (from.unwrap_or(now), until), now);
        jobs.add(Report { has_start: from.is_some(), is_too_soon, ..report });
        id
    }

    /// The seller's report whose document has this id. The document exists afterwards.
    pub(super) fn of_document(&self, account: Account, document: &str, server: &Server) -> Option<Report> {
        let is_it = |report: &Report| report.course.account == account && report.document.as_deref() == Some(document);
        let report = self.jobs(server.clock.now()).find(server.clock.now(), is_it)?;
        report.ensure_document(document, server);
        Some(report)
    }

    /// Adds a schedule, which replaces one for the same reports, and returns its id.
    pub(super) fn schedule(
        &self,
        account: Account,
        specification: Specification,
        period: Period,
        next: SystemTime,
        now: SystemTime,
    ) -> String {
        self.run_schedules(now);
        let id = self.jobs.next_id();
        let mut schedules = self.schedules.lock().unwrap_or_else(PoisonError::into_inner);
        schedules.retain(|known| {
            let same = known.specification.kind.name == specification.kind.name
                && known.specification.markets == specification.markets;
            known.account != account || !same
        });
        schedules.push(Schedule { id: id.clone(), account, specification, period, next });
        id
    }

    /// The seller's schedules.
    pub(super) fn schedules(&self, account: Account, now: SystemTime) -> Vec<Schedule> {
        self.run_schedules(now);
        let schedules = self.schedules.lock().unwrap_or_else(PoisonError::into_inner);
        schedules.iter().filter(|schedule| schedule.account == account).cloned().collect()
    }

    /// Removes a schedule. Returns whether it existed.
    pub(super) fn cancel_schedule(&self, account: Account, id: &str, now: SystemTime) -> bool {
        self.run_schedules(now);
        let mut schedules = self.schedules.lock().unwrap_or_else(PoisonError::into_inner);
        let before = schedules.len();
        schedules.retain(|schedule| schedule.account != account || schedule.id != id);
        schedules.len() < before
    }

    /// Makes the reports that are due, without those that would be too old to keep.
    fn run_schedules(&self, now: SystemTime) {
        let mut schedules = self.schedules.lock().unwrap_or_else(PoisonError::into_inner);
        for schedule in schedules.iter_mut() {
            while schedule.next <= now {
                let due = schedule.next;
                let next = schedule.period.after(due);
                if next <= due {
                    // The calendar ends here.
                    break;
                }
                schedule.next = next;
                if due + RETENTION >= now {
                    let length = next.duration_since(due).unwrap_or_default();
                    let specification = schedule.specification.clone();
                    let range = (due - length, due);
                    let report = Report::new(self.jobs.next_id(), schedule.account, specification, range, due);
                    self.jobs.add(Report { schedule: Some(schedule.id.clone()), ..report });
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sections::reports::types::TYPES;

    #[test]
    fn old_reports_are_dropped() {
        let start = SystemTime::UNIX_EPOCH + 2 * RETENTION;
        let reports = Reports::new(0, start);
        let kept = |at| reports.jobs(at).count(at);
        let specification = Specification { kind: &TYPES[0], markets: vec![&MARKETS[0]], options: Arc::default() };
        let account = Account::new(0, MARKETS[0].region());
        let daily = reports.schedule(account, specification.clone(), Period::Minutes(DAY), start, start);
        for _ in 0..5 {
            reports.create(account, specification.clone(), (None, start), start, false);
        }
        assert_eq!(kept(start), 5 + 1);
        // However long the schedule runs, only the reports of the last 90 days are kept.
        for round in 2..5 {
            assert_eq!(kept(start + round * RETENTION), 91);
        }
        assert!(reports.cancel_schedule(account, &daily, start + 5 * RETENTION));
        assert_eq!(kept(start + 7 * RETENTION), 0);
    }

    #[test]
    fn settlements_come_every_two_weeks() {
        let start = SystemTime::UNIX_EPOCH + 8 * RETENTION;
        let reports = Reports::new(2, start);
        let kept = |at| reports.jobs(at).count(at);
        let each = 2 * MARKETS.len() * ReportType::all_of(Availability::Automatic).count();
        assert_eq!(kept(start), 3 * each);
        assert_eq!(kept(start + settlements::LENGTH / 2), 3 * each);
        assert_eq!(kept(start + 2 * settlements::LENGTH), 5 * each);
        // In 90 days there are at most seven, however far the clock went.
        assert_eq!(kept(start + 50 * RETENTION), 7 * each);
    }

    /// In a year, a schedule of five minutes makes a hundred thousand reports.
    #[test]
    fn many_reports_that_are_due_at_once_are_made_in_one_pass() {
        let start = SystemTime::UNIX_EPOCH + 8 * RETENTION;
        let reports = Reports::new(0, start);
        for seller in 0..8 {
            let account = Account::new(seller, MARKETS[0].region());
            let specification = Specification { kind: &TYPES[0], markets: vec![&MARKETS[0]], options: Arc::default() };
            reports.schedule(account, specification, Period::Minutes(5), start, start);
        }
        let year = start + Duration::from_secs(366 * 86400);
        assert_eq!(reports.jobs(year).count(year), 50_000, "the newest of 207,000 that are not too old");
    }
}
