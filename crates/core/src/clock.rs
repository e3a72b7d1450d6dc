//! The time of day, which a test can set.

use std::fmt::Debug;
use std::time::SystemTime;

/// Tells the time by which access tokens are renewed and the tokens of pages expire.
pub trait Clock: Debug + Send + Sync {
    /// The time now.
    fn now(&self) -> SystemTime;
}

/// The system's own clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }
}
