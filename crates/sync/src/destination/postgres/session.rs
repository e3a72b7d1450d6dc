//! A session of a run.

use spapi_core::Error;
use spapi_stores::{Advice, Database};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::Mutex;
use tokio::task::JoinHandle;
use tokio_postgres::Client;

/// What errors of a run say to do.
pub(super) const ADVICE: Advice = Advice {
    again: "Run again when the server can be used: what was committed is whole.",
    rights: "Grant the user CREATE on the schema, or on the database if the schema is missing, TEMPORARY on the database, and \
             SELECT, INSERT, UPDATE and DELETE on tables that another user made.",
    sessions: "The server has no free connection, and a run needs up to 5. Raise max_connections, or end other programs.",
};

/// A session of its own. It ends when this is dropped.
pub(super) struct Session {
    /// For one statement or transaction at a time, in which temporary tables are found again.
    pub client: Mutex<Client>,
    connection: JoinHandle<()>,
    is_given_up: AtomicBool,
    database: Arc<Database>,
}

impl Session {
    /// Opens a session.
    pub async fn open(database: &Arc<Database>) -> Result<Self, Error> {
        let (client, connection) = database.open().await?;
        let is_given_up = AtomicBool::new(false);
        Ok(Self { client: Mutex::new(client), connection, is_given_up, database: Arc::clone(database) })
    }

    /// The database in messages, without user and password.
    pub fn name(&self) -> &str {
        self.database.name()
    }

    /// Whether it cannot be used any more.
    pub fn has_ended(&self) -> bool {
        self.connection.is_finished() || self.is_given_up.load(Ordering::Acquire)
    }

    /// Keeps others from using it, after the server refused rows in the middle of a copy.
    pub fn give_up(&self) {
        self.is_given_up.store(true, Ordering::Release);
    }

    /// The error of something that it did.
    pub fn failed(&self, error: &tokio_postgres::Error) -> Error {
        self.database.failed(error)
    }
}
