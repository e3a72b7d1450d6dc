//! Data Kiosk 2023-11-15: queries and their documents.

mod job;
mod query;
mod rows;

pub(crate) use job::KioskQuery;

use super::Served;
use super::call::Call;
use super::jobs::{self, Course, Job, Jobs, Status};
use super::paging::{self, Next};
use crate::http::{ApiError, Reply};
use crate::server::Server;
use crate::shop::markets_of;
use crate::time::calendar;
use query::Query;
use serde::Deserialize;
use serde_json::json;
use spapi_metadata::Dataset;

/// The queries of every seller.
pub(crate) type Queries = Jobs<KioskQuery>;

/// No queries yet.
pub(crate) fn none() -> Queries {
    Jobs::after(70_000_000_000)
}

pub(super) static SERVED: Served = Served {
    section: "data-kiosk",
    module: "v2023_11_15",
    takes_long: true,
    operations: &[
        ("getQueries", get_queries),
        ("createQuery", create_query),
        ("getQuery", get_query),
        ("cancelQuery", cancel_query),
        ("getDocument", get_document),
    ],
};

/// The parameter and the purpose of the tokens that continue lists.
const TOKEN: &str = "paginationToken";
const LIST: &str = KioskQuery::NAMES.operation;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Specification {
    query: String,
    pagination_token: Option<String>,
}

fn create_query(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let Specification { query: text, pagination_token } = call.json()?;
    let minified = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if minified.chars().count() > Dataset::LONGEST_QUERY {
        return Err(ApiError::too_long("query", Dataset::LONGEST_QUERY));
    }
    let query = Query::read(&text).map_err(ApiError::invalid_input)?;
    let today = calendar::day(server.clock.now()).to_string();
    if Dataset::find(&query.dataset).is_some_and(|dataset| dataset.is_gone(&today)) {
        return Err(ApiError::invalid_input(format!("The dataset {} is gone.", query.dataset)));
    }
    let skip = match &pagination_token {
        None => 0,
        Some(token) => {
            server.pages.open(&job::purpose(&text), token).and_then(|skip| skip.parse().ok()).ok_or_else(|| {
                ApiError::invalid_input("paginationToken is not the token of an earlier query with the same text.")
            })?
        }
    };
    let id = server.queries.next_id();
    let markets = markets_of(call.region).collect();
    let course = Course::new(id.clone(), call.account()?, markets, server.clock.now());
    server.queries.add(KioskQuery::new(course, text, query.dataset, skip));
    Ok(Reply::accepted(json!({ "queryId": id })))
}

fn get_query(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    jobs::get(&server.queries, server, call)
}

fn cancel_query(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let (account, now) = (call.account()?, server.clock.now());
    match server.queries.cancel(account, call.id(), now, &[Status::InQueue, Status::InProgress]) {
        Some(Status::InQueue | Status::InProgress | Status::Cancelled) => Ok(Reply::no_content()),
        Some(_) => Err(ApiError::invalid_input("Only a query that is IN_QUEUE or IN_PROGRESS can be cancelled.")),
        None => Err(ApiError::not_found(format!("There is no query {:?}.", call.id()))),
    }
}

fn get_document(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let id = call.id();
    // The host names a compression in the content-encoding header.
    let download = server.documents.download(call.account()?, id, true);
    let download = download.ok_or_else(|| ApiError::not_found(format!("There is no document {id:?}.")))?;
    Ok(json!({ "documentId": id, "documentUrl": download.url }).into())
}

/// A page of the caller's queries.
fn get_queries(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let query = &call.query;
    let after = query.text(TOKEN).map(|token| paging::read(&server.pages, LIST, TOKEN, token)).transpose()?;
    let after = after.as_ref().map(|next| &next.after);
    let (found, next) = jobs::page(&server.queries, server, call.account()?, query, after, |_| true)?;
    let mut answer = json!({ "queries": found });
    if let Some(after) = next {
        let token = paging::token(&server.pages, LIST, &Next { query: query.clone(), after });
        answer["pagination"] = json!({ "nextToken": token });
    }
    Ok(answer.into())
}
