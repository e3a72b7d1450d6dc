//! Many jobs at a time.

use crate::job::Job;
use crate::work::Work;
use spapi_core::{Error, ErrorKind};
use std::collections::VecDeque;
use std::fmt;
use tokio::task::JoinSet;
use tracing::Instrument;

/// How many jobs are under way at a time, unless set. Most of them wait for Amazon.
const AT_ONCE: usize = 50;

/// Jobs that run at a time, such as those for the slices of a long range.
///
/// Each job runs in a task of the tokio runtime. Dropping the set stops them; the journal has what was requested.
#[must_use = "jobs run while try_next is called"]
pub struct Jobs<W: Work> {
    waiting: VecDeque<Job<W>>,
    running: JoinSet<Result<W::Outcome, FailedJob>>,
    at_once: usize,
}

impl<W: Work> Jobs<W> {
    pub(crate) fn new(jobs: impl IntoIterator<Item = Job<W>>) -> Self {
        Self { waiting: jobs.into_iter().collect(), running: JoinSet::new(), at_once: AT_ONCE }
    }

    /// Sets how many jobs are under way at a time. By default 50. At least one is.
    pub fn at_once(mut self, jobs: usize) -> Self {
        self.at_once = jobs.max(1);
        self
    }

    /// How many outcomes are still to come.
    pub fn len(&self) -> usize {
        self.waiting.len() + self.running.len()
    }

    /// Whether no outcome is to come.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The next outcome, in the order in which jobs end, or `None` after the last. You may drop the future.
    ///
    /// # Errors
    /// When a job fails. The others go on: call again for their outcomes.
    pub async fn try_next(&mut self) -> Result<Option<W::Outcome>, FailedJob> {
        while self.running.len() < self.at_once {
            let Some(job) = self.waiting.pop_front() else { break };
            let what = job.work.describe();
            self.running.spawn(async move { job.await.map_err(|error| FailedJob { what, error }) }.in_current_span());
        }
        match self.running.join_next().await {
            None => Ok(None),
            Some(Ok(outcome)) => outcome.map(Some),
            Some(Err(ended)) => match ended.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(ended) => Err(FailedJob {
                    what: "a job".into(),
                    error: Error::new(ErrorKind::Lost, "the tokio runtime was shut down").with_source(ended),
                }),
            },
        }
    }
}

impl<W: Work> fmt::Debug for Jobs<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jobs").field("waiting", &self.waiting.len()).field("running", &self.running.len()).finish()
    }
}

/// The job of a set that failed, and why.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FailedJob {
    /// The request: type, marketplaces and span.
    pub what: String,
    /// Why it failed.
    pub error: Error,
}

impl fmt::Display for FailedJob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.what, self.error)
    }
}

impl std::error::Error for FailedJob {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.error)
    }
}

impl From<FailedJob> for Error {
    fn from(failed: FailedJob) -> Self {
        failed.error
    }
}
