//! The sellers who have authorized the application, and the application's client secrets.

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

/// How long an authorization code is valid.
pub(crate) const CODE_LIFE: Duration = Duration::from_secs(5 * 60);

/// How long a seller may take from the first page of an authorization to the application's redirect URI.
pub(crate) const FLOW_LIFE: Duration = Duration::from_secs(10 * 60);

/// How long a client secret works after a newer one has replaced it.
const FORMER_SECRET_LIFE: Duration = Duration::from_secs(7 * 24 * 3600);

/// The most codes, starts, refresh tokens of a seller and former secrets to keep; one more replaces the oldest.
const MOST: usize = 5000;

/// A seller's authorization. When it is revoked, all its tokens are void.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seller {
    /// The seller's index among the sandbox's sellers.
    pub(crate) number: usize,
    /// How often the seller had revoked before it.
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
    /// Authorizations that sellers have begun in the Appstore, by Amazon's state.
    #[serde(default)]
    starts: HashMap<String, Start>,
    secret: String,
    /// Former secrets, with the time until which each works.
    former: Vec<(String, SystemTime)>,
    /// The number of codes, starts, refresh tokens and secrets so far, which makes each one unique.
    made: u64,
}

/// The state of a seller.
#[derive(Serialize, Deserialize)]
struct Account {
    /// The refresh token that the seller was set up with, which names the seller.
    name: String,
    /// The refresh tokens that work.
    refresh_tokens: Vec<String>,
    revocations: u32,
}

#[derive(Serialize, Deserialize)]
struct Code {
    seller: usize,
    redirect_uri: Option<String>,
    expires: SystemTime,
}

#[derive(Serialize, Deserialize)]
struct Start {
    seller: usize,
    expires: SystemTime,
}

impl Authorizations {
    pub(super) fn new(refresh_tokens: Vec<String>, foreign: Vec<String>, clock: Clock, seal: Seal) -> Self {
        let account = |name: String| Account { refresh_tokens: vec![name.clone()], name, revocations: 0 };
        let state = State {
            accounts: refresh_tokens.into_iter().map(account).collect(),
            foreign,
            codes: HashMap::new(),
            starts: HashMap::new(),
            secret: CLIENT_SECRET.to_owned(),
            former: Vec::new(),
            made: 0,
        };
        Self { state: Mutex::new(state), clock, seal }
    }

    pub(super) fn saved(&self) -> serde_json::Result<Value> {
        keep::saved(&self.state)
    }

    /// Replaces the state with the saved one. Sellers and foreign tokens that are not in it stay.
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

    /// Whether the client id is the application's and the secret works.
    pub(super) fn knows_client(&self, id: &str, secret: &str) -> bool {
        let state = self.state();
        let now = self.clock.now();
        id == CLIENT_ID
            && (secret == state.secret || state.former.iter().any(|(old, until)| old == secret && now < *until))
    }

    /// The seller of a refresh token, unless the authorization was revoked.
    pub(super) fn seller(&self, refresh_token: &str) -> Option<Seller> {
        let state = self.state();
        let number = state.accounts.iter().position(|a| a.refresh_tokens.iter().any(|token| token == refresh_token))?;
        Some(state.seller(number))
    }

    /// Whether a seller gave that refresh token to another application.
    pub(super) fn is_foreign(&self, refresh_token: &str) -> bool {
        self.state().foreign.iter().any(|token| token == refresh_token)
    }

    /// Whether the authorization has not been revoked.
    pub(super) fn is_valid(&self, seller: Seller) -> bool {
        self.state().accounts.get(seller.number).is_some_and(|account| account.revocations == seller.revocations)
    }

    /// The present authorization of the seller with this index.
    pub(super) fn present(&self, number: usize) -> Seller {
        self.state().seller(number)
    }

    /// The number of sellers.
    pub(super) fn sellers(&self) -> usize {
        self.state().accounts.len()
    }

    /// Makes a code for the named seller's consent; `None` if there is no such seller.
    pub(super) fn consent(&self, name: &str, redirect_uri: Option<&str>) -> Option<String> {
        let mut state = self.state();
        let seller = state.named(name)?;
        Some(self.code(&mut state, seller, redirect_uri))
    }

    /// Makes a code for the consent of the seller with an index that the sandbox itself gave out.
    pub(super) fn consent_of(&self, seller: usize, redirect_uri: Option<&str>) -> String {
        self.code(&mut self.state(), seller, redirect_uri)
    }

    fn code(&self, state: &mut State, seller: usize, redirect_uri: Option<&str>) -> String {
        let code = self.seal.close("authorization code", &state.next());
        let now = self.clock.now();
        make_room(&mut state.codes, now, |code| code.expires);
        let expires = now + CODE_LIFE;
        state.codes.insert(code.clone(), Code { seller, redirect_uri: redirect_uri.map(str::to_owned), expires });
        code
    }

    /// Begins an authorization of the seller in the Appstore, and returns Amazon's state.
    pub(super) fn begin(&self, seller: usize) -> String {
        let mut state = self.state();
        let amazon_state = self.seal.close("amazon state", &state.next());
        let now = self.clock.now();
        make_room(&mut state.starts, now, |start| start.expires);
        state.starts.insert(amazon_state.clone(), Start { seller, expires: now + FLOW_LIFE });
        amazon_state
    }

    /// Confirms an authorization that was begun in the Appstore, and returns its seller and a code. `None` if Amazon's
    /// state is unknown, has expired or was confirmed before.
    pub(super) fn confirm(&self, amazon_state: &str, redirect_uri: Option<&str>) -> Option<(usize, String)> {
        let mut state = self.state();
        let start = state.starts.remove(amazon_state).filter(|start| self.clock.now() < start.expires)?;
        Some((start.seller, self.code(&mut state, start.seller, redirect_uri)))
    }

    /// Exchanges a code for the seller who consented and a new refresh token. A refused exchange spends the code too.
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

    /// Revokes the named seller's authorization. Returns whether there is such a seller.
    pub(super) fn revoke(&self, name: &str) -> bool {
        let mut state = self.state();
        let Some(number) = state.named(name) else { return false };
        if let Some(account) = state.accounts.get_mut(number) {
            account.refresh_tokens.clear();
            account.revocations += 1;
        }
        state.codes.retain(|_, code| code.seller != number);
        state.starts.retain(|_, start| start.seller != number);
        true
    }

    /// Makes a new client secret, and returns the time until which the previous one works.
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

/// Drops what has expired, and the oldest if there is no room for one more.
fn make_room<T>(kept: &mut HashMap<String, T>, now: SystemTime, expires: impl Fn(&T) -> SystemTime) {
    kept.retain(|_, value| now < expires(value));
    if kept.len() >= MOST {
        let oldest = kept.iter().min_by_key(|(_, value)| expires(value)).map(|(key, _)| key.clone());
        oldest.and_then(|oldest| kept.remove(&oldest));
    }
}

/// Shows no token and no secret.
impl fmt::Debug for Authorizations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authorizations").field("sellers", &self.state().accounts.len()).finish_non_exhaustive()
    }
}

impl State {
    fn named(&self, name: &str) -> Option<usize> {
        self.accounts.iter().position(|account| account.name == name)
    }

    /// The seller with an index that the sandbox itself gave out.
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
    fn expired_codes_starts_and_secrets_are_dropped() {
        let clock = Clock::stopped_at(SystemTime::UNIX_EPOCH);
        let known = Authorizations::new(vec!["one".into()], Vec::new(), clock.clone(), Seal::new(1));
        let kept = || {
            let state = known.state();
            (state.codes.len(), state.starts.len(), state.former.len())
        };
        let make = || {
            known.consent("one", None);
            known.begin(0);
            known.rotate_secret();
        };
        make();
        make();
        assert_eq!(kept(), (2, 2, 2));
        clock.advance(CODE_LIFE);
        make();
        assert_eq!(kept(), (1, 3, 3));
        clock.advance(FORMER_SECRET_LIFE);
        make();
        assert_eq!(kept(), (1, 1, 1));
    }
}
