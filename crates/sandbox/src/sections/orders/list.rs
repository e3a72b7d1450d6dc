//! The shared parts of the two lists of orders: period, marketplaces and pages.

use crate::http::{ApiError, Query};
use crate::sections::call::Call;
use crate::sections::marketplaces;
use crate::sections::paging::{self, Next};
use crate::server::Server;
use crate::shop::Order;
use crate::time::dates;
use spapi_types::Region;
use std::time::{Duration, SystemTime};

/// How long before the present a list ends.
const DELAY: Duration = Duration::from_secs(120);

/// The most orders on a page, which is also the default.
const PAGE: usize = 100;

/// An API's names for the parameters that both lists have.
pub(super) struct Names {
    /// The operation, which also identifies its page tokens.
    pub(super) operation: &'static str,
    pub(super) marketplaces: &'static str,
    pub(super) created_after: &'static str,
    pub(super) created_before: &'static str,
    pub(super) updated_after: &'static str,
    pub(super) updated_before: &'static str,
    pub(super) page_size: &'static str,
    pub(super) token: &'static str,
}

/// A page of orders.
pub(super) struct Page<'a> {
    /// The query that chose the orders: the call's own, or that of the first page.
    pub(super) query: Query,
    pub(super) orders: Vec<&'a Order>,
    /// The token of the next page, if there is one.
    pub(super) token: Option<String>,
    pub(super) period: Period,
}

/// The period in which orders were created or last updated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Period {
    pub(super) event: Event,
    from: SystemTime,
    /// The last moment of the period.
    pub(super) until: SystemTime,
}

/// The event of an order that a period selects by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Event {
    Created,
    Updated,
}

impl Event {
    fn time(self, order: &Order) -> SystemTime {
        match self {
            Self::Created => order.created,
            Self::Updated => order.updated,
        }
    }
}

/// The page of orders that a query asks for. `filter` parses the API's own parameters into a condition.
///
/// With a token, the query of the first page counts. Of the call's own parameters, only the page size and those in
/// `renewed` count.
pub(super) fn page<'a, F>(
    server: &'a Server,
    region: Region,
    call: &Query,
    names: &Names,
    renewed: &[&str],
    filter: impl FnOnce(&Query) -> Result<F, ApiError>,
) -> Result<Page<'a>, ApiError>
where
    F: Fn(&Order) -> bool,
{
    let (query, after) = match call.text(names.token) {
        None => (call.clone(), None),
        Some(token) => {
            let Next { mut query, after } = paging::read(&server.pages, names.operation, names.token, token)?;
            for name in renewed.iter().chain([&names.page_size]) {
                if let Some(value) = call.text(name) {
                    query.set(name, value);
                }
            }
            (query, Some(after))
        }
    };
    let period = Period::read(&query, names, server.clock.now())?;
    let size = query.number(names.page_size, 1..=PAGE)?.unwrap_or(PAGE);
    let ids = query.list(names.marketplaces);
    let markets = ids.map(|ids| marketplaces::read(region, names.marketplaces, ids)).transpose()?;
    let filter = filter(&query)?;

    let mut orders: Vec<&Order> = server
        .shop
        .orders()
        .filter(|order| order.market.region() == region)
        .filter(|order| markets.as_ref().is_none_or(|markets| markets.contains(&order.market)))
        .filter(|order| (period.from..=period.until).contains(&period.event.time(order)))
        .filter(|order| filter(order))
        .collect();
    let position = |order: &&Order| (dates::seconds(period.event.time(order)), order.id.clone());
    orders.sort_by_cached_key(position);
    let (orders, next) = paging::page(orders, position, after.as_ref(), size);

    let token = next.map(|after| {
        let (before, until) = match period.event {
            Event::Created => (names.created_before, dates::text(period.until)),
            Event::Updated => (names.updated_before, dates::text(period.until)),
        };
        // Later pages keep the end of the first, so that all pages list the same orders.
        let mut query = query.clone();
        query.set(before, until);
        paging::token(&server.pages, names.operation, &Next { query, after })
    });
    Ok(Page { query, orders, token, period })
}

impl Period {
    fn read(query: &Query, names: &Names, now: SystemTime) -> Result<Self, ApiError> {
        let invalid = |message: String| Err(ApiError::invalid_input(message));
        let created = (query.date(names.created_after)?, query.date(names.created_before)?);
        let updated = (query.date(names.updated_after)?, query.date(names.updated_before)?);
        let (created_after, updated_after) = (names.created_after, names.updated_after);
        let (event, from, before, after_name, before_name) = match (created, updated) {
            ((Some(_), _), (Some(_), _)) => {
                return invalid(format!("Give {created_after} or {updated_after}, not both."));
            }
            ((None, _), (None, _)) => return invalid(format!("{created_after} or {updated_after} is required.")),
            ((Some(from), before), (None, None)) => (Event::Created, from, before, created_after, names.created_before),
            ((None, None), (Some(from), before)) => (Event::Updated, from, before, updated_after, names.updated_before),
            ((Some(_), _), (None, Some(_))) => {
                return invalid(format!("{} cannot be given with {created_after}.", names.updated_before));
            }
            ((None, Some(_)), (Some(_), _)) => {
                return invalid(format!("{} cannot be given with {updated_after}.", names.created_before));
            }
        };
        let latest = now - DELAY;
        match before {
            Some(before) if before < from => invalid(format!("{before_name} is before {after_name}.")),
            Some(before) if before > latest => {
                invalid(format!("{before_name} must be at least two minutes before the present."))
            }
            _ => Ok(Self { event, from, until: before.unwrap_or(latest) }),
        }
    }
}

/// The order that the path names.
pub(super) fn order<'a>(server: &'a Server, call: &Call) -> Result<&'a Order, ApiError> {
    let id = call.id();
    server.shop.order(call.region, id).ok_or_else(|| ApiError::not_found(format!("The shop has no order {id:?}.")))
}
