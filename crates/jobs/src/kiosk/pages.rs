//! All pages of a query.

use super::outcome::QueryPage;
use super::request::QueryRequest;
use super::{QueryJob, QueryOutcome};
use crate::job::State;
use spapi_core::{Error, ErrorKind};
use std::collections::HashSet;
use std::fmt;

/// The pages of a query. Each is a job; the next begins when it is asked for, since a page names the next one.
pub struct QueryPages {
    request: QueryRequest,
    job: Option<QueryJob>,
    seen: HashSet<String>,
}

impl QueryPages {
    pub(super) fn new(request: QueryRequest) -> Self {
        Self { job: Some(request.job_of(None)), request, seen: HashSet::new() }
    }

    /// Goes on to the next state of the page that is being made and returns it, or `None` once [`try_next`](Self::try_next)
    /// has it. You may drop the future: the next call continues.
    ///
    /// # Errors
    /// The errors of [`Job::try_next`](crate::Job::try_next).
    pub async fn try_next_state(&mut self) -> Result<Option<State>, Error> {
        match &mut self.job {
            Some(job) => job.try_next().await,
            None => Ok(None),
        }
    }

    /// The next page with data, or `None` after the last. A query without data has no pages. You may drop the future: the
    /// next call continues.
    ///
    /// # Errors
    /// When a page cannot be made: Amazon refused, failed or cancelled the query, or names a page that was there already.
    /// After an error of the connection or the journal, call again to continue.
    pub async fn try_next(&mut self) -> Result<Option<QueryPage>, Error> {
        while let Some(job) = &mut self.job {
            while job.try_next().await?.is_some() {}
            let Some(job) = self.job.take() else { break };
            // The job has ended, so this does not wait.
            let outcome: QueryOutcome = job.await?;
            if let Some(token) = &outcome.next_page_token {
                if !self.seen.insert(token.clone()) {
                    let message = format!("query {} names a next page that was there already", outcome.query_id);
                    return Err(Error::new(ErrorKind::Paging, message));
                }
                self.job = Some(self.request.job_of(Some(token.clone())));
            }
            match outcome.page() {
                Ok(Some(page)) => return Ok(Some(page)),
                Ok(None) => {}
                Err(error) => {
                    self.job = None;
                    return Err(error);
                }
            }
        }
        Ok(None)
    }
}

impl fmt::Debug for QueryPages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QueryPages").field("request", &self.request).finish_non_exhaustive()
    }
}
