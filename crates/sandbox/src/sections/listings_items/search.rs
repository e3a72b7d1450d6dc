//! searchListingsItems: filters, order and pages.

use super::body::{fulfillment_sku, parent};
use super::{item, locale, of_query, parts, settle};
use crate::http::{ApiError, Query, Reply};
use crate::sections::call::Call;
use crate::server::Server;
use crate::shop::gtin;
use crate::shop::listings::offer::{instances, text};
use crate::shop::listings::{BUYABLE, DISCOVERABLE, Listing, PRODUCT_CODES, Place, Severity};
use crate::time::dates;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use spapi_types::Marketplace;
use std::cmp::Ordering;
use std::time::SystemTime;

/// The operation, which also identifies its page tokens.
const OPERATION: &str = "listings/2021-08-01/searchListingsItems";

const TOKEN: &str = "pageToken";

/// The most entries of a page, and how many it has if the query does not say.
const LARGEST_PAGE: usize = 20;
const PAGE: usize = 10;

/// The most listings that the pages of a search show.
const MOST: usize = 1000;

/// The most identifiers of a search.
const MOST_IDENTIFIERS: usize = 20;

/// The content of a page token.
#[derive(Serialize, Deserialize)]
struct Next {
    query: Query,
    /// The listing that the page begins after; `None` for the first page.
    after: Option<Key>,
}

/// What listings are sorted by: a time, if it counts, and the SKU.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Key(u64, String);

#[derive(Clone, Copy, PartialEq, Eq)]
enum SortBy {
    Sku,
    Created,
    Updated,
}

pub(super) fn search_listings_items(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    settle(server);
    let Next { query, after } = match call.query.text(TOKEN) {
        None => Next { query: call.query.clone(), after: None },
        Some(token) => {
            let content = server.pages.open(OPERATION, token);
            let next = content.and_then(|content| serde_json::from_str(&content).ok());
            next.ok_or_else(|| ApiError::invalid_input("pageToken is not a token of an earlier answer."))?
        }
    };
    // The marketplaces are required with a token too; the parts and the language may differ from page to page.
    let marketplaces = of_query(call, usize::MAX)?;
    let (parts, locale) = (parts(&call.query)?, locale(&call.query, &marketplaces));
    let size = query.number("pageSize", 1..=LARGEST_PAGE)?.unwrap_or(PAGE);
    let sort_by = query.choices("sortBy", &SORT_BY)?.unwrap_or_else(|| vec![SortBy::Updated]);
    let is_ascending = query.choices("sortOrder", &[("ASC", true), ("DESC", false)])?.unwrap_or_else(|| vec![false]);
    let ([sort_by], [is_ascending]) = (&sort_by[..], &is_ascending[..]) else {
        return Err(ApiError::invalid_input("sortBy and sortOrder take one value."));
    };
    let filter = Filter::read(&query)?;
    let now = server.clock.now();
    let mut found: Vec<Key> = server.listings.select(call.region, |listing| {
        let mut places = marketplaces.iter().filter_map(|id| Some((*id, listing.places.get(id.id())?)));
        places.find(|(id, place)| filter.holds(listing, *id, place, now)).map(|(_, place)| {
            let time = match sort_by {
                SortBy::Sku => 0,
                SortBy::Created => dates::seconds(place.created),
                SortBy::Updated => dates::seconds(place.updated),
            };
            Key(time, listing.sku.clone())
        })
    });
    let order = |one: &Key, other: &Key| match is_ascending {
        true => one.cmp(other),
        false => other.cmp(one),
    };
    found.sort_by(order);
    let is_before = |key: &Key| after.as_ref().is_some_and(|after| order(key, after) != Ordering::Greater);
    let start = found.partition_point(is_before).min(MOST);
    let end = found.len().min(start + size).min(MOST);
    let page = found.get(start..end).unwrap_or_default();
    let show = |key: &Key| item(server, &server.listings.get(call.region, &key.1)?, &marketplaces, &parts, locale);
    let items: Vec<Value> = page.iter().filter_map(show).collect();
    let mut answer = json!({ "numberOfResults": found.len(), "items": items });
    // The token of the page that begins at a place.
    let token = |place: usize| {
        let after = place.checked_sub(1).and_then(|before| found.get(before)).cloned();
        // Strings and numbers always encode to JSON.
        let content = serde_json::to_string(&Next { query: query.clone(), after }).unwrap_or_default();
        server.pages.close(OPERATION, &content)
    };
    if end < found.len().min(MOST) {
        answer["pagination"]["nextToken"] = token(end).into();
    }
    if start > 0 {
        answer["pagination"]["previousToken"] = token(start.saturating_sub(size)).into();
    }
    Ok(answer.into())
}

const SORT_BY: [(&str, SortBy); 3] =
    [("sku", SortBy::Sku), ("createdDate", SortBy::Created), ("lastUpdatedDate", SortBy::Updated)];

const STATUSES: [(&str, &str); 2] = [(BUYABLE, BUYABLE), (DISCOVERABLE, DISCOVERABLE)];

const SEVERITIES: [(&str, Severity); 2] = [("ERROR", Severity::Error), ("WARNING", Severity::Warning)];

/// The types of identifiers.
const IDENTIFIERS: [(&str, Identifier); 9] = [
    ("ASIN", Identifier::Asin),
    ("EAN", Identifier::Number),
    ("FNSKU", Identifier::FnSku),
    ("GTIN", Identifier::Number),
    ("ISBN", Identifier::Number),
    ("JAN", Identifier::Number),
    ("MINSAN", Identifier::Number),
    ("SKU", Identifier::Sku),
    ("UPC", Identifier::Number),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Identifier {
    Sku,
    Asin,
    FnSku,
    /// The number of the product outside of Amazon.
    Number,
}

/// Which listings a search wants.
struct Filter<'a> {
    identifiers: Option<(Identifier, Vec<&'a str>)>,
    parent: Option<&'a str>,
    /// A SKU in a hierarchy of packages, which no listing of the shop is in.
    package: Option<&'a str>,
    created: (Option<SystemTime>, Option<SystemTime>),
    updated: (Option<SystemTime>, Option<SystemTime>),
    severities: Option<Vec<Severity>>,
    with: Vec<&'a str>,
    without: Vec<&'a str>,
}

impl<'a> Filter<'a> {
    fn read(query: &'a Query) -> Result<Self, ApiError> {
        let kind = query.choices("identifiersType", &IDENTIFIERS)?;
        let identifiers = match (query.list("identifiers"), kind.as_deref()) {
            (None, None) => None,
            (Some(list), _) if list.len() > MOST_IDENTIFIERS => {
                let message = format!("identifiers takes at most {MOST_IDENTIFIERS} values, not {}.", list.len());
                return Err(ApiError::invalid_input(message));
            }
            (Some(list), Some([kind])) => Some((*kind, list)),
            _ => return Err(ApiError::invalid_input("identifiers and one identifiersType go together.")),
        };
        let (parent, package) = (query.text("variationParentSku"), query.text("packageHierarchySku"));
        if [identifiers.is_some(), parent.is_some(), package.is_some()].into_iter().filter(|given| *given).count() > 1 {
            let message = "Only one of identifiers, variationParentSku and packageHierarchySku is possible.";
            return Err(ApiError::invalid_input(message));
        }
        Ok(Self {
            identifiers,
            parent,
            package,
            created: (query.date("createdAfter")?, query.date("createdBefore")?),
            updated: (query.date("lastUpdatedAfter")?, query.date("lastUpdatedBefore")?),
            severities: query.choices("withIssueSeverity", &SEVERITIES)?,
            with: query.choices("withStatus", &STATUSES)?.unwrap_or_default(),
            without: query.choices("withoutStatus", &STATUSES)?.unwrap_or_default(),
        })
    }

    fn holds(&self, listing: &Listing, marketplace: Marketplace, place: &Place, now: SystemTime) -> bool {
        let attributes = &listing.attributes;
        let is_in = |time: SystemTime, (from, to): (Option<SystemTime>, Option<SystemTime>)| {
            let time = dates::whole_seconds(time);
            from.is_none_or(|from| time >= from) && to.is_none_or(|to| time <= to)
        };
        let is_wanted = |(kind, wanted): &(Identifier, Vec<&str>)| {
            let is_one = |known: &str| wanted.contains(&known);
            match kind {
                Identifier::Sku => is_one(&listing.sku),
                Identifier::Asin => place.asin.as_deref().is_some_and(is_one),
                Identifier::FnSku => fulfillment_sku(place).is_some_and(|known| is_one(&known)),
                Identifier::Number => {
                    // An EAN, a UPC and a GTIN of the same number are the same one.
                    let wanted: Vec<String> = wanted.iter().filter_map(|wanted| gtin(wanted)).collect();
                    let mut numbers = instances(attributes, PRODUCT_CODES, marketplace);
                    numbers.any(|number| {
                        let number = text(number, "value").and_then(gtin);
                        number.is_some_and(|number| wanted.contains(&number))
                    })
                }
            }
        };
        let status = || place.status(attributes, marketplace, now);
        self.identifiers.as_ref().is_none_or(is_wanted)
            && self.package.is_none()
            && self.parent.is_none_or(|wanted| parent(attributes, marketplace) == Some(wanted))
            && is_in(place.created, self.created)
            && is_in(place.updated, self.updated)
            && self
                .severities
                .as_ref()
                .is_none_or(|wanted| place.shown.issues.iter().any(|issue| wanted.contains(&issue.severity)))
            && (self.with.is_empty() || self.with.iter().all(|wanted| status().contains(wanted)))
            && !(self.without.iter().any(|unwanted| status().contains(unwanted)))
    }
}
