//! Successful answers of operations.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::Value;

/// A success status, with a body or without one.
#[derive(Debug)]
pub(crate) struct Reply {
    status: StatusCode,
    body: Option<Value>,
}

impl Reply {
    /// 200, without a body.
    pub(crate) fn empty() -> Self {
        Self { status: StatusCode::OK, body: None }
    }

    /// 201 with that body.
    pub(crate) fn created(body: Value) -> Self {
        Self { status: StatusCode::CREATED, body: Some(body) }
    }

    /// 202 with that body.
    pub(crate) fn accepted(body: Value) -> Self {
        Self { status: StatusCode::ACCEPTED, body: Some(body) }
    }

    /// 204, without a body.
    pub(crate) fn no_content() -> Self {
        Self { status: StatusCode::NO_CONTENT, body: None }
    }
}

/// 200 with that body.
impl From<Value> for Reply {
    fn from(body: Value) -> Self {
        Self { status: StatusCode::OK, body: Some(body) }
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        match self.body {
            Some(body) => (self.status, Json(body)).into_response(),
            None => self.status.into_response(),
        }
    }
}
