//! What handlers do wrong.

use super::shared::{Fault, Faulty, feed};
use super::{Seen, filled, noting};
use spapi_events::consume::{
    ChannelQueue, Consumer, Delivery, Event, Handler, HandlerError, Queue, QueueErrorKind, Router,
};
use spapi_events::payloads::{feed_processing_finished, listings_item_status_change};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::time::{Instant, sleep};

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[tokio::test(start_paused = true)]
async fn a_failure_is_tried_again_after_growing_pauses() {
    let (queue, seen) = (filled([1]), Seen::default());
    let noted = seen.clone();
    let consumer = Consumer::new(queue.clone(), move |delivery: Delivery| {
        let times = noted.note(&delivery);
        async move { if times < 6 { Err(HandlerError::new("the database is away")) } else { Ok(()) } }
    });
    let summary = consumer.backoff(seconds(10), seconds(60)).run(sleep(seconds(600))).await.unwrap();
    assert_eq!((summary.failed, summary.handled, queue.len()), (5, 1, 0));
    let pauses: Vec<_> = seen.times("1").windows(2).map(|pair| (pair[1] - pair[0]).as_secs()).collect();
    assert_eq!(pauses, [10, 20, 40, 60, 60]);
}

#[tokio::test(start_paused = true)]
async fn a_panic_and_a_handler_that_never_returns_are_failures_of_their_message_alone() {
    let queue = filled(0..30);
    let (seen, done) = (Seen::default(), Seen::default());
    let (noted, succeeded) = (seen.clone(), done.clone());
    let consumer = Consumer::new(queue.clone(), move |delivery: Delivery| {
        let (times, succeeded) = (noted.note(&delivery), succeeded.clone());
        async move {
            match (delivery.id(), times) {
                (Some("3"), 1) => panic!("a bug"),
                (Some("4"), 1) => std::future::pending().await,
                _ => {}
            }
            succeeded.note(&delivery);
            Ok(())
        }
    });
    let summary = consumer.concurrency(5).longest(seconds(90)).run(sleep(seconds(300))).await.unwrap();
    assert_eq!((summary.failed, summary.handled, queue.len()), (2, 30, 0));
    assert_eq!(done.counts(), vec![1; 30]);
    let times = seen.times("4");
    assert_eq!((times[1] - times[0]).as_secs(), 100, "90 seconds of work and 10 of pause");
}

#[tokio::test(start_paused = true)]
async fn while_a_handler_works_its_message_is_hidden_from_others() {
    let (queue, seen) = (filled([1]), Seen::default());
    let noted = seen.clone();
    let slow = Consumer::new(queue.clone(), move |delivery: Delivery| {
        noted.note(&delivery);
        async {
            sleep(seconds(500)).await;
            Ok(())
        }
    });
    let (first, other) = (seen.clone(), noting(queue.clone(), &seen));
    let running = tokio::spawn(slow.visibility(seconds(30)).run(sleep(seconds(600))));
    sleep(seconds(1)).await;
    let summary = other.run(sleep(seconds(580))).await.unwrap();
    assert_eq!((summary.received, first.counts()), (0, vec![1]));
    assert_eq!(running.await.unwrap().unwrap().handled, 1);
    assert!(queue.is_empty());
}

#[tokio::test(start_paused = true)]
async fn no_more_handlers_than_wanted_work_at_a_time_and_all_of_them_do() {
    let queue = filled(0..200);
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (at_work, peak) = (Arc::clone(&now), Arc::clone(&most));
    let consumer = Consumer::new(queue.clone(), move |_: Delivery| {
        let (at_work, peak) = (Arc::clone(&at_work), Arc::clone(&peak));
        async move {
            peak.fetch_max(at_work.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            sleep(seconds(1)).await;
            at_work.fetch_sub(1, Ordering::SeqCst);
            Ok(())
        }
    });
    let start = Instant::now();
    let summary =
        consumer.concurrency(25).wait(Duration::ZERO).until_empty().run(std::future::pending()).await.unwrap();
    assert_eq!((summary.handled, most.load(Ordering::SeqCst), queue.len()), (200, 25, 0));
    assert!(start.elapsed() < seconds(10), "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn one_slow_handler_does_not_hold_up_the_others() {
    let queue = filled(0..100);
    let consumer = Consumer::new(queue.clone(), |delivery: Delivery| async move {
        if delivery.id() == Some("0") {
            sleep(seconds(300)).await;
        }
        Ok(())
    })
    .concurrency(2);
    let metrics = consumer.metrics();
    let running = tokio::spawn(consumer.run(sleep(seconds(400))));
    sleep(seconds(30)).await;
    assert_eq!(metrics.summary().handled, 99);
    assert_eq!(running.await.unwrap().unwrap().handled, 100);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_read_stays_or_is_stored_before_it_is_deleted() {
    let long = format!("{{\"a\":\"{}\"}}", "x".repeat(2 << 20));
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    let bad = ["", "no JSON", "[]", "{}", "{\"NotificationType\":{}}", "\u{0}", &long, &deep];
    let fill = || {
        let queue = filled(0..3);
        bad.iter().for_each(|body| queue.push(*body));
        queue
    };
    let seen = Seen::default();

    let queue = fill();
    let summary =
        noting(queue.clone(), &seen).wait(Duration::ZERO).until_empty().run(std::future::pending()).await.unwrap();
    assert_eq!((summary.handled, summary.undecodable, summary.dead), (3, 8, 0));
    assert_eq!(queue.len(), bad.len(), "they stay");

    let (queue, dead) = (fill(), ChannelQueue::new());
    let consumer = noting(queue.clone(), &seen).dead_letters(dead.clone()).wait(Duration::ZERO).until_empty();
    let summary = consumer.run(std::future::pending()).await.unwrap();
    assert_eq!((summary.undecodable, summary.dead, queue.len()), (8, 8, 0));
    let (mut stored, mut expected) = (dead.bodies(), bad.map(str::to_owned).to_vec());
    stored.sort();
    expected.sort();
    assert_eq!(stored, expected);

    let (queue, full) = (fill(), ChannelQueue::new());
    let full = Faulty::new(&full).on_receive(|_| Fault::Fails(QueueErrorKind::Storage));
    let consumer = noting(queue.clone(), &seen).dead_letters(full).wait(Duration::ZERO).until_empty();
    let summary = consumer.run(std::future::pending()).await.unwrap();
    assert_eq!((summary.undecodable, summary.dead, queue.len()), (8, 0, 8), "what cannot be stored stays");
}

#[tokio::test(start_paused = true)]
async fn what_keeps_failing_becomes_a_dead_letter_if_there_is_a_place_for_it() {
    for is_stored in [true, false] {
        let (queue, dead) = (filled([1, 2]), ChannelQueue::new());
        let consumer = Consumer::new(queue.clone(), |delivery: Delivery| async move {
            if delivery.id() == Some("1") { Err(HandlerError::new("never")) } else { Ok(()) }
        });
        let consumer = consumer.most_attempts(4);
        let consumer = if is_stored { consumer.dead_letters(dead.clone()) } else { consumer };
        let summary = consumer.run(sleep(seconds(3600))).await.unwrap();
        let stays = usize::from(!is_stored);
        assert_eq!((dead.len(), queue.len()), (1 - stays, stays));
        assert_eq!((summary.handled, summary.dead), (1, 1 - stays as u64));
        assert!(if is_stored { summary.failed == 4 } else { summary.failed > 4 }, "{summary}");
    }
}

/// A consumer that collects what it says of failures.
fn collecting<Q: Queue>(consumer: Consumer<Q>) -> (Consumer<Q>, Arc<Mutex<Vec<String>>>) {
    let said = Arc::new(Mutex::new(Vec::new()));
    let collected = Arc::clone(&said);
    let consumer = consumer.on_failure(move |failure| {
        assert!(!format!("{failure:?}").contains("JSON_LISTINGS_FEED"));
        collected.lock().unwrap().push(failure.to_string());
    });
    (consumer, said)
}

#[tokio::test(start_paused = true)]
async fn each_failure_says_what_happened_and_where_the_message_is() {
    let handler = |delivery: Delivery| async move {
        match delivery.id() {
            Some("1") => Err(HandlerError::new("the database is away")),
            Some("2") => panic!("a bug"),
            Some("3") => std::future::pending().await,
            None => Err(HandlerError::new("it has no id")),
            _ => Ok(()),
        }
    };
    let (queue, dead) = (filled(1..5), ChannelQueue::new());
    queue.push(feed("5").replace("notificationId", "other"));
    queue.push("no JSON");
    let feed_type = "FEED_PROCESSING_FINISHED";
    let expected = |place: &str| {
        let mut expected = vec![
            format!("{feed_type} 1: the database is away; {place}"),
            format!("{feed_type} 2: the handler panicked; {place}"),
            format!("{feed_type} 3: the work took longer than 90s; {place}"),
            format!("{feed_type} in the message 5: it has no id; {place}"),
            format!("message 6: the message is not a notification: it is empty or not JSON; {place}"),
        ];
        expected.sort();
        expected
    };
    let sorted = |said: &Arc<Mutex<Vec<String>>>| {
        let mut said = std::mem::take(&mut *said.lock().unwrap());
        said.sort();
        said
    };
    let consumer = Consumer::new(queue.clone(), handler).longest(seconds(90)).wait(Duration::ZERO).until_empty();
    let (consumer, said) = collecting(consumer.backoff(seconds(600), seconds(600)));
    let summary = consumer.run(std::future::pending()).await.unwrap();
    assert_eq!((summary.failed, summary.undecodable, queue.len()), (4, 1, 5));
    assert_eq!(sorted(&said), expected("it stays in the queue, hidden for 600s"));

    sleep(seconds(700)).await;
    let consumer = Consumer::new(queue.clone(), handler).longest(seconds(90)).wait(Duration::ZERO).until_empty();
    let (consumer, said) = collecting(consumer.most_attempts(2).dead_letters(dead.clone()));
    let summary = consumer.run(std::future::pending()).await.unwrap();
    assert_eq!((summary.dead, dead.len(), queue.len()), (5, 5, 0));
    assert_eq!(sorted(&said), expected("it is stored as a dead letter"));

    let full = Faulty::new(&ChannelQueue::new()).on_receive(|_| Fault::Fails(QueueErrorKind::Storage));
    let queue = ChannelQueue::new();
    queue.push("no JSON");
    let consumer = Consumer::new(queue, handler).dead_letters(full).wait(Duration::ZERO).until_empty();
    let (consumer, said) = collecting(consumer);
    consumer.run(std::future::pending()).await.unwrap();
    let said = sorted(&said);
    let place = "it cannot be stored as a dead letter (it fails on purpose) and stays in the queue, hidden for 10s";
    assert!(said.len() == 1 && said[0].ends_with(place), "{said:?}");

    let (consumer, said) = collecting(Consumer::new(filled([3]), handler));
    let summary = consumer.run(sleep(seconds(5))).await.unwrap();
    let expected = format!("{feed_type} 3: the consumer stopped before the work ended; it stays in the queue");
    assert_eq!((sorted(&said), summary.released), (vec![expected], 1));
}

#[tokio::test(start_paused = true)]
async fn what_a_handler_declines_is_neither_a_failure_nor_a_dead_letter() {
    let (queue, dead) = (filled(0..10), ChannelQueue::new());
    let handler = |delivery: Delivery| async move {
        match delivery.id().unwrap().parse::<u8>()? % 2 {
            0 => Ok(()),
            _ => Err(HandlerError::declined()),
        }
    };
    let consumer = Consumer::new(queue.clone(), handler).most_attempts(1).dead_letters(dead.clone());
    let (consumer, said) = collecting(consumer.concurrency(1));
    let summary = consumer.wait(Duration::ZERO).until_empty().run(std::future::pending()).await.unwrap();
    assert_eq!((summary.handled, summary.declined, summary.failed, dead.len(), queue.len()), (5, 5, 0, 0, 5));
    assert_eq!(summary.to_string(), "10 received, 5 handled, 5 left to others");
    assert!(said.lock().unwrap().is_empty());
    // They are not counted by a limit.
    let consumer = Consumer::new(filled(0..10), handler).concurrency(1).limit(3);
    let summary = consumer.run(std::future::pending()).await.unwrap();
    assert_eq!((summary.handled, summary.declined), (3, 2));
}

#[tokio::test]
async fn a_router_chooses_by_the_payload_and_fails_for_what_it_does_not_know() {
    let delivery = |body: &str| Delivery::of(spapi_events::Notification::parse(body.as_bytes()).unwrap());
    let seen = Arc::new(Mutex::new(Vec::new()));
    let (typed, by_name) = (Arc::clone(&seen), Arc::clone(&seen));
    let router = || {
        let (typed, by_name) = (Arc::clone(&typed), Arc::clone(&by_name));
        Router::new()
            .on(move |feed: Event<feed_processing_finished::FeedProcessingFinished>| {
                typed.lock().unwrap().push(format!("feed {:?}", feed.delivery().id()));
                async { Ok(()) }
            })
            .on(|_: Event<listings_item_status_change::ListingsItemStatusChange>| async {
                Err(HandlerError::new("not this one"))
            })
            .on_types(&["REPORT_PROCESSING_FINISHED"], move |delivery: Delivery| {
                by_name.lock().unwrap().push(delivery.notification_type.as_str().to_owned());
                async { Ok(()) }
            })
    };
    let report = feed("2").replace("FEED_PROCESSING_FINISHED", "REPORT_PROCESSING_FINISHED");
    let new = feed("3").replace("FEED_PROCESSING_FINISHED", "A_NEW_ONE");
    router().handle(delivery(&feed("1"))).await.unwrap();
    router().handle(delivery(&report)).await.unwrap();
    assert_eq!(*seen.lock().unwrap(), ["feed Some(\"1\")", "REPORT_PROCESSING_FINISHED"]);
    let error = router().handle(delivery(&new)).await.unwrap_err();
    assert!(error.to_string().contains("no route takes A_NEW_ONE"), "{error}");
    router().ignore_others().handle(delivery(&new)).await.unwrap();
    let error = router().otherwise(|_: Delivery| async { Err(HandlerError::new("the rest")) });
    assert_eq!(error.handle(delivery(&new)).await.unwrap_err().to_string(), "the rest");
}

#[test]
fn what_is_logged_shows_no_payload() {
    let delivery = Delivery::of(spapi_events::Notification::parse(feed("1").as_bytes()).unwrap());
    let shown = format!("{delivery:?}");
    assert!(shown.contains("FEED_PROCESSING_FINISHED") && !shown.contains("JSON_LISTINGS_FEED"), "{shown}");
}
