//! The jobs of the queue.

use super::connections::ConnectionFolder;
use super::metrics::{JobEnd, Waits, WorkerMetrics};
use super::places::{Places, Unit, unit};
use super::queue::READ;
use super::{Cluster, QUEUE};
use crate::engine::stream_ids;
use crate::{RunOptions, Schedule, SliceOutcome, StreamId, Summary, run};
use graphile_worker::sql::return_jobs::recovery::return_job_for_recovery;
use graphile_worker::{IntoTaskHandlerResult, TaskHandler, WorkerContext};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use spapi_core::{Error, ErrorKind};
use std::fmt;
use std::sync::Arc;
use tokio::sync::watch;
use tracing::field::Empty;
use tracing::{Instrument, info, info_span, warn};

/// How often a job begins again soon after it left something out. After that it is left to the schedule.
const SOON: i16 = 5;
/// How often a job looks for a connection whose file this worker lacks. Other workers may have it already.
const LOOKS: i16 = 10;

/// What the jobs of a worker work with.
pub(super) struct Hands {
    pub cluster: Cluster,
    pub connections: ConnectionFolder,
    pub places: Places,
    pub metrics: WorkerMetrics,
    /// The schedule of connections without one.
    pub usual: Option<Schedule>,
    /// Whether jobs are to end at their next commit.
    pub stop: watch::Sender<bool>,
}

/// What the jobs of a worker work with, as the queue passes it on.
#[derive(Clone)]
pub(super) struct Shared(pub Arc<Hands>);

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").finish_non_exhaustive()
    }
}

/// Why a job did not end well. The queue keeps its `Debug`.
struct Reason(String);

impl fmt::Debug for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn hands(context: &WorkerContext) -> Result<Arc<Hands>, Reason> {
    context.get_ext::<Shared>().map(|shared| Arc::clone(&shared.0)).ok_or_else(|| Reason("no worker".to_owned()))
}

/// Queues what is due.
#[derive(Serialize, Deserialize)]
pub(super) struct QueueDue {}

impl TaskHandler for QueueDue {
    const IDENTIFIER: &'static str = "queue_due";

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        let hands = hands(&context)?;
        // The next one comes in a minute, so a failure is not kept.
        if let Err(error) = hands.queue_due().await {
            warn!(%error, "the schedules could not be followed");
        }
        Ok::<_, Reason>(())
    }
}

/// Reads what is due of a stream of a marketplace, or of a whole connection if it has neither.
#[derive(Serialize, Deserialize)]
pub(super) struct ReadStream {
    connection: String,
    #[serde(default)]
    stream: String,
    #[serde(default)]
    marketplace: String,
}

impl TaskHandler for ReadStream {
    const IDENTIFIER: &'static str = READ;

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        let hands = hands(&context)?;
        let Self { connection, stream, marketplace } = self;
        hands.job(StreamId { connection, stream, marketplace }, &context).await
    }
}

/// What came of a stream.
enum Ended {
    /// The run went to its end, or to a commit at which it was to stop.
    Ran(Summary),
    /// No file of this worker has the connection, or it has no such stream.
    Unknown,
    Failed(Error),
}

/// What is kept of a job.
#[derive(Default)]
struct Report {
    is_whole: bool,
    rows: u64,
    covered_until: Option<Timestamp>,
    failure: String,
    /// Whether what failed may succeed in a moment.
    is_passing: bool,
}

impl Hands {
    pub async fn queue_due(&self) -> Result<(), Error> {
        let (connections, wrong) = self.connections.all().await?;
        self.metrics.set_wrong_connections(wrong.len());
        let (streams, errors) = self.cluster.queue_due(&connections, self.usual.as_ref()).await?;
        for error in wrong.iter().chain(&errors) {
            warn!(%error, "a connection cannot be queued");
        }
        if streams > 0 {
            info!(streams, "queued");
        }
        Ok(())
    }

    async fn job(&self, id: StreamId, context: &WorkerContext) -> Result<(), Reason> {
        let _running = self.metrics.begin();
        let (job, worker) = (context.job(), context.worker_id());
        info!(stream = %id, attempt = job.attempts(), "begins");
        let span =
            info_span!("spapi_sync_stream", stream = %id, attempt = job.attempts(), rows = Empty, failure = Empty);
        let ended = self.read(&id).instrument(span.clone()).await;
        // The queue would let this worker end a job that another one has in hand.
        if !self.cluster.has(*job.id(), worker).await.map_err(|error| Reason(error.to_string()))? {
            warn!(stream = %id, "another worker has taken it over");
            self.metrics.ended(JobEnd::Overtaken);
            return Err(Reason("another worker has taken the stream over".to_owned()));
        }
        let (report, has_run, is_stopped) = match ended {
            Ended::Ran(summary) => {
                self.metrics.summed_up(&summary);
                (report(&summary), true, summary.is_stopped)
            }
            Ended::Unknown => {
                let failure = "no file of this worker has the connection with this stream".to_owned();
                warn!(stream = %id, "{failure}");
                self.metrics.ended(JobEnd::Failed);
                return if *job.attempts() < LOOKS { Err(Reason(failure)) } else { Ok(()) };
            }
            Ended::Failed(error) => {
                self.metrics.failed(&error);
                (Report { failure: error.to_string(), ..Report::default() }, false, false)
            }
        };
        self.cluster.note(&id, worker, &report).await.map_err(|error| Reason(error.to_string()))?;
        let Report { is_whole, rows, covered_until, failure, is_passing } = report;
        span.record("rows", rows);
        if !failure.is_empty() {
            span.record("failure", &*failure);
        }
        drop(span);
        if let Some(until) = covered_until {
            self.metrics.cover(&id, until.into());
        }
        if is_stopped {
            info!(stream = %id, rows, "stops, and goes on later");
            self.metrics.ended(JobEnd::Stopped);
            let back = return_job_for_recovery(context.database(), job, QUEUE, worker, None, None).await;
            let back = back.map_err(|error| Reason(error.to_string()));
            // It is no longer this worker's, so that this failure changes nothing.
            return back.and(Err(Reason("given back".to_owned())));
        }
        if is_whole {
            info!(stream = %id, rows, "is up to date");
            self.metrics.ended(JobEnd::Whole);
            return Ok(());
        }
        warn!(stream = %id, rows, failure, "left something out");
        self.metrics.ended(if has_run { JobEnd::Gaps } else { JobEnd::Failed });
        // What was left out is a gap of the destination, which the next job by the schedule reads too.
        if has_run && !(is_passing && *job.attempts() <= SOON) { Ok(()) } else { Err(Reason(failure)) }
    }

    async fn read(&self, id: &StreamId) -> Ended {
        match self.try_to_read(id).await {
            Ok(Some(summary)) => Ended::Ran(summary),
            Ok(None) => Ended::Unknown,
            Err(error) => Ended::Failed(error),
        }
    }

    async fn try_to_read(&self, id: &StreamId) -> Result<Option<Summary>, Error> {
        let Some(connection) = self.connections.find(&id.connection).await? else { return Ok(None) };
        let mut options = RunOptions::new().now(self.cluster.now().await?);
        if unit(&connection)? == Unit::Stream {
            if !stream_ids(&connection).contains(id) {
                return Ok(None);
            }
            options = options.only(id.clone());
        }
        let mut stop = self.stop.subscribe();
        let options = options.stop(async move {
            let _ = stop.wait_for(|is| *is).await;
        });
        let sources = self.places.sources(&connection).await?;
        let mut destination = self.places.destination(&connection).await?;
        let mut waits = Waits::new(self.metrics.clone());
        let ran = run(&sources, &connection, &mut destination, options, |progress| waits.see(progress)).await;
        if ran.is_err() {
            self.places.forget(&connection, &destination).await;
        }
        ran.map(Some)
    }
}

/// What is kept of a run.
fn report(summary: &Summary) -> Report {
    let mut report = Report { is_whole: summary.is_whole(), ..Report::default() };
    let mut failures: Vec<String> = summary.streams.iter().filter_map(|one| one.refused.clone()).collect();
    for outcome in &summary.outcomes {
        match outcome {
            SliceOutcome::Committed(state) => {
                report.rows += state.rows;
                let to = if state.source.to.is_empty() { &state.committed_at } else { &state.source.to };
                let to = spapi_core::DateTime::from(to.as_str()).to_system_time().ok();
                let to = to.and_then(|to| Timestamp::try_from(to).ok());
                report.covered_until = report.covered_until.max(to);
            }
            SliceOutcome::Gap { id, why } => {
                failures.push(format!("{} {}: {why}", id.stream, id.slice));
                report.is_passing |= is_passing(why.kind());
            }
        }
    }
    if let Some(first) = failures.first() {
        let more = failures.len() - 1;
        report.failure = if more == 0 { first.clone() } else { format!("{first}; and {more} more") };
    }
    report
}

/// Whether a failure of this kind may be over in a moment.
fn is_passing(kind: ErrorKind) -> bool {
    use ErrorKind::{Connect, DocumentHost, Lost, PageExpired, Quota, Server, Timeout, UrlExpired};
    matches!(kind, Connect | DocumentHost | Lost | PageExpired | Quota | Server | Timeout | UrlExpired)
}

impl Cluster {
    /// Whether a worker has a job in hand.
    async fn has(&self, job: i64, worker: &str) -> Result<bool, Error> {
        let select = "select exists (select 1 from spapi_queue.jobs where id = $1 and locked_by = $2)";
        Ok(self.0.row(select, &[&job, &worker]).await?.get(0))
    }

    async fn note(&self, id: &StreamId, worker: &str, report: &Report) -> Result<(), Error> {
        let note = "insert into spapi_workers.streams as known
            values ($1, $2, $3, $4, now(), case when $5 then now() end, $6, $7, nullif($8, ''))
            on conflict (connection, stream, marketplace) do update set worker = excluded.worker, ran_at = excluded.ran_at,
                whole_at = coalesce(excluded.whole_at, known.whole_at),
                covered_until = greatest(excluded.covered_until, known.covered_until),
                rows = known.rows + excluded.rows, failure = excluded.failure";
        let StreamId { connection, stream, marketplace } = id;
        let (rows, failure) = (report.rows as i64, report.failure.replace('\0', ""));
        let covered = report.covered_until;
        let values: [&(dyn tokio_postgres::types::ToSql + Sync); 8] =
            [connection, stream, marketplace, &worker, &report.is_whole, &covered, &rows, &failure];
        self.0.execute(note, &values).await.map(drop)
    }
}
