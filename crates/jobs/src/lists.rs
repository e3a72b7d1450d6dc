//! What Amazon's lists showed a moment ago, so that many jobs of one type read one list.

use crate::work::{Found, Status};
use spapi_core::Error;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};
use tokio::time::Instant;

/// How long a list is used.
const LIFE: Duration = Duration::from_secs(300);

/// The lists, by the name of their lane.
#[derive(Debug, Default)]
pub struct Lists(Mutex<HashMap<String, List>>);

#[derive(Debug)]
struct List {
    read_at: Instant,
    since: SystemTime,
    found: Vec<Found>,
}

impl Lists {
    /// The list of what was created since then: as `read` gives it if it must be `fresh`, else one of a moment ago if there
    /// is one.
    pub async fn of(
        &self,
        name: &str,
        since: SystemTime,
        fresh: bool,
        read: impl Future<Output = Result<Vec<Found>, Error>>,
    ) -> Result<Vec<Found>, Error> {
        if let Some(kept) = self.get(name, since).filter(|_| !fresh) {
            return Ok(kept);
        }
        let found = read.await?;
        self.set(name, since, found.clone());
        Ok(found)
    }

    /// The list of what was created since then, if one was read a moment ago.
    fn get(&self, name: &str, since: SystemTime) -> Option<Vec<Found>> {
        let mut lists = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lists.retain(|_, list| list.read_at.elapsed() < LIFE);
        let list = lists.get(name)?;
        // The start moves on with time, and the list does not get worse by what it has besides.
        (list.since <= since).then(|| list.found.clone())
    }

    /// Keeps a list.
    fn set(&self, name: &str, since: SystemTime, found: Vec<Found>) {
        let list = List { read_at: Instant::now(), since, found };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), list);
    }

    /// Adds what Amazon has made since to a list that is kept.
    pub fn add(&self, name: &str, id: String) {
        // Known by its id alone, so that it is not taken for one in the queue.
        let made = Found { id, status: Status::Other(String::new()), ..Found::default() };
        if let Some(list) = self.0.lock().unwrap_or_else(PoisonError::into_inner).get_mut(name) {
            list.found.push(made);
        }
    }
}
