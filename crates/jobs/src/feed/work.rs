//! How a feed is uploaded, submitted, listed and looked at.

use super::FeedBody;
use super::body::{Source, changed, unreadable};
use super::outcome::{FeedEnded, FeedOutcome, FeedResult};
use crate::asking::lane_name;
use crate::context::Context;
use crate::document::{DocumentOrigin, JobDocument};
use crate::hash::hex;
use crate::journal::Entry;
use crate::lists::{PAGE, all, narrowing};
use crate::uploads::with_new_urls;
use crate::work::{Fits, Found, Status, Work, named};
use sha2::{Digest, Sha256};
use spapi_core::operation::Repeat;
use spapi_core::{Error, ErrorKind, RetryPolicy};
use spapi_feeds::v2021_06_30::Feeds as Api;
use spapi_feeds::v2021_06_30::types::{CreateFeedDocumentSpecification, CreateFeedSpecification, Feed};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};
use tokio_util::io::InspectReader;

/// A feed to submit.
pub struct FeedWork {
    pub(crate) context: Arc<Context>,
    pub(crate) entry: Entry,
    pub(crate) options: BTreeMap<String, String>,
    pub(crate) content_type: String,
    pub(crate) body: FeedBody,
}

impl FeedWork {
    /// A feed that Amazon has. It is not submitted.
    pub fn found(context: Arc<Context>, entry: Entry) -> Self {
        let body = FeedBody::from(Vec::new());
        Self { context, entry, options: BTreeMap::new(), content_type: String::new(), body }
    }

    fn api(&self) -> Api {
        Api::new(&self.context.client)
    }

    /// Uploads the body to a new document. Returns the id of the document.
    async fn upload(&self) -> Result<String, Error> {
        let request = CreateFeedDocumentSpecification::new(&self.content_type);
        let made = self.api().create_feed_document(request).with_options(self.context.patient()).send().await?;
        self.send(&made.url).await?;
        Ok(made.feed_document_id.clone())
    }

    async fn send(&self, url: &str) -> Result<(), Error> {
        let client = &self.context.client;
        let upload = || client.upload(url, &self.content_type);
        let path = match &self.body.source {
            Source::Bytes(bytes) => return upload().send(bytes.clone()).await,
            Source::File(path) => path,
        };
        let size = self.body.size();
        let attempt = |_| {
            let upload = upload();
            async move {
                let file = tokio::fs::File::open(path).await.map_err(|error| unreadable(path, error))?;
                let hash = Arc::new(Mutex::new(Sha256::new()));
                let sent = Arc::clone(&hash);
                let file = InspectReader::new(file, move |piece: &[u8]| locked(&sent).update(piece));
                upload.send_reader(size, file).await?;
                let hash = locked(&hash).finalize_reset();
                // Under the hash of the old body, the journal would stand for the new one.
                if hex(&hash) == self.body.hash() { Ok(()) } else { Err(changed(path)) }
            }
        };
        client.retry(Repeat::Safe).run(attempt).await
    }
}

fn locked(hash: &Mutex<Sha256>) -> MutexGuard<'_, Sha256> {
    hash.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Says that nothing was submitted, whatever became of the upload.
fn before_submission(error: Error) -> Error {
    match error.kind() {
        // After createFeed, these mean that Amazon has the feed.
        ErrorKind::Decode | ErrorKind::TooLarge | ErrorKind::Answer => {
            Error::new(ErrorKind::Server, "the document of the feed could not be made").with_source(error)
        }
        _ => error.with_outcome_unknown(false),
    }
}

impl Work for FeedWork {
    type Outcome = FeedOutcome;

    fn context(&self) -> &Arc<Context> {
        &self.context
    }

    fn entry(&self) -> &Entry {
        &self.entry
    }

    fn describe(&self) -> String {
        format!("{} of {} bytes for {}", self.entry.type_name, self.body.size(), self.entry.marketplaces.join(", "))
    }

    fn least_interval(&self) -> Option<Duration> {
        // Amazon's interval is an advice. A type that Amazon refuses rests.
        None
    }

    async fn similar(&self, since: SystemTime, fresh: bool) -> Result<Vec<Found>, Error> {
        let mut list = self.api().get_feeds().feed_types([&self.entry.type_name]).created_since(since).page_size(PAGE);
        if let Some(some) = narrowing(&self.entry.marketplaces) {
            list = list.marketplace_ids(some);
        }
        let read = all(list.with_options(self.context.patient()).items(), found);
        // Amazon does not show what a feed says, so only a new one can be this one.
        let fits = |found: &Found| if found.is_on(&self.entry.marketplaces) { Fits::IfNew } else { Fits::No };
        self.context.lists.of(&lane_name(&self.entry), since, fresh, read, fits).await
    }

    async fn create(&self) -> Result<String, Error> {
        let document = with_new_urls(|| self.upload()).await.map_err(before_submission)?;
        let Entry { type_name, marketplaces, .. } = &self.entry;
        let request =
            CreateFeedSpecification::new(type_name, document, marketplaces).feed_options(self.options.clone());
        let name = lane_name(&self.entry);
        let options = self.context.limited(&name).retry(RetryPolicy::none());
        let answer = self.api().create_feed(request).with_options(options).send().await?;
        let id = named(&answer, &answer.feed_id, "createFeed", "feedId")?;
        self.context.lists.add(&name, id.clone());
        Ok(id)
    }

    async fn look(&self, id: &str) -> Result<Found, Error> {
        Ok(found(&*self.api().get_feed(id).with_options(self.context.patient()).send().await?))
    }

    async fn outcome(&self, entry: &Entry, found: Option<&Found>) -> Result<FeedOutcome, Error> {
        let result = found.and_then(|found| found.document_id.clone()).map(|id| FeedResult {
            document: {
                let marketplace = entry.marketplaces.first().and_then(|id| id.parse().ok());
                let origin = DocumentOrigin::Feed { type_name: entry.type_name.clone(), marketplace };
                JobDocument::new(&self.context, id, origin, entry.key())
            },
            skus: Arc::clone(&self.body.skus),
        });
        let ended = match (found.map(|found| &found.status), result) {
            (None, _) => FeedEnded::Expired,
            (Some(Status::Done), Some(result)) => FeedEnded::Processed(result),
            (Some(Status::Done), None) => FeedEnded::WithoutReport,
            (Some(Status::Fatal), result) => {
                let reason = match &result {
                    Some(result) => result.reason().await,
                    None => None,
                };
                FeedEnded::Failed { reason, result }
            }
            (Some(_), _) => {
                let by_this_program = found.is_some_and(|found| self.context.was_cancelled_here(&found.id));
                FeedEnded::Cancelled { by_this_program }
            }
        };
        Ok(FeedOutcome {
            feed_id: entry.id.clone().unwrap_or_default(),
            type_name: entry.type_name.clone(),
            marketplace_ids: entry.marketplaces.clone(),
            created: found.and_then(|found| found.created),
            ended,
        })
    }
}

/// What Amazon says about a feed.
fn found(feed: &Feed) -> Found {
    Found {
        id: feed.feed_id.clone(),
        status: Status::named(feed.processing_status.as_ref()),
        created: feed.created_time.as_ref().and_then(|time| time.to_system_time().ok()),
        document_id: feed.result_feed_document_id.clone().filter(|id| !id.is_empty()),
        marketplaces: feed.marketplace_ids.clone(),
        ..Found::default()
    }
}
