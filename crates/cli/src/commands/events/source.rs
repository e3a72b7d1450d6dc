//! The queue that messages are taken from: its options, and what its errors mean.

use super::work::Ending;
use crate::exit::{Exit, Failure};
use crate::interrupt;
use crate::notes;
use crate::time;
use clap::Args;
use spapi_events::consume::{
    Consumer, FileMarks, FolderQueue, Handler, Queue, QueueError, QueueErrorKind, SqsQueue, Summary,
};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// Where messages are.
#[derive(Debug, Default, Args)]
pub struct Source {
    /// The queue of Amazon SQS, by its URL or ARN.
    #[arg(long, value_name = "URL|ARN")]
    pub queue: Option<String>,

    /// A folder with a message in each file, instead of a queue of Amazon SQS.
    #[arg(long, value_name = "FOLDER", conflicts_with = "queue")]
    pub folder: Option<PathBuf>,
}

/// How messages are taken.
#[derive(Debug, Args)]
pub struct Taking {
    /// Put messages that cannot be read into this folder, and delete them from the queue. Without it they stay in the queue.
    #[arg(long, value_name = "FOLDER")]
    dead_letters: Option<PathBuf>,

    /// Remember in this file what was handled, so that it is not handled again after a restart.
    #[arg(long, value_name = "FILE")]
    marks: Option<PathBuf>,

    /// For how long a message is hidden from other programs, and comes back after if this one is killed.
    #[arg(long, value_name = "DURATION", default_value = "60s", value_parser = time::wait)]
    visibility: Duration,
}

/// When to stop before a signal.
#[derive(Clone, Copy, Debug, Default)]
pub struct Until {
    pub empty: bool,
    pub limit: Option<u64>,
}

/// How long an empty queue is waited for, if the end is to come then.
const SHORT_WAIT: Duration = Duration::from_secs(2);
/// The pauses after failures, if the end is to come when the queue is empty.
const PAUSE: Duration = Duration::from_secs(60);
const LONGEST_PAUSE: Duration = Duration::from_secs(15 * 60);

impl Source {
    pub fn is_given(&self) -> bool {
        self.queue.is_some() || self.folder.is_some()
    }

    /// Runs until a signal, `ending`, or what `until` says.
    pub async fn run(
        &self,
        taking: &Taking,
        until: Until,
        concurrency: usize,
        longest: Duration,
        handler: impl Handler,
        ending: &Arc<Ending>,
    ) -> Result<Summary, Failure> {
        let run = Run { taking, until, concurrency, longest, ending };
        match (&self.queue, &self.folder) {
            (Some(queue), _) => run.on(SqsQueue::from_env(queue).map_err(failure)?, handler).await,
            (None, Some(folder)) => {
                if !folder.is_dir() {
                    return Err(Failure::usage(format!("{} is not a folder", folder.display()))
                        .with_next("give --folder the folder with the messages"));
                }
                if taking.dead_letters.as_ref().is_some_and(|letters| is_same(letters, folder)) {
                    // Each dead letter would be a new message.
                    return Err(Failure::usage("--dead-letters and --folder are the same folder")
                        .with_next("give --dead-letters another folder"));
                }
                run.on(FolderQueue::open(folder).map_err(failure)?, handler).await
            }
            (None, None) => Err(Failure::usage("neither --queue nor --folder is given").with_next("give one of them")),
        }
    }
}

/// Whether two paths are one folder. The second one exists.
fn is_same(one: &Path, other: &Path) -> bool {
    one == other || one.canonicalize().ok() == other.canonicalize().ok()
}

struct Run<'a> {
    taking: &'a Taking,
    until: Until,
    concurrency: usize,
    longest: Duration,
    ending: &'a Arc<Ending>,
}

impl Run<'_> {
    async fn on(&self, queue: impl Queue, handler: impl Handler) -> Result<Summary, Failure> {
        let mut consumer = Consumer::new(queue, handler)
            .concurrency(self.concurrency)
            .visibility(self.taking.visibility)
            .longest(self.longest)
            .on_failure(|failure| notes::warn(failure));
        if let Some(folder) = &self.taking.dead_letters {
            consumer = consumer.dead_letters(FolderQueue::open(folder).map_err(failure)?);
        }
        if let Some(file) = &self.taking.marks {
            consumer = consumer.marks(FileMarks::open(file).map_err(failure)?);
        }
        if self.until.empty {
            // What fails is not to come again while the rest is taken.
            consumer = consumer.until_empty().wait(SHORT_WAIT).backoff(PAUSE, LONGEST_PAUSE);
        }
        consumer = self.until.limit.into_iter().fold(consumer, Consumer::limit);
        let introduced = async {
            if !self.until.empty && self.until.limit.is_none() {
                notes::note("waiting for messages; Ctrl-C stops");
            }
            std::future::pending().await
        };
        let ending = Arc::clone(self.ending);
        let stop = async move {
            tokio::select! {
                _ = interrupt::signal() => notes::note("stopping: what is being handled is finished; Ctrl-C again ends it at once"),
                () = ending.begun() => {}
            }
        };
        let metrics = consumer.metrics();
        let ended = tokio::select! {
            biased;
            failure = interrupt::second_signal() => Err(failure),
            ended = consumer.run(stop) => ended.map_err(|stopped| failure(stopped.error().clone())),
            // Last, so that a signal is heard once it is said.
            never = introduced => never,
        };
        // What was done is said in any case.
        notes::note(ended.as_ref().map_or_else(|_| metrics.summary().to_string(), ToString::to_string));
        match self.ending.failure() {
            Some(failure) => Err(failure),
            None => ended,
        }
    }
}

/// An error of a queue as a failure.
pub fn failure(error: QueueError) -> Failure {
    let exit = match error.kind() {
        QueueErrorKind::Config | QueueErrorKind::Input => Exit::Usage,
        QueueErrorKind::Credentials | QueueErrorKind::Denied => Exit::Authorization,
        QueueErrorKind::Throttled => Exit::Throttled,
        _ => Exit::Failed,
    };
    Failure::new(exit, error.to_string())
}
