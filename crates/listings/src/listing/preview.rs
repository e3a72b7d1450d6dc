//! What Amazon would say to a change, without carrying it out.

use super::submission::{Submission, SubmissionStatus, listed};
use crate::issues::INTERNAL;
use crate::{Issue, Issues};
use serde::Serialize;
use spapi_core::{Error, ErrorKind};

/// What Amazon says to a preview (`VALIDATION_PREVIEW`), which stores nothing.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", tag = "outcome")]
#[must_use = "the preview may have found errors"]
#[non_exhaustive]
pub enum Preview {
    /// Amazon would take it.
    Valid {
        /// What could be better.
        issues: Issues,
        /// The ASINs of the product, where Amazon knows them already.
        asins: Vec<String>,
    },
    /// Amazon would refuse it.
    Invalid {
        /// What is wrong.
        issues: Issues,
    },
    /// Amazon could not make the preview (`4000000`). This says nothing about the change, which can well succeed.
    Unavailable {
        /// What Amazon says.
        issues: Issues,
    },
}

impl Preview {
    pub(super) fn of(submission: Submission) -> Result<Self, Error> {
        let Submission { status, issues, asins, .. } = submission;
        let is_internal = issues.errors().next().is_some() && issues.errors().all(Issue::is_internal);
        match status {
            SubmissionStatus::Valid => Ok(Self::Valid { issues, asins }),
            _ if is_internal => Ok(Self::Unavailable { issues }),
            SubmissionStatus::Invalid => Ok(Self::Invalid { issues }),
            other => {
                let message = format!("Amazon answered {:?} to a preview, which is VALID or INVALID", other.as_str());
                Err(Error::new(ErrorKind::Answer, message))
            }
        }
    }

    /// What the failure of the call says: a preview changes nothing, so that its outcome is never unknown.
    pub(super) fn failed(error: Error) -> Result<Self, Error> {
        if error.codes().next().is_some() && error.codes().all(|code| code == INTERNAL) {
            let issue = |message: &str| Issue {
                code: Some(INTERNAL.to_owned()),
                message: message.to_owned(),
                ..Issue::default()
            };
            return Ok(Self::Unavailable { issues: error.messages().map(issue).collect() });
        }
        Err(error.with_outcome_unknown(false))
    }

    /// Whether Amazon would take it.
    pub fn is_valid(&self) -> bool {
        matches!(self, Self::Valid { .. })
    }

    /// Whether Amazon would refuse it.
    pub fn is_invalid(&self) -> bool {
        matches!(self, Self::Invalid { .. })
    }

    /// What Amazon says about it.
    pub fn issues(&self) -> &Issues {
        match self {
            Self::Valid { issues, .. } | Self::Invalid { issues } | Self::Unavailable { issues } => issues,
        }
    }

    /// The error of a change that Amazon would refuse.
    pub(crate) fn refused(&self) -> Error {
        let message = format!("Amazon's preview refuses the change{}", listed(self.issues().errors()));
        Error::new(ErrorKind::BadRequest, message).with_hint("Nothing was changed.")
    }
}
