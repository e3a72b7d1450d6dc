//! Amazon's answer to a change.

use crate::{Issue, Issues};
use serde::{Deserialize, Serialize};
use spapi_core::{Error, ErrorKind, Response, absent};
use spapi_listings_items::v2021_08_01::types::{ItemIdentifiersByMarketplace, ListingsItemSubmissionResponse};
use spapi_types::text::printable;

/// How many errors of Amazon's an error shows.
const MOST_SHOWN: usize = 5;

spapi_core::open_enum! {
    /// What Amazon says of a submission.
    pub enum SubmissionStatus {
        /// Amazon took it, and carries it out later. Problems that it finds then are issues of the listing.
        Accepted = "ACCEPTED",
        /// Amazon refused it, and nothing changes. The answer's HTTP status is that of a success all the same.
        Invalid = "INVALID",
        /// A preview found no error.
        Valid = "VALID",
    }
}

/// Amazon's answer to a put, a patch or a delete.
///
/// The status alone says whether Amazon took it: an accepted submission can have errors among its issues.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[must_use = "Amazon may have refused the submission"]
#[non_exhaustive]
pub struct Submission {
    /// The SKU.
    pub sku: String,
    /// What Amazon says.
    pub status: SubmissionStatus,
    /// Amazon's id of it, for support cases.
    pub submission_id: String,
    /// What is wrong.
    pub issues: Issues,
    /// Amazon's request id.
    pub request_id: Option<String>,
    /// The ASINs of the product, which Amazon names in a preview alone.
    #[serde(skip)]
    pub(super) asins: Vec<String>,
}

impl Submission {
    pub(super) fn of(answer: &Response<ListingsItemSubmissionResponse>) -> Result<Self, Error> {
        let wire: WireSubmission = spapi_types::json::read(answer.body()).map_err(|error| {
            let error = Error::new(ErrorKind::Decode, "the answer cannot be read").with_source(error);
            error.with_request_id(answer.request_id()).with_outcome_unknown(true)
        })?;
        Ok(Self {
            sku: answer.sku.clone(),
            status: answer.status.as_str().into(),
            submission_id: answer.submission_id.clone(),
            issues: wire.issues,
            asins: wire.identifiers.into_iter().filter_map(|known| known.asin).collect(),
            request_id: answer.request_id().map(str::to_owned),
        })
    }

    /// Whether Amazon took it.
    pub fn is_accepted(&self) -> bool {
        self.status == SubmissionStatus::Accepted
    }

    /// Makes an error of a submission that Amazon did not take.
    ///
    /// # Errors
    /// When Amazon did not take it ([`ErrorKind::BadRequest`]), with the errors that Amazon found.
    pub fn accepted(&self) -> Result<(), Error> {
        match self.is_accepted() {
            true => Ok(()),
            false => Err(self.refused()),
        }
    }

    fn refused(&self) -> Error {
        let status = match self.status.as_str() {
            "" => "without a status".to_owned(),
            status => format!("with the status {}", printable(status).up_to(40)),
        };
        let sku = printable(&self.sku).up_to(80);
        let message = format!("Amazon answered {status} for the SKU {sku}{}", listed(self.issues.errors()));
        let error = Error::new(ErrorKind::BadRequest, message).with_request_id(self.request_id.as_deref());
        // An answer without a known status says nothing about the outcome.
        error.with_outcome_unknown(self.status != SubmissionStatus::Invalid)
    }
}

/// Issues for the end of an error's message.
pub(crate) fn listed<'issue>(issues: impl Iterator<Item = &'issue Issue>) -> String {
    let mut issues = issues.peekable();
    if issues.peek().is_none() {
        return String::new();
    }
    let shown: Vec<_> = issues.by_ref().take(MOST_SHOWN).map(ToString::to_string).collect();
    let more = issues.count();
    let rest = if more == 0 { String::new() } else { format!("; and {more} more") };
    // A hint follows as a sentence of its own.
    format!(": {}{rest}", shown.join("; ")).trim_end_matches('.').to_owned()
}

/// The parts that the section's types do not have of older versions.
#[derive(Default, Deserialize)]
#[serde(default)]
struct WireSubmission {
    #[serde(deserialize_with = "absent::or_default")]
    issues: Issues,
    #[serde(deserialize_with = "absent::list")]
    identifiers: Vec<ItemIdentifiersByMarketplace>,
}
