//! The local quota: calls wait here so that Amazon need not refuse them.
//!
//! [`Quotas`] are given to clients. Where their numbers are kept is the matter of a [`QuotaStore`].

mod bucket;
#[cfg(feature = "quota-files")]
mod file;
mod learn;
mod memory;
mod numbers;
mod store;

pub use learn::{QuotaState, TakenCall};
pub use store::{QuotaAnswer, QuotaChange, QuotaKey, QuotaStore};

pub(crate) use bucket::{Bucket, Lane, Permit};

use crate::auth::Identity;
use crate::endpoint::Server;
use crate::operation::Operation;
use memory::Memory;
use numbers::{Numbers, Place};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// Which calls go first where a quota is short.
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
/// The numbers are kept in memory, in files (`in_folder`, with the feature `quota-files`) or in a
/// [`QuotaStore`] of your own.
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
pub struct Quotas(Option<Arc<Table>>);

struct Table {
    buckets: Mutex<HashMap<QuotaKey, Arc<Bucket>>>,
    place: Place,
}

impl Quotas {
    /// Full quotas in the memory of this process.
    pub fn in_memory() -> Self {
        Self::with_store(Memory::new())
    }

    /// Quotas in a store of your own, such as a database that many machines share.
    pub fn with_store(store: impl QuotaStore) -> Self {
        Self(Some(Arc::new(Table { buckets: Mutex::default(), place: Place::new(Arc::new(store)) })))
    }

    /// No local quota: a call never waits before it is sent, and nothing is counted or learned. Amazon's refusals (429)
    /// are repeated by the [`RetryPolicy`](crate::RetryPolicy) alone.
    ///
    /// It is for tests, where a server that answers 429 would otherwise have the next call wait for minutes, as Amazon's
    /// rates want, and for programs whose calls another place already holds to the rates.
    ///
    /// ```
    /// use spapi_core::{Client, Credentials, Endpoint, Marketplace, Quotas, RetryPolicy};
    /// use std::time::Duration;
    ///
    /// # fn f() -> Result<(), spapi_core::Error> {
    /// let spapi = Client::builder(Marketplace::JP)
    ///     .endpoint(Endpoint::custom("http://127.0.0.1:8080"))
    ///     .credentials(Credentials::new("id", "secret", "token"))
    ///     .quotas(&Quotas::off())
    ///     .retry(RetryPolicy::new().backoff(Duration::from_millis(1), Duration::from_millis(1)))
    ///     .build()?;
    /// # Ok(()) }
    /// # f().unwrap();
    /// ```
    pub fn off() -> Self {
        Self(None)
    }

    /// Quotas in files of a folder, which is made if it is missing. All programs that one user of this machine runs with
    /// it share them, at the same time and one after another: the next run of a program knows what the last has spent.
    ///
    /// There is a small file for each seller and operation that was called. It holds neither names nor secrets, and may
    /// be deleted while no program runs. Give a folder on a local disk: a file is locked and written twice for each
    /// call, on a thread that may wait. Files and folder are made private to the user, links are not followed, and a
    /// lock that another program holds is waited for one second. [`QuotaStore`] says what happens when that fails.
    ///
    /// # Errors
    /// When the folder cannot be made, or files in it cannot be written and locked.
    #[cfg(feature = "quota-files")]
    pub fn in_folder(folder: impl Into<std::path::PathBuf>) -> Result<Self, crate::Error> {
        Ok(Self::with_store(file::Folder::open(folder.into())?))
    }

    /// The bucket of an operation at a server. `None` where the rate is not known or the quotas are off. Grantless
    /// operations have one for all sellers.
    pub(crate) fn bucket(&self, server: &Server, identity: &Identity, operation: &Operation) -> Option<Arc<Bucket>> {
        let table = self.0.as_ref()?;
        let rate = server.common_rate.or(operation.rate)?;
        if !(rate.per_second.is_finite() && rate.per_second > 0.0) {
            return None;
        }
        let key = QuotaKey {
            server: server.name.to_string(),
            application: identity.application.to_string(),
            seller: operation.grantless.is_none().then(|| identity.seller.to_string()),
            operation: if operation.id.is_empty() { String::new() } else { operation.to_string() },
        };
        let mut buckets = table.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bucket) = buckets.get(&key) {
            return Some(Arc::clone(bucket));
        }
        let bucket = Arc::new(Bucket::new(Numbers::new(key.clone(), rate, table.place.clone())));
        buckets.insert(key, Arc::clone(&bucket));
        Some(bucket)
    }
}

impl fmt::Debug for Quotas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Quotas").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoint::SANDBOX_RATE;
    use http::Method;
    use std::time::Duration;

    fn operation(version: &'static str, id: &'static str) -> Operation {
        Operation::new("s", version, id, Method::GET, "/").rate(1.0, 1)
    }

    fn server(name: &str) -> Server {
        Server { base: String::new(), name: name.into(), common_rate: None }
    }

    fn identity(seller: &str) -> Identity {
        Identity { application: "app".into(), seller: seller.into() }
    }

    #[test]
    fn buckets_are_kept_apart_by_operation_and_an_unknown_rate_has_none() {
        let (quotas, server, identity) = (Quotas::in_memory(), server("jp"), identity("one"));
        let bucket = |operation: &Operation| quotas.bucket(&server, &identity, operation);
        let first = bucket(&operation("v0", "a")).unwrap();
        assert!(Arc::ptr_eq(&first, &bucket(&operation("v0", "a")).unwrap()));
        assert!(!Arc::ptr_eq(&first, &bucket(&operation("v1", "a")).unwrap()));
        assert!(!Arc::ptr_eq(&first, &bucket(&operation("v0", "b")).unwrap()));
        let unknown = Operation::new("s", "v", "o", Method::GET, "/");
        assert!(bucket(&unknown).is_none());
        for odd in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(bucket(&unknown.clone().rate(odd, 1)).is_none());
        }
    }

    #[test]
    fn one_rate_can_hold_for_every_operation() {
        let sandbox = Server { common_rate: Some(SANDBOX_RATE), ..server("sandbox") };
        let unknown = Operation::new("s", "v", "o", Method::GET, "/");
        for operation in [unknown, operation("v0", "a")] {
            let bucket = Quotas::in_memory().bucket(&sandbox, &identity("one"), &operation).unwrap();
            assert_eq!(bucket.interval(), Duration::from_millis(200));
        }
    }

    #[test]
    fn buckets_are_kept_apart_by_seller_and_server() {
        let quotas = Quotas::in_memory();
        let bucket = |seller: &str, name: &str, operation: &Operation| {
            quotas.bucket(&server(name), &identity(seller), operation).unwrap()
        };
        let (call, grantless) = (operation("v0", "a"), operation("v0", "b").grantless("scope"));
        let first = bucket("one", "jp", &call);
        assert!(Arc::ptr_eq(&first, &bucket("one", "jp", &call)), "two clients share it");
        for (seller, name) in [("two", "jp"), ("one", "us")] {
            assert!(!Arc::ptr_eq(&first, &bucket(seller, name, &call)));
        }
        let of_all = bucket("one", "jp", &grantless);
        assert!(Arc::ptr_eq(&of_all, &bucket("two", "jp", &grantless)));
        assert!(!Arc::ptr_eq(&of_all, &bucket("one", "us", &grantless)));
    }
}
