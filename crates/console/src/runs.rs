//! The runs of connections that this process has begun.

use crate::door::locked;
use crate::reach::Connected;
use spapi_core::{BoxFuture, Error, Quotas};
use spapi_sync::{Connection, RunOptions, SliceId, StreamProgress, run};
use spapi_types::operation::OperationName;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::SystemTime;
use tokio::sync::{Notify, watch};

/// The runs, by the ids of the connections: the last of each.
#[derive(Default)]
pub struct Runs(Mutex<HashMap<String, Arc<Run>>>);

/// A run of a connection.
pub struct Run {
    shown: watch::Sender<Shown>,
    stop: Arc<Notify>,
    /// The quotas of its client.
    quotas: OnceLock<Quotas>,
}

/// How far a run is.
#[derive(Clone, Debug)]
pub struct Shown {
    pub begun: SystemTime,
    pub phase: Phase,
    pub streams: Vec<StreamProgress>,
    /// The slices that failed, with the reasons. Known at the end.
    pub gaps: Vec<(SliceId, Error)>,
}

/// Where a run is.
#[derive(Clone, Debug)]
pub enum Phase {
    Running,
    /// It was asked to stop, and ends at the next commit.
    Stopping,
    Ended {
        at: SystemTime,
        is_stopped: bool,
    },
    /// It ended with an error. What was committed stays.
    Failed {
        at: SystemTime,
        why: Error,
    },
}

impl Shown {
    /// Whether the run is over.
    pub fn is_over(&self) -> bool {
        matches!(self.phase, Phase::Ended { .. } | Phase::Failed { .. })
    }
}

impl Run {
    /// How far it is now.
    pub fn now(&self) -> Shown {
        self.shown.borrow().clone()
    }

    /// The changes from now on.
    pub fn changes(&self) -> watch::Receiver<Shown> {
        self.shown.subscribe()
    }

    /// Which part of each quota its calls have used, by the operation, from 0 to 1.
    pub fn used(&self) -> Vec<(String, f64)> {
        let states = self.quotas.get().map(Quotas::states).unwrap_or_default();
        let used = states.into_iter().filter_map(|(key, state)| {
            let name = key.operation.parse::<OperationName>().ok()?;
            let burst = f64::from(spapi_metadata::find(&name)?.entry.operation.rate?.burst.max(1));
            Some((key.operation, (1.0 - state.calls_left() / burst).clamp(0.0, 1.0)))
        });
        used.collect()
    }

    /// Asks it to end at the next commit.
    pub fn stop(&self) {
        self.shown.send_if_modified(|shown| {
            let is_running = matches!(shown.phase, Phase::Running);
            if is_running {
                shown.phase = Phase::Stopping;
            }
            is_running
        });
        self.stop.notify_one();
    }
}

impl Runs {
    /// The last run of a connection.
    pub fn of(&self, id: &str) -> Option<Arc<Run>> {
        locked(&self.0).get(id).cloned()
    }

    /// Begins a run of a connection, unless one goes on.
    pub fn begin(
        &self,
        id: &str,
        connection: Connection,
        options: RunOptions,
        connect: impl FnOnce(Connection) -> BoxFuture<'static, Result<(Connected, Connection), Error>>,
    ) {
        let mut runs = locked(&self.0);
        if runs.get(id).is_some_and(|run| !run.shown.borrow().is_over()) {
            return;
        }
        let shown = Shown { begun: SystemTime::now(), phase: Phase::Running, streams: Vec::new(), gaps: Vec::new() };
        let begun = Arc::new(Run { shown: watch::Sender::new(shown), stop: Arc::default(), quotas: OnceLock::new() });
        runs.insert(id.to_owned(), Arc::clone(&begun));
        let connected = connect(connection);
        let task = tokio::spawn({
            let begun = Arc::clone(&begun);
            async move {
                let ended = begun.drive(connected, options).await;
                begun.shown.send_modify(|shown| shown.phase = ended);
            }
        });
        // A run that panics must not look as if it went on.
        tokio::spawn(async move {
            if task.await.is_err() {
                let why = Error::new(spapi_core::ErrorKind::Config, "the run ended unexpectedly");
                begun.shown.send_modify(|shown| shown.phase = Phase::Failed { at: SystemTime::now(), why });
            }
        });
    }

    /// Stops all runs at their next commits, and waits for them.
    pub async fn stop_all(&self) {
        let runs: Vec<_> = locked(&self.0).values().cloned().collect();
        for run in &runs {
            run.stop();
        }
        for run in &runs {
            // The sender lives as long as the run.
            let _ = run.changes().wait_for(Shown::is_over).await;
        }
    }
}

impl Run {
    async fn drive(
        self: &Arc<Self>,
        connected: BoxFuture<'static, Result<(Connected, Connection), Error>>,
        options: RunOptions,
    ) -> Phase {
        let ended = async {
            let (connected, connection) = connected.await?;
            let _ = self.quotas.set(connected.client.quotas().clone());
            let Some(destination) = &connection.destination else {
                return Err(Error::new(spapi_core::ErrorKind::Config, "the connection has no destination"));
            };
            let mut tables = destination.open().await?;
            let stop = Arc::clone(&self.stop);
            let options = options.stop(async move { stop.notified().await });
            let shown = &self.shown;
            run(&connected.sources, &connection, &mut *tables, options, |stream| {
                shown.send_modify(|shown| note(&mut shown.streams, stream));
            })
            .await
        };
        let at = SystemTime::now;
        match ended.await {
            Err(why) => Phase::Failed { at: at(), why },
            Ok(summary) => {
                let gaps = summary.gaps().map(|(id, why)| (id.clone(), why.clone())).collect();
                self.shown.send_modify(|shown| {
                    shown.gaps = gaps;
                    shown.streams.clone_from(&summary.streams);
                });
                Phase::Ended { at: at(), is_stopped: summary.is_stopped }
            }
        }
    }
}

/// Puts the state of a stream in the place of the one before.
fn note(streams: &mut Vec<StreamProgress>, now: &StreamProgress) {
    let is_same = |one: &&mut StreamProgress| one.stream.name == now.stream.name && one.marketplace == now.marketplace;
    match streams.iter_mut().find(is_same) {
        Some(before) => *before = now.clone(),
        None => streams.push(now.clone()),
    }
}
