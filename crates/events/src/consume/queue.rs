//! What a consumer needs of a queue.

use super::{BoxFuture, QueueError};
use std::fmt;
use std::time::{Duration, SystemTime};

/// Amazon SQS hides a message for 12 hours at most after it was received. No queue here hides or waits for longer, so that no time
/// is beyond what a clock can show.
pub(super) const LONGEST_HIDDEN: Duration = Duration::from_secs(12 * 3600);

/// A queue of messages, each of which stays until it is deleted.
///
/// A message that was received is hidden from all others for a time, its visibility timeout. If it is not deleted by then, it is
/// received again. [`ChannelQueue`](super::ChannelQueue) is one in the process, [`FolderQueue`](super::FolderQueue) one of files,
/// and with the feature `sqs` `SqsQueue` one of Amazon SQS.
pub trait Queue: Send + Sync + 'static {
    /// Receives up to `most` messages and hides each for the time `visibility`. If there is none, it waits up to `wait` for the
    /// first.
    fn receive(
        &self,
        most: usize,
        wait: Duration,
        visibility: Duration,
    ) -> BoxFuture<'_, Result<Vec<Message>, QueueError>>;

    /// Deletes messages. Returns those that were not deleted; an error means that perhaps none was.
    fn delete<'a>(&'a self, receipts: &'a [Receipt]) -> BoxFuture<'a, Result<Vec<Refused>, QueueError>>;

    /// Hides messages for that much time from now. With zero they can be received again at once. Returns those that were not
    /// changed; an error means that perhaps none was.
    fn change_visibility<'a>(
        &'a self,
        changes: &'a [(Receipt, Duration)],
    ) -> BoxFuture<'a, Result<Vec<Refused>, QueueError>>;

    /// How many messages one call takes at most.
    fn at_once(&self) -> usize {
        10
    }
}

/// Puts messages somewhere: into a queue, or where dead letters go.
pub trait SendMessage: Send + Sync + 'static {
    /// Puts a message there. When it returns, the message is stored.
    fn send<'a>(&'a self, body: &'a [u8]) -> BoxFuture<'a, Result<(), QueueError>>;
}

/// A message as it came from a queue.
///
/// `Debug` shows neither the body nor the receipt.
#[derive(Clone)]
#[non_exhaustive]
pub struct Message {
    /// What was sent.
    pub body: Vec<u8>,
    /// With what the message is deleted or hidden.
    pub receipt: Receipt,
    /// The queue's id of the message, which is the same each time it is received.
    pub message_id: String,
    /// How often it was received, with this time. `None` if the queue does not count.
    pub receive_count: Option<u32>,
    /// When it was sent.
    pub sent_at: Option<SystemTime>,
}

impl Message {
    /// A message of a queue of your own.
    pub fn new(message_id: impl Into<String>, receipt: Receipt, body: impl Into<Vec<u8>>) -> Self {
        Self { body: body.into(), receipt, message_id: message_id.into(), receive_count: None, sent_at: None }
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message")
            .field("message_id", &self.message_id)
            .field("receive_count", &self.receive_count)
            .field("sent_at", &self.sent_at)
            .field("bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// Stands for one receipt of a message. Who has it can delete the message, so `Debug` does not show it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Receipt(String);

impl Receipt {
    /// A receipt by the text that the queue knows it by.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text that the queue knows it by.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Receipt")
    }
}

/// One of several messages that a queue did not delete or change.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Refused {
    /// Its position in the call's list.
    pub index: usize,
    /// Why.
    pub error: QueueError,
}

impl Refused {
    /// The message at that position of the list, and why.
    pub fn new(index: usize, error: QueueError) -> Self {
        Self { index, error }
    }
}
