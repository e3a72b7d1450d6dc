//! Login with Amazon: refresh tokens in, access tokens out.

use crate::clock::Clock;
use crate::dates;
use crate::error::ApiError;
use crate::seal::Seal;
use crate::server::{self, Server};
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The client id of the application that every sandbox knows.
pub const CLIENT_ID: &str = "amzn1.application-oa2-client.spapi-sandbox";

/// The client secret of that application.
pub const CLIENT_SECRET: &str = "amzn1.oa2-cs.v1.spapi-sandbox";

/// The refresh token of the seller that every sandbox knows.
pub const REFRESH_TOKEN: &str = "Atzr|spapi-sandbox";

/// How long an access token lasts.
const LIFE: Duration = Duration::from_secs(3600);

/// What an access token begins with.
const PREFIX: &str = "Atza|";

/// The purpose under which access tokens are sealed.
const PURPOSE: &str = "access";

/// The sellers that have authorised the application, and the tokens given to them.
#[derive(Debug)]
pub(crate) struct Login {
    refresh_tokens: Vec<String>,
    clock: Clock,
    seal: Seal,
    /// How many access tokens were given: no two are alike.
    given: AtomicU64,
}

impl Login {
    pub(crate) fn new(refresh_tokens: Vec<String>, clock: Clock, seal: Seal) -> Self {
        Self { refresh_tokens, clock, seal, given: AtomicU64::new(0) }
    }

    /// The seller, as a number, whom the access token of a call stands for.
    pub(crate) fn seller(&self, headers: &HeaderMap) -> Result<usize, ApiError> {
        let token = headers
            .get("x-amz-access-token")
            .ok_or_else(|| ApiError::unauthorized("Access token is missing in the request header."))?;
        let (seller, expires) = self
            .open(token)
            .ok_or_else(|| ApiError::unauthorized("The access token you provided is revoked, malformed or invalid."))?;
        if dates::seconds(self.clock.now()) >= expires {
            return Err(ApiError::unauthorized("The access token you provided has expired."));
        }
        Ok(seller)
    }

    /// A new access token for the seller.
    fn access_token(&self, seller: usize) -> String {
        let expires = dates::seconds(self.clock.now() + LIFE);
        let number = self.given.fetch_add(1, Ordering::Relaxed);
        PREFIX.to_owned() + &self.seal.close(PURPOSE, &format!("{seller} {expires} {number}"))
    }

    /// The seller of an access token, and when it expires, in seconds since 1970.
    fn open(&self, token: &HeaderValue) -> Option<(usize, u64)> {
        let content = self.seal.open(PURPOSE, token.to_str().ok()?.strip_prefix(PREFIX)?)?;
        let mut fields = content.split(' ');
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    }

    /// Answers a token request whose parameters have been read.
    fn grant(&self, parameters: &BTreeMap<String, String>) -> Result<Value, LoginError> {
        let required = |name: &'static str| {
            parameters
                .get(name)
                .filter(|value| !value.is_empty())
                .ok_or_else(|| LoginError::InvalidRequest(format!("The request lacks the parameter {name}.")))
        };
        let grant_type = required("grant_type")?;
        if grant_type != "refresh_token" {
            return Err(LoginError::UnsupportedGrantType);
        }
        let (client_id, client_secret) = (required("client_id")?, required("client_secret")?);
        let refresh_token = required("refresh_token")?;
        if client_id != CLIENT_ID || client_secret != CLIENT_SECRET {
            return Err(LoginError::InvalidClient);
        }
        let seller = self.refresh_tokens.iter().position(|known| known == refresh_token);
        let seller = seller.ok_or(LoginError::InvalidGrant)?;
        Ok(json!({
            "access_token": self.access_token(seller),
            "token_type": "bearer",
            "expires_in": LIFE.as_secs(),
            "refresh_token": refresh_token,
        }))
    }
}

/// Serves the token endpoint.
pub(crate) async fn token(State(server): State<Arc<Server>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let answer = match server::read_body(body).await {
        _ if parts.method != Method::POST => Err(LoginError::NotPost),
        Ok(body) => parameters(&parts.headers, &body).and_then(|parameters| server.login.grant(&parameters)),
        Err(_) => Err(LoginError::InvalidRequest("The body is too large or was cut.".into())),
    };
    match answer {
        Ok(answer) => ([(header::CACHE_CONTROL, "no-store")], Json(answer)).into_response(),
        Err(error) => error.into_response(),
    }
}

/// The parameters of a token request, from a form or from JSON.
fn parameters(headers: &HeaderMap, body: &Bytes) -> Result<BTreeMap<String, String>, LoginError> {
    let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = media_type.split(';').next().unwrap_or_default().trim();
    if media_type.eq_ignore_ascii_case("application/json") {
        return serde_json::from_slice(body)
            .map_err(|_| LoginError::InvalidRequest("The body is no JSON object of texts.".into()));
    }
    if media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Ok(form_urlencoded::parse(body).into_owned().collect());
    }
    Err(LoginError::InvalidRequest("The body must be application/x-www-form-urlencoded or application/json.".into()))
}

/// Why no token was given, in the shape of Login with Amazon, which is not that of the API.
#[derive(Debug)]
enum LoginError {
    InvalidClient,
    InvalidGrant,
    InvalidRequest(String),
    NotPost,
    UnsupportedGrantType,
}

impl IntoResponse for LoginError {
    fn into_response(self) -> Response {
        let (status, error, description) = match self {
            Self::InvalidClient => (StatusCode::UNAUTHORIZED, "invalid_client", "Client authentication failed".into()),
            Self::InvalidGrant => (
                StatusCode::BAD_REQUEST,
                "invalid_grant",
                "The request has an invalid grant parameter : refresh_token. User may have revoked or didn't grant the \
                 permission."
                    .into(),
            ),
            Self::InvalidRequest(description) => (StatusCode::BAD_REQUEST, "invalid_request", description),
            Self::NotPost => {
                (StatusCode::METHOD_NOT_ALLOWED, "invalid_request", "The token endpoint takes POST only.".into())
            }
            Self::UnsupportedGrantType => (
                StatusCode::BAD_REQUEST,
                "unsupported_grant_type",
                "The sandbox takes the grant type refresh_token only.".into(),
            ),
        };
        (status, Json(json!({ "error": error, "error_description": description }))).into_response()
    }
}
