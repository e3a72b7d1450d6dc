//! Answers a request: finds its meaning, causes a due fault, lets the right module answer, and writes the log.

#[cfg(feature = "tls")]
use super::proxy;
use super::request_log::Pending;
use super::{ApiError, Meaning, Note, Target};
use crate::consent;
use crate::control;
use crate::faults;
use crate::login;
use crate::sections::{self, documents};
use crate::server::Server;
use crate::time::dates;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use std::sync::atomic::Ordering;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");

/// Answers a request. If a fault ends the connection instead of an answer, the response carries a
/// [`Hangup`](super::Hangup).
pub(crate) async fn answer(server: Arc<Server>, request: Request) -> Response {
    let meaning = Meaning::of(&request, server.region);
    let pending = Pending::new(&request, &meaning);
    // The order of arrival, not of the answers, decides the number.
    let number = server.requests.fetch_add(1, Ordering::Relaxed) + 1;
    #[cfg(feature = "tls")]
    let is_for_amazon = proxy::is_for_amazon(request.headers());
    let mut response =
        faults::inject(&server, &meaning.target, request, |request| dispatch(&server, &meaning, request)).await;
    #[cfg(feature = "tls")]
    if is_for_amazon {
        response = proxy::with_documents_host(&server, response).await;
    }
    keep(&server, &meaning, &mut response);
    sign(&server, number, &mut response);
    if let Some(log) = &server.log {
        log.tell(&pending.answered(&response));
    }
    response
}

/// Passes a request to the module that answers it.
async fn dispatch(server: &Arc<Server>, meaning: &Meaning, request: Request) -> Response {
    sections::pass(server);
    let response = carry_out(server, meaning, request).await;
    sections::pass(server);
    response
}

async fn carry_out(server: &Arc<Server>, meaning: &Meaning, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    match &meaning.target {
        Target::Login => login::answer(server, &parts, body).await,
        Target::Document(id) => documents::answer(server, &parts, &meaning.query, id, body).await,
        Target::Consent => consent::answer(server, &parts, meaning, body).await,
        Target::Control => control::answer(server, &parts, meaning, body).await,
        Target::Operation(operation) => sections::answer(server, &parts, meaning, operation, body).await,
        Target::Unknown => {
            // Read the body before refusing: a client that is still sending it would miss the answer.
            let _ = server.read_body(body).await;
            let mut message = format!("No published model has {} {}.", parts.method, meaning.path);
            if meaning.path == "/" {
                message += &format!(" GET {} lists the sandbox's own paths.", control::PATH);
            }
            ApiError::not_found(message).into_response()
        }
        Target::NotUtf8 => {
            let _ = server.read_body(body).await;
            ApiError::invalid_input("The percent-decoded path is not UTF-8.").into_response()
        }
    }
}

/// Writes what the request changed, if the shop is kept. Only the log reports a failed write, because the answer is right
/// in any case.
fn keep(server: &Server, meaning: &Meaning, response: &mut Response) {
    let Some(keeper) = &server.keeper else { return };
    if matches!(meaning.target, Target::Unknown | Target::NotUtf8) {
        return;
    }
    if let Err(error) = keeper.save(server) {
        let note = Note::beside(response, &format!("the shop could not be written: {error}"));
        response.extensions_mut().insert(note);
    }
}

/// Adds a request id in Amazon's form, and the sandbox's date.
fn sign(server: &Server, number: u64, response: &mut Response) {
    // Digits and dashes are always a valid header value.
    if let Ok(id) = HeaderValue::from_str(&format!("5a9db0c5-0000-4000-8000-{number:012x}")) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    if let Ok(date) = HeaderValue::from_str(&dates::http(server.clock.now())) {
        response.headers_mut().insert(header::DATE, date);
    }
}
