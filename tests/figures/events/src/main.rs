//! `URL NOTIFICATIONS WAIT` takes that many notifications from a queue to a handler that waits for so many milliseconds, as for a
//! database, and prints the milliseconds from the first call until the last message is deleted.

use spapi_events::consume::{Consumer, Delivery, HandlerError, SqsQueue};
use std::error::Error;
use std::time::{Duration, Instant};

/// How many handlers work at a time.
const CONCURRENCY: usize = 50;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [url, notifications, wait] = &arguments[..] else { return Err("URL NOTIFICATIONS WAIT".into()) };
    let (notifications, wait) = (notifications.parse()?, Duration::from_millis(wait.parse()?));
    let queue = SqsQueue::builder(url).region("us-east-1").credentials("key", "secret", None).build()?;
    let start = Instant::now();
    let consumer = Consumer::new(queue, move |delivery: Delivery| async move {
        if !wait.is_zero() {
            tokio::time::sleep(wait).await;
        }
        delivery.id().map(drop).ok_or_else(|| HandlerError::new("a notification without an id"))
    });
    let summary = consumer.concurrency(CONCURRENCY).limit(notifications).run(std::future::pending()).await?;
    if summary.handled != notifications || summary.undeleted > 0 {
        return Err(format!("{summary}, of {notifications}").into());
    }
    println!("{}", start.elapsed().as_millis());
    Ok(())
}
