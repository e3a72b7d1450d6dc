//! The command `read`: the engine's run, with the messages of the protocol as its destination.

use super::check::explained;
use super::messages::{FailureType, LogLevel, Messages, StreamStatus, broken};
use super::records::{self, Bounds};
use super::slices::{Slices, slices};
use super::state::{Progress, State, read_moment, written};
use super::{AirbyteStream, Catalog, CursorOrigin};
use crate::connection::{AirbyteSettings, ChosenStream, Connection};
use crate::destination::{Destination, Gap, SliceId, SliceSource, SliceState, Writing};
use crate::engine::{RunOptions, Sources, StreamProgress, Waiting, WaitingFor, run};
use crate::mutex::locked;
use crate::plan::{marketplaces, why_not};
use crate::{Batch, Kind, Rejected, RowForm, Schema, Stream, Value};
use jiff::Timestamp;
use spapi_core::{BoxFuture, DateTime, Error, ErrorKind};
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant, SystemTime};

/// How often a stream that waits for a quota says so.
const SAID_EVERY: Duration = Duration::from_secs(60);
/// How often a message comes at least.
const HEARTBEAT: Duration = Duration::from_secs(5 * 60);
/// The stream of Airbyte's source that has no records there.
const XML_ORDERS: &str = "GET_XML_ALL_ORDERS_DATA_BY_ORDER_DATE_GENERAL";

/// What to read, and from where on.
pub struct ReadOptions {
    catalog: Catalog,
    state: State,
    now: SystemTime,
    stop: BoxFuture<'static, ()>,
}

impl ReadOptions {
    /// The streams of a catalog from their starts to now.
    pub fn new(catalog: Catalog) -> Self {
        Self { catalog, state: State::default(), now: SystemTime::now(), stop: Box::pin(std::future::pending()) }
    }

    /// Continues from these states.
    pub fn state(mut self, state: State) -> Self {
        self.state = state;
        self
    }

    /// Reads up to this moment instead of now.
    pub fn now(mut self, now: SystemTime) -> Self {
        self.now = now;
        self
    }

    /// Stops when this future is done: slices whose rows are being read get their state, and no others begin.
    pub fn stop(mut self, stop: impl Future<Output = ()> + Send + 'static) -> Self {
        self.stop = Box::pin(stop);
        self
    }
}

impl fmt::Debug for ReadOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReadOptions").field("catalog", &self.catalog).field("now", &self.now).finish_non_exhaustive()
    }
}

/// What came of a read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReadOutcome {
    /// Every stream is complete, but those that Amazon no longer has.
    Complete,
    /// A stream failed, which a message says.
    Failed,
    /// It was stopped before its end.
    Stopped,
}

/// Reads the streams of a catalog, and writes their records and states.
///
/// The states come after each slice. A slice whose reading ended before its state is read again by the next run.
///
/// # Errors
/// When the configuration is not one of Airbyte's source, a stream would have too many slices, or the messages cannot be written.
pub async fn read(
    sources: &Sources,
    connection: &Connection,
    options: ReadOptions,
    messages: &Messages,
) -> Result<ReadOutcome, Error> {
    let ReadOptions { catalog, state, now, stop } = options;
    let mut connection = connection.clone();
    let Some(settings) = connection.airbyte.clone() else {
        let error =
            Error::new(ErrorKind::Config, format!("{}: it is not a configuration of Airbyte's", connection.name));
        return Err(error.with_hint("Give the JSON of Airbyte's source, not the TOML of a connection."));
    };
    set_options(&mut connection, &settings, &catalog);
    let mut readings = HashMap::new();
    connection.streams.clear();
    for name in &catalog.streams {
        let found = AirbyteStream::find(name).zip(Stream::find(name).ok());
        let Some((known, stream)) = found else {
            absent(messages, name, "there is no such stream")?;
            continue;
        };
        let marketplace = marketplaces(stream, &connection.marketplaces).first().copied().flatten();
        if let Some(why) = why_not(stream, marketplace, now) {
            absent(messages, name, &why)?;
            continue;
        }
        let progress = Progress::of(known, state.of(name));
        let mut chosen = ChosenStream::new(stream);
        let cursor = progress.at().map(SystemTime::from);
        let found = slices(&connection, &settings, &chosen, known, cursor, now)?;
        chosen.form = RowForm::Document(records::form(stream, known, &settings));
        chosen.slices = Some(found.slices.clone());
        connection.streams.push(chosen);
        messages.status(name, StreamStatus::Started).map_err(broken)?;
        readings.insert(stream.name, Reading::new(known, stream, progress, found));
    }
    messages.flush().map_err(broken)?;
    let shared = Shared(Arc::new(Mutex::new(Readings { readings, begun: Instant::now() })));
    let mut destination = Sending {
        shared: shared.clone(),
        messages: messages.clone(),
        settings,
        marketplace: marketplace_id(&connection),
    };
    let run = run(sources, &connection, &mut destination, RunOptions::new().now(now).stop(stop), |progress| {
        // A writer that fails ends the run with the next record or state.
        drop(shared.show(progress, messages));
    });
    let summary = with_heartbeat(run, &shared, messages).await?;
    let mut failed = BTreeMap::new();
    for one in &summary.streams {
        if let Some(why) = &one.refused {
            failed.insert(one.stream.name, (FailureType::ConfigError, why.clone()));
        }
    }
    for (id, why) in summary.gaps() {
        let Ok(stream) = Stream::find(&id.stream) else { continue };
        let words = format!("{}: {}", id.slice, explained(why, stream.roles()));
        failed.entry(stream.name).or_insert_with(|| (FailureType::of(why), words));
    }
    for one in &summary.streams {
        let name = one.stream.name;
        if let Some((kind, why)) = failed.get(name) {
            messages.failure(*kind, &format!("{name}: {why}"), Some(name)).map_err(broken)?;
        }
        let is_whole = one.is_over() && !failed.contains_key(name);
        shared.end(name, is_whole, messages).map_err(broken)?;
    }
    messages.flush().map_err(broken)?;
    if failed.is_empty() {
        return Ok(if summary.is_stopped { ReadOutcome::Stopped } else { ReadOutcome::Complete });
    }
    let kinds: Vec<_> = failed.values().map(|(kind, _)| *kind).collect();
    let of_all = [FailureType::SystemError, FailureType::TransientError];
    let kind = of_all.into_iter().find(|kind| kinds.contains(kind)).unwrap_or(FailureType::ConfigError);
    let names: Vec<_> = failed.keys().copied().collect();
    let words = format!("{} of {} streams failed: {}", names.len(), summary.streams.len(), names.join(", "));
    messages.failure(kind, &words, None).map_err(broken)?;
    Ok(ReadOutcome::Failed)
}

fn marketplace_id(connection: &Connection) -> String {
    connection.marketplaces.first().map(|marketplace| marketplace.id().to_owned()).unwrap_or_default()
}

/// A stream that cannot be had: that is no failure, because a user cannot do anything about it.
fn absent(messages: &Messages, name: &str, why: &str) -> Result<(), Error> {
    messages.log(LogLevel::Warn, &format!("{name}: it is not read: {why}")).map_err(broken)?;
    messages.status(name, StreamStatus::Incomplete).map_err(broken)
}

/// Sets the report options that Airbyte's source sends by itself, and leaves out those that it drops, if that is wanted.
fn set_options(connection: &mut Connection, settings: &AirbyteSettings, catalog: &Catalog) {
    let known: Vec<_> = catalog.streams.iter().filter_map(|name| AirbyteStream::find(name)).collect();
    if settings.quirks.few_options {
        let takes = |name: &str| {
            let of_type =
                |stream: &Stream| stream.name == name || stream.report_type().is_some_and(|one| one.name == name);
            known.iter().any(|known| {
                known.takes_user_options.of(settings.version) && Stream::find(known.name).is_ok_and(of_type)
            })
        };
        for (name, options) in &mut connection.report_options {
            let is_taken = takes(name);
            options.retain(|option, _| is_taken || option == "asinGranularity");
        }
    }
    for known in known {
        let Ok(stream) = Stream::find(known.name) else { continue };
        let sent = connection.options_of(stream);
        for (name, value) in known.options.iter().filter(|(name, _)| !sent.contains_key(*name)) {
            let own = connection.report_options.entry(known.name.to_owned()).or_default();
            own.insert((*name).to_owned(), (*value).to_owned());
        }
    }
}

/// Runs, and says from time to time what it waits for.
async fn with_heartbeat<T>(run: impl Future<Output = T>, shared: &Shared, messages: &Messages) -> T {
    let mut run = std::pin::pin!(run);
    let mut beat = tokio::time::interval(HEARTBEAT);
    beat.tick().await;
    loop {
        tokio::select! {
            ended = &mut run => return ended,
            _ = beat.tick() => drop(shared.beat(messages)),
        }
    }
}

/// A stream that is read.
#[derive(Debug)]
struct Reading {
    known: &'static AirbyteStream,
    stream: &'static Stream,
    progress: Progress,
    slices: Slices,
    /// The records since the last state.
    records: u64,
    is_running: bool,
    /// The last state.
    state: Option<serde_json::Value>,
    is_over: bool,
    /// Whether the cursor stays where it is.
    is_stuck: bool,
    waiting: Option<Waiting>,
    said: Option<Instant>,
}

impl Reading {
    fn new(known: &'static AirbyteStream, stream: &'static Stream, progress: Progress, slices: Slices) -> Self {
        Self {
            known,
            stream,
            progress,
            slices,
            records: 0,
            is_running: false,
            state: None,
            is_over: false,
            is_stuck: false,
            waiting: None,
            said: None,
        }
    }

    /// The ends of a slice by its name. Of a report that Amazon made by itself they are those of the whole range.
    fn bounds(&self, name: &str) -> Option<Bounds> {
        let moment = |time: &Option<DateTime>| time.as_ref()?.to_system_time().ok();
        let found = self.slices.slices.iter().find(|slice| slice.name() == name).or(self.slices.slices.first());
        let ends = found.and_then(|slice| moment(&slice.from).zip(moment(&slice.to)));
        let (from, to) = ends.unwrap_or((self.slices.start, self.slices.end));
        let timestamp = |time: SystemTime| Timestamp::try_from(time).ok();
        Some(Bounds { from: timestamp(from)?, to: timestamp(to)?, end: timestamp(self.slices.end)? })
    }

    fn is_found(&self) -> bool {
        matches!(self.stream.origin, crate::Origin::Report { is_found: true, .. })
    }

    /// Moves the cursor over a slice whose greatest cursor of a record is `greatest`.
    fn pass(&mut self, bounds: &Bounds, greatest: Option<Timestamp>) {
        let Some(cursor) = self.known.cursor else { return };
        if cursor.origin == CursorOrigin::SliceEnd {
            self.progress.advance(bounds.cursor(self.known.name, cursor.field));
            return;
        }
        let last = bounds.last(self.known.name, cursor.field);
        match greatest {
            // A row can have been updated after its slice, and the slices after it are not read yet.
            Some(greatest) => self.progress.advance(greatest.min(last.max(bounds.from))),
            // Rows can still come late to the last slice.
            None if bounds.to >= bounds.end => self.progress.advance(bounds.from),
            None => self.progress.advance(last),
        }
    }

    /// Writes the state, unless it is as it was.
    fn send_state(&mut self, messages: &Messages, is_last: bool, seconds: u64) -> std::io::Result<()> {
        let state = self.progress.value(is_last.then_some(seconds));
        if !is_last && self.state.as_ref() == Some(&state) {
            return messages.flush();
        }
        messages.state(self.known.name, &state, self.records)?;
        self.records = 0;
        self.state = Some(state);
        Ok(())
    }
}

struct Readings {
    readings: HashMap<&'static str, Reading>,
    begun: Instant,
}

#[derive(Clone)]
struct Shared(Arc<Mutex<Readings>>);

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Readings> {
        locked(&self.0)
    }

    /// Shows what a stream does.
    fn show(&self, progress: &StreamProgress, messages: &Messages) -> std::io::Result<()> {
        let name = progress.stream.name;
        if progress.is_over() && progress.gaps == 0 && progress.refused.is_none() {
            return self.end(name, true, messages);
        }
        let mut all = self.lock();
        let Some(reading) = all.readings.get_mut(name) else { return Ok(()) };
        let what = |waiting: &Option<Waiting>| waiting.as_ref().map(|waiting| waiting.what);
        let is_new = what(&reading.waiting) != what(&progress.waiting);
        reading.waiting.clone_from(&progress.waiting);
        let Some(waiting) = &progress.waiting else { return Ok(()) };
        match waiting.what {
            // A wait without an end is that for a turn.
            WaitingFor::Quota if waiting.until.is_some() => {
                if reading.said.is_none_or(|said| said.elapsed() >= SAID_EVERY) {
                    reading.said = Some(Instant::now());
                    return messages.rate_limited(name, waiting.until);
                }
                Ok(())
            }
            WaitingFor::Report if is_new => {
                messages.log(LogLevel::Info, &format!("{name}: Amazon makes a report"))?;
                messages.flush()
            }
            _ => messages.flush(),
        }
    }

    /// Ends a stream once, with its last state and status.
    fn end(&self, name: &str, is_whole: bool, messages: &Messages) -> std::io::Result<()> {
        let mut all = self.lock();
        let seconds = all.begun.elapsed().as_secs();
        let Some(reading) = all.readings.get_mut(name).filter(|reading| !reading.is_over) else { return Ok(()) };
        reading.is_over = true;
        if is_whole
            && reading.is_found()
            && let Some(bounds) = reading.bounds("")
        {
            reading.pass(&bounds, None);
        }
        if reading.progress.at().is_none()
            && let Ok(start) = Timestamp::try_from(reading.slices.start)
        {
            reading.progress.advance(start);
        }
        reading.send_state(messages, true, seconds)?;
        messages.status(name, if is_whole { StreamStatus::Complete } else { StreamStatus::Incomplete })?;
        messages.flush()
    }

    /// Says that it lives.
    fn beat(&self, messages: &Messages) -> std::io::Result<()> {
        let all = self.lock();
        let mut open: Vec<_> = all.readings.values().filter(|reading| !reading.is_over).collect();
        open.sort_by_key(|reading| reading.known.name);
        let Some(first) = open.first() else { return Ok(()) };
        let what = match first.waiting.as_ref().map(|waiting| waiting.what) {
            Some(WaitingFor::Quota) => "waits for its quota",
            Some(WaitingFor::Report) => "waits for a report",
            _ => "is read",
        };
        messages.log(LogLevel::Info, &format!("{} streams are open; {} {what}", open.len(), first.known.name))?;
        messages.flush()
    }
}

/// The destination that writes messages.
struct Sending {
    shared: Shared,
    messages: Messages,
    settings: AirbyteSettings,
    marketplace: String,
}

impl Destination for Sending {
    fn claim(&mut self, _: &str) -> BoxFuture<'_, Result<(), Error>> {
        Box::pin(std::future::ready(Ok(())))
    }

    fn begin(&mut self, id: SliceId, schema: Arc<Schema>, _: Kind) -> BoxFuture<'_, Result<Box<dyn Writing>, Error>> {
        let begun = self.begin_now(id, &schema).map(|writing| Box::new(writing) as Box<dyn Writing>);
        Box::pin(std::future::ready(begun))
    }

    /// The reports that were read before. Of other streams the slices are given.
    fn states(&mut self, connection: &str) -> BoxFuture<'_, Result<Vec<SliceState>, Error>> {
        let all = self.shared.lock();
        let found = all.readings.values().filter(|reading| reading.is_found()).flat_map(|reading| {
            reading.progress.partitions().map(|report| SliceState {
                id: SliceId {
                    connection: connection.to_owned(),
                    stream: reading.stream.name.to_owned(),
                    marketplace: String::new(),
                    slice: report.to_owned(),
                },
                source: SliceSource::default(),
                rows: 0,
                rejected: 0,
                generation: 1,
                committed_at: String::new(),
            })
        });
        Box::pin(std::future::ready(Ok(found.collect())))
    }

    fn gaps(&mut self, _: &str) -> BoxFuture<'_, Result<Vec<Gap>, Error>> {
        Box::pin(std::future::ready(Ok(Vec::new())))
    }

    /// The summary of the run has them, and the state none.
    fn note_gap(&mut self, _: Gap) -> BoxFuture<'_, Result<(), Error>> {
        Box::pin(std::future::ready(Ok(())))
    }

    fn close_gap(&mut self, _: SliceId) -> BoxFuture<'_, Result<(), Error>> {
        Box::pin(std::future::ready(Ok(())))
    }
}

impl Sending {
    fn begin_now(&self, id: SliceId, schema: &Schema) -> Result<SendingSlice, Error> {
        let all = self.shared.lock();
        let reading = all.readings.get(id.stream.as_str());
        let found = reading.and_then(|reading| Some((reading, reading.bounds(&id.slice)?)));
        let Some((reading, bounds)) = found else {
            return Err(Error::new(ErrorKind::Input, format!("{} has no slice {}", id.stream, id.slice)));
        };
        let known = reading.known;
        let column = |name: &str| schema.column(name);
        let cursor = known.cursor.filter(|cursor| cursor.origin != CursorOrigin::SliceEnd);
        let partition = (known.name == "OrderItems").then(|| column("AmazonOrderId")).flatten();
        Ok(SendingSlice {
            shared: self.shared.clone(),
            messages: self.messages.clone(),
            known,
            bounds,
            added: records::injected(known, &bounds, &self.marketplace),
            json: column(Schema::OTHERS),
            fields: (Schema::OWN..schema.columns.len())
                .map(|index| (index, schema.columns[index].name.clone()))
                .collect(),
            cursor: cursor.and_then(|cursor| column(cursor.field)),
            partition,
            is_silent: self.settings.quirks.empty_xml_orders && known.name == XML_ORDERS,
            stays_when_cancelled: self.settings.quirks.cancelled_stays,
            greatest: None,
            rows: 0,
            rejected: 0,
            id,
        })
    }
}

/// A slice whose records are written.
struct SendingSlice {
    shared: Shared,
    messages: Messages,
    id: SliceId,
    known: &'static AirbyteStream,
    bounds: Bounds,
    /// The fields that each record gets.
    added: Vec<(&'static str, String)>,
    /// The column with the document's row.
    json: Option<usize>,
    /// The other columns, with their names.
    fields: Vec<(usize, String)>,
    /// The column with the cursor.
    cursor: Option<usize>,
    /// The column with the parent's row.
    partition: Option<usize>,
    is_silent: bool,
    stays_when_cancelled: bool,
    greatest: Option<Timestamp>,
    rows: u64,
    rejected: u64,
}

impl SendingSlice {
    fn send(&mut self, batch: &Batch) -> Result<(), Error> {
        if self.is_silent || batch.rows.is_empty() {
            return Ok(());
        }
        let mut all = self.shared.lock();
        let Some(reading) = all.readings.get_mut(self.known.name) else { return Ok(()) };
        if !std::mem::replace(&mut reading.is_running, true) {
            self.messages.status(self.known.name, StreamStatus::Running).map_err(broken)?;
        }
        for row in &batch.rows {
            let cursor = self.cursor.and_then(|index| text(&row[index]));
            self.greatest = self.greatest.max(cursor.and_then(read_moment));
            if let Some(id) = self.partition.and_then(|index| text(&row[index])) {
                reading.progress.note_partition(id, cursor.unwrap_or_default());
            }
        }
        let (json, fields, added, known) = (self.json, &self.fields, &self.added, self.known);
        self.messages.records(known.name, &batch.rows, |line, row| {
            let Some(Value::Json(object)) = json.and_then(|index| row.get(index)) else {
                return Err(Error::new(ErrorKind::Decode, format!("a row of {} has no document", known.name)));
            };
            let given = fields.iter().filter_map(|(index, name)| Some((name.as_str(), text(row.get(*index)?)?)));
            let mut own = records::of_parent(known, given);
            own.extend(added.iter().cloned());
            records::append(line, object, &own)
        })?;
        let sent = batch.rows.len() as u64;
        reading.records += sent;
        self.rows += sent;
        Ok(())
    }

    fn close(self, source: SliceSource) -> Result<SliceState, Error> {
        let mut all = self.shared.lock();
        let seconds = all.begun.elapsed().as_secs();
        if let Some(reading) = all.readings.get_mut(self.known.name) {
            let is_cancelled = source.document_id.is_empty() && !source.request_id.is_empty();
            reading.is_stuck |= self.stays_when_cancelled && is_cancelled;
            if reading.is_found() {
                let at = self.bounds.cursor(self.known.name, "dataEndTime");
                reading.progress.note_partition(&self.id.slice, &written(at));
            } else if !reading.is_stuck {
                reading.pass(&self.bounds, self.greatest);
            }
            reading.send_state(&self.messages, false, seconds).map_err(broken)?;
        }
        Ok(SliceState {
            id: self.id,
            source,
            rows: self.rows,
            rejected: self.rejected,
            generation: 1,
            committed_at: DateTime::from(SystemTime::now()).as_str().to_owned(),
        })
    }
}

fn text(value: &Value) -> Option<&str> {
    match value {
        Value::Text(text) => Some(text),
        _ => None,
    }
}

impl Writing for SendingSlice {
    fn write(&mut self, batch: Batch) -> BoxFuture<'_, Result<(), Error>> {
        Box::pin(std::future::ready(self.send(&batch)))
    }

    fn reject(&mut self, why: Rejected, _: String) -> BoxFuture<'_, Result<(), Error>> {
        self.rejected += 1;
        let words = format!("{}: a row of the slice {} is left out: {}", self.known.name, self.id.slice, why.reason);
        Box::pin(std::future::ready(self.messages.log(LogLevel::Warn, &words).map_err(broken)))
    }

    fn commit(self: Box<Self>, source: SliceSource) -> BoxFuture<'static, Result<SliceState, Error>> {
        Box::pin(std::future::ready(self.close(source)))
    }
}
