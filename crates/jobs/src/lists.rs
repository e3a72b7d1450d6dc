//! Amazon's lists: read whole, and kept for a moment, so that many jobs read one list.

use crate::work::{Fits, Found, Status};
use spapi_core::{Error, Items};
use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};
use tokio::time::Instant;

/// The largest page of a list.
pub const PAGE: i64 = 100;

/// The most marketplaces by which a list is narrowed.
const MOST_MARKETPLACES: usize = 10;

/// How long a list is used.
const LIFE: Duration = Duration::from_secs(300);

/// After so long a list shows what was made.
const SHOWN: Duration = Duration::from_secs(3600);

/// Everything in a list, each once: what is created while the pages are read moves others to the next page.
pub async fn all<P, I>(mut items: Items<P, I>, found: impl Fn(&I) -> Found) -> Result<Vec<Found>, Error> {
    let (mut all, mut seen) = (Vec::new(), HashSet::new());
    while let Some(item) = items.try_next().await? {
        let found = found(&item);
        if seen.insert(found.id.clone()) {
            all.push(found);
        }
    }
    Ok(all)
}

/// The marketplaces by which a list is narrowed. `None` if there are none, or more than it takes: the caller looks at the
/// marketplaces of each anyway.
pub fn narrowing(marketplaces: &[String]) -> Option<&[String]> {
    (1..=MOST_MARKETPLACES).contains(&marketplaces.len()).then_some(marketplaces)
}

/// What Amazon's lists showed a moment ago, and what was made since.
#[derive(Debug, Default)]
pub struct Lists {
    kept: Mutex<Kept>,
    /// Held while a list is read, so that jobs that begin together read it once.
    reading: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct Kept {
    /// The lists, by their names.
    lists: HashMap<String, List>,
    made: Vec<Made>,
}

#[derive(Debug)]
struct List {
    read_at: Instant,
    since: SystemTime,
    found: Vec<Found>,
}

/// Something that Amazon made for this program, which the list can show late.
#[derive(Debug)]
struct Made {
    list: String,
    id: String,
    at: Instant,
}

impl Lists {
    /// The list of what was created since then: as `read` gives it if it must be `fresh`, else one of a moment ago if there
    /// is one. `fits` says which of them is what the job asks for.
    pub async fn of(
        &self,
        name: &str,
        since: SystemTime,
        fresh: bool,
        read: impl Future<Output = Result<Vec<Found>, Error>>,
        fits: impl Fn(&Found) -> Fits,
    ) -> Result<Vec<Found>, Error> {
        let known = || self.get(name, since).filter(|_| !fresh);
        let mut found = match known() {
            Some(known) => known,
            None => {
                let _reading = self.reading.lock().await;
                match known() {
                    Some(known) => known,
                    None => self.set(name, since, read.await?),
                }
            }
        };
        found.iter_mut().for_each(|found| found.fits = fits(found));
        self.append_made(name, &mut found);
        Ok(found)
    }

    /// The list of what was created since then, if one was read a moment ago.
    fn get(&self, name: &str, since: SystemTime) -> Option<Vec<Found>> {
        let mut kept = self.kept();
        kept.lists.retain(|_, list| list.read_at.elapsed() < LIFE);
        let list = kept.lists.get(name)?;
        // The start moves on with time, and the list does not get worse by what it has besides. Jobs that begin together have
        // not exactly the same start, and the lists go back further than that.
        (list.since <= since + LIFE).then(|| list.found.clone())
    }

    /// Keeps a list and returns it.
    fn set(&self, name: &str, since: SystemTime, found: Vec<Found>) -> Vec<Found> {
        let list = List { read_at: Instant::now(), since, found: found.clone() };
        self.kept().lists.insert(name.to_owned(), list);
        found
    }

    /// Notes what Amazon has made, so that it is old in each later list.
    pub fn add(&self, name: &str, id: String) {
        let mut kept = self.kept();
        kept.made.retain(|made| made.at.elapsed() < SHOWN);
        kept.made.push(Made { list: name.to_owned(), id, at: Instant::now() });
    }

    fn append_made(&self, name: &str, found: &mut Vec<Found>) {
        let kept = self.kept();
        let shown: HashSet<String> = found.iter().map(|found| found.id.clone()).collect();
        let made = kept.made.iter().filter(|made| made.list == name && !shown.contains(&made.id));
        // Known by its id alone, so that it is not taken for one in the queue.
        let status = || Status::Other(String::new());
        found.extend(made.map(|made| Found { id: made.id.clone(), status: status(), ..Found::default() }));
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
