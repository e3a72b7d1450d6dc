//! From a request to its answer: what it means, whether a fault is due, who answers it, and what the log says of it.

#[cfg(feature = "tls")]
use super::proxy;
use super::request_log::Pending;
use super::{ApiError, Meaning, Note, Target};
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

/// Answers a request. Where a fault ends the connection in place of an answer, the response carries a
/// [`Hangup`](super::Hangup).
pub(crate) async fn answer(server: Arc<Server>, request: Request) -> Response {
    let meaning = Meaning::of(&request, server.region);
    let pending = Pending::new(&request, &meaning);
    // Taken before the call is carried out, which may advance the clock.
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

/// Hands a request to what answers it.
async fn dispatch(server: &Arc<Server>, meaning: &Meaning, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    match &meaning.target {
        Target::Login => login::answer(server, &parts, body).await,
        Target::Document(id) => documents::answer(server, &parts, &meaning.query, id, body).await,
        Target::Control => control::answer(server, &parts, meaning, body).await,
        Target::Operation(operation) => sections::answer(server, &parts, meaning, operation, body).await,
        Target::Unknown => {
            // The body is read before any refusal: a client that is still sending it would miss the answer.
            let _ = server.read_body(body).await;
            let mut message = format!("No published model has {} {}.", parts.method, meaning.path);
            if meaning.path == "/" {
                message += &format!(" GET {} lists the paths of the sandbox's own.", control::PATH);
            }
            ApiError::not_found(message).into_response()
        }
        Target::NotUtf8 => {
            let _ = server.read_body(body).await;
            ApiError::invalid_input("The path is not UTF-8 once it is decoded.").into_response()
        }
    }
}

/// Keeps what the request has changed, where the shop is kept. What cannot be written is told in the log alone: the
/// answer is right all the same.
fn keep(server: &Server, meaning: &Meaning, response: &mut Response) {
    let Some(keeper) = &server.keeper else { return };
    if matches!(meaning.target, Target::Unknown | Target::NotUtf8) {
        return;
    }
    if let Err(error) = keeper.save(server) {
        let note = Note::beside(response, &format!("the shop was not kept: {error}"));
        response.extensions_mut().insert(note);
    }
}

/// Puts a request id on the answer, in the form of Amazon's, and the sandbox's own date.
fn sign(server: &Server, number: u64, response: &mut Response) {
    // Digits and dashes always make a header.
    if let Ok(id) = HeaderValue::from_str(&format!("5a9db0c5-0000-4000-8000-{number:012x}")) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    if let Ok(date) = HeaderValue::from_str(&dates::http(server.clock.now())) {
        response.headers_mut().insert(header::DATE, date);
    }
}
