//! How a feed ended.

use super::processing::{LONGEST, ProcessingReport};
use crate::document::JobDocument;
use crate::reason;
use spapi_core::document::Document;
use spapi_core::{Error, ErrorKind};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

/// What came of a feed.
#[non_exhaustive]
pub struct FeedOutcome {
    /// Amazon's id of the feed.
    pub feed_id: String,
    /// The type.
    pub type_name: String,
    /// The ids of the marketplaces.
    pub marketplace_ids: Vec<String>,
    /// When Amazon took it, by Amazon's clock.
    pub created: Option<SystemTime>,
    /// How it ended.
    pub ended: FeedEnded,
}

/// How a feed ended. A feed that is refused before or by `createFeed` is an [`Error`] instead.
#[derive(Debug)]
#[non_exhaustive]
pub enum FeedEnded {
    /// Amazon processed it. The processing report says which messages it took.
    Processed(FeedResult),
    /// Amazon processed it, and there is no processing report.
    WithoutReport,
    /// Somebody cancelled it while it was in the queue.
    Cancelled {
        /// Whether this program did.
        by_this_program: bool,
    },
    /// Amazon could not process it (`FATAL`). Some of its messages may have been carried out.
    Failed {
        /// Amazon's reason on one line, if Amazon gave one that can be read. Addresses and tokens in it are masked.
        reason: Option<String>,
        /// The document with the reason, which can be a processing report.
        result: Option<FeedResult>,
    },
    /// Amazon no longer has the feed.
    Expired,
}

impl FeedOutcome {
    /// The result of a feed that was processed. Use [`ended`](Self::ended) to tell the other outcomes apart.
    ///
    /// # Errors
    /// When there is no result. The error says how the feed ended and what to do.
    pub fn result(self) -> Result<FeedResult, Error> {
        let what = format!("feed {} ({})", self.feed_id, self.type_name);
        let (message, hint) = match self.ended {
            FeedEnded::Processed(result) => return Ok(result),
            FeedEnded::WithoutReport => {
                (format!("{what} is done and has no processing report"), "Look at what the feed was to change.")
            }
            FeedEnded::Cancelled { by_this_program: true } => (format!("{what} was cancelled by this program"), ""),
            FeedEnded::Cancelled { .. } => (format!("{what} was cancelled"), "Submit it again."),
            FeedEnded::Failed { reason: Some(reason), .. } => {
                (format!("{what} failed: {reason}"), "Correct the feed as Amazon says, and submit it again.")
            }
            FeedEnded::Failed { reason: None, .. } => (
                format!("{what} failed, and Amazon gives no reason"),
                "Check that Amazon still takes the type, and that the body has its content type and charset.",
            ),
            FeedEnded::Expired => (
                format!("Amazon no longer has {what}"),
                "Look at what the feed was to change before you submit it again.",
            ),
        };
        Err(Error::new(ErrorKind::NotFound, message).with_hint(hint))
    }

    /// Removes the feed from the journal, so that an equal feed is submitted anew. Until then an equal request gets this
    /// feed. Without a journal it does nothing.
    ///
    /// # Errors
    /// When the journal cannot be written.
    pub async fn finish(&self) -> Result<(), Error> {
        // The journal keeps nothing else.
        match &self.ended {
            FeedEnded::Processed(result) => result.finish().await,
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for FeedOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FeedOutcome")
            .field("feed_id", &self.feed_id)
            .field("type_name", &self.type_name)
            .field("marketplace_ids", &self.marketplace_ids)
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}

/// The result document of a feed. It can be read as often as needed, also by another run with the same journal.
pub struct FeedResult {
    pub(super) document: JobDocument,
    pub(super) skus: Arc<BTreeMap<u64, String>>,
}

impl FeedResult {
    /// Amazon's id of the document.
    pub fn id(&self) -> &str {
        self.document.id()
    }

    /// Reads the processing report. Issues of a [`ListingsFeed`](super::ListingsFeed) have the SKU of their message.
    ///
    /// # Errors
    /// The errors of [`open`](Self::open) and [`ProcessingReport::read`]. Also an error if the report is longer than
    /// 128 MiB.
    pub async fn report(&self) -> Result<ProcessingReport, Error> {
        let text = self.open().await?.text()?.collect(LONGEST).await?;
        let mut report = ProcessingReport::read(&text)?;
        report.name_skus(&self.skus);
        Ok(report)
    }

    /// Requests the document and waits until its first bytes come, to read it as bytes, text or rows. A URL that expires
    /// before or during the download is renewed.
    ///
    /// # Errors
    /// When Amazon no longer has the document or refuses the caller, and the errors of
    /// [`Download::open`](spapi_core::document::Download::open).
    pub async fn open(&self) -> Result<Document, Error> {
        self.document.open().await
    }

    /// Removes the feed from the journal, so that an equal feed is submitted anew. Until then an equal request gets this
    /// feed. Without a journal it does nothing.
    ///
    /// # Errors
    /// When the journal cannot be written.
    pub async fn finish(&self) -> Result<(), Error> {
        self.document.finish().await
    }

    /// Amazon's reason for a failure, on one line: of a processing report the first error, else the text.
    pub(super) async fn reason(&self) -> Option<String> {
        let text = async { self.document.download().await?.lossy().open().await?.text()?.collect(LONGEST).await };
        let text = reason::unless_unreadable(text.await)?;
        match ProcessingReport::read(&text) {
            Ok(report) => reason::shown(&report.errors().find(|issue| !issue.message.is_empty())?.message),
            Err(_) => reason::shown(&text),
        }
    }
}

impl fmt::Debug for FeedResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FeedResult").field("id", &self.document.id()).finish_non_exhaustive()
    }
}
