//! The life of a job: checked, asked, waiting, ended, and then fetched and read by the caller.

use crate::asking::{self, Asked};
use crate::context::{Context, Seat};
use crate::journal::{Entry, JobKey};
use crate::time::Span;
use crate::work::{Found, Status, Work};
use spapi_core::{BoxFuture, Error, ErrorKind};
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::sync::Notify;
use tokio::time::Instant;

/// How long Amazon may be out of reach while a job waits.
const UNREACHABLE: Duration = Duration::from_secs(1800);

/// How long after the request Amazon may answer that it does not have the report.
const NOT_YET: Duration = Duration::from_secs(600);

/// Something that Amazon makes on request, from the request to its end. Await it for the outcome, or call
/// [`try_next`](Self::try_next) for each state on the way.
///
/// Nothing is sent before the first of these calls. You may drop the job and the futures at any moment: the journal has what
/// Amazon was asked for, and an equal job continues there.
#[must_use = "a job does nothing unless it is awaited"]
pub struct Job<W: Work> {
    pub(crate) work: W,
    span: Option<Span>,
    key: Option<JobKey>,
    failures: asking::Failures,
    stage: Stage<W::Outcome>,
}

enum Stage<Outcome> {
    Start,
    Ask { announced: Option<Instant> },
    Wait(Box<Waiting>),
    Ended { entry: Box<Entry>, found: Option<Box<Found>> },
    Over(Option<Outcome>),
}

struct Waiting {
    entry: Entry,
    looks: u32,
    look_at: Instant,
    since: Instant,
    answered_at: Instant,
    wake: Arc<Notify>,
    _seat: Seat,
}

/// A state of a job. More may follow.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum State {
    /// The request is valid, and nothing was sent. This is the span that the report will cover, which can differ from the
    /// requested range; `None` for a report without one.
    Checked {
        /// The span.
        span: Option<Span>,
    },
    /// Amazon makes this type only once in a while. The request is sent at this time.
    Resting {
        /// The time by the clock of this machine.
        until: SystemTime,
    },
    /// Amazon has the request.
    Asked {
        /// Amazon's id.
        id: String,
        /// How the job came to it.
        origin: Origin,
    },
    /// Amazon is not done.
    Waiting {
        /// How far Amazon is. `None` if Amazon could not be asked this time.
        status: Option<Status>,
        /// How long until the job asks again, unless it is woken.
        next: Duration,
    },
    /// Amazon has ended. The outcome follows.
    Ended {
        /// How it ended. `None` if Amazon no longer has it.
        status: Option<Status>,
    },
}

/// How a job came to a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// The job requested it.
    Requested,
    /// The answer to the request was lost, and the report was found in Amazon's list.
    Recovered,
    /// Amazon had an equal report: in its queue, or made a short time ago if the caller takes such ones.
    Reused,
    /// The journal had it from before.
    Resumed,
    /// The caller gave its id.
    Found,
}

impl<W: Work> Job<W> {
    pub(crate) fn new(work: W, span: Option<Span>) -> Self {
        Self { work, span, key: None, failures: asking::Failures::default(), stage: Stage::Start }
    }

    /// The span that the report will cover, which can differ from the requested range. `None` for a report without one.
    pub fn span(&self) -> Option<Span> {
        self.span
    }

    /// The type, such as `GET_MERCHANT_LISTINGS_ALL_DATA`; for a query its dataset.
    pub fn type_name(&self) -> &str {
        &self.work.entry().type_name
    }

    /// Goes on to the next state and returns it, or `None` once the outcome is there. Then await the job for the outcome.
    ///
    /// You may drop the future: the next call continues.
    ///
    /// # Errors
    /// When Amazon refuses the request or the caller, cannot be reached for half an hour, or is not done within the
    /// [longest wait](crate::Reports::longest_wait), when the type must rest for longer than that, and when the journal
    /// cannot be used. The journal keeps what was
    /// requested: after an error, call again or start an equal job to continue there.
    pub async fn try_next(&mut self) -> Result<Option<State>, Error> {
        loop {
            match &mut self.stage {
                Stage::Start => return self.start().await.map(Some),
                Stage::Ask { announced } => {
                    let lane = asking::lane(&self.work);
                    if let Some(free_at) = lane.free_at() {
                        let wait = free_at - Instant::now();
                        let context = self.work.context();
                        if wait > context.longest_quota_wait.unwrap_or(context.longest_wait) {
                            return Err(too_long(&self.work, wait));
                        }
                        if *announced != Some(free_at) {
                            *announced = Some(free_at);
                            let until = self.context().client.clock().now() + wait;
                            return Ok(Some(State::Resting { until }));
                        }
                        self.work.context().client.clock().sleep(wait).await;
                        lane.waited_until(free_at);
                        continue;
                    }
                    let Some(key) = &self.key else {
                        self.stage = Stage::Start;
                        continue;
                    };
                    match asking::ask(&self.work, key, &mut self.failures).await? {
                        Asked::Not => {}
                        Asked::Has(entry, origin) => return Ok(Some(self.wait_for(*entry, origin))),
                    }
                }
                Stage::Wait(waiting) => {
                    let pause = waiting.look_at.saturating_duration_since(Instant::now());
                    if !pause.is_zero() {
                        tokio::select! {
                            () = self.work.context().client.clock().sleep(pause) => {}
                            () = waiting.wake.notified() => {}
                        }
                        waiting.look_at = Instant::now();
                    }
                    return self.look().await.map(Some);
                }
                Stage::Ended { entry, found } => {
                    let outcome = self.work.outcome(entry, found.as_deref()).await?;
                    let has_document =
                        found.as_ref().is_some_and(|found| found.status == Status::Done && found.document_id.is_some());
                    let context = self.work.context();
                    let is_kept = context.keeps_results && has_document;
                    if let Some(key) = self.key.as_ref().filter(|_| !is_kept) {
                        context.journal.remove(key).await?;
                    }
                    self.stage = Stage::Over(Some(outcome));
                }
                Stage::Over(_) => return Ok(None),
            }
        }
    }

    /// Removes the request from the journal, for a caller that keeps Amazon's id itself. An equal job then asks Amazon anew.
    /// Call it once the state [`State::Asked`] has given the id.
    ///
    /// # Errors
    /// When the journal cannot be written.
    pub async fn forget(&self) -> Result<(), Error> {
        match &self.key {
            Some(key) => self.context().journal.remove(key).await,
            None => Ok(()),
        }
    }

    fn context(&self) -> &Arc<Context> {
        self.work.context()
    }

    async fn start(&mut self) -> Result<State, Error> {
        let entry = self.work.entry();
        if entry.id.is_some() {
            let entry = entry.clone();
            // Only an entry of the journal names its seller. Another one must not get into the journal.
            self.key = (!entry.seller.is_empty()).then(|| entry.key());
            return Ok(self.wait_for(entry, Origin::Found));
        }
        let seller = self.context().client.seller().await?;
        let key = Entry { seller, ..self.work.entry().clone() }.key();
        let known = self.context().journal.read(&key).await?;
        self.key = Some(key);
        match known {
            Some(entry) if entry.id.is_some() => Ok(self.wait_for(entry, Origin::Resumed)),
            _ => {
                self.stage = Stage::Ask { announced: None };
                Ok(State::Checked { span: self.span })
            }
        }
    }

    fn wait_for(&mut self, entry: Entry, origin: Origin) -> State {
        let id = entry.id.clone().unwrap_or_default();
        tracing::debug!(id, origin = ?origin, "Amazon has the request");
        let context = Arc::clone(self.context());
        let now = Instant::now();
        // What was requested before may have ended long ago.
        let is_old = matches!(origin, Origin::Resumed | Origin::Found);
        let first = if is_old { Duration::ZERO } else { context.interval(0) };
        self.stage = Stage::Wait(Box::new(Waiting {
            entry,
            looks: 0,
            look_at: now + first,
            since: now,
            answered_at: now,
            wake: context.wakes.of(&id),
            _seat: context.wait_here(),
        }));
        State::Asked { id, origin }
    }

    /// Asks Amazon how far it is.
    async fn look(&mut self) -> Result<State, Error> {
        let context = Arc::clone(self.context());
        let Stage::Wait(waiting) = &mut self.stage else {
            return Ok(State::Waiting { status: None, next: Duration::ZERO });
        };
        let id = waiting.entry.id.clone().unwrap_or_default();
        let status = match self.work.look(&id).await {
            Ok(found) => {
                waiting.answered_at = Instant::now();
                if waiting.entry.status != found.status.to_string() {
                    waiting.entry.status = found.status.to_string();
                    waiting.entry.document_id.clone_from(&found.document_id);
                    if let Some(key) = &self.key {
                        context.journal.write(key, &waiting.entry).await?;
                    }
                }
                if found.status.is_final() {
                    let status = Some(found.status.clone());
                    let entry = Box::new(std::mem::take(&mut waiting.entry));
                    self.stage = Stage::Ended { entry, found: Some(Box::new(found)) };
                    return Ok(State::Ended { status });
                }
                Some(found.status)
            }
            Err(error) if error.is_not_found() && !is_new(&waiting.entry, context.client.clock().now()) => {
                let entry = Box::new(std::mem::take(&mut waiting.entry));
                self.stage = Stage::Ended { entry, found: None };
                return Ok(State::Ended { status: None });
            }
            Err(error) if may_pass(&error) && waiting.answered_at.elapsed() < UNREACHABLE => {
                tracing::debug!(id, %error, "the report's status could not be read; asking again later");
                None
            }
            Err(error) => return Err(error),
        };
        if waiting.since.elapsed() >= context.longest_wait {
            waiting.since = Instant::now();
            let status = status.map_or_else(String::new, |status| format!(", and is {status}"));
            let waited = context.longest_wait.as_secs();
            let message = format!("{id} was not done within {waited} s{status}");
            return Err(Error::new(ErrorKind::Timeout, message)
                .with_hint("Amazon goes on. Start an equal job with the same journal to wait for it again."));
        }
        waiting.looks += 1;
        let next = context.interval(waiting.looks);
        waiting.look_at = Instant::now() + next;
        Ok(State::Waiting { status, next })
    }

    async fn finish(mut self) -> Result<W::Outcome, Error> {
        while self.try_next().await?.is_some() {}
        match self.stage {
            Stage::Over(Some(outcome)) => Ok(outcome),
            _ => Err(Error::new(ErrorKind::Input, "the job has given its outcome already")),
        }
    }
}

fn too_long<W: Work>(work: &W, wait: Duration) -> Error {
    let message = format!(
        "Amazon makes {} only once in a while, and the next request may be sent in {} s, after the longest wait",
        work.entry().type_name,
        wait.as_secs()
    );
    let error = Error::new(ErrorKind::Quota, message).with_retry_after(wait);
    error.with_hint("Nothing was sent. Request it again later, or allow a longer wait.")
}

/// Whether Amazon may not yet show what was requested a moment ago.
fn is_new(entry: &Entry, now: SystemTime) -> bool {
    let asked = entry.asked_at.as_ref().and_then(|asked| asked.to_system_time().ok());
    asked.is_some_and(|asked| now.duration_since(asked).is_ok_and(|age| age < NOT_YET))
}

/// Whether the next attempt may succeed, so that a job that waits for hours goes on.
fn may_pass(error: &Error) -> bool {
    let kind = matches!(error.kind(), ErrorKind::Connect | ErrorKind::Timeout | ErrorKind::Lost | ErrorKind::Decode);
    kind || error.is_throttled() || error.is_server_error() || error.is_not_found()
}

impl<W: Work> IntoFuture for Job<W> {
    type Output = Result<W::Outcome, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.finish())
    }
}

impl<W: Work> fmt::Debug for Job<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Job")
            .field("type", &self.work.entry().type_name)
            .field("span", &self.span)
            .finish_non_exhaustive()
    }
}

/// One line for a user: `in progress, next look in 16 s`.
impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Checked { span: Some(span) } => write!(f, "checked: {span}"),
            Self::Checked { span: None } => f.write_str("checked"),
            Self::Resting { until } => {
                write!(f, "waiting until {}, since Amazon limits this type", spapi_core::DateTime::from(*until))
            }
            Self::Asked { id, origin } => {
                let how = match origin {
                    Origin::Requested => "requested",
                    Origin::Recovered => "requested, and found after a lost answer",
                    Origin::Reused => "already at Amazon",
                    Origin::Resumed => "resumed",
                    Origin::Found => "found",
                };
                write!(f, "{id} {how}")
            }
            Self::Waiting { status: Some(status), next } => write!(f, "{status}, next look in {} s", next.as_secs()),
            Self::Waiting { status: None, next } => {
                write!(f, "Amazon could not be asked, next look in {} s", next.as_secs())
            }
            Self::Ended { status: Some(status) } => write!(f, "{status}"),
            Self::Ended { status: None } => f.write_str("expired"),
        }
    }
}
