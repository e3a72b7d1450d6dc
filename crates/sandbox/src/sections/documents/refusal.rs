//! What the document host says where it gives no document.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

/// Why the document host refuses a request.
#[derive(Clone, Copy, Debug)]
pub(super) enum Refusal {
    Expired,
    /// The memory for documents is taken by others that are being sent.
    NoRoom,
    NoSuchKey,
    TooLarge,
    TooSlow,
    Unsigned,
    WrongSignature,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, code, message) = match self {
            Self::Expired => (StatusCode::FORBIDDEN, "AccessDenied", "Request has expired"),
            Self::NoRoom => (
                StatusCode::INSUFFICIENT_STORAGE,
                "InsufficientStorage",
                "The sandbox has no room for the document while others are being sent. Send it again later.",
            ),
            Self::NoSuchKey => (StatusCode::NOT_FOUND, "NoSuchKey", "There is no such document."),
            Self::TooLarge => (StatusCode::BAD_REQUEST, "EntityTooLarge", "The document is too large, or was cut."),
            Self::TooSlow => (StatusCode::BAD_REQUEST, "RequestTimeout", "The document did not come to its end."),
            Self::Unsigned => (StatusCode::FORBIDDEN, "AccessDenied", "Access Denied"),
            Self::WrongSignature => (
                StatusCode::FORBIDDEN,
                "SignatureDoesNotMatch",
                "Method, path, headers or content type are not those that the URL was signed for.",
            ),
        };
        refuse(status, code, message)
    }
}

/// A refusal in the shape of Amazon's document host, which is not that of the API.
pub(crate) fn refuse(status: StatusCode, code: &str, message: &str) -> Response {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    );
    (status, [(header::CONTENT_TYPE, "application/xml")], body).into_response()
}
