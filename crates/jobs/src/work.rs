//! What differs between the kinds of jobs.

use crate::context::Context;
use crate::journal::Entry;
use spapi_core::{DateTime, Error, ErrorKind, Response};
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// A kind of job: how Amazon is asked to make something, how it is found again, and what comes of it.
///
/// [`Job`](crate::Job) does the rest: it writes the journal, asks once, waits, and tells each state.
pub trait Work: Send + Sync + 'static {
    /// What comes of it.
    type Outcome: Send + 'static;

    fn context(&self) -> &Arc<Context>;

    /// The entry of the journal before anything was sent, without the seller.
    fn entry(&self) -> &Entry;

    /// One line that says what is asked for.
    fn describe(&self) -> String;

    /// The least time between two requests of this type, if it is known.
    fn least_interval(&self) -> Option<Duration>;

    /// What Amazon has of this type and these marketplaces, created since then. Unless it must be `fresh`, the list may be
    /// some minutes old.
    fn similar(&self, since: SystemTime, fresh: bool) -> impl Future<Output = Result<Vec<Found>, Error>> + Send;

    /// Asks Amazon to make it, in a single attempt. Returns Amazon's id.
    fn create(&self) -> impl Future<Output = Result<String, Error>> + Send;

    /// Asks for its state.
    fn look(&self, id: &str) -> impl Future<Output = Result<Found, Error>> + Send;

    /// What came of it. `found` is `None` if Amazon no longer has it.
    fn outcome(
        &self,
        entry: &Entry,
        found: Option<&Found>,
    ) -> impl Future<Output = Result<Self::Outcome, Error>> + Send;
}

/// The id in the answer to a request. Without one, Amazon has the request and its id is not known.
pub(crate) fn named<T>(answer: &Response<T>, id: &str, operation: &str, member: &str) -> Result<String, Error> {
    match id.is_empty() {
        false => Ok(id.to_owned()),
        true => Err(Error::new(ErrorKind::Answer, format!("the answer to {operation} has no {member}"))
            .with_status(answer.status())
            .with_request_id(answer.request_id())
            .with_outcome_unknown(true)),
    }
}

/// What Amazon says about something that it makes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    pub id: String,
    pub status: Status,
    pub created: Option<SystemTime>,
    /// Whether Amazon began to make it.
    pub has_started: bool,
    pub document_id: Option<String>,
    /// `dataStartTime` and `dataEndTime`.
    pub range: Option<(DateTime, DateTime)>,
    /// The schedule that made it.
    pub schedule_id: Option<String>,
    /// The token of the next page of a query.
    pub page_token: Option<String>,
    /// The text of a query.
    pub query: Option<String>,
    pub marketplaces: Vec<String>,
    pub fits: Fits,
}

impl Found {
    /// Whether it is on these marketplaces, given in order, as far as Amazon shows that.
    pub fn is_on(&self, marketplaces: &[String]) -> bool {
        let mut theirs = self.marketplaces.clone();
        theirs.sort();
        theirs.dedup();
        theirs.is_empty() || theirs == marketplaces
    }
}

/// Whether something that Amazon has is what a job asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fits {
    #[default]
    No,
    /// It can be, if it is known to be new.
    IfNew,
    /// It is the same request.
    Same,
}

/// How far Amazon is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Status {
    /// It waits for Amazon to begin.
    #[default]
    InQueue,
    /// Amazon makes it.
    InProgress,
    /// It is made.
    Done,
    /// It was cancelled.
    Cancelled,
    /// It failed.
    Fatal,
    /// A status that this version does not know. A job waits for another one.
    Other(String),
}

impl Status {
    /// The status of this name.
    pub(crate) fn named(name: &str) -> Self {
        match name {
            "IN_QUEUE" => Self::InQueue,
            "IN_PROGRESS" => Self::InProgress,
            "DONE" => Self::Done,
            "CANCELLED" => Self::Cancelled,
            "FATAL" => Self::Fatal,
            other => Self::Other(other.to_owned()),
        }
    }

    /// Whether nothing more happens.
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Done | Self::Cancelled | Self::Fatal)
    }
}

/// Amazon's name: `IN_QUEUE`.
impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::InQueue => "IN_QUEUE",
            Self::InProgress => "IN_PROGRESS",
            Self::Done => "DONE",
            Self::Cancelled => "CANCELLED",
            Self::Fatal => "FATAL",
            Self::Other(name) => name,
        })
    }
}
