//! The request to run a query.

use super::pages::QueryPages;
use super::text::Query;
use super::work::QueryWork;
use super::{QueryJob, QueryOutcome};
use crate::context::Context;
use crate::hash::hex;
use crate::job::Job;
use crate::journal::Entry;
use sha2::{Digest, Sha256};
use spapi_core::BoxFuture;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// A query to run. [`DataKiosk::query`](super::DataKiosk::query) makes it.
///
/// [`pages`](Self::pages) runs it for all pages. Await it for the outcome of its first page, or turn it into a
/// [`job`](Self::job) for each state on the way.
#[must_use = "a request does nothing unless it is awaited or made a job"]
#[derive(Clone)]
pub struct QueryRequest {
    context: Arc<Context>,
    query: Query,
}

impl QueryRequest {
    pub(super) fn new(context: Arc<Context>, query: Query) -> Self {
        Self { context, query }
    }

    /// The text that is sent, without needless white space.
    pub fn text(&self) -> &str {
        &self.query.text
    }

    /// A job for the first page. Nothing is sent yet.
    pub fn job(self) -> QueryJob {
        self.job_of(None)
    }

    /// A job for the page of this token, which the page before has. Nothing is sent yet.
    pub fn page(self, page_token: impl Into<String>) -> QueryJob {
        self.job_of(Some(page_token.into()))
    }

    /// All pages, each of which Amazon makes as a query of its own.
    pub fn pages(self) -> QueryPages {
        QueryPages::new(self)
    }

    pub(super) fn job_of(&self, page_token: Option<String>) -> QueryJob {
        let hash = |text: &str| hex(&Sha256::digest(text)[..16]);
        let mut identity = BTreeMap::from([("query".to_owned(), hash(&self.query.text))]);
        if let Some(token) = &page_token {
            identity.insert("page".to_owned(), hash(token));
        }
        let entry = Entry {
            kind: "query".into(),
            region: self.context.client.region().code().to_owned(),
            type_name: self.query.dataset.clone(),
            options: identity,
            ..Entry::default()
        };
        let work = QueryWork { context: Arc::clone(&self.context), entry, text: self.query.text.clone(), page_token };
        Job::new(work, None)
    }
}

impl IntoFuture for QueryRequest {
    type Output = Result<QueryOutcome, spapi_core::Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        self.job().into_future()
    }
}

impl fmt::Debug for QueryRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QueryRequest").field("dataset", &self.query.dataset).finish_non_exhaustive()
    }
}
