//! The sandbox's time. A test advances it so that tokens, codes and documents expire without waiting.

use super::Asked;
use crate::http::{ApiError, Reply};
use crate::server::Server;
use crate::time::dates;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;
use std::time::Duration;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Forward {
    advance_seconds: u64,
}

/// See [`Clock::now`](crate::Clock::now).
pub(super) fn show(server: &Server, _: &Asked) -> Result<Response, ApiError> {
    Ok(Reply::from(json!({ "now": dates::text(server.clock.now()) })).into_response())
}

/// See [`Clock::advance`](crate::Clock::advance).
pub(super) fn advance(server: &Server, asked: &Asked) -> Result<Response, ApiError> {
    const LONGEST: u64 = 366 * 86400;
    let Forward { advance_seconds } = asked.json(r#"{"advanceSeconds": 3600}"#)?;
    if advance_seconds > LONGEST {
        return Err(ApiError::invalid_input(format!("advanceSeconds must be at most {LONGEST}, which is a year.")));
    }
    server.clock.advance(Duration::from_secs(advance_seconds));
    show(server, asked)
}
