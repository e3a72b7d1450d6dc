//! What the operations of jobs share: one job, the list of them, and its cancellation.

use super::{Course, Job, Jobs, Names, STATUSES, Status, announce};
use crate::http::{ApiError, Query, Reply};
use crate::login::Account;
use crate::sections::call::Call;
use crate::sections::marketplaces;
use crate::sections::paging::{self, Next, Position};
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
    let (account, now) = (call.account()?, server.clock.now());
    match jobs.cancel(account, call.id(), now, &[Status::InQueue]) {
        Some(Status::InQueue) => {
            if let Some(job) = jobs.find(now, |job| job.course().is(account, call.id())) {
                announce(&job, server, now);
            }
            Ok(Reply::empty())
        }
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

/// Answers with a page of the caller's jobs of the types that the query names.
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
    let ids = short_list(&query, "marketplaceIds")?;
    let markets = ids.map(|ids| marketplaces::read(region, "marketplaceIds", ids)).transpose()?;
    let (found, next) = page(jobs, server, account, &query, after.as_ref(), |job| {
        kinds.contains(&job.kind())
            && markets.as_ref().is_none_or(|markets| markets.iter().any(|market| job.course().markets.contains(market)))
    })?;
    let mut answer = json!({ list: found });
    if let Some(after) = next {
        answer["nextToken"] = paging::token(&server.pages, operation, &Next { query, after }).into();
    }
    Ok(answer.into())
}

/// The bodies of a page of the caller's jobs, the newest first, and the position of the next page. The parameters of the
/// query choose the jobs by status and time, among those that are wanted.
///
/// The first page moves each of the caller's jobs one step, so that a client that only lists sees them end too.
pub(in crate::sections) fn page<T: Job>(
    jobs: &Jobs<T>,
    server: &Server,
    account: Account,
    query: &Query,
    after: Option<&Position>,
    is_wanted: impl Fn(&T) -> bool,
) -> Result<(Vec<Value>, Option<Position>), ApiError> {
    let statuses = query.choices("processingStatuses", &STATUSES)?;
    let size = query.number("pageSize", 1..=100)?.unwrap_or(10);
    let (since, until) = (query.date("createdSince")?, query.date("createdUntil")?);
    let mut found = jobs.list(account, after.is_none(), server);
    found.retain(|job| {
        let Course { created, status, .. } = job.course();
        is_wanted(job)
            && statuses.as_ref().is_none_or(|statuses| statuses.contains(status))
            && since.is_none_or(|since| *created >= since)
            && until.is_none_or(|until| *created <= until)
    });
    let position = |job: &T| (u64::MAX - dates::seconds(job.course().created), job.course().id.clone());
    found.sort_by_cached_key(position);
    let (found, next) = paging::page(found, position, after, size);
    Ok((found.iter().map(Job::body).collect(), next))
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
