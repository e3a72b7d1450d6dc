//! The end of a run.

use super::shared::{Fault, Faulty, feed};
use super::{Seen, filled};
use spapi_events::consume::{Consumer, Delivery, Queue, QueueErrorKind};
use std::time::Duration;
use tokio::time::{Instant, sleep};

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// How many messages can be received at this moment.
async fn visible(queue: &impl Queue) -> usize {
    queue.receive(1000, Duration::ZERO, seconds(1)).await.unwrap().len()
}

#[tokio::test(start_paused = true)]
async fn handlers_finish_and_the_rest_is_given_back_at_once() {
    let (queue, seen) = (filled(0..10), Seen::default());
    let noted = seen.clone();
    let consumer = Consumer::new(queue.clone(), move |delivery: Delivery| {
        let noted = noted.clone();
        async move {
            let number: u64 = delivery.id().unwrap().parse().unwrap();
            sleep(seconds(number * 10)).await;
            noted.note(&delivery);
            Ok(())
        }
    });
    let start = Instant::now();
    // After 35 seconds those of 0, 10, 20 and 30 seconds are done, and within the grace time those of 40 and 50.
    let summary = consumer.grace(seconds(20)).run(sleep(seconds(35))).await.unwrap();
    assert_eq!((summary.handled, summary.released, summary.failed), (6, 4, 0));
    assert!(start.elapsed() < seconds(57), "{:?}", start.elapsed());
    assert_eq!((queue.len(), visible(&queue).await), (4, 4));
    sleep(seconds(200)).await;
    assert_eq!(seen.counts().len(), 6, "handlers that were dropped do not go on");
}

#[tokio::test(start_paused = true)]
async fn an_idle_consumer_stops_soon() {
    let queue = filled([]);
    let (start, consumer) = (Instant::now(), Consumer::new(queue, |_: Delivery| async { Ok(()) }));
    consumer.run(sleep(seconds(3))).await.unwrap();
    assert!(start.elapsed() <= seconds(6), "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn what_a_last_call_brings_is_given_back() {
    let (queue, seen) = (filled([]), Seen::default());
    let consumer = super::noting(queue.clone(), &seen);
    let running = tokio::spawn(consumer.run(sleep(seconds(3))));
    // A second after the stop, while the call that waits for messages is still under way.
    sleep(seconds(4)).await;
    (0..5).for_each(|number| queue.push(feed(&number.to_string())));
    let summary = running.await.unwrap().unwrap();
    assert_eq!((summary.received, summary.released, summary.handled), (5, 5, 0));
    assert_eq!(visible(&queue).await, 5);
}

#[tokio::test(start_paused = true)]
async fn deletions_are_sent_before_the_end_also_to_a_slow_queue() {
    let (inner, seen) = (filled(0..10), Seen::default());
    let queue = Faulty::new(&inner).on_delete(|number| match number {
        0..=2 => Fault::Fails(QueueErrorKind::Connect),
        _ => Fault::Nothing,
    });
    let summary = super::noting(queue, &seen).run(sleep(Duration::from_millis(1))).await.unwrap();
    assert_eq!((summary.handled + summary.released, inner.len() as u64), (10, summary.released));
}

#[tokio::test(start_paused = true)]
async fn a_queue_that_never_answers_does_not_keep_it_from_stopping() {
    let inner = filled(0..10);
    let queue = Faulty::new(&inner)
        .on_delete(|_| Fault::Fails(QueueErrorKind::Connect))
        .on_change(|_| Fault::Fails(QueueErrorKind::Connect));
    let (start, seen) = (Instant::now(), Seen::default());
    let summary = super::noting(queue, &seen).run(sleep(seconds(10))).await.unwrap();
    assert!(start.elapsed() <= seconds(50), "{:?}", start.elapsed());
    assert_eq!((summary.handled, summary.undeleted, inner.len()), (10, 10, 10));
}

#[tokio::test(start_paused = true)]
async fn a_run_that_is_dropped_leaves_its_messages_to_come_back() {
    let queue = filled(0..5);
    let consumer = Consumer::new(queue.clone(), |_: Delivery| std::future::pending());
    let running = tokio::spawn(consumer.visibility(seconds(30)).run(std::future::pending()));
    sleep(seconds(5)).await;
    running.abort();
    assert_eq!(visible(&queue).await, 0);
    sleep(seconds(30)).await;
    assert_eq!(visible(&queue).await, 5);
}
