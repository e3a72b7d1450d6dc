//! Answers with Amazon's static examples, as Amazon's own sandbox does.

use super::Example;
use super::matching::{Asked, Found};
use crate::http::{ApiError, Called, Note, Query};
use axum::Json;
use axum::http::header::SERVER;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

/// The header that names the nearest example and how the request differs from it. Amazon's sandbox has no such header.
const NEAREST: HeaderName = HeaderName::from_static("x-sandbox-nearest");

/// The longest text of that header; a longer one is cut, because a whole body does not help in a header.
const LONGEST: usize = 300;

/// Answers a call of an operation that has these examples.
pub(crate) fn answer<'a>(
    called: &Called,
    query: &Query,
    body: &[u8],
    examples: impl Iterator<Item = &'a Example>,
) -> Response {
    match Asked::new(called, query, body).find(examples) {
        Found::Match(example) => matched(example),
        Found::Nearest(nearest) => unmatched(nearest),
    }
}

fn matched(example: &Example) -> Response {
    let status = StatusCode::from_u16(example.status).unwrap_or(StatusCode::OK);
    let mut response = match &example.response {
        Some(body) if status != StatusCode::NO_CONTENT => (status, Json(body)).into_response(),
        _ => status.into_response(),
    };
    for (name, value) in &example.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::from_str(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    response.extensions_mut().insert(Note(format!("example {} #{}", example.status, example.index)));
    response
}

/// Amazon's error for a request that matches no example, with the nearest examples in a header.
fn unmatched(nearest: Vec<(&Example, String)>) -> Response {
    let mut response = ApiError::invalid_input("Could not match input arguments").into_response();
    if nearest.is_empty() {
        return response;
    }
    let texts: Vec<_> =
        nearest.into_iter().map(|(example, difference)| shortened(format!("{example}: {difference}"))).collect();
    let text = texts.join("; with success ");
    // A header holds only ASCII.
    if let Ok(value) = HeaderValue::from_str(&text.escape_default().to_string().replace("\\\"", "\"")) {
        response.headers_mut().insert(NEAREST, value);
        response.headers_mut().insert(SERVER, HeaderValue::from_static("spapi-sandbox"));
    }
    response.extensions_mut().insert(Note(format!("nearest example: {text}")));
    response
}

fn shortened(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(LONGEST) {
        text.truncate(end);
        text.push_str("...");
    }
    text
}
