//! The current time and waiting, which a test can replace.

use crate::future::BoxFuture;
use std::fmt::Debug;
use std::time::{Duration, SystemTime};

/// Gives the time at which access tokens are renewed and the tokens of pages expire, and waits between attempts.
pub trait Clock: Debug + Send + Sync {
    /// The time now.
    fn now(&self) -> SystemTime;

    /// Waits before another attempt. By default it uses tokio's timer. A clock for tests may return at once.
    fn sleep(&self, wait: Duration) -> BoxFuture<'_, ()> {
        Box::pin(tokio::time::sleep(wait))
    }
}

/// The system's own clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }
}
