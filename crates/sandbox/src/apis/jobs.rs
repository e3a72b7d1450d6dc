//! The lists of reports and of feeds, which have the same parameters and paging.

use super::marketplaces;
use crate::dates;
use crate::error::ApiError;
use crate::jobs::{Job, STATUSES};
use crate::paging::{self, Next};
use crate::query::Query;
use crate::reply::Reply;
use crate::server::Server;
use serde_json::{Value, json};

/// The longest list of types or marketplaces.
const MOST: usize = 10;

const TOKEN: &str = "nextToken";

/// What the lists ask of an entry.
pub(super) trait Entry {
    fn job(&self) -> &Job;
    /// The name of its type.
    fn kind(&self) -> &str;
}

/// How an API names the parts of its list.
pub(super) struct List {
    /// The operation, by which its page tokens are told from others.
    pub(super) operation: &'static str,
    /// The entries in the answer.
    pub(super) entries: &'static str,
    /// The parameter of the types.
    pub(super) types: &'static str,
}

/// Answers with a page of entries, the newest first.
///
/// `all` gives every entry of the caller's: those of a first page are each a step further than before, so that whoever
/// only ever lists sees them end too.
pub(super) fn list<T: Entry>(
    server: &Server,
    call: &Query,
    list: &List,
    all: impl FnOnce(bool) -> Vec<T>,
    body: fn(&T) -> Value,
) -> Result<Reply, ApiError> {
    let List { operation, entries, types } = *list;
    let (query, after) = match call.text(TOKEN) {
        None => (call.clone(), None),
        Some(_) if call.has_others_than(TOKEN) => {
            return Err(ApiError::invalid_input("nextToken must be the only parameter."));
        }
        Some(token) => {
            let Next { query, after } = paging::read(&server.pages, operation, TOKEN, token)?;
            (query, Some(after))
        }
    };
    let kinds = short_list(&query, types)?;
    let Some(kinds) = kinds.filter(|kinds| !kinds.is_empty()) else {
        return Err(ApiError::invalid_input(format!("{types} or nextToken is required.")));
    };
    let statuses = query.choices("processingStatuses", &STATUSES)?;
    let ids = short_list(&query, "marketplaceIds")?;
    let markets = ids.map(|ids| marketplaces::read("marketplaceIds", ids)).transpose()?;
    let size = query.number("pageSize", 1..=100)?.unwrap_or(10);
    let (since, until) = (query.date("createdSince")?, query.date("createdUntil")?);

    let mut found = all(after.is_none());
    found.retain(|entry| {
        let Job { markets: of, created, progress, .. } = entry.job();
        kinds.contains(&entry.kind())
            && statuses.as_ref().is_none_or(|statuses| statuses.contains(&progress.status))
            && markets.as_ref().is_none_or(|markets| markets.iter().any(|market| of.contains(market)))
            && since.is_none_or(|since| *created >= since)
            && until.is_none_or(|until| *created <= until)
    });
    let position = |entry: &T| (u64::MAX - dates::seconds(entry.job().created), entry.job().id.clone());
    found.sort_by_cached_key(position);
    let (found, next) = paging::page(found, position, after.as_ref(), size);
    let mut answer = json!({ entries: found.iter().map(body).collect::<Vec<_>>() });
    if let Some(after) = next {
        answer["nextToken"] = paging::token(&server.pages, operation, &Next { query, after }).into();
    }
    Ok(answer.into())
}

/// A list of ten at most.
pub(super) fn short_list<'a>(query: &'a Query, name: &str) -> Result<Option<Vec<&'a str>>, ApiError> {
    let list = query.list(name);
    match &list {
        Some(values) if values.len() > MOST => {
            Err(ApiError::invalid_input(format!("{name} takes {MOST} values at most, not {}.", values.len())))
        }
        _ => Ok(list),
    }
}
