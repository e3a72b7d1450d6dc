//! The place where quotas are kept, as a trait of data.

use super::learn::{QuotaState, TakenCall, usable};
use crate::auth::StoreError;
use crate::future::BoxFuture;
use crate::operation::Rate;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Keeps what is left of quotas: in memory, in files, or in a database that many machines share.
///
/// A client asks it to apply a [`QuotaChange`] to the quota under a key. The store reads the [`QuotaState`] that it
/// keeps there, calls [`QuotaChange::apply`], writes the new state and answers with it, all in one transaction, so that
/// two processes never take the same call. It needs to know nothing of rates or buckets. The waiting, the order of
/// those who wait and their priorities stay in each process.
///
/// Give it to clients with [`Quotas::with_store`](super::Quotas::with_store).
///
/// ```
/// use spapi_core::BoxFuture;
/// use spapi_core::auth::StoreError;
/// use spapi_core::operation::Rate;
/// use spapi_core::throttle::{QuotaAnswer, QuotaChange, QuotaKey, QuotaState, QuotaStore};
/// use std::time::Duration;
///
/// /// Keeps quotas in a table with a row for each key.
/// struct Table;
///
/// impl QuotaStore for Table {
///     fn update<'a>(
///         &'a self,
///         key: &'a QuotaKey,
///         rate: Rate,
///         change: &'a QuotaChange,
///     ) -> BoxFuture<'a, Result<QuotaAnswer, StoreError>> {
///         Box::pin(async move {
///             // BEGIN; SELECT state, now() FROM quotas WHERE key = $1 FOR UPDATE;
///             let (stored, now) = select_for_update(&serde_json::to_string(key)?).await?;
///             let stored: Option<QuotaState> = stored.map(|json| serde_json::from_str(&json)).transpose()?;
///             let answer = change.apply(stored.as_ref(), rate, now);
///             // INSERT INTO quotas ... ON CONFLICT DO UPDATE; COMMIT;
///             upsert_and_commit(&serde_json::to_string(&answer.state)?).await?;
///             Ok(answer)
///         })
///     }
/// }
/// # async fn select_for_update(_: &str) -> Result<(Option<String>, Duration), StoreError> { Ok((None, Duration::ZERO)) }
/// # async fn upsert_and_commit(_: &str) -> Result<(), StoreError> { Ok(()) }
/// ```
///
/// # When a store fails
/// A store that answers with an error, or does not answer within 2 seconds, does not stop a call: a call is worth more
/// than the chance that another process makes one too many, which Amazon answers with a 429. The process logs one
/// warning, goes on with the numbers that it knows and tells the store nothing about the calls that it makes meanwhile.
/// It asks the store again after 5 seconds and logs when the store works again. So while a shared store is down, each
/// process uses the rest that it last saw, and the rate, as if they were its own.
pub trait QuotaStore: Send + Sync + 'static {
    /// Applies the change to the quota under the key and gives the state after it, and the call that was taken.
    ///
    /// `rate` is the documented rate of the operation. The time that [`QuotaChange::apply`] wants must come from one
    /// clock for all who share the store: the database's own, where there is one.
    ///
    /// # Errors
    /// When the store cannot be used. The error's text is logged, so it must not hold a secret.
    fn update<'a>(
        &'a self,
        key: &'a QuotaKey,
        rate: Rate,
        change: &'a QuotaChange,
    ) -> BoxFuture<'a, Result<QuotaAnswer, StoreError>>;
}

/// Whose calls of which operation a quota counts.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize, Serialize)]
#[non_exhaustive]
pub struct QuotaKey {
    /// The host of the server that counts, which stands for the region: `sellingpartnerapi-fe.amazon.com`.
    pub server: String,
    /// The client id of the application.
    pub application: String,
    /// The seller or vendor: the id or, where none is known, a hash of the refresh token. `None` for grantless
    /// operations, which have one quota for all sellers.
    pub seller: Option<String>,
    /// The operation, as `orders@v0 getOrders`. Empty for all calls by path together, which have a rate in Amazon's
    /// sandbox only.
    pub operation: String,
}

/// What happens to a quota.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum QuotaChange {
    /// Only time has passed: the caller wants the state.
    Look,
    /// A call is taken, where there is one.
    Take,
    /// Returns a call that was taken but did not reach Amazon.
    GiveBack,
    /// A call was sent and its answer was lost. Amazon may have counted it.
    Lost {
        /// The call.
        taken: TakenCall,
    },
    /// Amazon let a call pass.
    Passed {
        /// The call.
        taken: TakenCall,
        /// The rate in Amazon's answer (`x-amzn-RateLimit-Limit`), in calls a second.
        per_second: Option<f64>,
    },
    /// Amazon refused a call for its quota (429).
    Refused {
        /// The call.
        taken: TakenCall,
        /// How long Amazon asked to wait (`Retry-After`).
        retry_after: Option<Duration>,
    },
}

/// What a [`QuotaChange`] made of a quota.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize)]
#[non_exhaustive]
pub struct QuotaAnswer {
    /// The state after the change.
    pub state: QuotaState,
    /// The call that [`QuotaChange::Take`] took; `None` where there was none to take, and for other changes.
    pub taken: Option<TakenCall>,
}

impl QuotaChange {
    /// Applies the change to the state that a store keeps, or to a full quota where it keeps none yet.
    ///
    /// `now` is the time since any moment that is the same for all who share the store, such as 1970. A clock that was
    /// set back does no harm, nor does a state that something else has written: every number of it is brought within its
    /// bounds. A documented rate that is not a positive number counts as the slowest there is, a call in 30 years.
    pub fn apply(&self, stored: Option<&QuotaState>, rate: Rate, now: Duration) -> QuotaAnswer {
        let (rate, now) = (usable(rate), now.as_secs_f64());
        let mut state = match stored {
            Some(stored) => stored.within(rate, now),
            None => QuotaState::full(rate, now),
        };
        state.fill(rate, now);
        let mut taken_now = None;
        match *self {
            Self::Look => {}
            Self::Take => taken_now = state.take(rate),
            Self::GiveBack => state.give_back(rate),
            Self::Lost { taken } => state.landed(taken),
            Self::Passed { taken, per_second } => {
                state.passed(rate, per_second);
                state.landed(taken);
            }
            Self::Refused { taken, retry_after } => {
                state.refused(rate, taken, retry_after);
                state.landed(taken);
            }
        }
        QuotaAnswer { state: state.within(rate, now), taken: taken_now }
    }
}
