//! Wakes waiting jobs when a notification names their report.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use tokio::sync::Notify;

/// The waiting jobs, by Amazon's id.
#[derive(Debug, Default)]
pub(crate) struct Wakes(Mutex<HashMap<String, Weak<Notify>>>);

impl Wakes {
    /// What wakes the jobs that wait for this id, for as long as one of them keeps it.
    pub fn of(&self, id: &str) -> Arc<Notify> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.retain(|_, notify| notify.strong_count() > 0);
        if let Some(notify) = waiting.get(id).and_then(Weak::upgrade) {
            return notify;
        }
        let notify = Arc::new(Notify::new());
        waiting.insert(id.to_owned(), Arc::downgrade(&notify));
        notify
    }

    /// Wakes the jobs that wait for this id. Returns whether there is one.
    pub fn wake(&self, id: &str) -> bool {
        let waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(notify) = waiting.get(id).and_then(Weak::upgrade) else { return false };
        notify.notify_waiters();
        // A job that is not asleep at this moment wakes at once when it wants to sleep.
        notify.notify_one();
        true
    }
}
