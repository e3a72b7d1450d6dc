//! The real protocol, by a server that was written by others.

use crate::moto::{Moto, open};
use crate::shared::feed;
use serde_json::json;
use spapi_events::consume::{Consumer, Delivery, HandlerError, Queue, QueueErrorKind, Receipt, SendMessage, SqsQueue};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

const NOW: Duration = Duration::ZERO;
const HOUR: Duration = Duration::from_secs(3600);

async fn left(queue: &SqsQueue) -> u64 {
    let attributes = queue.attributes().await.unwrap();
    attributes.visible().unwrap() + attributes.hidden().unwrap()
}

pub async fn messages_are_received_hidden_and_deleted(moto: &Moto) {
    let queue = moto.queue("protocol", json!({}));
    let text = "靴下 \"quoted\" \\ \n and more";
    queue.send(text.as_bytes()).await.unwrap();
    let first = queue.receive(10, NOW, HOUR).await.unwrap();
    assert_eq!((first.len(), first[0].body.as_slice(), first[0].receive_count), (1, text.as_bytes(), Some(1)));
    assert!(first[0].sent_at.is_some());
    assert!(queue.receive(10, NOW, HOUR).await.unwrap().is_empty());
    let receipt = first[0].receipt.clone();
    assert!(queue.change_visibility(&[(receipt, NOW)]).await.unwrap().is_empty());
    let again = queue.receive(10, NOW, HOUR).await.unwrap();
    assert_eq!((again[0].message_id.as_str(), again[0].receive_count), (first[0].message_id.as_str(), Some(2)));
    let receipts = [Receipt::new("made-up"), again[0].receipt.clone()];
    let refused = queue.delete(&receipts).await.unwrap();
    assert_eq!(
        refused.iter().map(|refused| (refused.index, refused.error.kind())).collect::<Vec<_>>(),
        [(0, QueueErrorKind::Receipt)]
    );
    assert_eq!(left(&queue).await, 0);
}

pub async fn a_large_list_is_sent_in_batches(moto: &Moto) {
    let queue = moto.queue("batches", json!({}));
    let bodies: Vec<_> = (0..34).map(|number| feed(&number.to_string()) + &" ".repeat(number % 3 * 90_000)).collect();
    assert!(queue.send_all(&bodies).await.unwrap().is_empty());
    assert_eq!(left(&queue).await, 34);
}

pub async fn attributes_are_read(moto: &Moto) {
    let dead = moto.queue("attributes-dead", json!({}));
    let arn = dead.arn().unwrap();
    let allowed = json!({ "Effect": "Allow", "Principal": { "AWS": "437568002678" }, "Action": "sqs:SendMessage", "Resource": arn });
    let policy = json!({ "Version": "2012-10-17", "Statement": [allowed] });
    let redrive = json!({ "deadLetterTargetArn": arn, "maxReceiveCount": 4 }).to_string();
    let settings =
        json!({ "Policy": policy.to_string(), "RedrivePolicy": redrive, "MessageRetentionPeriod": "1209600" });
    let queue = moto.queue("attributes", settings);
    let attributes = queue.attributes().await.unwrap();
    assert_eq!(attributes.arn(), queue.arn());
    assert_eq!(attributes.policy().map(|text| serde_json::from_str(text).unwrap()), Some(policy));
    let redrive = attributes.redrive().unwrap();
    assert_eq!((redrive.dead_letter_arn.as_str(), redrive.most_receives), (arn, 4));
    assert_eq!((attributes.retention(), attributes.is_fifo()), (Some(14 * 24 * HOUR), false));
}

pub async fn what_keeps_failing_reaches_the_dead_letter_queue_and_is_replayed(moto: &Moto) {
    let dead = moto.queue("redrive-dead", json!({}));
    let redrive = json!({ "deadLetterTargetArn": dead.arn(), "maxReceiveCount": 2 }).to_string();
    let queue = moto.queue("redrive", json!({ "RedrivePolicy": redrive }));
    let mut bodies: Vec<_> = (0..6).map(|number| feed(&number.to_string())).collect();
    bodies.push("no JSON".to_owned());
    queue.send_all(&bodies).await.unwrap();
    let attempts = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&attempts);
    let consumer = Consumer::new(queue.clone(), move |delivery: Delivery| {
        let counted = Arc::clone(&counted);
        async move {
            if ["1", "4"].contains(&delivery.id().unwrap()) {
                counted.fetch_add(1, Ordering::SeqCst);
                return Err(HandlerError::new("it never works"));
            }
            Ok(())
        }
    });
    let consumer = consumer.backoff(Duration::from_secs(1), Duration::from_secs(1)).wait(Duration::from_secs(1));
    let stop = async {
        while left(&dead).await < 3 {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    let summary = consumer.run(stop).await.unwrap();
    assert_eq!((summary.handled, summary.failed, summary.undecodable), (4, 4, 2), "{summary}");
    assert_eq!((attempts.load(Ordering::SeqCst), left(&queue).await), (4, 0));
    // The same handler by then works, and what it cannot read goes to a folder.
    let folder = tempfile::tempdir().unwrap();
    let letters = spapi_events::consume::FolderQueue::open(folder.path()).unwrap();
    let replay = Consumer::new(dead.clone(), |_: Delivery| async { Ok(()) });
    let replay = replay.dead_letters(letters.clone()).wait(NOW).until_empty();
    let summary = replay.run(std::future::pending()).await.unwrap();
    assert_eq!((summary.handled, summary.dead, left(&dead).await), (2, 1, 0));
    assert_eq!(letters.receive(10, NOW, HOUR).await.unwrap()[0].body, b"no JSON");
}

pub async fn a_queue_that_disappears_ends_the_run(moto: &Moto) {
    let queue = moto.queue("disappears", json!({}));
    queue.send(feed("1").as_bytes()).await.unwrap();
    let consumer = Consumer::new(open(queue.url()), |_: Delivery| async { Ok(()) }).wait(Duration::from_secs(1));
    let metrics = consumer.metrics();
    let running = tokio::spawn(consumer.run(std::future::pending()));
    while metrics.summary().handled == 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    moto.delete_queue(&queue);
    let stopped = running.await.unwrap().unwrap_err();
    assert_eq!(stopped.error().kind(), QueueErrorKind::Gone);
    assert!(stopped.to_string().contains("the queue does not exist"), "{stopped}");
    assert_eq!(stopped.summary().handled, 1);
}
