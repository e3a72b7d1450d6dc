//! Jobs: reports, feeds and queries of Data Kiosk.
//!
//! Requests move a job, not time, so that a client that polls reaches the end with any clock: the first answer says that
//! the job is queued, the second that it is in progress, the third how it ended.

mod list;

pub(super) use list::{cancel, get, list, page, short_list};

use crate::keep::{self, forms};
use crate::login::Account;
use crate::sections::notifications::Notice;
use crate::server::Server;
use crate::shop::listings::DEFAULT_SELLER;
use crate::shop::{self, Market};
use crate::time::dates;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::VecDeque;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

/// How long the sandbox keeps reports, feeds, queries and their documents.
pub(crate) const RETENTION: Duration = Duration::from_secs(90 * 24 * 3600);

/// The most reports, the most feeds, and the most queries, that the sandbox keeps.
const MOST: usize = 50_000;

/// A report, a feed or a query.
pub(crate) trait Job: Clone {
    /// The API's names for it and its list.
    const NAMES: Names;

    fn course(&self) -> &Course;

    fn course_mut(&mut self) -> &mut Course;

    /// The name of its type.
    fn kind(&self) -> &str;

    /// Does the job's work, and returns its final status.
    fn work(&mut self, server: &Server) -> Status;

    /// The body in which the API shows it.
    fn body(&self) -> Value;

    /// The payload of the notification of its end. `account` is the seller's in the form of Amazon's accounts.
    fn payload(&self, account: &str) -> Value;
}

/// An API's names for a job and its list.
pub(crate) struct Names {
    /// Its name in errors: `report`.
    pub(super) noun: &'static str,
    /// The operation that lists them, which also identifies its page tokens.
    pub(super) operation: &'static str,
    /// The member of the answer that holds the list.
    pub(super) list: &'static str,
    /// The parameter of the types.
    pub(super) types: &'static str,
    /// The type of the notification of its end.
    pub(super) notification: &'static str,
}

/// What every job has: its owner and its progress.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Course {
    pub(crate) id: String,
    pub(crate) account: Account,
    #[serde(with = "forms::markets")]
    pub(crate) markets: Vec<&'static Market>,
    pub(crate) created: SystemTime,
    pub(crate) status: Status,
    /// How many requests asked for it.
    asked: u32,
    started: Option<SystemTime>,
    ended: Option<SystemTime>,
}

impl Course {
    /// The course of a queued job, which has at least one marketplace.
    pub(crate) fn new(id: String, account: Account, markets: Vec<&'static Market>, created: SystemTime) -> Self {
        let created = dates::whole_seconds(created);
        Self { id, account, markets, created, status: Status::InQueue, asked: 0, started: None, ended: None }
    }

    /// The course of a job that was done when it was created.
    pub(crate) fn done(self) -> Self {
        let (started, ended) = (Some(self.created), Some(self.created));
        Self { status: Status::Done, started, ended, ..self }
    }

    /// The first marketplace, for jobs where only one counts.
    pub(crate) fn market(&self) -> &'static Market {
        self.markets[0]
    }

    fn is(&self, account: Account, id: &str) -> bool {
        self.account == account && self.id == id
    }

    /// Whether the job is young enough to keep.
    fn is_kept(&self, now: SystemTime) -> bool {
        self.created + RETENTION >= now
    }

    /// Moves the job one step, and returns whether its work is due now. The work is due once; until it ends, the job is in
    /// progress.
    fn step(&mut self, now: SystemTime) -> bool {
        if !matches!(self.status, Status::InQueue | Status::InProgress) {
            return false;
        }
        self.asked = self.asked.saturating_add(1);
        if self.asked == 2 {
            self.status = Status::InProgress;
            self.started = Some(now);
        }
        self.asked == 3
    }

    fn end(&mut self, status: Status, now: SystemTime) {
        self.status = status;
        self.ended = Some(now);
    }

    /// Adds marketplaces, status and times to a body.
    pub(super) fn show(&self, body: &mut Value) {
        body["marketplaceIds"] = shop::ids(&self.markets).into();
        self.show_progress(body);
    }

    /// Adds status and times to a body.
    pub(super) fn show_progress(&self, body: &mut Value) {
        body["createdTime"] = dates::text(self.created).into();
        let name = STATUSES.iter().find(|(_, status)| *status == self.status).map_or("", |(name, _)| name);
        body["processingStatus"] = name.into();
        if let Some(started) = self.started {
            body["processingStartTime"] = dates::text(started).into();
        }
        if let Some(ended) = self.ended {
            body["processingEndTime"] = dates::text(ended).into();
        }
    }
}

/// The status of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Status {
    InQueue,
    InProgress,
    Done,
    Cancelled,
    Fatal,
}

/// The names of the statuses.
pub(super) const STATUSES: [(&str, Status); 5] = [
    ("IN_QUEUE", Status::InQueue),
    ("IN_PROGRESS", Status::InProgress),
    ("DONE", Status::Done),
    ("CANCELLED", Status::Cancelled),
    ("FATAL", Status::Fatal),
];

/// Sends the notification that a job has ended.
fn announce<T: Job>(job: &T, server: &Server, at: SystemTime) {
    let payload = |_: &str| job.payload(&format!("amzn1.merchant.o.{DEFAULT_SELLER}"));
    let Course { account, .. } = job.course();
    let notice = Notice { account: Some(*account), ..Notice::new(T::NAMES.notification, account.region, at, &payload) };
    server.notifications.publish(&notice, &server.faults);
}

/// The members of a job's body that its notification has too, and those that the notification has alone.
pub(super) fn payload_of(body: &Value, names: &[&str], mut payload: Value) -> Value {
    for name in names {
        if let Some(value) = body.get(*name) {
            payload[*name] = value.clone();
        }
    }
    payload
}

/// The jobs of every seller.
pub(crate) struct Jobs<T> {
    state: Mutex<State<T>>,
}

#[derive(Serialize, Deserialize)]
struct State<T> {
    jobs: VecDeque<T>,
    /// The number of the last id, which makes each id unique.
    last_id: u64,
}

impl<T: Job> Jobs<T> {
    /// No jobs yet. The first id is the number after `last`.
    pub(super) fn after(last_id: u64) -> Self {
        Self { state: Mutex::new(State { jobs: VecDeque::new(), last_id }) }
    }

    /// The state, without jobs that are too old to keep.
    fn state(&self, now: SystemTime) -> MutexGuard<'_, State<T>> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.jobs.retain(|job| job.course().is_kept(now));
        state
    }

    /// A new id.
    pub(super) fn next_id(&self) -> String {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.last_id += 1;
        state.last_id.to_string()
    }

    pub(super) fn add(&self, job: T) {
        let jobs = &mut self.state.lock().unwrap_or_else(PoisonError::into_inner).jobs;
        if jobs.len() >= MOST {
            // Drop the oldest, because the age limit does not limit the number of jobs.
            jobs.pop_front();
        }
        jobs.push_back(job);
    }

    /// Moves the seller's job with this id one step, and returns it.
    fn ask(&self, account: Account, id: &str, server: &Server) -> Option<T> {
        let now = server.clock.now();
        let mut state = self.state(now);
        let job = state.jobs.iter_mut().find(|job| job.course().is(account, id))?;
        let is_due = job.course_mut().step(now);
        let job = job.clone();
        drop(state);
        Some(if is_due { self.finish(job, server) } else { job })
    }

    /// The jobs of the seller. With `step`, each moves one step.
    pub(super) fn list(&self, account: Account, step: bool, server: &Server) -> Vec<T> {
        let now = server.clock.now();
        let mut state = self.state(now);
        let mine = state.jobs.iter_mut().filter(|job| job.course().account == account);
        let mine: Vec<(bool, T)> = mine.map(|job| (step && job.course_mut().step(now), job.clone())).collect();
        drop(state);
        mine.into_iter().map(|(is_due, job)| if is_due { self.finish(job, server) } else { job }).collect()
    }

    /// Does the work of a job. It may take long, so nothing stays locked during it.
    fn finish(&self, mut job: T, server: &Server) -> T {
        let status = job.work(server);
        let now = server.clock.now();
        job.course_mut().end(status, now);
        let Course { account, id, .. } = job.course();
        if let Some(place) = self.state(now).jobs.iter_mut().find(|known| known.course().is(*account, id)) {
            place.clone_from(&job);
        }
        announce(&job, server, now);
        job
    }

    /// Cancels a job in one of these statuses. Returns the status that it had; `None` if there is no such job.
    pub(super) fn cancel(&self, account: Account, id: &str, now: SystemTime, from: &[Status]) -> Option<Status> {
        let mut state = self.state(now);
        let course = state.jobs.iter_mut().find(|job| job.course().is(account, id))?.course_mut();
        let status = course.status;
        if from.contains(&status) {
            course.status = Status::Cancelled;
        }
        Some(status)
    }

    /// The first job that the condition holds for.
    pub(super) fn find(&self, now: SystemTime, is_it: impl Fn(&T) -> bool) -> Option<T> {
        self.state(now).jobs.iter().find(|job| is_it(job)).cloned()
    }

    /// The number of jobs that the condition holds for.
    pub(super) fn count_of(&self, now: SystemTime, is_it: impl Fn(&T) -> bool) -> usize {
        self.state(now).jobs.iter().filter(|job| is_it(job)).count()
    }
}

impl<T: Job + Serialize + DeserializeOwned> Jobs<T> {
    /// The part of the state that is kept between runs.
    pub(crate) fn saved(&self) -> serde_json::Result<Value> {
        keep::saved(&self.state)
    }

    pub(crate) fn restore(&self, saved: Value) -> serde_json::Result<()> {
        keep::restore(&self.state, saved)?;
        // The next request does the work that the end of the run cut off.
        for job in &mut self.state.lock().unwrap_or_else(PoisonError::into_inner).jobs {
            let course = job.course_mut();
            course.asked = course.asked.min(2);
        }
        Ok(())
    }
}

/// Does not show the jobs.
impl<T> fmt::Debug for Jobs<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jobs").finish_non_exhaustive()
    }
}

#[cfg(test)]
impl<T: Job> Jobs<T> {
    pub(super) fn count(&self, now: SystemTime) -> usize {
        self.state(now).jobs.len()
    }
}
