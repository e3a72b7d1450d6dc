//! Where the state of a bucket is kept.

#[cfg(feature = "quota-files")]
use super::file::StateFile;
use super::learn::State;
use crate::operation::Rate;
use std::sync::{Mutex, PoisonError};
use tokio::time::Instant;

/// Keeps the state of one bucket.
pub(super) enum Store {
    /// In this process alone.
    Memory { epoch: Instant, state: Mutex<State> },
    /// In a file, for all processes that use it.
    #[cfg(feature = "quota-files")]
    File(StateFile),
}

impl Store {
    /// A store in memory, of a full bucket.
    pub fn memory(rate: Rate) -> Self {
        Self::Memory { epoch: Instant::now(), state: Mutex::new(State::new(rate, 0.0)) }
    }

    /// Fills the bucket up to now and changes it.
    pub fn update<R>(&self, rate: Rate, change: impl FnOnce(&mut State) -> R) -> R {
        match self {
            Self::Memory { epoch, state } => {
                let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
                state.fill(rate, epoch.elapsed().as_secs_f64());
                change(&mut state)
            }
            #[cfg(feature = "quota-files")]
            Self::File(file) => file.update(rate, change),
        }
    }
}
