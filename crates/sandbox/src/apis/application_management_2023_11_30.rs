//! Application Management 2023-11-30: rotateApplicationClientSecret.

use crate::error::ApiError;
use crate::reply::Reply;
use crate::routes::{Call, Route};
use crate::server::Server;
use axum::http::Method;

pub(super) static ROUTES: [Route; 1] = [Route {
    section: "application-management",
    module: "v2023_11_30",
    id: "rotateApplicationClientSecret",
    method: Method::POST,
    path: "/applications/2023-11-30/clientSecret",
    handler: rotate_application_client_secret,
}];

/// The answer is empty: Amazon sends the new secret to a queue, and the sandbox keeps it for whoever holds it.
fn rotate_application_client_secret(server: &Server, _: &Call) -> Result<Reply, ApiError> {
    server.login.rotate_client_secret();
    Ok(Reply::no_content())
}
