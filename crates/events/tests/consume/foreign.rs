//! Code of users that is slow, panics or never returns, and times that no clock can show.

use super::shared::{Fault, Faulty, feed};
use super::{Seen, filled, noting};
use spapi_events::consume::{
    BoxFuture, ChannelQueue, Consumer, Delivery, Marks, Queue, QueueError, QueueErrorKind, SendMessage,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::time::{Instant, sleep};

const HOUR: Duration = Duration::from_secs(3600);

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn no() -> QueueError {
    QueueError::new(QueueErrorKind::Connect, "on purpose")
}

/// A place for dead letters.
#[derive(Clone, Default)]
struct Place {
    kept: ChannelQueue,
    takes: Duration,
    /// How many calls fail first.
    failures: u32,
    /// The text of messages that make it panic.
    panics: Option<&'static str>,
    calls: Arc<AtomicU32>,
}

impl SendMessage for Place {
    fn send<'a>(&'a self, body: &'a [u8]) -> BoxFuture<'a, Result<(), QueueError>> {
        let number = self.calls.fetch_add(1, Ordering::SeqCst);
        assert!(self.panics.is_none_or(|text| body != text.as_bytes()), "on purpose");
        Box::pin(async move {
            sleep(self.takes).await;
            match number < self.failures {
                true => Err(no()),
                false => self.kept.send(body).await,
            }
        })
    }
}

/// A place in which each letter takes that long, and how often it fails before.
fn slow_places() -> [Place; 3] {
    [(70, 0), (25, 2), (400, 0)].map(|(takes, failures)| Place { takes: seconds(takes), failures, ..Place::default() })
}

#[tokio::test(start_paused = true)]
async fn a_dead_letter_that_is_stored_slowly_stays_hidden_and_is_stored_once() {
    for place in slow_places() {
        let (queue, kept) = (ChannelQueue::new(), place.kept.clone());
        queue.push("garbage");
        let consumer = noting(queue.clone(), &Seen::default()).dead_letters(place);
        let summary = consumer.run(sleep(HOUR)).await.unwrap();
        assert_eq!((summary.received, summary.dead, queue.len(), kept.len()), (1, 1, 0, 1), "{summary}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_notification_that_becomes_a_dead_letter_slowly_is_not_handled_again() {
    for place in slow_places() {
        let (queue, seen, kept) = (filled([1, 1]), Seen::default(), place.kept.clone());
        let noted = seen.clone();
        let consumer = Consumer::new(queue.clone(), move |delivery: Delivery| {
            noted.note(&delivery);
            async { Err(no().into()) }
        });
        let summary = consumer.dead_letters(place).most_attempts(1).run(sleep(HOUR)).await.unwrap();
        assert_eq!((seen.counts(), queue.len(), kept.len()), (vec![1], 0, 1), "{summary}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_dead_letter_that_cannot_be_hidden_is_still_stored_once() {
    for is_readable in [false, true] {
        let (inner, place) = (ChannelQueue::new(), Place { takes: seconds(100), ..Place::default() });
        inner.push(if is_readable { feed("1") } else { "garbage".to_owned() });
        let queue = Faulty::new(&inner).on_change(|_| Fault::Lies);
        let (consumer, kept) = (Consumer::new(queue, |_: Delivery| async { Err(no().into()) }), place.kept.clone());
        let summary = consumer.dead_letters(place).most_attempts(1).run(sleep(HOUR)).await.unwrap();
        assert!(summary.received > 1, "{summary}");
        assert_eq!((inner.len(), kept.len()), (0, 1), "{summary}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_place_for_dead_letters_that_never_returns_keeps_nothing_from_stopping() {
    let (queue, place) = (filled([]), Place { takes: Duration::MAX, ..Place::default() });
    queue.push("garbage");
    let consumer = noting(queue.clone(), &Seen::default()).dead_letters(place);
    let start = Instant::now();
    let summary = consumer.run(sleep(seconds(90))).await.unwrap();
    assert!(start.elapsed() <= seconds(90 + 20 + 10), "{:?}", start.elapsed());
    assert_eq!((summary.received, summary.released), (1, 1), "{summary}");
    assert_eq!(queue.receive(1, Duration::ZERO, HOUR).await.unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_queue_that_panics_once_goes_on() {
    let once = |number| if number == 0 { Fault::Panics } else { Fault::Nothing };
    for call in 0..3 {
        let (inner, seen) = (filled(0..25), Seen::default());
        let queue = Faulty::new(&inner);
        let queue = match call {
            0 => queue.on_receive(once),
            1 => queue.on_delete(once),
            _ => queue.on_change(once),
        };
        let noted = seen.clone();
        let consumer = Consumer::new(queue, move |delivery: Delivery| {
            let times = noted.note(&delivery);
            async move { if times == 1 { Err(no().into()) } else { Ok(()) } }
        });
        let summary = consumer.run(sleep(HOUR)).await.unwrap();
        assert_eq!((seen.counts(), inner.len()), (vec![2; 25], 0), "{call}: {summary}");
        assert_eq!(summary.undeleted, 0, "{call}: {summary}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_queue_that_always_panics_ends_the_run() {
    for is_receive in [true, false] {
        let (inner, seen) = (filled(0..5), Seen::default());
        let queue = Faulty::new(&inner);
        let queue = if is_receive { queue.on_receive(|_| Fault::Panics) } else { queue.on_delete(|_| Fault::Panics) };
        let receives = queue.receives.clone();
        let stopped = noting(queue, &seen).run(std::future::pending()).await.unwrap_err();
        assert_eq!((stopped.error().kind(), inner.len()), (QueueErrorKind::Panicked, 5));
        assert!(stopped.to_string().contains("the code of the queue panicked"), "{stopped}");
        assert!(!is_receive || receives.load(Ordering::SeqCst) == 5);
    }
}

#[tokio::test(start_paused = true)]
async fn a_place_for_dead_letters_that_panics_does_not_stop_the_others() {
    for until_empty in [false, true] {
        let (queue, seen) = (ChannelQueue::new(), Seen::default());
        (0..2).for_each(|_| queue.push("garbage"));
        (0..5).for_each(|number| queue.push(feed(&number.to_string())));
        let place = Place { panics: Some("garbage"), ..Place::default() };
        let mut consumer = noting(queue.clone(), &seen).concurrency(2).dead_letters(place);
        if until_empty {
            consumer = consumer.until_empty();
        }
        let start = Instant::now();
        let summary = consumer.run(sleep(HOUR)).await.unwrap();
        assert_eq!((seen.counts(), queue.len(), summary.dead), (vec![1; 5], 2, 0), "{summary}");
        assert_eq!(start.elapsed() < HOUR, until_empty, "{:?}", start.elapsed());
    }
}

/// Marks that take a time, panic or never return.
#[derive(Clone, Default)]
struct Slow {
    takes: Duration,
    looks_take: Duration,
    /// How many calls that look panic first, and whether those do that mark.
    panics: u32,
    panics_marking: bool,
    looks: Arc<AtomicU32>,
}

impl Marks for Slow {
    fn are_marked<'a>(&'a self, ids: &'a [String]) -> BoxFuture<'a, Result<Vec<bool>, QueueError>> {
        assert!(self.looks.fetch_add(1, Ordering::SeqCst) >= self.panics, "on purpose");
        Box::pin(async move {
            sleep(self.looks_take).await;
            Ok(vec![false; ids.len()])
        })
    }

    fn mark<'a>(&'a self, _: &'a [String]) -> BoxFuture<'a, Result<(), QueueError>> {
        assert!(!self.panics_marking, "on purpose");
        Box::pin(async move {
            sleep(self.takes).await;
            Ok(())
        })
    }
}

#[tokio::test(start_paused = true)]
async fn marks_that_panic_are_asked_again_or_end_the_run() {
    let (queue, seen) = (filled(0..5), Seen::default());
    let marks = Slow { panics: 3, ..Slow::default() };
    let summary = noting(queue.clone(), &seen).marks(marks).run(sleep(HOUR)).await.unwrap();
    assert_eq!((seen.counts(), queue.len()), (vec![1; 5], 0), "{summary}");

    let (queue, seen) = (filled(0..5), Seen::default());
    let marks = Slow { panics_marking: true, ..Slow::default() };
    let stopped = noting(queue.clone(), &seen).marks(marks).run(std::future::pending()).await.unwrap_err();
    assert!(stopped.to_string().contains("the code of the marks panicked"), "{stopped}");
    assert_eq!((seen.counts(), queue.len()), (vec![1; 5], 0), "{}", stopped.summary());
}

#[tokio::test(start_paused = true)]
async fn marks_that_never_return_end_the_run_in_time() {
    // The consumer is asked to stop, or is not and gives the call as long as a handler.
    for (stop, longest, most) in [(30, 600, 30 + 20 + 10), (100_000, 600, 600 + 20 + 20)] {
        let (queue, seen) = (filled(0..5), Seen::default());
        let marks = Slow { takes: Duration::MAX, ..Slow::default() };
        let start = Instant::now();
        let consumer = noting(queue.clone(), &seen).marks(marks).longest(seconds(longest));
        let stopped = consumer.run(sleep(seconds(stop))).await.unwrap_err();
        assert!(start.elapsed() <= seconds(most), "{:?}", start.elapsed());
        assert!(stopped.to_string().contains("a call of the marks took longer than"), "{stopped}");
        assert_eq!((seen.counts(), queue.len()), (vec![1; 5], 0), "{}", stopped.summary());
    }
}

#[tokio::test(start_paused = true)]
async fn messages_stay_hidden_while_marks_are_written() {
    let (queue, seen) = (filled(0..3), Seen::default());
    let noted = seen.clone();
    let consumer = Consumer::new(queue.clone(), move |delivery: Delivery| {
        noted.note(&delivery);
        // The others are done while the first is marked.
        let takes = seconds(50 * delivery.id().unwrap().parse::<u64>().unwrap());
        async move {
            sleep(takes).await;
            Ok(())
        }
    });
    let marks = Slow { takes: seconds(90), ..Slow::default() };
    let running = tokio::spawn(consumer.marks(marks).run(sleep(HOUR)));
    // The same comes again before it is marked.
    sleep(seconds(30)).await;
    queue.push(feed("0"));
    let summary = running.await.unwrap().unwrap();
    assert_eq!((seen.counts(), queue.len()), (vec![1; 3], 0), "{summary}");
    assert_eq!((summary.received, summary.handled, summary.duplicates), (4, 3, 1), "{summary}");
}

#[tokio::test(start_paused = true)]
async fn marks_that_are_not_found_in_time_give_the_messages_back() {
    let (queue, seen) = (filled(0..3), Seen::default());
    let marks = Slow { looks_take: Duration::MAX, ..Slow::default() };
    let stopped = noting(queue.clone(), &seen).marks(marks).run(sleep(HOUR)).await.unwrap_err();
    assert!(stopped.to_string().contains("a call of the marks took longer than 60s"), "{stopped}");
    assert_eq!((stopped.summary().released, queue.len()), (15, 3));
}

#[tokio::test(start_paused = true)]
async fn the_longest_times_lose_nothing_and_overflow_nowhere() {
    const MAX: Duration = Duration::MAX;
    let queue = filled([1]);
    let consumer = Consumer::new(queue.clone(), |_: Delivery| async { Err(no().into()) });
    let consumer = consumer.backoff(MAX, MAX).wait(MAX).visibility(MAX).longest(MAX).grace(MAX).dedupe(MAX, usize::MAX);
    let summary = consumer.concurrency(usize::MAX).run(sleep(24 * HOUR)).await.unwrap();
    // It is hidden for 12 hours.
    assert_eq!((summary.failed, summary.undeleted, queue.len()), (2, 0, 1), "{summary}");

    // A longest pause under the first is the first.
    let queue = filled([1]);
    let consumer = Consumer::new(queue.clone(), |_: Delivery| async { Err(no().into()) });
    let summary = consumer.backoff(MAX, Duration::ZERO).run(sleep(HOUR)).await.unwrap();
    assert_eq!((summary.failed, queue.len()), (1, 1), "{summary}");

    // A handler is at work at the stop, and may go on.
    let queue = filled([1]);
    let consumer = Consumer::new(queue.clone(), |_: Delivery| async {
        sleep(10 * HOUR).await;
        Ok(())
    });
    let summary = consumer.grace(MAX).longest(MAX).run(sleep(HOUR)).await.unwrap();
    assert_eq!((summary.handled, queue.len()), (1, 0), "{summary}");

    let queue = filled([1]);
    let messages = queue.receive(usize::MAX, MAX, MAX).await.unwrap();
    let receipt = messages[0].receipt.clone();
    assert!(queue.change_visibility(&[(receipt.clone(), MAX)]).await.unwrap().is_empty());
    assert_eq!((queue.len(), queue.receive(1, HOUR, MAX).await.unwrap().len()), (1, 0));
    assert!(queue.change_visibility(&[(receipt, Duration::ZERO)]).await.unwrap().is_empty());
    assert_eq!(queue.receive(1, MAX, MAX).await.unwrap().len(), 1);
}
