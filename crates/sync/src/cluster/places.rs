//! What the jobs of a worker share: the destinations, and where rows come from.

use super::worker::Site;
use crate::destination::{Gap, SliceId, SliceState, StreamId, Writing};
use crate::mutex::locked;
use crate::{Connection, Destination, DestinationSettings, Kind, Schema, Sources};
use spapi_core::{BoxFuture, Error, ErrorKind};
use std::collections::HashMap;
use std::sync::{Arc, Mutex as SyncMutex};
use tokio::sync::Mutex;

/// How many connections' sources are kept. More begin anew, with new access tokens.
const MOST_SOURCES: usize = 1000;

/// By what jobs are given out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    /// Each stream of each marketplace by itself.
    Stream,
    /// The whole connection, whose files have one manifest.
    Connection,
}

/// By what the jobs of a connection are given out.
///
/// # Errors
/// When its destination is one that only one machine can reach.
pub(super) fn unit(connection: &Connection) -> Result<Unit, Error> {
    match &connection.destination {
        Some(DestinationSettings::Postgres { .. }) => Ok(Unit::Stream),
        Some(DestinationSettings::Folder { .. } | DestinationSettings::Bucket { .. }) => Ok(Unit::Connection),
        Some(DestinationSettings::Sqlite(_)) => {
            let message = format!("{}: a file of SQLite belongs to one machine", connection.name);
            Err(Error::new(ErrorKind::Config, message)
                .with_hint("Give a Postgres database or a bucket as its destination, or run it with `spapi sync run`."))
        }
        None => Err(Error::new(ErrorKind::Config, format!("{}: it has no destination", connection.name))
            .with_hint("Add [destination] and below it postgres = { env = \"NAME\" }.")),
    }
}

/// What the jobs of a worker share.
pub(super) struct Places {
    site: Arc<dyn Site>,
    /// Those of databases, by variable and schema.
    destinations: Mutex<HashMap<(String, String), Shared>>,
    /// By the names of connections.
    sources: SyncMutex<HashMap<String, (Arc<Connection>, Sources)>>,
}

impl Places {
    pub fn new(site: Arc<dyn Site>) -> Self {
        Self { site, destinations: Mutex::default(), sources: SyncMutex::default() }
    }

    /// Where a connection's rows come from, which is the same for all its jobs until its file changes.
    pub async fn sources(&self, connection: &Arc<Connection>) -> Result<Sources, Error> {
        if let Some((known, sources)) = locked(&self.sources).get(&connection.name)
            && Arc::ptr_eq(known, connection)
        {
            return Ok(sources.clone());
        }
        let sources = self.site.sources(connection).await?;
        let mut all = locked(&self.sources);
        if all.len() >= MOST_SOURCES {
            all.clear();
        }
        all.insert(connection.name.clone(), (Arc::clone(connection), sources.clone()));
        Ok(sources)
    }

    /// Where a connection's rows go. The jobs of a worker share the sessions of a database.
    pub async fn destination(&self, connection: &Connection) -> Result<Shared, Error> {
        let Some(key) = key(connection) else { return Ok(Shared::new(self.site.destination(connection).await?)) };
        let mut all = self.destinations.lock().await;
        if let Some(known) = all.get(&key) {
            return Ok(known.clone());
        }
        let opened = Shared::new(self.site.destination(connection).await?);
        all.insert(key, opened.clone());
        Ok(opened)
    }

    /// Opens the destination anew for the next job, after one failed with it.
    pub async fn forget(&self, connection: &Connection, failed: &Shared) {
        let Some(key) = key(connection) else { return };
        let mut all = self.destinations.lock().await;
        if all.get(&key).is_some_and(|known| Arc::ptr_eq(&known.0, &failed.0)) {
            all.remove(&key);
        }
    }
}

fn key(connection: &Connection) -> Option<(String, String)> {
    match &connection.destination {
        Some(DestinationSettings::Postgres { env, schema }) => Some((env.clone(), schema.clone())),
        _ => None,
    }
}

/// A destination that several jobs use.
#[derive(Clone)]
pub(super) struct Shared(Arc<Mutex<Box<dyn Destination>>>);

impl Shared {
    fn new(destination: Box<dyn Destination>) -> Self {
        Self(Arc::new(Mutex::new(destination)))
    }
}

impl Destination for Shared {
    fn claim(&mut self, connection: &str) -> BoxFuture<'_, Result<(), Error>> {
        let connection = connection.to_owned();
        Box::pin(async move { self.0.lock().await.claim(&connection).await })
    }

    fn claim_stream(&mut self, stream: StreamId) -> BoxFuture<'_, Result<(), Error>> {
        Box::pin(async move { self.0.lock().await.claim_stream(stream).await })
    }

    fn begin(
        &mut self,
        slice: SliceId,
        schema: Arc<Schema>,
        kind: Kind,
    ) -> BoxFuture<'_, Result<Box<dyn Writing>, Error>> {
        Box::pin(async move { self.0.lock().await.begin(slice, schema, kind).await })
    }

    fn states(&mut self, connection: &str) -> BoxFuture<'_, Result<Vec<SliceState>, Error>> {
        let connection = connection.to_owned();
        Box::pin(async move { self.0.lock().await.states(&connection).await })
    }

    fn gaps(&mut self, connection: &str) -> BoxFuture<'_, Result<Vec<Gap>, Error>> {
        let connection = connection.to_owned();
        Box::pin(async move { self.0.lock().await.gaps(&connection).await })
    }

    fn note_gap(&mut self, gap: Gap) -> BoxFuture<'_, Result<(), Error>> {
        Box::pin(async move { self.0.lock().await.note_gap(gap).await })
    }

    fn close_gap(&mut self, slice: SliceId) -> BoxFuture<'_, Result<(), Error>> {
        Box::pin(async move { self.0.lock().await.close_gap(slice).await })
    }
}
