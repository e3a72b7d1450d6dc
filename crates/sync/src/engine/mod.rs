//! Runs a connection: reads the slices that are due and commits each with its state.

mod document;
mod due;
mod gaps;
mod lane;
mod operation;
mod options;
mod progress;
mod query;
#[cfg(feature = "raw-documents")]
mod replay;
mod sieve;
mod sink;
mod texts;

pub(crate) use due::due;
pub use options::{RunOptions, Sources};
pub use progress::{SliceOutcome, StreamProgress, Summary, Waiting, WaitingFor};
#[cfg(feature = "raw-documents")]
pub use replay::replay;

use crate::connection::{ChosenStream, Connection};
use crate::destination::Destination;
use crate::plan::{CREATE_QUERY, CREATE_REPORT, interval, marketplaces, why_not};
use crate::{Origin, SliceId, SliceState, StreamId};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use gaps::Gaps;
use lane::{Due, Event, EventSender, Lane, Work};
use sieve::Sieve;
use spapi_core::{BoxFuture, Error, Marketplace};
use std::collections::HashMap;
use std::time::SystemTime;
use tokio::sync::{Mutex, mpsc, watch};

/// How many streams are read at a time. Each has a batch of rows in memory.
const SIDE_BY_SIDE: usize = 16;
/// How many events of progress may wait.
const EVENTS: usize = 64;

/// Reads what is due of a connection's streams into a destination, each slice once.
///
/// Up to 16 streams are read side by side under one set of quotas, and each has a few reports in work, so that none waits for the
/// slices of another. The slices of a stream are committed in their order. A slice that fails is a gap, and a stream that cannot
/// be read is refused; the others go on. The destination keeps the gaps with their reasons. A later run asks for them again, but
/// for a report that Amazon could not make only after a pause, which grows from half an hour to a day. `progress` is called after each change of a stream.
///
/// A report whose slice was not committed before the process ended is found again with the journal of the [`Sources`], and a
/// committed slice is not read again before it can have changed.
///
/// # Errors
/// When the destination cannot be used, or a plan fails. What was committed stays.
pub async fn run(
    sources: &Sources,
    connection: &Connection,
    destination: &mut dyn Destination,
    options: RunOptions,
    mut progress: impl FnMut(&StreamProgress),
) -> Result<Summary, Error> {
    let RunOptions { now, stop, retries_all, only } = options;
    match &only {
        None => destination.claim(&connection.name).await?,
        Some(stream) => destination.claim_stream(stream.clone()).await?,
    }
    let states = destination.states(&connection.name).await?;
    let mut gaps = Gaps::new(destination.gaps(&connection.name).await?);
    let mut outcomes = Vec::new();
    let mut streams = Vec::new();
    let mut tasks = Vec::new();
    for chosen in &connection.streams {
        for marketplace in marketplaces(chosen.stream, &connection.marketplaces) {
            if only.as_ref().is_some_and(|only| *only != stream_id(connection, chosen, marketplace)) {
                continue;
            }
            let mut shown = StreamProgress::new(chosen, marketplace);
            let sieve = refusal(connection, chosen, marketplace, now);
            match sieve {
                Err(why) => shown.refused = Some(why),
                Ok(sieve) => {
                    let own = own(chosen, marketplace, &states);
                    let mut due = due_of(connection, chosen, marketplace, &own, now)?;
                    shown.slices = due.len() as u64;
                    let (attempts, resting) = gaps.take(&mut due, now, retries_all);
                    shown.gaps = resting.len() as u64;
                    outcomes.extend(resting);
                    let committed = own.iter().map(|state| state.id.slice.clone()).collect();
                    tasks.push(Task { index: streams.len(), sieve, attempts, work: Work::Read { due, committed } });
                }
            }
            progress(&shown);
            streams.push(shown);
        }
    }
    for slice in gaps.left(&connection.streams) {
        if only.as_ref().is_none_or(|only| only.has(&slice)) {
            destination.close_gap(slice).await?;
        }
    }
    let spaced = connection.is_spaced.then(|| sources.spaced(interval(CREATE_REPORT), interval(CREATE_QUERY)));
    drive(
        spaced.as_ref().unwrap_or(sources),
        connection,
        destination,
        stop,
        Summary { streams, outcomes, is_stopped: false },
        tasks,
        &mut progress,
    )
    .await
}

/// The streams of a connection, each once for each marketplace, in its order.
#[cfg(feature = "cluster")]
pub(crate) fn stream_ids(connection: &Connection) -> Vec<StreamId> {
    let mut all = Vec::new();
    for chosen in &connection.streams {
        let marketplaces = marketplaces(chosen.stream, &connection.marketplaces);
        all.extend(marketplaces.into_iter().map(|marketplace| stream_id(connection, chosen, marketplace)));
    }
    all
}

fn stream_id(connection: &Connection, chosen: &ChosenStream, marketplace: Option<Marketplace>) -> StreamId {
    StreamId {
        connection: connection.name.clone(),
        stream: chosen.stream.name.to_owned(),
        marketplace: marketplace.map(|one| one.id().to_owned()).unwrap_or_default(),
    }
}

/// What is to be done for a stream of one marketplace.
struct Task<'a> {
    /// The index of the stream in the summary.
    index: usize,
    sieve: Sieve<'a>,
    /// How often slices failed in earlier runs, by their names.
    attempts: HashMap<String, u64>,
    work: Work<'a>,
}

/// Does tasks side by side, and takes what comes of them into the summary.
async fn drive(
    sources: &Sources,
    connection: &Connection,
    destination: &mut dyn Destination,
    mut stop: BoxFuture<'static, ()>,
    mut summary: Summary,
    tasks: Vec<Task<'_>>,
    progress: &mut impl FnMut(&StreamProgress),
) -> Result<Summary, Error> {
    let destination = Mutex::new(destination);
    let (stopper, stopped) = watch::channel(false);
    let (events, mut received) = mpsc::channel(EVENTS);
    let mut waiting = tasks.into_iter().map(|Task { index, sieve, attempts, work }| {
        let sender = EventSender { index, events: events.clone() };
        Lane { connection, sources, destination: &destination, sieve, sender, stopped: stopped.clone(), attempts }
            .run(work)
    });
    let mut open: FuturesUnordered<_> = waiting.by_ref().take(SIDE_BY_SIDE).collect();
    loop {
        tokio::select! {
            biased;
            () = &mut stop, if !summary.is_stopped => {
                summary.is_stopped = true;
                let _ = stopper.send(true);
            }
            Some((index, event)) = received.recv() => note(&mut summary, index, event, progress),
            ended = open.next() => match ended {
                Some(ended) => {
                    ended?;
                    if !summary.is_stopped {
                        open.extend(waiting.next());
                    }
                }
                None => break,
            },
        }
    }
    while let Ok((index, event)) = received.try_recv() {
        note(&mut summary, index, event, progress);
    }
    Ok(summary)
}

/// Takes an event of a stream into the summary, and shows it.
fn note(summary: &mut Summary, index: usize, event: Event, progress: &mut impl FnMut(&StreamProgress)) {
    let shown = &mut summary.streams[index];
    match event {
        Event::Waits(waiting) => {
            let waiting = Some(waiting);
            if shown.waiting == waiting {
                return;
            }
            shown.waiting = waiting;
        }
        Event::Read(rows) => {
            shown.waiting = None;
            shown.rows += rows;
        }
        Event::Found(slices) => shown.slices = slices,
        Event::Ended { read, outcome } => {
            shown.waiting = None;
            shown.rows -= read;
            match &outcome {
                SliceOutcome::Committed(state) => {
                    shown.done += 1;
                    shown.rows += state.rows;
                    shown.rejected += state.rejected;
                }
                SliceOutcome::Gap { .. } => shown.gaps += 1,
            }
            summary.outcomes.push(outcome);
        }
    }
    progress(&summary.streams[index]);
}

/// What happens to the rows of a stream, or why it is not read.
pub(crate) fn refusal<'a>(
    connection: &Connection,
    chosen: &'a ChosenStream,
    marketplace: Option<Marketplace>,
    now: SystemTime,
) -> Result<Sieve<'a>, String> {
    let why = |why: &str| Err(format!("{}: {why}", chosen.stream.name));
    if let Some(gone) = why_not(chosen.stream, marketplace, now) {
        return why(&gone);
    }
    match chosen.stream.origin {
        Origin::Report { .. } if !connection.include_pii && chosen.stream.needs_personal_data() => why(
            "Amazon gives this report only with buyers' personal data. Write include_pii = true, or remove the stream",
        ),
        _ => Sieve::new(connection, chosen).map_err(|error| error.to_string()),
    }
}

/// The slices of a stream that are committed.
pub(crate) fn own<'a>(
    chosen: &ChosenStream,
    marketplace: Option<Marketplace>,
    states: &'a [SliceState],
) -> Vec<&'a SliceState> {
    let marketplace = marketplace.map(Marketplace::id).unwrap_or_default();
    let is_own = |state: &&SliceState| state.id.stream == chosen.stream.name && state.id.marketplace == marketplace;
    states.iter().filter(is_own).collect()
}

fn due_of<'a>(
    connection: &'a Connection,
    chosen: &'a ChosenStream,
    marketplace: Option<Marketplace>,
    committed: &[&SliceState],
    now: SystemTime,
) -> Result<Vec<Due<'a>>, Error> {
    let Some(asked) = marketplace.or_else(|| connection.marketplaces.first().copied()) else { return Ok(Vec::new()) };
    let StreamId { connection: name, stream, marketplace } = stream_id(connection, chosen, marketplace);
    let id = |slice: &str| SliceId {
        connection: name.clone(),
        stream: stream.clone(),
        marketplace: marketplace.clone(),
        slice: slice.to_owned(),
    };
    let due = match &chosen.slices {
        Some(slices) => slices.clone(),
        None => due(connection, chosen, asked, committed, now)?,
    };
    Ok(due.into_iter().map(|slice| Due { chosen, marketplace: asked, id: id(slice.name()), slice }).collect())
}
