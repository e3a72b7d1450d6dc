//! What a worker is given: clients and destinations.

use crate::connection::Connection as Reach;
use crate::exit::Failure;
use crate::syncing::{self, destination, file};
use spapi_core::{BoxFuture, Error};
use spapi_stores::Postgres;
use spapi_sync::cluster::Site;
use spapi_sync::{Connection, Destination, Sources};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The clients of all workers share quotas, access tokens and the journal of their jobs.
pub struct Clients {
    pub folder: PathBuf,
    pub reach: Box<dyn Fn(&Connection) -> Reach + Send + Sync>,
    pub stores: Postgres,
}

impl Site for Clients {
    fn sources<'a>(&'a self, connection: &'a Connection) -> BoxFuture<'a, Result<Sources, Error>> {
        Box::pin(async move {
            let reach = (self.reach)(connection);
            let tokens = Arc::new(self.stores.tokens());
            let connected = reach.connect_with(connection, |builder| builder.token_store(tokens));
            let connected = connected.await.map_err(Failure::into_error)?;
            let store = file::raw_documents(connection).map_err(Failure::into_error)?;
            file::expire(connection, store.as_ref()).map_err(Failure::into_error)?;
            let journal = Some(self.stores.journal());
            Ok(syncing::sources(&connected.client, &reach, journal, store.as_ref()))
        })
    }

    fn destination<'a>(&'a self, connection: &'a Connection) -> BoxFuture<'a, Result<Box<dyn Destination>, Error>> {
        Box::pin(async move {
            let place: &Path = &self.folder;
            let opened = destination::open(connection, place).await.map_err(Failure::into_error)?;
            Ok(opened as Box<dyn Destination>)
        })
    }
}
