//! Reports: what was asked for, how far it has come, and what they say of the shop.

mod end_users;
mod listings;
mod orders;
mod sales;
mod settlements;
mod table;
mod types;
mod unshipped;

pub(crate) use types::{ReportType, TYPES};

use crate::calendar;
use crate::documents::{ContentType, Text};
use crate::jobs::{Job, Progress, RETENTION, Status};
use crate::server::Server;
use crate::shop::Market;
use serde_json::json;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

/// What a report may ask the content type of its own document to say. Amazon has no such option.
const CONTENT_TYPES: [(&str, Option<ContentType>); 3] = [
    ("truthful", Some(ContentType::Truthful)),
    ("missing", Some(ContentType::Missing)),
    ("lying", Some(ContentType::Lying)),
];

/// A report.
#[derive(Clone, Debug)]
pub(crate) struct Report {
    pub(crate) job: Job,
    pub(crate) kind: &'static ReportType,
    pub(crate) options: BTreeMap<String, String>,
    pub(crate) from: SystemTime,
    pub(crate) until: SystemTime,
    /// The schedule that made it.
    pub(crate) schedule: Option<String>,
    /// The document's id, once there is one.
    pub(crate) document: Option<String>,
}

/// What comes of a report.
#[derive(Debug)]
enum Outcome {
    Document(Text),
    /// There is nothing to report: it is cancelled.
    NoData,
    /// Why it cannot be made.
    Failed(String),
}

/// What a report is asked for with.
#[derive(Clone, Debug)]
pub(crate) struct Specification {
    pub(crate) kind: &'static ReportType,
    pub(crate) markets: Vec<&'static Market>,
    pub(crate) options: BTreeMap<String, String>,
}

/// A schedule by which reports are made.
#[derive(Clone, Debug)]
pub(crate) struct Schedule {
    pub(crate) id: String,
    seller: usize,
    pub(crate) specification: Specification,
    pub(crate) period: Period,
    pub(crate) next: SystemTime,
}

/// How often a schedule makes a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Period {
    Minutes(u64),
    Month,
}

const HOUR: u64 = 60;
const DAY: u64 = 24 * HOUR;

/// The names of the periods.
pub(crate) const PERIODS: [(&str, Period); 18] = [
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

/// The reports and schedules of every seller.
pub(crate) struct Reports {
    state: Mutex<State>,
}

struct State {
    reports: Vec<Report>,
    schedules: Vec<Schedule>,
    /// How many reports and schedules were made: no two ids are alike.
    made: u64,
}

impl Reports {
    /// Without any but the settlements of the weeks before `now`.
    pub(crate) fn new(sellers: usize, new_document: impl Fn() -> String, now: SystemTime) -> Self {
        let mut state = State { reports: Vec::new(), schedules: Vec::new(), made: 0 };
        for seller in 0..sellers {
            for (market, from, until) in settlements::periods(now) {
                let mut report = state.report(seller, settlements::specification(market), (from, until), until);
                report.job.progress = Progress::done(until);
                report.document = Some(new_document());
                state.reports.push(report);
            }
        }
        Self { state: Mutex::new(state) }
    }

    /// The state, with all that is due by now, and without what is too old to be kept.
    fn state(&self, now: SystemTime) -> MutexGuard<'_, State> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.run_schedules(now);
        state.reports.retain(|report| report.job.is_kept(now));
        state
    }

    /// Takes up a report, and gives its id.
    pub(crate) fn create(
        &self,
        seller: usize,
        specification: Specification,
        range: (SystemTime, SystemTime),
        now: SystemTime,
    ) -> String {
        let mut state = self.state(now);
        let report = state.report(seller, specification, range, now);
        let id = report.job.id.clone();
        state.reports.push(report);
        id
    }

    /// The seller's report of that id, one step further.
    pub(crate) fn ask(&self, seller: usize, id: &str, server: &Server) -> Option<Report> {
        let mut state = self.state(server.clock.now());
        let report = state.reports.iter_mut().find(|report| report.job.is(seller, id))?;
        report.step(server);
        Some(report.clone())
    }

    /// The reports of the seller. With `step`, each goes one step further.
    pub(crate) fn list(&self, seller: usize, step: bool, server: &Server) -> Vec<Report> {
        let mut state = self.state(server.clock.now());
        let mine = state.reports.iter_mut().filter(|report| report.job.seller == seller);
        mine.map(|report| {
            if step {
                report.step(server);
            }
            report.clone()
        })
        .collect()
    }

    /// Cancels a report that waits for its turn, and whether it did; `None` where there is no such report.
    pub(crate) fn cancel(&self, seller: usize, id: &str, now: SystemTime) -> Option<bool> {
        let mut state = self.state(now);
        let report = state.reports.iter_mut().find(|report| report.job.is(seller, id))?;
        Some(report.job.progress.cancel())
    }

    /// The seller's report whose document has that id. The document of a settlement is made here, when it is first
    /// asked for.
    pub(crate) fn of_document(&self, seller: usize, document: &str, server: &Server) -> Option<Report> {
        let state = self.state(server.clock.now());
        let is_it = |report: &&Report| report.job.seller == seller && report.document.as_deref() == Some(document);
        let report = state.reports.iter().find(is_it)?.clone();
        drop(state);
        if server.documents.download(seller, document, false).is_none() {
            if let Outcome::Document(text) = (report.kind.make)(&report, server) {
                server.documents.keep(seller, document, &text, None);
            }
        }
        Some(report)
    }

    /// Takes up a schedule in the place of one for the same reports, and gives its id.
    pub(crate) fn schedule(
        &self,
        seller: usize,
        specification: Specification,
        period: Period,
        next: SystemTime,
        now: SystemTime,
    ) -> String {
        let mut state = self.state(now);
        state.schedules.retain(|known| {
            let same = known.specification.kind.name == specification.kind.name
                && known.specification.markets == specification.markets;
            known.seller != seller || !same
        });
        let id = state.next_id();
        state.schedules.push(Schedule { id: id.clone(), seller, specification, period, next });
        id
    }

    /// The seller's schedules.
    pub(crate) fn schedules(&self, seller: usize, now: SystemTime) -> Vec<Schedule> {
        self.state(now).schedules.iter().filter(|schedule| schedule.seller == seller).cloned().collect()
    }

    /// Ends a schedule, and whether there was one.
    pub(crate) fn cancel_schedule(&self, seller: usize, id: &str, now: SystemTime) -> bool {
        let mut state = self.state(now);
        let before = state.schedules.len();
        state.schedules.retain(|schedule| schedule.seller != seller || schedule.id != id);
        state.schedules.len() < before
    }
}

/// Without the reports themselves.
impl fmt::Debug for Reports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reports").finish_non_exhaustive()
    }
}

impl State {
    fn next_id(&mut self) -> String {
        self.made += 1;
        (50_000_000_000 + self.made).to_string()
    }

    fn report(
        &mut self,
        seller: usize,
        specification: Specification,
        range: (SystemTime, SystemTime),
        created: SystemTime,
    ) -> Report {
        Report {
            job: Job::new(self.next_id(), seller, specification.markets, created),
            kind: specification.kind,
            options: specification.options,
            from: range.0,
            until: range.1,
            schedule: None,
            document: None,
        }
    }

    /// Makes the reports whose time has come. Those that would not be kept any more are left out.
    fn run_schedules(&mut self, now: SystemTime) {
        for place in 0..self.schedules.len() {
            while self.schedules[place].next <= now {
                let schedule = self.schedules[place].clone();
                let due = schedule.next;
                let next = schedule.period.after(due);
                if next <= due {
                    // The calendar has ended.
                    break;
                }
                self.schedules[place].next = next;
                if due + RETENTION >= now {
                    let length = next.duration_since(due).unwrap_or_default();
                    let report = self.report(schedule.seller, schedule.specification, (due - length, due), due);
                    self.reports.push(Report { schedule: Some(schedule.id), ..report });
                }
            }
        }
    }
}

impl Report {
    fn step(&mut self, server: &Server) {
        let mut progress = self.job.progress.clone();
        progress.step(server.clock.now(), || {
            let (outcome, says) = match self.choice("sandboxContentType", &CONTENT_TYPES, None) {
                Ok(says) => ((self.kind.make)(self, server), says),
                Err(problem) => (Outcome::Failed(problem), None),
            };
            let (status, text) = match outcome {
                Outcome::Document(text) => (Status::Done, text),
                Outcome::NoData => return Status::Cancelled,
                Outcome::Failed(reason) => (Status::Fatal, Text::json(&json!({ "errorDetails": reason }))),
            };
            let id = server.documents.new_id();
            server.documents.keep(self.job.seller, &id, &text, says);
            self.document = Some(id);
            status
        });
        self.job.progress = progress;
    }

    /// The value of an option, or the one that counts where it is not given.
    fn option<'a>(&'a self, name: &str, default: &'a str) -> &'a str {
        self.options.get(name).map_or(default, String::as_str)
    }

    /// The choice that an option makes, or why there is none.
    fn choice<T: Copy>(&self, name: &str, choices: &[(&str, T)], default: T) -> Result<T, String> {
        let Some(value) = self.options.get(name) else { return Ok(default) };
        let known = choices.iter().find(|(known, _)| known == value);
        known.map(|(_, choice)| *choice).ok_or_else(|| {
            let known: Vec<&str> = choices.iter().map(|(known, _)| *known).collect();
            format!("The option {name} has no value {value:?}; it takes {}.", known.join(", "))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shop::MARKETS;

    #[test]
    fn old_reports_are_kept_no_longer() {
        let start = SystemTime::UNIX_EPOCH + 2 * RETENTION;
        let reports = Reports::new(2, || "document".into(), start);
        let kept = |at| reports.state(at).reports.len();
        let at_first = kept(start);
        assert!(at_first > 0, "the settlements");
        let specification = Specification { kind: &TYPES[0], markets: vec![&MARKETS[0]], options: BTreeMap::new() };
        let daily = reports.schedule(0, specification.clone(), Period::Minutes(DAY), start, start);
        for _ in 0..5 {
            reports.create(0, specification.clone(), (start, start), start);
        }
        assert_eq!(kept(start), at_first + 5 + 1);
        // From then on there are those of the last 90 days, however long it runs.
        for round in 2..5 {
            assert_eq!(kept(start + round * RETENTION), 91);
        }
        assert!(reports.cancel_schedule(0, &daily, start + 5 * RETENTION));
        assert_eq!(kept(start + 7 * RETENTION), 0);
    }
}
