//! Why a message was not handled, and where it is.

use super::{HandlerError, QueueError};
use crate::ParseError;
use spapi_types::text::printable;
use std::fmt;
use std::time::Duration;

/// A message that was not handled, for [`Consumer::on_failure`](super::Consumer::on_failure).
///
/// `Display` writes one line: what the message is known by, what happened, and where it is now. Neither that nor `Debug` shows
/// anything of the message's content.
#[derive(Debug)]
#[non_exhaustive]
pub struct MessageFailure {
    /// The queue's id of the message.
    pub message_id: String,
    /// The notification type. `None` if the message cannot be read.
    pub notification_type: Option<String>,
    /// The id of the notification. `None` if the message cannot be read, or the notification has none.
    pub notification_id: Option<String>,
    /// How often the message was received, with this time.
    pub receive_count: u32,
    /// What happened.
    pub cause: FailureCause,
    /// Where the message is now.
    pub place: MessagePlace,
}

/// Why a message was not handled.
#[derive(Debug)]
#[non_exhaustive]
pub enum FailureCause {
    /// It is not a notification.
    Unreadable(ParseError),
    /// The handler failed.
    Failed(HandlerError),
    /// The handler panicked.
    Panicked,
    /// The handler took longer than this time, and was dropped.
    TooLong(Duration),
    /// The consumer stopped, and the handler was dropped when the grace time ended.
    Stopped,
}

/// Where a message is that was not handled.
#[derive(Debug)]
#[non_exhaustive]
pub enum MessagePlace {
    /// In the queue. It can be received again after the time `hidden_for`.
    Queue {
        /// For how long it is hidden.
        hidden_for: Duration,
        /// Why it could not be stored as a dead letter, if that was tried.
        not_stored: Option<QueueError>,
    },
    /// Stored as a dead letter. It is deleted from the queue.
    DeadLetters,
}

/// What a message is known by.
#[derive(Clone)]
pub(super) struct Subject {
    pub message_id: String,
    pub notification_type: Option<String>,
    pub notification_id: Option<String>,
    pub receive_count: u32,
}

impl MessageFailure {
    pub(super) fn new(subject: Subject, cause: FailureCause, place: MessagePlace) -> Self {
        let Subject { message_id, notification_type, notification_id, receive_count } = subject;
        Self { message_id, notification_type, notification_id, receive_count, cause, place }
    }
}

impl fmt::Display for MessageFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |text: &str| printable(text).up_to(200).to_string();
        match (&self.notification_type, &self.notification_id) {
            (Some(name), Some(id)) => write!(f, "{} {}", shown(name), shown(id))?,
            (Some(name), None) => write!(f, "{} in the message {}", shown(name), shown(&self.message_id))?,
            (None, _) => write!(f, "message {}", shown(&self.message_id))?,
        }
        write!(f, ": {}; {}", self.cause, self.place)
    }
}

impl fmt::Display for FailureCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(error) => error.fmt(f),
            Self::Failed(error) => error.fmt(f),
            Self::Panicked => f.write_str("the handler panicked"),
            Self::TooLong(longest) => write!(f, "the work took longer than {longest:?}"),
            Self::Stopped => f.write_str("the consumer stopped before the work ended"),
        }
    }
}

impl fmt::Display for MessagePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DeadLetters => f.write_str("it is stored as a dead letter"),
            Self::Queue { hidden_for, not_stored } => {
                if let Some(error) = not_stored {
                    write!(f, "it cannot be stored as a dead letter ({error}) and ")?;
                } else {
                    f.write_str("it ")?;
                }
                f.write_str("stays in the queue")?;
                if hidden_for.is_zero() { Ok(()) } else { write!(f, ", hidden for {hidden_for:?}") }
            }
        }
    }
}
