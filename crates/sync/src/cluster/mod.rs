//! Workers on many machines that share the streams of connections by one Postgres database.
//!
//! The queue is [Graphile Worker's](https://worker.graphile.org) in the schema `spapi_queue`: a job for each stream of each marketplace
//! of a connection, which reads the slices that are due in their order. The queue gives a stream to one worker, and to another one when
//! that worker gives no sign of life. Where both go on, the [claim](crate::Destination::claim_stream) of the stream decides: the
//! commits of the earlier one are refused, so that nothing is doubled.
//!
//! The schema `spapi_workers` has what the workers share beside it: when each connection was queued, how far each stream is and why
//! it failed, and whether the workers are to rest.

mod connections;
mod database;
mod job;
mod listing;
mod metrics;
mod places;
mod queue;
mod schema;
mod worker;

pub use connections::ConnectionFolder;
pub use listing::{Listing, StreamJob, StreamJobState};
pub use metrics::{MeteredQuotas, WorkerMetrics};
pub use worker::{Site, Worker, WorkerStatus};

use database::Database;
use spapi_core::Error;
use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

/// The schema of the queue.
const QUEUE: &str = "spapi_queue";

/// The database that workers share.
#[derive(Clone)]
pub struct Cluster(Arc<Database>);

impl Cluster {
    /// Opens the database with a URL such as `postgres://user:password@host:5432/database?sslmode=verify-full`. Its schemas are made
    /// or brought up to date first, by one program at a time.
    ///
    /// # Errors
    /// When the URL cannot be read, there is no such server or database, it refuses the user, or a newer version of this program
    /// has changed it so that this one can no longer work with it. No error has the URL.
    pub async fn connect(url: &str) -> Result<Self, Error> {
        let database = Database::parse(url)?;
        schema::prepare(&database).await?;
        Ok(Self(Arc::new(database)))
    }

    /// The time of the database's clock, by which all workers go.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn now(&self) -> Result<SystemTime, Error> {
        let now: jiff::Timestamp = self.0.row("select now()", &[]).await?.get(0);
        Ok(now.into())
    }

    /// Lets all workers rest: they begin no further slices, and end their jobs at the next commit.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn drain(&self) -> Result<(), Error> {
        self.set_draining(true).await
    }

    /// Lets the workers go on after [`drain`](Self::drain).
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn resume(&self) -> Result<(), Error> {
        self.set_draining(false).await
    }

    async fn set_draining(&self, is: bool) -> Result<(), Error> {
        self.0.execute("update spapi_workers.control set draining = $1", &[&is]).await.map(drop)
    }
}

impl fmt::Debug for Cluster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cluster").field("database", &self.0.name()).finish_non_exhaustive()
    }
}
