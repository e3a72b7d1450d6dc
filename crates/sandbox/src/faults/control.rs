//! The path by which tests in any language give the sandbox its faults.

use super::{Fault, FaultKind};
use crate::error::ApiError;
use crate::server::{self, Server};
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use std::sync::{Arc, PoisonError};

/// Where the sandbox itself is reached, and not the API.
pub(crate) const CONTROL_PATH: &str = "/_sandbox/";

/// Where faults are given, shown and taken back.
pub(crate) const PATH: &str = "/_sandbox/faults";

/// `POST` adds a fault or a list of them, `GET` shows them, `DELETE` removes them all.
pub(crate) async fn control(State(server): State<Arc<Server>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = server::read_body(body).await;
    let added = match parts.method {
        Method::GET => return Json(shown(&server)).into_response(),
        Method::DELETE => {
            server.faults.clear();
            return StatusCode::NO_CONTENT.into_response();
        }
        Method::POST => body.and_then(|body| {
            let faults = read(&body).map_err(|problem| format!("No fault was added: {problem}."));
            faults
                .and_then(|faults| server.faults.add(faults).map_err(|why| format!("No fault was added: {why}.")))
                .map_err(ApiError::invalid_input)
        }),
        _ => Err(ApiError::invalid_input(format!("{PATH} takes GET, POST and DELETE."))),
    };
    match added {
        Ok(()) => (StatusCode::CREATED, Json(shown(&server))).into_response(),
        Err(error) => error.into_response(),
    }
}

fn shown(server: &Server) -> Value {
    let state = server.faults.state.lock().unwrap_or_else(PoisonError::into_inner);
    json!({ "faults": state.active })
}

/// Reads a fault or a list of them. A description that is wrong is answered with all that is possible.
fn read(body: &Bytes) -> Result<Vec<Fault>, String> {
    let value: Value = serde_json::from_slice(body).map_err(|error| format!("the body is no JSON ({error})"))?;
    let descriptions = match value {
        Value::Array(list) => list,
        one => vec![one],
    };
    let read = |description| serde_json::from_value(description).map_err(|error| format!("{error}; {}", possible()));
    descriptions.into_iter().map(read).collect()
}

/// What a description may hold, by an example of each form.
fn possible() -> String {
    let examples = [
        Fault::new("orders@v0 getOrders", FaultKind::Throttled).nth(2),
        Fault::new("login", FaultKind::ServerError).share(0.5).times(3),
        Fault::delay("documents", 1500),
    ];
    let examples = examples.map(|fault| serde_json::to_string(&fault).unwrap_or_default());
    format!("examples of what is possible: {}", examples.join(", "))
}
