//! Connects the examples to the sandbox, or to the server that the environment names.

use spapi_core::client::ClientBuilder;
use spapi_core::{Client, Credentials, Endpoint, Marketplace};
use spapi_fba_inventory::v1::{FbaInventory, types::GetInventorySummariesGranularityType};
use spapi_sandbox::{CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN, Sandbox};
use std::error::Error;
use std::time::Duration;

/// The refresh token of the sandbox's second seller.
const SECOND_SELLER: &str = "Atzr|second-seller";

/// A client, and the sandbox that it calls unless the environment names another server.
pub struct Connection {
    /// A client for the marketplace's region.
    pub client: Client,
    /// How long to wait between two requests for the status of a report or feed.
    pub poll_interval: Duration,
    /// The refresh token of a second seller who has authorized the application.
    pub second_refresh_token: Option<String>,
    /// Serves the client until it is dropped.
    sandbox: Option<Sandbox>,
}

impl Connection {
    /// Whether the client calls a sandbox of its own.
    pub fn is_sandbox(&self) -> bool {
        self.sandbox.is_some()
    }

    /// Lets time pass in the sandbox. Other servers have their own time.
    pub fn pass(&self, time: Duration) {
        if let Some(sandbox) = &self.sandbox {
            sandbox.clock().advance(time);
        }
    }
}

/// Something of which Amazon's warehouses hold a dozen units or more.
///
/// # Errors
/// When the stock cannot be read, or there is nothing.
pub async fn stocked_sku(client: &Client, marketplace: Marketplace) -> Result<String, Box<dyn Error>> {
    let summaries = FbaInventory::new(client)
        .get_inventory_summaries()
        .granularity_type(GetInventorySummariesGranularityType::Marketplace)
        .granularity_id(marketplace)
        .marketplace_ids([marketplace])
        .details(true);
    let mut summaries = summaries.items();
    while let Some(item) = summaries.try_next().await? {
        let ready = item.inventory_details.and_then(|details| details.fulfillable_quantity);
        if let (Some(12..), Some(sku)) = (ready, item.seller_sku) {
            return Ok(sku);
        }
    }
    Err("Amazon's warehouses hold nothing of the seller".into())
}

/// Connects to the server of `SPAPI_ENDPOINT` with the credentials of the environment, see [`ClientBuilder::from_env`].
/// Without that variable, starts a sandbox on a free port of this machine.
///
/// # Errors
/// When the sandbox cannot start, or the endpoint or credentials of the environment cannot be used.
pub async fn connect(marketplace: Marketplace) -> Result<Connection, Box<dyn Error>> {
    if std::env::var_os("SPAPI_ENDPOINT").is_some() {
        return Ok(Connection {
            client: Client::from_env(marketplace)?,
            poll_interval: Duration::from_secs(15),
            second_refresh_token: std::env::var("SPAPI_SECOND_REFRESH_TOKEN").ok(),
            sandbox: None,
        });
    }
    let sandbox = Sandbox::builder().region(marketplace.region()).seller(SECOND_SELLER).start().await?;
    Ok(Connection {
        client: client_of(&sandbox, marketplace).build()?,
        // The sandbox finishes a report or feed after a few requests for its status, at any interval.
        poll_interval: Duration::from_millis(10),
        second_refresh_token: Some(SECOND_SELLER.to_owned()),
        sandbox: Some(sandbox),
    })
}

/// A builder of a client for the sandbox's first seller. The marketplace must be in the sandbox's region, which is the
/// Far East unless the sandbox was built for another.
pub fn client_of(sandbox: &Sandbox, marketplace: Marketplace) -> ClientBuilder {
    let credentials = Credentials::new(CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN);
    Client::builder(marketplace).endpoint(Endpoint::custom(sandbox.url())).credentials(credentials)
}
