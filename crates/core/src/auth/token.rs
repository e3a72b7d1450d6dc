//! Keeps access tokens and renews them, one renewal at a time.

use super::login::{Grant, Login};
use crate::{Error, Operation};
use http::HeaderValue;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

/// How long before its end a token is renewed.
const MARGIN: Duration = Duration::from_secs(60);

/// An access token.
pub(crate) struct Token {
    /// The token as it is sent.
    pub header: HeaderValue,
    renew_at: SystemTime,
}

impl Token {
    /// A token that was asked for at that time and lives so long from then. One that lives shorter than twice the
    /// margin is renewed at half its life.
    pub(crate) fn new(header: HeaderValue, asked_at: SystemTime, life: Duration) -> Self {
        let good_for = life - MARGIN.min(life / 2);
        // A life too long for the clock counts as over: the token is used once and renewed.
        Self { header, renew_at: asked_at.checked_add(good_for).unwrap_or(asked_at) }
    }
}

/// The tokens of one client: the seller's, and one for each grantless scope.
pub(crate) struct Tokens {
    login: Login,
    seller: Slot,
    scopes: Mutex<HashMap<&'static str, Arc<Slot>>>,
}

impl Tokens {
    pub(crate) fn new(login: Login) -> Self {
        Self { login, seller: Slot::default(), scopes: Mutex::default() }
    }

    /// A token for the operation: other than `refused`, which Amazon did not take.
    pub(crate) async fn token(&self, operation: &Operation, refused: Option<&Arc<Token>>) -> Result<Arc<Token>, Error> {
        match operation.grantless {
            None => self.seller.token(&self.login, Grant::Seller, refused).await,
            Some(scope) => {
                let slot = {
                    let mut scopes = self.scopes.lock().unwrap_or_else(PoisonError::into_inner);
                    Arc::clone(scopes.entry(scope).or_default())
                };
                slot.token(&self.login, Grant::Scope(scope), refused).await
            }
        }
    }
}

/// A place for one token.
#[derive(Default)]
struct Slot {
    state: tokio::sync::Mutex<State>,
    /// How many renewals have failed so far.
    failures: AtomicU64,
}

#[derive(Default)]
struct State {
    token: Option<Arc<Token>>,
    /// The last renewal's failure, until one succeeds.
    failure: Option<Error>,
}

impl Slot {
    /// The renewal runs under the lock: all others wait for it and find its token. If the one who leads it is
    /// dropped, the lock goes to the next, who leads in his place. If it fails, all who were waiting by then share
    /// the failure instead of asking again one after another.
    async fn token(&self, login: &Login, grant: Grant, refused: Option<&Arc<Token>>) -> Result<Arc<Token>, Error> {
        let failures_before = self.failures.load(Ordering::Acquire);
        let mut state = self.state.lock().await;
        if let Some(token) = &state.token {
            let was_refused = refused.is_some_and(|refused| Arc::ptr_eq(refused, token));
            if !was_refused && login.clock.now() < token.renew_at {
                return Ok(Arc::clone(token));
            }
        }
        if let Some(failure) = &state.failure {
            if self.failures.load(Ordering::Acquire) > failures_before {
                return Err(failure.clone());
            }
        }
        match login.token(grant).await {
            Ok(token) => {
                let token = Arc::new(token);
                *state = State { token: Some(Arc::clone(&token)), failure: None };
                Ok(token)
            }
            Err(error) => {
                state.failure = Some(error.clone());
                self.failures.fetch_add(1, Ordering::AcqRel);
                Err(error)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_renewed_before_its_end() {
        let start = SystemTime::UNIX_EPOCH;
        let renewed_after = |life| {
            let token = Token::new(HeaderValue::from_static("t"), start, Duration::from_secs(life));
            token.renew_at.duration_since(start).unwrap().as_secs()
        };
        assert_eq!(renewed_after(3600), 3540);
        assert_eq!(renewed_after(120), 60);
        assert_eq!(renewed_after(100), 50);
        assert_eq!(renewed_after(0), 0);
        assert_eq!(renewed_after(u64::MAX), 0);
    }
}
