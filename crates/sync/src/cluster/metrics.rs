//! What a worker counts, in the text format of Prometheus.

use crate::mutex::locked;
use crate::{SliceOutcome, StreamId, StreamProgress, Summary, WaitingFor};
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use spapi_core::auth::StoreError;
use spapi_core::operation::Rate;
use spapi_core::throttle::{QuotaAnswer, QuotaChange, QuotaKey, QuotaStore};
use spapi_core::{BoxFuture, Error};
use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};
use std::time::{Instant, SystemTime};

type Label<const N: usize> = [(&'static str, String); N];
type Seconds = Counter<f64, AtomicU64>;
type Number = Gauge<f64, AtomicU64>;

/// What a worker counts. Clones count together.
#[derive(Clone)]
pub struct WorkerMetrics(Arc<Inner>);

struct Inner {
    registry: Registry,
    running: Gauge,
    waiting: Gauge,
    wrong_connections: Gauge,
    jobs: Family<Label<1>, Counter>,
    failures: Family<Label<1>, Counter>,
    rows: Family<Label<1>, Counter>,
    slices: Family<Label<2>, Counter>,
    waits: Family<Label<1>, Seconds>,
    behind: Family<Label<3>, Number>,
    quota_left: Family<Label<1>, Number>,
    quota_refusals: Family<Label<1>, Counter>,
    quota_waits: Family<Label<1>, Counter>,
    /// Until when the streams are covered that this worker was the last to read.
    covered: Mutex<HashMap<StreamId, SystemTime>>,
}

/// What came of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum JobEnd {
    Whole,
    Gaps,
    Stopped,
    Failed,
    Overtaken,
}

impl WorkerMetrics {
    /// Nothing counted yet.
    pub fn new() -> Self {
        let mut inner = Inner {
            registry: Registry::with_prefix("spapi_sync"),
            running: Gauge::default(),
            waiting: Gauge::default(),
            wrong_connections: Gauge::default(),
            jobs: Family::default(),
            failures: Family::default(),
            rows: Family::default(),
            slices: Family::default(),
            waits: Family::default(),
            behind: Family::default(),
            quota_left: Family::default(),
            quota_refusals: Family::default(),
            quota_waits: Family::default(),
            covered: Mutex::default(),
        };
        let to = &mut inner.registry;
        to.register("jobs_running", "Jobs that this worker has in hand", inner.running.clone());
        to.register(
            "jobs_waiting",
            "Jobs of all workers whose time has come and that none has in hand",
            inner.waiting.clone(),
        );
        to.register("connections_wrong", "Files of connections that cannot be used", inner.wrong_connections.clone());
        to.register("jobs_ended", "Jobs that ended, by what came of them", inner.jobs.clone());
        to.register("failures", "Jobs and slices that failed, by the kind of error", inner.failures.clone());
        to.register("rows", "Rows that were committed, by stream", inner.rows.clone());
        to.register("slices", "Slices that ended, by stream and what came of them", inner.slices.clone());
        to.register("wait_seconds", "Time that streams have waited, by what for", inner.waits.clone());
        to.register(
            "behind_seconds",
            "Time since the end of the last committed slice, of the streams that this worker was the last to read",
            inner.behind.clone(),
        );
        to.register(
            "quota_calls_left",
            "Calls left of the quota of an operation, for the seller who called it last",
            inner.quota_left.clone(),
        );
        to.register(
            "quota_refusals",
            "Calls that Amazon refused because there were too many (429)",
            inner.quota_refusals.clone(),
        );
        to.register("quota_waits", "Times that a call found its quota used up", inner.quota_waits.clone());
        Self(Arc::new(inner))
    }

    /// The metrics in the text format of Prometheus.
    pub fn encode(&self) -> String {
        let now = SystemTime::now();
        let covered = locked(&self.0.covered);
        // A stream that another worker has read since is no longer this one's.
        self.0.behind.clear();
        for (id, until) in covered.iter() {
            let StreamId { connection, stream, marketplace } = id.clone();
            let label = [("connection", connection), ("stream", stream), ("marketplace", marketplace)];
            self.0.behind.get_or_create(&label).set(now.duration_since(*until).unwrap_or_default().as_secs_f64());
        }
        drop(covered);
        let mut text = String::new();
        // It writes to a text, which takes everything.
        let _ = encode(&mut text, &self.0.registry);
        text
    }

    /// A store of quotas that is counted.
    pub fn metered<S: QuotaStore>(&self, store: S) -> MeteredQuotas<S> {
        MeteredQuotas { store, metrics: self.clone() }
    }

    pub(super) fn begin(&self) -> Running {
        self.0.running.inc();
        Running(self.clone())
    }

    pub(super) fn ended(&self, end: JobEnd) {
        let word = match end {
            JobEnd::Whole => "whole",
            JobEnd::Gaps => "gaps",
            JobEnd::Stopped => "stopped",
            JobEnd::Failed => "failed",
            JobEnd::Overtaken => "overtaken",
        };
        self.0.jobs.get_or_create(&[("outcome", word.to_owned())]).inc();
    }

    pub(super) fn failed(&self, error: &Error) {
        self.0.failures.get_or_create(&[("kind", format!("{:?}", error.kind()))]).inc();
    }

    pub(super) fn summed_up(&self, summary: &Summary) {
        for outcome in &summary.outcomes {
            let (stream, word) = match outcome {
                SliceOutcome::Committed(state) => {
                    let stream = &state.id.stream;
                    self.0.rows.get_or_create(&[("stream", stream.clone())]).inc_by(state.rows);
                    (stream, "committed")
                }
                SliceOutcome::Gap { id, why } => {
                    self.failed(why);
                    (&id.stream, "gap")
                }
            };
            self.0.slices.get_or_create(&[("stream", stream.clone()), ("outcome", word.to_owned())]).inc();
        }
    }

    pub(super) fn set_waiting(&self, jobs: i64) {
        self.0.waiting.set(jobs);
    }

    pub(super) fn set_wrong_connections(&self, files: usize) {
        self.0.wrong_connections.set(i64::try_from(files).unwrap_or(i64::MAX));
    }

    pub(super) fn cover(&self, id: &StreamId, until: SystemTime) {
        locked(&self.0.covered).insert(id.clone(), until);
    }

    pub(super) fn set_covered(&self, covered: HashMap<StreamId, SystemTime>) {
        *locked(&self.0.covered) = covered;
    }

    fn waited(&self, what: WaitingFor, since: Instant) {
        let word = match what {
            WaitingFor::Quota => "quota",
            WaitingFor::Report => "report",
            WaitingFor::Answer => "answer",
        };
        self.0.waits.get_or_create(&[("for", word.to_owned())]).inc_by(since.elapsed().as_secs_f64());
    }

    fn quota(&self, key: &QuotaKey, change: &QuotaChange, answer: &QuotaAnswer) {
        let label = [("operation", key.operation.clone())];
        self.0.quota_left.get_or_create(&label).set(answer.state.calls_left());
        match change {
            QuotaChange::Refused { .. } => self.0.quota_refusals.get_or_create(&label).inc(),
            QuotaChange::Take if answer.taken.is_none() => self.0.quota_waits.get_or_create(&label).inc(),
            _ => 0,
        };
    }
}

impl Default for WorkerMetrics {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for WorkerMetrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WorkerMetrics").finish_non_exhaustive()
    }
}

/// A job in hand, until it is dropped.
pub(super) struct Running(WorkerMetrics);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.0.running.dec();
    }
}

/// Counts for what the streams of a job wait.
pub(super) struct Waits {
    metrics: WorkerMetrics,
    since: HashMap<(&'static str, &'static str), (WaitingFor, Instant)>,
}

impl Waits {
    pub fn new(metrics: WorkerMetrics) -> Self {
        Self { metrics, since: HashMap::new() }
    }

    pub fn see(&mut self, progress: &StreamProgress) {
        let key = (progress.stream.name, progress.marketplace.map(|one| one.id()).unwrap_or_default());
        let what = progress.waiting.as_ref().map(|waiting| waiting.what);
        let before = self.since.get(&key).copied();
        if before.map(|(before, _)| before) == what {
            return;
        }
        if let Some((before, since)) = before {
            self.metrics.waited(before, since);
        }
        match what {
            Some(what) => drop(self.since.insert(key, (what, Instant::now()))),
            None => drop(self.since.remove(&key)),
        }
    }
}

impl Drop for Waits {
    fn drop(&mut self) {
        for (what, since) in self.since.values() {
            self.metrics.waited(*what, *since);
        }
    }
}

/// A store of quotas whose numbers a worker shows.
#[derive(Clone, Debug)]
pub struct MeteredQuotas<S> {
    store: S,
    metrics: WorkerMetrics,
}

impl<S: QuotaStore> QuotaStore for MeteredQuotas<S> {
    fn update<'a>(
        &'a self,
        key: &'a QuotaKey,
        rate: Rate,
        change: &'a QuotaChange,
    ) -> BoxFuture<'a, Result<QuotaAnswer, StoreError>> {
        Box::pin(async move {
            let answer = self.store.update(key, rate, change).await?;
            self.metrics.quota(key, change, &answer);
            Ok(answer)
        })
    }

    fn is_required(&self) -> bool {
        self.store.is_required()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn the_metrics_are_named_and_a_stream_of_another_worker_vanishes() {
        let metrics = WorkerMetrics::new();
        let id = StreamId { connection: "a\"b".to_owned(), stream: "s".to_owned(), marketplace: String::new() };
        metrics.set_covered([(id, SystemTime::now() - Duration::from_secs(3600))].into());
        let running = metrics.begin();
        metrics.ended(JobEnd::Whole);
        let text = metrics.encode();
        assert!(text.contains("spapi_sync_jobs_running 1\n"), "{text}");
        assert!(text.contains("spapi_sync_jobs_ended_total{outcome=\"whole\"} 1\n"), "{text}");
        assert!(
            text.contains("spapi_sync_behind_seconds{connection=\"a\\\"b\",stream=\"s\",marketplace=\"\"} 36"),
            "{text}"
        );
        drop(running);
        metrics.set_covered(HashMap::new());
        let text = metrics.encode();
        assert!(text.contains("spapi_sync_jobs_running 0\n") && !text.contains("behind_seconds{"), "{text}");
    }
}
