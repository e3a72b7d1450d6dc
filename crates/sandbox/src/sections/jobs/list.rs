//! The operations that reports and feeds share: one job, the list of them, and its cancellation.

use super::{Course, Job, Jobs, Names, STATUSES, Status};
use crate::http::{ApiError, Query, Reply};
use crate::sections::call::Call;
use crate::sections::marketplaces;
use crate::sections::paging::{self, Next};
use crate::server::Server;
use crate::time::dates;
use serde_json::{Value, json};

/// The longest list of types or marketplaces.
const MOST: usize = 10;

const TOKEN: &str = "nextToken";

/// Moves the job that the path names one step, and answers with it.
pub(in crate::sections) fn get<T: Job>(jobs: &Jobs<T>, server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let job = jobs.ask(call.account()?, call.id(), server).ok_or_else(|| missing::<T>(call))?;
    Ok(job.body().into())
}

/// Cancels the job that the path names.
pub(in crate::sections) fn cancel<T: Job>(jobs: &Jobs<T>, server: &Server, call: &Call) -> Result<Reply, ApiError> {
    match jobs.cancel(call.account()?, call.id(), server.clock.now(), &[Status::InQueue]) {
        Some(Status::InQueue) => Ok(Reply::empty()),
        Some(_) => {
            let message = format!("Only a {} that is IN_QUEUE can be cancelled.", T::NAMES.noun);
            Err(ApiError::invalid_input(message))
        }
        None => Err(missing::<T>(call)),
    }
}

fn missing<T: Job>(call: &Call) -> ApiError {
    ApiError::not_found(format!("There is no {} {:?}.", T::NAMES.noun, call.id()))
}

/// Answers with a page of the caller's jobs, the newest first.
///
/// The first page moves each of the caller's jobs one step, so that a client that only lists sees them end too.
pub(in crate::sections) fn list<T: Job>(jobs: &Jobs<T>, server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let Names { operation, list, types, .. } = T::NAMES;
    let (account, region, call) = (call.account()?, call.region, &call.query);
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
    let markets = ids.map(|ids| marketplaces::read(region, "marketplaceIds", ids)).transpose()?;
    let size = query.number("pageSize", 1..=100)?.unwrap_or(10);
    let (since, until) = (query.date("createdSince")?, query.date("createdUntil")?);

    let mut found = jobs.list(account, after.is_none(), server);
    found.retain(|job| {
        let Course { markets: of, created, status, .. } = job.course();
        kinds.contains(&job.kind())
            && statuses.as_ref().is_none_or(|statuses| statuses.contains(status))
            && markets.as_ref().is_none_or(|markets| markets.iter().any(|market| of.contains(market)))
            && since.is_none_or(|since| *created >= since)
            && until.is_none_or(|until| *created <= until)
    });
    let position = |job: &T| (u64::MAX - dates::seconds(job.course().created), job.course().id.clone());
    found.sort_by_cached_key(position);
    let (found, next) = paging::page(found, position, after.as_ref(), size);
    let mut answer = json!({ list: found.iter().map(Job::body).collect::<Vec<Value>>() });
    if let Some(after) = next {
        answer["nextToken"] = paging::token(&server.pages, operation, &Next { query, after }).into();
    }
    Ok(answer.into())
}

/// A list parameter of at most ten values.
pub(in crate::sections) fn short_list<'a>(query: &'a Query, name: &str) -> Result<Option<Vec<&'a str>>, ApiError> {
    let list = query.list(name);
    match &list {
        Some(values) if values.len() > MOST => {
            Err(ApiError::invalid_input(format!("{name} takes at most {MOST} values, not {}.", values.len())))
        }
        _ => Ok(list),
    }
}
