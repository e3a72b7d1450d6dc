//! Subscribes to notifications, and handles each by its type. The sandbox delivers them into a folder, as Amazon does into a
//! queue of Amazon SQS.

use spapi_core::Marketplace;
use spapi_events::consume::{Consumer, Event, FolderQueue, Router};
use spapi_events::payloads::order_change::OrderChange;
use spapi_events::setup::{Setup, Target};
use spapi_examples::client_of;
use spapi_sandbox::Sandbox;
use std::error::Error;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let sandbox = Sandbox::builder().notifications_to(folder.path()).start().await?;
    let client = client_of(&sandbox, Marketplace::JP).build()?;

    // ANCHOR: setup
    // Makes what is missing: a second run changes nothing.
    let target = Target::queue("arn:aws:sqs:ap-northeast-1:123456789012:orders")?;
    let applied = Setup::new(&client, target).subscribe("ORDER_CHANGE").apply().await?;
    println!("{applied}");
    // ANCHOR_END: setup

    sandbox.place_orders(Marketplace::JP, 2)?;

    // ANCHOR: consume
    // With Amazon SQS: SqsQueue::from_env(url)?
    let queue = FolderQueue::open(folder.path())?;
    let router = Router::new()
        .on(|change: Event<OrderChange>| async move {
            let order = change.amazon_order_id.as_deref().unwrap_or("an order without an id");
            println!("{order} changed");
            Ok(())
        })
        .ignore_others();
    // Deletes a message after its handler has succeeded. Without until_empty() it waits for more.
    let summary = Consumer::new(queue, router).until_empty().run(std::future::pending()).await?;
    println!("{summary}");
    // ANCHOR_END: consume
    Ok(())
}
