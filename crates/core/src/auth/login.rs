//! The exchange with the token endpoint.

use super::Credentials;
use super::token::Token;
use crate::error::{Error, ErrorKind, LoginCode};
use crate::operation::Repeat;
use crate::transport::{Body, Purpose};
use crate::wire::{self, Wire};
use crate::{Clock, Retry, RetryPolicy, percent_encode};
use http::{Method, StatusCode, header};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use std::sync::Arc;
use std::time::Duration;
use url::Url;

impl LoginCode {
    fn hint(&self, is_for_code: bool) -> &'static str {
        match self {
            Self::InvalidGrant if is_for_code => {
                "The code is older than 5 minutes, was used before, or the redirect URI is not the one it was given \
                 for: have the seller authorize the application again."
            }
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

/// What errors call it.
const SERVER: &str = "the token endpoint";

/// What a token is asked for with.
pub(super) enum Grant<'a> {
    /// The seller's authorization.
    Seller { refresh_token: &'a SecretString },
    /// The application's own right to a scope.
    Scope(&'static str),
    /// The code of a seller who has just authorized the application.
    Code { code: &'a SecretString, redirect_uri: Option<&'a str> },
}

/// Asks the token endpoint for tokens.
pub(crate) struct Login {
    pub wire: Wire,
    pub url: Url,
    pub clock: Arc<dyn Clock>,
    pub retry: RetryPolicy,
    pub timeout: Duration,
}

/// What the token endpoint gave.
pub(super) struct Granted {
    pub token: Token,
    pub refresh_token: Option<SecretString>,
}

#[derive(Deserialize)]
struct Answer {
    access_token: SecretString,
    refresh_token: Option<SecretString>,
    #[serde(default)]
    expires_in: serde_json::Value,
}

/// How long a token lives if the answer does not say, in seconds.
const USUAL_LIFE: u64 = 3600;

impl Login {
    /// Asks for a token. A server's error, a throttled request and a lost answer are tried again, since asking twice does
    /// no harm. A code is sent once, since it is good once.
    pub(super) async fn ask(&self, application: &Credentials, grant: Grant<'_>) -> Result<Granted, Error> {
        let is_for_code = matches!(grant, Grant::Code { .. });
        let repeat = if is_for_code { Repeat::Once } else { Repeat::Safe };
        let form = form(application, &grant);
        let retry = Retry { policy: &self.retry, repeat, longest_wait: Duration::MAX, clock: &*self.clock };
        retry.run(|_| self.attempt(form.clone(), is_for_code)).await
    }

    async fn attempt(&self, form: String, is_for_code: bool) -> Result<Granted, Error> {
        let request = self
            .wire
            .request(Purpose::Login)
            .method(Method::POST)
            .uri(self.url.as_str())
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded;charset=UTF-8")
            .body(Body::from(form))
            .map_err(|error| Error::transport(wire::unusable(error), SERVER))?;
        let asked_at = self.clock.now();
        let (status, headers, body) = self.wire.ask(request, self.timeout, SERVER).await?;
        if !status.is_success() {
            return Err(refusal(Error::answer(status, &headers, &body, asked_at), is_for_code));
        }
        let unreadable = || {
            Error::new(ErrorKind::Login, "the token endpoint answered without a usable access token")
                .with_status(status)
                .with_hint("Check the token URL of the endpoint.")
        };
        let answer: Answer = crate::decode::read(&body).map_err(|_| unreadable())?;
        let life = Duration::from_secs(seconds(&answer.expires_in).unwrap_or(USUAL_LIFE));
        let token = Token::new(answer.access_token.expose_secret(), asked_at, life).ok_or_else(unreadable)?;
        tracing::debug!("got an access token");
        Ok(Granted { token, refresh_token: answer.refresh_token })
    }
}

/// A number of seconds, which comes as a number or as text.
pub(super) fn seconds(value: &serde_json::Value) -> Option<u64> {
    match value {
        serde_json::Value::Number(number) => number.as_u64(),
        serde_json::Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

fn form(application: &Credentials, grant: &Grant<'_>) -> String {
    let (kind, name, value, redirect_uri) = match grant {
        Grant::Seller { refresh_token } => ("refresh_token", "refresh_token", refresh_token.expose_secret(), None),
        Grant::Scope(scope) => ("client_credentials", "scope", *scope, None),
        Grant::Code { code, redirect_uri } => ("authorization_code", "code", code.expose_secret(), *redirect_uri),
    };
    let mut form = format!("grant_type={kind}");
    let own = [
        (name, value),
        ("client_id", application.client_id.as_str()),
        ("client_secret", application.client_secret.expose_secret()),
    ];
    for (name, value) in own.into_iter().chain(redirect_uri.map(|uri| ("redirect_uri", uri))) {
        form.push('&');
        form.push_str(name);
        form.push('=');
        percent_encode::push_str(&mut form, value);
    }
    form
}

/// Makes what the token endpoint answered into an error of the login.
fn refusal(error: Error, is_for_code: bool) -> Error {
    let code = LoginCode::from(error.codes().next().unwrap_or_default());
    let hint = code.hint(is_for_code);
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
