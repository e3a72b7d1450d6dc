//! How often those who wait look, and what makes them look at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, timeout_at};

/// How much time between two looks at one listing each waiter adds: half of the rate of `getListingsItem`, five calls a
/// second.
const SHARE: Duration = Duration::from_millis(400);

/// By how much each pause is longer than the one before.
const GROWTH: f64 = 1.6;

/// After so many looks the pauses grow no more, whatever the longest pause is.
const MOST_GROWTH: u32 = 60;

/// The longest pause that may be set. It grows by a factor, which must not overflow.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// How many wakes a waiter may be behind. One that is further behind looks too.
const WAKES: usize = 256;

/// What all who wait share.
#[derive(Debug)]
pub(crate) struct Pace {
    first: Duration,
    longest: Duration,
    waiting: AtomicUsize,
    /// The SKUs that notifications name.
    wakes: broadcast::Sender<Arc<str>>,
}

impl Default for Pace {
    fn default() -> Self {
        Self::new(Duration::from_secs(2), Duration::from_secs(30))
    }
}

impl Pace {
    pub fn new(first: Duration, longest: Duration) -> Self {
        let first = first.min(LONGEST);
        let longest = longest.clamp(first, LONGEST);
        Self { first, longest, waiting: AtomicUsize::new(0), wakes: broadcast::Sender::new(WAKES) }
    }

    /// Wakes those who wait for this SKU.
    pub fn wake(&self, sku: &str) {
        // It is an error only if nobody waits.
        let _ = self.wakes.send(sku.into());
    }

    /// A place among those who wait, for this SKU.
    pub fn wait_here(self: &Arc<Self>, sku: &str) -> Seat {
        self.waiting.fetch_add(1, Ordering::Relaxed);
        Seat { wakes: self.wakes.subscribe(), sku: sku.into(), looks: 0, pace: Arc::clone(self) }
    }

    /// How long to wait after that many looks. All who wait together stay within the quota.
    fn pause(&self, looks: u32) -> Duration {
        let exponent = looks.saturating_sub(1).min(MOST_GROWTH) as i32;
        let grown = self.first.mul_f64(GROWTH.powi(exponent)).min(self.longest);
        let others = self.waiting.load(Ordering::Relaxed).saturating_sub(1);
        let fair = self.first.min(SHARE).saturating_mul(u32::try_from(others).unwrap_or(u32::MAX));
        grown.max(fair)
    }
}

/// The place of one that waits.
#[derive(Debug)]
pub(crate) struct Seat {
    pace: Arc<Pace>,
    sku: Arc<str>,
    looks: u32,
    wakes: broadcast::Receiver<Arc<str>>,
}

impl Seat {
    /// Counts a look. Returns how long to pause after it.
    pub fn looked(&mut self) -> Duration {
        self.looks = self.looks.saturating_add(1);
        self.pace.pause(self.looks)
    }

    /// Waits until this time, or until a notification names the SKU. One that came since the last look counts too.
    pub async fn until(&mut self, time: Instant) {
        let woken = async {
            loop {
                match self.wakes.recv().await {
                    Ok(sku) if sku != self.sku => {}
                    Ok(_) | Err(RecvError::Lagged(_)) => return,
                    Err(RecvError::Closed) => std::future::pending().await,
                }
            }
        };
        // It does not matter which of them ended the wait.
        let _ = timeout_at(time, woken).await;
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.pace.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The time after this one, or a time so far away that it does not matter.
pub(crate) fn after(wait: Duration) -> Instant {
    let now = Instant::now();
    now.checked_add(wait).or_else(|| now.checked_add(LONGEST * 365)).unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_the_longest_and_with_the_number_of_those_who_wait() {
        let pace = Arc::new(Pace::new(Duration::from_secs(2), Duration::from_secs(30)));
        let mut seat = pace.wait_here("A");
        let pauses: Vec<_> = (0..80).map(|_| seat.looked()).collect();
        assert_eq!(pauses[0], Duration::from_secs(2));
        assert!(pauses.windows(2).all(|pair| pair[0] <= pair[1]), "{pauses:?}");
        assert_eq!(pauses[79], Duration::from_secs(30));
        let others: Vec<_> = (0..1000).map(|_| pace.wait_here("B")).collect();
        assert_eq!(seat.looked(), Duration::from_secs(400));
        drop(others);
        assert_eq!(seat.looked(), Duration::from_secs(30));
    }

    #[tokio::test(start_paused = true)]
    async fn a_wake_counts_for_its_sku_also_before_the_pause_begins() {
        let pace = Arc::new(Pace::default());
        let mut seat = pace.wait_here("A");
        let start = Instant::now();
        pace.wake("B");
        pace.wake("A");
        seat.until(start + Duration::from_secs(60)).await;
        assert_eq!(start.elapsed(), Duration::ZERO);
        pace.wake("B");
        seat.until(start + Duration::from_secs(60)).await;
        assert_eq!(start.elapsed(), Duration::from_secs(60));
    }
}
