//! Answers the calls of operations: authenticates the caller, applies the quota, and runs the operation or an example.

use super::{Handler, Served, served};
use crate::examples::{self, Examples};
use crate::faults::{FaultKind, Odd};
use crate::http::{ApiError, Called, Held, Meaning, Note, Query, Reply, published};
use crate::login::{Account, Caller};
use crate::quota::Limit;
use crate::server::Server;
use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use spapi_metadata::{PathParameters, Published};
use spapi_types::Region;
use std::collections::BTreeSet;
use std::sync::Arc;

const RATE_LIMIT: HeaderName = HeaderName::from_static("x-amzn-ratelimit-limit");

/// The header that names query parameters that the operation does not have. Amazon has no such header.
const UNKNOWN: HeaderName = HeaderName::from_static("x-sandbox-unknown");

/// The longest body of an operation that the shop answers, in bytes.
const LONGEST_BODY: usize = 64 << 10;

/// A call of a served operation. It has no `Debug`, because its headers hold the token.
pub(super) struct Call {
    /// The path's parameters with their decoded values, in the order of the path.
    pub(super) path: PathParameters,
    pub(super) query: Query,
    pub(super) headers: HeaderMap,
    pub(super) body: Held,
    pub(super) caller: Caller,
    /// The region whose endpoint is called.
    pub(super) region: Region,
    /// How a fault makes the operation behave.
    pub(super) odd: Option<FaultKind>,
}

impl Call {
    /// The value of the first path parameter.
    pub(super) fn id(&self) -> &str {
        self.path.first().map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    /// The account of the seller who calls. Operations for the application alone have none.
    pub(super) fn account(&self) -> Result<Account, ApiError> {
        let account = self.caller.seller().map(|seller| Account::new(seller, self.region));
        account.ok_or_else(|| ApiError::unauthorized("This operation needs a seller's token."))
    }

    /// Decodes the body from JSON. Its length is limited, because the sandbox keeps parts of it.
    pub(super) fn json<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        self.json_up_to(LONGEST_BODY)
    }

    /// Decodes a body of at most this many bytes from JSON.
    pub(super) fn json_up_to<T: DeserializeOwned>(&self, longest: usize) -> Result<T, ApiError> {
        if self.body.bytes.len() > longest {
            return Err(ApiError::too_large(longest));
        }
        serde_json::from_slice(&self.body.bytes).map_err(|error| ApiError::invalid_input(format!("The body: {error}.")))
    }
}

/// Answers a call of an operation.
pub(crate) async fn answer(
    server: &Arc<Server>,
    parts: &Parts,
    meaning: &Meaning,
    called: &Called,
    body: Body,
) -> Response {
    // Read the body before refusing: a client that is still sending it would miss the answer.
    let body = server.read_body(body).await;
    carry_out(server, parts, meaning, called, body)
        .await
        .unwrap_or_else(|refusal| refusal.into_response_of(&called.operation))
}

async fn carry_out(
    server: &Arc<Server>,
    parts: &Parts,
    Meaning { region, path: whole_path, query, .. }: &Meaning,
    called: &Called,
    body: Result<Held, ApiError>,
) -> Result<Response, ApiError> {
    let operation = &called.operation;
    let answers = match server.examples.as_ref().filter(|examples| examples.of(operation).next().is_some()) {
        Some(examples) => Answers::ByExample(examples),
        None => match served(operation) {
            Some((api, handler)) => Answers::ByShop(api, handler),
            None => return Err(ApiError::not_served(format!("The sandbox does not serve {operation}."))),
        },
    };
    // Authentication and quotas apply to examples too.
    let caller = server.login.caller(&parts.headers, operation, whole_path)?;
    let limit = server.quota.take(*region, caller.seller(), operation)?;
    let answer = match body.and_then(|body| refuse_body_of_get(parts, body)) {
        Err(refusal) => Err(refusal),
        Ok(body) => match answers {
            Answers::ByExample(examples) => Ok(examples::answer(called, query, &body.bytes, examples.of(operation))),
            Answers::ByShop(api, handler) => {
                let (path, query, headers) = (called.values.clone(), query.clone(), parts.headers.clone());
                let odd = parts.extensions.get::<Odd>().map(|Odd(kind)| *kind);
                handle(server, api, handler, Call { path, query, headers, body, caller, region: *region, odd }).await
            }
        },
    };
    let response = answer.unwrap_or_else(|refusal| refusal.into_response_of(operation));
    Ok(with_limit(with_unknown_names(response, operation, query), limit))
}

/// The answer of a call: from the section or from an example.
enum Answers<'a> {
    ByExample(&'a Examples),
    ByShop(&'static Served, Handler),
}

/// Lets the section answer.
async fn handle(
    server: &Arc<Server>,
    api: &'static Served,
    handler: Handler,
    call: Call,
) -> Result<Response, ApiError> {
    call.query.refuse_repeated_names()?;
    if !api.takes_long {
        return handler(server, &call).map(Reply::into_response);
    }
    // It is never closed.
    let _turn = server.work.acquire().await.map_err(|_| ApiError::internal_failure())?;
    let server = Arc::clone(server);
    let answer = tokio::task::spawn_blocking(move || handler(&server, &call)).await;
    answer.map_err(|_| ApiError::internal_failure())?.map(Reply::into_response)
}

/// Names the query parameters that the operation does not have. The sandbox ignores them, because they may be typos.
fn with_unknown_names(mut response: Response, operation: &Published, query: &Query) -> Response {
    let names: BTreeSet<_> =
        query.pairs().map(|(name, _)| name).filter(|name| !published::has_query(operation, name)).collect();
    if names.is_empty() {
        return response;
    }
    // Only the caller sees the names: a value may be there by mistake.
    let note = Note::beside(&response, "the query has unknown parameters");
    response.extensions_mut().insert(note);
    let names = names.into_iter().collect::<Vec<_>>().join(", ");
    if let Ok(value) = HeaderValue::from_str(&names.escape_default().to_string()) {
        response.headers_mut().insert(UNKNOWN, value);
    }
    response
}

fn refuse_body_of_get(parts: &Parts, body: Held) -> Result<Held, ApiError> {
    if parts.method == Method::GET && !body.bytes.is_empty() {
        return Err(ApiError::invalid_input("A GET request must not have a body."));
    }
    Ok(body)
}

/// Adds the rate-limit header, which Amazon sends only with successes and with 400 and 404.
fn with_limit(mut response: Response, limit: Option<Limit>) -> Response {
    let status = response.status();
    let shown = status.is_success() || status == StatusCode::BAD_REQUEST || status == StatusCode::NOT_FOUND;
    let value = limit.filter(|_| shown).and_then(|limit| HeaderValue::from_str(&limit.header()).ok());
    if let Some(value) = value {
        response.headers_mut().insert(RATE_LIMIT, value);
    }
    response
}
