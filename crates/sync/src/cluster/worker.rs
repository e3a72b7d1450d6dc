//! A worker: takes jobs of the queue until it is to stop.

use super::job::{Hands, QueueDue, ReadStream, Shared};
use super::metrics::WorkerMetrics;
use super::places::Places;
use super::{Cluster, ConnectionFolder, QUEUE, schema};
use crate::{Connection, Destination, Schedule, Sources, StreamId};
use graphile_worker::{Cron, JobSpec, TaskHandler, WorkerOptions, WorkerRecoveryConfig};
use jiff::Timestamp;
use spapi_core::{BoxFuture, Error, ErrorKind};
use std::fmt;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::MissedTickBehavior;
use tracing::{info, warn};

/// How often a worker says that it is alive.
const HEARTBEAT: Duration = Duration::from_secs(5);
/// After how many heartbeats that did not come the jobs of a worker are given to others.
const MISSED: u32 = 4;
/// After how much silence a worker counts as gone.
pub(super) const SILENCE: Duration = HEARTBEAT.saturating_mul(MISSED);
/// How often a worker looks for jobs whose time has come.
const POLL: Duration = Duration::from_secs(2);
/// How often it looks whether the workers are to rest.
const LOOK: Duration = Duration::from_secs(2);
/// How often it counts, in looks.
const COUNT: u32 = 7;
/// How long a look may take before the database counts as lost.
const LONGEST_LOOK: Duration = Duration::from_secs(10);
/// How long jobs may go on to their next commit when the worker stops.
const LONGEST_STOP: Duration = Duration::from_secs(300);
/// The pause after the first loss of the database, and the longest one.
const PAUSES: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(30));
/// How many streams a worker reads at a time.
const STREAMS: usize = 16;

/// What a worker is given: where the rows of a connection come from, and where they go.
pub trait Site: Send + Sync + 'static {
    /// Where a connection's rows come from: its client, with quotas, tokens and a journal that all workers share. It is asked
    /// for again when the connection's file changes.
    ///
    /// # Errors
    /// When the credentials cannot be had, or the client cannot be built.
    fn sources<'a>(&'a self, connection: &'a Connection) -> BoxFuture<'a, Result<Sources, Error>>;

    /// Opens the destination of a connection. One that is a database is opened once for all connections that name it.
    ///
    /// # Errors
    /// When it cannot be opened.
    fn destination<'a>(&'a self, connection: &'a Connection) -> BoxFuture<'a, Result<Box<dyn Destination>, Error>>;
}

/// A worker, which reads streams of connections together with other workers.
pub struct Worker {
    cluster: Cluster,
    connections: ConnectionFolder,
    site: Arc<dyn Site>,
    metrics: WorkerMetrics,
    is_ready: Arc<AtomicBool>,
    streams: usize,
    usual: Option<Schedule>,
    heartbeat: Duration,
    poll: Duration,
    longest_stop: Duration,
}

/// How a worker fares.
#[derive(Clone, Debug)]
pub struct WorkerStatus {
    metrics: WorkerMetrics,
    is_ready: Arc<AtomicBool>,
}

impl WorkerStatus {
    /// Whether it takes jobs: it reaches the database, and is neither to rest nor to stop.
    pub fn is_ready(&self) -> bool {
        self.is_ready.load(Ordering::Acquire)
    }

    /// What it counted, in the text format of Prometheus.
    pub fn metrics(&self) -> String {
        self.metrics.encode()
    }
}

impl Worker {
    /// A worker for the connections of a folder.
    pub fn new(cluster: &Cluster, connections: ConnectionFolder, site: impl Site) -> Self {
        Self {
            cluster: cluster.clone(),
            connections,
            site: Arc::new(site),
            metrics: WorkerMetrics::new(),
            is_ready: Arc::default(),
            streams: STREAMS,
            usual: None,
            heartbeat: HEARTBEAT,
            poll: POLL,
            longest_stop: LONGEST_STOP,
        }
    }

    /// Reads so many streams at a time, at least one. By default 16: they mostly wait for Amazon.
    pub fn streams(mut self, streams: usize) -> Self {
        self.streams = streams.max(1);
        self
    }

    /// The schedule of connections without one. By default such a connection is queued once, and later by [`Cluster::queue`].
    pub fn every(mut self, schedule: Option<Schedule>) -> Self {
        self.usual = schedule;
        self
    }

    /// Says so often that it is alive. Without four of these signs of life its jobs are given to other workers. By default 5
    /// seconds; all workers should have the same.
    pub fn heartbeat(mut self, heartbeat: Duration) -> Self {
        self.heartbeat = heartbeat.max(Duration::from_millis(10));
        self
    }

    /// Looks so often for jobs whose time has come. By default each 2 seconds.
    pub fn poll(mut self, poll: Duration) -> Self {
        self.poll = poll.max(Duration::from_millis(10));
        self
    }

    /// How long jobs may go on to their next commit when the worker stops. By default 5 minutes.
    pub fn longest_stop(mut self, longest: Duration) -> Self {
        self.longest_stop = longest;
        self
    }

    /// Counts in these metrics, which a [metered](WorkerMetrics::metered) store of quotas may share.
    pub fn metrics(mut self, metrics: &WorkerMetrics) -> Self {
        self.metrics = metrics.clone();
        self
    }

    /// How it fares, while it [runs](Self::run).
    pub fn status(&self) -> WorkerStatus {
        WorkerStatus { metrics: self.metrics.clone(), is_ready: Arc::clone(&self.is_ready) }
    }

    /// Takes jobs until `stop` is done. Then slices whose rows are being read are committed, no others begin, and other workers go on with
    /// what is left. A database that is away is waited for.
    ///
    /// # Errors
    /// When a newer version of this program has changed the database so that this one can no longer work with it.
    pub async fn run(self, stop: impl Future<Output = ()> + Send) -> Result<(), Error> {
        let (ask, asked) = watch::channel(false);
        let mut work = pin!(self.work(asked));
        tokio::select! {
            biased;
            ended = &mut work => return ended,
            () = stop => drop(ask.send(true)),
        }
        work.await
    }

    /// Takes jobs, again and again after a rest or a loss of the database.
    async fn work(&self, mut asked: watch::Receiver<bool>) -> Result<(), Error> {
        let hands = Arc::new(Hands {
            cluster: self.cluster.clone(),
            connections: self.connections.clone(),
            places: Places::new(Arc::clone(&self.site)),
            metrics: self.metrics.clone(),
            usual: self.usual.clone(),
            stop: watch::channel(false).0,
        });
        let mut pause = PAUSES.0;
        let mut is_resting = false;
        while !*asked.borrow() {
            let ended = match self.cluster.look().await {
                Ok(Look::Rest) => {
                    if !is_resting {
                        info!("the workers are to rest");
                    }
                    is_resting = true;
                    Ok(())
                }
                Ok(Look::Work) => {
                    is_resting = false;
                    self.take_jobs(&hands, &mut asked).await
                }
                Ok(Look::TooOld(error)) => return Err(error),
                Err(error) => Err(error),
            };
            self.is_ready.store(false, Ordering::Release);
            let wait = match ended {
                Ok(()) => {
                    pause = PAUSES.0;
                    LOOK
                }
                Err(error) => {
                    warn!(%error, "goes on in {} s", pause.as_secs());
                    let wait = pause;
                    pause = (pause * 2).min(PAUSES.1);
                    wait
                }
            };
            let _ = tokio::time::timeout(wait, asked.wait_for(|is| *is)).await;
        }
        Ok(())
    }

    /// Takes jobs until the worker is to stop or to rest, or the database is lost.
    async fn take_jobs(&self, hands: &Arc<Hands>, asked: &mut watch::Receiver<bool>) -> Result<(), Error> {
        hands.stop.send_replace(false);
        let (failure, mut failed) = watch::channel(false);
        let recovery = WorkerRecoveryConfig {
            heartbeat_interval: self.heartbeat,
            sweep_interval: self.heartbeat * 2,
            sweep_threshold: self.heartbeat * MISSED,
            recovery_delay: Duration::ZERO,
            enabled: true,
            ..WorkerRecoveryConfig::default()
        };
        let queue = WorkerOptions::default()
            .schema(QUEUE)
            .database(self.cluster.0.watched(failure))
            .concurrency(self.streams)
            .poll_interval(self.poll)
            .use_notification_delivery(false)
            .worker_recovery(recovery)
            .listen_os_shutdown_signals(false)
            .shutdown_grace_period(self.longest_stop)
            .shutdown_interrupted_job_retry_delay(Duration::ZERO)
            .add_extension(Shared(Arc::clone(hands)))
            .define_job::<ReadStream>()
            .define_job::<QueueDue>()
            .with_crons([Cron::every_minute::<QueueDue>().job_key(QueueDue::IDENTIFIER)]);
        let worker = queue.init().await.map_err(|error| self.cluster.queue_failed(&error))?;
        let name = worker.worker_id().clone();
        info!(worker = name, streams = self.streams, "takes jobs");
        // What is due is not to wait for the next minute.
        let now = JobSpec::builder().job_key(QueueDue::IDENTIFIER).build();
        let added = worker.create_utils().add_job(QueueDue {}, now).await;
        added.map_err(|error| self.cluster.queue_failed(&error))?;
        let mut run = pin!(worker.run());
        let ended = tokio::select! {
            biased;
            ended = &mut run => ended,
            lasted = self.watch(&name, &mut failed, asked) => {
                self.is_ready.store(false, Ordering::Release);
                hands.stop.send_replace(true);
                worker.request_shutdown();
                let ended = run.await;
                lasted?;
                ended
            }
        };
        info!(worker = name, "takes no more jobs");
        ended.map_err(|error| self.cluster.queue_failed(&error))
    }

    /// Waits until the worker is to stop or to rest, or the database fails.
    async fn watch(
        &self,
        name: &str,
        failed: &mut watch::Receiver<bool>,
        asked: &mut watch::Receiver<bool>,
    ) -> Result<(), Error> {
        let mut looks = tokio::time::interval(LOOK);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut until_count = 0_u32;
        let look = async {
            loop {
                looks.tick().await;
                let look = self.look(name, until_count == 0);
                let late = |_| {
                    let message = format!("{} does not answer", self.cluster.0.name());
                    Error::new(ErrorKind::Timeout, message).with_hint("The worker goes on when it does.")
                };
                match tokio::time::timeout(LONGEST_LOOK, look).await.map_err(late)?? {
                    Look::Work => self.is_ready.store(true, Ordering::Release),
                    // The next look says which it is.
                    Look::Rest | Look::TooOld(_) => return Ok(()),
                }
                until_count = until_count.checked_sub(1).unwrap_or(COUNT);
            }
        };
        tokio::select! {
            biased;
            _ = asked.wait_for(|is| *is) => Ok(()),
            _ = failed.wait_for(|is| *is) => Ok(()),
            ended = look => ended,
        }
    }

    /// Looks whether the worker is to go on, and counts for its metrics.
    async fn look(&self, name: &str, counts: bool) -> Result<Look, Error> {
        let look = self.cluster.look().await?;
        if counts {
            self.metrics.set_waiting(self.cluster.waiting().await?);
            self.metrics.set_covered(self.cluster.covered_by(name).await?);
        }
        Ok(look)
    }
}

impl fmt::Debug for Worker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Worker")
            .field("cluster", &self.cluster)
            .field("connections", &self.connections)
            .field("streams", &self.streams)
            .finish_non_exhaustive()
    }
}

/// What a worker is to do.
enum Look {
    Work,
    Rest,
    /// The database is one for newer programs.
    TooOld(Error),
}

impl Cluster {
    async fn look(&self) -> Result<Look, Error> {
        let control = self.0.row("select oldest, draining from spapi_workers.control", &[]).await?;
        if let Err(error) = schema::check(&self.0, control.get(0)) {
            return Ok(Look::TooOld(error));
        }
        Ok(if control.get(1) { Look::Rest } else { Look::Work })
    }

    /// How many jobs wait for a free worker.
    async fn waiting(&self) -> Result<i64, Error> {
        let count = "select count(*) from spapi_queue.jobs where locked_at is null and run_at <= now()";
        Ok(self.0.row(count, &[]).await?.get(0))
    }

    /// Until when the streams are covered that a worker was the last to read.
    async fn covered_by(
        &self,
        worker: &str,
    ) -> Result<std::collections::HashMap<StreamId, std::time::SystemTime>, Error> {
        let select = "select connection, stream, marketplace, covered_until from spapi_workers.streams
            where worker = $1 and covered_until is not null";
        let rows = self.0.rows(select, &[&worker]).await?;
        let of = |row: &tokio_postgres::Row| {
            let id = StreamId { connection: row.get(0), stream: row.get(1), marketplace: row.get(2) };
            (id, row.get::<_, Timestamp>(3).into())
        };
        Ok(rows.iter().map(of).collect())
    }
}
