//! Login with Amazon: gives access tokens for refresh tokens, codes and scopes.

mod authorizations;
mod roles;
mod tokens;

pub(crate) use authorizations::{CODE_LIFE, FLOW_LIFE};
pub use roles::RestrictedRole;
pub(crate) use roles::{Roles, Seen};
pub(crate) use tokens::{Caller, DataElement, LIFE, Resource};

use crate::http::ApiError;
use crate::keep::forms;
use crate::seal::Seal;
use crate::server::Server;
use crate::time::Clock;
use authorizations::Authorizations;
use axum::Json;
use axum::body::{Body, Bytes};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use spapi_metadata::Published;
use spapi_types::Region;
use std::collections::BTreeMap;
use std::time::SystemTime;
use tokens::Tokens;

/// The client id of the application that every sandbox has.
pub const CLIENT_ID: &str = "amzn1.application-oa2-client.spapi-sandbox";

/// The client secret of that application.
pub const CLIENT_SECRET: &str = "amzn1.oa2-cs.v1.spapi-sandbox";

/// The refresh token of the seller that every sandbox has.
pub const REFRESH_TOKEN: &str = "Atzr|spapi-sandbox";

/// The id of the application itself, which the consent page takes.
pub const APPLICATION_ID: &str = "amzn1.sellerapps.app.spapi-sandbox";

/// Amazon's id of the seller that every sandbox has. The second seller has `A2SPAPISANDBOX`, and so on.
pub const SELLER_ID: &str = "A1SPAPISANDBOX";

/// Amazon's id of the seller with this index.
pub(crate) fn seller_id(number: usize) -> String {
    format!("A{}SPAPISANDBOX", number + 1)
}

/// The scopes of tokens without a seller.
const SCOPES: [&str; 3] = [
    "sellingpartnerapi::notifications",
    "sellingpartnerapi::client_credential:rotation",
    "sellingpartnerapi::shipments:track",
];

/// A seller's account in one region. As at Amazon, each region has its own reports, documents and quotas.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Account {
    /// The seller's number.
    pub(crate) seller: usize,
    #[serde(with = "forms::region")]
    pub(crate) region: Region,
}

impl Account {
    pub(crate) fn new(seller: usize, region: Region) -> Self {
        Self { seller, region }
    }
}

/// The application's authorizations and tokens.
#[derive(Debug)]
pub(crate) struct Login {
    authorizations: Authorizations,
    tokens: Tokens,
}

impl Login {
    /// `foreign` are refresh tokens that sellers gave to other applications.
    pub(crate) fn new(refresh_tokens: Vec<String>, foreign: Vec<String>, clock: Clock, seed: u64) -> Self {
        Self {
            authorizations: Authorizations::new(refresh_tokens, foreign, clock.clone(), Seal::new(seed)),
            tokens: Tokens::new(clock, Seal::new(seed)),
        }
    }

    /// The part of the state that is kept between runs.
    pub(crate) fn saved(&self) -> serde_json::Result<Value> {
        Ok(json!({ "authorizations": self.authorizations.saved()?, "tokens": self.tokens.saved()? }))
    }

    pub(crate) fn restore(&self, mut saved: Value) -> serde_json::Result<()> {
        self.authorizations.restore(saved["authorizations"].take())?;
        self.tokens.restore(saved["tokens"].take())
    }

    /// The caller of an operation, or why the access token does not allow the call.
    pub(crate) fn caller(&self, headers: &HeaderMap, operation: &Published, path: &str) -> Result<Caller, ApiError> {
        self.tokens.caller(&self.authorizations, headers, operation, path)
    }

    /// A restricted data token of the seller for these resources.
    pub(crate) fn restricted_data_token(&self, seller: usize, resources: Vec<Resource>) -> String {
        self.tokens.restricted(self.authorizations.present(seller), resources)
    }

    /// See [`Sandbox::authorization_code`](crate::Sandbox::authorization_code).
    pub(crate) fn authorization_code(&self, seller: &str, redirect_uri: Option<&str>) -> Option<String> {
        self.authorizations.consent(seller, redirect_uri)
    }

    /// Amazon's ids of all sellers, in the order of their indexes.
    pub(crate) fn seller_ids(&self) -> Vec<String> {
        (0..self.authorizations.sellers()).map(seller_id).collect()
    }

    /// A code for the consent of the seller with this index.
    pub(crate) fn consent_of(&self, seller: usize, redirect_uri: Option<&str>) -> String {
        self.authorizations.consent_of(seller, redirect_uri)
    }

    /// Begins an authorization of the seller in the Appstore, and returns Amazon's state.
    pub(crate) fn begin_in_appstore(&self, seller: usize) -> String {
        self.authorizations.begin(seller)
    }

    /// The seller and a code for an authorization that was begun in the Appstore; `None` if Amazon's state is void.
    pub(crate) fn confirm(&self, amazon_state: &str, redirect_uri: Option<&str>) -> Option<(usize, String)> {
        self.authorizations.confirm(amazon_state, redirect_uri)
    }

    /// See [`Sandbox::revoke`](crate::Sandbox::revoke).
    pub(crate) fn revoke(&self, seller: &str) -> bool {
        self.authorizations.revoke(seller)
    }

    /// Makes a new client secret, and returns the time until which the previous one works.
    pub(crate) fn rotate_client_secret(&self) -> SystemTime {
        self.authorizations.rotate_secret()
    }

    /// The newest client secret.
    pub(crate) fn client_secret(&self) -> String {
        self.authorizations.client_secret()
    }

    /// Answers a token request whose parameters have been read.
    fn grant(&self, parameters: &BTreeMap<String, String>) -> Result<Value, LoginError> {
        let optional = |name: &str| parameters.get(name).map(String::as_str).filter(|value| !value.is_empty());
        let required = |name: &'static str| {
            optional(name).ok_or_else(|| LoginError::InvalidRequest(format!("The request lacks the parameter {name}.")))
        };
        let grant = match required("grant_type")? {
            "refresh_token" => Grant::RefreshToken(required("refresh_token")?),
            "authorization_code" => Grant::Code(required("code")?, optional("redirect_uri")),
            "client_credentials" => Grant::Scope(required("scope")?),
            _ => return Err(LoginError::UnsupportedGrantType),
        };
        if !self.authorizations.knows_client(required("client_id")?, required("client_secret")?) {
            return Err(LoginError::InvalidClient);
        }
        let (access_token, refresh_token) = match grant {
            Grant::RefreshToken(token) if self.authorizations.is_foreign(token) => {
                return Err(LoginError::UnauthorizedClient);
            }
            Grant::RefreshToken(token) => {
                let seller = self.authorizations.seller(token).ok_or(LoginError::InvalidRefreshToken)?;
                (self.tokens.of_seller(seller), Some(token.to_owned()))
            }
            Grant::Code(code, redirect_uri) => {
                let redeemed = self.authorizations.redeem(code, redirect_uri);
                let (seller, refresh_token) = redeemed.ok_or(LoginError::InvalidCode)?;
                (self.tokens.of_seller(seller), Some(refresh_token))
            }
            Grant::Scope(scope) if SCOPES.contains(&scope) => (self.tokens.of_application(scope), None),
            Grant::Scope(_) => return Err(LoginError::InvalidScope),
        };
        let mut answer = json!({ "access_token": access_token, "token_type": "bearer", "expires_in": LIFE.as_secs() });
        if let Some(token) = refresh_token {
            answer["refresh_token"] = token.into();
        }
        Ok(answer)
    }
}

/// The grant of a token request.
enum Grant<'a> {
    RefreshToken(&'a str),
    /// An authorization code, and the redirect URI.
    Code(&'a str, Option<&'a str>),
    Scope(&'a str),
}

/// Answers a request to the token endpoint.
pub(crate) async fn answer(server: &Server, parts: &Parts, body: Body) -> Response {
    let answer = match server.read_body(body).await {
        _ if parts.method != Method::POST => Err(LoginError::NotPost),
        Ok(body) => parameters(&parts.headers, &body.bytes).and_then(|parameters| server.login.grant(&parameters)),
        Err(_) => Err(LoginError::InvalidRequest("The body is too large or incomplete.".into())),
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
            .map_err(|_| LoginError::InvalidRequest("The body is not a JSON object of strings.".into()));
    }
    if media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Ok(form_urlencoded::parse(body).into_owned().collect());
    }
    Err(LoginError::InvalidRequest("The body must be application/x-www-form-urlencoded or application/json.".into()))
}

/// Why the endpoint gives no token. The error has the shape of Login with Amazon, which differs from the API's.
#[derive(Debug)]
enum LoginError {
    InvalidClient,
    InvalidCode,
    InvalidRefreshToken,
    InvalidRequest(String),
    InvalidScope,
    NotPost,
    UnauthorizedClient,
    UnsupportedGrantType,
}

impl IntoResponse for LoginError {
    fn into_response(self) -> Response {
        let (status, error, description) = match &self {
            Self::InvalidClient => (StatusCode::UNAUTHORIZED, "invalid_client", "Client authentication failed"),
            Self::InvalidCode => {
                (StatusCode::BAD_REQUEST, "invalid_grant", "The request has an invalid grant parameter : code")
            }
            Self::InvalidRefreshToken => (
                StatusCode::BAD_REQUEST,
                "invalid_grant",
                "The request has an invalid grant parameter : refresh_token. User may have revoked or didn't grant the \
                 permission.",
            ),
            Self::InvalidRequest(description) => (StatusCode::BAD_REQUEST, "invalid_request", description.as_str()),
            Self::InvalidScope => {
                (StatusCode::BAD_REQUEST, "invalid_scope", "The application may not use the scope, or it is unknown.")
            }
            Self::NotPost => (StatusCode::METHOD_NOT_ALLOWED, "invalid_request", "The token endpoint takes POST only."),
            Self::UnauthorizedClient => {
                (StatusCode::BAD_REQUEST, "unauthorized_client", "Not authorized for requested operation")
            }
            Self::UnsupportedGrantType => (
                StatusCode::BAD_REQUEST,
                "unsupported_grant_type",
                "The grant types are refresh_token, authorization_code and client_credentials.",
            ),
        };
        (status, Json(json!({ "error": error, "error_description": description }))).into_response()
    }
}
