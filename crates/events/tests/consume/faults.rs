//! What queues do wrong.

use super::shared::{Fault, Faulty, Random};
use super::{Seen, filled, noting};
use spapi_events::consume::{
    BoxFuture, ChannelQueue, Consumer, Delivery, FileMarks, HandlerError, Marks, QueueError, QueueErrorKind,
};
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::time::{Instant, sleep};

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[tokio::test(start_paused = true)]
async fn deletions_that_fail_are_sent_again() {
    for fault in [
        Fault::Fails(QueueErrorKind::Connect),
        Fault::Lost(QueueErrorKind::Connect),
        Fault::Fails(QueueErrorKind::Throttled),
        Fault::Refuses(vec![0, 3, 9], QueueErrorKind::Server),
    ] {
        let (inner, seen) = (filled(0..50), Seen::default());
        let queue =
            Faulty::new(&inner).on_delete(move |number| if number % 3 < 2 { fault.clone() } else { Fault::Nothing });
        let summary = noting(queue, &seen).run(sleep(seconds(600))).await.unwrap();
        assert_eq!(seen.counts(), vec![1; 50]);
        assert_eq!((inner.len(), summary.handled, summary.received), (0, 50, 50), "{summary}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_deletion_that_had_no_effect_leads_to_a_duplicate_that_is_deleted() {
    let (inner, seen) = (filled(0..50), Seen::default());
    let queue = Faulty::new(&inner).on_delete(|number| if number < 5 { Fault::Lies } else { Fault::Nothing });
    let summary = noting(queue, &seen).run(sleep(seconds(600))).await.unwrap();
    assert_eq!((seen.counts(), inner.len()), (vec![1; 50], 0));
    assert!(summary.duplicates > 0, "{summary}");
}

#[tokio::test(start_paused = true)]
async fn a_receipt_that_is_no_longer_valid_is_not_tried_again() {
    let (inner, seen) = (filled(0..10), Seen::default());
    let queue = Faulty::new(&inner).on_delete(|_| Fault::Refuses(vec![2], QueueErrorKind::Receipt));
    let deletes = queue.deletes.clone();
    let summary = noting(queue, &seen).run(sleep(seconds(30))).await.unwrap();
    assert_eq!((summary.undeleted, deletes.load(Ordering::SeqCst), inner.len()), (1, 1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_queue_that_is_away_for_a_while_is_waited_for_with_growing_pauses() {
    for kind in [QueueErrorKind::Connect, QueueErrorKind::Throttled, QueueErrorKind::Server] {
        let (inner, seen) = (filled(0..5), Seen::default());
        let queue =
            Faulty::new(&inner).on_receive(move |number| if number < 12 { Fault::Fails(kind) } else { Fault::Nothing });
        let (receives, start) = (queue.receives.clone(), Instant::now());
        let consumer = noting(queue, &seen).until_empty();
        let summary = consumer.run(std::future::pending()).await.unwrap();
        assert_eq!((summary.handled, receives.load(Ordering::SeqCst)), (5, 14));
        // Half a second, doubled up to a minute, and at last the wait for more.
        let pauses: f64 = (0..12).map(|number| (0.5 * f64::from(1 << number)).min(60.0)).sum();
        let took = start.elapsed().as_secs_f64();
        assert!((pauses + 20.0..pauses + 22.0).contains(&took), "{took} {pauses}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_queue_that_cannot_be_used_ends_the_run_and_handlers_finish() {
    for (kind, attempts) in [
        (QueueErrorKind::Gone, 1),
        (QueueErrorKind::Denied, 1),
        (QueueErrorKind::Credentials, 5),
        (QueueErrorKind::Clock, 5),
    ] {
        let (inner, seen) = (filled(0..3), Seen::default());
        let queue =
            Faulty::new(&inner).on_receive(move |number| if number > 0 { Fault::Fails(kind) } else { Fault::Nothing });
        let (receives, noted) = (queue.receives.clone(), seen.clone());
        let consumer = Consumer::new(queue, move |delivery: Delivery| {
            let noted = noted.clone();
            async move {
                sleep(seconds(15)).await;
                noted.note(&delivery);
                Ok(())
            }
        });
        let stopped = consumer.run(std::future::pending()).await.unwrap_err();
        assert_eq!((stopped.error().kind(), receives.load(Ordering::SeqCst)), (kind, 1 + attempts));
        assert_eq!((stopped.summary().handled, inner.len()), (3, 0), "{stopped}");
        assert_eq!(stopped.to_string(), "the consumer has stopped: it fails on purpose");
    }
}

#[tokio::test(start_paused = true)]
async fn messages_that_cannot_be_kept_hidden_are_still_handled() {
    let (inner, seen) = (filled(0..5), Seen::default());
    let queue = Faulty::new(&inner).on_change(|_| Fault::Fails(QueueErrorKind::Connect));
    let noted = seen.clone();
    let consumer = Consumer::new(queue, move |delivery: Delivery| {
        noted.note(&delivery);
        async {
            sleep(seconds(100)).await;
            Ok(())
        }
    });
    let summary = consumer.visibility(seconds(30)).run(sleep(seconds(600))).await.unwrap();
    // They come again while they are worked on, and wait for that.
    assert_eq!((seen.counts(), inner.len(), summary.handled), (vec![1; 5], 0, 5), "{summary}");
}

#[tokio::test(start_paused = true)]
async fn a_dead_letter_is_stored_once_also_if_its_message_cannot_be_hidden_or_deleted() {
    for is_readable in [false, true] {
        let (inner, dead) = (filled(is_readable.then_some(1)), ChannelQueue::new());
        if !is_readable {
            inner.push("no JSON");
        }
        let queue = Faulty::new(&inner)
            .on_change(|_| Fault::Fails(QueueErrorKind::Connect))
            .on_delete(|number| if number < 5 { Fault::Lies } else { Fault::Nothing });
        let consumer = Consumer::new(queue, |_: Delivery| async { Err(HandlerError::new("never")) });
        let consumer = consumer.most_attempts(1).dead_letters(dead.clone()).visibility(seconds(30));
        let summary = consumer.run(sleep(seconds(600))).await.unwrap();
        assert_eq!((summary.dead, dead.len(), inner.len()), (1, 1, 0), "{summary}");
        assert_eq!(summary.duplicates, 5, "{summary}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_of_the_queue_that_never_ends_is_given_up() {
    let (inner, seen) = (filled(0..20), Seen::default());
    let once = |number: u32| if number == 0 { Fault::Hangs } else { Fault::Nothing };
    let queue = Faulty::new(&inner).on_receive(once).on_delete(once).on_change(once);
    let noted = seen.clone();
    let consumer = Consumer::new(queue, move |delivery: Delivery| {
        let times = noted.note(&delivery);
        async move { if times == 1 { Err(HandlerError::new("not yet")) } else { Ok(()) } }
    });
    let summary = consumer.run(sleep(seconds(600))).await.unwrap();
    assert_eq!((summary.handled, seen.counts(), inner.len()), (20, vec![2; 20], 0), "{summary}");
}

#[tokio::test(start_paused = true)]
async fn whatever_fails_nothing_is_lost_and_nothing_is_handled_twice() {
    for seed in 0..40 {
        let mut random = Random::new(seed);
        let mut numbers: Vec<_> = (0..100).chain(0..100).collect();
        random.shuffle(&mut numbers);
        let (inner, seen) = (filled(numbers), Seen::default());
        let plan = |salt: u64| {
            move |number: u32| {
                let mut random = Random::new(seed * 1000 + salt + u64::from(number));
                random.below(97);
                match random.below(8) {
                    0 => Fault::Fails(QueueErrorKind::Connect),
                    1 => Fault::Lost(QueueErrorKind::Server),
                    2 => Fault::Lies,
                    3 => Fault::Refuses(vec![random.below(10)], QueueErrorKind::Throttled),
                    _ => Fault::Nothing,
                }
            }
        };
        let queue = Faulty::new(&inner).on_receive(plan(1)).on_delete(plan(500_000));
        let summary = noting(queue, &seen).run(sleep(seconds(1800))).await.unwrap();
        assert_eq!((seen.counts(), inner.len()), (vec![1; 100], 0), "seed {seed}: {summary}");
    }
}

#[tokio::test]
async fn what_was_handled_is_known_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let open = || FileMarks::open(folder.path().join("marks")).unwrap();
    let seen = Seen::default();
    let run = |numbers: std::ops::Range<usize>| {
        let consumer = noting(filled(numbers), &seen).marks(open()).wait(Duration::ZERO).until_empty();
        consumer.run(std::future::pending())
    };
    let first = run(0..40).await.unwrap();
    let second = run(20..60).await.unwrap();
    assert_eq!((first.handled, second.handled, second.duplicates), (40, 20, 20));
    assert_eq!(seen.counts(), vec![1; 60]);
}

/// Marks in a place that is full.
struct Full;

impl Marks for Full {
    fn are_marked<'a>(&'a self, ids: &'a [String]) -> BoxFuture<'a, Result<Vec<bool>, QueueError>> {
        Box::pin(std::future::ready(Ok(vec![false; ids.len()])))
    }

    fn mark<'a>(&'a self, _: &'a [String]) -> BoxFuture<'a, Result<(), QueueError>> {
        Box::pin(std::future::ready(Err(QueueError::new(QueueErrorKind::Storage, "the disk is full"))))
    }
}

#[tokio::test(start_paused = true)]
async fn marks_that_cannot_be_written_end_the_run_after_the_work_is_deleted() {
    let (queue, seen) = (filled(0..100), Seen::default());
    let stopped =
        noting(queue.clone(), &seen).concurrency(10).marks(Full).run(std::future::pending()).await.unwrap_err();
    assert!(stopped.to_string().contains("the disk is full"), "{stopped}");
    let handled = usize::try_from(stopped.summary().handled).unwrap();
    assert_eq!((queue.len(), seen.counts().len()), (100 - handled, handled));
    assert!(handled < 100);
}
