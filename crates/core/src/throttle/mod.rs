//! The local quota: calls wait here so that Amazon need not refuse them.

mod bucket;
#[cfg(feature = "quota-files")]
mod file;
mod learn;
mod store;

pub(crate) use bucket::{Bucket, Lane, Permit};

use crate::auth::Credentials;
use crate::operation::{Operation, Rate};
use secrecy::ExposeSecret;
use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, PoisonError};
use store::Store;

/// The rate of every operation in Amazon's sandbox.
pub(crate) const SANDBOX_RATE: Rate = Rate { per_second: 5.0, burst: 15 };

/// Whose calls go first where a quota is short.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Priority {
    /// Somebody waits for the answer.
    #[default]
    Interactive,
    /// It can wait: such a call goes only when no interactive one is waiting for the same operation.
    Batch,
}

impl Priority {
    pub(crate) fn lane(self) -> Lane {
        match self {
            Self::Interactive => Lane::Interactive,
            Self::Batch => Lane::Batch,
        }
    }
}

/// What is left of Amazon's quotas, for any number of clients.
///
/// Amazon counts by application, seller or vendor, region and operation, and so does this: clients that share it may
/// be for different sellers, and two clients for one seller do not spend the same calls twice. Clones are the same
/// quotas.
///
/// ```
/// use spapi_core::{Client, Credentials, Marketplace, Quotas};
///
/// # fn f(first: Credentials, second: Credentials) -> Result<(), spapi_core::Error> {
/// let quotas = Quotas::in_memory();
/// let first = Client::builder(Marketplace::JP).credentials(first).quotas(&quotas).build()?;
/// let second = Client::builder(Marketplace::JP).credentials(second).quotas(&quotas).build()?;
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Quotas(Arc<Table>);

struct Table {
    buckets: Mutex<HashMap<Key, Arc<Bucket>>>,
    hasher: RandomState,
    #[cfg(feature = "quota-files")]
    folder: Option<std::path::PathBuf>,
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    account: Arc<str>,
    /// Section, version and id.
    operation: [Cow<'static, str>; 3],
}

impl Quotas {
    /// Quotas that this process alone knows of, unspent.
    pub fn in_memory() -> Self {
        Self(Arc::new(Table {
            buckets: Mutex::default(),
            hasher: RandomState::new(),
            #[cfg(feature = "quota-files")]
            folder: None,
        }))
    }

    /// Quotas in files of a folder, which is made if it is missing. All programs of this machine that use it share
    /// them, at the same time and one after another: the next run of a program knows what the last has spent.
    ///
    /// There is a small file for each seller and operation that was called. It holds neither names nor secrets, and
    /// may be deleted while no program runs. Give a folder on a local disk: files are locked and written several times
    /// for each call, by the thread that makes it.
    ///
    /// # Errors
    /// When the folder cannot be made, or files in it cannot be written and locked. If that fails later, it is logged
    /// as a warning, and each program goes on with what it knows.
    #[cfg(feature = "quota-files")]
    pub fn in_folder(folder: impl Into<std::path::PathBuf>) -> Result<Self, crate::Error> {
        let folder = folder.into();
        file::prepare(&folder)?;
        Ok(Self(Arc::new(Table { buckets: Mutex::default(), hasher: RandomState::new(), folder: Some(folder) })))
    }

    fn bucket(&self, account: &Arc<str>, operation: &Operation, rate: Rate) -> Arc<Bucket> {
        let parts = [&operation.section, &operation.version, &operation.id].map(Cow::clone);
        let key = Key { account: Arc::clone(account), operation: parts };
        let mut buckets = self.0.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bucket) = buckets.get(&key) {
            return Arc::clone(bucket);
        }
        let bucket = Arc::new(Bucket::new(rate, self.store(&key, rate)));
        buckets.insert(key, Arc::clone(&bucket));
        bucket
    }

    #[cfg_attr(not(feature = "quota-files"), expect(clippy::unused_self, unused_variables, reason = "without files"))]
    fn store(&self, key: &Key, rate: Rate) -> Store {
        #[cfg(feature = "quota-files")]
        if let Some(folder) = &self.0.folder {
            let name = format!("{}\n{}", key.account, key.operation.join("\n"));
            return Store::File(file::StateFile::new(folder, &name));
        }
        Store::memory(rate)
    }

    /// What stands for a secret in a key.
    fn digest(&self, secret: &str) -> String {
        #[cfg(feature = "quota-files")]
        if self.0.folder.is_some() {
            return file::digest(secret);
        }
        format!("{:016x}", self.0.hasher.hash_one(secret))
    }
}

impl fmt::Debug for Quotas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Quotas").finish_non_exhaustive()
    }
}

/// The quotas as one client sees them.
pub(crate) struct Quota {
    quotas: Quotas,
    common_rate: Option<Rate>,
    seller: Arc<str>,
    application: Arc<str>,
}

impl Quota {
    /// The quotas of an application and a seller at a server, at the operations' own rates or at one rate that holds
    /// for each. Without its id, the seller is told by the refresh token.
    pub(crate) fn new(
        quotas: Quotas,
        common_rate: Option<Rate>,
        credentials: &Credentials,
        seller_id: Option<&str>,
        server: &str,
    ) -> Self {
        let application = format!("{server}\n{}", credentials.client_id);
        let seller = match seller_id {
            Some(id) => format!("{application}\nseller {id}"),
            None => format!("{application}\ntoken {}", quotas.digest(credentials.refresh_token.expose_secret())),
        };
        Self { quotas, common_rate, seller: seller.into(), application: application.into() }
    }

    /// The bucket of an operation; none where its rate is not known. Grantless operations have one for all sellers.
    pub(crate) fn bucket(&self, operation: &Operation) -> Option<Arc<Bucket>> {
        let rate = self.common_rate.or(operation.rate)?;
        if !(rate.per_second.is_finite() && rate.per_second > 0.0) {
            return None;
        }
        let account = if operation.grantless.is_some() { &self.application } else { &self.seller };
        Some(self.quotas.bucket(account, operation, rate))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Method;
    use std::time::Duration;

    fn operation(version: &'static str, id: &'static str) -> Operation {
        Operation::new("s", version, id, Method::GET, "/").rate(1.0, 1)
    }

    fn quota(quotas: &Quotas, common_rate: Option<Rate>, token: &str, seller_id: Option<&str>, server: &str) -> Quota {
        Quota::new(quotas.clone(), common_rate, &Credentials::new("app", "secret", token), seller_id, server)
    }

    #[test]
    fn buckets_are_kept_apart_by_operation_and_an_unknown_rate_has_none() {
        let quota = quota(&Quotas::in_memory(), None, "token", None, "jp");
        let first = quota.bucket(&operation("v0", "a")).unwrap();
        assert!(Arc::ptr_eq(&first, &quota.bucket(&operation("v0", "a")).unwrap()));
        assert!(!Arc::ptr_eq(&first, &quota.bucket(&operation("v1", "a")).unwrap()));
        assert!(!Arc::ptr_eq(&first, &quota.bucket(&operation("v0", "b")).unwrap()));
        let unknown = Operation::new("s", "v", "o", Method::GET, "/");
        assert!(quota.bucket(&unknown).is_none());
        for odd in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(quota.bucket(&unknown.clone().rate(odd, 1)).is_none());
        }
    }

    #[test]
    fn one_rate_can_hold_for_every_operation() {
        let sandbox = quota(&Quotas::in_memory(), Some(SANDBOX_RATE), "token", None, "jp");
        let unknown = Operation::new("s", "v", "o", Method::GET, "/");
        for operation in [unknown, operation("v0", "a")] {
            assert_eq!(sandbox.bucket(&operation).unwrap().interval(), Duration::from_millis(200));
        }
    }

    #[test]
    fn buckets_are_kept_apart_by_seller_and_server() {
        let quotas = Quotas::in_memory();
        let bucket = |token, seller_id, server, operation: &Operation| {
            quota(&quotas, None, token, seller_id, server).bucket(operation).unwrap()
        };
        let (call, grantless) = (operation("v0", "a"), operation("v0", "b").grantless("scope"));
        let first = bucket("one", None, "jp", &call);
        assert!(Arc::ptr_eq(&first, &bucket("one", None, "jp", &call)), "two clients share it");
        for (token, seller_id, server) in [("two", None, "jp"), ("one", None, "us"), ("one", Some("A1"), "jp")] {
            assert!(!Arc::ptr_eq(&first, &bucket(token, seller_id, server, &call)));
        }
        let by_id = bucket("one", Some("A1"), "jp", &call);
        assert!(Arc::ptr_eq(&by_id, &bucket("two", Some("A1"), "jp", &call)), "a new token is the same seller");
        let of_all = bucket("one", None, "jp", &grantless);
        assert!(Arc::ptr_eq(&of_all, &bucket("two", Some("A2"), "jp", &grantless)));
        assert!(!Arc::ptr_eq(&of_all, &bucket("one", None, "us", &grantless)));
    }

    #[test]
    fn the_refresh_token_is_not_kept() {
        let quotas = Quotas::in_memory();
        let quota = quota(&quotas, None, "Atzr|secret-token", None, "jp");
        assert!(!quota.seller.contains("secret-token"));
        assert_eq!(format!("{quotas:?}"), "Quotas { .. }");
    }
}
