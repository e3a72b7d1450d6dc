//! A span of time.

use jiff::{SignedDuration, Timestamp};
use spapi_core::DateTime;
use std::fmt;
use std::time::SystemTime;

/// A span of time, from a moment up to another that it does not include.
///
/// A report is requested with the last millisecond of its span as `dataEndTime`, because Amazon includes that moment, or
/// with the first moment after it for types that give whole hours. So spans that follow one another leave no gap and do not overlap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    from: Timestamp,
    to: Timestamp,
}

impl Span {
    /// `from` must be before `to`.
    pub(crate) fn new(from: Timestamp, to: Timestamp) -> Self {
        Self { from, to }
    }

    /// The first moment.
    pub fn from(&self) -> SystemTime {
        self.from.into()
    }

    /// The first moment after it.
    pub fn to(&self) -> SystemTime {
        self.to.into()
    }

    pub(crate) fn bounds(&self) -> (Timestamp, Timestamp) {
        (self.from, self.to)
    }

    /// `dataStartTime` and `dataEndTime` of a request.
    pub(crate) fn sent(&self, end: SentEnd) -> (DateTime, DateTime) {
        let last = match end {
            SentEnd::LastMoment => self.to.checked_sub(SignedDuration::from_millis(1)).unwrap_or(self.to),
            SentEnd::NextStart => self.to,
        };
        (self.from.into(), last.max(self.from).into())
    }
}

/// What a request gives as its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SentEnd {
    /// The last millisecond of the span.
    LastMoment,
    /// The first moment after it, for types that give whole hours.
    NextStart,
}

/// `2026-10-01T00:00:00Z to 2026-10-08T00:00:00Z`, where the second moment is not included.
impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}", self.from, self.to)
    }
}
