//! Takes notifications from a queue to handlers (feature `consume`).
//!
//! A [`Consumer`] receives messages from a [`Queue`], decodes them, gives each notification to a [`Handler`], and deletes the
//! message after the handler has succeeded. [`Router`] is a handler that chooses one by the notification's type.
//!
//! # What is promised
//! - A message is deleted only after its handler has succeeded, or after it is stored where [`Consumer::dead_letters`] says. So
//!   each notification is handled at least once, also if the process is killed at any moment.
//! - A notification that was handled is not handled again when it comes again: within one process always, across a restart if
//!   [`Consumer::marks`] keeps the ids, as [`FileMarks`] does in a file. The mark is written after the handler has succeeded and
//!   before the message is deleted. If the process is killed between the handler's success and the mark, the notification is
//!   handled a second time: no queue can exclude that.
//! - A handler that must have its effect exactly once keeps the ids itself, where it keeps the effect and in the same
//!   transaction, and gives them to the consumer as [`Marks`]. Then the two cannot come apart.
//! - Order is not promised, neither by Amazon nor here: two notifications about one item may be handled at the same time, and
//!   the older one last. Compare their event times.
//! - Nothing that cannot be read is deleted. It goes where [`Consumer::dead_letters`] says, or stays until the queue moves it to
//!   its own dead-letter queue.

mod arrival;
mod backoff;
mod call;
mod channel;
mod consumer;
mod delivery;
mod error;
mod failure;
mod flights;
mod folder;
mod handler;
mod handling;
mod intake;
mod letters;
mod marks;
mod outbox;
mod queue;
mod router;
mod run;
#[cfg(feature = "sqs")]
mod sqs;
mod summary;
mod window;

pub use channel::ChannelQueue;
pub use consumer::Consumer;
pub use delivery::Delivery;
pub use error::{QueueError, QueueErrorKind, Stopped};
pub use failure::{FailureCause, MessageFailure, MessagePlace};
pub use folder::FolderQueue;
pub use handler::{Handler, HandlerError};
pub use marks::{FileMarks, Marks};
pub use queue::{Message, Queue, Receipt, Refused, SendMessage};
pub use router::{Event, Router};
#[cfg(feature = "sqs")]
pub use sqs::{QueueAttributes, Redrive, SqsQueue, SqsQueueBuilder};
pub use summary::{Metrics, Summary};

use std::pin::Pin;

/// A boxed future, as the methods of this module's traits return it.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
