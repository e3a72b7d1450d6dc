//! The clients of a server's life: one for each region and kind of credentials.

use crate::connection::{Connected, Connection, Needs, Place, Server};
use crate::definitions::Kept;
use crate::exit::Failure;
use crate::journal::{Memory, reports};
use spapi_core::{Marketplace, Region};
use spapi_jobs::Reports;
use spapi_listings::Definitions;
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::Mutex;

/// How Amazon is reached.
pub struct Reach {
    pub connection: Connection,
    pub memory: Memory,
    pub kept: Kept,
    /// Amazon's id of the seller, if not that of the credentials.
    pub seller: Option<String>,
    /// Where calls go that name neither a marketplace nor a region.
    pub marketplace: Option<Marketplace>,
    pub region: Option<Region>,
    clients: Mutex<HashMap<Key, Client>>,
}

/// The region, and whether the client calls for a seller.
type Key = (Region, bool);

/// A client, with what must live as long as it.
#[derive(Clone)]
pub struct Client {
    pub connected: Arc<Connected>,
    pub reports: Reports,
    pub definitions: Definitions,
}

impl Reach {
    pub fn new(
        connection: Connection,
        memory: Memory,
        kept: Kept,
        seller: Option<String>,
        place: &Place,
    ) -> Result<Self, Failure> {
        let (marketplace, region) = (place.marketplace()?, place.region()?);
        Ok(Self { connection, memory, kept, seller, marketplace, region, clients: Mutex::default() })
    }

    /// The client for a region. It is the same one each time, with the shop of an embedded sandbox.
    pub async fn client(&self, region: Region, needs: Needs) -> Result<Client, Failure> {
        let is_embedded = self.connection.endpoint == Server::Embedded;
        let key = (region, is_embedded || needs == Needs::Seller);
        let mut clients = self.clients.lock().await;
        if let Some(client) = clients.get(&key) {
            return Ok(client.clone());
        }
        if let (Some(_), Some((other, _))) = (&self.connection.keep, clients.keys().next()) {
            return Err(Failure::usage(format!(
                "the folder of --keep has the shop of the region {other}, not of {region}"
            ))
            .with_next("call this region's marketplaces, or leave --keep out"));
        }
        let connected = self.connection.connect(region, needs).await?;
        let client = Client {
            reports: reports(&connected, &self.connection, &self.memory)?,
            definitions: self.kept.definitions(&connected, self.seller.as_deref()),
            connected: Arc::new(connected),
        };
        clients.insert(key, client.clone());
        Ok(client)
    }

    /// Amazon's id of the seller: the one that is given, or that of the credentials. `None` if neither has one.
    pub async fn seller_id(&self, client: &Client) -> Result<Option<String>, Failure> {
        match &self.seller {
            Some(id) => Ok(Some(id.clone())),
            None => Ok(client.connected.client.seller_id().await?),
        }
    }

    /// The marketplace of this name, or that of the server's options.
    pub fn marketplace(&self, given: Option<&str>) -> Result<Marketplace, Failure> {
        match given {
            Some(code) => marketplace(code),
            None => self.marketplace.ok_or_else(|| {
                Failure::usage("no marketplace is given").with_next("give it as marketplace, such as JP, US or DE")
            }),
        }
    }
}

/// The marketplace of a country code or id.
pub fn marketplace(code: &str) -> Result<Marketplace, Failure> {
    code.parse().map_err(|error| Failure::usage(format!("marketplace: {error}")))
}
