//! Marketplaces as parameters and bodies name them.

use crate::http::{ApiError, Query};
use crate::shop::product_types::MARKETPLACES;
use crate::shop::{self, Market};
use spapi_types::{Marketplace, Region};

/// The markets of these marketplace ids, at the endpoint of a region. `name` is the parameter for errors.
pub(super) fn read<T: AsRef<str>>(region: Region, name: &str, ids: Vec<T>) -> Result<Vec<&'static Market>, ApiError> {
    let market = |id: T| {
        refuse_other_region(region, name, id.as_ref())?;
        shop::market(id.as_ref()).ok_or_else(|| {
            let known = shop::markets_of(region).map(|market| format!("{} ({})", market.marketplace.id(), market.name));
            ApiError::invalid_input(format!(
                "{name}: the sandbox's shop does not sell in {:?}; in the region {} it sells in {}.",
                id.as_ref(),
                region.code(),
                known.collect::<Vec<_>>().join(", ")
            ))
        })
    };
    ids.into_iter().map(market).collect()
}

/// Refuses a marketplace of another region than the called endpoint's, as Amazon does.
pub(super) fn refuse_other_region(region: Region, name: &str, id: &str) -> Result<(), ApiError> {
    let Some(marketplace) = Marketplace::ALL.iter().find(|marketplace| marketplace.id() == id) else { return Ok(()) };
    let (own, called) = (marketplace.region().code(), region.code());
    if own == called {
        return Ok(());
    }
    Err(ApiError::invalid_input(format!(
        "{name}: {id} ({}) is a marketplace of the region {own}, and this is the endpoint of {called}. The sandbox \
         answers for {own} below the path /{own}.",
        marketplace.retail_host()
    )))
}

/// The marketplaces of a query, of those that have product types and a catalog. They are more than the shop sells in.
pub(super) fn with_products(region: Region, query: &Query) -> Result<Vec<Marketplace>, ApiError> {
    let ids = query.list("marketplaceIds").unwrap_or_default();
    if ids.is_empty() {
        return Err(missing());
    }
    let of_id = |id: &str| {
        refuse_other_region(region, "marketplaceIds", id)?;
        MARKETPLACES.into_iter().find(|known| known.id() == id).ok_or_else(|| {
            let known = MARKETPLACES.iter().map(|known| format!("{} ({})", known.id(), known.country_code()));
            let known = known.collect::<Vec<_>>().join(", ");
            ApiError::invalid_input(format!("marketplaceIds: the sandbox has products in {known}, not in {id:?}."))
        })
    };
    ids.into_iter().map(of_id).collect()
}

/// The refusal of a request that does not name its marketplace.
pub(super) fn missing() -> ApiError {
    ApiError::invalid_input("marketplaceIds must hold one id.")
}

/// The markets of a body's list, which must hold 1 to 25 ids.
pub(super) fn of_body(region: Region, ids: Vec<String>) -> Result<Vec<&'static Market>, ApiError> {
    if !(1..=25).contains(&ids.len()) {
        return Err(ApiError::invalid_input(format!("marketplaceIds must hold 1 to 25 ids, not {}.", ids.len())));
    }
    let mut markets = read(region, "marketplaceIds", ids)?;
    // A repeated id counts once.
    let mut seen = Vec::new();
    markets.retain(|market| {
        !seen.contains(market) && {
            seen.push(*market);
            true
        }
    });
    Ok(markets)
}
