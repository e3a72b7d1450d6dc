#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod asking;
mod context;
mod document;
mod feed;
mod hash;
mod job;
pub mod journal;
mod kiosk;
mod lists;
mod reason;
mod report;
mod set;
mod settings;
mod spacing;
mod store;
mod table;
mod time;
mod uploads;
mod wakes;
mod work;

pub use feed::{
    FeedBody, FeedEnded, FeedIssue, FeedJob, FeedJobs, FeedOutcome, FeedRequest, FeedResult, FeedTotals, Feeds,
    ListingsFeed, ListingsMessage, ListingsPart, ListingsParts, ListingsPatch, ProcessingReport, Severity,
};
pub use job::{Job, Origin, State};
pub use journal::{FolderJournal, MemoryJournal};
#[cfg(feature = "kiosk-check")]
pub use kiosk::KioskSchema;
pub use kiosk::{
    DataKiosk, JsonLines, QueryEnded, QueryJob, QueryJobs, QueryOutcome, QueryPage, QueryPages, QueryRequest,
};
pub use report::{
    CancelCause, Ended, ExistingReports, FoundReport, Outcome, ReportDocument, ReportJob, ReportJobs, ReportRequest,
    Reports, Schedule, Schedules, report_spans,
};
pub use set::{FailedJob, Jobs};
pub use store::{DocumentStore, KeptDocument};
pub use time::{Bound, Span};
pub use uploads::Uploads;
pub use work::Status;
