//! What the document host says where it gives no document.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

/// Why the document host refuses a request.
#[derive(Clone, Copy, Debug)]
pub(super) enum Refusal {
    Expired,
    NoSuchKey,
    TooLarge,
    Unsigned,
    WrongSignature,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, code, message) = match self {
            Self::Expired => (StatusCode::FORBIDDEN, "AccessDenied", "Request has expired"),
            Self::NoSuchKey => (StatusCode::NOT_FOUND, "NoSuchKey", "There is no such document."),
            Self::TooLarge => (StatusCode::BAD_REQUEST, "EntityTooLarge", "The document is too large, or was cut."),
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
