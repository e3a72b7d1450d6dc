//! Work that several callers want at the same time, and that is done once for all of them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::time::Instant;

/// Work by name. A caller that comes while the work is being done gets its result, also if that is an error: ten callers
/// do not wait for ten failures in a row.
pub(super) struct Flights<T>(Mutex<HashMap<String, Arc<Flight<T>>>>);

type Flight<T> = tokio::sync::Mutex<Option<(Instant, T)>>;

impl<T> Default for Flights<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Clone> Flights<T> {
    /// Does the work, or waits for another caller who does. If that caller goes away, the next one does it.
    pub(super) async fn join(&self, name: &str, work: impl Future<Output = T>) -> T {
        let came = Instant::now();
        let flight =
            Leaving { flights: self, name, flight: Arc::clone(self.lock().entry(name.to_owned()).or_default()) };
        let mut landed = flight.flight.lock().await;
        if let Some((at, result)) = &*landed {
            if *at >= came {
                return result.clone();
            }
        }
        let result = work.await;
        *landed = Some((Instant::now(), result.clone()));
        result
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Arc<Flight<T>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Removes the flight with its last caller, however that caller goes.
struct Leaving<'a, T: Clone> {
    flights: &'a Flights<T>,
    name: &'a str,
    flight: Arc<Flight<T>>,
}

impl<T: Clone> Drop for Leaving<'_, T> {
    fn drop(&mut self) {
        let mut flights = self.flights.lock();
        // The map's own and this one.
        if Arc::strong_count(&self.flight) <= 2 {
            flights.remove(self.name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::time::Duration;

    #[tokio::test(start_paused = true)]
    async fn callers_at_the_same_time_share_one_result_and_later_ones_do_not() {
        let (flights, done) = (Flights::default(), AtomicU32::new(0));
        let work = || async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            done.fetch_add(1, Ordering::Relaxed)
        };
        let (one, two, other) =
            tokio::join!(flights.join("a", work()), flights.join("a", work()), flights.join("b", work()));
        assert_eq!((one, one == two, other != one), (one, true, true));
        assert_eq!(done.load(Ordering::Relaxed), 2);
        flights.join("a", work()).await;
        assert_eq!(done.load(Ordering::Relaxed), 3);
        assert!(flights.lock().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn work_whose_caller_goes_away_is_done_by_the_next() {
        let flights = Flights::default();
        let slow = flights.join("a", async {
            tokio::time::sleep(Duration::from_secs(9)).await;
            1
        });
        let (gone, result) =
            tokio::join!(tokio::time::timeout(Duration::from_secs(1), slow), flights.join("a", async { 2 }));
        assert!(gone.is_err());
        assert_eq!(result, 2);
        assert!(flights.lock().is_empty());
    }
}
