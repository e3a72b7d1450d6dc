//! Waits until the listings of a batch are what was asked for, and says what came of each.

use super::item::Prepared;
use super::look::{Look, look};
use super::outcome::Outcome;
use super::sent::Sent;
use super::{Bulk, BulkProgress, Report};
use crate::{Issue, Issues, ListingStatus};
use spapi_core::Error;
use std::collections::HashMap;
use std::time::{Duration, SystemTime};
use tokio::time::Instant;

/// The pauses between two looks at the listings that are not done, unless set.
const FIRST_PAUSE: Duration = Duration::from_secs(10);
const LONGEST_PAUSE: Duration = Duration::from_secs(120);

const SHORTEST_PAUSE: Duration = Duration::from_millis(100);

/// A look at more SKUs takes longer than the first pause, so that it begins after that.
const LARGE: usize = 1000;

/// By how much the clocks of this machine and of Amazon may differ.
const SKEW: Duration = Duration::from_secs(120);

/// A SKU whose listing is not yet what was asked for.
struct Pending {
    index: usize,
    at: Option<SystemTime>,
    doubt: Option<String>,
    issues: Issues,
    /// The issues that the listing had before the change, as far as it was read then.
    before: Issues,
    /// What the last look saw: nothing yet, no listing, or a listing.
    last: Option<Option<Look>>,
}

/// What came of each item.
pub(super) struct Settled {
    pub outcomes: Vec<Outcome>,
    pub error: Option<Error>,
}

pub(super) async fn settle(
    bulk: &Bulk,
    items: &[&Prepared],
    sent: Vec<Option<Sent>>,
    before: &HashMap<String, Issues>,
    report: &mut Report<'_>,
) -> Settled {
    let mut outcomes: Vec<Option<Outcome>> = vec![None; items.len()];
    let mut pending = Vec::new();
    for (index, (sent, outcome)) in sent.into_iter().zip(&mut outcomes).enumerate() {
        match sent {
            Some(Sent::Taken { at, doubt, issues }) => {
                let before = items.get(index).and_then(|item| before.get(&item.sku)).cloned().unwrap_or_default();
                pending.push(Pending { index, at, doubt, issues, before, last: None });
            }
            Some(Sent::Refused(issues)) => *outcome = Some(Outcome::Refused { issues }),
            Some(Sent::Not(reason)) => *outcome = Some(Outcome::Unknown { reason }),
            None => *outcome = Some(Outcome::Unknown { reason: NOT_SENT.to_owned() }),
        }
    }
    let deadline = Instant::now() + bulk.settle;
    let (mut pause, longest_pause) = bulk.polling.unwrap_or((FIRST_PAUSE, LONGEST_PAUSE));
    let (total, mut failure) = (pending.len(), None);
    if total > LARGE && !bulk.settle.is_zero() {
        bulk.client().clock().sleep(pause.min(bulk.settle)).await;
    }
    while !pending.is_empty() {
        // The last look begins after the deadline, since one of many SKUs takes minutes.
        let is_over = Instant::now() >= deadline;
        let skus = pending.iter().filter_map(|one| items.get(one.index)).map(|item| item.sku.clone()).collect();
        let done = total - pending.len();
        let mut looked =
            look(bulk, skus, |known| report(BulkProgress::Looked { skus: known, settled: done, of: total })).await;
        let mut rest = Vec::new();
        for mut one in pending {
            let Some(item) = items.get(one.index) else { continue };
            if let Some(found) = looked.found.remove(&item.sku) {
                one.last = Some(found);
            }
            let outcome =
                one.outcome(item.is_deletion).or_else(|| is_over.then(|| one.end(item.is_deletion, bulk.settle)));
            match (outcome, outcomes.get_mut(one.index)) {
                (Some(outcome), Some(known)) => *known = Some(outcome),
                _ => rest.push(one),
            }
        }
        pending = rest;
        let may_pass = looked.error.as_ref().is_none_or(|error| !error.is_auth() && !error.is_input());
        failure = looked.error;
        if !may_pass {
            for one in &pending {
                if let (Some(item), Some(known)) = (items.get(one.index), outcomes.get_mut(one.index)) {
                    *known = Some(one.end(item.is_deletion, bulk.settle));
                }
            }
            break;
        }
        if !pending.is_empty() {
            // A pause that crosses the deadline ends there, for a last look.
            let left = deadline.saturating_duration_since(Instant::now());
            bulk.client().clock().sleep(pause.min(left).max(SHORTEST_PAUSE)).await;
            pause = pause.saturating_mul(2).min(longest_pause);
        }
    }
    let unknown = || Outcome::Unknown { reason: NOT_SENT.to_owned() };
    Settled { outcomes: outcomes.into_iter().map(|outcome| outcome.unwrap_or_else(unknown)).collect(), error: failure }
}

const NOT_SENT: &str = "it was not sent, since Amazon did not take others before it";

impl Pending {
    /// What came of it, if the last look shows that.
    fn outcome(&self, is_deletion: bool) -> Option<Outcome> {
        let look = match self.last.as_ref()? {
            None => return is_deletion.then_some(Outcome::Deleted),
            Some(look) if is_deletion || !self.is_fresh(look) => return None,
            Some(look) => look,
        };
        // An error that was there before does not say that Amazon refused the change.
        let is_new = |issue: &Issue| !self.before.iter().any(|known| known.is_like(issue));
        if look.issues.iter().any(|issue| issue.is_in_the_way() && is_new(issue)) {
            return Some(Outcome::Refused { issues: look.issues.clone() });
        }
        let is_buyable = look.status.contains(&ListingStatus::Buyable);
        is_buyable.then(|| Outcome::Live { status: look.status.clone(), issues: self.warnings(look) })
    }

    /// Whether the listing was updated after this change was sent.
    fn is_fresh(&self, look: &Look) -> bool {
        match (self.at, look.updated_at) {
            (Some(at), Some(updated_at)) => updated_at.checked_add(SKEW).is_none_or(|latest| latest >= at),
            _ => self.doubt.is_none(),
        }
    }

    /// What came of it at the deadline.
    fn end(&self, is_deletion: bool, waited: Duration) -> Outcome {
        let waited = waited.as_secs();
        match (&self.last, &self.doubt) {
            (None, None) => Outcome::Unknown { reason: "Amazon took it, and the listing could not be read".to_owned() },
            (None, Some(doubt)) => Outcome::Unknown { reason: doubt.clone() },
            (Some(None), doubt) => {
                let doubt = doubt.iter().map(|doubt| format!(" ({doubt})")).collect::<String>();
                Outcome::Unknown { reason: format!("not created: Amazon shows no listing within {waited} s{doubt}") }
            }
            (Some(Some(_)), Some(doubt)) => Outcome::Unknown { reason: doubt.clone() },
            (Some(Some(_)), None) if is_deletion => {
                Outcome::Accepted { status: Vec::new(), issues: self.issues.clone() }
            }
            (Some(Some(look)), None) => Outcome::Accepted { status: look.status.clone(), issues: self.warnings(look) },
        }
    }

    /// The issues of the listing, and those of the answer that it does not have.
    fn warnings(&self, look: &Look) -> Issues {
        let of_answer = self.issues.iter().filter(|issue| !look.issues.iter().any(|known| known.code == issue.code));
        look.issues.iter().chain(of_answer).cloned().collect()
    }
}
