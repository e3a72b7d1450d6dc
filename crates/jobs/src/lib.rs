#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod asking;
mod context;
mod document;
mod feed;
mod job;
pub mod journal;
mod lists;
mod options;
mod reason;
mod report;
mod set;
mod settings;
mod spacing;
mod time;
mod wakes;
mod work;

pub use feed::{
    FeedBody, FeedEnded, FeedIssue, FeedJob, FeedJobs, FeedOutcome, FeedRequest, FeedResult, FeedTotals, Feeds,
    ListingsFeed, ListingsMessage, ListingsPart, ListingsParts, ListingsPatch, ProcessingReport, Severity,
};
pub use job::{Job, Origin, State};
pub use journal::{FolderJournal, MemoryJournal};
pub use report::{
    CancelCause, Ended, ExistingReports, FoundReport, Outcome, ReportDocument, ReportJob, ReportJobs, ReportRequest,
    Reports, Schedule, Schedules,
};
pub use set::{FailedJob, Jobs};
pub use time::{Bound, Span};
pub use work::Status;
