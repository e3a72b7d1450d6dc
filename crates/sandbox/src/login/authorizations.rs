//! The sellers who have authorised the application, and the secrets by which it proves itself.

use super::{CLIENT_ID, CLIENT_SECRET};
use crate::keep;
use crate::seal::Seal;
use crate::time::Clock;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

/// How long an authorization code may be exchanged.
pub(crate) const CODE_LIFE: Duration = Duration::from_secs(5 * 60);

/// How long a client secret works after a newer one took its place.
const FORMER_SECRET_LIFE: Duration = Duration::from_secs(7 * 24 * 3600);

/// The most codes, refresh tokens of a seller and former secrets that are kept: with one more, the oldest goes.
const MOST: usize = 5000;

/// A seller, as of one authorization: when it is revoked, every token of it is void.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seller {
    /// The seller's place among those the sandbox knows.
    pub(crate) number: usize,
    /// How often the authorization had been revoked by then.
    pub(super) revocations: u32,
}

/// The application's authorizations, codes and secrets.
pub(super) struct Authorizations {
    state: Mutex<State>,
    clock: Clock,
    seal: Seal,
}

#[derive(Serialize, Deserialize)]
struct State {
    accounts: Vec<Account>,
    /// Refresh tokens that sellers gave to other applications.
    foreign: Vec<String>,
    codes: HashMap<String, Code>,
    secret: String,
    /// Earlier secrets, and until when each works.
    former: Vec<(String, SystemTime)>,
    /// How many codes, refresh tokens and secrets were made: none is given twice.
    made: u64,
}

/// What is known of a seller.
#[derive(Serialize, Deserialize)]
struct Account {
    /// The refresh token that names the seller: the one that the sandbox was set up with.
    name: String,
    /// Those that work.
    refresh_tokens: Vec<String>,
    revocations: u32,
}

#[derive(Serialize, Deserialize)]
struct Code {
    seller: usize,
    redirect_uri: Option<String>,
    expires: SystemTime,
}

impl Authorizations {
    pub(super) fn new(refresh_tokens: Vec<String>, foreign: Vec<String>, clock: Clock, seal: Seal) -> Self {
        let account = |name: String| Account { refresh_tokens: vec![name.clone()], name, revocations: 0 };
        let state = State {
            accounts: refresh_tokens.into_iter().map(account).collect(),
            foreign,
            codes: HashMap::new(),
            secret: CLIENT_SECRET.to_owned(),
            former: Vec::new(),
            made: 0,
        };
        Self { state: Mutex::new(state), clock, seal }
    }

    pub(super) fn saved(&self) -> serde_json::Result<Value> {
        keep::saved(&self.state)
    }

    /// Puts what was kept in the place of what is. Sellers and foreign tokens that were not known then stay.
    pub(super) fn restore(&self, saved: Value) -> serde_json::Result<()> {
        let mut saved: State = serde_json::from_value(saved)?;
        let mut state = self.state();
        for account in state.accounts.drain(..) {
            if saved.accounts.iter().all(|known| known.name != account.name) {
                saved.accounts.push(account);
            }
        }
        saved.foreign = std::mem::take(&mut state.foreign);
        *state = saved;
        Ok(())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the application is the one that every sandbox knows, with a secret that works.
    pub(super) fn knows_client(&self, id: &str, secret: &str) -> bool {
        let state = self.state();
        let now = self.clock.now();
        id == CLIENT_ID
            && (secret == state.secret || state.former.iter().any(|(old, until)| old == secret && now < *until))
    }

    /// The seller whose refresh token it is, unless the authorization was revoked.
    pub(super) fn seller(&self, refresh_token: &str) -> Option<Seller> {
        let state = self.state();
        let number = state.accounts.iter().position(|a| a.refresh_tokens.iter().any(|token| token == refresh_token))?;
        Some(state.seller(number))
    }

    /// Whether a seller gave that refresh token to another application.
    pub(super) fn is_foreign(&self, refresh_token: &str) -> bool {
        self.state().foreign.iter().any(|token| token == refresh_token)
    }

    /// Whether the authorization still stands.
    pub(super) fn stands(&self, seller: Seller) -> bool {
        self.state().accounts.get(seller.number).is_some_and(|account| account.revocations == seller.revocations)
    }

    /// The seller of that number, as authorised at present.
    pub(super) fn present(&self, number: usize) -> Seller {
        self.state().seller(number)
    }

    /// A code that the named seller's consent brings; `None` where there is no such seller.
    pub(super) fn consent(&self, name: &str, redirect_uri: Option<&str>) -> Option<String> {
        let mut state = self.state();
        let seller = state.named(name)?;
        let code = self.seal.close("authorization code", &state.next());
        let now = self.clock.now();
        let expires = now + CODE_LIFE;
        state.codes.retain(|_, code| now < code.expires);
        if state.codes.len() >= MOST {
            let oldest = state.codes.iter().min_by_key(|(_, code)| code.expires).map(|(code, _)| code.clone());
            oldest.and_then(|oldest| state.codes.remove(&oldest));
        }
        state.codes.insert(code.clone(), Code { seller, redirect_uri: redirect_uri.map(str::to_owned), expires });
        Some(code)
    }

    /// Takes a code for the seller who consented and a refresh token of theirs. It is used up even where it is refused.
    pub(super) fn redeem(&self, code: &str, redirect_uri: Option<&str>) -> Option<(Seller, String)> {
        let mut state = self.state();
        let code = state.codes.remove(code)?;
        let same_uri = code.redirect_uri.as_deref().is_none_or(|expected| redirect_uri == Some(expected));
        if self.clock.now() >= code.expires || !same_uri {
            return None;
        }
        let refresh_token = "Atzr|".to_owned() + &self.seal.close("refresh token", &state.next());
        let tokens = &mut state.accounts.get_mut(code.seller)?.refresh_tokens;
        if tokens.len() >= MOST {
            // The second oldest: the first is the one that names the seller.
            tokens.remove(1);
        }
        tokens.push(refresh_token.clone());
        Some((state.seller(code.seller), refresh_token))
    }

    /// Ends the named seller's authorization, and whether there is such a seller.
    pub(super) fn revoke(&self, name: &str) -> bool {
        let mut state = self.state();
        let Some(number) = state.named(name) else { return false };
        if let Some(account) = state.accounts.get_mut(number) {
            account.refresh_tokens.clear();
            account.revocations += 1;
        }
        state.codes.retain(|_, code| code.seller != number);
        true
    }

    /// Puts a new client secret in the place of the present one, and gives the time until which that works.
    pub(super) fn rotate_secret(&self) -> SystemTime {
        let mut state = self.state();
        let secret = "amzn1.oa2-cs.v1.".to_owned() + &self.seal.close("client secret", &state.next());
        let former = std::mem::replace(&mut state.secret, secret);
        let now = self.clock.now();
        let until = now + FORMER_SECRET_LIFE;
        state.former.retain(|(_, until)| now < *until);
        if state.former.len() >= MOST {
            state.former.remove(0);
        }
        state.former.push((former, until));
        until
    }

    /// The newest client secret.
    pub(super) fn client_secret(&self) -> String {
        self.state().secret.clone()
    }
}

/// Without a token or a secret.
impl fmt::Debug for Authorizations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authorizations").field("sellers", &self.state().accounts.len()).finish_non_exhaustive()
    }
}

impl State {
    fn named(&self, name: &str) -> Option<usize> {
        self.accounts.iter().position(|account| account.name == name)
    }

    /// The seller of a number that the sandbox itself gave.
    fn seller(&self, number: usize) -> Seller {
        Seller { number, revocations: self.accounts.get(number).map_or(0, |account| account.revocations) }
    }

    fn next(&mut self) -> String {
        self.made += 1;
        self.made.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expired_codes_and_secrets_are_kept_no_longer() {
        let clock = Clock::stopped_at(SystemTime::UNIX_EPOCH);
        let known = Authorizations::new(vec!["one".into()], Vec::new(), clock.clone(), Seal::new(1));
        let kept = || {
            let state = known.state();
            (state.codes.len(), state.former.len())
        };
        let make = || {
            known.consent("one", None);
            known.rotate_secret();
        };
        make();
        make();
        assert_eq!(kept(), (2, 2));
        clock.advance(CODE_LIFE);
        make();
        assert_eq!(kept(), (1, 3));
        clock.advance(FORMER_SECRET_LIFE);
        make();
        assert_eq!(kept(), (1, 1));
    }
}
