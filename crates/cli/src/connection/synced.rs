//! The client of a connection of `spapi-sync`.

use super::{Connected, Connection, Needs};
use crate::exit::{Exit, Failure};
use spapi_core::client::ClientBuilder;
use spapi_sync::CredentialSource;

impl Connection {
    /// The client of a connection, with the credentials that it names, unless the client calls the embedded sandbox.
    pub async fn connect_for(&self, connection: &spapi_sync::Connection) -> Result<Connected, Failure> {
        self.connect_with(connection, |builder| builder).await
    }

    /// The same with further settings.
    pub async fn connect_with(
        &self,
        connection: &spapi_sync::Connection,
        settings: impl FnOnce(ClientBuilder) -> ClientBuilder,
    ) -> Result<Connected, Failure> {
        let region = connection.marketplaces.first().map(|marketplace| marketplace.region());
        let region = region.ok_or_else(|| Failure::usage(format!("{} has no marketplace", connection.name)))?;
        let connected = self.connect_by(region, |builder| {
            let builder = settings(builder);
            match &connection.credentials {
                CredentialSource::Environment => self.source(Needs::Seller)?.give(builder, Needs::Seller),
                named => match named.open() {
                    Ok(credentials) => Ok(builder.credentials(credentials)),
                    Err(error) => Err(Failure::new(Exit::Authorization, error.to_string())),
                },
            }
        });
        connected.await
    }
}
