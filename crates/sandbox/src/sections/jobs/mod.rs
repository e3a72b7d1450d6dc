//! What is worked on in the background: reports and feeds.
//!
//! A job moves with the questions about it and not with the time, so that a client that polls reaches the end with any
//! clock: the first answer says that it waits, the second that it is worked on, the third how it ended.

mod list;

pub(super) use list::{cancel, get, list, short_list};

use crate::keep::{self, forms};
use crate::login::Account;
use crate::server::Server;
use crate::shop::{self, Market};
use crate::time::dates;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::VecDeque;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

/// How long reports, feeds and their documents are kept.
pub(crate) const RETENTION: Duration = Duration::from_secs(90 * 24 * 3600);

/// The most reports that are kept, and the most feeds.
const MOST: usize = 50_000;

/// A report or a feed.
pub(crate) trait Job: Clone {
    /// How the API names it, its list and the parts of that.
    const NAMES: Names;

    fn course(&self) -> &Course;

    fn course_mut(&mut self) -> &mut Course;

    /// The name of its type.
    fn kind(&self) -> &str;

    /// Does what it was created for, and says how that ended.
    fn work(&mut self, server: &Server) -> Status;

    /// It as the API shows it.
    fn body(&self) -> Value;
}

/// How an API names a job, and the parts of the list of them.
pub(crate) struct Names {
    /// What errors call it: `report`.
    pub(super) noun: &'static str,
    /// The operation that lists them, by which its page tokens are told from others.
    pub(super) operation: &'static str,
    /// The member of the answer that holds the list.
    pub(super) list: &'static str,
    /// The parameter of the types.
    pub(super) types: &'static str,
}

/// What every job has: whose it is, and how far it has come.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Course {
    pub(crate) id: String,
    pub(crate) account: Account,
    #[serde(with = "forms::markets")]
    pub(crate) markets: Vec<&'static Market>,
    pub(crate) created: SystemTime,
    pub(crate) status: Status,
    /// How often it was asked about.
    asked: u32,
    started: Option<SystemTime>,
    ended: Option<SystemTime>,
}

impl Course {
    /// That of a job that waits for its turn. It is for one marketplace at least.
    pub(crate) fn new(id: String, account: Account, markets: Vec<&'static Market>, created: SystemTime) -> Self {
        let created = dates::whole_seconds(created);
        Self { id, account, markets, created, status: Status::InQueue, asked: 0, started: None, ended: None }
    }

    /// The same, as of a job that was done when it was created.
    pub(crate) fn done(self) -> Self {
        let (started, ended) = (Some(self.created), Some(self.created));
        Self { status: Status::Done, started, ended, ..self }
    }

    /// The marketplace that counts where only one does.
    pub(crate) fn market(&self) -> &'static Market {
        self.markets[0]
    }

    fn is(&self, account: Account, id: &str) -> bool {
        self.account == account && self.id == id
    }

    /// Whether it is not too old to be kept.
    fn is_kept(&self, now: SystemTime) -> bool {
        self.created + RETENTION >= now
    }

    /// Goes one step on, and says whether the work is due now. It is due once: who asks meanwhile sees it worked on.
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

    /// Puts marketplaces, status and times into a body.
    pub(super) fn show(&self, body: &mut Value) {
        body["marketplaceIds"] = shop::ids(&self.markets).into();
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

/// How far a job has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Status {
    InQueue,
    InProgress,
    Done,
    Cancelled,
    Fatal,
}

/// The names of the statuses.
const STATUSES: [(&str, Status); 5] = [
    ("IN_QUEUE", Status::InQueue),
    ("IN_PROGRESS", Status::InProgress),
    ("DONE", Status::Done),
    ("CANCELLED", Status::Cancelled),
    ("FATAL", Status::Fatal),
];

/// The jobs of every seller.
pub(crate) struct Jobs<T> {
    state: Mutex<State<T>>,
}

#[derive(Serialize, Deserialize)]
struct State<T> {
    jobs: VecDeque<T>,
    /// The number of the last id: no id is given twice.
    last_id: u64,
}

impl<T: Job> Jobs<T> {
    /// Without any; the first id is the number after this one.
    pub(super) fn after(last_id: u64) -> Self {
        Self { state: Mutex::new(State { jobs: VecDeque::new(), last_id }) }
    }

    /// The state, without what is too old to be kept.
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
            // The oldest goes: 90 days say nothing of how many there are.
            jobs.pop_front();
        }
        jobs.push_back(job);
    }

    /// The seller's job of that id, one step further.
    fn ask(&self, account: Account, id: &str, server: &Server) -> Option<T> {
        let now = server.clock.now();
        let mut state = self.state(now);
        let job = state.jobs.iter_mut().find(|job| job.course().is(account, id))?;
        let is_due = job.course_mut().step(now);
        let job = job.clone();
        drop(state);
        Some(if is_due { self.finish(job, server) } else { job })
    }

    /// The jobs of the seller. With `step`, each goes one step further.
    fn list(&self, account: Account, step: bool, server: &Server) -> Vec<T> {
        let now = server.clock.now();
        let mut state = self.state(now);
        let mine = state.jobs.iter_mut().filter(|job| job.course().account == account);
        let mine: Vec<(bool, T)> = mine.map(|job| (step && job.course_mut().step(now), job.clone())).collect();
        drop(state);
        mine.into_iter().map(|(is_due, job)| if is_due { self.finish(job, server) } else { job }).collect()
    }

    /// Does the work of a job whose end is due. It may take long, so that nothing is locked meanwhile.
    fn finish(&self, mut job: T, server: &Server) -> T {
        let status = job.work(server);
        let now = server.clock.now();
        job.course_mut().end(status, now);
        let Course { account, id, .. } = job.course();
        if let Some(place) = self.state(now).jobs.iter_mut().find(|known| known.course().is(*account, id)) {
            place.clone_from(&job);
        }
        job
    }

    /// Cancels a job that waits for its turn, and whether it did; `None` where there is no such job.
    fn cancel(&self, account: Account, id: &str, now: SystemTime) -> Option<bool> {
        let mut state = self.state(now);
        let course = state.jobs.iter_mut().find(|job| job.course().is(account, id))?.course_mut();
        let waits = course.status == Status::InQueue;
        if waits {
            course.status = Status::Cancelled;
        }
        Some(waits)
    }

    /// The first of the jobs that is meant.
    pub(super) fn find(&self, now: SystemTime, is_it: impl Fn(&T) -> bool) -> Option<T> {
        self.state(now).jobs.iter().find(|job| is_it(job)).cloned()
    }
}

impl<T: Job + Serialize + DeserializeOwned> Jobs<T> {
    /// What is kept of them between runs.
    pub(crate) fn saved(&self) -> serde_json::Result<Value> {
        keep::saved(&self.state)
    }

    pub(crate) fn restore(&self, saved: Value) -> serde_json::Result<()> {
        keep::restore(&self.state, saved)?;
        // Work that was cut off with the run is done when it is asked for next.
        for job in &mut self.state.lock().unwrap_or_else(PoisonError::into_inner).jobs {
            let course = job.course_mut();
            course.asked = course.asked.min(2);
        }
        Ok(())
    }
}

/// Without the jobs themselves.
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
