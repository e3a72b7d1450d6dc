//! Pauses that grow.

use std::time::Duration;

/// After so many doublings a pause grows no more.
const MOST_DOUBLINGS: u32 = 30;

/// A first pause, and the longest.
#[derive(Clone, Copy, Debug)]
pub(super) struct Backoff {
    pub first: Duration,
    pub longest: Duration,
}

impl Backoff {
    /// The pause after that many failures in a row, of which there is at least one.
    pub fn after(self, failures: u32) -> Duration {
        let doublings = failures.saturating_sub(1).min(MOST_DOUBLINGS);
        self.first.saturating_mul(1 << doublings).min(self.longest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest() {
        let backoff = Backoff { first: Duration::from_secs(10), longest: Duration::from_secs(900) };
        let pauses: Vec<_> = (0..9).map(|failures| backoff.after(failures).as_secs()).collect();
        assert_eq!(pauses, [10, 10, 20, 40, 80, 160, 320, 640, 900]);
        assert_eq!(backoff.after(u32::MAX).as_secs(), 900);
    }
}
