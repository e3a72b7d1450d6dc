//! The sandbox's own paths, for tests in any language. Amazon does not have them.

mod authorizations;
mod clock;
mod examples;
mod faults;
pub(crate) mod guard;
mod listings;
mod shop;

pub(crate) use listings::impose_on;
pub(crate) use shop::place_orders;

use crate::http::{ApiError, Held, Meaning, Query};
use crate::server::Server;
use axum::body::Body;
use axum::http::Method;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use std::fmt::Write;

/// The path that lists them, with which they all begin.
pub(crate) const PATH: &str = "/_sandbox";

/// One of the sandbox's own paths with a method.
struct Control {
    method: Method,
    path: &'static str,
    /// What it does, as one line for the list.
    what: &'static str,
    handler: fn(&Server, &Asked) -> Result<Response, ApiError>,
}

static CONTROLS: [Control; 20] = [
    Control { method: Method::GET, path: PATH, what: "this list", handler: list },
    Control {
        method: Method::GET,
        path: "/_sandbox/faults",
        what: "the faults, with their counts",
        handler: faults::show,
    },
    Control {
        method: Method::POST,
        path: "/_sandbox/faults",
        what: r#"makes calls fail: {"on": "orders@v0 getOrders", "kind": "throttled", "nth": 2}, or a list"#,
        handler: faults::add,
    },
    Control { method: Method::DELETE, path: "/_sandbox/faults", what: "removes every fault", handler: faults::clear },
    Control {
        method: Method::POST,
        path: "/_sandbox/authorizationCodes",
        what: r#"gives a seller's consent, and returns the code: {"seller": "Atzr|spapi-sandbox"}; "redirectUri" is optional"#,
        handler: authorizations::consent,
    },
    Control {
        method: Method::POST,
        path: "/_sandbox/revocations",
        what: r#"revokes a seller's consent: {"seller": "Atzr|spapi-sandbox"}"#,
        handler: authorizations::revoke,
    },
    Control {
        method: Method::GET,
        path: "/_sandbox/clientSecret",
        what: "the newest client secret",
        handler: authorizations::show_secret,
    },
    Control {
        method: Method::POST,
        path: "/_sandbox/clientSecret",
        what: "makes a new client secret (send no body); the previous one works for seven more days",
        handler: authorizations::rotate_secret,
    },
    Control {
        method: Method::POST,
        path: "/_sandbox/clientSecretExpiry",
        what: r#"sends the notification that the client secret will expire: {"inDays": 30}"#,
        handler: authorizations::announce_expiry,
    },
    Control { method: Method::GET, path: "/_sandbox/clock", what: "the sandbox's time", handler: clock::show },
    Control {
        method: Method::POST,
        path: "/_sandbox/clock",
        what: r#"advances the time, so that tokens and documents expire: {"advanceSeconds": 3600}"#,
        handler: clock::advance,
    },
    Control {
        method: Method::POST,
        path: "/_sandbox/listingIssues",
        what: r#"replaces Amazon's own issues of a listing: {"marketplaceId": "A1VC38T7YXB528", "sku": "HASHI-23", "issues": []}"#,
        handler: listings::impose,
    },
    Control {
        method: Method::GET,
        path: "/_sandbox/notifications",
        what: "the notifications that were sent, the oldest first",
        handler: shop::sent,
    },
    Control {
        method: Method::DELETE,
        path: "/_sandbox/notifications",
        what: "forgets the notifications that were sent",
        handler: shop::forget_sent,
    },
    Control {
        method: Method::POST,
        path: "/_sandbox/orders",
        what: r#"places orders, which are paid and shipped as the time goes on: {"marketplaceId": "A1VC38T7YXB528", "count": 3}"#,
        handler: shop::place,
    },
    Control {
        method: Method::GET,
        path: "/_sandbox/points",
        what: "the planted differences between settlements and finances",
        handler: shop::show_differences,
    },
    Control {
        method: Method::POST,
        path: "/_sandbox/points",
        what: r#"plants a difference in the points of an order: {"kind": "missingGrant"}; "orderId" is optional"#,
        handler: shop::plant_difference,
    },
    Control {
        method: Method::DELETE,
        path: "/_sandbox/points",
        what: "removes the planted differences",
        handler: shop::clear_differences,
    },
    Control {
        method: Method::POST,
        path: "/_sandbox/productTypes",
        what: "takes the next versions of the product types into use (send no body)",
        handler: shop::release,
    },
    Control {
        method: Method::GET,
        path: "/_sandbox/examples",
        what: "Amazon's examples that the sandbox answers with: all, or those of ?operation=orders@v0+getOrders",
        handler: examples::list,
    },
];

/// A request to the sandbox itself.
pub(crate) struct Asked {
    query: Query,
    body: Held,
}

impl Asked {
    /// Decodes the body from JSON. The error shows `example`.
    fn json<T: DeserializeOwned>(&self, example: &str) -> Result<T, ApiError> {
        serde_json::from_slice(&self.body.bytes)
            .map_err(|error| ApiError::invalid_input(format!("The body: {error}. An example: {example}.")))
    }
}

/// Whether a path is the sandbox's own.
pub(crate) fn is_at(path: &str) -> bool {
    path.strip_prefix(PATH).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Answers a request to the sandbox itself.
pub(crate) async fn answer(server: &Server, parts: &Parts, meaning: &Meaning, body: Body) -> Response {
    let body = server.read_body(body).await;
    carry_out(server, parts, meaning, body).unwrap_or_else(ApiError::into_response)
}

fn carry_out(
    server: &Server,
    parts: &Parts,
    meaning: &Meaning,
    body: Result<Held, ApiError>,
) -> Result<Response, ApiError> {
    let body = body?;
    guard::check(parts, &body.bytes)?;
    let (path, query) = (meaning.path.trim_end_matches('/'), &meaning.query);
    let here: Vec<&Control> = CONTROLS.iter().filter(|control| control.path == path).collect();
    if here.is_empty() {
        return Err(ApiError::not_found(format!("The sandbox has no path {path}; GET {PATH} lists its paths.")));
    }
    let Some(control) = here.iter().find(|control| control.method == parts.method) else {
        let methods: Vec<&str> = here.iter().map(|control| control.method.as_str()).collect();
        return Err(ApiError::invalid_input(format!("{path} takes {}.", methods.join(", "))));
    };
    query.refuse_repeated_names()?;
    (control.handler)(server, &Asked { query: query.clone(), body })
}

/// Lists all paths, one line each.
fn list(_: &Server, _: &Asked) -> Result<Response, ApiError> {
    let mut text = String::new();
    for Control { method, path, what, .. } in &CONTROLS {
        // Writing to a string does not fail.
        let _ = writeln!(text, "{:<6} {path:<28} {what}", method.as_str());
    }
    Ok(text.into_response())
}
