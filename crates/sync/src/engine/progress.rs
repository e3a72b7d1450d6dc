//! What a run says while it goes on, and at its end.

use crate::destination::{SliceId, SliceState};
use crate::{ChosenStream, Stream};
use spapi_core::{Error, Marketplace};
use std::time::SystemTime;

/// What came of a slice in a run.
#[derive(Debug)]
#[non_exhaustive]
pub enum SliceOutcome {
    /// Its rows and its state are in the destination.
    Committed(SliceState),
    /// It is a gap, which the next run tries to fill. The other slices go on.
    Gap {
        /// Which slice.
        id: SliceId,
        /// Why, with Amazon's reason if Amazon gave one.
        why: Error,
    },
}

/// How far a stream of one marketplace is.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct StreamProgress {
    /// The stream.
    pub stream: &'static Stream,
    /// The marketplace. `None` if the rows of all come together.
    pub marketplace: Option<Marketplace>,
    /// How many slices this run reads. It can grow where Amazon's list of reports says how many there are.
    pub slices: u64,
    /// How many of them are committed.
    pub done: u64,
    /// How many of them failed.
    pub gaps: u64,
    /// The rows that are committed, and those that were read of slices that are not.
    pub rows: u64,
    /// The committed rows that did not fit, which are dead letters.
    pub rejected: u64,
    /// What it waits for. `None` while it reads rows, and at its end.
    pub waiting: Option<Waiting>,
    /// Why the run does not read the stream.
    pub refused: Option<String>,
}

impl StreamProgress {
    pub(super) fn new(chosen: &ChosenStream, marketplace: Option<Marketplace>) -> Self {
        Self {
            stream: chosen.stream,
            marketplace,
            slices: 0,
            done: 0,
            gaps: 0,
            rows: 0,
            rejected: 0,
            waiting: None,
            refused: None,
        }
    }

    /// Whether nothing of it is left to read in this run.
    pub fn is_over(&self) -> bool {
        self.refused.is_some() || self.done + self.gaps >= self.slices
    }
}

/// What a stream waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Waiting {
    /// For what.
    pub what: WaitingFor,
    /// Until when, by the clock of this machine. `None` if that is not known.
    pub until: Option<SystemTime>,
}

/// For what a stream waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WaitingFor {
    /// For the quota, or for a report type that Amazon makes only once in a while.
    Quota,
    /// For Amazon to make a report or to run a query. `until` is the next look.
    Report,
    /// For the answer to a call.
    Answer,
}

/// What a run did.
#[derive(Debug)]
#[non_exhaustive]
pub struct Summary {
    /// The streams, in the connection's order, each once for each marketplace.
    pub streams: Vec<StreamProgress>,
    /// The slices of the run, in the order in which they ended.
    pub outcomes: Vec<SliceOutcome>,
    /// Whether the run was stopped before its end.
    pub is_stopped: bool,
}

impl Summary {
    /// The gaps: which slices, and why.
    pub fn gaps(&self) -> impl Iterator<Item = (&SliceId, &Error)> {
        self.outcomes.iter().filter_map(|outcome| match outcome {
            SliceOutcome::Gap { id, why } => Some((id, why)),
            SliceOutcome::Committed(_) => None,
        })
    }

    /// Whether every due slice of every stream is committed.
    pub fn is_whole(&self) -> bool {
        !self.is_stopped
            && self.streams.iter().all(|one| one.refused.is_none() && one.gaps == 0 && one.done == one.slices)
    }
}
