//! Reading the body of a request.

use super::ApiError;
use axum::body::{Body, Bytes, to_bytes};

/// The largest body of a call, in bytes.
const BODY_LIMIT: usize = 8 << 20;

/// The whole body, or an error where it is too large or the client stopped sending.
pub(crate) async fn read_body(body: Body) -> Result<Bytes, ApiError> {
    to_bytes(body, BODY_LIMIT).await.map_err(|_| ApiError::too_large(BODY_LIMIT))
}
