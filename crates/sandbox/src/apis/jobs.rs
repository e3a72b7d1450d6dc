//! The lists of reports and of feeds, which have the same parameters and paging.

use super::marketplaces;
use crate::dates;
use crate::error::ApiError;
use crate::jobs::{STATUSES, Status};
use crate::paging::{self, Next};
use crate::query::Query;
use crate::server::Server;
use crate::shop::Market;
use std::time::SystemTime;

/// The longest list of types or marketplaces.
const MOST: usize = 10;

const TOKEN: &str = "nextToken";

/// What the lists ask of an entry.
pub(super) trait Job {
    fn id(&self) -> &str;
    fn kind(&self) -> &str;
    fn markets(&self) -> &[&'static Market];
    fn created(&self) -> SystemTime;
    fn status(&self) -> Status;
}

/// A page of entries, the newest first, and the token of the next.
///
/// `types` is the parameter of the types, and `all` gives every entry of the caller's: those of a first page are each
/// a step further than before, so that whoever only ever lists sees them end too.
pub(super) fn page<T: Job>(
    server: &Server,
    call: &Query,
    operation: &str,
    types: &str,
    all: impl FnOnce(bool) -> Vec<T>,
) -> Result<(Vec<T>, Option<String>), ApiError> {
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
    found.retain(|job| {
        kinds.contains(&job.kind())
            && statuses.as_ref().is_none_or(|statuses| statuses.contains(&job.status()))
            && markets.as_ref().is_none_or(|markets| markets.iter().any(|market| job.markets().contains(market)))
            && since.is_none_or(|since| job.created() >= since)
            && until.is_none_or(|until| job.created() <= until)
    });
    let position = |job: &T| (u64::MAX - dates::seconds(job.created()), job.id().to_owned());
    found.sort_by_cached_key(position);
    let (found, next) = paging::page(found, position, after.as_ref(), size);
    let token = next.map(|after| paging::token(&server.pages, operation, &Next { query, after }));
    Ok((found, token))
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
