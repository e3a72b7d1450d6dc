//! A journal in the memory of one process.

use super::{Entry, JobKey, Journal, Lock};
use spapi_core::{BoxFuture, Error};
use std::collections::HashMap;
use std::future::ready;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A journal that ends with the process. Jobs that need the same report share it, and nothing survives.
#[derive(Debug, Default)]
pub struct MemoryJournal {
    entries: Mutex<HashMap<JobKey, Entry>>,
    locks: Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>,
}

impl MemoryJournal {
    /// An empty journal.
    pub fn new() -> Self {
        Self::default()
    }

    fn held(&self) -> MutexGuard<'_, HashMap<JobKey, Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Journal for MemoryJournal {
    fn lock<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Lock, Error>> {
        Box::pin(async move {
            let lock = {
                let mut locks = self.locks.lock().unwrap_or_else(PoisonError::into_inner);
                // A lock that only the map has is free.
                locks.retain(|known, lock| known == name || Arc::strong_count(lock) > 1);
                Arc::clone(locks.entry(name.to_owned()).or_default())
            };
            Ok(Lock::new(lock.lock_owned().await))
        })
    }

    fn read<'a>(&'a self, key: &'a JobKey) -> BoxFuture<'a, Result<Option<Entry>, Error>> {
        Box::pin(ready(Ok(self.held().get(key).cloned())))
    }

    fn write<'a>(&'a self, key: &'a JobKey, entry: &'a Entry) -> BoxFuture<'a, Result<(), Error>> {
        self.held().insert(key.clone(), entry.clone());
        Box::pin(ready(Ok(())))
    }

    fn remove<'a>(&'a self, key: &'a JobKey) -> BoxFuture<'a, Result<(), Error>> {
        self.held().remove(key);
        Box::pin(ready(Ok(())))
    }

    fn entries(&self) -> BoxFuture<'_, Result<Vec<Entry>, Error>> {
        Box::pin(ready(Ok(self.held().values().cloned().collect())))
    }
}
