//! Reading the body of a request.

use super::ApiError;
use axum::body::{Body, Bytes, to_bytes};
use std::time::Duration;
use tokio::time::timeout;

/// The largest body of a call, in bytes.
const BODY_LIMIT: usize = 8 << 20;

/// How long a body may take. On this machine it takes a moment; what takes longer keeps a connection busy.
pub(crate) const LONGEST: Duration = Duration::from_secs(120);

/// The whole body, or an error where it is too large, or the client stopped sending.
pub(crate) async fn read_body(body: Body) -> Result<Bytes, ApiError> {
    match timeout(LONGEST, to_bytes(body, BODY_LIMIT)).await {
        Ok(read) => read.map_err(|_| ApiError::too_large(BODY_LIMIT)),
        Err(_) => Err(ApiError::too_slow(LONGEST)),
    }
}
