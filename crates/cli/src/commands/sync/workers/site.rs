//! What a worker is given: clients and destinations.

use crate::connection::Connection as Reach;
use crate::exit::Failure;
use crate::journal::polling;
use crate::syncing::{destination, file};
use spapi_core::{BoxFuture, Error, ErrorKind};
use spapi_jobs::{DataKiosk, Reports};
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
            let connected = connected.await.map_err(failed)?;
            let store = file::raw_documents(connection).map_err(failed)?;
            file::expire(connection, store.as_ref()).map_err(failed)?;
            let client = &connected.client;
            let (reports, queries) = (Reports::new(client), DataKiosk::new(client));
            let (mut reports, mut queries) =
                (reports.journal(self.stores.journal()), queries.journal(self.stores.journal()));
            if let Some((first, longest)) = polling(&reach) {
                (reports, queries) = (reports.polling(first, longest), queries.polling(first, longest));
            }
            if let Some(store) = store {
                (reports, queries) = (reports.store(store.clone()), queries.store(store));
            }
            Ok(Sources::new(client).reports(reports).queries(queries))
        })
    }

    fn destination<'a>(&'a self, connection: &'a Connection) -> BoxFuture<'a, Result<Box<dyn Destination>, Error>> {
        Box::pin(async move {
            let place: &Path = &self.folder;
            let opened = destination::open(connection, place).await.map_err(failed)?;
            Ok(opened as Box<dyn Destination>)
        })
    }
}

fn failed(failure: Failure) -> Error {
    match failure {
        Failure::Error { message, next, .. } => {
            let error = Error::new(ErrorKind::Config, message);
            next.into_iter().fold(error, Error::with_hint)
        }
        Failure::ReaderGone => Error::new(ErrorKind::Config, "nobody reads the output"),
    }
}
