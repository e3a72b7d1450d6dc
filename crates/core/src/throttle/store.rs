//! The trait of stores that keep quotas.

use super::learn::{QuotaState, TakenCall, usable};
use crate::auth::StoreError;
use crate::future::BoxFuture;
use crate::operation::Rate;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Keeps what is left of quotas: in memory, in files, or in a database that many machines share.
///
/// A client asks the store to apply a [`QuotaChange`] to the quota under a key. The store reads the [`QuotaState`]
/// under that key, calls [`QuotaChange::apply`], writes the new state and returns it, all in one transaction, so that
/// two processes never take the same call. It need not know about rates or buckets. The waiting, its order and the
/// priorities stay in each process.
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
/// A store that returns an error, or does not answer within 2 seconds, does not stop a call: the call is worth more
/// than the risk that another process makes one too many, which Amazon answers with a 429. The process logs one
/// warning, continues with the numbers that it knows, and does not tell the store about the calls that it makes
/// meanwhile. After 5 seconds it asks the store again, and logs when the store works again. So while a shared store is
/// down, each process uses the rest that it last saw, and the rate, as if they were its own.
///
/// With many processes that is too much. A store that [is required](Self::is_required) stops the calls instead: they fail
/// with [`ErrorKind::Connect`](crate::ErrorKind::Connect) before anything is sent, and go on when the store works again.
pub trait QuotaStore: Send + Sync + 'static {
    /// Applies the change to the quota under the key. Returns the state after it, and the call that was taken.
    ///
    /// `rate` is the documented rate of the operation. The time for [`QuotaChange::apply`] must come from one clock for
    /// all processes that share the store: the database's own, if it has one.
    ///
    /// # Errors
    /// When the store cannot be used. The error's text is logged, so it must not contain a secret.
    fn update<'a>(
        &'a self,
        key: &'a QuotaKey,
        rate: Rate,
        change: &'a QuotaChange,
    ) -> BoxFuture<'a, Result<QuotaAnswer, StoreError>>;

    /// Whether no call is sent while the store fails. By default calls go on with the numbers that the process knows.
    fn is_required(&self) -> bool {
        false
    }
}

/// Identifies a quota: whose calls of which operation it counts.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize, Serialize)]
#[non_exhaustive]
pub struct QuotaKey {
    /// The host of the server, which identifies the region: `sellingpartnerapi-fe.amazon.com`.
    pub server: String,
    /// The client id of the application.
    pub application: String,
    /// The seller or vendor: the id or, if it is not known, a hash of the refresh token. `None` for grantless
    /// operations, which have one quota for all sellers.
    pub seller: Option<String>,
    /// The operation, such as `orders@v0 getOrders`. Empty for all calls by path together, which have a rate only in
    /// Amazon's sandbox.
    pub operation: String,
}

/// What happens to a quota.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum QuotaChange {
    /// Only time passes: the caller needs the current state.
    Look,
    /// Takes a call, if there is one.
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

/// The result of a [`QuotaChange`].
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize)]
#[non_exhaustive]
pub struct QuotaAnswer {
    /// The state after the change.
    pub state: QuotaState,
    /// The call that [`QuotaChange::Take`] took. `None` if there was none to take, and for other changes.
    pub taken: Option<TakenCall>,
}

impl QuotaChange {
    /// Applies the change to the state from the store, or to a full quota if the store has none yet.
    ///
    /// `now` is the time since a moment that is the same for all who share the store, such as 1970. A clock that was
    /// set back does no harm, nor does a state that another program has written: every number is brought within its
    /// bounds. A documented rate that is not a positive number counts as the slowest rate, one call in 30 years.
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
