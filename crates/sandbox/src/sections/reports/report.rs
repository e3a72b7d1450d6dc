//! A report: its request and its result.

use super::checks;
use super::types::ReportType;
use crate::keep::forms;
use crate::login::Account;
use crate::sections::documents::charset::Charset;
use crate::sections::documents::{ContentType, Long, Pieces, Text};
use crate::sections::jobs::{Course, Job, Names, Status, payload_of};
use crate::server::Server;
use crate::shop::Market;
use crate::shop::listings::DEFAULT_SELLER;
use crate::time::dates;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::SystemTime;

/// The values of the option that sets the content type of a report's document. Amazon has no such option.
const CONTENT_TYPES: [(&str, Option<ContentType>); 3] = [
    ("truthful", Some(ContentType::Truthful)),
    ("missing", Some(ContentType::Missing)),
    ("lying", Some(ContentType::Lying)),
];

/// How a report is to end.
#[derive(Clone, Copy, Debug)]
pub(super) enum End {
    Made,
    /// Cancelled, as if there were no data.
    NoData,
    /// Failed with a document that says so.
    Failed,
    /// Failed without a document.
    NoReason,
}

/// The values of the option for the end of a report. Amazon has no such option.
const ENDS: [(&str, End); 4] =
    [("done", End::Made), ("cancelled", End::NoData), ("fatal", End::Failed), ("fatalWithoutReason", End::NoReason)];

/// A report.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Report {
    pub(super) course: Course,
    #[serde(with = "forms::report_type")]
    pub(crate) kind: &'static ReportType,
    #[serde(with = "forms::options")]
    pub(crate) options: Arc<BTreeMap<String, String>>,
    pub(crate) from: SystemTime,
    pub(crate) until: SystemTime,
    /// The schedule that made it.
    pub(crate) schedule: Option<String>,
    /// The document's id, once the document exists.
    pub(crate) document: Option<String>,
    /// Whether the request gave the start of the range.
    pub(super) has_start: bool,
    /// Whether it was requested too soon after others of its type, so that Amazon cancels it.
    #[serde(default)]
    pub(crate) is_too_soon: bool,
}

/// The result of a report.
pub(super) enum Outcome {
    Document(Text),
    /// A document that is made while it is read.
    Long(Charset, Arc<dyn Pieces>),
    /// There is no data, so the report is cancelled.
    NoData,
    /// Why the sandbox cannot make the report.
    Failed(String),
}

/// The request for a report.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Specification {
    #[serde(with = "forms::report_type")]
    pub(crate) kind: &'static ReportType,
    #[serde(with = "forms::markets")]
    pub(crate) markets: Vec<&'static Market>,
    #[serde(with = "forms::options")]
    pub(crate) options: Arc<BTreeMap<String, String>>,
}

impl Job for Report {
    const NAMES: Names = Names {
        noun: "report",
        operation: "reports/2021-06-30/getReports",
        list: "reports",
        types: "reportTypes",
        notification: "REPORT_PROCESSING_FINISHED",
    };

    fn course(&self) -> &Course {
        &self.course
    }

    fn course_mut(&mut self) -> &mut Course {
        &mut self.course
    }

    fn kind(&self) -> &str {
        self.kind.name
    }

    fn work(&mut self, server: &Server) -> Status {
        let (status, outcome, says) = self.make(server);
        let id = server.documents.new_id();
        if self.keep(&id, outcome, says, server) {
            self.document = Some(id);
        }
        status
    }

    fn body(&self) -> Value {
        let mut body = json!({
            "reportId": self.course.id,
            "reportType": self.kind.name,
            "dataStartTime": dates::text(self.from),
            "dataEndTime": dates::text(self.until),
        });
        self.course.show(&mut body);
        if let Some(schedule) = &self.schedule {
            body["reportScheduleId"] = schedule.clone().into();
        }
        if let Some(document) = &self.document {
            body["reportDocumentId"] = document.clone().into();
        }
        body
    }

    fn payload(&self, account: &str) -> Value {
        let names = ["reportId", "reportType", "processingStatus", "reportDocumentId"];
        let alone = json!({ "sellerId": DEFAULT_SELLER, "accountId": account });
        json!({ "reportProcessingFinishedNotification": payload_of(&self.body(), &names, alone) })
    }
}

impl Report {
    /// Makes the report: its final status, its result, and what the document's content type says.
    fn make(&self, server: &Server) -> (Status, Outcome, Option<ContentType>) {
        let (outcome, says) = match (self.check(), self.choice("sandboxContentType", &CONTENT_TYPES, None)) {
            (Ok(End::Made), Ok(says)) => (self.kind.make(self, server), says),
            (Ok(End::NoData), Ok(says)) => (Outcome::NoData, says),
            (Ok(End::NoReason | End::Failed), Ok(says)) => return (Status::Fatal, Outcome::NoData, says),
            (Err(problem), _) | (_, Err(problem)) => (Outcome::Failed(problem), None),
        };
        let status = match outcome {
            Outcome::Document(_) | Outcome::Long(..) => Status::Done,
            Outcome::NoData => Status::Cancelled,
            Outcome::Failed(_) => Status::Fatal,
        };
        (status, outcome, says)
    }

    /// Whether the report can be made: how the options want it to end, or why it fails.
    fn check(&self) -> Result<End, String> {
        if self.is_too_soon {
            return Ok(End::NoData);
        }
        let end = self.choice("sandboxEnd", &ENDS, End::Made)?;
        match end {
            End::Made => checks::check(self).map(|found| found.unwrap_or(end)),
            End::NoData | End::NoReason => Ok(end),
            End::Failed => Err("The option sandboxEnd asks for a failure.".into()),
        }
    }

    /// Keeps the document of a result under this id. Returns whether there is one.
    fn keep(&self, id: &str, outcome: Outcome, says: Option<ContentType>, server: &Server) -> bool {
        let (documents, account) = (&server.documents, self.course.account);
        match outcome {
            Outcome::Document(text) => documents.keep(account, id, &text, says),
            Outcome::Long(charset, pieces) => documents.keep_long(account, id, Long::new(charset, pieces), says),
            Outcome::Failed(reason) => {
                documents.keep(account, id, &Text::json(&json!({ "errorDetails": reason })), says);
            }
            Outcome::NoData => return false,
        }
        true
    }

    /// Makes its document again if the sandbox does not have it: a settlement's document is made at the first request, and
    /// others may have been dropped for lack of memory.
    pub(super) fn ensure_document(&self, id: &str, server: &Server) {
        if server.documents.download(self.course.account, id, false).is_none() {
            let (_, outcome, says) = self.make(server);
            self.keep(id, outcome, says, server);
        }
    }

    /// A new report for this range of time.
    pub(super) fn new(
        id: String,
        account: Account,
        specification: Specification,
        (from, until): (SystemTime, SystemTime),
        created: SystemTime,
    ) -> Self {
        let Specification { kind, markets, options } = specification;
        let course = Course::new(id, account, markets, created);
        Self { course, kind, options, from, until, schedule: None, document: None, has_start: true, is_too_soon: false }
    }

    /// The value of an option, or its default.
    pub(super) fn option<'a>(&'a self, name: &str, default: &'a str) -> &'a str {
        self.options.get(name).map_or(default, String::as_str)
    }

    /// The parsed value of an option, or why it is invalid.
    pub(super) fn choice<T: Copy>(&self, name: &str, choices: &[(&str, T)], default: T) -> Result<T, String> {
        let Some(value) = self.options.get(name) else { return Ok(default) };
        let known = choices.iter().find(|(known, _)| known == value);
        known.map(|(_, choice)| *choice).ok_or_else(|| {
            let known: Vec<&str> = choices.iter().map(|(known, _)| *known).collect();
            format!("The option {name} has no value {value:?}; it takes {}.", known.join(", "))
        })
    }
}
