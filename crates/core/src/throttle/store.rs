//! Where the state of a bucket is kept.

use super::learn::State;
use crate::operation::Rate;
use std::sync::{Mutex, PoisonError};
use tokio::time::Instant;

/// Keeps the state of one bucket.
pub(super) enum Store {
    /// In this process alone.
    Memory { epoch: Instant, state: Mutex<State> },
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
        }
    }
}
