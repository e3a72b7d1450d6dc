//! Exchanges credentials for tokens at the token endpoint.

use super::Credentials;
use super::token::Token;
use crate::error::{Error, ErrorKind, LoginCode};
use crate::mask::Mask;
use crate::operation::Repeat;
use crate::transport::{Body, Purpose};
use crate::wire::{self, Wire};
use crate::{Clock, Retry, RetryPolicy, percent_encode};
use bytes::Bytes;
use http::{Method, StatusCode, header};
use secrecy::zeroize::Zeroizing;
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

/// Its name in errors.
const SERVER: &str = "the token endpoint";

/// What the application presents to get a token.
pub(super) enum Grant<'a> {
    /// The seller's authorization.
    Seller { refresh_token: &'a SecretString },
    /// The application's own right to a scope.
    Scope(&'static str),
    /// The code of a seller who has just authorized the application.
    Code { code: &'a SecretString, redirect_uri: Option<&'a str> },
}

impl<'a> Grant<'a> {
    /// The parts that must not be shown.
    fn secret(&self) -> Option<&'a SecretString> {
        match self {
            Self::Seller { refresh_token } => Some(refresh_token),
            Self::Scope(_) => None,
            Self::Code { code, .. } => Some(code),
        }
    }
}

/// Asks the token endpoint for tokens.
pub(crate) struct Login {
    pub wire: Wire,
    pub url: Url,
    pub clock: Arc<dyn Clock>,
    pub retry: RetryPolicy,
    pub timeout: Duration,
    /// The longest wait that the token endpoint may ask for, unless a call sets it.
    pub longest_wait: Duration,
}

/// What the token endpoint returned.
pub(super) struct Granted {
    pub token: Token,
    pub refresh_token: Option<SecretString>,
}

#[derive(Deserialize)]
struct Granting {
    access_token: SecretString,
    refresh_token: Option<SecretString>,
    #[serde(default)]
    expires_in: serde_json::Value,
}

/// How long a token is valid if the answer does not say, in seconds.
const USUAL_LIFE: u64 = 3600;

impl Login {
    /// Asks for a token. A server's error, a throttled request and a lost answer are tried again, because asking twice
    /// does no harm. A code is sent only once, because it is valid only once. It fails at once if the token endpoint
    /// asks for a longer wait than `longest_wait`.
    pub(super) async fn ask(
        &self,
        application: &Credentials,
        grant: Grant<'_>,
        longest_wait: Duration,
    ) -> Result<Granted, Error> {
        let is_for_code = matches!(grant, Grant::Code { .. });
        let repeat = if is_for_code { Repeat::Once } else { Repeat::Safe };
        let secrets = [Some(&application.client_secret), grant.secret()];
        let mask = Mask::new(secrets.into_iter().flatten().map(|secret| secret.expose_secret()));
        // All attempts share the bytes, which are wiped after the last attempt.
        let form = Bytes::from_owner(form(application, &grant));
        let retry = Retry { policy: &self.retry, repeat, longest_wait, clock: &*self.clock };
        retry.run(|_| self.attempt(form.clone(), &mask, is_for_code)).await
    }

    async fn attempt(&self, form: Bytes, mask: &Mask, is_for_code: bool) -> Result<Granted, Error> {
        let request = self
            .wire
            .request(Purpose::Login)
            .method(Method::POST)
            .uri(self.url.as_str())
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded;charset=UTF-8")
            .body(Body::from(form))
            .map_err(|error| Error::transport(wire::unusable(error), SERVER))?;
        let asked_at = self.clock.now();
        let answer = self.wire.ask(request, self.timeout, SERVER, true, mask).await?;
        let status = answer.status;
        if !status.is_success() {
            return Err(refusal(Error::answer(&answer, mask, asked_at), is_for_code).with_unread(&answer));
        }
        let unreadable = || {
            Error::new(ErrorKind::Login, "the token endpoint answered without a usable access token")
                .with_status(status)
                .with_hint("Check the token URL of the endpoint.")
        };
        if spapi_types::json::is_blank(&answer.body) {
            return Err(
                Error::blank(ErrorKind::Login, "the token endpoint answered without a body").with_status(status)
            );
        }
        let granted: Granting = crate::json::read(&answer.body).map_err(|_| {
            let refused = Error::answer(&answer, mask, asked_at);
            if refused.errors().is_empty() { unreadable() } else { refusal(refused, is_for_code) }
        })?;
        let life = Duration::from_secs(seconds(&granted.expires_in).unwrap_or(USUAL_LIFE));
        let token = Token::new(granted.access_token.expose_secret(), asked_at, life).ok_or_else(unreadable)?;
        match life.is_zero() {
            true => {
                tracing::warn!(
                    "the token endpoint returned a token that has already expired: each call asks for another one"
                )
            }
            false => tracing::debug!("got an access token"),
        }
        Ok(Granted { token, refresh_token: granted.refresh_token })
    }
}

/// A number of seconds, written as a number or as text.
pub(super) fn seconds(value: &serde_json::Value) -> Option<u64> {
    match value {
        serde_json::Value::Number(number) => number.as_u64(),
        serde_json::Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// The form, in a buffer that is wiped when it is dropped. It never grows, which would leave a copy behind.
fn form(application: &Credentials, grant: &Grant<'_>) -> Zeroizing<String> {
    let (kind, name, value, redirect_uri) = match grant {
        Grant::Seller { refresh_token } => ("refresh_token", "refresh_token", refresh_token.expose_secret(), None),
        Grant::Scope(scope) => ("client_credentials", "scope", *scope, None),
        Grant::Code { code, redirect_uri } => ("authorization_code", "code", code.expose_secret(), *redirect_uri),
    };
    let own = [
        ("grant_type", kind),
        (name, value),
        ("client_id", application.client_id.as_str()),
        ("client_secret", application.client_secret.expose_secret()),
    ];
    let fields = || own.into_iter().chain(redirect_uri.map(|uri| ("redirect_uri", uri)));
    // An encoded byte takes at most three.
    let longest = fields().map(|(name, value)| name.len() + 3 * value.len() + 2).sum();
    let mut form = Zeroizing::new(String::with_capacity(longest));
    for (name, value) in fields() {
        if !form.is_empty() {
            form.push('&');
        }
        form.push_str(name);
        form.push('=');
        percent_encode::push(&mut form, value);
    }
    form
}

/// Turns an answer of the token endpoint without success into an error.
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
