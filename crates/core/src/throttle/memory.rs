//! Quotas in the memory of one process.

use super::learn::QuotaState;
use super::store::{QuotaAnswer, QuotaChange, QuotaKey, QuotaStore};
use crate::auth::StoreError;
use crate::future::BoxFuture;
use crate::operation::Rate;
use std::collections::HashMap;
use std::future;
use std::sync::{Mutex, PoisonError};
use tokio::time::Instant;

/// Quotas that only this process knows. They use tokio's time, which a test can pause.
pub(super) struct Memory {
    start: Instant,
    states: Mutex<HashMap<QuotaKey, QuotaState>>,
}

impl Memory {
    pub fn new() -> Self {
        Self { start: Instant::now(), states: Mutex::default() }
    }
}

impl QuotaStore for Memory {
    fn update<'a>(
        &'a self,
        key: &'a QuotaKey,
        rate: Rate,
        change: &'a QuotaChange,
    ) -> BoxFuture<'a, Result<QuotaAnswer, StoreError>> {
        let mut states = self.states.lock().unwrap_or_else(PoisonError::into_inner);
        let answer = change.apply(states.get(key), rate, self.start.elapsed());
        match states.get_mut(key) {
            Some(state) => *state = answer.state,
            None => drop(states.insert(key.clone(), answer.state)),
        }
        Box::pin(future::ready(Ok(answer)))
    }
}
