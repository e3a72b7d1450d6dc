//! Feeds: what was sent in, how far it has come, and what is said about it.

mod changes;
mod flat;
mod listings;
mod types;
mod xml;

pub(crate) use types::{FeedType, TYPES};

use crate::charset;
use crate::documents::Text;
use crate::jobs::{Job, Status};
use crate::server::Server;
use crate::shop::Market;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;
use types::Form;

/// A feed.
#[derive(Clone, Debug)]
pub(crate) struct Feed {
    pub(crate) job: Job,
    pub(crate) kind: &'static FeedType,
    /// The document that was sent in.
    input: String,
    /// The document that says what came of it.
    pub(crate) result: Option<String>,
}

/// What came of a feed.
struct Outcome {
    status: Status,
    report: Option<Text>,
}

impl Outcome {
    fn done(report: Text) -> Self {
        Self { status: Status::Done, report: Some(report) }
    }

    /// Refused as a whole.
    fn fatal(report: Option<Text>) -> Self {
        Self { status: Status::Fatal, report }
    }
}

/// The feeds of every seller.
#[derive(Default)]
pub(crate) struct Feeds {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    feeds: Vec<Feed>,
    /// How many were made: no two ids are alike.
    made: u64,
}

impl Feeds {
    /// The state, without what is too old to be kept.
    fn state(&self, now: SystemTime) -> MutexGuard<'_, State> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.feeds.retain(|feed| feed.job.is_kept(now));
        state
    }

    /// Takes up a feed, and gives its id.
    pub(crate) fn create(
        &self,
        seller: usize,
        kind: &'static FeedType,
        markets: Vec<&'static Market>,
        input: String,
        now: SystemTime,
    ) -> String {
        let mut state = self.state(now);
        state.made += 1;
        let id = (60_000_000_000 + state.made).to_string();
        state.feeds.push(Feed { job: Job::new(id.clone(), seller, markets, now), kind, input, result: None });
        id
    }

    /// The seller's feed of that id, one step further.
    pub(crate) fn ask(&self, seller: usize, id: &str, server: &Server) -> Option<Feed> {
        let mut state = self.state(server.clock.now());
        let feed = state.feeds.iter_mut().find(|feed| feed.job.is(seller, id))?;
        feed.step(server);
        Some(feed.clone())
    }

    /// The feeds of the seller. With `step`, each goes one step further.
    pub(crate) fn list(&self, seller: usize, step: bool, server: &Server) -> Vec<Feed> {
        let mut state = self.state(server.clock.now());
        let mine = state.feeds.iter_mut().filter(|feed| feed.job.seller == seller);
        mine.map(|feed| {
            if step {
                feed.step(server);
            }
            feed.clone()
        })
        .collect()
    }

    /// Cancels a feed that waits for its turn, and whether it did; `None` where there is no such feed.
    pub(crate) fn cancel(&self, seller: usize, id: &str, now: SystemTime) -> Option<bool> {
        let mut state = self.state(now);
        let feed = state.feeds.iter_mut().find(|feed| feed.job.is(seller, id))?;
        Some(feed.job.progress.cancel())
    }
}

/// Without the feeds themselves.
impl fmt::Debug for Feeds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Feeds").finish_non_exhaustive()
    }
}

impl Feed {
    fn step(&mut self, server: &Server) {
        let mut progress = self.job.progress.clone();
        progress.step(server.clock.now(), || {
            let Outcome { status, report } = self.outcome(server);
            self.result = report.map(|text| {
                let id = server.documents.new_id();
                server.documents.keep(self.job.seller, &id, &text, None);
                id
            });
            status
        });
        self.job.progress = progress;
    }

    fn outcome(&self, server: &Server) -> Outcome {
        let uploaded = server.documents.uploaded(self.job.seller, &self.input);
        let Some((content_type, bytes)) = uploaded.and_then(|upload| Some((upload.content_type, upload.body?))) else {
            return Outcome::fatal(None);
        };
        if self.kind.removed {
            return Outcome::fatal(None);
        }
        let text = charset::decode(&content_type, &bytes);
        match self.kind.form {
            Form::Listings => listings::process(&self.job, &text, &server.offers),
            Form::Flat => flat::process(self.job.market(), &text),
            Form::Xml => xml::process(&self.job.id, &text),
            Form::File => flat::accept(self.job.market()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jobs::RETENTION;
    use crate::shop::MARKETS;

    #[test]
    fn old_feeds_are_kept_no_longer_and_their_ids_not_given_again() {
        let feeds = Feeds::default();
        let create = |at| feeds.create(0, &TYPES[0], vec![&MARKETS[0]], "document".into(), at);
        let start = SystemTime::UNIX_EPOCH;
        let ids = [create(start), create(start), create(start + RETENTION)];
        assert_eq!(feeds.state(start + RETENTION).feeds.len(), 3);
        let later = start + RETENTION + std::time::Duration::from_secs(1);
        assert_eq!(feeds.state(later).feeds.len(), 1);
        assert!(!ids.contains(&create(later)));
        assert_eq!(feeds.cancel(0, &ids[0], later), None);
    }
}
