//! Marketplaces as parameters and bodies name them.

use crate::http::ApiError;
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
