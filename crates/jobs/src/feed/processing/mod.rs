//! The processing report of a feed, in one type for its three forms.

mod flat;
mod json;
#[cfg(test)]
mod tests;
mod xml;

use spapi_core::{Error, ErrorKind};
use std::collections::BTreeMap;
use std::fmt;

/// The longest processing report that a job reads, in bytes of UTF-8.
pub(super) const LONGEST: usize = 128 << 20;

/// What Amazon did with a feed: how many messages it took, and what is wrong with the others.
///
/// Amazon writes it as JSON for the listings feed, as XML for XML feeds and as a table below a summary for flat files.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct ProcessingReport {
    /// Amazon's id of the feed. `None` in a flat file, which does not have it.
    pub feed_id: Option<String>,
    /// How many messages there were, and what came of them.
    pub totals: FeedTotals,
    /// What is wrong, in the report's order. A message can have several issues.
    pub issues: Vec<FeedIssue>,
    /// The listings after the feed, as `getListingsItem` has them: only if a listings feed asked for them.
    pub items: Vec<serde_json::Value>,
}

/// The totals of a feed. A number that the report does not have is `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct FeedTotals {
    /// The messages, or records of a flat file, that Amazon read.
    pub processed: Option<u64>,
    /// Those of them that Amazon took.
    pub accepted: Option<u64>,
    /// Those of them that Amazon refused.
    pub invalid: Option<u64>,
    /// The errors of a JSON report, of which one message can have several. In XML, the messages with an error.
    pub errors: Option<u64>,
    /// The warnings, counted like the errors.
    pub warnings: Option<u64>,
}

/// Something that is wrong with a message of a feed, or with the whole feed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct FeedIssue {
    /// The message's id in the feed, or the number of the record in a flat file, from 1. `None` for an issue of the whole
    /// feed.
    pub message_id: Option<u64>,
    /// The SKU that the message is about, if the report or the feed's builder names it.
    pub sku: Option<String>,
    /// Amazon's code, such as `90220`.
    pub code: Option<String>,
    /// How bad it is.
    pub severity: Severity,
    /// Amazon's words, in the language of the feed.
    pub message: String,
    /// The names of the attributes that it is about.
    pub attributes: Vec<String>,
    /// What else the report says about it, by the name there, such as `AmazonOrderID`.
    pub details: BTreeMap<String, String>,
}

/// How bad an issue is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Severity {
    /// Amazon did not carry out the message, or a part of it.
    #[default]
    Error,
    /// Amazon carried out the message.
    Warning,
    /// Only information.
    Info,
    /// A severity that this version does not know.
    Other(String),
}

impl ProcessingReport {
    /// Reads a processing report in any of the three forms.
    ///
    /// Members, elements and columns that are missing or unknown are no error.
    ///
    /// # Errors
    /// When the text has none of the forms, or ends early. The error says where.
    ///
    /// ```
    /// use spapi_jobs::{ProcessingReport, Severity};
    ///
    /// let text = r#"{"header":{"feedId":"7"},"summary":{"messagesProcessed":2,"messagesAccepted":1},
    ///     "issues":[{"messageId":2,"sku":"A-1","code":"90220","severity":"ERROR","message":"brand is missing"}]}"#;
    /// let report = ProcessingReport::read(text)?;
    /// assert_eq!(report.totals.accepted, Some(1));
    /// assert_eq!(report.of_message(2).next().unwrap().sku.as_deref(), Some("A-1"));
    /// # Ok::<_, spapi_core::Error>(())
    /// ```
    pub fn read(text: &str) -> Result<Self, Error> {
        let text = text.trim_start_matches('\u{feff}').trim_start();
        match text.chars().next() {
            None => Err(unreadable("it is empty")),
            Some('{') => json::read(text),
            Some('<') => xml::read(text),
            Some(_) => flat::read(text),
        }
    }

    /// The issues of one message, by its id in the feed or the number of the record.
    pub fn of_message(&self, message_id: u64) -> impl Iterator<Item = &FeedIssue> {
        self.issues.iter().filter(move |issue| issue.message_id == Some(message_id))
    }

    /// The issues of one SKU.
    pub fn of_sku(&self, sku: &str) -> impl Iterator<Item = &FeedIssue> {
        self.issues.iter().filter(move |issue| issue.sku.as_deref() == Some(sku))
    }

    /// The issues that are errors.
    pub fn errors(&self) -> impl Iterator<Item = &FeedIssue> {
        self.issues.iter().filter(|issue| issue.severity == Severity::Error)
    }

    /// Whether Amazon took every message: the report has no error and counts no refused message.
    pub fn is_clean(&self) -> bool {
        let none = |count: Option<u64>| count.unwrap_or_default() == 0;
        none(self.totals.invalid) && none(self.totals.errors) && self.errors().next().is_none()
    }

    /// Names the SKU of each issue that has only the id of its message.
    pub(super) fn name_skus(&mut self, skus: &BTreeMap<u64, String>) {
        for issue in self.issues.iter_mut().filter(|issue| issue.sku.is_none()) {
            issue.sku = issue.message_id.and_then(|id| skus.get(&id)).cloned();
        }
    }
}

impl Severity {
    /// The severity of this name, in any form: `ERROR`, `Error`. A report in another language has names of its own.
    fn named(name: &str) -> Self {
        match name.trim().to_ascii_uppercase().as_str() {
            "ERROR" | "FATAL" | "" => Self::Error,
            "WARNING" | "WARN" => Self::Warning,
            "INFO" => Self::Info,
            _ => Self::Other(name.trim().to_owned()),
        }
    }
}

/// Amazon's name: `ERROR`.
impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "ERROR",
            Self::Warning => "WARNING",
            Self::Info => "INFO",
            Self::Other(name) => name,
        })
    }
}

/// The error of a text that is not a processing report.
fn unreadable(why: impl fmt::Display) -> Error {
    Error::new(ErrorKind::Decode, format!("the processing report cannot be read: {why}"))
        .with_hint("Read the document's bytes to see what Amazon sent.")
}

/// A text without surrounding blanks, unless nothing is left.
fn filled(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// A message's id. Amazon writes 0 for the whole feed.
fn message_id(text: &str) -> Option<u64> {
    text.trim().parse().ok().filter(|id| *id > 0)
}
