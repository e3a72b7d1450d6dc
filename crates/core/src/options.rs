//! Options of a single call besides its arguments.

use crate::{Priority, RetryPolicy};
use std::time::Duration;

/// Options of one call. An option that is not set is the client's.
///
/// ```
/// use spapi_core::{RequestOptions, RetryPolicy};
/// use std::time::Duration;
///
/// let patient = RequestOptions::new().timeout(Duration::from_secs(90)).retry(RetryPolicy::new().attempts(8));
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct RequestOptions {
    pub(crate) timeout: Option<Duration>,
    pub(crate) longest_wait: Option<Duration>,
    pub(crate) priority: Option<Priority>,
    pub(crate) retry: Option<RetryPolicy>,
    pub(crate) has_own_limit: bool,
}

impl RequestOptions {
    /// No options.
    pub fn new() -> Self {
        Self::default()
    }

    /// How long one attempt may take, from connecting to the last byte of the answer.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// How long the call may wait at a time for its quota. See [`ClientBuilder::longest_wait`].
    ///
    /// [`ClientBuilder::longest_wait`]: crate::client::ClientBuilder::longest_wait
    pub fn longest_wait(mut self, wait: Duration) -> Self {
        self.longest_wait = Some(wait);
        self
    }

    /// Whether the call goes before others that wait for the same quota, or after them.
    pub fn priority(mut self, priority: Priority) -> Self {
        self.priority = Some(priority);
        self
    }

    /// When the call is tried again.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = Some(policy);
        self
    }

    /// Says that Amazon limits this call by something besides the operation's quota, such as `createReport` by the type of the
    /// report. If Amazon refuses it (429), the local quota does not change, and other calls of the operation go on.
    pub fn own_limit(mut self) -> Self {
        self.has_own_limit = true;
        self
    }
}
