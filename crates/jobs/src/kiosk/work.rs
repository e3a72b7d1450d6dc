//! How a query is created, listed and looked at.

use super::outcome::{QueryEnded, QueryOutcome, QueryPage};
use super::text;
use crate::asking::lane_name;
use crate::context::Context;
use crate::document::{DocumentOrigin, JobDocument};
use crate::journal::Entry;
use crate::lists::{PAGE, all};
use crate::reason;
use crate::work::{Fits, Found, Status, Work, named};
use spapi_core::{Error, RetryPolicy};
use spapi_data_kiosk::v2023_11_15::DataKiosk as Api;
use spapi_data_kiosk::v2023_11_15::types::{CreateQuerySpecification, Query};
use spapi_document_types::Dataset;
use spapi_types::text::printable;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// The name of the one list that Amazon has of all queries.
const LIST: &str = "queries";

/// A query to run.
pub struct QueryWork {
    pub(crate) context: Arc<Context>,
    pub(crate) entry: Entry,
    pub(crate) text: String,
    pub(crate) page_token: Option<String>,
}

impl QueryWork {
    fn api(&self) -> Api {
        Api::new(&self.context.client)
    }
}

impl Work for QueryWork {
    type Outcome = QueryOutcome;

    fn context(&self) -> &Arc<Context> {
        &self.context
    }

    fn entry(&self) -> &Entry {
        &self.entry
    }

    fn describe(&self) -> String {
        let page = if self.page_token.is_some() { "a further page of a query of" } else { "a query of" };
        format!("{page} {}", self.entry.type_name)
    }

    fn least_interval(&self) -> Option<Duration> {
        None
    }

    async fn similar(&self, since: SystemTime, fresh: bool) -> Result<Vec<Found>, Error> {
        let list = self.api().get_queries().created_since(since).page_size(PAGE);
        let read = all(list.with_options(self.context.patient()).items(), found);
        // Amazon does not show which page a query makes, so only a new one can be this one.
        let is_same = |found: &Found| found.query.as_ref().is_some_and(|query| text::is_same(query, &self.text));
        let fits = |found: &Found| if is_same(found) { Fits::IfNew } else { Fits::No };
        self.context.lists.of(LIST, since, fresh, read, fits).await
    }

    async fn create(&self) -> Result<String, Error> {
        let mut request = CreateQuerySpecification::new(&self.text);
        if let Some(token) = &self.page_token {
            request = request.pagination_token(token);
        }
        let options = self.context.limited(&lane_name(&self.entry)).retry(RetryPolicy::none());
        let answer = self.api().create_query(request).with_options(options).send().await;
        let answer = answer.map_err(|error| with_nearest(error, &self.entry.type_name))?;
        let id = named(&answer, &answer.query_id, "createQuery", "queryId")?;
        self.context.lists.add(LIST, id.clone());
        Ok(id)
    }

    async fn look(&self, id: &str) -> Result<Found, Error> {
        Ok(found(&*self.api().get_query(id).with_options(self.context.patient()).send().await?))
    }

    async fn outcome(&self, entry: &Entry, found: Option<&Found>) -> Result<QueryOutcome, Error> {
        let document = found
            .and_then(|found| found.document_id.clone())
            .map(|id| JobDocument::new(&self.context, id, DocumentOrigin::Query, entry.key()));
        let ended = match (found.map(|found| &found.status), document) {
            (None, _) => QueryEnded::Expired,
            (Some(Status::Done), Some(document)) => QueryEnded::Page(QueryPage { document }),
            (Some(Status::Done), None) => QueryEnded::NoData,
            (Some(Status::Fatal), Some(document)) => QueryEnded::Failed { reason: reason::read(document.open()).await },
            (Some(Status::Fatal), None) => QueryEnded::Failed { reason: None },
            (Some(_), _) => {
                let by_this_program = found.is_some_and(|found| self.context.was_cancelled_here(&found.id));
                QueryEnded::Cancelled { by_this_program }
            }
        };
        Ok(QueryOutcome {
            query_id: entry.id.clone().unwrap_or_default(),
            dataset: entry.type_name.clone(),
            next_page_token: found.and_then(|found| found.page_token.clone()),
            ended,
        })
    }
}

/// Names the known datasets that are like an unknown one which Amazon refuses.
fn with_nearest(error: Error, dataset: &str) -> Error {
    let nearest = if Dataset::find(dataset).is_some() { Vec::new() } else { Dataset::nearest(dataset) };
    match error.is_bad_request() && !nearest.is_empty() {
        true => {
            let hint = format!(
                "The dataset {} is not known. Known are {}.",
                printable(dataset).up_to(100),
                nearest.join(", ")
            );
            error.with_hint(hint)
        }
        false => error,
    }
}

/// What Amazon says about a query.
fn found(query: &Query) -> Found {
    let status = Status::named(query.processing_status.as_ref());
    let document = if status == Status::Fatal { &query.error_document_id } else { &query.data_document_id };
    let filled = |text: Option<String>| text.filter(|text| !text.is_empty());
    Found {
        id: query.query_id.clone(),
        document_id: filled(document.clone()),
        status,
        created: query.created_time.as_ref().and_then(|time| time.to_system_time().ok()),
        query: Some(query.query.clone()),
        page_token: filled(query.pagination.as_ref().and_then(|pages| pages.next_token.clone())),
        ..Found::default()
    }
}
