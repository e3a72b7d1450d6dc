//! Errors in the shape of Amazon's error bodies.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;
use spapi_metadata::Published;
use std::time::Duration;

/// The header that names the kind of an error.
const ERROR_TYPE: &str = "x-amzn-errortype";

/// An error answer: its status, and the one entry of its `errors` list.
#[derive(Debug)]
pub(crate) struct ApiError {
    status: StatusCode,
    /// The value of the `x-amzn-ErrorType` header.
    kind: &'static str,
    code: &'static str,
    message: String,
    details: Option<&'static str>,
}

impl ApiError {
    fn new(status: StatusCode, kind: &'static str, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, kind, code, message: message.into(), details: None }
    }

    /// A parameter that is missing or cannot be read.
    pub(crate) fn invalid_input(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "InvalidInputException", "InvalidInput", message)
    }

    /// A parameter whose text is too long to keep.
    pub(crate) fn too_long(name: &str, most: usize) -> Self {
        Self::invalid_input(format!("{name} must not be longer than {most} bytes."))
    }

    /// One thing more than the sandbox keeps of its kind.
    pub(crate) fn too_many(things: &str, most: usize) -> Self {
        Self::invalid_input(format!("There are already {most} {things}; the sandbox keeps no more."))
    }

    /// A thing that does not exist, such as the order that the path names.
    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "ResourceNotFoundException", "NotFound", message)
    }

    /// A thing that already exists.
    pub(crate) fn conflict(message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "ConflictException", "Conflict", message)
    }

    /// A body larger than the server takes.
    pub(crate) fn too_large(limit: usize) -> Self {
        let message = format!("The body is larger than {limit} bytes.");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLargeException", "RequestTooLarge", message)
    }

    /// A call without the right to the resource; `details` says why, in the words that clients look for.
    pub(crate) fn unauthorized(details: &'static str) -> Self {
        let message = "Access to requested resource is denied.";
        let error = Self::new(StatusCode::FORBIDDEN, "AccessDeniedException", "Unauthorized", message);
        Self { details: Some(details), ..error }
    }

    /// A request that the sandbox's own paths refuse, with the reason.
    pub(crate) fn refused(message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "AccessDeniedException", "Unauthorized", message)
    }

    /// A body whose content type the sandbox does not accept.
    pub(crate) fn unsupported_media_type(message: impl Into<String>) -> Self {
        let kind = "UnsupportedMediaTypeException";
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, kind, "UnsupportedMediaType", message)
    }

    /// A body for which there is no memory.
    pub(crate) fn no_room(most: usize) -> Self {
        let message = format!(
            "The sandbox keeps at most {most} bytes of bodies and documents, and other requests use them now. Send the \
             request again later."
        );
        Self::new(StatusCode::INSUFFICIENT_STORAGE, "InsufficientStorageException", "InsufficientStorage", message)
    }

    /// A body that does not arrive in time.
    pub(crate) fn too_slow(longest: Duration) -> Self {
        let message = format!("The body did not arrive within {} seconds.", longest.as_secs());
        Self::new(StatusCode::REQUEST_TIMEOUT, "RequestTimeoutException", "RequestTimeout", message)
    }

    /// An empty token bucket.
    pub(crate) fn quota_exceeded() -> Self {
        let message = "You exceeded your quota for the requested resource.";
        Self::new(StatusCode::TOO_MANY_REQUESTS, "TooManyRequestsException", "QuotaExceeded", message)
    }

    /// A failure of the server.
    pub(crate) fn internal_failure() -> Self {
        let message = "The service had an internal failure. Try again later.";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "InternalFailureException", "InternalFailure", message)
    }

    /// An operation that Amazon publishes but the sandbox does not serve.
    pub(crate) fn not_served(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_IMPLEMENTED, "NotImplementedException", "NotImplemented", message)
    }
}

/// The sections whose errors are a bare list.
const BARE: [&str; 1] = ["listings-restrictions"];

impl ApiError {
    /// The answer of an operation. A section whose model has a bare list of errors gets one.
    pub(crate) fn into_response_of(self, operation: &Published) -> Response {
        self.shaped(BARE.contains(&operation.section.name))
    }

    fn shaped(self, is_bare: bool) -> Response {
        let mut error = json!({ "code": self.code, "message": self.message });
        if let Some(details) = self.details {
            error["details"] = details.into();
        }
        let body = if is_bare { json!([error]) } else { json!({ "errors": [error] }) };
        (self.status, [(ERROR_TYPE, self.kind)], Json(body)).into_response()
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        self.shaped(false)
    }
}
