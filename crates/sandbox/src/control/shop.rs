//! What happens in the shop outside of the API, and the notifications of it.

use super::Asked;
use crate::http::{ApiError, Reply};
use crate::sections::differences::{self, PointsDifference, plant};
use crate::sections::{pass, product_type_definitions};
use crate::server::Server;
use crate::shop::market;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;

/// The most orders of a request.
const MOST: u32 = 1000;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Placed {
    marketplace_id: String,
    #[serde(default = "one")]
    count: u32,
}

fn one() -> u32 {
    1
}

/// See [`Sandbox::place_orders`](crate::Sandbox::place_orders).
pub(super) fn place(server: &Server, asked: &Asked) -> Result<Response, ApiError> {
    let Placed { marketplace_id, count } = asked.json(r#"{"marketplaceId": "A1VC38T7YXB528", "count": 3}"#)?;
    let ids = place_orders(server, &marketplace_id, count).map_err(ApiError::invalid_input)?;
    Ok(Reply::created(json!({ "orderIds": ids })).into_response())
}

/// Places orders, and returns their ids, or says why it cannot.
pub(crate) fn place_orders(server: &Server, marketplace_id: &str, count: u32) -> Result<Vec<String>, String> {
    let market = market(marketplace_id).ok_or_else(|| format!("The shop does not sell in {marketplace_id:?}."))?;
    if count > MOST {
        return Err(format!("count must be at most {MOST}."));
    }
    let ids: Option<Vec<String>> = (0..count).map(|_| server.shop.place(market, server.clock.now())).collect();
    pass(server);
    ids.ok_or_else(|| "There are too many orders already; the shop takes no more.".to_owned())
}

/// Takes the next versions of the product types into use.
pub(super) fn release(server: &Server, asked: &Asked) -> Result<Response, ApiError> {
    if !asked.body.bytes.is_empty() {
        return Err(ApiError::invalid_input("The call takes no body."));
    }
    product_type_definitions::release(server, server.clock.now());
    Ok(Reply::no_content().into_response())
}

/// See [`Sandbox::notifications`](crate::Sandbox::notifications).
pub(super) fn sent(server: &Server, _: &Asked) -> Result<Response, ApiError> {
    let mut body = json!({ "notifications": server.notifications.queued() });
    if let Some(problem) = server.notifications.problem() {
        body["undelivered"] = problem.into();
    }
    Ok(Reply::from(body).into_response())
}

/// Forgets the notifications that were sent.
pub(super) fn forget_sent(server: &Server, _: &Asked) -> Result<Response, ApiError> {
    server.notifications.clear_queue();
    Ok(Reply::no_content().into_response())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Difference {
    kind: PointsDifference,
    order_id: Option<String>,
}

/// See [`Sandbox::plant_points`](crate::Sandbox::plant_points).
pub(super) fn plant_difference(server: &Server, asked: &Asked) -> Result<Response, ApiError> {
    let Difference { kind, order_id } = asked.json(r#"{"kind": "missingGrant"}"#)?;
    let id = plant(server, kind, order_id.as_deref()).map_err(ApiError::invalid_input)?;
    Ok(Reply::created(json!({ "orderId": id, "kind": kind })).into_response())
}

/// Shows the planted differences.
pub(super) fn show_differences(server: &Server, _: &Asked) -> Result<Response, ApiError> {
    Ok(Reply::from(json!({ "differences": server.differences.shown() })).into_response())
}

/// Makes the books agree again.
pub(super) fn clear_differences(server: &Server, _: &Asked) -> Result<Response, ApiError> {
    differences::clear(server);
    Ok(Reply::no_content().into_response())
}
