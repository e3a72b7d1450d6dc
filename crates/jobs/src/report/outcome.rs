//! How a report ended.

use super::document::ReportDocument;
use crate::time::Span;
use spapi_core::{Error, ErrorKind};
use std::fmt;
use std::time::SystemTime;

/// What came of a report.
#[derive(Debug)]
#[non_exhaustive]
pub struct Outcome {
    /// Amazon's id of the report.
    pub report_id: String,
    /// The type.
    pub type_name: String,
    /// The ids of the marketplaces.
    pub marketplace_ids: Vec<String>,
    /// The span that was requested; `None` for a report without one, or that was not requested.
    pub span: Option<Span>,
    /// When Amazon created it.
    pub created: Option<SystemTime>,
    /// The id of the schedule that made it.
    pub schedule_id: Option<String>,
    /// How it ended.
    pub ended: Ended,
}

/// How a report ended. A request that is refused before or by `createReport` is an [`Error`] instead.
#[derive(Debug)]
#[non_exhaustive]
pub enum Ended {
    /// There is a document. It may be a table without rows.
    Document(ReportDocument),
    /// The report is done, and there is no document.
    NoRows,
    /// Amazon cancelled the report.
    Cancelled {
        /// Why, as far as it can be known.
        cause: CancelCause,
    },
    /// Amazon could not make the report (`FATAL`).
    Failed {
        /// Amazon's reason on one line, if Amazon gave one that can be read. Addresses and tokens in it are masked.
        reason: Option<String>,
    },
    /// Amazon no longer has the report.
    Expired,
}

/// Why a report was cancelled. Amazon gives one status for all of these. The times of the report and of those before it
/// tell them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CancelCause {
    /// There was no data for the report. Amazon had begun to make it, and then nobody can cancel it by hand.
    NoData,
    /// This program cancelled it.
    ByThisProgram,
    /// Somebody cancelled it while it was in the queue, most likely: Amazon had not begun to make it.
    ByHand,
    /// It was requested too often, most likely: Amazon makes the type only once in a while, and had an earlier report of that
    /// type and those marketplaces.
    TooOften,
}

impl CancelCause {
    /// Whether this is the only possible cause.
    pub fn is_certain(self) -> bool {
        self == Self::ByThisProgram
    }
}

impl Outcome {
    /// The document. Use [`ended`](Self::ended) to tell the other outcomes apart.
    ///
    /// # Errors
    /// When there is no document. The error says how the report ended and what to do.
    pub fn document(self) -> Result<ReportDocument, Error> {
        let what = format!("report {} ({})", self.report_id, self.type_name);
        let (message, hint) = match self.ended {
            Ended::Document(document) => return Ok(document),
            Ended::NoRows => (format!("{what} is done and has no document"), "There is nothing to read."),
            Ended::Cancelled { cause } => (format!("{what} was cancelled: {cause}"), cause.hint()),
            Ended::Failed { reason: Some(reason) } => {
                (format!("{what} failed: {reason}"), "Change the request as Amazon says, or request it again later.")
            }
            Ended::Failed { reason: None } => (
                format!("{what} failed, and Amazon gives no reason"),
                "Check the range and the options, and whether the type was requested too often.",
            ),
            Ended::Expired => (format!("Amazon no longer has {what}"), "Request it again."),
        };
        Err(Error::new(ErrorKind::NotFound, message).with_hint(hint))
    }
}

impl CancelCause {
    fn hint(self) -> &'static str {
        match self {
            Self::NoData => "The span most likely has no rows.",
            Self::ByThisProgram => "",
            Self::ByHand => "Request it again.",
            Self::TooOften => "Use the earlier report, or request it again later.",
        }
    }
}

impl fmt::Display for CancelCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoData => "there was no data for it",
            Self::ByThisProgram => "by this program",
            Self::ByHand => "before Amazon began to make it, most likely by hand",
            Self::TooOften => "most likely because the type was requested too often",
        })
    }
}
