//! Whether a connection can be used: a few cheap calls.

use crate::Connection;
use crate::stream::published;
use serde_json::Value;
use spapi_core::{Client, Error, Marketplace, Request, decode};
use spapi_metadata::document_types::Party;
use std::collections::BTreeSet;

/// The most report types of one list of reports.
const MOST_TYPES: usize = 10;

/// What a check of a connection found.
#[derive(Debug)]
#[non_exhaustive]
pub enum Finding {
    /// Amazon accepts the credentials.
    Accepted,
    /// The first call failed, so nothing else was asked.
    Refused(Error),
    /// Whether the seller sells in a marketplace. Where the seller does not, there are no rows.
    Sells(Marketplace, bool),
    /// Reports of the connection's types can be listed for a marketplace.
    Listed(Marketplace),
    /// They cannot.
    NotListed(Marketplace, Error),
}

/// Checks the credentials of a connection, whether the seller sells in its marketplaces, and whether its reports can be listed: one call,
/// and one for each marketplace. `found` gets each finding as it comes.
pub async fn check(connection: &Connection, client: &Client, mut found: impl FnMut(Finding)) {
    if connection.account == Party::Seller {
        match participations(client).await {
            Ok(sells_in) => {
                found(Finding::Accepted);
                for marketplace in &connection.marketplaces {
                    found(Finding::Sells(*marketplace, sells_in.contains(marketplace.id())));
                }
            }
            Err(error) => return found(Finding::Refused(error)),
        }
    }
    let types = report_types(connection);
    for marketplace in connection.marketplaces.iter().filter(|_| !types.is_empty()) {
        match list(client, *marketplace, &types).await {
            Ok(()) => found(Finding::Listed(*marketplace)),
            Err(error) => found(Finding::NotListed(*marketplace, error)),
        }
    }
}

/// The ids of the marketplaces in which the seller sells.
async fn participations(client: &Client) -> Result<BTreeSet<String>, Error> {
    let Some(found) = published("sellers@v1 getMarketplaceParticipations") else { return Ok(BTreeSet::new()) };
    let answer = Request::<Value>::new(client, found.entry.operation, decode::json).send().await?.into_inner();
    let list = answer["payload"].as_array().map(Vec::as_slice).unwrap_or_default();
    let is_in = |one: &&Value| one["participation"]["isParticipating"].as_bool() == Some(true);
    Ok(list.iter().filter(is_in).filter_map(|one| one["marketplace"]["id"].as_str().map(str::to_owned)).collect())
}

async fn list(client: &Client, marketplace: Marketplace, types: &[&str]) -> Result<(), Error> {
    let Some(found) = published("reports@2021-06-30 getReports") else { return Ok(()) };
    let mut request = Request::<Value>::new(client, found.entry.operation, decode::json);
    request.query_csv("reportTypes", types.iter().take(MOST_TYPES).copied());
    request.query_csv("marketplaceIds", [marketplace.id()]);
    request.query("pageSize", 1);
    request.send().await.map(drop)
}

fn report_types(connection: &Connection) -> Vec<&'static str> {
    let types = connection.streams.iter().filter_map(|chosen| chosen.stream.report_type());
    types.map(|known| known.name).collect::<BTreeSet<_>>().into_iter().collect()
}
