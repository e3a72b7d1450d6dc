//! Batches: thousands of SKUs by feeds or by calls, with an outcome for each.
//!
//! A batch is checked whole before anything is sent. What is wrong is left out, and the rest is sent: by feeds of the type
//! `JSON_LISTINGS_FEED`, or by a call for each SKU. [`Bulk::plan`] says which is faster. What Amazon takes is not yet a listing,
//! so that each listing is then read until it can be bought, twenty at a time.

mod api;
mod batch;
mod feed;
mod item;
mod ledger;
mod look;
mod outcome;
mod plan;
mod sent;
mod settle;

pub use batch::Batch;
pub use item::{BulkAction, BulkItem};
pub use outcome::{BulkOutcome, Outcome};
pub use plan::{Plan, Way};

use crate::{Findings, Issues, Listings};
use batch::State;
use item::Prepared;
use ledger::Ledger;
use spapi_core::{Client, Error, ErrorKind, Marketplace};
use spapi_jobs::{FeedOutcome, ListingsFeed};
use std::collections::HashMap;
use std::path::PathBuf;
use std::time::Duration;

/// How long listings are looked at, unless set.
const SETTLE: Duration = Duration::from_secs(900);

/// The longest time for which listings are looked at.
const LONGEST_SETTLE: Duration = Duration::from_secs(30 * 24 * 3600);

/// How many calls are under way at a time, unless set.
const AT_ONCE: usize = 10;

/// Changes many listings of a seller in one marketplace.
///
/// ```no_run
/// use serde_json::json;
/// use spapi_core::{Client, Error, ErrorKind, Marketplace};
/// use spapi_listings::Validator;
/// use spapi_listings::bulk::{Batch, Bulk, BulkItem};
///
/// # async fn run(client: Client, validator: Validator) -> Result<(), Error> {
/// let items = (1..=1000).map(|number| {
///     let title = json!([{ "value": format!("Suitcase {number}"), "language_tag": "de_DE" }]);
///     BulkItem::update(format!("S-{number}"), "LUGGAGE", json!({ "item_name": title })).place(format!("line {number}"))
/// });
/// let batch = Batch::check(items, |_| Ok(Some(validator.clone())), |_| {});
/// let bulk = Bulk::new(&client, "A1SELLER", Marketplace::DE).journal("state/bulk");
/// let plan = bulk.plan(&batch);
/// println!("{plan}");
/// let run = bulk.run(&batch, plan.faster, |_| {}).await?;
/// for outcome in &run.outcomes {
///     println!("{}: {}", outcome.sku, outcome.outcome.name());
/// }
/// run.finish().await?;
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Bulk {
    client: Client,
    listings: Listings,
    seller_id: String,
    marketplace: Marketplace,
    issue_locale: Option<String>,
    journal: Option<PathBuf>,
    settle: Duration,
    at_once: usize,
    most_messages: Option<usize>,
    polling: Option<(Duration, Duration)>,
    is_upsert: bool,
}

/// How far a run is.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum BulkProgress {
    /// Amazon has a feed.
    Feed {
        /// The number of the feed in this run, from 1.
        number: usize,
        /// Amazon's id.
        id: String,
        /// How many SKUs it has.
        skus: usize,
        /// Whether an earlier run has submitted it.
        is_resumed: bool,
    },
    /// Amazon has ended with a feed.
    Processed {
        /// How many SKUs it has.
        skus: usize,
    },
    /// Amazon has answered a call.
    Sent {
        /// How many SKUs are sent.
        skus: usize,
        /// How many there are.
        of: usize,
    },
    /// Listings were read.
    Looked {
        /// How many were read in this round.
        skus: usize,
        /// How many were done before this round.
        settled: usize,
        /// How many are waited for.
        of: usize,
    },
}

/// Gets the progress.
type Report<'a> = dyn FnMut(BulkProgress) + Send + 'a;

/// What a run has done.
#[must_use = "the journal keeps what was sent until `finish`"]
#[non_exhaustive]
pub struct BulkRun {
    /// What came of each SKU, each once, in the order of the batch.
    pub outcomes: Vec<BulkOutcome>,
    /// Why some SKUs were not sent or not read, if Amazon could not be reached or refused the caller.
    pub error: Option<Error>,
    feeds: Vec<FeedOutcome>,
    ledger: Option<Ledger>,
}

impl Bulk {
    /// Changes of this seller's listings in this marketplace. The id is Amazon's, such as `A1B2C3D4E5F6G7`.
    pub fn new(client: &Client, seller_id: impl Into<String>, marketplace: Marketplace) -> Self {
        let seller_id = seller_id.into();
        Self {
            client: client.clone(),
            listings: Listings::new(client, &seller_id),
            seller_id,
            marketplace,
            issue_locale: None,
            journal: None,
            settle: SETTLE,
            at_once: AT_ONCE,
            most_messages: None,
            polling: None,
            is_upsert: false,
        }
    }

    /// Sets the language of the issues' messages, such as `ja_JP`. By default it is that of the marketplace.
    pub fn issue_locale(mut self, locale: impl Into<String>) -> Self {
        let locale = locale.into();
        self.listings = self.listings.issue_locale(&locale);
        self.issue_locale = Some(locale);
        self
    }

    /// Remembers in this folder what was sent, so that the same batch goes on after a crash: no feed is submitted twice, and no
    /// call that Amazon has answered is repeated. One run at a time uses the folder. [`BulkRun::finish`] forgets the run.
    pub fn journal(mut self, folder: impl Into<PathBuf>) -> Self {
        self.journal = Some(folder.into());
        self
    }

    /// Sets how long listings are looked at until they can be bought, after Amazon took the last. By default 15 minutes, and at
    /// most 30 days. With zero, each is looked at once.
    pub fn settle(mut self, longest: Duration) -> Self {
        self.settle = longest.min(LONGEST_SETTLE);
        self
    }

    /// Sets how many calls are under way at a time. By default 10; at least one is. The quota limits them all the same.
    pub fn at_once(mut self, calls: usize) -> Self {
        self.at_once = calls.max(1);
        self
    }

    /// Sets the most messages of one feed. By default and at most 25,000.
    pub fn most_messages(mut self, messages: usize) -> Self {
        self.most_messages = Some(messages);
        self
    }

    /// Sets how long a run waits before it asks for a feed's status or for listings again, and the longest wait between two times.
    /// By default 10 seconds, and a minute for a feed and two for listings.
    pub fn polling(mut self, first: Duration, longest: Duration) -> Self {
        self.polling = Some((first, longest));
        self
    }

    /// Sends updates and patches without a look at the listings. Amazon makes a listing of each SKU that is new.
    pub fn upsert(mut self) -> Self {
        self.is_upsert = true;
        self
    }

    /// How long each way takes under the quotas, and which is faster. Nothing is sent.
    pub fn plan(&self, batch: &Batch) -> Plan {
        Plan::with(batch, &self.feed())
    }

    /// How an earlier run of the journal, which is not finished, has sent its batch. The next run has to go on the same way.
    ///
    /// # Errors
    /// When the journal cannot be used.
    pub fn unfinished(&self) -> Result<Option<Way>, Error> {
        self.ledger()?.map_or(Ok(None), |ledger| ledger.way())
    }

    /// Sends what is valid, waits for it, and says what came of each SKU. `progress` gets each step.
    ///
    /// A SKU that is to be updated, patched or deleted and that the seller does not have is not sent, unless
    /// [`upsert`](Self::upsert) is set.
    ///
    /// # Errors
    /// When the journal cannot be used, or has a run of the other [`Way`] that is not finished. Whatever Amazon says, and an
    /// Amazon that is out of reach, is in the [`BulkRun`].
    pub async fn run(
        &self,
        batch: &Batch,
        way: Way,
        mut progress: impl FnMut(BulkProgress) + Send,
    ) -> Result<BulkRun, Error> {
        let report: &mut Report<'_> = &mut progress;
        let mut ledger = self.ledger()?;
        if let Some(other) = ledger.as_ref().map(Ledger::way).transpose()?.flatten().filter(|known| *known != way) {
            let message = format!("the journal has a run by {other} that is not finished");
            return Err(Error::new(ErrorKind::Config, message)
                .with_hint("Go on the same way with the same batch, or use another journal."));
        }
        let mut items: Vec<&Prepared> = batch.prepared().collect();
        let mut of_sku: HashMap<&str, Outcome> = HashMap::new();
        let mut error = None;
        let mut before = HashMap::new();
        if !self.is_upsert {
            error = self.leave_out_missing(&mut items, &mut of_sku, &mut before, report).await;
        }
        let (sent, feeds) = match (&error, way) {
            // Without knowing the listings, sending could create some.
            (Some(_), _) => (vec![None; items.len()], Vec::new()),
            (None, Way::Feed) => {
                let mut sender = feed::Sender::new(self, &items, ledger.as_ref())?;
                sender.run(report).await?;
                error = sender.error.take();
                (std::mem::take(&mut sender.sent), std::mem::take(&mut sender.done))
            }
            (None, Way::Api) => {
                let calls = api::send(self, &items, ledger.as_mut(), report).await?;
                error = calls.error;
                (calls.sent, Vec::new())
            }
        };
        let settled = settle::settle(self, &items, sent, &before, report).await;
        error = error.or(settled.error);
        of_sku.extend(items.iter().map(|item| item.sku.as_str()).zip(settled.outcomes));
        let outcome = |entry: &batch::Entry| BulkOutcome {
            sku: entry.sku.clone(),
            places: entry.places.clone(),
            outcome: match &entry.state {
                State::Invalid(findings) => Outcome::Invalid { findings: findings.clone() },
                State::Ready(_) => of_sku
                    .remove(entry.sku.as_str())
                    .unwrap_or_else(|| Outcome::Unknown { reason: "it was not sent".to_owned() }),
            },
        };
        let outcomes = batch.entries.iter().map(outcome).collect();
        Ok(BulkRun { outcomes, error, feeds, ledger })
    }

    /// Leaves out the items that change a listing that the seller does not have, and notes the issues that the others have.
    async fn leave_out_missing<'a>(
        &self,
        items: &mut Vec<&'a Prepared>,
        of_sku: &mut HashMap<&'a str, Outcome>,
        before: &mut HashMap<String, Issues>,
        report: &mut Report<'_>,
    ) -> Option<Error> {
        let skus: Vec<String> =
            items.iter().filter(|item| item.needs_listing && !item.is_deletion).map(|item| item.sku.clone()).collect();
        if skus.is_empty() {
            return None;
        }
        let of = skus.len();
        let looked = look::look(self, skus, |skus| report(BulkProgress::Looked { skus, settled: 0, of })).await;
        items.retain(|item| {
            let is_missing = matches!(looked.found.get(&item.sku), Some(None));
            if is_missing {
                let code = self.marketplace.country_code();
                let message = format!("the seller has no listing with this SKU in {code}");
                let findings = Findings::of_input("unknown_sku", message);
                of_sku.insert(&item.sku, Outcome::Invalid { findings });
            }
            !is_missing
        });
        before.extend(looked.found.into_iter().filter_map(|(sku, look)| Some((sku, look?.issues))));
        looked.error
    }

    fn ledger(&self) -> Result<Option<Ledger>, Error> {
        let folder = self.journal.as_deref();
        folder.map(|folder| Ledger::open(folder, &self.seller_id, self.marketplace.id())).transpose()
    }

    fn client(&self) -> &Client {
        &self.client
    }

    fn locale(&self) -> &str {
        self.issue_locale.as_deref().unwrap_or(self.marketplace.default_locale())
    }

    /// The builder of the feeds.
    fn feed(&self) -> ListingsFeed {
        let feed = ListingsFeed::new(&self.seller_id).issue_locale(self.locale());
        self.most_messages.into_iter().fold(feed, ListingsFeed::most_messages)
    }
}

impl std::fmt::Debug for Bulk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bulk")
            .field("client", self.client())
            .field("marketplace", &self.marketplace)
            .finish_non_exhaustive()
    }
}

impl BulkRun {
    /// Forgets the run, so that the same batch is sent anew. Call it once the outcomes are stored. Without a journal it does
    /// nothing.
    ///
    /// # Errors
    /// When the journal cannot be written.
    pub async fn finish(self) -> Result<(), Error> {
        let Some(ledger) = self.ledger else { return Ok(()) };
        for feed in &self.feeds {
            feed.finish().await?;
        }
        for feed in ledger.feeds()? {
            ledger.forget(&feed.hash)?;
        }
        ledger.clear()
    }
}

impl std::fmt::Debug for BulkRun {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BulkRun")
            .field("outcomes", &self.outcomes.len())
            .field("error", &self.error)
            .finish_non_exhaustive()
    }
}
