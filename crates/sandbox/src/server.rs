//! From a request to its answer: what it means, who asks, whether the quota allows it, and what the API says.

use crate::control;
use crate::dates;
use crate::documents::{self, Documents};
use crate::error::ApiError;
use crate::examples::{Asked, Examples};
use crate::faults::{self, Faults};
use crate::feeds::Feeds;
#[cfg(feature = "tls")]
use crate::listen;
use crate::login::{self, Login};
use crate::notifications::Notifications;
use crate::query::Query;
use crate::quota::{Limit, Quota};
use crate::record::{self, Observer};
use crate::reply::Reply;
use crate::reports::Reports;
use crate::roles::Roles;
use crate::routes::{self, Call, Meaning};
use crate::seal::Seal;
use crate::shop::{Inventory, Offers, Shop};
use crate::static_mode;
use crate::target::{Published, Target};
use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Where access tokens are asked for.
pub(crate) const TOKEN_PATH: &str = "/auth/o2/token";

/// The largest body that is read, in bytes.
const BODY_LIMIT: usize = 8 << 20;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");
const RATE_LIMIT: HeaderName = HeaderName::from_static("x-amzn-ratelimit-limit");
/// Names query parameters that the operation does not have. Amazon has no such header.
const UNKNOWN: HeaderName = HeaderName::from_static("x-sandbox-unknown");

/// All that the answers of one sandbox depend on.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) login: Login,
    pub(crate) quota: Quota,
    pub(crate) shop: Shop,
    pub(crate) inventory: Inventory,
    pub(crate) offers: Offers,
    pub(crate) documents: Documents,
    pub(crate) reports: Reports,
    pub(crate) feeds: Feeds,
    pub(crate) notifications: Notifications,
    /// What the application may see of buyers.
    pub(crate) roles: Roles,
    pub(crate) clock: crate::Clock,
    /// Seals the page tokens.
    pub(crate) pages: Seal,
    /// How many requests came in: no two ids are alike.
    pub(crate) requests: AtomicU64,
    pub(crate) faults: Faults,
    /// What is answered by example, where anything is.
    pub(crate) examples: Option<Examples>,
    /// Who is told of the requests, where someone is.
    pub(crate) observer: Option<Observer>,
}

/// The routes of a sandbox.
pub(crate) fn router(server: Arc<Server>) -> Router {
    let router = Router::new().route(TOKEN_PATH, any(login::token)).route(documents::PATH, any(documents::serve));
    let router = control::ROUTES.into_iter().fold(router, |router, path| router.route(path, any(control::serve)));
    let router = router.fallback(call);
    // The last of the layers is the first that a request meets.
    #[cfg(feature = "tls")]
    let router = router.layer(from_fn_with_state(Arc::clone(&server), listen::with_documents_host));
    router
        .layer(from_fn_with_state(Arc::clone(&server), faults::inject))
        .layer(from_fn_with_state(Arc::clone(&server), with_id_and_date))
        .layer(from_fn_with_state(Arc::clone(&server), record::record))
        .with_state(server)
}

/// Puts a request id on every answer, in the form of Amazon's, and the sandbox's own date.
async fn with_id_and_date(State(server): State<Arc<Server>>, request: Request, next: Next) -> Response {
    let number = server.requests.fetch_add(1, Ordering::Relaxed) + 1;
    let mut response = next.run(request).await;
    // Digits and dashes always make a header.
    if let Ok(id) = HeaderValue::from_str(&format!("5a9db0c5-0000-4000-8000-{number:012x}")) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    if let Ok(date) = HeaderValue::from_str(&dates::http(server.clock.now())) {
        response.headers_mut().insert(header::DATE, date);
    }
    response
}

/// Answers a call of the API.
async fn call(State(server): State<Arc<Server>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    // The body is read before any refusal: a client that is still sending it would miss the answer.
    let body = read_body(body).await;
    answer(&server, &parts, body).unwrap_or_else(ApiError::into_response)
}

fn answer(server: &Server, parts: &Parts, body: Result<Bytes, ApiError>) -> Result<Response, ApiError> {
    let by_example = server.examples.as_ref().zip(parts.extensions.get::<Target>());
    if let Some((examples, Target::Operation(operation, path))) = by_example {
        if examples.of(operation).next().is_some() {
            return answer_by_example(server, examples, operation, path, parts, body);
        }
    }
    let (route, operation, path) = match routes::find(&parts.method, parts.uri.path())? {
        Meaning::Served(route, operation, path) => (route, operation, path),
        Meaning::Unserved(name) => {
            return Err(ApiError::not_served(format!("The sandbox does not serve {name}.")));
        }
        Meaning::Unknown => {
            let mut message = format!("No published model has {} {}.", parts.method, parts.uri.path());
            if parts.uri.path() == "/" {
                message += &format!(" GET {} lists the paths of the sandbox's own.", control::PATH);
            }
            return Err(ApiError::not_found(message));
        }
    };
    let caller = server.login.caller(&parts.headers, &operation, parts.uri.path())?;
    let limit = server.quota.take(caller.seller(), &operation)?;
    let answer = body.and_then(|body| {
        refuse_body_of_get(parts, &body)?;
        let query = Query::parse(parts.uri.query().unwrap_or_default())?;
        (route.handler)(server, &Call { path, query, headers: parts.headers.clone(), body, caller })
    });
    let response = answer.map_or_else(ApiError::into_response, Reply::into_response);
    Ok(with_limit(with_unknown_names(response, &operation, parts), limit))
}

/// Answers a call of an operation that has examples: who calls, and how often, counts as ever.
fn answer_by_example(
    server: &Server,
    examples: &Examples,
    operation: &Published,
    path: &[String],
    parts: &Parts,
    body: Result<Bytes, ApiError>,
) -> Result<Response, ApiError> {
    let caller = server.login.caller(&parts.headers, operation, parts.uri.path())?;
    let limit = server.quota.take(caller.seller(), operation)?;
    let answer = body.and_then(|body| {
        refuse_body_of_get(parts, &body)?;
        let asked = Asked::new(*operation, path, parts.uri.query().unwrap_or_default(), &body);
        Ok(static_mode::answer(&asked, examples.of(operation)))
    });
    let response = answer.unwrap_or_else(ApiError::into_response);
    Ok(with_limit(with_unknown_names(response, operation, parts), limit))
}

/// Names the query parameters that the operation does not have: they are ignored, as a slip of the pen would be.
fn with_unknown_names(mut response: Response, operation: &Published, parts: &Parts) -> Response {
    let query = parts.uri.query().unwrap_or_default();
    let names: BTreeSet<_> = form_urlencoded::parse(query.as_bytes())
        .map(|(name, _)| name.into_owned())
        .filter(|name| !operation.has_query(name))
        .collect();
    if names.is_empty() {
        return response;
    }
    // The names are for the caller alone: what stands there by mistake may be a value.
    let note = record::Note::beside(&response, "the query has unknown names");
    response.extensions_mut().insert(note);
    let names = names.into_iter().collect::<Vec<_>>().join(", ");
    if let Ok(value) = HeaderValue::from_str(&names.escape_default().to_string()) {
        response.headers_mut().insert(UNKNOWN, value);
    }
    response
}

fn refuse_body_of_get(parts: &Parts, body: &Bytes) -> Result<(), ApiError> {
    if parts.method == Method::GET && !body.is_empty() {
        return Err(ApiError::invalid_input("A GET request must not have a body."));
    }
    Ok(())
}

/// Adds the rate-limit header, which Amazon sends with successes and with 400 and 404 only.
fn with_limit(mut response: Response, limit: Option<Limit>) -> Response {
    let status = response.status();
    let shown = status.is_success() || status == StatusCode::BAD_REQUEST || status == StatusCode::NOT_FOUND;
    let value = limit.filter(|_| shown).and_then(|limit| HeaderValue::from_str(&limit.header()).ok());
    if let Some(value) = value {
        response.headers_mut().insert(RATE_LIMIT, value);
    }
    response
}

/// The whole body, or an error where it is too large or cut.
pub(crate) async fn read_body(body: Body) -> Result<Bytes, ApiError> {
    to_bytes(body, BODY_LIMIT).await.map_err(|_| ApiError::too_large(BODY_LIMIT))
}
