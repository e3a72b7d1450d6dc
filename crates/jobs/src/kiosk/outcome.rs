//! How a query ended.

use super::lines::JsonLines;
use crate::document::JobDocument;
use serde::de::DeserializeOwned;
use spapi_core::document::Document;
use spapi_core::{Error, ErrorKind};
use std::fmt;

/// What came of a query, or of one of its pages.
#[non_exhaustive]
pub struct QueryOutcome {
    /// Amazon's id of the query.
    pub query_id: String,
    /// The dataset, which is the query's first field.
    pub dataset: String,
    /// The token of the next page, for [`QueryRequest::page`](super::QueryRequest::page). `None` on the last page.
    pub next_page_token: Option<String>,
    /// How it ended.
    pub ended: QueryEnded,
}

/// How a query ended. A query that is refused before or by `createQuery` is an [`Error`] instead.
#[derive(Debug)]
#[non_exhaustive]
pub enum QueryEnded {
    /// There is data.
    Page(QueryPage),
    /// The query is done, and there is no data for it.
    NoData,
    /// Somebody cancelled it.
    Cancelled {
        /// Whether this program did.
        by_this_program: bool,
    },
    /// Amazon could not run it (`FATAL`).
    Failed {
        /// Amazon's reason on one line, if Amazon gave one that can be read. Addresses and tokens in it are masked.
        reason: Option<String>,
    },
    /// Amazon no longer has the query.
    Expired,
}

impl QueryOutcome {
    /// The page; `None` if there is no data.
    ///
    /// # Errors
    /// When the query did not succeed. The error says how it ended and what to do.
    pub fn page(self) -> Result<Option<QueryPage>, Error> {
        let what = format!("query {} of {}", self.query_id, self.dataset);
        let (message, hint) = match self.ended {
            QueryEnded::Page(page) => return Ok(Some(page)),
            QueryEnded::NoData => return Ok(None),
            QueryEnded::Cancelled { by_this_program: true } => (format!("{what} was cancelled by this program"), ""),
            QueryEnded::Cancelled { .. } => (format!("{what} was cancelled"), "Run it again."),
            QueryEnded::Failed { reason: Some(reason) } => {
                (format!("{what} failed: {reason}"), "Change the query as Amazon says, or run it again later.")
            }
            QueryEnded::Failed { reason: None } => (
                format!("{what} failed, and Amazon gives no reason"),
                "Check its dates, and run it with fewer fields or marketplaces.",
            ),
            QueryEnded::Expired => (format!("Amazon no longer has {what}"), "Run it again."),
        };
        Err(Error::new(ErrorKind::NotFound, message).with_hint(hint))
    }

    /// Removes the query from the journal, so that an equal one is run anew. Until then an equal request gets this one.
    /// Without a journal it does nothing.
    ///
    /// # Errors
    /// When the journal cannot be written.
    pub async fn finish(&self) -> Result<(), Error> {
        // The journal keeps nothing else.
        match &self.ended {
            QueryEnded::Page(page) => page.finish().await,
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for QueryOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QueryOutcome")
            .field("query_id", &self.query_id)
            .field("dataset", &self.dataset)
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}

/// One page of a query's data. It can be read as often as needed, also by another run with the same journal.
pub struct QueryPage {
    pub(super) document: JobDocument,
}

impl QueryPage {
    /// Amazon's id of the document.
    pub fn id(&self) -> &str {
        self.document.id()
    }

    /// Its rows, each of which becomes a `T`: a structure, a map, or [`serde_json::Value`].
    ///
    /// # Errors
    /// The errors of [`open`](Self::open).
    pub async fn rows<T: DeserializeOwned>(&self) -> Result<JsonLines<T>, Error> {
        Ok(JsonLines::new(self.open().await?.text()?))
    }

    /// Requests the document and waits until its first bytes come. It is text with a JSON object in each line. A URL that
    /// expires before or during the download is renewed.
    ///
    /// # Errors
    /// When Amazon no longer has the document or refuses the caller, and the errors of
    /// [`Download::open`](spapi_core::document::Download::open).
    pub async fn open(&self) -> Result<Document, Error> {
        self.document.open().await
    }

    /// Removes the page from the journal, once its rows are where they belong. Until then an equal request gets it again.
    ///
    /// # Errors
    /// When the journal cannot be written.
    pub async fn finish(&self) -> Result<(), Error> {
        self.document.finish().await
    }
}

impl fmt::Debug for QueryPage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QueryPage").field("id", &self.document.id()).finish_non_exhaustive()
    }
}
