//! The local quota: calls wait here so that Amazon need not refuse them.

mod bucket;
#[cfg(feature = "quota-files")]
mod file;
mod learn;
mod store;

pub(crate) use bucket::{Bucket, Lane, Permit};

use crate::auth::Identity;
use crate::endpoint::Server;
use crate::operation::{Operation, Rate};
use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use store::Store;

/// The rate of every operation in Amazon's sandbox.
pub(crate) const SANDBOX_RATE: Rate = Rate::new(5.0, 15);

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
    #[cfg(feature = "quota-files")]
    folder: Option<std::path::PathBuf>,
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    server: Arc<str>,
    account: Arc<str>,
    /// Section, version and id.
    operation: [Cow<'static, str>; 3],
}

impl Quotas {
    /// Quotas that this process alone knows of, unspent.
    pub fn in_memory() -> Self {
        Self(Arc::new(Table {
            buckets: Mutex::default(),
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
        Ok(Self(Arc::new(Table { buckets: Mutex::default(), folder: Some(folder) })))
    }

    /// The bucket of an operation at a server, which fills at the rate; none where the rate is not known. Grantless
    /// operations have one for all sellers.
    pub(crate) fn bucket(&self, server: &Server, identity: &Identity, operation: &Operation) -> Option<Arc<Bucket>> {
        let rate = server.common_rate.or(operation.rate)?;
        if !(rate.per_second.is_finite() && rate.per_second > 0.0) {
            return None;
        }
        let account = if operation.grantless.is_some() { &identity.application } else { &identity.seller };
        let parts = [&operation.section, &operation.version, &operation.id].map(Cow::clone);
        let key = Key { server: Arc::clone(&server.name), account: Arc::clone(account), operation: parts };
        let mut buckets = self.0.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bucket) = buckets.get(&key) {
            return Some(Arc::clone(bucket));
        }
        let bucket = Arc::new(Bucket::new(rate, self.store(&key, rate)));
        buckets.insert(key, Arc::clone(&bucket));
        Some(bucket)
    }

    #[cfg_attr(not(feature = "quota-files"), expect(clippy::unused_self, unused_variables, reason = "without files"))]
    fn store(&self, key: &Key, rate: Rate) -> Store {
        #[cfg(feature = "quota-files")]
        if let Some(folder) = &self.0.folder {
            let name = format!("{}\n{}\n{}", key.server, key.account, key.operation.join("\n"));
            return Store::File(file::StateFile::new(folder, &name));
        }
        Store::memory(rate)
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
