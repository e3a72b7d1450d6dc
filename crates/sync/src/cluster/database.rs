//! The sessions of a worker, and the queue's way to them.

use deadpool_postgres::{Client, Manager, ManagerConfig, Pool, PoolError, RecyclingMethod};
use graphile_worker::tokio_postgres::TokioPostgresDatabase;
use graphile_worker::{
    BoxFuture, DatabaseDriver, DbError, DbExecutor, DbParams, DbRow, DbTransaction, NotificationStream,
};
use spapi_core::{Error, ErrorKind};
use spapi_stores::Advice;
use std::any::Any;
use std::fmt;
use std::time::Duration;
use tokio::sync::watch;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

/// How many sessions a worker has for the queue and for what the workers share.
const SESSIONS: usize = 4;
/// How long a session of a network that is split is kept.
const LONGEST_SILENCE: Duration = Duration::from_secs(30);

const ADVICE: Advice = Advice {
    again: "Run again when the server can be used: what was committed is whole.",
    rights: "Grant the user CREATE on the database for the first start, or let one who has it run a worker first.",
    sessions: "The server has no free connection. Raise max_connections, or run fewer workers with more streams each.",
};

/// A Postgres database.
pub(super) struct Database {
    database: spapi_stores::Database,
    pool: Pool,
}

impl Database {
    pub fn parse(url: &str) -> Result<Self, Error> {
        let database = spapi_stores::Database::parse(url, &ADVICE)?;
        let (mut config, tls) = database.connector();
        config.tcp_user_timeout(LONGEST_SILENCE);
        let settings = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let pool = Pool::builder(Manager::from_config(config, tls, settings)).max_size(SESSIONS).build();
        let pool = pool.map_err(|error| {
            Error::new(ErrorKind::Config, format!("{} cannot be used", database.name())).with_source(error)
        })?;
        Ok(Self { database, pool })
    }

    /// Its name in messages, without user and password.
    pub fn name(&self) -> &str {
        self.database.name()
    }

    pub async fn client(&self) -> Result<Client, Error> {
        self.pool.get().await.map_err(|error| match &error {
            PoolError::Backend(error) => self.failed(error),
            _ => Error::new(ErrorKind::Connect, format!("{} gave no session: {error}", self.name()))
                .with_hint("Run again when the server answers."),
        })
    }

    pub fn failed(&self, error: &tokio_postgres::Error) -> Error {
        self.database.failed(error)
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
