//! The reports and schedules of every seller.

use super::report::{Report, Specification};
use super::settlements;
use crate::keep;
use crate::login::Account;
use crate::sections::jobs::{Jobs, RETENTION};
use crate::server::Server;
use crate::time::calendar;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

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
}

impl Reports {
    /// The reports at the start: the settlements of the weeks before `now`.
    pub(crate) fn new(sellers: usize, new_document: impl Fn() -> String, now: SystemTime) -> Self {
        let jobs = Jobs::after(50_000_000_000);
        for seller in 0..sellers {
            for (market, from, until) in settlements::periods(now) {
                let account = Account::new(seller, market.region());
                let specification = settlements::specification(market);
                let report = Report::new(jobs.next_id(), account, specification, (from, until), until);
                let course = report.course.done();
                jobs.add(Report { course, document: Some(new_document()), ..report });
            }
        }
        Self { jobs, schedules: Mutex::default() }
    }

    /// The part of the state that is kept between runs.
    pub(crate) fn saved(&self) -> serde_json::Result<Value> {
        Ok(json!({ "jobs": self.jobs.saved()?, "schedules": keep::saved(&self.schedules)? }))
    }

    pub(crate) fn restore(&self, mut saved: Value) -> serde_json::Result<()> {
        self.jobs.restore(saved["jobs"].take())?;
        keep::restore(&self.schedules, saved["schedules"].take())
    }

    /// The reports, including those that schedules have made by now.
    pub(super) fn jobs(&self, now: SystemTime) -> &Jobs<Report> {
        self.run_schedules(now);
        &self.jobs
    }

    /// Adds a report, and returns its id.
    pub(super) fn create(
        &self,
        account: Account,
        specification: Specification,
        range: (SystemTime, SystemTime),
        now: SystemTime,
    ) -> String {
        let id = self.jobs.next_id();
        self.jobs(now).add(Report::new(id.clone(), account, specification, range, now));
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
    use crate::shop::MARKETS;
    use std::sync::Arc;

    #[test]
    fn old_reports_are_dropped() {
        let start = SystemTime::UNIX_EPOCH + 2 * RETENTION;
        let reports = Reports::new(2, || "document".into(), start);
        let kept = |at| reports.jobs(at).count(at);
        let at_first = kept(start);
        assert!(at_first > 0, "the settlements");
        let specification = Specification { kind: &TYPES[0], markets: vec![&MARKETS[0]], options: Arc::default() };
        let account = Account::new(0, MARKETS[0].region());
        let daily = reports.schedule(account, specification.clone(), Period::Minutes(DAY), start, start);
        for _ in 0..5 {
            reports.create(account, specification.clone(), (start, start), start);
        }
        assert_eq!(kept(start), at_first + 5 + 1);
        // However long the schedule runs, only the reports of the last 90 days are kept.
        for round in 2..5 {
            assert_eq!(kept(start + round * RETENTION), 91);
        }
        assert!(reports.cancel_schedule(account, &daily, start + 5 * RETENTION));
        assert_eq!(kept(start + 7 * RETENTION), 0);
    }

    /// In a year, a schedule of five minutes makes a hundred thousand reports.
    #[test]
    fn many_reports_that_are_due_at_once_are_made_in_one_pass() {
        let start = SystemTime::UNIX_EPOCH + 8 * RETENTION;
        let reports = Reports::new(0, || "document".into(), start);
        for seller in 0..8 {
            let account = Account::new(seller, MARKETS[0].region());
            let specification = Specification { kind: &TYPES[0], markets: vec![&MARKETS[0]], options: Arc::default() };
            reports.schedule(account, specification, Period::Minutes(5), start, start);
        }
        let year = start + Duration::from_secs(366 * 86400);
        assert_eq!(reports.jobs(year).count(year), 50_000, "the newest of 207,000 that are not too old");
    }
}
