//! A process that is killed (`kill -9`) at each point of a report's life, and the run after it.
#![cfg(unix)]

use spapi_core::{BoxFuture, Client, Clock, Credentials, DateTime, Endpoint, Error, Marketplace, Quotas};
use spapi_jobs::journal::{Entry, JobKey, Journal, Lock};
use spapi_jobs::{FolderJournal, Reports};
use spapi_sandbox::{CLIENT_ID, CLIENT_SECRET, Limits, REFRESH_TOKEN, Sandbox};
use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, ExitStatus};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

const TYPE: &str = "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_ORDER_DATE_GENERAL";
const CHILD: &str = "SPAPI_TEST_CHILD";

/// Kills this process when the point of the given number is reached, counted from 1.
#[derive(Clone)]
struct Killer {
    reached: Arc<AtomicU32>,
    at: u32,
}

impl Killer {
    fn point(&self) {
        if self.reached.fetch_add(1, Ordering::SeqCst) + 1 == self.at {
            Command::new("kill").args(["-KILL", &std::process::id().to_string()]).status().unwrap();
            loop {
                std::thread::park();
            }
        }
    }
}

/// A journal that reaches a point before and after each change.
struct Killing {
    journal: FolderJournal,
    killer: Killer,
}

impl Journal for Killing {
    fn lock<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Lock, Error>> {
        self.journal.lock(name)
    }

    fn read<'a>(&'a self, key: &'a JobKey) -> BoxFuture<'a, Result<Option<Entry>, Error>> {
        self.journal.read(key)
    }

    fn write<'a>(&'a self, key: &'a JobKey, entry: &'a Entry) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            self.killer.point();
            let written = self.journal.write(key, entry).await;
            self.killer.point();
            written
        })
    }

    fn remove<'a>(&'a self, key: &'a JobKey) -> BoxFuture<'a, Result<(), Error>> {
        // After this the caller has finished, and the next run makes a report of its own.
        self.killer.point();
        self.journal.remove(key)
    }

    fn entries(&self) -> BoxFuture<'_, Result<Vec<Entry>, Error>> {
        self.journal.entries()
    }
}

/// The machine's time, without waiting.
#[derive(Debug)]
struct Impatient;

impl Clock for Impatient {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    fn sleep(&self, _: Duration) -> BoxFuture<'_, ()> {
        Box::pin(tokio::task::yield_now())
    }
}

fn client(url: &str) -> Client {
    Client::builder(Marketplace::JP)
        .endpoint(Endpoint::custom(url))
        .credentials(Credentials::new(CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN))
        .quotas(&Quotas::off())
        .clock(Arc::new(Impatient))
        .build()
        .unwrap()
}

/// What the child does: requests a report, reads its rows, writes their number into a file, and finishes.
#[tokio::test]
async fn child() {
    let Ok(given) = std::env::var(CHILD) else { return };
    let given: Vec<&str> = given.split('|').collect();
    let [url, folder, from, to, at] = given[..] else { panic!("{given:?}") };
    let killer = Killer { reached: Arc::default(), at: at.parse().unwrap() };
    let journal = FolderJournal::open(Path::new(folder).join("journal")).unwrap();
    let reports = Reports::new(&client(url)).journal(Killing { journal, killer: killer.clone() });
    // With an option, so that a report in Amazon's queue is not reused: only the journal leads to it.
    let request = reports.request(TYPE, [Marketplace::JP]).between(from, to);
    let mut job = request.option("anOption", "ofNoEffect").unchecked().job().unwrap();
    while job.try_next().await.unwrap().is_some() {
        killer.point();
    }
    let document = job.await.unwrap().document().unwrap();
    let mut rows = document.rows::<BTreeMap<String, String>>().await.unwrap();
    killer.point();
    let mut count = 0;
    while rows.try_next().await.unwrap().is_some() {
        count += 1;
        if count == 1 {
            killer.point();
        }
    }
    assert!(count > 0);
    std::fs::write(Path::new(folder).join("rows"), count.to_string()).unwrap();
    document.finish().await.unwrap();
}

fn run_child(url: &str, folder: &Path, range: &str, at: u32) -> ExitStatus {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "child", "--quiet"]).env(CHILD, format!("{url}|{}|{range}|{at}", folder.display()));
    child.stdout(std::process::Stdio::null()).status().unwrap()
}

/// How many reports the sandbox has.
async fn created(url: &str) -> usize {
    let client = client(url);
    let mut list = spapi_reports::v2021_06_30::Reports::new(&client).get_reports().report_types([TYPE]).items();
    let mut count = 0;
    while list.try_next().await.unwrap().is_some() {
        count += 1;
    }
    count
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_is_killed_anywhere_causes_one_report() {
    let sandbox = Sandbox::builder().limits(Limits::Off).start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let start = SystemTime::now();
    let mut points = 0;
    for at in 1..100 {
        // Another span for each point, so that each is a report of its own.
        let ago = |seconds: u64| DateTime::from(start - Duration::from_secs(seconds)).to_string();
        let range = format!("{}|{}", ago(20 * 24 * 3600 + u64::from(at)), ago(0));
        let rows = folder.path().join("rows");
        let _ = std::fs::remove_file(&rows);
        let before = created(sandbox.url()).await;
        let killed = run_child(sandbox.url(), folder.path(), &range, at);
        if killed.success() {
            break;
        }
        assert_eq!(killed.signal(), Some(9), "point {at}");
        points += 1;
        let again = run_child(sandbox.url(), folder.path(), &range, 0);
        assert!(again.success(), "the run after the kill at point {at}");
        assert_eq!(created(sandbox.url()).await - before, 1, "point {at}");
        assert!(rows.exists(), "point {at}");
    }
    assert!((12..29).contains(&points), "{points} points");
}
