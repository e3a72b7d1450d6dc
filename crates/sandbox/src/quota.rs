//! Token buckets, one per seller and operation, as Amazon throttles.

use crate::http::ApiError;
use crate::http::published::{self, Key};
use crate::time::Clock;
use spapi_metadata::Published;
use spapi_types::Region;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

/// How strictly a sandbox throttles.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum Limits {
    /// The rate and the burst that Amazon documents for each operation. An operation without a documented rate has no
    /// limit.
    #[default]
    Documented,
    /// The documented rate and burst times this factor, a finite number above 0. Amazon's real limits run below the
    /// documented ones, so a factor such as `0.5` gives a stricter and more realistic test. A burst is at least 1.
    Factor(f64),
    /// The limits of Amazon's own sandbox: a rate of 5 calls a second and a burst of 15, for each operation.
    AmazonSandbox,
    /// No limit, and no rate-limit header.
    Off,
}

impl Limits {
    /// Why the limits are invalid, or `None` if they are valid.
    pub(crate) fn problem(self) -> Option<String> {
        match self {
            Self::Factor(factor) if !(factor.is_finite() && factor > 0.0) => {
                Some(format!("the factor of the limits must be a finite number above 0, not {factor}"))
            }
            _ => None,
        }
    }

    /// The limit that applies to an operation with this documented rate and burst.
    fn apply(self, documented: Option<Limit>) -> Option<Limit> {
        match self {
            Self::Documented => documented,
            Self::Factor(factor) => {
                documented.map(|Limit { rate, burst }| Limit { rate: rate * factor, burst: (burst * factor).max(1.0) })
            }
            Self::AmazonSandbox => Some(Limit { rate: 5.0, burst: 15.0 }),
            Self::Off => None,
        }
    }
}

/// Tokens per second, and how many a bucket holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Limit {
    pub(crate) rate: f64,
    pub(crate) burst: f64,
}

impl Limit {
    /// The rate as the rate-limit header shows it, rounded so that no binary fraction shows.
    pub(crate) fn header(self) -> String {
        ((self.rate * 1e6).round() / 1e6).to_string()
    }
}

/// The buckets of every seller.
#[derive(Debug)]
pub(crate) struct Quota {
    limits: Limits,
    clock: Clock,
    buckets: Mutex<HashMap<BucketKey, Bucket>>,
}

/// The region, the seller (`None` for the application itself), and the operation.
type BucketKey = (Region, Option<usize>, Key);

#[derive(Debug)]
struct Bucket {
    tokens: f64,
    filled: SystemTime,
}

impl Quota {
    pub(crate) fn new(limits: Limits, clock: Clock) -> Self {
        Self { limits, clock, buckets: Mutex::default() }
    }

    /// Whether the sandbox limits calls.
    pub(crate) fn has_limits(&self) -> bool {
        self.limits != Limits::Off
    }

    /// Takes a token from the bucket that the seller or the application has for the operation, and returns the limit that
    /// applied.
    pub(crate) fn take(
        &self,
        region: Region,
        seller: Option<usize>,
        operation: &Published,
    ) -> Result<Option<Limit>, ApiError> {
        let Some(limit) = self.limits.apply(published::documented_limit(operation)) else { return Ok(None) };
        let now = self.clock.now();
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = buckets
            .entry((region, seller, published::key(operation)))
            .or_insert(Bucket { tokens: limit.burst, filled: now });
        bucket.take(limit, now).then_some(Some(limit)).ok_or_else(ApiError::quota_exceeded)
    }
}

impl Bucket {
    /// Refills the bucket for the time until now, then takes a token if there is one.
    fn take(&mut self, limit: Limit, now: SystemTime) -> bool {
        // A clock that was set back fills nothing.
        let elapsed = now.duration_since(self.filled).unwrap_or_default().as_secs_f64();
        self.tokens = (self.tokens + elapsed * limit.rate).min(limit.burst);
        self.filled = now;
        // A rate such as 0.1 added ten times is a hair below 1.
        let enough = self.tokens > 1.0 - 1e-9;
        if enough {
            self.tokens = (self.tokens - 1.0).max(0.0);
        }
        enough
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn seconds(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[test]
    fn a_bucket_gives_its_burst_then_its_rate() {
        let limit = Limit { rate: 0.1, burst: 3.0 };
        let mut bucket = Bucket { tokens: limit.burst, filled: seconds(0) };
        let given = |bucket: &mut Bucket, at| (0..10).filter(|_| bucket.take(limit, seconds(at))).count();
        assert_eq!(given(&mut bucket, 0), 3);
        assert_eq!(given(&mut bucket, 9), 0);
        assert_eq!(given(&mut bucket, 10), 1, "a refused call takes nothing");
        assert_eq!(given(&mut bucket, 1_000_000), 3, "it fills up to the burst");
        assert_eq!(given(&mut bucket, 5), 0, "a clock set back fills nothing");
    }

    #[test]
    fn limits_scale_and_switch_off() {
        let documented = Limit { rate: 0.0167, burst: 20.0 };
        assert_eq!(Limits::Documented.apply(Some(documented)), Some(documented));
        assert_eq!(Limits::Off.apply(Some(documented)), None);
        let half = Limits::Factor(0.5).apply(Some(documented)).unwrap();
        assert_eq!((half.header().as_str(), half.burst), ("0.00835", 10.0));
        assert_eq!(Limits::Factor(0.01).apply(Some(documented)).unwrap().burst, 1.0);
        assert_eq!(documented.header(), "0.0167");
        assert_eq!(Limits::AmazonSandbox.apply(None), Some(Limit { rate: 5.0, burst: 15.0 }), "documented or not");
        for factor in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(Limits::Factor(factor).problem().is_some(), "{factor}");
        }
    }
}
