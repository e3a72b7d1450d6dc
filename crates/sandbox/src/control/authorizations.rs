//! Events outside of the API: sellers give and revoke their consent, and the client secret rotates.

use super::Asked;
use crate::http::{ApiError, Reply};
use crate::login::{CODE_LIFE, REFRESH_TOKEN};
use crate::sections::application_management;
use crate::server::Server;
use crate::time::dates;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;
use std::time::Duration;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Consent {
    seller: String,
    redirect_uri: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Revocation {
    seller: String,
}

/// The longest redirect URI, in bytes.
const LONGEST_URI: usize = 2000;

/// See [`Sandbox::authorization_code`](crate::Sandbox::authorization_code).
pub(super) fn consent(server: &Server, asked: &Asked) -> Result<Response, ApiError> {
    let example = format!(r#"{{"seller": "{REFRESH_TOKEN}", "redirectUri": "https://example.com/back"}}"#);
    let Consent { seller, redirect_uri } = asked.json(&example)?;
    if redirect_uri.as_ref().is_some_and(|uri| uri.len() > LONGEST_URI) {
        return Err(ApiError::too_long("redirectUri", LONGEST_URI));
    }
    let code = server.login.authorization_code(&seller, redirect_uri.as_deref()).ok_or_else(no_seller)?;
    Ok(Reply::created(json!({ "code": code, "expiresIn": CODE_LIFE.as_secs() })).into_response())
}

/// See [`Sandbox::revoke`](crate::Sandbox::revoke).
pub(super) fn revoke(server: &Server, asked: &Asked) -> Result<Response, ApiError> {
    let Revocation { seller } = asked.json(&format!(r#"{{"seller": "{REFRESH_TOKEN}"}}"#))?;
    if !server.login.revoke(&seller) {
        return Err(no_seller());
    }
    Ok(Reply::no_content().into_response())
}

/// See [`Sandbox::client_secret`](crate::Sandbox::client_secret).
pub(super) fn show_secret(server: &Server, _: &Asked) -> Result<Response, ApiError> {
    Ok(Reply::from(json!({ "clientSecret": server.login.client_secret() })).into_response())
}

/// See [`Sandbox::rotate_client_secret`](crate::Sandbox::rotate_client_secret).
pub(super) fn rotate_secret(server: &Server, asked: &Asked) -> Result<Response, ApiError> {
    if !asked.body.bytes.is_empty() {
        return Err(ApiError::invalid_input("The sandbox makes the new secret: the call takes no body."));
    }
    let until = application_management::rotate(server);
    let rotated = json!({ "clientSecret": server.login.client_secret(), "formerWorksUntil": dates::text(until) });
    Ok(Reply::created(rotated).into_response())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Expiry {
    in_days: u32,
}

/// Sends the notification that the client secret will expire.
pub(super) fn announce_expiry(server: &Server, asked: &Asked) -> Result<Response, ApiError> {
    let Expiry { in_days } = asked.json(r#"{"inDays": 30}"#)?;
    if in_days > 366 {
        return Err(ApiError::invalid_input("inDays must be at most 366, which is a year."));
    }
    let at = server.clock.now() + Duration::from_secs(24 * 3600) * in_days;
    application_management::announce_expiry(server, at);
    Ok(Reply::no_content().into_response())
}

/// The error does not show the given token, because it may be a real one by mistake.
fn no_seller() -> ApiError {
    ApiError::not_found(format!(
        "seller: there is no such seller. Name a seller by the refresh token that it was set up with; every sandbox has \
         the seller {REFRESH_TOKEN}."
    ))
}
