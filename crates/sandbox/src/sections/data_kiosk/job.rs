//! A query of Data Kiosk as a job.

use super::query::Query;
use super::rows;
use crate::sections::documents::Text;
use crate::sections::documents::charset::Charset;
use crate::sections::jobs::{Course, Job, Names, Status, payload_of};
use crate::server::Server;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The most rows of a document. The next query has the rest.
const PAGE: usize = 50;

/// A query.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct KioskQuery {
    course: Course,
    text: String,
    dataset: String,
    /// How many rows earlier pages had.
    skip: usize,
    data: Option<String>,
    error: Option<String>,
    next: Option<String>,
}

/// The purpose of the tokens that continue a query.
pub(super) fn purpose(text: &str) -> String {
    format!("dataKiosk/2023-11-15/createQuery {text}")
}

impl KioskQuery {
    pub(super) fn new(course: Course, text: String, dataset: String, skip: usize) -> Self {
        Self { course, text, dataset, skip, data: None, error: None, next: None }
    }

    /// The selected rows of all pages, each as JSON.
    fn rows(&self, server: &Server) -> Result<Vec<String>, String> {
        let query = Query::read(&self.text)?;
        rows::rows(&query, self.course.market().region(), server)?.iter().map(|row| query.select(row)).collect()
    }

    fn keep(&self, text: &Text, server: &Server) -> String {
        let id = server.documents.new_id();
        server.documents.keep(self.course.account, &id, text, None);
        id
    }
}

impl Job for KioskQuery {
    const NAMES: Names = Names {
        noun: "query",
        operation: "dataKiosk/2023-11-15/getQueries",
        list: "queries",
        types: "datasets",
        notification: "DATA_KIOSK_QUERY_PROCESSING_FINISHED",
    };

    fn course(&self) -> &Course {
        &self.course
    }

    fn course_mut(&mut self) -> &mut Course {
        &mut self.course
    }

    fn kind(&self) -> &str {
        &self.dataset
    }

    fn work(&mut self, server: &Server) -> Status {
        let rows = match self.rows(server) {
            Ok(rows) => rows,
            Err(reason) => {
                self.error = Some(self.keep(&Text::json(&json!({ "errors": [{ "message": reason }] })), server));
                return Status::Fatal;
            }
        };
        let end = self.skip + PAGE;
        if rows.len() > end {
            self.next = Some(server.pages.close(&purpose(&self.text), &end.to_string()));
        }
        let text: String = rows.iter().skip(self.skip).take(PAGE).map(|row| format!("{row}\n")).collect();
        // A query without rows is done and has no document.
        if !text.is_empty() {
            let text = Text { media_type: "application/jsonl", charset: Charset::Utf8, text };
            self.data = Some(self.keep(&text, server));
        }
        Status::Done
    }

    fn body(&self) -> Value {
        let mut body = json!({ "queryId": self.course.id, "query": self.text });
        self.course.show_progress(&mut body);
        for (name, id) in [("dataDocumentId", &self.data), ("errorDocumentId", &self.error)] {
            if let Some(id) = id {
                body[name] = id.clone().into();
            }
        }
        if let Some(next) = &self.next {
            body["pagination"] = json!({ "nextToken": next });
        }
        body
    }

    fn payload(&self, account: &str) -> Value {
        let names = ["queryId", "query", "processingStatus", "dataDocumentId", "errorDocumentId", "pagination"];
        payload_of(&self.body(), &names, json!({ "accountId": account }))
    }
}
