//! One access token, and the slot that keeps and renews it, one renewal at a time.

use super::store::AccessToken;
use crate::mask::Mask;
use crate::{Clock, Error};
use http::HeaderValue;
use secrecy::ExposeSecret;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

/// How long before its expiry a token is renewed.
const MARGIN: Duration = Duration::from_secs(60);

/// A token that calls are made with.
pub(crate) struct Token {
    /// The token as it is sent.
    pub header: HeaderValue,
    /// Masks the token in answers. It is made for the first answer.
    mask: OnceLock<Mask>,
    renew_at: SystemTime,
    expires_at: SystemTime,
}

impl Token {
    /// A token that was requested at that time and is valid for that long. One that is valid for less than twice the
    /// margin is renewed at half that time.
    ///
    /// `None` if the token is empty, longer than 16 KiB, or cannot be sent as a header.
    pub(super) fn new(token: &str, asked_at: SystemTime, life: Duration) -> Option<Self> {
        let good_for = life - MARGIN.min(life / 2);
        // A validity too long for the clock counts as over: the token is used once and renewed.
        let end = |life| asked_at.checked_add(life).unwrap_or(asked_at);
        Some(Self { header: header(token)?, mask: OnceLock::new(), renew_at: end(good_for), expires_at: end(life) })
    }

    /// A token from a store. `None` if it cannot be sent as a header.
    pub(super) fn kept(token: &AccessToken) -> Option<Self> {
        let renew_at = token.expires_at.checked_sub(MARGIN)?;
        let header = header(token.token.expose_secret())?;
        Some(Self { header, mask: OnceLock::new(), renew_at, expires_at: token.expires_at })
    }

    /// The token in the form that a store keeps.
    pub(super) fn to_keep(&self) -> Option<AccessToken> {
        Some(AccessToken::new(self.header.to_str().ok()?, self.expires_at))
    }

    /// What masks the token in answers.
    pub(crate) fn mask(&self) -> &Mask {
        self.mask.get_or_init(|| Mask::new(std::str::from_utf8(self.header.as_bytes())))
    }

    pub(super) fn is_good_at(&self, now: SystemTime) -> bool {
        now < self.renew_at
    }
}

/// No server accepts a longer header. Amazon's tokens have at most 2 kB.
const LONGEST: usize = 16 * 1024;

fn header(token: &str) -> Option<HeaderValue> {
    let mut header = HeaderValue::from_str(token).ok().filter(|header| (1..=LONGEST).contains(&header.len()))?;
    header.set_sensitive(true);
    Some(header)
}

/// Keeps one token.
#[derive(Default)]
pub(super) struct Slot {
    state: tokio::sync::Mutex<State>,
    /// How many renewals have failed so far.
    failures: AtomicU64,
}

#[derive(Default)]
struct State {
    token: Option<Arc<Token>>,
    /// The error of the last renewal, until one succeeds.
    failure: Option<Error>,
}

impl Slot {
    /// The current token, if it is valid and not the one that Amazon `refused`. Otherwise the token from `renew`.
    ///
    /// The renewal runs under the lock: all other callers wait for it and find its token. If the renewing caller is
    /// dropped, the next one gets the lock and renews. If the renewal fails, all callers that waited for it get its
    /// error, instead of asking again one after another.
    pub(super) async fn token(
        &self,
        clock: &dyn Clock,
        refused: Option<&Arc<Token>>,
        renew: impl Future<Output = Result<Token, Error>>,
    ) -> Result<Arc<Token>, Error> {
        let failures_before = self.failures.load(Ordering::Acquire);
        let mut state = self.state.lock().await;
        if let Some(token) = &state.token {
            let was_refused = refused.is_some_and(|refused| Arc::ptr_eq(refused, token));
            if !was_refused && token.is_good_at(clock.now()) {
                return Ok(Arc::clone(token));
            }
        }
        if let Some(failure) = &state.failure {
            if self.failures.load(Ordering::Acquire) > failures_before {
                return Err(failure.clone());
            }
        }
        match renew.await {
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

    /// Whether it can be dropped: it has no valid token, and no caller waits for one.
    pub(super) fn is_idle(self: &Arc<Self>, now: SystemTime) -> bool {
        let is_empty = |state: &State| state.token.as_ref().is_none_or(|token| !token.is_good_at(now));
        Arc::strong_count(self) == 1 && self.state.try_lock().is_ok_and(|state| is_empty(&state))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_renewed_before_its_end() {
        let start = SystemTime::UNIX_EPOCH;
        let renewed_after = |life| {
            let token = Token::new("t", start, Duration::from_secs(life)).unwrap();
            token.renew_at.duration_since(start).unwrap().as_secs()
        };
        assert_eq!(renewed_after(3600), 3540);
        assert_eq!(renewed_after(120), 60);
        assert_eq!(renewed_after(100), 50);
        assert_eq!(renewed_after(0), 0);
        assert_eq!(renewed_after(u64::MAX), 0);
    }

    #[test]
    fn a_stored_token_is_renewed_at_the_same_time_as_a_new_one() {
        let start = SystemTime::UNIX_EPOCH;
        let token = Token::new("t", start, Duration::from_secs(3600)).unwrap();
        let again = Token::kept(&token.to_keep().unwrap()).unwrap();
        assert_eq!((again.renew_at, again.expires_at), (token.renew_at, token.expires_at));
        assert_eq!(again.header, "t");
        for odd in ["", "a\nb", &"t".repeat(LONGEST + 1)] {
            assert!(Token::kept(&AccessToken::new(odd, start + MARGIN)).is_none());
        }
        assert!(Token::kept(&AccessToken::new("t", start + MARGIN)).is_some());
    }
}
