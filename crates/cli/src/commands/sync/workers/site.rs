//! What a worker is given: clients and destinations.

use crate::connection::Connection as Reach;
use crate::exit::Failure;
use crate::journal::polling;
use crate::syncing::{destination, file};
use spapi_core::{BoxFuture, Error, ErrorKind};
use spapi_jobs::{DataKiosk, Reports};
use spapi_sync::cluster::Site;
use spapi_sync::{Connection, Destination, Sources};
use std::path::{Path, PathBuf};

/// The clients of a worker share their quotas.
pub struct Clients {
    pub folder: PathBuf,
    pub reach: Box<dyn Fn(&Connection) -> Reach + Send + Sync>,
}

impl Site for Clients {
    fn sources<'a>(&'a self, connection: &'a Connection) -> BoxFuture<'a, Result<Sources, Error>> {
        Box::pin(async move {
            let reach = (self.reach)(connection);
            let connected = reach.connect_for(connection).await.map_err(failed)?;
            let store = file::raw_documents(connection).map_err(failed)?;
            file::expire(connection, store.as_ref()).map_err(failed)?;
            let client = &connected.client;
            let (mut reports, mut queries) = (Reports::new(client), DataKiosk::new(client));
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
