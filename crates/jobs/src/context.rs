//! What all jobs of one seller share: the client, the journal, the pace of polling and the spacing of requests.

use crate::journal::{Entry, JobKey, Journal, MemoryJournal};
use crate::lists::Lists;
use crate::spacing::Lanes;
use crate::store::DocumentStore;
use crate::wakes::Wakes;
use spapi_core::{Client, Error, RequestOptions};
use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

/// A job may wait for days for its quota, because nobody waits for a single call.
const LONGEST_QUOTA_WAIT: Duration = Duration::from_secs(30 * 24 * 3600);

/// The longest wait between two looks. It grows by a factor, which must not overflow.
pub(crate) const LONGEST_PAUSE: Duration = Duration::from_secs(30 * 24 * 3600);

/// How much time between two looks at one report each waiting job adds: half of the rate of `getReport`, two calls a second.
const SHARE: Duration = Duration::from_secs(1);

/// By how much each wait is longer than the one before.
const GROWTH: f64 = 1.6;

/// After so many looks the waits grow no more, whatever the longest wait is.
const MOST_GROWTH: u32 = 60;

pub struct Context {
    pub client: Client,
    pub journal: Arc<dyn Journal>,
    /// Keeps what is downloaded.
    pub store: Option<Arc<dyn DocumentStore>>,
    /// Whether the journal keeps an entry until the caller has finished with the document. Otherwise it is removed when the
    /// job has ended.
    pub keeps_results: bool,
    pub(crate) polling: Polling,
    pub longest_wait: Duration,
    /// How long a type may rest and a call may wait for its quota, if the caller has set that.
    pub longest_quota_wait: Option<Duration>,
    /// How old a made report may be that an equal job takes.
    pub reuse: Duration,
    pub(crate) wakes: Wakes,
    pub(crate) lanes: Lanes,
    pub(crate) lists: Lists,
    /// The least time between two requests.
    pub(crate) spacing: Duration,
    /// Held while a request is sent, so that one intent at most is open when the process ends. It has the time of the last one.
    pub(crate) sending: tokio::sync::Mutex<Option<SystemTime>>,
    refused: Mutex<Option<String>>,
    waiting: AtomicUsize,
    cancelled: Mutex<HashSet<String>>,
}

/// How often a waiting job asks for its status.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Polling {
    pub first: Duration,
    pub longest: Duration,
}

impl Context {
    pub fn new(client: &Client) -> Self {
        Self {
            client: client.clone(),
            journal: Arc::new(MemoryJournal::new()),
            keeps_results: false,
            store: None,
            polling: Polling { first: Duration::from_secs(10), longest: Duration::from_secs(60) },
            longest_wait: Duration::from_secs(24 * 3600),
            longest_quota_wait: None,
            reuse: Duration::ZERO,
            spacing: Duration::ZERO,
            wakes: Wakes::default(),
            lanes: Lanes::default(),
            lists: Lists::default(),
            sending: tokio::sync::Mutex::default(),
            refused: Mutex::default(),
            waiting: AtomicUsize::new(0),
            cancelled: Mutex::default(),
        }
    }

    /// The same settings, with nothing under way.
    pub fn renewed(&self) -> Self {
        Self {
            journal: Arc::clone(&self.journal),
            store: self.store.clone(),
            keeps_results: self.keeps_results,
            polling: self.polling,
            longest_wait: self.longest_wait,
            longest_quota_wait: self.longest_quota_wait,
            reuse: self.reuse,
            spacing: self.spacing,
            ..Self::new(&self.client)
        }
    }

    /// Waits until the next request may follow one that was sent then.
    pub async fn space(&self, last: Option<SystemTime>) {
        let clock = self.client.clock();
        let Some(next) = last.and_then(|last| last.checked_add(self.spacing)) else { return };
        if let Ok(wait) = next.duration_since(clock.now()) {
            // A clock that was set back must not make it wait longer.
            clock.sleep(wait.min(self.spacing)).await;
        }
    }

    /// The options of calls that may wait for their quota as long as it takes, or as long as the caller allows.
    pub fn patient(&self) -> RequestOptions {
        RequestOptions::new().longest_wait(self.longest_quota_wait.unwrap_or(LONGEST_QUOTA_WAIT))
    }

    /// How long to wait before a job looks again, after that many looks. All waiting jobs together stay within the quota.
    pub fn interval(&self, looks: u32) -> Duration {
        let Polling { first, longest } = self.polling;
        let grown = first.mul_f64(GROWTH.powi(looks.min(MOST_GROWTH) as i32)).min(longest);
        let others = self.waiting.load(Ordering::Relaxed).saturating_sub(1);
        let fair = first.min(SHARE).saturating_mul(u32::try_from(others).unwrap_or(u32::MAX));
        // Jobs that began together should not ask together.
        grown.mul_f64(0.9 + fastrand::f64() / 10.0).max(fair)
    }

    /// The options of a request in this lane, which may be refused because of its type alone.
    ///
    /// A refusal counts for the lane, until requests of two lanes are refused with none passed between them. That is the quota
    /// of the operation.
    pub fn limited(&self, lane: &str) -> RequestOptions {
        match &*self.refused.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(other) if other != lane => self.patient(),
            _ => self.patient().own_limit(),
        }
    }

    /// Notes the lane whose request was refused last, or that a request passed.
    pub fn note_refused(&self, lane: Option<&str>) {
        *self.refused.lock().unwrap_or_else(PoisonError::into_inner) = lane.map(str::to_owned);
    }

    /// Counts a waiting job until the value is dropped.
    pub fn wait_here(self: &Arc<Self>) -> Seat {
        self.waiting.fetch_add(1, Ordering::Relaxed);
        Seat(Arc::clone(self))
    }

    /// Keeps what no other job of the journal has the id of. The journal is read only if there is something to keep.
    pub async fn retain_unclaimed<T>(
        &self,
        own: &JobKey,
        candidates: &mut Vec<T>,
        id_of: impl Fn(&T) -> &String,
    ) -> Result<(), Error> {
        if candidates.is_empty() {
            return Ok(());
        }
        let ids: Vec<_> = candidates.iter().map(|candidate| id_of(candidate).clone()).collect();
        let entries = self.journal.entries_by_id(&ids).await?;
        let others: HashSet<_> =
            entries.into_iter().filter(|entry| entry.key() != *own).filter_map(|entry: Entry| entry.id).collect();
        candidates.retain(|candidate| !others.contains(id_of(candidate)));
        Ok(())
    }

    /// The journal's entry of what Amazon calls by this id.
    pub async fn entry_of(&self, kind: &str, id: &str) -> Result<Option<Entry>, Error> {
        let (seller, region) = (self.client.seller().await?, self.client.region().code());
        let is_it = |entry: &Entry| entry.kind == kind && entry.seller == seller && entry.region == region;
        Ok(self.journal.entries_by_id(&[id.to_owned()]).await?.into_iter().find(is_it))
    }

    /// Notes that this program cancelled a report.
    pub fn note_cancelled(&self, id: &str) {
        self.cancelled.lock().unwrap_or_else(PoisonError::into_inner).insert(id.to_owned());
    }

    pub fn was_cancelled_here(&self, id: &str) -> bool {
        self.cancelled.lock().unwrap_or_else(PoisonError::into_inner).contains(id)
    }
}

/// The place of a waiting job.
pub struct Seat(Arc<Context>);

impl Drop for Seat {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}
