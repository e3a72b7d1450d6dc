//! The local quota: calls wait here so that Amazon does not refuse them.
//!
//! Clients share [`Quotas`]. A [`QuotaStore`] keeps their numbers.

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

/// Which calls go first when a quota is short.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Priority {
    /// Somebody waits for the answer.
    #[default]
    Interactive,
    /// The call can wait: it goes only when no interactive call waits for the same operation.
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
/// Amazon counts by application, seller or vendor, region and operation, and so does this. Clients that share it may be
/// for different sellers, and two clients for one seller share one count. Clones are the same quotas.
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

    /// No local quota: a call never waits before it is sent, and nothing is counted or learned. After Amazon's refusals
    /// (429) only the [`RetryPolicy`](crate::RetryPolicy) decides.
    ///
    /// Use it for tests, in which a server's 429 would otherwise make the next call wait for minutes because Amazon's
    /// rates are low, and for programs whose rates are already limited elsewhere.
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

    /// Quotas in files in a folder, which is created if it is missing. All programs that one user of this machine runs
    /// with it share them, at the same time and one after another: the next run of a program knows what the last one
    /// used.
    /// The folder has a small file for each seller and operation that was called. A file holds neither names nor
    /// secrets, and may be deleted while no program runs. Choose a folder on a local disk: each call locks and writes a
    /// file twice, on a thread that may block. Files and folder are private to the user, and links are not followed. If
    /// another program holds a lock, the client waits for it for one second. [`QuotaStore`] says what happens after
    /// that.
    ///
    /// # Errors
    /// When the folder cannot be created, or files in it cannot be written and locked.
    #[cfg(feature = "quota-files")]
    pub fn in_folder(folder: impl Into<std::path::PathBuf>) -> Result<Self, crate::Error> {
        Ok(Self::with_store(file::Folder::open(folder.into())?))
    }

    /// What is left of each quota that calls of this process have used, as far as the process knows, in the order of the keys.
    /// Empty if the quotas are off.
    pub fn states(&self) -> Vec<(QuotaKey, QuotaState)> {
        let Some(table) = &self.0 else { return Vec::new() };
        let buckets = table.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let mut states: Vec<_> = buckets.iter().map(|(key, bucket)| (key.clone(), bucket.look())).collect();
        states.sort_by(|(one, _), (other, _)| one.cmp(other));
        states
    }

    /// The bucket of an operation at a server. `None` if the rate is not known or the quotas are off. A grantless
    /// operation has one bucket for all sellers.
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
        Identity { application: "app".into(), seller: seller.into(), seller_id: None }
    }

    #[test]
    fn operations_have_separate_buckets_and_an_unknown_rate_has_none() {
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

    #[tokio::test]
    async fn the_states_are_those_of_the_quotas_that_were_used() {
        let quotas = Quotas::in_memory();
        assert!(quotas.states().is_empty() && Quotas::off().states().is_empty());
        let call = operation("v0", "a").rate(0.001, 3);
        let bucket = quotas.bucket(&server("jp"), &identity("one"), &call).unwrap();
        let permit = bucket.take(Lane::Interactive, Duration::ZERO).await.unwrap();
        let states = quotas.states();
        assert_eq!(states.len(), 1);
        assert_eq!(states[0].0.operation, "s@v0 a");
        assert!((1.9..2.1).contains(&states[0].1.calls_left()), "{:?}", states[0].1);
        drop(permit);
    }

    #[test]
    fn one_rate_can_apply_to_every_operation() {
        let sandbox = Server { common_rate: Some(SANDBOX_RATE), ..server("sandbox") };
        let unknown = Operation::new("s", "v", "o", Method::GET, "/");
        for operation in [unknown, operation("v0", "a")] {
            let bucket = Quotas::in_memory().bucket(&sandbox, &identity("one"), &operation).unwrap();
            assert_eq!(bucket.interval(), Duration::from_millis(200));
        }
    }

    #[test]
    fn sellers_and_servers_have_separate_buckets() {
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
