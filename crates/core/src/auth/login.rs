//! The exchange with the token endpoint.

use super::Credentials;
use super::token::Token;
use crate::error::{Error, Kind};
use crate::transport;
use crate::{Clock, RetryPolicy, encode, retry};
use http::{HeaderValue, StatusCode, header};
use reqwest::Url;
use secrecy::ExposeSecret;
use serde::Deserialize;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

crate::open_enum! {
    /// What Login with Amazon says is wrong.
    pub enum LoginCode {
        /// The refresh token is revoked, expired, or another application's.
        InvalidGrant = "invalid_grant",
        /// The client id or the client secret is wrong, or the secret was rotated.
        InvalidClient = "invalid_client",
        /// The application may not use this grant or token.
        UnauthorizedClient = "unauthorized_client",
        /// The scope is unknown or not granted.
        InvalidScope = "invalid_scope",
        /// The request lacks a parameter.
        InvalidRequest = "invalid_request",
        /// The grant type is wrong.
        UnsupportedGrantType = "unsupported_grant_type",
        /// The fault is on Amazon's side.
        ServerError = "server_error",
    }
}

impl LoginCode {
    fn hint(&self) -> &'static str {
        match self {
            Self::InvalidGrant => {
                "The refresh token is revoked, expired or another application's: have the seller authorize the \
                 application again."
            }
            Self::InvalidClient => {
                "Check the client id and the client secret; a secret stops working some days after it was rotated."
            }
            Self::UnauthorizedClient => {
                "The application may not use this token: check that the refresh token belongs to this client id."
            }
            Self::InvalidScope => "The application has not been granted this scope.",
            _ => "",
        }
    }
}

/// What to ask a token with.
#[derive(Clone, Copy)]
pub(crate) enum Grant {
    /// The seller's authorization.
    Seller,
    /// The application's own right to a scope.
    Scope(&'static str),
}

/// Asks the token endpoint for tokens.
pub(crate) struct Login {
    pub http: reqwest::Client,
    pub url: Url,
    pub credentials: Credentials,
    pub clock: Arc<dyn Clock>,
    pub retry: RetryPolicy,
    pub timeout: Duration,
}

#[derive(Deserialize)]
struct Answer {
    access_token: String,
    #[serde(default)]
    expires_in: serde_json::Value,
}

/// How long a token lives where the answer does not say.
const USUAL_LIFE: u64 = 3600;

impl Login {
    /// A fresh token. A server's error, a throttled request and a lost answer are tried again: asking twice for a
    /// token does no harm.
    pub(crate) async fn token(&self, grant: Grant) -> Result<Token, Error> {
        let started = Instant::now();
        let mut attempts = 0;
        loop {
            attempts += 1;
            let error = match self.attempt(grant).await {
                Ok(token) => return Ok(token),
                Err(error) => error.with_attempts(attempts),
            };
            let at_least = error.retry_after().unwrap_or_default();
            let wait = match retry::may_repeat(&error, crate::operation::Repeat::Safe) {
                true => self.retry.wait(attempts, at_least, started.elapsed()),
                false => None,
            };
            let Some(wait) = wait else { return Err(error) };
            tracing::debug!(attempt = attempts, wait_ms = wait.as_millis() as u64, "asking again for an access token");
            tokio::time::sleep(wait).await;
        }
    }

    async fn attempt(&self, grant: Grant) -> Result<Token, Error> {
        let request = self
            .http
            .post(self.url.clone())
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded;charset=UTF-8")
            .timeout(self.timeout)
            .body(self.form(grant));
        let asked_at = self.clock.now();
        let (status, headers, body) = match transport::send(request).await {
            Ok(answer) => answer,
            Err(failed) => return Err(failed.into_error("the token endpoint")),
        };
        if !status.is_success() {
            return Err(refusal(Error::answer(status, &headers, &body, asked_at)));
        }
        let unreadable = || {
            Error::new(Kind::Login, "the token endpoint answered without a usable access token")
                .with_status(status)
                .with_hint("Check the token URL of the endpoint.")
        };
        let answer: Answer = serde_json::from_slice(&body).map_err(|_| unreadable())?;
        let mut header = HeaderValue::from_str(&answer.access_token).map_err(|_| unreadable())?;
        header.set_sensitive(true);
        if header.is_empty() {
            return Err(unreadable());
        }
        let seconds = match &answer.expires_in {
            serde_json::Value::Number(number) => number.as_u64(),
            serde_json::Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        tracing::debug!("got an access token");
        Ok(Token::new(header, asked_at, Duration::from_secs(seconds.unwrap_or(USUAL_LIFE))))
    }

    fn form(&self, grant: Grant) -> String {
        let (kind, name, value) = match grant {
            Grant::Seller => ("refresh_token", "refresh_token", self.credentials.refresh_token.expose_secret()),
            Grant::Scope(scope) => ("client_credentials", "scope", scope),
        };
        let mut form = format!("grant_type={kind}");
        for (name, value) in [
            (name, value),
            ("client_id", self.credentials.client_id.as_str()),
            ("client_secret", self.credentials.client_secret.expose_secret()),
        ] {
            form.push('&');
            form.push_str(name);
            form.push('=');
            encode::push_str(&mut form, value);
        }
        form
    }
}

/// Makes what the token endpoint answered into an error of the login.
fn refusal(error: Error) -> Error {
    let code = LoginCode::from(error.codes().next().unwrap_or_default());
    let hint = code.hint();
    let hint = match error.status() {
        Some(status) if hint.is_empty() && status.is_server_error() => {
            "The fault is on the server's side. Try again later."
        }
        Some(StatusCode::FORBIDDEN | StatusCode::NOT_FOUND) if hint.is_empty() => {
            "Check the token URL of the endpoint."
        }
        _ => hint,
    };
    error.with_login_code(code).with_message("Login with Amazon gave no access token").with_hint(hint)
}
