//! Serves the web pages of the console from a program of your own, with the made-up shop behind them, until Ctrl-C.

use spapi_console::{Access, Connected, Console, Reach};
use spapi_core::{BoxFuture, Client, Credentials, Endpoint, Error as CallError, Region};
use spapi_jobs::Reports;
use spapi_sandbox::{CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN, Sandbox};
use spapi_sync::{Connection, Sources};
use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

/// A sandbox in Amazon's place.
struct MadeUp(Sandbox);

impl MadeUp {
    fn client(&self, region: Region, credentials: Credentials) -> Result<Client, CallError> {
        let endpoint = Endpoint::custom(self.0.url_of(region));
        Client::builder(region).endpoint(endpoint).credentials(credentials).build()
    }
}

impl Reach for MadeUp {
    fn connect<'a>(&'a self, connection: &'a Connection) -> BoxFuture<'a, Result<Connected, CallError>> {
        Box::pin(async move {
            let region = connection.marketplaces.first().map_or(Region::FarEast, |marketplace| marketplace.region());
            let client = self.client(region, Credentials::new(CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN))?;
            let reports = Reports::new(&client).polling(Duration::from_millis(100), Duration::from_secs(2));
            let sources = Sources::new(&client).reports(reports);
            Ok(Connected { client, sources })
        })
    }

    fn application(&self, region: Region, credentials: Credentials) -> BoxFuture<'_, Result<Client, CallError>> {
        Box::pin(async move { self.client(region, credentials) })
    }

    fn consent_endpoint(&self, region: Region) -> BoxFuture<'_, Result<Endpoint, CallError>> {
        Box::pin(async move { Ok(Endpoint::custom(self.0.url_of(region))) })
    }

    fn is_made_up(&self) -> bool {
        true
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let console = Console::bind(address, Access::Local, folder.path(), MadeUp(Sandbox::start().await?)).await?;
    // It lets one browser in, once.
    println!("console\t{}", console.link());
    console.serve(async { drop(tokio::signal::ctrl_c().await) }).await?;
    Ok(())
}
