//! Feeds as jobs.

mod body;
mod listings;
mod outcome;
mod processing;
mod request;
mod work;

pub use body::FeedBody;
pub use listings::{ListingsFeed, ListingsMessage, ListingsPart, ListingsParts, ListingsPatch};
pub use outcome::{FeedEnded, FeedOutcome, FeedResult};
pub use processing::{FeedIssue, FeedTotals, ProcessingReport, Severity};
pub use request::FeedRequest;

use crate::context::Context;
use crate::job::Job;
use crate::journal::Entry;
use crate::report::ids;
use crate::set::Jobs;
use crate::settings::settings;
use spapi_core::{Client, Error};
use spapi_feeds::v2021_06_30::Feeds as Api;
use std::fmt;
use std::sync::Arc;
use work::FeedWork;

/// A job that submits a feed.
pub type FeedJob = Job<FeedWork>;

/// Jobs that submit feeds.
pub type FeedJobs = Jobs<FeedWork>;

/// Submits feeds for the seller of a client, and reads what Amazon did with them.
///
/// Cheap to clone: clones share the journal, the pace of polling and the limits of each type. Keep one for as long as you
/// submit feeds for a seller.
#[derive(Clone)]
pub struct Feeds {
    context: Arc<Context>,
}

settings!(Feeds, "feed", "FEED_PROCESSING_FINISHED", feed_processing_finished::FeedProcessingFinished, feed_id);

impl Feeds {
    /// Feeds of the client's seller, without a journal: what is submitted is forgotten with the process.
    pub fn new(client: &Client) -> Self {
        Self { context: Arc::new(Context::new(client)) }
    }

    /// Starts the submission of a feed of this type, such as `POST_ORDER_FULFILLMENT_DATA`, to these marketplaces. A
    /// marketplace is a [`Marketplace`](spapi_core::Marketplace), Amazon's id or a country code.
    pub fn submit(
        &self,
        type_name: impl Into<String>,
        marketplaces: impl IntoIterator<Item = impl Into<String>>,
        body: impl Into<FeedBody>,
    ) -> FeedRequest {
        FeedRequest::new(Arc::clone(&self.context), type_name.into(), ids(marketplaces), body.into())
    }

    /// Starts the submission of a part of a [`ListingsFeed`].
    pub fn submit_listings(
        &self,
        marketplaces: impl IntoIterator<Item = impl Into<String>>,
        part: ListingsPart,
    ) -> FeedRequest {
        self.submit(listings::TYPE, marketplaces, part)
    }

    /// A job for a feed that Amazon has, by its id: it waits for the feed, and submits nothing. If the journal has the feed,
    /// finishing the result finishes it there.
    ///
    /// # Errors
    /// When Amazon does not have the feed, or the journal cannot be read.
    pub async fn find(&self, feed_id: &str) -> Result<FeedJob, Error> {
        let feed = Api::new(&self.context.client).get_feed(feed_id).with_options(self.context.patient()).send().await?;
        let entry = self.context.entry_of("feed", feed_id).await?.unwrap_or_else(|| Entry {
            kind: "feed".into(),
            region: self.context.client.region().code().to_owned(),
            type_name: feed.feed_type.clone(),
            marketplaces: ids(&feed.marketplace_ids),
            asked_at: feed.created_time.clone(),
            id: Some(feed_id.to_owned()),
            ..Entry::default()
        });
        Ok(Job::new(FeedWork::found(Arc::clone(&self.context), entry), None))
    }

    /// Runs these jobs at a time. Feeds of one type are submitted one after another.
    pub fn all(&self, jobs: impl IntoIterator<Item = FeedJob>) -> FeedJobs {
        Jobs::new(jobs)
    }

    /// Cancels a feed that is in the queue, and wakes the job that waits for it.
    ///
    /// # Errors
    /// When Amazon does not have the feed or has begun to process it.
    pub async fn cancel(&self, feed_id: &str) -> Result<(), Error> {
        Api::new(&self.context.client).cancel_feed(feed_id).with_options(self.context.patient()).send().await?;
        self.context.note_cancelled(feed_id);
        self.context.wakes.wake(feed_id);
        Ok(())
    }
}

impl fmt::Debug for Feeds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Feeds").field("client", &self.context.client).finish_non_exhaustive()
    }
}
