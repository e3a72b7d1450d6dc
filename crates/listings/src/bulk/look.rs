//! Reads the listings of many SKUs, twenty a call.

use super::Bulk;
use super::plan::SKUS_OF_SEARCH;
use crate::{Issues, ListingStatus};
use serde::Deserialize;
use spapi_core::{Error, ErrorKind, absent};
use spapi_listings_items::v2021_08_01::ListingsItems;
use spapi_listings_items::v2021_08_01::types::{
    ItemSummaryByMarketplace, SearchListingsItemsIdentifiersType as Identifiers,
    SearchListingsItemsIncludedData as Part,
};
use std::collections::HashMap;
use std::time::SystemTime;
use tokio::task::JoinSet;

/// How many searches are under way at a time, so that their way does not slow down what the quota allows.
const AT_ONCE: usize = 5;

/// The most pages of one search. Twenty SKUs have one.
const MOST_PAGES: usize = 20;

/// What a marketplace shows of a listing.
#[derive(Clone, Debug, Default)]
pub(super) struct Look {
    pub status: Vec<ListingStatus>,
    pub issues: Issues,
    pub updated_at: Option<SystemTime>,
}

/// What is there of these SKUs. One that is not there has no listing. An error is of some of them: those are in neither.
pub(super) struct Looked {
    /// By the SKU; `None` for one without a listing.
    pub found: HashMap<String, Option<Look>>,
    pub error: Option<Error>,
}

/// Looks at all of these SKUs. `report` gets how many are known.
pub(super) async fn look(bulk: &Bulk, skus: Vec<String>, mut report: impl FnMut(usize)) -> Looked {
    // A list of identifiers has commas between them.
    let (single, many): (Vec<String>, Vec<String>) = skus.into_iter().partition(|sku| sku.contains(','));
    let mut waiting: Vec<Vec<String>> = many.chunks(SKUS_OF_SEARCH).map(<[String]>::to_vec).collect();
    waiting.extend(single.into_iter().map(|sku| vec![sku]));
    let mut waiting = waiting.into_iter();
    let mut looked = Looked { found: HashMap::new(), error: None };
    let mut running = JoinSet::new();
    loop {
        while running.len() < AT_ONCE && looked.error.is_none() {
            let Some(group) = waiting.next() else { break };
            let bulk = bulk.clone();
            running.spawn(async move { group_of(&bulk, group).await });
        }
        match running.join_next().await {
            None => return looked,
            Some(Ok(Ok(found))) => {
                looked.found.extend(found);
                report(looked.found.len());
            }
            Some(Ok(Err(error))) => looked.error = Some(error),
            // A task ends early only together with the runtime.
            Some(Err(_)) => {}
        }
    }
}

async fn group_of(bulk: &Bulk, group: Vec<String>) -> Result<Vec<(String, Option<Look>)>, Error> {
    if let [sku] = group.as_slice() {
        if sku.contains(',') {
            let listing = bulk.listings.find(sku, bulk.marketplace).await?;
            let look = listing.map(|listing| Look {
                status: listing.status,
                issues: listing.issues,
                updated_at: listing.last_updated_date.and_then(|date| date.to_system_time().ok()),
            });
            return Ok(vec![(sku.clone(), look)]);
        }
    }
    let mut found: HashMap<String, Option<Look>> = group.iter().map(|sku| (sku.clone(), None)).collect();
    let mut token: Option<String> = None;
    for _ in 0..MOST_PAGES {
        let search = ListingsItems::new(bulk.client())
            .search_listings_items(&bulk.seller_id)
            .marketplace_ids([bulk.marketplace.id()])
            .identifiers(group.iter().cloned())
            .identifiers_type(Identifiers::Sku)
            .included_data([Part::Summaries, Part::Issues])
            .issue_locale(bulk.locale())
            .page_size(SKUS_OF_SEARCH as i64);
        let search = token.iter().fold(search, |search, token| search.page_token(token));
        let answer = search.send().await?;
        // The section's types do not have the members of older versions.
        let page: WirePage = spapi_types::json::read(answer.body()).map_err(|error| {
            let error = Error::new(ErrorKind::Decode, "the listings cannot be read").with_source(error);
            error.with_request_id(answer.request_id())
        })?;
        for item in page.items {
            let id = bulk.marketplace.id();
            let is_here = |other: &str| other == id || other.is_empty();
            let summary = item.summaries.into_iter().find(|summary| is_here(&summary.marketplace_id));
            let issues: Issues = item.issues.iter().filter(|issue| issue.is_of(id)).cloned().collect();
            // A listing that is gone can leave a bare SKU.
            if let (Some(known), Some(summary)) = (found.get_mut(&item.sku), summary) {
                *known = Some(Look {
                    status: summary.status.iter().map(|status| status.as_str().into()).collect(),
                    issues,
                    updated_at: summary.last_updated_date.and_then(|date| date.to_system_time().ok()),
                });
            }
        }
        token = page.pagination.and_then(|pagination| pagination.next_token).filter(|token| !token.is_empty());
        if token.is_none() {
            break;
        }
    }
    Ok(found.into_iter().collect())
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct WirePage {
    #[serde(deserialize_with = "absent::list")]
    items: Vec<WireItem>,
    pagination: Option<WirePagination>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct WirePagination {
    next_token: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct WireItem {
    #[serde(deserialize_with = "absent::or_default")]
    sku: String,
    #[serde(deserialize_with = "absent::list")]
    summaries: Vec<ItemSummaryByMarketplace>,
    #[serde(deserialize_with = "absent::or_default")]
    issues: Issues,
}
