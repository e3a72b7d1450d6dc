//! Records a call without personal data, and plays it back without a server: for a test, or for a support case.

use spapi_core::{Client, Error as CallError, Marketplace};
use spapi_orders::v2026_01_01::Orders;
use spapi_record::{Recorder, Replay};
use std::error::Error;

const MARKETPLACE: Marketplace = Marketplace::JP;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let recordings = folder.path().join("recordings");

    let sandbox = spapi_sandbox::Sandbox::start().await?;
    let recorder = Recorder::in_folder(&recordings)?;
    let recorded = spapi_examples::client_of(&sandbox, MARKETPLACE).observer(recorder).build()?;
    println!("recorded\t{} orders", first_page(&recorded).await?);
    drop(sandbox);

    // It needs neither credentials nor a network.
    let replay = Replay::open(&recordings)?;
    let replayed = replay.client(MARKETPLACE).build()?;
    println!("replayed\t{} orders", first_page(&replayed).await?);
    println!("unserved\t{}", replay.unserved().len());
    for file in std::fs::read_dir(&recordings)? {
        println!("file\t{}", file?.file_name().to_string_lossy());
    }
    Ok(())
}

async fn first_page(client: &Client) -> Result<usize, CallError> {
    let search =
        Orders::new(client).search_orders().marketplace_ids([MARKETPLACE]).created_after("2026-01-01T00:00:00Z");
    Ok(search.send().await?.orders.len())
}
