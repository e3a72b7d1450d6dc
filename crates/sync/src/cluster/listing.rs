//! What is queued, what runs and what failed.

use super::queue::READ;
use super::{Cluster, QUEUE};
use crate::StreamId;
use graphile_worker::{SweepStaleWorkersOptions, WorkerRecoveryConfig, WorkerUtils};
use jiff::Timestamp;
use spapi_core::{DateTime, Error, ErrorKind};
use std::time::{Duration, SystemTime};

/// What the workers have done and have to do.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Listing {
    /// The streams that are queued or were ever read, in their order.
    pub streams: Vec<StreamJob>,
    /// How many workers are alive.
    pub workers: u64,
    /// Whether the workers are to [rest](Cluster::drain).
    pub is_draining: bool,
}

/// A stream of a marketplace. A connection whose destination is files has one without names of a stream and a marketplace.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct StreamJob {
    /// Which stream it is.
    pub id: StreamId,
    /// What becomes of it.
    pub state: StreamJobState,
    /// When its next job begins, if a worker is free; or, while one runs, when that began. `None` if none is queued and its
    /// connection has no schedule.
    pub at: Option<DateTime>,
    /// The worker that reads it, or that read it the last time. Empty if none has.
    pub worker: String,
    /// How often the job that is queued has failed.
    pub failures: u64,
    /// The first moment whose rows are missing, by the last job that read something. `None` before it, and for a connection whose
    /// destination is files.
    pub covered_until: Option<DateTime>,
    /// When a job read all that was due the last time.
    pub whole_at: Option<DateTime>,
    /// How many rows its jobs have committed.
    pub rows: u64,
    /// Why the last job did not read all that was due. Empty if it did.
    pub failure: String,
}

/// What becomes of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StreamJobState {
    /// A worker reads it.
    Running,
    /// It waits for a free worker, or for its time.
    Queued,
    /// Its job failed, and begins again after a pause, which grows to six hours.
    Failing,
    /// Its last job left something out, and the next one comes by the schedule.
    Failed,
    /// It is up to date until the next job, which comes by the schedule.
    Idle,
}

impl Cluster {
    /// Lists the streams with their jobs.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn list(&self) -> Result<Listing, Error> {
        let select = format!(
            "with job as (
                select split_part(key, '/', 1) as connection, split_part(key, '/', 2) as stream, split_part(key, '/', 3) as marketplace,
                    run_at, attempts, locked_at, locked_by, last_error
                from spapi_queue.jobs where task_identifier = '{READ}' and key is not null
             )
             select connection, stream, marketplace,
                job.locked_at, job.run_at, next.next_at, coalesce(job.locked_by, known.worker, ''),
                greatest(coalesce(job.attempts, 0) - (job.locked_at is not null)::int, 0)::bigint,
                known.covered_until, known.whole_at, coalesce(known.rows, 0), coalesce(known.failure, ''), job.run_at is not null
             from job full join spapi_workers.streams as known using (connection, stream, marketplace)
             left join spapi_workers.connections as next using (connection)
             order by connection collate \"C\", stream collate \"C\", marketplace collate \"C\""
        );
        let rows = self.0.rows(&select, &[]).await?;
        let control = self.0.row("select draining from spapi_workers.control", &[]).await?;
        Ok(Listing {
            streams: rows.iter().map(stream).collect(),
            workers: self.workers().await?,
            is_draining: control.get(0),
        })
    }

    /// How many jobs workers have in hand. Those of workers that gave no sign of life for `longest_silence` are given to others first.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn running(&self, longest_silence: Duration) -> Result<u64, Error> {
        let recovery = WorkerRecoveryConfig::default().sweep_threshold(longest_silence).recovery_delay(Duration::ZERO);
        let swept = self.utils().sweep_stale_workers_with_config(&recovery, SweepStaleWorkersOptions::default()).await;
        swept.map_err(|error| self.queue_failed(&error))?;
        let count =
            format!("select count(*) from spapi_queue.jobs where task_identifier = '{READ}' and locked_at is not null");
        Ok(self.0.row(&count, &[]).await?.get::<_, i64>(0) as u64)
    }

    async fn workers(&self) -> Result<u64, Error> {
        let alive = "select count(*) from spapi_queue._private_workers
            where last_heartbeat_at > now() - $1::float8 * interval '1 second'";
        let silence = super::worker::SILENCE.as_secs_f64();
        Ok(self.0.row(alive, &[&silence]).await?.get::<_, i64>(0) as u64)
    }

    pub(super) fn utils(&self) -> WorkerUtils {
        WorkerUtils::new(self.0.of_queue(), QUEUE)
    }

    pub(super) fn queue_failed(&self, error: &dyn std::fmt::Display) -> Error {
        Error::new(ErrorKind::Server, format!("{} cannot be used: {error}", self.0.name()))
            .with_hint("Run again when the server is there.")
    }
}

fn stream(row: &tokio_postgres::Row) -> StreamJob {
    let time = |index: usize| row.get::<_, Option<Timestamp>>(index).map(|time| DateTime::from(SystemTime::from(time)));
    let (failures, failure): (i64, String) = (row.get(7), row.get(11));
    let (locked, queued, next) = (time(3), time(4), time(5));
    let state = match (locked.is_some(), row.get::<_, bool>(12)) {
        (true, _) => StreamJobState::Running,
        (false, true) if failures > 0 => StreamJobState::Failing,
        (false, true) => StreamJobState::Queued,
        (false, false) if !failure.is_empty() => StreamJobState::Failed,
        (false, false) => StreamJobState::Idle,
    };
    StreamJob {
        id: StreamId { connection: row.get(0), stream: row.get(1), marketplace: row.get(2) },
        state,
        at: locked.or(queued).or(next),
        worker: row.get(6),
        failures: failures as u64,
        covered_until: time(8),
        whole_at: time(9),
        rows: row.get::<_, i64>(10) as u64,
        failure,
    }
}
