//! The errors of the document host.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// Why the document host refuses a request.
#[derive(Clone, Copy, Debug)]
pub(super) enum Refusal {
    BadDigest,
    Expired,
    MalformedForm,
    /// Other requests use the memory for documents.
    NoRoom,
    NoSuchKey,
    /// The document with this many bytes does not have the range.
    NoSuchRange(usize),
    TooLarge,
    TooSlow,
    Unsigned,
    WrongSignature,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, code, message) = match self {
            Self::BadDigest => {
                (StatusCode::BAD_REQUEST, "BadDigest", "The MD5 of the file differs from the one that was announced.")
            }
            Self::MalformedForm => (
                StatusCode::BAD_REQUEST,
                "MalformedPOSTRequest",
                "The body is not a form (multipart/form-data) whose last part is the file.",
            ),
            Self::Expired => (StatusCode::FORBIDDEN, "AccessDenied", "Request has expired"),
            Self::NoRoom => (
                StatusCode::INSUFFICIENT_STORAGE,
                "InsufficientStorage",
                "The sandbox has no room for the document, because other requests use it now. Send the document again later.",
            ),
            Self::NoSuchKey => (StatusCode::NOT_FOUND, "NoSuchKey", "There is no such document."),
            Self::NoSuchRange(_) => {
                (StatusCode::RANGE_NOT_SATISFIABLE, "InvalidRange", "The document does not have the requested range.")
            }
            Self::TooLarge => (StatusCode::BAD_REQUEST, "EntityTooLarge", "The document is too large or incomplete."),
            Self::TooSlow => (StatusCode::BAD_REQUEST, "RequestTimeout", "The document did not arrive in time."),
            Self::Unsigned => (StatusCode::FORBIDDEN, "AccessDenied", "Access Denied"),
            Self::WrongSignature => (
                StatusCode::FORBIDDEN,
                "SignatureDoesNotMatch",
                "The method, path, headers or content type differ from those that the URL was signed for.",
            ),
        };
        let mut response = refuse(status, code, message);
        if let Self::NoSuchRange(length) = self
            && let Ok(range) = HeaderValue::try_from(format!("bytes */{length}"))
        {
            response.headers_mut().insert(header::CONTENT_RANGE, range);
        }
        response
    }
}

/// An error in the shape of Amazon's document host, which differs from the API's.
pub(crate) fn refuse(status: StatusCode, code: &str, message: &str) -> Response {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    );
    (status, [(header::CONTENT_TYPE, "application/xml")], body).into_response()
}
