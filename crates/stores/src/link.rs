//! The one session that all stores of a program share. It is opened again after it ended.

use crate::{Advice, Database};
use crate::{quota, schema};
use spapi_core::{Error, ErrorKind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout_at};
use tokio_postgres::{Client, Statement};

/// How long a statement may take.
pub(crate) const LONGEST: Duration = Duration::from_secs(10);

const ADVICE: Advice = Advice {
    again: "Try again when the server can be used: what was stored is kept.",
    rights: "Grant the user CREATE on the database for the first start, and then USAGE on the schema spapi, SELECT, INSERT, UPDATE \
             and DELETE on its tables and EXECUTE on its functions.",
    sessions: "The server has no free connection, and each program needs one. Raise max_connections, or end other programs.",
};

/// A database, and the session in use.
pub(crate) struct Link {
    database: Database,
    current: Mutex<Option<Arc<Session>>>,
    /// Held while a session is opened, so that many callers open one.
    opening: tokio::sync::Mutex<()>,
}

/// A session whose schema is as this program needs it.
pub(crate) struct Session {
    pub client: Client,
    /// The statement that most calls need.
    pub change_quota: Statement,
    connection: JoinHandle<()>,
    is_given_up: AtomicBool,
}

impl Session {
    fn is_usable(&self) -> bool {
        !self.connection.is_finished() && !self.is_given_up.load(Ordering::Acquire)
    }
}

impl Link {
    /// Opens the first session.
    pub async fn open(url: &str) -> Result<Arc<Self>, Error> {
        let database = Database::parse(url, &ADVICE)?;
        let link = Arc::new(Self { database, current: Mutex::default(), opening: tokio::sync::Mutex::default() });
        link.session().await?;
        Ok(link)
    }

    pub fn name(&self) -> &str {
        self.database.name()
    }

    /// Runs statements in the session, and once more in a new one if it ended meanwhile. So the statements must bear that they are
    /// carried out twice.
    ///
    /// # Errors
    /// When the server refuses them, cannot be reached, or does not answer within `longest`.
    pub async fn run<T, F>(
        self: &Arc<Self>,
        longest: Duration,
        statements: impl Fn(Arc<Session>) -> F + Send,
    ) -> Result<T, Error>
    where
        F: Future<Output = Result<T, tokio_postgres::Error>> + Send,
    {
        let end = Instant::now() + longest;
        let too_late = || {
            let message = format!("{}, did not answer within {} s", self.name(), longest.as_secs_f64());
            Error::new(ErrorKind::Timeout, message).with_hint(ADVICE.again)
        };
        let mut has_failed = false;
        loop {
            let session = timeout_at(end, self.session()).await.map_err(|_| too_late())??;
            let Ok(done) = timeout_at(end, statements(Arc::clone(&session))).await else {
                // What a machine does not answer any more would keep later statements waiting too.
                session.is_given_up.store(true, Ordering::Release);
                return Err(too_late());
            };
            match done {
                Ok(value) => return Ok(value),
                Err(error) if has_ended(&session, &error) && !has_failed => {
                    session.is_given_up.store(true, Ordering::Release);
                    has_failed = true;
                }
                Err(error) => return Err(self.database.failed(&error)),
            }
        }
    }

    /// The session, or a new one.
    async fn session(self: &Arc<Self>) -> Result<Arc<Session>, Error> {
        if let Some(session) = self.usable() {
            return Ok(session);
        }
        let link = Arc::clone(self);
        // In a task, so that a caller who waits no longer does not end it.
        let opening = tokio::spawn(async move {
            let _turn = link.opening.lock().await;
            if let Some(session) = link.usable() {
                return Ok(session);
            }
            let session = Arc::new(link.connect().await?);
            *link.current() = Some(Arc::clone(&session));
            Ok(session)
        });
        opening.await.unwrap_or_else(|error| {
            Err(Error::new(ErrorKind::Connect, "the connection to Postgres was cut off").with_source(error))
        })
    }

    async fn connect(&self) -> Result<Session, Error> {
        let (mut client, connection) = self.database.open().await?;
        let failed = |error| self.database.failed(&error);
        // The statements take locks and then look at the newest rows.
        client.batch_execute("set default_transaction_isolation = 'read committed'").await.map_err(failed)?;
        schema::prepare(&mut client, &self.database).await?;
        let change_quota = client.prepare_typed(quota::CHANGE, &quota::TYPES).await.map_err(failed)?;
        Ok(Session { client, change_quota, connection, is_given_up: AtomicBool::new(false) })
    }

    fn usable(&self) -> Option<Arc<Session>> {
        self.current().as_ref().filter(|session| session.is_usable()).map(Arc::clone)
    }

    fn current(&self) -> MutexGuard<'_, Option<Arc<Session>>> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether the session ended, rather than that the server refused a statement.
fn has_ended(session: &Session, error: &tokio_postgres::Error) -> bool {
    let is_ended_by_server = error.code().is_some_and(|code| code.code().starts_with("57P"));
    is_ended_by_server || error.is_closed() || session.client.is_closed() || error.as_db_error().is_none()
}
