//! The sessions of a worker, and the queue's way to them.

use crate::destination::postgres::failed;
use deadpool_postgres::{Client, Pool, PoolError};
use graphile_worker::tokio_postgres::TokioPostgresDatabase;
use graphile_worker::{
    BoxFuture, DatabaseDriver, DbError, DbExecutor, DbParams, DbRow, DbTransaction, NotificationStream,
};
use spapi_core::{Error, ErrorKind};
use std::any::Any;
use std::fmt;
use std::sync::Arc;
use tokio::sync::watch;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

/// A Postgres database.
pub(super) struct Database {
    pub pool: Pool,
    /// Its name in messages, without user and password.
    pub place: Arc<str>,
}

impl Database {
    pub async fn client(&self) -> Result<Client, Error> {
        self.pool.get().await.map_err(|error| match &error {
            PoolError::Backend(error) => self.failed(error),
            _ => Error::new(ErrorKind::Connect, format!("{} gave no session: {error}", self.place))
                .with_hint("Run again when the server answers."),
        })
    }

    pub fn failed(&self, error: &tokio_postgres::Error) -> Error {
        failed(&self.place, error)
    }

    pub async fn row(&self, sql: &str, values: &[&(dyn ToSql + Sync)]) -> Result<Row, Error> {
        self.client().await?.query_one(sql, values).await.map_err(|error| self.failed(&error))
    }

    pub async fn rows(&self, sql: &str, values: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>, Error> {
        self.client().await?.query(sql, values).await.map_err(|error| self.failed(&error))
    }

    pub async fn execute(&self, sql: &str, values: &[&(dyn ToSql + Sync)]) -> Result<u64, Error> {
        self.client().await?.execute(sql, values).await.map_err(|error| self.failed(&error))
    }

    /// The database as the queue uses it.
    pub fn of_queue(&self) -> graphile_worker::Database {
        graphile_worker::Database::new(TokioPostgresDatabase::new(self.pool.clone()))
    }

    /// The same, which says when something fails: a place of the worker that meets an error takes no further job, and the worker
    /// says so only when all its places have ended.
    pub fn watched(&self, failure: watch::Sender<bool>) -> graphile_worker::Database {
        graphile_worker::Database::new(Watched { inner: TokioPostgresDatabase::new(self.pool.clone()), failure })
    }
}

struct Watched {
    inner: TokioPostgresDatabase,
    failure: watch::Sender<bool>,
}

impl Watched {
    fn watch<T>(&self, result: Result<T, DbError>) -> Result<T, DbError> {
        if result.is_err() {
            self.failure.send_replace(true);
        }
        result
    }
}

impl fmt::Debug for Watched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watched").finish_non_exhaustive()
    }
}

impl DbExecutor for Watched {
    fn execute<'a>(&'a self, sql: &'a str, params: DbParams) -> BoxFuture<'a, Result<u64, DbError>> {
        Box::pin(async move { self.watch(self.inner.execute(sql, params).await) })
    }

    fn fetch_all<'a>(&'a self, sql: &'a str, params: DbParams) -> BoxFuture<'a, Result<Vec<DbRow>, DbError>> {
        Box::pin(async move { self.watch(self.inner.fetch_all(sql, params).await) })
    }
}

impl DatabaseDriver for Watched {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn begin<'a>(&'a self) -> BoxFuture<'a, Result<DbTransaction, DbError>> {
        Box::pin(async move { self.watch(self.inner.begin().await) })
    }

    fn listen<'a>(&'a self, channel: &'a str) -> BoxFuture<'a, Result<Option<NotificationStream>, DbError>> {
        self.inner.listen(channel)
    }
}
