//! Sends a batch by a call for each SKU.

use super::item::{BulkAction, BulkItem, Prepared};
use super::ledger::{Answer, Ledger};
use super::sent::Sent;
use super::{Bulk, BulkProgress, Report};
use crate::{Issue, IssueSeverity, ListingsPatch, Submission, SubmissionStatus};
use serde_json::Value;
use spapi_core::Error;
use spapi_types::text::printable;
use std::time::{Duration, SystemTime};
use tokio::task::JoinSet;

/// After so many calls in a row that Amazon did not take, the others are not tried.
const MOST_FAILED: usize = 5;

/// What a run by calls has done.
pub(super) struct Calls {
    pub sent: Vec<Option<Sent>>,
    /// Why not all were sent.
    pub error: Option<Error>,
}

/// Sends all items that no earlier run has sent.
///
/// # Errors
/// When the folder cannot be used. What Amazon says is noted instead.
pub(super) async fn send(
    bulk: &Bulk,
    items: &[&Prepared],
    mut ledger: Option<&mut Ledger>,
    report: &mut Report<'_>,
) -> Result<Calls, Error> {
    let known = ledger.as_deref().map(Ledger::answers).transpose()?.unwrap_or_default();
    let mut calls = Calls { sent: vec![None; items.len()], error: None };
    let mut waiting = Vec::new();
    for (index, item) in items.iter().enumerate() {
        match known.get(&item.sku).filter(|answer| answer.hash == item.hash()) {
            Some(answer) => set(&mut calls.sent, index, answer.into()),
            None => waiting.push(index),
        }
    }
    let total = items.len();
    let mut done = total - waiting.len();
    let mut waiting = waiting.into_iter();
    let mut running = JoinSet::new();
    let mut failed = 0;
    loop {
        while running.len() < bulk.at_once && failed < MOST_FAILED {
            let Some(index) = waiting.next() else { break };
            let Some(item) = items.get(index).and_then(|item| item.item()) else { continue };
            let (bulk, hash) = (bulk.clone(), items.get(index).map(|item| item.hash()).unwrap_or_default());
            running.spawn(async move {
                let sku = item.sku.clone();
                (index, sku, hash, call(&bulk, item).await)
            });
        }
        let Some(ended) = running.join_next().await else { return Ok(calls) };
        // A task ends early only together with the runtime.
        let Ok((index, sku, hash, answer)) = ended else { continue };
        let now = bulk.client().clock().now();
        let (sent, error) = meaning(answer, now);
        match error {
            Some(error) => {
                failed += 1;
                calls.error = Some(error);
            }
            None => failed = 0,
        }
        if let (Some(ledger), Some(answer)) = (ledger.as_deref_mut(), Answer::of(sku, hash, &sent, now)) {
            ledger.note(&answer)?;
        }
        set(&mut calls.sent, index, sent);
        done += 1;
        report(BulkProgress::Sent { skus: done, of: total });
    }
}

fn set(all: &mut [Option<Sent>], index: usize, sent: Sent) {
    if let Some(known) = all.get_mut(index) {
        *known = Some(sent);
    }
}

async fn call(bulk: &Bulk, item: BulkItem) -> Result<Submission, Error> {
    let (listings, marketplace) = (&bulk.listings, bulk.marketplace);
    let BulkItem { sku, product_type, requirements, action, .. } = item;
    let patches = match action {
        BulkAction::Put(attributes) => {
            let put = listings.put(sku, marketplace, product_type, attributes);
            return requirements.into_iter().fold(put, |put, part| put.requirements(part)).await;
        }
        BulkAction::Delete => return listings.delete(sku, marketplace).await,
        BulkAction::Update(attributes) => replacing(attributes)?,
        BulkAction::Patch(patches) => patches,
    };
    // Whether the listing exists was looked up for twenty at a time.
    listings.patch(sku, marketplace, patches).product_type(product_type).upsert().await
}

/// The patches that do what a partial update does.
fn replacing(attributes: Value) -> Result<Vec<ListingsPatch>, Error> {
    let Value::Object(attributes) = attributes else { return Ok(Vec::new()) };
    attributes.into_iter().map(|(name, value)| ListingsPatch::replace(name, value)).collect()
}

/// What an answer says of the SKU, and the error if Amazon did not take the call as such.
fn meaning(answer: Result<Submission, Error>, now: SystemTime) -> (Sent, Option<Error>) {
    let error = match answer {
        Ok(submission) if submission.is_accepted() => {
            return (Sent::Taken { at: Some(now), doubt: None, issues: submission.issues }, None);
        }
        Ok(submission) if submission.status == SubmissionStatus::Invalid => {
            return (Sent::Refused(submission.issues), None);
        }
        Ok(submission) => {
            let doubt = format!("Amazon answered with the status {}", printable(submission.status.as_str()).up_to(40));
            return (Sent::doubtful(Some(now), doubt), None);
        }
        Err(error) => error,
    };
    let words = error.to_string();
    match () {
        () if error.outcome_unknown() => (Sent::doubtful(Some(now), words), None),
        // It is about this SKU alone.
        () if error.is_input() || is_of_one(&error) => {
            let issue = Issue { message: words, severity: IssueSeverity::Error, ..Issue::default() };
            (Sent::Refused([issue].into_iter().collect()), None)
        }
        () => (Sent::Not(format!("Amazon did not take the call: {words}")), Some(error)),
    }
}

/// Whether Amazon refused what this call says, and may take others.
fn is_of_one(error: &Error) -> bool {
    let status = error.status().map(|status| status.as_u16());
    status.is_some_and(|status| (400..500).contains(&status)) && !error.is_auth() && !error.is_throttled()
}

impl Answer {
    /// What is kept of an answer. `None` for one after which the SKU is to be sent again.
    fn of(sku: String, hash: String, sent: &Sent, at: SystemTime) -> Option<Self> {
        let at = at.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let (is_accepted, issues) = match sent {
            Sent::Refused(issues) => (false, issues.clone()),
            Sent::Taken { doubt: None, issues, .. } => (true, issues.clone()),
            _ => return None,
        };
        Some(Self { sku, hash, is_accepted, issues, at })
    }
}

impl From<&Answer> for Sent {
    fn from(answer: &Answer) -> Self {
        let at = SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(answer.at));
        match answer.is_accepted {
            true => Self::Taken { at, doubt: None, issues: answer.issues.clone() },
            false => Self::Refused(answer.issues.clone()),
        }
    }
}
