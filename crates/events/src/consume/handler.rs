//! What works on notifications.

use super::{BoxFuture, Delivery};
use spapi_types::text::printable;
use std::error::Error as StdError;
use std::fmt;

/// Works on notifications. A function that takes a [`Delivery`] and returns a future is one.
///
/// It may be called for several notifications at a time, and for one notification again: after it has failed, and after a
/// process was killed. So its work must do no harm when it is repeated, unless it keeps the ids itself; see
/// [what is promised](super#what-is-promised).
pub trait Handler: Send + Sync + 'static {
    /// Works on a notification. After success its message is deleted. After an error it is received again later.
    fn handle(&self, delivery: Delivery) -> BoxFuture<'_, Result<(), HandlerError>>;
}

impl<F, Fut> Handler for F
where
    F: Fn(Delivery) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<(), HandlerError>> + Send + 'static,
{
    fn handle(&self, delivery: Delivery) -> BoxFuture<'_, Result<(), HandlerError>> {
        Box::pin(self(delivery))
    }
}

/// Why a handler failed. Any error becomes one by `?`. Its text is logged, so it must not contain a secret.
pub struct HandlerError {
    why: Box<dyn StdError + Send + Sync>,
    is_declined: bool,
}

impl HandlerError {
    /// An error from a text or an error.
    pub fn new(why: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { why: why.into(), is_declined: false }
    }

    /// Leaves the notification to others, because this handler does not take it. That does not count as a failure, and never makes a
    /// dead letter. The message stays in the queue, hidden for the pause that a failure would have. It comes again and again until
    /// another program takes it or the queue's redrive policy moves it to its dead-letter queue.
    pub fn declined() -> Self {
        Self { why: "it is left to others".into(), is_declined: true }
    }

    pub(super) fn is_declined(&self) -> bool {
        self.is_declined
    }
}

impl<E: StdError + Send + Sync + 'static> From<E> for HandlerError {
    fn from(error: E) -> Self {
        Self { why: Box::new(error), is_declined: false }
    }
}

impl fmt::Display for HandlerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        printable(&self.why.to_string()).up_to(400).fmt(f)
    }
}

impl fmt::Debug for HandlerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HandlerError({self})")
    }
}
