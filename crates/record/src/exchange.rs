//! Makes the recording of an exchange.

use super::file::{Named, Recording, Request, Response};
use super::outline::Outline;
use super::stand_in::StandIns;
use http::Method;
use serde_json::Value;
use spapi_core::{Exchange, Operation, decode};
use std::borrow::Cow;

/// What is known about an answer's body.
enum Known<'a> {
    Nothing,
    /// No type decodes it.
    Unread,
    /// The answer is not a success.
    Error,
    Type(&'a Value, &'a Outline),
}

/// The recording of an exchange.
pub(super) fn recording(stand_ins: &StandIns, exchange: &Exchange<'_>) -> Recording<Value> {
    let body: Option<Value> = serde_json::from_slice(exchange.body).ok();
    let outline = body.as_ref().zip(exchange.answer_type).map(|(body, of)| Outline::of(of, body));
    let known = match (&body, &outline) {
        _ if !exchange.status.is_success() => Known::Error,
        // A type that accepts any JSON gives no information about it.
        (_, Some(outline)) if outline.takes_anything() => Known::Nothing,
        (Some(body), Some(outline)) => Known::Type(body, outline),
        _ if exchange.operation.id.is_empty() => Known::Nothing,
        _ => Known::Unread,
    };
    let mut response = Response {
        status: exchange.status.as_u16(),
        headers: stand_ins.headers(exchange.headers),
        body: None,
        text: None,
        body_left_out: false,
    };
    let is_empty = decode::is_blank(exchange.body);
    match (known, &body) {
        _ if is_empty => {}
        (Known::Type(body, outline), _) => response.body = Some(stand_ins.body(body, Some(outline))),
        (Known::Nothing, _) => response.body_left_out = true,
        (Known::Error, Some(body)) => response.body = Some(stand_ins.error_body(body)),
        (Known::Unread, Some(_)) => {}
        (_, None) => response.text = Some(stand_ins.text(&String::from_utf8_lossy(exchange.body))),
    }
    Recording { operation: named(exchange.operation), request: request(stand_ins, exchange), response }
}

fn request(stand_ins: &StandIns, exchange: &Exchange<'_>) -> Request {
    let operation = exchange.operation;
    // A name from the program's source belongs to the API. One made at run time may be anybody's data.
    let name = |name: &Cow<'static, str>| match name {
        Cow::Borrowed(name) => (*name).to_owned(),
        Cow::Owned(name) if is_parameter(operation, name) => name.clone(),
        Cow::Owned(name) => stand_ins.text(name),
    };
    let body = exchange.request_type.and_then(|of| {
        let body: Value = serde_json::from_slice(exchange.request_body?).ok()?;
        let outline = Outline::of(of, &body);
        (!outline.takes_anything()).then(|| stand_ins.body(&body, Some(&outline)))
    });
    Request {
        method: match operation.method {
            Method::GET | Method::POST | Method::PUT | Method::DELETE | Method::PATCH | Method::HEAD => {
                operation.method.to_string()
            }
            _ => stand_ins.text(operation.method.as_str()),
        },
        path: if is_path_public(operation) {
            operation.path.to_string()
        } else {
            stand_ins.unknown_path(&operation.path)
        },
        path_parameters: exchange
            .path_parameters
            .iter()
            .map(|(known, value)| (name(known), stand_ins.path_value(value)))
            .collect(),
        query: exchange
            .query
            .iter()
            .map(|(known, value)| {
                format!("{}={}", name(known), stand_ins.query_value(operation, known, &decoded_list(value)))
            })
            .collect(),
        body,
    }
}

/// The elements of a query's value, decoded.
pub(super) fn decoded_list(value: &str) -> Vec<String> {
    value.split(',').map(decoded).collect()
}

pub(super) fn decoded(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// Whether its path belongs to the API: it is an operation's, or written in the program's source.
fn is_path_public(operation: &Operation) -> bool {
    !operation.id.is_empty() || matches!(operation.path, Cow::Borrowed(_))
}

/// Whether the operation's metadata have a parameter of that name.
fn is_parameter(operation: &Operation, name: &str) -> bool {
    let token = operation.paging.and_then(|paging| paging.token_parameter());
    token == Some(name)
        || operation.required.contains(&name)
        || (is_path_public(operation) && operation.path.split(['{', '}', '+']).any(|part| part == name))
}

/// `None` if the request was made by path.
pub(super) fn named(operation: &Operation) -> Option<Named> {
    (!operation.id.is_empty()).then(|| Named {
        section: operation.section.to_string(),
        version: operation.version.to_string(),
        id: operation.id.to_string(),
    })
}
