//! Calls of code that is not ours, whatever it does.

use super::{QueueError, QueueErrorKind};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::timeout;

/// The result of a call of `whose` code. A panic is an error.
pub(super) async fn call<T: Send + 'static>(
    whose: &str,
    work: impl Future<Output = Result<T, QueueError>> + Send + 'static,
) -> Result<T, QueueError> {
    // A task of its own, which catches a panic. The set drops it with this one.
    let mut task = JoinSet::new();
    task.spawn(work);
    match task.join_next().await {
        Some(Ok(result)) => result,
        // What the panic says may hold anything, and stays out of the error.
        Some(Err(_)) | None => Err(QueueError::new(QueueErrorKind::Panicked, format!("the code of {whose} panicked"))
            .with_hint("The panic has written where, by default to the standard error output.")),
    }
}

/// The same, with an error of this kind if it takes longer.
pub(super) async fn limited<T: Send + 'static>(
    kind: QueueErrorKind,
    whose: &str,
    longest: Duration,
    work: impl Future<Output = Result<T, QueueError>> + Send + 'static,
) -> Result<T, QueueError> {
    timeout(longest, call(whose, work)).await.unwrap_or_else(|_| Err(too_slow(kind, whose, longest)))
}

/// The error of a call that took longer than it may.
pub(super) fn too_slow(kind: QueueErrorKind, whose: &str, longest: Duration) -> QueueError {
    QueueError::new(kind, format!("a call of {whose} took longer than {longest:?}"))
}
