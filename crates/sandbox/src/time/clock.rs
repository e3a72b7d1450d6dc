//! The sandbox's clock.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

/// The clock of a sandbox: it dates orders, expires access tokens and refills quotas.
///
/// Clones share one time, so a test that keeps a clone advances the sandbox's time with [`advance`](Self::advance) and does
/// not wait.
#[derive(Clone, Debug)]
pub struct Clock {
    base: Base,
    /// Nanoseconds by which the clock was advanced.
    advanced: Arc<AtomicU64>,
}

#[derive(Clone, Copy, Debug)]
enum Base {
    /// The machine's time. In a runtime whose time is paused or put forward, by as much.
    System {
        real: Instant,
        tokio: tokio::time::Instant,
    },
    Stopped(SystemTime),
}

impl Clock {
    /// The machine's own time. Where tokio's time is paused, it follows that: quotas refill as soon as nothing is left to do.
    pub fn system() -> Self {
        let base = Base::System { real: Instant::now(), tokio: tokio::time::Instant::now() };
        Self { base, advanced: Arc::default() }
    }

    /// A clock that stays at `time` until it is advanced, so that every run sees the same dates.
    pub fn stopped_at(time: SystemTime) -> Self {
        Self { base: Base::Stopped(time), advanced: Arc::default() }
    }

    /// The sandbox's present time.
    pub fn now(&self) -> SystemTime {
        let base = match self.base {
            Base::System { real, tokio } => {
                let (now, real, tokio) = (SystemTime::now(), real.elapsed(), tokio.elapsed());
                if tokio > real { now + (tokio - real) } else { now - (real - tokio) }
            }
            Base::Stopped(time) => time,
        };
        base + Duration::from_nanos(self.advanced.load(Ordering::Relaxed))
    }

    /// By how much the clock was advanced.
    pub(crate) fn advanced(&self) -> Duration {
        Duration::from_nanos(self.advanced.load(Ordering::Relaxed))
    }

    /// Advances the clock and every clone of it. A running clock continues from there.
    pub fn advance(&self, by: Duration) {
        let by = u64::try_from(by.as_nanos()).unwrap_or(u64::MAX);
        // The closure always gives a value, so this cannot fail.
        let _ =
            self.advanced.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |so_far| Some(so_far.saturating_add(by)));
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::system()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_share_one_time() {
        let clock = Clock::stopped_at(SystemTime::UNIX_EPOCH);
        clock.clone().advance(Duration::from_secs(90));
        assert_eq!(clock.now(), SystemTime::UNIX_EPOCH + Duration::from_secs(90));
    }
}
