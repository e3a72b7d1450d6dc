//! The course of what is worked on in the background: reports and feeds.
//!
//! It goes on with the questions about it, not with the time, so that whoever asks again and again comes to the end
//! with any clock: the first answer is that it waits, the second that it is worked on, the third its end.

use crate::dates;
use crate::shop::{self, Market};
use serde_json::Value;
use std::time::{Duration, SystemTime};

/// How long reports, feeds and their documents are kept.
pub(crate) const RETENTION: Duration = Duration::from_secs(90 * 24 * 3600);

/// What a report and a feed have in common.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    pub(crate) id: String,
    pub(crate) seller: usize,
    pub(crate) markets: Vec<&'static Market>,
    pub(crate) created: SystemTime,
    pub(crate) progress: Progress,
}

impl Job {
    /// One that waits for its turn. It is for one marketplace at least.
    pub(crate) fn new(id: String, seller: usize, markets: Vec<&'static Market>, created: SystemTime) -> Self {
        Self { id, seller, markets, created: dates::whole_seconds(created), progress: Progress::queued() }
    }

    /// Whether it is the seller's, by that id.
    pub(crate) fn is(&self, seller: usize, id: &str) -> bool {
        self.seller == seller && self.id == id
    }

    /// Whether it is not too old to be kept.
    pub(crate) fn is_kept(&self, now: SystemTime) -> bool {
        self.created + RETENTION >= now
    }

    /// The marketplace that counts where only one does.
    pub(crate) fn market(&self) -> &'static Market {
        self.markets[0]
    }

    /// Puts marketplaces, status and times into its body.
    pub(crate) fn show(&self, body: &mut Value) {
        body["marketplaceIds"] = shop::ids(&self.markets).into();
        body["createdTime"] = dates::text(self.created).into();
        self.progress.show(body);
    }
}

/// How far it has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    InQueue,
    InProgress,
    Done,
    Cancelled,
    Fatal,
}

/// The names of the statuses.
pub(crate) const STATUSES: [(&str, Status); 5] = [
    ("IN_QUEUE", Status::InQueue),
    ("IN_PROGRESS", Status::InProgress),
    ("DONE", Status::Done),
    ("CANCELLED", Status::Cancelled),
    ("FATAL", Status::Fatal),
];

/// The course of one report or feed.
#[derive(Clone, Debug)]
pub(crate) struct Progress {
    pub(crate) status: Status,
    /// How often it was asked about.
    asked: u32,
    started: Option<SystemTime>,
    ended: Option<SystemTime>,
}

impl Progress {
    /// One that waits for its turn.
    fn queued() -> Self {
        Self { status: Status::InQueue, asked: 0, started: None, ended: None }
    }

    /// One that was done at that time.
    pub(crate) fn done(at: SystemTime) -> Self {
        Self { status: Status::Done, asked: 0, started: Some(at), ended: Some(at) }
    }

    /// Goes one step on. Where its end is due, `work` does what is to be done and says how it ended.
    pub(crate) fn step(&mut self, now: SystemTime, work: impl FnOnce() -> Status) {
        if !matches!(self.status, Status::InQueue | Status::InProgress) {
            return;
        }
        self.asked += 1;
        match self.asked {
            1 => {}
            2 => {
                self.status = Status::InProgress;
                self.started = Some(now);
            }
            _ => {
                self.status = work();
                self.ended = Some(now);
            }
        }
    }

    /// Cancels what waits for its turn, and whether it could be.
    pub(crate) fn cancel(&mut self) -> bool {
        let waits = self.status == Status::InQueue;
        if waits {
            self.status = Status::Cancelled;
        }
        waits
    }

    /// Puts status and times into a body.
    fn show(&self, body: &mut Value) {
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
