//! What a handler is given.

use super::{Message, window};
use crate::Notification;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
use std::time::SystemTime;

/// A notification, with what the queue knows about its message. Cheap to clone. It has the fields and methods of
/// [`Notification`].
///
/// `Debug` does not show the payload.
#[derive(Clone)]
pub struct Delivery(Arc<Inner>);

struct Inner {
    notification: Notification,
    message_id: String,
    receive_count: Option<u32>,
    sent_at: Option<SystemTime>,
}

impl Delivery {
    /// A delivery without a queue, to try a handler with.
    pub fn of(notification: Notification) -> Self {
        Self(Arc::new(Inner { notification, message_id: String::new(), receive_count: None, sent_at: None }))
    }

    pub(super) fn new(notification: Notification, message: &Message) -> Self {
        Self(Arc::new(Inner {
            notification,
            message_id: message.message_id.clone(),
            receive_count: message.receive_count,
            sent_at: message.sent_at,
        }))
    }

    /// The notification.
    pub fn notification(&self) -> &Notification {
        &self.0.notification
    }

    /// The queue's id of the message. Empty without a queue.
    pub fn message_id(&self) -> &str {
        &self.0.message_id
    }

    /// How often the message was received, with this time. Above 1, a handler may have worked on it before.
    pub fn receive_count(&self) -> Option<u32> {
        self.0.receive_count
    }

    /// When the message was sent.
    pub fn sent_at(&self) -> Option<SystemTime> {
        self.0.sent_at
    }

    /// What tells the notification from others, wherever it comes from: its id, or `content:` and a hash of all that it says if it
    /// has none. Two that are equal in all have the same identity. The consumer itself compares the ids of notifications alone.
    pub fn identity(&self) -> String {
        match self.id() {
            Some(id) => id.to_owned(),
            None => format!("content:{:032x}", window::key(self.raw().to_string())),
        }
    }
}

impl Deref for Delivery {
    type Target = Notification;

    fn deref(&self) -> &Notification {
        &self.0.notification
    }
}

impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delivery")
            .field("notification_type", &self.notification_type.as_str())
            .field("id", &self.id())
            .field("message_id", &self.0.message_id)
            .field("receive_count", &self.0.receive_count)
            .finish_non_exhaustive()
    }
}
