//! A console over a folder of its own and a sandbox, for tests.

use spapi_console::{Access, Connected, Console, Reach};
use spapi_core::{BoxFuture, Client, Credentials, Endpoint, Error, Quotas, Region};
use spapi_jobs::{DataKiosk, Reports};
use spapi_sandbox::{CLIENT_ID, CLIENT_SECRET, Limits, REFRESH_TOKEN, Sandbox};
use spapi_sync::{Connection, Sources};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

/// The sandbox in Amazon's place.
pub struct Shop(pub Arc<Sandbox>);

impl Shop {
    fn client(&self, region: Region, credentials: Credentials) -> Result<Client, Error> {
        let builder = Client::builder(region).endpoint(Endpoint::custom(self.0.url())).quotas(&Quotas::off());
        builder.credentials(credentials).build()
    }
}

impl Reach for Shop {
    fn connect<'a>(&'a self, _: &'a Connection) -> BoxFuture<'a, Result<Connected, Error>> {
        Box::pin(async move {
            let credentials = Credentials::new(CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN);
            let client = self.client(Region::FarEast, credentials)?;
            let (first, longest) = (Duration::from_millis(50), Duration::from_millis(500));
            let sources = Sources::new(&client)
                .reports(Reports::new(&client).polling(first, longest))
                .queries(DataKiosk::new(&client).polling(first, longest));
            Ok(Connected { client, sources })
        })
    }

    fn application(&self, region: Region, credentials: Credentials) -> BoxFuture<'_, Result<Client, Error>> {
        Box::pin(async move { self.client(region, credentials) })
    }

    fn consent_endpoint(&self, _: Region) -> BoxFuture<'_, Result<Endpoint, Error>> {
        Box::pin(async move { Ok(Endpoint::custom(self.0.url())) })
    }

    fn is_made_up(&self) -> bool {
        true
    }
}

/// A console on a free port of this machine, with its sandbox and its folder.
pub async fn console() -> (Console, Arc<Sandbox>, TempDir) {
    let sandbox = Arc::new(Sandbox::builder().limits(Limits::Off).start().await.expect("a sandbox"));
    let folder = tempfile::tempdir().expect("a folder");
    let console =
        Console::bind(([127, 0, 0, 1], 0).into(), Access::Local, folder.path(), Shop(Arc::clone(&sandbox))).await;
    (console.expect("a console"), sandbox, folder)
}
