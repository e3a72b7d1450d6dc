//! What every request passes before a page answers it: the host, the session, and for a form its origin and token.

use crate::app::App;
use crate::door::Session;
use crate::language::Language;
use crate::pages;
use crate::random::is_same;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::collections::HashMap;
use std::sync::Arc;

/// The longest form, in bytes.
const LONGEST: usize = 256 * 1024;

/// The policy of every page: only our own style and script, nothing inline, nothing of another server.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The headers of every answer.
const HEADERS: [(HeaderName, &str); 7] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::CACHE_CONTROL, "no-store"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    // Under `no-referrer` a browser would not send the origin of a form either.
    (header::REFERRER_POLICY, "same-origin"),
];

/// Under which names this server is called.
#[derive(Clone, Debug)]
pub struct Names {
    /// `http` or `https`.
    pub scheme: &'static str,
    /// Each as a browser writes it into `Host`: `127.0.0.1:8717`.
    pub hosts: Vec<String>,
}

impl Names {
    /// The name that a `Host` header gives, if it is one of ours.
    fn found(&self, headers: &HeaderMap) -> Option<&str> {
        let given = headers.get(header::HOST)?.to_str().ok()?;
        self.hosts.iter().find(|host| host.eq_ignore_ascii_case(given)).map(String::as_str)
    }
}

/// The fields of a form, in which a name may come several times.
#[derive(Clone, Debug, Default)]
pub struct Fields(HashMap<String, Vec<String>>);

impl Fields {
    /// Reads the text of a form or a query.
    pub fn parse(text: &[u8]) -> Self {
        let mut fields: HashMap<String, Vec<String>> = HashMap::new();
        for (name, value) in form_urlencoded::parse(text) {
            fields.entry(name.into_owned()).or_default().push(value.into_owned());
        }
        Self(fields)
    }

    /// The first value of a field, without white space around it. Empty if there is none.
    pub fn text(&self, name: &str) -> &str {
        self.0.get(name).and_then(|values| values.first()).map(|value| value.trim()).unwrap_or_default()
    }

    /// All values of a field.
    pub fn all(&self, name: &str) -> &[String] {
        self.0.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether the form has the field.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }
}

/// Lets a request pass to its page, or refuses it.
pub async fn pass(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let mut response = checked(&app, request, next).await;
    for (name, value) in HEADERS {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

async fn checked(app: &Arc<App>, mut request: Request, next: Next) -> Response {
    let language = Language::of(request.headers());
    let Some(host) = app.names.found(request.headers()).map(str::to_owned) else {
        // A page of another site whose name leads here, or a proxy that was not named.
        return pages::refused(language, StatusCode::MISDIRECTED_REQUEST, "refused-host").into_response();
    };
    let is_open = OPEN.contains(&request.uri().path());
    let session = cookie(request.headers(), &app.cookie).and_then(|id| app.door.session(id));
    if session.is_none() && !is_open {
        return pages::closed(app, language).into_response();
    }
    if request.method() == Method::POST {
        request = match form(app, &host, session.as_ref(), request).await {
            Ok(request) => request,
            Err(why) => return pages::refused(language, StatusCode::FORBIDDEN, why).into_response(),
        };
    } else if request.method() != Method::GET && request.method() != Method::HEAD {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    if let Some(session) = session {
        request.extensions_mut().insert(session);
    }
    request.extensions_mut().insert(Host(host));
    next.run(request).await
}

/// The paths that a browser reaches without a session.
const OPEN: [&str; 4] = ["/enter", "/password", "/amazon/answer", "/style.css"];

/// The name by which the browser called this server.
#[derive(Clone, Debug)]
pub struct Host(pub String);

/// Checks where a form comes from, reads it, and checks its token.
async fn form(app: &App, host: &str, session: Option<&Session>, request: Request) -> Result<Request, &'static str> {
    let origin = request.headers().get(header::ORIGIN).and_then(|origin| origin.to_str().ok()).unwrap_or_default();
    if !origin.eq_ignore_ascii_case(&format!("{}://{host}", app.names.scheme)) {
        return Err("refused-origin");
    }
    let is_form = request
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.to_str().is_ok_and(|kind| kind.starts_with("application/x-www-form-urlencoded")));
    let (mut parts, body) = request.into_parts();
    let body = to_bytes(body, LONGEST).await.map_err(|_| "refused-length")?;
    let fields = if is_form { Fields::parse(&body) } else { Fields::default() };
    // The form of the password comes before there is a session.
    if let Some(session) = session
        && !is_same(fields.text("csrf"), &session.csrf)
    {
        return Err("refused-token");
    }
    parts.extensions.insert(fields);
    Ok(Request::from_parts(parts, Body::empty()))
}

/// The value of a cookie.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = all.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
}
