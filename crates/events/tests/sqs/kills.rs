//! A consumer in a process of its own that is killed at random moments.

use crate::moto::{Moto, open};
use crate::shared::{Random, feed};
use serde_json::json;
use spapi_events::consume::{BoxFuture, Consumer, Delivery, FileMarks, HandlerError, Marks, QueueError, SqsQueue};
use std::collections::{BTreeMap, HashSet};
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// How many notifications there are, each of them twice, and how often the process is killed, for a figure.
const MESSAGES: &str = "SPAPI_EVENTS_MESSAGES";
const KILLS: &str = "SPAPI_EVENTS_KILLS";
/// What the other process consumes, and the folder with what it did.
const QUEUE: &str = "SPAPI_EVENTS_TEST_QUEUE";
const FOLDER: &str = "SPAPI_EVENTS_TEST_FOLDER";
/// Whether the handler keeps the ids itself.
const OWN: &str = "SPAPI_EVENTS_TEST_OWN_MARKS";

/// How long a message is hidden: what a killed process had comes back after this time.
const VISIBILITY: Duration = Duration::from_secs(3);

fn number(name: &str, usual: usize) -> usize {
    std::env::var(name).map_or(usual, |number| number.parse().unwrap())
}

pub fn is_child() -> bool {
    std::env::var_os(FOLDER).is_some()
}

/// The effects of a handler: a line for each. A line is its effect and its mark in one step, as a row of a table with a unique
/// id is.
struct Ledger {
    file: File,
    known: HashSet<String>,
}

impl Ledger {
    fn open(path: &Path) -> Self {
        let known = lines(path).into_keys().collect();
        Self { file: OpenOptions::new().create(true).append(true).open(path).unwrap(), known }
    }

    /// Has the effect. A handler without marks of its own does not look whether it had it before.
    fn add(&mut self, id: &str, is_once: bool) -> std::io::Result<()> {
        if is_once && self.known.contains(id) {
            return Ok(());
        }
        self.file.write_all(format!("{id}\n").as_bytes())?;
        self.known.insert(id.to_owned());
        Ok(())
    }
}

/// How often each line is in a file.
fn lines(path: &Path) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for line in std::fs::read_to_string(path).unwrap_or_default().lines() {
        *counts.entry(line.to_owned()).or_default() += 1;
    }
    counts
}

/// The marks of a handler that writes them with its effects.
struct OfLedger(Arc<Mutex<Ledger>>);

impl Marks for OfLedger {
    fn are_marked<'a>(&'a self, ids: &'a [String]) -> BoxFuture<'a, Result<Vec<bool>, QueueError>> {
        let ledger = self.0.lock().unwrap();
        Box::pin(std::future::ready(Ok(ids.iter().map(|id| ledger.known.contains(id)).collect())))
    }

    fn mark<'a>(&'a self, _: &'a [String]) -> BoxFuture<'a, Result<(), QueueError>> {
        Box::pin(std::future::ready(Ok(())))
    }
}

/// What the other process does.
pub async fn consume() {
    let folder = std::path::PathBuf::from(std::env::var_os(FOLDER).unwrap());
    let is_once = std::env::var_os(OWN).is_some();
    let ledger = Arc::new(Mutex::new(Ledger::open(&folder.join("ledger"))));
    let effects = Arc::clone(&ledger);
    let handler = move |delivery: Delivery| {
        let effects = Arc::clone(&effects);
        async move {
            tokio::time::sleep(Duration::from_millis(2)).await;
            let id = delivery.id().ok_or_else(|| HandlerError::new("no id"))?;
            Ok(effects.lock().unwrap().add(id, is_once)?)
        }
    };
    let consumer = Consumer::new(open(&std::env::var(QUEUE).unwrap()), handler)
        .visibility(VISIBILITY)
        .wait(Duration::from_secs(1));
    let consumer = match is_once {
        true => consumer.marks(OfLedger(ledger)),
        false => consumer.marks(FileMarks::open(folder.join("marks")).unwrap()),
    };
    consumer.until_empty().run(std::future::pending()).await.unwrap();
}

fn start(url: &str, folder: &Path, is_once: bool) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.env(QUEUE, url).env(FOLDER, folder).stdout(Stdio::null());
    if is_once {
        command.env(OWN, "1");
    }
    command.spawn().unwrap()
}

/// How many messages the queue has.
async fn left(queue: &SqsQueue) -> u64 {
    let attributes = queue.attributes().await.unwrap();
    attributes.visible().unwrap() + attributes.hidden().unwrap()
}

/// Sends messages, but never has many in the queue: the server becomes slow with them.
async fn send(queue: SqsQueue, bodies: Vec<String>) {
    for part in bodies.chunks(100) {
        while left(&queue).await > 200 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert!(queue.send_all(part).await.unwrap().is_empty());
    }
}

pub async fn a_consumer_that_is_killed_again_and_again_loses_nothing(moto: &Moto) {
    let (messages, kills) = (number(MESSAGES, 300), number(KILLS, 6));
    for is_once in [true, false] {
        let queue = moto.queue(if is_once { "kills-once" } else { "kills" }, json!({}));
        let mut random = Random::new(7);
        let mut numbers: Vec<_> = (0..messages).chain(0..messages).collect();
        random.shuffle(&mut numbers);
        let bodies: Vec<_> = numbers.iter().map(|number| feed(&format!("id-{number}"))).collect();
        let sending = tokio::spawn(send(queue.clone(), bodies));

        let folder = tempfile::tempdir().unwrap();
        let ledger = folder.path().join("ledger");
        let (began, mut hit) = (Instant::now(), 0);
        while hit < kills && !(sending.is_finished() && left(&queue).await == 0) {
            let mut child = start(queue.url(), folder.path(), is_once);
            // Not before it has begun to work.
            let before = lines(&ledger).len();
            while lines(&ledger).len() == before && child.try_wait().unwrap().is_none() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            tokio::time::sleep(Duration::from_millis(random.below(messages * 6 / kills + 1) as u64)).await;
            match child.try_wait().unwrap() {
                Some(status) => assert!(status.success(), "after {hit} kills"),
                None => {
                    child.kill().unwrap();
                    child.wait().unwrap();
                    hit += 1;
                }
            }
        }
        assert!(hit > 0, "it was too fast for a kill");
        while !sending.is_finished() || left(&queue).await > 0 {
            assert!(start(queue.url(), folder.path(), is_once).wait().unwrap().success());
        }
        sending.await.unwrap();
        let counts = lines(&ledger);
        let lost = (0..messages).filter(|number| !counts.contains_key(&format!("id-{number}"))).count();
        let doubled = counts.values().filter(|count| **count > 1).count();
        let marks = if is_once { "marks of its own" } else { "marks in a file" };
        println!(
            "{marks}: {messages} notifications twice and shuffled, {hit} kills: {lost} lost, {} handled, {doubled} more than once, {:?}",
            counts.len(),
            began.elapsed()
        );
        assert_eq!((lost, counts.len()), (0, messages));
        // Between the effect and the mark only those can be doubled that were worked on when it was killed.
        let most = if is_once { 0 } else { hit * 20 };
        assert!(doubled <= most, "{doubled} of {most}");
    }
}
