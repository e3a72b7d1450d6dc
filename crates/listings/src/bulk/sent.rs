//! What became of sending one SKU.

use crate::Issues;
use std::time::SystemTime;

#[derive(Clone, Debug)]
pub(super) enum Sent {
    /// Amazon refused it.
    Refused(Issues),
    /// Amazon has it, or may have it.
    Taken {
        /// When, by the clock of this machine or Amazon's, if that is known.
        at: Option<SystemTime>,
        /// Why it is not sure that Amazon carries it out.
        doubt: Option<String>,
        /// Amazon's warnings.
        issues: Issues,
    },
    /// It was not sent.
    Not(String),
}

impl Sent {
    pub fn taken(at: Option<SystemTime>) -> Self {
        Self::Taken { at, doubt: None, issues: Issues::default() }
    }

    pub fn doubtful(at: Option<SystemTime>, doubt: impl Into<String>) -> Self {
        Self::Taken { at, doubt: Some(doubt.into()), issues: Issues::default() }
    }
}
