//! Why a queue cannot be used, and why a consumer has stopped.

use super::summary::Summary;
use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

/// Why a queue, or what keeps messages beside it, refused or failed.
///
/// `Display` writes one line that says what failed and what to do next. It shows no message, no receipt and no secret.
#[derive(Clone)]
pub struct QueueError {
    kind: QueueErrorKind,
    message: String,
    hint: Cow<'static, str>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

/// The kind of a [`QueueError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum QueueErrorKind {
    /// The settings of the queue cannot be used.
    Config,
    /// The queue does not exist, or does no longer.
    Gone,
    /// There are no credentials, or they are not known or have expired.
    Credentials,
    /// The credentials may not do this.
    Denied,
    /// The clock of this machine differs too much from the queue's.
    Clock,
    /// Too many requests at a time.
    Throttled,
    /// The queue could not be reached, or the connection was lost.
    Connect,
    /// The queue failed for a reason of its own.
    Server,
    /// The receipt is no longer valid: the message was received again, or is gone.
    Receipt,
    /// The queue does not take this message or this value.
    Input,
    /// A file or folder cannot be read or written.
    Storage,
    /// The code of a queue, of marks or of a place for dead letters panicked.
    Panicked,
}

impl QueueErrorKind {
    /// After how many failures in a row a consumer gives up. `None` if it never does, because the fault may pass.
    pub(super) fn most_failures(self) -> Option<u32> {
        match self {
            Self::Throttled | Self::Connect | Self::Server | Self::Receipt => None,
            // Other credentials may be at hand by then, or the clock may be set.
            Self::Credentials | Self::Clock | Self::Storage | Self::Panicked => Some(5),
            Self::Config | Self::Gone | Self::Denied | Self::Input => Some(1),
        }
    }
}

impl QueueError {
    /// An error for a queue of your own. The message must not contain a secret or the content of a message.
    pub fn new(kind: QueueErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), hint: Cow::Borrowed(""), source: None }
    }

    /// Says what to do about it.
    pub fn with_hint(self, hint: impl Into<Cow<'static, str>>) -> Self {
        Self { hint: hint.into(), ..self }
    }

    /// Adds the error that caused this one.
    pub fn with_source(self, source: impl StdError + Send + Sync + 'static) -> Self {
        Self { source: Some(Arc::new(source)), ..self }
    }

    /// The kind of fault.
    pub fn kind(&self) -> QueueErrorKind {
        self.kind
    }
}

impl fmt::Display for QueueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if self.hint.is_empty() { Ok(()) } else { write!(f, ". {}", self.hint) }
    }
}

impl fmt::Debug for QueueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QueueError").field("kind", &self.kind).field("message", &self.message).finish_non_exhaustive()
    }
}

impl StdError for QueueError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

/// A consumer that had to stop. What it had received is finished or given back to the queue.
#[derive(Clone, Debug)]
pub struct Stopped {
    pub(super) error: QueueError,
    pub(super) summary: Summary,
}

impl Stopped {
    /// Why it had to stop.
    pub fn error(&self) -> &QueueError {
        &self.error
    }

    /// What it did before.
    pub fn summary(&self) -> &Summary {
        &self.summary
    }
}

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the consumer has stopped: {}", self.error)
    }
}

impl StdError for Stopped {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&self.error)
    }
}
