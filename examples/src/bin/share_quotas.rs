//! Two clients, as on two machines, share the quota of a seller by a Postgres database: together they make as many calls as one may.
//!
//! `share_quotas URL`, such as `postgres://spapi:password@127.0.0.1/spapi`

use spapi_core::{Client, Marketplace, Quotas};
use spapi_sandbox::Sandbox;
use spapi_sellers::v1::Sellers;
use spapi_stores::Postgres;
use std::error::Error;
use std::time::Duration;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args().nth(1).ok_or("give the URL of a Postgres database")?;
    let sandbox = Sandbox::start().await?;
    let mut machines = Vec::new();
    for _ in 0..2 {
        let stores = Postgres::connect(&url).await?;
        let client = spapi_examples::client_of(&sandbox, Marketplace::JP)
            .quotas(&Quotas::with_store(stores.quota()))
            // A call that would have to wait fails at once.
            .longest_wait(Duration::ZERO)
            .build()?;
        machines.push(client);
    }
    let mut calls = [0_u32; 2];
    for number in (0..2).cycle() {
        match call(&machines[number]).await {
            Ok(()) => calls[number] += 1,
            Err(error) if error.is_throttled() => break,
            Err(error) => return Err(error.into()),
        }
    }
    println!("calls\t{}\t{}", calls[0], calls[1]);
    Ok(())
}

async fn call(client: &Client) -> Result<(), spapi_core::Error> {
    Sellers::new(client).get_marketplace_participations().send().await.map(drop)
}
