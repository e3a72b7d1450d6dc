//! Quotas that all programs of a database share.

use crate::link::{Link, Session};
use serde::{Deserialize, Serialize};
use spapi_core::BoxFuture;
use spapi_core::auth::StoreError;
use spapi_core::operation::Rate;
use spapi_core::throttle::{QuotaAnswer, QuotaChange, QuotaKey, QuotaStore};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio_postgres::Row;
use tokio_postgres::types::{ToSql, Type};

/// How long a change may take: less than a client waits for a store, so that it has the store's own error.
const LONGEST: Duration = Duration::from_millis(1500);

/// The slowest and the fastest documented rate that are used, in calls a second, as in spapi-core.
const RATES: (f64, f64) = (1e-9, 1e9);

/// The statement that applies a change.
pub(crate) const CHANGE: &str =
    "select (state).documented, (state).calls, (state).filled_at, (state).per_second, (state).\"full\",
    (state).refusals, (state).refused_at, (state).given, taken_at, was_full
    from spapi.quota_change($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";

/// The types of the statement's parameters.
pub(crate) const TYPES: [Type; 11] = [
    Type::TEXT,
    Type::TEXT,
    Type::TEXT,
    Type::TEXT,
    Type::FLOAT8,
    Type::FLOAT8,
    Type::TEXT,
    Type::FLOAT8,
    Type::BOOL,
    Type::INT8,
    Type::FLOAT8,
];

/// Quotas in a Postgres database, for all programs that use it: see [`Postgres::quota`](crate::Postgres::quota).
///
/// A quota is a row for each application, seller, region and operation. A take is one statement, which follows the server's
/// clock alone, so that the clocks of the machines make no difference. It learns and cools down exactly as the quotas of one process do.
///
/// While the database cannot be used, calls fail before anything is sent. A take does not wait for the server's disk. If the server
/// crashes and forgets its last takes, what its rows had left counts as taken.
#[derive(Clone)]
pub struct Quota(pub(crate) Arc<Link>);

/// A state in its serialized form.
#[derive(Serialize)]
struct State {
    documented: f64,
    calls: f64,
    filled_at: f64,
    per_second: f64,
    full: f64,
    refusals: u64,
    refused_at: Option<f64>,
    given: f64,
}

/// A call in its serialized form.
#[derive(Deserialize, Serialize)]
struct Taken {
    taken_at: f64,
    was_full: bool,
    refusals: u64,
}

/// An answer in its serialized form.
#[derive(Serialize)]
struct Answer {
    state: State,
    taken: Option<Taken>,
}

/// A change in the terms of the statement.
struct Change {
    name: &'static str,
    called_at: Option<f64>,
    called_full: Option<bool>,
    called_refusals: Option<i64>,
    number: Option<f64>,
}

impl Change {
    fn of(change: &QuotaChange) -> Result<Self, StoreError> {
        let (name, call, number) = match *change {
            QuotaChange::Look => ("look", None, None),
            QuotaChange::Take => ("take", None, None),
            QuotaChange::GiveBack => ("give_back", None, None),
            QuotaChange::Lost { taken } => ("lost", Some(taken), None),
            QuotaChange::Passed { taken, per_second } => ("passed", Some(taken), per_second),
            QuotaChange::Refused { taken, retry_after } => {
                ("refused", Some(taken), retry_after.map(|wait| wait.as_secs_f64()))
            }
            _ => return Err("this version of spapi-stores does not know the change of a quota".into()),
        };
        let call = call.map(|call| serde_json::from_value::<Taken>(serde_json::to_value(call)?)).transpose()?;
        Ok(Self {
            name,
            called_at: call.as_ref().map(|call| call.taken_at),
            called_full: call.as_ref().map(|call| call.was_full),
            // The bits are the same, and only a change of the number matters.
            called_refusals: call.map(|call| call.refusals as i64),
            number,
        })
    }

    async fn apply(&self, session: &Session, key: &QuotaKey, rate: Rate) -> Result<Row, tokio_postgres::Error> {
        let is_positive = rate.per_second.is_finite() && rate.per_second > 0.0;
        let per_second = if is_positive { rate.per_second } else { 0.0 }.clamp(RATES.0, RATES.1);
        let (seller, burst) = (key.seller.as_deref().unwrap_or_default(), f64::from(rate.burst));
        let values: [&(dyn ToSql + Sync); 11] = [
            &key.server,
            &key.application,
            &seller,
            &key.operation,
            &per_second,
            &burst,
            &self.name,
            &self.called_at,
            &self.called_full,
            &self.called_refusals,
            &self.number,
        ];
        session.client.query_one(&session.change_quota, &values).await
    }
}

impl QuotaStore for Quota {
    fn update<'a>(
        &'a self,
        key: &'a QuotaKey,
        rate: Rate,
        change: &'a QuotaChange,
    ) -> BoxFuture<'a, Result<QuotaAnswer, StoreError>> {
        Box::pin(async move {
            let change = Change::of(change)?;
            let change = &change;
            let apply = move |session: Arc<Session>| async move { change.apply(&session, key, rate).await };
            let row = self.0.run(LONGEST, apply).await?;
            Ok(serde_json::from_value(serde_json::to_value(Answer::of(&row)?)?)?)
        })
    }

    fn is_required(&self) -> bool {
        true
    }
}

impl Answer {
    fn of(row: &Row) -> Result<Self, tokio_postgres::Error> {
        let refusals = row.try_get::<_, i64>(5)? as u64;
        let state = State {
            documented: row.try_get(0)?,
            calls: row.try_get(1)?,
            filled_at: row.try_get(2)?,
            per_second: row.try_get(3)?,
            full: row.try_get(4)?,
            refusals,
            refused_at: row.try_get(6)?,
            given: row.try_get(7)?,
        };
        let taken = match row.try_get::<_, Option<f64>>(8)? {
            Some(taken_at) => Some(Taken { taken_at, was_full: row.try_get(9)?, refusals }),
            None => None,
        };
        Ok(Self { state, taken })
    }
}

impl fmt::Debug for Quota {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Quota").field(&self.0.name()).finish()
    }
}
