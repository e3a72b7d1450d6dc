//! Access tokens: their content, and the calls that each allows.

use super::authorizations::{Authorizations, Seller};
use crate::http::ApiError;
use crate::http::published::same_path;
use crate::keep::{self, forms};
use crate::seal::Seal;
use crate::time::{Clock, dates};
use axum::http::HeaderMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use spapi_metadata::Published;
pub(crate) use spapi_types::DataElement;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

/// How long every access token is valid.
pub(crate) const LIFE: Duration = Duration::from_secs(3600);

/// The most restricted data tokens that work at a time. One more makes the oldest void.
const MOST: usize = 5000;

/// The header that carries the access token.
const HEADER: &str = "x-amz-access-token";

/// The purpose under which access tokens are sealed.
const PURPOSE: &str = "access";

/// The state of the tokens that the sandbox gave out.
#[derive(Debug)]
pub(super) struct Tokens {
    clock: Clock,
    seal: Seal,
    /// The number of tokens so far, which makes each one unique.
    given: AtomicU64,
    /// What each restricted data token names, until it expires.
    grants: Mutex<HashMap<u64, Grant>>,
}

/// What a restricted data token names.
#[derive(Debug, Serialize, Deserialize)]
struct Grant {
    resources: Vec<Resource>,
    expires: SystemTime,
}

/// A call that a restricted data token allows, and the data in its answer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Resource {
    /// The HTTP method: `GET`.
    pub(crate) method: String,
    /// A path from the table of operations, with parameter names or with values.
    pub(crate) path: String,
    #[serde(with = "forms::elements")]
    pub(crate) elements: Vec<DataElement>,
}

/// The caller, as the call's access token says.
#[derive(Clone, Debug)]
pub(crate) enum Caller {
    /// A seller, by index.
    Seller(usize),
    /// A seller with a restricted data token for this call.
    Restricted(usize, Vec<DataElement>),
    /// The application itself.
    Application,
}

impl Caller {
    /// The seller's index; `None` for the application.
    pub(crate) fn seller(&self) -> Option<usize> {
        match self {
            Self::Seller(number) | Self::Restricted(number, _) => Some(*number),
            Self::Application => None,
        }
    }

    /// Whether the answer may hold this data element.
    pub(crate) fn sees(&self, element: DataElement) -> bool {
        matches!(self, Self::Restricted(_, elements) if elements.contains(&element))
    }

    /// Refuses a caller without a restricted data token for the call.
    pub(crate) fn must_be_restricted(&self) -> Result<(), ApiError> {
        match self {
            Self::Restricted(..) => Ok(()),
            _ => Err(ApiError::unauthorized("This call needs a restricted data token for its method and path.")),
        }
    }
}

/// The sealed content of a token.
#[derive(Serialize, Deserialize)]
struct Content {
    holder: Holder,
    /// Seconds since 1970.
    expires: u64,
    number: u64,
}

#[derive(Serialize, Deserialize)]
enum Holder {
    Seller { number: usize, revocations: u32 },
    Restricted { number: usize, revocations: u32, grant: u64 },
    Application { scope: String },
}

impl Tokens {
    pub(super) fn new(clock: Clock, seal: Seal) -> Self {
        Self { clock, seal, given: AtomicU64::new(0), grants: Mutex::default() }
    }

    /// A new token for the seller's data.
    pub(super) fn of_seller(&self, seller: Seller) -> String {
        let Seller { number, revocations } = seller;
        self.close("Atza|", Holder::Seller { number, revocations })
    }

    /// A new token for calls without a seller.
    pub(super) fn of_application(&self, scope: &str) -> String {
        self.close("Atc|", Holder::Application { scope: scope.to_owned() })
    }

    /// A new token for the seller's restricted data.
    pub(super) fn restricted(&self, seller: Seller, resources: Vec<Resource>) -> String {
        let grant = self.given.fetch_add(1, Ordering::Relaxed);
        let now = self.clock.now();
        let mut grants = self.grants();
        grants.retain(|_, grant| now < grant.expires);
        if grants.len() >= MOST {
            let oldest = grants.keys().min().copied();
            oldest.and_then(|oldest| grants.remove(&oldest));
        }
        grants.insert(grant, Grant { resources, expires: now + LIFE });
        drop(grants);
        let Seller { number, revocations } = seller;
        self.close("Atz.sprdt|", Holder::Restricted { number, revocations, grant })
    }

    pub(super) fn saved(&self) -> serde_json::Result<Value> {
        let given = self.given.load(Ordering::Relaxed);
        serde_json::to_value((given, keep::saved(&self.grants)?))
    }

    pub(super) fn restore(&self, saved: Value) -> serde_json::Result<()> {
        let (given, grants) = serde_json::from_value(saved)?;
        self.given.store(given, Ordering::Relaxed);
        keep::restore(&self.grants, grants)
    }

    fn grants(&self) -> MutexGuard<'_, HashMap<u64, Grant>> {
        self.grants.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn close(&self, prefix: &str, holder: Holder) -> String {
        let expires = dates::seconds(self.clock.now() + LIFE);
        let number = self.given.fetch_add(1, Ordering::Relaxed);
        // Numbers and a text always have a JSON form.
        let content = serde_json::to_string(&Content { holder, expires, number }).unwrap_or_default();
        prefix.to_owned() + &self.seal.close(PURPOSE, &content)
    }

    fn open(&self, token: &str) -> Option<Content> {
        let (_, sealed) = token.rsplit_once('|')?;
        serde_json::from_str(&self.seal.open(PURPOSE, sealed)?).ok()
    }

    /// The caller of an operation, or why the access token does not allow the call.
    pub(super) fn caller(
        &self,
        authorizations: &Authorizations,
        headers: &HeaderMap,
        operation: &Published,
        path: &str,
    ) -> Result<Caller, ApiError> {
        let header = headers
            .get(HEADER)
            .ok_or_else(|| ApiError::unauthorized("Access token is missing in the request header."))?;
        let invalid = || ApiError::unauthorized("The access token you provided is revoked, malformed or invalid.");
        let content = header.to_str().ok().and_then(|token| self.open(token)).ok_or_else(invalid)?;
        if dates::seconds(self.clock.now()) >= content.expires {
            return Err(ApiError::unauthorized("The access token you provided has expired."));
        }
        let standing = |number, revocations| {
            let is_valid = authorizations.is_valid(Seller { number, revocations });
            is_valid.then_some(number).ok_or_else(invalid)
        };
        match (content.holder, operation.entry.operation.grantless) {
            (Holder::Application { scope }, Some(needed)) if scope == needed => Ok(Caller::Application),
            (_, Some(_)) => Err(ApiError::unauthorized(
                "This operation needs a token of grant type client_credentials with the operation's scope.",
            )),
            (Holder::Application { .. }, None) => Err(ApiError::unauthorized("This operation needs a seller's token.")),
            (Holder::Seller { number, revocations }, None) => Ok(Caller::Seller(standing(number, revocations)?)),
            (Holder::Restricted { number, revocations, grant }, None) => {
                let number = standing(number, revocations)?;
                let elements = self.elements(grant, operation, path).ok_or_else(|| {
                    ApiError::unauthorized("The restricted data token does not name this method and path.")
                })?;
                Ok(Caller::Restricted(number, elements))
            }
        }
    }

    /// The data elements that a grant names for a call; `None` if it does not name the call.
    fn elements(&self, grant: u64, operation: &Published, path: &str) -> Option<Vec<DataElement>> {
        let grants = self.grants();
        let mut named = grants.get(&grant)?.resources.iter().filter(|resource| {
            resource.method == operation.entry.operation.method.as_str()
                && (resource.path == operation.entry.operation.path || same_path(&resource.path, path))
        });
        let first = named.next()?.elements.clone();
        Some(named.fold(first, |all, resource| [all, resource.elements.clone()].concat()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grants_of_expired_tokens_are_dropped() {
        let clock = Clock::stopped_at(SystemTime::UNIX_EPOCH);
        let tokens = Tokens::new(clock.clone(), Seal::new(1));
        let ask = || tokens.restricted(Seller { number: 0, revocations: 0 }, Vec::new());
        for _ in 0..3 {
            ask();
        }
        clock.advance(LIFE - Duration::from_secs(1));
        ask();
        assert_eq!(tokens.grants().len(), 4, "all of them still work");
        clock.advance(Duration::from_secs(1));
        ask();
        assert_eq!(tokens.grants().len(), 2);
    }
}
