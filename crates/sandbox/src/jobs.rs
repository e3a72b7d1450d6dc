//! The course of what is worked on in the background: reports and feeds.
//!
//! It goes on with the questions about it, not with the time, so that whoever asks again and again comes to the end
//! with any clock: the first answer is that it waits, the second that it is worked on, the third its end.

use crate::dates;
use serde_json::Value;
use std::time::{Duration, SystemTime};

/// How long reports, feeds and their documents are kept.
pub(crate) const RETENTION: Duration = Duration::from_secs(90 * 24 * 3600);

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
    pub(crate) fn queued() -> Self {
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

    /// Puts status and times into the body of a report or feed.
    pub(crate) fn show(&self, body: &mut Value) {
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
