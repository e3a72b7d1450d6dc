//! Sends a batch by feeds.

use super::item::Prepared;
use super::ledger::{KnownFeed, Ledger, Line};
use super::plan::{FEEDS_IN_WINDOW, WINDOW};
use super::sent::Sent;
use super::{Bulk, BulkProgress, Report};
use crate::{Issue, Issues};
use spapi_core::Error;
use spapi_jobs::{
    FeedBody, FeedEnded, FeedJob, FeedOutcome, Feeds, FolderJournal, ListingsPart, Origin, ProcessingReport, State,
};
use std::collections::{HashMap, HashSet, VecDeque};
use tokio::task::JoinSet;
use tokio::time::Instant;

/// The ids of a feed's messages, and which item each one is.
type Members = Vec<(u64, usize)>;

/// The feeds of a batch.
pub(super) struct Sender<'a> {
    bulk: &'a Bulk,
    feeds: Feeds,
    items: &'a [&'a Prepared],
    ledger: Option<&'a Ledger>,
    by_sku: HashMap<&'a str, usize>,
    pub sent: Vec<Option<Sent>>,
    /// Feeds whose results are read, to be finished when the caller has all outcomes.
    pub done: Vec<FeedOutcome>,
    /// Why not all were submitted.
    pub error: Option<Error>,
    running: JoinSet<(Members, Result<FeedOutcome, Error>)>,
    /// When the last feeds were submitted.
    recent: VecDeque<Instant>,
    submitted: usize,
}

impl<'a> Sender<'a> {
    pub fn new(bulk: &'a Bulk, items: &'a [&'a Prepared], ledger: Option<&'a Ledger>) -> Result<Self, Error> {
        let feeds = Feeds::new(bulk.client());
        let feeds = bulk.polling.into_iter().fold(feeds, |feeds, (first, longest)| feeds.polling(first, longest));
        let feeds = match ledger {
            Some(ledger) => feeds.journal(FolderJournal::open(ledger.jobs())?),
            None => feeds,
        };
        Ok(Self {
            bulk,
            feeds,
            items,
            ledger,
            by_sku: items.iter().enumerate().map(|(index, item)| (item.sku.as_str(), index)).collect(),
            sent: vec![None; items.len()],
            done: Vec::new(),
            error: None,
            running: JoinSet::new(),
            recent: VecDeque::new(),
            submitted: 0,
        })
    }

    /// Submits all items that no earlier run has submitted, and waits for all feeds.
    ///
    /// # Errors
    /// When the folder cannot be used. What Amazon says is noted instead.
    pub async fn run(&mut self, report: &mut Report<'_>) -> Result<(), Error> {
        let mut is_claimed = vec![false; self.items.len()];
        if self.resume(&mut is_claimed, report).await? {
            // Amazon may process feeds in any order, and the new ones are to count.
            self.wait(report).await;
        }
        let rest = self.items.iter().zip(is_claimed).filter(|(_, is_claimed)| !is_claimed).map(|(item, _)| *item);
        let messages = rest.filter_map(|item| item.item()?.message().ok());
        let mut last_id = 0;
        for part in self.bulk.feed().parts(messages) {
            let part = part?;
            let first_id = last_id + 1;
            last_id += part.len() as u64;
            if self.error.is_some() {
                break;
            }
            self.submit_part(part, first_id, report).await?;
        }
        self.wait(report).await;
        Ok(())
    }

    /// Takes up the feeds of an earlier run, and marks their items. Returns whether items have changed since.
    async fn resume(&mut self, is_claimed: &mut [bool], report: &mut Report<'_>) -> Result<bool, Error> {
        let Some(ledger) = self.ledger else { return Ok(false) };
        let asked: HashSet<String> =
            self.feeds.unfinished().await?.into_iter().flat_map(|entry| entry.options.into_values()).collect();
        let mut known = Vec::new();
        let mut hashes: HashMap<String, HashSet<String>> = HashMap::new();
        for feed in ledger.feeds()? {
            // Amazon was never asked for it.
            if !asked.contains(&feed.hash) {
                ledger.forget(&feed.hash)?;
                continue;
            }
            for line in &feed.lines {
                hashes.entry(line.sku.clone()).or_default().insert(line.hash.clone());
            }
            known.push(feed);
        }
        let mut has_changed = false;
        for KnownFeed { hash, lines } in known {
            let mut members = Members::new();
            for line in lines {
                let Some(index) = self.by_sku.get(line.sku.as_str()).copied() else { continue };
                // Of feeds that say different things of a SKU, nobody knows which one counts.
                let is_alone = hashes.get(&line.sku).is_some_and(|hashes| hashes.len() == 1);
                let is_same = is_alone && self.items.get(index).is_some_and(|item| item.hash() == line.hash);
                has_changed |= !is_same;
                if let Some(claimed) = is_claimed.get_mut(index).filter(|_| is_same) {
                    *claimed = true;
                    members.push((line.id, index));
                }
            }
            let body = FeedBody::file(ledger.feed(&hash)).await?;
            self.submit(body, members, report).await;
        }
        Ok(has_changed)
    }

    async fn submit_part(&mut self, part: ListingsPart, first_id: u64, report: &mut Report<'_>) -> Result<(), Error> {
        let mut members = Members::new();
        let mut lines = Vec::new();
        for id in (first_id..).take(part.len()) {
            let Some(index) = part.sku(id).and_then(|sku| self.by_sku.get(sku).copied()) else { continue };
            let Some(item) = self.items.get(index) else { continue };
            members.push((id, index));
            lines.push(Line { id, sku: item.sku.clone(), hash: item.hash() });
        }
        let body = match self.ledger {
            // The feed waits on the disk, and not in memory.
            Some(ledger) => FeedBody::file(ledger.keep(&part.bytes(), &lines)?).await?,
            None => part.into(),
        };
        self.submit(body, members, report).await;
        Ok(())
    }

    /// Submits a feed, and leaves a task that waits for it.
    async fn submit(&mut self, body: FeedBody, members: Members, report: &mut Report<'_>) {
        let request = self.feeds.submit(LISTINGS, [self.bulk.marketplace.id()], body);
        let job = match request.job() {
            Ok(job) => self.asked(job, members.len(), report).await,
            Err(error) => Err(error),
        };
        match job {
            Ok(job) => {
                self.running.spawn(async move { (members, job.await) });
            }
            Err(error) => {
                let words = error.to_string();
                let sent = match error.outcome_unknown() {
                    true => Sent::doubtful(Some(self.bulk.client().clock().now()), words),
                    false => Sent::Not(format!("the feed was not submitted: {words}")),
                };
                self.note_all(&members, &sent);
                self.error = Some(error);
            }
        }
    }

    /// Goes on until Amazon has the feed.
    async fn asked(&mut self, mut job: FeedJob, skus: usize, report: &mut Report<'_>) -> Result<FeedJob, Error> {
        while let Some(state) = job.try_next().await? {
            match state {
                State::Checked { .. } => {
                    if let Some(oldest) = self.recent.front().filter(|_| self.recent.len() >= FEEDS_IN_WINDOW) {
                        let wait = WINDOW.saturating_sub(oldest.elapsed());
                        self.bulk.client().clock().sleep(wait).await;
                        self.recent.pop_front();
                    }
                }
                State::Asked { id, origin } => {
                    if origin == Origin::Requested {
                        self.recent.push_back(Instant::now());
                    }
                    self.submitted += 1;
                    let is_resumed = origin != Origin::Requested;
                    report(BulkProgress::Feed { number: self.submitted, id, skus, is_resumed });
                    break;
                }
                _ => {}
            }
        }
        Ok(job)
    }

    /// Waits for all feeds that are under way, and reads their results.
    async fn wait(&mut self, report: &mut Report<'_>) {
        while let Some(ended) = self.running.join_next().await {
            // A task ends early only together with the runtime.
            let Ok((members, outcome)) = ended else { continue };
            report(BulkProgress::Processed { skus: members.len() });
            match outcome {
                Ok(outcome) => self.read(outcome, &members).await,
                Err(error) => {
                    self.note_all(&members, &Sent::doubtful(None, error.to_string()));
                    self.error = Some(error);
                }
            }
        }
    }

    /// Notes what a feed says of each of its SKUs.
    async fn read(&mut self, outcome: FeedOutcome, members: &Members) {
        let at = outcome.created;
        let doubt = match &outcome.ended {
            FeedEnded::Processed(result) => match result.report().await {
                Ok(read) => {
                    self.note(&read, members, at);
                    self.done.push(outcome);
                    return;
                }
                Err(error) => {
                    let doubt = format!("the result of feed {} cannot be read: {error}", outcome.feed_id);
                    self.note_all(members, &Sent::doubtful(at, doubt));
                    self.done.push(outcome);
                    self.error = Some(error);
                    return;
                }
            },
            FeedEnded::Cancelled { .. } => {
                let words = format!("feed {} was cancelled before Amazon processed it", outcome.feed_id);
                return self.note_all(members, &Sent::Not(words));
            }
            FeedEnded::Failed { reason, .. } => {
                let reason = reason.as_deref().unwrap_or("Amazon gives no reason");
                format!("feed {} failed, perhaps after a part of it: {reason}", outcome.feed_id)
            }
            FeedEnded::Expired => format!("Amazon no longer has feed {}", outcome.feed_id),
            _ => format!("feed {} has no processing report", outcome.feed_id),
        };
        self.note_all(members, &Sent::doubtful(at, doubt));
    }

    fn note(&mut self, read: &ProcessingReport, members: &Members, at: Option<std::time::SystemTime>) {
        let of_feed: Issues =
            read.errors().filter(|issue| issue.message_id.is_none() && issue.sku.is_none()).map(Issue::from).collect();
        let is_refused = !of_feed.is_empty() && read.totals.accepted.unwrap_or_default() == 0;
        let is_short = read.totals.processed.is_some_and(|processed| processed < members.len() as u64);
        let mut of_message: HashMap<u64, Vec<Issue>> = HashMap::new();
        let mut of_sku: HashMap<&str, Vec<Issue>> = HashMap::new();
        for issue in &read.issues {
            match (issue.message_id, issue.sku.as_deref()) {
                (Some(id), _) => of_message.entry(id).or_default().push(issue.into()),
                (None, Some(sku)) => of_sku.entry(sku).or_default().push(issue.into()),
                (None, None) => {}
            }
        }
        for (id, index) in members {
            let Some(item) = self.items.get(*index) else { continue };
            let own = of_message.remove(id).into_iter().flatten();
            let issues: Issues = own.chain(of_sku.remove(item.sku.as_str()).into_iter().flatten()).collect();
            let sent = if issues.errors().next().is_some() {
                Sent::Refused(issues)
            } else if is_refused {
                Sent::Refused(of_feed.clone())
            } else {
                let doubt = is_short.then(|| "Amazon processed fewer messages than the feed has".to_owned());
                Sent::Taken { at, doubt, issues }
            };
            if let Some(known) = self.sent.get_mut(*index) {
                *known = Some(sent);
            }
        }
    }

    fn note_all(&mut self, members: &Members, sent: &Sent) {
        for (_, index) in members {
            if let Some(known) = self.sent.get_mut(*index) {
                *known = Some(sent.clone());
            }
        }
    }
}

/// The type of the feed.
const LISTINGS: &str = "JSON_LISTINGS_FEED";
