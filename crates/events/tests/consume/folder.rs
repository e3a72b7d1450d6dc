//! The queue of files.

use super::shared::feed;
use super::{Seen, noting};
use spapi_events::consume::{FolderQueue, Queue, QueueErrorKind, Receipt, SendMessage};
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3600);

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

async fn received(queue: &FolderQueue) -> Vec<(String, u32)> {
    let messages = queue.receive(10, Duration::ZERO, HOUR).await.unwrap();
    messages.iter().map(|message| (message.message_id.clone(), message.receive_count.unwrap())).collect()
}

#[tokio::test]
async fn a_message_is_hidden_shown_again_and_deleted() {
    let folder = tempfile::tempdir().unwrap();
    let queue = FolderQueue::open(folder.path().join("queue")).unwrap();
    for name in ["b.json", "a.json", "notes.txt", ".new-x"] {
        fs::write(queue.path().join(name), feed(name)).unwrap();
    }
    fs::create_dir(queue.path().join("folder.json")).unwrap();
    let messages = queue.receive(10, Duration::ZERO, HOUR).await.unwrap();
    let bodies: Vec<_> =
        messages.iter().map(|message| (message.message_id.as_str(), message.body.as_slice())).collect();
    assert_eq!(bodies, [("a", feed("a.json").as_bytes()), ("b", feed("b.json").as_bytes())]);
    assert_eq!(received(&queue).await, []);
    let another = FolderQueue::open(queue.path()).unwrap();
    assert_eq!(received(&another).await, []);
    let changes = [(messages[0].receipt.clone(), Duration::ZERO)];
    assert!(queue.change_visibility(&changes).await.unwrap().is_empty());
    assert_eq!(received(&another).await, [("a".to_owned(), 2)]);
    let receipts: Vec<_> = messages.iter().map(|message| message.receipt.clone()).collect();
    let refused = queue.delete(&receipts).await.unwrap();
    assert_eq!(
        refused.iter().map(|refused| (refused.index, refused.error.kind())).collect::<Vec<_>>(),
        [(0, QueueErrorKind::Receipt)]
    );
    let left = names(queue.path());
    assert!(left.len() == 4 && left.iter().any(|name| name.starts_with("a.json.taken-2-")), "{left:?}");
}

#[tokio::test]
async fn a_file_that_is_too_large_for_a_message_is_named_and_becomes_a_dead_letter() {
    let folder = tempfile::tempdir().unwrap();
    let queue = FolderQueue::open(folder.path().join("queue")).unwrap();
    let dead = FolderQueue::open(folder.path().join("dead")).unwrap();
    let large = vec![b' '; (1 << 20) + 1];
    fs::write(queue.path().join("1-large.json"), &large).unwrap();
    fs::write(queue.path().join("2.json"), feed("2")).unwrap();
    let seen = Seen::default();
    let said = Arc::new(Mutex::new(Vec::new()));
    let collected = Arc::clone(&said);
    let consumer = noting(queue.clone(), &seen).dead_letters(dead.clone()).wait(Duration::ZERO).until_empty();
    let consumer = consumer.on_failure(move |failure| collected.lock().unwrap().push(failure.to_string()));
    let summary = consumer.run(std::future::pending()).await.unwrap();
    assert_eq!((summary.handled, summary.dead, queue.count().unwrap()), (1, 1, 0));
    let reason =
        "message 1-large: the message is not a notification: it has 1048577 bytes, and at most 1048576 are read";
    assert_eq!(*said.lock().unwrap(), [format!("{reason}; it is stored as a dead letter")]);
    assert_eq!(dead.receive(1, Duration::ZERO, HOUR).await.unwrap()[0].body, large);

    // One that is not even read does not hold up the others, and ends the run by its name.
    let file = fs::File::create(queue.path().join("1-huge.json")).unwrap();
    file.set_len((16 << 20) + 1).unwrap();
    fs::write(queue.path().join("2.json"), feed("3")).unwrap();
    let stopped = noting(queue.clone(), &seen).wait(Duration::ZERO).run(std::future::pending()).await.unwrap_err();
    assert!(stopped.to_string().contains("1-huge.json cannot be received: it has 16777217 bytes"), "{stopped}");
    assert_eq!((stopped.summary().handled, queue.count().unwrap()), (1, 1));
}

#[tokio::test]
async fn the_longest_times_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let queue = FolderQueue::open(folder.path()).unwrap();
    queue.send(b"a").await.unwrap();
    let messages = queue.receive(10, Duration::MAX, Duration::MAX).await.unwrap();
    assert_eq!((messages.len(), received(&queue).await.len()), (1, 0));
    let receipt = messages[0].receipt.clone();
    assert!(queue.change_visibility(&[(receipt.clone(), Duration::MAX)]).await.unwrap().is_empty());
    assert_eq!((received(&queue).await.len(), queue.count().unwrap()), (0, 1));
    assert!(queue.change_visibility(&[(receipt, Duration::ZERO)]).await.unwrap().is_empty());
    assert_eq!(received(&queue).await.len(), 1);
}

#[tokio::test]
async fn a_receipt_leads_nowhere_else() {
    let folder = tempfile::tempdir().unwrap();
    let queue = FolderQueue::open(folder.path().join("queue")).unwrap();
    let other = folder.path().join("x.json.taken-1-0");
    fs::write(&other, "precious").unwrap();
    fs::write(queue.path().join("y.json"), "{}").unwrap();
    let receipts = ["../x.json.taken-1-0", "y.json", "", "..", "z.json.taken-1-0"].map(Receipt::new);
    assert_eq!(queue.delete(&receipts).await.unwrap().len(), 5);
    assert!(other.exists() && queue.path().join("y.json").exists());
}

#[tokio::test]
async fn what_is_sent_is_received_and_files_are_private() {
    let folder = tempfile::tempdir().unwrap();
    let queue = FolderQueue::open(folder.path().join("queue")).unwrap();
    for number in 0..25 {
        queue.send(feed(&number.to_string()).as_bytes()).await.unwrap();
    }
    assert_eq!(queue.count().unwrap(), 25);
    #[cfg(unix)]
    for name in names(queue.path()) {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(queue.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let seen = Seen::default();
    let consumer = noting(queue.clone(), &seen).wait(Duration::ZERO).until_empty();
    let summary = consumer.run(std::future::pending()).await.unwrap();
    assert_eq!((summary.handled, queue.count().unwrap()), (25, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn several_that_use_one_folder_take_each_message_once() {
    let folder = tempfile::tempdir().unwrap();
    let queue = FolderQueue::open(folder.path()).unwrap();
    for number in 0..300 {
        fs::write(folder.path().join(format!("{number}.json")), feed(&number.to_string())).unwrap();
    }
    let seen = Seen::default();
    let mut running = tokio::task::JoinSet::new();
    for _ in 0..4 {
        // Each has a look and a memory of its own, as processes have.
        let queue = FolderQueue::open(folder.path()).unwrap();
        running.spawn(noting(queue, &seen).wait(Duration::ZERO).until_empty().run(std::future::pending()));
    }
    let summaries = running.join_all().await;
    let handled: u64 = summaries.into_iter().map(|summary| summary.unwrap().handled).sum();
    assert_eq!((handled, seen.counts(), queue.count().unwrap()), (300, vec![1; 300], 0));
}

#[tokio::test]
async fn a_folder_that_is_removed_ends_the_run_with_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("queue");
    let queue = FolderQueue::open(&path).unwrap();
    fs::remove_dir(&path).unwrap();
    let error = queue.receive(10, Duration::ZERO, HOUR).await.unwrap_err();
    assert!(error.kind() == QueueErrorKind::Storage && error.to_string().contains("queue cannot be read"), "{error}");
    fs::write(&path, "").unwrap();
    assert!(FolderQueue::open(&path).unwrap_err().to_string().contains("queue cannot be"));
}
