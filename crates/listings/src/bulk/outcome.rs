//! What came of each SKU of a batch.

use crate::{Findings, Issues, ListingStatus};
use serde::Serialize;
use std::fmt;

/// What came of one SKU of a batch.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct BulkOutcome {
    /// The SKU.
    pub sku: String,
    /// Where it comes from, as [`BulkItem::place`](super::BulkItem::place) has set it. Several if it was given several times.
    pub places: Vec<String>,
    /// What came of it.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// What came of a SKU.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Outcome {
    /// It was not sent, because of these errors.
    Invalid {
        /// The errors, and warnings beside them.
        findings: Findings,
    },
    /// Amazon refused it, or its listing has errors.
    Refused {
        /// Amazon's issues.
        issues: Issues,
    },
    /// Amazon took it, and until the deadline buyers could not buy it, or the listing did not show the change.
    Accepted {
        /// What the listing's status was at the end.
        status: Vec<ListingStatus>,
        /// Amazon's warnings.
        issues: Issues,
    },
    /// Buyers can buy it.
    Live {
        /// The listing's status.
        status: Vec<ListingStatus>,
        /// Amazon's warnings.
        issues: Issues,
    },
    /// The listing is deleted.
    Deleted,
    /// It was not sent, or nobody knows whether Amazon carried it out.
    Unknown {
        /// Why.
        reason: String,
    },
}

impl Outcome {
    /// The outcome in one word: `invalid`, `refused`, `accepted`, `live`, `deleted` or `unknown`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Invalid { .. } => "invalid",
            Self::Refused { .. } => "refused",
            Self::Accepted { .. } => "accepted",
            Self::Live { .. } => "live",
            Self::Deleted => "deleted",
            Self::Unknown { .. } => "unknown",
        }
    }

    /// Whether the change is not, or perhaps not, carried out.
    pub fn is_failure(&self) -> bool {
        matches!(self, Self::Invalid { .. } | Self::Refused { .. } | Self::Unknown { .. })
    }
}

/// The findings, issues or reason, each on a line. Empty for an outcome that explains itself.
impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // What keeps it from being sent comes first.
            Self::Invalid { findings } => findings.lines(f, findings.errors().chain(findings.warnings())),
            Self::Refused { issues } | Self::Accepted { issues, .. } | Self::Live { issues, .. } => {
                write!(f, "{issues}")
            }
            Self::Deleted => Ok(()),
            Self::Unknown { reason } => f.write_str(reason),
        }
    }
}
