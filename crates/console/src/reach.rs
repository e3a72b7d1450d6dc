//! How the console reaches Amazon.

use spapi_core::{BoxFuture, Client, Credentials, Endpoint, Error, Region};
use spapi_sync::{Connection, Sources};

/// A client of a connection, and where a run's rows come from.
#[derive(Debug)]
pub struct Connected {
    /// The client, with the credentials of the connection.
    pub client: Client,
    /// The sources of a run.
    pub sources: Sources,
}

/// How the console reaches Amazon, or a sandbox in its place. The program that starts the console gives it.
pub trait Reach: Send + Sync + 'static {
    /// A client of a connection.
    ///
    /// # Errors
    /// When its credentials cannot be used, or there is no server to call.
    fn connect<'a>(&'a self, connection: &'a Connection) -> BoxFuture<'a, Result<Connected, Error>>;

    /// A client with the credentials of an application alone, which exchanges the code of an authorization.
    ///
    /// # Errors
    /// When there is no server to call.
    fn application(&self, region: Region, credentials: Credentials) -> BoxFuture<'_, Result<Client, Error>>;

    /// The endpoint whose consent page a seller sees: Amazon's, or that of a sandbox.
    ///
    /// # Errors
    /// When the sandbox cannot be started.
    fn consent_endpoint(&self, region: Region) -> BoxFuture<'_, Result<Endpoint, Error>>;

    /// Whether all data are made up, so that no credentials are needed.
    fn is_made_up(&self) -> bool;
}
