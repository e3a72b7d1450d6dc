//! The consumer against queues in the process and in folders, which fail in every way.

#[path = "../shared/mod.rs"]
mod shared;

mod faults;
mod folder;
mod foreign;
mod handlers;
mod stopping;

use shared::feed;
use spapi_events::consume::{ChannelQueue, Consumer, Delivery, Queue};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use tokio::time::Instant;

/// What a handler was given, and when.
#[derive(Clone, Default)]
struct Seen(Arc<Mutex<HashMap<String, Vec<Instant>>>>);

impl Seen {
    /// Takes note of a delivery. Returns how often its notification was seen, with this time.
    fn note(&self, delivery: &Delivery) -> usize {
        let mut seen = self.0.lock().unwrap();
        let times = seen.entry(delivery.id().unwrap().to_owned()).or_default();
        times.push(Instant::now());
        times.len()
    }

    /// How often each was seen.
    fn counts(&self) -> Vec<usize> {
        self.0.lock().unwrap().values().map(Vec::len).collect()
    }

    fn times(&self, id: &str) -> Vec<Instant> {
        self.0.lock().unwrap().get(id).cloned().unwrap_or_default()
    }
}

/// A queue with a notification for each number.
fn filled(numbers: impl IntoIterator<Item = usize>) -> ChannelQueue {
    let queue = ChannelQueue::new();
    numbers.into_iter().for_each(|number| queue.push(feed(&number.to_string())));
    queue
}

/// A consumer whose handler only takes note.
fn noting<Q: Queue>(queue: Q, seen: &Seen) -> Consumer<Q> {
    let seen = seen.clone();
    Consumer::new(queue, move |delivery: Delivery| {
        seen.note(&delivery);
        async { Ok(()) }
    })
}

#[tokio::test(start_paused = true)]
async fn doubled_and_shuffled_notifications_are_handled_once() {
    let mut numbers: Vec<_> = (0..500).chain(0..500).collect();
    shared::Random::new(1).shuffle(&mut numbers);
    let (queue, seen) = (filled(numbers), Seen::default());
    let summary = noting(queue.clone(), &seen).until_empty().run(std::future::pending()).await.unwrap();
    assert_eq!(seen.counts(), vec![1; 500]);
    assert_eq!((summary.received, summary.handled, summary.duplicates), (1000, 500, 500));
    assert!(queue.is_empty());
    assert_eq!(summary.to_string(), "1000 received, 500 handled, 500 duplicates");
}

#[tokio::test(start_paused = true)]
async fn a_notification_that_comes_while_it_is_worked_on_is_not_handled_at_the_same_time() {
    use std::time::Duration;
    for is_failing in [false, true] {
        let (queue, seen) = (filled([1, 1, 1]), Seen::default());
        let noted = seen.clone();
        let consumer = Consumer::new(queue.clone(), move |delivery: Delivery| {
            let times = noted.note(&delivery);
            async move {
                tokio::time::sleep(Duration::from_secs(5)).await;
                match is_failing && times == 1 {
                    true => Err("not yet".parse::<u8>().unwrap_err().into()),
                    false => Ok(()),
                }
            }
        });
        let stop = tokio::time::sleep(Duration::from_secs(120));
        let summary = consumer.run(stop).await.unwrap();
        assert_eq!(seen.counts(), [1 + usize::from(is_failing)]);
        assert_eq!((summary.handled, summary.duplicates), (1, 2), "{summary}");
        assert!(queue.is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_window_a_notification_that_comes_again_is_handled_again() {
    use std::time::Duration;
    let (queue, seen) = (filled([1, 1]), Seen::default());
    let consumer = noting(queue, &seen).concurrency(1).dedupe(Duration::ZERO, 0).until_empty();
    let summary = consumer.run(std::future::pending()).await.unwrap();
    assert_eq!((seen.counts(), summary.duplicates), (vec![2], 0));
}

#[tokio::test(start_paused = true)]
async fn notifications_without_an_id_are_all_handled() {
    let queue = ChannelQueue::new();
    let body = feed("1").replace("notificationId", "other");
    (0..3).for_each(|_| queue.push(body.clone()));
    let consumer = Consumer::new(queue.clone(), |_: Delivery| async { Ok(()) }).until_empty();
    let summary = consumer.run(std::future::pending()).await.unwrap();
    assert_eq!((summary.handled, summary.duplicates, queue.len()), (3, 0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_limit_leaves_the_rest_in_the_queue() {
    let (queue, seen) = (filled(0..50), Seen::default());
    let summary = noting(queue.clone(), &seen).limit(7).run(std::future::pending()).await.unwrap();
    assert_eq!((summary.handled, seen.counts().len(), queue.len()), (7, 7, 43));
}

#[tokio::test(start_paused = true)]
async fn numbers_can_be_read_while_it_runs() {
    use std::time::Duration;
    let (queue, seen) = (filled(0..5), Seen::default());
    let consumer = noting(queue.clone(), &seen);
    let metrics = consumer.metrics();
    let running = tokio::spawn(consumer.run(std::future::pending()));
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(metrics.summary().handled, 5);
    queue.push(feed("later"));
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(metrics.summary().handled, 6);
    running.abort();
}
