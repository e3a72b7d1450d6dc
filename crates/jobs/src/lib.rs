#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod asking;
mod context;
mod job;
pub mod journal;
mod lists;
mod report;
mod set;
mod spacing;
mod time;
mod wakes;
mod work;

pub use job::{Job, Origin, State};
pub use journal::{FolderJournal, MemoryJournal};
pub use report::{
    CancelCause, Ended, ExistingReports, FoundReport, Outcome, ReportDocument, ReportJob, ReportJobs, ReportRequest,
    Reports, Schedule, Schedules,
};
pub use set::{FailedJob, Jobs};
pub use time::{Bound, Span};
pub use work::Status;
