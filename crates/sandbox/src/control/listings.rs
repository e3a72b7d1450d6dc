//! What happens to listings outside of the API.

use super::Asked;
use crate::http::{ApiError, Reply};
use crate::sections::listings_items::settle;
use crate::server::Server;
use crate::shop::listings::Issue;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::Value;
use spapi_types::Marketplace;

/// The most issues that a request imposes on a listing.
const MOST: usize = 100;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Imposed {
    marketplace_id: String,
    sku: String,
    issues: Vec<Value>,
}

/// See [`Sandbox::impose_issues`](crate::Sandbox::impose_issues).
pub(super) fn impose(server: &Server, asked: &Asked) -> Result<Response, ApiError> {
    let example = r#"{"marketplaceId": "A1VC38T7YXB528", "sku": "HASHI-23", "issues": [{"code": "18027", "message": "No main image.", "severity": "ERROR", "enforcements": {"actions": [{"action": "SEARCH_SUPPRESSED"}], "exemption": {"status": "NOT_EXEMPT"}}}]}"#;
    let Imposed { marketplace_id, sku, issues } = asked.json(example)?;
    let marketplace = Marketplace::ALL.iter().find(|known| known.id() == marketplace_id);
    let marketplace =
        marketplace.ok_or_else(|| ApiError::invalid_input(format!("{marketplace_id:?} is not a marketplace.")))?;
    impose_on(server, *marketplace, &sku, &issues).map_err(ApiError::invalid_input)?;
    Ok(Reply::no_content().into_response())
}

/// Replaces the issues that Amazon has with a listing besides those of its attributes, or says why it cannot.
pub(crate) fn impose_on(server: &Server, marketplace: Marketplace, sku: &str, issues: &[Value]) -> Result<(), String> {
    if issues.len() > MOST {
        return Err(format!("issues holds at most {MOST} issues."));
    }
    let issues = issues.iter().map(Issue::read).collect::<Result<Vec<_>, _>>();
    let issues = issues.map_err(|problem| format!("An issue: {problem}."))?;
    let is_there = server.listings.impose(marketplace, sku, issues, server.clock.now());
    settle(server);
    is_there.then_some(()).ok_or_else(|| format!("The listing {sku:?} does not exist in {}.", marketplace.id()))
}
