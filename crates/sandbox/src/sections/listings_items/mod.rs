//! Listings Items 2021-08-01: the listings of the shop, which clients read and change.

mod body;
mod notices;
mod search;
mod submission;

pub(crate) use body::{PARTS, Part, item};
pub(crate) use notices::settle;

use super::Served;
use super::call::Call;
use super::marketplaces;
use crate::http::{ApiError, Query, Reply};
use crate::server::Server;
use spapi_types::Marketplace;
use spapi_types::text::printable;

pub(super) static SERVED: Served = Served {
    section: "listings-items",
    module: "v2021_08_01",
    takes_long: false,
    operations: &[
        ("searchListingsItems", search::search_listings_items),
        ("getListingsItem", get_listings_item),
        ("putListingsItem", submission::put_listings_item),
        ("patchListingsItem", submission::patch_listings_item),
        ("deleteListingsItem", submission::delete_listings_item),
    ],
};

fn get_listings_item(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    settle(server);
    let marketplaces = of_query(call, usize::MAX)?;
    let (parts, locale) = (parts(&call.query)?, locale(&call.query, &marketplaces));
    let listing = server.listings.get(call.region, sku(call));
    let found = listing.and_then(|listing| item(server, &listing, &marketplaces, &parts, locale));
    found.map(Reply::from).ok_or_else(|| {
        let ids: Vec<&str> = marketplaces.iter().map(|marketplace| marketplace.id()).collect();
        let sku = printable(sku(call)).up_to(200).to_string();
        ApiError::not_found(format!("The seller has no SKU {sku:?} in {}.", ids.join(", ")))
    })
}

/// The seller's id that the path names.
fn seller(call: &Call) -> &str {
    call.id()
}

/// The SKU that the path names.
fn sku(call: &Call) -> &str {
    call.path.get(1).map(|(_, value)| value.as_str()).unwrap_or_default()
}

/// The marketplaces of a query: at least one, and at most `most`. They may be ones that the shop has no orders in.
fn of_query(call: &Call, most: usize) -> Result<Vec<Marketplace>, ApiError> {
    let mut found: Vec<Marketplace> = Vec::new();
    for id in call.query.list("marketplaceIds").unwrap_or_default() {
        marketplaces::refuse_other_region(call.region, "marketplaceIds", id)?;
        let known = Marketplace::ALL.iter().find(|marketplace| marketplace.id() == id);
        let known =
            known.ok_or_else(|| ApiError::invalid_input(format!("marketplaceIds: {id:?} is not a marketplace.")))?;
        if !found.contains(known) {
            found.push(*known);
        }
    }
    match found.len() {
        0 => Err(ApiError::invalid_input("marketplaceIds is required.")),
        count if count > most => Err(ApiError::invalid_input(format!("marketplaceIds takes at most {most} id."))),
        _ => Ok(found),
    }
}

/// The parts of a listing that a query asks for.
fn parts(query: &Query) -> Result<Vec<Part>, ApiError> {
    Ok(query.choices("includedData", &PARTS)?.unwrap_or_else(|| vec![Part::Summaries]))
}

/// The locale of the issues' messages: the query's, or that of the first marketplace.
fn locale<'a>(query: &'a Query, marketplaces: &[Marketplace]) -> &'a str {
    let of_first = || marketplaces.first().map_or("en_US", |marketplace| marketplace.default_locale());
    query.text("issueLocale").unwrap_or_else(of_first)
}
