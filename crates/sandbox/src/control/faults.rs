//! Faults over HTTP, for tests in any language.

use super::Asked;
use crate::faults::{Fault, FaultKind};
use crate::http::{ApiError, Reply};
use crate::server::Server;
use axum::body::Bytes;
use axum::response::{IntoResponse, Response};
use serde_json::Value;

/// Shows the faults with their counts.
pub(super) fn show(server: &Server, _: &Asked) -> Result<Response, ApiError> {
    Ok(Reply::from(server.faults.shown()).into_response())
}

/// Adds a fault or a list of them.
pub(super) fn add(server: &Server, asked: &Asked) -> Result<Response, ApiError> {
    let added = read(&asked.body.bytes).and_then(|faults| server.faults.add(faults));
    added.map_err(|problem| ApiError::invalid_input(format!("No fault was added: {problem}.")))?;
    Ok(Reply::created(server.faults.shown()).into_response())
}

/// Removes them all.
pub(super) fn clear(server: &Server, _: &Asked) -> Result<Response, ApiError> {
    server.faults.clear();
    Ok(Reply::no_content().into_response())
}

/// Reads a fault or a list of them. The error for a wrong description shows what is possible.
fn read(body: &Bytes) -> Result<Vec<Fault>, String> {
    let value: Value = serde_json::from_slice(body).map_err(|error| format!("the body is not JSON ({error})"))?;
    let descriptions = match value {
        Value::Array(list) => list,
        one => vec![one],
    };
    let read = |description| serde_json::from_value(description).map_err(|error| format!("{error}; {}", possible()));
    descriptions.into_iter().map(read).collect()
}

/// Shows what a description may hold, with an example of each form.
fn possible() -> String {
    let examples = [
        Fault::new("orders@v0 getOrders", FaultKind::Throttled).nth(2),
        Fault::new("login", FaultKind::ServerError).share(0.5).times(3),
        Fault::delay("documents", 1500),
        Fault::new("reports createReport", FaultKind::Throttled).of_type("GET_AFN_INVENTORY_DATA"),
    ];
    let examples = examples.map(|fault| serde_json::to_string(&fault).unwrap_or_default());
    format!("examples of what is possible: {}", examples.join(", "))
}
