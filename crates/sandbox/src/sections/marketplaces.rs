//! Marketplaces as parameters and bodies name them.

use crate::http::ApiError;
use crate::shop::{self, MARKETS, Market};

/// The markets of these marketplace ids, which came by that name.
pub(super) fn read<T: AsRef<str>>(name: &str, ids: Vec<T>) -> Result<Vec<&'static Market>, ApiError> {
    let market = |id: T| {
        shop::market(id.as_ref()).ok_or_else(|| {
            let known = MARKETS.each_ref().map(|market| format!("{} ({})", market.marketplace.id(), market.name));
            ApiError::invalid_input(format!(
                "{name}: the sandbox's shop does not sell in {:?}; it sells in {}.",
                id.as_ref(),
                known.join(", ")
            ))
        })
    };
    ids.into_iter().map(market).collect()
}

/// The same for a body's list, which must hold 1 to 25.
pub(super) fn of_body(ids: Vec<String>) -> Result<Vec<&'static Market>, ApiError> {
    if !(1..=25).contains(&ids.len()) {
        return Err(ApiError::invalid_input(format!("marketplaceIds must hold 1 to 25 ids, not {}.", ids.len())));
    }
    let mut markets = read("marketplaceIds", ids)?;
    // One that is named again counts once.
    let mut seen = Vec::new();
    markets.retain(|market| {
        !seen.contains(market) && {
            seen.push(*market);
            true
        }
    });
    Ok(markets)
}
