//! Asks Amazon once, whatever happens to the answer or to this process.

use crate::job::Origin;
use crate::journal::{Entry, JobKey};
use crate::spacing::Lane;
use crate::work::{Fits, Found, Status, Work};
use spapi_core::{DateTime, Error, ErrorKind};
use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::time::Instant;

/// How far back Amazon's list is read. The clocks of this machine and of Amazon may differ by as much.
const LOOK_BACK: Duration = Duration::from_secs(24 * 3600);

/// How much further back the list before a request goes, so that it holds all that a later list shows as old.
const MARGIN: Duration = Duration::from_secs(3600);

/// The pauses before each list in which a request whose answer was lost is looked for. Amazon may show it late.
const SEARCHES: [Duration; 4] =
    [Duration::ZERO, Duration::from_secs(15), Duration::from_secs(45), Duration::from_secs(60)];

/// How long after the journal's time of a request Amazon's list is sure to show it. The request itself may have waited for its
/// quota since.
const SHOWN_AFTER: Duration = Duration::from_secs(600);

/// How often a request that Amazon did not carry out is repeated.
const MOST_LOST: u32 = 5;

/// What came of a try.
pub(crate) enum Asked {
    /// Amazon has it.
    Has(Box<Entry>, Origin),
    /// Amazon was not asked, or did not take the request. The type may have to rest.
    Not,
}

/// The failed requests of a job.
#[derive(Debug, Default)]
pub(crate) struct Failures {
    /// When the first request was sent.
    since: Option<Instant>,
    unsent: u32,
    lost: u32,
}

/// The lane of a job's type.
pub(crate) fn lane<W: Work>(work: &W) -> Arc<Lane> {
    work.context().lanes.of(&lane_name(work.entry()))
}

/// The name of the lane in which requests like this one are sent one after another.
pub(crate) fn lane_name(entry: &Entry) -> String {
    format!("{} {} {}", entry.kind, entry.type_name, entry.marketplaces.join(","))
}

/// Finds the job's report in the journal or in Amazon's queue, or requests it once. The journal has the request before it is
/// sent.
pub(crate) async fn ask<W: Work>(work: &W, key: &JobKey, failures: &mut Failures) -> Result<Asked, Error> {
    let context = work.context();
    let journal = &context.journal;
    let mut entry = Entry { seller: context.client.seller().await?, ..work.entry().clone() };
    // Another process, or another job of this one, may want the same.
    let _lock = journal.lock(&entry.lock_name()).await?;
    let lane = lane(work);
    let _turn = lane.turn().await;
    if lane.free_at().is_some() {
        return Ok(Asked::Not);
    }
    match journal.read(key).await? {
        Some(known) if known.id.is_some() => return Ok(Asked::Has(Box::new(known), Origin::Resumed)),
        // A process ended, or a future was dropped, between the request and its answer.
        Some(intent) => match search(work, key, intent, false).await? {
            Some(found) => return Ok(Asked::Has(found, Origin::Recovered)),
            None => journal.remove(key).await?,
        },
        None => {}
    }
    let now = context.client.clock().now();
    let similar = work.similar(now - LOOK_BACK.max(context.reuse) - MARGIN, false).await?;
    let is_usable = |found: &Found| match found.status {
        Status::InQueue | Status::InProgress => true,
        // A clock that is behind Amazon's makes a report young.
        Status::Done => found.created.is_some_and(|at| now.duration_since(at).unwrap_or_default() < context.reuse),
        _ => false,
    };
    // Amazon does not show a report's options, so only a report without options is known to be equal.
    let is_equal = |found: &&Found| entry.options.is_empty() && found.fits == Fits::Same && is_usable(found);
    let mut equal: Vec<_> = similar.iter().filter(is_equal).collect();
    context.retain_unclaimed(key, &mut equal, |found| &found.id).await?;
    if let Some(found) = equal.first() {
        // The list may be some minutes old.
        if is_usable(&work.look(&found.id).await?) {
            entry.asked_at = found.created.map(DateTime::from);
            return has(work, key, entry, found.id.clone(), Origin::Reused).await;
        }
    }
    if let Some((newest, rest)) = rest_after(&similar, work.least_interval(), now) {
        if lane.rest_after(newest, rest) {
            return Ok(Asked::Not);
        }
    }
    let since = *failures.since.get_or_insert_with(Instant::now);
    let mut sending = context.sending.lock().await;
    context.space(*sending).await;
    entry.asked_at = Some(context.client.clock().now().into());
    entry.known = similar.into_iter().map(|found| found.id).collect();
    journal.write(key, &entry).await?;
    let created = work.create().await;
    *sending = Some(context.client.clock().now());
    drop(sending);
    let error = match created {
        Ok(id) => {
            lane.passed(work.least_interval());
            context.note_refused(None);
            return has(work, key, entry, id, Origin::Requested).await;
        }
        Err(error) => error,
    };
    if is_unknown(&error) {
        if let Some(found) = search(work, key, entry, true).await? {
            lane.passed(work.least_interval());
            return Ok(Asked::Has(found, Origin::Recovered));
        }
        failures.lost += 1;
        tracing::debug!(%error, "Amazon did not carry out the request whose answer was lost");
        journal.remove(key).await?;
        return if failures.lost < MOST_LOST { Ok(Asked::Not) } else { Err(error) };
    }
    journal.remove(key).await?;
    if error.is_throttled() {
        tracing::debug!(%error, type_name = work.entry().type_name, "the type rests");
        context.note_refused(Some(&lane_name(work.entry())));
        lane.refused(error.retry_after(), work.least_interval());
        return Ok(Asked::Not);
    }
    if error.kind() == ErrorKind::Connect {
        failures.unsent += 1;
        let wait = context.client.retry_policy().wait(failures.unsent, Duration::ZERO, since.elapsed());
        if let Some(wait) = wait {
            context.client.clock().sleep(wait).await;
            return Ok(Asked::Not);
        }
    }
    Err(error)
}

/// Writes that Amazon has it.
async fn has<W: Work>(work: &W, key: &JobKey, entry: Entry, id: String, origin: Origin) -> Result<Asked, Error> {
    let entry = Entry { id: Some(id), known: Vec::new(), ..entry };
    work.context().journal.write(key, &entry).await?;
    Ok(Asked::Has(Box::new(entry), origin))
}

/// Whether Amazon may have carried out the request.
fn is_unknown(error: &Error) -> bool {
    // A success that cannot be read was carried out, and its id is not known.
    error.outcome_unknown() || matches!(error.kind(), ErrorKind::Decode | ErrorKind::TooLarge | ErrorKind::Answer)
}

/// Looks in Amazon's list for a request whose answer is not known. Requests of one type are sent one after another, so what
/// is new in the list and fits is this one. `is_new` says that the request was sent a moment ago.
async fn search<W: Work>(work: &W, key: &JobKey, intent: Entry, is_new: bool) -> Result<Option<Box<Entry>>, Error> {
    let context = work.context();
    let clock = context.client.clock();
    let asked_at =
        intent.asked_at.as_ref().and_then(|asked| asked.to_system_time().ok()).unwrap_or_else(|| clock.now());
    let is_old = !is_new && clock.now().duration_since(asked_at).is_ok_and(|age| age >= SHOWN_AFTER);
    let known: HashSet<&str> = intent.known.iter().map(String::as_str).collect();
    for pause in &SEARCHES[..if is_old { 1 } else { SEARCHES.len() }] {
        if !pause.is_zero() {
            clock.sleep(*pause).await;
        }
        let mut found = work.similar(asked_at - LOOK_BACK, true).await?;
        found.retain(|found| found.fits >= Fits::IfNew && !known.contains(found.id.as_str()));
        context.retain_unclaimed(key, &mut found, |found| &found.id).await?;
        // A span that Amazon shows as requested says more than none.
        if let Some(found) = found.into_iter().max_by_key(|found| (found.fits, found.created)) {
            let entry = Entry { id: Some(found.id), known: Vec::new(), ..intent };
            context.journal.write(key, &entry).await?;
            return Ok(Some(Box::new(entry)));
        }
    }
    Ok(None)
}

/// When the newest report of the type was created, and how long the type has to rest after it.
fn rest_after(similar: &[Found], least_interval: Option<Duration>, now: SystemTime) -> Option<(SystemTime, Duration)> {
    let newest = similar.iter().filter_map(|found| found.created).max()?;
    let least_interval = least_interval?;
    let rest = (newest + least_interval).duration_since(now).ok()?;
    // A clock that is wrong must not make the job wait for ever.
    (!rest.is_zero()).then(|| (newest, rest.min(least_interval)))
}
